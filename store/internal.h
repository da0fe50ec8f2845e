/*
 * internal.h - what the files of the store share: the handles, the layout of the sub-databases and
 * the one place where LMDB's codes become ours.
 *
 * Layout (all integers big-endian, so that LMDB's byte order is ours):
 *
 *   meta          text                                -> format, schema, chain_id, pool_set
 *   blocks        number 8                            -> BLOCK_VALUE_BYTES, see blocks.c
 *   rows          table 1, pool 2, key n, ~block 8    -> value; empty: deleted
 *   changes       number 8                            -> the keys that the block wrote, in groups
 *   events        number 8, log index 4               -> transaction hash prefix 8, value
 *   transactions  transaction hash prefix 8, number 8 -> nothing
 *   hashes        block hash prefix 8, number 8       -> nothing
 *   proved        first block's number 8              -> last number 8, blocks 8, level 1
 *   notes         text or bytes, at most NOTE_KEY_MAX -> value, not empty
 *
 * ~block makes newer versions of a row sort before older ones, so that one MDB_SET_RANGE with ~at
 * stands on the newest version not above `at`. Keys of one table and pool have one size, so that
 * no key is the beginning of another. blocks, changes, events and proved only ever rise: they are
 * appended and their pages are full. transactions and hashes keep the number in the key and no
 * value, which costs the same bytes as LMDB's duplicates and needs none of their code.
 */
#ifndef STORE_INTERNAL_H
#define STORE_INTERNAL_H

#include <lmdb.h>
#include <pthread.h>
#include <sys/types.h>

#include "abi/keccak.h"
#include "store/proved.h"
#include "store/store.h"

enum store_db {
	DB_META,
	DB_BLOCKS,
	DB_ROWS,
	DB_CHANGES,
	DB_EVENTS,
	DB_TRANSACTIONS,
	DB_HASHES,
	DB_PROVED,
	DB_NOTES,
	DB_COUNT
};

enum {
	PREFIX_BYTES = 8,                            /* of a hash, in the indexes */
	ROW_HEAD_BYTES = 3,                          /* table, pool */
	ROW_NAME_MAX = ROW_HEAD_BYTES + ROW_KEY_MAX, /* as the digest names a row */
	ROW_DB_KEY_MAX = ROW_NAME_MAX + 8,
	EVENT_KEY_BYTES = 12,
	INDEX_BUCKET_BITS = 12, /* blocks whose index entries stand together: 4,096 */
	INDEX_KEY_BYTES = 7 + PREFIX_BYTES + 2,
	BLOCK_VALUE_BYTES = 113,
};

enum { STORE_READERS = 254, PATH_SIZE = 4096 };

/* What tests turn down to see the map grow. */
struct store_options {
	size_t map_initial;
	size_t map_step_max;           /* the map grows by its own size, at most by this */
	unsigned wait_ms;              /* how long growing waits for this process's readers */
	const struct store_seam *seam; /* NULL: the real disk */
};

extern const struct store_options store_defaults;

/* What the seam says, as a code of LMDB or of the system; 0: go on. */
int seam_asked(const struct store *store, enum store_moment moment);

enum status store_open_with(struct store **out, const char *path, enum store_mode mode,
			    const struct store_identity *identity,
			    const struct store_options *options, struct error *err) MUST_CHECK;

struct store {
	MDB_env *env; /* NULL where opening it again failed */
	MDB_dbi dbi[DB_COUNT];
	char *path;
	enum store_mode mode;
	struct store_options options;
	int guard_fd; /* the writer file: locked alone by a writer, shared by a reader that has to
			 do without LMDB's own lock file; else -1 */
	bool is_unlocked; /* MDB_NOLOCK */
	bool is_file;     /* path is a snapshot's file, not a folder */

	/* The gate: transactions pass it together, changing the map wants it empty. */
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	unsigned active;
	bool is_closed;    /* somebody waits for it to be empty, or works alone */
	bool needs_growth; /* a transaction ran into the end of the map */

	/* One process may have an LMDB file open only once, so handles are shared. */
	struct store *next;
	unsigned handles;
	dev_t device;
	ino_t inode;
	pid_t process;
};

struct store_txn {
	struct store *store;
	MDB_txn *txn;
	enum store_mode mode;
	MDB_cursor *cursors[DB_COUNT]; /* opened when first needed, closed with the transaction */
	unsigned scans;                /* open row_scans and event_scans */
	struct error failure;          /* sticky: LMDB gave this transaction up */

