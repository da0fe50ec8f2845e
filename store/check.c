#include "store/internal.h"

#include <inttypes.h>
#include <stdlib.h>

/*
 * The check walks blocks from the oldest on, reads the rows that each change list names, chains the
 * digest again and counts. Every named row exists and no row is named twice, so rows that no list
 * names can only show as a difference of the totals; they are looked for then.
 */
struct check {
	struct store_txn *txn;
	struct block_digest digest;
	struct hash digest_before;
	uint64_t rows;         /* named in change lists */
	uint64_t changes;      /* lists */
	uint64_t events;       /* of all blocks */
	uint64_t transactions; /* different prefixes, block by block */
	uint64_t blocks;
	struct block_ref newest; /* of those looked at */
	void *event_cursor;
	struct proved_check proved;
	uint64_t *prefixes;
	size_t prefix_capacity;
};

static enum status entries_of(uint64_t *out, struct store_txn *txn, enum store_db db,
			      struct error *err)
{
	MDB_stat stat;
	int rc = mdb_stat(txn->txn, txn->store->dbi[db], &stat);

	if (rc)
		return txn_failed(txn, rc, "count entries", err);
	*out = stat.ms_entries;
	return OK;
}

enum status store_stats(struct store_stats *out, struct store_txn *txn, struct error *err)
{
	MDB_envinfo info;
	MDB_stat stat;
	enum status status = txn_usable(txn, err);
	int rc;

	if (status != OK)
		return status;
	rc = mdb_env_info(txn->store->env, &info);
	if (!rc)
		rc = mdb_env_stat(txn->store->env, &stat);
	if (rc)
		return txn_failed(txn, rc, "read the figures", err);
	*out = (struct store_stats){
		.bytes_used = ((uint64_t)info.me_last_pgno + 1) * stat.ms_psize,
		.bytes_map = info.me_mapsize,
	};
	status = entries_of(&out->block_count, txn, DB_BLOCKS, err);
	if (status == OK)
		status = entries_of(&out->event_count, txn, DB_EVENTS, err);
	if (status == OK)
		status = entries_of(&out->row_version_count, txn, DB_ROWS, err);
	return status;
}

/* ---- one block ---- */

static enum status has_entry(struct check *check, enum store_db db, const uint8_t *prefix,
			     uint64_t block, const char *what, struct error *err)
{
	uint8_t key[INDEX_KEY_BYTES];
	MDB_val k = val_of(key, sizeof(key));
	MDB_val v;
	int rc;

	index_key(key, prefix, block);
	rc = mdb_get(check->txn->txn, check->txn->store->dbi[db], &k, &v);
	if (rc == MDB_NOTFOUND)
		return error_set(err, ERR_CORRUPT, "block %" PRIu64 ": %s is not in the index",
				 block, what);
	return rc ? txn_failed(check->txn, rc, "read an index", err) : OK;
}

static enum status check_row(struct check *check, const struct row_key *key, uint64_t block,
			     struct error *err)
{
	uint8_t bytes[ROW_DB_KEY_MAX];
	char text[ROW_TEXT_SIZE];
	MDB_val k = val_of(bytes, row_db_key(bytes, key, block));
	MDB_val v;
	int rc = mdb_get(check->txn->txn, check->txn->store->dbi[DB_ROWS], &k, &v);

	if (rc == MDB_NOTFOUND)
		return error_set(err, ERR_CORRUPT,
				 "block %" PRIu64 ": its change list names %s, but there is no "
				 "such version",
				 block, row_text(text, key));
	if (rc)
		return txn_failed(check->txn, rc, "read a row", err);
	block_digest_row(&check->digest, key, slice_of_val(v));
	return OK;
}

static enum status check_rows(struct check *check, const struct block_record *record,
			      struct error *err)
{
	uint8_t number[8];
	MDB_val k = val_of(number, sizeof(number));
	MDB_val v = {0};
	struct change_walk walk;
	uint64_t count = 0;
	int rc;

