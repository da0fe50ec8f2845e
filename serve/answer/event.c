/* events, explain, payouts. */
#include <inttypes.h>
#include <stdlib.h>

#include "protocols/apply.h"
#include "protocols/asset.h"
#include "reconcile/explain.h"
#include "serve/answer/answer.h"

static json_t *arguments_of(const struct abi_item *item, const struct abi_value *values,
			    struct arena *arena)
{
	json_t *arguments = json_object();

	for (size_t i = 0; i < item->input_count; i++)
		json_put(arguments, item->inputs[i].name, json_abi_value(&values[i], arena));
	return arguments;
}

/* Recovered from the transaction's signature; null where that was not asked for, or not possible.
 */
static json_t *sender_of(const struct event_log *log)
{
	return log->has_sender ? json_address(log->sender) : json_null();
}

json_t *json_event(const struct pool *pool, const struct event_log *log, size_t rule,
		   const struct abi_value *values, struct arena *arena)
{
	json_t *event = json_object();

	json_put(event, "pool", json_string(pool->setup.name));
	json_put(event, "block", json_integer((json_int_t)log->block_number));
	json_put(event, "transaction", json_hash(log->transaction_hash));
	json_put(event, "log_index", json_integer(log->log_index));
	json_put(event, "contract", json_address(log->address));
	json_put(event, "event", json_string(pool->events[rule].name));
	json_put(event, "sender", sender_of(log));
	json_put(event, "arguments", arguments_of(&pool->events[rule], values, arena));
	return event;
}

static bool mentions(const struct abi_item *item, const struct abi_value *values,
		     struct address account)
{
	for (size_t i = 0; i < item->input_count; i++)
		if (item->inputs[i].type->kind == ABI_ADDRESS &&
		    address_equal(values[i].address, account))
			return true;
	return false;
}

struct event_list {
	struct moment *m;
	struct arena *arena; /* of one log: most may be such as nobody wants */
	const struct event_query *query;
	json_t *items;
	size_t limit;
	struct event_at last;
	bool has_more;
};

/* Adds the log for each pool that it is an event of; false where the page is full. */
static bool add_event(struct event_list *list, const struct event_log *log, enum status *st,
		      struct error *err)
{
	const struct config *config = list->m->config;
	bool is_full = list->limit && json_array_size(list->items) >= list->limit;

	for (size_t i = 0; i < config->pool_count; i++) {
		const struct pool *pool = &config->pools[i];
		const struct abi_value *values;
		int rule;

		if (list->query->pool && list->query->pool != pool)
			continue;
		rule = pool_match(pool, log);
		if (rule < 0 || log->block_number < pool->setup.start_block)
			continue;
		if (list->query->event && strcmp(list->query->event, pool->events[rule].name) != 0)
			continue;
		*st = abi_decode_log(&values, list->arena, &pool->events[rule], log->topics,
				     log->topic_count, log->data, err);
		if (*st != OK)
			return false;
		if (list->query->has_account &&
		    !mentions(&pool->events[rule], values, list->query->account))
			continue;
		if (is_full) {
			list->has_more = true;
			return false;
		}
		if (json_array_append_new(list->items, json_event(pool, log, (size_t)rule, values,
								  list->arena)) != 0)
			abort();
		list->last = (struct event_at){log->block_number, log->log_index};
	}
	return true;
}

static json_t *json_cursor(const struct moment *m, struct event_at at)
{
	return json_next(m, arena_printf(m->arena, "%" PRIu64 ":%" PRIu32, at.block, at.log_index));
}

static enum status check_event_name(const struct moment *m, const struct event_query *query,
				    struct error *err)
{
	for (size_t i = 0; i < m->config->pool_count; i++) {
		const struct pool *pool = &m->config->pools[i];

		for (size_t k = 0; k < pool->protocol->event_count; k++)
			if (strcmp(pool->events[k].name, query->event) == 0)
				return OK;
	}
	return error_set(err, ERR_USAGE, "no pool has an event \"%s\" (names are case-sensitive)",
			 query->event);
}

/* The place next to the cursor's, in the direction of reading; false: there is none. */
static bool step_over(struct event_at *at, bool is_backward)
{
	if (is_backward ? at->log_index > 0 : at->log_index < UINT32_MAX) {
		at->log_index += is_backward ? -1 : 1;
		return true;
	}
	if (is_backward ? at->block == 0 : at->block == UINT64_MAX)
		return false;
	at->block += is_backward ? -1 : 1;
	at->log_index = is_backward ? UINT32_MAX : 0;
	return true;
}

