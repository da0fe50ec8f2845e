/*
 * Views of items: which contract is asked with which words, what is compared, how a finding names
 * the item.
 */
#include "reconcile/finding.h"
#include "reconcile/view.h"

#include "tests/support/test.h"
#include "tests/support/toy.h"

/* The first 4 bytes of keccak256("loan(uint16)") are checked against the compiled pool only. */
struct asked {
	struct address to;
	size_t view;
	size_t size;
	uint8_t words[4 * 32];
};

struct fixture {
	struct toy toy;
	struct recorder recorder;
	struct trace trace;
	struct book book;
	struct applying applying;
	struct asked asked[16];
	size_t asked_count;
	/* What the contracts hold, by lender's first byte and number; one_more: of that loan. */
	uint8_t liar;
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	toy_open(&f->toy);
	f->book = book_open(f->toy.state, 0);
	f->applying = (struct applying){.pool = &f->toy.pool,
					.state = f->toy.state,
					.arena = f->toy.arena,
					.block = &f->toy.block,
					.trace = &f->trace,
					.book = &f->book,
					.checker = &f->recorder.checker};
	recorder_init(&f->recorder, &f->applying);
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	toy_close(&f->toy);
	free(f);
	return 0;
}

/* Every loan is 100 of amount, open, of debtor 0xdd…, on paper 0x77…. */
static void lend(struct fixture *f, uint8_t lender, uint16_t number)
{
	struct toy_loan *loan = toy_loan(&f->toy, lender, number);

	loan->amount = u256_from(100);
	loan->state = 1;
	memset(loan->debtor.bytes, 0xdd, ADDRESS_BYTES);
	memset(loan->paper.bytes, 0x77, HASH_BYTES);
}

static void answer(struct fixture *f, struct chain_call *call, size_t view)
{
	uint8_t *words = arena_alloc(f->toy.arena, 3 * 32);
	bool is_lie = f->liar && call->to.bytes[0] == f->liar;

	call->outcome = CALL_RETURNED;
	if (view == TOY_VIEW_LOAN) {
		words[31] = 100 + is_lie;
		words[63] = 1;
		memset(words + 64 + 12, 0xdd, ADDRESS_BYTES);
	} else {
		memset(words + 32, 0x77, HASH_BYTES);
		words[32] ^= f->liar == 0xde;
	}
	call->result = slice_of(words, view == TOY_VIEW_LOAN ? 96 : 64);
}

static enum status ask(void *context, struct chain_call *calls, size_t count, struct arena *arena,
		       const struct block_ref *at, struct error *err)
{
	struct fixture *f = context;

	(void)arena;
	(void)at;
	(void)err;
	for (size_t i = 0; i < count; i++) {
		struct asked *asked = &f->asked[f->asked_count++];
		size_t view = 0;

		assert_in_range(f->asked_count, 1, 16);
		while (memcmp(f->toy.pool.views[view].selector, calls[i].data.data, 4) != 0)
			assert_true(++view < TOY_VIEW_COUNT);
		asked->to = calls[i].to;
		asked->view = view;
		asked->size = calls[i].data.size;
		assert_in_range(asked->size, 4, 4 + sizeof(asked->words));
		memcpy(asked->words, calls[i].data.data + 4, asked->size - 4);
		answer(f, &calls[i], view);
	}
	return OK;
}

static void check(struct fixture *f, const struct view_wish *wish)
{
	struct chain_asker asker = {.ask = ask, .context = f};
	struct view_answers answers;

	f->asked_count = 0;
	f->applying.chain = &asker;
	assert_ok(views_check(&answers, &f->applying, wish, &f->toy.err), f->toy.err);
	f->applying.chain = NULL;
	recorder_end_block(&f->recorder, 0);
	toy_next(&f->toy);
}

static void assert_asked(const struct fixture *f, size_t i, size_t view, uint8_t to, size_t words)
{
	assert_in_range(i, 0, f->asked_count);
	assert_int_equal(f->asked[i].view, view);
	assert_int_equal(f->asked[i].to.bytes[0], to);
	assert_int_equal(f->asked[i].size, 4 + 32 * words);
}

static void touched_items_are_asked_of_their_contracts_with_their_words(void **state)
{
	struct fixture *f = *state;
	const struct asked *paper = &f->asked[1];
	uint8_t wanted[128] = {0};

	lend(f, 0x22, 0x0102);
	check(f, &(struct view_wish){.accounts = VIEW_ACCOUNTS_TOUCHED});
	assert_int_equal(f->asked_count, 2);
	assert_asked(f, 0, TOY_VIEW_LOAN, 0x22, 1);
	assert_int_equal(f->asked[0].words[30], 1);
	assert_int_equal(f->asked[0].words[31], 2);
	assert_asked(f, 1, TOY_VIEW_PAPER, 0xde, 4); /* the role's contract */
	wanted[31] = 7;
	wanted[32 + 12] = 0xde;
	memset(wanted + 64 + 12, 0x22, ADDRESS_BYTES);
	wanted[126] = 1;
	wanted[127] = 2;
	assert_memory_equal(paper->words, wanted, sizeof(wanted));
	check(f, &(struct view_wish){.accounts = VIEW_ACCOUNTS_TOUCHED});
	assert_int_equal(f->asked_count, 0);
}

