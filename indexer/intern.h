/*
 * intern.h - a set of byte strings, each stored once and known by its number.
 */
#ifndef INDEXER_INTERN_H
#define INDEXER_INTERN_H

#include "base/slice.h"

struct intern {
	struct arena *arena; /* of the strings; not owned */
	struct slice *items; /* by number */
	uint32_t *slots;     /* number + 1, 0: free */
	uint32_t count;
	uint32_t slot_count; /* a power of two */
};

static inline struct intern intern_in(struct arena *arena)
{
	return (struct intern){.arena = arena};
}

void intern_clear(struct intern *set);

/* The number of these bytes; a copy is stored where they are new. */
uint32_t intern_add(struct intern *set, struct slice bytes);

/* False where the set does not hold them. */
bool intern_find(uint32_t *number, const struct intern *set, struct slice bytes);

#endif
