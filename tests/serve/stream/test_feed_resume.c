/*
 * Whatever a mirror goes through, and wherever a client breaks off: it is told the same as one that
 * stayed.
 *
 * Each seed makes a mirror that grows, is rewound to other branches and back, takes blocks back and
 * applies them otherwise, refuses blocks and settles that. After each step
 *   - a client that stays hears what is new; one with the smallest buffer hears the very same
 *   - from each message's id on, a new client hears just the rest of it
 *   - one that wants only some kinds, or one pool, hears those of it and nothing else
 * and clients that come now and then, break off anywhere, and come back with their last id believe
 * in the end what a client believes who reads all from the beginning.
 *
 * FEED_SEEDS (12) says how many seeds, FEED_SEED which one.
 */
#include <inttypes.h>

#include "serve/stream/feed.h"
#include "tests/support/listener.h"
#include "tests/support/made.h"
#include "tests/support/test.h"

enum { STEPS = 40, BRANCHES = 3, VISITORS = 4, SEEDS = 12 };

struct run {
	uint64_t seed;
	struct sim_random random;
	struct made m;
	struct made_branch *branches[BRANCHES];
	size_t current;
	bool is_sparse;
	bool repairs; /* blocks are taken back without a note, too */
	uint64_t content;
	/* Clients. */
	struct feed *staying;
	struct feed *small;
	struct listener stayed;
	struct listener visitors[VISITORS];
};

static void read_all(struct heard_list *out, struct feed *feed)
{
	bool is_at_end = false;
	struct error err;

	while (!is_at_end) {
		struct slice text;

		assert_ok(feed_next(&text, &is_at_end, feed, &err), err);
		assert_true(text.size || is_at_end);
		heard_add(out, text);
	}
}

static void expect_same(const struct run *run, const struct heard_list *a, size_t from,
			const struct heard_list *b, const char *who)
{
	for (size_t i = 0; from + i < a->count && i < b->count; i++)
		if (!heard_same(&a->items[from + i], &b->items[i]))
			fail_msg("seed %" PRIu64 ", %s, message %zu: %s %s %s and %s %s %s",
				 run->seed, who, i, a->items[from + i].id, a->items[from + i].event,
				 a->items[from + i].data, b->items[i].id, b->items[i].event,
				 b->items[i].data);
	if (a->count - from != b->count)
		fail_msg("seed %" PRIu64 ", %s: %zu messages and %zu", run->seed, who,
			 a->count - from, b->count);
}

/* ---- what the mirror goes through ---- */

static struct made_branch *current(struct run *run)
{
	return run->branches[run->current];
}

static void extend(struct run *run, struct made_branch *branch)
{
	uint64_t gap = run->is_sparse && sim_percent(&run->random, 50)
			       ? 1 + sim_below(&run->random, 40)
			       : 1;

	made_extend(branch, ++run->content, gap);
}

static void grow(struct run *run, uint64_t blocks)
{
	struct made_branch *branch = current(run);

	for (uint64_t i = 0; i < blocks; i++)
		if (run->m.count + i == branch->count)
			extend(run, branch);
	made_write(&run->m, branch, run->m.count + blocks);
}

/* To a new branch, or to one that was left before. */
static void leave_branch(struct run *run)
{
	size_t other = (run->current + 1 + sim_below(&run->random, BRANCHES - 1)) % BRANCHES;
	struct made_branch *to = run->branches[other];
	uint64_t depth = sim_percent(&run->random, 10) ? sim_below(&run->random, 2 * STEPS)
						       : 1 + sim_below(&run->random, 4);
	size_t kept = run->m.count > depth ? run->m.count - depth : 1;
	size_t head = run->m.count;

	if (sim_percent(&run->random, 60) || !to->count) {
		*to = *current(run);
		to->count = kept;
		extend(run, to);
	}
	kept = made_common(to, current(run));
	if (kept > head)
		kept = head;
	if (kept == head)
		return grow(run, 1);
	made_reorg(&run->m, to, sim_percent(&run->random, 3) ? 0 : kept);
	run->current = other;
	/* Mostly some of the new branch comes at once, sometimes later. */
	if (sim_percent(&run->random, 80))
		grow(run, 1 + sim_below(&run->random, 3));
}

