#include "store/internal.h"

#include <inttypes.h>
#include <stdio.h>

enum { STEPS_BEFORE_SEEK = 4 };

/* ---- keys ---- */

size_t row_name(uint8_t out[ROW_NAME_MAX], const struct row_key *key)
{
	out[0] = key->table;
	out[1] = (uint8_t)(key->pool >> 8);
	out[2] = (uint8_t)key->pool;
	memcpy(out + ROW_HEAD_BYTES, key->bytes, key->size);
	return (size_t)ROW_HEAD_BYTES + key->size;
}

size_t row_db_key(uint8_t out[ROW_DB_KEY_MAX], const struct row_key *key, uint64_t block)
{
	size_t size = row_name(out, key);

	put_be64(out + size, ~block);
	return size + 8;
}

bool row_db_key_read(struct row_key *key, uint64_t *block, MDB_val bytes)
{
	const uint8_t *in = bytes.mv_data;

	if (bytes.mv_size < ROW_HEAD_BYTES + 8 || bytes.mv_size > ROW_DB_KEY_MAX)
		return false;
	key->table = in[0];
	key->pool = (uint16_t)(in[1] << 8 | in[2]);
	key->size = (uint8_t)(bytes.mv_size - ROW_HEAD_BYTES - 8);
	memcpy(key->bytes, in + ROW_HEAD_BYTES, key->size);
	*block = ~get_be64(in + bytes.mv_size - 8);
	return true;
}

int row_key_compare(const struct row_key *a, const struct row_key *b)
{
	int order;

	if (a->table != b->table)
		return a->table < b->table ? -1 : 1;
	if (a->pool != b->pool)
		return a->pool < b->pool ? -1 : 1;
	order = memcmp(a->bytes, b->bytes, a->size < b->size ? a->size : b->size);
	return order ? order : (int)a->size - (int)b->size;
}

const char *row_text(char out[ROW_TEXT_SIZE], const struct row_key *key)
{
	char hex[HEX_SIZE(ROW_KEY_MAX)];

	hex_format(hex, slice_of(key->bytes, key->size <= ROW_KEY_MAX ? key->size : 0));
	(void)snprintf(out, ROW_TEXT_SIZE, "row %s of table %u, pool %u", hex, key->table,
		       key->pool);
	return out;
}

static bool same_space(const struct row_key *a, const struct row_key *b)
{
	return a->table == b->table && a->pool == b->pool;
}

static bool same_bytes(const struct row_key *a, const struct row_key *b)
{
	return a->size == b->size && memcmp(a->bytes, b->bytes, a->size) == 0;
}

static enum status bad_key(struct store_txn *txn, MDB_val bytes, struct error *err)
{
	return error_set(err, ERR_CORRUPT, "%s: a key of %zu bytes among the rows",
			 txn->store->path, bytes.mv_size);
}

static enum status bad_size(const struct row_key *found, unsigned size, uint64_t block,
			    struct error *err)
{
	char text[ROW_TEXT_SIZE];

	return error_set(err, ERR_CORRUPT, "%s, block %" PRIu64 ": its key should have %u bytes",
			 row_text(text, found), block, size);
}

/* ---- one row ---- */

enum status store_row_get(struct slice *value, uint64_t *written_at, struct store_txn *txn,
			  const struct row_key *key, uint64_t at, struct error *err)
{
	uint8_t bytes[ROW_DB_KEY_MAX];
	struct row_key found;
	uint64_t block;
	MDB_cursor *cursor;
	MDB_val k;
	MDB_val v;
	enum status status = txn_cursor(&cursor, txn, DB_ROWS, err);
	int rc;

	*value = slice_of(NULL, 0);
	if (status != OK)
		return status;
	if (key->size > ROW_KEY_MAX)
		return error_set(err, ERR_USAGE, "a row key of %u bytes", key->size);
	k = val_of(bytes, row_db_key(bytes, key, at));
	rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
	if (rc && rc != MDB_NOTFOUND)
		return txn_failed(txn, rc, "read a row", err);
	if (rc)
		return error_set(err, ERR_NOTFOUND, "no such row");
	if (!row_db_key_read(&found, &block, k))
		return bad_key(txn, k, err);
	if (!same_space(&found, key))
		return error_set(err, ERR_NOTFOUND, "no such row");
	if (found.size != key->size)
		return bad_size(&found, key->size, block, err);
	if (!same_bytes(&found, key))
		return error_set(err, ERR_NOTFOUND, "no such row");
	if (written_at)
		*written_at = block;
	if (v.mv_size == 0)
		return error_set(err, ERR_NOTFOUND, "the row is deleted");
	*value = slice_of_val(v);
	return OK;
}

