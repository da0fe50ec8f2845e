/*
 * Alerts: who is told of what, in which order, and what a restart, a hang or a dead receiver makes
 * of it. The test is the mirror: it appends blocks, drops them, and writes the alerts' notes in the
 * same transaction.
 */
#include "serve/alert/alert.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>
#include <unistd.h>

#include "reconcile/source_check.h"
#include "reconcile/withdrawn.h"
#include "serve/alert/internal.h"
#include "store/notes.h"
#include "tests/support/fakenode.h"
#include "tests/support/scratch.h"
#include "tests/support/test.h"

enum { TOLD_MAX = 64, PATIENCE_MS = 10000, QUIET_MS = 250 };

/* A receiver of documents; answers 200, or as it is told to. */
struct receiver {
	pthread_mutex_t mutex;
	char *told[TOLD_MAX]; /* "open 5", "resolved 5": state and block */
	size_t count;
	unsigned status; /* of the answers; 0: hang up */
	unsigned delay_ms;
	uint64_t bad_block; /* documents about it are answered with 400 */
	char last[4096];    /* the last body */
	char head[4096];    /* and its head */
};

struct fixture {
	char folder[SCRATCH_PATH_SIZE];
	struct store *store;
	struct config config;
	struct config_alert alerts_config[4];
	struct pool pools[2];
	struct receiver receiver;
	struct fakenode *server;
	struct alerts *alerts;
	struct mirror_noter noter;
	bool is_alone; /* blocks are written by somebody without a noter */
	struct logger logger;
	pthread_mutex_t log_mutex;
	uint64_t retry_ms; /* the first and longest pause; 0: quick ones */
	char log[65536];
	struct error err;
};

/* ---- the receiver ---- */

static void receive(void *context, const struct fake_request *request, struct fake_reply *reply)
{
	struct receiver *receiver = context;
	const json_t *finding = json_object_get(request->json, "finding");
	uint64_t block = (uint64_t)json_integer_value(json_object_get(finding, "block"));
	char text[64];

	(void)pthread_mutex_lock(&receiver->mutex);
	reply->status = block == receiver->bad_block ? 400 : receiver->status;
	reply->hang_up = receiver->status == 0;
	reply->delay_ms = receiver->delay_ms;
	if (reply->status == 200 && receiver->count < TOLD_MAX) {
		(void)snprintf(text, sizeof(text), "%s %llu",
			       json_string_value(json_object_get(request->json, "state")),
			       (unsigned long long)block);
		receiver->told[receiver->count++] = xstrdup(text);
		(void)snprintf(receiver->last, sizeof(receiver->last), "%s", request->body);
		(void)snprintf(receiver->head, sizeof(receiver->head), "%s", request->head);
	}
	(void)pthread_mutex_unlock(&receiver->mutex);
	fake_reply_text(reply, "thanks");
}

static void set_status(struct fixture *f, unsigned status)
{
	(void)pthread_mutex_lock(&f->receiver.mutex);
	f->receiver.status = status;
	(void)pthread_mutex_unlock(&f->receiver.mutex);
}

static void take_line(void *context, enum log_level level, const char *line)
{
	struct fixture *f = context;

	(void)level;
	(void)pthread_mutex_lock(&f->log_mutex);
	(void)strncat(f->log, line, sizeof(f->log) - strlen(f->log) - 2);
	(void)strcat(f->log, "\n");
	(void)pthread_mutex_unlock(&f->log_mutex);
}

static bool has_logged(struct fixture *f, const char *text)
{
	bool has;

	(void)pthread_mutex_lock(&f->log_mutex);
	has = strstr(f->log, text) != NULL;
	(void)pthread_mutex_unlock(&f->log_mutex);
	return has;
}

/* ---- the mirror ---- */

static struct store_txn *begin(struct fixture *f)
{
	struct store_txn *txn;

	assert_ok(store_begin(&txn, f->store, STORE_WRITE, &f->err), f->err);
	return txn;
}

static void commit(struct fixture *f, struct store_txn *txn)
{
	bool has_noter = f->alerts && !f->is_alone;

	if (has_noter)
		assert_ok(f->noter.put(f->noter.context, txn, &f->err), f->err);
	assert_ok(store_commit(txn, &f->err), f->err);
	if (has_noter)
		f->noter.kept(f->noter.context);
}

static void write_notes(struct fixture *f)
{
	commit(f, begin(f));
}

static struct pending_finding finding_of(uint64_t block, uint16_t pool, enum severity severity)
{
	struct pending_finding pending = {.pool = pool,
					  .finding = {.check = "source-receipts-root",
						      .severity = severity,
						      .block = block,
						      .subject = "node http://127.0.0.1:1",
						      .expected = "0x01",
						      .actual = "0x02",
						      .difference = "",
						      .trace = "",
						      .state = "open",
						      .first_seen = block}};

	pending.key[0] = (uint8_t)block;
	pending.key[1] = (uint8_t)pool;
	return pending;
}

static void open_finding(struct fixture *f, struct pending_finding pending)
{
	struct store_txn *txn = begin(f);

	assert_ok(pending_put(txn, &pending, &f->err), f->err);
	commit(f, txn);
}

/* A block of that number, on branch `branch`, with a version of the finding in that state, or NULL.
 */
