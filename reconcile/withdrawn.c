#include "reconcile/withdrawn.h"

#include <stdlib.h>

#include "store/notes.h"

#define PREFIX "withdrawn/"

enum { PREFIX_SIZE = sizeof(PREFIX) - 1, KEY_SIZE = PREFIX_SIZE + 2 + FINDING_ID_BYTES };

#define RECORD_OWNER struct withdrawn_row
#define WITHDRAWN_FIELDS(F)                                                                        \
	F(U64, reorg, "which of the mirror's reorgs took it back, from 1")                         \
	F(U64, fork, "the newest block that was kept")                                             \
	F(HASH, block_hash, "of the abandoned block")                                              \
	F(BYTES, finding, "the finding")

struct withdrawn_row {
	RECORD_STRUCT(WITHDRAWN_FIELDS)
};

RECORD_DEFINE(withdrawn_row, WITHDRAWN_FIELDS)
#undef RECORD_OWNER

static struct slice note_key(uint8_t out[KEY_SIZE], uint16_t pool, const uint8_t *key)
{
	memcpy(out, PREFIX, PREFIX_SIZE);
	out[PREFIX_SIZE] = (uint8_t)(pool >> 8);
	out[PREFIX_SIZE + 1] = (uint8_t)pool;
	memcpy(out + PREFIX_SIZE + 2, key, FINDING_ID_BYTES);
	return slice_of(out, KEY_SIZE);
}

/* ---- writing ---- */

struct note {
	uint8_t key[KEY_SIZE];
	struct slice value;
	struct note *next;
};

struct withdrawing {
	struct store_txn *txn;
	struct arena *arena;
	const struct pool *pool;
	uint64_t fork;
	uint64_t reorg;
	struct note *notes;
	struct error error;
};

static enum status block_hash(struct hash *out, struct store_txn *txn, uint64_t number,
			      struct error *err)
{
	struct block_record record;
	enum status st = store_block(&record, txn, number, err);

	if (st == OK)
		*out = record.ref.hash;
	return st == ERR_NOTFOUND ? OK : st;
}

/* Notes are written behind the walk: it reads the same transaction. */
static bool take_back(void *context, const uint8_t *id, const struct finding *finding)
{
	struct withdrawing *w = context;
	struct finding withdrawn = *finding;
	struct withdrawn_row row = {.reorg = w->reorg, .fork = w->fork};
	struct note *note;

	if (finding->block <= w->fork)
		return true;
	if (block_hash(&row.block_hash, w->txn, finding->block, &w->error) != OK)
		return false;
	withdrawn.state = "withdrawn";
	row.finding = record_encode(w->arena, &record_finding, &withdrawn);
	note = arena_array(w->arena, 1, sizeof(*note));
	(void)note_key(note->key, w->pool->id, id);
	note->value = record_encode(w->arena, &record_withdrawn_row, &row);
	note->next = w->notes;
	w->notes = note;
	return true;
}

static enum status collect(struct withdrawing *w, uint64_t cursor, struct error *err)
{
	struct reading reading = {.pool = w->pool, .arena = w->arena, .block = cursor};
	enum status st;

	reading.state = state_open(w->txn, cursor);
	findings_each(&reading, take_back, w);
	st = state_status(reading.state, err);
	state_close(reading.state);
	if (st == OK && w->error.status != OK && w->error.status != ERR_NOTFOUND) {
		*err = w->error;
		st = err->status;
	}
	return st;
}

enum status withdrawn_put(uint64_t *count, struct store_txn *txn, const struct pool *pool,
			  uint64_t fork, uint64_t reorg, struct error *err)
{
	struct block_record cursor;
	struct withdrawing w = {.txn = txn, .pool = pool, .fork = fork, .reorg = reorg};
	enum status st = store_cursor(&cursor, txn, err);

	if (st != OK)
		return st == ERR_NOTFOUND ? OK : st;
	w.arena = arena_new();
	st = collect(&w, cursor.ref.number, err);
	for (struct note *note = w.notes; st == OK && note; note = note->next) {
		st = store_note_put(txn, slice_of(note->key, KEY_SIZE), note->value, err);
		(*count)++;
	}
	arena_free(w.arena);
	return st;
}

