#include "serve/alert/note.h"

#include <stdlib.h>

#include "serve/alert/channel.h"
#include "store/notes.h"

#define NOTE_PREFIX "alert-note/"
#define QUEUE_PREFIX "alert-wait/"

enum {
	PREFIX_SIZE = sizeof(NOTE_PREFIX) - 1,
	POOL_AT = PREFIX_SIZE + ALERT_TAG_BYTES,
	ID_AT = POOL_AT + 2,
	KEY_SIZE = ID_AT + FINDING_ID_BYTES,
};

_Static_assert(sizeof(NOTE_PREFIX) == sizeof(QUEUE_PREFIX), "one layout of keys");

#define RECORD_OWNER struct note_row
#define NOTE_FIELDS(F)                                                                             \
	F(U64, former, "an episode before, to be told first")                                      \
	F(BOOL, is_former_told, "the alert was told that it was open")                             \
	F(BYTES, former_finding, "as it was when it opened")                                       \
	F(BYTES, former_end, "as it was when it ended")                                            \
	F(U64, former_over_ms, "milliseconds since 1970")                                          \
	F(U64, former_time, "seconds since 1970")                                                  \
	F(U64, episode, "when it was noticed, milliseconds since 1970")                            \
	F(BOOL, is_told, "the alert was told that the finding is open")                            \
	F(BOOL, is_over, "it has ended")                                                           \
	F(BYTES, finding, "as it was when it opened")                                              \
	F(BYTES, end, "as it was when it ended")                                                   \
	F(U64, over_ms, "milliseconds since 1970")                                                 \
	F(U64, block_time, "seconds since 1970")

struct note_row {
	RECORD_STRUCT(NOTE_FIELDS)
};

RECORD_DEFINE(note_row, NOTE_FIELDS)
#undef RECORD_OWNER

#define RECORD_OWNER struct queue_row
#define QUEUE_FIELDS(F)                                                                            \
	F(U64, block, "of the newest episode")                                                     \
	F(U64, since_ms, "milliseconds since 1970")                                                \
	F(U64, refusals, "in a row")                                                               \
	F(U64, due_ms, "milliseconds since 1970")

struct queue_row {
	RECORD_STRUCT(QUEUE_FIELDS)
};

RECORD_DEFINE(queue_row, QUEUE_FIELDS)
#undef RECORD_OWNER

bool alert_about_is_same(const struct alert_about *a, const struct alert_about *b)
{
	return a->pool == b->pool && memcmp(a->tag.bytes, b->tag.bytes, ALERT_TAG_BYTES) == 0 &&
	       memcmp(a->key, b->key, FINDING_ID_BYTES) == 0;
}

/* ---- what happens to a note ---- */

bool alert_note_next(struct alert_message *out, const struct alert_note *note)
{
	bool is_former = note->former != 0;

	*out = (struct alert_message){
		.note = note,
		.episode = is_former ? note->former : note->episode,
		.is_end = is_former ? note->is_former_told : note->is_told,
		.block_time = is_former ? note->former_time : note->block_time,
	};
	if (!out->is_end) {
		out->finding = is_former ? &note->former_finding : &note->finding;
		return true;
	}
	out->finding = is_former ? &note->former_end : &note->end;
	out->over_ms = is_former ? note->former_over_ms : note->over_ms;
	return is_former || note->is_over;
}

uint64_t alert_note_head(const struct alert_note *note)
{
	return note->former ? note->former : note->episode;
}

bool alert_note_lay(struct alert_note *note, const struct alert_told *told)
{
	if (note->former && told->episode == note->former) {
		if (told->is_end)
			note->former = 0;
		else
			note->is_former_told = true;
	} else if (told->episode == note->episode) {
		note->is_told = true;
		return !told->is_end;
	}
	return true;
}

void alert_note_open(struct alert_note *note, const struct finding *finding, uint64_t now_ms,
		     uint64_t block_time)
{
	if (note->episode && !note->is_over)
		return;
	/* Of the first that waits the alert may have heard, or hear just now; of a later one not.
	 */
	if (note->episode && !note->former) {
		note->former = note->episode;
		note->is_former_told = note->is_told;
		note->former_finding = note->finding;
		note->former_end = note->end;
		note->former_over_ms = note->over_ms;
		note->former_time = note->block_time;
	}
	note->episode = now_ms > note->episode ? now_ms : note->episode + 1;
	note->is_told = false;
	note->is_over = false;
	note->finding = *finding;
	note->finding.state = "open";
	note->finding.resolved_at = 0;
	note->end = (struct finding){0};
	note->over_ms = 0;
	note->block_time = block_time;
}

