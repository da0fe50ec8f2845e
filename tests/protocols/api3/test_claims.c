/*
 * Policies and claims as the mirror follows them: what the contract allows passes without a
 * finding, and what it would have refused is found, by the check that says so.
 */
#include "protocols/audit.h"
#include "tests/abi/random.h"
#include "tests/support/claims_script.h"

static bool has_failed[API3_CHECK_COUNT];

static bool note_check(void *context, const uint8_t *key, const struct finding *finding)
{
	const struct protocol *protocol = context;

	(void)key;
	for (size_t i = 0; i < protocol->check_count; i++)
		if (strcmp(protocol->checks[i].id, finding->check) == 0)
			has_failed[i] = true;
	return true;
}

static int begin(void **state)
{
	struct claims_play *play = calloc(1, sizeof(*play));

	if (!play)
		return -1;
	claims_open_play(play);
	*state = play;
	return 0;
}

static int end(void **state)
{
	struct claims_play *play = *state;
	struct reading reading = script_reading(&play->script);
	struct protocol protocol = *play->script.pool.protocol;

	findings_each(&reading, note_check, &protocol);
	claims_close_play(play);
	free(play);
	return 0;
}

static uint64_t now(const struct claims_play *play)
{
	return play->script.block.timestamp;
}

/* Bob is covered for 10,000 USD from now on, for a year. */
static int covered(struct claims_play *play)
{
	int policy = claims_play_policy(play, BOB, 10000, now(play), now(play) + SCRIPT_YEAR);

	script_next(&play->script, 12);
	return policy;
}

static int claimed(struct claims_play *play, uint64_t amount)
{
	int claim = claims_play_claim(play, covered(play), amount);

	script_next(&play->script, 12);
	return claim;
}

static struct figure item_figure(struct claims_play *play, size_t list, struct claims_key key,
				 const char *name)
{
	struct reading reading = script_reading(&play->script);
	const struct item_list *of = &claims_lists[list];
	struct figure figures[FIGURES_MAX];
	int index = figure_find(of->figures, of->figure_count, name);

	assert_true(index >= 0);
	of->read(figures, &reading, key.bytes);
	return figures[index];
}

static struct claims_key claim_key(const struct claims_play *play, int claim)
{
	return claims_key_hash(claims_manager_address(), claims_hash_of(play->claims[claim].hash));
}

static struct claims_key policy_key(const struct claims_play *play, int policy)
{
	return claims_key_hash(claims_manager_address(),
			       claims_hash_of(play->policies[policy].hash));
}

static struct claims_key mediator_key(void)
{
	struct address account;

	assert_int_equal(address_parse(&account, CLAIMS_MEDIATOR_TEXT, 42, NULL), OK);
	return claims_key_account(claims_manager_address(), account);
}

static struct figure pool_figure(struct claims_play *play, const char *name)
{
	struct reading reading = script_reading(&play->script);
	struct figure figures[FIGURES_MAX];
	int index = figure_find(api3_pool_figures, API3_POOL_FIGURE_COUNT, name);

	api3_read_pool(figures, &reading);
	return figures[index];
}

static void assert_figure(struct figure figure, uint64_t wanted)
{
	assert_false(figure.is_null);
	assert_true(u256_equal(figure.number, u256_from(wanted)));
}

/* ---- what is allowed ---- */

static void a_claim_is_accepted_and_paid(void **state)
{
	struct claims_play *play = *state;
	int claim = claimed(play, 3000);
	const struct claims_claim *row;

	claims_answer(play);
	claims_play_step(play, claim, CLAIMS_STEP_ACCEPT);
	script_next(&play->script, 12);
	script_expect(&play->script, NULL);
	row = claims_claim_row(play, claim);
	assert_int_equal(row->status, CLAIMS_ACCEPTED);
	assert_true(u256_equal(row->paid_usd, u256_from(3000)));
	assert_true(u256_equal(row->paid.raw, u256_from(1500)));
	assert_true(row->has_payout);
	assert_true(u256_equal(claims_policy_row(play, 0)->cover, u256_from(7000)));
}

static void every_way_through_a_claim_is_followed(void **state)
{
	static const enum claims_step ends[] = {CLAIMS_STEP_REJECT, CLAIMS_STEP_PAY_CLAIM,
						CLAIMS_STEP_PAY_SETTLEMENT};
	struct claims_play *play = *state;
	int policy = covered(play);

	claims_answer(play);
	for (int way = 0; way < 6; way++) {
		const char *arbitrator = way % 2 ? CLAIMS_PROXY_TEXT : CLAIMS_ARBITRATOR_TEXT;
		int claim = claims_play_claim(play, policy, 1000);

		script_next(&play->script, 12);
		claims_play_propose(play, claim, 600);
		script_next(&play->script, 12);
		if (way == 5) {
			claims_play_step(play, claim, CLAIMS_STEP_ACCEPT_SETTLEMENT);
		} else {
			claims_play_dispute(play, claim, arbitrator);
			script_next(&play->script, 12);
			claims_play_resolve(play, claim, ends[way % 3], arbitrator);
		}
		script_next(&play->script, 12);
	}
	script_expect(&play->script, NULL);
	assert_int_equal(claims_claim_row(play, 0)->status, CLAIMS_RESOLVED_WITHOUT_PAYOUT);
	assert_int_equal(claims_claim_row(play, 1)->status, CLAIMS_RESOLVED_WITH_CLAIM);
	assert_int_equal(claims_claim_row(play, 2)->status, CLAIMS_RESOLVED_WITH_SETTLEMENT);
	assert_int_equal(claims_claim_row(play, 5)->status, CLAIMS_SETTLEMENT_ACCEPTED);
	/* 1000, 600, 1000 and 600 of the settlement that was accepted */
	assert_true(u256_equal(claims_policy_row(play, policy)->cover, u256_from(6800)));
	assert_true(u256_equal(claims_policy_row(play, policy)->paid_usd, u256_from(3200)));
}

static void a_claim_is_clipped_to_what_the_policy_still_covers(void **state)
{
	struct claims_play *play = *state;
	int policy = covered(play);
	int first = claims_play_claim(play, policy, 7000);
	int second = claims_play_claim(play, policy, 6000);
	int third = claims_play_claim(play, policy, 5000);

	claims_answer(play);
	script_next(&play->script, 12);
	claims_play_step(play, first, CLAIMS_STEP_ACCEPT);
	claims_play_step(play, second, CLAIMS_STEP_ACCEPT); /* 3000 are left */
	claims_play_step(play, third, CLAIMS_STEP_ACCEPT);  /* nothing is, and that is paid */
	script_next(&play->script, 12);
	script_expect(&play->script, NULL);
	assert_true(u256_equal(claims_claim_row(play, second)->paid_usd, u256_from(3000)));
	assert_true(u256_equal(claims_claim_row(play, third)->paid.raw, U256_ZERO));
	assert_true(claims_claim_row(play, third)->has_payout);
	assert_true(u256_is_zero(claims_policy_row(play, policy)->cover));
}