/* Where reading begins and in which block it ends. False: there is nothing to read. */
static bool scan_range(struct event_at *from, uint64_t *to, const struct moment *m,
		       const struct event_query *query, const struct event_at *after)
{
	uint64_t newest = query->to_block < m->number ? query->to_block : m->number;
	struct event_at next = after ? *after : (struct event_at){0};

	if (query->from_block > newest || (after && !step_over(&next, query->is_newest_first)))
		return false;
	if (query->is_newest_first) {
		*from = (struct event_at){.block = newest, .log_index = UINT32_MAX};
		*to = query->from_block;
		if (after && next.block <= from->block)
			*from = next;
		return from->block >= *to;
	}
	*from = (struct event_at){.block = query->from_block};
	*to = newest;
	if (after && next.block >= from->block)
		*from = next;
	return true;
}

static enum status read_events(struct event_list *list, struct event_at from, uint64_t to,
			       struct error *err)
{
	struct moment *m = list->m;
	struct event_scan scan = {0};
	bool is_going = true;
	enum status st =
		event_scan_open(&scan, m->txn, from, to, list->query->is_newest_first, err);

	while (st == OK && is_going) {
		struct event_log log;
		struct event_at at;
		struct slice value;

		st = moment_goes_on(m, err);
		if (st == OK)
			st = event_scan_next(&at, &value, &scan, err);
		if (st == OK)
			st = event_decode(&log, slice_copy(list->arena, value), at.log_index, err);
		if (st != OK)
			break;
		log.block_number = at.block;
		is_going = add_event(list, &log, &st, err);
		arena_reset(list->arena);
	}
	event_scan_close(&scan);
	return st == ERR_NOTFOUND ? OK : st;
}

json_t *answer_events(struct moment *m, const struct event_query *query, const struct page *page,
		      struct error *err)
{
	struct event_list list = {.m = m, .query = query, .limit = page->limit};
	struct event_at from;
	struct event_at after;
	json_t *document;
	enum status st = OK;
	uint64_t to;

	if (page_check(m, page, err) != OK ||
	    (query->event && check_event_name(m, query, err) != OK) ||
	    (page->after && cursor_parse(&after, page->after, err) != OK))
		return NULL;
	list.items = json_array();
	list.arena = arena_new();
	if (scan_range(&from, &to, m, query, page->after ? &after : NULL))
		st = read_events(&list, from, to, err);
	arena_free(list.arena);
	document = json_list(list.items, list.has_more ? json_cursor(m, list.last) : NULL);
	json_put(document, "at", json_at(m));
	if (st == OK)
		return document;
	json_decref(document);
	return NULL;
}

static json_t *amount_or_null(bool is_computable, struct assets amount)
{
	return is_computable ? json_u256(amount.raw) : json_null();
}

static json_t *slash_of(const struct payout_slash *slash)
{
	json_t *item = json_object();
	bool ok = slash->is_computable;

	json_put(item, "account", json_address(slash->account));
	json_put(item, "stake_before", amount_or_null(ok, slash->staked_before));
	json_put(item, "stake_after", amount_or_null(ok, slash->staked_after));
	json_put(item, "stake_loss", amount_or_null(ok, slash->staked_loss));
	json_put(item, "pending_unstake_loss", amount_or_null(ok, slash->pending_loss));
	json_put(item, "loss", amount_or_null(ok, slash->loss));
	json_put(item, "unclaimed_loss", amount_or_null(ok, slash->unclaimed_loss));
	return item;
}

static json_t *slashes_of(const struct explained *e)
{
	json_t *list = json_array();

	for (size_t i = 0; i < e->slash_count; i++)
		if (json_array_append_new(list, slash_of(&e->slashes[i])) != 0)
			abort();
	return list;
}

static json_t *price_of(struct assets total, struct shares shares, struct arena *arena)
{
	u256 price;

	return share_price_18(&price, total, shares)
		       ? json_string(u256_format_fixed(arena, price, 18))
		       : json_null();
}

