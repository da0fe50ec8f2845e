/* The simulated chain is true, and what its node says is what a real one would say. */
#include <zlib.h>

#include "abi/keccak.h"
#include "indexer/parse_block.h"
#include "tests/support/sim_json.h"
#include "tests/support/sim_node.h"
#include "tests/support/sim_play.h"

#define RECORDED "tests/chains/api3-seed1.chain.jsonl.gz"

enum { BLOCKS = 60, PLAYED_BLOCKS = 160, LINE_MAX_BYTES = 4 * 1024 * 1024 };

struct fixture {
	struct arena *arena;
	struct sim_chain *chain;
	struct sim_node *node;
};

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->arena = arena_new();
	f->chain = sim_chain_new(1, BLOCKS, NULL);
	f->node = sim_node_new(f->chain, 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	sim_node_free(f->node);
	sim_chain_free(f->chain);
	arena_free(f->arena);
	free(f);
	return 0;
}

/* ---- proofs ---- */

/* NULL, or which proof does not hold. */
static const char *what_fails(struct block_material *m, struct arena *arena)
{
	struct address *senders = arena_array(arena, m->transaction_count, sizeof(*senders));
	struct proof_failure failure;

	if (!prove_header(&failure, m, arena))
		return "header";
	if (!prove_receipts(&failure, m, arena))
		return "receipts";
	if (!prove_transactions(&failure, senders, m, NULL, arena))
		return "transactions";
	return NULL;
}

static void is_proved(const struct sim_chain *chain)
{
	struct arena *arena = arena_new();

	for (uint64_t n = 0; n < sim_chain_count(chain); n++) {
		const struct sim_block *block = sim_chain_block(chain, n);
		struct block_material m = sim_material(block, arena);
		const char *wrong = what_fails(&m, arena);

		if (wrong)
			fail_msg("block %u: %s", (unsigned)n, wrong);
		assert_int_equal(block->header.number, n);
		if (n) {
			const struct sim_block *parent = sim_chain_block(chain, n - 1);

			assert_true(hash_equal(block->header.parent_hash, parent->hash));
			assert_true(block->header.timestamp > parent->header.timestamp);
		}
		assert_true(block->header.gas_used <= block->header.gas_limit);
	}
	arena_free(arena);
}

static void every_block_is_proved(void **unused)
{
	(void)unused;
	for (uint64_t seed = 0; seed < 3; seed++) {
		struct sim_options options = {.crosses_forks = seed % 2 == 1, .pool_percent = 80};
		struct sim_chain *chain = sim_chain_new(seed, BLOCKS, &options);

		is_proved(chain);
		sim_chain_free(chain);
	}
}

static void the_proofs_fill_in_the_places_that_the_logs_have(void **state)
{
	struct fixture *f = *state;

	for (uint64_t n = 0; n < BLOCKS; n++) {
		const struct sim_block *block = sim_chain_block(f->chain, n);
		struct block_material m = sim_material(block, f->arena);
		size_t at = 0;

		assert_null(what_fails(&m, f->arena));
		for (size_t i = 0; i < m.receipt_count; i++)
			for (size_t j = 0; j < m.receipts[i].log_count; j++, at++) {
				const struct event_log *log = &m.receipts[i].logs[j];

				assert_int_equal(log->log_index, at);
				assert_int_equal(block->logs[at].log_index, at);
				assert_int_equal(block->logs[at].transaction_index, i);
				assert_true(hash_equal(log->transaction_hash,
						       block->logs[at].transaction_hash));
				assert_true(
					hash_equal(log->block_hash, block->logs[at].block_hash));
			}
		assert_int_equal(at, block->log_count);
	}
}

static void the_same_seed_gives_the_same_chain(void **state)
{
	struct fixture *f = *state;
	struct sim_chain *again = sim_chain_new(1, BLOCKS, NULL);
	struct sim_chain *other = sim_chain_new(2, BLOCKS, NULL);
	struct hash last = sim_chain_block(f->chain, BLOCKS - 1)->hash;

	assert_true(hash_equal(sim_chain_block(again, BLOCKS - 1)->hash, last));
	assert_false(hash_equal(sim_chain_block(other, BLOCKS - 1)->hash, last));
	sim_chain_free(again);
	sim_chain_free(other);
}

