#include "tests/support/nonsense.h"

#include "protocols/account.h"
#include "protocols/apply.h"
#include "protocols/audit.h"
#include "protocols/payout.h"
#include "protocols/quote.h"
#include "reconcile/finding.h"
#include "tests/support/scratch.h"
#include "tests/support/test.h"

#include <stdlib.h>

enum { CONTRACTS_MAX = 16, LOGS_MAX = 12, STRANGERS = 3, WEEK = 604800 };

struct nonsense {
	const struct nonsense_plan *plan;
	char folder[SCRATCH_PATH_SIZE];
	uint64_t seed;
	struct arena *arena;
	struct arena *block_arena;
	struct store *store;
	struct store_txn *txn;
	struct state *state;
	struct pool pool;
	struct address contracts[CONTRACTS_MAX];
	size_t contract_count;
	struct trace trace;
	struct book book;
	struct applying applying;
	struct recorder recorder;
	struct chain_asker asker;
	struct block_ref block;
	struct event_log logs[LOGS_MAX];
	struct error err;
};

static uint64_t next(struct nonsense *n)
{
	uint64_t z = n->seed += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static uint64_t below(struct nonsense *n, uint64_t limit)
{
	return next(n) % limit;
}

static u256 power_of_two(unsigned bits)
{
	return u256_shift_left(U256_ONE, bits);
}

/* Words that mean something here, small ones, and edges. */
static u256 number(struct nonsense *n, unsigned bits)
{
	u256 most = u256_sub_wrap(power_of_two(bits), U256_ONE);

	switch (below(n, 12)) {
	case 0:
		return U256_ZERO;
	case 1:
		return u256_and(n->plan->unit, most);
	case 2:
		return u256_and(u256_from(n->block.timestamp + below(n, 3) - 1), most);
	case 3:
		return u256_and(power_of_two((unsigned)below(n, 200)), most);
	case 4: /* an edge may pass what the ledger can hold, which ends the run */
		return below(n, 200) ? u256_and(u256_from(next(n)), most) : most;
	default:
		return u256_and(u256_from(below(n, 5) ? below(n, 5) : below(n, 1000000)), most);
	}
}

static struct address somebody(struct nonsense *n)
{
	uint64_t i = below(n, n->contract_count + STRANGERS + 1);

	if (n->plan->likes != LIKES_NOBODY && below(n, 4) == 0)
		return pool_contract(&n->pool, n->plan->likes);
	if (i < n->contract_count)
		return n->contracts[i];
	return i == n->contract_count ? (struct address){{0}}
				      : (struct address){{0xee, (uint8_t)i}};
}

static struct abi_value value_of(struct nonsense *n, const struct abi_type *type)
{
	struct abi_value value = {.type = type};
	struct abi_value *items;
	uint8_t *bytes;

	switch (type->kind) {
	case ABI_UINT:
		value.number = number(n, type->bits);
		break;
	case ABI_BOOL:
		value.boolean = below(n, 2);
		break;
	case ABI_ADDRESS:
		value.address = somebody(n);
		break;
	case ABI_FIXED_BYTES:
	case ABI_STRING:
		bytes = arena_alloc(n->block_arena, 64);
		memset(bytes, (int)below(n, 128), 64); /* which is UTF-8 */
		value.bytes = slice_of(bytes, type->kind == ABI_STRING ? below(n, 64) : type->bits);
		break;
	case ABI_VECTOR:
		value.list.count = below(n, 4);
		items = arena_array(n->block_arena, 4, sizeof(*items));
		for (size_t i = 0; i < value.list.count; i++)
			items[i] = value_of(n, type->element);
		value.list.items = items;
		break;
	case ABI_INT:
	case ABI_FUNCTION:
	case ABI_BYTES:
	case ABI_ARRAY:
	case ABI_TUPLE:
		fail_msg("no event has such a value");
		break;
	}
	return value;
}

static void make_log(struct nonsense *n, struct event_log *log)
{
	size_t rule = below(n, n->pool.protocol->event_count);
	const struct abi_item *event = &n->pool.events[rule];
	size_t role = n->pool.protocol->events[rule].role;
	struct abi_value data[16];
	size_t count = 0;

	log->address = n->pool.setup.contracts[role]
			       .addresses[below(n, n->pool.setup.contracts[role].count)];
	log->topics[0] = event->signature_hash;
	log->topic_count = 1;
	for (size_t i = 0; i < event->input_count; i++) {
		struct abi_value value = value_of(n, event->inputs[i].type);
		struct slice word;

		if (!event->inputs[i].is_indexed) {
			data[count++] = value;
			continue;
		}
		assert_ok(abi_encode(&word, n->block_arena, &value, 1, &n->err), n->err);
		assert_int_equal(word.size, 32);
		memcpy(log->topics[log->topic_count++].bytes, word.data, 32);
	}
	assert_ok(abi_encode(&log->data, n->block_arena, data, count, &n->err), n->err);
}

/* ---- a node ---- */

static const struct nonsense_view *view_of(const struct nonsense *n, const struct chain_call *call)
{
	for (size_t i = 0; i < n->plan->view_count; i++)
		if (memcmp(call->data.data, n->plan->views[i].selector, 4) == 0)
			return &n->plan->views[i];
	return NULL;
}

static enum status answer(void *context, struct chain_call *calls, size_t count,
			  struct arena *arena, const struct block_ref *at, struct error *err)
{
	struct nonsense *n = context;

	(void)at;
	(void)err;
	for (size_t i = 0; i < count; i++) {
		const struct nonsense_view *view = view_of(n, &calls[i]);
		size_t words = view ? view->words : 1;
		uint8_t *bytes = arena_alloc(arena, 32 * words);

		for (size_t k = 0; k < words; k++)
			u256_to_be(bytes + 32 * k, view && view->is_fixed
							   ? u256_from(view->fixed)
							   : number(n, below(n, 20) ? 90 : 256));
		calls[i].reason = "";
		calls[i].result = slice_of(bytes, 32 * words);
		calls[i].outcome = view || below(n, 10) ? CALL_RETURNED : CALL_REVERTED;
	}
	return OK;
}

/* ---- the mirror ---- */

static void open_pool(struct nonsense *n)
{
	const struct protocol *protocol = protocol_find(n->plan->protocol);
	struct pool_setup setup = {.name = "n", .protocol = n->plan->protocol, .start_block = 1};

	for (size_t i = 0; i < CONTRACTS_MAX; i++)
		n->contracts[i] = (struct address){{0xc0, (uint8_t)(i + 1)}};
	for (size_t i = 0; i < protocol->role_count; i++) {
		setup.contracts[i].addresses = &n->contracts[n->contract_count];
		setup.contracts[i].count = n->plan->counts[i];
		n->contract_count += n->plan->counts[i];
	}
	assert_true(n->contract_count <= CONTRACTS_MAX);
	assert_ok(pool_init(&n->pool, n->arena, &setup, 0, &n->err), n->err);
}

static void open_mirror(struct nonsense *n, const struct nonsense_plan *plan, uint64_t seed)
{
	static const struct store_identity identity = {.chain_id = 1, .pool_set = "nonsense"};
	static const bool nothing_there[ROLES_MAX] = {false};
	struct block_ref before = {0};

	memset(n, 0, sizeof(*n));
	n->plan = plan;
	n->seed = seed;
	n->asker = (struct chain_asker){.ask = answer, .context = n};
	n->arena = arena_new();
	n->block_arena = arena_new();
	scratch_make(n->folder);
	open_pool(n);
	n->block = (struct block_ref){.number = 1, .timestamp = 1600000000};
	assert_ok(store_open(&n->store, n->folder, STORE_WRITE, &identity, &n->err), n->err);
	assert_ok(store_begin(&n->txn, n->store, STORE_WRITE, &n->err), n->err);
	n->state = state_open(n->txn, 1);
	n->book = book_open(n->state, 0);
	n->applying = (struct applying){.pool = &n->pool,
					.state = n->state,
					.arena = n->block_arena,
					.block = &n->block,
					.checker = &n->recorder.checker,
					.trace = &n->trace,
					.chain = plan->views ? &n->asker : NULL,
					.book = &n->book};
	recorder_init(&n->recorder, &n->applying);
	apply_begin_block(&n->applying);
	assert_ok(n->pool.protocol->seed(&n->applying, &before, nothing_there, &n->err), n->err);
	assert_ok(n->pool.protocol->birth(&n->applying, &n->err), n->err);
}

static void close_mirror(struct nonsense *n)
{
	state_close(n->state);
	store_abort(n->txn);
	store_close(n->store);
	scratch_remove(n->folder);
	arena_free(n->block_arena);
	arena_free(n->arena);
}

/* False where a ledger account would pass 256 bits: no token has that many units. */
static bool play_block(struct nonsense *n)
{
	struct apply_options options = {.is_thorough = true};
	struct block_write write = {.ref = n->block};
	size_t log_count = 1 + below(n, LOGS_MAX);
	uint32_t transaction = 0;
	size_t count;
	enum status st;

	memset(n->logs, 0, sizeof(n->logs));
	for (size_t i = 0; i < log_count; i++) {
		make_log(n, &n->logs[i]);
		transaction += below(n, 3) == 0;
		n->logs[i].log_index = (uint32_t)i;
		n->logs[i].transaction_index = transaction;
		n->logs[i].transaction_hash.bytes[0] = (uint8_t)(transaction + 1);
	}
	st = apply_block(&count, &n->applying, n->logs, log_count, &options, &n->err);
	if (st == ERR_CORRUPT && strstr(n->err.message, "ledger"))
		return false;
	assert_ok(st, n->err);
	assert_int_equal(count, log_count);
	recorder_end_block(&n->recorder, count);
	state_changes(&write.rows, &write.row_count, n->state);
	assert_ok(store_append(n->txn, NULL, &write, &n->err), n->err);
	return true;
}

static void begin_block(struct nonsense *n)
{
	arena_reset(n->block_arena);
	n->block.parent_hash = n->block.hash;
	n->block.number++;
	n->block.timestamp += 1 + below(n, 1000000);
	put_be64(n->block.hash.bytes, n->block.number);
	state_next_block(n->state, n->block.number);
	apply_begin_block(&n->applying);
}

/* ---- what is read of it ---- */

static struct reading reading_of(struct nonsense *n)
{
	return (struct reading){.pool = &n->pool,
				.state = n->state,
				.arena = n->block_arena,
				.block = n->block.number,
				.time_earliest = n->block.timestamp,
				.time_latest = n->block.timestamp + 1};
}

struct items {
	const struct reading *r;
	const struct item_list *list;
	size_t count;
};

static bool read_item(void *context, const uint8_t *key)
{
	struct items *items = context;
	struct figure figures[FIGURES_MAX];

	items->list->read(figures, items->r, key);
	items->count++;
	return true;
}

static bool read_account(void *context, struct address account)
{
	struct items *items = context;
	struct figure figures[FIGURES_MAX];

	items->r->pool->protocol->read_account(figures, items->r, account);
	return true;
}

static void read_slash(void *context, const struct payout_slash *slash)
{
	struct items *items = context;

	items->count += slash->is_computable;
}

static bool read_payout(void *context, const struct payout *payout)
{
	struct items *items = context;
	struct figure figures[FIGURES_MAX];
	const struct payout_rules *rules = items->r->pool->protocol->payouts;
	struct payout again;

	assert_true(payout_find(&again, items->r, payout->block, payout->log_index));
	(void)rules->read(figures, items->r, payout);
	if (rules->each_slash)
		rules->each_slash(items->r, payout, read_slash, items);
	return true;
}

static size_t read_all(struct nonsense *n)
{
	struct reading r = reading_of(n);
	struct items items = {.r = &r};
	struct figure figures[FIGURES_MAX];
	const struct protocol *protocol = n->pool.protocol;
	uint64_t weeks = n->plan->quote_weeks ? below(n, n->plan->quote_weeks + 1) : 1;
	struct quote_request request = {.seconds = WEEK * weeks,
					.has_market = n->plan->market != 0};
	struct quote quote = {0};

	protocol->read_pool(figures, &r);
	account_each(&r, NULL, read_account, &items);
	for (size_t i = 0; i < protocol->list_count; i++) {
		items.list = &protocol->lists[i];
		item_each(&r, items.list, NULL, read_item, &items);
	}
	payout_each(&r, NULL, read_payout, &items);
	request.amount = number(n, 256);
	if (request.has_market)
		request.market = n->pool.setup.contracts[n->plan->market].addresses[0];
	protocol->quote->price(&quote, &r, &request, &n->trace);
	assert_true(quote.is_priced || *quote.reason);
	return items.count;
}

/* Checks that failed, over all runs. */
struct failures {
	const struct protocol *protocol;
	bool has_failed[CHECKS_MAX];
};

static bool note_check(void *context, const uint8_t *key, const struct finding *finding)
{
	struct failures *failures = context;

	(void)key;
	for (size_t i = 0; i < failures->protocol->check_count; i++)
		if (strcmp(failures->protocol->checks[i].id, finding->check) == 0)
			failures->has_failed[i] = true;
	return true;
}

/* How many blocks it went. */
static size_t play(const struct nonsense_plan *plan, uint64_t seed, struct failures *failures)
{
	struct nonsense n;
	struct audit audit = {.applying = &n.applying};
	struct reading r;
	size_t blocks = 0;
	size_t items = 0;

	open_mirror(&n, plan, seed);
	for (; blocks < plan->blocks && play_block(&n); blocks++) {
		n.pool.protocol->audit(&audit);
		if (*audit.broken)
			fail_msg("seed %llu, block %zu: %s", (unsigned long long)seed, blocks,
				 audit.broken);
		items += read_all(&n);
		begin_block(&n);
	}
	r = reading_of(&n);
	assert_ok(state_status(n.state, &n.err), n.err);
	assert_true(blocks == 0 || items > 0);
	assert_true(blocks == 0 || tally_read(&r).failed > 0);
	findings_each(&r, note_check, failures);
	close_mirror(&n);
	return blocks;
}

void nonsense_run(const struct nonsense_plan *plan)
{
	const char *given = getenv("SEED");
	uint64_t first = given ? strtoull(given, NULL, 10) : 1;
	struct failures failures = {.protocol = protocol_find(plan->protocol)};
	size_t blocks = 0;
	size_t idle = 0;

	assert_in_range(failures.protocol->check_count, 1, CHECKS_MAX);
	for (uint64_t seed = first; seed < first + (given ? 1 : plan->runs); seed++)
		blocks += play(plan, seed, &failures);
	print_message("# %zu blocks\n", blocks);
	for (size_t i = 0; !given && plan->is_out_of_reach && i < failures.protocol->check_count;
	     i++)
		if (!failures.has_failed[i] && !plan->is_out_of_reach(i)) {
			print_error("# check %s never failed\n", failures.protocol->checks[i].id);
			idle++;
		}
	assert_int_equal(idle, 0);
	assert_true(given || blocks > plan->blocks * plan->runs / 4);
}
