/*
 * Random lies of simulated nodes, and random honest runs: every lie that is told is caught, nothing
 * of it is applied, and no honest node is accused.
 *
 *	SIM_ATTACKS   how many lies are to be caught
 *	SIM_HONEST    how many honest runs there are; else as many
 *	SIM_SEED      of the first run; the others count up from it
 *	SIM_VERBOSE   tells each run before it is made
 *
 * What must come of a lie, where it is told (what nobody asks for harms nobody):
 *
 *	a log altered, invented, moved, of another address or hash  refused
 *	receipts with any other content                             refused
 *	a header under another one's hash                           refused
 *	a header with a hash of its own, another parent             it or a neighbour: refused
 *	a body or signature altered, another sender of a claim      refused
 *	a state proof                                               refused
 *	logs told twice or out of order                             as if tidy
 *	null for receipts                                           waited for
 *	a log left out where every header is walked                 repaired
 *	a log left out where only blocks with logs are seen         repaired or unseen
 *	a view                                                      a finding, no more
 *
 *	refused   the mirror ends below the block, as a straight run does there; a finding of the
 *	          source is pending that names the node and the block; the node's lies are counted
 *	waited    nothing is proved, nothing is applied
 *	repaired  the mirror ends at the head as a straight run does, with a finding of the omission
 *	unseen    no view and no rule of the books shows it at any block that was compared: only a
 *	          sparse run may end so. A block with a hash of its own is seen by its neighbours
 *	          only, so not by a sparse run that has none of them, and not while it is the head.
 *
 * With several nodes, whatever one of them says, the mirror ends at the head as a straight run
 * does; two that name different hashes and no third are waited for. When the lie ends, every
 * mirror goes on and ends at the head as a straight run does, and no finding is left pending.
 */
#include <inttypes.h>
#include <unistd.h>

#include "tests/support/sim_trial.h"

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
enum { ATTACKS_DEFAULT = 100 };
#else
enum { ATTACKS_DEFAULT = 500 };
#endif

enum {
	RUN_SECONDS_MAX = 120,
	ENOUGH_FOR_ALL = 500, /* attacks until each kind of lie was told */
	SYNCS_MAX = 6, /* until a parent that does not fit has shown which of two blocks is false */
};

enum fate {
	FATE_REFUSED,
	FATE_WAITED,
	FATE_REPAIRED,
	FATE_FINDING,
	FATE_OUTVOTED, /* several nodes: the others were taken */
	FATE_CAUGHT_COUNT,
	FATE_HARMLESS = FATE_CAUGHT_COUNT, /* told, and nothing in it is false or matters */
	FATE_UNTOLD,
	FATE_UNSEEN,
	FATE_COUNT,
};

static const char *const fate_names[FATE_COUNT] = {
	[FATE_REFUSED] = "refused",      [FATE_WAITED] = "waited for", [FATE_REPAIRED] = "repaired",
	[FATE_FINDING] = "finding",      [FATE_OUTVOTED] = "outvoted", [FATE_HARMLESS] = "harmless",
	[FATE_UNTOLD] = "not asked for", [FATE_UNSEEN] = "unseen"};

struct bench {
	struct lab *lab;
	uint64_t seed;
	uint64_t attacks;
	uint64_t honest;
	bool is_verbose;
	uint64_t fates[SIM_LIE_COUNT][FATE_COUNT];
};

/* ---- one node ---- */

static bool was_asked(const struct sim_trial *t, unsigned channels)
{
	return sim_node_asked(t->lab->nodes[t->run->attack.node], channels) > 0;
}

static bool has_lied(const struct sim_trial *t)
{
	return t->sight.node_count > t->run->attack.node &&
	       t->sight.nodes[t->run->attack.node].lies > 0;
}

static bool makes_other_hash(const struct sim_trial *t)
{
	return t->run->attack.kind == SIM_HEADER_REHASHED ||
	       t->run->attack.kind == SIM_PARENT_BROKEN;
}

/* The mirror ends just below the block that is told falsely: `block`, or its child. */
static enum fate refused(struct sim_trial *t, uint64_t block)
{
	uint64_t cursor = t->sight.is_empty ? 0 : t->sight.cursor.ref.number;