/* All types, wanted logs and others, failures, creations and empty blocks. */
static void the_chain_has_everything_in_it(void **state)
{
	struct fixture *f = *state;
	size_t types[TRANSACTION_TYPE_MAX + 1] = {0};
	size_t wanted = 0, noise = 0, failed = 0, creations = 0, empty = 0, before_eip155 = 0;

	for (uint64_t n = 0; n < BLOCKS; n++) {
		const struct sim_block *block = sim_chain_block(f->chain, n);
		size_t mine = sim_wanted_count(f->chain, block);

		wanted += mine;
		noise += block->log_count - mine;
		empty += block->count == 0;
		for (size_t i = 0; i < block->count; i++) {
			types[block->transactions[i].type]++;
			failed += !block->receipts[i].is_success;
			creations += !block->transactions[i].has_to;
			before_eip155 += !block->transactions[i].has_chain_id;
		}
	}
	for (size_t i = 0; i <= TRANSACTION_TYPE_MAX; i++)
		assert_true(types[i] > 5);
	assert_true(wanted > 50 && noise > 50);
	assert_true(failed && creations && empty && before_eip155);
	assert_int_equal(sim_find_wanted(f->chain, 0, (struct hash){{0}}), SIM_BIRTH_BLOCK);
}

static void a_fork_shares_its_beginning_and_is_proved(void **state)
{
	struct fixture *f = *state;
	struct sim_chain *fork = sim_chain_fork(f->chain, 40, 10, 7);
	struct sim_chain *second = sim_chain_fork(fork, 45, 4, 8);

	assert_int_equal(sim_chain_count(fork), 51);
	assert_int_equal(sim_chain_count(second), 50);
	is_proved(fork);
	is_proved(second);
	for (uint64_t n = 0; n <= 40; n++)
		assert_true(hash_equal(sim_chain_block(fork, n)->hash,
				       sim_chain_block(f->chain, n)->hash));
	for (uint64_t n = 41; n < 51; n++)
		assert_false(hash_equal(sim_chain_block(fork, n)->hash,
					sim_chain_block(f->chain, n)->hash));
	assert_true(hash_equal(sim_chain_block(second, 45)->hash, sim_chain_block(fork, 45)->hash));
	assert_false(
		hash_equal(sim_chain_block(second, 46)->hash, sim_chain_block(fork, 46)->hash));
	sim_chain_free(fork);
	sim_chain_free(second);
}

/* The player's transactions, applied to a mirror with all its checks: no rule is broken. */
static void what_is_played_keeps_the_contracts_rules(void **unused)
{
	(void)unused;
	for (uint64_t seed = 0; seed < 3; seed++) {
		struct sim_random random = {seed};
		struct script *s = xcalloc(1, sizeof(*s));

		script_open(s, NULL);
		for (unsigned n = 0; n < PLAYED_BLOCKS; n++) {
			for (uint64_t plays = sim_below(&random, 6); plays; plays--)
				(void)sim_play(s, &random);
			script_next(s, sim_pause(s, &random));
		}
		script_expect(s, NULL);
		script_close(s);
		free(s);
	}
}

/* ---- the node ---- */

static json_t *answer(struct fixture *f, const char *method, json_t *params)
{
	json_t *call = json_pack("{s:i,s:s,s:o}", "id", 1, "method", method, "params", params);
	json_t *reply = sim_node_call(f->node, call);
	json_t *result = json_object_get(reply, "result");

	assert_non_null(result);
	(void)json_incref(result);
	json_decref(reply);
	json_decref(call);
	return result;
}

static json_t *block_answer(struct fixture *f, uint64_t number, bool is_full)
{
	return answer(f, "eth_getBlockByNumber",
		      json_pack("[o,b]", sim_json_quantity(number), is_full));
}

static json_t *receipts_answer(struct fixture *f, uint64_t number)
{
	return answer(f, "eth_getBlockReceipts", json_pack("[o]", sim_json_quantity(number)));
}

