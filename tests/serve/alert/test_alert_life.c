/*
 * Random lives of alerts: findings that open, end and are withdrawn, commits that do not come
 * about, a receiver that fails in every way, kills. The receiver's account at the end is compared
 * with the mirror: nothing is lost, no end comes before its opening, and what it heard last is so.
 *
 * SEED=N for one seed, SEEDS=N for so many.
 */
#include <pthread.h>
#include <unistd.h>

#include "reconcile/withdrawn.h"
#include "serve/alert/internal.h"
#include "tests/support/fakenode.h"
#include "tests/support/scratch.h"
#include "tests/support/test.h"

enum {
	FINDINGS = 6,
	STEPS = 150,
	SEEDS = 16,
	HEARD_MAX = 8192,
	QUIET_ROUNDS = 200,
};

struct heard {
	char id[96];
	unsigned finding;
	uint64_t block;
	uint64_t episode;
	bool is_end;
	bool is_withdrawn;
};

/* As of the mirror's newest block. */
struct truth {
	bool was_ever;
	bool is_open;
	uint64_t block; /* of the newest opening */
};

struct life {
	uint64_t random;
	char folder[SCRATCH_PATH_SIZE];
	struct store *store;
	struct fakenode *server;
	struct config config;
	struct config_alert alert;
	struct pool pool;
	struct logger logger;
	struct alerts *alerts;
	struct mirror_noter noter;
	uint64_t block;
	uint8_t branch;
	struct truth truths[FINDINGS];
	struct truth past[4 * STEPS][FINDINGS]; /* after each block */
	bool is_safe; /* nobody is killed: then each opening has its end */
	/* The receiver's, under the mutex. */
	pthread_mutex_t mutex;
	uint64_t chance;
	unsigned trouble; /* of 8 requests so many fail */
	struct heard heard[HEARD_MAX];
	size_t heard_count;
	struct error err;
};

static uint64_t draw_of(uint64_t *random, uint64_t below)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return (*random >> 11) % below;
}

static uint64_t draw(struct life *l, uint64_t below)
{
	return draw_of(&l->random, below);
}

/* ---- the receiver: fails before or after it has heard ---- */

static void hear(struct life *l, const json_t *document)
{
	const json_t *finding = json_object_get(document, "finding");
	struct heard *heard = &l->heard[l->heard_count];
	const char *id = json_string_value(json_object_get(document, "id"));

	assert_non_null(id);
	for (size_t i = 0; i < l->heard_count; i++)
		if (strcmp(l->heard[i].id, id) == 0)
			return; /* it knows that */
	assert_true(l->heard_count < HEARD_MAX);
	(void)snprintf(heard->id, sizeof(heard->id), "%s", id);
	heard->finding = (unsigned)(id[1] - '0');
	heard->episode = strtoull(strchr(id, '-') + 1, NULL, 10);
	heard->block = (uint64_t)json_integer_value(json_object_get(finding, "block"));
	heard->is_end = strcmp(json_string_value(json_object_get(document, "state")), "open") != 0;
	heard->is_withdrawn = strstr(id, "-withdrawn") != NULL;
	l->heard_count++;
}

static void receive(void *context, const struct fake_request *request, struct fake_reply *reply)
{
	struct life *l = context;
	bool fails;

	(void)pthread_mutex_lock(&l->mutex);
	fails = draw_of(&l->chance, 8) < l->trouble;
	if (!fails || draw_of(&l->chance, 2))
		hear(l, request->json);
	if (fails) {
		static const unsigned statuses[] = {500, 503, 429, 400, 422, 404};

		reply->hang_up = draw_of(&l->chance, 3) == 0;
		reply->status = statuses[draw_of(&l->chance, 6)];
	}
	(void)pthread_mutex_unlock(&l->mutex);
	fake_reply_text(reply, "thanks");
}

static void set_trouble(struct life *l, unsigned trouble)
{
	(void)pthread_mutex_lock(&l->mutex);
	l->trouble = trouble;
	(void)pthread_mutex_unlock(&l->mutex);
}

/* ---- the daemon ---- */

static void start(struct life *l)
{
	struct alert_pace pace = {.webhook_ms = 5000, .command_ms = 1000};

	assert_ok(alerts_open(&l->alerts, &l->config, &pace, &l->logger, &l->err), l->err);
	assert_ok(store_open(&l->alerts->store, l->folder, STORE_READ, NULL, &l->err), l->err);
	l->alerts->is_telling = true; /* as alerts_start, without the threads */
	l->noter = alerts_noter(l->alerts);
}

