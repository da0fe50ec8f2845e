/*
 * The recorded chain of the real contracts into a mirror: straight, in steps, back and forth.
 */
#include <inttypes.h>
#include <unistd.h>
#include <zlib.h>

#include "tests/support/demo_chain.h"

static const struct demo_options plain = {0};

static void assert_denied(enum status st, enum status wanted, const struct error *err,
			  const char *words)
{
	if (st != wanted || !strstr(err->message, words))
		fail_msg("%s: %s (expected %s: %s)", status_name(st), st == OK ? "" : err->message,
			 status_name(wanted), words);
}

/* The digest of a straight run, made once. */
static struct hash straight_digest(void)
{
	static struct hash digest;
	static bool is_known;
	struct demo demo;

	if (!is_known) {
		demo_open(&demo, &plain);
		assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
		assert_int_equal(demo_cursor(&demo).ref.number, DEMO_LAST_BLOCK);
		digest = demo_cursor(&demo).digest;
		demo_close(&demo);
		is_known = true;
	}
	return digest;
}

static void assert_straight(struct demo *demo)
{
	struct block_record cursor = demo_cursor(demo);

	assert_int_equal(cursor.ref.number, DEMO_LAST_BLOCK);
	assert_true(hash_equal(cursor.digest, straight_digest()));
	assert_int_equal(demo_failed_checks(demo), 0);
}

static void assert_sound(struct demo *demo)
{
	struct store *store;
	struct store_txn *txn;

	assert_ok(store_open(&store, demo->folder, STORE_READ, NULL, &demo->err), demo->err);
	assert_ok(store_begin(&txn, store, STORE_READ, &demo->err), demo->err);
	assert_ok(store_check(txn, &demo->err), demo->err);
	store_abort(txn);
	store_close(store);
}

static void a_straight_run_ends_at_the_last_block_without_findings(void **state)
{
	struct demo demo;

	(void)state;
	demo_open(&demo, &plain);
	assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
	assert_straight(&demo);
	assert_sound(&demo);
	demo_close(&demo);
}

static void a_run_in_steps_ends_in_the_same_digest(void **state)
{
	static const uint64_t steps[] = {1, 2, 3, 4, 5, 100, 101, 250, 308, 309};
	struct demo demo;

	(void)state;
	demo_open(&demo, &plain);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		assert_ok(demo_sync(&demo, steps[i]), demo.err);
		assert_int_equal(demo_cursor(&demo).ref.number, steps[i]);
	}
	assert_straight(&demo);
	demo_close(&demo);
}

static void steps_of_one_mirror_end_in_the_same_digest(void **state)
{
	struct mirror_options options = {0};
	struct mirror *mirror;
	struct demo demo;

	(void)state;
	demo_open(&demo, &plain);
	assert_ok(mirror_open(&mirror, &demo.config, &options, &demo.logger, &demo.err), demo.err);
	for (uint64_t to = 1; to < DEMO_LAST_BLOCK; to += 44)
		assert_ok(mirror_sync(mirror, to, &demo.err), demo.err);
	assert_ok(mirror_sync(mirror, UINT64_MAX, &demo.err), demo.err);
	mirror_close(mirror);
	assert_straight(&demo);
	demo_close(&demo);
}

static void a_run_after_a_rewind_ends_in_the_same_digest(void **state)
{
	/* In one mirror and the next: before the start, around the creation, in the middle. */
	static const uint64_t rewinds[] = {308, 200, 17, 4, 3, 2, 1, 0};
	struct demo demo;

	(void)state;
	demo_open(&demo, &plain);
	assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
	for (size_t i = 0; i < sizeof(rewinds) / sizeof(rewinds[0]); i++) {
		demo_rewind(&demo, rewinds[i]);
		assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
		assert_straight(&demo);
	}
	assert_sound(&demo);
	demo_close(&demo);
}

static void comparing_views_leaves_the_digest_as_it_is(void **state)
{
	static const struct demo_options options = {.views_every = 1, .views_of_all = true};
	struct demo demo;

	(void)state;
	demo_open(&demo, &options);
	assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
	assert_straight(&demo);
	demo_close(&demo);
}