	put_be64(number, record->ref.number);
	rc = mdb_get(check->txn->txn, check->txn->store->dbi[DB_CHANGES], &k, &v);
	if (rc && rc != MDB_NOTFOUND)
		return txn_failed(check->txn, rc, "read a change list", err);
	if (!rc)
		check->changes++;
	walk = change_walk_of(slice_of_val(v));
	for (; change_walk_next(&walk); count++) {
		enum status status = check_row(check, &walk.key, record->ref.number, err);

		if (status != OK)
			return status;
	}
	if (walk.is_bad)
		return error_set(err, ERR_CORRUPT, "block %" PRIu64 ": its change list is damaged",
				 record->ref.number);
	if (count != record->row_count)
		return error_set(err, ERR_CORRUPT,
				 "block %" PRIu64 ": its change list names %" PRIu64
				 " rows, its record says %" PRIu32,
				 record->ref.number, count, record->row_count);
	check->rows += count;
	return OK;
}

static int compare_prefixes(const void *a, const void *b)
{
	return memcmp(a, b, PREFIX_BYTES);
}

static void note_prefix(struct check *check, size_t index, const uint8_t *prefix)
{
	if (index == check->prefix_capacity) {
		check->prefix_capacity = check->prefix_capacity ? check->prefix_capacity * 2 : 64;
		check->prefixes = xrealloc(check->prefixes, check->prefix_capacity * PREFIX_BYTES);
	}
	memcpy(&check->prefixes[index], prefix, PREFIX_BYTES);
}

static void count_prefixes(struct check *check, size_t count)
{
	if (count)
		qsort(check->prefixes, count, PREFIX_BYTES, compare_prefixes);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || check->prefixes[i] != check->prefixes[i - 1])
			check->transactions++;
}

static enum status stray_event(uint64_t block, struct error *err)
{
	return error_set(err, ERR_CORRUPT,
			 "block %" PRIu64 ": there are events of it that no block record counts",
			 block);
}

/* The event cursor stands before this block's events. */
static enum status check_events(struct check *check, const struct block_record *record,
				struct error *err)
{
	uint64_t block = record->ref.number;

	for (size_t i = 0; i < record->event_count; i++) {
		MDB_val k;
		MDB_val v;
		enum status status;
		int rc = mdb_cursor_get(check->event_cursor, &k, &v, MDB_NEXT);

		if (rc && rc != MDB_NOTFOUND)
			return txn_failed(check->txn, rc, "read an event", err);
		if (!rc && (k.mv_size != EVENT_KEY_BYTES || v.mv_size < PREFIX_BYTES))
			return error_set(err, ERR_CORRUPT,
					 "block %" PRIu64 ": one of its events is damaged", block);
		if (!rc && get_be64(k.mv_data) < block)
			return stray_event(get_be64(k.mv_data), err);
		if (rc || get_be64(k.mv_data) != block)
			return error_set(err, ERR_CORRUPT,
					 "block %" PRIu64
					 ": it has %zu events, its record says %" PRIu32,
					 block, i, record->event_count);
		note_prefix(check, i, v.mv_data);
		status = has_entry(check, DB_TRANSACTIONS, v.mv_data, block,
				   "an event's transaction", err);
		if (status != OK)
			return status;
	}
	count_prefixes(check, record->event_count);
	check->events += record->event_count;
	return OK;
}

/* Hashes that no digest holds hold each other. */
static enum status check_parent(const struct check *check, const struct block_record *record,
				struct error *err)
{
	char is[HEX_SIZE(HASH_BYTES)];
	char should[HEX_SIZE(HASH_BYTES)];

	if (!check->blocks || record->ref.number != check->newest.number + 1 ||
	    hash_equal(record->ref.parent_hash, check->newest.hash))
		return OK;
	return error_set(err, ERR_CORRUPT,
			 "block %" PRIu64 ": its parent is %s, the block below it is %s",
			 record->ref.number, hash_format(is, record->ref.parent_hash),
			 hash_format(should, check->newest.hash));
}

static enum status check_block(struct check *check, const struct block_record *record,
			       struct error *err)
{
	struct hash digest;
	enum status status;

	block_digest_begin(&check->digest, check->digest_before, record->ref.hash);
	status = check_parent(check, record, err);
	if (status == OK)
		status = check_rows(check, record, err);
	if (status == OK)
		status = check_events(check, record, err);
	if (status == OK)
		status = has_entry(check, DB_HASHES, record->ref.hash.bytes, record->ref.number,
				   "its hash", err);
	if (status != OK)
		return status;
	digest = block_digest_end(&check->digest);
	if (!hash_equal(digest, record->digest)) {
		char is[HEX_SIZE(HASH_BYTES)];
		char should[HEX_SIZE(HASH_BYTES)];

		return error_set(err, ERR_CORRUPT,
				 "block %" PRIu64 ": its digest is %s, its rows give %s",
				 record->ref.number, hash_format(is, record->digest),
				 hash_format(should, digest));
	}
	check->digest_before = digest;
	check->newest = record->ref;
	check->blocks++;
	return proved_check_block(&check->proved, record, err);
}

