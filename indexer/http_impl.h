/*
 * http_impl.h - what another transport than libcurl has to provide; for http.c and transports only.
 *
 * The operations are the functions of http.h of the same name, with the same promises. What `open`
 * gives is a struct of the transport's own that begins with a struct http_head.
 */
#ifndef INDEXER_HTTP_IMPL_H
#define INDEXER_HTTP_IMPL_H

#include "indexer/http.h"

struct http_ops {
	void (*close)(struct http *http);
	const char *(*label)(const struct http *http);
	struct http_request *(*post)(struct http *http, struct slice body);
	void (*step)(struct http *http, uint64_t wait_ms);
	const struct http_reply *(*reply)(const struct http_request *request);
	uint8_t *(*take_body)(struct http_request *request, size_t *capacity);
	void (*give_body)(struct http *http, uint8_t *body, size_t capacity);
	void (*release)(struct http *http, struct http_request *request);
	void (*wake)(struct http *http);
	void (*scrub)(const struct http *http, char *text);
};

/* The first member of every transport's own struct, and of its requests. */
struct http_head {
	const struct http_ops *ops; /* NULL: libcurl's own, which http.c calls directly */
};

#endif