static void a_block_below_the_cursor_is_nothing_to_do(void **state)
{
	struct demo demo;

	(void)state;
	demo_open(&demo, &plain);
	assert_ok(demo_sync(&demo, 100), demo.err);
	assert_ok(demo_sync(&demo, 50), demo.err);
	assert_int_equal(demo_cursor(&demo).ref.number, 100);
	demo_close(&demo);
}

static void a_block_above_the_head_is_refused(void **state)
{
	struct demo demo;

	(void)state;
	demo_open(&demo, &plain);
	assert_denied(demo_sync(&demo, 310), ERR_USAGE, &demo.err, "block 310 is above the head");
	assert_non_null(strstr(demo.err.message, "309"));
	demo_close(&demo);
}

/* ---- refusals ---- */

static void a_node_of_another_chain_is_refused_before_a_store_is_made(void **state)
{
	static const struct demo_options options = {.chain_id = 1};
	struct store *store;
	struct demo demo;

	(void)state;
	demo_open(&demo, &options);
	assert_denied(demo_sync(&demo, UINT64_MAX), ERR_DENIED, &demo.err, "is on chain 31337");
	assert_non_null(strstr(demo.err.message, "chain.id 1"));
	assert_int_equal(store_open(&store, demo.folder, STORE_READ, NULL, &demo.err),
			 ERR_NOTFOUND);
	demo_close(&demo);
}

static void a_start_above_the_creation_is_refused_with_the_block(void **state)
{
	static const uint64_t starts[] = {4, 5, 17, 308, 309};
	struct demo demo;

	(void)state;
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		struct demo_options options = {.start_block = starts[i]};

		demo_open(&demo, &options);
		assert_denied(demo_sync(&demo, UINT64_MAX), ERR_USAGE, &demo.err,
			      "it was created in block 3,");
		assert_non_null(strstr(demo.err.message, "Set start_block to 3 or lower"));
		demo_close(&demo);
	}
}

static void an_address_without_code_is_refused(void **state)
{
	static const struct demo_options options = {
		.pool = "0x1234567890123456789012345678901234567890"};
	struct demo demo;

	(void)state;
	demo_open(&demo, &options);
	assert_denied(demo_sync(&demo, UINT64_MAX), ERR_NOTFOUND, &demo.err,
		      "no contract code at 0x1234567890123456789012345678901234567890");
	assert_non_null(strstr(demo.err.message, "contracts.pool"));
	demo_close(&demo);
}

static void a_second_writer_is_refused(void **state)
{
	struct mirror_options options = {0};
	struct mirror *mirror;
	struct mirror *second;
	struct demo demo;
	char pid[32];

	(void)state;
	demo_open(&demo, &plain);
	assert_ok(mirror_open(&mirror, &demo.config, &options, &demo.logger, &demo.err), demo.err);
	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	assert_denied(mirror_open(&second, &demo.config, &options, &demo.logger, &demo.err),
		      ERR_DENIED, &demo.err, pid);
	assert_null(second);
	mirror_close(mirror);
	assert_ok(mirror_open(&mirror, &demo.config, &options, &demo.logger, &demo.err), demo.err);
	mirror_close(mirror);
	demo_close(&demo);
}

static void the_mirror_of_other_pools_is_refused(void **state)
{
	static const struct demo_options renamed = {.pool_name = "other"};
	struct demo demo;
	struct demo other;

	(void)state;
	demo_open(&demo, &plain);
	demo_open(&other, &renamed);
	assert_ok(demo_sync(&demo, 5), demo.err);
	other.config.store_path = demo.config.store_path;
	assert_int_equal(demo_sync(&other, 5), ERR_DENIED);
	demo_close(&other);
	demo_close(&demo);
}

static void a_chain_that_is_not_there_is_refused(void **state)
{
	static const struct demo_options options = {.url = "file:/nowhere/chain.jsonl.gz"};
	struct demo demo;

	(void)state;
	demo_open(&demo, &options);
	assert_int_equal(demo_sync(&demo, UINT64_MAX), ERR_SYSTEM);
	demo_close(&demo);
}

/* ---- what is told ---- */

struct told {
	size_t count;
	struct mirror_progress last;
};

static void on_progress(void *context, const struct mirror_progress *progress)
{
	struct told *told = context;

	told->count++;
	told->last = *progress;
}

