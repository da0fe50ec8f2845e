/*
 * tag.h - entity tags: what a body is known by.
 */
#ifndef SERVE_HTTP_TAG_H
#define SERVE_HTTP_TAG_H

#include "base/slice.h"

/* With its quotation marks, and room for the mark of a compressed body. */
enum { TAG_SIZE = 48 };

/* A strong tag of the bytes. */
void tag_of(char out[TAG_SIZE], struct slice body);

/* The tag of the same body compressed: another one, with "-gz" inside the quotation marks. Gives
 * `tag` itself where that is no tag. */
const char *tag_compressed(struct arena *arena, const char *tag);

/* Whether an If-None-Match header (NULL: there is none) names the tag, compressed or not, weak or
 * not, or is "*". */
bool tag_is_named(const char *header, const char *tag);

#endif
