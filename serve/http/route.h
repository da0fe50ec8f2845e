/*
 * route.h - what the server answers: tables of routes, each described once for matching, for
 * checking a query, for cache headers and for /openapi.json.
 *
 * A route gets a checked request: its parameters are parsed, what it needs of the mirror is open as
 * of one block. It returns a document, or an error whose status decides the problem document
 * (ERR_USAGE 400, ERR_NOTFOUND 404, ERR_DENIED 403, ERR_FULL and ERR_AGAIN 503, others 500).
 * Routes run in the server's worker threads: they read, and touch nothing that is not their own.
 */
#ifndef SERVE_HTTP_ROUTE_H
#define SERVE_HTTP_ROUTE_H

#include "serve/answer/answer.h"

struct server;
struct exchange;
struct reply;

enum param_kind {
	PARAM_TEXT,
	PARAM_COUNT,  /* a number up to `max`; `fallback` where it is not given */
	PARAM_LIMIT,  /* how many items: 1 to `max`, and to what the configuration allows */
	PARAM_AMOUNT, /* a 256-bit integer */
	PARAM_ADDRESS,
	PARAM_HASH,
	PARAM_CHOICE, /* one of `choices` */
	PARAM_FLAG,   /* "true" or "false" */
	PARAM_AT,     /* a block: number, hash, latest, finalized; opens the moment */
	PARAM_POOL,   /* a configured pool's name; finds request->pool */
	PARAM_CURSOR, /* "next" of the page before */
	PARAM_FIELDS, /* names with commas between: only those members of an answer, or its items */
};

struct param_rule {
	const char *name;
	enum param_kind kind;
	bool is_required; /* those in a path always are */
	const char *meaning;
	const char *const *choices; /* up to NULL */
	uint64_t fallback;
	uint64_t max; /* 0: what JSON's integers reach */
	/* JSON Schema of what it may be, where the configuration says that closer than the kind; a
	 * new reference. May be NULL. */
	json_t *(*schema)(const struct config *config);
};

struct param {
	bool is_given;
	const char *text; /* decoded; "" where it is not given */
	union {
		/* PARAM_COUNT and PARAM_LIMIT (with their fallback); PARAM_CHOICE: its index */
		uint64_t number;
		u256 amount;
		struct address address;
		struct hash hash;
		bool flag;
	};
};

enum { PARAMS_MAX = 16 };

struct route;

struct request {
	const struct server *server;
	const struct config *config;
	const struct route *route;
	struct arena *arena;             /* of the request */
	const struct pool *pool;         /* where the route has a PARAM_POOL that was given */
	struct moment *moment;           /* where the route needs one */
	struct param params[PARAMS_MAX]; /* in the order of the route's rules */
	uint64_t deadline_ms;      /* by the monotonic clock: long work ends then, with ERR_AGAIN */
	struct exchange *exchange; /* what the server knows of it */
};

/* The request's parameter of that name; the route has one. */
const struct param *request_param(const struct request *request, const char *name);

/* A header of the request, "Last-Event-ID" in any case; NULL where it was not sent. */
const char *request_header(const struct request *request, const char *name);

/* The client's address, as connections are counted by it: "127.0.0.1", "2001:db8:1:2::/64". */
const char *request_address(const struct request *request);

enum route_needs {
	NEEDS_NOTHING,
	NEEDS_MOMENT,   /* moment_open as of its PARAM_AT, or of now */
	NEEDS_FINDINGS, /* moment_open_findings */
};

enum route_freshness {
	FRESH_AS_OF,  /* the moment's block says it all: as of a finalized block it never changes */
	FRESH_NOW,    /* it changes between blocks, too */
	FRESH_STATIC, /* part of the program */
};

struct route {
	const char *path; /* "/v1/pools/{name}/accounts/{address}" */
	const char *id;   /* camelCase, the client's name for it; NULL: not in /openapi.json */
	const char *summary;
	const struct param_rule *const
		*params; /* up to NULL; those of the path first, in its order */
	enum route_needs needs;
	enum route_freshness freshness;
	bool is_open; /* answered without the token, too */
	bool is_long; /* it may take more than a few milliseconds: answered in a thread for that */
	bool is_remote; /* it asks the node: one at a time, and it may take a minute */

	/* One of the two. `answer` gives a new reference, or NULL with the error filled. `reply`
	 * fills what is no JSON document (serve/http/reply.h). */
	json_t *(*answer)(const struct request *request, struct error *err);
	enum status (*reply)(struct reply *out, const struct request *request, struct error *err);

	/* JSON Schema (2020-12) of the answer, a new reference; NULL where it is not JSON. */
	json_t *(*schema)(const struct config *config);
	const char *content_type; /* of a `reply`; NULL: application/json */
};

struct route_table {
	const struct route *routes;
	size_t count;
};

/* Every table of the server, one line each in routes.c. */
extern const struct route_table *const route_tables[];
extern const size_t route_table_count;

/* The paths of all routes, table by table, `max` at most; gives their number. */
size_t route_paths(const char **out, size_t max);
/* Where a route stands among them; SIZE_MAX: NULL, or none of theirs. */
size_t route_index(const struct route *route);

#endif