static void a_claim_outlives_its_policy(void **state)
{
	struct claims_play *play = *state;
	int policy = claims_play_policy(play, BOB, 10000, now(play), now(play) + 100);
	int claim;

	script_next(&play->script, 100); /* the last second */
	claim = claims_play_claim(play, policy, 500);
	script_next(&play->script, 500);
	assert_false(item_figure(play, CLAIMS_POLICIES, policy_key(play, policy), "is_open").flag);
	claims_play_step(play, claim, CLAIMS_STEP_ACCEPT);
	script_next(&play->script, 12);
	script_expect(&play->script, NULL);
}

static void policies_are_upgraded_topped_up_and_downgraded(void **state)
{
	struct claims_play *play = *state;
	int policy = covered(play);
	uint64_t until = play->policies[policy].until;
	int claim = claims_play_claim(play, policy, 4000);
	const struct claims_policy *row;

	script_next(&play->script, 12);
	claims_play_step(play, claim, CLAIMS_STEP_ACCEPT);
	claims_play_upgrade(play, policy, 10000, until);      /* topped up */
	claims_play_upgrade(play, policy, 10000, until);      /* the same again */
	claims_play_upgrade(play, policy, 12000, until + 50); /* more of both */
	claims_play_downgrade(play, policy, 0, until - 50, NULL);
	claims_play_metadata(play, policy);
	script_next(&play->script, 12);
	script_expect(&play->script, NULL);
	row = claims_policy_row(play, policy);
	assert_true(u256_equal(row->granted, u256_from(10000 + 4000 + 2000)));
	assert_true(u256_equal(row->reduced, u256_from(12000)));
	assert_true(u256_equal(row->paid_usd, u256_from(4000)));
	assert_int_equal(row->allowed_until, until - 50);
	assert_memory_equal(row->metadata.data, "about it", 8);
}

/* ---- every step from every state ---- */

/* Brings a new claim to a state, by steps that are allowed. */
static int in_state(struct claims_play *play, int policy, enum claims_status status)
{
	static const struct {
		size_t count;
		enum claims_step steps[3];
	} ways[] = {
		[CLAIMS_CREATED] = {0, {0}},
		[CLAIMS_ACCEPTED] = {1, {CLAIMS_STEP_ACCEPT}},
		[CLAIMS_SETTLEMENT_PROPOSED] = {1, {CLAIMS_STEP_PROPOSE}},
		[CLAIMS_SETTLEMENT_ACCEPTED] = {2,
						{CLAIMS_STEP_PROPOSE,
						 CLAIMS_STEP_ACCEPT_SETTLEMENT}},
		[CLAIMS_DISPUTED] = {2, {CLAIMS_STEP_PROPOSE, CLAIMS_STEP_DISPUTE}},
		[CLAIMS_RESOLVED_WITHOUT_PAYOUT] = {3,
						    {CLAIMS_STEP_PROPOSE, CLAIMS_STEP_DISPUTE,
						     CLAIMS_STEP_REJECT}},
		[CLAIMS_RESOLVED_WITH_CLAIM] = {3,
						{CLAIMS_STEP_PROPOSE, CLAIMS_STEP_DISPUTE,
						 CLAIMS_STEP_PAY_CLAIM}},
		[CLAIMS_RESOLVED_WITH_SETTLEMENT] = {3,
						     {CLAIMS_STEP_PROPOSE, CLAIMS_STEP_DISPUTE,
						      CLAIMS_STEP_PAY_SETTLEMENT}},
	};
	int claim = claims_play_claim(play, policy, 10);

	for (size_t i = 0; i < ways[status].count; i++)
		claims_play_step(play, claim, ways[status].steps[i]);
	return claim;
}

static void every_step_from_every_state_is_allowed_or_found(void **state)
{
	struct claims_play *play = *state;

	for (int step = 0; step < CLAIMS_STEP_COUNT; step++) {
		for (int status = CLAIMS_CREATED; status <= CLAIMS_RESOLVED_WITH_SETTLEMENT;
		     status++) {
			bool is_allowed = claims_step_allowed((enum claims_step)step,
							      (enum claims_status)status);
			int policy = covered(play);
			size_t before = script_count(&play->script, "claim-state");
			size_t deadlines = script_count(&play->script, "claim-deadline");
			int claim = in_state(play, policy, (enum claims_status)status);

			script_next(&play->script, 12);
			assert_int_equal(script_count(&play->script, "claim-state"), before);
			if (step == CLAIMS_STEP_DISPUTE && status == CLAIMS_CREATED)
				script_next(&play->script, CLAIMS_MEDIATOR_PERIOD);
			claims_play_step(play, claim, (enum claims_step)step);
			script_next(&play->script, 12);
			assert_int_equal(script_count(&play->script, "claim-state"),
					 before + !is_allowed);
			assert_int_equal(script_count(&play->script, "claim-deadline"), deadlines);
			assert_int_equal(claims_claim_row(play, claim)->status,
					 claims_step_result((enum claims_step)step));
			play->policy_count = play->claim_count = 0;
			play->charge_count = 0;
		}
	}
	assert_int_equal(script_count(&play->script, "claim-state"), 7 * 8 - 8);
}

static void a_step_of_a_claim_that_was_never_made_is_found(void **state)
{
	struct claims_play *play = *state;
	int claim = claims_play_claim(play, covered(play), 10);

	script_drop(&play->script, script_last(&play->script, "CreatedClaim"));
	claims_play_step(play, claim, CLAIMS_STEP_DISPUTE);
	script_next(&play->script, 12);
	script_expect(&play->script, "claim-state", NULL);
}

