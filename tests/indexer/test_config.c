/*
 * The configuration: what it becomes, and the words for everything that is wrong with one.
 */
#include "tests/support/test.h"

#include <dirent.h>
#include <jansson.h>
#include <unistd.h>

#include "indexer/config.h"

#define ONES "0x1111111111111111111111111111111111111111"
#define TWOS "0x2222222222222222222222222222222222222222"
#define THREES "0x3333333333333333333333333333333333333333"
#define ZEROS "0x0000000000000000000000000000000000000000"
#define WEI "0x7cB57B5A97eAbe94205C07890BE4c1aD31E486A8" /* an example with its checksum */

/* Texts have ' for ", to be read. */
#define CHAIN "'chain': {'id': 1, 'rpc': [{'url': 'http://node:8545'}]}"
#define STORE "'store': {'path': 'mirror'}"
#define CONTRACTS "'contracts': {'pool': '" ONES "', 'token': '" TWOS "'}"
#define POOL "{'name': 'api3', 'protocol': 'api3', 'start_block': 5, " CONTRACTS "}"
#define POOLS "'pools': [" POOL "]"
#define LEAST "{" CHAIN ", " STORE ", " POOLS "}"

#define KEY_ONE "0x0000000000000000000000000000000000000000000000000000000000000001"
#define HASH_A "0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

#define HASH "a block's hash (0x and 64 hexadecimal digits)"
#define ADDRESS "an address (0x and 40 hexadecimal digits)"
#define RPC_URL "http://HOST…, https://HOST… or file:PATH of a recorded chain"
#define NOT_SHOWN "got something else (not shown: urls may hold credentials)"
#define NAME "a pool name (1 to 32 of a-z, 0-9 and -, not beginning with -)"
#define ANY_NUMBER "9223372036854775807"

struct fixture {
	struct arena *arena;
	struct config config;
	struct error err;
};

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->arena = arena_new();
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	free(f);
	return 0;
}

static char *quoted(struct fixture *f, const char *text)
{
	char *json = arena_string(f->arena, text);

	for (char *at = json; *at; at++)
		if (*at == '\'')
			*at = '"';
	return json;
}

/* LEAST with the first `old` replaced by `new`. */
static char *edited(struct fixture *f, const char *old, const char *new)
{
	const char *least = LEAST;
	const char *at = strstr(least, old);

	assert_non_null(at);
	return arena_printf(f->arena, "%.*s%s%s", (int)(at - least), least, new, at + strlen(old));
}

static enum status parse(struct fixture *f, const char *text)
{
	const char *json = quoted(f, text);

	f->err = (struct error){0};
	return config_parse(&f->config, f->arena, "test.json", json, strlen(json), &f->err);
}

static void succeeds(const struct fixture *f, enum status st)
{
	if (st != OK)
		fail_msg("%s: %s", status_name(st), f->err.message);
}

static void accepts(struct fixture *f, const char *text)
{
	succeeds(f, parse(f, text));
}

/* Refused with exactly these words behind the file's name. */
static void refuses(struct fixture *f, const char *text, const char *words)
{
	assert_int_equal(parse(f, text), ERR_USAGE);
	assert_int_equal(f->err.status, ERR_USAGE);
	assert_string_equal(f->err.message, arena_printf(f->arena, "test.json: %s", words));
}

struct change {
	const char *old;
	const char *new;
	const char *words; /* of the refusal */
};

#define refuses_all(f, changes) refuses_each(f, changes, sizeof(changes) / sizeof((changes)[0]))

static void refuses_each(struct fixture *f, const struct change *changes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		refuses(f, edited(f, changes[i].old, changes[i].new), changes[i].words);
}

/* ---- what it becomes ---- */

static void the_least_configuration_gets_the_defaults(void **state)
{
	struct fixture *f = *state;
	const struct config *c = &f->config;
	const struct source_options zero = {0};

	accepts(f, LEAST);
	assert_string_equal(c->path, "test.json");
	assert_int_equal(c->chain_id, 1);
	assert_int_equal(c->endpoint_count, 1);
	assert_string_equal(c->endpoints[0].url, "http://node:8545");
	assert_memory_equal(&c->endpoints[0].options, &zero, sizeof(zero));
	assert_int_equal(c->poll_interval_ms, 2000);
	assert_string_equal(c->store_path, "mirror");
	assert_string_equal(c->serve.listen, "127.0.0.1:8480");
	assert_int_equal(c->alert_count, 0);
	assert_false(c->log.is_json);
	assert_int_equal(c->log.level, LOG_INFO);
	assert_int_equal(c->views.every_blocks, 0);
	assert_true(c->views.at_head);
	assert_false(c->views.all_accounts);
	assert_false(c->views.by_proof);
	assert_int_equal(c->quorum, 1);
	assert_int_equal(c->proof.level, PROVE_RECEIPTS);
	assert_int_equal(c->proof.walk_headers_below, 100000);
	assert_int_equal(c->proof.quarantine_s, 300);
	assert_false(c->has_checkpoint);
	assert_int_equal(c->pool_count, 1);
	assert_string_equal(c->pools[0].setup.name, "api3");
	assert_string_equal(c->pools[0].setup.protocol, "api3");
	assert_ptr_equal(c->pools[0].protocol, protocol_find("api3"));
	assert_int_equal(c->pools[0].setup.start_block, 5);
	assert_int_equal(c->pools[0].id, 0);
	assert_memory_equal(&c->pool_views[0], &c->views, sizeof(c->views));
}

