/*
 * room.h - an empty store of its own for a test, in a transaction: cmocka's fixtures.
 */
#ifndef TESTS_SUPPORT_ROOM_H
#define TESTS_SUPPORT_ROOM_H

#include "store/store.h"
#include "tests/support/scratch.h"
#include "tests/support/test.h"

struct room {
	char folder[SCRATCH_PATH_SIZE];
	struct arena *arena;
	struct store *store;
	struct store_txn *txn;
	struct error err;
};

int room_begin(void **state);
/* Nothing of the transaction stays. */
int room_end(void **state);

#endif
