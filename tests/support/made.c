#include "tests/support/made.h"

#include <inttypes.h>
#include <stdio.h>

#include "abi/keccak.h"
#include "indexer/reorg_note.h"
#include "protocols/apply.h"
#include "reconcile/source_check.h"
#include "reconcile/withdrawn.h"
#include "tests/support/test.h"
#include "tests/support/toy.h"

enum { ACCOUNTS = 6, FINDINGS = 5, TABLE_ACCOUNTS = 18, ONLY_ACCOUNT = 99 };

static const struct row_table accounts = {TABLE_ACCOUNTS, ADDRESS_BYTES, &record_toy_loan};
static const struct row_table totals = {19, 1, &record_toy_loan};
static const struct row_table lenders = {17, ADDRESS_BYTES, &record_toy_loan};

/* ---- the protocol: the toy's lists, and accounts, events and figures ---- */

static const struct figure_rule account_figures[] = {
	{.name = "amount", .kind = FIGURE_NUMBER, .unit = UNIT_ASSETS, .meaning = ""},
	{.name = "debtor", .kind = FIGURE_ADDRESS, .meaning = ""},
};

static const struct figure_rule pool_figures[] = {
	{.name = "total", .kind = FIGURE_NUMBER, .unit = UNIT_ASSETS, .meaning = ""},
};

static const struct event_rule events[] = {
	{0, "event Lent(address indexed who, uint256 amount)", NULL},
	{0, "event Noted(string text)", NULL},
};

static void read_account(struct figure *out, const struct reading *r, struct address account)
{
	struct toy_loan row;

	state_row_at(&row, r->state, &accounts, r->pool->id, account.bytes, r->block);
	out[0] = figure_number(row.amount);
	out[1] = figure_address(row.debtor);
}

static void read_pool(struct figure *out, const struct reading *r)
{
	struct toy_loan row;

	state_row_at(&row, r->state, &totals, r->pool->id, "", r->block);
	out[0] = figure_number(row.amount);
}

static void make_pools(struct made *m)
{
	static const struct address desk = {{0xde}};
	struct protocol *protocol = arena_alloc(m->arena, sizeof(*protocol));

	*protocol = toy_protocol;
	protocol->accounts = &accounts;
	protocol->account_figures = account_figures;
	protocol->account_figure_count = 2;
	protocol->pool_figures = pool_figures;
	protocol->pool_figure_count = 1;
	protocol->events = events;
	protocol->event_count = 2;
	protocol->read_account = read_account;
	protocol->read_pool = read_pool;
	for (uint16_t i = 0; i < MADE_POOLS; i++) {
		struct pool_setup setup = {.name = i ? "second" : "first",
					   .protocol = "toy",
					   .start_block = i ? 5 : 0,
					   .contracts = {{.addresses = &desk, .count = 1}}};

		assert_ok(pool_make(&m->pools[i], m->arena, protocol, &setup, i, &m->err), m->err);
	}
	m->config = (struct config){.path = "made",
				    .chain_id = MADE_CHAIN_ID,
				    .store_path = m->folder,
				    .pools = m->pools,
				    .pool_count = MADE_POOLS,
				    .pool_set = "made"};
}

/* ---- life ---- */

static void open_store(struct made *m)
{
	const struct store_identity identity = {.chain_id = MADE_CHAIN_ID, .pool_set = "made"};

	assert_ok(store_open(&m->store, m->folder, STORE_WRITE, &identity, &m->err), m->err);
}

void made_open(struct made *m)
{
	*m = (struct made){.arena = arena_new(), .rows_max = 6, .events_max = 3};
	scratch_make(m->folder);
	make_pools(m);
	open_store(m);
}

void made_close(struct made *m)
{
	store_close(m->store);
	scratch_remove(m->folder);
	arena_free(m->arena);
}

void made_reopen(struct made *m)
{
	store_close(m->store);
	open_store(m);
}

/* ---- branches ---- */

void made_extend(struct made_branch *branch, uint64_t seed, uint64_t gap)
{
	const struct made_block *last = branch->count ? &branch->blocks[branch->count - 1] : NULL;
	struct made_block *block = &branch->blocks[branch->count++];
	uint8_t text[HASH_BYTES + 16];
	struct keccak k;

	assert_true(branch->count <= MADE_BLOCKS_MAX);
	*block = (struct made_block){.seed = seed};
	block->ref.number = last ? last->ref.number + gap : 1;
	block->ref.timestamp = 1000 + block->ref.number * 12;
	memset(text, 0, HASH_BYTES);
	if (last)
		memcpy(text, last->ref.hash.bytes, HASH_BYTES);
	put_be64(text + HASH_BYTES, seed);
	put_be64(text + HASH_BYTES + 8, gap);
	keccak_init(&k);
	keccak_update(&k, text, sizeof(text));
	block->ref.hash = keccak_final(&k);
	if (last && gap == 1)
		block->ref.parent_hash = last->ref.hash;
	else
		block->ref.parent_hash.bytes[0] = 1;
}

