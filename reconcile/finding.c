#include "reconcile/finding.h"

#include "abi/keccak.h"
#include "protocols/tables.h"

#define RECORD_OWNER struct finding
RECORD_DEFINE(finding, FINDING_FIELDS)
#undef RECORD_OWNER
#define RECORD_OWNER struct tally
RECORD_DEFINE(tally, TALLY_FIELDS)
#undef RECORD_OWNER

const struct row_table table_finding = {TABLE_FINDING, FINDING_ID_BYTES, &record_finding};
const struct row_table table_tally = {TABLE_TALLY, 1, &record_tally};

static struct tally *tally_of(struct recorder *recorder)
{
	struct applying *a = recorder->applying;

	return state_row(a->state, &table_tally, a->pool->id, "");
}

static uint64_t *open_count(struct tally *tally, uint64_t severity)
{
	switch ((enum severity)severity) {
	case SEVERITY_INFO:
		return &tally->open_info;
	case SEVERITY_WARNING:
		return &tally->open_warning;
	case SEVERITY_ERROR:
		return &tally->open_error;
	}
	return &tally->open_error;
}

/*
 * The id is the question's: check, pool and subject; for an event also the event. So the same
 * failure has the same id in every mirror of the chain.
 */
static void make_id(uint8_t key[FINDING_ID_BYTES], const struct applying *a, size_t check,
		    const struct subject *subject, bool is_standing)
{
	const char *id = a->pool->protocol->checks[check].id;
	const char *pool = a->pool->setup.name;
	struct keccak k;
	struct hash hash;

	keccak_init(&k);
	keccak_update(&k, pool, strlen(pool) + 1);
	keccak_update(&k, id, strlen(id) + 1);
	keccak_update(&k, subject->field, strlen(subject->field) + 1);
	if (subject->is_account)
		keccak_update(&k, subject->account.bytes, ADDRESS_BYTES);
	if (subject->list) {
		keccak_update(&k, subject->list->name, strlen(subject->list->name) + 1);
		keccak_update(&k, subject->key, subject->list->table->key_size);
	}
	if (!is_standing && a->event) {
		uint8_t log[4];

		put_be32(log, a->event->log->log_index);
		keccak_update(&k, a->event->log->transaction_hash.bytes, HASH_BYTES);
		keccak_update(&k, log, sizeof(log));
	} else if (!is_standing) {
		uint8_t block[8];

		put_be64(block, a->block->number);
		keccak_update(&k, block, sizeof(block));
	}
	hash = keccak_final(&k);
	memcpy(key, hash.bytes, FINDING_ID_BYTES);
}

static const char *subject_text(struct arena *arena, const struct subject *subject)
{
	char address[HEX_SIZE(ADDRESS_BYTES)];

	if (subject->list)
		return arena_printf(arena, "%s %s%s%s", subject->list->one,
				    item_key_format(arena, subject->list, subject->key),
				    *subject->field ? " " : "", subject->field);
	if (!subject->is_account)
		return subject->field;
	return arena_printf(arena, "%s%s%s", address_format(address, subject->account),
			    *subject->field ? " " : "", subject->field);
}

static void on_failure(void *context, const struct check_failure *failure)
{
	struct recorder *recorder = context;
	struct applying *a = recorder->applying;
	const struct check_rule *rule = &a->pool->protocol->checks[failure->check];
	struct arena *arena = state_arena(a->state);
	struct tally *tally = tally_of(recorder);
	uint8_t key[FINDING_ID_BYTES];
	struct finding *finding;
	uint64_t first_seen;

	make_id(key, a, failure->check, &failure->subject, failure->is_standing);
	finding = state_row(a->state, &table_finding, a->pool->id, key);
	if (strcmp(finding->state, "open") == 0)
		return;
	first_seen = finding->first_seen ? finding->first_seen : a->block->number;
	*finding = (struct finding){
		.check = rule->id,
		.severity = rule->severity,
		.block = a->block->number,
		.transaction = a->event ? a->event->log->transaction_hash : (struct hash){{0}},
		.has_log = a->event != NULL,
		.log_index = a->event ? a->event->log->log_index : 0,
		.subject = subject_text(arena, &failure->subject),
		.expected = arena_string(arena, failure->expected),
		.actual = arena_string(arena, failure->actual),
		.difference = arena_string(arena, failure->difference),
		.trace = trace_format(arena, a->trace),
		.state = "open",
		.first_seen = first_seen,
		.ordinal = tally->failed + recorder->checker.failed_count,
	};
	(*open_count(tally, finding->severity))++;
	if (failure->is_standing)
		tally->open_standing++;
	recorder->checker.has_open_standing = tally->open_standing > 0;
}

static void on_resolved(void *context, size_t check, const struct subject *subject)
{
	struct recorder *recorder = context;
	struct applying *a = recorder->applying;
	struct tally *tally = tally_of(recorder);
	uint8_t key[FINDING_ID_BYTES];
	struct finding *finding;

	make_id(key, a, check, subject, true);
	finding = state_row(a->state, &table_finding, a->pool->id, key);
	if (strcmp(finding->state, "open") != 0)
		return;
	finding->state = "resolved";
	finding->resolved_at = a->block->number;
	(*open_count(tally, finding->severity))--;
	tally->open_standing--;
	recorder->checker.has_open_standing = tally->open_standing > 0;
}

