/*
 * repair.c - a log that eth_getLogs left out, found by what it did.
 *
 * A sparse backfill sees only the blocks that eth_getLogs names, so a block that it leaves out
 * altogether is not missed at once; but from that block on the contract's views and the mirror
 * differ. Bisection over past blocks finds where that begins. The block found is fetched and
 * proved: where its receipts hold events that the mirror has not, the mirror goes back to before it
 * and the backfill is told to fetch it in any case. Where they do not, the difference has another
 * cause, its finding stays, and the search goes on above that block: there may be both.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "indexer/repair.h"
#include "protocols/apply.h"
#include "reconcile/explain.h"
#include "reconcile/view.h"

enum {
	ACCOUNTS_MAX = 64, /* whose views are asked at each step */
	ITEMS_MAX = 64,    /* the same of the lists' items */
	CULPRITS_MAX = 32, /* blocks that differ for another reason, before it is given up */
	DIFFERENCES_MAX = 256,
	FRUITLESS_MAX = 8, /* searches of a pool; each costs views of some twenty blocks */
	WALK_MAX = 200000, /* headers; about a month */
};

/* A figure that the mirror and the contract do not agree on. */
struct difference {
	bool is_account;
	struct address account;
	struct view_item item; /* its list is NULL where it is about none */
	const char *field;
};

struct differences {
	struct difference items[DIFFERENCES_MAX];
	size_t count;
};

struct search {
	struct mirror *m;
	size_t pool;
	struct arena *arena; /* of one question */
	struct address accounts[ACCOUNTS_MAX];
	size_t account_count;
	struct view_item items[ITEMS_MAX];
	size_t item_count;
	struct differences now;   /* as of the block that was asked about last */
	struct differences known; /* that have another cause than the one looked for */
};

/* ---- whether the contract and the mirror differ as of a block ---- */

struct probe {
	struct checker checker;
	struct search *search;
	bool keeps_accounts; /* and items */
};

static void keep_account(struct search *search, struct address account)
{
	for (size_t i = 0; i < search->account_count; i++)
		if (address_equal(search->accounts[i], account))
			return;
	if (search->account_count < ACCOUNTS_MAX)
		search->accounts[search->account_count++] = account;
}

static bool is_same_item(const struct view_item *a, const struct view_item *b)
{
	return a->list == b->list && memcmp(a->key, b->key, sizeof(a->key)) == 0;
}

static void keep_item(struct search *search, const struct view_item *item)
{
	for (size_t i = 0; i < search->item_count; i++)
		if (is_same_item(&search->items[i], item))
			return;
	if (search->item_count < ITEMS_MAX)
		search->items[search->item_count++] = *item;
}

static bool holds(const struct differences *differences, const struct difference *item)
{
	for (size_t i = 0; i < differences->count; i++) {
		const struct difference *other = &differences->items[i];

		if (other->is_account == item->is_account &&
		    address_equal(other->account, item->account) &&
		    is_same_item(&other->item, &item->item) &&
		    strcmp(other->field, item->field) == 0)
			return true;
	}
	return false;
}

static void add_difference(struct differences *differences, const struct difference *item)
{
	if (differences->count < DIFFERENCES_MAX && !holds(differences, item))
		differences->items[differences->count++] = *item;
}

static void on_failed(void *context, const struct check_failure *failure)
{
	struct probe *probe = context;
	struct difference difference = {.is_account = failure->subject.is_account,
					.account = failure->subject.account,
					.item.list = failure->subject.list,
					.field = failure->subject.field};

	if (difference.item.list)
		memcpy(difference.item.key, failure->subject.key,
		       difference.item.list->table->key_size);
	add_difference(&probe->search->now, &difference);
	if (probe->keeps_accounts && failure->subject.is_account)
		keep_account(probe->search, failure->subject.account);
	if (probe->keeps_accounts && difference.item.list)
		keep_item(probe->search, &difference.item);
}

static void on_resolved(void *context, size_t check, const struct subject *subject)
{
	(void)context;
	(void)check;
	(void)subject;
}