	sim_expect(t, t->st == ERR_BAD_DATA || t->warnings, "a lie is not refused");
	sim_expect(t, sim_trial_is_true(t), "something of a lie is applied");
	/* A sparse run may hold no block just below. */
	sim_expect(t, cursor + 1 == block || (t->run->options.mode == LAB_SPARSE && cursor < block),
		   "the mirror does not end below block %" PRIu64, block);
	sim_expect(
		t,
		sim_trial_has(t, t->sight.pending, t->sight.pending_count, "source-", block, block),
		"no pending finding of block %" PRIu64 " and the node", block);
	sim_expect(t, has_lied(t), "the lie is not counted");
	return FATE_REFUSED;
}

static enum fate as_ever(struct sim_trial *t, enum fate fate)
{
	sim_expect(t, t->st == OK && !t->warnings, "what is harmless is refused");
	sim_expect(t, sim_trial_is_at_head(t), "the mirror is not that of a straight run");
	sim_expect(t, !t->sight.failed && !t->sight.finding_count && !t->sight.pending_count,
		   "findings of nothing, the first: %s",
		   t->sight.finding_count   ? t->sight.findings[0].check
		   : t->sight.pending_count ? t->sight.pending[0].check
					    : "");
	for (size_t i = 0; i < t->sight.node_count; i++)
		sim_expect(t, !t->sight.nodes[i].lies && !t->sight.nodes[i].omissions,
			   "node %zu is accused", i);
	return fate;
}

static enum fate repaired(struct sim_trial *t)
{
	uint64_t block = t->run->attack.block;

	sim_expect(t, t->st == OK, "what was left out is not taken from the receipts");
	sim_expect(t, sim_trial_is_at_head(t), "the mirror is not that of a straight run");
	sim_expect(t,
		   sim_trial_has(t, t->sight.findings, t->sight.finding_count, "source-log-omitted",
				 block, block),
		   "no finding of what was left out");
	sim_expect(t, !t->sight.pending_count && !has_lied(t), "to leave out is no lie");
	return FATE_REPAIRED;
}

/* A log that was left out, and that nothing compared in this run can show. */
static bool is_unseen(const struct sim_trial *t)
{
	return t->run->options.mode == LAB_SPARSE && t->st == OK && !t->sight.failed &&
	       !t->sight.finding_count && !t->sight.pending_count && !sim_trial_is_true(t);
}

static bool leaves_out(const struct sim_trial *t)
{
	enum sim_lie kind = t->run->attack.kind;

	return kind == SIM_REPORTED_OMITTED || kind == SIM_LOG_OMITTED;
}

static enum fate judge_view(struct sim_trial *t)
{
	bool is_told = sim_node_lies_told(t->lab->nodes[t->run->attack.node]) > 0;

	if (!is_told || !t->sight.failed)
		return as_ever(t, is_told ? FATE_HARMLESS : FATE_UNTOLD);
	sim_expect(t, t->st == OK && sim_trial_is_at_head(t), "a view changes the books");
	sim_expect(t, !t->sight.pending_count && !has_lied(t), "a view is no proof of a lie");
	return FATE_FINDING;
}

/* The block that a log of the attacked one is told to be of. */
static uint64_t neighbour_of(const struct sim_run *run)
{
	return run->attack.block < run->chain->head ? run->attack.block + 1 : run->attack.block - 1;
}

/* The block is above what the mirror held before. */
static bool is_fetched(const struct sim_run *run, uint64_t block)
{
	if (run->is_reorg)
		return block > run->pair->fork;
	return block > (run->first_head < SIM_BIRTH_BLOCK ? 0 : run->first_head);
}

static enum fate judge_omission(struct sim_trial *t)
{
	if (is_unseen(t))
		return FATE_UNSEEN;
	return repaired(t);
}

static enum fate judge_logs(struct sim_trial *t)
{
	if (!was_asked(t, SIM_LOGS))
		return as_ever(t, FATE_UNTOLD);
	if (t->run->attack.kind == SIM_REPORTED_IN_OTHER_BLOCK &&
	    is_fetched(t->run, neighbour_of(t->run)))
		return refused(t, neighbour_of(t->run));
	switch (sim_reported(t->run)) {
	case SIM_TELLS_TRUTH:
	case SIM_TELLS_UNTIDILY:
		return as_ever(t, FATE_HARMLESS);
	case SIM_TELLS_LESS:
		return judge_omission(t);
	case SIM_TELLS_OTHERWISE:
		break;
	}
	return refused(t, t->run->attack.block);
}

static enum fate judge_receipts(struct sim_trial *t)
{
	const struct sim_attack *attack = &t->run->attack;
	bool is_told = was_asked(t, SIM_RECEIPTS);

