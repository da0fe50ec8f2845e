#include "indexer/reorg_note.h"

#include "store/record.h"

#define PREFIX "reorg/"

enum { PREFIX_SIZE = sizeof(PREFIX) - 1, KEY_SIZE = PREFIX_SIZE + 8 };

#define RECORD_OWNER struct reorg_row
#define REORG_FIELDS(F)                                                                            \
	F(U64, fork_number, "the newest block that was kept")                                      \
	F(HASH, fork_hash, "")                                                                     \
	F(U64, fork_timestamp, "seconds")                                                          \
	F(U64, old_number, "the newest block that was dropped")                                    \
	F(HASH, old_hash, "")                                                                      \
	F(U64, old_timestamp, "seconds")                                                           \
	F(U64, head_number, "the node's head then")                                                \
	F(HASH, head_hash, "")                                                                     \
	F(U64, head_timestamp, "seconds")                                                          \
	F(U64, dropped, "blocks of the mirror that were dropped")                                  \
	F(U64, withdrawn, "findings that went with them")                                          \
	F(BOOL, has_border, "whether a block of the mirror was final")                             \
	F(U64, border, "the newest that was")

struct reorg_row {
	RECORD_STRUCT(REORG_FIELDS)
};

RECORD_DEFINE(reorg_row, REORG_FIELDS)
#undef RECORD_OWNER

static struct slice note_key(uint8_t key[KEY_SIZE], uint64_t number)
{
	memcpy(key, PREFIX, PREFIX_SIZE);
	put_be64(key + PREFIX_SIZE, number);
	return slice_of(key, KEY_SIZE);
}

static struct slice encode(struct arena *arena, const struct mirror_reorg *reorg)
{
	struct reorg_row row = {
		.fork_number = reorg->fork.number,
		.fork_hash = reorg->fork.hash,
		.fork_timestamp = reorg->fork.timestamp,
		.old_number = reorg->old.number,
		.old_hash = reorg->old.hash,
		.old_timestamp = reorg->old.timestamp,
		.head_number = reorg->head.number,
		.head_hash = reorg->head.hash,
		.head_timestamp = reorg->head.timestamp,
		.dropped = reorg->dropped,
		.withdrawn = reorg->withdrawn,
		.has_border = reorg->has_border,
		.border = reorg->border,
	};

	return record_encode(arena, &record_reorg_row, &row);
}

enum status reorg_note_put(struct store_txn *txn, const struct mirror_reorg *reorg,
			   struct error *err)
{
	struct arena *arena = arena_new();
	uint8_t key[KEY_SIZE];
	enum status st =
		store_note_put(txn, note_key(key, reorg->number), encode(arena, reorg), err);

	if (st == OK && reorg->number > REORG_NOTES_MAX)
		st = store_note_put(txn, note_key(key, reorg->number - REORG_NOTES_MAX),
				    slice_of(NULL, 0), err);
	arena_free(arena);
	return st;
}

struct reorg_list {
	struct mirror_reorg *items;
	size_t count;
	struct error error;
};

static bool take(void *context, struct slice key, struct slice value)
{
	struct reorg_list *list = context;
	struct arena *arena = arena_new();
	struct reorg_row row;
	bool is_good = key.size == KEY_SIZE && list->count < REORG_NOTES_MAX;

	if (!is_good)
		(void)error_set(&list->error, ERR_CORRUPT, "the note of a reorg has a wrong key");
	else
		is_good = record_decode(&row, arena, &record_reorg_row, value, &list->error) == OK;
	if (is_good)
		list->items[list->count++] = (struct mirror_reorg){
			.number = get_be64(key.data + PREFIX_SIZE),
			.fork = {.number = row.fork_number,
				 .hash = row.fork_hash,
				 .timestamp = row.fork_timestamp},
			.old = {.number = row.old_number,
				.hash = row.old_hash,
				.timestamp = row.old_timestamp},
			.head = {.number = row.head_number,
				 .hash = row.head_hash,
				 .timestamp = row.head_timestamp},
			.dropped = row.dropped,
			.withdrawn = row.withdrawn,
			.has_border = row.has_border,
			.border = row.border,
		};
	arena_free(arena);
	return is_good;
}

enum status reorg_notes_read(struct mirror_reorg out[REORG_NOTES_MAX], size_t *count,
			     struct store_txn *txn, struct error *err)
{
	struct reorg_list list = {.items = out};
	enum status st = store_note_each(txn, slice_of(PREFIX, PREFIX_SIZE), take, &list, err);

	if (st == OK && list.error.status != OK) {
		*err = list.error;
		st = err->status;
	}
	*count = list.count;
	return st;
}

enum status reorg_note_count(uint64_t *out, struct store_txn *txn, struct error *err)
{
	struct mirror_reorg items[REORG_NOTES_MAX];
	size_t count;
	enum status st = reorg_notes_read(items, &count, txn, err);

	*out = st == OK && count ? items[count - 1].number : 0;
	return st;
}

/* ---- repairs ---- */

/* The note: how many there were, and of the last ones, oldest first, what was kept. */
struct repairs {
	uint64_t count;
	uint64_t kept[REPAIR_NOTES_MAX];
	size_t kept_count;
};

static struct slice repair_key(void)
{
	static const char key[] = "repairs";

	return slice_of(key, sizeof(key) - 1);
}

static enum status read_repairs(struct repairs *out, struct store_txn *txn, struct error *err)
{
	struct slice value;
	enum status st = store_note_get(&value, txn, repair_key(), err);

	out->count = 0;
	out->kept_count = 0;
	if (st != OK)
		return st == ERR_NOTFOUND ? OK : st;
	if (value.size < 16 || value.size % 8 || value.size > 8 + sizeof(out->kept))
		return error_set(err, ERR_CORRUPT, "the note of repairs has %zu bytes", value.size);
	out->count = get_be64(value.data);
	out->kept_count = value.size / 8 - 1;
	for (size_t i = 0; i < out->kept_count; i++)
		out->kept[i] = get_be64(value.data + 8 + 8 * i);
	return OK;
}

enum status repair_note_add(struct store_txn *txn, uint64_t kept, struct error *err)
{
	uint8_t value[8 + 8 * REPAIR_NOTES_MAX];
	struct repairs repairs;
	size_t from;
	size_t size = 8;
	enum status st = read_repairs(&repairs, txn, err);

	if (st != OK)
		return st;
	put_be64(value, repairs.count + 1);
	from = repairs.kept_count == REPAIR_NOTES_MAX ? 1 : 0;
	for (size_t i = from; i < repairs.kept_count; i++, size += 8)
		put_be64(value + size, repairs.kept[i]);
	put_be64(value + size, kept);
	return store_note_put(txn, repair_key(), slice_of(value, size + 8), err);
}

enum status repair_note_count(uint64_t *out, struct store_txn *txn, struct error *err)
{
	struct repairs repairs;
	enum status st = read_repairs(&repairs, txn, err);

	*out = repairs.count;
	return st;
}

enum status repair_notes_lowest(uint64_t *out, struct store_txn *txn, uint64_t since,
				struct error *err)
{
	struct repairs repairs;
	enum status st = read_repairs(&repairs, txn, err);
	uint64_t count;

	*out = UINT64_MAX;
	if (st != OK || since >= repairs.count)
		return st;
	count = repairs.count - since;
	if (count > repairs.kept_count)
		return error_set(err, ERR_NOTFOUND,
				 "what was repaired so long ago is not known any more");
	for (size_t i = repairs.kept_count - (size_t)count; i < repairs.kept_count; i++)
		if (repairs.kept[i] < *out)
			*out = repairs.kept[i];
	return OK;
}
