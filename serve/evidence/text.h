/*
 * text.h - the one way in which an evidence file's JSON is laid out.
 *
 * Pretty-printed with one space a level and escapes that keep it ASCII, as jansson writes with
 * JSON_INDENT(1) and JSON_ENSURE_ASCII: a member or element a line, "name": value, [] and {} where
 * nothing is in them. What is laid out differently is no evidence file, so a document has one text
 * only and a changed byte cannot hide in white space, escapes or a member that stands there twice.
 */
#ifndef SERVE_EVIDENCE_TEXT_H
#define SERVE_EVIDENCE_TEXT_H

#include <jansson.h>

#include "abi/types.h"

struct text_out {
	struct buffer text;
	unsigned depth;
	bool is_empty; /* nothing stands yet in the innermost object or array */
};

struct text_out text_begin(struct arena *arena);

/* `name`: of the member; NULL for an element of an array and for the document itself. */
void text_object(struct text_out *out, const char *name);
void text_array(struct text_out *out, const char *name);
void text_object_end(struct text_out *out);
void text_array_end(struct text_out *out);

/* Printable ASCII without quotes and backslashes. */
void text_string(struct text_out *out, const char *name, const char *string);
void text_hex(struct text_out *out, const char *name, struct slice bytes);
void text_hash(struct text_out *out, const char *name, struct hash hash);
void text_address(struct text_out *out, const char *name, struct address address);
void text_number(struct text_out *out, const char *name, uint64_t number);
void text_null(struct text_out *out, const char *name);

/* A value that is laid out already for this depth. */
void text_raw(struct text_out *out, const char *name, struct slice value);
/* Any JSON value; takes the reference. */
void text_json(struct text_out *out, const char *name, json_t *value);
/* The value's text as a member or element at that depth has it; takes the reference. */
struct slice text_of_json(struct arena *arena, json_t *value, unsigned depth);

/* The value on one line, in ASCII; takes the reference. */
const char *text_compact(struct arena *arena, json_t *value);

/*
 * The text is one value laid out so, with a newline behind it: numbers are whole, no object names a
 * member twice, nothing is nested deeper than 32. ERR_BAD_DATA names line and byte.
 */
enum status text_check(struct slice text, struct error *err) MUST_CHECK;

#endif