static void every_key_arrives_where_it_belongs(void **state)
{
	struct fixture *f = *state;
	const struct config *c = &f->config;
	const struct source_options *o;
	char signer[HEX_SIZE(ADDRESS_BYTES)];

	accepts(f,
		"{'$schema': 'x', 'note': 'n', 'chain': {'note': 'n', 'id': 10, 'rpc': ["
		"{'note': 'n', 'url': 'https://a/', 'timeout_ms': 1, 'max_response_bytes': 1024,"
		" 'attempts': 3, 'backoff_ms': 4, 'first_range': 5, 'max_range': 6,"
		" 'max_in_flight': 7, 'max_batch': 8, 'requests_per_s': 1000000,"
		" 'max_concurrent': 1000}, {'url': 'file:b', 'requests_per_s': 0}],"
		" 'poll_interval_ms': 9,"
		" 'quorum': 1}, 'proof': {'note': 'n', 'level': 'headers',"
		" 'walk_headers_below': 0, 'quarantine_s': 86400}, "
		"'checkpoint': {'note': 'n', 'number': 15537394, 'hash': '" HASH_A "'},"
		"'store': {'note': 'n', 'path': '/m'}, 'serve': {'note': 'n', 'listen': '[::]:0',"
		" 'token': 'sixteen-letters!', 'public': false, 'origins': ['https://a.example', "
		"'*'],"
		" 'threads': 3, 'connections': 4, 'connections_per_address': 5, 'header_bytes': "
		"4096,"
		" 'target_bytes': 64, 'deadline_ms': 100, 'idle_ms': 3600000, 'page_max': 7,"
		" 'cache_bytes': 0, 'ready_lag_blocks': 0, 'ready_head_age_s': 1,"
		" 'health_silence_s': 3600},"
		"'alerts': [{'note': 'n', 'webhook': 'http://h/x', 'min_severity': 'error',"
		" 'pools': ['api3'], 'headers': {'Authorization': 'Bearer t', 'X-A': 'ü'},"
		" 'hmac_secret': 's', 'signing_key': '" KEY_ONE "'},"
		" {'command': 'mail root'}, {'slack': 'https://h/s', 'min_severity': 'info'},"
		" {'alertmanager': 'http://h:9093', 'labels': {'team': 'a b'}}],"
		"'log': {'note': 'n', 'format': 'json', 'level': 'error'},"
		"'views': {'note': 'n', 'every_blocks': 7, 'at_head': false, 'accounts': 'all',"
		" 'mode': 'proof'},"
		"'pools': [{'note': 'n', 'name': 'api3', 'protocol': 'api3', 'start_block': 1,"
		" 'contracts': {'note': 'n', 'pool': '" ONES "', 'token': '" TWOS "'}}]}");
	assert_int_equal(c->chain_id, 10);
	assert_int_equal(c->endpoint_count, 2);
	assert_string_equal(c->endpoints[1].url, "file:b");
	o = &c->endpoints[0].options;
	assert_int_equal(o->timeout_ms, 1);
	assert_int_equal(o->response_bytes_max, 1024);
	assert_int_equal(o->attempts, 3);
	assert_int_equal(o->backoff_ms, 4);
	assert_int_equal(o->range_first, 5);
	assert_int_equal(o->range_max, 6);
	assert_int_equal(o->in_flight, 7);
	assert_int_equal(o->batch_max, 8);
	assert_int_equal(o->requests_per_s, 1000000);
	assert_int_equal(o->concurrent_max, 1000);
	assert_int_equal(c->endpoints[1].options.requests_per_s, 0);
	assert_int_equal(c->endpoints[1].options.concurrent_max, 0);
	assert_int_equal(c->poll_interval_ms, 9);
	assert_string_equal(c->store_path, "/m");
	assert_string_equal(c->serve.listen, "[::]:0");
	assert_string_equal(c->serve.token, "sixteen-letters!");
	assert_false(c->serve.is_public);
	assert_int_equal(c->serve.origin_count, 2);
	assert_string_equal(c->serve.origins[0], "https://a.example");
	assert_string_equal(c->serve.origins[1], "*");
	assert_int_equal(c->serve.threads, 3);
	assert_int_equal(c->serve.connections, 4);
	assert_int_equal(c->serve.connections_per_address, 5);
	assert_int_equal(c->serve.header_bytes, 4096);
	assert_int_equal(c->serve.target_bytes, 64);
	assert_int_equal(c->serve.deadline_ms, 100);
	assert_int_equal(c->serve.idle_ms, 3600000);
	assert_int_equal(c->serve.page_max, 7);
	assert_int_equal(c->serve.cache_bytes, 0);
	assert_int_equal(c->serve.ready_lag_blocks, 0);
	assert_int_equal(c->serve.ready_head_age_s, 1);
	assert_int_equal(c->serve.health_silence_s, 3600);
	assert_int_equal(c->alert_count, 4);
	assert_int_equal(c->alerts[0].kind, ALERT_WEBHOOK);
	assert_string_equal(c->alerts[0].target, "http://h/x");
	assert_int_equal(c->alerts[0].min_severity, SEVERITY_ERROR);
	assert_int_equal(c->alerts[0].pool_count, 1);
	assert_string_equal(c->alerts[0].pools[0], "api3");
	assert_int_equal(c->alerts[0].header_count, 2);
	assert_string_equal(c->alerts[0].headers[0].name, "Authorization");
	assert_string_equal(c->alerts[0].headers[0].value, "Bearer t");
	assert_string_equal(c->alerts[0].headers[1].value, "ü");
	assert_string_equal(c->alerts[0].hmac_secret, "s");
	assert_true(c->alerts[0].has_signing_key);
	assert_string_equal(address_format(signer, c->alerts[0].signer),
			    "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf");
	assert_int_equal(c->alerts[1].kind, ALERT_COMMAND);
	assert_string_equal(c->alerts[1].target, "mail root");
	assert_int_equal(c->alerts[1].min_severity, SEVERITY_WARNING);
	assert_int_equal(c->alerts[1].pool_count, 0);
	assert_null(c->alerts[1].hmac_secret);
	assert_false(c->alerts[1].has_signing_key);
	assert_int_equal(c->alerts[2].kind, ALERT_SLACK);
	assert_int_equal(c->alerts[2].min_severity, SEVERITY_INFO);
	assert_int_equal(c->alerts[3].kind, ALERT_ALERTMANAGER);
	assert_int_equal(c->alerts[3].label_count, 1);
	assert_string_equal(c->alerts[3].labels[0].name, "team");
	assert_string_equal(c->alerts[3].labels[0].value, "a b");
	assert_true(c->log.is_json);
	assert_int_equal(c->log.level, LOG_ERROR);
	assert_int_equal(c->views.every_blocks, 7);
	assert_false(c->views.at_head);
	assert_true(c->views.all_accounts);
	assert_true(c->views.by_proof);
	assert_int_equal(c->quorum, 1);
	assert_int_equal(c->proof.level, PROVE_HEADERS);
	assert_int_equal(c->proof.walk_headers_below, 0);
	assert_int_equal(c->proof.quarantine_s, 86400);
	assert_true(c->has_checkpoint);
	assert_int_equal(c->checkpoint_number, 15537394);
	for (size_t i = 0; i < HASH_BYTES; i++)
		assert_int_equal(c->checkpoint_hash.bytes[i], 0xaa);
}

static void a_pool_takes_its_views_over_the_common_ones_wherever_they_stand(void **state)
{
	struct fixture *f = *state;
	const struct config_views *views;

	accepts(f, "{'pools': [{'views': {'accounts': 'all', 'mode': 'proof'}, 'name': 'a', "
		   "'protocol': 'api3', "
		   "'start_block': 1, " CONTRACTS "}, {'name': 'b', 'protocol': 'api3', "
		   "'start_block': 1, " CONTRACTS ", 'views': {'every_blocks': 0, "
		   "'at_head': true}}], 'views': {'every_blocks': 3, 'at_head': false}, " CHAIN
		   ", " STORE "}");
	views = f->config.pool_views;
	assert_int_equal(views[0].every_blocks, 3);
	assert_false(views[0].at_head);
	assert_true(views[0].all_accounts);
	assert_true(views[0].by_proof);
	assert_int_equal(views[1].every_blocks, 0);
	assert_true(views[1].at_head);
	assert_false(views[1].all_accounts);
	assert_false(views[1].by_proof);
}

/* LEAST with that many endpoints, and `more` in the chain behind them. */
static const char *endpoints(struct fixture *f, size_t count, const char *more)
{
	struct buffer list = buffer_in(f->arena);

	for (size_t i = 0; i < count; i++)
		buffer_printf(&list, "%s{'url': 'http://node-%zu'}", i ? ", " : "", i);
	return edited(f, "[{'url': 'http://node:8545'}]",
		      arena_printf(f->arena, "[%s]%s", buffer_string(&list), more));
}