/* Of the pool's totalStake, which stands at slot 7. */
static json_t *proof_answer(struct fixture *f, uint64_t number)
{
	const struct address pool = sim_chain_names(f->chain)->pool;
	const struct hash slot = {{[HASH_BYTES - 1] = 7}};

	return answer(f, "eth_getProof",
		      json_pack("[o,[o],o]", sim_json_bytes(pool.bytes, ADDRESS_BYTES),
				sim_json_bytes(slot.bytes, HASH_BYTES), sim_json_quantity(number)));
}

/* Of all contracts, of one block. */
static json_t *logs_answer(struct fixture *f, uint64_t number)
{
	return answer(f, "eth_getLogs",
		      json_pack("[{s:o,s:o}]", "fromBlock", sim_json_quantity(number), "toBlock",
				sim_json_quantity(number)));
}

static struct json_reader reader_of(struct fixture *f, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
	struct json_reader r;

	jread_open(&r, slice_copy(f->arena, slice_of(text, strlen(text))));
	free(text);
	json_decref(json);
	return r;
}

/* As the indexer would read it; false where it cannot. */
static bool material_of(struct block_material *m, struct fixture *f, uint64_t number)
{
	struct json_reader r = reader_of(f, block_answer(f, number, true));

	*m = (struct block_material){0};
	if (parse_block(m, f->arena, &r, NULL) != OK)
		return false;
	r = reader_of(f, receipts_answer(f, number));
	return parse_receipts(m, f->arena, &r, NULL) == OK;
}

static void the_nodes_answers_parse_and_are_proved(void **unused)
{
	struct sim_options options = {.crosses_forks = true};
	struct fixture f = {.arena = arena_new(), .chain = sim_chain_new(5, BLOCKS, &options)};
	struct block_material m;

	(void)unused;
	f.node = sim_node_new(f.chain, 0);
	for (uint64_t n = 0; n < BLOCKS; n++) {
		const char *wrong;

		assert_true(material_of(&m, &f, n));
		assert_true(hash_equal(m.claimed_hash, sim_chain_block(f.chain, n)->hash));
		assert_string_equal(m.unknown_member, "");
		wrong = what_fails(&m, f.arena);
		if (wrong)
			fail_msg("block %u: %s", (unsigned)n, wrong);
	}
	sim_node_free(f.node);
	sim_chain_free(f.chain);
	arena_free(f.arena);
}

/* Every member of the recorded object is in ours. */
static void has_members(const json_t *ours, const json_t *recorded, const char *what)
{
	const char *name;
	json_t *value;

	assert_non_null(recorded);
	json_object_foreach ((json_t *)(uintptr_t)recorded, name, value) {
		/* What anvil writes for every receipt, and other nodes for blobs alone. */
		if (strcmp(name, "blobGasPrice") == 0 || strcmp(name, "blockTimestamp") == 0)
			continue;
		if (!json_object_get(ours, name))
			fail_msg("%s has no %s", what, name);
	}
}

static json_t *recorded_block(void)
{
	gzFile file = gzopen(RECORDED, "rb");
	char *text = xmalloc(LINE_MAX_BYTES);
	json_t *line = NULL;

	assert_non_null(file);
	while (gzgets(file, text, LINE_MAX_BYTES)) {
		const json_t *transactions;

		json_decref(line);
		line = json_loads(text, 0, NULL);
		transactions = json_object_get(json_object_get(line, "block"), "transactions");
		if (json_is_object(json_array_get(transactions, 0)))
			break;
	}
	(void)gzclose(file);
	free(text);
	return line;
}

static const json_t *first(const json_t *object, const char *list)
{
	return json_array_get(json_object_get(object, list), 0);
}

