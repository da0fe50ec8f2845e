#include "tests/support/sim_trial.h"

#include <inttypes.h>

enum { WARNINGS_MAX = 6 }; /* while following, until a parent that does not fit is settled */

/* ---- saying which run it was ---- */

static const char *const mode_names[] = {"dense", "sparse", "headers"};

static void describe(char *out, size_t size, const struct sim_run *run)
{
	(void)snprintf(
		out, size,
		"%s, %u nodes, views every %" PRIu64 "%s%s%s%s%s, head %" PRIu64 " (first %" PRIu64
		"), fork %" PRIu64 "; %s: block %" PRIu64 ", index %zu, seed %" PRIu64 ", node %u",
		mode_names[run->options.mode], run->options.node_count, run->options.views_every,
		run->options.views_at_head ? " and at the head" : "",
		run->options.by_proof ? " by proof" : "", run->is_reorg ? ", reorg" : "",
		run->is_following ? ", following" : "", run->restarts ? ", restarts" : "",
		run->chain->head, run->first_head, run->pair->fork, sim_lie_words(run->attack.kind),
		run->attack.block, run->attack.index, run->attack.seed, run->attack.node);
}

void sim_trial_fail(const struct sim_trial *t, const char *format, ...)
{
	const struct sim_run *run = t->run;
	char words[512];
	char what[512];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	describe(what, sizeof(what), run);
	fail_msg("%s\n#   status %s: %s\n#   cursor %s%" PRIu64
		 ", %zu pending, %zu findings, %" PRIu64
		 " failed checks\n#   %s\n#   repeat: SIM_SEED=%" PRIu64
		 " SIM_ATTACKS=%d SIM_HONEST=%d build/tests/sim/test_attacks",
		 words, status_name(t->st), t->st == OK ? "" : t->m.err.message,
		 t->sight.is_empty ? "none " : "", t->sight.cursor.ref.number,
		 t->sight.pending_count, t->sight.finding_count, t->sight.failed, what, run->seed,
		 run->attack.kind != SIM_NONE, run->attack.kind == SIM_NONE);
}

/* ---- what the mirror holds ---- */

static bool is_of(const struct lab_chain *chain, const struct block_record *record)
{
	return record->ref.number <= chain->head &&
	       hash_equal(sim_chain_block(chain->chain, record->ref.number)->hash,
			  record->ref.hash) &&
	       hash_equal(chain->digests[record->ref.number], record->digest);
}

/* The mirror is what a straight run is at that block, of the chain or the one before it. */
bool sim_trial_is_true(const struct sim_trial *t)
{
	return t->sight.is_empty || is_of(t->run->chain, &t->sight.cursor) ||
	       (t->run->is_reorg && is_of(&t->run->pair->trunk, &t->sight.cursor));
}

static void look(struct sim_trial *t)
{
	t->sight = lab_look(&t->m);
	sim_expect(t, t->sight.broken.status == OK, "store_check: %s", t->sight.broken.message);
}

bool sim_trial_is_at_head(const struct sim_trial *t)
{
	return !t->sight.is_empty && t->sight.cursor.ref.number == t->run->chain->head &&
	       is_of(t->run->chain, &t->sight.cursor);
}

static bool names_node(const struct sim_trial *t, const struct finding *finding)
{
	char subject[FAULT_NODE_SIZE + 8];

	(void)snprintf(subject, sizeof(subject), "node %s",
		       fakenode_url(t->lab->servers[t->run->attack.node]));
	return strcmp(finding->subject, subject) == 0;
}

/* A finding of the source about a block from `first` to `last`, of the node that lies. */
bool sim_trial_has(const struct sim_trial *t, const struct finding *findings, size_t count,
		   const char *check, uint64_t first, uint64_t last)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(findings[i].check, check, strlen(check)) == 0 &&
		    findings[i].block >= first && findings[i].block <= last &&
		    names_node(t, &findings[i]))
			return true;
	return false;
}

