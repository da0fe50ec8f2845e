#include "reconcile/audit.h"

#include <inttypes.h>
#include <stdio.h>

#include "protocols/apply.h"
#include "protocols/audit.h"
#include "reconcile/finding.h"

/* ---- the stored logs ---- */

static enum status count_events(uint64_t counts[POOLS_MAX], uint64_t *all, struct store_txn *txn,
				const struct pool *pools, size_t pool_count, struct error *err)
{
	struct event_scan scan = {0};
	struct event_at at;
	struct slice value;
	enum status st = event_scan_open(&scan, txn, (struct event_at){0}, UINT64_MAX, false, err);

	while (st == OK) {
		struct event_log log;
		bool is_ours = false;

		st = event_scan_next(&at, &value, &scan, err);
		if (st == OK)
			st = event_decode(&log, value, at.log_index, err);
		if (st != OK)
			break;
		(*all)++;
		for (size_t i = 0; i < pool_count; i++)
			if (at.block >= pools[i].setup.start_block &&
			    pool_match(&pools[i], &log) >= 0) {
				counts[i]++;
				is_ours = true;
			}
		if (!is_ours)
			st = error_set(err, ERR_CORRUPT,
				       "block %" PRIu64 ": its log %" PRIu32 " is of no pool",
				       at.block, at.log_index);
	}
	event_scan_close(&scan);
	return st == ERR_NOTFOUND ? OK : st;
}

/* ---- findings ---- */

struct open_findings {
	const struct protocol *protocol;
	bool of_check[CHECKS_MAX];
	uint64_t by_severity[SEVERITY_ERROR + 1];
	bool is_unknown_severity;
};

static bool note_finding(void *context, const uint8_t *key, const struct finding *finding)
{
	struct open_findings *open = context;

	(void)key;
	if (strcmp(finding->state, "open") != 0)
		return true;
	if (finding->severity > SEVERITY_ERROR)
		open->is_unknown_severity = true;
	else
		open->by_severity[finding->severity]++;
	for (size_t i = 0; i < open->protocol->check_count && i < CHECKS_MAX; i++)
		if (strcmp(open->protocol->checks[i].id, finding->check) == 0)
			open->of_check[i] = true;
	return true;
}

/* ---- one pool ---- */

struct auditor {
	struct audit audit;
	struct open_findings open;
};

/* The chain and the arithmetic may disagree; but then there is a finding that says so. */
static void on_failure(void *context, const struct check_failure *failure)
{
	struct auditor *auditor = context;
	struct audit *audit = &auditor->audit;

	if ((failure->check < CHECKS_MAX && auditor->open.of_check[failure->check]) ||
	    *audit->broken)
		return;
	(void)snprintf(audit->broken, sizeof(audit->broken),
		       "%s%s%s fails (expected %s, got %s), and no finding says so",
		       auditor->open.protocol->checks[failure->check].id,
		       *failure->subject.field ? " " : "", failure->subject.field,
		       failure->expected, failure->actual);
}

static void on_pass(void *context, size_t check, const struct subject *subject)
{
	(void)context;
	(void)check;
	(void)subject;
}

/* A version before this one counted in all only: then less is known by check. */
static void check_counts(struct audit *audit, const struct reading *r, const struct tally *tally)
{
	struct check_counts counts;
	struct check_count sum = {0};
	struct error err;

	audit->figures++;
	if (tally_by_check(&counts, r, &err) != OK) {
		if (!*audit->broken)
			(void)snprintf(audit->broken, sizeof(audit->broken),
				       "the counts of its checks are damaged");
		return;
	}
	for (size_t i = 0; i < counts.size; i++) {
		sum.passed += counts.counts[i].passed;
		sum.failed += counts.counts[i].failed;
	}
	if ((sum.passed > tally->passed || sum.failed > tally->failed) && !*audit->broken)
		(void)snprintf(audit->broken, sizeof(audit->broken),
			       "the count of comparisons is kept as %" PRIu64 " and %" PRIu64
			       " failed, its checks give %" PRIu64 " and %" PRIu64,
			       tally->passed, tally->failed, sum.passed, sum.failed);
}

static void check_tally(struct auditor *auditor, const struct reading *r, uint64_t events)
{
	struct tally tally = tally_read(r);
	const uint64_t *open = auditor->open.by_severity;
	struct audit *audit = &auditor->audit;

	audit_equal(audit, "the count of open infos", NULL, u256_from(tally.open_info),
		    u256_from(open[SEVERITY_INFO]));
	audit_equal(audit, "the count of open warnings", NULL, u256_from(tally.open_warning),
		    u256_from(open[SEVERITY_WARNING]));
	audit_equal(audit, "the count of open errors", NULL, u256_from(tally.open_error),
		    u256_from(open[SEVERITY_ERROR]));
	audit_equal(audit, "the count of events", NULL, u256_from(tally.events), u256_from(events));
	check_counts(audit, r, &tally);
	if (auditor->open.is_unknown_severity && !*audit->broken)
		(void)snprintf(audit->broken, sizeof(audit->broken),
			       "a finding has a severity that there is not");
}

static enum status audit_pool(struct audit_counts *out, struct state *state,
			      const struct pool *pool, const struct block_ref *block,
			      uint64_t events, struct error *err)
{
	struct auditor auditor = {.open = {.protocol = pool->protocol}};
	struct checker checker = {.failed = on_failure, .resolved = on_pass, .context = &auditor};
	struct arena *arena = arena_new();
	struct trace trace = {0};
	struct book book = book_open(state, pool->id);
	struct applying a = {.pool = pool,
			     .state = state,
			     .arena = arena,
			     .block = block,
			     .checker = &checker,
			     .trace = &trace,
			     .book = &book};
	struct reading reading = {
		.pool = pool, .state = state, .arena = arena, .block = block->number};
	struct assets received;
	struct assets given;
	enum status st;

	auditor.audit.applying = &a;
	apply_begin_block(&a);
	findings_each(&reading, note_finding, &auditor.open);
	if (pool->protocol->audit)
		pool->protocol->audit(&auditor.audit);
	book_sums(&received, &given, &book);
	audit_equal(&auditor.audit, "what the ledger's accounts received", NULL, received.raw,
		    given.raw);
	check_tally(&auditor, &reading, events);
	out->figures += auditor.audit.figures + checker.passed_count + checker.failed_count;
	st = state_status(state, err);
	arena_free(arena);
	if (st == OK && *auditor.audit.broken)
		st = error_set(err, ERR_CORRUPT, "block %" PRIu64 ": pool %s: %s", block->number,
			       pool->setup.name, auditor.audit.broken);
	return st;
}

enum status audit_mirror(struct audit_counts *out, struct store_txn *txn, const struct pool *pools,
			 size_t pool_count, struct error *err)
{
	uint64_t events[POOLS_MAX] = {0};
	struct block_record cursor;
	struct state *state;
	enum status st = store_check(txn, err);

	*out = (struct audit_counts){0};
	if (st == OK)
		st = store_cursor(&cursor, txn, err);
	if (st != OK)
		return st == ERR_NOTFOUND ? OK : st;
	st = count_events(events, &out->events, txn, pools, pool_count, err);
	if (st != OK)
		return st;
	state = state_open(txn, cursor.ref.number);
	for (size_t i = 0; st == OK && i < pool_count; i++)
		st = audit_pool(out, state, &pools[i], &cursor.ref, events[i], err);
	state_close(state);
	return st;
}
