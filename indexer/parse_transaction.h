/* parse_transaction.h - a transaction's body as a node writes it; for parse_block.c. */
#ifndef INDEXER_PARSE_TRANSACTION_H
#define INDEXER_PARSE_TRANSACTION_H

#include "chain/transaction.h"
#include "indexer/json_read.h"

struct transaction_body {
	struct transaction transaction;
	struct hash hash;    /* as claimed */
	struct address from; /* as claimed */
};

/* `err` is not NULL. ERR_BAD_DATA: also a type that is not known, said to be one. */
enum status parse_transaction(struct transaction_body *out, struct arena *arena,
			      struct json_reader *r, struct error *err) MUST_CHECK;

#endif