static void append(struct fixture *f, struct store_txn *txn, uint64_t number, uint8_t branch,
		   const struct pending_finding *pending, const char *state)
{
	struct arena *arena = arena_new();
	struct row_version row = {.key = {.table = table_finding.table,
					  .pool = pending ? pending->pool : 0,
					  .size = FINDING_ID_BYTES}};
	struct block_write block = {.ref = {.number = number, .timestamp = 1700000000 + number},
				    .rows = &row,
				    .row_count = pending ? 1 : 0};
	struct finding finding;

	put_be64(block.ref.hash.bytes, number);
	block.ref.hash.bytes[31] = branch;
	if (pending) {
		finding = pending->finding;
		finding.state = state;
		if (strcmp(state, "open") == 0)
			finding.block = number;
		else
			finding.resolved_at = number;
		memcpy(row.key.bytes, pending->key, FINDING_ID_BYTES);
		row.value = record_encode(arena, &record_finding, &finding);
	}
	assert_ok(store_append(txn, NULL, &block, &f->err), f->err);
	arena_free(arena);
}

static void apply(struct fixture *f, uint64_t number, const struct pending_finding *pending,
		  const char *state)
{
	struct store_txn *txn = begin(f);

	append(f, txn, number, 0, pending, state);
	commit(f, txn);
}

/* As a block that is accepted does: the note goes, a row of the block comes. */
static void resolve_finding(struct fixture *f, struct pending_finding pending)
{
	struct store_txn *txn = begin(f);

	assert_ok(pending_remove(txn, &pending, &f->err), f->err);
	append(f, txn, pending.finding.block, 0, &pending, "resolved");
	commit(f, txn);
}

static void rewind_to(struct fixture *f, uint64_t number)
{
	struct store_txn *txn = begin(f);
	uint64_t count = 0;

	for (size_t i = 0; i < 2; i++)
		assert_ok(withdrawn_put(&count, txn, &f->pools[i], number, 1, &f->err), f->err);
	assert_ok(store_rewind(txn, number, &f->err), f->err);
	commit(f, txn);
}

static size_t count_notes(struct fixture *f)
{
	struct arena *arena = arena_new();
	struct alert_note *notes;
	struct store_txn *txn;
	size_t count;

	assert_ok(store_begin(&txn, f->store, STORE_READ, &f->err), f->err);
	assert_ok(alert_notes_read(&notes, &count, arena, txn, NULL, &f->err), f->err);
	store_abort(txn);
	arena_free(arena);
	return count;
}

/* ---- start, stop, wait ---- */

static void start(struct fixture *f)
{
	struct alert_pace pace = {.look_ms = 10,
				  .retry_ms = 20,
				  .retry_ms_max = 80,
				  .webhook_ms = 1000,
				  .command_ms = 700,
				  .note_ms = 20,
				  .figures_ms = 20,
				  .resend_ms = 100};

	if (f->retry_ms)
		pace.retry_ms = pace.retry_ms_max = f->retry_ms;
	f->config.alerts = f->alerts_config;
	assert_ok(alerts_open(&f->alerts, &f->config, &pace, &f->logger, &f->err), f->err);
	f->noter = alerts_noter(f->alerts);
	assert_ok(alerts_start(f->alerts, &f->err), f->err);
}

static void stop(struct fixture *f)
{
	if (!f->alerts)
		return;
	alerts_stop(f->alerts);
	alerts_close(f->alerts);
	f->alerts = NULL;
}

static uint64_t now_ms(void)
{
	struct clock clock = clock_real();

	return clock_now_ms(&clock);
}

static void sleep_ms(unsigned ms)
{
	(void)usleep(ms * 1000);
}

static size_t count_told(struct fixture *f)
{
	size_t count;

	(void)pthread_mutex_lock(&f->receiver.mutex);
	count = f->receiver.count;
	(void)pthread_mutex_unlock(&f->receiver.mutex);
	return count;
}

/* The receiver was told this, "open 5, resolved 5", and after a while nothing else. */
static void expect_told(struct fixture *f, size_t count, const char *wanted)
{
	uint64_t until = now_ms() + PATIENCE_MS;
	char all[1024] = "";

	while (count_told(f) < count && now_ms() < until)
		sleep_ms(5);
	sleep_ms(QUIET_MS);
	(void)pthread_mutex_lock(&f->receiver.mutex);
	for (size_t i = 0; i < f->receiver.count; i++) {
		(void)strcat(all, i ? ", " : "");
		(void)strcat(all, f->receiver.told[i]);
	}
	(void)pthread_mutex_unlock(&f->receiver.mutex);
	assert_string_equal(all, wanted);
}

static size_t count_marks(struct fixture *f)
{
	size_t count = 0;

	(void)pthread_mutex_lock(&f->alerts->mutex);
	for (size_t i = 0; i < f->alerts->channel_count; i++)
		count += f->alerts->channels[i].mark_count;
	(void)pthread_mutex_unlock(&f->alerts->mutex);
	return count;
}

/* Waits until the alerts have something to note, and notes it. */
static void note_news(struct fixture *f)
{
	uint64_t until = now_ms() + PATIENCE_MS;

	while (!(count_marks(f) && f->noter.has_news(f->noter.context)) && now_ms() < until)
		sleep_ms(5);
	assert_true(f->noter.has_news(f->noter.context));
	write_notes(f);
	while (count_marks(f)) /* what was told meanwhile */
		write_notes(f);
}

static char *read_text(const char *path)
{
	FILE *file = fopen(path, "r");
	char *text = xcalloc(1, 8192);

	if (file) {
		(void)!fread(text, 1, 8191, file);
		(void)fclose(file);
	}
	return text;
}

static unsigned count_lines(const char *path)
{
	char *text = read_text(path);
	unsigned count = 0;

	for (const char *at = text; *at; at++)
		count += *at == '\n';
	free(text);
	return count;
}

