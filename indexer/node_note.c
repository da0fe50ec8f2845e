#include "indexer/node_note.h"

#include <stdio.h>

#include "store/record.h"

#define PREFIX "node/"

enum {
	PREFIX_SIZE = sizeof(PREFIX) - 1,
	KEY_SIZE = PREFIX_SIZE + 1,
	NUMBER_BYTES = 8,
	LATENCY_BYTES = (LATENCY_BOUNDS + 2) * NUMBER_BYTES,
};

#define RECORD_OWNER struct node_row
#define NODE_FIELDS(F)                                                                             \
	F(TEXT, label, "scheme, host and port")                                                    \
	F(BOOL, has_head, "whether it has told of a block")                                        \
	F(U64, head, "newest block that it told of")                                               \
	F(U64, latency_ms, "moving average of a request")                                          \
	F(U64, answers, "requests that were answered")                                             \
	F(U64, troubles, "requests that failed")                                                   \
	F(U64, lies, "answers that failed their proof")                                            \
	F(U64, omissions, "logs that it left out")                                                 \
	F(BOOL, is_quarantined, "left alone for a while")                                          \
	F(U64, quarantine_left_ms, "how long, when this was written")                              \
	F(U64, rate_limited, "answers that said: too often")                                       \
	F(U64, hedges, "questions that went to another since it was slow")                         \
	F(U64, paused_left_ms, "how long it is left alone after trouble, when this was written")   \
	F(U64, troubles_in_a_row, "requests that failed since it answered")                        \
	F(BYTES, troubles_by_kind, "8 bytes a kind of failure")                                    \
	F(BYTES, latency, "8 bytes a bucket, and the sum of milliseconds")

struct node_row {
	RECORD_STRUCT(NODE_FIELDS)
};

RECORD_DEFINE(node_row, NODE_FIELDS)
#undef RECORD_OWNER

static struct slice note_key(uint8_t key[KEY_SIZE], size_t node)
{
	memcpy(key, PREFIX, PREFIX_SIZE);
	key[PREFIX_SIZE] = (uint8_t)node;
	return slice_of(key, KEY_SIZE);
}

/* ---- lists of numbers ---- */

static struct slice put_numbers(uint8_t *bytes, const uint64_t *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		put_be64(bytes + i * NUMBER_BYTES, numbers[i]);
	return slice_of(bytes, count * NUMBER_BYTES);
}

/* Another version may have had other kinds and bounds: then nothing is known of these. */
static void take_numbers(uint64_t *numbers, size_t count, struct slice bytes)
{
	if (bytes.size != count * NUMBER_BYTES)
		return;
	for (size_t i = 0; i < count; i++)
		numbers[i] = get_be64(bytes.data + i * NUMBER_BYTES);
}

static struct slice put_latency(uint8_t bytes[LATENCY_BYTES], const struct latency *latency)
{
	(void)put_numbers(bytes, latency->counts, LATENCY_BOUNDS + 1);
	(void)put_numbers(bytes + LATENCY_BYTES - NUMBER_BYTES, &latency->sum_ms, 1);
	return slice_of(bytes, LATENCY_BYTES);
}

static void take_latency(struct latency *latency, struct slice bytes)
{
	if (bytes.size != LATENCY_BYTES)
		return;
	take_numbers(latency->counts, LATENCY_BOUNDS + 1,
		     slice_of(bytes.data, LATENCY_BYTES - NUMBER_BYTES));
	latency->sum_ms = get_be64(bytes.data + LATENCY_BYTES - NUMBER_BYTES);
}

/* ---- notes ---- */

enum status node_note_put(struct store_txn *txn, size_t node, const struct witness_record *record,
			  struct error *err)
{
	uint8_t troubles[TROUBLES * NUMBER_BYTES];
	uint8_t latency[LATENCY_BYTES];
	struct node_row row = {.label = record->label,
			       .has_head = record->has_head,
			       .head = record->head,
			       .latency_ms = record->latency_ms,
			       .answers = record->answers,
			       .troubles = record->troubles,
			       .lies = record->lies,
			       .omissions = record->omissions,
			       .is_quarantined = record->is_quarantined,
			       .quarantine_left_ms = record->quarantine_left_ms,
			       .rate_limited = record->rate_limited,
			       .hedges = record->hedges,
			       .paused_left_ms = record->paused_left_ms,
			       .troubles_in_a_row = record->troubles_in_a_row,
			       .troubles_by_kind =
				       put_numbers(troubles, record->troubles_by_kind, TROUBLES),
			       .latency = put_latency(latency, &record->latency)};
	struct arena *arena = arena_new();
	uint8_t key[KEY_SIZE];
	enum status st = store_note_put(txn, note_key(key, node),
					record_encode(arena, &record_node_row, &row), err);

	arena_free(arena);
	return st;
}

enum status node_note_remove(struct store_txn *txn, size_t node, struct error *err)
{
	uint8_t key[KEY_SIZE];

	return store_note_put(txn, note_key(key, node), slice_of(NULL, 0), err);
}

struct walk {
	bool (*visit)(void *context, const struct witness_record *record);
	void *context;
	struct error error;
};

static bool visit_note(void *context, struct slice key, struct slice value)
{
	struct walk *walk = context;
	struct arena *arena = arena_new();
	struct witness_record record;
	struct node_row row;
	bool goes_on = false;

	(void)key;
	if (record_decode(&row, arena, &record_node_row, value, &walk->error) == OK) {
		record = (struct witness_record){.has_head = row.has_head,
						 .head = row.head,
						 .latency_ms = row.latency_ms,
						 .answers = row.answers,
						 .troubles = row.troubles,
						 .lies = row.lies,
						 .omissions = row.omissions,
						 .is_quarantined = row.is_quarantined,
						 .quarantine_left_ms = row.quarantine_left_ms,
						 .rate_limited = row.rate_limited,
						 .hedges = row.hedges,
						 .paused_left_ms = row.paused_left_ms,
						 .troubles_in_a_row = row.troubles_in_a_row};
		take_numbers(record.troubles_by_kind, TROUBLES, row.troubles_by_kind);
		take_latency(&record.latency, row.latency);
		(void)snprintf(record.label, sizeof(record.label), "%s", row.label);
		goes_on = walk->visit(walk->context, &record);
	}
	arena_free(arena);
	return goes_on;
}

enum status node_note_each(struct store_txn *txn,
			   bool (*visit)(void *context, const struct witness_record *record),
			   void *context, struct error *err)
{
	struct walk walk = {.visit = visit, .context = context};
	enum status st =
		store_note_each(txn, slice_of(PREFIX, PREFIX_SIZE), visit_note, &walk, err);

	if (st == OK && walk.error.status != OK) {
		*err = walk.error;
		st = err->status;
	}
	return st;
}