	if (!is_told && is_unseen(t) && leaves_out(t))
		return FATE_UNSEEN;
	/* One that was not asked for is refused before any receipts are. */
	if (!is_told && (sim_lie_channels(attack->kind) & SIM_LOGS) && t->st == ERR_BAD_DATA)
		return refused(t, attack->block);
	if (!is_told)
		return as_ever(t, FATE_UNTOLD);
	if (!sim_receipts_are_false(t->run) && attack->kind != SIM_RECEIPTS_NULL)
		return as_ever(t, FATE_HARMLESS);
	if (attack->kind == SIM_RECEIPTS_NULL ||
	    (attack->kind == SIM_RECEIPT_MISSING &&
	     sim_chain_block(t->run->chain->chain, attack->block)->count == 1)) {
		sim_expect(t, t->st == ERR_AGAIN || t->warnings, "no receipts are not waited for");
		sim_expect(t, sim_trial_is_true(t) && !t->sight.pending_count && !has_lied(t),
			   "no receipts are no lie");
		return FATE_WAITED;
	}
	return refused(t, attack->block);
}

static enum fate judge_bodies(struct sim_trial *t)
{
	const struct sim_run *run = t->run;
	const struct sim_attack *attack = &run->attack;
	bool has_bodies = was_asked(t, SIM_BODIES);
	/* The list of hashes in the plain block is that of the told bodies. */
	bool has_hashes = attack->kind != SIM_SENDER_FORGED && attack->seed / 5 % 2 &&
			  was_asked(t, SIM_RECEIPTS);

	if (attack->kind == SIM_SENDER_FORGED && has_bodies &&
	    !sim_sender_matters(run, attack->index))
		return as_ever(t, FATE_HARMLESS);
	if (!has_bodies && !has_hashes)
		return as_ever(t, FATE_UNTOLD);
	return refused(t, attack->block);
}

/* One that does not make its hash is refused wherever it is used; elsewhere nobody minds. */
static enum fate judge_forged_header(struct sim_trial *t)
{
	if (!was_asked(t, SIM_BLOCKS | SIM_BODIES))
		return as_ever(t, FATE_UNTOLD);
	if (t->run->options.mode == LAB_SPARSE && t->st == OK && !t->warnings)
		return as_ever(t, FATE_HARMLESS);
	return refused(t, t->run->attack.block);
}

/* A block of its own hash is told from a true one by its child, or by its parent. */
static enum fate judge_other_hash(struct sim_trial *t)
{
	const struct sim_run *run = t->run;
	uint64_t block = run->attack.block;
	bool has_child = block < run->chain->head;

	for (int i = 0; i < SYNCS_MAX && !sim_trial_is_true(t) && has_child; i++)
		sim_trial_sync(t);
	if (!was_asked(t, SIM_BLOCKS | SIM_BODIES))
		return as_ever(t, FATE_UNTOLD);
	if (run->options.mode == LAB_SPARSE && t->st == OK && !t->sight.pending_count)
		return FATE_UNSEEN;
	if (!has_child && t->st == OK && !t->sight.pending_count)
		return FATE_UNSEEN;
	sim_expect(t, sim_trial_is_true(t), "a false block stays");
	sim_expect(t, t->sight.is_empty || t->sight.cursor.ref.number < block,
		   "a false block stays");
	sim_expect(t,
		   sim_trial_has(t, t->sight.pending, t->sight.pending_count, "source-",
				 block ? block - 1 : 0, block + 1),
		   "no finding of the block or its neighbours");
	sim_expect(t, has_lied(t), "the lie is not counted");
	return FATE_REFUSED;
}

/* An account's proof that does not lead to the state root of the block's header. */
static enum fate judge_proof(struct sim_trial *t)
{
	if (!was_asked(t, SIM_PROOFS))
		return as_ever(t, FATE_UNTOLD);
	return refused(t, t->run->attack.block);
}

static enum fate judge_alone(struct sim_trial *t)
{
	enum sim_lie kind = t->run->attack.kind;

	if (kind == SIM_VIEW_FORGED)
		return judge_view(t);
	if (kind == SIM_PROOF_FORGED)
		return judge_proof(t);
	if (kind == SIM_HEADER_FORGED)
		return judge_forged_header(t);
	if (makes_other_hash(t))
		return judge_other_hash(t);
	if (kind >= SIM_SENDER_FORGED)
		return judge_bodies(t);
	return sim_lie_channels(kind) == SIM_LOGS ? judge_logs(t) : judge_receipts(t);
}

/* ---- several nodes ---- */

