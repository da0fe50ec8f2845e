/*
 * text.h - growing bytes in malloc'ed memory, and what JSON needs appended to them.
 */
#ifndef TESTS_BENCH_TEXT_H
#define TESTS_BENCH_TEXT_H

#include "abi/types.h"

/* Free .data. */
struct text {
	char *data;
	size_t size;
	size_t capacity;
};

void text_append(struct text *text, const char *data, size_t size);
void text_string(struct text *text, const char *string);

#define TEXT_LITERAL(text, literal) text_append((text), (literal), sizeof(literal) - 1)

/* 0x and the digits. */
void text_hex(struct text *text, const void *bytes, size_t size);
void text_quantity(struct text *text, uint64_t value);

/* "name":"0x…", with a comma behind. */
void text_hex_member(struct text *text, const char *name, const void *bytes, size_t size);
void text_quantity_member(struct text *text, const char *name, uint64_t value);

#endif