static void the_quorum_is_more_than_half_unless_it_is_told(void **state)
{
	static const unsigned quorums[] = {0, 1, 2, 2, 3, 3};
	struct fixture *f = *state;

	for (size_t count = 1; count < sizeof(quorums) / sizeof(quorums[0]); count++) {
		accepts(f, endpoints(f, count, ""));
		assert_int_equal(f->config.quorum, quorums[count]);
		accepts(f, endpoints(f, count, ", 'quorum': 1"));
		assert_int_equal(f->config.quorum, 1);
	}
	accepts(f, endpoints(f, 16, ", 'quorum': 16"));
	assert_int_equal(f->config.quorum, 16);
	accepts(f, edited(f, "'id': 1", "'quorum': 1, 'id': 1")); /* before the endpoints */
	refuses(f, endpoints(f, 2, ", 'quorum': 3"),
		"chain.quorum: expected a whole number from 1 to 2, the number of endpoints in "
		"chain.rpc, got 3");
	refuses(f, endpoints(f, 1, ", 'quorum': 0"),
		"chain.quorum: expected a whole number from 1 to 1, the number of endpoints in "
		"chain.rpc, got 0");
	refuses(f, endpoints(f, 1, ", 'quorum': -1"),
		"chain.quorum: expected a whole number from 1 to 1, the number of endpoints in "
		"chain.rpc, got -1");
	refuses(f, endpoints(f, 3, ", 'quorum': '2'"),
		"chain.quorum: expected a whole number from 1 to 16, got a string; write it "
		"without quotes");
}

static void proof_levels_have_names(void **state)
{
	static const char *const names[] = {
		[PROVE_OFF] = "off", [PROVE_RECEIPTS] = "receipts", [PROVE_HEADERS] = "headers"};
	struct fixture *f = *state;

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		accepts(f, edited(f, STORE,
				  arena_printf(f->arena, STORE ", 'proof': {'level': '%s'}",
					       names[i])));
		assert_int_equal(f->config.proof.level, i);
		assert_int_equal(f->config.proof.quarantine_s, 300);
		assert_string_equal(proof_wish_name((enum proof_wish)i), names[i]);
	}
}

static void a_checkpoint_may_come_from_the_environment(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(setenv("TEST_HASH", HASH_A, 1), 0);
	accepts(f, edited(f, STORE, STORE ", 'checkpoint': {'hash': '${TEST_HASH}', 'number': 0}"));
	assert_true(f->config.has_checkpoint);
	assert_int_equal(f->config.checkpoint_number, 0);
	assert_int_equal(f->config.checkpoint_hash.bytes[31], 0xaa);
}

static void the_pool_set_is_canonical(void **state)
{
	struct fixture *f = *state;

	accepts(f, "{" CHAIN ", " STORE ", 'pools': [{'contracts': {'timelock_manager': '" WEI
		   "', 'claims_managers': ['" THREES "', '" TWOS "'], 'token': "
		   "'0xABCDEFABCDEFABCDEFABCDEFABCDEFABCDEFABCD', 'pool': '" ONES "'}, "
		   "'start_block': 7, 'protocol': 'api3', 'name': 'z-1'}, " POOL "]}");
	assert_string_equal(f->config.pool_set,
			    "z-1 api3 start_block=7 pool=" ONES
			    " token=0xabcdefabcdefabcdefabcdefabcdefabcdefabcd"
			    " claims_managers=" THREES "," TWOS
			    " timelock_manager=0x7cb57b5a97eabe94205c07890be4c1ad31e486a8\n"
			    "api3 api3 start_block=5 pool=" ONES " token=" TWOS "\n");
	assert_int_equal(f->config.pools[1].id, 1);
}

static void an_empty_list_of_an_optional_role_is_no_role(void **state)
{
	struct fixture *f = *state;

	accepts(f, edited(f, "'pool': '", "'claims_managers': [], 'pool': '"));
	assert_string_equal(f->config.pool_set,
			    "api3 api3 start_block=5 pool=" ONES " token=" TWOS "\n");
}

static void block_0_is_followed_from_block_1(void **state)
{
	struct fixture *f = *state;

	accepts(f, edited(f, "'start_block': 5", "'start_block': 0"));
	assert_int_equal(f->config.pools[0].setup.start_block, 1);
	assert_string_equal(f->config.pool_set,
			    "api3 api3 start_block=1 pool=" ONES " token=" TWOS "\n");
}

static void variables_of_the_environment_are_put_in(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(setenv("TEST_HOST", "node.example", 1), 0);
	assert_int_equal(setenv("TEST_ONES", ONES, 1), 0);
	assert_int_equal(setenv("TEST_NAME_1", "p", 1), 0);
	accepts(f,
		"{'note': '${', 'chain': {'id': 1, 'rpc': [{'url': "
		"'https://${TEST_HOST}/${TEST_NAME_1}$$$?a={b}'}]}, 'store': {'path': '$$x$'}, "
		"'pools': [{'name': '${TEST_NAME_1}ool', 'protocol': 'api3', "
		"'start_block': 1, 'contracts': {'pool': '${TEST_ONES}', 'token': '" TWOS "'}}]}");
	assert_string_equal(f->config.endpoints[0].url, "https://node.example/p$$$?a={b}");
	assert_string_equal(f->config.store_path, "$$x$");
	assert_string_equal(f->config.pool_set,
			    "pool api3 start_block=1 pool=" ONES " token=" TWOS "\n");
}

/* ---- refusals ---- */

static void invalid_json_is_refused_with_line_and_column(void **state)
{
	struct fixture *f = *state;

	refuses(f, "", "line 1, column 0: not valid JSON: '[' or '{' expected near end of file");
	refuses(f, "{\n  'chain': }",
		"line 2, column 12: not valid JSON: unexpected token near '}'");
	refuses(f, "{'chain': 1 2}", "line 1, column 13: not valid JSON: '}' expected near '2'");
	refuses(f, "{} {}", "line 1, column 4: not valid JSON: end of file expected near '{'");
	refuses(f, "[]", "expected an object, got an array");
	refuses(f, "{'a': '\xff'}", "line 1, column 7: not valid JSON: unable to decode byte 0xff");
	refuses(f, "{\x01}",
		"line 1, column 2: not valid JSON: string or '}' expected near '\\u0001'");
	refuses(f, "{'a': '\\u0000'}",
		"line 1, column 14: not valid JSON: \\u0000 cannot stand in a string");
}

static void strings_near_invalid_json_are_not_shown(void **state)
{
	struct fixture *f = *state;

	refuses(f, "{'url' 'http://key@h'}", "line 1, column 21: not valid JSON: ':' expected");
	refuses(f, "{'url': 'http://key@h\n'}",
		"line 1, column 21: not valid JSON: unexpected newline");
}

static void a_key_that_stands_twice_is_refused(void **state)
{
	struct fixture *f = *state;

	refuses(f, edited(f, "'id': 1", "'id': 1, 'id': 1"),
		"line 1, column 24: not valid JSON: duplicate object key near '\"id\"'; keep one "
		"of the two");
}

static void an_unknown_key_is_named_with_the_nearest_known_one(void **state)
{
	static const struct change changes[] = {
		{"'chain'", "'chian'",
		 "unknown key \"chian\" in the top object: did you mean \"chain\"?"},
		{"'pools'", "'pool'",
		 "unknown key \"pool\" in the top object: did you mean \"pools\"?"},
		{"'id'", "'pol': 1, 'id'",
		 "unknown key \"pol\" in chain: did you mean \"poll_interval_ms\"?"},
		{"'id'", "'pollIntervalMs': 1, 'id'",
		 "unknown key \"pollIntervalMs\" in chain: did you mean \"poll_interval_ms\"?"},
		{"'rpc'", "'rcp'", "unknown key \"rcp\" in chain: did you mean \"rpc\"?"},
		{"'url'", "'uri'", "unknown key \"uri\" in chain.rpc[0]: did you mean \"url\"?"},
		{"'path'", "'notes': 1, 'path'",
		 "unknown key \"notes\" in store: did you mean \"note\"?"},
		{"'start_block'", "'start-block'",
		 "unknown key \"start-block\" in pools[0]: did you mean \"start_block\"?"},
		{"'token'", "'tokens'",
		 "unknown key \"tokens\" in pools[0].contracts: did you mean \"token\"?"},
		{"'id'", "'$schema': '', 'id'",
		 "unknown key \"$schema\" in chain: the known keys are id, rpc, "
		 "poll_interval_ms, quorum, note"},
		{"'id'", "'': '', 'id'",
		 "unknown key \"\" in chain: the known keys are id, rpc, poll_interval_ms, quorum, "
		 "note"},
		{"'id'",
		 "'\\né what an extraordinarily long key this one is for a key of an "
		 "object, is it not?': 1, 'id'",
		 "unknown key \"\\u000aé what an extraordinarily long key this one is for a "
		 "key of an ob…\" in chain: the known keys are id, rpc, poll_interval_ms, quorum, "
		 "note"},
	};

	refuses_all(*state, changes);
}

