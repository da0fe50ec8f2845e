/*
 * The contract's storage against the mirror: words of a table that is laid out as the real contract
 * lays out its storage, and filled from the script's books.
 */
#include "reconcile/view.h"

#include "abi/keccak.h"
#include "tests/support/pool_views.h"

enum { SLOTS_MAX = 400, POOL_SLOTS = 14, ACCOUNT_SLOTS = 14, POOL_VIEWS = 18, ACCOUNT_VIEWS = 8 };
enum { ANSWER_BYTES = 500000 };
/* What has no place in the storage of the pool's contract. */
enum { POOL_CALLS = 4, ACCOUNT_CALLS = 3 };

static const struct hash state_root = {{0x57, 0xa7, 0xe0}};

struct node {
	struct script *script;
	struct {
		struct hash slot;
		u256 word;
	} storage[SLOTS_MAX];
	size_t storage_count;

	const char *lying_view; /* its answers are one too high; NULL: none */
	struct hash lying_slot;
	bool has_lying_slot; /* its word is `lie` too high */
	u256 lie;
	size_t proofs_left; /* proofs before the node has none any more */
	enum status status; /* of each question for proofs */
	bool has_no_root;
	bool has_no_prove;
	enum view_mode mode;
	enum view_accounts accounts;

	size_t calls;
	size_t questions; /* for proofs */
	size_t slots;
	size_t slots_max; /* in one of them */
	struct view_answers answers;
};

/* ---- storage, as docs/protocols/api3.md describes it ---- */

static struct hash plus(struct hash slot, uint64_t offset)
{
	struct hash out;

	u256_to_be(out.bytes, u256_add_wrap(u256_from_be(slot.bytes), u256_from(offset)));
	return out;
}

static struct hash numbered(uint64_t slot)
{
	return plus((struct hash){{0}}, slot);
}

static struct hash entry(uint64_t slot, struct address key)
{
	uint8_t bytes[64] = {0};

	memcpy(bytes + 12, key.bytes, ADDRESS_BYTES);
	bytes[63] = (uint8_t)slot;
	return keccak256(bytes, sizeof(bytes));
}

static void set(struct node *node, struct hash slot, u256 word)
{
	assert_true(node->storage_count < SLOTS_MAX);
	node->storage[node->storage_count].slot = slot;
	node->storage[node->storage_count++].word = word;
}

static u256 address_word(const char *text)
{
	struct address address;
	uint8_t word[32];

	assert_int_equal(address_parse(&address, text, strlen(text), NULL), OK);
	address_to_word(word, address);
	return u256_from_be(word);
}

/* An array of `length` checkpoints; only the last one is ever read. */
static void set_checkpoints(struct node *node, struct hash slot, uint64_t length, u256 last)
{
	u256 word = u256_shift_left(last, 32);

	set(node, slot, u256_from(length));
	if (length)
		set(node, plus(keccak256(slot.bytes, HASH_BYTES), length - 1),
		    u256_or(word, u256_from(node->script->block.number)));
}

static void set_user(struct node *node, int index)
{
	const struct script_user *u = &node->script->contract.users[index];
	struct hash user = entry(15, script_address(index));
	struct hash timelock = entry(19, script_address(index));
	const uint64_t words[] = {u->unstaked,       u->vesting,       u->unstake_amount,
				  u->unstake_shares, u->scheduled_for, u->delegated_at,
				  u->proposed_at};
	const uint64_t release[] = {u->timelock_total, u->timelock_remaining, u->timelock_start,
				    u->timelock_end};
	const char *delegate =
		u->delegate < 0 ? SCRIPT_NOBODY_TEXT : script_user(node->script, u->delegate);

	set_checkpoints(node, user, u->checkpoint_count, u256_from(u->shares));
	set_checkpoints(node, plus(user, 1), u->delegated_to ? 3 : 0, u256_from(u->delegated_to));
	/* Who delegated once and does so no longer has the zero address at the end. */
	set_checkpoints(node, plus(user, 2), u->delegated_at ? 2 : 0, address_word(delegate));
	for (size_t i = 0; i < 7; i++)
		set(node, plus(user, 3 + i), u256_from(words[i]));
	for (size_t i = 0; i < 4; i++)
		set(node, plus(timelock, i), u256_from(release[i]));
}

