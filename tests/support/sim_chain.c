/*
 * A block is drafted as a list of transactions, the pool's and others', each with its logs; then
 * laid out: places, signatures, receipts, header. The n-th block draws from a stream of its own, so
 * that a branch is made again up to where it parts.
 */
#include "tests/support/sim_chain.h"

#include "abi/keccak.h"
#include "chain/rlp.h"
#include "chain/trie.h"
#include "tests/support/sim_noise.h"
#include "tests/support/sim_play.h"
#include "tests/support/sim_state.h"
#include "tests/support/sim_transaction.h"

enum {
	SIGNER_COUNT = SIM_ACTOR_COUNT,
	NOISE_DEFAULT = 5,
	POOL_PERCENT_DEFAULT = 50,
	PLAYS_MAX = 6,
	DRAFT_MAX = 32,
	DRAFT_LOGS_MAX = SCRIPT_LOGS_MAX + 12,
	BRANCHES_MAX = 8,
	GAS_LIMIT = 36000000,
	FORK_COUNT = HEADER_PRAGUE + 1,
	SLOT = 12,
};

/* Blocks from `first` on draw from that seed. */
struct branch {
	uint64_t first;
	uint64_t seed;
};

struct sim_chain {
	struct arena *arena;
	uint64_t seed;
	struct sim_options options;
	uint64_t fork_span; /* the header's forks are spread over so many blocks */
	struct branch branches[BRANCHES_MAX];
	size_t branch_count;
	struct sim_block *blocks;
	uint64_t count;
	struct sim_names names;
	struct script_names texts;
	struct sim_signer signers[SIGNER_COUNT];
	struct sim_noise noise;
	struct script script; /* open while the chain is made */
};

struct draft {
	int actor;
	struct address to;
	bool has_to;
	bool is_success;
	struct event_log logs[DRAFT_LOGS_MAX];
	size_t log_count;
};

struct drafts {
	struct draft list[DRAFT_MAX];
	size_t count;
};

/* ---- what the pool does ---- */

static struct draft *draft_new(struct drafts *drafts, size_t at, int actor)
{
	assert_true(drafts->count < DRAFT_MAX && at <= drafts->count);
	memmove(&drafts->list[at + 1], &drafts->list[at],
		(drafts->count - at) * sizeof(drafts->list[0]));
	drafts->count++;
	drafts->list[at] = (struct draft){.actor = actor, .is_success = true};
	return &drafts->list[at];
}

static void add_log(struct draft *draft, const struct event_log *log)
{
	assert_true(draft->log_count < DRAFT_LOGS_MAX);
	draft->logs[draft->log_count++] = *log;
}

/* Moves the script's logs to drafts; `actors` by the script's transaction index, from 1 on. */
static void draft_pool(struct sim_chain *chain, struct drafts *drafts, const int *actors)
{
	const struct script *s = &chain->script;
	struct draft *draft = NULL;
	uint32_t last = 0;

	for (size_t i = 0; i < s->log_count; i++) {
		struct event_log log = s->logs[i];

		if (!draft || log.transaction_index != last)
			draft = draft_new(drafts, drafts->count, actors[log.transaction_index]);
		last = log.transaction_index;
		log.data = slice_copy(chain->arena, log.data);
		draft->has_to = true;
		draft->to = log.address;
		add_log(draft, &log);
	}
}

static void play_block(struct sim_chain *chain, struct drafts *drafts, struct sim_random *random)
{
	unsigned percent = chain->options.pool_percent;
	uint64_t plays = 1 + sim_below(random, PLAYS_MAX);
	int actors[PLAYS_MAX + 1] = {0};
	struct script *s = &chain->script;

	script_next(s, sim_pause(s, random));
	if (!sim_percent(random, percent ? percent : POOL_PERCENT_DEFAULT))
		return;
	while (plays--) {
		int actor = sim_play(s, random);

		if (actor >= 0)
			actors[s->transaction_index] = actor;
	}
	draft_pool(chain, drafts, actors);
}

