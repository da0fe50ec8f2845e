/*
 * http.h - posts bytes to one url and gets bytes: several requests at once over kept connections.
 *
 * Spoken by libcurl (http.c is its only user), or by the transport that the options name: a
 * test's that answers within the process. What follows holds of libcurl's. Replies are unpacked
 * (gzip, deflate) and bounded after unpacking. HTTP/2 is spoken where TLS negotiates it. Redirects
 * are not followed: a request body and credentials go nowhere but where the configuration says. One
 * thread at a time, except http_wake.
 *
 * The url's user, password, path and query may be secret. Nothing that comes from here holds them:
 * the label is scheme, host and port, problems are libcurl's fixed texts, and http_scrub blanks
 * them in what a server sent back.
 */
#ifndef INDEXER_HTTP_H
#define INDEXER_HTTP_H

#include "base/slice.h"

struct http;
struct http_request;

struct http_options;

/* Another way to a url than by libcurl; see http_impl.h for what it opens. */
struct http_transport {
	enum status (*open)(struct http **out, void *context, const char *url,
			    const struct http_options *options, struct error *err);
	void *context;
};

struct http_options {
	uint64_t timeout_ms;
	uint64_t body_bytes_max; /* of a reply, unpacked */
	unsigned connections_max;
	int stop_event; /* a descriptor that ends every wait once it is readable; -1: none */
	const struct http_transport *transport; /* outlives it; NULL: libcurl */
};

enum http_outcome {
	HTTP_ANSWERED,
	HTTP_FAILED,    /* no connection, hang-up, truncated or garbled reply */
	HTTP_TIMED_OUT, /* connected and sent, but no whole reply in time */
	HTTP_TOO_BIG,   /* the reply is larger than allowed */
};

struct http_reply {
	enum http_outcome outcome;
	unsigned status;         /* of HTTP_ANSWERED */
	uint64_t retry_after_ms; /* 0: the reply does not say */
	struct slice body;
	char problem[200]; /* what went wrong; "" for HTTP_ANSWERED */
};

/* ERR_USAGE for a url that is none. Nothing is connected yet. */
enum status http_open(struct http **out, const char *url, const struct http_options *options,
		      struct error *err) MUST_CHECK;

/* Ends what is under way. Requests must have been released. Accepts NULL. */
void http_close(struct http *http);

/* "https://host:port" */
const char *http_label(const struct http *http);

/* Begins a POST of JSON. `body` stays valid until http_release. */
struct http_request *http_post(struct http *http, struct slice body);
/* The same with header lines of its own ("Name: value", copied), which may be secret; by libcurl
 * only. */
struct http_request *http_post_with(struct http *http, struct slice body, const char *const *lines,
				    size_t line_count);

/* Drives all requests; returns when one is finished, after http_wake, or after `wait_ms`. */
void http_step(struct http *http, uint64_t wait_ms);

/* NULL while it is under way; good until http_release. */
const struct http_reply *http_reply(const struct http_request *request);

/* Takes the reply's body, which has room for so many bytes, out of the request; give it back (or
 * free() it). */
uint8_t *http_take_body(struct http_request *request, size_t *capacity);
/* For a later reply: new memory for megabytes costs the kernel as much as their transport. */
void http_give_body(struct http *http, uint8_t *body, size_t capacity);

/* Ends the request where it is under way. */
void http_release(struct http *http, struct http_request *request);

/* Ends a wait in http_step; from any thread. */
void http_wake(struct http *http);

/* Overwrites in `text` every part of the url that may be secret. */
void http_scrub(const struct http *http, char *text);

#endif