/* ---- reading ---- */

static enum status decode(struct withdrawn_finding *out, struct arena *arena, struct slice value,
			  struct error *err)
{
	struct withdrawn_row row;
	enum status st = record_decode(&row, arena, &record_withdrawn_row, value, err);

	if (st == OK)
		st = record_decode(&out->finding, arena, &record_finding, row.finding, err);
	if (st != OK)
		return st;
	out->reorg = row.reorg;
	out->fork = row.fork;
	out->block_hash = row.block_hash;
	return OK;
}

struct withdrawn_list {
	struct arena *arena;
	struct withdrawn_finding *items;
	size_t count;
	size_t capacity;
	struct error error;
};

static bool take(void *context, struct slice key, struct slice value)
{
	struct withdrawn_list *list = context;
	struct withdrawn_finding *item;

	if (list->count == list->capacity) {
		list->capacity = list->capacity ? list->capacity * 2 : 8;
		list->items = xrealloc(list->items, list->capacity * sizeof(*list->items));
	}
	item = &list->items[list->count];
	if (key.size != KEY_SIZE) {
		(void)error_set(&list->error, ERR_CORRUPT,
				"the note of a withdrawn finding has a wrong key");
		return false;
	}
	item->pool = (uint16_t)(key.data[PREFIX_SIZE] << 8 | key.data[PREFIX_SIZE + 1]);
	memcpy(item->key, key.data + PREFIX_SIZE + 2, FINDING_ID_BYTES);
	if (decode(item, list->arena, value, &list->error) != OK)
		return false;
	list->count++;
	return true;
}

enum status withdrawn_read(struct withdrawn_finding **out, size_t *count, struct arena *arena,
			   struct store_txn *txn, struct error *err)
{
	struct withdrawn_list list = {.arena = arena};
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

enum status withdrawn_get(struct withdrawn_finding *out, struct arena *arena, struct store_txn *txn,
			  uint16_t pool, const uint8_t key[FINDING_ID_BYTES], struct error *err)
{
	uint8_t text[KEY_SIZE];
	struct slice value;
	enum status st = store_note_get(&value, txn, note_key(text, pool, key), err);

	if (st != OK)
		return st;
	out->pool = pool;
	memcpy(out->key, key, FINDING_ID_BYTES);
	return decode(out, arena, value, err);
}

/* ---- keeping the newest ---- */

static int newest_first(const void *a, const void *b)
{
	const struct withdrawn_finding *x = a;
	const struct withdrawn_finding *y = b;

	if (x->reorg != y->reorg)
		return x->reorg > y->reorg ? -1 : 1;
	if (x->finding.block != y->finding.block)
		return x->finding.block > y->finding.block ? -1 : 1;
	if (x->pool != y->pool)
		return x->pool < y->pool ? -1 : 1;
	return memcmp(x->key, y->key, FINDING_ID_BYTES);
}

enum status withdrawn_trim(struct store_txn *txn, struct error *err)
{
	struct arena *arena = arena_new();
	struct withdrawn_finding *items;
	size_t count;
	enum status st = withdrawn_read(&items, &count, arena, txn, err);

	if (st == OK && count > WITHDRAWN_MAX)
		qsort(items, count, sizeof(*items), newest_first);
	for (size_t i = WITHDRAWN_MAX; st == OK && i < count; i++) {
		uint8_t key[KEY_SIZE];

		st = store_note_put(txn, note_key(key, items[i].pool, items[i].key),
				    slice_of(NULL, 0), err);
	}
	arena_free(arena);
	return st;
}