static void wait_for_lines(const char *path, unsigned count)
{
	uint64_t until = now_ms() + PATIENCE_MS;

	while (count_lines(path) < count && now_ms() < until)
		sleep_ms(5);
	assert_int_equal(count_lines(path), count);
}

static int set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));
	static const struct store_identity identity = {.chain_id = 1, .pool_set = "p\n"};

	scratch_make(f->folder);
	(void)pthread_mutex_init(&f->receiver.mutex, NULL);
	(void)pthread_mutex_init(&f->log_mutex, NULL);
	f->receiver.status = 200;
	f->server = fakenode_start(receive, &f->receiver);
	f->logger = (struct logger){.least = LOG_DEBUG, .write = take_line, .context = f};
	f->pools[0].setup.name = "cover";
	f->pools[1].setup.name = "other";
	f->pools[1].id = 1;
	f->config.pools = f->pools;
	f->config.pool_count = 2;
	f->config.store_path = f->folder;
	f->alerts_config[0] = (struct config_alert){.kind = ALERT_WEBHOOK,
						    .target = fakenode_url(f->server),
						    .min_severity = SEVERITY_WARNING};
	f->config.alert_count = 1;
	assert_ok(store_open(&f->store, f->folder, STORE_WRITE, &identity, &f->err), f->err);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	stop(f);
	fakenode_stop(f->server);
	store_close(f->store);
	scratch_remove(f->folder);
	for (size_t i = 0; i < f->receiver.count; i++)
		free(f->receiver.told[i]);
	(void)pthread_mutex_destroy(&f->receiver.mutex);
	(void)pthread_mutex_destroy(&f->log_mutex);
	free(f);
	return 0;
}

/* ---- tests ---- */

static void a_finding_is_told_when_it_opens_and_when_it_ends(void **state)
{
	struct fixture *f = *state;

	start(f);
	open_finding(f, finding_of(5, 0, SEVERITY_ERROR));
	assert_int_equal(count_notes(f), 1);
	expect_told(f, 1, "open 5");
	note_news(f);
	expect_told(f, 1, "open 5");
	resolve_finding(f, finding_of(5, 0, SEVERITY_ERROR));
	expect_told(f, 2, "open 5, resolved 5");
	note_news(f);
	assert_int_equal(count_notes(f), 0);
	expect_told(f, 2, "open 5, resolved 5");
}

/* The document without its id, which holds a time. */
static const char *without_id(const char *document, char out[4096])
{
	const char *id = strstr(document, "\"id\":\"");
	const char *end = id ? strstr(id, "\",") : NULL;

	assert_non_null(end);
	(void)snprintf(out, 4096, "%.*s%s", (int)(id - document), document, end + 2);
	return out;
}

static void the_document_says_what_findings_say(void **state)
{
	struct fixture *f = *state;
	char text[4096];

	start(f);
	open_finding(f, finding_of(5, 0, SEVERITY_ERROR));
	expect_told(f, 1, "open 5");
	assert_non_null(strstr(f->receiver.last, "\"id\":\"05000000000000000000000000000000-1"));
	assert_non_null(strstr(f->receiver.last, "-open\",\"state\":\"open\""));
	assert_string_equal(
		without_id(f->receiver.last, text),
		"{\"version\":1,\"kind\":\"finding\",\"state\":\"open\",\"text\":\"covermirror: "
		"error: cover: block 5 is refused: source-receipts-root, node http://127.0.0.1:1: "
		"expected 0x01, got "
		"0x02\",\"finding\":{\"id\":\"05000000000000000000000000000000\","
		"\"check\":\"source-receipts-root\",\"severity\":\"error\",\"pool\":\"cover\","
		"\"block\":5,\"transaction\":null,\"log_index\":null,\"subject\":\"node "
		"http://127.0.0.1:1\",\"expected\":\"0x01\",\"actual\":\"0x02\","
		"\"difference\":null,\"trace\":[],\"state\":\"open\",\"first_seen\":5,"
		"\"resolved_at\":null}}\n");
	resolve_finding(f, finding_of(5, 0, SEVERITY_ERROR));
	expect_told(f, 2, "open 5, resolved 5");
	assert_non_null(strstr(f->receiver.last, "\"text\":\"covermirror: resolved: cover: block "
						 "5: source-receipts-root, node "
						 "http://127.0.0.1:1\""));
	assert_non_null(strstr(f->receiver.last, "\"resolved_at\":5"));
}

static void an_alert_hears_of_its_severity_and_above(void **state)
{
	struct fixture *f = *state;

	f->alerts_config[0].min_severity = SEVERITY_ERROR;
	start(f);
	open_finding(f, finding_of(5, 0, SEVERITY_WARNING));
	open_finding(f, finding_of(6, 1, SEVERITY_ERROR));
	expect_told(f, 1, "open 6");
	assert_int_equal(count_notes(f), 1);
	note_news(f);
	resolve_finding(f, finding_of(5, 0, SEVERITY_WARNING));
	resolve_finding(f, finding_of(6, 1, SEVERITY_ERROR));
	expect_told(f, 2, "open 6, resolved 6");
}