	/* Write transactions: the newest block as of now, and of the last commit. */
	bool has_head;
	struct block_record head;
	bool had_head;
	uint64_t head_before;

	/* Write transactions: the newest proved range; block_count 0 where there is none. */
	bool is_range_known;
	struct proved_range range;

	/* Write transactions: what store_txn_bytes reckons with, per sub-database. */
	size_t pages_before[DB_COUNT];  /* in the tree at the beginning */
	size_t leaves_before[DB_COUNT]; /* of them at the bottom */
	uint64_t touched[DB_COUNT];     /* leaves copied so far, expected value, 1/65536 */

	uint8_t *scratch;
	size_t scratch_size;
};

/* ---- lmdb_env.c ---- */

/* (Re)opens the environment and the sub-databases of a store whose path, mode and options are set;
 * `identity` may be NULL. The caller is alone. */
enum status env_open(struct store *store, const struct store_identity *identity,
		     struct error *err) MUST_CHECK;
void env_close(struct store *store);

/* The words for an LMDB or errno code that did not come from a transaction's own work. */
enum status env_failed(const struct store *store, int rc, const char *what, struct error *err);

/* LMDB's words, or the system's, without strerror's shared buffer. */
const char *code_text(char *buffer, size_t size, int rc);

/* A path inside the store's folder. */
enum status path_in(char out[PATH_SIZE], const struct store *store, const char *name,
		    struct error *err) MUST_CHECK;

/* STORE_WRITE: there is a folder, made where it was missing; STORE_READ: one with a database. */
enum status folder_ready(const struct store *store, struct error *err) MUST_CHECK;

struct store *store_new(const char *path, enum store_mode mode,
			const struct store_options *options);
void store_free(struct store *store);

/* ---- guard.c ---- */

/* Takes the file "writer" (guard_fd), or what a reader needs; see there. ERR_DENIED says who has
 * it. guard_release gives it back. */
enum status guard_for_writing(struct store *store, struct error *err) MUST_CHECK;
enum status guard_for_reading(struct store *store, struct error *err) MUST_CHECK;
void guard_release(struct store *store);

/* ---- identity.c ---- */

/* Format, schema, chain id and pool set into meta; gives LMDB's code. */
int write_identity(struct store *store, MDB_txn *txn, const struct store_identity *identity);

/* That meta has this format and schema and, unless `identity` is NULL, this identity. */
enum status check_identity(struct store *store, MDB_txn *txn, const struct store_identity *identity,
			   struct error *err) MUST_CHECK;

/* The words for an LMDB file that is another program's. */
enum status not_a_store(const struct store *store, struct error *err);

/* ---- transaction.c ---- */

/*
 * The words and the status for an LMDB code inside a transaction. In a write transaction they
 * stick: whatever is called later returns them too, so that half a block is never committed.
 */
enum status txn_failed(struct store_txn *txn, int rc, const char *what, struct error *err);

/* Makes an error found in the middle of writing stick; returns its status. */
enum status txn_doom(struct store_txn *txn, enum status status, const struct error *err);

/* OK, or what stuck. */
enum status txn_usable(const struct store_txn *txn, struct error *err) MUST_CHECK;

/* This transaction's own cursor; nobody may rely on where it stands. */
enum status txn_cursor(MDB_cursor **out, struct store_txn *txn, enum store_db db,
		       struct error *err) MUST_CHECK;
void txn_drop_cursors(struct store_txn *txn);

/* A cursor for a scan, to be closed with txn_close_scan before the transaction ends. */
enum status txn_open_scan(void **cursor, struct store_txn *txn, enum store_db db,
			  struct error *err) MUST_CHECK;
void txn_close_scan(struct store_txn *txn, void **cursor);

/* A put through the transaction's cursor, counted; gives LMDB's code. */
int txn_put(struct store_txn *txn, enum store_db db, MDB_val *key, MDB_val *value, unsigned flags);

/* Counts a write at a random place of the tree (txn_put does so by itself). */
void txn_touch(struct store_txn *txn, enum store_db db);

/* At least `size` bytes that are good until the next call or the transaction's end. */
uint8_t *txn_scratch(struct store_txn *txn, size_t size);

static inline MDB_val val_of(const void *data, size_t size)
{
	return (MDB_val){.mv_size = size, .mv_data = (void *)(uintptr_t)data};
}