/* Ours is of Prague and theirs of Cancun; types 2 are compared. */
static void the_nodes_answers_have_a_real_nodes_members(void **state)
{
	struct fixture *f = *state;
	json_t *recorded = recorded_block();
	const json_t *theirs = json_object_get(recorded, "block");
	bool is_compared = false;

	for (uint64_t n = 1; n < BLOCKS && !is_compared; n++) {
		const struct sim_block *block = sim_chain_block(f->chain, n);
		json_t *ours = block_answer(f, n, true);
		json_t *receipts = receipts_answer(f, n);

		has_members(ours, theirs, "a block");
		for (size_t i = 0; i < block->count; i++) {
			const json_t *receipt = json_array_get(receipts, i);

			has_members(receipt, first(recorded, "receipts"), "a receipt");
			if (block->transactions[i].type != 2 || !block->receipts[i].log_count)
				continue;
			is_compared = true;
			has_members(json_array_get(json_object_get(ours, "transactions"), i),
				    first(theirs, "transactions"), "a transaction");
			has_members(first(receipt, "logs"),
				    first(first(recorded, "receipts"), "logs"), "a log");
		}
		json_decref(ours);
		json_decref(receipts);
	}
	assert_true(is_compared);
	json_decref(recorded);
}

static void tags_hashes_and_heads(void **state)
{
	struct fixture *f = *state;
	const struct sim_block *head = sim_chain_block(f->chain, 50);
	static const struct {
		const char *tag;
		uint64_t number;
	} tags[] = {{"latest", 50}, {"finalized", 42}, {"safe", 46}, {"earliest", 0}};
	json_t *json;

	sim_node_follow(f->node, NULL, 50);
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		json_t *wanted = block_answer(f, tags[i].number, false);

		json = answer(f, "eth_getBlockByNumber", json_pack("[s,b]", tags[i].tag, 0));
		assert_true(json_equal(json, wanted));
		json_decref(json);
		json_decref(wanted);
	}
	json = block_answer(f, 51, false);
	assert_true(json_is_null(json));
	json = answer(f, "eth_getBlockByHash",
		      json_pack("[o,b]", sim_json_bytes(head->hash.bytes, HASH_BYTES), 0));
	assert_true(json_is_object(json));
	json_decref(json);
	json = answer(
		f, "eth_getBlockByHash",
		json_pack("[o,b]",
			  sim_json_bytes(sim_chain_block(f->chain, 51)->hash.bytes, HASH_BYTES),
			  0));
	assert_true(json_is_null(json));
	json = answer(f, "eth_blockNumber", json_array());
	assert_string_equal(json_string_value(json), "0x32");
	json_decref(json);
	json = answer(f, "eth_chainId", json_array());
	assert_string_equal(json_string_value(json), "0x539");
	json_decref(json);
}

static json_t *ask(struct fixture *f, struct address to, const char *signature,
		   const struct address *argument, uint64_t number)
{
	struct hash hash = keccak256(signature, strlen(signature));
	uint8_t data[36];

	memcpy(data, hash.bytes, 4);
	if (argument)
		address_to_word(data + 4, *argument);
	return answer(f, "eth_call",
		      json_pack("[{s:o,s:o},o]", "to", sim_json_bytes(to.bytes, ADDRESS_BYTES),
				"data", sim_json_bytes(data, argument ? 36 : 4),
				sim_json_quantity(number)));
}

static void says(json_t *json, size_t words, size_t at, uint64_t value)
{
	struct arena *arena = arena_new();
	const char *text = json_string_value(json);
	struct slice bytes;

	assert_int_equal(hex_parse(&bytes, arena, text, strlen(text), 1024, NULL), OK);
	assert_int_equal(bytes.size, words * U256_BYTES);
	assert_true(u256_equal(u256_from_be(bytes.data + at * U256_BYTES), u256_from(value)));
	arena_free(arena);
	json_decref(json);
}