void alert_note_end(struct alert_note *note, const struct finding *end, uint64_t now_ms)
{
	if (!note->is_over)
		note->over_ms = now_ms > note->episode ? now_ms : note->episode;
	note->is_over = true;
	note->end = *end;
}

/* ---- keys ---- */

static struct slice key_of(uint8_t out[KEY_SIZE], const char *prefix,
			   const struct alert_about *about)
{
	memcpy(out, prefix, PREFIX_SIZE);
	memcpy(out + PREFIX_SIZE, about->tag.bytes, ALERT_TAG_BYTES);
	out[POOL_AT] = (uint8_t)(about->pool >> 8);
	out[POOL_AT + 1] = (uint8_t)about->pool;
	memcpy(out + ID_AT, about->key, FINDING_ID_BYTES);
	return slice_of(out, KEY_SIZE);
}

static struct slice prefix_of(uint8_t out[POOL_AT], const char *prefix, const struct alert_tag *tag)
{
	memcpy(out, prefix, PREFIX_SIZE);
	if (!tag)
		return slice_of(out, PREFIX_SIZE);
	memcpy(out + PREFIX_SIZE, tag->bytes, ALERT_TAG_BYTES);
	return slice_of(out, POOL_AT);
}

static enum status parse_key(struct alert_about *out, struct slice key, struct error *err)
{
	if (key.size != KEY_SIZE)
		return error_set(err, ERR_CORRUPT, "the note of an alert has a wrong key");
	memcpy(out->tag.bytes, key.data + PREFIX_SIZE, ALERT_TAG_BYTES);
	out->pool = (uint16_t)(key.data[POOL_AT] << 8 | key.data[POOL_AT + 1]);
	memcpy(out->key, key.data + ID_AT, FINDING_ID_BYTES);
	return OK;
}

/* ---- notes ---- */

static struct slice encode_finding(struct arena *arena, const struct finding *finding, bool is_any)
{
	return is_any ? record_encode(arena, &record_finding, finding) : slice_of(NULL, 0);
}

static enum status decode_finding(struct finding *out, struct arena *arena, struct slice bytes,
				  bool is_any, struct error *err)
{
	*out = (struct finding){0};
	return is_any ? record_decode(out, arena, &record_finding, bytes, err) : OK;
}

static enum status decode_note(struct alert_note *out, struct arena *arena, struct slice value,
			       struct error *err)
{
	struct note_row row;
	enum status st = record_decode(&row, arena, &record_note_row, value, err);

	if (st != OK)
		return st;
	out->former = row.former;
	out->is_former_told = row.is_former_told;
	out->former_over_ms = row.former_over_ms;
	out->former_time = row.former_time;
	out->episode = row.episode;
	out->is_told = row.is_told;
	out->is_over = row.is_over;
	out->over_ms = row.over_ms;
	out->block_time = row.block_time;
	st = decode_finding(&out->former_finding, arena, row.former_finding, row.former != 0, err);
	if (st == OK)
		st = decode_finding(&out->former_end, arena, row.former_end, row.former != 0, err);
	if (st == OK)
		st = decode_finding(&out->finding, arena, row.finding, true, err);
	if (st == OK)
		st = decode_finding(&out->end, arena, row.end, row.is_over, err);
	return st;
}

static enum status put_row(struct store_txn *txn, const struct alert_note *note,
			   struct arena *arena, struct error *err)
{
	uint8_t key[KEY_SIZE];
	struct note_row row = {
		.former = note->former,
		.is_former_told = note->former && note->is_former_told,
		.former_finding = encode_finding(arena, &note->former_finding, note->former != 0),
		.former_end = encode_finding(arena, &note->former_end, note->former != 0),
		.former_over_ms = note->former ? note->former_over_ms : 0,
		.former_time = note->former ? note->former_time : 0,
		.episode = note->episode,
		.is_told = note->is_told,
		.is_over = note->is_over,
		.finding = encode_finding(arena, &note->finding, true),
		.end = encode_finding(arena, &note->end, note->is_over),
		.over_ms = note->is_over ? note->over_ms : 0,
		.block_time = note->block_time,
	};