/* A block gets what a node had left out, and so is otherwise, though the chain is the same. */
static void repair(struct run *run)
{
	size_t kept = run->m.count - 1 - sim_below(&run->random, run->m.count / 2);
	struct hash hash = current(run)->blocks[kept].ref.hash;

	made_drop(&run->m, kept);
	for (size_t i = 0; i < BRANCHES; i++) {
		struct made_branch *branch = run->branches[i];

		if (kept < branch->count && hash_equal(branch->blocks[kept].ref.hash, hash))
			branch->blocks[kept].repaired++;
	}
	grow(run, 1);
}

static void step(struct run *run)
{
	uint64_t what = sim_below(&run->random, 100);

	if (what < 45 || run->m.count < 4)
		grow(run, 1 + sim_below(&run->random, 3));
	else if (what < 75)
		leave_branch(run);
	else if (what < 82 && run->repairs)
		repair(run);
	else if (what < 90)
		made_refuse(&run->m);
	else if (what < 94)
		made_settle(&run->m);
	else
		made_reopen(&run->m);
}

/* ---- the clients ---- */

static struct feed *open_after(struct run *run, const char *id, size_t buffer)
{
	const struct feed_options options = {
		.config = &run->m.config, .kinds = FEED_ALL, .buffer_bytes = buffer};
	struct feed *feed;
	struct error err;

	if (id)
		assert_ok(feed_open_after(&feed, &options, id, &err), err);
	else
		assert_ok(feed_open_from(&feed, &options, 0, &err), err);
	return feed;
}

/* Whoever comes with the id of one of the messages hears the others. */
static void resume_everywhere(struct run *run, const struct heard_list *news, const char *before)
{
	size_t stride = 1 + news->count / 24;

	for (size_t i = sim_below(&run->random, stride); i <= news->count; i += stride) {
		struct heard_list rest = {0};
		struct feed *feed = open_after(run, i ? news->items[i - 1].id : before,
					       sim_below(&run->random, 3) * 1000);

		read_all(&rest, feed);
		expect_same(run, news, i, &rest, "resumed");
		heard_free(&rest);
		feed_close(feed);
	}
}

static bool is_of(const struct heard *message, unsigned kinds, const char *pool)
{
	json_error_t error;
	json_t *data = json_loads(message->data, 0, &error);
	const char *its = json_string_value(json_object_get(data, "pool"));
	bool is = strcmp(message->event, "rewound") == 0;

	for (size_t i = 0; feed_kind_names[i]; i++)
		if (strcmp(feed_kind_names[i], message->event) == 0)
			is = kinds >> i & 1;
	is = is && (!pool || !its || strcmp(pool, its) == 0);
	json_decref(data);
	return is;
}

static void want_some(struct run *run, const struct heard_list *news, const char *before)
{
	const struct pool *pool =
		sim_percent(&run->random, 50) ? &run->m.pools[sim_below(&run->random, 2)] : NULL;
	const struct feed_options options = {.config = &run->m.config,
					     .kinds = (unsigned)sim_below(&run->random, 32),
					     .pool = pool};
	struct heard_list wanted = {0};
	struct heard_list heard = {0};
	struct feed *feed;
	struct error err;

	if (!before)
		return;
	assert_ok(feed_open_after(&feed, &options, before, &err), err);
	read_all(&heard, feed);
	feed_close(feed);
	for (size_t i = 0; i < news->count; i++)
		if (is_of(&news->items[i], options.kinds, pool ? pool->setup.name : NULL)) {
			wanted.items =
				xrealloc(wanted.items, (wanted.count + 1) * sizeof(*wanted.items));
			wanted.items[wanted.count++] = news->items[i];
		}
	expect_same(run, &wanted, 0, &heard, "some kinds");
	free(wanted.items);
	heard_free(&heard);
}

/* Hears some of it, and breaks off anywhere. */
static void visit(struct run *run, struct listener *visitor)
{
	struct feed *feed = open_after(run, visitor->id, sim_below(&run->random, 4) * 500);
	struct heard_list heard = {0};
	bool is_at_end = false;
	size_t taken;
	struct slice text;
	struct error err;

	do {
		assert_ok(feed_next(&text, &is_at_end, feed, &err), err);
		heard_add(&heard, text);
	} while (!is_at_end && sim_percent(&run->random, 80));
	taken = sim_percent(&run->random, 50) ? heard.count
					      : sim_below(&run->random, heard.count + 1);
	for (size_t i = 0; i < taken; i++)
		listener_hear(visitor, &heard.items[i]);
	heard_free(&heard);
	feed_close(feed);
}