static json_t *rounding_of(const struct explained *e, struct arena *arena)
{
	char digits[U256_DECIMAL_SIZE];

	if (!e->is_sum_computable)
		return json_null();
	return json_string(arena_printf(arena, "%s%s", e->is_rounding_negative ? "-" : "",
					u256_format(digits, e->rounding.raw)));
}

/* Where the accounts' shares bear payouts. */
static void put_shares(json_t *payout, const struct explained *e, struct arena *arena)
{
	const struct payout *p = &e->payout;

	json_put(payout, "total_shares", json_u256(p->total_shares.raw));
	json_put(payout, "share_price_before", price_of(p->total_before, p->total_shares, arena));
	json_put(payout, "share_price_after", price_of(p->total_after, p->total_shares, arena));
	json_put(payout, "accounts_slashed", json_integer((json_int_t)e->loser_count));
	json_put(payout, "slash_sum", amount_or_null(e->is_sum_computable, e->slash_sum));
	json_put(payout, "unclaimed_loss", amount_or_null(e->is_sum_computable, e->unclaimed_sum));
	json_put(payout, "rounding", rounding_of(e, arena));
	json_put(payout, "largest_slash", e->slash_count ? slash_of(&e->slashes[0]) : json_null());
}

/* `has_slashes`: with every account's; else only the heaviest, as in a list of payouts. */
static json_t *payout_of(const struct explained *e, bool has_slashes, struct arena *arena)
{
	const struct payout_rules *rules = e->pool->protocol->payouts;
	const struct payout *p = &e->payout;
	json_t *payout = json_object();

	json_put(payout, "pool", json_string(e->pool->setup.name));
	json_put(payout, "block", json_integer((json_int_t)p->block));
	json_put(payout, "transaction", json_hash(p->transaction));
	json_put(payout, "log_index", json_integer(p->log_index));
	json_put(payout, "sender", sender_of(&e->log));
	json_put(payout, "recipient", json_address(p->recipient));
	json_put(payout, "amount", json_u256(p->amount.raw));
	json_put(payout, rules->before_name, json_u256(p->total_before.raw));
	json_put(payout, rules->after_name, json_u256(p->total_after.raw));
	if (e->has_more)
		for (size_t i = 0; i < rules->figure_count; i++)
			json_put(payout, rules->figures[i].name,
				 json_figure(&rules->figures[i], &e->figures[i], arena));
	if (rules->each_slash)
		put_shares(payout, e, arena);
	if (has_slashes && rules->each_slash)
		json_put(payout, "slashes", slashes_of(e));
	return payout;
}

struct payout_list {
	struct moment *m;
	const struct pool *pool;
	json_t *items;
	size_t limit;
	struct event_at last;
	bool has_more;
	enum status status;
	struct error *err;
};

static bool add_payout(void *context, const struct payout *payout)
{
	struct payout_list *list = context;
	struct arena *arena;
	struct explained e;

	list->status = moment_goes_on(list->m, list->err);
	if (list->status != OK)
		return false;
	if (list->limit && json_array_size(list->items) >= list->limit) {
		list->has_more = true;
		return false;
	}
	/* Every account of the pool stands in it: gone before the next payout. */
	arena = arena_new();
	list->status = explain_event(&e, arena, list->m->txn, list->pool, payout->block,
				     payout->log_index, list->err);
	if (list->status == OK &&
	    json_array_append_new(list->items, payout_of(&e, false, arena)) != 0)
		abort();
	arena_free(arena);
	if (list->status != OK)
		return false;
	list->last = (struct event_at){payout->block, payout->log_index};
	return true;
}

json_t *answer_payouts(struct moment *m, const struct pool *pool, const struct page *page,
		       struct error *err)
{
	struct payout_list list = {.m = m, .pool = pool, .limit = page->limit, .err = err};
	struct reading r = moment_reading(m, pool);
	struct event_at after;
	json_t *document;

	if (page_check(m, page, err) != OK ||
	    (page->after && cursor_parse(&after, page->after, err) != OK))
		return NULL;
	list.items = json_array();
	payout_each(&r, page->after ? &after : NULL, add_payout, &list);
	document = json_list(list.items, list.has_more ? json_cursor(m, list.last) : NULL);
	json_put(document, "at", json_at(m));
	if (list.status == OK && moment_status(m, err) == OK)
		return document;
	json_decref(document);
	return NULL;
}

