/*
 * store.h - the mirror on disk: row versions, blocks, events and their digest in one LMDB file.
 *
 * Rows are versions. A row is never overwritten: its key ends in the block that wrote it, so
 *   reading as of block N  is one cursor seek to the newest version not above N,
 *   undoing a reorg        is deleting the versions above the fork,
 *   a change feed          is the list of keys that a block wrote.
 *
 * Invariants, true after every commit and checked where cheap:
 *   (1) the cursor is the newest block record, and no row version, event or change list is above it
 *   (2) every row version of block b is named in b's change list, and the other way round
 *   (3) digest(b) = keccak256(digest before b ‖ hash of b ‖ for each digested row version of b in
 *       key order: be32(key size) ‖ key ‖ be32(value size) ‖ value), where key is table ‖
 *       be16(pool) ‖ key bytes and the digest before the first block is zero; a block
 *       without digested row versions leaves the digest as it was, so a sparse backfill and a
 *       block-by-block run agree
 *   (4) one writer: a lock on the directory's "writer" file holds its process id
 *   (5) a block record above another one's number by one names its hash as the parent
 *   (6) every block record is in one range of store/proved.h, which has its proof level
 *
 * Handles are opaque. A transaction belongs to one thread at a time, a write transaction to the
 * thread that began it. Slices returned from a transaction point into the map: they are good until
 * it ends (or, in a write transaction, until its next write). Scans are closed before it ends.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "chain/types.h"

struct store;
struct store_txn;

enum { STORE_SCHEMA = 2 };

/* Who the mirror is of. A directory that holds another one is refused. */
struct store_identity {
	uint64_t chain_id;
	const char *pool_set; /* canonical text of the configured pools, see indexer/config.h */
};

enum store_mode { STORE_READ, STORE_WRITE };

/*
 * Opens the directory `path`. STORE_WRITE creates it where it is missing, takes the writer's lock
 * and stores or compares `identity`; STORE_READ wants an existing store and compares nothing
 * (identity may be NULL). ERR_DENIED says what to do: another writer (with its process id), a
 * foreign chain id, another pool set (with the first difference), another schema. ERR_NOTFOUND:
 * no store there (STORE_READ). ERR_SYSTEM: permissions, disk. ERR_CORRUPT: the file is cut off.
 *
 * A process opens a store once: opening it again with STORE_READ gives the same handle, which is
 * closed when all who opened it have called store_close. A handle must not be used after fork().
 */
enum status store_open(struct store **out, const char *path, enum store_mode mode,
		       const struct store_identity *identity, struct error *err) MUST_CHECK;
void store_close(struct store *store);

/*
 * What keeps the writer from writing, for readers to see: one line, "" when it is over. Kept beside
 * the database, which may have no room for it; on a disk without any it may be lost. They read it
 * with store_writer_look (writer.h).
 */
void store_tell_trouble(struct store *store, const char *words);

/*
 * The disk as a seam: asked at each of these moments, whether it goes on or what goes wrong there
 * instead. Tests make the disk full, or end a run at a chosen commit by failing it and all that
 * comes after; what is on disk then is what a killed process leaves.
 */
enum store_moment {
	STORE_BEGINS,    /* a transaction, of either kind */
	STORE_COMMITS,   /* a write transaction; also that in which a store is opened for writing */
	STORE_COMMITTED, /* it is durable; what is answered does not matter */
	STORE_GROWS,     /* the map */
};

enum store_trouble {
	STORE_FINE,
	STORE_DISK_FULL,
	STORE_DISK_FAILS,
	STORE_MAP_FULL, /* at a commit: as where the transaction does not fit in the map */
	STORE_GIVES_UP, /* at the beginning of one: the environment has to be opened again */
};

struct store_seam {
	enum store_trouble (*ask)(void *context, enum store_moment moment);
	void *context;
	size_t map_initial; /* bytes; 0: as ever */
};

/* store_open for writing, on such a disk; NULL: on the real one. The seam outlives the store. */
enum status store_open_seamed(struct store **out, const char *path,
			      const struct store_identity *identity, const struct store_seam *seam,
			      struct error *err) MUST_CHECK;

/* What the store says it is of; text owned by the arena. */
enum status store_read_identity(struct store_identity *out, struct arena *arena,
				struct store *store, struct error *err) MUST_CHECK;

