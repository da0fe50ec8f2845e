/* One block: its events, changes, pools, findings, and that it is complete. */
#include "protocols/apply.h"
#include "protocols/tables.h"
#include "serve/stream/internal.h"

static enum status tell_event(struct walk *w, const struct event_log *log, size_t number,
			      struct error *err)
{
	const struct pool *pool = &w->feed->options.config->pools[number];
	int rule = pool_match(pool, log);
	const struct abi_value *values;
	enum status st;

	if (!walk_wants_pool(w, pool) || rule < 0 || log->block_number < pool->setup.start_block)
		return OK;
	st = abi_decode_log(&values, w->scratch, &pool->events[rule], log->topics, log->topic_count,
			    log->data, err);
	if (st != OK)
		return error_wrap(err, "log %u of block %llu", log->log_index,
				  (unsigned long long)log->block_number);
	return walk_tell(w,
			 (struct place){.part = PLACE_EVENTS,
					.index = log->log_index,
					.sub = (uint32_t)number},
			 "event", json_event(pool, log, (size_t)rule, values, w->scratch), err);
}

static enum status tell_log(struct walk *w, struct event_at at, struct slice value,
			    struct error *err)
{
	size_t first = at.log_index == w->next.index ? w->next.sub : 0;
	struct event_log log;
	enum status st = event_decode(&log, value, at.log_index, err);

	log.block_number = at.block;
	for (size_t i = first; st == OK && i < w->feed->options.config->pool_count; i++) {
		if (feed_is_full(w->feed))
			break;
		st = tell_event(w, &log, i, err);
	}
	return st;
}

static enum status walk_events(bool *is_done, struct walk *w, struct error *err)
{
	struct event_at from = {.block = w->record.ref.number, .log_index = w->next.index};
	struct event_scan scan = {0};
	enum status st = OK;

	*is_done = !w->record.event_count || !walk_wants(w, FEED_EVENT);
	if (*is_done)
		return OK;
	st = event_scan_open(&scan, w->m.txn, from, from.block, false, err);
	while (st == OK && !feed_is_full(w->feed)) {
		struct event_at at;
		struct slice value;

		st = event_scan_next(&at, &value, &scan, err);
		if (st == OK)
			st = tell_log(w, at, value, err);
	}
	event_scan_close(&scan);
	*is_done = st == ERR_NOTFOUND;
	return *is_done ? OK : st;
}

static enum status tell_finding(struct walk *w, const struct row_key *key, uint32_t index,
				struct error *err)
{
	const struct config *config = w->feed->options.config;
	const struct pool *pool = &config->pools[key->pool];
	const struct finding *finding;
	struct reading r;

	if (!walk_wants_pool(w, pool))
		return OK;
	r = walk_reading(w, pool);
	finding = state_row(r.state, &table_finding, pool->id, key->bytes);
	return walk_tell(w, (struct place){.part = PLACE_FINDINGS, .index = index}, "finding",
			 json_finding(pool, key->bytes, finding, w->scratch), err);
}

static enum status walk_findings(bool *is_done, struct walk *w, struct error *err)
{
	struct change_walk changes;
	enum status st = OK;

	*is_done = true;
	if (!w->record.row_count || !walk_wants(w, FEED_FINDING))
		return OK;
	st = store_change_walk(&changes, w->m.txn, w->record.ref.number, err);
	if (st != OK)
		return st;
	for (uint32_t i = 0; st == OK && change_walk_next(&changes); i++) {
		if (i < w->next.index || changes.key.table != TABLE_FINDING ||
		    changes.key.pool >= w->feed->options.config->pool_count)
			continue;
		if (feed_is_full(w->feed)) {
			*is_done = false;
			return OK;
		}
		st = tell_finding(w, &changes.key, i, err);
	}
	return st == OK && changes.is_bad ? walk_bad_list(w, err) : st;
}

/* Those of the digest, which are the same whenever the block is applied; the others' keys are
 * behind them. */
static enum status count_changes(uint64_t *out, struct walk *w, struct error *err)
{
	struct change_walk changes;
	enum status st;

	*out = 0;
	if (!w->record.row_count)
		return OK;
	st = store_change_walk(&changes, w->m.txn, w->record.ref.number, err);
	if (st != OK)
		return st;
	while (change_walk_next(&changes) && changes.key.table < TABLE_UNDIGESTED)
		++*out;
	return changes.is_bad ? walk_bad_list(w, err) : OK;
}

static enum status complete(struct walk *w, struct error *err)
{
	static const struct place whole = {.part = PLACE_WHOLE};
	const struct block_record *record = &w->record;
	uint64_t changes;
	json_t *block;
	enum status st;

	if (!walk_wants(w, FEED_BLOCK))
		return walk_position(&w->feed->at, w, record, w->feed->at.told, err);
	st = count_changes(&changes, w, err);
	if (st != OK)
		return st;
	block = json_block(&record->ref);
	json_put(block, "digest", json_hash(record->digest));
	json_put(block, "events", json_integer((json_int_t)record->event_count));
	json_put(block, "changes", json_integer((json_int_t)changes));
	return walk_tell(w, whole, "block", block, err);
}

enum status walk_block(struct walk *w, struct error *err)
{
	static enum status (*const parts[])(bool *, struct walk *, struct error *) = {
		[PLACE_EVENTS] = walk_events,
		[PLACE_CHANGES] = walk_changes,
		[PLACE_POOLS] = walk_pools,
		[PLACE_FINDINGS] = walk_findings,
	};
	bool is_done = true;
	enum status st = OK;

	while (st == OK && is_done && w->next.part != PLACE_WHOLE) {
		st = parts[w->next.part](&is_done, w, err);
		if (is_done)
			w->next = (struct place){.part = w->next.part + 1};
	}
	if (st == OK && w->state)
		st = state_status(w->state, err);
	/* A full buffer does not keep a block from being completed: it is one message more. */
	return st == OK && is_done ? complete(w, err) : st;
}
