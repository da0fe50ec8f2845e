#include "store/internal.h"

#include <inttypes.h>

/* hash 32, parent hash 32, timestamp 8, digest 32, events 4, rows 4, proof level 1 */
enum {
	AT_HASH = 0,
	AT_PARENT = 32,
	AT_TIMESTAMP = 64,
	AT_DIGEST = 72,
	AT_EVENTS = 104,
	AT_ROWS = 108,
	AT_PROOF = 112,
};
_Static_assert(AT_PROOF + 1 == BLOCK_VALUE_BYTES, "the block record's size");

enum { GROUP_HEAD_BYTES = 5, GROUP_KEYS_MAX = 255 };

/* ---- records ---- */

void block_value(uint8_t out[BLOCK_VALUE_BYTES], const struct block_record *record)
{
	memcpy(out + AT_HASH, record->ref.hash.bytes, HASH_BYTES);
	memcpy(out + AT_PARENT, record->ref.parent_hash.bytes, HASH_BYTES);
	put_be64(out + AT_TIMESTAMP, record->ref.timestamp);
	memcpy(out + AT_DIGEST, record->digest.bytes, HASH_BYTES);
	put_be32(out + AT_EVENTS, record->event_count);
	put_be32(out + AT_ROWS, record->row_count);
	out[AT_PROOF] = record->proof_level;
}

bool block_value_read(struct block_record *out, uint64_t number, MDB_val bytes)
{
	const uint8_t *in = bytes.mv_data;

	if (bytes.mv_size != BLOCK_VALUE_BYTES)
		return false;
	out->ref.number = number;
	memcpy(out->ref.hash.bytes, in + AT_HASH, HASH_BYTES);
	memcpy(out->ref.parent_hash.bytes, in + AT_PARENT, HASH_BYTES);
	out->ref.timestamp = get_be64(in + AT_TIMESTAMP);
	memcpy(out->digest.bytes, in + AT_DIGEST, HASH_BYTES);
	out->event_count = get_be32(in + AT_EVENTS);
	out->row_count = get_be32(in + AT_ROWS);
	out->proof_level = in[AT_PROOF];
	return true;
}

/* ---- change lists ---- */

struct change_walk change_walk_of(struct slice list)
{
	return (struct change_walk){.at = list.data, .end = list.data + list.size};
}

bool change_walk_next(struct change_walk *walk)
{
	struct row_key before = walk->key;

	if (walk->at == walk->end && !walk->left)
		return false;
	if (!walk->left) {
		if (walk->end - walk->at < GROUP_HEAD_BYTES)
			goto bad;
		walk->key.table = walk->at[0];
		walk->key.pool = (uint16_t)(walk->at[1] << 8 | walk->at[2]);
		walk->key.size = walk->at[3];
		walk->left = walk->at[4];
		walk->at += GROUP_HEAD_BYTES;
		if (!walk->left || walk->key.size > ROW_KEY_MAX)
			goto bad;
	}
	if (walk->end - walk->at < walk->key.size)
		goto bad;
	memcpy(walk->key.bytes, walk->at, walk->key.size);
	walk->at += walk->key.size;
	walk->left--;
	if (walk->is_started && row_key_compare(&before, &walk->key) >= 0)
		goto bad;
	walk->is_started = true;
	return true;
bad:
	walk->is_bad = true;
	walk->at = walk->end;
	walk->left = 0;
	return false;
}

static bool same_group(const struct row_key *a, const struct row_key *b)
{
	return a->table == b->table && a->pool == b->pool && a->size == b->size;
}

size_t change_list_max(const struct block_write *block)
{
	size_t size = 0;

	for (size_t i = 0; i < block->row_count; i++)
		size += (size_t)GROUP_HEAD_BYTES + block->rows[i].key.size;
	return size;
}

size_t change_list(uint8_t *out, const struct block_write *block)
{
	size_t size = 0;
	size_t head = 0;

	for (size_t i = 0; i < block->row_count; i++) {
		const struct row_key *key = &block->rows[i].key;

		if (i == 0 || out[head + 4] == GROUP_KEYS_MAX ||
		    !same_group(&block->rows[i - 1].key, key)) {
			head = size;
			out[size++] = key->table;
			out[size++] = (uint8_t)(key->pool >> 8);
			out[size++] = (uint8_t)key->pool;
			out[size++] = key->size;
			out[size++] = 0;
		}
		memcpy(out + size, key->bytes, key->size);
		size += key->size;
		out[head + 4]++;
	}
	return size;
}

/* ---- block records ---- */

static enum status read_block(struct block_record *out, struct store_txn *txn, MDB_val k, MDB_val v,
			      struct error *err)
{
	if (k.mv_size != 8)
		return error_set(err, ERR_CORRUPT, "%s: a key of %zu bytes among the blocks",
				 txn->store->path, k.mv_size);
	if (!block_value_read(out, get_be64(k.mv_data), v))
		return error_set(err, ERR_CORRUPT,
				 "block %" PRIu64 ": its record has %zu bytes, not %d",
				 get_be64(k.mv_data), v.mv_size, BLOCK_VALUE_BYTES);
	return OK;
}

static enum status found_block(struct block_record *out, struct store_txn *txn, int rc, MDB_val k,
			       MDB_val v, struct error *err)
{
	if (rc == MDB_NOTFOUND)
		return error_set(err, ERR_NOTFOUND, "the mirror has no such block");
	if (rc)
		return txn_failed(txn, rc, "read a block record", err);
	return read_block(out, txn, k, v, err);
}

enum status newest_block(struct block_record *out, struct store_txn *txn, struct error *err)
{
	MDB_cursor *cursor;
	MDB_val k = {0};
	MDB_val v = {0};
	enum status status = txn_cursor(&cursor, txn, DB_BLOCKS, err);
	int rc;

