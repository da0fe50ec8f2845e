/*
 * arena.h - memory with one lifetime.
 *
 * A bump allocator: everything that belongs to one block (or one request) is taken from its arena
 * and goes at once with arena_reset or arena_free. Running out of memory aborts the program: every
 * input has a limit and commits are atomic, so dying loses nothing (docs/concepts.md).
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/error.h"

struct arena;

/* A new, empty arena; free it with arena_free. Never NULL. */
struct arena *arena_new(void);
void arena_free(struct arena *arena);

/* Forgets everything that was taken, keeps some memory for the next use. */
void arena_reset(struct arena *arena);

/* `size` bytes, zeroed, aligned for any type. Never NULL; size 0 gives a valid pointer. */
void *arena_alloc(struct arena *arena, size_t size);

/* `count` elements of `size` bytes, zeroed; aborts where the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy of `size` bytes at `data` (NULL allowed when size is 0). */
void *arena_copy(struct arena *arena, const void *data, size_t size);

/* A NUL-terminated copy of `text`, or of its first `length` bytes. */
char *arena_string(struct arena *arena, const char *text);
char *arena_string_n(struct arena *arena, const char *text, size_t length);

/* printf into the arena. */
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* Bytes handed out since the last reset, for limits and figures. */
size_t arena_used(const struct arena *arena);

/* malloc, realloc, strdup that abort where memory ends; free with free(). For handles only. */
void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);

#endif
