#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "serve/http/internal.h"

enum { REMOTE_MS = 60000 };

/* ---- what is counted ---- */

static struct http_meter *meter_of(const struct server *server)
{
	return server->options.telemetry ? server->options.telemetry->http : NULL;
}

static uint64_t now_us(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

void handle_count(struct exchange *x, unsigned status, uint64_t bytes)
{
	size_t route = route_index(x->request.route);

	if (x->is_counted || !x->begun_us)
		return;
	x->is_counted = true;
	http_meter_done(meter_of(x->server), route == SIZE_MAX ? METER_NO_ROUTE : route, status,
			now_us() - x->begun_us, bytes);
}

/* ---- connections ---- */

static void expect(struct server *server, struct watched *watched, uint64_t ms)
{
	watchdog_expect(server->watchdog, watched, clock_now_ms(&server->clock) + ms);
}

enum MHD_Result handle_address(void *context, const struct sockaddr *address, socklen_t size)
{
	struct server *server = context;
	struct net_origin origin = net_origin_of(address);

	(void)size;
	switch (census_ask(server->census, &origin)) {
	case CENSUS_ADMITS:
		return MHD_YES;
	case CENSUS_TOO_MANY:
		http_meter_refused(meter_of(server), METER_TOO_MANY);
		break;
	case CENSUS_TOO_MANY_OF_ONE:
		http_meter_refused(meter_of(server), METER_TOO_MANY_OF_ONE);
		break;
	}
	return MHD_NO;
}

static void *begin_connection(struct server *server, struct MHD_Connection *connection)
{
	struct watched *watched = xcalloc(1, sizeof(*watched));

	watched->fd =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	watched->origin = net_origin_of(
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)
			->client_addr);
	census_add(server->census, &watched->origin);
	http_meter_connected(meter_of(server));
	watchdog_add(server->watchdog, watched,
		     clock_now_ms(&server->clock) + server->limits->idle_ms);
	return watched;
}

void handle_connection(void *context, struct MHD_Connection *connection, void **socket_context,
		       enum MHD_ConnectionNotificationCode what)
{
	struct server *server = context;
	struct watched *watched = *socket_context;

	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		*socket_context = begin_connection(server, connection);
		return;
	}
	watchdog_remove(server->watchdog, watched);
	http_meter_disconnected(meter_of(server));
	census_remove(server->census, &watched->origin);
	free(watched);
}

/* ---- requests ---- */

void *handle_target(void *context, const char *target, struct MHD_Connection *connection)
{
	struct exchange *x = exchange_new(context, target);

	x->connection = connection;
	x->watched = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)
			     ->socket_context;
	return x;
}

void handle_end(void *context, struct MHD_Connection *connection, void **request_context,
		enum MHD_RequestTerminationCode how)
{
	struct server *server = context;
	struct exchange *x = *request_context;

	(void)connection;
	(void)how;
	if (!x)
		return;
	handle_count(x, 0, 0);
	watchdog_await(server->watchdog, x->watched,
		       clock_now_ms(&server->clock) + server->limits->idle_ms);
	exchange_free(x);
	*request_context = NULL;
}

static bool has_body(struct MHD_Connection *connection)
{
	const char *length =
		MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Content-Length");

	return (length && strcmp(length, "0") != 0) ||
	       MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Transfer-Encoding");
}

static void interrupt(void *context)
{
	remote_interrupt(context);
}

/* Nobody is heard of while the connection is suspended. */
static bool has_left(const struct exchange *x)
{
	char byte;

	return recv(x->watched->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

void handle_work(void *job)
{
	struct exchange *x = job;
	struct server *server = x->server;
	uint64_t now = clock_now_ms(&server->clock);

	/* Only the request that is at work may end what is asked of the node. */
	if (x->request.route->is_remote)
		watchdog_tell(server->watchdog, x->watched, now + REMOTE_MS, interrupt,
			      server->remote);
	/* The others wait for it: the node is not asked for one who gave up waiting. */
	if (x->request.route->is_remote && has_left(x))
		exchange_refuse(x);
	else
		exchange_ask(x);
	if (x->request.route->is_remote)
		watchdog_tell(server->watchdog, x->watched,
			      clock_now_ms(&server->clock) + server->limits->deadline_ms, NULL,
			      NULL);
	x->step = STEP_ASKED;
	MHD_resume_connection(x->connection);
}

/* In this thread where it takes no time, else in another. */
static enum MHD_Result answer(struct exchange *x)
{
	if (respond_from_cache(x))
		return MHD_YES;
	if (x->request.route->is_long || x->request.route->is_remote) {
		struct work *work =
			x->request.route->is_remote ? x->server->remote_work : x->server->work;

		/* What waits for others is not late itself. */
		if (x->request.route->is_remote)
			watchdog_expect(x->server->watchdog, x->watched, 0);
		x->step = STEP_ASKING;
		MHD_suspend_connection(x->connection);
		if (work_add(work, x))
			return MHD_YES;
		exchange_refuse(x);
		x->step = STEP_ASKED;
		MHD_resume_connection(x->connection);
		return MHD_YES;
	}
	exchange_ask(x);
	return respond(x);
}

enum MHD_Result handle_request(void *context, struct MHD_Connection *connection, const char *url,
			       const char *method, const char *version, const char *upload,
			       size_t *upload_size, void **request_context)
{
	struct server *server = context;
	struct exchange *x = *request_context;

	(void)url;
	(void)version;
	(void)upload;
	(void)upload_size;
	switch (x->step) {
	case STEP_HEADERS:
		x->begun_us = now_us();
		http_meter_begun(meter_of(server));
		x->step = STEP_READ;
		x->has_body = has_body(connection);
		/* An answer now, before the end of the request, ends the connection: that is for
		 * requests whose body nobody reads. */
		if (!x->has_body)
			return MHD_YES;
		break;
	case STEP_READ:
		break;
	case STEP_ASKING: /* it is not called while the connection is suspended */
		return MHD_YES;
	case STEP_ASKED:
		return respond(x);
	}
	expect(server, x->watched, server->limits->deadline_ms);
	if (!exchange_open(x, method))
		return respond(x);
	return answer(x);
}
