#include "store/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

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

static size_t change_list_max(const struct block_write *block)
{
	size_t size = 0;

	for (size_t i = 0; i < block->row_count; i++)
		size += (size_t)GROUP_HEAD_BYTES + block->rows[i].key.size;
	return size;
}

/* `out` has change_list_max bytes; rows are sorted. */
static size_t change_list(uint8_t *out, const struct block_write *block)
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
	if (status != OK)
		return status;
	txn->head = record;
	txn->has_head = true;
	if (digest)
		*digest = record.digest;
	return OK;
}

/* ---- rewind ---- */

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
	}
	return OK;
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

enum status store_changes(struct row_key **out, size_t *count, struct arena *arena,
			  struct store_txn *txn, uint64_t number, struct error *err)
{
	uint8_t key[8];
	struct block_record record = {0};
	struct change_walk walk;
	MDB_val k = val_of(key, sizeof(key));
	MDB_val v = {0};
	MDB_cursor *cursor;
	enum status status = store_block(&record, txn, number, err);
	size_t n = 0;
	int rc;

	*out = NULL;
	*count = 0;
	if (status != OK)
		return status;
	status = txn_cursor(&cursor, txn, DB_CHANGES, err);
	if (status != OK)
		return status;
	put_be64(key, number);
	rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_KEY);
	if (rc && rc != MDB_NOTFOUND)
		return txn_failed(txn, rc, "read a change list", err);
	/* counted first: what a damaged record claims is not taken from memory */
	walk = change_walk_of(slice_of_val(v));
	while (change_walk_next(&walk))
		n++;
	if (walk.is_bad || n != record.row_count)
		return error_set(err, ERR_CORRUPT,
				 "block %" PRIu64 ": its change list does not name its %" PRIu32
				 " rows",
				 number, record.row_count);
	*out = arena_array(arena, n, sizeof(**out));
	*count = n;
	walk = change_walk_of(slice_of_val(v));
	for (size_t i = 0; i < n && change_walk_next(&walk); i++)
		(*out)[i] = walk.key;
	return OK;
}
