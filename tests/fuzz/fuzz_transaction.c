/*
 * A transaction's bytes: what can be read has one encoding only, and asking who sent it is safe.
 */
#include <stdlib.h>

#include "abi/keccak.h"
#include "chain/transaction.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void check(const struct transaction *t, struct slice bytes, struct arena *arena)
{
	struct buffer again = buffer_in(arena);
	struct address who;
	struct error err;

	transaction_encode(&again, t);
	must(slice_equal(buffer_slice(&again), bytes));
	must(hash_equal(transaction_hash(t, arena), keccak256(bytes.data, bytes.size)));
	must(transaction_sender(&who, t, arena, &err) == OK || err.status == ERR_BAD_DATA);
	for (size_t i = 0; i < t->authorization_count; i++)
		must(authorization_authority(&who, &t->authorizations[i], arena, &err) == OK ||
		     err.status == ERR_BAD_DATA);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct transaction transaction;
	struct error err;

	if (transaction_decode(&transaction, arena, slice_of(data, size), &err) == OK)
		check(&transaction, slice_of(data, size), arena);
	else
		must(err.status == ERR_BAD_DATA && err.message[0]);
	arena_free(arena);
	return 0;
}