static void create_contracts(struct sim_chain *chain, struct drafts *drafts, uint64_t number)
{
	struct block_ref before = {.number = number - 1,
				   .timestamp = chain->blocks[number - 1].header.timestamp};
	int actors[PLAYS_MAX];

	for (size_t i = 0; i < PLAYS_MAX; i++)
		actors[i] = SIM_ACTOR_OUTSIDER;
	script_open_bare(&chain->script, &chain->texts, &before);
	draft_pool(chain, drafts, actors);
}

/* ---- what others do ---- */

static void draft_noise(struct sim_chain *chain, struct drafts *drafts, struct sim_random *random)
{
	int actor = (int)sim_below(random, SIGNER_COUNT);
	struct draft *draft = draft_new(drafts, sim_below(random, drafts->count + 1), actor);
	uint64_t logs = sim_below(random, 5);

	draft->has_to = sim_percent(random, 90);
	sim_bytes(random, &draft->to, sizeof(draft->to));
	if (sim_percent(random, 10))
		draft->to = chain->names.pool; /* a call that fails, or logs nothing */
	draft->is_success = sim_percent(random, 85);
	for (uint64_t i = 0; draft->is_success && i < logs; i++) {
		struct event_log log = sim_noise_log(&chain->noise, random, chain->arena);

		add_log(draft, &log);
	}
}

/* Logs of others before and behind the pool's, in the pool's own transactions. */
static void surround(struct sim_chain *chain, struct draft *draft, struct sim_random *random)
{
	struct event_log log;

	if (!draft->log_count || draft->log_count + 2 > DRAFT_LOGS_MAX)
		return;
	if (sim_percent(random, 30)) {
		log = sim_noise_log(&chain->noise, random, chain->arena);
		memmove(draft->logs + 1, draft->logs, draft->log_count * sizeof(draft->logs[0]));
		draft->logs[0] = log;
		draft->log_count++;
	}
	if (sim_percent(random, 30)) {
		log = sim_noise_log(&chain->noise, random, chain->arena);
		add_log(draft, &log);
	}
}

static void add_noise(struct sim_chain *chain, struct drafts *drafts, struct sim_random *random)
{
	unsigned most = chain->options.noise_max ? chain->options.noise_max : NOISE_DEFAULT;
	uint64_t count = sim_below(random, most + 1);

	for (size_t i = 0; i < drafts->count; i++)
		surround(chain, &drafts->list[i], random);
	for (uint64_t i = 0; i < count; i++)
		draft_noise(chain, drafts, random);
}

/* ---- laying out ---- */

static enum header_fork fork_at(const struct sim_chain *chain, uint64_t number)
{
	uint64_t fork = number * FORK_COUNT / chain->fork_span;

	if (!chain->options.crosses_forks || fork >= FORK_COUNT)
		return HEADER_PRAGUE;
	return (enum header_fork)fork;
}

static uint8_t draw_type(enum header_fork fork, bool can_create, struct sim_random *random)
{
	static const uint8_t newest[] = {1, 2, 2, 3, 4};
	uint8_t most = can_create && newest[fork] > 2 ? 2 : newest[fork];

	return (uint8_t)sim_below(random, (uint64_t)most + 1);
}

static void lay_out_transaction(struct sim_chain *chain, struct sim_block *block, size_t at,
				const struct draft *draft, struct sim_random *random)
{
	struct sim_signer *signer = &chain->signers[draft->actor];
	uint8_t type = draw_type(block->header.fork, !draft->has_to, random);

	block->transactions[at] = sim_transaction(signer, type, draft->has_to ? &draft->to : NULL,
						  random, chain->arena);
	block->senders[at] = signer->address;
	block->transaction_hashes[at] = transaction_hash(&block->transactions[at], chain->arena);
	block->gas_used[at] = 21000 + sim_below(random, 400000);
	block->header.gas_used += block->gas_used[at];
}

static void lay_out_receipt(struct sim_block *block, size_t at, const struct draft *draft,
			    struct sim_random *random)
{
	struct receipt *receipt = &block->receipts[at];