static json_t *postings_of(const struct explained *e, uint64_t decimals)
{
	json_t *list = json_array();

	for (size_t i = 0; i < e->posting_count; i++) {
		const struct posting *posting = &e->postings[i];
		json_t *item = json_object();

		json_put(item, "from", json_string(ledger_account_name(posting->from)));
		json_put(item, "to", json_string(ledger_account_name(posting->to)));
		json_put(item, "amount", json_u256(posting->amount.raw));
		json_put(item, "decimals", json_integer((json_int_t)decimals));
		json_put(item, "subject",
			 address_is_zero(posting->subject) ? json_null()
							   : json_address(posting->subject));
		if (json_array_append_new(list, item) != 0)
			abort();
	}
	return list;
}

static json_t *explained_of(const struct explained *e, uint64_t decimals, struct arena *arena)
{
	json_t *event = json_event(e->pool, &e->log, e->rule, e->values, arena);
	json_t *checks = json_object();

	json_put(checks, "passed", json_integer((json_int_t)e->checks_passed));
	json_put(checks, "failed", json_integer((json_int_t)e->checks_failed));
	json_put(event, "figures", json_trace(&e->trace));
	json_put(event, "postings", postings_of(e, decimals));
	json_put(event, "checks", checks);
	if (e->is_payout) {
		json_put(event, "payout", payout_of(e, true, arena));
		if (e->pool->protocol->payouts->each_slash)
			json_put(event, "rounding_is",
				 json_string(e->pool->protocol->payouts->rounding_text));
	}
	return event;
}

struct holder {
	struct moment *m;
	struct hash transaction;
};

static bool holds(void *context, uint64_t block)
{
	struct holder *holder = context;
	struct block_ref ref = {.number = block};
	struct event_log *logs;
	size_t count;

	if (stored_logs(&logs, &count, holder->m->arena, holder->m->txn, &ref, NULL) != OK)
		return false;
	for (size_t i = 0; i < count; i++)
		if (hash_equal(logs[i].transaction_hash, holder->transaction))
			return true;
	return false;
}

static enum status explain_log(json_t *events, struct moment *m, const struct event_log *log,
			       struct error *err)
{
	for (size_t p = 0; p < m->config->pool_count; p++) {
		const struct pool *pool = &m->config->pools[p];
		const struct reading r = moment_reading(m, pool);
		struct explained e;
		enum status st;

		if (pool_match(pool, log) < 0 || log->block_number < pool->setup.start_block)
			continue;
		st = moment_goes_on(m, err);
		if (st != OK)
			return st;
		st = explain_event(&e, m->arena, m->txn, pool, log->block_number, log->log_index,
				   err);
		if (st != OK)
			return st;
		if (json_array_append_new(
			    events, explained_of(&e, asset_read(&r).token_decimals, m->arena)) != 0)
			abort();
	}
	return OK;
}

json_t *answer_explain(struct moment *m, struct hash transaction, int64_t log_index,
		       struct error *err)
{
	struct holder holder = {.m = m, .transaction = transaction};
	char text[HEX_SIZE(HASH_BYTES)];
	json_t *events = json_array();
	json_t *document = json_object();
	struct block_ref ref = {0};
	struct event_log *logs;
	size_t count = 0;
	enum status st =
		store_transaction_block(&ref.number, m->txn, transaction, holds, &holder, err);

	if (st == OK && ref.number > m->number)
		st = ERR_NOTFOUND; /* not yet, as of that block */
	if (st == OK)
		st = stored_logs(&logs, &count, m->arena, m->txn, &ref, err);
	for (size_t i = 0; st == OK && i < count; i++)
		if (hash_equal(logs[i].transaction_hash, transaction) &&
		    (log_index < 0 || logs[i].log_index == log_index))
			st = explain_log(events, m, &logs[i], err);
	if (st == ERR_NOTFOUND || (st == OK && json_array_size(events) == 0)) {
		st = error_set(err, ERR_NOTFOUND, "the mirror holds no %s of transaction %s",
			       log_index < 0 ? "event" : "such event",
			       hash_format(text, transaction));
	}
	json_put(document, "transaction", json_hash(transaction));
	json_put(document, "block", json_integer((json_int_t)ref.number));
	json_put(document, "events", events);
	json_put(document, "at", json_at(m));
	if (st == OK)
		return document;
	json_decref(document);
	return NULL;
}