static void fill_storage(struct node *node)
{
	const struct script_contract *c = &node->script->contract;
	const uint64_t words[] = {c->reward_epoch, c->total_stake, c->target,
				  c->min_apr,      c->max_apr,     c->apr_step,
				  c->wait,         c->threshold,   c->apr};

	node->storage_count = 0;
	for (uint64_t i = 0; i < 4; i++)
		set(node, numbered(i),
		    address_word(i < 2 ? SCRIPT_MANAGER_TEXT : SCRIPT_TIMELOCK_TEXT));
	for (uint64_t i = 0; i < 9; i++)
		set(node, numbered(6 + i), u256_from(words[i]));
	set_checkpoints(node, numbered(16), 70, u256_from(c->total_shares));
	for (int i = 0; i < SCRIPT_USERS; i++)
		set_user(node, i);
}

static u256 word_at(const struct node *node, struct hash slot)
{
	u256 word = U256_ZERO;

	for (size_t i = 0; i < node->storage_count; i++)
		if (hash_equal(node->storage[i].slot, slot))
			word = node->storage[i].word;
	if (node->has_lying_slot && hash_equal(node->lying_slot, slot))
		word = u256_add_wrap(word, node->lie);
	return word;
}

/* ---- the node ---- */

static enum status prove(void *context, u256 *words, bool *is_available, const char **reason,
			 struct address contract, const struct hash *slots, size_t count,
			 struct arena *arena, const struct block_ref *at, const struct hash *root,
			 struct error *err)
{
	struct node *node = context;

	assert_true(address_equal(contract, node->script->contracts[API3_POOL]));
	assert_true(at->number == node->script->block.number);
	assert_true(hash_equal(*root, state_root));
	assert_in_range(count, 1, STORAGE_SLOTS_MAX);
	/* As large as a real answer; what is left of those before must have gone. */
	assert_true(arena_used(arena) < 2 * ANSWER_BYTES);
	(void)arena_alloc(arena, ANSWER_BYTES);
	node->questions++;
	node->slots += count;
	if (count > node->slots_max)
		node->slots_max = count;
	if (node->status != OK)
		return error_set(err, node->status, "a proof of slots fails");
	*is_available = node->proofs_left > 0;
	*reason = arena_string(arena, *is_available ? "" : "distance to target block");
	if (!*is_available)
		return OK;
	node->proofs_left--;
	for (size_t i = 0; i < count; i++)
		words[i] = word_at(node, slots[i]);
	return OK;
}

static enum status ask(void *context, struct chain_call *calls, size_t count, struct arena *arena,
		       const struct block_ref *at, struct error *err)
{
	struct node *node = context;

	(void)at;
	(void)err;
	node->calls += count;
	for (size_t i = 0; i < count; i++) {
		uint8_t *words;
		const struct view_rule *rule =
			pool_views_answer(&words, &calls[i], node->script, arena);

		if (node->lying_view && strcmp(node->lying_view, rule->signature) == 0)
			words[31]++;
	}
	return OK;
}

static void check_views(struct script *s, void *context)
{
	struct node *node = context;
	struct chain_asker asker = {
		.ask = ask, .prove = node->has_no_prove ? NULL : prove, .context = node};
	struct view_wish wish = {.accounts = node->accounts,
				 .mode = node->mode,
				 .state_root = node->has_no_root ? NULL : &state_root};

	fill_storage(node);
	node->calls = 0;
	node->questions = 0;
	node->slots = 0;
	s->applying.chain = &asker;
	s->status = views_check(&node->answers, &s->applying, &wish, &s->err);
	s->applying.chain = NULL;
}

struct fixture {
	struct script script;
	struct node node;
};

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	script_open(&f->script, NULL);
	f->node = (struct node){.script = &f->script,
				.lie = U256_ONE,
				.proofs_left = SIZE_MAX,
				.mode = VIEW_MODE_PROOF,
				.accounts = VIEW_ACCOUNTS_TOUCHED};
	f->script.after_block = check_views;
	f->script.context = &f->node;
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	script_close(&f->script);
	free(f);
	return 0;
}

/* Another script's beginning, with the same node. */
static void restart(struct fixture *f)
{
	script_restart(&f->script, SIZE_MAX, 0);
	f->script.after_block = check_views;
	f->script.context = &f->node;
}

static void lie_at(struct fixture *f, struct hash slot)
{
	f->node.lying_slot = slot;
	f->node.has_lying_slot = true;
}

struct last {
	struct finding finding;
	struct arena *arena;
};

static bool keep_finding(void *context, const uint8_t *key, const struct finding *finding)
{
	struct last *last = context;

	(void)key;
	if (!*finding->state)
		return true;
	last->finding = *finding;
	last->finding.subject = arena_string(last->arena, finding->subject);
	last->finding.expected = arena_string(last->arena, finding->expected);
	last->finding.actual = arena_string(last->arena, finding->actual);
	last->finding.trace = arena_string(last->arena, finding->trace);
	return true;
}

