#include "reconcile/source_check.h"

#include <stdlib.h>

#include "abi/keccak.h"
#include "store/notes.h"

#define PREFIX "finding/"
#define COUNT_KEY "findings-refused" /* how many there ever were: 8 bytes */

enum { PREFIX_SIZE = sizeof(PREFIX) - 1, KEY_SIZE = PREFIX_SIZE + 2 + FINDING_ID_BYTES };

static const struct check_rule rules[FAULT_COUNT] = {
	[FAULT_HEADER_HASH] = {"source-header-hash", SEVERITY_ERROR, LEVEL_SOURCE,
			       "a block's header makes its hash"},
	[FAULT_HEADER_UNKNOWN] = {"source-header-unknown", SEVERITY_ERROR, LEVEL_SOURCE,
				  "a block's header is of a fork that this version knows"},
	[FAULT_PARENT] = {"source-parent", SEVERITY_ERROR, LEVEL_SOURCE,
			  "a block is the child of the block below it"},
	[FAULT_RECEIPTS_ROOT] = {"source-receipts-root", SEVERITY_ERROR, LEVEL_SOURCE,
				 "a block's receipts make its receipts root"},
	[FAULT_BLOOM] = {"source-bloom", SEVERITY_ERROR, LEVEL_SOURCE,
			 "a block's logs make its bloom"},
	[FAULT_TRANSACTIONS_ROOT] = {"source-transactions-root", SEVERITY_ERROR, LEVEL_SOURCE,
				     "a block's transactions make its transactions root"},
	[FAULT_SENDER] = {"source-sender", SEVERITY_ERROR, LEVEL_SOURCE,
			  "a transaction's signature recovers its sender"},
	[FAULT_LOG] = {"source-log", SEVERITY_ERROR, LEVEL_SOURCE,
		       "a log that the node names is in the block's receipts as it is named"},
	[FAULT_LOG_OMITTED] = {"source-log-omitted", SEVERITY_WARNING, LEVEL_SOURCE,
			       "the node names every log that the block's receipts hold"},
	[FAULT_STATE] = {"source-state-proof", SEVERITY_ERROR, LEVEL_SOURCE,
			 "a state proof leads to the block's state root"},
	[FAULT_DISAGREEMENT] = {"source-disagreement", SEVERITY_ERROR, LEVEL_SOURCE,
				"all nodes name the same hash for a final block"},
};

const struct check_rule *source_check(enum proof_fault fault)
{
	return fault > FAULT_NONE && fault < FAULT_COUNT ? &rules[fault] : NULL;
}

bool source_check_is(const char *id)
{
	for (size_t i = 0; i < FAULT_COUNT; i++)
		if (rules[i].id && strcmp(rules[i].id, id) == 0)
			return true;
	return false;
}

void source_finding(uint8_t key[FINDING_ID_BYTES], struct finding *out, struct arena *arena,
		    const struct pool *pool, const struct proof_failure *failure)
{
	const struct check_rule *rule = &rules[failure->fault];
	uint8_t place[12];
	struct keccak k;
	struct hash hash;

	put_be64(place, failure->block);
	put_be32(place + 8, failure->has_log ? failure->log_index : UINT32_MAX);
	keccak_init(&k);
	keccak_update(&k, pool->setup.name, strlen(pool->setup.name) + 1);
	keccak_update(&k, rule->id, strlen(rule->id) + 1);
	keccak_update(&k, place, sizeof(place));
	keccak_update(&k, failure->node, strlen(failure->node) + 1);
	hash = keccak_final(&k);
	memcpy(key, hash.bytes, FINDING_ID_BYTES);
	*out = (struct finding){
		.check = rule->id,
		.severity = rule->severity,
		.block = failure->block,
		.transaction = failure->transaction,
		.has_log = failure->has_log,
		.log_index = failure->has_log ? failure->log_index : 0,
		.subject = arena_printf(arena, "node %s", failure->node),
		.expected = arena_string(arena, failure->expected),
		.actual = arena_string(arena, failure->actual),
		.difference = "",
		.trace = "",
		.state = "open",
		.first_seen = failure->block,
	};
}