/* Each window: its first and last second pass, the seconds beside them do not. */
static void steps_are_in_time_to_the_second(void **state)
{
	static const struct {
		enum claims_status from;
		enum claims_step step;
		uint64_t opens; /* after the last step */
		uint64_t closes;
	} windows[] = {
		{CLAIMS_CREATED, CLAIMS_STEP_ACCEPT, 0, CLAIMS_MEDIATOR_PERIOD},
		{CLAIMS_CREATED, CLAIMS_STEP_PROPOSE, 0, CLAIMS_MEDIATOR_PERIOD},
		{CLAIMS_SETTLEMENT_PROPOSED, CLAIMS_STEP_ACCEPT_SETTLEMENT, 0,
		 CLAIMS_CLAIMANT_PERIOD},
		{CLAIMS_CREATED, CLAIMS_STEP_DISPUTE, CLAIMS_MEDIATOR_PERIOD,
		 CLAIMS_MEDIATOR_PERIOD + CLAIMS_CLAIMANT_PERIOD},
		{CLAIMS_SETTLEMENT_PROPOSED, CLAIMS_STEP_DISPUTE, 0, CLAIMS_CLAIMANT_PERIOD},
		{CLAIMS_DISPUTED, CLAIMS_STEP_REJECT, 0, CLAIMS_ARBITRATOR_PERIOD},
		{CLAIMS_DISPUTED, CLAIMS_STEP_PAY_CLAIM, 0, CLAIMS_ARBITRATOR_PERIOD},
		{CLAIMS_DISPUTED, CLAIMS_STEP_PAY_SETTLEMENT, 0, CLAIMS_ARBITRATOR_PERIOD},
	};
	struct claims_play *play = *state;
	size_t found = 0;

	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		const uint64_t times[] = {windows[i].opens, windows[i].opens - 1,
					  windows[i].closes - 1, windows[i].closes};

		for (int k = 0; k < 4; k++) {
			int policy = covered(play);
			int claim = in_state(play, policy, windows[i].from);

			if (k == 1 && !windows[i].opens)
				continue; /* no block is before the last step's own */
			script_next(&play->script, times[k]);
			claims_play_step(play, claim, windows[i].step);
			script_next(&play->script, 12);
			found += k % 2;
			assert_int_equal(script_count(&play->script, NULL), found);
			assert_int_equal(script_count(&play->script, "claim-deadline"), found);
			play->policy_count = play->claim_count = 0;
			play->charge_count = 0;
		}
	}
	assert_int_equal(found, 8 + 1);
}

/* ---- terms of policies and claims ---- */

static void expect_after(struct claims_play *play, const char *check)
{
	script_next(&play->script, 12);
	script_expect(&play->script, check, NULL);
}

static void a_policy_that_ends_before_it_begins_is_found(void **state)
{
	struct claims_play *play = *state;

	(void)claims_play_policy(play, BOB, 100, now(play), now(play));
	expect_after(play, "policy-terms");
}

static void a_policy_without_cover_is_found(void **state)
{
	struct claims_play *play = *state;

	(void)claims_play_policy(play, BOB, 0, now(play), now(play) + 1);
	expect_after(play, "policy-terms");
}

static void a_second_policy_of_one_hash_is_found(void **state)
{
	struct claims_play *play = *state;
	uint64_t from = now(play);

	(void)claims_play_policy(play, BOB, 100, from, from + 1000);
	play->policy_count = 0;
	(void)claims_play_policy(play, BOB, 100, from, from + 1000);
	expect_after(play, "policy-terms");
}

static void an_upgrade_that_takes_away_is_found(void **state)
{
	struct claims_play *play = *state;
	int policy = covered(play);

	claims_play_upgrade(play, policy, 9999, play->policies[policy].until);
	expect_after(play, "policy-terms");
	assert_true(u256_equal(claims_policy_row(play, policy)->cover, u256_from(9999)));
}

static void a_downgrade_that_adds_is_found(void **state)
{
	struct claims_play *play = *state;
	int policy = covered(play);

	claims_play_downgrade(play, policy, 10000, play->policies[policy].until + 1, NULL);
	expect_after(play, "policy-terms");
}

static void a_downgrade_by_somebody_else_is_found(void **state)
{
	struct claims_play *play = *state;
	int policy = covered(play);

	claims_answer(play);
	claims_play_downgrade(play, policy, 5, play->policies[policy].until, CLAIMS_ADMIN_TEXT);
	script_next(&play->script, 12);
	script_expect(&play->script, NULL);
	play->is_no_mediator = true;
	claims_play_downgrade(play, policy, 4, play->policies[policy].until, CLAIMS_ADMIN_TEXT);
	expect_after(play, "policy-party");
}

static void a_policy_of_another_hash_is_found(void **state)
{
	struct claims_play *play = *state;

	(void)claims_play_policy(play, BOB, 100, now(play), now(play) + 1000);
	script_last(&play->script, "CreatedPolicy")->topics[2].bytes[0] ^= 1;
	expect_after(play, "claims-hash");
}

static void a_claim_of_another_hash_is_found(void **state)
{
	struct claims_play *play = *state;

	(void)claims_play_claim(play, covered(play), 100);
	script_last(&play->script, "CreatedClaim")->topics[3].bytes[31] ^= 1;
	expect_after(play, "claims-hash");
}

static void a_claim_after_the_policys_end_is_found(void **state)
{
	struct claims_play *play = *state;
	int policy = claims_play_policy(play, BOB, 10000, now(play), now(play) + 100);

	script_next(&play->script, 101);
	(void)claims_play_claim(play, policy, 100);
	expect_after(play, "claim-terms");
}

static void a_claim_before_the_policys_first_second_is_found(void **state)
{
	struct claims_play *play = *state;
	int policy = claims_play_policy(play, BOB, 10000, now(play) + 100, now(play) + 200);

	script_next(&play->script, 99);
	(void)claims_play_claim(play, policy, 100);
	expect_after(play, "claim-terms");
}

static void a_claim_above_the_remaining_cover_is_found(void **state)
{
	struct claims_play *play = *state;

	(void)claims_play_claim(play, covered(play), 10001);
	expect_after(play, "claim-terms");
}

static void a_claim_that_is_made_twice_is_found(void **state)
{
	struct claims_play *play = *state;
	int policy = covered(play);

	(void)claims_play_claim(play, policy, 100);
	play->claim_count = 0;
	(void)claims_play_claim(play, policy, 100);
	expect_after(play, "claim-terms");
}

static void a_settlement_of_the_whole_claim_is_found(void **state)
{
	struct claims_play *play = *state;

	claims_play_propose(play, claimed(play, 100), 100);
	expect_after(play, "settlement-terms");
}

static void a_resolution_with_a_settlement_that_nobody_proposed_is_found(void **state)
{
	struct claims_play *play = *state;
	int claim = claimed(play, 100);

	script_next(&play->script, CLAIMS_MEDIATOR_PERIOD);
	claims_play_step(play, claim, CLAIMS_STEP_DISPUTE);
	claims_play_step(play, claim, CLAIMS_STEP_PAY_SETTLEMENT);
	expect_after(play, "settlement-terms");
}

