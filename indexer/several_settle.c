/*
 * several_settle.c - which hash a block has where several sources disagree.
 *
 * First finality is learned, then the header asked for again: so a vote on a block that counts as
 * final was given after it was final, and an honest node that just left a branch is not called a
 * liar. A header that does not make its hash is a lie where another's does (where none does, this
 * program does not know the chain's headers). What is left goes by quorum or finality.
 */
#include <inttypes.h>

#include "indexer/several_votes.h"

struct dispute {
	struct source_several *self;
	struct arena *arena;
	uint64_t number;
	struct votes votes;
	uint64_t voters;
	bool knows_final[SEVERAL_MAX];
	uint64_t final[SEVERAL_MAX];
	/* The result. */
	uint64_t winners;
	bool is_certain; /* by more than the order of the configuration */
};

static enum status learn_finality(struct dispute *d, struct error *err)
{
	struct several_turn turn = several_turn_of_all(d->self);

	turn.is_answered = true; /* there may be nobody who knows the tag */
	while (several_next(&turn)) {
		struct block_ref told;

		turn.status = source_tagged_block(&told, turn.child, BLOCK_FINALIZED, &turn.error);
		d->knows_final[turn.index] = turn.status == OK;
		if (turn.status == OK)
			d->final[turn.index] = told.number;
	}
	return several_end(&turn, err);
}

static void drop_vote(struct dispute *d, size_t child)
{
	d->votes.has[child] = false;
	d->voters &= ~several_bit(child);
}

/* Whether the header that the child gives makes the hash that it named: 1 or 0; -1: cannot tell. */
static int try_header(struct proof_failure *failure, struct dispute *d, size_t child)
{
	struct block_material material;
	struct error unsaid;
	enum status st = source_material(&material, d->arena, d->self->children[child], d->number,
					 NULL, 0, &unsaid);

	if (st != OK || !hash_equal(material.claimed_hash, d->votes.refs[child].hash))
		return -1;
	if (prove_header(failure, &material, d->arena))
		return 1;
	return failure->fault == FAULT_HEADER_HASH ? 0 : -1;
}

static void drop_forged(struct dispute *d)
{
	struct proof_failure *failures = arena_array(d->arena, d->self->count, sizeof(failures[0]));
	uint64_t forged = 0;
	bool is_known = false;

	for (size_t i = 0; i < d->self->count; i++) {
		int holds = -1;

		if (d->voters & several_bit(i))
			holds = try_header(&failures[i], d, i);
		is_known |= holds == 1;
		if (holds == 0)
			forged |= several_bit(i);
	}
	for (size_t i = 0; is_known && i < d->self->count; i++)
		if (forged & several_bit(i)) {
			several_accuse(d->self, i, &failures[i]);
			drop_vote(d, i);
		}
}

/* Those for whom the block is final and who name one hash, where they are more than half of all who
 * know what is final. */
static uint64_t by_finality(const struct dispute *d)
{
	size_t known = 0;

	for (size_t i = 0; i < d->self->count; i++)
		known += d->knows_final[i];
	for (size_t i = 0; i < d->self->count; i++) {
		uint64_t group = votes_group(&d->votes, d->self->count, i, 0);
		size_t sure = 0;

		for (size_t k = 0; k < d->self->count; k++)
			sure += (group & several_bit(k)) && d->knows_final[k] &&
				d->final[k] >= d->number;
		if (sure * 2 > known)
			return group;
	}
	return 0;
}

static void decide(struct dispute *d)
{
	uint64_t best = 0;
	bool is_tie = false;

	for (size_t i = 0; i < d->self->count; i++) {
		uint64_t group = votes_group(&d->votes, d->self->count, i, 0);

		if (!group || group == best)
			continue;
		is_tie = several_size(group) == several_size(best) ||
			 (is_tie && several_size(group) < several_size(best));
		if (several_size(group) > several_size(best))
			best = group;
	}
	d->is_certain = true;
	if (best == d->voters || (several_size(best) >= d->self->shared->quorum && !is_tie)) {
		d->winners = best;
		return;
	}
	d->winners = by_finality(d);
	if (!d->winners && several_size(best) >= d->self->shared->quorum) {
		d->winners = best;
		d->is_certain = false;
	}
}

