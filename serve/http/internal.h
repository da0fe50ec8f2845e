/*
 * internal.h - what the parts of the server share; for serve/http only.
 */
#ifndef SERVE_HTTP_INTERNAL_H
#define SERVE_HTTP_INTERNAL_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "serve/http/match.h"
#include "serve/http/reply.h"
#include "serve/http/server.h"

struct watchdog;

/* A client's connection, from its beginning to its end. */
struct watched {
	int fd;
	uint64_t deadline_ms; /* 0: none */
	bool is_cut;
	struct watched *next;
	struct watched *previous;
};

/* ---- watchdog.c: shuts connections down that take longer than they may ---- */

enum status watchdog_open(struct watchdog **out, struct error *err) MUST_CHECK;
/* Every connection is gone. */
void watchdog_close(struct watchdog *watchdog);
enum status watchdog_start(struct watchdog *watchdog, struct error *err) MUST_CHECK;
void watchdog_stop(struct watchdog *watchdog);

void watchdog_add(struct watchdog *watchdog, struct watched *connection, uint64_t deadline_ms);
/* Before the connection's descriptor is closed. */
void watchdog_remove(struct watchdog *watchdog, struct watched *connection);
/* By the monotonic clock; 0: it may take as long as it likes. */
void watchdog_expect(struct watchdog *watchdog, struct watched *connection, uint64_t deadline_ms);

/* ---- listen.c ---- */

/* A socket that listens at HOST:PORT. `where` (LISTEN_TEXT bytes) gets the address with the port
 * that was taken, as it stands in a url. */
enum { LISTEN_TEXT = 128 };
enum status listen_at(int *out, char where[LISTEN_TEXT], const char *address,
		      struct error *err) MUST_CHECK;

/* ---- exchange.c: one request and its answer ---- */

struct exchange {
	struct server *server;
	struct watched *watched;
	struct MHD_Connection *connection;
	struct arena *arena;
	const char *target; /* as it was sent */
	bool is_read;       /* to its end */
	bool has_body;
	struct request request;
	struct moment moment;
	struct reply reply;
	char *document; /* the JSON text, from malloc: the response frees it */
};

struct exchange *exchange_new(struct server *server, const char *target);
void exchange_free(struct exchange *exchange);

/* Makes the reply, whatever the request is. */
void exchange_answer(struct exchange *exchange, const char *method);

/* ---- streaming.c ---- */

/* A response whose body the reply's stream makes; NULL where memory ends. Takes the stream. */
struct MHD_Response *streaming_response(struct server *server, struct exchange *exchange);
/* Wakes every stream, so that each sees that the server is stopping. */
void streaming_stop(struct server *server);

/* ---- server.c ---- */

enum { IDLE_MS = 30000, DEADLINE_MS = 10000 };

struct server {
	struct server_options options;
	struct clock clock;
	struct watchdog *watchdog;
	struct MHD_Daemon *daemon; /* NULL: not started */
	int listener;              /* -1: given to the daemon, or none */
	char url[LISTEN_TEXT + 16];
	atomic_bool is_stopping;

	pthread_mutex_t mutex;
	struct waker *wakers; /* of every stream */
};

#endif