	return store_note_put(txn, key_of(key, NOTE_PREFIX, &note->about),
			      record_encode(arena, &record_note_row, &row), err);
}

static enum status put_due(struct store_txn *txn, const struct alert_due *due, struct arena *arena,
			   struct error *err)
{
	struct queue_row row = {.block = due->block,
				.since_ms = due->since_ms,
				.refusals = due->refusals,
				.due_ms = due->due_ms};
	uint8_t key[KEY_SIZE];

	return store_note_put(txn, key_of(key, QUEUE_PREFIX, &due->about),
			      record_encode(arena, &record_queue_row, &row), err);
}

enum status alert_note_put(struct store_txn *txn, const struct alert_note *note, struct error *err)
{
	struct arena *arena = arena_new();
	struct alert_message next;
	uint8_t key[KEY_SIZE];
	enum status st = put_row(txn, note, arena, err);

	if (st != OK) {
		arena_free(arena);
		return st;
	}
	if (alert_note_next(&next, note)) {
		struct alert_due due = {.about = note->about,
					.block = note->finding.block,
					.since_ms = next.is_end ? next.over_ms : next.episode};

		st = put_due(txn, &due, arena, err);
	} else {
		st = store_note_put(txn, key_of(key, QUEUE_PREFIX, &note->about), slice_of(NULL, 0),
				    err);
	}
	arena_free(arena);
	return st;
}

enum status alert_note_remove(struct store_txn *txn, const struct alert_about *about,
			      struct error *err)
{
	uint8_t key[KEY_SIZE];
	enum status st =
		store_note_put(txn, key_of(key, NOTE_PREFIX, about), slice_of(NULL, 0), err);

	return st == OK ? store_note_put(txn, key_of(key, QUEUE_PREFIX, about), slice_of(NULL, 0),
					 err)
			: st;
}

enum status alert_note_get(struct alert_note *out, struct arena *arena, struct store_txn *txn,
			   const struct alert_about *about, struct error *err)
{
	uint8_t key[KEY_SIZE];
	struct slice value;
	enum status st = store_note_get(&value, txn, key_of(key, NOTE_PREFIX, about), err);

	*out = (struct alert_note){.about = *about};
	return st == OK ? decode_note(out, arena, value, err) : st;
}

/* ---- lists of them ---- */

struct list {
	struct arena *arena;
	enum status (*parse)(void *item, struct arena *arena, struct slice key, struct slice value,
			     struct error *err);
	size_t item_size;
	uint8_t *items;
	size_t count;
	size_t capacity;
	struct error error;
};

static bool take(void *context, struct slice key, struct slice value)
{
	struct list *list = context;

	if (list->count == list->capacity) {
		list->capacity = list->capacity ? list->capacity * 2 : 16;
		list->items = xrealloc(list->items, list->capacity * list->item_size);
	}
	if (list->parse(list->items + list->count * list->item_size, list->arena, key, value,
			&list->error) != OK)
		return false;
	list->count++;
	return true;
}

static enum status read_list(void **out, size_t *count, struct list *list, struct store_txn *txn,
			     struct slice prefix, struct error *err)
{
	enum status st = store_note_each(txn, prefix, take, list, err);

	if (st == OK && list->error.status != OK) {
		*err = list->error;
		st = err->status;
	}
	*count = st == OK ? list->count : 0;
	*out = arena_copy(list->arena, list->items, *count * list->item_size);
	free(list->items);
	return st;
}

static enum status parse_note(void *item, struct arena *arena, struct slice key, struct slice value,
			      struct error *err)
{
	struct alert_note *note = item;
	enum status st = parse_key(&note->about, key, err);

	return st == OK ? decode_note(note, arena, value, err) : st;
}

enum status alert_notes_read(struct alert_note **out, size_t *count, struct arena *arena,
			     struct store_txn *txn, const struct alert_tag *tag, struct error *err)
{
	struct list list = {.arena = arena, .parse = parse_note, .item_size = sizeof(**out)};
	uint8_t prefix[POOL_AT];
	void *items;
	enum status st =
		read_list(&items, count, &list, txn, prefix_of(prefix, NOTE_PREFIX, tag), err);

	*out = items;
	return st;
}