/* ---- doing it ---- */

static void on_line(void *context, enum log_level level, const char *line)
{
	struct sim_trial *t = context;

	if (t->is_verbose)
		print_message("#     %s\n", line);
	if (level != LOG_WARN || !strstr(line, "; trying again in "))
		return;
	t->warnings++;
	if (t->warnings >= WARNINGS_MAX)
		mirror_stop(t->m.mirror);
}

static uint64_t served_head(const struct sim_trial *t, uint64_t head)
{
	const struct sim_run *run = t->run;

	return head < run->chain->head ? head : run->chain->head;
}

void sim_trial_serve(struct sim_trial *t, uint64_t head)
{
	for (unsigned i = 0; i < t->run->options.node_count; i++)
		sim_node_follow(t->lab->nodes[i], NULL, head);
}

/* The chain grows as soon as its head is in the mirror. */
static void on_block(void *context, const struct block_ref *block, uint64_t events)
{
	struct sim_trial *t = context;

	(void)events;
	if (block->number >= t->run->chain->head)
		mirror_stop(t->m.mirror);
	else
		sim_trial_serve(t, served_head(t, block->number + 1 + t->run->seed % 2));
}

void sim_trial_restart(struct sim_trial *t)
{
	t->st = lab_reopen(&t->m);
	sim_expect(t, t->st == OK, "the mirror does not open again");
}

/* A stopped mirror is at its end. */
static void follow(struct sim_trial *t)
{
	t->warnings = 0;
	t->st = mirror_follow(t->m.mirror, &t->m.err);
	look(t);
	if (mirror_is_stopping(t->m.mirror))
		sim_trial_restart(t);
}

void sim_trial_sync(struct sim_trial *t)
{
	t->st = mirror_sync(t->m.mirror, UINT64_MAX, &t->m.err);
	look(t);
}

void sim_trial_tell(const struct sim_trial *t)
{
	char what[512];

	if (!t->is_verbose)
		return;
	describe(what, sizeof(what), t->run);
	print_message("# SIM_SEED=%" PRIu64 " %s\n", t->run->seed, what);
}

void sim_trial_begin(struct sim_trial *t)
{
	const struct sim_run *run = t->run;
	struct lab *lab = t->lab;
	struct lab_options options = run->options;
	const struct lab_chain *first = run->is_reorg ? &run->pair->trunk : run->chain;
	uint64_t head = run->is_reorg ? first->head : run->first_head;

	/* Contracts are looked for at the head: before they are there nothing can begin. */
	if (!head || head < SIM_BIRTH_BLOCK)
		head = run->is_reorg ? first->head : run->chain->head;
	lab_serve(lab, first, head);
	options.logger = (struct logger){LOG_DEBUG, on_line, t};
	options.mirror = (struct mirror_options){.on_block = on_block, .context = t};
	t->st = lab_open(&t->m, lab, first->chain, &options);
	sim_expect(t, t->st == OK, "the mirror does not open");
	if (!run->is_reorg && head != run->first_head)
		return;
	sim_trial_sync(t);
	sim_expect(t, t->st == OK && sim_trial_is_true(t), "the honest beginning fails");
}

void sim_trial_go(struct sim_trial *t)
{
	const struct sim_run *run = t->run;
	bool follows = run->is_following && (run->is_reorg || run->first_head >= SIM_BIRTH_BLOCK);
	uint64_t head = run->chain->head;

	/* The branch may be seen when it is as long as the trunk, or longer. */
	if (follows && run->is_reorg)
		head = served_head(t, run->pair->trunk.head + run->seed % 3 +
					      (run->pair->fork == run->pair->trunk.head));
	else if (follows)
		head = served_head(t, run->first_head + 1 + run->seed % 3);
	for (unsigned i = 0; i < run->options.node_count; i++)
		sim_node_follow(t->lab->nodes[i], run->chain->chain, head);
	if (follows)
		follow(t);
	else
		sim_trial_sync(t);
}