static void a_missing_key_is_named(void **state)
{
	struct fixture *f = *state;
	static const struct change changes[] = {
		{"'id': 1, ", "",
		 "chain.id: is missing; expected a whole number from 1 to " ANY_NUMBER},
		{", 'rpc': [{'url': 'http://node:8545'}]", "",
		 "chain.rpc: is missing; expected an array of endpoints like [{\"url\": \"…\"}]"},
		{"'url': 'http://node:8545'", "",
		 "chain.rpc[0].url: is missing; expected " RPC_URL},
		{"'path': 'mirror'", "",
		 "store.path: is missing; expected the path of a directory"},
		{"'name': 'api3', ", "", "pools[0].name: is missing; expected " NAME},
		{"'protocol': 'api3', ", "", "pools[0].protocol: is missing; expected a protocol"},
		{"'start_block': 5, ", "",
		 "pools[0].start_block: is missing; expected a whole number from 0 to " ANY_NUMBER},
		{", " CONTRACTS, "",
		 "pools[0].contracts: is missing; expected an object with the addresses of the "
		 "pool's contracts"},
		{", 'token': '" TWOS "'", "",
		 "pools[0].contracts.token: is missing; expected " ADDRESS},
	};

	refuses_all(f, changes);
	refuses(f, "{" STORE ", " POOLS "}",
		"chain: is missing; expected an object like {\"id\": 1, \"rpc\": "
		"[{\"url\": \"…\"}]}");
	refuses(f, "{" CHAIN ", " POOLS "}",
		"store: is missing; expected an object like {\"path\": \"mirror\"}");
	refuses(f, "{" CHAIN ", " STORE "}", "pools: is missing; expected an array of pools");
}

static void a_value_of_another_type_is_refused(void **state)
{
	static const struct change changes[] = {
		{"'id': 1", "'id': '1'",
		 "chain.id: expected a whole number from 1 to " ANY_NUMBER
		 ", got a string; write it without quotes"},
		{"'id': 1", "'id': 1.0",
		 "chain.id: expected a whole number from 1 to " ANY_NUMBER
		 ", got a number with a fraction or an exponent"},
		{"'id': 1", "'id': null",
		 "chain.id: expected a whole number from 1 to " ANY_NUMBER ", got null"},
		{"[{'url': 'http://node:8545'}]", "'http://node:8545'",
		 "chain.rpc: expected an array of endpoints like [{\"url\": \"…\"}], got a "
		 "string; put it in [ ]"},
		{"{'url': 'http://node:8545'}", "'http://node:8545'",
		 "chain.rpc[0]: expected an object like {\"url\": \"…\"}, got a string"},
		{"'http://node:8545'", "true", "chain.rpc[0].url: expected " RPC_URL ", got true"},
		{"'mirror'", "7",
		 "store.path: expected the path of a directory, got a number; write it in "
		 "quotation marks"},
		{STORE, STORE ", 'note': []",
		 "note: expected a string, got an array; write it "
		 "without [ ]"},
		{STORE, STORE ", 'views': {'at_head': 1}",
		 "views.at_head: expected true or false, got a number"},
		{STORE, STORE ", 'views': {'accounts': false}",
		 "views.accounts: expected \"touched\" or \"all\", got false"},
		{STORE, STORE ", 'alerts': {}",
		 "alerts: expected an array of alerts like [{\"webhook\": \"…\"}], got an "
		 "object; put it in [ ]"},
		{"'" ONES "'", "['" ONES "']",
		 "pools[0].contracts.pool: expected " ADDRESS ", got an array; write it without "
		 "[ ]"},
		{"'pool'", "'claims_managers': '" ONES "', 'pool'",
		 "pools[0].contracts.claims_managers: expected an array of addresses, got a "
		 "string; put it in [ ]"},
		{"'pool'", "'claims_managers': [{}], 'pool'",
		 "pools[0].contracts.claims_managers[0]: expected " ADDRESS ", got an object"},
	};

	refuses_all(*state, changes);
}

static void numbers_have_ranges(void **state)
{
	static const struct change changes[] = {
		{"'id': 1", "'id': 0",
		 "chain.id: expected a whole number from 1 to " ANY_NUMBER ", got 0"},
		{"'start_block': 5", "'start_block': -1",
		 "pools[0].start_block: expected a whole number from 0 to " ANY_NUMBER ", got -1"},
		{"'id': 1", "'id': 1, 'poll_interval_ms': 86400001",
		 "chain.poll_interval_ms: expected a whole number from 1 to 86400000, got "
		 "86400001"},
		{"'url'", "'max_in_flight': 65, 'url'",
		 "chain.rpc[0].max_in_flight: expected a whole number from 1 to 64, got 65"},
		{"'url'", "'max_batch': 4294967297, 'url'",
		 "chain.rpc[0].max_batch: expected a whole number from 1 to 1000, got "
		 "4294967297"},
		{"'url'", "'requests_per_s': 1000001, 'url'",
		 "chain.rpc[0].requests_per_s: expected a whole number from 0 to 1000000, got "
		 "1000001"},
		{"'url'", "'requests_per_s': -1, 'url'",
		 "chain.rpc[0].requests_per_s: expected a whole number from 0 to 1000000, got -1"},
		{"'url'", "'max_concurrent': 1001, 'url'",
		 "chain.rpc[0].max_concurrent: expected a whole number from 0 to 1000, got 1001"},
		{"'id': 1", "'id': 9223372036854775808",
		 "line 1, column 36: not valid JSON: too big integer near "
		 "'9223372036854775808'"},
	};
	struct fixture *f = *state;

	refuses_all(f, changes);
	accepts(f, edited(f, "'id': 1", "'id': " ANY_NUMBER ", 'poll_interval_ms': 86400000"));
	assert_true(f->config.chain_id == INT64_MAX);
}

static const char *many_pools(struct fixture *f, int count)
{
	struct buffer pools = buffer_in(f->arena);

	for (int i = 0; i < count; i++)
		buffer_printf(&pools,
			      "%s{'name': 'p%d', 'protocol': 'api3', 'start_block': 1, " CONTRACTS
			      "}",
			      i ? ", " : "", i);
	return edited(f, POOL, buffer_string(&pools));
}

static void lists_have_lengths(void **state)
{
	struct fixture *f = *state;

	refuses(f, edited(f, "{'url': 'http://node:8545'}", ""),
		"chain.rpc: expected an array of endpoints like [{\"url\": \"…\"}], at least 1, "
		"got 0");
	refuses(f, many_pools(f, 0), "pools: expected an array of pools, at least 1, got 0");
	refuses(f, many_pools(f, POOLS_MAX + 1),
		"pools: expected an array of pools, at most 64, got 65");
	accepts(f, many_pools(f, POOLS_MAX));
	assert_int_equal(f->config.pool_count, POOLS_MAX);
	assert_int_equal(f->config.pools[POOLS_MAX - 1].id, POOLS_MAX - 1);
}