static enum status ask_views(bool *differs, struct search *search, struct applying *a,
			     struct probe *probe, bool asks_all, struct error *err)
{
	struct view_wish wish = {.accounts = asks_all ? VIEW_ACCOUNTS_ALL : VIEW_ACCOUNTS_GIVEN,
				 .given = search->accounts,
				 .given_count = search->account_count,
				 .items = search->items,
				 .item_count = search->item_count};
	struct view_answers answers;
	enum status st = views_check(&answers, a, &wish, err);

	*differs = false;
	for (size_t i = 0; i < search->now.count && !*differs; i++)
		*differs = !holds(&search->known, &search->now.items[i]);
	/* A node may lack some answers (a recorded chain, views that revert); not all of them. */
	if (st == OK && !probe->checker.passed_count && !probe->checker.failed_count)
		return error_set(err, ERR_NOTFOUND, "no view is answered at block %" PRIu64 ": %s",
				 a->block->number, answers.reason);
	return st;
}

/* Whether they differ in a figure that is not known to differ. `finds_accounts`: asks for all
 * accounts, and keeps those that differ. */
static enum status differs_at(bool *out, struct search *search, uint64_t number,
			      bool finds_accounts, struct error *err)
{
	struct mirror *m = search->m;
	struct probe probe = {.checker = {.failed = on_failed, .resolved = on_resolved},
			      .search = search,
			      .keeps_accounts = finds_accounts};
	struct trace trace = {0};
	struct block_ref block;
	struct book book;
	struct applying a = {.pool = &m->config->pools[search->pool],
			     .arena = search->arena,
			     .block = &block,
			     .checker = &probe.checker,
			     .trace = &trace,
			     .book = &book,
			     .chain = &m->asker};
	struct store_txn *txn;
	enum status st = source_headers(&block, m->source, &number, 1, err);

	probe.checker.context = &probe;
	search->now.count = 0;
	arena_reset(search->arena);
	if (st == OK)
		st = store_begin(&txn, m->store, STORE_READ, err);
	if (st != OK)
		return st;
	a.state = state_open(txn, number);
	book = book_open(a.state, (uint16_t)search->pool);
	apply_begin_block(&a);
	st = ask_views(out, search, &a, &probe, finds_accounts, err);
	state_close(a.state);
	store_abort(txn);
	return st;
}

/* ---- the first block that differs ---- */

/* The mirror and the contract agree at `low`, and differ at `high`. */
static enum status bisect(uint64_t *out, struct search *search, uint64_t low, uint64_t high,
			  struct error *err)
{
	while (high - low > 1 && !mirror_is_stopping(search->m)) {
		uint64_t middle = low + (high - low) / 2;
		bool is_different;
		enum status st = differs_at(&is_different, search, middle, false, err);

		if (st != OK)
			return st;
		if (is_different)
			high = middle;
		else
			low = middle;
	}
	*out = high;
	return OK;
}

/* Accounts of the suspicious block's events: what failed there is most likely about them. */
static enum status take_accounts(struct search *search, uint64_t number, struct error *err)
{
	struct mirror *m = search->m;
	const struct pool *pool = &m->config->pools[search->pool];
	struct block_record record;
	struct event_log *logs;
	struct store_txn *txn;
	size_t count = 0;
	enum status st = store_begin(&txn, m->store, STORE_READ, err);

	if (st != OK)
		return st;
	arena_reset(search->arena);
	st = store_block(&record, txn, number, err);
	if (st == OK)
		st = stored_logs(&logs, &count, search->arena, txn, &record.ref, err);
	for (size_t i = 0; st == OK && i < count; i++) {
		const struct abi_value *values;
		int rule = pool_match(pool, &logs[i]);

		if (rule < 0)
			continue;
		st = abi_decode_log(&values, search->arena, &pool->events[rule], logs[i].topics,
				    logs[i].topic_count, logs[i].data, err);
		for (size_t k = 0; st == OK && k < pool->events[rule].input_count; k++)
			if (pool->events[rule].inputs[k].type->kind == ABI_ADDRESS)
				keep_account(search, values[k].address);
	}
	store_abort(txn);
	return st == ERR_NOTFOUND ? OK : st;
}