size_t made_common(const struct made_branch *a, const struct made_branch *b)
{
	size_t n = 0;

	while (n < a->count && n < b->count &&
	       hash_equal(a->blocks[n].ref.hash, b->blocks[n].ref.hash) &&
	       a->blocks[n].repaired == b->blocks[n].repaired)
		n++;
	return n;
}

/* ---- a block's content ---- */

static void change_loan(struct state *state, struct sim_random *random, uint16_t pool)
{
	uint8_t key[TOY_KEY];
	struct toy_loan *loan;

	(void)toy_key(key, (uint8_t)(1 + sim_below(random, 3)), (uint16_t)sim_below(random, 4));
	loan = state_row(state, &toy_loans, pool, key);
	loan->state = sim_below(random, 4);
	loan->amount = u256_from(loan->state ? sim_word(random) : sim_below(random, 2));
}

static void change_row(struct state *state, struct sim_random *random, uint16_t pool)
{
	uint8_t key[ADDRESS_BYTES];
	struct toy_loan *row;
	bool is_lender = sim_percent(random, 30);

	memset(key, (int)(1 + sim_below(random, ACCOUNTS)), sizeof(key));
	row = state_row(state, is_lender ? &lenders : &accounts, pool, key);
	row->amount = u256_from(sim_percent(random, 25) ? 0 : sim_word(random));
	memcpy(row->debtor.bytes, key, sim_below(random, 2) ? 4 : 0);
	if (u256_is_zero(row->amount))
		*row = (struct toy_loan){0};
}

static void change_finding(struct state *state, struct sim_random *random, uint16_t pool)
{
	uint8_t key[FINDING_ID_BYTES];
	struct finding *finding;

	memset(key, (int)(1 + sim_below(random, FINDINGS)), sizeof(key));
	finding = state_row(state, &table_finding, pool, key);
	if (finding->state && strcmp(finding->state, "open") == 0) {
		finding->state = "resolved";
		finding->resolved_at = state_block(state);
		return;
	}
	*finding = (struct finding){.check = "view-loan",
				    .severity = SEVERITY_ERROR,
				    .block = state_block(state),
				    .subject = "a \"subject\"\nof two lines",
				    .expected = "1",
				    .actual = "2",
				    .difference = "1",
				    .trace = "",
				    .state = "open",
				    .first_seen = state_block(state)};
}

static void change_rows(struct made *m, struct state *state, struct sim_random *random)
{
	uint64_t count = sim_below(random, m->rows_max + 1);

	for (uint64_t i = 0; i < count; i++) {
		uint16_t pool = (uint16_t)sim_below(random, MADE_POOLS);

		if (sim_percent(random, 40))
			change_loan(state, random, pool);
		else
			change_row(state, random, pool);
	}
	if (count) {
		struct toy_loan *total = state_row(state, &totals, 0, "");

		total->amount = u256_from(sim_word(random));
	}
	if (sim_percent(random, 30))
		change_finding(state, random, (uint16_t)sim_below(random, MADE_POOLS));
}

static void put_account(struct state *state, uint8_t account, uint64_t amount)
{
	uint8_t key[ADDRESS_BYTES];
	struct toy_loan *row;

	memset(key, account, sizeof(key));
	row = state_row(state, &accounts, 0, key);
	*row = (struct toy_loan){.amount = u256_from(amount)};
}

/* Of the desk, or of somebody else. */
static struct event_log make_log(struct made *m, struct sim_random *random, struct arena *arena)
{
	bool is_text = sim_percent(random, 30);
	const struct abi_item *item = &m->pools[0].events[is_text];
	struct event_log log = {.topics = {item->signature_hash}, .topic_count = is_text ? 1 : 2};
	size_t size = is_text ? 96 : 32;
	uint8_t *data = arena_alloc(arena, size);

	log.address.bytes[0] = sim_percent(random, 20) ? 0x99 : 0xde;
	log.topics[1].bytes[HASH_BYTES - 1] = (uint8_t)(1 + sim_below(random, ACCOUNTS));
	if (is_text) {
		data[31] = 32;
		data[63] = 3;
		memcpy(data + 64, "a\nb", 3);
	} else {
		sim_bytes(random, data + 24, 8);
	}
	log.data = slice_of(data, size);
	sim_bytes(random, log.transaction_hash.bytes, HASH_BYTES);
	return log;
}