static void pools_have_good_names_of_their_own(void **state)
{
	struct fixture *f = *state;
	static const struct change changes[] = {
		{"'name': 'api3'", "'name': 'Api3'",
		 "pools[0].name: expected " NAME ", got \"Api3\""},
		{"'name': 'api3'", "'name': '-a'", "pools[0].name: expected " NAME ", got \"-a\""},
		{"'name': 'api3'", "'name': 'a/b'",
		 "pools[0].name: expected " NAME ", got \"a/b\""},
		{"'name': 'api3'", "'name': 'a\\u0009b'",
		 "pools[0].name: expected " NAME ", got \"a\\u0009b\""},
		{"'name': 'api3'", "'name': ''",
		 "pools[0].name: expected " NAME ", got an empty string"},
		{"'name': 'api3'", "'name': 'abcdefghijklmnopqrstuvwxyz0123456'",
		 "pools[0].name: expected " NAME ", got \"abcdefghijklmnopqrstuvwxyz0123456\""},
		{POOL, POOL ", " POOL,
		 "pools[1].name: expected another name than that of pools[0], got \"api3\" "
		 "again"},
	};

	refuses_all(f, changes);
	accepts(f, edited(f, "'name': 'api3'", "'name': '0-bcdefghijklmnopqrstuvwxyz01234'"));
	accepts(f, edited(f, "'name': 'api3'", "'name': 'a-'"));
}

static void an_unknown_protocol_is_refused_with_the_known_ones(void **state)
{
	struct fixture *f = *state;
	struct buffer known = buffer_in(f->arena);
	static const char *const unknown[] = {"apy3", "API3", "${TEST_SECRET}"};

	assert_int_equal(setenv("TEST_SECRET", "S3CRET", 1), 0);
	for (size_t i = 0; i < protocol_count(); i++)
		buffer_printf(&known, "%s\"%s\"", i ? ", " : "", protocol_at(i)->name);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		refuses(f,
			edited(f, "'protocol': 'api3'",
			       arena_printf(f->arena, "'protocol': '%s'", unknown[i])),
			arena_printf(f->arena,
				     "pools[0].protocol: expected a protocol that is known (%s), "
				     "got \"%s\"",
				     buffer_string(&known), unknown[i]));
}

static void addresses_are_checked(void **state)
{
	struct fixture *f = *state;
	static const struct change changes[] = {
		{ONES, ZEROS,
		 "pools[0].contracts.pool: expected a contract's address, got the zero address"},
		{TWOS, ONES,
		 "pools[0].contracts.token: expected another address than "
		 "pools[0].contracts.pool, got the same; each contract of a pool has one role"},
		{"'pool'", "'claims_managers': ['" THREES "', '" TWOS "'], 'pool'",
		 "pools[0].contracts.claims_managers[1]: expected another address than "
		 "pools[0].contracts.token, got the same; each contract of a pool has one role"},
		{"'pool'", "'claims_managers': ['" THREES "', '" THREES "'], 'pool'",
		 "pools[0].contracts.claims_managers[1]: expected another address than "
		 "pools[0].contracts.claims_managers[0], got the same; each contract of a pool "
		 "has one role"},
		{"'pool'", "'claims_managers': ['" ZEROS "'], 'pool'",
		 "pools[0].contracts.claims_managers[0]: expected a contract's address, got the "
		 "zero address"},
	};
	static const char wrong_sum[] = "0x7cB57B5A97eAbe94205C07890BE4c1aD31E486a8";

	refuses_all(f, changes);
	accepts(f, edited(f, ONES, WEI));
	assert_int_equal(parse(f, edited(f, ONES, wrong_sum)), ERR_USAGE);
	assert_non_null(strstr(f->err.message,
			       "test.json: pools[0].contracts.pool: expected " ADDRESS ", got \""));
	assert_non_null(strstr(f->err.message, wrong_sum));
	assert_non_null(strstr(f->err.message, "checksum"));
	assert_int_equal(parse(f, edited(f, ONES, "0x1111")), ERR_USAGE);
	assert_non_null(strstr(f->err.message,
			       "test.json: pools[0].contracts.pool: expected " ADDRESS
			       ", got \"0x1111\": "));
}

static void urls_have_known_schemes_and_are_never_shown(void **state)
{
	struct fixture *f = *state;
	static const char *const bad[] = {
		"ws://user:s3cret@node",
		"HTTP://s3cret",
		"http://",
		"https:///s3cret",
		"http://s3cret node",
		"file:",
		"s3cret",
		"://s3cret",
		" http://s3cret",
		"http://s3cret\\n/",
		"file//s3cret",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		refuses(f, edited(f, "http://node:8545", bad[i]),
			"chain.rpc[0].url: expected " RPC_URL ", " NOT_SHOWN);
		refuses(f,
			edited(f, STORE,
			       arena_printf(f->arena, STORE ", 'alerts': [{'webhook': '%s'}]",
					    bad[i])),
			"alerts[0].webhook: expected http://HOST… or https://HOST…, " NOT_SHOWN);
	}
	refuses(f, edited(f, STORE, STORE ", 'alerts': [{'slack': 'file:x'}]"),
		"alerts[0].slack: expected http://HOST… or https://HOST…, " NOT_SHOWN);
	refuses(f, edited(f, STORE, STORE ", 'alerts': [{'webhook': 'file:x'}]"),
		"alerts[0].webhook: expected http://HOST… or https://HOST…, " NOT_SHOWN);
	refuses(f, edited(f, "'name': 'api3'", "'name': 'https://user:s3cret@node'"),
		"pools[0].name: expected " NAME ", got a url");
	refuses(f, edited(f, "'url'", "'http://user:s3cret@node'"),
		"unknown key a url in chain.rpc[0]: the known keys are url, timeout_ms, "
		"max_response_bytes, attempts, backoff_ms, first_range, max_range, "
		"max_in_flight, max_batch, requests_per_s, max_concurrent, note");
	accepts(f, edited(f, "http://node:8545", "https://user:pass@[::1]/v3/key?x#y"));
	accepts(f, edited(f, "http://node:8545", "file:/a path/with spaces"));
}

