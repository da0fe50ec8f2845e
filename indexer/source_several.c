/* Several sources as one: opening, closing, and the questions that one child answers. */
#include "indexer/source_several.h"

#include <inttypes.h>
#include <stdlib.h>

#include "indexer/several.h"

/* ---- the chain ---- */

static enum status chain_id(uint64_t *out, struct source *source, struct error *err)
{
	struct source_several *self = several_of(source);
	struct several_shared *shared = self->shared;
	struct several_turn turn = several_turn_of_all(self);
	enum status st = OK;

	while (several_next(&turn))
		turn.status = source_chain_id(out, turn.child, &turn.error);
	(void)pthread_mutex_lock(&shared->mutex);
	for (size_t i = 0; i < self->count && st == OK; i++)
		if (shared->children[i].is_foreign)
			st = error_set(err, ERR_DENIED,
				       "%s is on chain %" PRIu64 ", expected %" PRIu64,
				       self->children[i]->label, shared->children[i].chain_id,
				       shared->chain_id);
	(void)pthread_mutex_unlock(&shared->mutex);
	return st == OK ? several_end(&turn, err) : st;
}

static enum status is_syncing(bool *out, struct source *source, struct error *err)
{
	struct several_turn turn = several_turn_of_all(several_of(source));

	*out = true;
	while (several_next(&turn)) {
		bool one = false;

		turn.status = source_is_syncing(&one, turn.child, &turn.error);
		if (turn.status == OK && !one)
			*out = false;
	}
	return several_end(&turn, err);
}

static enum status extent(uint64_t *first, uint64_t *last, struct source *source, struct error *err)
{
	struct several_turn turn = several_turn(several_of(source), SEVERAL_SMALL, SEVERAL_ALL);

	while (several_next(&turn))
		turn.status = source_extent(first, last, turn.child, &turn.error);
	return several_end(&turn, err);
}

/* ---- blocks ---- */

static enum status block_logs(struct event_log **out, size_t *count, struct arena *arena,
			      struct source *source, const struct block_ref *block,
			      const struct log_filter *filters, size_t filter_count,
			      struct error *err)
{
	struct source_several *self = several_of(source);
	struct several_turn turn =
		several_turn(self, SEVERAL_BLOCK, several_named(self, &block->hash));

	while (several_next(&turn))
		turn.status = source_block_logs(out, count, arena, turn.child, block, filters,
						filter_count, &turn.error);
	return several_end(&turn, err);
}

/* Makes of a question by number one by hash. */
static enum status agreed_hash(struct hash *out, struct source *source, uint64_t number,
			       struct error *err)
{
	struct block_ref ref;
	enum status st = several_headers(&ref, source, &number, 1, err);

	if (st == OK)
		*out = ref.hash;
	return st;
}

static enum status material(struct block_material *out, struct arena *arena, struct source *source,
			    uint64_t number, const struct hash *hash, unsigned parts,
			    struct error *err)
{
	struct source_several *self = several_of(source);
	struct several_turn turn;
	struct hash agreed;

	if (!hash) {
		enum status st = agreed_hash(&agreed, source, number, err);

		if (st != OK)
			return st;
		hash = &agreed;
	}
	turn = several_turn(self, SEVERAL_BLOCK, several_named(self, hash));
	while (several_next(&turn))
		turn.status =
			source_material(out, arena, turn.child, number, hash, parts, &turn.error);
	return several_end(&turn, err);
}

static enum status block(struct fetched_block *out, struct arena *arena, struct source *source,
			 uint64_t number, const struct hash *hash, const struct block_wish *wish,
			 bool must_take_receipts, struct error *err)
{
	struct source_several *self = several_of(source);
	struct several_turn turn;
	struct hash agreed;

	if (!hash) {
		enum status st = agreed_hash(&agreed, source, number, err);

		if (st != OK)
			return st;
		hash = &agreed;
	}
	turn = several_turn(self, SEVERAL_BLOCK, several_named(self, hash));
	while (several_next(&turn))
		turn.status = source_block(out, arena, turn.child, number, hash, wish,
					   must_take_receipts, &turn.error);
	return several_end(&turn, err);
}

/* ---- state ---- */

static enum status account_proof(struct account_proof *out, struct arena *arena,
				 struct source *source, struct address address,
				 const struct hash *slots, size_t slot_count,
				 const struct block_ref *at, struct error *err)
{
	struct source_several *self = several_of(source);
	struct several_turn turn =
		several_turn(self, SEVERAL_STATE, several_named(self, &at->hash));

	while (several_next(&turn))
		turn.status = source_account_proof(out, arena, turn.child, address, slots,
						   slot_count, at, &turn.error);
	return several_end(&turn, err);
}

/* The calls that nobody could answer so far. */
static size_t open_calls(struct chain_call *out, const struct chain_call *list, size_t count)
{
	size_t open = 0;

	for (size_t i = 0; i < count; i++)
		if (list[i].outcome == CALL_UNAVAILABLE)
			out[open++] = list[i];
	return open;
}

static void put_back(struct chain_call *list, size_t count, const struct chain_call *answered)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].outcome == CALL_UNAVAILABLE)
			list[i] = *answered++;
}

/* What one cannot tell, since it has no state that old, the next may. */
static enum status calls(struct chain_call *list, size_t count, struct arena *arena,
			 struct source *source, const struct block_ref *at, struct error *err)
{
	struct source_several *self = several_of(source);
	struct several_turn turn =
		several_turn(self, SEVERAL_STATE, several_named(self, &at->hash));
	struct chain_call *open = arena_array(arena, count, sizeof(open[0]));
	bool is_answered = false;
	enum status st;

