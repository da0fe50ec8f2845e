/*
 * nearest.h - which of the names that are known is nearest to one that is not, for messages.
 */
#ifndef BASE_NEAREST_H
#define BASE_NEAREST_H

#include <stddef.h>

struct nearest {
	const char *wanted;
	const char *name; /* NULL: none has enough in common */
	size_t distance;
};

/* None was offered yet. */
struct nearest nearest_to(const char *wanted);

/* Among names that are equally near, the first one stays. */
void nearest_offer(struct nearest *nearest, const char *name);

#endif