/* The newest block that all winners who know what is final call so. */
static bool final_for_winners(uint64_t *out, const struct dispute *d)
{
	bool is_known = false;

	*out = UINT64_MAX;
	for (size_t i = 0; i < d->self->count; i++) {
		if (!(d->winners & several_bit(i)) || !d->knows_final[i])
			continue;
		is_known = true;
		if (d->final[i] < *out)
			*out = d->final[i];
	}
	return is_known;
}

static bool accuse_losers(struct dispute *d, const struct block_ref *settled)
{
	uint64_t final;

	if (!d->is_certain || !final_for_winners(&final, d) || d->number > final)
		return false;
	for (size_t i = 0; i < d->self->count; i++) {
		struct proof_failure failure = {.fault = FAULT_DISAGREEMENT,
						.block = d->number,
						.block_hash = settled->hash};

		if (!(d->voters & ~d->winners & several_bit(i)))
			continue;
		(void)hash_format(failure.expected, settled->hash);
		(void)hash_format(failure.actual, d->votes.refs[i].hash);
		several_accuse(d->self, i, &failure);
	}
	return true;
}

/* "A says 0x…, B says 0x…" */
static const char *who_says_what(struct dispute *d)
{
	struct buffer out = buffer_in(d->arena);
	char text[HEX_SIZE(HASH_BYTES)];

	for (size_t i = 0; i < d->self->count; i++)
		if (d->voters & several_bit(i))
			buffer_printf(&out, "%s%s says %s", out.size ? ", " : "",
				      d->self->children[i]->label,
				      hash_format(text, d->votes.refs[i].hash));
	return buffer_string(&out);
}

/* Once a block: a dispute is looked at again with every question. */
static void tell(struct dispute *d, const char *outcome)
{
	struct several_shared *shared = d->self->shared;
	bool is_told;

	(void)pthread_mutex_lock(&shared->mutex);
	is_told = shared->has_told && shared->told == d->number;
	shared->has_told = true;
	shared->told = d->number;
	(void)pthread_mutex_unlock(&shared->mutex);
	if (!is_told)
		log_info(d->self->base.logger, "nodes disagree on block %" PRIu64 ": %s; %s",
			 d->number, who_says_what(d), outcome);
}

static enum status unsettled(struct dispute *d, struct error *err)
{
	unsigned quorum = d->self->shared->quorum;

	tell(d, "waiting for a quorum");
	return error_set(err, ERR_AGAIN,
			 "nodes disagree on block %" PRIu64 ": %s; waiting for a quorum of %u",
			 d->number, who_says_what(d), quorum);
}

static void settled(struct block_ref *out, struct dispute *d)
{
	struct source_several *self = d->self;

	*out = *votes_get(&d->votes, several_first(d->winners), 0);
	if (d->winners != d->voters && !accuse_losers(d, out)) {
		char text[HEX_SIZE(HASH_BYTES)];

		tell(d, arena_printf(d->arena, "going on with %s", hash_format(text, out->hash)));
	}
	self->has_disputed = true;
	self->disputed = out->hash;
	self->disputed_by = d->winners;
	several_speak_among(self, d->winners);
}

enum status several_settle(struct block_ref *out, struct source_several *self, uint64_t number,
			   struct error *err)
{
	struct dispute d = {.self = self, .arena = arena_new(), .number = number};
	enum status st;

	d.votes = votes_new(d.arena, self->count, 1);
	st = learn_finality(&d, err);
	if (st == OK)
		st = votes_poll(&d.votes, self, 0, &number, err);
	d.voters = votes_voters(&d.votes, self->count, 0);
	if (st == OK && !d.voters)
		st = votes_no_block(self, &d.votes, number, err);
	if (st == OK && votes_group(&d.votes, self->count, several_first(d.voters), 0) != d.voters)
		drop_forged(&d);
	if (st == OK) {
		decide(&d);
		if (d.winners)
			settled(out, &d);
		else
			st = unsettled(&d, err);
	}
	arena_free(d.arena);
	return st;
}
