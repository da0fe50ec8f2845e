/*
 * several_votes.h - what several sources say of some blocks; for several_*.c only.
 */
#ifndef INDEXER_SEVERAL_VOTES_H
#define INDEXER_SEVERAL_VOTES_H

#include "indexer/several.h"

/* By child and block. */
struct votes {
	size_t count;
	struct block_ref *refs;
	bool *has;
	uint64_t answered; /* the children that did, if only that they have none */
};

struct votes votes_new(struct arena *arena, size_t children, size_t count);

/* Asks all; those of `without` are not. OK where somebody answered, if only that it has none. */
enum status votes_poll(struct votes *votes, struct source_several *self, uint64_t without,
		       const uint64_t *numbers, struct error *err) MUST_CHECK;

/* NULL where the child named none. */
const struct block_ref *votes_get(const struct votes *votes, size_t child, size_t block);

/* Who named the hash that this child named; 0 where it named none. */
uint64_t votes_group(const struct votes *votes, size_t children, size_t child, size_t block);

/* Who named any. */
uint64_t votes_voters(const struct votes *votes, size_t children, size_t block);

/* The error where nobody who answered has the block: ERR_NOTFOUND, or ERR_AGAIN where somebody who
 * did not answer is known to have it. */
enum status votes_no_block(struct source_several *self, const struct votes *votes, uint64_t number,
			   struct error *err);

#endif