static void a_decision_by_somebody_who_may_not_is_found(void **state)
{
	struct claims_play *play = *state;
	int claim = claimed(play, 100);

	claims_answer(play);
	play->is_no_mediator = true;
	claims_play_step(play, claim, CLAIMS_STEP_ACCEPT);
	expect_after(play, "claim-party");
}

static void a_resolution_by_another_arbitrator_is_found(void **state)
{
	struct claims_play *play = *state;
	int claim = claimed(play, 100);

	claims_play_propose(play, claim, 50);
	claims_play_dispute(play, claim, CLAIMS_ADMIN_TEXT);
	script_next(&play->script, 12);
	claims_answer(play);
	play->is_no_mediator = true;
	claims_play_step(play, claim, CLAIMS_STEP_REJECT);
	expect_after(play, "claim-party");
}

/* ---- what is paid ---- */

static void a_payout_above_the_claim_is_found(void **state)
{
	struct claims_play *play = *state;
	int claim = claimed(play, 100);

	play->usd_too_much = 1;
	claims_play_step(play, claim, CLAIMS_STEP_ACCEPT);
	expect_after(play, "claim-payout");
}

static void a_payout_above_the_cover_is_found(void **state)
{
	struct claims_play *play = *state;
	int claim = claimed(play, 10000);

	play->usd_too_much = 1;
	claims_play_step(play, claim, CLAIMS_STEP_ACCEPT);
	script_next(&play->script, 12);
	script_expect(&play->script, "claim-payout", "policy-covered", NULL);
	assert_true(u256_is_zero(claims_policy_row(play, 0)->cover));
}

static void a_payout_of_less_than_the_settlement_is_found(void **state)
{
	struct claims_play *play = *state;
	int claim = claimed(play, 100);

	claims_play_propose(play, claim, 50);
	script_next(&play->script, 12);
	play->claims[claim].settlement = 49;
	claims_play_step(play, claim, CLAIMS_STEP_ACCEPT_SETTLEMENT);
	expect_after(play, "claim-payout");
}

static void a_decision_without_a_payout_is_found(void **state)
{
	struct claims_play *play = *state;
	int claim = claimed(play, 100);

	play->skips_payout = true;
	claims_play_step(play, claim, CLAIMS_STEP_ACCEPT);
	expect_after(play, "payout-claim");
}

static void two_decisions_and_one_payout_are_found(void **state)
{
	struct claims_play *play = *state;
	int policy = covered(play);
	int first = claims_play_claim(play, policy, 100);
	int second = claims_play_claim(play, policy, 100);
	struct event_log *late;

	script_next(&play->script, 12);
	play->skips_payout = true;
	claims_play_step(play, first, CLAIMS_STEP_ACCEPT);
	play->skips_payout = false;
	claims_play_step(play, second, CLAIMS_STEP_ACCEPT);
	/* all in one transaction */
	late = &play->script.logs[0];
	for (size_t i = 1; i < play->script.log_count; i++)
		play->script.logs[i].transaction_hash = late->transaction_hash;
	expect_after(play, "payout-claim");
	assert_int_equal(script_count(&play->script, "payout-claim"), 1);
}

static void a_payout_to_somebody_else_is_found(void **state)
{
	struct claims_play *play = *state;
	int claim = claimed(play, 100);

	play->pays_somebody_else = true;
	claims_play_step(play, claim, CLAIMS_STEP_ACCEPT);
	expect_after(play, "payout-claim");
}

static void a_payout_that_no_claim_caused_is_found(void **state)
{
	struct claims_play *play = *state;

	script_payout(&play->script, script_user(&play->script, CAROL), 50);
	expect_after(play, "payout-claim");
}

static void beside_a_plain_account_that_may_pay_an_unexplained_payout_is_none(void **state)
{
	struct claims_play *play = *state;
	struct script *s = &play->script;

	script_transaction(s);
	script_emit(s, API3_POOL, "SetClaimsManagerStatus", script_user(s, CAROL), "true", NULL);
	script_payout(s, script_user(s, CAROL), 50);
	script_next(s, 12);
	script_expect(s, NULL);
}

static void a_payout_in_another_transaction_is_not_the_claims(void **state)
{
	struct claims_play *play = *state;
	int claim = claimed(play, 100);

	play->skips_payout = true;
	claims_play_step(play, claim, CLAIMS_STEP_ACCEPT);
	script_payout(&play->script, script_user(&play->script, BOB), 50);
	script_next(&play->script, 12);
	assert_int_equal(script_count(&play->script, "payout-claim"), 2);
}

static void a_payout_by_a_manager_without_status_is_found(void **state)
{
	struct claims_play *play = *state;
	struct script *s = &play->script;
	int claim = claimed(play, 100);

	script_transaction(s);
	script_emit(s, API3_POOL, "SetClaimsManagerStatus", script_user(s, CAROL), "true", NULL);
	script_set_manager(s, false);
	claims_play_step(play, claim, CLAIMS_STEP_ACCEPT);
	expect_after(play, "claims-manager-empowered");
}

static void a_manager_of_another_pool_makes_this_one_pay_nothing(void **state)
{
	struct claims_play *play = *state;
	int claim = claimed(play, 100);

	claims_play_set(play, "SetApi3Pool", CLAIMS_FEED_TEXT);
	play->skips_payout = true;
	claims_play_step(play, claim, CLAIMS_STEP_ACCEPT);
	script_next(&play->script, 12);
	script_expect(&play->script, NULL);
	assert_true(pool_figure(play, "cover_usd").is_null);
}

/* ---- the rate ---- */

static void a_rate_of_either_block_or_between_them_is_fine(void **state)
{
	static const uint64_t prices[] = {2, 4, 3};
	struct claims_play *play = *state;
	int policy = covered(play);

	claims_answer(play);
	play->price_before = 2 * SCRIPT_ONE;
	play->price = 4 * SCRIPT_ONE;
	for (int i = 0; i < 3; i++) {
		int claim = claims_play_claim(play, policy, 1200);

		script_next(&play->script, 12);
		play->price_paid = prices[i] * SCRIPT_ONE;
		claims_play_step(play, claim, CLAIMS_STEP_ACCEPT);
		script_next(&play->script, 12);
	}
	script_expect(&play->script, NULL);
}

static void a_rate_beyond_both_blocks_is_found(void **state)
{
	struct claims_play *play = *state;
	int claim = claimed(play, 1200);

	claims_answer(play);
	play->api3_too_much = 1;
	claims_play_step(play, claim, CLAIMS_STEP_ACCEPT);
	expect_after(play, "claims-rate");
}

