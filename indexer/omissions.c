/*
 * Logs that a node left out, remembered while a sparse backfill may still go back: the replay asks
 * the node again, and what it names then does not undo that it did not name it before.
 */
#include <stdlib.h>

#include "indexer/mirror_impl.h"

enum { OMISSIONS_MAX = 100000 }; /* more are repaired as well, and may be told only once */

static int compare(const struct omission *a, uint64_t block, uint32_t log_index)
{
	if (a->block != block)
		return a->block < block ? -1 : 1;
	return a->log_index < log_index ? -1 : a->log_index > log_index;
}

/* Where the first one not before that place stands. */
static size_t place_of(const struct mirror *m, uint64_t block, uint32_t log_index)
{
	size_t low = 0;
	size_t high = m->omission_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&m->omissions[middle], block, log_index) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

void mirror_remember_omission(struct mirror *m, const struct block_ref *block, uint32_t log_index,
			      const char *node)
{
	size_t at = place_of(m, block->number, log_index);

	if (at < m->omission_count && compare(&m->omissions[at], block->number, log_index) == 0) {
		m->omissions[at].block_hash = block->hash; /* of the newer branch */
		return;
	}
	if (m->omission_count == OMISSIONS_MAX)
		return;
	if (m->omission_count == m->omission_capacity) {
		m->omission_capacity = m->omission_capacity ? m->omission_capacity * 2 : 64;
		m->omissions = xrealloc(m->omissions, m->omission_capacity * sizeof(*m->omissions));
	}
	memmove(m->omissions + at + 1, m->omissions + at,
		(m->omission_count - at) * sizeof(*m->omissions));
	m->omission_count++;
	m->omissions[at] = (struct omission){.block = block->number,
					     .block_hash = block->hash,
					     .log_index = log_index,
					     .node = arena_string(m->refetch_arena, node)};
}

size_t mirror_omissions_of(const struct omission **out, const struct mirror *m,
			   const struct block_ref *block)
{
	size_t at = place_of(m, block->number, 0);
	size_t count = 0;

	*out = m->omissions + at;
	while (at + count < m->omission_count && m->omissions[at + count].block == block->number &&
	       hash_equal(m->omissions[at + count].block_hash, block->hash))
		count++;
	return count;
}

void mirror_forget_omissions(struct mirror *m)
{
	m->omission_count = 0;
	m->must_prove_count = 0;
	arena_reset(m->refetch_arena);
}
