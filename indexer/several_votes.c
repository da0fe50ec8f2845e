/* What several sources say of some blocks. */
#include <inttypes.h>

#include "indexer/several_votes.h"

struct votes votes_new(struct arena *arena, size_t children, size_t count)
{
	struct votes votes = {.count = count};

	votes.refs = arena_array(arena, children, count * sizeof(votes.refs[0]));
	votes.has = arena_array(arena, children, count * sizeof(votes.has[0]));
	return votes;
}

const struct block_ref *votes_get(const struct votes *votes, size_t child, size_t block)
{
	size_t at = child * votes->count + block;

	return votes->has[at] ? &votes->refs[at] : NULL;
}

/* ---- asking ---- */

struct header_ask {
	struct source *child;
	const uint64_t *numbers;
	struct block_ref *refs;
	bool *has;
};

static enum status ask_some(struct header_ask *ask, size_t from, size_t count, struct error *err)
{
	enum status st =
		source_headers(ask->refs + from, ask->child, ask->numbers + from, count, err);

	for (size_t i = 0; st == OK && i < count; i++)
		ask->has[from + i] = true;
	return st;
}

/* Of the blocks it has one end, `has`, and not the other: finds where that run ends, and asks for
 * it. */
static enum status ask_run(struct header_ask *ask, size_t has, size_t lacks, struct error *err)
{
	size_t end = has;

	while (has + 1 != lacks && lacks + 1 != has) {
		size_t middle = (has + lacks) / 2;
		enum status st = ask_some(ask, middle, 1, err);

		if (st == OK)
			has = middle;
		else if (st == ERR_NOTFOUND)
			lacks = middle;
		else
			return st;
	}
	return end < has ? ask_some(ask, end, has - end + 1, err)
			 : ask_some(ask, has, end - has + 1, err);
}

/*
 * Those of the blocks that the child has. What it has is one run of blocks, with the newest or
 * without history that it pruned; of a child with gaps it does not matter what is overlooked.
 */
static enum status ask_headers(struct header_ask *ask, size_t count, struct error *err)
{
	size_t last = count - 1;
	enum status st = ask_some(ask, 0, count, err);

	if (st != ERR_NOTFOUND || count == 1)
		return st == ERR_NOTFOUND ? OK : st;
	st = ask_some(ask, 0, 1, err);
	if (st == OK || st == ERR_NOTFOUND)
		st = ask_some(ask, last, 1, err);
	if ((st == OK || st == ERR_NOTFOUND) && ask->has[0] != ask->has[last])
		st = ask_run(ask, ask->has[0] ? 0 : last, ask->has[0] ? last : 0, err);
	return st == ERR_NOTFOUND ? OK : st;
}

enum status votes_poll(struct votes *votes, struct source_several *self, uint64_t without,
		       const uint64_t *numbers, struct error *err)
{
	struct several_turn turn = several_turn_of_all(self);

	/* A single header takes no time. Many may, where an endpoint's pace is slow. */
	if (votes->count == 1)
		turn.limit_ms = SEVERAL_HANG_MS;
	turn.tried = without;
	turn.is_answered = without != 0;
	while (several_next(&turn)) {
		struct header_ask ask = {
			.child = turn.child,
			.numbers = numbers,
			.refs = &votes->refs[turn.index * votes->count],
			.has = &votes->has[turn.index * votes->count],
		};

		turn.status = ask_headers(&ask, votes->count, &turn.error);
		if (turn.status == OK)
			votes->answered |= several_bit(turn.index);
	}
	return several_end(&turn, err);
}

/* ---- counting ---- */

uint64_t votes_group(const struct votes *votes, size_t children, size_t child, size_t block)
{
	const struct block_ref *own = votes_get(votes, child, block);
	uint64_t group = 0;

	for (size_t i = 0; own && i < children; i++) {
		const struct block_ref *other = votes_get(votes, i, block);

		if (other && hash_equal(other->hash, own->hash))
			group |= several_bit(i);
	}
	return group;
}

uint64_t votes_voters(const struct votes *votes, size_t children, size_t block)
{
	uint64_t voters = 0;

	for (size_t i = 0; i < children; i++)
		if (votes_get(votes, i, block))
			voters |= several_bit(i);
	return voters;
}

enum status votes_no_block(struct source_several *self, const struct votes *votes, uint64_t number,
			   struct error *err)
{
	struct several_shared *shared = self->shared;
	const char *label = NULL;

	(void)pthread_mutex_lock(&shared->mutex);
	for (size_t i = 0; i < self->count; i++) {
		const struct several_child *child = &shared->children[i];

		if (!(votes->answered & several_bit(i)) && !child->is_foreign && child->has_head &&
		    child->head.number >= number && !witness_is_quarantined(shared->witnesses, i))
			label = self->children[i]->label;
	}
	(void)pthread_mutex_unlock(&shared->mutex);
	if (label)
		return error_set(err, ERR_AGAIN,
				 "block %" PRIu64 ": %s does not answer, and no other node has it",
				 number, label);
	return error_set(err, ERR_NOTFOUND, "%s: no node that was asked has block %" PRIu64,
			 self->base.label, number);
}
