/* The bytes of an answer, and what is said of them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "serve/http/compress.h"
#include "serve/http/internal.h"
#include "serve/http/problem.h"

enum { COMPRESSED_MIN = 1024 };

static const char *header_of(const struct reply *reply, const char *name)
{
	for (size_t i = 0; i < reply->header_count; i++)
		if (strcasecmp(reply->headers[i].name, name) == 0)
			return reply->headers[i].value;
	return NULL;
}

static bool is_good(const struct exchange *x)
{
	return !x->reply.status || x->reply.status == 200;
}

/* Answers to somebody with a token are nobody else's. */
static const char *control_of(const struct exchange *x)
{
	const struct route *route = x->request.route;
	const char *own = header_of(&x->reply, "Cache-Control");
	bool is_private = x->server->limits->token && !(route && route->is_open);

	if (own)
		return own;
	if (!is_good(x) || (!*x->tag && !x->is_final))
		return "no-store";
	if (x->is_final)
		return is_private ? "private, max-age=31536000, immutable"
				  : "public, max-age=31536000, immutable";
	return is_private ? "private, no-cache" : "no-cache";
}

/* Of what may be asked for again; what a route makes for the moment has none. */
static void find_tag(struct exchange *x, struct slice plain)
{
	const char *own = header_of(&x->reply, "ETag");
	size_t length = own ? strlen(own) : 0;

	if (own && length < sizeof(x->tag))
		memcpy(x->tag, own, length + 1);
	else if (is_good(x) && (x->made || x->reply.is_static))
		tag_of(x->tag, plain);
}

static bool is_text(const char *type)
{
	static const char *const kinds[] = {"text/", "application/json", PROBLEM_TYPE,
					    "application/javascript", "image/svg+xml"};

	for (size_t i = 0; type && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(type, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return false;
}

static void compress(struct exchange *x)
{
	size_t size;
	void *compressed;

	if (!x->takes_gzip || x->body.size < COMPRESSED_MIN || !is_text(x->reply.content_type))
		return;
	compressed = compress_gzip(&size, x->body);
	if (!compressed)
		return;
	free(x->made);
	x->made = compressed;
	x->body = slice_of(compressed, size);
	x->is_compressed = true;
}

static void write_document(struct exchange *x)
{
	char *text = json_dumps(x->document, JSON_COMPACT);

	if (!text)
		abort(); /* no memory: every document that is made can be written */
	json_decref(x->document);
	x->document = NULL;
	x->made = text;
	x->body = slice_of(text, strlen(text));
	if (!x->reply.content_type)
		x->reply.content_type = "application/json";
}

/* What may be kept must not be the arena's. */
static void outlive_request(struct exchange *x)
{
	void *copy = xmalloc(x->body.size);

	if (x->body.size)
		memcpy(copy, x->body.data, x->body.size);
	x->made = copy;
	x->body = slice_of(copy, x->body.size);
}

void body_make(struct exchange *x)
{
	const struct reply *reply = &x->reply;
	const struct route *route = x->request.route;

	if (x->document)
		write_document(x);
	else
		x->body = reply->is_gzip ? reply->plain : reply->body;
	if (!x->made && is_good(x) && route && route->freshness != FRESH_NOW && !reply->is_static &&
	    !reply->is_gzip && !reply->has_stream)
		outlive_request(x);
	if (!reply->content_type && route)
		x->reply.content_type = route->content_type;
	if (!reply->has_stream) {
		find_tag(x, x->body);
		if (reply->is_gzip && x->takes_gzip) {
			x->body = reply->body;
			x->is_compressed = true;
		} else if (!reply->is_gzip) {
			compress(x);
		}
	}
	x->control = control_of(x);
	x->is_lasting_memory = x->made || reply->is_static;
}
