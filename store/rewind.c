#include "store/internal.h"

#include <inttypes.h>

static enum status missing(struct store_txn *txn, uint64_t number, const char *what,
			   struct error *err)
{
	struct error words = {0};

	(void)error_set(&words, ERR_CORRUPT, "block %" PRIu64 ": %s is missing", number, what);
	if (err)
		*err = words;
	return txn_doom(txn, ERR_CORRUPT, &words);
}

static enum status take_back(struct store_txn *txn, enum store_db db, const uint8_t *key,
			     size_t size, uint64_t number, const char *what, struct error *err)
{
	MDB_val k = val_of(key, size);
	int rc;

	txn_touch(txn, db);
	rc = mdb_del(txn->txn, txn->store->dbi[db], &k, NULL);
	if (rc == MDB_NOTFOUND)
		return missing(txn, number, what, err);
	return rc ? txn_failed(txn, rc, "take back a block", err) : OK;
}

static enum status delete_rows(struct store_txn *txn, const struct block_record *record,
			       struct error *err)
{
	uint8_t number[8];
	uint8_t key[ROW_DB_KEY_MAX];
	char text[ROW_TEXT_SIZE];
	struct change_walk walk;
	MDB_val k = val_of(number, sizeof(number));
	MDB_val v;
	uint8_t *list;
	uint32_t count = 0;
	enum status status;
	int rc;

	if (!record->row_count)
		return OK;
	put_be64(number, record->ref.number);
	rc = mdb_get(txn->txn, txn->store->dbi[DB_CHANGES], &k, &v);
	if (rc == MDB_NOTFOUND)
		return missing(txn, record->ref.number, "its change list", err);
	if (rc)
		return txn_failed(txn, rc, "read a change list", err);
	list = txn_scratch(txn, v.mv_size); /* what follows writes, which may move the bytes */
	memcpy(list, v.mv_data, v.mv_size);
	walk = change_walk_of(slice_of(list, v.mv_size));
	for (; change_walk_next(&walk); count++) {
		size_t size = row_db_key(key, &walk.key, record->ref.number);

		status = take_back(txn, DB_ROWS, key, size, record->ref.number,
				   row_text(text, &walk.key), err);
		if (status != OK)
			return status;
	}
	if (walk.is_bad || count != record->row_count)
		return missing(txn, record->ref.number, "a part of its change list", err);
	return take_back(txn, DB_CHANGES, number, sizeof(number), record->ref.number,
			 "its change list", err);
}

static enum status delete_events(struct store_txn *txn, const struct block_record *record,
				 struct error *err)
{
	MDB_cursor *cursor;
	enum status status = txn_cursor(&cursor, txn, DB_EVENTS, err);

	for (uint32_t i = 0; status == OK && i < record->event_count; i++) {
		uint8_t entry[INDEX_KEY_BYTES];
		MDB_val k;
		MDB_val v;
		int rc = mdb_cursor_get(cursor, &k, &v, MDB_LAST);

		if (rc == MDB_NOTFOUND || (!rc && (k.mv_size != EVENT_KEY_BYTES ||
						   get_be64(k.mv_data) != record->ref.number ||
						   v.mv_size < PREFIX_BYTES)))
			return missing(txn, record->ref.number, "an event", err);
		if (rc)
			return txn_failed(txn, rc, "read an event", err);
		index_key(entry, v.mv_data, record->ref.number);
		rc = mdb_cursor_del(cursor, 0);
		if (rc)
			return txn_failed(txn, rc, "take back an event", err);
		txn_touch(txn, DB_TRANSACTIONS);
		k = val_of(entry, sizeof(entry));
		rc = mdb_del(txn->txn, txn->store->dbi[DB_TRANSACTIONS], &k, NULL);
		if (rc && rc != MDB_NOTFOUND) /* gone with another event of the transaction */
			return txn_failed(txn, rc, "take back a transaction", err);
	}
	return status;
}

static enum status delete_block(struct store_txn *txn, const struct block_record *record,
				struct error *err)
{
	uint8_t key[INDEX_KEY_BYTES];
	enum status status;

	status = delete_rows(txn, record, err);
	if (status == OK)
		status = delete_events(txn, record, err);
	if (status != OK)
		return status;
	index_key(key, record->ref.hash.bytes, record->ref.number);
	status = take_back(txn, DB_HASHES, key, sizeof(key), record->ref.number,
			   "its hash in the index", err);
	if (status != OK)
		return status;
	put_be64(key, record->ref.number);
	return take_back(txn, DB_BLOCKS, key, 8, record->ref.number, "its record", err);
}

enum status store_rewind(struct store_txn *txn, uint64_t to, struct error *err)
{
	enum status status = txn_usable(txn, err);

	if (status != OK)
		return status;
	if (txn->mode != STORE_WRITE)
		return error_set(err, ERR_USAGE, "rewinding needs a write transaction");
	txn_drop_cursors(txn);
	while (txn->has_head && txn->head.ref.number > to) {
		struct block_record record = txn->head;

		status = delete_block(txn, &record, err);
		if (status != OK)
			return status;
		status = newest_block(&txn->head, txn, err);
		if (status != OK && status != ERR_NOTFOUND)
			return txn_doom(txn, status, err);
		txn->has_head = status == OK;
		status = proved_take_back(txn, &record, err);
		if (status != OK)
			return status;
	}
	return OK;
}
