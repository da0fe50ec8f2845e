/*
 * The contract's own views against the mirror, answered by the script's contract.
 */
#include "reconcile/view.h"

#include "tests/support/pool_views.h"

enum lie { TRUTH, ONE_MORE, REVERTED, UNAVAILABLE, SHORT, DIRTY_ADDRESS };

struct node {
	struct script *script;
	enum lie lie;
	const char *signature; /* the view that is lied about */
	int lies_left;         /* -1: always */
	enum status status;    /* of the question as a whole */
	unsigned asked;        /* questions */
	size_t calls;
	struct view_answers answers;
	enum view_accounts accounts;
};

static void answer(struct node *node, struct chain_call *call, struct arena *arena)
{
	uint8_t *words;
	const struct view_rule *rule = pool_views_answer(&words, call, node->script, arena);
	enum lie lie = TRUTH;

	if (node->signature && strcmp(node->signature, rule->signature) == 0 && node->lies_left) {
		lie = node->lie;
		node->lies_left -= node->lies_left > 0;
	}
	if (lie == ONE_MORE)
		words[call->result.size - 1]++;
	if (lie == SHORT)
		call->result.size--;
	if (lie == DIRTY_ADDRESS)
		words[0] = 1;
	if (lie == REVERTED)
		call->outcome = CALL_REVERTED;
	if (lie == UNAVAILABLE) {
		call->outcome = CALL_UNAVAILABLE;
		call->reason = "missing trie node";
	}
}

static enum status ask(void *context, struct chain_call *calls, size_t count, struct arena *arena,
		       const struct block_ref *at, struct error *err)
{
	struct node *node = context;

	node->asked++;
	node->calls += count;
	assert_true(at->number == node->script->block.number);
	if (node->status != OK)
		return error_set(err, node->status, "the node is away");
	for (size_t i = 0; i < count; i++)
		answer(node, &calls[i], arena);
	return OK;
}

