/*
 * internal.h - what the parts of the server share; for serve/http only.
 *
 * A request's way: handle.c hears of it from libmicrohttpd, exchange.c finds its route, checks it
 * and asks the route (in a thread of work.h where that may take long), body.c makes the bytes that
 * are sent, respond.c the response around them, which cache.c may keep.
 */
#ifndef SERVE_HTTP_INTERNAL_H
#define SERVE_HTTP_INTERNAL_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "serve/http/cache.h"
#include "serve/http/census.h"
#include "serve/http/match.h"
#include "serve/http/remote.h"
#include "serve/http/reply.h"
#include "serve/http/server.h"
#include "serve/http/work.h"
#include "serve/metrics/telemetry.h"

struct watchdog;

/* A client's connection, from its beginning to its end. */
struct watched {
	int fd;
	uint64_t deadline_ms; /* 0: none */
	uint64_t look_ms;     /* then it is asked whether the client is there still; 0: never */
	bool is_cut;
	void (*late)(void *context); /* called where it is cut; NULL: nobody cares */
	void *context;
	struct net_origin origin;
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
/* By the monotonic clock; 0: it may take as long as it likes. A request is answered. */
void watchdog_expect(struct watchdog *watchdog, struct watched *connection, uint64_t deadline_ms);
/* The same; a request is waited for, or its rest, so a client that has gone is nobody's. */
void watchdog_await(struct watchdog *watchdog, struct watched *connection, uint64_t deadline_ms);
/* As watchdog_expect, and `late` is told where it took longer, under the watchdog's lock; NULL:
 * nobody. */
void watchdog_tell(struct watchdog *watchdog, struct watched *connection, uint64_t deadline_ms,
		   void (*late)(void *context), void *context);
/* Shuts it down now. */
void watchdog_cut(struct watchdog *watchdog, struct watched *connection);
bool watchdog_has_cut(struct watchdog *watchdog, const struct watched *connection);

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
	bool is_head;
	bool has_body;
	const char *origin; /* of a page that may read; NULL: there is none */
	const char *if_none_match;
	bool takes_gzip;
	const char *instance; /* the path, for problems */

	enum {
		STEP_HEADERS, /* are there */
		STEP_READ,    /* to its end */
		STEP_ASKING,  /* in another thread */
		STEP_ASKED,
	} step;
	struct request request;
	struct moment moment;
	bool is_final;        /* the answer never changes */
	struct cache_age age; /* of what it was read from; commit 0: not read from the store */
	json_t *document;
	struct reply reply;

	/* What is sent. */
	void *made; /* bytes from malloc, or NULL: the reply's */
	struct slice body;
	bool is_compressed;
	bool is_lasting_memory; /* the body is not the arena's */
	char tag[TAG_SIZE * 2]; /* "": none */
	const char *control;    /* Cache-Control */

	uint64_t begun_us; /* 0: not counted yet */
	bool is_counted;
};

struct exchange *exchange_new(struct server *server, const char *target);
void exchange_free(struct exchange *exchange);

/* Finds the route and checks the request. False: it is answered already. */
bool exchange_open(struct exchange *exchange, const char *method);
/* Asks the route; reply and body are made. May take long. */
void exchange_ask(struct exchange *exchange);
/* The server has too much to do. */
void exchange_refuse(struct exchange *exchange);

/* ---- body.c ---- */

/* From the document or the reply: bytes, tag, compression, what may be kept by whom. */
void body_make(struct exchange *exchange);

/* ---- respond.c ---- */

/* Sends the answer, or that the client has it already. */
enum MHD_Result respond(struct exchange *exchange);
/* Sends a kept answer. False: none is kept. */
bool respond_from_cache(struct exchange *exchange);

/* ---- streaming.c ---- */

/* A response whose body the reply's stream makes; NULL where memory ends. Takes the stream. */
struct MHD_Response *streaming_response(struct server *server, struct exchange *exchange);
/* Each stream may say its last words, and ends. */
void streaming_stop(struct server *server);

/* ---- handle.c: what libmicrohttpd calls; the context is the server ---- */

enum MHD_Result handle_address(void *context, const struct sockaddr *address, socklen_t size);
void handle_connection(void *context, struct MHD_Connection *connection, void **socket_context,
		       enum MHD_ConnectionNotificationCode what);
void *handle_target(void *context, const char *target, struct MHD_Connection *connection);
enum MHD_Result handle_request(void *context, struct MHD_Connection *connection, const char *url,
			       const char *method, const char *version, const char *upload,
			       size_t *upload_size, void **request_context);
void handle_end(void *context, struct MHD_Connection *connection, void **request_context,
		enum MHD_RequestTerminationCode how);
/* For work.h. */
void handle_work(void *job);

/* What is counted: once each; `status` 0: there was no answer. */
void handle_count(struct exchange *exchange, unsigned status, uint64_t bytes);

/* ---- server.c ---- */

struct server {
	struct server_options options;
	const struct config_serve *limits;
	struct clock clock;
	struct watchdog *watchdog;
	struct census *census;
	struct cache *cache; /* NULL: nothing is kept */
	struct work *work;
	struct remote *remote;
	struct work *remote_work; /* one at a time */
	struct reader *reader;
	struct MHD_Daemon *daemon; /* NULL: not started */
	int listener;              /* -1: given to the daemon, or none */
	char url[LISTEN_TEXT + 16];
	atomic_bool is_stopping;

	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct waker *wakers; /* of every stream */
};

#endif
