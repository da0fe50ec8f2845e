/*
 * chain.h - a chain made of nothing but its block numbers, so that any process can go on with it
 * anywhere and two that went different ways must agree.
 */
#ifndef TESTS_STORE_CHAIN_H
#define TESTS_STORE_CHAIN_H

#include "tests/store/mirror.h"

enum { CHAIN_ROWS = 7, CHAIN_ACCOUNTS = 97 };

static inline enum status chain_append(struct store_txn *txn, uint64_t number, struct error *err)
{
	struct row_version rows[CHAIN_ROWS];
	uint8_t values[CHAIN_ROWS][48];
	struct stored_event events[3];
	struct block_write block = {.ref = test_ref(number), .rows = rows, .events = events};

	block.row_count = number % CHAIN_ROWS;
	block.event_count = number % 3;
	for (size_t i = 0; i < block.row_count; i++) {
		struct hash hash = test_hash(number, 100 + i);

		rows[i].key = (struct row_key){.table = (uint8_t)(i % 3 == 2 ? 0x81 : 1 + i % 2),
					       .size = 9};
		put_be64(rows[i].key.bytes, (number * 31 + i * 7) % CHAIN_ACCOUNTS);
		rows[i].key.bytes[8] = (uint8_t)i;
		memcpy(values[i], hash.bytes, 32);
		memcpy(values[i] + 32, hash.bytes, 16);
		rows[i].value = slice_of(values[i], hash.bytes[0] % 6 ? 48 : 0);
	}
	for (size_t i = 0; i < block.event_count; i++)
		events[i] = (struct stored_event){.log_index = (uint32_t)i * 3,
						  .transaction_hash = test_hash(number, 50 + i / 2),
						  .value = slice_of("an event's bytes", 16)};
	return store_append(txn, NULL, &block, err);
}

/* Blocks from the cursor on up to `to`, `run` a commit; ends early with what a commit says. */
static inline enum status chain_extend(struct store *store, uint64_t to, uint64_t run,
				       struct error *err)
{
	for (;;) {
		struct block_record record = {0};
		struct store_txn *txn;
		uint64_t number;
		enum status status = store_begin(&txn, store, STORE_WRITE, err);

		if (status != OK)
			return status;
		status = store_cursor(&record, txn, err);
		number = status == OK ? record.ref.number : 0;
		status = OK;
		for (uint64_t i = 0; status == OK && i < run && number < to; i++)
			status = chain_append(txn, ++number, err);
		status = store_commit(txn, err);
		if (status == OK && number >= to)
			return OK;
		if (status != OK && status != ERR_AGAIN)
			return status;
	}
}

static inline struct block_record chain_cursor(struct store *store)
{
	struct block_record record = {0};
	struct store_txn *txn;
	struct error err;
	enum status status;

	assert_ok(store_begin(&txn, store, STORE_READ, &err), err);
	status = store_cursor(&record, txn, &err);
	if (status != ERR_NOTFOUND)
		assert_ok(status, err);
	assert_ok(store_check(txn, &err), err);
	store_abort(txn);
	return record;
}

/* The digest that a run without any trouble has at `to`. */
static inline struct hash chain_straight(uint64_t to)
{
	struct mirror straight = {0};
	struct block_record record;

	folder_make(straight.path);
	assert_ok(store_open(&straight.store, straight.path, STORE_WRITE, &test_identity,
			     &straight.err),
		  straight.err);
	assert_ok(chain_extend(straight.store, to, UINT64_MAX, &straight.err), straight.err);
	record = chain_cursor(straight.store);
	assert_int_equal(record.ref.number, to);
	store_close(straight.store);
	folder_remove(straight.path);
	return record.digest;
}

#endif