static void check_views(struct script *s, void *context)
{
	struct node *node = context;
	struct chain_asker asker = {.ask = ask, .context = node};

	s->applying.chain = &asker;
	s->status = views_check(&node->answers, &s->applying,
				&(struct view_wish){.accounts = node->accounts}, &s->err);
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
	f->node = (struct node){
		.script = &f->script, .lies_left = -1, .accounts = VIEW_ACCOUNTS_TOUCHED};
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

static struct tally tally(struct script *s)
{
	struct reading reading = script_reading(s);

	return tally_read(&reading);
}

static void views_that_agree_are_counted_as_passed(void **state)
{
	struct fixture *f = *state;
	uint64_t before = tally(&f->script).passed;

	f->node.accounts = VIEW_ACCOUNTS_ALL;
	script_season(&f->script);
	script_expect(&f->script, NULL);
	assert_true(tally(&f->script).passed > before + 1000);
	assert_int_equal(f->node.answers.unavailable, 0);
	assert_string_equal(f->node.answers.reason, "");
}

static void only_accounts_that_the_block_touched_are_asked(void **state)
{
	struct fixture *f = *state;
	const size_t pool_views = 18;
	const size_t account_views = 8;

	script_deposit(&f->script, ALICE, 5);
	script_deposit(&f->script, BOB, 5);
	script_next(&f->script, 10);
	f->node.calls = 0;
	script_next(&f->script, 10);
	assert_int_equal(f->node.calls, pool_views);
	f->node.calls = 0;
	script_deposit(&f->script, ALICE, 5);
	script_next(&f->script, 10);
	assert_int_equal(f->node.calls, pool_views + account_views);
	f->node.calls = 0;
	f->node.accounts = VIEW_ACCOUNTS_ALL;
	script_next(&f->script, 10);
	assert_int_equal(f->node.calls, pool_views + 2 * account_views);
	script_expect(&f->script, NULL);
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
	last->finding.difference = arena_string(last->arena, finding->difference);
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

static void a_pools_view_that_says_more_is_found_until_it_agrees(void **state)
{
	struct fixture *f = *state;
	struct finding finding;

	script_deposit_and_stake(&f->script, ALICE, 1000);
	f->node.lie = ONE_MORE;
	f->node.signature = "totalStake()";
	script_next(&f->script, 10);
	script_next(&f->script, 10);
	script_expect(&f->script, "view-pool", NULL);
	finding = only_finding(&f->script);
	assert_string_equal(finding.subject, "total_stake");
	assert_string_equal(finding.expected, "1001");
	assert_string_equal(finding.actual, "1002");
	assert_string_equal(finding.difference, "1");
	assert_string_equal(finding.trace, "total_stake\ttotalStake()\t1001\tblock=2");
	assert_false(finding.has_log);
	f->node.lie = TRUTH;
	script_next(&f->script, 10);
	assert_int_equal(script_count_open(&f->script, NULL), 0);
	assert_int_equal(only_finding(&f->script).resolved_at, 4);
}

static void an_accounts_view_that_says_more_names_account_and_figure(void **state)
{
	struct fixture *f = *state;

	f->node.lie = ONE_MORE;
	f->node.signature = "getUser(address)"; /* its last word */
	script_deposit(&f->script, ALICE, 5);
	script_next(&f->script, 10);
	script_expect(&f->script, "view-account", NULL);
	assert_string_equal(only_finding(&f->script).subject,
			    "0xa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1 last_proposal_timestamp");
}

static void a_view_that_reverts_where_the_mirror_has_a_figure_is_found(void **state)
{
	struct fixture *f = *state;

	f->node.lie = REVERTED;
	f->node.signature = "userStake(address)";
	script_deposit(&f->script, ALICE, 5);
	script_next(&f->script, 10);
	script_expect(&f->script, "view-account", NULL);
	assert_string_equal(only_finding(&f->script).expected, "0");
	assert_string_equal(only_finding(&f->script).actual, "not computable");
	assert_string_equal(only_finding(&f->script).difference, "");
}

static void an_answer_of_too_few_bytes_is_no_figure(void **state)
{
	struct fixture *f = *state;

	f->node.lie = SHORT;
	f->node.signature = "userToTimelock(address)";
	script_deposit(&f->script, ALICE, 5);
	script_next(&f->script, 10);
	script_expect(&f->script, "view-account", NULL);
	assert_non_null(strstr(only_finding(&f->script).subject, "timelock_end"));
}

static void another_address_is_shown_as_an_address(void **state)
{
	struct fixture *f = *state;

	f->node.lie = ONE_MORE;
	f->node.signature = "agentAppPrimary()";
	script_next(&f->script, 10);
	script_expect(&f->script, "view-pool", NULL);
	assert_string_equal(only_finding(&f->script).expected, SCRIPT_MANAGER_TEXT);
	assert_string_equal(only_finding(&f->script).actual,
			    "0x4444444444444444444444444444444444444445");
}

static void a_word_that_is_no_address_is_found(void **state)
{
	struct fixture *f = *state;

	f->node.lie = DIRTY_ADDRESS;
	f->node.signature = "agentAppPrimary()";
	script_next(&f->script, 10);
	script_expect(&f->script, "view-pool", NULL);
}

static void what_the_node_cannot_tell_is_counted_and_not_found(void **state)
{
	struct fixture *f = *state;

	f->node.lie = UNAVAILABLE;
	f->node.signature = "userLocked(address)";
	script_deposit(&f->script, ALICE, 5);
	script_deposit(&f->script, BOB, 5);
	script_next(&f->script, 10);
	assert_int_equal(f->node.answers.unavailable, 2);
	assert_string_equal(f->node.answers.reason, "missing trie node");
	script_expect(&f->script, NULL);
	script_next(&f->script, 10);
	assert_int_equal(f->node.answers.unavailable, 0);
}

static void a_wrong_answer_that_is_not_repeated_is_not_believed(void **state)
{
	struct fixture *f = *state;

	f->node.lie = ONE_MORE;
	f->node.lies_left = 1;
	f->node.signature = "totalShares()";
	script_next(&f->script, 10);
	assert_int_equal(f->node.lies_left, 0);
	script_expect(&f->script, NULL);
}

static void a_node_that_is_away_ends_the_block(void **state)
{
	struct fixture *f = *state;

	f->node.status = ERR_AGAIN;
	script_deposit(&f->script, ALICE, 5);
	script_apply(&f->script);
	assert_int_equal(f->script.status, ERR_AGAIN);
	assert_string_equal(f->script.err.message, "the node is away");
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

static void many_accounts_are_asked_in_several_questions(void **state)
{
	struct fixture *f = *state;

	touch_accounts(&f->script, 1000);
	script_next(&f->script, 10);
	assert_int_equal(f->node.calls, 18 + 8000);
	assert_int_equal(f->node.asked, 5);
	script_expect(&f->script, NULL);
}

static void a_node_that_goes_away_amid_many_accounts_ends_the_block(void **state)
{
	struct fixture *f = *state;

	f->node.status = ERR_AGAIN;
	touch_accounts(&f->script, 3000);
	script_apply(&f->script);
	assert_int_equal(f->script.status, ERR_AGAIN);
	assert_int_equal(f->node.asked, 1);
}

#define VIEW_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		VIEW_TEST(views_that_agree_are_counted_as_passed),
		VIEW_TEST(only_accounts_that_the_block_touched_are_asked),
		VIEW_TEST(a_pools_view_that_says_more_is_found_until_it_agrees),
		VIEW_TEST(an_accounts_view_that_says_more_names_account_and_figure),
		VIEW_TEST(a_view_that_reverts_where_the_mirror_has_a_figure_is_found),
		VIEW_TEST(an_answer_of_too_few_bytes_is_no_figure),
		VIEW_TEST(another_address_is_shown_as_an_address),
		VIEW_TEST(a_word_that_is_no_address_is_found),
		VIEW_TEST(what_the_node_cannot_tell_is_counted_and_not_found),
		VIEW_TEST(a_wrong_answer_that_is_not_repeated_is_not_believed),
		VIEW_TEST(a_node_that_is_away_ends_the_block),
		VIEW_TEST(many_accounts_are_asked_in_several_questions),
		VIEW_TEST(a_node_that_goes_away_amid_many_accounts_ends_the_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
