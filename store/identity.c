#include "store/internal.h"

#include <inttypes.h>

static const char *const FORMAT = "covermirror";

static int meta_put(struct store *store, MDB_txn *txn, const char *name, const void *data,
		    size_t size)
{
	MDB_val k = val_of(name, strlen(name));
	MDB_val v = val_of(data, size);

	return mdb_put(txn, store->dbi[DB_META], &k, &v, 0);
}

static bool meta_get(struct slice *out, struct store *store, MDB_txn *txn, const char *name)
{
	MDB_val k = val_of(name, strlen(name));
	MDB_val v;

	if (mdb_get(txn, store->dbi[DB_META], &k, &v))
		return false;
	*out = slice_of_val(v);
	return true;
}

int write_identity(struct store *store, MDB_txn *txn, const struct store_identity *identity)
{
	uint8_t schema[4];
	uint8_t chain_id[8];
	int rc;

	put_be32(schema, STORE_SCHEMA);
	put_be64(chain_id, identity->chain_id);
	rc = meta_put(store, txn, "format", FORMAT, strlen(FORMAT));
	if (!rc)
		rc = meta_put(store, txn, "schema", schema, sizeof(schema));
	if (!rc)
		rc = meta_put(store, txn, "chain_id", chain_id, sizeof(chain_id));
	if (!rc)
		rc = meta_put(store, txn, "pool_set", identity->pool_set,
			      strlen(identity->pool_set));
	return rc;
}

static struct slice next_line(struct slice *text)
{
	struct slice line = *text;
	const uint8_t *end = text->size ? memchr(text->data, '\n', text->size) : NULL;

	if (!end) {
		text->size = 0;
		return line;
	}
	line.size = (size_t)(end - line.data);
	text->data = end + 1;
	text->size -= line.size + 1;
	return line;
}

/* The next word of a line, which it is taken from. */
static struct slice next_word(struct slice *line)
{
	struct slice word = *line;
	const uint8_t *end = line->size ? memchr(line->data, ' ', line->size) : NULL;

	if (end)
		word.size = (size_t)(end - line->data);
	line->data += word.size + (end != NULL);
	line->size -= word.size + (end != NULL);
	return word;
}

/* "pool api3: start_block …" would need the roles; the first word that differs says enough. */
static enum status other_pools(const struct store *store, struct slice stored,
			       struct slice configured, struct error *err)
{
	struct slice left;
	struct slice right;
	struct slice left_word;
	struct slice right_word;
	struct slice name;
	bool left_ends;
	bool right_ends;

	do {
		left_ends = !stored.size;
		right_ends = !configured.size;
		left = next_line(&stored);
		right = next_line(&configured);
	} while (slice_equal(left, right) && left_ends == right_ends &&
		 (stored.size || configured.size));
	name = left_ends ? right : left;
	name = next_word(&name);
	do {
		left_word = next_word(&left);
		right_word = next_word(&right);
	} while (slice_equal(left_word, right_word) && (left.size || right.size));
	return error_set(
		err, ERR_DENIED,
		"the mirror in %s is of other pools: at pool %.*s it has %s%.*s%s where the "
		"configuration has %s%.*s%s: use another store.path, or remove the folder to "
		"start again",
		store->path, name.size < 40 ? (int)name.size : 40, (const char *)name.data,
		left_word.size ? "\"" : "nothing", left_word.size < 160 ? (int)left_word.size : 160,
		(const char *)left_word.data, left_word.size ? "\"" : "",
		right_word.size ? "\"" : "nothing",
		right_word.size < 160 ? (int)right_word.size : 160, (const char *)right_word.data,
		right_word.size ? "\"" : "");
}

enum status not_a_store(const struct store *store, struct error *err)
{
	return error_set(err, ERR_DENIED, "%s holds an LMDB database of another program%s",
			 store->path, store->is_file ? "" : ": use another store.path");
}

enum status check_identity(struct store *store, MDB_txn *txn, const struct store_identity *identity,
			   struct error *err)
{
	struct slice format;
	struct slice schema;
	struct slice chain_id;
	struct slice pool_set;

	if (!meta_get(&format, store, txn, "format") ||
	    !slice_equal(format, slice_of(FORMAT, strlen(FORMAT))))
		return not_a_store(store, err);
	if (!meta_get(&schema, store, txn, "schema") || schema.size != 4)
		return error_set(err, ERR_CORRUPT, "%s: the store's schema is missing",
				 store->path);
	if (get_be32(schema.data) != STORE_SCHEMA)
		return error_set(err, ERR_DENIED,
				 "%s has store schema %" PRIu32 ", this program writes %d: rebuild "
				 "with `covermirror sync` in a new folder",
				 store->path, get_be32(schema.data), STORE_SCHEMA);
	if (!meta_get(&chain_id, store, txn, "chain_id") || chain_id.size != 8 ||
	    !meta_get(&pool_set, store, txn, "pool_set"))
		return error_set(err, ERR_CORRUPT, "%s: the store's identity is missing",
				 store->path);
	if (!identity)
		return OK;
	if (get_be64(chain_id.data) != identity->chain_id)
		return error_set(err, ERR_DENIED,
				 "the mirror in %s is of chain %" PRIu64
				 ", the configuration says %" PRIu64
				 ": use another store.path, or remove the folder to start again",
				 store->path, get_be64(chain_id.data), identity->chain_id);
	if (!slice_equal(pool_set, slice_of(identity->pool_set, strlen(identity->pool_set))))
		return other_pools(store, pool_set,
				   slice_of(identity->pool_set, strlen(identity->pool_set)), err);
	return OK;
}

enum status store_read_identity(struct store_identity *out, struct arena *arena,
				struct store *store, struct error *err)
{
	struct store_txn *txn;
	struct slice chain_id;
	struct slice pool_set;
	enum status status = store_begin(&txn, store, STORE_READ, err);

	if (status != OK)
		return status;
	if (!meta_get(&chain_id, store, txn->txn, "chain_id") || chain_id.size != 8 ||
	    !meta_get(&pool_set, store, txn->txn, "pool_set")) {
		status = error_set(err, ERR_CORRUPT, "%s: the store's identity is missing",
				   store->path);
	} else {
		out->chain_id = get_be64(chain_id.data);
		out->pool_set = arena_string_n(arena, (const char *)pool_set.data, pool_set.size);
	}
	store_abort(txn);
	return status;
}