	*receipt = (struct receipt){
		.type = block->transactions[at].type,
		.is_success = draft->is_success,
		.cumulative_gas_used = block->header.gas_used,
		.logs = block->logs + block->log_count,
		.log_count = draft->log_count,
	};
	/* Before Byzantium: the state root instead of the status. */
	if (block->header.fork == HEADER_FRONTIER && !receipt->type) {
		receipt->has_post_state = true;
		receipt->is_success = false;
		sim_bytes(random, &receipt->post_state, sizeof(receipt->post_state));
	}
	for (size_t i = 0; i < draft->log_count; i++) {
		struct event_log *log = &block->logs[block->log_count];

		*log = draft->logs[i];
		log->log_index = (uint32_t)block->log_count++;
		log->transaction_index = (uint32_t)at;
		log->transaction_hash = block->transaction_hashes[at];
		log->block_number = block->header.number;
	}
	receipt->bloom = receipt_bloom(receipt);
	bloom_merge(&block->header.bloom, &receipt->bloom);
}

static void lay_out_body(struct sim_chain *chain, struct sim_block *block,
			 const struct drafts *drafts, struct sim_random *random)
{
	struct arena *arena = chain->arena;
	size_t logs = 0;

	for (size_t i = 0; i < drafts->count; i++)
		logs += drafts->list[i].log_count;
	block->count = drafts->count;
	block->transactions = arena_array(arena, block->count, sizeof(block->transactions[0]));
	block->senders = arena_array(arena, block->count, sizeof(block->senders[0]));
	block->transaction_hashes =
		arena_array(arena, block->count, sizeof(block->transaction_hashes[0]));
	block->receipts = arena_array(arena, block->count, sizeof(block->receipts[0]));
	block->gas_used = arena_array(arena, block->count, sizeof(block->gas_used[0]));
	block->logs = arena_array(arena, logs, sizeof(block->logs[0]));
	for (size_t i = 0; i < block->count; i++) {
		lay_out_transaction(chain, block, i, &drafts->list[i], random);
		lay_out_receipt(block, i, &drafts->list[i], random);
	}
}

static void draw_header(struct sim_chain *chain, struct block_header *h, struct sim_random *random)
{
	uint8_t *extra = arena_alloc(chain->arena, 32);
	size_t extra_size = sim_below(random, 33);
	uint8_t no_uncles = 0xc0;

	sim_bytes(random, extra, 32);
	sim_bytes(random, &h->beneficiary, sizeof(h->beneficiary));
	sim_bytes(random, &h->mix_hash, sizeof(h->mix_hash));
	h->extra = slice_of(extra, extra_size);
	h->uncles_hash = keccak256(&no_uncles, 1);
	h->gas_limit = GAS_LIMIT;
	if (h->fork == HEADER_FRONTIER) {
		h->difficulty = u256_from(1 + sim_word(random));
		sim_bytes(random, h->nonce, sizeof(h->nonce));
	}
	if (h->fork >= HEADER_LONDON)
		h->base_fee = u256_from(1000000000 * (1 + sim_below(random, 50)));
	if (h->fork >= HEADER_SHANGHAI)
		h->withdrawals_root = trie_empty_root;
	if (h->fork >= HEADER_CANCUN) {
		h->blob_gas_used = 131072 * sim_below(random, 7);
		h->excess_blob_gas = 131072 * sim_below(random, 100);
		sim_bytes(random, &h->parent_beacon_root, sizeof(h->parent_beacon_root));
	}
	if (h->fork >= HEADER_PRAGUE)
		sim_bytes(random, &h->requests_hash, sizeof(h->requests_hash));
}

static void finish_block(struct sim_chain *chain, struct sim_block *block)
{
	struct block_header *h = &block->header;

	h->transactions_root = transactions_root(block->transactions, block->count, chain->arena);
	h->receipts_root = receipts_root(block->receipts, block->count, chain->arena);
	block->hash = header_hash(h, chain->arena);
	for (size_t i = 0; i < block->log_count; i++)
		block->logs[i].block_hash = block->hash;
}