static enum status parse_due(void *item, struct arena *arena, struct slice key, struct slice value,
			     struct error *err)
{
	struct alert_due *due = item;
	struct queue_row row;
	enum status st = parse_key(&due->about, key, err);

	if (st == OK)
		st = record_decode(&row, arena, &record_queue_row, value, err);
	if (st != OK)
		return st;
	due->block = row.block;
	due->since_ms = row.since_ms;
	due->refusals = row.refusals;
	due->due_ms = row.due_ms;
	return OK;
}

static int by_place(const void *a, const void *b)
{
	const struct alert_due *x = a;
	const struct alert_due *y = b;

	if (x->block != y->block)
		return x->block < y->block ? -1 : 1;
	if (x->about.pool != y->about.pool)
		return x->about.pool < y->about.pool ? -1 : 1;
	return memcmp(x->about.key, y->about.key, FINDING_ID_BYTES);
}

enum status alert_queue_read(struct alert_due **out, size_t *count, struct arena *arena,
			     struct store_txn *txn, const struct alert_tag *tag, struct error *err)
{
	struct list list = {.arena = arena, .parse = parse_due, .item_size = sizeof(**out)};
	uint8_t prefix[POOL_AT];
	void *items;
	enum status st =
		read_list(&items, count, &list, txn, prefix_of(prefix, QUEUE_PREFIX, tag), err);

	*out = items;
	if (*count)
		qsort(*out, *count, sizeof(**out), by_place);
	return st;
}

enum status alert_queue_count(uint64_t *count, uint64_t *since_ms, struct store_txn *txn,
			      const struct alert_tag *tag, struct error *err)
{
	struct arena *arena = arena_new();
	struct alert_due *items;
	size_t size;
	enum status st = alert_queue_read(&items, &size, arena, txn, tag, err);

	*count = size;
	*since_ms = 0;
	for (size_t i = 0; i < size; i++)
		if (!*since_ms || items[i].since_ms < *since_ms)
			*since_ms = items[i].since_ms;
	arena_free(arena);
	return st;
}

enum status alert_queue_put_off(struct store_txn *txn, const struct alert_due *due,
				struct error *err)
{
	struct arena *arena = arena_new();
	struct alert_due now;
	uint8_t key[KEY_SIZE];
	struct slice place = key_of(key, QUEUE_PREFIX, &due->about);
	struct slice value;
	enum status st = store_note_get(&value, txn, place, err);

	if (st == OK)
		st = parse_due(&now, arena, place, value, err);
	if (st == OK) {
		now.refusals = due->refusals;
		now.due_ms = due->due_ms;
		st = put_due(txn, &now, arena, err);
	}
	arena_free(arena);
	return st == ERR_NOTFOUND ? OK : st;
}

/* ---- forgetting ---- */

struct forgetting {
	bool (*is_kept)(const void *context, const struct alert_tag *tag);
	const void *context;
	struct arena *arena;
	struct slice *keys;
	size_t count;
	size_t capacity;
};

static bool take_key(void *context, struct slice key, struct slice value)
{
	struct forgetting *f = context;
	struct alert_tag tag = {{0}};

	(void)value;
	if (key.size >= POOL_AT)
		memcpy(tag.bytes, key.data + PREFIX_SIZE, ALERT_TAG_BYTES);
	if (f->is_kept(f->context, &tag))
		return true;
	if (f->count == f->capacity) {
		f->capacity = f->capacity ? f->capacity * 2 : 16;
		f->keys = xrealloc(f->keys, f->capacity * sizeof(*f->keys));
	}
	f->keys[f->count++] = slice_copy(f->arena, key);
	return true;
}

enum status alert_notes_forget(struct store_txn *txn,
			       bool (*is_kept)(const void *context, const struct alert_tag *tag),
			       const void *context, struct error *err)
{
	static const char *const prefixes[] = {NOTE_PREFIX, QUEUE_PREFIX, ALERT_CHANNEL_PREFIX};
	struct forgetting f = {.is_kept = is_kept, .context = context, .arena = arena_new()};
	enum status st = OK;

	for (size_t i = 0; st == OK && i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		st = store_note_each(txn, slice_of(prefixes[i], PREFIX_SIZE), take_key, &f, err);
	for (size_t i = 0; st == OK && i < f.count; i++)
		st = store_note_put(txn, f.keys[i], slice_of(NULL, 0), err);
	free(f.keys);
	arena_free(f.arena);
	return st;
}
