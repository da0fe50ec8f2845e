#include "ledger/book.h"

#include "tests/support/scratch.h"
#include "tests/support/test.h"

struct fixture {
	char folder[SCRATCH_PATH_SIZE];
	struct store *store;
	struct store_txn *txn;
	struct state *state;
	struct book book;
	struct error err;
};

static int begin(void **state)
{
	static const struct store_identity identity = {.chain_id = 1, .pool_set = "test"};
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	scratch_make(f->folder);
	assert_ok(store_open(&f->store, f->folder, STORE_WRITE, &identity, &f->err), f->err);
	assert_ok(store_begin(&f->txn, f->store, STORE_WRITE, &f->err), f->err);
	f->state = state_open(f->txn, 1);
	f->book = book_open(f->state, 0);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	state_close(f->state);
	store_abort(f->txn);
	store_close(f->store);
	scratch_remove(f->folder);
	free(f);
	return 0;
}

static const struct address somebody = {{7, 7}};

static void move(struct fixture *f, enum ledger_account from, enum ledger_account to,
		 uint64_t amount)
{
	assert_ok(
		book_transfer(&f->book, from, to, assets_of(u256_from(amount)), somebody, &f->err),
		f->err);
}

static uint64_t balance(struct fixture *f, enum ledger_account account)
{
	struct assets amount;
	uint64_t value;

	assert_true(book_balance(&amount, &f->book, account));
	assert_true(u256_to_u64(&value, amount.raw));
	return value;
}

static void accounts_are_named_once(void **state)
{
	(void)state;
	for (int i = 0; i < LEDGER_ACCOUNT_COUNT; i++)
		for (int k = 0; k < i; k++)
			assert_string_not_equal(ledger_account_name((enum ledger_account)i),
						ledger_account_name((enum ledger_account)k));
	assert_string_equal(ledger_account_name(LEDGER_CLAIMS), "claims");
}

static void a_transfer_gives_here_and_receives_there(void **state)
{
	struct fixture *f = *state;
	struct assets received;
	struct assets given;

	move(f, LEDGER_DEPOSITORS, LEDGER_UNSTAKED, 100);
	move(f, LEDGER_UNSTAKED, LEDGER_STAKED, 60);
	assert_int_equal(balance(f, LEDGER_UNSTAKED), 40);
	assert_int_equal(balance(f, LEDGER_STAKED), 60);
	book_totals(&received, &given, &f->book, LEDGER_UNSTAKED);
	assert_true(u256_equal(received.raw, u256_from(100)));
	assert_true(u256_equal(given.raw, u256_from(60)));
	book_totals(&received, &given, &f->book, LEDGER_DEPOSITORS);
	assert_true(u256_is_zero(received.raw));
	assert_true(u256_equal(given.raw, u256_from(100)));
}

static void a_transfer_to_itself_changes_no_balance(void **state)
{
	struct fixture *f = *state;

	move(f, LEDGER_DONORS, LEDGER_STRAY, 5);
	move(f, LEDGER_STRAY, LEDGER_STRAY, 3);
	assert_int_equal(balance(f, LEDGER_STRAY), 5);
}

static void what_is_held_is_the_sum_of_the_inside(void **state)
{
	struct fixture *f = *state;
	struct assets held;

	assert_true(book_held(&held, &f->book));
	assert_true(u256_is_zero(held.raw));
	move(f, LEDGER_DEPOSITORS, LEDGER_UNSTAKED, 100);
	move(f, LEDGER_REWARDS, LEDGER_STAKED, 7);
	move(f, LEDGER_DONORS, LEDGER_STRAY, 3);
	move(f, LEDGER_STAKED, LEDGER_CLAIMS, 2);
	assert_true(book_held(&held, &f->book));
	assert_true(u256_equal(held.raw, u256_from(108)));
}

static void a_negative_inside_balance_is_told(void **state)
{
	struct fixture *f = *state;
	struct assets amount;

	move(f, LEDGER_STAKED, LEDGER_CLAIMS, 1);
	assert_false(book_balance(&amount, &f->book, LEDGER_STAKED));
	assert_false(book_held(&amount, &f->book));
	move(f, LEDGER_REWARDS, LEDGER_STAKED, 1);
	assert_true(book_held(&amount, &f->book));
	/* An outside account that tokens come from is negative, and that is nothing to tell. */
	assert_false(book_balance(&amount, &f->book, LEDGER_REWARDS));
}