static struct finding only_finding(struct script *s)
{
	struct last last = {.arena = s->arena};
	struct reading reading = script_reading(s);

	assert_int_equal(script_count(s, NULL), 1);
	findings_each(&reading, keep_finding, &last);
	return last.finding;
}

static void storage_that_agrees_gives_no_finding_in_a_whole_season(void **state)
{
	struct fixture *f = *state;

	f->node.accounts = VIEW_ACCOUNTS_ALL;
	script_season(&f->script);
	script_expect(&f->script, NULL);
	/* Frank never comes. */
	assert_int_equal(f->node.answers.proved, POOL_SLOTS + (SCRIPT_USERS - 1) * ACCOUNT_SLOTS);
	assert_int_equal(f->node.answers.unavailable, 0);
	assert_string_equal(f->node.answers.unproved, "");
}

/* As many comparisons as by calls: nothing is left out. */
static void proofs_compare_the_same_figures_as_calls(void **state)
{
	struct fixture *f = *state;
	uint64_t passed[2];

	for (int i = 0; i < 2; i++) {
		struct reading reading;

		f->node.mode = i ? VIEW_MODE_PROOF : VIEW_MODE_CALL;
		restart(f);
		script_season(&f->script);
		script_expect(&f->script, NULL);
		reading = script_reading(&f->script);
		passed[i] = tally_read(&reading).passed;
		assert_true((f->node.answers.proved > 0) == (i == 1));
	}
	assert_int_equal(passed[0], passed[1]);
}

static void only_what_has_no_slot_is_called(void **state)
{
	struct fixture *f = *state;

	script_next(&f->script, 10);
	assert_int_equal(f->node.calls, POOL_CALLS);
	assert_int_equal(f->node.questions, 2);
	assert_int_equal(f->node.slots, POOL_SLOTS + 1);
	script_deposit_and_stake(&f->script, ALICE, 1000);
	script_deposit(&f->script, BOB, 5);
	script_next(&f->script, 10);
	assert_int_equal(f->node.calls, POOL_CALLS + 2 * ACCOUNT_CALLS);
	/* The pool and two accounts in one question; then what arrays there are that hold
	 * something: the pool's shares and Alice's. */
	assert_int_equal(f->node.questions, 2);
	assert_int_equal(f->node.slots, POOL_SLOTS + 2 * ACCOUNT_SLOTS + 2);
	assert_int_equal(f->node.answers.proved, POOL_SLOTS + 2 * ACCOUNT_SLOTS);
	script_expect(&f->script, NULL);
}

static void a_wrong_word_of_the_pool_is_found_until_it_agrees(void **state)
{
	struct fixture *f = *state;
	struct finding finding;

	script_deposit_and_stake(&f->script, ALICE, 1000);
	lie_at(f, numbered(7));
	script_next(&f->script, 10);
	script_next(&f->script, 10);
	script_expect(&f->script, "view-pool", NULL);
	finding = only_finding(&f->script);
	assert_string_equal(finding.subject, "total_stake");
	assert_string_equal(finding.expected, "1001");
	assert_string_equal(finding.actual, "1002");
	assert_string_equal(finding.trace, "total_stake\tstorage slot 0x7\t1001\tblock=2");
	f->node.has_lying_slot = false;
	script_next(&f->script, 10);
	assert_int_equal(script_count_open(&f->script, NULL), 0);
	assert_int_equal(only_finding(&f->script).resolved_at, 4);
}

static void a_wrong_word_of_an_account_names_account_figure_and_slot(void **state)
{
	struct fixture *f = *state;
	struct hash slot = entry(15, script_address(ALICE));
	char text[HEX_SIZE(HASH_BYTES)];

	slot = keccak256(slot.bytes, HASH_BYTES);
	lie_at(f, slot);
	f->node.lie = u256_shift_left(U256_ONE, 32);
	script_deposit_and_stake(&f->script, ALICE, 1000);
	script_next(&f->script, 10);
	script_expect(&f->script, "view-account", NULL);
	assert_string_equal(only_finding(&f->script).subject,
			    "0xa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1 shares");
	assert_string_equal(only_finding(&f->script).actual, "1001");
	assert_non_null(strstr(only_finding(&f->script).trace, hash_format(text, slot)));
}

/* One finding for each slot that is one too high, whichever it is; an array that is one longer ends
 * with an empty word. */
