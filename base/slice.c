#include "base/slice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool slice_equal(struct slice a, struct slice b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

struct slice slice_copy(struct arena *arena, struct slice bytes)
{
	return slice_of(arena_copy(arena, bytes.data, bytes.size), bytes.size);
}

static void reserve(struct buffer *buffer, size_t more)
{
	size_t capacity = buffer->capacity ? buffer->capacity : 64;
	uint8_t *data;

	if (more <= buffer->capacity - buffer->size)
		return;
	if (more > SIZE_MAX / 2 - buffer->size)
		abort();
	while (capacity < buffer->size + more)
		capacity *= 2;
	data = arena_alloc(buffer->arena, capacity);
	if (buffer->size)
		memcpy(data, buffer->data, buffer->size);
	buffer->data = data;
	buffer->capacity = capacity;
}

void buffer_append(struct buffer *buffer, const void *data, size_t size)
{
	if (!size)
		return;
	reserve(buffer, size);
	memcpy(buffer->data + buffer->size, data, size);
	buffer->size += size;
}

void buffer_byte(struct buffer *buffer, uint8_t byte)
{
	buffer_append(buffer, &byte, 1);
}

void buffer_text(struct buffer *buffer, const char *text)
{
	buffer_append(buffer, text, strlen(text));
}

void buffer_printf(struct buffer *buffer, const char *format, ...)
{
	va_list args;
	va_list again;
	int length;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		abort();
	reserve(buffer, (size_t)length + 1);
	(void)vsnprintf((char *)buffer->data + buffer->size, (size_t)length + 1, format, again);
	va_end(again);
	buffer->size += (size_t)length;
}

const char *buffer_string(struct buffer *buffer)
{
	reserve(buffer, 1);
	buffer->data[buffer->size] = '\0';
	return (const char *)buffer->data;
}
