/* The indexes of transaction and block hashes: from 8 bytes of a hash to block numbers. */
#include "store/internal.h"

enum { BUCKET_BYTES = 7, LOW_MASK = (1 << INDEX_BUCKET_BITS) - 1 };

static const uint64_t bucket_max = UINT64_MAX >> INDEX_BUCKET_BITS;

void index_key(uint8_t out[INDEX_KEY_BYTES], const uint8_t prefix[PREFIX_BYTES], uint64_t number)
{
	uint8_t bucket[8];
	unsigned low = (unsigned)(number & LOW_MASK);

	put_be64(bucket, number >> INDEX_BUCKET_BITS);
	memcpy(out, bucket + 1, BUCKET_BYTES);
	memcpy(out + BUCKET_BYTES, prefix, PREFIX_BYTES);
	out[INDEX_KEY_BYTES - 2] = (uint8_t)(low >> 8);
	out[INDEX_KEY_BYTES - 1] = (uint8_t)low;
}

const uint8_t *index_key_prefix(const uint8_t *key)
{
	return key + BUCKET_BYTES;
}

uint64_t index_key_number(const uint8_t *key)
{
	uint8_t bucket[8] = {0};

	memcpy(bucket + 1, key, BUCKET_BYTES);
	return get_be64(bucket) << INDEX_BUCKET_BITS | (uint64_t)key[INDEX_KEY_BYTES - 2] << 8 |
	       key[INDEX_KEY_BYTES - 1];
}

/* The first block of the next bucket that may hold the prefix, seen what stands where it should. */
static bool next_bucket(uint64_t *number, const uint8_t *found, const uint8_t prefix[PREFIX_BYTES])
{
	uint64_t wanted = *number >> INDEX_BUCKET_BITS;
	uint64_t bucket = index_key_number(found) >> INDEX_BUCKET_BITS;

	/* Behind the place of the prefix in its bucket: that bucket has none. */
	if (bucket == wanted || memcmp(index_key_prefix(found), prefix, PREFIX_BYTES) > 0) {
		if (bucket == bucket_max)
			return false;
		bucket++;
	}
	*number = bucket << INDEX_BUCKET_BITS;
	return true;
}

enum status index_next(uint64_t *number, struct store_txn *txn, enum store_db db,
		       const uint8_t prefix[PREFIX_BYTES], struct error *err)
{
	MDB_cursor *cursor;
	enum status status = txn_cursor(&cursor, txn, db, err);

	while (status == OK) {
		uint8_t key[INDEX_KEY_BYTES];
		MDB_val k = {.mv_size = sizeof(key), .mv_data = key};
		MDB_val v;
		int rc;

		index_key(key, prefix, *number);
		rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
		if (rc == MDB_NOTFOUND)
			return ERR_NOTFOUND;
		if (rc)
			return txn_failed(txn, rc, "read an index", err);
		if (k.mv_size != INDEX_KEY_BYTES)
			return error_set(err, ERR_CORRUPT, "%s: a key of %zu bytes in an index",
					 txn->store->path, k.mv_size);
		if (memcmp(index_key_prefix(k.mv_data), prefix, PREFIX_BYTES) == 0) {
			*number = index_key_number(k.mv_data);
			return OK;
		}
		if (!next_bucket(number, k.mv_data, prefix))
			return ERR_NOTFOUND;
	}
	return status;
}
