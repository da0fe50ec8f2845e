#include "reconcile/explain.h"

#include <stdlib.h>

#include "protocols/apply.h"

enum status stored_logs(struct event_log **out, size_t *count, struct arena *arena,
			struct store_txn *txn, const struct block_ref *block, struct error *err)
{
	struct event_at from = {.block = block->number};
	struct event_scan scan = {0};
	size_t capacity = 16;
	struct event_log *logs = arena_array(arena, capacity, sizeof(*logs));
	struct event_at at;
	struct slice value;
	enum status st;

	*count = 0;
	st = event_scan_open(&scan, txn, from, block->number, false, err);
	while (st == OK) {
		st = event_scan_next(&at, &value, &scan, err);
		if (st != OK)
			break;
		if (*count == capacity) {
			struct event_log *grown = arena_array(arena, capacity * 2, sizeof(*grown));

			memcpy(grown, logs, capacity * sizeof(*grown));
			logs = grown;
			capacity *= 2;
		}
		st = event_decode(&logs[*count], slice_copy(arena, value), at.log_index, err);
		logs[*count].block_number = block->number;
		logs[*count].block_hash = block->hash;
		(*count)++;
	}
	event_scan_close(&scan);
	*out = logs;
	return st == ERR_NOTFOUND ? OK : st;
}

struct slash_list {
	struct arena *arena;
	struct explained *explained;
	size_t capacity;
};

static void add_slash(void *context, const struct payout_slash *slash)
{
	struct slash_list *list = context;
	struct explained *e = list->explained;

	if (e->slash_count == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 64;
		struct payout_slash *grown = arena_array(list->arena, capacity, sizeof(*grown));

		if (e->slash_count)
			memcpy(grown, e->slashes, e->slash_count * sizeof(*grown));
		e->slashes = grown;
		list->capacity = capacity;
	}
	e->slashes[e->slash_count++] = *slash;
	if (!slash->is_computable || !u256_is_zero(slash->loss.raw))
		e->loser_count++;
	e->is_sum_computable =
		e->is_sum_computable && slash->is_computable &&
		assets_add_ok(&e->slash_sum, e->slash_sum, slash->loss) &&
		assets_add_ok(&e->unclaimed_sum, e->unclaimed_sum, slash->unclaimed_loss);
}

static int by_loss(const void *a, const void *b)
{
	const struct payout_slash *x = a;
	const struct payout_slash *y = b;
	int order = assets_compare(y->loss, x->loss);

	return order ? order : memcmp(x->account.bytes, y->account.bytes, ADDRESS_BYTES);
}

static void explain_payout(struct explained *e, struct arena *arena, const struct reading *r)
{
	const struct payout_rules *rules = r->pool->protocol->payouts;
	struct slash_list list = {.arena = arena, .explained = e};
	struct assets borne;

	e->is_payout = payout_find(&e->payout, r, r->block, e->log.log_index);
	if (!e->is_payout)
		return;
	e->has_more = rules->read && rules->read(e->figures, r, &e->payout);
	if (!rules->each_slash)
		return;
	e->is_sum_computable = true;
	rules->each_slash(r, &e->payout, add_slash, &list);
	if (e->slash_count)
		qsort(e->slashes, e->slash_count, sizeof(*e->slashes), by_loss);
	if (!e->is_sum_computable)
		return;
	if (!assets_add_ok(&borne, e->slash_sum, e->unclaimed_sum))
		return;
	e->is_rounding_negative = assets_compare(e->payout.amount, borne) < 0;
	e->is_sum_computable = e->is_rounding_negative
				       ? assets_sub_ok(&e->rounding, borne, e->payout.amount)
				       : assets_sub_ok(&e->rounding, e->payout.amount, borne);
}

struct replay {
	struct explained *out;
	struct arena *arena;
	uint32_t log_index;
	bool is_found;
};

static bool after_event(void *context, struct applying *a)
{
	struct replay *replay = context;
	struct explained *e = replay->out;
	struct reading reading = {.pool = a->pool,
				  .state = a->state,
				  .arena = replay->arena,
				  .block = a->block->number,
				  .time_earliest = a->block->timestamp,
				  .time_latest = a->block->timestamp};

	if (a->event->log->log_index != replay->log_index)
		return true;
	replay->is_found = true;
	e->pool = a->pool;
	e->log = *a->event->log;
	e->rule = a->event->rule;
	e->trace = *a->trace;
	memcpy(e->postings, a->book->postings, sizeof(e->postings));
	e->posting_count = a->book->posting_count;
	e->checks_passed = a->checker->passed_count - a->passed_before;
	e->checks_failed = a->checker->failed_count - a->failed_before;
	explain_payout(e, replay->arena, &reading);
	return false;
}

static void ignore_failure(void *context, const struct check_failure *failure)
{
	(void)context;
	(void)failure;
}

static void ignore_resolved(void *context, size_t check, const struct subject *subject)
{
	(void)context;
	(void)check;
	(void)subject;
}

static enum status replay_block(struct replay *replay, struct applying *a,
				const struct event_log *logs, size_t log_count, struct error *err)
{
	struct apply_options options = {.after_event = after_event, .context = replay};
	struct reading before = {.pool = a->pool, .state = a->state, .arena = a->arena};
	enum status st;

	apply_begin_block(a);
	/* In the block of its creation the pool begins with its constructor's literals. */
	if (!a->pool->protocol->is_born(&before)) {
		st = a->pool->protocol->birth(a, err);
		if (st != OK)
			return st;
	}
	return apply_block(NULL, a, logs, log_count, &options, err);
}

enum status explain_event(struct explained *out, struct arena *arena, struct store_txn *txn,
			  const struct pool *pool, uint64_t block, uint32_t log_index,
			  struct error *err)
{
	struct checker checker = {.failed = ignore_failure, .resolved = ignore_resolved};
	struct replay replay = {.out = out, .arena = arena, .log_index = log_index};
	struct block_record record;
	struct event_log *logs;
	struct trace trace = {0};
	struct state *state;
	struct book book;
	struct applying a;
	size_t count;
	enum status st;

	memset(out, 0, sizeof(*out));
	st = store_block(&record, txn, block, err);
	if (st == OK)
		st = stored_logs(&logs, &count, arena, txn, &record.ref, err);
	if (st != OK)
		return st;
	state = state_open_replay(txn, block);
	book = book_open(state, pool->id);
	a = (struct applying){.pool = pool,
			      .state = state,
			      .arena = arena,
			      .block = &record.ref,
			      .checker = &checker,
			      .trace = &trace,
			      .book = &book};
	st = replay_block(&replay, &a, logs, count, err);
	state_close(state);
	if (st != OK)
		return st;
	if (!replay.is_found)
		return error_set(err, ERR_NOTFOUND, "block %llu has no event of pool %s at log %u",
				 (unsigned long long)block, pool->setup.name, log_index);
	return abi_decode_log(&out->values, arena, &pool->events[out->rule], out->log.topics,
			      out->log.topic_count, out->log.data, err);
}