static void a_restart_goes_on_where_the_notes_stand(void **state)
{
	struct fixture *f = *state;

	start(f);
	open_finding(f, finding_of(5, 0, SEVERITY_ERROR));
	expect_told(f, 1, "open 5");
	stop(f); /* as killed: it was not noted */
	start(f);
	expect_told(f, 2, "open 5, open 5");
	note_news(f);
	stop(f);
	start(f); /* noted */
	expect_told(f, 2, "open 5, open 5");
	stop(f);
	resolve_finding(f, finding_of(5, 0, SEVERITY_ERROR)); /* while nobody looked */
	start(f);
	assert_true(f->noter.has_news(f->noter.context));
	write_notes(f);
	expect_told(f, 3, "open 5, open 5, resolved 5");
	note_news(f);
	stop(f);
	start(f);
	expect_told(f, 3, "open 5, open 5, resolved 5");
}

static void a_finding_of_before_the_alerts_is_told_with_the_first_notes(void **state)
{
	struct fixture *f = *state;

	f->config.alert_count = 0; /* as sync */
	start(f);
	open_finding(f, finding_of(5, 0, SEVERITY_ERROR));
	assert_int_equal(count_notes(f), 0);
	stop(f);
	f->config.alert_count = 1;
	start(f);
	expect_told(f, 0, "");
	write_notes(f);
	expect_told(f, 1, "open 5");
}

static void a_receiver_that_comes_back_is_told_everything_in_order(void **state)
{
	struct fixture *f = *state;

	set_status(f, 0);
	start(f);
	open_finding(f, finding_of(5, 0, SEVERITY_ERROR));
	sleep_ms(QUIET_MS);
	set_status(f, 503);
	resolve_finding(f, finding_of(5, 0, SEVERITY_ERROR));
	open_finding(f, finding_of(6, 0, SEVERITY_ERROR));
	sleep_ms(QUIET_MS);
	assert_int_equal(count_told(f), 0);
	set_status(f, 200);
	expect_told(f, 3, "open 5, resolved 5, open 6");
	note_news(f);
	assert_int_equal(count_notes(f), 1);
	/* Not too often meanwhile: pauses of 20, 40, 80, 80 … ms. */
	assert_true(fakenode_requests(f->server) < 25);
	assert_true(has_logged(f, "HTTP status 503; trying again in "));
}

static void a_document_that_is_refused_does_not_keep_others_back(void **state)
{
	struct fixture *f = *state;

	f->receiver.bad_block = 5;
	start(f);
	open_finding(f, finding_of(5, 0, SEVERITY_ERROR));
	open_finding(f, finding_of(6, 0, SEVERITY_ERROR));
	expect_told(f, 1, "open 6");
	(void)pthread_mutex_lock(&f->receiver.mutex);
	f->receiver.bad_block = 0;
	(void)pthread_mutex_unlock(&f->receiver.mutex);
	expect_told(f, 2, "open 6, open 5");
}

static void a_finding_that_opens_again_is_told_again(void **state)
{
	struct fixture *f = *state;
	struct pending_finding pending = finding_of(5, 0, SEVERITY_ERROR);
	struct store_txn *txn;

	start(f);
	open_finding(f, pending);
	expect_told(f, 1, "open 5");
	note_news(f);
	resolve_finding(f, pending);
	expect_told(f, 2, "open 5, resolved 5");
	/* The block is undone, and refused again, before the end was noted. */
	rewind_to(f, 0);
	open_finding(f, pending);
	expect_told(f, 3, "open 5, resolved 5, open 5");
	note_news(f);
	/* And resolved by a block that is undone before anybody looks. */
	stop(f);
	txn = begin(f);
	assert_ok(pending_remove(txn, &pending, &f->err), f->err);
	commit(f, txn);
	start(f);
	write_notes(f);
	expect_told(f, 4, "open 5, resolved 5, open 5, withdrawn 5");
}

/* The block that ended it was abandoned, before the alert was told of the end. */
static void an_end_that_a_reorg_took_back_is_told_as_withdrawn(void **state)
{
	struct fixture *f = *state;
	struct pending_finding pending = finding_of(5, 0, SEVERITY_ERROR);

	start(f);
	open_finding(f, pending);
	expect_told(f, 1, "open 5");
	note_news(f);
	stop(f);
	resolve_finding(f, pending);
	rewind_to(f, 4);
	start(f);
	write_notes(f);
	expect_told(f, 2, "open 5, withdrawn 5");
	assert_non_null(strstr(f->receiver.last, "covermirror: withdrawn: "));
	note_news(f);
	assert_int_equal(count_notes(f), 0);
}

/* ---- findings of blocks ---- */

static struct pending_finding row_of(uint8_t id, enum severity severity)
{
	struct pending_finding row = finding_of(id, 0, severity);

	row.finding.check = "books-balance";
	row.finding.subject = "0x00 stake";
	return row;
}

static void a_blocks_findings_are_noted_in_its_own_transaction(void **state)
{
	struct fixture *f = *state;
	struct pending_finding row = row_of(7, SEVERITY_WARNING);
	struct store_txn *txn;

	start(f);
	apply(f, 1, NULL, NULL);
	txn = begin(f); /* a kill before the commit leaves neither block nor note */
	append(f, txn, 2, 0, &row, "open");
	assert_ok(f->noter.put(f->noter.context, txn, &f->err), f->err);
	store_abort(txn);
	assert_int_equal(count_notes(f), 0);
	apply(f, 2, &row, "open");
	assert_int_equal(count_notes(f), 1);
	expect_told(f, 1, "open 2");
	apply(f, 3, NULL, NULL);
	row.finding.block = 2;
	apply(f, 4, &row, "resolved");
	expect_told(f, 2, "open 2, resolved 2");
	assert_non_null(strstr(f->receiver.last, "\"resolved_at\":4"));
	note_news(f);
	assert_int_equal(count_notes(f), 0);
}

