/*
 * Opening what is configured: who is there, who is of another chain, and who hangs.
 */
#include "tests/indexer/check.h"

#include "indexer/endpoints.h"
#include "tests/support/fakenode.h"

#define CHAIN_FILE "tests/chains/api3-seed1.chain.jsonl.gz"

enum { NODES = 2 };

static struct fake_chain *chains[NODES];

struct scene {
	struct fakenode *nodes[NODES];
	struct arena *arena;
	struct config config;
	struct clock clock;
	struct witnesses *witnesses;
	struct logger logger;
	char log[2000];
	struct source *source;
};

static void keep_log(void *context, enum log_level level, const char *line)
{
	struct scene *s = context;
	size_t length = strlen(s->log);

	(void)level;
	(void)snprintf(s->log + length, sizeof(s->log) - length, "%s\n", line);
}

static struct scene *new_scene(const char *chain_id, const char *keys)
{
	struct scene *s = xcalloc(1, sizeof(*s));
	const char *text;
	struct error err;

	for (size_t i = 0; i < NODES; i++) {
		fake_chain_set(chains[i], &(struct fake_faults){0});
		s->nodes[i] = fakenode_start(fake_chain_answer, chains[i]);
	}
	s->arena = arena_new();
	text = arena_printf(
		s->arena,
		"{\"chain\":{\"id\":%s,\"rpc\":[{\"url\":\"%s\"%s},{\"url\":\"%s\"%s}]},"
		"\"store\":{\"path\":\"mirror\"},\"pools\":[{\"name\":\"api3\","
		"\"protocol\":\"api3\",\"start_block\":1,\"contracts\":{"
		"\"pool\":\"0xe7f1725e7734ce288f8367e1bb143e90bb3f0512\","
		"\"token\":\"0x5fbdb2315678afecb367f032d93f642f64180aa3\"}}]}",
		chain_id, fakenode_url(s->nodes[0]), keys, fakenode_url(s->nodes[1]), keys);
	check_ok(config_parse(&s->config, s->arena, "test.json", text, strlen(text), &err), err);
	s->clock = clock_real();
	s->witnesses = witnesses_new(NODES, &s->clock, 1000);
	s->logger = (struct logger){.least = LOG_INFO, .write = keep_log, .context = s};
	return s;
}

static void free_scene(struct scene *s)
{
	source_close(s->source);
	for (size_t i = 0; i < NODES; i++)
		fakenode_stop(s->nodes[i]);
	witnesses_free(s->witnesses);
	arena_free(s->arena);
	free(s);
}

static enum status open_scene(struct scene *s, struct error *err)
{
	return endpoints_open(&s->source, &s->config, s->witnesses, NULL, &s->logger, err);
}

static void all_that_answer_are_used(void **state)
{
	struct scene *s = new_scene("31337", "");
	struct error err;

	(void)state;
	check_ok(open_scene(s, &err), err);
	assert_string_equal(s->log, "");
	assert_string_equal(source_label(s->source), fakenode_url(s->nodes[0]));
	free_scene(s);
}

static void one_of_another_chain_is_refused(void **state)
{
	struct scene *s = new_scene("5", "");
	struct error err;

	(void)state;
	check_fails(open_scene(s, &err), ERR_DENIED, err,
		    "is on chain 31337, the configuration says chain.id 5");
	free_scene(s);
}

/* Its deadline is 20 seconds, and it would be tried twice. */
static void one_that_hangs_holds_nothing_up(void **state)
{
	struct scene *s = new_scene("31337", "");
	struct block_ref head;
	struct error err;
	uint64_t begin = clock_now_ms(&s->clock);

	(void)state;
	fake_chain_set(chains[0], &(struct fake_faults){.endless = ENDLESS_DEAF});
	check_ok(open_scene(s, &err), err);
	assert_non_null(strstr(s->log, "endpoint 1 is not used yet: http://"));
	assert_non_null(strstr(s->log, ": no answer within 3000 ms"));
	check_ok(source_tagged_block(&head, s->source, BLOCK_LATEST, &err), err);
	assert_int_equal(head.number, 309);
	assert_true(clock_now_ms(&s->clock) - begin < 18000);
	free_scene(s);
}

/* None is given up before its deadline, where no other works. */
static void where_none_is_quick_a_slow_one_has_its_time(void **state)
{
	struct scene *s = new_scene("31337", "");
	struct error err;

	(void)state;
	fake_chain_set(chains[0], &(struct fake_faults){.delay_ms = 1700}); /* two questions */
	fake_chain_set(chains[1], &(struct fake_faults){.endless = ENDLESS_HALF_CLOSE});
	check_ok(open_scene(s, &err), err);
	assert_non_null(strstr(s->log, "endpoint 1 is not used yet: "));
	free_scene(s);
}

static void the_limits_that_are_configured_hold(void **state)
{
	struct scene *s = new_scene("31337", ",\"requests_per_s\":16,\"max_concurrent\":1");
	uint64_t numbers[20];
	struct block_ref refs[20];
	struct error err;
	uint64_t begin;

	(void)state;
	check_ok(open_scene(s, &err), err);
	for (size_t i = 0; i < 20; i++)
		numbers[i] = i + 1;
	begin = clock_now_ms(&s->clock);
	check_ok(source_headers(refs, s->source, numbers, 20, &err), err);
	/* Each node is asked for all of them: twenty calls, of which two or four go at once. */
	assert_true(clock_now_ms(&s->clock) - begin >= 2 * 16 * 1000 / 16 - 100);
	assert_int_equal(refs[19].number, 20);
	free_scene(s);
}

static int load_chains(void **state)
{
	(void)state;
	for (size_t i = 0; i < NODES; i++)
		chains[i] = fake_chain_load(CHAIN_FILE);
	return 0;
}

static int free_chains(void **state)
{
	(void)state;
	for (size_t i = 0; i < NODES; i++)
		fake_chain_free(chains[i]);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_answer_are_used),
		cmocka_unit_test(one_of_another_chain_is_refused),
		cmocka_unit_test(one_that_hangs_holds_nothing_up),
		cmocka_unit_test(where_none_is_quick_a_slow_one_has_its_time),
		cmocka_unit_test(the_limits_that_are_configured_hold),
	};

	return cmocka_run_group_tests(tests, load_chains, free_chains);
}