static void every_slot_is_looked_at(void **state)
{
	struct fixture *f = *state;
	struct hash user = entry(15, script_address(ALICE));
	struct hash timelock = entry(19, script_address(ALICE));
	struct hash slots[POOL_SLOTS + ACCOUNT_SLOTS];
	size_t count = 0;

	for (uint64_t i = 0; i < 15; i++)
		if (i < 4 || i >= 6)
			slots[count++] = numbered(i);
	slots[count++] = numbered(16);
	for (uint64_t i = 0; i < 10; i++)
		slots[count++] = plus(user, i);
	for (uint64_t i = 0; i < 4; i++)
		slots[count++] = plus(timelock, i);
	for (size_t i = 0; i < count; i++) {
		restart(f);
		f->node.has_lying_slot = false;
		script_deposit_and_stake(&f->script, ALICE, 1000);
		script_deposit_and_stake(&f->script, BOB, 1000);
		script_deposit_and_stake(&f->script, CAROL, 1000);
		script_delegate(&f->script, CAROL, ALICE);
		script_delegate(&f->script, ALICE, BOB);
		script_next(&f->script, 10);
		script_expect(&f->script, NULL);
		script_deposit(&f->script, ALICE, 1);
		lie_at(f, slots[i]);
		script_next(&f->script, 10);
		if (script_count(&f->script, NULL) != 1)
			fail_msg("slot number %zu: %zu findings", i,
				 script_count(&f->script, NULL));
	}
}

static void a_view_that_lies_is_not_even_asked(void **state)
{
	struct fixture *f = *state;

	script_deposit_and_stake(&f->script, ALICE, 1000);
	f->node.lying_view = "getUser(address)";
	script_next(&f->script, 10);
	script_deposit(&f->script, ALICE, 1);
	f->node.lying_view = "totalStake()";
	script_next(&f->script, 10);
	script_expect(&f->script, NULL);
	f->node.lying_view = "totalSupply()";
	script_next(&f->script, 10);
	script_expect(&f->script, "view-pool", NULL);
	assert_string_equal(only_finding(&f->script).subject, "token_total_supply");
}

static void an_address_in_storage_is_shown_as_an_address(void **state)
{
	struct fixture *f = *state;

	lie_at(f, numbered(3));
	script_next(&f->script, 10);
	script_expect(&f->script, "view-pool", NULL);
	assert_string_equal(only_finding(&f->script).expected, SCRIPT_TIMELOCK_TEXT);
	assert_string_equal(only_finding(&f->script).actual,
			    "0x3333333333333333333333333333333333333334");
}

static void without_proofs_all_is_called(void **state)
{
	struct fixture *f = *state;

	f->node.proofs_left = 0;
	lie_at(f, numbered(7));
	script_deposit(&f->script, ALICE, 5);
	script_next(&f->script, 10);
	script_expect(&f->script, NULL);
	assert_int_equal(f->node.calls, POOL_VIEWS + ACCOUNT_VIEWS);
	assert_int_equal(f->node.questions, 1);
	assert_int_equal(f->node.answers.proved, 0);
	assert_string_equal(f->node.answers.unproved, "distance to target block");
	f->node.lying_view = "totalStake()";
	script_next(&f->script, 10);
	script_expect(&f->script, "view-pool", NULL);
}

/* Nothing is compared by halves: the lengths were proved, the elements are not. */
static void proofs_that_end_between_length_and_element_are_calls(void **state)
{
	struct fixture *f = *state;

	f->node.proofs_left = 1;
	script_deposit_and_stake(&f->script, ALICE, 5);
	script_next(&f->script, 10);
	script_expect(&f->script, NULL);
	assert_int_equal(f->node.calls, POOL_VIEWS + ACCOUNT_VIEWS);
	assert_int_equal(f->node.questions, 2);
	assert_int_equal(f->node.answers.proved, 0);
	assert_string_equal(f->node.answers.unproved, "distance to target block");
}

static void who_cannot_prove_is_told_apart(void **state)
{
	struct fixture *f = *state;

	f->node.has_no_root = true;
	script_next(&f->script, 10);
	assert_int_equal(f->node.calls, POOL_VIEWS);
	assert_string_equal(f->node.answers.unproved, "the block's state root is not known");
	f->node.has_no_root = false;
	f->node.has_no_prove = true;
	script_next(&f->script, 10);
	assert_int_equal(f->node.calls, POOL_VIEWS);
	assert_string_equal(f->node.answers.unproved, "there is nobody to ask for proofs");
	f->node.mode = VIEW_MODE_CALL;
	script_next(&f->script, 10);
	assert_string_equal(f->node.answers.unproved, "");
}

