#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CHUNK = 16 * 1024, KEEP_AT_RESET = 4 * 1024 * 1024 };

struct chunk {
	struct chunk *next;
	size_t size;
	size_t used;
	alignas(max_align_t) unsigned char bytes[];
};

struct arena {
	struct chunk *head;
	size_t used;
};

static _Noreturn void out_of_memory(void)
{
	(void)fputs("covermirror: out of memory\n", stderr);
	abort();
}

void *xmalloc(size_t size)
{
	void *memory = malloc(size ? size : 1);

	if (!memory)
		out_of_memory();
	return memory;
}

void *xcalloc(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size ? size : 1);

	if (!memory)
		out_of_memory();
	return memory;
}

void *xrealloc(void *old, size_t size)
{
	void *memory = realloc(old, size ? size : 1);

	if (!memory)
		out_of_memory();
	return memory;
}

char *xstrdup(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(xmalloc(size), text, size);
}

struct arena *arena_new(void)
{
	return xcalloc(1, sizeof(struct arena));
}

static void free_chunks(struct chunk *chunk)
{
	while (chunk) {
		struct chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	free_chunks(arena->head);
	free(arena);
}

/* The newest chunk is the largest: keep it if it is of a sensible size, drop the rest. */
void arena_reset(struct arena *arena)
{
	struct chunk *keep = arena->head;

	arena->used = 0;
	if (!keep)
		return;
	free_chunks(keep->next);
	keep->next = NULL;
	keep->used = 0;
	if (keep->size > KEEP_AT_RESET) {
		free(keep);
		arena->head = NULL;
	}
}

static struct chunk *add_chunk(struct arena *arena, size_t wanted)
{
	size_t size = arena->head ? arena->head->size * 2 : FIRST_CHUNK;
	struct chunk *chunk;

	if (size > KEEP_AT_RESET)
		size = KEEP_AT_RESET;
	if (size < wanted)
		size = wanted;
	if (size > SIZE_MAX - sizeof(*chunk))
		out_of_memory();
	chunk = xmalloc(sizeof(*chunk) + size);
	chunk->size = size;
	chunk->used = 0;
	chunk->next = arena->head;
	arena->head = chunk;
	return chunk;
}

static void *take(struct arena *arena, size_t size)
{
	struct chunk *chunk = arena->head;
	size_t rounded;
	void *memory;

	if (size > SIZE_MAX - alignof(max_align_t))
		out_of_memory();
	rounded = (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	if (!chunk || chunk->size - chunk->used < rounded)
		chunk = add_chunk(arena, rounded);
	memory = chunk->bytes + chunk->used;
	chunk->used += rounded;
	arena->used += rounded;
	return memory;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	void *memory = take(arena, size);

	memset(memory, 0, size);
	return memory;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		out_of_memory();
	return arena_alloc(arena, count * size);
}

void *arena_copy(struct arena *arena, const void *data, size_t size)
{
	void *memory = take(arena, size);

	if (size)
		memcpy(memory, data, size);
	return memory;
}

char *arena_string_n(struct arena *arena, const char *text, size_t length)
{
	char *copy = take(arena, length + 1);

	if (length)
		memcpy(copy, text, length);
	copy[length] = '\0';
	return copy;
}

char *arena_string(struct arena *arena, const char *text)
{
	return arena_string_n(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
	va_list args;
	va_list again;
	int length;
	char *text;

	va_start(args, format);
	va_copy(again, args);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		out_of_memory();
	text = take(arena, (size_t)length + 1);
	(void)vsnprintf(text, (size_t)length + 1, format, again);
	va_end(again);
	return text;
}

size_t arena_used(const struct arena *arena)
{
	return arena->used;
}
