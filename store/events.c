#include "store/internal.h"

#include <inttypes.h>

/* ---- scans ---- */

enum status event_scan_open(struct event_scan *scan, struct store_txn *txn, struct event_at from,
			    uint64_t to, bool is_backward, struct error *err)
{
	*scan = (struct event_scan){.txn = txn, .to = to, .is_backward = is_backward, .from = from};
	return txn_open_scan(&scan->cursor, txn, DB_EVENTS, err);
}

static void event_key(uint8_t out[EVENT_KEY_BYTES], struct event_at at)
{
	put_be64(out, at.block);
	put_be32(out + 8, at.log_index);
}

/* The first event to give: at or after `from`, or at or before it. */
static int first_event(const struct event_scan *scan, MDB_val *k, MDB_val *v)
{
	uint8_t key[EVENT_KEY_BYTES];
	int rc;

	event_key(key, scan->from);
	*k = val_of(key, sizeof(key));
	rc = mdb_cursor_get(scan->cursor, k, v, MDB_SET_RANGE);
	if (!scan->is_backward)
		return rc;
	if (rc == MDB_NOTFOUND)
		return mdb_cursor_get(scan->cursor, k, v, MDB_LAST);
	if (rc || (k->mv_size == sizeof(key) && memcmp(k->mv_data, key, sizeof(key)) == 0))
		return rc;
	return mdb_cursor_get(scan->cursor, k, v, MDB_PREV);
}

enum status event_scan_next(struct event_at *at, struct slice *value, struct event_scan *scan,
			    struct error *err)
{
	enum status status = txn_usable(scan->txn, err);
	MDB_val k;
	MDB_val v;
	uint64_t block;
	int rc;

	*value = slice_of(NULL, 0);
	if (status != OK)
		return status;
	if (scan->is_started)
		rc = mdb_cursor_get(scan->cursor, &k, &v, scan->is_backward ? MDB_PREV : MDB_NEXT);
	else
		rc = first_event(scan, &k, &v);
	if (rc == MDB_NOTFOUND)
		return error_set(err, ERR_NOTFOUND, "no more events");
	if (rc)
		return txn_failed(scan->txn, rc, "read the events", err);
	if (k.mv_size != EVENT_KEY_BYTES)
		return error_set(err, ERR_CORRUPT, "%s: a key of %zu bytes among the events",
				 scan->txn->store->path, k.mv_size);
	block = get_be64(k.mv_data);
	if (scan->is_backward ? block < scan->to : block > scan->to)
		return error_set(err, ERR_NOTFOUND, "no more events");
	at->block = block;
	at->log_index = get_be32((const uint8_t *)k.mv_data + 8);
	if (v.mv_size < PREFIX_BYTES)
		return error_set(err, ERR_CORRUPT,
				 "block %" PRIu64 ": event %" PRIu32 " has %zu bytes", block,
				 at->log_index, v.mv_size);
	*value = slice_of((const uint8_t *)v.mv_data + PREFIX_BYTES, v.mv_size - PREFIX_BYTES);
	scan->from = *at;
	scan->is_started = true;
	return OK;
}

void event_scan_close(struct event_scan *scan)
{
	if (scan->txn)
		txn_close_scan(scan->txn, &scan->cursor);
}

/* ---- transactions ---- */

enum status store_transaction_block(uint64_t *block, struct store_txn *txn, struct hash transaction,
				    bool (*holds)(void *context, uint64_t block), void *context,
				    struct error *err)
{
	char text[HEX_SIZE(HASH_BYTES)];
	uint64_t number = 0;
	enum status status;

	/* Each round seeks again: `holds` may read through this transaction. */
	for (;;) {
		status = index_next(&number, txn, DB_TRANSACTIONS, transaction.bytes, err);
		if (status != OK)
			break;
		if (!holds || holds(context, number)) {
			*block = number;
			return OK;
		}
		if (number == UINT64_MAX) {
			status = ERR_NOTFOUND;
			break;
		}
		number++;
	}
	if (status != ERR_NOTFOUND)
		return status;
	return error_set(err, ERR_NOTFOUND, "the mirror keeps no event of transaction %s",
			 hash_format(text, transaction));
}