/*
 * A block at which they differ, at or just below the suspicious one: after a finding the mirror
 * takes the event's own figure, so at the block itself all may seem well again. The accounts that
 * differ are those that are asked from then on; all of them only where few do not show it.
 */
static enum status find_difference(uint64_t *out, bool *is_found, struct search *search,
				   uint64_t suspect, uint64_t lowest, struct error *err)
{
	enum status st = OK;

	*is_found = false;
	for (int pass = 0; st == OK && !*is_found && pass < 2; pass++) {
		*out = suspect;
		st = differs_at(is_found, search, *out, pass == 1, err);
		if (st == OK && !*is_found && suspect > lowest) {
			*out = suspect - 1;
			st = differs_at(is_found, search, *out, pass == 1, err);
		}
	}
	return st;
}

/* ---- what is missing in a block ---- */

/* Events in the block's proved receipts that the mirror does not hold; remembered. */
static enum status count_missing(size_t *out, struct search *search, uint64_t number,
				 struct error *err)
{
	struct mirror *m = search->m;
	struct fetched_block block;
	enum status st;

	*out = 0;
	arena_reset(search->arena);
	st = source_block(&block, search->arena, m->source, number, NULL, &m->wish, true, err);
	return st == OK ? repair_missing(out, m, search->arena, &block, err) : st;
}

/* The node named these blocks before; it need not do so again. */
static enum status keep_known_blocks(struct mirror *m, uint64_t from, struct error *err)
{
	struct block_record record;
	struct store_txn *txn;
	enum status st = store_begin(&txn, m->store, STORE_READ, err);

	if (st != OK)
		return st;
	st = store_block_above(&record, txn, from, err);
	while (st == OK) {
		if (record.event_count)
			repair_must_prove(m, record.ref.number);
		st = store_block_above(&record, txn, record.ref.number + 1, err);
	}
	store_abort(txn);
	return st == ERR_NOTFOUND ? OK : st;
}

/* Takes back the block and all above it; it comes again with its receipts. */
static enum status take_back(struct mirror *m, uint64_t number, struct error *err)
{
	enum status st = keep_known_blocks(m, number, err);

	if (st == OK) {
		repair_must_prove(m, number);
		st = mirror_drop_above(m, number - 1, err);
	}
	return st == OK ? mirror_read_births(m, err) : st;
}

static enum status go_back(struct mirror *m, uint64_t number, size_t missing, const char *how,
			   struct error *err)
{
	enum status st = take_back(m, number, err);

	if (st == OK)
		log_warn(m->logger,
			 "%s left out %zu event(s) of block %" PRIu64
			 ", found by %s; going on from there with its proved receipts",
			 source_label(m->source), missing, number, how);
	return st;
}

/* ---- the search ---- */

/* The first block, at or above the pool's first, as of which the mirror holds its contract. */
static enum status first_born(uint64_t *out, struct search *search, uint64_t high,
			      struct error *err)
{
	const struct pool *pool = &search->m->config->pools[search->pool];
	uint64_t low = pool->setup.start_block;
	struct store_txn *txn;
	enum status st = store_begin(&txn, search->m->store, STORE_READ, err);

	if (st != OK)
		return st;
	while (st == OK && low < high) {
		uint64_t middle = low + (high - low) / 2;
		struct reading reading = {.pool = pool,
					  .state = state_open(txn, middle),
					  .arena = search->arena,
					  .block = middle};

		if (pool->protocol->is_born(&reading))
			high = middle;
		else
			low = middle + 1;
		st = state_status(reading.state, err);
		state_close(reading.state);
	}
	store_abort(txn);
	*out = high;
	return st;
}

/* What is told of the block is false (`err` says how): the mirror must not stand on what it was
 * told of it before. Returns ERR_BAD_DATA, or why it could not go back. */
static enum status go_below(struct search *search, uint64_t number, struct error *err)
{
	struct error why;

	if (take_back(search->m, number, &why) == OK)
		return ERR_BAD_DATA;
	*err = why;
	return why.status;
}