static void make_events(struct made *m, struct block_write *write, struct sim_random *random,
			unsigned more, struct arena *arena)
{
	uint32_t index = (uint32_t)sim_below(random, 3);
	struct stored_event *list;

	write->event_count = sim_below(random, m->events_max + 1) + more;
	list = arena_array(arena, write->event_count, sizeof(*list));
	for (size_t i = 0; i < write->event_count; i++) {
		struct event_log log = make_log(m, random, arena);

		list[i] = (struct stored_event){.log_index = index,
						.transaction_hash = log.transaction_hash,
						.value = event_encode(arena, &log)};
		index += 1 + (uint32_t)sim_below(random, 3);
	}
	write->events = list;
}

static void append(struct made *m, struct store_txn *txn, const struct made_block *block)
{
	struct sim_random random = sim_random_of(block->seed, block->ref.number);
	struct state *state = state_open(txn, block->ref.number);
	struct block_write write = {.ref = block->ref};
	struct arena *arena = arena_new();

	if (block->seed >> 32 == ONLY_ACCOUNT) {
		put_account(state, (uint8_t)(block->seed >> 24), block->seed & 0xffffff);
	} else {
		change_rows(m, state, &random);
		make_events(m, &write, &random, block->repaired, arena);
	}
	if (block->repaired) {
		struct toy_loan *total = state_row(state, &totals, 1, "");

		total->amount = u256_from(block->repaired);
	}
	state_changes(&write.rows, &write.row_count, state);
	assert_ok(state_status(state, &m->err), m->err);
	assert_ok(store_append(txn, NULL, &write, &m->err), m->err);
	state_close(state);
	arena_free(arena);
}

/* ---- what the store goes through ---- */

static struct store_txn *begin(struct made *m)
{
	struct store_txn *txn;

	assert_ok(store_begin(&txn, m->store, STORE_WRITE, &m->err), m->err);
	return txn;
}

static void commit(struct made *m, struct store_txn *txn)
{
	assert_ok(store_commit(txn, &m->err), m->err);
}

void made_write(struct made *m, const struct made_branch *branch, size_t count)
{
	struct store_txn *txn = begin(m);

	assert_true(m->count == 0 || made_common(m->branch, branch) >= m->count);
	for (size_t i = m->count; i < count; i++)
		append(m, txn, &branch->blocks[i]);
	commit(m, txn);
	m->branch = branch;
	m->count = count;
}

void made_reorg(struct made *m, const struct made_branch *to, size_t kept)
{
	const struct made_block *blocks = m->branch->blocks;
	struct mirror_reorg reorg = {.old = blocks[m->count - 1].ref,
				     .head = blocks[m->count - 1].ref};
	struct store_txn *txn = begin(m);

	if (kept)
		reorg.fork = blocks[kept - 1].ref;
	assert_ok(reorg_note_count(&reorg.number, txn, &m->err), m->err);
	reorg.number++;
	for (size_t i = 0; i < MADE_POOLS; i++)
		assert_ok(withdrawn_put(&reorg.withdrawn, txn, &m->pools[i], reorg.fork.number,
					reorg.number, &m->err),
			  m->err);
	assert_ok(withdrawn_trim(txn, &m->err), m->err);
	assert_ok(store_rewind(txn, reorg.fork.number, &m->err), m->err);
	assert_ok(reorg_note_put(txn, &reorg, &m->err), m->err);
	commit(m, txn);
	m->branch = to;
	m->count = kept;
}

void made_drop(struct made *m, size_t kept)
{
	uint64_t to = kept ? m->branch->blocks[kept - 1].ref.number : 0;
	struct store_txn *txn = begin(m);

	assert_ok(store_rewind(txn, to, &m->err), m->err);
	assert_ok(repair_note_add(txn, to, &m->err), m->err);
	commit(m, txn);
	m->count = kept;
}

void made_refuse(struct made *m)
{
	struct proof_failure failure = {.fault = FAULT_RECEIPTS_ROOT, .block = 100000};
	struct pending_finding pending = {.pool = (uint16_t)(m->refusals % MADE_POOLS)};
	struct store_txn *txn = begin(m);

	(void)snprintf(failure.node, sizeof(failure.node), "http://127.0.0.1:%u",
		       (m->refusals++ * 7919) % 10000);
	source_finding(pending.key, &pending.finding, m->arena, &m->pools[pending.pool], &failure);
	assert_ok(pending_put(txn, &pending, &m->err), m->err);
	commit(m, txn);
}

void made_settle(struct made *m)
{
	struct store_txn *txn = begin(m);
	struct pending_finding *items;
	size_t count;

	assert_ok(pending_read(&items, &count, m->arena, txn, &m->err), m->err);
	for (size_t i = 0; i < count; i++)
		assert_ok(pending_remove(txn, &items[i], &m->err), m->err);
	commit(m, txn);
}

void made_account(struct made *m, struct made_branch *branch, uint8_t account, uint64_t amount)
{
	made_extend(branch, (uint64_t)ONLY_ACCOUNT << 32 | (uint64_t)account << 24 | amount, 1);
	made_write(m, branch, branch->count);
}