static void totals_beyond_256_bits_are_refused_and_nothing_is_posted(void **state)
{
	struct fixture *f = *state;
	struct assets most = assets_of(U256_MAX);
	size_t postings;

	assert_ok(book_transfer(&f->book, LEDGER_DONORS, LEDGER_STRAY, most, somebody, &f->err),
		  f->err);
	postings = f->book.posting_count;
	assert_int_equal(book_transfer(&f->book, LEDGER_DONORS, LEDGER_STAKED, assets_of(U256_ONE),
				       somebody, &f->err),
			 ERR_CORRUPT); /* given */
	assert_non_null(strstr(f->err.message, "donors"));
	assert_int_equal(book_transfer(&f->book, LEDGER_DEPOSITORS, LEDGER_STRAY,
				       assets_of(U256_ONE), somebody, &f->err),
			 ERR_CORRUPT); /* received */
	assert_int_equal(f->book.posting_count, postings);
	assert_int_equal(balance(f, LEDGER_STAKED), 0);
	assert_int_equal(balance(f, LEDGER_DEPOSITORS), 0);
}

static void postings_of_the_event_at_hand_are_kept_in_order(void **state)
{
	struct fixture *f = *state;

	move(f, LEDGER_DEPOSITORS, LEDGER_UNSTAKED, 100);
	move(f, LEDGER_UNSTAKED, LEDGER_STAKED, 60);
	assert_int_equal(f->book.posting_count, 2);
	assert_int_equal(f->book.postings[1].from, LEDGER_UNSTAKED);
	assert_int_equal(f->book.postings[1].to, LEDGER_STAKED);
	assert_true(u256_equal(f->book.postings[1].amount.raw, u256_from(60)));
	assert_true(address_equal(f->book.postings[1].subject, somebody));
	for (int i = 0; i < 2 * BOOK_POSTINGS_MAX; i++)
		move(f, LEDGER_DONORS, LEDGER_STRAY, 1);
	assert_int_equal(f->book.posting_count, BOOK_POSTINGS_MAX);
	assert_int_equal(balance(f, LEDGER_STRAY), 2 * BOOK_POSTINGS_MAX);
}

static void pools_have_books_of_their_own(void **state)
{
	struct fixture *f = *state;
	struct book other = book_open(f->state, 1);
	struct assets amount;

	move(f, LEDGER_DONORS, LEDGER_STRAY, 5);
	assert_true(book_balance(&amount, &other, LEDGER_STRAY));
	assert_true(u256_is_zero(amount.raw));
}

/* ---- a random run against a naive recount ---- */

enum { SEED = 11, ROUNDS = 5000 };

static uint64_t random_word(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static void all_that_was_given_was_received(void **state)
{
	struct fixture *f = *state;
	int64_t model[LEDGER_ACCOUNT_COUNT] = {0};
	uint64_t random = SEED;
	u256 all_received = U256_ZERO;
	u256 all_given = U256_ZERO;

	print_message("# seed %d\n", SEED);
	for (int i = 0; i < ROUNDS; i++) {
		unsigned from = (unsigned)(random_word(&random) % LEDGER_ACCOUNT_COUNT);
		unsigned to = (unsigned)(random_word(&random) % LEDGER_ACCOUNT_COUNT);
		uint64_t amount = random_word(&random) % 1000000;

		move(f, (enum ledger_account)from, (enum ledger_account)to, amount);
		model[from] -= (int64_t)amount;
		model[to] += (int64_t)amount;
	}
	for (int i = 0; i < LEDGER_ACCOUNT_COUNT; i++) {
		struct assets received;
		struct assets given;
		struct assets amount;

		book_totals(&received, &given, &f->book, (enum ledger_account)i);
		all_received = u256_add_wrap(all_received, received.raw);
		all_given = u256_add_wrap(all_given, given.raw);
		assert_int_equal(book_balance(&amount, &f->book, (enum ledger_account)i),
				 model[i] >= 0);
		if (model[i] >= 0)
			assert_true(u256_equal(amount.raw, u256_from((uint64_t)model[i])));
	}
	assert_true(u256_equal(all_received, all_given));
}

#define BOOK_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accounts_are_named_once),
		BOOK_TEST(a_transfer_gives_here_and_receives_there),
		BOOK_TEST(a_transfer_to_itself_changes_no_balance),
		BOOK_TEST(what_is_held_is_the_sum_of_the_inside),
		BOOK_TEST(a_negative_inside_balance_is_told),
		BOOK_TEST(totals_beyond_256_bits_are_refused_and_nothing_is_posted),
		BOOK_TEST(postings_of_the_event_at_hand_are_kept_in_order),
		BOOK_TEST(pools_have_books_of_their_own),
		BOOK_TEST(all_that_was_given_was_received),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
