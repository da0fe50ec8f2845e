/*
 * Simulated lives of the program, each out of a seed: chains with reorgs, nodes with faults, kills,
 * full disks, and in the end a mirror that is that of a straight run.
 *
 *	SIM_SEEDS     how many runs
 *	SIM_FIRST     seed of the first; the others count up from it
 *	SIM_SEED      only this one, and all that happens in it is told with its simulated time
 */
#include <inttypes.h>
#include <signal.h>
#include <unistd.h>

#include "tests/support/sim_life.h"
#include "tests/support/test.h"

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
enum { SEEDS_DEFAULT = 40 };
#else
enum { SEEDS_DEFAULT = 250 };
#endif

enum {
	REPEATED_EVERY = 10,
	TOLD_EVERY = 500,
	ENOUGH_FOR_ALL = 250, /* seeds, until everything that can be drawn was seen */
	SEED_SECONDS_MAX = 300,
};

struct bench {
	uint64_t first;
	uint64_t count;
	bool is_one;
	struct story_family *family;
	struct sim_outcome sum;
};

/* For the handler of a signal, which gets nothing else. */
static volatile sig_atomic_t running;

static uint64_t number_in(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 10) : otherwise;
}

static void tell_how_to_repeat(void)
{
	if (running)
		(void)fprintf(stderr, "# repeat: SIM_SEED=%ld build/tests/sim/test_simulation\n",
			      (long)running);
}

static void on_alarm(int number)
{
	(void)number;
	tell_how_to_repeat(); /* the program hangs: nothing is held that this needs */
	_exit(1);
}

static void add(struct sim_outcome *sum, const struct sim_outcome *one)
{
	sum->time += one->time;
	sum->lives += one->lives;
	sum->requests += one->requests;
	sum->commits += one->commits;
	sum->reorgs += one->reorgs;
	sum->depth = one->depth > sum->depth ? one->depth : sum->depth;
	for (int i = 0; i < STORY_KILL_COUNT; i++)
		sum->kills[i] += one->kills[i];
	for (int i = 0; i <= STORE_GIVES_UP; i++)
		sum->troubles[i] += one->troubles[i];
	for (int i = 0; i < SIM_FAULT_COUNT; i++)
		sum->faults[i] += one->faults[i];
}

static uint64_t total(const uint64_t *counts, int first, int count)
{
	uint64_t sum = 0;

	for (int i = first; i < count; i++)
		sum += counts[i];
	return sum;
}

static void tell(const struct sim_outcome *sum, uint64_t seeds)
{
	print_message(
		"# %" PRIu64 " seeds pass: %" PRIu64 " simulated hours, %" PRIu64 " lives, %" PRIu64
		" kills, %" PRIu64 " disk troubles, %" PRIu64 " requests, %" PRIu64
		" faults, %" PRIu64 " commits, %" PRIu64 " reorgs, the deepest of %" PRIu64
		" blocks\n",
		seeds, sum->time / 3600000, sum->lives, total(sum->kills, 0, STORY_KILL_COUNT),
		total(sum->troubles, 1, STORE_GIVES_UP + 1), sum->requests,
		total(sum->faults, 1, SIM_FAULT_COUNT), sum->commits, sum->reorgs, sum->depth);
}

static const struct story_family *family_of(struct bench *bench, uint64_t seed)
{
	if (!story_family_has(bench->family, seed)) {
		story_family_free(bench->family);
		bench->family = story_family_new(seed);
		sim_life_straight(bench->family);
	}
	return bench->family;
}

/* Else the seeds say less than they seem to. */
static void expect_everything(const struct sim_outcome *sum)
{
	for (int i = 0; i < SIM_FAULT_COUNT; i++)
		if (!sum->faults[i])
			fail_msg("no node had this fault: %s", sim_fault_name((enum sim_fault)i));
	for (int i = 0; i < STORY_KILL_COUNT; i++)
		if (!sum->kills[i])
			fail_msg("no kill of kind %d", i);
	for (int i = STORE_DISK_FULL; i <= STORE_GIVES_UP; i++)
		if (!sum->troubles[i])
			fail_msg("no disk trouble of kind %d", i);
	assert_true(sum->depth > STORY_DEPTH_MAX / 2);
}

static void every_seed_ends_as_a_straight_run(void **state)
{
	struct bench *bench = *state;

	for (uint64_t i = 0; i < bench->count; i++) {
		uint64_t seed = bench->first + i;
		struct story story;
		struct sim_outcome one;

		running = (sig_atomic_t)seed;
		(void)alarm(SEED_SECONDS_MAX);
		story = story_draw(seed, family_of(bench, seed));
		one = sim_life_run(&story, bench->is_one);
		/* Nothing but the seed decides what happens. */
		if (bench->is_one || seed % REPEATED_EVERY == 0)
			assert_int_equal(one.hash, sim_life_run(&story, false).hash);
		add(&bench->sum, &one);
		if ((i + 1) % TOLD_EVERY == 0)
			tell(&bench->sum, i + 1);
	}
	(void)alarm(0);
	running = 0;
	tell(&bench->sum, bench->count);
	if (bench->count >= ENOUGH_FOR_ALL)
		expect_everything(&bench->sum);
}

static int open_bench(void **state)
{
	struct bench *bench = *state;

	bench->is_one = getenv("SIM_SEED") != NULL;
	bench->first = number_in(bench->is_one ? "SIM_SEED" : "SIM_FIRST", 1);
	bench->count = bench->is_one ? 1 : number_in("SIM_SEEDS", SEEDS_DEFAULT);
	(void)signal(SIGALRM, on_alarm);
	/* Nothing is read after a power loss here, so memory is as good as a disk, and faster. */
	if (!getenv("TMPDIR") && access("/dev/shm", W_OK) == 0)
		(void)setenv("TMPDIR", "/dev/shm", 1);
	return 0;
}

/* Also after a failure or a crash. */
static int end_seed(void **state)
{
	(void)state;
	tell_how_to_repeat();
	return 0;
}

static int close_bench(void **state)
{
	struct bench *bench = *state;

	story_family_free(bench->family);
	return 0;
}

int main(void)
{
	struct bench bench = {0};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate_setup_teardown(every_seed_ends_as_a_straight_run, NULL,
							 end_seed, &bench),
	};
	void *state = &bench;

	(void)open_bench(&state);
	if (cmocka_run_group_tests(tests, NULL, NULL))
		return 1;
	return close_bench(&state);
}