static void variables_are_refused_by_name_and_never_shown(void **state)
{
	struct fixture *f = *state;
	static const struct change changes[] = {
		{"http://node:8545", "${TEST_UNSET}",
		 "chain.rpc[0].url: the environment variable TEST_UNSET is not set; export it, or "
		 "write its value here"},
		{"http://node:8545", "${TEST_SECRET}",
		 "chain.rpc[0].url: expected " RPC_URL ", " NOT_SHOWN},
		{"'name': 'api3'", "'name': 'a${TEST_SECRET}'",
		 "pools[0].name: expected " NAME ", got \"a${TEST_SECRET}\""},
		{ONES, "${TEST_SECRET}",
		 "pools[0].contracts.pool: expected " ADDRESS ", got \"${TEST_SECRET}\""},
		{"'mirror'", "'${TEST_EMPTY}'",
		 "store.path: expected the path of a directory, got an empty string"},
		{STORE, STORE ", 'serve': {'listen': '${TEST_SECRET}'}",
		 "serve.listen: expected HOST:PORT or [IPV6]:PORT like \"127.0.0.1:8480\", got "
		 "\"${TEST_SECRET}\""},
		{"mirror", "${",
		 "store.path: expected ${NAME} with a name of letters, digits and _ for an "
		 "environment variable"},
		{"mirror", "${}",
		 "store.path: expected ${NAME} with a name of letters, digits and _ for an "
		 "environment variable"},
		{"mirror", "${A-B}",
		 "store.path: expected ${NAME} with a name of letters, digits and _ for an "
		 "environment variable"},
		{"mirror", "${1A}",
		 "store.path: expected ${NAME} with a name of letters, digits and _ for an "
		 "environment variable"},
		{"mirror", "${TEST_LONG}${TEST_LONG}",
		 "store.path: expected the path of a directory of at most 65536 bytes, got more"},
	};
	char value[40001];

	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	assert_int_equal(unsetenv("TEST_UNSET"), 0);
	assert_int_equal(setenv("TEST_SECRET", "S3CRET", 1), 0);
	assert_int_equal(setenv("TEST_EMPTY", "", 1), 0);
	assert_int_equal(setenv("TEST_LONG", value, 1), 0);
	refuses_all(f, changes);
}

static void the_names_of_two_pools_stay_hidden_where_variables_gave_them(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(setenv("TEST_SECRET", "api3", 1), 0);
	refuses(f,
		edited(f, POOL,
		       POOL ", {'name': '${TEST_SECRET}', 'protocol': 'api3', 'start_block': "
			    "1, " CONTRACTS "}"),
		"pools[1].name: expected another name than that of pools[0], got "
		"\"${TEST_SECRET}\" again");
}

