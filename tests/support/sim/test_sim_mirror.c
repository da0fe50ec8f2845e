/* A mirror of the simulated chain, from its node over HTTP. */
#include <inttypes.h>

#include "tests/support/demo_chain.h"
#include "tests/support/sim_node.h"

enum { BLOCKS = 120, FORK_AT = 100 };

static const char text_format[] =
	"{\"chain\": {\"id\": %d, \"rpc\": [{\"url\": \"%s\"}]},"
	" \"store\": {\"path\": \"%s\"},"
	" \"views\": {\"every_blocks\": 1, \"accounts\": \"all\"},"
	" \"pools\": [{\"name\": \"sim\", \"protocol\": \"api3\", \"start_block\": 1,"
	"  \"contracts\": {\"pool\": \"%s\", \"token\": \"%s\", \"timelock_manager\": \"%s\","
	"   \"claims_managers\": [\"%s\"]}}]}";

static const char *text_of(struct arena *arena, struct address address)
{
	return hex_string(arena, slice_of(address.bytes, ADDRESS_BYTES));
}

static void open_mirror(struct demo *demo, const struct sim_names *names, const char *url)
{
	const char *text;

	memset(demo, 0, sizeof(*demo));
	scratch_make(demo->folder);
	demo->arena = arena_new();
	demo->logger = logger_silent();
	text = arena_printf(demo->arena, text_format, SIM_CHAIN_ID, url, demo->folder,
			    text_of(demo->arena, names->pool), text_of(demo->arena, names->token),
			    text_of(demo->arena, names->timelock),
			    text_of(demo->arena, names->manager));
	assert_ok(config_parse(&demo->config, demo->arena, "sim", text, strlen(text), &demo->err),
		  demo->err);
}

static void an_honest_node_leaves_no_finding(void **unused)
{
	(void)unused;
	for (uint64_t seed = 0; seed < 2; seed++) {
		struct sim_options options = {.pool_percent = 70, .crosses_forks = seed == 1};
		struct sim_chain *chain = sim_chain_new(seed, BLOCKS, &options);
		struct sim_node *node = sim_node_new(chain, 0);
		struct fakenode *server = fakenode_start(sim_node_answer, node);
		struct demo demo;

		open_mirror(&demo, sim_chain_names(chain), fakenode_url(server));
		assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
		assert_int_equal(demo_cursor(&demo).ref.number, BLOCKS - 1);
		assert_true(hash_equal(demo_cursor(&demo).ref.hash,
				       sim_chain_block(chain, BLOCKS - 1)->hash));
		assert_int_equal(demo_failed_checks(&demo), 0);
		demo_close(&demo);
		fakenode_stop(server);
		sim_node_free(node);
		sim_chain_free(chain);
	}
}

/* That it can be found at all: the views are compared in every block. */
static void a_forged_view_is_a_finding(void **unused)
{
	struct sim_chain *chain = sim_chain_new(6, BLOCKS, NULL);
	struct sim_node *node = sim_node_new(chain, 0);
	struct fakenode *server = fakenode_start(sim_node_answer, node);
	struct sim_attack attack = {.kind = SIM_VIEW_FORGED,
				    .block = sim_find_wanted(chain, 60, (struct hash){{0}}),
				    .index = sim_view_number("totalStake()")};
	struct demo demo;

	(void)unused;
	sim_node_attack(node, &attack);
	open_mirror(&demo, sim_chain_names(chain), fakenode_url(server));
	assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
	assert_true(sim_node_lies_told(node) >= 1);
	assert_int_equal(demo_failed_checks(&demo), 1);
	demo_close(&demo);
	fakenode_stop(server);
	sim_node_free(node);
	sim_chain_free(chain);
}

static void a_fork_is_followed_without_a_finding(void **unused)
{
	struct sim_chain *chain = sim_chain_new(3, BLOCKS, NULL);
	struct sim_chain *fork = sim_chain_fork(chain, FORK_AT, 30, 4);
	struct sim_node *node = sim_node_new(chain, 0);
	struct fakenode *server = fakenode_start(sim_node_answer, node);
	struct demo demo;

	(void)unused;
	sim_node_finality(node, 2 * (BLOCKS - FORK_AT));
	open_mirror(&demo, sim_chain_names(chain), fakenode_url(server));
	assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
	sim_node_follow(node, fork, FORK_AT + 30);
	assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
	assert_true(
		hash_equal(demo_cursor(&demo).ref.hash, sim_chain_block(fork, FORK_AT + 30)->hash));
	assert_int_equal(demo_failed_checks(&demo), 0);
	demo_close(&demo);
	fakenode_stop(server);
	sim_node_free(node);
	sim_chain_free(fork);
	sim_chain_free(chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_honest_node_leaves_no_finding),
		cmocka_unit_test(a_forged_view_is_a_finding),
		cmocka_unit_test(a_fork_is_followed_without_a_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
