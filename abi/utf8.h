/*
 * utf8.h - strict UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
 */
#ifndef ABI_UTF8_H
#define ABI_UTF8_H

#include "base/slice.h"

/* The length of the character that begins `bytes`: 1 to 4, or 0 where there is none. */
size_t utf8_character(struct slice bytes);

/* The index of the first byte that begins no character; bytes.size where all is well. */
size_t utf8_valid_size(struct slice bytes);

#endif
