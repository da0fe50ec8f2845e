#include "tests/support/sim_draw.h"

#include "abi/keccak.h"
#include "tests/support/sim_random.h"

enum { TRIES = 64 };

/* ---- where ---- */

static struct hash paid_claim(void)
{
	static const char signature[] = "PaidOutClaim(address,uint256,uint256)";

	return keccak256(signature, sizeof(signature) - 1);
}

static bool is_paid_claim(const struct sim_chain *chain, const struct event_log *log)
{
	return sim_is_wanted(chain, log) && hash_equal(log->topics[0], paid_claim());
}

bool sim_sender_matters(const struct sim_run *run, size_t transaction)
{
	const struct sim_chain *chain = run->chain->chain;
	const struct sim_block *block = sim_chain_block(chain, run->attack.block);

	for (size_t i = 0; i < block->log_count; i++)
		if (block->logs[i].transaction_index == transaction &&
		    is_paid_claim(chain, &block->logs[i]))
			return true;
	return false;
}

/* A block that the run comes past, from `first` on; mostly one with wanted logs, or with claims. */
static uint64_t draw_block(const struct sim_run *run, uint64_t first, bool wants_claims,
			   struct sim_random *random)
{
	const struct sim_chain *chain = run->chain->chain;
	uint64_t span = run->chain->head - first + 1;
	uint64_t from = first + sim_below(random, span);

	if (sim_percent(random, 20))
		return from;
	for (uint64_t i = 0; i < span; i++) {
		uint64_t number = first + (from - first + i) % span;
		const struct sim_block *block = sim_chain_block(chain, number);

		for (size_t k = 0; k < block->log_count; k++)
			if (wants_claims ? is_paid_claim(chain, &block->logs[k])
					 : sim_is_wanted(chain, &block->logs[k]))
				return number;
	}
	return from;
}

static bool is_of_log(enum sim_lie kind)
{
	return kind >= SIM_REPORTED_ALTERED && kind <= SIM_REPORTED_BLOCK_HASH;
}

static bool is_of_bodies(enum sim_lie kind)
{
	return kind == SIM_SENDER_FORGED || kind == SIM_TRANSACTION_ALTERED ||
	       kind == SIM_SIGNATURE_ALTERED;
}

static bool is_of_state(enum sim_lie kind)
{
	return kind == SIM_VIEW_FORGED || kind == SIM_PROOF_FORGED;
}

static bool makes_other_hash(enum sim_lie kind)
{
	return kind == SIM_HEADER_REHASHED || kind == SIM_PARENT_BROKEN;
}

/* What is told by eth_getLogs alone is told of wanted logs only: nobody asks for others. */
static size_t draw_index(const struct sim_run *run, const struct sim_attack *attack,
			 struct sim_random *random)
{
	const struct sim_chain *chain = run->chain->chain;
	const struct sim_block *block = sim_chain_block(chain, attack->block);
	size_t wanted = sim_wanted_count(chain, block);
	bool is_reported = sim_lie_channels(attack->kind) == SIM_LOGS;

	if (attack->kind == SIM_VIEW_FORGED)
		return sim_percent(random, 20) ? SIM_ALL_VIEWS : sim_below(random, SIM_VIEW_COUNT);
	/* Whose sender matters, where there is one. */
	for (size_t i = 0; attack->kind == SIM_SENDER_FORGED && i < block->log_count; i++)
		if (is_paid_claim(chain, &block->logs[i]) && sim_percent(random, 80))
			return block->logs[i].transaction_index;
	if (is_of_log(attack->kind)) {
		if (is_reported && !wanted)
			return block->log_count; /* not possible */
		return wanted && (is_reported || sim_percent(random, 70))
			       ? sim_wanted(chain, block, sim_below(random, wanted))
			       : sim_below(random, block->log_count);
	}
	return (size_t)sim_below(random, block->count);
}

static bool draw_attack(struct sim_run *run, uint64_t first, struct sim_random *random)
{
	struct sim_attack *attack = &run->attack;

	attack->kind = (enum sim_lie)(1 + sim_below(random, SIM_LIE_COUNT - 1));
	attack->seed = sim_word(random);
	attack->node =
		(unsigned)(sim_percent(random, 80) ? 0
						   : sim_below(random, run->options.node_count));
	/* At the birth the views are all that there is, see a_view_forged_at_the_birth_shows_later.
	 */
	if (is_of_state(attack->kind) && first <= SIM_BIRTH_BLOCK)
		first = SIM_BIRTH_BLOCK + 1;
	if (first > run->chain->head)
		return false;
	attack->block = draw_block(run, first, is_of_bodies(attack->kind), random);
	attack->index = draw_index(run, attack, random);
	return sim_attack_is_possible(run->chain->chain, attack);
}

/* ---- runs ---- */

static struct sim_run draw_run(struct lab *lab, uint64_t seed, struct sim_random *random)
{
	struct sim_run run = {.seed = seed};

	run.pair = lab_pair(lab, sim_below(random, LAB_PAIRS));
	run.is_reorg = sim_percent(random, 25);
	run.chain = run.is_reorg ? &run.pair->branch : &run.pair->trunk;
	run.options.mode = (enum lab_mode)sim_below(random, LAB_MODE_COUNT);
	run.options.node_count =
		sim_percent(random, 70) ? 1 : 2 + (unsigned)sim_below(random, LAB_NODES - 1);
	run.options.views_at_head = sim_percent(random, 60);
	run.options.views_every = sim_percent(random, 8)    ? 1
				  : sim_percent(random, 15) ? 1 + sim_below(random, 9)
							    : 0;
	run.options.by_proof = sim_percent(random, 20);
	run.is_following = sim_percent(random, 20);
	run.restarts = sim_percent(random, 50);
	return run;
}

