/* What a simulated run must have come to. */
#include <inttypes.h>

#include "reconcile/source_check.h"
#include "tests/support/sim_life_impl.h"
#include "tests/support/test.h"

void life_fail(const struct life *l, const char *format, ...)
{
	char words[600];
	char what[400];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	story_describe(what, sizeof(what), l->story);
	fail_msg("seed %" PRIu64 ": %s\n#   at %" PRIu64 " ms, life %" PRIu64 ": %s: %s\n#   %s",
		 l->story->seed, words, sim_now(l->world), l->outcome.lives, status_name(l->st),
		 l->st == OK ? "" : l->err.message, what);
}

/* ---- what is seen ---- */

const struct story_chain *life_last_chain(const struct life *l)
{
	return &l->story->family->chains[l->story->last_chain];
}

static bool is_of(const struct story_chain *chain, const struct block_record *record)
{
	return record->ref.number <= chain->head &&
	       hash_equal(sim_chain_block(chain->chain, record->ref.number)->hash,
			  record->ref.hash) &&
	       hash_equal(chain->digests[record->ref.number], record->digest);
}

bool life_cursor(struct block_record *out, struct life *l)
{
	struct store *store;
	struct store_txn *txn;
	struct error err;
	enum status st;

	st = store_open(&store, l->folder, STORE_READ, NULL, &err);
	if (st == ERR_NOTFOUND) /* killed before the first commit */
		return false;
	l->is_looking = true;
	assert_ok(st, err);
	assert_ok(store_begin(&txn, store, STORE_READ, &err), err);
	st = store_cursor(out, txn, &err);
	store_abort(txn);
	store_close(store);
	l->is_looking = false;
	return st == OK;
}

bool life_is_at_head(struct life *l)
{
	struct block_record cursor;

	return life_cursor(&cursor, l) && cursor.ref.number == life_last_chain(l)->head &&
	       is_of(life_last_chain(l), &cursor);
}

/* ---- judging ---- */

/* What a life may end with. */
void life_judge_end(struct life *l)
{
	struct block_record cursor;
	bool is_known = false;

	EXPECT(l,
	       l->is_dead || l->st == OK || l->st == ERR_AGAIN || l->st == ERR_BAD_DATA ||
		       ((l->st == ERR_SYSTEM || l->st == ERR_FULL) && l->had_trouble),
	       "the program ends where it should wait");
	if (!life_cursor(&cursor, l))
		return;
	for (size_t i = 0; i < l->story->family->count; i++)
		is_known = is_known || is_of(&l->story->family->chains[i], &cursor);
	EXPECT(l, is_known, "the mirror at block %" PRIu64 " is that of no straight run",
	       cursor.ref.number);
}

struct sight {
	const struct life *life;
	uint64_t open;
	uint64_t allowed; /* that the story accounts for */
};

static bool has_detours(const struct life *l)
{
	bool has = l->story->has_detours;

	for (size_t i = 0; i < l->story->node_count; i++)
		has = has || l->story->manners[i].lag_percent;
	return has;
}

static bool take_finding(void *context, const uint8_t *key, const struct finding *finding)
{
	struct sight *sight = context;

	(void)key;
	if (strcmp(finding->check, "source-parent") == 0 && strcmp(finding->state, "open") != 0)
		sight->allowed++;
	else if (strcmp(finding->check, "source-log-omitted") == 0 && has_detours(sight->life))
		sight->allowed++;
	else if (strcmp(finding->state, "open") == 0)
		sight->open++;
	if (sight->life->is_verbose || strcmp(finding->state, "open") == 0)
		print_message("#   finding %s at block %" PRIu64 ": %s, expected %s, got %s (%s)\n",
			      finding->check, finding->block, finding->subject, finding->expected,
			      finding->actual, finding->state);
	return true;
}

/*
 * Books are balanced where no comparison failed: each posting's sums are compared as it is made.
 *
 * Two findings are the story's own. Where branches change faster than a mirror looks, a block of
 * ours may three times in a row have children on other parents: that is said, and resolved. And a
 * node whose head is back at an older block for a moment does leave out logs; that it was honest in
 * doing so nobody can see. Whatever else is open, or failed, is wrong.
 */
void life_judge_rows(struct life *l, struct store_txn *txn, uint64_t block)
{
	struct sight sight = {.life = l};
	struct reading reading = {.pool = &l->config.pools[0], .arena = l->arena, .block = block};
	struct pending_finding *pending;
	size_t count;

	reading.state = state_open(txn, block);
	findings_each(&reading, take_finding, &sight);
	EXPECT(l, sight.open == 0, "%" PRIu64 " findings are open", sight.open);
	EXPECT(l, tally_read(&reading).failed <= sight.allowed, "%" PRIu64 " comparisons failed",
	       tally_read(&reading).failed);
	assert_ok(state_status(reading.state, &l->err), l->err);
	state_close(reading.state);
	assert_ok(pending_read(&pending, &count, l->arena, txn, &l->err), l->err);
	EXPECT(l, count == 0, "%zu findings are pending, the first: %s at block %" PRIu64, count,
	       count ? pending[0].finding.check : "", count ? pending[0].finding.block : 0);
}

void life_judge(struct life *l)
{
	struct block_record cursor = {0};
	struct store *store;
	struct store_txn *txn;

	EXPECT(l, life_cursor(&cursor, l) && cursor.ref.number == life_last_chain(l)->head,
	       "the mirror does not come to the head: block %" PRIu64 " instead of %" PRIu64,
	       cursor.ref.number, life_last_chain(l)->head);
	EXPECT(l, is_of(life_last_chain(l), &cursor), "the mirror is not that of a straight run");
	assert_ok(store_open(&store, l->folder, STORE_READ, NULL, &l->err), l->err);
	assert_ok(store_begin(&txn, store, STORE_READ, &l->err), l->err);
	EXPECT(l, store_check(txn, &l->err) == OK, "store_check: %s", l->err.message);
	life_judge_rows(l, txn, cursor.ref.number);
	store_abort(txn);
	store_close(store);
}