static struct slice note_key(uint8_t out[KEY_SIZE], const struct pending_finding *pending)
{
	memcpy(out, PREFIX, PREFIX_SIZE);
	out[PREFIX_SIZE] = (uint8_t)(pending->pool >> 8);
	out[PREFIX_SIZE + 1] = (uint8_t)pending->pool;
	memcpy(out + PREFIX_SIZE + 2, pending->key, FINDING_ID_BYTES);
	return slice_of(out, KEY_SIZE);
}

static struct slice count_key(void)
{
	return slice_of(COUNT_KEY, sizeof(COUNT_KEY) - 1);
}

enum status pending_count(uint64_t *out, struct store_txn *txn, struct error *err)
{
	struct slice value;
	enum status st = store_note_get(&value, txn, count_key(), err);

	*out = 0;
	if (st == ERR_NOTFOUND)
		return OK;
	if (st == OK && value.size != sizeof(uint64_t))
		return error_set(err, ERR_CORRUPT, "the count of refused findings has %zu bytes",
				 value.size);
	if (st == OK)
		*out = get_be64(value.data);
	return st;
}

/* The next number; or the one that it has, where it is there already. */
static enum status number_it(uint64_t *out, struct store_txn *txn, struct slice key,
			     struct arena *arena, struct error *err)
{
	struct finding before;
	struct slice value;
	uint8_t count[8];
	enum status st = store_note_get(&value, txn, key, err);

	if (st == OK) {
		st = record_decode(&before, arena, &record_finding, value, err);
		*out = before.ordinal;
		return st;
	}
	if (st == ERR_NOTFOUND)
		st = pending_count(out, txn, err);
	if (st != OK)
		return st;
	put_be64(count, ++*out);
	return store_note_put(txn, count_key(), slice_of(count, sizeof(count)), err);
}

enum status pending_put(struct store_txn *txn, const struct pending_finding *pending,
			struct error *err)
{
	uint8_t key[KEY_SIZE];
	struct arena *arena = arena_new();
	struct finding finding = pending->finding;
	enum status st = number_it(&finding.ordinal, txn, note_key(key, pending), arena, err);

	if (st == OK)
		st = store_note_put(txn, note_key(key, pending),
				    record_encode(arena, &record_finding, &finding), err);
	arena_free(arena);
	return st;
}

enum status pending_remove(struct store_txn *txn, const struct pending_finding *pending,
			   struct error *err)
{
	uint8_t key[KEY_SIZE];

	return store_note_put(txn, note_key(key, pending), slice_of(NULL, 0), err);
}

struct pending_list {
	struct arena *arena;
	struct pending_finding *items;
	size_t count;
	size_t capacity;
	struct error error;
};

static bool take(void *context, struct slice key, struct slice value)
{
	struct pending_list *list = context;
	struct pending_finding *item;

	if (list->count == list->capacity) {
		list->capacity = list->capacity ? list->capacity * 2 : 8;
		list->items = xrealloc(list->items, list->capacity * sizeof(*list->items));
	}
	item = &list->items[list->count];
	if (key.size != KEY_SIZE) {
		(void)error_set(&list->error, ERR_CORRUPT, "the note of a finding has a wrong key");
		return false;
	}
	item->pool = (uint16_t)(key.data[PREFIX_SIZE] << 8 | key.data[PREFIX_SIZE + 1]);
	memcpy(item->key, key.data + PREFIX_SIZE + 2, FINDING_ID_BYTES);
	if (record_decode(&item->finding, list->arena, &record_finding, value, &list->error) != OK)
		return false;
	list->count++;
	return true;
}

enum status pending_read(struct pending_finding **out, size_t *count, struct arena *arena,
			 struct store_txn *txn, struct error *err)
{
	struct pending_list list = {.arena = arena};
	enum status st = store_note_each(txn, slice_of(PREFIX, PREFIX_SIZE), take, &list, err);

	if (st == OK && list.error.status != OK) {
		*err = list.error;
		st = err->status;
	}
	*count = list.count;
	*out = arena_copy(arena, list.items, list.count * sizeof(*list.items));
	free(list.items);
	return st;
}