static void several_blocks_of_one_transaction_are_told_one_by_one(void **state)
{
	struct fixture *f = *state;
	struct pending_finding first = row_of(7, SEVERITY_WARNING);
	struct pending_finding second = row_of(8, SEVERITY_ERROR);
	struct store_txn *txn;

	start(f);
	apply(f, 1, NULL, NULL);
	txn = begin(f);
	append(f, txn, 2, 0, &first, "open");
	append(f, txn, 3, 0, &second, "open");
	first.finding.block = 2;
	append(f, txn, 5, 0, &first, "resolved");
	commit(f, txn);
	expect_told(f, 3, "open 2, resolved 2, open 3");
}

static void an_end_and_an_opening_within_one_block_are_both_told(void **state)
{
	struct fixture *f = *state;
	struct pending_finding row = row_of(7, SEVERITY_WARNING);

	start(f);
	apply(f, 1, NULL, NULL);
	apply(f, 2, &row, "open");
	expect_told(f, 1, "open 2");
	apply(f, 3, &row, "open"); /* as the block leaves it */
	expect_told(f, 2, "open 2, resolved 2");
	assert_non_null(strstr(f->receiver.last, "\"resolved_at\":3"));
	note_news(f);
	expect_told(f, 3, "open 2, resolved 2, open 3");
}

static void a_reorg_withdraws_and_what_it_ended_is_open_again(void **state)
{
	struct fixture *f = *state;
	struct pending_finding kept = row_of(7, SEVERITY_WARNING);
	struct pending_finding gone = row_of(8, SEVERITY_ERROR);
	struct store_txn *txn;

	start(f);
	apply(f, 1, NULL, NULL);
	apply(f, 2, &kept, "open");
	expect_told(f, 1, "open 2");
	kept.finding.block = 2;
	apply(f, 3, &kept, "resolved");
	apply(f, 4, &gone, "open");
	expect_told(f, 3, "open 2, resolved 2, open 4");
	note_news(f);
	rewind_to(f, 2);
	expect_told(f, 5, "open 2, resolved 2, open 4, open 2, withdrawn 4");
	note_news(f);
	/* The other branch finds the same again. */
	txn = begin(f);
	append(f, txn, 3, 1, NULL, NULL);
	append(f, txn, 4, 1, &gone, "open");
	commit(f, txn);
	expect_told(f, 6, "open 2, resolved 2, open 4, open 2, withdrawn 4, open 4");
}

/* Blocks that were dropped for other reasons, to be applied again (a log had been left out). */
static void what_vanishes_without_a_reorg_is_withdrawn_too(void **state)
{
	struct fixture *f = *state;
	struct pending_finding row = row_of(7, SEVERITY_WARNING);
	struct store_txn *txn;

	start(f);
	apply(f, 1, NULL, NULL);
	apply(f, 2, &row, "open");
	expect_told(f, 1, "open 2");
	txn = begin(f);
	assert_ok(store_rewind(txn, 0, &f->err), f->err);
	commit(f, txn);
	expect_told(f, 2, "open 2, withdrawn 2");
}

static void blocks_of_somebody_without_a_noter_are_caught_up_with(void **state)
{
	struct fixture *f = *state;
	struct pending_finding first = row_of(7, SEVERITY_WARNING);
	struct pending_finding second = row_of(8, SEVERITY_ERROR);

	start(f);
	apply(f, 1, NULL, NULL);
	apply(f, 2, &first, "open");
	expect_told(f, 1, "open 2");
	note_news(f);
	f->is_alone = true;
	first.finding.block = 2;
	apply(f, 3, &first, "resolved");
	apply(f, 4, &second, "open");
	second.finding.block = 4;
	apply(f, 5, &second, "resolved");
	apply(f, 6, &second, "open");
	f->is_alone = false;
	write_notes(f);
	expect_told(f, 4, "open 2, resolved 2, open 4, resolved 4");
	note_news(f);
	expect_told(f, 5, "open 2, resolved 2, open 4, resolved 4, open 6");
}

static void what_comes_and_goes_while_nobody_listens_is_told_as_it_was_last(void **state)
{
	struct fixture *f = *state;
	struct pending_finding row = row_of(7, SEVERITY_WARNING);

	start(f);
	apply(f, 1, NULL, NULL);
	apply(f, 2, &row, "open");
	expect_told(f, 1, "open 2");
	set_status(f, 0);
	row.finding.block = 2;
	for (uint64_t block = 3; block < 60; block++) {
		bool is_open = block % 2 == 0;

		apply(f, block, &row, is_open ? "open" : "resolved");
		row.finding.block = is_open ? block : row.finding.block;
		assert_int_equal(count_notes(f), 1);
	}
	set_status(f, 200);
	expect_told(f, 2, "open 2, resolved 2");
	note_news(f); /* the next is begun when that is known for good */
	expect_told(f, 4, "open 2, resolved 2, open 58, resolved 58");
	assert_non_null(strstr(f->receiver.last, "\"resolved_at\":59"));
}