static inline struct slice slice_of_val(MDB_val value)
{
	return slice_of(value.mv_data, value.mv_size);
}

/* ---- rows.c ---- */

/* Table, pool and key bytes: what the digest and the change list call a row. */
size_t row_name(uint8_t out[ROW_NAME_MAX], const struct row_key *key);
/* The name and the block, as the sub-database has it. */
size_t row_db_key(uint8_t out[ROW_DB_KEY_MAX], const struct row_key *key, uint64_t block);
/* The other way round; false if the bytes cannot be such a key. */
bool row_db_key_read(struct row_key *key, uint64_t *block, MDB_val bytes) MUST_CHECK;
int row_key_compare(const struct row_key *a, const struct row_key *b);

enum { ROW_TEXT_SIZE = 48 + HEX_SIZE(ROW_KEY_MAX) };
/* "row 0x1234 of table 3, pool 0" for messages. */
const char *row_text(char out[ROW_TEXT_SIZE], const struct row_key *key);

/* ---- blocks.c ---- */

/*
 * A change list: groups of {table 1, pool 2, key size 1, count 1 (never 0), count keys}, keys
 * rising throughout. The walk starts with the whole value.
 */
struct change_walk change_walk_of(struct slice list);

/* At least the bytes of the block's change list. */
size_t change_list_max(const struct block_write *block);
/* Its size; `out` has change_list_max bytes; rows are sorted. */
size_t change_list(uint8_t *out, const struct block_write *block);

void block_value(uint8_t out[BLOCK_VALUE_BYTES], const struct block_record *record);
bool block_value_read(struct block_record *out, uint64_t number, MDB_val bytes) MUST_CHECK;

/*
 * An index entry: the upper 52 bits of the block number, the prefix, the lower 12 bits. Prefixes
 * are random; sorted over all blocks, nearly every new one would dirty a page of its own, and a
 * backfill would mostly write index pages. Sorted within 4,096 blocks they stay on a few. A lookup
 * seeks once or twice for each such run of blocks.
 */
void index_key(uint8_t out[INDEX_KEY_BYTES], const uint8_t prefix[PREFIX_BYTES], uint64_t number);
/* Its parts; `key` has INDEX_KEY_BYTES. */
const uint8_t *index_key_prefix(const uint8_t *key);
uint64_t index_key_number(const uint8_t *key);

/* The next entry of the prefix at or above block *number; ERR_NOTFOUND, without words, if none. */
enum status index_next(uint64_t *number, struct store_txn *txn, enum store_db db,
		       const uint8_t prefix[PREFIX_BYTES], struct error *err) MUST_CHECK;

/* The newest block record; MDB_NOTFOUND in an empty store. */
enum status newest_block(struct block_record *out, struct store_txn *txn,
			 struct error *err) MUST_CHECK;

/* ---- append.c ---- */

/* Invariant (3), row by row. */
struct block_digest {
	struct keccak keccak;
	struct hash before;
	bool has_rows;
};

void block_digest_begin(struct block_digest *digest, struct hash before, struct hash block);
/* In key order; undigested tables are passed over. */
void block_digest_row(struct block_digest *digest, const struct row_key *key, struct slice value);
struct hash block_digest_end(struct block_digest *digest);

/* ---- proved.c ---- */

/* The block becomes the newest: called before txn->head is. */
enum status proved_append(struct store_txn *txn, uint64_t number, uint8_t level,
			  struct error *err) MUST_CHECK;
/* The block is gone, and txn->head is what stands below it. */
enum status proved_take_back(struct store_txn *txn, const struct block_record *record,
			     struct error *err) MUST_CHECK;

/* The ranges against the block records, which are given oldest first. Close it in every case. */
struct proved_check {
	struct store_txn *txn;
	void *cursor;
	struct proved_range range;
	uint64_t seen; /* block records of it so far */
};

enum status proved_check_open(struct proved_check *check, struct store_txn *txn,
			      struct error *err) MUST_CHECK;
enum status proved_check_block(struct proved_check *check, const struct block_record *record,
			       struct error *err) MUST_CHECK;
enum status proved_check_end(struct proved_check *check, struct error *err) MUST_CHECK;
void proved_check_close(struct proved_check *check);

/* ---- notes.c ---- */

enum status notes_check(struct store_txn *txn, struct error *err) MUST_CHECK;

#endif