static void listen_takes_a_host_and_a_port(void **state)
{
	struct fixture *f = *state;
	static const char *const good[] = {"127.0.0.1:1", "localhost:65535", "[::1]:8480",
					   "0.0.0.0:0", "[fe80::1%eth0]:00080"};
	static const char *const bad[] = {"8480",       ":8480",     "localhost",
					  "localhost:", "::1:8480",  "[]:1",
					  "a:65536",    "a:-1",      "a:1x",
					  "a b:1",      "[::1]",     "[a]b:1",
					  "a[::1]:1",   "[[::1]]:1", "a/b:1",
					  "u@a:1",      "a:b:1",     "a:18446744073709551617"};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		accepts(f, edited(f, STORE,
				  arena_printf(f->arena,
					       STORE ", 'serve': {'listen': '%s', 'public': true}",
					       good[i])));
		assert_string_equal(f->config.serve.listen, good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		refuses(f,
			edited(f, STORE,
			       arena_printf(f->arena, STORE ", 'serve': {'listen': '%s'}", bad[i])),
			arena_printf(f->arena,
				     "serve.listen: expected HOST:PORT or [IPV6]:PORT like "
				     "\"127.0.0.1:8480\", got \"%s\"",
				     bad[i]));
}

#define UNGUARDED                                                                                  \
	"serve: others than this machine can reach the \"listen\" there, and there is no "         \
	"\"token\": set one, or \"public\": true if everybody may read, or listen at "             \
	"127.0.0.1:8480"
#define TOKEN                                                                                      \
	"serve.token: expected a secret of at least 16 visible characters, as "                    \
	"\"${SERVE_TOKEN}\", got something else (not shown: it is a secret)"
#define ORIGIN "an origin like \"https://app.example\" in lower case, or \"*\" for every one"

static void who_may_read_is_said(void **state)
{
	static const struct change changes[] = {
		{STORE, STORE ", 'serve': {'listen': '0.0.0.0:1'}", UNGUARDED},
		{STORE, STORE ", 'serve': {'listen': '[::]:1', 'public': false}", UNGUARDED},
		{STORE, STORE ", 'serve': {'listen': '127.0.0.1.example.com:1'}", UNGUARDED},
		{STORE, STORE ", 'serve': {'listen': '127.1:1'}", UNGUARDED},
		{STORE, STORE ", 'serve': {'listen': 'localhost.example.com:1'}", UNGUARDED},
		{STORE, STORE ", 'serve': {'token': 'fifteen-letters'}", TOKEN},
		{STORE, STORE ", 'serve': {'token': 'sixteen letters! and a space'}", TOKEN},
		{STORE, STORE ", 'serve': {'origins': ['https://A.example']}",
		 "serve.origins[0]: expected " ORIGIN ", got a url"},
		{STORE, STORE ", 'serve': {'origins': ['*', 'a.example']}",
		 "serve.origins[1]: expected " ORIGIN ", got \"a.example\""},
		{STORE, STORE ", 'serve': {'origins': ['https://a.example/']}",
		 "serve.origins[0]: expected " ORIGIN ", got a url"},
		{STORE, STORE ", 'serve': {'deadline_ms': 1}",
		 "serve.deadline_ms: expected a whole number from 100 to 3600000, got 1"},
	};
	static const char *const good[] = {"'listen': '127.0.0.1:1'",
					   "'listen': 'localhost:1'",
					   "'listen': '127.255.255.254:1'",
					   "'listen': '[::1]:1'",
					   "'listen': '0.0.0.0:1', 'token': '0123456789abcdef'",
					   "'listen': 'a.example:1', 'public': true"};
	struct fixture *f = *state;

	refuses_all(f, changes);
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		accepts(f,
			edited(f, STORE, arena_printf(f->arena, STORE ", 'serve': {%s}", good[i])));
}

#define KINDS "expected one of \"webhook\", \"alertmanager\", \"slack\" and \"command\", got "
#define KEY_NONE "0x0000000000000000000000000000000000000000000000000000000000000000"
#define NO_KEY                                                                                     \
	"expected a private key of secp256k1 (0x and 64 hexadecimal digits), got something else "  \
	"(not shown: it is a secret)"

static void alerts_and_views_take_their_words_only(void **state)
{
	static const struct change changes[] = {
		{STORE, STORE ", 'alerts': [{'command': 'x'}, {}]", "alerts[1]: " KINDS "none"},
		{STORE, STORE ", 'alerts': [{'command': 'x', 'webhook': 'http://h'}]",
		 "alerts[0]: " KINDS "several; make it several alerts"},
		{STORE, STORE ", 'alerts': [{'command': 'x', 'pools': ['api3', 'nexus']}]",
		 "alerts[0].pools[1]: expected the name of a pool of \"pools\", got another"},
		{STORE, STORE ", 'alerts': [{'command': 'x', 'pools': []}]",
		 "alerts[0].pools: expected an array of pools' names, at least 1, got 0"},
		{STORE, STORE ", 'alerts': [{'slack': 'http://h', 'hmac_secret': 's'}]",
		 "alerts[0]: \"hmac_secret\" stands with a webhook only, not with \"slack\""},
		{STORE, STORE ", 'alerts': [{'command': 'x', 'signing_key': '" KEY_ONE "'}]",
		 "alerts[0]: \"signing_key\" stands with a webhook only, not with \"command\""},
		{STORE, STORE ", 'alerts': [{'webhook': 'http://h', 'labels': {}}]",
		 "alerts[0]: \"labels\" stands with an alertmanager only, not with \"webhook\""},
		{STORE, STORE ", 'alerts': [{'command': 'x', 'headers': {'A': 'b'}}]",
		 "alerts[0]: \"headers\" stands with a webhook, an alertmanager or slack only, not "
		 "with \"command\""},
		{STORE, STORE ", 'alerts': [{'webhook': 'http://h', 'headers': {'A b': 'c'}}]",
		 "alerts[0].headers: expected names of headers other than Content-Type, "
		 "Content-Length, Host and X-Covermirror-…, got \"A b\""},
		{STORE, STORE ", 'alerts': [{'webhook': 'http://h', 'headers': {'host': 'c'}}]",
		 "alerts[0].headers: expected names of headers other than Content-Type, "
		 "Content-Length, Host and X-Covermirror-…, got \"host\""},
		{STORE,
		 STORE ", 'alerts': [{'webhook': 'http://h', 'headers': {'A': 's3cret\\n'}}]",
		 "alerts[0].headers.A: expected a string in visible characters, got others (not "
		 "shown)"},
		{STORE, STORE ", 'alerts': [{'alertmanager': 'http://h', 'labels': {'pool': 'c'}}]",
		 "alerts[0].labels: expected names of labels (letters, digits and _, not beginning "
		 "with a digit) other than alertname, severity, pool, finding and chain_id, got "
		 "\"pool\""},
		{STORE, STORE ", 'alerts': [{'alertmanager': 'http://h', 'labels': {'a-b': 'c'}}]",
		 "alerts[0].labels: expected names of labels (letters, digits and _, not beginning "
		 "with a digit) other than alertname, severity, pool, finding and chain_id, got "
		 "\"a-b\""},
		{STORE, STORE ", 'alerts': [{'webhook': 'http://h', 'signing_key': '0xs3cret'}]",
		 "alerts[0].signing_key: " NO_KEY},
		{STORE,
		 STORE ", 'alerts': [{'webhook': 'http://h', 'signing_key': '" KEY_NONE "'}]",
		 "alerts[0].signing_key: " NO_KEY},
		{STORE, STORE ", 'alerts': [{'command': 'x', 'min_severity': 'warn'}]",
		 "alerts[0].min_severity: expected \"info\", \"warning\" or \"error\", got "
		 "\"warn\""},
		{STORE, STORE ", 'views': {'accounts': 'every'}",
		 "views.accounts: expected \"touched\" or \"all\", got \"every\""},
		{CONTRACTS, CONTRACTS ", 'views': {'accounts': 'none'}",
		 "pools[0].views.accounts: expected \"touched\" or \"all\", got \"none\""},
	};

	refuses_all(*state, changes);
}

/* ---- files ---- */

static void what_is_logged_is_checked(void **state)
{
	struct fixture *f = *state;
	static const struct change changes[] = {
		{STORE, STORE ", 'log': 'json'",
		 "log: expected an object like {\"format\": \"json\"}, got a string"},
		{STORE, STORE ", 'log': {'format': 'jsonl'}",
		 "log.format: expected \"text\" or \"json\", got \"jsonl\""},
		{STORE, STORE ", 'log': {'format': true}",
		 "log.format: expected \"text\" or \"json\", got true"},
		{STORE, STORE ", 'log': {'level': 'warning'}",
		 "log.level: expected \"debug\", \"info\", \"warn\" or \"error\", got "
		 "\"warning\""},
		{STORE, STORE ", 'log': {'lvel': 'info'}",
		 "unknown key \"lvel\" in log: did you mean \"level\"?"},
		{STORE, STORE ", 'logs': {}",
		 "unknown key \"logs\" in the top object: did you mean \"log\"?"},
	};

	refuses_all(f, changes);
}

static void proof_and_checkpoint_are_checked(void **state)
{
	struct fixture *f = *state;
	static const struct change changes[] = {
		{STORE, STORE ", 'proof': 'headers'",
		 "proof: expected an object like {\"level\": \"receipts\"}, got a string"},
		{STORE, STORE ", 'proof': {'level': 'transactions'}",
		 "proof.level: expected \"off\", \"receipts\" or \"headers\", got "
		 "\"transactions\""},
		{STORE, STORE ", 'proof': {'level': false}",
		 "proof.level: expected \"off\", \"receipts\" or \"headers\", got false"},
		{STORE, STORE ", 'proof': {'levle': 'off'}",
		 "unknown key \"levle\" in proof: did you mean \"level\"?"},
		{STORE, STORE ", 'prof': {}",
		 "unknown key \"prof\" in the top object: did you mean \"proof\"?"},
		{STORE, STORE ", 'proof': {'walk_headers_below': 1000000001}",
		 "proof.walk_headers_below: expected a whole number from 0 to 1000000000, got "
		 "1000000001"},
		{STORE, STORE ", 'proof': {'quarantine_s': 0}",
		 "proof.quarantine_s: expected a whole number from 1 to 86400, got 0"},
		{STORE, STORE ", 'proof': {'quarantine_s': 86401}",
		 "proof.quarantine_s: expected a whole number from 1 to 86400, got 86401"},
		{STORE, STORE ", 'views': {'mode': 'prove'}",
		 "views.mode: expected \"call\" or \"proof\", got \"prove\""},
		{"'start_block'", "'views': {'mode': true}, 'start_block'",
		 "pools[0].views.mode: expected \"call\" or \"proof\", got true"},
		{STORE, STORE ", 'checkpoint': []",
		 "checkpoint: expected an object like {\"number\": 15537394, \"hash\": \"0x…\"}, "
		 "got an array"},
		{STORE, STORE ", 'checkpoint': {}",
		 "checkpoint.number: is missing; expected a whole number from 0 to " ANY_NUMBER},
		{STORE, STORE ", 'checkpoint': {'number': 7}",
		 "checkpoint.hash: is missing; expected " HASH},
		{STORE, STORE ", 'checkpoint': {'number': -1, 'hash': '" HASH_A "'}",
		 "checkpoint.number: expected a whole number from 0 to " ANY_NUMBER ", got -1"},
		{STORE, STORE ", 'checkpoint': {'block': 7}",
		 "unknown key \"block\" in checkpoint: the known keys are number, hash, note"},
		{STORE, STORE ", 'checkpoint': {'number': 7, 'hash': 7}",
		 "checkpoint.hash: expected " HASH ", got a number; write it in quotation marks"},
		{STORE,
		 STORE ", 'checkpoint': {'number': 7, 'hash': "
		       "'0x0000000000000000000000000000000000000000000000000000000000000000'}",
		 "checkpoint.hash: expected a block's hash, got the zero hash"},
		{STORE, STORE ", 'checkpoint': {'number': 7, 'hash': '${TEST_SECRET}'}",
		 "checkpoint.hash: expected " HASH ", got \"${TEST_SECRET}\""},
	};

	assert_int_equal(setenv("TEST_SECRET", "S3CRET", 1), 0);
	refuses_all(f, changes);
	assert_int_equal(
		parse(f, edited(f, STORE, STORE ", 'checkpoint': {'number': 7, 'hash': '0x12'}")),
		ERR_USAGE);
	assert_non_null(strstr(f->err.message,
			       "test.json: checkpoint.hash: expected " HASH ", got \"0x12\": "));
}

static void a_missing_file_is_refused_by_name(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(config_load(&f->config, f->arena, "no/such.json", &f->err), ERR_USAGE);
	assert_string_equal(f->err.message,
			    "no/such.json: expected a configuration, there is no such file; name "
			    "one with -c FILE");
	assert_int_equal(config_load(&f->config, f->arena, "configs", &f->err), ERR_USAGE);
	assert_string_equal(f->err.message, "configs: expected a configuration, cannot read it: Is "
					    "a directory; name one with -c FILE");
}

/* A file of `size` bytes: the least configuration, and spaces. */
static const char *write_file(struct fixture *f, size_t size)
{
	const char *json = quoted(f, LEAST);
	char *path = arena_string(f->arena, "/tmp/test_config.XXXXXX");
	int fd = mkstemp(path);
	FILE *file = fdopen(fd, "w");

	assert_non_null(file);
	assert_true(fprintf(file, "%-*s", (int)size, json) == (int)size);
	assert_int_equal(fclose(file), 0);
	return path;
}

static void a_file_of_more_than_4_mib_is_refused(void **state)
{
	struct fixture *f = *state;
	const char *fits = write_file(f, 4 << 20);
	const char *large = write_file(f, (4 << 20) + 1);
	enum status st = config_load(&f->config, f->arena, fits, &f->err);

	(void)unlink(fits);
	succeeds(f, st);
	assert_string_equal(f->config.path, fits);
	st = config_load(&f->config, f->arena, large, &f->err);
	(void)unlink(large);
	assert_int_equal(st, ERR_USAGE);
	assert_string_equal(f->err.message,
			    arena_printf(f->arena,
					 "%s: expected a configuration of at most 4 MiB, "
					 "got more",
					 large));
}

static void the_configurations_that_we_ship_load(void **state)
{
	struct fixture *f = *state;
	DIR *folder = opendir("configs");
	size_t loaded = 0;

	assert_non_null(folder);
	assert_int_equal(setenv("ETH_RPC_URL", "https://node.example/key", 1), 0);
	for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
		const char *dot = strrchr(entry->d_name, '.');
		enum status st;

		if (!dot || strcmp(dot, ".json") != 0 || strcmp(entry->d_name, "schema.json") == 0)
			continue;
		st = config_load(&f->config, f->arena,
				 arena_printf(f->arena, "configs/%s", entry->d_name), &f->err);
		succeeds(f, st);
		loaded++;
	}
	(void)closedir(folder);
	assert_true(loaded >= 2);
}