static void progress_ends_with_the_last_block(void **state)
{
	struct told told = {0};
	struct mirror_options options = {.on_progress = on_progress, .context = &told};
	struct mirror *mirror;
	struct demo demo;

	(void)state;
	demo_open(&demo, &plain);
	assert_ok(mirror_open(&mirror, &demo.config, &options, &demo.logger, &demo.err), demo.err);
	assert_true(mirror_is_recorded(mirror));
	assert_non_null(strstr(mirror_source_label(mirror), "api3-seed1"));
	assert_ok(mirror_sync(mirror, 200, &demo.err), demo.err);
	assert_true(told.last.is_last);
	assert_int_equal(told.last.from, 1);
	assert_int_equal(told.last.to, 200);
	assert_int_equal(told.last.block, 200);
	assert_true(told.last.events > 100);
	assert_ok(mirror_sync(mirror, 309, &demo.err), demo.err);
	assert_int_equal(told.last.from, 201);
	assert_int_equal(told.last.block, 309);
	mirror_close(mirror);
	demo_close(&demo);
}

static void a_stopped_mirror_does_no_more_and_can_be_taken_up_again(void **state)
{
	struct mirror_options options = {0};
	struct mirror *mirror;
	struct demo demo;
	enum status st;

	(void)state;
	demo_open(&demo, &plain);
	assert_ok(demo_sync(&demo, 100), demo.err);
	assert_ok(mirror_open(&mirror, &demo.config, &options, &demo.logger, &demo.err), demo.err);
	assert_false(mirror_is_stopping(mirror));
	mirror_stop(mirror);
	assert_true(mirror_is_stopping(mirror));
	st = mirror_sync(mirror, UINT64_MAX, &demo.err);
	assert_ok(st, demo.err);
	assert_ok(mirror_follow(mirror, &demo.err), demo.err);
	mirror_close(mirror);
	assert_int_equal(demo_cursor(&demo).ref.number, 100);
	assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
	assert_straight(&demo);
	demo_close(&demo);
}

static void what_the_node_said_of_its_head_is_kept(void **state)
{
	struct chain_seen seen;
	struct store *store;
	struct store_txn *txn;
	struct state *rows;
	struct demo demo;

	(void)state;
	demo_open(&demo, &plain);
	assert_ok(demo_sync(&demo, 100), demo.err);
	assert_ok(store_open(&store, demo.folder, STORE_READ, NULL, &demo.err), demo.err);
	assert_ok(store_begin(&txn, store, STORE_READ, &demo.err), demo.err);
	rows = state_open(txn, 100);
	seen = chain_seen_read(rows);
	assert_int_equal(seen.head.number, DEMO_LAST_BLOCK);
	assert_false(hash_is_zero(seen.head.hash));
	assert_true(seen.head.timestamp > 1600000000);
	state_close(rows);
	store_abort(txn);
	store_close(store);
	demo_close(&demo);
}

/* ---- a chain that changes its mind ---- */

enum { HASH_TEXT = 66 };

/* The number of a block's line, 0 of any other line; `hash` points to its hash in the line. */
static uint64_t block_of_line(char *line, char **hash)
{
	char *number;
	uint64_t value = 0;

	if (strncmp(line, "{\"type\":\"block\"", 15) != 0)
		return 0;
	*hash = strstr(line, "\"hash\":\"0x");
	number = strstr(line, "\"number\":\"0x");
	assert_non_null(*hash);
	assert_non_null(number);
	*hash += strlen("\"hash\":\"");
	number += strlen("\"number\":\"");
	assert_int_equal(hex_parse_quantity(&value, number, strcspn(number, "\""), NULL), OK);
	return value;
}

/* Another hash in all places of the line where this one stands. */
static void replace_hash(char *line, const char *hash)
{
	char old[HASH_TEXT + 1];
	char *at = line;

	memcpy(old, hash, HASH_TEXT);
	old[HASH_TEXT] = '\0';
	while ((at = strstr(at, old))) {
		at[HASH_TEXT - 1] = at[HASH_TEXT - 1] == '0' ? '1' : '0';
		at += HASH_TEXT;
	}
}