/* What the node said of its head, with the block. */
static void append_with_head(struct fixture *f, uint64_t number, uint64_t head,
			     const struct pending_finding *pending, const char *row_state)
{
	/* TABLE_CHAIN as the mirror writes it: has_finalized, finalized, head_number, … */
	struct arena *arena = arena_new();
	struct store_txn *txn = begin(f);
	struct row_version rows[2] = {0};
	struct finding finding;
	struct block_write block = {.ref = {.number = number}, .rows = rows, .row_count = 1};
	uint8_t value[10] = {1 << 2, 8};

	put_be64(block.ref.hash.bytes, number);
	put_be64(value + 2, head);
	while (value[1] && !value[2]) {
		memmove(value + 2, value + 3, --value[1]);
	}
	rows[0].key = (struct row_key){.table = 0x84, .size = 1};
	rows[0].value = slice_of(value, 2U + value[1]);
	if (pending) {
		block.row_count = 2;
		finding = pending->finding;
		finding.state = row_state;
		if (strcmp(row_state, "open") == 0)
			finding.block = number;
		rows[1].key = (struct row_key){.table = table_finding.table,
					       .pool = pending->pool,
					       .size = FINDING_ID_BYTES};
		memcpy(rows[1].key.bytes, pending->key, FINDING_ID_BYTES);
		rows[1].value = record_encode(arena, &record_finding, &finding);
	}
	assert_ok(store_append(txn, NULL, &block, &f->err), f->err);
	commit(f, txn);
	arena_free(arena);
}

static void history_is_told_as_what_is_left_of_it(void **state)
{
	struct fixture *f = *state;
	struct pending_finding over = row_of(7, SEVERITY_ERROR);
	struct pending_finding left = row_of(8, SEVERITY_ERROR);
	struct pending_finding refused = finding_of(4, 0, SEVERITY_ERROR);

	start(f); /* a first sync: the node's head is block 5 */
	append_with_head(f, 1, 5, &over, "open");
	append_with_head(f, 2, 5, &left, "open");
	append_with_head(f, 3, 5, &over, "resolved");
	assert_int_equal(count_notes(f), 0);
	open_finding(f, refused); /* that keeps it from going on, so it is told at once */
	expect_told(f, 1, "open 4");
	note_news(f);
	stop(f);
	start(f);
	resolve_finding(f, refused);
	expect_told(f, 2, "open 4, resolved 4");
	append_with_head(f, 5, 9, NULL, NULL);
	expect_told(f, 3, "open 4, resolved 4, open 2");
	append_with_head(f, 6, 9, &over, "open"); /* from here on all is told, at once */
	expect_told(f, 4, "open 4, resolved 4, open 2, open 6");
}

static void another_filter_is_another_look_at_what_is_open(void **state)
{
	struct fixture *f = *state;
	const char *other[] = {"other"};
	struct pending_finding info = row_of(7, SEVERITY_INFO);
	struct pending_finding error = row_of(8, SEVERITY_ERROR);

	f->alerts_config[0].pools = other;
	f->alerts_config[0].pool_count = 1;
	start(f);
	apply(f, 1, &info, "open");
	apply(f, 2, &error, "open");
	assert_int_equal(count_notes(f), 0);
	stop(f);
	f->alerts_config[0].pool_count = 0;
	start(f);
	write_notes(f);
	expect_told(f, 1, "open 2");
	note_news(f);
	stop(f);
	f->alerts_config[0].min_severity = SEVERITY_INFO;
	start(f);
	write_notes(f);
	expect_told(f, 2, "open 2, open 1");
}

/* A receiver that is away is asked less and less often, and a restart does not change that. */
static void pauses_last_over_restarts(void **state)
{
	struct fixture *f = *state;
	struct alert_count *counts;
	struct arena *arena = arena_new();
	struct store_txn *txn;
	unsigned before;

	f->retry_ms = 60000;
	set_status(f, 503);
	start(f);
	open_finding(f, finding_of(5, 0, SEVERITY_ERROR));
	while (!has_logged(f, "HTTP status 503; trying again in 60000 ms"))
		sleep_ms(5);
	sleep_ms(50);
	assert_true(f->noter.has_news(f->noter.context));
	write_notes(f);
	stop(f);
	before = fakenode_requests(f->server);
	set_status(f, 200);
	start(f);
	sleep_ms(QUIET_MS);
	assert_int_equal(fakenode_requests(f->server), before);
	assert_ok(store_begin(&txn, f->store, STORE_READ, &f->err), f->err);
	assert_ok(alerts_counts(&counts, &f->config, arena, txn, &f->err), f->err);
	store_abort(txn);
	assert_int_equal(counts[0].waiting, 1);
	assert_true(counts[0].waiting_ms > 0);
	assert_int_equal(counts[0].told, 0);
	assert_int_equal(counts[0].failed, 1);
	assert_string_equal(counts[0].kind, "webhook");
	assert_non_null(strstr(counts[0].label, "alerts[0] (http://127.0.0.1:"));
	assert_non_null(strstr(counts[0].trouble, ", open: HTTP status 503"));
	assert_true(counts[0].next_ms > clock_wall_ms() + 30000);
	arena_free(arena);
}

static void a_message_that_is_refused_waits_for_itself_over_restarts(void **state)
{
	struct fixture *f = *state;

	f->retry_ms = 60000;
	f->receiver.bad_block = 5;
	start(f);
	open_finding(f, finding_of(5, 0, SEVERITY_ERROR));
	while (!has_logged(f, "HTTP status 400; trying again in 60000 ms"))
		sleep_ms(5);
	sleep_ms(50);
	write_notes(f);
	stop(f);
	(void)pthread_mutex_lock(&f->receiver.mutex);
	f->receiver.bad_block = 0;
	(void)pthread_mutex_unlock(&f->receiver.mutex);
	start(f);
	open_finding(f, finding_of(6, 0, SEVERITY_ERROR));
	expect_told(f, 1, "open 6");
}

