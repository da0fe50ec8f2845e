#include "store/notes.h"

#include "store/internal.h"

static enum status check_key(struct slice key, struct error *err)
{
	if (key.size >= 1 && key.size <= NOTE_KEY_MAX)
		return OK;
	return error_set(err, ERR_CORRUPT, "a note's key has 1 to %d bytes, not %zu", NOTE_KEY_MAX,
			 key.size);
}

enum status store_note_put(struct store_txn *txn, struct slice key, struct slice value,
			   struct error *err)
{
	MDB_val k = val_of(key.data, key.size);
	MDB_val v = val_of(value.data, value.size);
	enum status status = txn_usable(txn, err);
	int rc;

	if (status != OK)
		return status;
	if (txn->mode != STORE_WRITE)
		return error_set(err, ERR_USAGE, "a note needs a write transaction");
	status = check_key(key, err);
	if (status != OK)
		return status; /* nothing is written yet */
	if (value.size) {
		rc = txn_put(txn, DB_NOTES, &k, &v, 0);
		return rc ? txn_failed(txn, rc, "write a note", err) : OK;
	}
	txn_touch(txn, DB_NOTES);
	rc = mdb_del(txn->txn, txn->store->dbi[DB_NOTES], &k, NULL);
	return rc && rc != MDB_NOTFOUND ? txn_failed(txn, rc, "remove a note", err) : OK;
}

enum status store_note_get(struct slice *value, struct store_txn *txn, struct slice key,
			   struct error *err)
{
	MDB_val k = val_of(key.data, key.size);
	MDB_val v;
	enum status status = txn_usable(txn, err);
	int rc;

	*value = slice_of(NULL, 0);
	if (status == OK)
		status = check_key(key, err);
	if (status != OK)
		return status;
	rc = mdb_get(txn->txn, txn->store->dbi[DB_NOTES], &k, &v);
	if (rc == MDB_NOTFOUND)
		return error_set(err, ERR_NOTFOUND, "there is no such note");
	if (rc)
		return txn_failed(txn, rc, "read a note", err);
	*value = slice_of_val(v);
	return OK;
}

static bool begins_with(MDB_val key, struct slice prefix)
{
	return key.mv_size >= prefix.size &&
	       (!prefix.size || memcmp(key.mv_data, prefix.data, prefix.size) == 0);
}

enum status store_note_each(struct store_txn *txn, struct slice prefix,
			    bool (*visit)(void *context, struct slice key, struct slice value),
			    void *context, struct error *err)
{
	MDB_val k = val_of(prefix.data, prefix.size);
	MDB_val v;
	void *cursor;
	enum status status;
	int rc;

	if (prefix.size > NOTE_KEY_MAX)
		return txn_usable(txn, err); /* no key begins so */
	status = txn_open_scan(&cursor, txn, DB_NOTES, err);
	if (status != OK)
		return status;
	rc = mdb_cursor_get(cursor, &k, &v, prefix.size ? MDB_SET_RANGE : MDB_FIRST);
	while (!rc && begins_with(k, prefix) && visit(context, slice_of_val(k), slice_of_val(v)))
		rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
	txn_close_scan(txn, &cursor);
	return rc && rc != MDB_NOTFOUND ? txn_failed(txn, rc, "read the notes", err) : OK;
}

struct note_check {
	enum status status;
	struct error *err;
};

static bool check_note(void *context, struct slice key, struct slice value)
{
	struct note_check *check = context;

	check->status = check_key(key, check->err);
	if (check->status == OK && !value.size)
		check->status =
			error_set(check->err, ERR_CORRUPT, "there is a note without a value");
	return check->status == OK;
}

enum status notes_check(struct store_txn *txn, struct error *err)
{
	struct note_check check = {.err = err};
	enum status status = store_note_each(txn, slice_of(NULL, 0), check_note, &check, err);

	return status == OK ? check.status : status;
}