struct sim_run sim_draw_honest(struct lab *lab, uint64_t seed)
{
	struct sim_random random = sim_random_of(seed, 1);
	struct sim_run run = draw_run(lab, seed, &random);

	run.first_head = run.is_following || sim_percent(&random, 30)
				 ? 1 + sim_below(&random, run.chain->head - 1)
				 : 0;
	return run;
}

struct sim_run sim_draw_attack(struct lab *lab, uint64_t seed)
{
	struct sim_random random = sim_random_of(seed, 2);

	for (;;) {
		struct sim_run run = draw_run(lab, seed, &random);
		uint64_t first = run.is_reorg ? run.pair->fork + 1 : 1;

		for (int tries = 0; tries < TRIES; tries++) {
			if (!draw_attack(&run, first, &random))
				continue;
			/* Nothing but its child tells a block with a hash of its own from a true
			 * one: a walk over all headers meets it. */
			if (makes_other_hash(run.attack.kind) && run.options.mode == LAB_SPARSE &&
			    sim_percent(&random, 90))
				continue;
			if (is_of_state(run.attack.kind) && !run.options.views_every)
				run.options.views_every = run.attack.block;
			run.options.by_proof |= run.attack.kind == SIM_PROOF_FORGED;
			if (run.is_following || sim_percent(&random, 20))
				run.first_head = sim_below(&random, run.attack.block);
			return run;
		}
	}
}

/* ---- what is told ---- */

static int by_place(const void *a, const void *b)
{
	const struct event_log *x = &((const struct sim_told_log *)a)->told;
	const struct event_log *y = &((const struct sim_told_log *)b)->told;

	if (x->log_index != y->log_index)
		return x->log_index < y->log_index ? -1 : 1;
	return 0;
}

static bool same_log(const struct event_log *a, const struct event_log *b)
{
	bool same = a->topic_count == b->topic_count && a->log_index == b->log_index &&
		    a->transaction_index == b->transaction_index &&
		    a->block_number == b->block_number && address_equal(a->address, b->address) &&
		    hash_equal(a->block_hash, b->block_hash) &&
		    hash_equal(a->transaction_hash, b->transaction_hash) &&
		    slice_equal(a->data, b->data);

	for (uint32_t i = 0; same && i < a->topic_count; i++)
		same = hash_equal(a->topics[i], b->topics[i]);
	return same;
}

/* Of rising told logs: each is a true one, some may be missing. */
static enum sim_telling compare(const struct sim_run *run, const struct sim_told_log *told,
				size_t count)
{
	const struct sim_chain *chain = run->chain->chain;
	const struct sim_block *block = sim_chain_block(chain, run->attack.block);
	bool is_less = false;
	size_t at = 0;

	for (size_t i = 0; i < block->log_count; i++) {
		if (!sim_is_wanted(chain, &block->logs[i]))
			continue;
		if (at < count && same_log(&told[at].told, &block->logs[i]))
			at++;
		else
			is_less = true;
	}
	if (at < count)
		return SIM_TELLS_OTHERWISE;
	return is_less ? SIM_TELLS_LESS : SIM_TELLS_TRUTH;
}

enum sim_telling sim_reported(const struct sim_run *run)
{
	const struct sim_chain *chain = run->chain->chain;
	struct arena *arena = arena_new();
	struct sim_told told = sim_tell(chain, run->attack.block, &run->attack, arena);
	enum sim_telling telling;
	bool is_tidy = true;
	size_t wanted = 0;
	size_t kept = 0;

	for (size_t i = 0; i < told.log_count; i++)
		if (sim_is_wanted(chain, &told.logs[i].truth))
			told.logs[wanted++] = told.logs[i];
	for (size_t i = 1; i < wanted; i++)
		is_tidy = is_tidy && by_place(&told.logs[i - 1], &told.logs[i]) < 0;
	if (wanted)
		qsort(told.logs, wanted, sizeof(told.logs[0]), by_place);
	for (size_t i = 0; i < wanted; i++)
		if (!kept || !same_log(&told.logs[kept - 1].told, &told.logs[i].told))
			told.logs[kept++] = told.logs[i];
	telling = compare(run, told.logs, kept);
	if (telling == SIM_TELLS_TRUTH && !is_tidy)
		telling = SIM_TELLS_UNTIDILY;
	arena_free(arena);
	return telling;
}

bool sim_receipts_are_false(const struct sim_run *run)
{
	const struct sim_block *block = sim_chain_block(run->chain->chain, run->attack.block);
	struct arena *arena = arena_new();
	struct sim_told told = sim_tell(run->chain->chain, run->attack.block, &run->attack, arena);
	struct receipt *receipts = arena_array(arena, told.receipt_count, sizeof(receipts[0]));
	bool is_false;

	for (size_t i = 0; i < told.receipt_count; i++)
		receipts[i] = told.receipts[i].receipt;
	is_false = !hash_equal(receipts_root(receipts, told.receipt_count, arena),
			       block->header.receipts_root);
	for (size_t i = 0; !is_false && i < told.receipt_count; i++)
		is_false = told.receipts[i].block != block || told.receipts[i].index != i;
	arena_free(arena);
	return is_false;
}
