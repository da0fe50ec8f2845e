#include "serve/alert/note.h"

#include <stdlib.h>

#include "store/notes.h"

#define PREFIX "alert/"

enum {
	PREFIX_SIZE = sizeof(PREFIX) - 1,
	POOL_AT = PREFIX_SIZE + ALERT_TAG_BYTES,
	ID_AT = POOL_AT + 2,
	KEY_SIZE = ID_AT + FINDING_ID_BYTES,
};

#define RECORD_OWNER struct alert_row
#define ALERT_FIELDS(F)                                                                            \
	F(BOOL, is_told, "the alert was told that the finding is open")                            \
	F(BYTES, finding, "the finding when it was opened")

struct alert_row {
	RECORD_STRUCT(ALERT_FIELDS)
};

RECORD_DEFINE(alert_row, ALERT_FIELDS)
#undef RECORD_OWNER

bool alert_about_is_same(const struct alert_about *a, const struct alert_about *b)
{
	return a->pool == b->pool && memcmp(a->tag.bytes, b->tag.bytes, ALERT_TAG_BYTES) == 0 &&
	       memcmp(a->key, b->key, FINDING_ID_BYTES) == 0;
}

static struct slice note_key(uint8_t out[KEY_SIZE], const struct alert_about *about)
{
	memcpy(out, PREFIX, PREFIX_SIZE);
	memcpy(out + PREFIX_SIZE, about->tag.bytes, ALERT_TAG_BYTES);
	out[POOL_AT] = (uint8_t)(about->pool >> 8);
	out[POOL_AT + 1] = (uint8_t)about->pool;
	memcpy(out + ID_AT, about->key, FINDING_ID_BYTES);
	return slice_of(out, KEY_SIZE);
}

enum status alert_note_put(struct store_txn *txn, const struct alert_note *note, struct error *err)
{
	struct arena *arena = arena_new();
	struct alert_row row = {.is_told = note->is_told,
				.finding = record_encode(arena, &record_finding, &note->finding)};
	uint8_t key[KEY_SIZE];
	enum status st = store_note_put(txn, note_key(key, &note->about),
					record_encode(arena, &record_alert_row, &row), err);

	arena_free(arena);
	return st;
}

enum status alert_note_remove(struct store_txn *txn, const struct alert_about *about,
			      struct error *err)
{
	uint8_t key[KEY_SIZE];

	return store_note_put(txn, note_key(key, about), slice_of(NULL, 0), err);
}

struct note_list {
	struct arena *arena;
	struct alert_note *items;
	size_t count;
	size_t capacity;
	struct error error;
};

static enum status parse(struct alert_note *out, struct arena *arena, struct slice key,
			 struct slice value, struct error *err)
{
	struct alert_row row;
	enum status st;

	if (key.size != KEY_SIZE)
		return error_set(err, ERR_CORRUPT, "the note of an alert has a wrong key");
	memcpy(out->about.tag.bytes, key.data + PREFIX_SIZE, ALERT_TAG_BYTES);
	out->about.pool = (uint16_t)(key.data[POOL_AT] << 8 | key.data[POOL_AT + 1]);
	memcpy(out->about.key, key.data + ID_AT, FINDING_ID_BYTES);
	st = record_decode(&row, arena, &record_alert_row, value, err);
	if (st == OK)
		st = record_decode(&out->finding, arena, &record_finding, row.finding, err);
	out->is_told = st == OK && row.is_told;
	return st;
}

static bool take(void *context, struct slice key, struct slice value)
{
	struct note_list *list = context;

	if (list->count == list->capacity) {
		list->capacity = list->capacity ? list->capacity * 2 : 8;
		list->items = xrealloc(list->items, list->capacity * sizeof(*list->items));
	}
	if (parse(&list->items[list->count], list->arena, key, value, &list->error) != OK)
		return false;
	list->count++;
	return true;
}

enum status alert_notes_read(struct alert_note **out, size_t *count, struct arena *arena,
			     struct store_txn *txn, const struct alert_tag *tag, struct error *err)
{
	struct note_list list = {.arena = arena};
	uint8_t prefix[POOL_AT] = PREFIX;
	size_t size = PREFIX_SIZE;
	enum status st;

	if (tag) {
		memcpy(prefix + PREFIX_SIZE, tag->bytes, ALERT_TAG_BYTES);
		size = POOL_AT;
	}
	st = store_note_each(txn, slice_of(prefix, size), take, &list, err);
	if (st == OK && list.error.status != OK) {
		*err = list.error;
		st = err->status;
	}
	*count = list.count;
	*out = arena_copy(arena, list.items, list.count * sizeof(*list.items));
	free(list.items);
	return st;
}