static void stop(struct life *l)
{
	alerts_stop(l->alerts);
	alerts_close(l->alerts);
}

/* What it told since it last noted that is forgotten. */
static void kill_it(struct life *l)
{
	stop(l);
	start(l);
}

static struct store_txn *begin(struct life *l)
{
	struct store_txn *txn;

	assert_ok(store_begin(&txn, l->store, STORE_WRITE, &l->err), l->err);
	return txn;
}

/* True where it came about: a kill may come before. */
static bool commit(struct life *l, struct store_txn *txn, bool may_fail)
{
	assert_ok(l->noter.put(l->noter.context, txn, &l->err), l->err);
	if (may_fail && draw(l, 8) == 0) {
		store_abort(txn);
		kill_it(l);
		return false;
	}
	assert_ok(store_commit(txn, &l->err), l->err);
	if (may_fail && draw(l, 8) == 0)
		kill_it(l); /* committed, and it does not know */
	else
		l->noter.kept(l->noter.context);
	return true;
}

/* ---- the mirror ---- */

/* Opens or ends the finding in this block, in `truth` too. */
static void change(struct row_version *row, struct truth *truth, unsigned id, uint64_t block,
		   struct arena *arena)
{
	struct finding finding = {.check = "books-balance",
				  .severity = SEVERITY_ERROR,
				  .subject = "",
				  .expected = "1",
				  .actual = "2",
				  .difference = "1",
				  .trace = "",
				  .first_seen = 1};

	if (truth->is_open) {
		finding.state = "resolved";
		finding.resolved_at = block;
		finding.block = truth->block;
		truth->is_open = false;
	} else {
		finding.state = "open";
		finding.block = block;
		*truth = (struct truth){.was_ever = true, .is_open = true, .block = block};
	}
	row->key = (struct row_key){.table = table_finding.table, .size = FINDING_ID_BYTES};
	row->key.bytes[0] = (uint8_t)id;
	row->value = record_encode(arena, &record_finding, &finding);
}

static void append(struct life *l, struct store_txn *txn, uint64_t number, struct truth *truths,
		   struct arena *arena)
{
	struct row_version rows[FINDINGS] = {0};
	struct block_write block = {.ref = {.number = number, .timestamp = 1700000000 + number},
				    .rows = rows};

	put_be64(block.ref.hash.bytes, number);
	block.ref.hash.bytes[31] = l->branch;
	for (unsigned id = 0; id < FINDINGS; id++)
		if (draw(l, 5) == 0)
			change(&rows[block.row_count++], &truths[id], id, number, arena);
	assert_ok(store_append(txn, NULL, &block, &l->err), l->err);
}

/* One to three blocks in one transaction. */
static void grow(struct life *l)
{
	struct arena *arena = arena_new();
	struct store_txn *txn = begin(l);
	struct truth truths[FINDINGS];
	struct truth steps[3][FINDINGS];
	uint64_t count = 1 + draw(l, 3);

	memcpy(truths, l->truths, sizeof(truths));
	for (uint64_t i = 0; i < count; i++) {
		append(l, txn, l->block + 1 + i, truths, arena);
		memcpy(steps[i], truths, sizeof(truths));
	}
	if (commit(l, txn, true)) {
		for (uint64_t i = 0; i < count; i++)
			memcpy(l->past[++l->block], steps[i], sizeof(truths));
		memcpy(l->truths, truths, sizeof(truths));
	}
	arena_free(arena);
}

/* What was open only above is over; what was ended only above is open again. */
static void rewind_some(struct life *l)
{
	uint64_t to = l->block - 1 - draw(l, l->block > 4 ? 3 : 1);
	struct store_txn *txn = begin(l);
	uint64_t count = 0;

	assert_ok(withdrawn_put(&count, txn, &l->pool, to, 1, &l->err), l->err);
	assert_ok(store_rewind(txn, to, &l->err), l->err);
	if (!commit(l, txn, true))
		return;
	l->block = to;
	l->branch++;
	for (unsigned id = 0; id < FINDINGS; id++) {
		struct truth *now = &l->truths[id];
		const struct truth *then = &l->past[to][id];

		if (then->is_open)
			*now = *then;
		else /* it opened, and that was told, whatever became of the block */
			now->is_open = false;
	}
	/* Of the branch that goes, later rewinds must remember the same. */
	for (unsigned id = 0; id < FINDINGS; id++)
		if (!l->past[to][id].is_open)
			l->past[to][id] = l->truths[id];
}

