/*
 * mirror.h - what the store's tests share: a folder that goes away, blocks made of a few numbers.
 */
#ifndef TESTS_STORE_MIRROR_H
#define TESTS_STORE_MIRROR_H

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/internal.h"
#include "tests/support/test.h"

static const struct store_identity test_identity = {.chain_id = 31337, .pool_set = "api3 0x01\n"};

struct mirror {
	char path[64];
	struct store *store;
	struct store_txn *txn;
	struct error err;
};

static inline void folder_make(char path[64])
{
	(void)snprintf(path, 64, "/tmp/covermirror-store-XXXXXX");
	assert_non_null(mkdtemp(path));
}

static inline void folder_remove(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	char name[512];

	while (folder && (entry = readdir(folder))) {
		(void)snprintf(name, sizeof(name), "%s/%s", path, entry->d_name);
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			(void)unlink(name);
	}
	if (folder)
		(void)closedir(folder);
	(void)rmdir(path);
}

static inline int mirror_setup(void **state)
{
	struct mirror *m = calloc(1, sizeof(*m));

	if (!m)
		return -1;
	folder_make(m->path);
	assert_ok(store_open(&m->store, m->path, STORE_WRITE, &test_identity, &m->err), m->err);
	*state = m;
	return 0;
}

static inline int mirror_teardown(void **state)
{
	struct mirror *m = *state;

	store_abort(m->txn);
	store_close(m->store);
	folder_remove(m->path);
	free(m);
	return 0;
}

static inline void mirror_begin(struct mirror *m)
{
	assert_null(m->txn);
	assert_ok(store_begin(&m->txn, m->store, STORE_WRITE, &m->err), m->err);
}

static inline void mirror_commit(struct mirror *m)
{
	struct store_txn *txn = m->txn;

	m->txn = NULL;
	assert_ok(store_commit(txn, &m->err), m->err);
}

static inline void mirror_check(struct mirror *m)
{
	struct store_txn *txn = m->txn;

	if (!txn)
		assert_ok(store_begin(&txn, m->store, STORE_READ, &m->err), m->err);
	assert_ok(store_check(txn, &m->err), m->err);
	if (!m->txn)
		store_abort(txn);
}

/* A hash that differs in its first bytes, as real ones do. */
static inline struct hash test_hash(uint64_t number, uint64_t salt)
{
	uint8_t bytes[16];

	put_be64(bytes, number);
	put_be64(bytes + 8, salt);
	return keccak256(bytes, sizeof(bytes));
}

static inline struct block_ref test_ref(uint64_t number)
{
	return (struct block_ref){.number = number,
				  .hash = test_hash(number, 1),
				  .parent_hash = test_hash(number - 1, 1),
				  .timestamp = 1600000000 + 12 * number};
}

static inline struct row_key test_key(uint8_t table, uint16_t pool, const char *text)
{
	struct row_key key = {.table = table, .pool = pool, .size = (uint8_t)strlen(text)};

	memcpy(key.bytes, text, key.size);
	return key;
}

static inline struct slice text_slice(const char *text)
{
	return slice_of(text, strlen(text));
}

/* {key, value} for an initializer; "" deletes. */
#define ROW(table, pool, name, text)                                                               \
	{                                                                                          \
		.key = test_key(table, pool, name), .value = text_slice(text)                      \
	}

static inline enum status try_append(struct mirror *m, uint64_t number, struct row_version *rows,
				     size_t row_count, const struct stored_event *events,
				     size_t event_count)
{
	struct block_write block = {.ref = test_ref(number),
				    .proof_level = (uint8_t)(number % 5),
				    .rows = rows,
				    .row_count = row_count,
				    .events = events,
				    .event_count = event_count};

	return store_append(m->txn, NULL, &block, &m->err);
}

static inline void append_rows(struct mirror *m, uint64_t number, struct row_version *rows,
			       size_t count)
{
	assert_ok(try_append(m, number, rows, count, NULL, 0), m->err);
}

static inline void append_row(struct mirror *m, uint64_t number, const char *name, const char *text)
{
	struct row_version row = ROW(1, 0, name, text);

	append_rows(m, number, &row, 1);
}

/* The row's text as of `at`, or "-". */
static inline const char *row_at(char out[64], struct mirror *m, struct row_key key, uint64_t at)
{
	struct slice value;
	enum status status = store_row_get(&value, NULL, m->txn, &key, at, &m->err);

	if (status == ERR_NOTFOUND)
		return "-";
	assert_ok(status, m->err);
	assert_true(value.size < 64);
	memcpy(out, value.data, value.size);
	out[value.size] = '\0';
	return out;
}

#endif