/*
 * STORE_WRITE first grows the map where less than a quarter is free. Readers may be several at
 * once, in other threads and processes. End with store_commit or store_abort (a reader with
 * either; both accept NULL).
 *
 * Growing waits until this process has no transaction open. So a thread should not hold a reader
 * while it begins a writer: where the map must grow, that ends in ERR_AGAIN after ten seconds.
 * ERR_FULL: the map must grow and the system gives no more address space.
 */
enum status store_begin(struct store_txn **out, struct store *store, enum store_mode mode,
			struct error *err) MUST_CHECK;
/* Whether somebody waits for this process's transactions to end, so that the map can grow: whoever
 * has held a reader for long should give it up. From any thread. */
bool store_is_awaited(struct store *store);
/* The number of the last commit, of whatever process. 0: not known. From any thread, and quick. */
uint64_t store_last_commit(struct store *store);
/* The number of the commit that the transaction sees, or makes: what is read is the same as long as
 * this is. */
uint64_t store_txn_number(const struct store_txn *txn);
/*
 * Durable when it returns OK (fsync). ERR_AGAIN: the map was full, the next store_begin grows it,
 * run the whole transaction again. ERR_FULL: the disk is full or failed; nothing of it is kept,
 * reading goes on, and so does writing once there is room. The transaction is gone in every case.
 *
 * Calls in between may fail with these, too. Such a failure sticks: whatever is called later in
 * the transaction, store_commit included, returns it again, and nothing of it is kept.
 */
enum status store_commit(struct store_txn *txn, struct error *err) MUST_CHECK;
/*
 * `change` within a write transaction of its own, committed; again from the start where the map had
 * to grow. Where it fails, its error, and nothing of it is kept.
 */
enum status store_change(struct store *store,
			 enum status (*change)(void *context, struct store_txn *txn,
					       struct error *err),
			 void *context, struct error *err) MUST_CHECK;
void store_abort(struct store_txn *txn);

/*
 * Memory that this write transaction holds until it commits (changed pages, reckoned, a little
 * high rather than low), to choose when to commit. At random places of a large mirror that is up to
 * a page (4096 bytes) for each row, transaction and block.
 */
size_t store_txn_bytes(const struct store_txn *txn);

/* ---- rows ---- */

enum { ROW_KEY_MAX = 64 };

/* Tables from here on are kept and undone like others but stay out of the digest. */
enum { TABLE_UNDIGESTED = 0x80 };

struct row_key {
	uint8_t table;
	uint16_t pool;
	uint8_t size; /* of bytes; all keys of one table and pool have one size */
	uint8_t bytes[ROW_KEY_MAX];
};

struct row_version {
	struct row_key key;
	struct slice value; /* empty: the row is deleted as of this block */
};

/*
 * The newest version not above `at`; ERR_NOTFOUND where there is none or it is a deletion.
 * `written_at` (may be NULL) gets the block that wrote it.
 */
enum status store_row_get(struct slice *value, uint64_t *written_at, struct store_txn *txn,
			  const struct row_key *key, uint64_t at, struct error *err) MUST_CHECK;

/*
 * The rows of one table and pool as of block `at`, in key order. Start with a zeroed struct and
 * row_scan_open; `after` (may be NULL) is the last key of the page before. row_scan_next gives
 * ERR_NOTFOUND at the end. Close it in every case.
 */
struct row_scan {
	struct store_txn *txn;
	void *cursor;
	uint64_t at;
	struct row_key key; /* of the row given last */
	bool is_started;
	bool is_moving; /* the cursor stands on that row */
};

enum status row_scan_open(struct row_scan *scan, struct store_txn *txn, uint8_t table,
			  uint16_t pool, uint8_t key_size, uint64_t at, const struct row_key *after,
			  struct error *err) MUST_CHECK;
enum status row_scan_next(struct slice *value, struct row_scan *scan, struct error *err) MUST_CHECK;
void row_scan_close(struct row_scan *scan);

/* ---- blocks ---- */

struct block_record {
	struct block_ref ref;
	struct hash digest;   /* of the mirror after this block */
	uint32_t event_count; /* events that the mirror keeps of it */
	uint32_t row_count;   /* row versions that it wrote */
	uint8_t proof_level;  /* how far it is proved; 0 none */
};

/* One event as the store keeps it; the bytes are the layer above's (protocols/event_record.h). */
struct stored_event {
	uint32_t log_index;
	struct hash transaction_hash;
	struct slice value;
};

/* All that one block adds. Arrays are the caller's; `rows` is sorted in place. */
struct block_write {
	struct block_ref ref;
	uint8_t proof_level;
	struct row_version *rows;
	size_t row_count;
	const struct stored_event *events; /* in log order, log_index increasing */
	size_t event_count;
};