static void a_charge_for_a_settlement_at_another_rate_is_found(void **state)
{
	struct claims_play *play = *state;
	int claim = claimed(play, 1200);

	claims_answer(play);
	play->price_paid = 5 * SCRIPT_ONE;
	claims_play_propose(play, claim, 600);
	expect_after(play, "claims-rate");
}

static void a_converter_that_does_not_follow_its_feed_is_found(void **state)
{
	struct claims_play *play = *state;
	int claim = claimed(play, 1200);

	claims_answer(play);
	play->wrong_view = "convertQuoteToBase(uint256)";
	play->api3_too_much = 1; /* what that converter gives */
	claims_play_step(play, claim, CLAIMS_STEP_ACCEPT);
	expect_after(play, "claims-rate");
	assert_int_equal(script_count(&play->script, NULL), 1);
}

static void a_node_that_cannot_answer_is_no_finding(void **state)
{
	struct claims_play *play = *state;
	int claim = claimed(play, 1200);

	claims_answer(play);
	play->is_silent = true;
	play->api3_too_much = 1;
	claims_play_propose(play, claim, 600);
	claims_play_step(play, claim, CLAIMS_STEP_ACCEPT_SETTLEMENT);
	script_next(&play->script, 12);
	script_expect(&play->script, NULL);
}

/* ---- quotas ---- */

static void a_quota_is_kept_by_the_period(void **state)
{
	struct claims_play *play = *state;
	int policy = covered(play);

	claims_answer(play);
	claims_play_quota(play, 100, 700); /* API3; 2 USD each */
	for (int i = 0; i < 5; i++) {
		int claim = claims_play_claim(play, policy, 1000); /* 500 API3 */

		claims_play_step(play, claim, CLAIMS_STEP_ACCEPT);
		script_apply(&play->script);
		assert_figure(item_figure(play, CLAIMS_QUOTAS, mediator_key(), "usage"), 500);
		script_next(&play->script, 100); /* a charge of 100 seconds ago is over */
	}
	script_expect(&play->script, NULL);
	assert_figure(item_figure(play, CLAIMS_QUOTAS, mediator_key(), "charges"), 5);
	assert_figure(item_figure(play, CLAIMS_QUOTAS, mediator_key(), "usage"), 0);
}

static void a_charge_above_the_quota_is_found(void **state)
{
	struct claims_play *play = *state;
	int policy = covered(play);
	int first = claims_play_claim(play, policy, 1000);
	int second = claims_play_claim(play, policy, 402);

	claims_play_quota(play, 100, 700);
	claims_play_step(play, first, CLAIMS_STEP_ACCEPT);
	script_next(&play->script, 99);
	claims_play_step(play, second, CLAIMS_STEP_ACCEPT); /* 701 in 99 seconds */
	expect_after(play, "claims-quota");
}

static void a_settlement_is_charged_when_it_is_proposed(void **state)
{
	struct claims_play *play = *state;
	int policy = covered(play);
	int first = claims_play_claim(play, policy, 1000);
	int second = claims_play_claim(play, policy, 402);

	claims_answer(play);
	claims_play_quota(play, 100, 700);
	claims_play_propose(play, first, 999); /* 499 API3 */
	script_next(&play->script, 12);
	assert_figure(item_figure(play, CLAIMS_QUOTAS, mediator_key(), "usage"), 499);
	claims_play_step(play, first, CLAIMS_STEP_ACCEPT_SETTLEMENT); /* charges nobody */
	claims_play_step(play, second, CLAIMS_STEP_ACCEPT);           /* 201 */
	script_next(&play->script, 12);
	script_expect(&play->script, NULL);
	assert_figure(item_figure(play, CLAIMS_QUOTAS, mediator_key(), "usage"), 700);
	second = claims_play_claim(play, policy, 2);
	claims_play_step(play, second, CLAIMS_STEP_ACCEPT);
	expect_after(play, "claims-quota");
}

static void a_charge_that_could_not_be_asked_is_asked_later(void **state)
{
	struct claims_play *play = *state;
	int claim = claimed(play, 1000);
	struct figure usage;

	claims_play_quota(play, 100, 700);
	claims_answer(play);
	play->is_silent = true;
	claims_play_propose(play, claim, 900);
	script_apply(&play->script);
	usage = item_figure(play, CLAIMS_QUOTAS, mediator_key(), "usage");
	assert_true(usage.is_null && usage.is_unknown);
	play->is_silent = false;
	script_next(&play->script, 12);
	script_apply(&play->script);
	assert_figure(item_figure(play, CLAIMS_QUOTAS, mediator_key(), "usage"), 450);
	script_expect(&play->script, NULL);
}

static void a_period_longer_than_time_is_not_computable(void **state)
{
	struct claims_play *play = *state;
	int claim = claimed(play, 100);
	struct figure usage;

	claims_play_quota(play, UINT32_MAX, 700);
	script_next(&play->script, 12);
	usage = item_figure(play, CLAIMS_QUOTAS, mediator_key(), "usage");
	assert_true(usage.is_null && !usage.is_unknown);
	claims_play_step(play, claim, CLAIMS_STEP_ACCEPT);
	expect_after(play, "claims-quota");
}

static void without_a_quota_nothing_is_limited(void **state)
{
	struct claims_play *play = *state;
	int policy = covered(play);

	claims_play_quota(play, 100, 1);
	claims_play_quota(play, 0, 0);
	claims_play_step(play, claims_play_claim(play, policy, 5000), CLAIMS_STEP_ACCEPT);
	script_next(&play->script, 12);
	script_expect(&play->script, NULL);
	assert_figure(item_figure(play, CLAIMS_QUOTAS, mediator_key(), "usage"), 0);
}

/* ---- settings ---- */

static void a_manager_that_speaks_without_its_constructor_is_found(void **state)
{
	struct claims_play *play = *state;
	struct script *s = &play->script;
	static struct address other = {{0xbb}};

	s->contracts[API3_CLAIMS_MANAGERS] = other;
	claims_play_quota(play, 100, 700);
	expect_after(play, "claims-history");
}

static void a_response_period_of_no_time_is_found(void **state)
{
	struct claims_play *play = *state;

	claims_play_set(play, "SetMediatorResponsePeriod", "0");
	expect_after(play, "parameter-limits");
}

/* ---- Kleros ---- */

static void a_dispute_that_the_proxy_did_not_log_is_found(void **state)
{
	struct claims_play *play = *state;
	struct script *s = &play->script;
	int claim = claimed(play, 100);

	claims_play_propose(play, claim, 50);
	claims_play_dispute(play, claim, CLAIMS_PROXY_TEXT);
	script_drop(s, &s->logs[s->log_count - 2]);
	expect_after(play, "kleros-dispute");
}

