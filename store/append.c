#include "store/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- digest ---- */

void block_digest_begin(struct block_digest *digest, struct hash before, struct hash block)
{
	digest->before = before;
	digest->has_rows = false;
	keccak_init(&digest->keccak);
	keccak_update(&digest->keccak, before.bytes, sizeof(before.bytes));
	keccak_update(&digest->keccak, block.bytes, sizeof(block.bytes));
}

void block_digest_row(struct block_digest *digest, const struct row_key *key, struct slice value)
{
	uint8_t bytes[4 + ROW_NAME_MAX + 4];
	size_t size;

	if (key->table >= TABLE_UNDIGESTED)
		return;
	digest->has_rows = true;
	size = row_name(bytes + 4, key);
	put_be32(bytes, (uint32_t)size);
	put_be32(bytes + 4 + size, (uint32_t)value.size);
	keccak_update(&digest->keccak, bytes, 4 + size + 4);
	if (value.size)
		keccak_update(&digest->keccak, value.data, value.size);
}

struct hash block_digest_end(struct block_digest *digest)
{
	return digest->has_rows ? keccak_final(&digest->keccak) : digest->before;
}

/* ---- append ---- */

static int compare_rows(const void *a, const void *b)
{
	const struct row_version *left = a;
	const struct row_version *right = b;

	return row_key_compare(&left->key, &right->key);
}

static bool is_sorted(const struct block_write *block)
{
	for (size_t i = 1; i < block->row_count; i++)
		if (row_key_compare(&block->rows[i - 1].key, &block->rows[i].key) > 0)
			return false;
	return true;
}

static enum status check_rows(const struct block_write *block, struct error *err)
{
	char text[ROW_TEXT_SIZE];

	if (block->row_count > UINT32_MAX)
		return error_set(err, ERR_CORRUPT, "block %" PRIu64 ": %zu rows", block->ref.number,
				 block->row_count);
	for (size_t i = 0; i < block->row_count; i++) {
		const struct row_key *key = &block->rows[i].key;
		const struct row_key *before = &block->rows[i ? i - 1 : 0].key;

		if (key->size > ROW_KEY_MAX || block->rows[i].value.size > UINT32_MAX)
			return error_set(err, ERR_CORRUPT, "block %" PRIu64 ": %s is too large",
					 block->ref.number, row_text(text, key));
		if (i == 0 || key->table != before->table || key->pool != before->pool)
			continue;
		if (key->size != before->size)
			return error_set(err, ERR_CORRUPT,
					 "block %" PRIu64 ": %s: its key should have %u bytes",
					 block->ref.number, row_text(text, key), before->size);
		if (row_key_compare(key, before) == 0)
			return error_set(err, ERR_CORRUPT, "block %" PRIu64 ": %s comes twice",
					 block->ref.number, row_text(text, key));
	}
	return OK;
}

static enum status check_events(const struct block_write *block, struct error *err)
{
	if (block->event_count > UINT32_MAX)
		return error_set(err, ERR_CORRUPT, "block %" PRIu64 ": %zu events",
				 block->ref.number, block->event_count);
	for (size_t i = 1; i < block->event_count; i++)
		if (block->events[i].log_index <= block->events[i - 1].log_index)
			return error_set(err, ERR_CORRUPT,
					 "block %" PRIu64 ": log index %u comes after %u",
					 block->ref.number, block->events[i].log_index,
					 block->events[i - 1].log_index);
	return OK;
}

static enum status stale(struct store_txn *txn, uint64_t number, const char *what,
			 struct error *err)
{
	struct error words = {0};

	(void)error_set(&words, ERR_CORRUPT, "block %" PRIu64 ": %s is there already", number,
			what);
	if (err)
		*err = words;
	return txn_doom(txn, ERR_CORRUPT, &words);
}

static enum status put_failed(struct store_txn *txn, uint64_t number, int rc, const char *what,
			      struct error *err)
{
	char text[48];

	if (rc == MDB_KEYEXIST)
		return stale(txn, number, what, err);
	(void)snprintf(text, sizeof(text), "write %s", what);
	return txn_failed(txn, rc, text, err);
}

static enum status put_rows(struct store_txn *txn, struct block_digest *digest,
			    const struct block_write *block, struct error *err)
{
	uint8_t number[8];
	uint8_t *list;
	MDB_val k;
	MDB_val v;
	int rc;

	for (size_t i = 0; i < block->row_count; i++) {
		const struct row_version *row = &block->rows[i];
		uint8_t key[ROW_DB_KEY_MAX];

		block_digest_row(digest, &row->key, row->value);
		k = val_of(key, row_db_key(key, &row->key, block->ref.number));
		v = val_of(row->value.data, row->value.size);
		rc = txn_put(txn, DB_ROWS, &k, &v, MDB_NOOVERWRITE);
		if (rc)
			return put_failed(txn, block->ref.number, rc, "a row version", err);
	}
	if (!block->row_count)
		return OK;
	list = txn_scratch(txn, change_list_max(block));
	put_be64(number, block->ref.number);
	k = val_of(number, sizeof(number));
	v = val_of(list, change_list(list, block));
	rc = txn_put(txn, DB_CHANGES, &k, &v, MDB_APPEND);
	return rc ? put_failed(txn, block->ref.number, rc, "a change list", err) : OK;
}

