/*
 * slice.h - a view of bytes that somebody else owns, big-endian integers, and a growing buffer.
 */
#ifndef BASE_SLICE_H
#define BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct slice {
	const uint8_t *data;
	size_t size;
};

static inline struct slice slice_of(const void *data, size_t size)
{
	return (struct slice){.data = data, .size = size};
}

bool slice_equal(struct slice a, struct slice b);
struct slice slice_copy(struct arena *arena, struct slice bytes);

static inline void put_be32(uint8_t out[4], uint32_t value)
{
	out[0] = (uint8_t)(value >> 24);
	out[1] = (uint8_t)(value >> 16);
	out[2] = (uint8_t)(value >> 8);
	out[3] = (uint8_t)value;
}

static inline uint32_t get_be32(const uint8_t in[4])
{
	return (uint32_t)in[0] << 24 | (uint32_t)in[1] << 16 | (uint32_t)in[2] << 8 | in[3];
}

static inline void put_be64(uint8_t out[8], uint64_t value)
{
	put_be32(out, (uint32_t)(value >> 32));
	put_be32(out + 4, (uint32_t)value);
}

static inline uint64_t get_be64(const uint8_t in[8])
{
	return (uint64_t)get_be32(in) << 32 | get_be32(in + 4);
}

/* A growing run of bytes in an arena; data is good until the next append. */
struct buffer {
	struct arena *arena;
	uint8_t *data;
	size_t size;
	size_t capacity;
};

static inline struct buffer buffer_in(struct arena *arena)
{
	return (struct buffer){.arena = arena};
}

void buffer_append(struct buffer *buffer, const void *data, size_t size);
void buffer_byte(struct buffer *buffer, uint8_t byte);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_printf(struct buffer *buffer, const char *format, ...) PRINTF_LIKE(2, 3);

/* The bytes as NUL-terminated text (the NUL is not counted in size). */
const char *buffer_string(struct buffer *buffer);

static inline struct slice buffer_slice(const struct buffer *buffer)
{
	return slice_of(buffer->data, buffer->size);
}

#endif