/* Logs or receipts that were asked for, and that no proof can hold of. */
static bool is_plainly_false(const struct sim_trial *t)
{
	enum sim_lie kind = t->run->attack.kind;
	unsigned channels = sim_lie_channels(kind);

	if (channels == SIM_LOGS)
		return was_asked(t, SIM_LOGS) && sim_reported(t->run) == SIM_TELLS_OTHERWISE;
	return (channels & SIM_RECEIPTS) && !(channels & (SIM_BLOCKS | SIM_BODIES)) &&
	       kind != SIM_RECEIPTS_NULL && kind != SIM_RECEIPT_MISSING &&
	       was_asked(t, SIM_RECEIPTS) && sim_receipts_are_false(t->run);
}

static bool is_below(const struct sim_trial *t)
{
	return t->sight.is_empty || t->sight.cursor.ref.number < t->run->attack.block;
}

static enum fate judge_among_others(struct sim_trial *t)
{
	const struct sim_run *run = t->run;
	unsigned liar = run->attack.node;
	uint64_t block = run->attack.block;
	bool is_pair = run->options.node_count == 2;

	/* The block waits for the next try, which is with the next node. */
	for (int i = 0; run->attack.kind == SIM_PROOF_FORGED && t->st != OK && i < SYNCS_MAX; i++)
		sim_trial_sync(t);
	for (size_t i = 0; i < t->sight.node_count; i++)
		sim_expect(t,
			   i == liar || (!t->sight.nodes[i].lies && !t->sight.nodes[i].omissions),
			   "node %zu is accused", i);
	if (is_unseen(t) && leaves_out(t))
		return FATE_UNSEEN;
	sim_expect(t, sim_trial_is_true(t), "something of a lie is applied");
	/* Two words against each other: the last block that is not disputed is the end. */
	if (makes_other_hash(t) && is_pair && (t->st == ERR_AGAIN || t->warnings || is_below(t)))
		return FATE_WAITED;
	if (run->attack.kind == SIM_VIEW_FORGED)
		return judge_view(t);
	sim_expect(t, t->st == OK && sim_trial_is_at_head(t),
		   "one liar keeps several nodes from the head");
	sim_expect(t, !t->sight.pending_count, "a finding is pending though the block is there");
	if (has_lied(t)) {
		sim_expect(t,
			   sim_trial_has(t, t->sight.findings, t->sight.finding_count, "source-",
					 block ? block - 1 : 0, block + 1),
			   "no finding of the lie");
		return FATE_OUTVOTED;
	}
	if (t->sight.nodes[liar].omissions)
		return repaired(t);
	sim_expect(t, !is_plainly_false(t), "a lie that was told is not noticed");
	sim_expect(t, !t->sight.finding_count, "a finding of nothing: %s",
		   t->sight.finding_count ? t->sight.findings[0].check : "");
	return FATE_UNTOLD;
}

/* ---- afterwards ---- */

/* The truth is told again. */
static void recover(struct sim_trial *t, enum fate fate)
{
	const struct sim_run *run = t->run;

	for (unsigned i = 0; i < run->options.node_count; i++)
		sim_node_attack(t->lab->nodes[i], NULL);
	sim_trial_serve(t, run->chain->head);
	if (run->restarts || (makes_other_hash(t) && run->options.node_count > 1))
		sim_trial_restart(t);
	for (int i = 0; i < SYNCS_MAX && (i == 0 || t->st != OK); i++)
		sim_trial_sync(t);
	/* What no rule of a sparse run can see stays what it is. */
	if (fate == FATE_UNSEEN && run->options.mode == LAB_SPARSE)
		return;
	sim_expect(t, t->st == OK && sim_trial_is_at_head(t),
		   "the mirror does not recover from: %s", fate_names[fate]);
	sim_expect(t, !t->sight.pending_count, "a finding stays pending after the truth");
}

static enum fate attack_once(struct bench *b, uint64_t seed)
{
	struct sim_run run = sim_draw_attack(b->lab, seed);
	struct sim_trial t = {.lab = b->lab, .is_verbose = b->is_verbose, .run = &run};
	enum fate fate;

	sim_trial_tell(&t);
	(void)alarm(RUN_SECONDS_MAX);
	sim_trial_begin(&t);
	for (unsigned i = 0; i < run.options.node_count; i++)
		sim_node_attack(b->lab->nodes[i], &run.attack);
	sim_trial_go(&t);
	fate = run.options.node_count > 1 ? judge_among_others(&t) : judge_alone(&t);
	if (b->is_verbose)
		print_message("#   %s\n", fate_names[fate]);
	recover(&t, fate);
	lab_close(&t.m);
	b->fates[run.attack.kind][fate]++;
	return fate;
}

