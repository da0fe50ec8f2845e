#include "ledger/book.h"

struct ledger_totals {
#define LEDGER_MEMBERS(id, name, inside, meaning)                                                  \
	struct assets name##_received;                                                             \
	struct assets name##_given;
	LEDGER_ACCOUNTS(LEDGER_MEMBERS)
#undef LEDGER_MEMBERS
};

static const struct record_field fields[] = {
#define LEDGER_FIELDS(id, name, inside, meaning)                                                   \
	{#name "_received", FIELD_U256, offsetof(struct ledger_totals, name##_received), meaning}, \
		{#name "_given", FIELD_U256, offsetof(struct ledger_totals, name##_given),         \
		 meaning},
	LEDGER_ACCOUNTS(LEDGER_FIELDS)
#undef LEDGER_FIELDS
};

static const struct record record_ledger = {"ledger", sizeof(struct ledger_totals), fields,
					    sizeof(fields) / sizeof(fields[0])};
static const struct row_table table_book = {TABLE_BOOK, 1, &record_ledger};

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

/* Two totals an account, in the order of the list: the record is an array of them. */
struct account_totals {
	struct assets received;
	struct assets given;
};

_Static_assert(sizeof(struct ledger_totals) == LEDGER_ACCOUNT_COUNT * sizeof(struct account_totals),
	       "the ledger's record is one pair of totals an account");

static struct account_totals *totals_of(const struct book *book)
{
	return state_row(book->state, &table_book, book->pool, "");
}

enum status book_transfer(struct book *book, enum ledger_account from, enum ledger_account to,
			  struct assets amount, struct address subject, struct error *err)
{
	struct account_totals *totals = totals_of(book);
	struct assets given;
	struct assets received;

	if (!assets_add_ok(&given, totals[from].given, amount) ||
	    !assets_add_ok(&received, totals[to].received, amount))
		return error_set(err, ERR_CORRUPT, "ledger account %s passes 2^256",
				 ledger_account_name(from));
	totals[from].given = given;
	totals[to].received = received;
	if (book->posting_count < BOOK_POSTINGS_MAX)
		book->postings[book->posting_count++] = (struct posting){from, to, amount, subject};
	return OK;
}

bool book_balance(struct assets *out, const struct book *book, enum ledger_account account)
{
	const struct account_totals *totals = totals_of(book);

	return assets_sub_ok(out, totals[account].received, totals[account].given);
}

void book_totals(struct assets *received, struct assets *given, const struct book *book,
		 enum ledger_account account)
{
	const struct account_totals *totals = totals_of(book);

	*received = totals[account].received;
	*given = totals[account].given;
}

void book_sums(struct assets *received, struct assets *given, const struct book *book)
{
	const struct account_totals *totals = totals_of(book);

	*received = assets_of(U256_ZERO);
	*given = assets_of(U256_ZERO);
	for (int i = 0; i < LEDGER_ACCOUNT_COUNT; i++) {
		received->raw = u256_add_wrap(received->raw, totals[i].received.raw);
		given->raw = u256_add_wrap(given->raw, totals[i].given.raw);
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