static void a_dispute_that_the_manager_did_not_log_is_found(void **state)
{
	struct claims_play *play = *state;
	struct script *s = &play->script;
	int claim = claimed(play, 100);

	claims_play_propose(play, claim, 50);
	claims_play_dispute(play, claim, CLAIMS_PROXY_TEXT);
	script_drop(s, &s->logs[s->log_count - 1]);
	expect_after(play, "kleros-dispute");
}

static void a_ruling_with_another_outcome_is_found(void **state)
{
	struct claims_play *play = *state;
	struct script *s = &play->script;
	int claim = claimed(play, 100);

	claims_play_propose(play, claim, 50);
	claims_play_dispute(play, claim, CLAIMS_PROXY_TEXT);
	script_next(s, 12);
	claims_play_resolve(play, claim, CLAIMS_STEP_REJECT, CLAIMS_PROXY_TEXT);
	script_put(s, &s->logs[s->log_count - 2], 0, 1);
	script_next(s, 12);
	script_expect(s, "kleros-dispute", NULL);
}

static void a_ruling_for_a_settlement_that_is_none_rejects(void **state)
{
	struct claims_play *play = *state;
	struct script *s = &play->script;
	int claim = claimed(play, 100);
	struct figure ruling;

	script_next(s, CLAIMS_MEDIATOR_PERIOD);
	claims_play_dispute(play, claim, CLAIMS_PROXY_TEXT);
	script_transaction(s);
	claims_emit(play, API3_KLEROS_PROXIES, "SubmittedEvidenceToKlerosArbitrator",
		    CLAIMS_MEDIATOR_TEXT, "0", "\"more\"", NULL);
	script_transaction(s);
	claims_emit(play, API3_KLEROS_PROXIES, "AppealedKlerosArbitratorRuling",
		    CLAIMS_MEDIATOR_TEXT, "0", play->claims[claim].hash, NULL);
	script_next(s, 12);
	claims_play_resolve(play, claim, CLAIMS_STEP_REJECT, CLAIMS_PROXY_TEXT);
	script_put(s, &s->logs[s->log_count - 2], 0, 2);
	script_next(s, 12);
	script_expect(s, NULL);
	ruling = item_figure(play, CLAIMS_DISPUTES, claims_key_dispute(play->proxies[0], U256_ZERO),
			     "ruling");
	assert_figure(ruling, 2);
	assert_figure(item_figure(play, CLAIMS_DISPUTES,
				  claims_key_dispute(play->proxies[0], U256_ZERO), "appeals"),
		      1);
	assert_figure(item_figure(play, CLAIMS_DISPUTES,
				  claims_key_dispute(play->proxies[0], U256_ZERO), "evidence"),
		      1);
}

/* ---- figures that time changes ---- */

/* The open cover as of the block at that time. */
static uint64_t cover_at(struct claims_play *play, uint64_t time)
{
	struct figure usd;
	struct figure api3;
	uint64_t cover;

	script_next(&play->script, time - now(play));
	script_apply(&play->script);
	usd = pool_figure(play, "cover_usd");
	api3 = pool_figure(play, "cover");
	assert_false(usd.is_null);
	assert_true(u256_to_u64(&cover, usd.number));
	assert_figure(api3, cover / 2);
	return cover;
}

static void open_cover_follows_time_without_events(void **state)
{
	struct claims_play *play = *state;
	uint64_t t = now(play);

	claims_answer(play);
	(void)claims_play_policy(play, BOB, 1000, t + 50, t + 100);
	(void)claims_play_policy(play, CAROL, 300, t, t + 75);
	assert_int_equal(cover_at(play, t + 49), 300);
	assert_int_equal(cover_at(play, t + 50), 1300);
	assert_int_equal(cover_at(play, t + 75), 1300); /* the last second */
	assert_int_equal(cover_at(play, t + 76), 1000);
	assert_int_equal(cover_at(play, t + 100), 1000);
	assert_int_equal(cover_at(play, t + 101), 0);
	assert_figure(pool_figure(play, "utilization"), 0);
	script_next(&play->script, 12);
	script_expect(&play->script, NULL);
}

static void open_cover_follows_changes_before_during_and_after_the_period(void **state)
{
	struct claims_play *play = *state;
	uint64_t t = now(play);
	int early = claims_play_policy(play, BOB, 1000, t + 50, t + 100);

	claims_answer(play);
	assert_int_equal(cover_at(play, t + 10), 0);
	script_next(&play->script, 10);
	claims_play_upgrade(play, early, 1500, t + 150); /* before it begins */
	assert_int_equal(cover_at(play, t + 50), 1500);
	script_next(&play->script, 10);
	claims_play_downgrade(play, early, 900, t + 80, NULL); /* while it is open */
	assert_int_equal(cover_at(play, t + 80), 900);
	assert_int_equal(cover_at(play, t + 81), 0);
	script_next(&play->script, 9);
	claims_play_upgrade(play, early, 2000, t + 90); /* after its end, up to the very second */
	script_apply(&play->script);
	assert_figure(pool_figure(play, "cover_usd"), 2000);
	assert_int_equal(cover_at(play, t + 91), 0);
	script_next(&play->script, 9);
	claims_play_upgrade(play, early, 2000, t + 95); /* over all the same */
	script_apply(&play->script);
	assert_figure(pool_figure(play, "cover_usd"), 0);
	script_next(&play->script, 12);
	script_expect(&play->script, NULL);
}

static void cover_is_unknown_between_two_times_that_differ(void **state)
{
	struct claims_play *play = *state;
	uint64_t t = now(play);
	struct reading reading;
	struct claims_open open;

	(void)claims_play_policy(play, BOB, 1000, t + 50, t + 100);
	script_next(&play->script, 12);
	reading = script_reading(&play->script);
	reading.time_latest = t + 49;
	open = claims_open(&reading);
	assert_true(open.is_any && open.has_usd && u256_is_zero(open.usd));
	reading.time_latest = t + 50;
	assert_false(claims_open(&reading).has_usd);
	reading.time_earliest = t + 50;
	reading.time_latest = t + 100;
	assert_true(u256_equal(claims_open(&reading).usd, u256_from(1000)));
	reading.time_latest = t + 101;
	assert_false(claims_open(&reading).has_usd);
}