/* The recorded chain with other blocks above `fork`: the same logs under other hashes. */
static void write_fork(const char *path, uint64_t fork)
{
	enum { LINE_MAX_BYTES = 8 * 1024 * 1024 };
	gzFile in = gzopen(DEMO_CHAIN, "rb");
	gzFile out = gzopen(path, "wb1");
	char *line = malloc(LINE_MAX_BYTES);
	char parent[HASH_TEXT + 1] = "";

	assert_non_null(in);
	assert_non_null(out);
	assert_non_null(line);
	while (gzgets(in, line, LINE_MAX_BYTES)) {
		char own[HASH_TEXT + 1] = "";
		char *hash = NULL;
		uint64_t number = block_of_line(line, &hash);

		if (number) {
			memcpy(own, hash, HASH_TEXT);
			own[HASH_TEXT] = '\0';
		}
		if (number > fork)
			replace_hash(line, own);
		if (number > fork + 1)
			replace_hash(line, parent);
		if (number)
			memcpy(parent, own, sizeof(parent));
		assert_true(gzputs(out, line) >= 0);
	}
	free(line);
	(void)gzclose(in);
	assert_int_equal(gzclose(out), Z_OK);
}

static void a_fork_is_followed_to_the_same_digest(uint64_t fork, uint64_t cursor)
{
	char folder[SCRATCH_PATH_SIZE];
	char path[SCRATCH_PATH_SIZE + 32];
	char url[SCRATCH_PATH_SIZE + 64];
	struct demo_options options = {.url = url, .is_believed = true};
	struct demo ours;
	struct demo theirs;
	struct demo_options again = {0};
	struct hash digest;

	scratch_make(folder);
	(void)snprintf(path, sizeof(path), "%s/fork.jsonl.gz", folder);
	(void)snprintf(url, sizeof(url), "file:%s", path);
	write_fork(path, fork);
	demo_open(&theirs, &options);
	assert_ok(demo_sync(&theirs, UINT64_MAX), theirs.err);
	digest = demo_cursor(&theirs).digest;
	assert_false(hash_equal(digest, straight_digest()));

	demo_open(&ours, &again);
	assert_ok(demo_sync(&ours, cursor), ours.err);
	theirs.config.store_path = ours.config.store_path;
	assert_ok(demo_sync(&theirs, UINT64_MAX), theirs.err);
	assert_int_equal(demo_cursor(&ours).ref.number, DEMO_LAST_BLOCK);
	assert_int_equal(demo_failed_checks(&ours), 0);
	assert_true(hash_equal(demo_cursor(&ours).digest, digest));
	demo_close(&ours);
	demo_close(&theirs);
	scratch_remove(folder);
}

static void a_fork_whose_hashes_are_made_up_is_refused(void **state)
{
	char folder[SCRATCH_PATH_SIZE];
	char path[SCRATCH_PATH_SIZE + 32];
	char url[SCRATCH_PATH_SIZE + 64];
	struct demo_options options = {.url = url};
	struct block_record before;
	struct demo ours;
	struct demo theirs;

	(void)state;
	scratch_make(folder);
	(void)snprintf(path, sizeof(path), "%s/fork.jsonl.gz", folder);
	(void)snprintf(url, sizeof(url), "file:%s", path);
	write_fork(path, 300);
	demo_open(&theirs, &options);
	assert_denied(demo_sync(&theirs, UINT64_MAX), ERR_BAD_DATA, &theirs.err, "block 301");
	assert_int_equal(demo_cursor(&theirs).ref.number, 300);
	demo_open(&ours, &plain);
	assert_ok(demo_sync(&ours, 300), ours.err);
	before = demo_cursor(&ours);
	assert_true(hash_equal(demo_cursor(&theirs).digest, before.digest));
	theirs.config.store_path = ours.config.store_path;
	assert_denied(demo_sync(&theirs, UINT64_MAX), ERR_BAD_DATA, &theirs.err, "block 301");
	assert_int_equal(demo_cursor(&ours).ref.number, 300);
	assert_ok(demo_sync(&ours, UINT64_MAX), ours.err);
	assert_int_equal(demo_cursor(&ours).ref.number, DEMO_LAST_BLOCK);
	assert_true(hash_equal(demo_cursor(&ours).digest, straight_digest()));
	demo_close(&ours);
	demo_close(&theirs);
	scratch_remove(folder);
}

