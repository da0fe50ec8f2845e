#include "serve/http/server.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "serve/http/internal.h"

enum {
	THREADS = 2,
	CONNECTIONS_MAX = 1000,
	CONNECTION_MEMORY = 16 * 1024, /* a request's line and headers, and the answer's */
};

/* ---- what libmicrohttpd calls ---- */

static void tell_log(void *context, const char *format, va_list arguments)
{
	const struct server *server = context;
	char line[512];
	int length = vsnprintf(line, sizeof(line), format, arguments);

	while (length > 0 && (size_t)length < sizeof(line) && line[length - 1] == '\n')
		line[--length] = '\0';
	log_debug(server->options.logger, "HTTP: %s", line);
}

static void expect(struct server *server, struct watched *watched, uint64_t ms)
{
	watchdog_expect(server->watchdog, watched, clock_now_ms(&server->clock) + ms);
}

static void connection_changes(void *context, struct MHD_Connection *connection,
			       void **socket_context, enum MHD_ConnectionNotificationCode what)
{
	struct server *server = context;
	const union MHD_ConnectionInfo *info;
	struct watched *watched;

	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		watchdog_remove(server->watchdog, *socket_context);
		free(*socket_context);
		return;
	}
	info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	watched = xcalloc(1, sizeof(*watched));
	watched->fd = info->connect_fd;
	*socket_context = watched;
	watchdog_add(server->watchdog, watched, clock_now_ms(&server->clock) + IDLE_MS);
}

static void *request_begins(void *context, const char *target, struct MHD_Connection *connection)
{
	struct exchange *x = exchange_new(context, target);

	x->connection = connection;
	x->watched = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
			     ->socket_context;
	return x;
}

static void request_ends(void *context, struct MHD_Connection *connection, void **request_context,
			 enum MHD_RequestTerminationCode how)
{
	struct server *server = context;
	struct exchange *x = *request_context;

	(void)connection;
	(void)how;
	if (!x)
		return;
	expect(server, x->watched, IDLE_MS);
	exchange_free(x);
	*request_context = NULL;
}

static struct MHD_Response *response_of(struct server *server, struct exchange *x)
{
	struct slice body = x->reply.body;

	if (x->reply.has_stream)
		return streaming_response(server, x);
	if (x->document)
		return MHD_create_response_from_buffer(body.size, x->document,
						       MHD_RESPMEM_MUST_FREE);
	/* The arena lives until the request ends. */
	return MHD_create_response_from_buffer(body.size, (void *)(uintptr_t)body.data,
					       MHD_RESPMEM_PERSISTENT);
}

static bool has_body(struct MHD_Connection *connection)
{
	const char *length =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");

	return (length && strcmp(length, "0") != 0) ||
	       MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Transfer-Encoding");
}

static bool add_headers(struct MHD_Response *response, const struct exchange *x)
{
	const struct reply *reply = &x->reply;
	bool ok = true;

	if (reply->content_type)
		ok = MHD_add_response_header(response, "Content-Type", reply->content_type);
	for (size_t i = 0; ok && i < reply->header_count; i++)
		ok = MHD_add_response_header(response, reply->headers[i].name,
					     reply->headers[i].value);
	/* What follows is a body that nobody reads, and no request. */
	if (ok && x->has_body)
		ok = MHD_add_response_header(response, "Connection", "close");
	return ok && MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
}

static enum MHD_Result request_is_read(void *context, struct MHD_Connection *connection,
				       const char *url, const char *method, const char *version,
				       const char *upload, size_t *upload_size,
				       void **request_context)
{
	struct server *server = context;
	struct exchange *x = *request_context;
	struct MHD_Response *response;
	enum MHD_Result result = MHD_NO;

	(void)url;
	(void)version;
	(void)upload;
	(void)upload_size;
	x->has_body = has_body(connection);
	/* An answer to the first call, before the end of the request, ends the connection: that is
	 * for requests whose body nobody reads. */
	if (!x->is_read && !x->has_body) {
		x->is_read = true;
		return MHD_YES;
	}
	expect(server, x->watched, DEADLINE_MS);
	exchange_answer(x, method);
	response = response_of(server, x);
	x->document = NULL;
	if (!response)
		return MHD_NO;
	if (add_headers(response, x))
		result = MHD_queue_response(connection, x->reply.status ? x->reply.status : 200,
					    response);
	MHD_destroy_response(response);
	return result;
}

/* ---- life ---- */

enum status server_open(struct server **out, const struct server_options *options,
			struct error *err)
{
	struct server *server = xcalloc(1, sizeof(*server));
	char where[LISTEN_TEXT];
	enum status st;

	*out = NULL;
	server->options = *options;
	server->clock = clock_real();
	server->listener = -1;
	(void)pthread_mutex_init(&server->mutex, NULL);
	atomic_init(&server->is_stopping, false);
	st = watchdog_open(&server->watchdog, err);
	if (st == OK)
		st = listen_at(&server->listener, where, options->config->listen, err);
	if (st != OK) {
		server_close(server);
		return st;
	}
	(void)snprintf(server->url, sizeof(server->url), "http://%s/", where);
	*out = server;
	return OK;
}

static void start_daemon(struct server *server)
{
	server->daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL,
		NULL, request_is_read, server,                /* */
		MHD_OPTION_EXTERNAL_LOGGER, tell_log, server, /* */
		MHD_OPTION_LISTEN_SOCKET, server->listener,   /* */
		MHD_OPTION_THREAD_POOL_SIZE, (unsigned)THREADS, MHD_OPTION_CONNECTION_LIMIT,
		(unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		(size_t)CONNECTION_MEMORY, MHD_OPTION_URI_LOG_CALLBACK, request_begins, server,
		MHD_OPTION_NOTIFY_COMPLETED, request_ends, server, MHD_OPTION_NOTIFY_CONNECTION,
		connection_changes, server, MHD_OPTION_STRICT_FOR_CLIENT, 1,
		MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, MHD_OPTION_END);
}

/* Signals are the main thread's. */
enum status server_start(struct server *server, struct error *err)
{
	sigset_t all;
	sigset_t old;
	enum status st;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	st = watchdog_start(server->watchdog, err);
	if (st == OK) {
		start_daemon(server);
		if (!server->daemon)
			st = error_set(err, ERR_SYSTEM, "the HTTP server cannot start: %s",
				       strerror(errno));
	}
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (st == OK) {
		server->listener = -1; /* the daemon's now */
		log_info(server->options.logger, "serving on %s", server->url);
	}
	return st;
}

void server_stop(struct server *server)
{
	if (!server)
		return;
	atomic_store(&server->is_stopping, true);
	streaming_stop(server);
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	server->daemon = NULL;
	watchdog_stop(server->watchdog);
}

void server_close(struct server *server)
{
	if (!server)
		return;
	server_stop(server);
	if (server->listener >= 0)
		(void)close(server->listener);
	watchdog_close(server->watchdog);
	(void)pthread_mutex_destroy(&server->mutex);
	free(server);
}

const char *server_url(const struct server *server)
{
	return server->url;
}

const struct server_options *server_options(const struct server *server)
{
	return &server->options;
}
