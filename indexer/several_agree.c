/*
 * several_agree.c - which hash a block has, where several sources are asked for it.
 *
 * One answer or equal answers are taken as they are: that a block is what its hash says is proved
 * elsewhere. Different ones are settled block by block.
 */
#include "indexer/several_votes.h"

/* ---- questions ---- */

enum status several_headers(struct block_ref *out, struct source *source, const uint64_t *numbers,
			    size_t count, struct error *err)
{
	struct source_several *self = several_of(source);
	struct arena *arena = arena_new();
	struct votes votes = votes_new(arena, self->count, count);
	uint64_t speakers = SEVERAL_ALL;
	enum status st = count ? votes_poll(&votes, self, 0, numbers, err) : OK;

	for (size_t i = 0; st == OK && i < count; i++) {
		uint64_t voters = votes_voters(&votes, self->count, i);

		if (!voters) {
			st = votes_no_block(self, &votes, numbers[i], err);
		} else if (votes_group(&votes, self->count, several_first(voters), i) == voters) {
			out[i] = *votes_get(&votes, several_first(voters), i);
			speakers &= voters;
			/* Who names it by now may be asked for it; those who did then may be away.
			 */
			if (self->has_disputed && hash_equal(out[i].hash, self->disputed))
				self->disputed_by |= voters;
		} else {
			st = several_settle(&out[i], self, numbers[i], err);
			speakers &= self->disputed_by;
		}
	}
	if (st == OK && count && speakers)
		several_speak_among(self, speakers);
	arena_free(arena);
	return st;
}

uint64_t several_named(const struct source_several *self, const struct hash *hash)
{
	if (hash && self->has_disputed && hash_equal(*hash, self->disputed))
		return self->disputed_by;
	return SEVERAL_ALL;
}

/* ---- ranges ---- */

/* Those of the blocks that no block behind them in the answer stands on. */
static size_t ends_of_runs(size_t *out, const struct fetched_block *blocks, size_t count)
{
	size_t ends = 0;

	for (size_t i = 0; i < count; i++) {
		bool is_linked = i + 1 < count &&
				 blocks[i].ref.number + 1 == blocks[i + 1].ref.number &&
				 hash_equal(blocks[i].ref.hash, blocks[i + 1].ref.parent_hash);

		if (!is_linked)
			out[ends++] = i;
	}
	return ends;
}

/* Whether a child that is not in quarantine by now names another hash. */
static bool is_contested(struct source_several *self, const struct votes *votes, size_t block,
			 const struct hash *hash)
{
	for (size_t i = 0; i < self->count; i++) {
		const struct block_ref *vote = votes_get(votes, i, block);

		if (vote && !hash_equal(vote->hash, *hash) &&
		    !witness_is_quarantined(self->shared->witnesses, i))
			return true;
	}
	return false;
}

enum status several_compare(uint64_t *winners, struct source_several *self, size_t index,
			    const struct fetched_block *blocks, size_t count, struct error *err)
{
	struct arena *arena = arena_new();
	size_t *ends = arena_array(arena, count, sizeof(ends[0]));
	size_t end_count = ends_of_runs(ends, blocks, count);
	uint64_t *numbers = arena_array(arena, end_count, sizeof(numbers[0]));
	struct votes votes = votes_new(arena, self->count, end_count);
	enum status st = OK;

	*winners = 0;
	for (size_t i = 0; i < end_count; i++)
		numbers[i] = blocks[ends[i]].ref.number;
	if (end_count)
		st = votes_poll(&votes, self, several_bit(index), numbers, err);
	for (size_t i = 0; st == OK && !*winners && i < end_count; i++) {
		const struct hash *hash = &blocks[ends[i]].ref.hash;
		struct block_ref settled_ref;

		if (!is_contested(self, &votes, i, hash))
			continue;
		st = several_settle(&settled_ref, self, numbers[i], err);
		if (st == OK && !hash_equal(settled_ref.hash, *hash))
			*winners = self->disputed_by;
	}
	arena_free(arena);
	return st;
}
