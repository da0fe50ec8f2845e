/*
 * fields.h - only some members of an answer.
 */
#ifndef SERVE_HTTP_FIELDS_H
#define SERVE_HTTP_FIELDS_H

#include <jansson.h>

#include "base/slice.h"

enum { FIELDS_MAX = 64 };

/*
 * The document with only the members that are named, names with commas between; of a list, its
 * items with only those. "state.apr" is the member `apr` of the member `state`. `at` and a list's
 * `next` stay in any case. Takes the reference; gives a new one, or NULL with ERR_USAGE: a name
 * that no item, or the document, has, or too many of them.
 */
json_t *fields_pick(json_t *document, const char *names, struct arena *arena, struct error *err);

#endif