static struct tally tally(struct fixture *f)
{
	struct reading reading = toy_reading(&f->toy);

	return tally_read(&reading);
}

static void all_items_are_asked_in_mode_all(void **state)
{
	struct fixture *f = *state;

	lend(f, 0x22, 1);
	lend(f, 0x11, 1);
	check(f, &(struct view_wish){.accounts = VIEW_ACCOUNTS_TOUCHED});
	check(f, &(struct view_wish){.accounts = VIEW_ACCOUNTS_ALL});
	assert_int_equal(f->asked_count, 4);
	assert_asked(f, 0, TOY_VIEW_LOAN, 0x11, 1);
	assert_asked(f, 2, TOY_VIEW_LOAN, 0x22, 1);
	assert_int_equal(tally(f).passed, 2 * 2 * 4);
	assert_int_equal(tally(f).failed, 0);
}

static void given_items_are_asked_alone(void **state)
{
	struct fixture *f = *state;
	struct view_item given = {.list = &toy_protocol.lists[TOY_LOANS]};

	lend(f, 0x22, 1);
	lend(f, 0x11, 1);
	(void)toy_key(given.key, 0x22, 1);
	check(f, &(struct view_wish){
			 .accounts = VIEW_ACCOUNTS_GIVEN, .items = &given, .item_count = 1});
	assert_int_equal(f->asked_count, 2);
	assert_asked(f, 0, TOY_VIEW_LOAN, 0x22, 1);
}

struct found {
	struct arena *arena;
	struct finding finding;
	size_t count;
};

static bool find(void *context, const uint8_t *key, const struct finding *finding)
{
	struct found *found = context;

	(void)key;
	if (!*finding->state)
		return true;
	found->count++;
	found->finding = *finding;
	found->finding.subject = arena_string(found->arena, finding->subject);
	found->finding.expected = arena_string(found->arena, finding->expected);
	found->finding.actual = arena_string(found->arena, finding->actual);
	found->finding.state = arena_string(found->arena, finding->state);
	return true;
}

static struct found findings(struct fixture *f)
{
	struct found found = {.arena = f->toy.arena};
	struct reading reading = toy_reading(&f->toy);

	findings_each(&reading, find, &found);
	return found;
}

static void a_finding_names_the_item_and_is_resolved_with_it(void **state)
{
	struct fixture *f = *state;
	struct found found;

	f->liar = 0x22;
	lend(f, 0x22, 3);
	lend(f, 0x23, 3);
	check(f, &(struct view_wish){.accounts = VIEW_ACCOUNTS_TOUCHED});
	found = findings(f);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.finding.subject,
			    "loan 0x2222222222222222222222222222222222222222:3 amount");
	assert_string_equal(found.finding.expected, "100");
	assert_string_equal(found.finding.actual, "101");
	f->liar = 0;
	check(f, &(struct view_wish){.accounts = VIEW_ACCOUNTS_ALL});
	assert_string_equal(findings(f).finding.state, "resolved");
}

static void one_figure_of_two_items_is_two_findings(void **state)
{
	struct fixture *f = *state;
	struct found found;

	f->liar = 0x22;
	lend(f, 0x22, 3);
	lend(f, 0x22, 4);
	check(f, &(struct view_wish){.accounts = VIEW_ACCOUNTS_TOUCHED});
	found = findings(f);
	assert_int_equal(found.count, 2);
}

static void a_figure_that_the_mirror_cannot_know_is_not_compared(void **state)
{
	struct fixture *f = *state;

	lend(f, 0x22, 3);
	toy_loan(&f->toy, 0x22, 3)->state = TOY_SECRET;
	toy_loan(&f->toy, 0x22, 3)->amount = u256_from(5);
	check(f, &(struct view_wish){.accounts = VIEW_ACCOUNTS_TOUCHED});
	assert_int_equal(findings(f).count,
			 1); /* of the state alone, which the contract has as 1 */
	assert_string_equal(findings(f).finding.subject,
			    "loan 0x2222222222222222222222222222222222222222:3 state");
}

static void hashes_are_compared_and_named_as_hashes(void **state)
{
	struct fixture *f = *state;
	struct found found;

	f->liar = 0xde;
	lend(f, 0x22, 3);
	check(f, &(struct view_wish){.accounts = VIEW_ACCOUNTS_TOUCHED});
	found = findings(f);
	assert_int_equal(found.count, 1);
	assert_string_equal(found.finding.subject,
			    "loan 0x2222222222222222222222222222222222222222:3 paper");
	assert_string_equal(found.finding.expected,
			    "0x7777777777777777777777777777777777777777777777777777777777777777");
	assert_string_equal(found.finding.actual,
			    "0x7677777777777777777777777777777777777777777777777777777777777777");
}

#define VIEW_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VIEW_TEST(touched_items_are_asked_of_their_contracts_with_their_words),
		VIEW_TEST(all_items_are_asked_in_mode_all),
		VIEW_TEST(given_items_are_asked_alone),
		VIEW_TEST(a_finding_names_the_item_and_is_resolved_with_it),
		VIEW_TEST(one_figure_of_two_items_is_two_findings),
		VIEW_TEST(a_figure_that_the_mirror_cannot_know_is_not_compared),
		VIEW_TEST(hashes_are_compared_and_named_as_hashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