/*
 * Appends a block above the cursor. ERR_CORRUPT: not above the cursor, two rows with one key, log
 * indexes that do not rise. `digest` (may be NULL) gets the new digest.
 */
enum status store_append(struct store_txn *txn, struct hash *digest, struct block_write *block,
			 struct error *err) MUST_CHECK;

/*
 * Takes back every block above `to`, newest first: rows, events, indexes, block records and what
 * proved ranges say of them; not notes. Afterwards the cursor is the newest kept block, or none.
 */
enum status store_rewind(struct store_txn *txn, uint64_t to, struct error *err) MUST_CHECK;

/* The newest block; ERR_NOTFOUND in an empty store. */
enum status store_cursor(struct block_record *out, struct store_txn *txn,
			 struct error *err) MUST_CHECK;
/* The block with this number; ERR_NOTFOUND where the mirror has no record of it. */
enum status store_block(struct block_record *out, struct store_txn *txn, uint64_t number,
			struct error *err) MUST_CHECK;
/* The newest record at or below `number`, the oldest at or above it; ERR_NOTFOUND if none. */
enum status store_block_below(struct block_record *out, struct store_txn *txn, uint64_t number,
			      struct error *err) MUST_CHECK;
enum status store_block_above(struct block_record *out, struct store_txn *txn, uint64_t number,
			      struct error *err) MUST_CHECK;
enum status store_block_by_hash(struct block_record *out, struct store_txn *txn, struct hash hash,
				struct error *err) MUST_CHECK;

/* The keys that block `number` wrote, in key order, in the arena. ERR_NOTFOUND: no such block. */
enum status store_changes(struct row_key **out, size_t *count, struct arena *arena,
			  struct store_txn *txn, uint64_t number, struct error *err) MUST_CHECK;

/*
 * The same one by one, without memory for all: true while there is a key, in `key`. At the end
 * is_bad tells whether the bytes were a change list. They are read where they are: see slices.
 */
struct change_walk {
	const uint8_t *at;
	const uint8_t *end;
	struct row_key key;
	unsigned left; /* keys of this group */
	bool is_started;
	bool is_bad;
};

enum status store_change_walk(struct change_walk *out, struct store_txn *txn, uint64_t number,
			      struct error *err) MUST_CHECK;
bool change_walk_next(struct change_walk *walk) MUST_CHECK;

/* ---- events ---- */

struct event_at {
	uint64_t block;
	uint32_t log_index;
};

/*
 * The first event at or after `from` (by block, then log index) and not above block `to`;
 * ERR_NOTFOUND if none. Walk on with from = {block, log_index + 1}; in a loop, use event_scan,
 * which keeps its cursor.
 */
struct event_scan {
	struct store_txn *txn;
	void *cursor;
	uint64_t to;
	bool is_backward;
	bool is_started;
	struct event_at from;
};

/* Forward: from `from` up to block `to`. Backward: from the newest event at or before `from`
 * down to block `to`. */
enum status event_scan_open(struct event_scan *scan, struct store_txn *txn, struct event_at from,
			    uint64_t to, bool is_backward, struct error *err) MUST_CHECK;
enum status event_scan_next(struct event_at *at, struct slice *value, struct event_scan *scan,
			    struct error *err) MUST_CHECK;
void event_scan_close(struct event_scan *scan);

/*
 * The block that holds a transaction's events; ERR_NOTFOUND if the mirror keeps none. Several
 * candidates (the index keeps 8 bytes of the hash) are told apart by `holds`, which the caller
 * answers from the events of the block.
 */
enum status store_transaction_block(uint64_t *block, struct store_txn *txn, struct hash transaction,
				    bool (*holds)(void *context, uint64_t block), void *context,
				    struct error *err) MUST_CHECK;

/* ---- figures and care ---- */

struct store_stats {
	uint64_t bytes_used; /* pages in use times their size */
	uint64_t bytes_map;
	uint64_t block_count;
	uint64_t event_count;
	uint64_t row_version_count;
};

enum status store_stats(struct store_stats *out, struct store_txn *txn,
			struct error *err) MUST_CHECK;

/*
 * Verifies the structure: invariants (1) to (3), (5) and (6), digests recomputed from the first
 * block, and reads over the notes. The first violation is ERR_CORRUPT and names block and key.
 */
enum status store_check(struct store_txn *txn, struct error *err) MUST_CHECK;

#endif
