/* A pool's common figures, or an account's, over blocks, for plotting. */
#include <stdlib.h>

#include "serve/answer/answer.h"

/* Those that a protocol has none of are left out. */
static const char *const figures_shown[] = {"share_price", "liquidity", "cover", "utilization",
					    "premium_rate"};

enum { SHOWN_COUNT = sizeof(figures_shown) / sizeof(figures_shown[0]) };

struct history {
	struct moment *m;
	const struct pool *pool;
	const struct history_query *query;
	json_t *items;
	struct arena *arena; /* of one point */
};

static void put_pool(json_t *item, const struct history *h, const struct reading *r)
{
	const struct protocol *protocol = h->pool->protocol;
	struct figure figures[FIGURES_MAX];

	protocol->read_pool(figures, r);
	for (size_t i = 0; i < SHOWN_COUNT; i++)
		if (figure_find(protocol->pool_figures, protocol->pool_figure_count,
				figures_shown[i]) >= 0)
			json_put(item, figures_shown[i],
				 json_pool_figure(protocol, figures, figures_shown[i], h->arena));
}

static void put_account(json_t *item, const struct history *h, const struct reading *r)
{
	const struct protocol *protocol = h->pool->protocol;
	struct figure figures[FIGURES_MAX];

	protocol->read_account(figures, r, h->query->account);
	for (size_t i = 0; i < protocol->account_figure_count; i++)
		json_put(item, protocol->account_figures[i].name,
			 json_figure(&protocol->account_figures[i], &figures[i], h->arena));
}

static enum status add_point(struct history *h, const struct block_record *record,
			     struct error *err)
{
	struct state *state;
	struct reading r = {.pool = h->pool,
			    .arena = h->arena,
			    .block = record->ref.number,
			    .time_earliest = record->ref.timestamp,
			    .time_latest = record->ref.timestamp};
	enum status st = moment_goes_on(h->m, err);
	json_t *item;

	if (st != OK)
		return st;
	r.state = state = state_open(h->m->txn, record->ref.number);
	item = json_object();
	json_put(item, "block", json_integer((json_int_t)record->ref.number));
	json_put(item, "hash", json_hash(record->ref.hash));
	json_put(item, "timestamp", json_integer((json_int_t)record->ref.timestamp));
	(h->query->has_account ? put_account : put_pool)(item, h, &r);
	if (json_array_append_new(h->items, item) != 0)
		abort();
	st = state_status(state, err);
	state_close(state);
	arena_reset(h->arena);
	return st;
}

/* Point i of `count` from one to the other, both included. */
static uint64_t spread(uint64_t from, uint64_t to, size_t i, size_t count)
{
	uint64_t steps = count - 1;

	if (!steps)
		return to;
	/* Whole steps and the share of the rest, so that nothing overflows. */
	return from + (to - from) / steps * i + (to - from) % steps * i / steps;
}

static enum status add_spread(struct history *h, uint64_t from, uint64_t to, size_t count,
			      struct error *err)
{
	struct block_record record;
	uint64_t last = 0;
	enum status st = OK;

	for (size_t i = 0; st == OK && i < count; i++) {
		st = store_block_below(&record, h->m->txn, spread(from, to, i, count), err);
		if (st == ERR_NOTFOUND) { /* the mirror begins above it */
			st = OK;
			continue;
		}
		if (st != OK || record.ref.number < from ||
		    (json_array_size(h->items) && record.ref.number == last))
			continue;
		last = record.ref.number;
		st = add_point(h, &record, err);
	}
	return st;
}

static enum status add_each(struct history *h, uint64_t from, uint64_t to, struct error *err)
{
	struct block_record record;
	enum status st = store_block_above(&record, h->m->txn, from, err);

	while (st == OK && record.ref.number <= to) {
		st = add_point(h, &record, err);
		if (st == OK)
			st = store_block_above(&record, h->m->txn, record.ref.number + 1, err);
	}
	return st == ERR_NOTFOUND ? OK : st;
}

json_t *answer_history(struct moment *m, const struct pool *pool, const struct history_query *query,
		       struct error *err)
{
	struct history h = {
		.m = m, .pool = pool, .query = query, .items = json_array(), .arena = arena_new()};
	uint64_t from = query->from_block > pool->setup.start_block ? query->from_block
								    : pool->setup.start_block;
	uint64_t to = query->to_block < m->number ? query->to_block : m->number;
	json_t *document;
	enum status st = OK;

	if (from <= to)
		st = query->points ? add_spread(&h, from, to, query->points, err)
				   : add_each(&h, from, to, err);
	arena_free(h.arena);
	document = json_list(h.items, NULL);
	json_put(document, "at", json_at(m));
	if (st == OK)
		return document;
	json_decref(document);
	return NULL;
}