static void step(struct life *l)
{
	switch (draw(l, 10)) {
	case 0:
	case 1:
	case 2:
	case 3:
		grow(l);
		break;
	case 4:
		if (l->block > 1)
			rewind_some(l);
		break;
	case 5:
		kill_it(l);
		break;
	case 6:
		(void)commit(l, begin(l), true);
		break;
	case 7:
		set_trouble(l, (unsigned)draw(l, 9));
		break;
	default:
		alert_round(&l->alerts->channels[0]);
	}
}

/* ---- the account ---- */

static void check_order(const struct life *l, unsigned id)
{
	const struct heard *before = NULL;

	for (size_t i = 0; i < l->heard_count; i++) {
		const struct heard *heard = &l->heard[i];

		if (heard->finding != id)
			continue;
		if (heard->is_end) { /* of what it heard before, and that is not over */
			assert_non_null(before);
			/* A second end: a reorg took the first back before it was acknowledged. */
			assert_true(!before->is_end || heard->is_withdrawn);
			assert_int_equal(before->episode, heard->episode);
			assert_int_equal(before->block, heard->block);
		} else if (before) {
			assert_true(heard->episode > before->episode);
			assert_true(before->is_end);
		}
		before = heard;
	}
}

static const struct heard *last_of(const struct life *l, unsigned id)
{
	for (size_t i = l->heard_count; i-- > 0;)
		if (l->heard[i].finding == id)
			return &l->heard[i];
	return NULL;
}

static void check_account(const struct life *l)
{
	for (unsigned id = 0; id < FINDINGS; id++) {
		const struct truth *truth = &l->truths[id];
		const struct heard *last = last_of(l, id);

		check_order(l, id);
		assert_int_equal(last != NULL, truth->was_ever);
		if (!last)
			continue;
		assert_int_equal(!last->is_end, truth->is_open);
		if (truth->is_open)
			assert_int_equal(last->block, truth->block);
	}
}

static void live(uint64_t seed)
{
	static const struct store_identity identity = {.chain_id = 1, .pool_set = "p\n"};
	struct life *l = xcalloc(1, sizeof(*l));
	struct arena *arena = arena_new();
	struct alert_due *dues;
	struct store_txn *txn;
	size_t count;

	(void)fprintf(stderr, "# seed %llu\n", (unsigned long long)seed);
	(void)pthread_mutex_init(&l->mutex, NULL);
	l->chance = seed + 1;
	l->random = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	scratch_make(l->folder);
	l->server = fakenode_start(receive, l);
	l->logger = logger_silent();
	l->pool.setup.name = "cover";
	l->alert = (struct config_alert){.kind = ALERT_WEBHOOK, .target = fakenode_url(l->server)};
	l->config = (struct config){.pools = &l->pool,
				    .pool_count = 1,
				    .store_path = l->folder,
				    .serve = {.listen = "127.0.0.1:1"},
				    .alerts = &l->alert,
				    .alert_count = 1};
	assert_ok(store_open(&l->store, l->folder, STORE_WRITE, &identity, &l->err), l->err);
	start(l);
	txn = begin(l); /* nothing of what follows is history */
	append(l, txn, l->block + 1, l->truths, arena);
	if (commit(l, txn, false))
		memcpy(l->past[++l->block], l->truths, sizeof(l->truths));
	for (unsigned i = 0; i < STEPS; i++)
		step(l);
	/* In the end somebody listens, and nobody is killed. */
	set_trouble(l, 0);
	(void)commit(l, begin(l), false);
	for (unsigned i = 0; i < QUIET_ROUNDS; i++) {
		alert_round(&l->alerts->channels[0]);
		(void)commit(l, begin(l), false);
		assert_ok(store_begin(&txn, l->store, STORE_READ, &l->err), l->err);
		assert_ok(alert_queue_read(&dues, &count, arena, txn, NULL, &l->err), l->err);
		store_abort(txn);
		if (!count)
			break;
	}
	assert_int_equal(count, 0);
	stop(l);
	store_close(l->store);
	fakenode_stop(l->server);
	check_account(l);
	(void)pthread_mutex_destroy(&l->mutex);
	scratch_remove(l->folder);
	arena_free(arena);
	free(l);
}

static void nothing_is_lost_and_the_order_is_kept(void **state)
{
	const char *one = getenv("SEED");
	const char *many = getenv("SEEDS");
	uint64_t first = one ? strtoull(one, NULL, 10) : 1;
	uint64_t count = one ? 1 : many ? strtoull(many, NULL, 10) : SEEDS;

	(void)state;
	for (uint64_t seed = first; seed < first + count; seed++)
		live(seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_lost_and_the_order_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