static void look(struct run *run)
{
	struct heard_list news = {0};
	struct heard_list again = {0};
	char *before = run->stayed.id ? xstrdup(run->stayed.id) : NULL;

	read_all(&news, run->staying);
	read_all(&again, run->small);
	expect_same(run, &news, 0, &again, "small buffer");
	resume_everywhere(run, &news, before);
	want_some(run, &news, before);
	for (size_t i = 0; i < news.count; i++)
		listener_hear(&run->stayed, &news.items[i]);
	for (size_t i = 0; i < VISITORS; i++)
		if (sim_percent(&run->random, 30))
			visit(run, &run->visitors[i]);
	heard_free(&news);
	heard_free(&again);
	free(before);
}

/* The mirror is one that could be. */
static void expect_whole(struct run *run)
{
	struct store_txn *txn;
	struct error err;

	assert_ok(store_begin(&txn, run->m.store, STORE_READ, &err), err);
	assert_ok(store_check(txn, &err), err);
	store_abort(txn);
}

static void expect_all_the_same(struct run *run)
{
	struct heard_list all = {0};
	struct listener fresh;
	struct feed *feed = open_after(run, NULL, 0);

	read_all(&all, feed);
	feed_close(feed);
	listener_init(&fresh);
	for (size_t i = 0; i < all.count; i++)
		listener_hear(&fresh, &all.items[i]);
	assert_int_equal(fresh.count, run->m.count);
	assert_int_equal(fresh.rewound, 0);
	listener_expect_same(&fresh, &run->stayed, "who stayed");
	if (!run->repairs && json_object_size(run->stayed.owed))
		fail_msg("seed %" PRIu64 ": %zu findings went without a word", run->seed,
			 json_object_size(run->stayed.owed));
	for (size_t i = 0; i < VISITORS; i++) {
		struct heard_list rest = {0};

		feed = open_after(run, run->visitors[i].id, 0);
		read_all(&rest, feed);
		for (size_t k = 0; k < rest.count; k++)
			listener_hear(&run->visitors[i], &rest.items[k]);
		listener_expect_same(&fresh, &run->visitors[i], "a visitor");
		heard_free(&rest);
		feed_close(feed);
	}
	heard_free(&all);
	listener_clear(&fresh);
}

/* ---- a seed ---- */

static void begin(struct run *run, uint64_t seed)
{
	*run = (struct run){.seed = seed, .random = sim_random_of(seed, 11)};
	made_open(&run->m);
	run->is_sparse = sim_percent(&run->random, 50);
	run->repairs = sim_percent(&run->random, 50);
	if (sim_percent(&run->random, 30))
		run->m.rows_max = 40;
	for (size_t i = 0; i < BRANCHES; i++)
		run->branches[i] = xcalloc(1, sizeof(*run->branches[i]));
	run->staying = open_after(run, NULL, 0);
	run->small = open_after(run, NULL, 1);
	listener_init(&run->stayed);
	for (size_t i = 0; i < VISITORS; i++)
		listener_init(&run->visitors[i]);
}

static void end(struct run *run)
{
	feed_close(run->staying);
	feed_close(run->small);
	listener_clear(&run->stayed);
	for (size_t i = 0; i < VISITORS; i++)
		listener_clear(&run->visitors[i]);
	for (size_t i = 0; i < BRANCHES; i++)
		free(run->branches[i]);
	made_close(&run->m);
}

static size_t play(uint64_t seed)
{
	struct run *run = xcalloc(1, sizeof(*run));
	size_t rewound;

	begin(run, seed);
	look(run); /* an empty mirror */
	for (int i = 0; i < STEPS; i++) {
		step(run);
		look(run);
	}
	expect_whole(run);
	expect_all_the_same(run);
	rewound = run->stayed.rewound;
	end(run);
	free(run);
	return rewound;
}

static void a_client_that_breaks_off_is_told_the_same(void **state)
{
	const char *one = getenv("FEED_SEED");
	const char *many = getenv("FEED_SEEDS");
	uint64_t first = one ? strtoull(one, NULL, 10) : 1;
	uint64_t count = one ? 1 : many ? strtoull(many, NULL, 10) : SEEDS;
	size_t rewound = 0;

	(void)state;
	for (uint64_t i = 0; i < count; i++) {
		if (getenv("FEED_VERBOSE"))
			print_message("# seed %" PRIu64 "\n", first + i);
		rewound += play(first + i);
	}
	assert_true(rewound > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_that_breaks_off_is_told_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