static void the_views_are_the_contracts(void **state)
{
	struct fixture *f = *state;
	const struct sim_names *names = sim_chain_names(f->chain);
	const struct sim_block *block = sim_chain_block(f->chain, 55);
	const struct sim_views *v = &block->views;
	struct address alice = names->users[0];
	json_t *json;

	assert_true(v->total_stake > 1);
	says(ask(f, names->pool, "totalStake()", NULL, 55), 1, 0, v->total_stake);
	says(ask(f, names->pool, "apr()", NULL, 55), 1, 0, v->apr);
	says(ask(f, names->token, "totalSupply()", NULL, 55), 1, 0, v->supply);
	says(ask(f, names->token, "balanceOf(address)", &names->pool, 55), 1, 0, v->balance);
	says(ask(f, names->token, "balanceOf(address)", &alice, 55), 1, 0, 0);
	says(ask(f, names->pool, "userShares(address)", &alice, 55), 1, 0, v->users[0].shares);
	says(ask(f, names->pool, "getUser(address)", &alice, 55), 7, 0, v->users[0].unstaked);
	says(ask(f, names->pool, "getUser(address)", &alice, 55), 7, 6, v->users[0].proposed_at);
	says(ask(f, names->pool, "userToTimelock(address)", &alice, 55), 4, 3,
	     v->users[0].timelock_end);
	json = ask(f, names->pool, "totalStake()", NULL, SIM_BIRTH_BLOCK - 1);
	assert_string_equal(json_string_value(json), "0x");
	json_decref(json);
}

/* ---- lies ---- */

/* An attack of that kind on some block where it can be told. */
static struct sim_attack attack_of(struct fixture *f, enum sim_lie kind, uint64_t seed)
{
	struct sim_attack attack = {.kind = kind, .seed = seed, .index = 0};

	for (attack.block = 20; attack.block < BLOCKS - 1; attack.block++) {
		const struct sim_block *block = sim_chain_block(f->chain, attack.block);

		if (!sim_wanted_count(f->chain, block) || block->count < 2 || block->log_count < 3)
			continue;
		attack.index = kind == SIM_VIEW_FORGED             ? SIM_ALL_VIEWS
			       : sim_lie_channels(kind) & SIM_LOGS ? sim_wanted(f->chain, block, 0)
								   : 0;
		/* A log of the receipts, too. */
		if (kind == SIM_RECEIPTS_ALTERED)
			attack.index = sim_wanted(f->chain, block, 0);
		if (sim_attack_is_possible(f->chain, &attack))
			return attack;
	}
	fail_msg("%s: nowhere", sim_lie_words(kind));
	return attack;
}

/* Which answers of the block differ from what they were. */
struct answers {
	json_t *logs;
	json_t *receipts;
	json_t *block;
	json_t *full;
	json_t *view;
	json_t *proof;
};

static struct answers answers_of(struct fixture *f, uint64_t number)
{
	return (struct answers){
		.logs = logs_answer(f, number),
		.receipts = receipts_answer(f, number),
		.block = block_answer(f, number, false),
		.full = block_answer(f, number, true),
		.view = ask(f, sim_chain_names(f->chain)->pool, "totalStake()", NULL, number),
		.proof = proof_answer(f, number),
	};
}

static void answers_free(struct answers *a)
{
	json_decref(a->logs);
	json_decref(a->receipts);
	json_decref(a->block);
	json_decref(a->full);
	json_decref(a->view);
	json_decref(a->proof);
}

static unsigned difference(const struct answers *a, const struct answers *b)
{
	bool is_block = !json_equal(a->block, b->block);

	return (json_equal(a->logs, b->logs) ? 0 : (unsigned)SIM_LOGS) |
	       (json_equal(a->receipts, b->receipts) ? 0 : (unsigned)SIM_RECEIPTS) |
	       (is_block ? (unsigned)SIM_BLOCKS : 0) |
	       (json_equal(a->full, b->full) || is_block ? 0 : (unsigned)SIM_BODIES) |
	       (json_equal(a->view, b->view) ? 0 : (unsigned)SIM_CALLS) |
	       (json_equal(a->proof, b->proof) ? 0 : (unsigned)SIM_PROOFS);
}