static void a_webhook_gets_its_header_lines(void **state)
{
	struct fixture *f = *state;
	struct config_pair header = {.name = "Authorization", .value = "Bearer s3cr3tT0ken"};

	f->alerts_config[0].headers = &header;
	f->alerts_config[0].header_count = 1;
	f->alerts_config[0].hmac_secret = "hmacs3cret";
	start(f);
	open_finding(f, finding_of(5, 0, SEVERITY_ERROR));
	expect_told(f, 1, "open 5");
	assert_non_null(strstr(f->receiver.head, "Authorization: Bearer s3cr3tT0ken\r\n"));
	assert_non_null(strstr(f->receiver.head, "Content-Type: application/json\r\n"));
	assert_non_null(
		strstr(f->receiver.head, "X-Covermirror-Id: 05000000000000000000000000000000-"));
	assert_non_null(strstr(f->receiver.head, "X-Covermirror-Timestamp: "));
	assert_non_null(strstr(f->receiver.head, "X-Covermirror-Signature-256: sha256="));
	assert_null(strstr(f->receiver.head, "Secp256k1"));
	assert_null(strstr(f->receiver.head, "hmacs3cret"));
	assert_false(has_logged(f, "s3cr3t"));
	assert_false(has_logged(f, "hmacs3cret"));
}

/* Bodies of several alerts, or of one. */
static void count_alerts(void *context, const struct fake_request *request,
			 struct fake_reply *reply)
{
	atomic_size_t *counts = context; /* requests by the number of alerts in them */
	size_t size = json_array_size(request->json);

	assert_true(size > 0 && size < 100);
	assert_non_null(strstr(request->head, "POST /api/v2/alerts HTTP/1.1"));
	counts[size]++;
	fake_reply_text(reply, "");
}

static void an_alertmanager_is_told_again_of_what_is_open(void **state)
{
	struct fixture *f = *state;
	atomic_size_t counts[100] = {0};
	struct fakenode *manager = fakenode_start(count_alerts, counts);
	struct store_txn *txn;
	uint64_t until;

	f->alerts_config[0] =
		(struct config_alert){.kind = ALERT_ALERTMANAGER, .target = fakenode_url(manager)};
	f->config.serve.listen = "127.0.0.1:1";
	start(f);
	apply(f, 1, NULL, NULL);
	txn = begin(f);
	for (uint64_t i = 0; i < 70; i++) {
		struct pending_finding row = row_of((uint8_t)(i + 1), SEVERITY_ERROR);

		append(f, txn, 2 + i, 0, &row, "open");
	}
	commit(f, txn);
	until = now_ms() + PATIENCE_MS;
	while (!counts[64] && now_ms() < until) {
		write_notes(f);
		sleep_ms(20);
	}
	until = now_ms() + PATIENCE_MS;
	while (!counts[6] && now_ms() < until)
		sleep_ms(20);
	stop(f);
	assert_int_equal(counts[1], 70); /* the news, each by itself */
	assert_true(counts[64] > 0);     /* and then all of them, in two requests */
	assert_true(counts[6] > 0);
	fakenode_stop(manager);
}

/* A message that is told again has the id that it had. */
static void a_message_keeps_its_id(void **state)
{
	struct fixture *f = *state;
	char id[128];
	const char *line;

	start(f);
	open_finding(f, finding_of(5, 0, SEVERITY_ERROR));
	expect_told(f, 1, "open 5");
	line = strstr(f->receiver.head, "X-Covermirror-Id: ");
	assert_non_null(line);
	(void)snprintf(id, sizeof(id), "%.*s", (int)strcspn(line, "\r"), line);
	stop(f);
	f->receiver.head[0] = '\0';
	start(f);
	expect_told(f, 2, "open 5, open 5");
	assert_non_null(strstr(f->receiver.head, id));
}

static void a_command_gets_the_document_on_its_standard_input(void **state)
{
	struct fixture *f = *state;
	char path[SCRATCH_PATH_SIZE + 16];
	char command[2 * SCRATCH_PATH_SIZE + 64];
	char *text;

	(void)snprintf(path, sizeof(path), "%s/told", f->folder);
	/* Twice, so that it must be a file's end and not a pipe that stays open. */
	(void)snprintf(command, sizeof(command), "cat >>'%s'; echo out; echo err >&2; cat", path);
	f->alerts_config[1] = (struct config_alert){
		.kind = ALERT_COMMAND, .target = command, .min_severity = SEVERITY_INFO};
	f->config.alert_count = 2;
	start(f);
	open_finding(f, finding_of(5, 0, SEVERITY_ERROR));
	wait_for_lines(path, 1);
	expect_told(f, 1, "open 5");
	text = read_text(path);
	assert_string_equal(text, f->receiver.last);
	free(text);
	assert_false(has_logged(f, "cat"));
	assert_true(has_logged(f, "alerts[1] (command) was told of finding 05"));
}

static void a_command_that_fails_is_run_again(void **state)
{
	struct fixture *f = *state;
	char path[SCRATCH_PATH_SIZE + 16];
	char command[2 * SCRATCH_PATH_SIZE + 128];

	(void)snprintf(path, sizeof(path), "%s/told", f->folder);
	(void)snprintf(command, sizeof(command),
		       "echo try >>'%s'; test \"$(wc -l <'%s')\" -gt 3 || exit 7 # SECRET", path,
		       path);
	f->alerts_config[0] = (struct config_alert){
		.kind = ALERT_COMMAND, .target = command, .min_severity = SEVERITY_INFO};
	start(f);
	open_finding(f, finding_of(5, 0, SEVERITY_ERROR));
	wait_for_lines(path, 4);
	sleep_ms(QUIET_MS);
	assert_int_equal(count_lines(path), 4);
	assert_true(has_logged(f, "alerts[0] (command) was not told: finding "
				  "05000000000000000000000000000000, open: the command's exit "
				  "status is 7; trying again in 20 ms"));
	assert_false(has_logged(f, "SECRET"));
}

