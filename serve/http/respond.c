#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "serve/http/internal.h"

enum { NOT_MODIFIED = 304 };

/* ---- headers ---- */

static bool add(struct MHD_Response *response, const char *name, const char *value)
{
	return MHD_add_response_header(response, name, value) == MHD_YES;
}

/* Those of the route; what is said of every answer is said once. */
static bool add_own(struct MHD_Response *response, const struct reply *reply)
{
	static const char *const ours[] = {"ETag", "Cache-Control", "Vary",
					   "X-Content-Type-Options"};
	bool ok = true;

	for (size_t i = 0; ok && i < reply->header_count; i++) {
		bool is_ours = false;

		for (size_t k = 0; k < sizeof(ours) / sizeof(ours[0]); k++)
			is_ours = is_ours || strcasecmp(reply->headers[i].name, ours[k]) == 0;
		if (!is_ours)
			ok = add(response, reply->headers[i].name, reply->headers[i].value);
	}
	return ok;
}

static bool add_origin(struct MHD_Response *response, const struct exchange *x)
{
	return !x->origin || (add(response, "Access-Control-Allow-Origin", x->origin) &&
			      add(response, "Access-Control-Expose-Headers", "ETag, Retry-After"));
}

static bool add_common(struct MHD_Response *response, const struct exchange *x)
{
	const char *tag = x->is_compressed ? tag_compressed(x->arena, x->tag) : x->tag;
	const char *vary =
		x->server->limits->origin_count ? "Accept-Encoding, Origin" : "Accept-Encoding";

	return (!*tag || add(response, "ETag", tag)) &&
	       add(response, "Cache-Control", x->control) && add(response, "Vary", vary) &&
	       add_origin(response, x) && add(response, "X-Content-Type-Options", "nosniff");
}

static bool add_headers(struct MHD_Response *response, const struct exchange *x)
{
	return (!x->reply.content_type || add(response, "Content-Type", x->reply.content_type)) &&
	       (!x->is_compressed || add(response, "Content-Encoding", "gzip")) &&
	       add_own(response, &x->reply) && add_common(response, x) &&
	       /* What follows is a body that nobody reads, and no request. */
	       (!x->has_body || add(response, "Connection", "close"));
}

/* ---- responses ---- */

/* libmicrohttpd's own type is not const; it does not write. */
static void *writable(const uint8_t *bytes)
{
	void *pointer;

	memcpy(&pointer, &bytes, sizeof(pointer));
	return pointer;
}

static struct MHD_Response *response_of(struct exchange *x)
{
	void *made = x->made;

	if (x->reply.has_stream)
		return streaming_response(x->server, x);
	if (!made) /* the arena's, which lives until the request ends, or the program's */
		return MHD_create_response_from_buffer(x->body.size, writable(x->body.data),
						       MHD_RESPMEM_PERSISTENT);
	x->made = NULL;
	return MHD_create_response_from_buffer(x->body.size, made, MHD_RESPMEM_MUST_FREE);
}

/* "Not modified" is the answer without its body; libmicrohttpd leaves that out. */
static enum MHD_Result queue(struct exchange *x, unsigned status, struct MHD_Response *response,
			     const char *tag, uint64_t bytes)
{
	enum MHD_Result result;

	if (status == MHD_HTTP_OK && *tag && tag_is_named(x->if_none_match, tag))
		status = NOT_MODIFIED;
	result = MHD_queue_response(x->connection, status, response);
	if (result == MHD_YES)
		handle_count(x, status, x->is_head || status == NOT_MODIFIED ? 0 : bytes);
	return result;
}

/* ---- what is kept ---- */

/* A page of another origin gets another header, one who takes gzip another body. */
static struct cache_key key_of(const struct exchange *x)
{
	return cache_key_of(arena_printf(x->arena, "%s %s %s", x->takes_gzip ? "gzip" : "plain",
					 x->origin ? x->origin : "", x->target));
}

static bool may_be_kept(const struct exchange *x)
{
	const struct route *route = x->request.route;

	return x->server->cache && route && route->freshness != FRESH_NOW && !x->has_body;
}

static enum cache_hold hold_of(const struct exchange *x)
{
	if (x->request.route && x->request.route->freshness == FRESH_STATIC)
		return HOLDS_FOR_EVER;
	return x->is_final || x->reply.is_lasting ? HOLDS_TO_REPAIR : HOLDS_TO_COMMIT;
}

/* True: the reference is the cache's. It was sent before: another thread may forget it at once. */
static bool keep(struct exchange *x, struct MHD_Response *response)
{
	const struct cached cached = {.response = response,
				      .tag = x->is_compressed ? tag_compressed(x->arena, x->tag)
							      : x->tag,
				      .bytes = x->body.size};
	bool is_static = hold_of(x) == HOLDS_FOR_EVER;
	bool is_sound = !x->reply.status || x->reply.status == MHD_HTTP_OK;
	struct cache_key key;

	if (!may_be_kept(x) || !is_sound || !*x->tag || !x->is_lasting_memory ||
	    (!is_static && !x->age.commit))
		return false;
	key = key_of(x);
	return cache_keep(x->server->cache, &key, &cached, hold_of(x), &x->age);
}

bool respond_from_cache(struct exchange *x)
{
	const struct cached *cached;
	struct cache_age now;
	struct cache_key key;
	enum MHD_Result result;

	if (!may_be_kept(x))
		return false;
	key = key_of(x);
	now.commit = reader_commit(x->server->reader);
	now.repairs = reader_repairs(x->server->reader, now.commit);
	cached = cache_take(x->server->cache, &key, &now);
	if (!cached)
		return false;
	result = queue(x, MHD_HTTP_OK, cached->response, cached->tag, cached->bytes);
	cache_give_back(x->server->cache, cached);
	return result == MHD_YES;
}

enum MHD_Result respond(struct exchange *x)
{
	unsigned status = x->reply.status ? x->reply.status : MHD_HTTP_OK;
	struct MHD_Response *response;
	enum MHD_Result result = MHD_NO;

	response = response_of(x);
	if (!response)
		return MHD_NO;
	if (add_headers(response, x))
		result = queue(x, status, response, x->tag, x->body.size);
	if (result != MHD_YES || !keep(x, response))
		MHD_destroy_response(response);
	return result;
}