static void a_lie_shows_where_it_should_and_is_told_each_time(void **state)
{
	struct fixture *f = *state;

	for (int kind = SIM_NONE + 1; kind < SIM_LIE_COUNT; kind++) {
		for (uint64_t seed = 0; seed < 4; seed++) {
			struct sim_attack attack = attack_of(f, (enum sim_lie)kind, seed);
			struct answers honest = answers_of(f, attack.block);
			struct answers lied;
			struct answers again;

			sim_node_attack(f->node, &attack);
			lied = answers_of(f, attack.block);
			again = answers_of(f, attack.block);
			if (difference(&honest, &lied) != sim_lie_channels(attack.kind))
				fail_msg("%s, seed %u: shows in %x", sim_lie_words(attack.kind),
					 (unsigned)seed, difference(&honest, &lied));
			assert_int_equal(difference(&lied, &again), 0);
			assert_true(sim_node_lies_told(f->node) >= 2);
			sim_node_attack(f->node, NULL);
			answers_free(&again);
			again = answers_of(f, attack.block);
			assert_int_equal(difference(&honest, &again), 0);
			answers_free(&honest);
			answers_free(&lied);
			answers_free(&again);
		}
	}
}

/* A lie about what the hash commits to is seen by the proofs, or makes another hash. */
static void a_lie_about_committed_data_fails_its_proof(void **state)
{
	struct fixture *f = *state;
	const unsigned committed = SIM_RECEIPTS | SIM_BLOCKS | SIM_BODIES;

	for (int kind = SIM_NONE + 1; kind < SIM_LIE_COUNT; kind++) {
		if (!(sim_lie_channels((enum sim_lie)kind) & committed))
			continue;
		for (uint64_t seed = 0; seed < 24; seed++) {
			struct sim_attack attack = attack_of(f, (enum sim_lie)kind, seed);
			const struct sim_block *truth = sim_chain_block(f->chain, attack.block);
			struct block_material m;

			sim_node_attack(f->node, &attack);
			if (material_of(&m, f, attack.block) &&
			    hash_equal(m.claimed_hash, truth->hash) && !what_fails(&m, f->arena))
				fail_msg("%s, seed %u: believed", sim_lie_words(attack.kind),
					 (unsigned)seed);
			if (kind == SIM_HEADER_REHASHED || kind == SIM_PARENT_BROKEN)
				assert_false(hash_equal(m.claimed_hash, truth->hash));
		}
	}
}

static void another_nodes_lie_is_not_told(void **state)
{
	struct fixture *f = *state;
	struct sim_attack attack = attack_of(f, SIM_HEADER_FORGED, 1);
	struct answers honest = answers_of(f, attack.block);
	struct answers now;

	attack.node = 1;
	sim_node_attack(f->node, &attack);
	now = answers_of(f, attack.block);
	assert_int_equal(difference(&honest, &now), 0);
	assert_int_equal(sim_node_lies_told(f->node), 0);
	answers_free(&honest);
	answers_free(&now);
}

/* The log that left its block turns up in the one above. */
static void a_moved_log_is_reported_of_the_neighbour(void **state)
{
	struct fixture *f = *state;
	struct sim_attack attack = attack_of(f, SIM_REPORTED_IN_OTHER_BLOCK, 0);
	size_t before = sim_chain_block(f->chain, attack.block)->log_count;
	size_t above = sim_chain_block(f->chain, attack.block + 1)->log_count;
	json_t *logs;

	sim_node_attack(f->node, &attack);
	logs = logs_answer(f, attack.block);
	assert_int_equal(json_array_size(logs), before - 1);
	json_decref(logs);
	logs = logs_answer(f, attack.block + 1);
	assert_int_equal(json_array_size(logs), above + 1);
	json_decref(logs);
}

#define test(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_block_is_proved),
		test(the_proofs_fill_in_the_places_that_the_logs_have),
		test(the_same_seed_gives_the_same_chain),
		test(the_chain_has_everything_in_it),
		test(a_fork_shares_its_beginning_and_is_proved),
		cmocka_unit_test(what_is_played_keeps_the_contracts_rules),
		cmocka_unit_test(the_nodes_answers_parse_and_are_proved),
		test(the_nodes_answers_have_a_real_nodes_members),
		test(tags_hashes_and_heads),
		test(the_views_are_the_contracts),
		test(a_lie_shows_where_it_should_and_is_told_each_time),
		test(a_lie_about_committed_data_fails_its_proof),
		test(another_nodes_lie_is_not_told),
		test(a_moved_log_is_reported_of_the_neighbour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