static void a_protocol_without_a_layout_is_called(void **state)
{
	struct fixture *f = *state;
	struct protocol without = protocol_api3;

	without.storage = NULL;
	f->script.pool.protocol = &without;
	script_next(&f->script, 10);
	assert_int_equal(f->node.calls, POOL_VIEWS);
	assert_string_equal(f->node.answers.unproved, "the storage layout is not known");
	f->script.pool.protocol = &protocol_api3;
}

/* Views answer nothing then, and so does the mirror; slots of no contract would all be 0. */
static void a_pool_that_is_not_there_yet_is_called(void **state)
{
	struct fixture *f = *state;

	api3_parameters(f->script.state, &f->script.pool)->birth_block = 0;
	script_apply(&f->script);
	assert_int_equal(f->node.questions, 0);
	assert_int_equal(f->node.calls > 0, true);
	assert_string_equal(f->node.answers.unproved, "");
}

static void a_proof_that_fails_ends_the_block(void **state)
{
	struct fixture *f = *state;

	f->node.status = ERR_BAD_DATA;
	script_deposit(&f->script, ALICE, 5);
	script_apply(&f->script);
	assert_int_equal(f->script.status, ERR_BAD_DATA);
	assert_string_equal(f->script.err.message, "a proof of slots fails");
	assert_int_equal(f->node.calls, 0);
	assert_int_equal(f->node.questions, 1);
}

/* More accounts than one question has room for. */
static void touch_accounts(struct script *s, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct address account = {{0x77}};

		put_be32(account.bytes + 16, i);
		(void)api3_account(s->state, &s->pool, account);
	}
}

static void many_accounts_are_proved_in_bounded_questions(void **state)
{
	struct fixture *f = *state;
	const size_t accounts = 100;

	touch_accounts(&f->script, (unsigned)accounts);
	script_next(&f->script, 10);
	assert_int_equal(f->node.answers.proved, POOL_SLOTS + accounts * ACCOUNT_SLOTS);
	assert_int_equal(f->node.slots, POOL_SLOTS + 1 + accounts * ACCOUNT_SLOTS);
	assert_in_range(f->node.slots_max, 150, STORAGE_SLOTS_MAX);
	/* 14 subjects in each of eight questions, and one for the pool's checkpoint. */
	assert_int_equal(f->node.questions, 8 + 1);
	assert_int_equal(f->node.calls, POOL_CALLS + accounts * ACCOUNT_CALLS);
	script_expect(&f->script, NULL);
}

static void proofs_that_end_amid_many_accounts_leave_the_rest_to_calls(void **state)
{
	struct fixture *f = *state;
	const size_t proved = 13; /* accounts, with the pool in the first question */

	f->node.proofs_left = 2;
	touch_accounts(&f->script, 100);
	script_next(&f->script, 10);
	assert_int_equal(f->node.answers.proved, POOL_SLOTS + proved * ACCOUNT_SLOTS);
	assert_int_equal(f->node.questions, 3);
	assert_int_equal(f->node.calls,
			 POOL_CALLS + proved * ACCOUNT_CALLS + (100 - proved) * ACCOUNT_VIEWS);
	assert_string_equal(f->node.answers.unproved, "distance to target block");
	script_expect(&f->script, NULL);
}

#define PROOF_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROOF_TEST(storage_that_agrees_gives_no_finding_in_a_whole_season),
		PROOF_TEST(proofs_compare_the_same_figures_as_calls),
		PROOF_TEST(only_what_has_no_slot_is_called),
		PROOF_TEST(a_wrong_word_of_the_pool_is_found_until_it_agrees),
		PROOF_TEST(a_wrong_word_of_an_account_names_account_figure_and_slot),
		PROOF_TEST(every_slot_is_looked_at),
		PROOF_TEST(a_view_that_lies_is_not_even_asked),
		PROOF_TEST(an_address_in_storage_is_shown_as_an_address),
		PROOF_TEST(without_proofs_all_is_called),
		PROOF_TEST(proofs_that_end_between_length_and_element_are_calls),
		PROOF_TEST(who_cannot_prove_is_told_apart),
		PROOF_TEST(a_protocol_without_a_layout_is_called),
		PROOF_TEST(a_pool_that_is_not_there_yet_is_called),
		PROOF_TEST(a_proof_that_fails_ends_the_block),
		PROOF_TEST(many_accounts_are_proved_in_bounded_questions),
		PROOF_TEST(proofs_that_end_amid_many_accounts_leave_the_rest_to_calls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