/* ---- many rows ---- */

enum status row_scan_open(struct row_scan *scan, struct store_txn *txn, uint8_t table,
			  uint16_t pool, uint8_t key_size, uint64_t at, const struct row_key *after,
			  struct error *err)
{
	*scan = (struct row_scan){.txn = txn, .at = at};
	scan->key.table = table;
	scan->key.pool = pool;
	scan->key.size = key_size;
	if (key_size > ROW_KEY_MAX)
		return error_set(err, ERR_USAGE, "a row key of %u bytes", key_size);
	if (after) {
		if (!same_space(after, &scan->key) || after->size != key_size)
			return error_set(err, ERR_USAGE,
					 "the key to go on after is not of this table and pool");
		scan->key = *after;
		scan->is_started = true;
	}
	return txn_open_scan(&scan->cursor, txn, DB_ROWS, err);
}

/* Stands on the first entry behind all versions of scan->key. */
static int skip_versions(struct row_scan *scan, MDB_val *k, MDB_val *v)
{
	uint8_t bytes[ROW_DB_KEY_MAX];
	size_t size = row_db_key(bytes, &scan->key, 0); /* its oldest possible version */
	int rc;

	*k = val_of(bytes, size);
	rc = mdb_cursor_get(scan->cursor, k, v, MDB_SET_RANGE);
	if (!rc && k->mv_size == size && memcmp(k->mv_data, bytes, size) == 0)
		rc = mdb_cursor_get(scan->cursor, k, v, MDB_NEXT);
	return rc;
}

/* The same, from where the cursor stands: on one of them. */
static int step_versions(struct row_scan *scan, MDB_val *k, MDB_val *v)
{
	uint8_t name[ROW_NAME_MAX];
	size_t size = row_name(name, &scan->key);
	int rc;

	for (int i = 0; i < STEPS_BEFORE_SEEK; i++) {
		rc = mdb_cursor_get(scan->cursor, k, v, MDB_NEXT);
		if (rc || k->mv_size != size + 8 || memcmp(k->mv_data, name, size) != 0)
			return rc;
	}
	return skip_versions(scan, k, v);
}

static int first_entry(struct row_scan *scan, MDB_val *k, MDB_val *v)
{
	uint8_t bytes[ROW_DB_KEY_MAX] = {0};

	if (scan->is_started)
		return skip_versions(scan, k, v);
	(void)row_name(bytes, &(struct row_key){.table = scan->key.table, .pool = scan->key.pool});
	*k = val_of(bytes, ROW_HEAD_BYTES);
	return mdb_cursor_get(scan->cursor, k, v, MDB_SET_RANGE);
}

/* The same key's newest version not above scan->at, or whatever comes behind the key. */
static int seek_version(struct row_scan *scan, const struct row_key *key, MDB_val *k, MDB_val *v)
{
	uint8_t bytes[ROW_DB_KEY_MAX];

	*k = val_of(bytes, row_db_key(bytes, key, scan->at));
	return mdb_cursor_get(scan->cursor, k, v, MDB_SET_RANGE);
}

/*
 * The cursor stands on the entry given last while is_moving; a write in between moves it along
 * (LMDB sees to that), a rewind may take the entry away, so a scan must not live across one.
 */
enum status row_scan_next(struct slice *value, struct row_scan *scan, struct error *err)
{
	enum status status = txn_usable(scan->txn, err);
	struct row_key found;
	uint64_t block;
	MDB_val k;
	MDB_val v;
	int rc;

	*value = slice_of(NULL, 0);
	if (status != OK)
		return status;
	rc = scan->is_moving ? step_versions(scan, &k, &v) : first_entry(scan, &k, &v);
	for (;;) {
		if (rc == MDB_NOTFOUND)
			return error_set(err, ERR_NOTFOUND, "no more rows");
		if (rc)
			return txn_failed(scan->txn, rc, "read the rows", err);
		if (!row_db_key_read(&found, &block, k))
			return bad_key(scan->txn, k, err);
		if (!same_space(&found, &scan->key))
			return error_set(err, ERR_NOTFOUND, "no more rows");
		if (found.size != scan->key.size)
			return bad_size(&found, scan->key.size, block, err);
		if (block > scan->at) {
			rc = seek_version(scan, &found, &k, &v);
			continue;
		}
		scan->key = found;
		scan->is_started = true;
		scan->is_moving = true;
		if (v.mv_size > 0)
			break;
		rc = step_versions(scan, &k, &v);
	}
	*value = slice_of_val(v);
	return OK;
}

void row_scan_close(struct row_scan *scan)
{
	if (scan->txn)
		txn_close_scan(scan->txn, &scan->cursor);
}