/* ---- every block in the store says how far it was proved ---- */

static void the_levels_of_all_blocks_are_kept(void **state)
{
	static const struct demo_options believed = {.is_believed = true};
	static const struct demo_options headers = {
		.more = "\"proof\": {\"level\": \"headers\"}, "};
	static const struct demo_options *const options[] = {&plain, &believed, &headers};

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		size_t counts[PROOF_TRANSACTIONS + 1] = {0};
		struct block_record record;
		struct store *store;
		struct store_txn *txn;
		struct demo demo;

		demo_open(&demo, options[i]);
		assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
		assert_straight(&demo);
		assert_ok(store_open(&store, demo.folder, STORE_READ, NULL, &demo.err), demo.err);
		assert_ok(store_begin(&txn, store, STORE_READ, &demo.err), demo.err);
		for (uint64_t number = 1; number <= DEMO_LAST_BLOCK; number++) {
			assert_ok(store_block(&record, txn, number, &demo.err), demo.err);
			assert_true(record.proof_level <= PROOF_TRANSACTIONS);
			counts[record.proof_level]++;
		}
		store_abort(txn);
		store_close(store);
		if (options[i]->is_believed) {
			assert_int_equal(counts[PROOF_NONE], DEMO_LAST_BLOCK);
		} else { /* transactions only where a payout's sender is wanted */
			assert_int_equal(counts[PROOF_NONE], 0);
			assert_int_equal(counts[PROOF_HEADER], 0);
			assert_true(counts[PROOF_TRANSACTIONS] > 10);
			assert_true(counts[PROOF_RECEIPTS] > counts[PROOF_TRANSACTIONS]);
		}
		demo_close(&demo);
	}
}

/* ---- the trust anchor ---- */

#define ITS_HASH "0xd9bbc470f28d54c6b02578ff7f7f9d989b8fbf8dc142aa2663beba2c904878f8"
#define NO_HASH "0xd9bbc470f28d54c6b02578ff7f7f9d989b8fbf8dc142aa2663beba2c904878f9"
#define CHECKPOINT(number, hash)                                                                   \
	"\"checkpoint\": {\"number\": " number ", \"hash\": \"" hash "\"}, "

static void a_chain_that_contains_the_checkpoint_is_taken(void **state)
{
	static const struct demo_options options = {.more = CHECKPOINT("309", ITS_HASH)};
	struct demo demo;

	(void)state;
	demo_open(&demo, &options);
	assert_ok(demo_sync(&demo, 100), demo.err);
	assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
	assert_straight(&demo);
	demo_close(&demo);
}

static void a_chain_without_the_checkpoint_is_refused_before_any_block(void **state)
{
	static const struct demo_options options = {.more = CHECKPOINT("309", NO_HASH)};
	struct store *store;
	struct store_txn *txn;
	struct block_record record;
	struct demo demo;

	(void)state;
	demo_open(&demo, &options);
	assert_denied(demo_sync(&demo, 100), ERR_DENIED, &demo.err, "checkpoint");
	assert_non_null(strstr(demo.err.message, "block 309 is " ITS_HASH));
	assert_non_null(strstr(demo.err.message, NO_HASH));
	assert_ok(store_open(&store, demo.folder, STORE_READ, NULL, &demo.err), demo.err);
	assert_ok(store_begin(&txn, store, STORE_READ, &demo.err), demo.err);
	assert_int_equal(store_cursor(&record, txn, &demo.err), ERR_NOTFOUND);
	store_abort(txn);
	store_close(store);
	demo_close(&demo);
}

static void a_checkpoint_above_the_head_is_waited_for(void **state)
{
	static const struct demo_options options = {.more = CHECKPOINT("310", ITS_HASH)};
	struct demo demo;

	(void)state;
	demo_open(&demo, &options);
	assert_denied(demo_sync(&demo, UINT64_MAX), ERR_AGAIN, &demo.err, "block 310");
	assert_non_null(strstr(demo.err.message, "309"));
	demo_close(&demo);
}