	for (size_t i = 0; i < count; i++)
		list[i].outcome = CALL_UNAVAILABLE;
	while (several_next(&turn)) {
		size_t left = open_calls(open, list, count);

		turn.status = source_calls(open, left, arena, turn.child, at, &turn.error);
		if (turn.status != OK)
			continue;
		is_answered = true;
		several_spoke(self, turn.index);
		put_back(list, count, open);
		if (open_calls(open, list, count))
			turn.status = error_set(&turn.error, ERR_NOTFOUND, "%s: cannot tell",
						turn.child->label);
	}
	st = several_end(&turn, err);
	return is_answered ? OK : st;
}

static enum status has_code(bool *out, struct source *source, struct address address,
			    uint64_t number, struct error *err)
{
	struct several_turn turn = several_turn(several_of(source), SEVERAL_SMALL, SEVERAL_ALL);

	while (several_next(&turn))
		turn.status = source_has_code(out, turn.child, address, number, &turn.error);
	return several_end(&turn, err);
}

static void blame(struct source *source, const struct proof_failure *failure)
{
	struct source_several *self = several_of(source);

	several_accuse(self, self->spoke, failure);
}

/* ---- opening and closing ---- */

static void release(struct several_shared *shared)
{
	if (atomic_fetch_sub(&shared->owners, 1) != 1)
		return;
	(void)pthread_mutex_destroy(&shared->mutex);
	free(shared);
}

static void close_children(struct source **children, size_t count)
{
	for (size_t i = 0; i < count; i++)
		source_close(children[i]);
}

static void close_several(struct source *source)
{
	struct source_several *self = several_of(source);

	self->base.label = self->own_label;
	close_children(self->children, self->count);
	release(self->shared);
	source_clear(source);
	free(self);
}

static enum status peer(struct source **out, struct source *source, struct error *err);

static const struct source_ops several_ops = {
	.close = close_several,
	.peer = peer,
	.chain_id = chain_id,
	.is_syncing = is_syncing,
	.tagged_block = several_tagged_block,
	.extent = extent,
	.headers = several_headers,
	.block_logs = block_logs,
	.material = material,
	.account_proof = account_proof,
	.calls = calls,
	.has_code = has_code,
	.block = block,
	.blame = blame,
	.range_begin = several_range_begin,
	.range_step = several_range_step,
	.range_wake = several_range_wake,
	.range_end = several_range_end,
};

static bool are_all_recorded(struct source *const *children, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!source_is_recorded(children[i]))
			return false;
	return true;
}

/* Takes over the children and one share of `shared`, also where it fails. */
static enum status open_on(struct source **out, struct source **children, size_t count,
			   struct several_shared *shared, const struct source_options *options,
			   const struct logger *logger, struct source_stop *stop, struct error *err)
{
	struct source_several *self = xcalloc(1, sizeof(*self));
	enum status st =
		source_init(&self->base, &self->ops, "several nodes", options, logger, stop, err);

	if (st != OK) {
		close_children(children, count);
		release(shared);
		free(self);
		return st;
	}
	self->ops = several_ops;
	self->ops.is_recorded = are_all_recorded(children, count);
	self->shared = shared;
	self->count = count;
	for (size_t i = 0; i < count; i++)
		self->children[i] = children[i];
	self->own_label = self->base.label;
	(void)pthread_mutex_lock(&shared->mutex);
	self->base.label = children[shared->in_use]->label;
	(void)pthread_mutex_unlock(&shared->mutex);
	*out = &self->base;
	return OK;
}

static enum status peer(struct source **out, struct source *source, struct error *err)
{
	struct source_several *self = several_of(source);
	struct source *children[SEVERAL_MAX];

	for (size_t i = 0; i < self->count; i++) {
		enum status st = source_peer(&children[i], self->children[i], err);

		if (st != OK) {
			close_children(children, i);
			return st;
		}
	}
	(void)atomic_fetch_add(&self->shared->owners, 1);
	return open_on(out, children, self->count, self->shared, &source->options, source->logger,
		       source->stop, err);
}

static struct several_shared *new_shared(size_t count, const struct several_options *options)
{
	struct several_shared *shared = xcalloc(1, sizeof(*shared));

	atomic_init(&shared->owners, 1);
	(void)pthread_mutex_init(&shared->mutex, NULL);
	shared->count = count;
	shared->quorum = options->quorum ? options->quorum : 1;
	shared->witnesses = options->witnesses;
	shared->chain_id = options->chain_id;
	shared->clock = options->clock ? *options->clock : clock_real();
	return shared;
}

/* A stop request for the whole reaches every child and, since they share it, every peer of one. */
static void link_stops(struct source_stop *stop, struct source *const *children, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		while (stop->next)
			stop = stop->next;
		stop->next = children[i]->stop;
	}
}

enum status source_several_open(struct source **out, struct source **children, size_t count,
				const struct several_options *options, const struct logger *logger,
				struct error *err)
{
	struct source_options own;
	enum status st;

	*out = NULL;
	if (!count || count > SEVERAL_MAX) {
		close_children(children, count);
		return error_set(err, ERR_USAGE, "expected 1 to %d nodes, got %zu", SEVERAL_MAX,
				 count);
	}
	own = children[0]->options;
	own.range_max = 0;
	own.witnesses = NULL;
	st = open_on(out, children, count, new_shared(count, options), &own, logger, NULL, err);
	if (st == OK)
		link_stops((*out)->stop, children, count);
	return st;
}