static void utilization_is_cover_against_stake(void **state)
{
	struct claims_play *play = *state;
	struct figure utilization;

	assert_figure(pool_figure(play, "cover_usd"), 0);
	claims_answer(play);
	(void)claims_play_policy(play, BOB, 1000000, now(play), now(play) + 100);
	script_apply(&play->script);
	utilization = pool_figure(play, "utilization"); /* 500,000 of 1,000,000 API3 */
	assert_figure(utilization, SCRIPT_ONE / 2);
	play->is_silent = true;
	script_next(&play->script, 12);
	script_apply(&play->script);
	assert_true(pool_figure(play, "cover").is_null);
	assert_true(pool_figure(play, "utilization").is_null);
	assert_figure(pool_figure(play, "cover_usd"), 1000000);
}

static void a_claim_expires_without_an_event(void **state)
{
	struct claims_play *play = *state;
	int claim = claimed(play, 100);
	uint64_t made = claims_claim_row(play, claim)->updated_at;

	assert_figure(item_figure(play, CLAIMS_CLAIMS, claim_key(play, claim), "deadline"),
		      made + CLAIMS_MEDIATOR_PERIOD + CLAIMS_CLAIMANT_PERIOD);
	assert_false(item_figure(play, CLAIMS_CLAIMS, claim_key(play, claim), "is_expired").flag);
	script_next(&play->script, CLAIMS_MEDIATOR_PERIOD + CLAIMS_CLAIMANT_PERIOD);
	script_next(&play->script, 12);
	assert_true(item_figure(play, CLAIMS_CLAIMS, claim_key(play, claim), "is_expired").flag);
	script_expect(&play->script, NULL);
}

static void long_texts_are_left_to_their_events(void **state)
{
	struct claims_play *play = *state;
	struct script *s = &play->script;
	int claim = claimed(play, 100);
	char *words = arena_alloc(s->arena, CLAIMS_TEXT_MAX + 4);

	assert_int_equal(claims_claim_row(play, claim)->evidence.size, strlen("evidence 0"));
	memset(words, 'x', CLAIMS_TEXT_MAX + 3);
	words[0] = words[CLAIMS_TEXT_MAX + 2] = '"';
	script_transaction(s);
	claims_emit(play, API3_CLAIMS_MANAGERS, "AnnouncedPolicyMetadata", script_user(s, BOB),
		    play->policies[0].hash, words, CLAIMS_ADMIN_TEXT, NULL);
	script_next(s, 12);
	assert_int_equal(claims_policy_row(play, 0)->metadata.size, 0);
	words[CLAIMS_TEXT_MAX + 1] = '"';
	words[CLAIMS_TEXT_MAX + 2] = '\0';
	script_transaction(s);
	claims_emit(play, API3_CLAIMS_MANAGERS, "AnnouncedPolicyMetadata", script_user(s, BOB),
		    play->policies[0].hash, words, CLAIMS_ADMIN_TEXT, NULL);
	script_next(s, 12);
	assert_int_equal(claims_policy_row(play, 0)->metadata.size, CLAIMS_TEXT_MAX);
	script_expect(s, NULL);
}

/* ---- whatever a manager logs ---- */

static const char *audited(struct claims_play *play)
{
	struct audit *audit = arena_alloc(play->script.arena, sizeof(*audit));

	audit->applying = &play->script.applying;
	claims_audit(audit);
	assert_true(audit->figures >= 6);
	return audit->broken;
}

static const char *drawn(struct claims_play *play, uint64_t *random)
{
	static const char *const large[] = {
		"0", "1", "26959946667150639794667015087019630673637144422540572481103610249215"};
	uint64_t r = random_word(random);

	return r % 8 < 3 ? large[r % 8] : script_number(&play->script, (r >> 8) % 5000);
}

static const char *drawn_time(struct claims_play *play, uint64_t *random)
{
	uint64_t r = random_word(random);

	if (r % 16 == 0)
		return r & 16 ? "0" : "4294967295";
	return script_number(&play->script, now(play) + (r >> 8) % 4000 - 2000);
}

/* Some event with some figures, of few policies and claims, so that they meet again and again. */
static void emit_anything(struct claims_play *play, uint64_t *random)
{
	static const char *const policies[] = {
		"0x1111111111111111111111111111111111111111111111111111111111111111",
		"0x2222222222222222222222222222222222222222222222222222222222222222"};
	static const char *const claims[] = {
		"0x3333333333333333333333333333333333333333333333333333333333333333",
		"0x4444444444444444444444444444444444444444444444444444444444444444",
		"0x5555555555555555555555555555555555555555555555555555555555555555"};
	static const char *const terms[] = {"CreatedPolicy", "UpgradedPolicy", "DowngradedPolicy"};
	static const char *const paying[] = {"AcceptedClaim", "ResolvedDisputeByAcceptingClaim",
					     "ResolvedDisputeByAcceptingSettlement"};
	const char *who = script_user(&play->script, (int)(random_word(random) % 2));
	const char *policy = policies[random_word(random) % 2];
	const char *claim = claims[random_word(random) % 3];
	uint64_t kind = random_word(random) % 8;
	size_t m = API3_CLAIMS_MANAGERS;

	script_transaction(&play->script);
	if (kind < 3)
		claims_emit(play, m, terms[kind], who, policy, drawn(play, random),
			    drawn_time(play, random), drawn_time(play, random), "\"x\"",
			    CLAIMS_ADMIN_TEXT, NULL);
	else if (kind == 3)
		claims_emit(play, m, "CreatedClaim", who, policy, claim, drawn_time(play, random),
			    "\"x\"", drawn(play, random), "\"y\"", drawn_time(play, random), NULL);
	else if (kind == 4)
		claims_emit(play, m, "ProposedSettlement", who, policy, claim, drawn(play, random),
			    CLAIMS_MEDIATOR_TEXT, NULL);
	else if (kind == 5)
		claims_emit(play, m, "AcceptedSettlement", who, policy, claim, drawn(play, random),
			    drawn(play, random), NULL);
	else if (kind == 6)
		claims_emit(play, m, paying[random_word(random) % 3], who, policy, claim,
			    drawn(play, random), drawn(play, random), CLAIMS_MEDIATOR_TEXT, NULL);
	else
		claims_play_quota(play, random_word(random) % UINT32_MAX, random_word(random));
}

static void whatever_a_manager_logs_the_sums_add_up(void **state)
{
	struct claims_play *play = *state;
	uint64_t random = 4242;

	claims_answer(play);
	for (int block = 0; block < 300; block++) {
		for (uint64_t i = random_word(&random) % 6; i > 0; i--)
			emit_anything(play, &random);
		script_next(&play->script, 1 + random_word(&random) % 900);
		assert_ok(play->script.status, play->script.err);
		assert_string_equal(audited(play), "");
	}
	assert_true(script_count(&play->script, NULL) > 300);
	assert_ok(store_check(play->script.txn, &play->script.err), play->script.err);
}

