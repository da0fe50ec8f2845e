/*
 * json_read.h - reads JSON from bytes in memory, in order and without building a tree.
 *
 * A node's answer to eth_getLogs is megabytes of hexadecimal text under a dozen names. Of such logs
 * jansson builds about 100,000 a second as objects; this reader with the parsing behind it makes
 * about a million into structs (one core, 680 bytes a log). So what comes in bulk is walked with
 * this reader, and what is small (errors) stays with jansson, which is also its judge in the tests.
 *
 * Strict: RFC 8259 syntax, valid UTF-8, bounded depth. The first mistake sticks: from there on
 * every function returns false, and jread_failed, jread_error tell what was expected and where.
 *
 *	jread_open(&r, bytes);
 *	if (jread_object(&r))
 *		while (jread_member(&r, &key))
 *			jread_skip(&r, &value);
 *	jread_close(&r);
 *	if (jread_failed(&r)) …
 */
#ifndef INDEXER_JSON_READ_H
#define INDEXER_JSON_READ_H

#include <string.h>

#include "base/slice.h"

enum { JSON_DEPTH_MAX = 64 };

enum json_kind {
	JSON_READ_NONE, /* nothing, or nothing that begins a value */
	JSON_READ_OBJECT,
	JSON_READ_ARRAY,
	JSON_READ_STRING,
	JSON_READ_NUMBER,
	JSON_READ_BOOL,
	JSON_READ_NULL,
};

struct json_reader {
	const uint8_t *begin;
	const uint8_t *at;
	const uint8_t *end;
	const char *problem; /* what was expected where the reader stopped; NULL: none so far */
	unsigned depth;
	bool fresh; /* directly behind the bracket that opened an object or array */
};

void jread_open(struct json_reader *r, struct slice text);

/* Nothing but white space is left, and nothing is open. */
bool jread_close(struct json_reader *r);

static inline bool jread_failed(const struct json_reader *r)
{
	return r->problem != NULL;
}

/* "expected … at byte N" as ERR_BAD_DATA; for a reader that failed. */
enum status jread_error(const struct json_reader *r, struct error *err);

/* The kind of the value that comes next; consumes white space only. */
enum json_kind jread_peek(struct json_reader *r);

/* Opens an object; then jread_member until it is false, each followed by reading one value. */
bool jread_object(struct json_reader *r);

/* The next member's name as it is written (escapes are not resolved); false behind the last. */
bool jread_member(struct json_reader *r, struct slice *name);

/* Opens an array; then jread_element until it is false, each followed by reading one value. */
bool jread_array(struct json_reader *r);
bool jread_element(struct json_reader *r);

/* A string's characters as they are written (escapes are not resolved). */
bool jread_string(struct json_reader *r, struct slice *text);

/* A number that is a whole one from 0 to 2^64-1, without fraction or exponent. */
bool jread_uint(struct json_reader *r, uint64_t *value);

bool jread_bool(struct json_reader *r, bool *value);
bool jread_null(struct json_reader *r);

/* Any value; `span` (may be NULL) gets its text. */
bool jread_skip(struct json_reader *r, struct slice *span);

/* Whether a name is this one. */
static inline bool jread_is(struct slice name, const char *text, size_t length)
{
	return name.size == length && memcmp(name.data, text, length) == 0;
}

#define JSON_IS(name, literal) jread_is((name), (literal), sizeof(literal) - 1)

#endif
