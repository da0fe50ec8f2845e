#include "ledger/book.h"

/* Two totals an account, in the order of the list: each record is an array of them. */
struct account_totals {
	struct assets received;
	struct assets given;
};

#define LEDGER_MEMBERS(id, name, inside, meaning) struct account_totals name;
#define LEDGER_FIELDS(id, name, inside, meaning)                                                   \
	{#name "_received", FIELD_U256, offsetof(struct LEDGER_OWNER, name.received), meaning},    \
		{#name "_given", FIELD_U256, offsetof(struct LEDGER_OWNER, name.given), meaning},

struct deposit_totals {
	LEDGER_DEPOSIT_ACCOUNTS(LEDGER_MEMBERS)
};

#define LEDGER_OWNER deposit_totals
static const struct record_field deposit_fields[] = {LEDGER_DEPOSIT_ACCOUNTS(LEDGER_FIELDS)};
#undef LEDGER_OWNER

struct cover_totals {
	LEDGER_COVER_ACCOUNTS(LEDGER_MEMBERS)
};

#define LEDGER_OWNER cover_totals
static const struct record_field cover_fields[] = {LEDGER_COVER_ACCOUNTS(LEDGER_FIELDS)};
#undef LEDGER_OWNER

static const struct record deposit_record = {"ledger", sizeof(struct deposit_totals),
					     deposit_fields,
					     sizeof(deposit_fields) / sizeof(deposit_fields[0])};
static const struct record cover_record = {"ledger of cover", sizeof(struct cover_totals),
					   cover_fields,
					   sizeof(cover_fields) / sizeof(cover_fields[0])};
static const struct row_table deposit_table = {TABLE_BOOK, 1, &deposit_record};
static const struct row_table cover_table = {TABLE_BOOK_COVER, 1, &cover_record};

enum {
	DEPOSIT_COUNT = sizeof(struct deposit_totals) / sizeof(struct account_totals),
	COVER_COUNT = sizeof(struct cover_totals) / sizeof(struct account_totals),
};

_Static_assert(DEPOSIT_COUNT + COVER_COUNT == (int)LEDGER_ACCOUNT_COUNT,
	       "the ledger's records are one pair of totals an account");

static const bool is_inside[LEDGER_ACCOUNT_COUNT] = {
#define LEDGER_INSIDE(id, name, inside, meaning) [id] = inside,
	LEDGER_ACCOUNTS(LEDGER_INSIDE)
#undef LEDGER_INSIDE
};

const char *ledger_account_name(enum ledger_account account)
{
	static const char *const names[LEDGER_ACCOUNT_COUNT] = {
#define LEDGER_NAME(id, name, inside, meaning) [id] = #name,
		LEDGER_ACCOUNTS(LEDGER_NAME)
#undef LEDGER_NAME
	};

	return names[account];
}

struct book book_open(struct state *state, uint16_t pool)
{
	return (struct book){.state = state, .pool = pool};
}

static struct account_totals *totals_of(const struct book *book, enum ledger_account account)
{
	struct account_totals *totals;
	bool is_deposit = (int)account < DEPOSIT_COUNT;

	totals = state_row(book->state, is_deposit ? &deposit_table : &cover_table, book->pool, "");
	return &totals[is_deposit ? (int)account : (int)account - DEPOSIT_COUNT];
}

enum status book_transfer(struct book *book, enum ledger_account from, enum ledger_account to,
			  struct assets amount, struct address subject, struct error *err)
{
	struct account_totals *giver = totals_of(book, from);
	struct account_totals *taker = totals_of(book, to);
	struct assets given;
	struct assets received;

	if (!assets_add_ok(&given, giver->given, amount) ||
	    !assets_add_ok(&received, taker->received, amount))
		return error_set(err, ERR_CORRUPT, "ledger account %s passes 2^256",
				 ledger_account_name(from));
	giver->given = given;
	taker->received = received;
	if (book->posting_count < BOOK_POSTINGS_MAX)
		book->postings[book->posting_count++] = (struct posting){from, to, amount, subject};
	return OK;
}

bool book_balance(struct assets *out, const struct book *book, enum ledger_account account)
{
	const struct account_totals *totals = totals_of(book, account);

	return assets_sub_ok(out, totals->received, totals->given);
}

void book_totals(struct assets *received, struct assets *given, const struct book *book,
		 enum ledger_account account)
{
	const struct account_totals *totals = totals_of(book, account);

	*received = totals->received;
	*given = totals->given;
}

void book_sums(struct assets *received, struct assets *given, const struct book *book)
{
	*received = assets_of(U256_ZERO);
	*given = assets_of(U256_ZERO);
	for (int i = 0; i < LEDGER_ACCOUNT_COUNT; i++) {
		const struct account_totals *totals = totals_of(book, (enum ledger_account)i);

		received->raw = u256_add_wrap(received->raw, totals->received.raw);
		given->raw = u256_add_wrap(given->raw, totals->given.raw);
	}
}

bool book_held(struct assets *out, const struct book *book)
{
	struct assets sum = assets_of(U256_ZERO);

	for (int i = 0; i < LEDGER_ACCOUNT_COUNT; i++) {
		struct assets balance;

		if (!is_inside[i])
			continue;
		if (!book_balance(&balance, book, (enum ledger_account)i) ||
		    !assets_add_ok(&sum, sum, balance))
			return false;
	}
	*out = sum;
	return true;
}