void recorder_init(struct recorder *recorder, struct applying *applying)
{
	const struct protocol *protocol = applying->pool->protocol;
	const struct check_order *order;
	struct error err;

	*recorder = (struct recorder){.applying = applying};
	recorder->checker = (struct checker){
		.failed = on_failure, .resolved = on_resolved, .context = recorder};
	recorder->checker.has_open_standing = tally_of(recorder)->open_standing > 0;
	order = state_row(applying->state, &table_check_order, applying->pool->id, "");
	if (check_counts_decode(&recorder->counts, order->tags, tally_of(recorder)->by_check,
				&err) != OK) {
		(void)error_wrap(&err, "pool %s", applying->pool->setup.name);
		state_fail(applying->state, &err);
	}
	for (size_t i = 0; i < protocol->check_count; i++)
		recorder->tags[i] = check_tag(protocol->checks[i].id);
}

void recorder_add(struct recorder *recorder, const uint8_t key[FINDING_ID_BYTES],
		  const struct finding *finding)
{
	struct applying *a = recorder->applying;
	struct arena *arena = state_arena(a->state);
	struct tally *tally = tally_of(recorder);
	struct finding *row = state_row(a->state, &table_finding, a->pool->id, key);

	if (strcmp(row->state, "open") == 0)
		return;
	recorder->checker.failed_count++;
	check_counts_add(&recorder->counts, check_tag(finding->check),
			 (struct check_count){.failed = 1});
	*row = *finding;
	row->check = arena_string(arena, finding->check);
	row->subject = arena_string(arena, finding->subject);
	row->expected = arena_string(arena, finding->expected);
	row->actual = arena_string(arena, finding->actual);
	row->difference = arena_string(arena, finding->difference);
	row->trace = arena_string(arena, finding->trace);
	row->state = arena_string(arena, finding->state);
	row->ordinal = tally->failed + recorder->checker.failed_count;
	if (strcmp(row->state, "open") == 0)
		(*open_count(tally, row->severity))++;
}

/* Into the tally; those of the protocol's checks were counted by the checker. */
static void keep_counts(struct recorder *recorder, struct tally *tally)
{
	const struct applying *a = recorder->applying;
	struct check_count *of_check = recorder->checker.of_check;
	struct arena *arena = state_arena(a->state);
	struct check_order *order;

	for (size_t i = 0; i < a->pool->protocol->check_count; i++) {
		check_counts_add(&recorder->counts, recorder->tags[i], of_check[i]);
		of_check[i] = (struct check_count){0};
	}
	tally->by_check = check_counts_encode(arena, &recorder->counts);
	order = state_row(a->state, &table_check_order, a->pool->id, "");
	if (order->tags.size != recorder->counts.size * sizeof(recorder->counts.tags[0]))
		order->tags = check_order_encode(arena, &recorder->counts);
}

void recorder_end_block(struct recorder *recorder, size_t event_count)
{
	struct tally *tally;

	if (!event_count && !recorder->checker.passed_count && !recorder->checker.failed_count)
		return;
	tally = tally_of(recorder);
	keep_counts(recorder, tally);
	tally->passed += recorder->checker.passed_count;
	tally->failed += recorder->checker.failed_count;
	tally->events += event_count;
	recorder->checker.passed_count = 0;
	recorder->checker.failed_count = 0;
}

char *finding_id_format(char out[2 * FINDING_ID_BYTES + 1], const uint8_t *key)
{
	char hex[HEX_SIZE(FINDING_ID_BYTES)];

	(void)hex_format(hex, slice_of(key, FINDING_ID_BYTES));
	memcpy(out, hex + 2, 2 * FINDING_ID_BYTES + 1);
	return out;
}

struct finding_walk {
	bool (*visit)(void *context, const uint8_t *key, const struct finding *finding);
	void *context;
};

static bool visit_finding(void *context, const uint8_t *key, const void *row)
{
	struct finding_walk *walk = context;

	return walk->visit(walk->context, key, row);
}

void findings_each(const struct reading *r,
		   bool (*visit)(void *context, const uint8_t *key, const struct finding *finding),
		   void *context)
{
	struct finding_walk walk = {.visit = visit, .context = context};

	state_each(r->state, &table_finding, r->pool->id, visit_finding, &walk);
}

struct tally tally_read(const struct reading *r)
{
	const struct tally *row = state_row(r->state, &table_tally, r->pool->id, "");

	return *row;
}

enum status tally_by_check(struct check_counts *out, const struct reading *r, struct error *err)
{
	const struct tally *row = state_row(r->state, &table_tally, r->pool->id, "");
	const struct check_order *order = state_row(r->state, &table_check_order, r->pool->id, "");
	enum status st = state_status(r->state, err);

	if (st != OK)
		return st;
	st = check_counts_decode(out, order->tags, row->by_check, err);
	return st == OK ? OK : error_wrap(err, "pool %s", r->pool->setup.name);
}