static enum status check_blocks(struct check *check, struct error *err)
{
	struct block_record record;
	uint64_t number = 0;
	enum status status;

	while ((status = store_block_above(&record, check->txn, number, err)) == OK) {
		status = check_block(check, &record, err);
		if (status != OK)
			return status;
		if (record.ref.number == UINT64_MAX)
			return OK;
		number = record.ref.number + 1;
	}
	return status == ERR_NOTFOUND ? OK : status;
}

/* ---- what no block knows of ---- */

static enum status is_named(struct check *check, const struct row_key *key, uint64_t block,
			    struct error *err)
{
	uint8_t number[8];
	char text[ROW_TEXT_SIZE];
	MDB_val k = val_of(number, sizeof(number));
	MDB_val v = {0};
	struct change_walk walk;
	int rc;

	put_be64(number, block);
	rc = mdb_get(check->txn->txn, check->txn->store->dbi[DB_CHANGES], &k, &v);
	if (rc && rc != MDB_NOTFOUND)
		return txn_failed(check->txn, rc, "read a change list", err);
	walk = change_walk_of(slice_of_val(v));
	while (change_walk_next(&walk))
		if (row_key_compare(&walk.key, key) == 0)
			return OK;
	return error_set(err, ERR_CORRUPT,
			 "block %" PRIu64 ": there is a version of %s that no change list names",
			 block, row_text(text, key));
}

/* Keys: readable, rising, of one size a table and pool, none above the cursor; with `is_deep`
 * each is looked up in its block's change list. */
static enum status check_row_keys(struct check *check, bool is_deep, struct error *err)
{
	struct row_key before = {0};
	uint64_t block_before = 0;
	bool is_first = true;
	MDB_val k;
	MDB_val v;
	MDB_cursor *cursor;
	enum status status = txn_cursor(&cursor, check->txn, DB_ROWS, err);
	int rc = 0;

	if (status != OK)
		return status;
	while (!(rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT))) {
		char text[ROW_TEXT_SIZE];
		struct row_key key;
		uint64_t block;
		int order;

		if (!row_db_key_read(&key, &block, k))
			return error_set(err, ERR_CORRUPT, "%s: a key of %zu bytes among the rows",
					 check->txn->store->path, k.mv_size);
		order = is_first ? -1 : row_key_compare(&before, &key);
		if (order > 0 || (order == 0 && block_before <= block))
			return error_set(err, ERR_CORRUPT,
					 "block %" PRIu64 ": %s stands out of order", block,
					 row_text(text, &key));
		if (!is_first && key.table == before.table && key.pool == before.pool &&
		    key.size != before.size)
			return error_set(err, ERR_CORRUPT,
					 "block %" PRIu64
					 ": the key of %s has not the size of others",
					 block, row_text(text, &key));
		if (!check->blocks || block > check->newest.number)
			return error_set(err, ERR_CORRUPT,
					 "block %" PRIu64
					 ": %s is above the newest block, %" PRIu64,
					 block, row_text(text, &key), check->newest.number);
		status = is_deep ? is_named(check, &key, block, err) : OK;
		if (status != OK)
			return status;
		before = key;
		block_before = block;
		is_first = false;
	}
	return rc == MDB_NOTFOUND ? OK : txn_failed(check->txn, rc, "read the rows", err);
}

/* A change list whose block has no record. */
static enum status find_stray_list(struct check *check, struct error *err)
{
	struct block_record record;
	MDB_val k;
	MDB_val v;
	MDB_cursor *cursor;
	enum status status = txn_cursor(&cursor, check->txn, DB_CHANGES, err);

	if (status != OK)
		return status;
	while (!mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) {
		if (k.mv_size != 8)
			break;
		status = store_block(&record, check->txn, get_be64(k.mv_data), err);
		if (status == ERR_NOTFOUND)
			return error_set(err, ERR_CORRUPT,
					 "block %" PRIu64 ": it has a change list, but no record",
					 get_be64(k.mv_data));
		if (status != OK)
			return status;
	}
	return error_set(err, ERR_CORRUPT, "%s: there are change lists of no block",
			 check->txn->store->path);
}