static const char recorded_pool[] =
	"api3 api3 start_block=1 pool=0xe7f1725e7734ce288f8367e1bb143e90bb3f0512 "
	"token=0x5fbdb2315678afecb367f032d93f642f64180aa3 "
	"claims_managers=0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc,"
	"0x976ea74026e726554db657fa54763abd0c3a0aa9 "
	"timelock_manager=0x700b6a60ce7eaaea56f065753d8dcb9653dbad35\n";

static void the_recorded_chain_is_followed_in_full(void **state)
{
	struct fixture *f = *state;
	enum status st =
		config_load(&f->config, f->arena, "tests/configs/api3-seed1.json", &f->err);

	succeeds(f, st);
	assert_int_equal(f->config.chain_id, 31337);
	assert_string_equal(f->config.endpoints[0].url,
			    "file:tests/chains/api3-seed1.chain.jsonl.gz");
	assert_int_equal(f->config.pool_views[0].every_blocks, 1);
	assert_true(f->config.pool_views[0].all_accounts);
	assert_string_equal(f->config.pool_set, recorded_pool);
}

/* What it begins with is that chain; the pools behind it are asked less often. */
static void the_demo_has_the_recorded_chain_and_every_protocol(void **state)
{
	struct fixture *f = *state;
	enum status st = config_load(&f->config, f->arena, "configs/demo.json", &f->err);

	succeeds(f, st);
	assert_string_equal(f->config.endpoints[0].url, "file:tests/chains/demo.chain.jsonl.gz");
	assert_int_equal(f->config.pool_count, 4);
	assert_int_equal(f->config.pool_views[0].every_blocks, 1);
	assert_true(f->config.pool_views[0].all_accounts);
	assert_memory_equal(f->config.pool_set, recorded_pool, strlen(recorded_pool));
	assert_non_null(strstr(f->config.pool_set, "\nfeeds api3 "));
	assert_non_null(strstr(f->config.pool_set, "\nbook bridge-mutual-v2 "));
	assert_non_null(strstr(f->config.pool_set, "\nvault insuredao "));
	for (size_t i = 1; i < f->config.pool_count; i++) {
		assert_int_equal(f->config.pool_views[i].every_blocks, i == 1 ? 1 : 25);
		assert_false(f->config.pool_views[i].all_accounts);
	}
}

/* The role's key in the schema's object of a protocol's contracts: there, and required or not. */
static void check_role(json_t *contracts, const struct contract_role *role)
{
	json_t *required = json_object_get(contracts, "required");
	bool is_required = false;
	json_t *key;
	size_t i;

	json_array_foreach (required, i, key)
		is_required |= strcmp(json_string_value(key), role->name) == 0;
	assert_non_null(json_object_get(json_object_get(contracts, "properties"), role->name));
	assert_int_equal(is_required, !role->is_optional);
}

static void the_schema_knows_every_protocol(void **state)
{
	struct fixture *f = *state;
	json_t *schema = json_load_file("configs/schema.json", JSON_REJECT_DUPLICATES, NULL);
	json_t *definitions = json_object_get(schema, "$defs");

	for (size_t i = 0; i < protocol_count(); i++) {
		const struct protocol *protocol = protocol_at(i);
		const char *name = arena_printf(f->arena, "contracts_%s", protocol->name);
		json_t *contracts = json_object_get(definitions, name);

		if (!contracts)
			fail_msg("configs/schema.json has no $defs.%s", name);
		assert_int_equal(json_object_size(json_object_get(contracts, "properties")),
				 protocol->role_count + 1); /* and "note" */
		for (size_t k = 0; k < protocol->role_count; k++)
			check_role(contracts, &protocol->roles[k]);
	}
	json_decref(schema);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(the_least_configuration_gets_the_defaults),
		TEST(every_key_arrives_where_it_belongs),
		TEST(a_pool_takes_its_views_over_the_common_ones_wherever_they_stand),
		TEST(the_quorum_is_more_than_half_unless_it_is_told),
		TEST(proof_levels_have_names),
		TEST(a_checkpoint_may_come_from_the_environment),
		TEST(the_pool_set_is_canonical),
		TEST(an_empty_list_of_an_optional_role_is_no_role),
		TEST(block_0_is_followed_from_block_1),
		TEST(variables_of_the_environment_are_put_in),
		TEST(invalid_json_is_refused_with_line_and_column),
		TEST(strings_near_invalid_json_are_not_shown),
		TEST(a_key_that_stands_twice_is_refused),
		TEST(an_unknown_key_is_named_with_the_nearest_known_one),
		TEST(a_missing_key_is_named),
		TEST(a_value_of_another_type_is_refused),
		TEST(numbers_have_ranges),
		TEST(lists_have_lengths),
		TEST(pools_have_good_names_of_their_own),
		TEST(an_unknown_protocol_is_refused_with_the_known_ones),
		TEST(addresses_are_checked),
		TEST(urls_have_known_schemes_and_are_never_shown),
		TEST(variables_are_refused_by_name_and_never_shown),
		TEST(the_names_of_two_pools_stay_hidden_where_variables_gave_them),
		TEST(listen_takes_a_host_and_a_port),
		TEST(who_may_read_is_said),
		TEST(alerts_and_views_take_their_words_only),
		TEST(what_is_logged_is_checked),
		TEST(proof_and_checkpoint_are_checked),
		TEST(a_missing_file_is_refused_by_name),
		TEST(a_file_of_more_than_4_mib_is_refused),
		TEST(the_configurations_that_we_ship_load),
		TEST(the_recorded_chain_is_followed_in_full),
		TEST(the_demo_has_the_recorded_chain_and_every_protocol),
		TEST(the_schema_knows_every_protocol),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