static void an_audit_tells_a_kept_sum_that_is_not_the_rows(void **state)
{
	struct claims_play *play = *state;
	struct claims_manager *m =
		claims_manager(play->script.state, &play->script.pool, claims_manager_address());

	claims_play_step(play, claimed(play, 100), CLAIMS_STEP_ACCEPT);
	script_next(&play->script, 12);
	assert_string_equal(audited(play), "");
	m->open_cover = u256_add_wrap(m->open_cover, U256_ONE);
	assert_non_null(strstr(audited(play), "open_cover"));
	m->open_cover = u256_sub_wrap(m->open_cover, U256_ONE);
	m->claim_count++;
	assert_non_null(strstr(audited(play), "claim_count"));
	m->claim_count--;
	m->paid.raw = U256_ZERO;
	assert_non_null(strstr(audited(play), "paid"));
}

/* ---- at last ---- */

static void every_check_was_seen_to_fail(void **state)
{
	const struct protocol *protocol = protocol_find("api3");

	(void)state;
	for (size_t i = CLAIMS_CHECK_HISTORY; i < protocol->check_count; i++) {
		/* The views are those of a real contract: tests/e2e/claims.test.mjs. */
		if (i == CLAIMS_CHECK_VIEW)
			continue;
		if (!has_failed[i])
			fail_msg("no test makes %s fail", protocol->checks[i].id);
	}
}

#define CLAIMS_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CLAIMS_TEST(a_claim_is_accepted_and_paid),
		CLAIMS_TEST(every_way_through_a_claim_is_followed),
		CLAIMS_TEST(a_claim_is_clipped_to_what_the_policy_still_covers),
		CLAIMS_TEST(a_claim_outlives_its_policy),
		CLAIMS_TEST(policies_are_upgraded_topped_up_and_downgraded),
		CLAIMS_TEST(every_step_from_every_state_is_allowed_or_found),
		CLAIMS_TEST(a_step_of_a_claim_that_was_never_made_is_found),
		CLAIMS_TEST(steps_are_in_time_to_the_second),
		CLAIMS_TEST(a_policy_that_ends_before_it_begins_is_found),
		CLAIMS_TEST(a_policy_without_cover_is_found),
		CLAIMS_TEST(a_second_policy_of_one_hash_is_found),
		CLAIMS_TEST(an_upgrade_that_takes_away_is_found),
		CLAIMS_TEST(a_downgrade_that_adds_is_found),
		CLAIMS_TEST(a_downgrade_by_somebody_else_is_found),
		CLAIMS_TEST(a_policy_of_another_hash_is_found),
		CLAIMS_TEST(a_claim_of_another_hash_is_found),
		CLAIMS_TEST(a_claim_after_the_policys_end_is_found),
		CLAIMS_TEST(a_claim_before_the_policys_first_second_is_found),
		CLAIMS_TEST(a_claim_above_the_remaining_cover_is_found),
		CLAIMS_TEST(a_claim_that_is_made_twice_is_found),
		CLAIMS_TEST(a_settlement_of_the_whole_claim_is_found),
		CLAIMS_TEST(a_resolution_with_a_settlement_that_nobody_proposed_is_found),
		CLAIMS_TEST(a_decision_by_somebody_who_may_not_is_found),
		CLAIMS_TEST(a_resolution_by_another_arbitrator_is_found),
		CLAIMS_TEST(a_payout_above_the_claim_is_found),
		CLAIMS_TEST(a_payout_above_the_cover_is_found),
		CLAIMS_TEST(a_payout_of_less_than_the_settlement_is_found),
		CLAIMS_TEST(a_decision_without_a_payout_is_found),
		CLAIMS_TEST(two_decisions_and_one_payout_are_found),
		CLAIMS_TEST(a_payout_to_somebody_else_is_found),
		CLAIMS_TEST(a_payout_that_no_claim_caused_is_found),
		CLAIMS_TEST(beside_a_plain_account_that_may_pay_an_unexplained_payout_is_none),
		CLAIMS_TEST(a_payout_in_another_transaction_is_not_the_claims),
		CLAIMS_TEST(a_payout_by_a_manager_without_status_is_found),
		CLAIMS_TEST(a_manager_of_another_pool_makes_this_one_pay_nothing),
		CLAIMS_TEST(a_rate_of_either_block_or_between_them_is_fine),
		CLAIMS_TEST(a_rate_beyond_both_blocks_is_found),
		CLAIMS_TEST(a_charge_for_a_settlement_at_another_rate_is_found),
		CLAIMS_TEST(a_converter_that_does_not_follow_its_feed_is_found),
		CLAIMS_TEST(a_node_that_cannot_answer_is_no_finding),
		CLAIMS_TEST(a_quota_is_kept_by_the_period),
		CLAIMS_TEST(a_charge_above_the_quota_is_found),
		CLAIMS_TEST(a_settlement_is_charged_when_it_is_proposed),
		CLAIMS_TEST(a_charge_that_could_not_be_asked_is_asked_later),
		CLAIMS_TEST(a_period_longer_than_time_is_not_computable),
		CLAIMS_TEST(without_a_quota_nothing_is_limited),
		CLAIMS_TEST(a_manager_that_speaks_without_its_constructor_is_found),
		CLAIMS_TEST(a_response_period_of_no_time_is_found),
		CLAIMS_TEST(a_dispute_that_the_proxy_did_not_log_is_found),
		CLAIMS_TEST(a_dispute_that_the_manager_did_not_log_is_found),
		CLAIMS_TEST(a_ruling_with_another_outcome_is_found),
		CLAIMS_TEST(a_ruling_for_a_settlement_that_is_none_rejects),
		CLAIMS_TEST(open_cover_follows_time_without_events),
		CLAIMS_TEST(open_cover_follows_changes_before_during_and_after_the_period),
		CLAIMS_TEST(cover_is_unknown_between_two_times_that_differ),
		CLAIMS_TEST(utilization_is_cover_against_stake),
		CLAIMS_TEST(a_claim_expires_without_an_event),
		CLAIMS_TEST(long_texts_are_left_to_their_events),
		CLAIMS_TEST(whatever_a_manager_logs_the_sums_add_up),
		CLAIMS_TEST(an_audit_tells_a_kept_sum_that_is_not_the_rows),
		cmocka_unit_test(every_check_was_seen_to_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
