/*
 * book.h - double-entry books of a pool's tokens.
 *
 * Every token movement is a transfer from one ledger account to another, so what all accounts gave
 * equals what all received by construction. An account keeps two growing totals, never one signed
 * balance. Inside accounts are what the pool holds and for whom; outside accounts are where tokens
 * come from and go to. Tokens held by the pool's contract = the sum of the inside balances.
 */
#ifndef LEDGER_BOOK_H
#define LEDGER_BOOK_H

#include "ledger/amount.h"
#include "store/state.h"

/*
 * F(id, name, is inside, meaning). Each list is a row of its own, so that the books of pools that
 * need none of the second keep their rows as they are: a new account goes into a new list.
 */
#define LEDGER_DEPOSIT_ACCOUNTS(F)                                                                 \
	F(LEDGER_UNSTAKED, unstaked, true,                                                         \
	  "deposited and not staked: owed to depositors on demand")                                \
	F(LEDGER_STAKED, staked, true, "staked: owed to the holders of shares")                    \
	F(LEDGER_STRAY, stray, true, "sent to the contract without being booked by it")            \
	F(LEDGER_DEPOSITORS, depositors, false, "tokens from and back to depositors")              \
	F(LEDGER_REWARDS, rewards, false, "tokens minted as staking reward")                       \
	F(LEDGER_CLAIMS, claims, false, "tokens paid out for claims")                              \
	F(LEDGER_DONORS, donors, false, "tokens that came in or left without an event of the pool")

#define LEDGER_COVER_ACCOUNTS(F)                                                                   \
	F(LEDGER_PREMIUMS, premiums, false, "tokens paid for cover")                               \
	F(LEDGER_FEES, fees, false, "tokens taken out as fees by whom they belong to")

#define LEDGER_ACCOUNTS(F) LEDGER_DEPOSIT_ACCOUNTS(F) LEDGER_COVER_ACCOUNTS(F)

enum ledger_account {
#define LEDGER_ENUM(id, name, inside, meaning) id,
	LEDGER_ACCOUNTS(LEDGER_ENUM)
#undef LEDGER_ENUM
		LEDGER_ACCOUNT_COUNT
};

const char *ledger_account_name(enum ledger_account account);

struct posting {
	enum ledger_account from;
	enum ledger_account to;
	struct assets amount;
	struct address subject; /* whose tokens, zero where nobody's */
};

enum { BOOK_POSTINGS_MAX = 8 };

/* The books of one pool within a state; a value, no clean-up. */
struct book {
	struct state *state;
	uint16_t pool;
	/* The postings of the event at hand, for explain. */
	struct posting postings[BOOK_POSTINGS_MAX];
	size_t posting_count;
};

enum { TABLE_BOOK = 2, TABLE_BOOK_COVER = 3 };

struct book book_open(struct state *state, uint16_t pool);

/*
 * Posts one transfer. ERR_CORRUPT where a total would pass 2^256 (no token has that many units);
 * nothing is posted then. An inside balance may go below zero when events were left out: that is
 * found by book_balance, not here.
 */
enum status book_transfer(struct book *book, enum ledger_account from, enum ledger_account to,
			  struct assets amount, struct address subject,
			  struct error *err) MUST_CHECK;

/* received - given; false where more was given than received (always so for an outside account
 * that tokens come from). */
bool book_balance(struct assets *out, const struct book *book,
		  enum ledger_account account) MUST_CHECK;

/* Totals of one account. */
void book_totals(struct assets *received, struct assets *given, const struct book *book,
		 enum ledger_account account);

/* What all accounts received and gave, modulo 2^256: equal, or the books were tampered with. */
void book_sums(struct assets *received, struct assets *given, const struct book *book);

/* The sum of the inside balances: what the contract should hold; false where one is negative. */
bool book_held(struct assets *out, const struct book *book) MUST_CHECK;

#endif