/* An index entry that nothing in its block stands for. */
static enum status find_stray_entry(struct check *check, enum store_db db, const char *what,
				    struct error *err)
{
	MDB_val k;
	MDB_val v;
	MDB_cursor *cursor;
	enum status status = txn_cursor(&cursor, check->txn, db, err);

	if (status != OK)
		return status;
	while (!mdb_cursor_get(cursor, &k, &v, MDB_NEXT)) {
		struct block_record record;
		struct event_scan scan;
		struct event_at at;
		struct slice value;
		uint64_t number;
		bool is_held = false;

		if (k.mv_size != INDEX_KEY_BYTES)
			break;
		number = index_key_number(k.mv_data);
		if (db == DB_HASHES) {
			status = store_block(&record, check->txn, number, err);
			is_held = status == OK &&
				  memcmp(record.ref.hash.bytes, index_key_prefix(k.mv_data),
					 PREFIX_BYTES) == 0;
		} else {
			status = event_scan_open(&scan, check->txn, (struct event_at){number, 0},
						 number, false, err);
			while (status == OK && !is_held) {
				status = event_scan_next(&at, &value, &scan, err);
				is_held = status == OK &&
					  memcmp(value.data - PREFIX_BYTES,
						 index_key_prefix(k.mv_data), PREFIX_BYTES) == 0;
			}
			event_scan_close(&scan);
		}
		if (status != OK && status != ERR_NOTFOUND)
			return status;
		if (!is_held)
			return error_set(err, ERR_CORRUPT,
					 "block %" PRIu64 ": the index names a %s that it has not",
					 number, what);
	}
	return error_set(err, ERR_CORRUPT, "%s: the index of %s does not fit the blocks",
			 check->txn->store->path, what);
}

static enum status check_totals(struct check *check, struct error *err)
{
	uint64_t blocks = 0;
	uint64_t rows = 0;
	uint64_t changes = 0;
	uint64_t transactions = 0;
	uint64_t hashes = 0;
	MDB_val k;
	MDB_val v;
	enum status status;

	if (!mdb_cursor_get(check->event_cursor, &k, &v, MDB_NEXT))
		return stray_event(k.mv_size >= 8 ? get_be64(k.mv_data) : 0, err);
	status = entries_of(&blocks, check->txn, DB_BLOCKS, err);
	if (status == OK)
		status = entries_of(&rows, check->txn, DB_ROWS, err);
	if (status == OK)
		status = entries_of(&changes, check->txn, DB_CHANGES, err);
	if (status == OK)
		status = entries_of(&transactions, check->txn, DB_TRANSACTIONS, err);
	if (status == OK)
		status = entries_of(&hashes, check->txn, DB_HASHES, err);
	if (status == OK)
		status = check_row_keys(check, rows != check->rows, err);
	if (status != OK)
		return status;
	if (blocks != check->blocks)
		return error_set(err, ERR_CORRUPT,
				 "%s: of %" PRIu64 " keys among the blocks only %" PRIu64
				 " are sound",
				 check->txn->store->path, blocks, check->blocks);
	if (rows != check->rows)
		return error_set(err, ERR_CORRUPT,
				 "%s: there are %" PRIu64
				 " row versions, change lists name %" PRIu64,
				 check->txn->store->path, rows, check->rows);
	if (changes != check->changes)
		return find_stray_list(check, err);
	if (transactions != check->transactions)
		return find_stray_entry(check, DB_TRANSACTIONS, "transaction", err);
	if (hashes != check->blocks)
		return find_stray_entry(check, DB_HASHES, "block hash", err);
	return OK;
}

enum status store_check(struct store_txn *txn, struct error *err)
{
	struct check check = {.txn = txn};
	enum status status;

	txn_drop_cursors(txn); /* walks begin at the beginning */
	status = txn_open_scan(&check.event_cursor, txn, DB_EVENTS, err);
	if (status == OK)
		status = proved_check_open(&check.proved, txn, err);
	if (status == OK)
		status = check_blocks(&check, err);
	if (status == OK)
		status = check_totals(&check, err);
	if (status == OK)
		status = proved_check_end(&check.proved, err);
	if (status == OK)
		status = notes_check(txn, err);
	proved_check_close(&check.proved);
	txn_close_scan(txn, &check.event_cursor);
	free(check.prefixes);
	return status;
}
