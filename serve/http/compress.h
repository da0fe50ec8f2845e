/*
 * compress.h - a body as gzip.
 */
#ifndef SERVE_HTTP_COMPRESS_H
#define SERVE_HTTP_COMPRESS_H

#include "base/slice.h"

/* From malloc, `*size` bytes; NULL where it would not be smaller. */
void *compress_gzip(size_t *size, struct slice body);

#endif