static void be_honest_once(struct bench *b, uint64_t seed)
{
	struct sim_run run = sim_draw_honest(b->lab, seed);
	struct sim_trial t = {.lab = b->lab, .is_verbose = b->is_verbose, .run = &run};

	sim_trial_tell(&t);
	(void)alarm(RUN_SECONDS_MAX);
	sim_trial_begin(&t);
	if (run.restarts)
		sim_trial_restart(&t);
	sim_trial_go(&t);
	(void)as_ever(&t, FATE_HARMLESS);
	lab_close(&t.m);
}

/* ---- the tests ---- */

static void each_lie_was_caught(const struct bench *b)
{
	for (enum sim_lie kind = SIM_NONE + 1; kind < SIM_LIE_COUNT; kind++) {
		uint64_t caught = 0;

		for (size_t fate = 0; fate < FATE_CAUGHT_COUNT; fate++)
			caught += b->fates[kind][fate];
		/* One that is told twice is no less true. */
		if (!caught && kind != SIM_REPORTED_DUPLICATED)
			fail_msg("%s: never told and caught", sim_lie_words(kind));
	}
}

static void every_attack_is_caught(void **state)
{
	struct bench *b = *state;
	uint64_t caught = 0;
	uint64_t runs = 0;

	while (caught < b->attacks)
		caught += attack_once(b, b->seed + runs++) < FATE_CAUGHT_COUNT;
	print_message("# %" PRIu64 " attacks told and caught, in %" PRIu64 " runs\n", caught, runs);
	if (b->attacks >= ENOUGH_FOR_ALL)
		each_lie_was_caught(b);
}

/*
 * Parameters that the contract's constructor sets come without an event: at its creation they are
 * asked for, and nothing is there to hold them against. The next comparison shows it.
 */
static void a_view_forged_at_the_birth_shows_later(void **state)
{
	struct bench *b = *state;
	struct sim_run run = {.pair = lab_pair(b->lab, 0),
			      .options = {.views_at_head = true, .node_count = 1},
			      .attack = {.kind = SIM_VIEW_FORGED,
					 .block = SIM_BIRTH_BLOCK,
					 .index = sim_view_number("minApr()")}};
	struct sim_trial t = {.lab = b->lab, .is_verbose = b->is_verbose, .run = &run};

	run.chain = &run.pair->trunk;
	sim_trial_begin(&t);
	sim_node_attack(b->lab->nodes[0], &run.attack);
	sim_trial_go(&t);
	sim_expect(&t, t.st == OK && t.sight.failed > 0, "no finding");
	lab_close(&t.m);
}

static void no_honest_run_is_accused(void **state)
{
	struct bench *b = *state;

	for (uint64_t i = 0; i < b->honest; i++)
		be_honest_once(b, b->seed + i);
	print_message("# %" PRIu64 " honest runs, no false alarm\n", b->honest);
}

static void tell_fates(const struct bench *b)
{
	for (enum sim_lie kind = SIM_NONE; kind < SIM_LIE_COUNT; kind++) {
		char line[256] = "";

		for (size_t fate = 0; fate < FATE_COUNT; fate++) {
			size_t used = strlen(line);

			if (b->fates[kind][fate])
				(void)snprintf(line + used, sizeof(line) - used, "%s%" PRIu64 " %s",
					       used ? ", " : "", b->fates[kind][fate],
					       fate_names[fate]);
		}
		if (*line)
			print_message("#   %s: %s\n", sim_lie_words(kind), line);
	}
}

static uint64_t number_of(const char *name, uint64_t fallback)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 10) : fallback;
}

int main(void)
{
	struct bench b = {.seed = number_of("SIM_SEED", 1),
			  .attacks = number_of("SIM_ATTACKS", ATTACKS_DEFAULT),
			  .is_verbose = getenv("SIM_VERBOSE") != NULL};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(every_attack_is_caught, &b),
		cmocka_unit_test_prestate(a_view_forged_at_the_birth_shows_later, &b),
		cmocka_unit_test_prestate(no_honest_run_is_accused, &b),
	};
	int failures;

	b.honest = number_of("SIM_HONEST", b.attacks);
	/* Thousands of stores are written; none of them is kept. */
	if (access("/dev/shm", W_OK | X_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 0);
	b.lab = lab_new();
	failures = cmocka_run_group_tests(tests, NULL, NULL);
	tell_fates(&b);
	lab_free(b.lab);
	return failures;
}
