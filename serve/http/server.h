/*
 * server.h - the HTTP server of `run`: listens, answers by the route tables, ends cleanly.
 *
 * Polling threads of libmicrohttpd read requests and answer them; each reads the mirror in a read
 * transaction of its own, and holds it no longer than it takes to make the answer. What is read and
 * written is bounded, and so is the time that a request may take; a watchdog closes connections
 * that exceed it.
 */
#ifndef SERVE_HTTP_SERVER_H
#define SERVE_HTTP_SERVER_H

#include "base/logger.h"
#include "indexer/config.h"
#include "serve/metrics/telemetry.h"

struct server;
struct streams;

struct server_options {
	const struct config *config; /* outlives the server */
	const struct logger *logger; /* outlives it too */
	struct telemetry *telemetry; /* the same; what is counted; NULL: nobody counts */
	struct streams *streams;     /* the same; of /v1/stream; NULL: there are none */
};

/*
 * Takes the configured address, so that one that cannot be had is known before the work begins; no
 * request is answered yet. ERR_USAGE: the address is taken, not this machine's, or no address;
 * ERR_DENIED: no permission to listen there; ERR_SYSTEM.
 */
enum status server_open(struct server **out, const struct server_options *options,
			struct error *err) MUST_CHECK;

/* Answers from now on, in threads of its own. The mirror was opened, so its store is there. */
enum status server_start(struct server *server, struct error *err) MUST_CHECK;

/* Ends every connection, streams too; no route runs afterwards. Accepts a server that was not
 * started, and NULL. */
void server_stop(struct server *server);
void server_close(struct server *server);

/* "http://127.0.0.1:8480/", with the port that was really taken; as long as the server. */
const char *server_url(const struct server *server);

/* For the one route at a time that asks the node. */
struct remote;
struct remote *server_remote(const struct server *server);

const struct server_options *server_options(const struct server *server);

#endif
