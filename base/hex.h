/*
 * hex.h - 0x-prefixed hexadecimal text, strict on the way in, lower case on the way out.
 */
#ifndef BASE_HEX_H
#define BASE_HEX_H

#include "base/slice.h"

/* Room for "0x", two digits a byte and the NUL. */
#define HEX_SIZE(bytes) (2 + 2 * (bytes) + 1)

/* Writes "0x…" and a NUL to `out`, which has HEX_SIZE(bytes.size) bytes; returns `out`. */
char *hex_format(char *out, struct slice bytes);

/* The same in an arena. */
char *hex_string(struct arena *arena, struct slice bytes);

/*
 * Reads exactly `size` bytes from "0x" and 2*size digits (either case); `length` is the text's
 * length. ERR_BAD_DATA tells what is wrong: no prefix, odd length, a bad digit and where.
 */
enum status hex_parse_exact(uint8_t *out, size_t size, const char *text, size_t length,
			    struct error *err) MUST_CHECK;

/* The same for any even number of digits up to `size_max` bytes, into the arena. */
enum status hex_parse(struct slice *out, struct arena *arena, const char *text, size_t length,
		      size_t size_max, struct error *err) MUST_CHECK;

/* A JSON-RPC quantity: "0x0" or no leading zero digit, at most 64 bits. */
enum status hex_parse_quantity(uint64_t *out, const char *text, size_t length,
			       struct error *err) MUST_CHECK;

/* One digit's value, or -1. */
int hex_digit(char c);

#endif