static void one_that_hangs_holds_up_nobody_and_is_ended(void **state)
{
	struct fixture *f = *state;
	uint64_t began;

	f->alerts_config[1] = (struct config_alert){.kind = ALERT_COMMAND,
						    .target = "trap '' TERM; sleep 60 & sleep 60",
						    .min_severity = SEVERITY_INFO};
	f->config.alert_count = 2;
	start(f);
	began = now_ms();
	open_finding(f, finding_of(5, 0, SEVERITY_ERROR));
	expect_told(f, 1, "open 5");
	assert_true(now_ms() - began < 700 + QUIET_MS);
	began = now_ms();
	while (!has_logged(f, "has not ended within 700 ms") && now_ms() - began < PATIENCE_MS)
		sleep_ms(10);
	assert_true(has_logged(f, "alerts[1] (command) was not told"));
	/* And at once where the daemon stops: with a command and a webhook that hang. */
	(void)pthread_mutex_lock(&f->receiver.mutex);
	f->receiver.delay_ms = 900;
	(void)pthread_mutex_unlock(&f->receiver.mutex);
	open_finding(f, finding_of(6, 0, SEVERITY_ERROR));
	sleep_ms(150);
	began = now_ms();
	stop(f);
	assert_true(now_ms() - began < 1000);
}

static void equal_alerts_are_two_and_former_ones_leave_no_notes(void **state)
{
	struct fixture *f = *state;

	f->alerts_config[1] = f->alerts_config[0];
	f->config.alert_count = 2;
	start(f);
	open_finding(f, finding_of(5, 0, SEVERITY_ERROR));
	expect_told(f, 2, "open 5, open 5");
	note_news(f);
	assert_int_equal(count_notes(f), 2);
	stop(f);
	f->config.alert_count = 1;
	start(f);
	write_notes(f);
	assert_int_equal(count_notes(f), 1);
	expect_told(f, 2, "open 5, open 5");
}

static void secrets_of_a_webhook_are_in_no_line(void **state)
{
	struct fixture *f = *state;
	char url[256];

	(void)snprintf(url, sizeof(url), "http://user:hunter22@%s/services/T0KENT0KEN?key=s3cr3t",
		       fakenode_url(f->server) + strlen("http://"));
	f->alerts_config[0].target = url;
	set_status(f, 500);
	start(f);
	open_finding(f, finding_of(5, 0, SEVERITY_ERROR));
	sleep_ms(QUIET_MS);
	set_status(f, 200);
	expect_told(f, 1, "open 5");
	assert_true(has_logged(f, fakenode_url(f->server)));
	assert_false(has_logged(f, "hunter22"));
	assert_false(has_logged(f, "T0KENT0KEN"));
	assert_false(has_logged(f, "s3cr3t"));
	assert_false(has_logged(f, "user"));
}

static void a_webhook_that_is_no_url_is_refused(void **state)
{
	struct fixture *f = *state;
	struct alert_pace pace = alert_pace();
	struct alerts *alerts;

	f->config.alerts = f->alerts_config;
	f->alerts_config[0].target = "http://bad host/secretpath";
	assert_int_equal(alerts_open(&alerts, &f->config, &pace, &f->logger, &f->err), ERR_USAGE);
	assert_non_null(strstr(f->err.message, "alerts[0].webhook: "));
	assert_null(strstr(f->err.message, "secretpath"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_finding_is_told_when_it_opens_and_when_it_ends),
		TEST(the_document_says_what_findings_say),
		TEST(an_alert_hears_of_its_severity_and_above),
		TEST(a_restart_goes_on_where_the_notes_stand),
		TEST(a_finding_of_before_the_alerts_is_told_with_the_first_notes),
		TEST(a_receiver_that_comes_back_is_told_everything_in_order),
		TEST(a_document_that_is_refused_does_not_keep_others_back),
		TEST(a_finding_that_opens_again_is_told_again),
		TEST(an_end_that_a_reorg_took_back_is_told_as_withdrawn),
		TEST(a_blocks_findings_are_noted_in_its_own_transaction),
		TEST(several_blocks_of_one_transaction_are_told_one_by_one),
		TEST(an_end_and_an_opening_within_one_block_are_both_told),
		TEST(a_reorg_withdraws_and_what_it_ended_is_open_again),
		TEST(what_vanishes_without_a_reorg_is_withdrawn_too),
		TEST(blocks_of_somebody_without_a_noter_are_caught_up_with),
		TEST(what_comes_and_goes_while_nobody_listens_is_told_as_it_was_last),
		TEST(history_is_told_as_what_is_left_of_it),
		TEST(another_filter_is_another_look_at_what_is_open),
		TEST(pauses_last_over_restarts),
		TEST(a_message_that_is_refused_waits_for_itself_over_restarts),
		TEST(a_webhook_gets_its_header_lines),
		TEST(an_alertmanager_is_told_again_of_what_is_open),
		TEST(a_message_keeps_its_id),
		TEST(a_command_gets_the_document_on_its_standard_input),
		TEST(a_command_that_fails_is_run_again),
		TEST(one_that_hangs_holds_up_nobody_and_is_ended),
		TEST(equal_alerts_are_two_and_former_ones_leave_no_notes),
		TEST(secrets_of_a_webhook_are_in_no_line),
		TEST(a_webhook_that_is_no_url_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