/* *is_found where the mirror went back; else nothing was left out that the views could show. */
static enum status look(bool *is_found, struct search *search, uint64_t suspect, struct error *err)
{
	uint64_t low;
	uint64_t high;
	uint64_t culprit;
	bool is_different = false;
	size_t missing = 0;
	enum status st = first_born(&low, search, suspect, err);

	*is_found = false;
	if (st == OK)
		st = find_difference(&high, &is_different, search, suspect, low, err);
	if (st != OK || !is_different)
		return st;
	/* Where the mirror differs from the first, that block is the one to be looked at first. */
	st = differs_at(&is_different, search, low, false, err);
	culprit = low;
	for (int i = 0; st == OK && i < CULPRITS_MAX && !mirror_is_stopping(search->m); i++) {
		if (i || !is_different)
			st = bisect(&culprit, search, low, high, err);
		if (st == OK) {
			st = count_missing(&missing, search, culprit, err);
			if (st == ERR_BAD_DATA)
				return go_below(search, culprit, err);
		}
		if (st == OK && missing) {
			*is_found = true;
			return go_back(search->m, culprit, missing,
				       "bisection over the contract's views", err);
		}
		/* What differs from there on has another cause: is there more, above it? */
		if (st == OK)
			st = differs_at(&is_different, search, culprit, false, err);
		for (size_t k = 0; k < search->now.count; k++)
			add_difference(&search->known, &search->now.items[k]);
		if (st == OK)
			st = differs_at(&is_different, search, high, false, err);
		if (!is_different)
			break;
		low = culprit;
	}
	return st;
}

/* What changes no view, or no view that is asked: the headers that the backfill did not see. */
static enum status look_closer(bool *is_found, struct search *search, uint64_t suspect,
			       struct error *err)
{
	struct pool_run *pool = &search->m->pools[search->pool];
	struct repair_walk walk = {.from = search->m->config->pools[search->pool].setup.start_block,
				   .to = suspect};
	enum status st = OK;

	if (walk.from < pool->walked_to)
		walk.from = pool->walked_to;
	if (suspect - walk.from > WALK_MAX)
		walk.from = suspect - WALK_MAX;
	st = repair_walk(&walk, search->m, err);
	if (st == OK && !mirror_is_stopping(search->m))
		pool->walked_to = suspect;
	*is_found = st == OK && walk.missing;
	if (*is_found)
		return go_back(search->m, walk.first, walk.missing, "walking the headers", err);
	return st == ERR_BAD_DATA && walk.bad ? go_below(search, walk.bad, err) : st;
}

bool mirror_is_beyond_repair(const struct mirror *m, size_t pool)
{
	return m->pools[pool].fruitless >= FRUITLESS_MAX;
}

enum status mirror_repair(struct mirror *m, struct error *err)
{
	struct search *search = xcalloc(1, sizeof(*search));
	const struct pool *pool = &m->config->pools[m->suspect_pool];
	bool is_found = false;
	struct error why;
	enum status st;

	m->is_suspicious = false;
	search->m = m;
	search->pool = m->suspect_pool;
	search->arena = arena_new();
	st = take_accounts(search, m->suspect_block, &why);
	if (st == OK)
		st = look(&is_found, search, m->suspect_block, &why);
	/* Also where a node has no old state to ask: headers it has. */
	if (st == ERR_NOTFOUND || (st == OK && !is_found)) {
		enum status walked = look_closer(&is_found, search, m->suspect_block, err);

		if (walked != OK || is_found)
			st = walked;
		if (walked != OK)
			why = *err;
	}
	arena_free(search->arena);
	free(search);
	/* The finding says what is known. */
	if (st == ERR_NOTFOUND || (st == OK && !is_found)) {
		m->pools[m->suspect_pool].fruitless++;
		log_warn(m->logger,
			 "pool %s: a check failed at block %" PRIu64
			 ", and no log that was left out is to blame as far as can be told%s%s",
			 pool->setup.name, m->suspect_block, st == OK ? "" : ": ",
			 st == OK ? "" : why.message);
		return OK;
	}
	m->is_suspicious = st == ERR_AGAIN;
	if (st != OK)
		*err = why;
	return st;
}