	if (status != OK)
		return status;
	rc = mdb_cursor_get(cursor, &k, &v, MDB_LAST);
	if (rc == MDB_NOTFOUND)
		return error_set(err, ERR_NOTFOUND, "the mirror is empty");
	return found_block(out, txn, rc, k, v, err);
}

enum status store_cursor(struct block_record *out, struct store_txn *txn, struct error *err)
{
	enum status status;

	if (txn->mode == STORE_READ)
		return newest_block(out, txn, err);
	status = txn_usable(txn, err);
	if (status != OK)
		return status;
	if (!txn->has_head)
		return error_set(err, ERR_NOTFOUND, "the mirror is empty");
	*out = txn->head;
	return OK;
}

static enum status seek_block(struct block_record *out, struct store_txn *txn, uint64_t number,
			      MDB_cursor_op op, struct error *err)
{
	uint8_t key[8];
	MDB_val k = val_of(key, sizeof(key));
	MDB_val v = {0};
	MDB_cursor *cursor;
	enum status status = txn_cursor(&cursor, txn, DB_BLOCKS, err);

	if (status != OK)
		return status;
	put_be64(key, number);
	return found_block(out, txn, mdb_cursor_get(cursor, &k, &v, op), k, v, err);
}

enum status store_block(struct block_record *out, struct store_txn *txn, uint64_t number,
			struct error *err)
{
	enum status status = seek_block(out, txn, number, MDB_SET_KEY, err);

	return status == ERR_NOTFOUND
		       ? error_set(err, status, "the mirror has no block %" PRIu64, number)
		       : status;
}

enum status store_block_above(struct block_record *out, struct store_txn *txn, uint64_t number,
			      struct error *err)
{
	return seek_block(out, txn, number, MDB_SET_RANGE, err);
}

enum status store_block_below(struct block_record *out, struct store_txn *txn, uint64_t number,
			      struct error *err)
{
	MDB_val k = {0};
	MDB_val v = {0};
	MDB_cursor *cursor;
	enum status status = seek_block(out, txn, number, MDB_SET_RANGE, err);
	bool is_behind = status == ERR_NOTFOUND;

	if ((status != OK && !is_behind) || (status == OK && out->ref.number == number))
		return status;
	status = txn_cursor(&cursor, txn, DB_BLOCKS, err);
	if (status != OK)
		return status;
	return found_block(out, txn,
			   mdb_cursor_get(cursor, &k, &v, is_behind ? MDB_LAST : MDB_PREV), k, v,
			   err);
}

enum status store_block_by_hash(struct block_record *out, struct store_txn *txn, struct hash hash,
				struct error *err)
{
	char text[HEX_SIZE(HASH_BYTES)];
	uint64_t number = 0;
	enum status status;

	for (;; number++) {
		status = index_next(&number, txn, DB_HASHES, hash.bytes, err);
		if (status == ERR_NOTFOUND)
			return error_set(err, ERR_NOTFOUND, "the mirror has no block %s",
					 hash_format(text, hash));
		if (status == OK)
			status = store_block(out, txn, number, err);
		if (status == ERR_NOTFOUND)
			return error_set(err, ERR_CORRUPT, "block %" PRIu64 " is in the index only",
					 number);
		if (status != OK || hash_equal(out->ref.hash, hash))
			return status;
	}
}

/* ---- changes ---- */

static enum status find_changes(struct slice *out, struct block_record *record,
				struct store_txn *txn, uint64_t number, struct error *err)
{
	uint8_t key[8];
	MDB_val k = val_of(key, sizeof(key));
	MDB_val v = {0};
	MDB_cursor *cursor;
	enum status status = store_block(record, txn, number, err);
	int rc;

	if (status == OK)
		status = txn_cursor(&cursor, txn, DB_CHANGES, err);
	if (status != OK)
		return status;
	put_be64(key, number);
	rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_KEY);
	if (rc && rc != MDB_NOTFOUND)
		return txn_failed(txn, rc, "read a change list", err);
	*out = rc ? slice_of(NULL, 0) : slice_of_val(v);
	return OK;
}

static enum status bad_changes(const struct block_record *record, struct error *err)
{
	return error_set(err, ERR_CORRUPT,
			 "block %" PRIu64 ": its change list does not name its %" PRIu32 " rows",
			 record->ref.number, record->row_count);
}

enum status store_change_walk(struct change_walk *out, struct store_txn *txn, uint64_t number,
			      struct error *err)
{
	struct block_record record = {0};
	struct slice list = {0};
	enum status status = find_changes(&list, &record, txn, number, err);

	if (status != OK)
		return status;
	if ((list.size != 0) != (record.row_count != 0))
		return bad_changes(&record, err);
	*out = change_walk_of(list);
	return OK;
}

enum status store_changes(struct row_key **out, size_t *count, struct arena *arena,
			  struct store_txn *txn, uint64_t number, struct error *err)
{
	struct block_record record = {0};
	struct change_walk walk;
	struct slice list = {0};
	enum status status = find_changes(&list, &record, txn, number, err);
	size_t n = 0;

	*out = NULL;
	*count = 0;
	if (status != OK)
		return status;
	/* counted first: what a damaged record claims is not taken from memory */
	walk = change_walk_of(list);
	while (change_walk_next(&walk))
		n++;
	if (walk.is_bad || n != record.row_count)
		return bad_changes(&record, err);
	*out = arena_array(arena, n, sizeof(**out));
	*count = n;
	walk = change_walk_of(list);
	for (size_t i = 0; i < n && change_walk_next(&walk); i++)
		(*out)[i] = walk.key;
	return OK;
}