static void set_state_root(struct sim_chain *chain, struct sim_block *block)
{
	struct arena *scratch = arena_new();

	block->header.state_root =
		sim_state_root(&block->views, &chain->names, block->header.number, scratch);
	arena_free(scratch);
}

static uint64_t seed_at(const struct sim_chain *chain, uint64_t number)
{
	size_t last = chain->branch_count - 1;

	while (last && chain->branches[last].first > number)
		last--;
	return chain->branches[last].seed;
}

static void make_block(struct sim_chain *chain, uint64_t number, struct drafts *drafts)
{
	struct sim_random random = sim_random_of(seed_at(chain, number), number);
	struct sim_block *block = &chain->blocks[number];
	struct block_header *h = &block->header;

	h->number = number;
	h->fork = fork_at(chain, number);
	drafts->count = 0;
	if (number == SIM_BIRTH_BLOCK)
		create_contracts(chain, drafts, number);
	else if (number > SIM_BIRTH_BLOCK)
		play_block(chain, drafts, &random);
	if (number)
		add_noise(chain, drafts, &random);
	if (number)
		h->parent_hash = chain->blocks[number - 1].hash;
	draw_header(chain, h, &random);
	lay_out_body(chain, block, drafts, &random);
	h->timestamp = number < SIM_BIRTH_BLOCK
			       ? (uint64_t)SCRIPT_FIRST_EPOCH * SCRIPT_WEEK + SLOT * number
			       : chain->script.block.timestamp;
	if (number >= SIM_BIRTH_BLOCK)
		block->views = sim_views_of(&chain->script, &chain->names);
	set_state_root(chain, block);
	finish_block(chain, block);
}

/* ---- names and keys ---- */

static const char *text_of(struct arena *arena, struct address address)
{
	char text[HEX_SIZE(ADDRESS_BYTES)];

	return arena_string(arena, address_format(text, address));
}

static void name_all(struct sim_chain *chain)
{
	struct sim_random random = sim_random_of(chain->seed, UINT64_MAX - 1);
	struct sim_names *names = &chain->names;
	struct script_names *texts = &chain->texts;

	for (int i = 0; i < SIGNER_COUNT; i++)
		chain->signers[i] = sim_signer_of(&random);
	sim_bytes(&random, &names->pool, sizeof(names->pool));
	sim_bytes(&random, &names->token, sizeof(names->token));
	sim_bytes(&random, &names->timelock, sizeof(names->timelock));
	names->manager = chain->signers[SIM_ACTOR_MANAGER].address;
	texts->pool = text_of(chain->arena, names->pool);
	texts->token = text_of(chain->arena, names->token);
	texts->timelock = text_of(chain->arena, names->timelock);
	texts->manager = text_of(chain->arena, names->manager);
	for (int i = 0; i < SCRIPT_USERS; i++) {
		names->users[i] = chain->signers[i].address;
		texts->users[i] = text_of(chain->arena, names->users[i]);
	}
	chain->noise = sim_noise_of(names);
}

static void make_blocks(struct sim_chain *chain)
{
	struct drafts *drafts = xcalloc(1, sizeof(*drafts));

	assert_true(chain->count > SIM_BIRTH_BLOCK);
	chain->arena = arena_new();
	chain->blocks = arena_array(chain->arena, chain->count, sizeof(chain->blocks[0]));
	name_all(chain);
	for (uint64_t n = 0; n < chain->count; n++)
		make_block(chain, n, drafts);
	script_close(&chain->script);
	free(drafts);
}

struct sim_chain *sim_chain_new(uint64_t seed, uint64_t block_count,
				const struct sim_options *options)
{
	struct sim_chain *chain = xcalloc(1, sizeof(*chain));

	chain->seed = seed;
	chain->count = block_count;
	chain->fork_span = block_count;
	chain->branches[0].seed = seed;
	chain->branch_count = 1;
	if (options)
		chain->options = *options;
	make_blocks(chain);
	return chain;
}

