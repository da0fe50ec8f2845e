/*
 * toy.h - a protocol that is in no registry: a ledger of loans, with lists, views of items and
 * choices, to test what no registered protocol may use today.
 *
 * Every lender is a contract of its own; a loan is named by its lender and a number.
 */
#ifndef TESTS_SUPPORT_TOY_H
#define TESTS_SUPPORT_TOY_H

#include "protocols/protocol.h"
#include "tests/support/scratch.h"

#define TOY_LOAN_FIELDS(F)                                                                         \
	F(U256, amount, "")                                                                        \
	F(U64, state, "")                                                                          \
	F(HASH, paper, "")                                                                         \
	F(ADDRESS, debtor, "")                                                                     \
	F(BYTES, note, "")

struct toy_loan {
	RECORD_STRUCT(TOY_LOAN_FIELDS)
};

enum { TOY_SECRET = 77 }; /* the state of a loan whose amount nobody knows */
enum { TOY_KEY = ADDRESS_BYTES + 2 };
enum { TOY_LOANS, TOY_LENDERS, TOY_LIST_COUNT };
enum { TOY_VIEW_LOAN, TOY_VIEW_PAPER, TOY_VIEW_RATE, TOY_VIEW_COUNT };

extern const struct record record_toy_loan;
extern const struct protocol toy_protocol;
extern const struct row_table toy_loans;

/* A pool of that protocol on a store of its own, block by block. */
struct toy {
	char folder[SCRATCH_PATH_SIZE];
	struct store *store;
	struct store_txn *txn;
	struct state *state;
	struct arena *arena;
	struct block_ref block;
	struct pool pool;
	struct error err;
};

void toy_open(struct toy *toy);
void toy_close(struct toy *toy);

/* The loan's key; `lender` fills the lender's address. */
const uint8_t *toy_key(uint8_t out[TOY_KEY], uint8_t lender, uint16_t number);
struct toy_loan *toy_loan(struct toy *toy, uint8_t lender, uint16_t number);

/* Ends the block in hand. */
void toy_next(struct toy *toy);

/* As of the newest finished block. */
struct reading toy_reading(struct toy *toy);

#endif