static enum status put_index(struct store_txn *txn, enum store_db db,
			     const uint8_t prefix[PREFIX_BYTES], uint64_t number, struct error *err)
{
	uint8_t key[INDEX_KEY_BYTES];
	MDB_val k = val_of(key, sizeof(key));
	MDB_val v = val_of("", 0);
	int rc;

	index_key(key, prefix, number);
	rc = txn_put(txn, db, &k, &v, MDB_NOOVERWRITE);
	return rc && rc != MDB_KEYEXIST ? txn_failed(txn, rc, "write an index", err) : OK;
}

static enum status put_events(struct store_txn *txn, const struct block_write *block,
			      struct error *err)
{
	uint8_t key[EVENT_KEY_BYTES];
	enum status status;
	int rc;

	put_be64(key, block->ref.number);
	for (size_t i = 0; i < block->event_count; i++) {
		const struct stored_event *event = &block->events[i];
		const uint8_t *prefix = event->transaction_hash.bytes;
		MDB_val k = val_of(key, sizeof(key));
		MDB_val v = val_of(NULL, PREFIX_BYTES + event->value.size);

		put_be32(key + 8, event->log_index);
		rc = txn_put(txn, DB_EVENTS, &k, &v, MDB_APPEND | MDB_RESERVE);
		if (rc)
			return put_failed(txn, block->ref.number, rc, "an event", err);
		memcpy(v.mv_data, prefix, PREFIX_BYTES);
		if (event->value.size)
			memcpy((uint8_t *)v.mv_data + PREFIX_BYTES, event->value.data,
			       event->value.size);
		/* the events of a transaction stand together */
		if (i > 0 && memcmp(prefix, event[-1].transaction_hash.bytes, PREFIX_BYTES) == 0)
			continue;
		status = put_index(txn, DB_TRANSACTIONS, prefix, block->ref.number, err);
		if (status != OK)
			return status;
	}
	return OK;
}

static enum status put_block(struct store_txn *txn, const struct block_record *record,
			     struct error *err)
{
	uint8_t key[8];
	uint8_t value[BLOCK_VALUE_BYTES];
	MDB_val k = val_of(key, sizeof(key));
	MDB_val v = val_of(value, sizeof(value));
	int rc;

	put_be64(key, record->ref.number);
	block_value(value, record);
	rc = txn_put(txn, DB_BLOCKS, &k, &v, MDB_APPEND);
	if (rc)
		return put_failed(txn, record->ref.number, rc, "a block record", err);
	return put_index(txn, DB_HASHES, record->ref.hash.bytes, record->ref.number, err);
}

enum status store_append(struct store_txn *txn, struct hash *digest, struct block_write *block,
			 struct error *err)
{
	struct block_digest chained;
	struct block_record record = {
		.ref = block->ref,
		.event_count = (uint32_t)block->event_count,
		.row_count = (uint32_t)block->row_count,
		.proof_level = block->proof_level,
	};
	enum status status = txn_usable(txn, err);

	if (status != OK)
		return status;
	if (txn->mode != STORE_WRITE)
		return error_set(err, ERR_USAGE, "appending needs a write transaction");
	if (txn->has_head && block->ref.number <= txn->head.ref.number)
		return error_set(err, ERR_CORRUPT,
				 "block %" PRIu64 " is not above the newest, %" PRIu64,
				 block->ref.number, txn->head.ref.number);
	if (!is_sorted(block))
		qsort(block->rows, block->row_count, sizeof(block->rows[0]), compare_rows);
	status = check_rows(block, err);
	if (status == OK)
		status = check_events(block, err);
	if (status != OK)
		return status; /* nothing is written yet */
	block_digest_begin(&chained, txn->has_head ? txn->head.digest : (struct hash){{0}},
			   block->ref.hash);
	status = put_rows(txn, &chained, block, err);
	if (status == OK)
		status = put_events(txn, block, err);
	if (status != OK)
		return status;
	record.digest = block_digest_end(&chained);
	status = put_block(txn, &record, err);
	if (status == OK)
		status = proved_append(txn, record.ref.number, record.proof_level, err);
	if (status != OK)
		return status;
	txn->head = record;
	txn->has_head = true;
	if (digest)
		*digest = record.digest;
	return OK;
}
