#include "serve/http/server.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "serve/http/internal.h"

enum {
	WAITING_MAX = 1024, /* requests for long answers */
	REMOTE_WAITING_MAX = 8,
	MEMORY_FACTOR = 2, /* a connection's memory holds a request's headers and an answer's */
	SPARE_CONNECTIONS = 64,
	OTHER_DESCRIPTORS = 256,
};

PRINTF_LIKE(2, 0)
static void tell_log(void *context, const char *format, va_list arguments)
{
	const struct server *server = context;
	char line[512];
	int length = vsnprintf(line, sizeof(line), format, arguments);

	while (length > 0 && (size_t)length < sizeof(line) && line[length - 1] == '\n')
		line[--length] = '\0';
	log_debug(server->options.logger, "HTTP: %s", line);
}

/* ---- life ---- */

/* Each connection is a descriptor; the mirror needs some, too. */
static void raise_descriptors(const struct server *server)
{
	const struct logger *logger = server->options.logger;
	uint64_t needed = server->limits->connections + OTHER_DESCRIPTORS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= needed)
		return;
	limit.rlim_cur = limit.rlim_max < needed ? limit.rlim_max : needed;
	if (setrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur < needed)
		log_warn(logger,
			 "serve.connections is %" PRIu64 ", but this process may open only %" PRIu64
			 " files: raise the limit (ulimit -n, LimitNOFILE=), or configure fewer",
			 server->limits->connections, (uint64_t)limit.rlim_cur);
}

enum status server_open(struct server **out, const struct server_options *options,
			struct error *err)
{
	struct server *server = xcalloc(1, sizeof(*server));
	char where[LISTEN_TEXT];
	enum status st;

	*out = NULL;
	server->options = *options;
	server->limits = &options->config->serve;
	server->census =
		census_new(server->limits->connections, server->limits->connections_per_address);
	if (server->limits->cache_bytes)
		server->cache = cache_new(server->limits->cache_bytes);
	server->work = work_new(server->limits->threads, WAITING_MAX, handle_work);
	server->remote = remote_new(options->logger);
	server->remote_work = work_new(1, REMOTE_WAITING_MAX, handle_work);
	server->clock = clock_real();
	server->listener = -1;
	(void)pthread_mutex_init(&server->mutex, NULL);
	(void)pthread_cond_init(&server->changed, NULL);
	atomic_init(&server->is_stopping, false);
	st = watchdog_open(&server->watchdog, err);
	if (st == OK)
		st = listen_at(&server->listener, where, server->limits->listen, err);
	if (st == OK)
		raise_descriptors(server);
	if (st != OK) {
		server_close(server);
		return st;
	}
	(void)snprintf(server->url, sizeof(server->url), "http://%s/", where);
	*out = server;
	return OK;
}

/*
 * The census counts connections; what libmicrohttpd counts for itself, in each of its threads, only
 * has to be more. It takes one thread for no pool.
 */
static void start_daemon(struct server *server)
{
	const struct config_serve *limits = server->limits;
	unsigned threads = limits->threads > 1 ? (unsigned)limits->threads : 0;
	unsigned connections =
		(unsigned)(limits->connections + SPARE_CONNECTIONS) * (unsigned)limits->threads;
	struct MHD_OptionItem options[] = {
		{MHD_OPTION_LISTEN_SOCKET, server->listener, NULL},
		{MHD_OPTION_CONNECTION_LIMIT, (intptr_t)connections, NULL},
		{MHD_OPTION_CONNECTION_MEMORY_LIMIT,
		 (intptr_t)(limits->header_bytes * MEMORY_FACTOR), NULL},
		{MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)handle_target, server},
		{MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)handle_end, server},
		{MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)handle_connection, server},
		{MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
		{MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL},
		{threads ? MHD_OPTION_THREAD_POOL_SIZE : MHD_OPTION_END, (intptr_t)threads, NULL},
		{MHD_OPTION_END, 0, NULL},
	};

	server->daemon = MHD_start_daemon(
		MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0,
		handle_address, server, handle_request, server, MHD_OPTION_EXTERNAL_LOGGER,
		tell_log, server, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
}

/* Signals are the main thread's. */
enum status server_start(struct server *server, struct error *err)
{
	sigset_t all;
	sigset_t old;
	enum status st;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	st = reader_open(&server->reader, server->options.config, err);
	if (st == OK)
		st = watchdog_start(server->watchdog, err);
	if (st == OK)
		st = work_start(server->work, err);
	if (st == OK)
		st = work_start(server->remote_work, err);
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
	if (server->reader)
		reader_stop(server->reader);
	remote_stop(server->remote);
	work_stop(server->remote_work);
	work_stop(server->work);
	streaming_stop(server);
	if (server->daemon)
		MHD_stop_daemon(server->daemon);
	server->daemon = NULL;
	watchdog_stop(server->watchdog);
	reader_close(server->reader);
	server->reader = NULL;
}

void server_close(struct server *server)
{
	if (!server)
		return;
	server_stop(server);
	if (server->listener >= 0)
		(void)close(server->listener);
	watchdog_close(server->watchdog);
	work_free(server->work);
	work_free(server->remote_work);
	remote_free(server->remote);
	cache_free(server->cache);
	census_free(server->census);
	(void)pthread_cond_destroy(&server->changed);
	(void)pthread_mutex_destroy(&server->mutex);
	free(server);
}

const char *server_url(const struct server *server)
{
	return server->url;
}

struct remote *server_remote(const struct server *server)
{
	return server->remote;
}

const struct server_options *server_options(const struct server *server)
{
	return &server->options;
}
