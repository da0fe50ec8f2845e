/*
 * json_text.h - text as the inside of a JSON string, where there is no JSON library.
 */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include <stddef.h>

/* Room for `length` bytes of text in the worst case (a byte becomes at most "\u0000"), with NUL. */
#define JSON_TEXT_SIZE(length) (6 * (size_t)(length) + 1)

/*
 * Writes `text` without quotation marks: quotation mark, backslash and control characters (DEL too)
 * are escaped, what is not UTF-8 (overlong forms, surrogates, values above U+10FFFF, a sequence cut
 * short) becomes U+FFFD, one for each such sequence. Cut at a whole character where `size`, which
 * counts the NUL and is at least 1, is too small. Gives the length.
 */
size_t json_text(char *out, size_t size, const char *text);

#endif