struct sim_chain *sim_chain_fork(const struct sim_chain *chain, uint64_t at, uint64_t depth,
				 uint64_t seed)
{
	struct sim_chain *out = xcalloc(1, sizeof(*out));

	assert_true(at >= SIM_BIRTH_BLOCK && at < chain->count);
	out->seed = chain->seed;
	out->options = chain->options;
	out->fork_span = chain->fork_span;
	out->count = at + 1 + depth;
	for (size_t i = 0; i < chain->branch_count && chain->branches[i].first <= at; i++)
		out->branches[out->branch_count++] = chain->branches[i];
	assert_true(out->branch_count < BRANCHES_MAX);
	out->branches[out->branch_count++] = (struct branch){.first = at + 1, .seed = seed};
	make_blocks(out);
	return out;
}

void sim_chain_free(struct sim_chain *chain)
{
	arena_free(chain->arena);
	free(chain);
}

/* ---- reading ---- */

uint64_t sim_chain_count(const struct sim_chain *chain)
{
	return chain->count;
}

const struct sim_block *sim_chain_block(const struct sim_chain *chain, uint64_t number)
{
	assert_true(number < chain->count);
	return &chain->blocks[number];
}

const struct sim_block *sim_chain_by_hash(const struct sim_chain *chain, struct hash hash)
{
	for (uint64_t n = 0; n < chain->count; n++)
		if (hash_equal(chain->blocks[n].hash, hash))
			return &chain->blocks[n];
	return NULL;
}

const struct sim_names *sim_chain_names(const struct sim_chain *chain)
{
	return &chain->names;
}

bool sim_is_wanted(const struct sim_chain *chain, const struct event_log *log)
{
	return sim_noise_is_wanted(&chain->noise, log);
}

size_t sim_wanted_count(const struct sim_chain *chain, const struct sim_block *block)
{
	size_t count = 0;

	for (size_t i = 0; i < block->log_count; i++)
		count += sim_is_wanted(chain, &block->logs[i]);
	return count;
}

size_t sim_wanted(const struct sim_chain *chain, const struct sim_block *block, size_t n)
{
	for (size_t i = 0; i < block->log_count; i++)
		if (sim_is_wanted(chain, &block->logs[i]) && n-- == 0)
			return i;
	fail_msg("the block has fewer wanted logs");
	return 0;
}

uint64_t sim_find_wanted(const struct sim_chain *chain, uint64_t from, struct hash topic0)
{
	for (uint64_t n = from; n < chain->count; n++) {
		const struct sim_block *block = &chain->blocks[n];

		for (size_t i = 0; i < block->log_count; i++)
			if (sim_is_wanted(chain, &block->logs[i]) &&
			    (hash_is_zero(topic0) || hash_equal(block->logs[i].topics[0], topic0)))
				return n;
	}
	return UINT64_MAX;
}

struct block_material sim_material(const struct sim_block *block, struct arena *arena)
{
	size_t count = block->count;
	struct block_material m = {
		.claimed_hash = block->hash,
		.header = block->header,
		.unknown_member = "",
		.has_receipts = true,
		.receipts = arena_copy(arena, block->receipts, count * sizeof(m.receipts[0])),
		.receipt_count = count,
		.receipt_claims = arena_array(arena, count, sizeof(m.receipt_claims[0])),
		.transaction_hashes = arena_copy(arena, block->transaction_hashes,
						 count * sizeof(m.transaction_hashes[0])),
		.transaction_count = count,
		.has_transactions = true,
		.transactions =
			arena_copy(arena, block->transactions, count * sizeof(m.transactions[0])),
		.claimed_senders =
			arena_copy(arena, block->senders, count * sizeof(m.claimed_senders[0])),
	};

	for (size_t i = 0; i < count; i++) {
		struct receipt *r = &m.receipts[i];

		r->logs = arena_copy(arena, r->logs, r->log_count * sizeof(r->logs[0]));
		m.receipt_claims[i].transaction_hash = block->transaction_hashes[i];
		m.receipt_claims[i].from = block->senders[i];
	}
	return m;
}