static void a_filled_mirror_of_another_chain_than_the_checkpoints_is_refused(void **state)
{
	static const struct demo_options options = {.more = CHECKPOINT("309", NO_HASH)};
	struct demo demo;
	struct demo later;

	(void)state;
	demo_open(&demo, &plain);
	assert_ok(demo_sync(&demo, UINT64_MAX), demo.err);
	demo_open(&later, &options);
	later.config.store_path = demo.config.store_path;
	assert_denied(demo_sync(&later, UINT64_MAX), ERR_DENIED, &later.err, "checkpoint");
	assert_straight(&demo);
	demo_close(&later);
	demo_close(&demo);
}

static void a_fork_of_the_last_blocks_is_followed(void **state)
{
	(void)state;
	a_fork_is_followed_to_the_same_digest(300, 305);
	a_fork_is_followed_to_the_same_digest(304, 305);
}

static void a_fork_below_the_creation_is_followed(void **state)
{
	(void)state;
	a_fork_is_followed_to_the_same_digest(2, 50);
	a_fork_is_followed_to_the_same_digest(1, 3);
}

static void a_chain_without_any_of_our_blocks_is_refused(void **state)
{
	char folder[SCRATCH_PATH_SIZE];
	char path[SCRATCH_PATH_SIZE + 32];
	char url[SCRATCH_PATH_SIZE + 64];
	struct demo_options options = {.url = url};
	struct demo ours;
	struct demo theirs;
	struct hash before;

	(void)state;
	scratch_make(folder);
	(void)snprintf(path, sizeof(path), "%s/fork.jsonl.gz", folder);
	(void)snprintf(url, sizeof(url), "file:%s", path);
	write_fork(path, 0);
	demo_open(&theirs, &options);
	demo_open(&ours, &plain);
	assert_ok(demo_sync(&ours, 50), ours.err);
	before = demo_cursor(&ours).digest;
	theirs.config.store_path = ours.config.store_path;
	assert_denied(demo_sync(&theirs, UINT64_MAX), ERR_DENIED, &theirs.err,
		      "has none of this mirror's blocks");
	assert_true(hash_equal(demo_cursor(&ours).digest, before));
	demo_close(&ours);
	demo_close(&theirs);
	scratch_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_straight_run_ends_at_the_last_block_without_findings),
		cmocka_unit_test(a_run_in_steps_ends_in_the_same_digest),
		cmocka_unit_test(steps_of_one_mirror_end_in_the_same_digest),
		cmocka_unit_test(a_run_after_a_rewind_ends_in_the_same_digest),
		cmocka_unit_test(comparing_views_leaves_the_digest_as_it_is),
		cmocka_unit_test(a_block_below_the_cursor_is_nothing_to_do),
		cmocka_unit_test(a_block_above_the_head_is_refused),
		cmocka_unit_test(a_node_of_another_chain_is_refused_before_a_store_is_made),
		cmocka_unit_test(a_start_above_the_creation_is_refused_with_the_block),
		cmocka_unit_test(an_address_without_code_is_refused),
		cmocka_unit_test(a_second_writer_is_refused),
		cmocka_unit_test(the_mirror_of_other_pools_is_refused),
		cmocka_unit_test(a_chain_that_is_not_there_is_refused),
		cmocka_unit_test(progress_ends_with_the_last_block),
		cmocka_unit_test(a_stopped_mirror_does_no_more_and_can_be_taken_up_again),
		cmocka_unit_test(what_the_node_said_of_its_head_is_kept),
		cmocka_unit_test(a_fork_of_the_last_blocks_is_followed),
		cmocka_unit_test(a_fork_below_the_creation_is_followed),
		cmocka_unit_test(a_chain_without_any_of_our_blocks_is_refused),
		cmocka_unit_test(a_fork_whose_hashes_are_made_up_is_refused),
		cmocka_unit_test(the_levels_of_all_blocks_are_kept),
		cmocka_unit_test(a_chain_that_contains_the_checkpoint_is_taken),
		cmocka_unit_test(a_chain_without_the_checkpoint_is_refused_before_any_block),
		cmocka_unit_test(a_checkpoint_above_the_head_is_waited_for),
		cmocka_unit_test(a_filled_mirror_of_another_chain_than_the_checkpoints_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
