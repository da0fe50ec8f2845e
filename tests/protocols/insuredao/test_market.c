/* Shares, lent credit, payouts and who bears them: worked out by hand, and at their edges. */
#include "protocols/insuredao/market.h"

#include "protocols/insuredao/premium.h"
#include "tests/protocols/insuredao/figures.h"

/* ---- shares ---- */

static void the_first_deposit_mints_its_amount(void **state)
{
	struct shares n;

	(void)state;
	assert_true(insuredao_minted(&n, NULL, tokens(500), parts(0), tokens(0)));
	assert_number(n.raw, 500);
	/* What was left by others does not count then. */
	assert_true(insuredao_minted(&n, NULL, tokens(500), parts(0), tokens(9)));
	assert_number(n.raw, 500);
}

static void a_deposit_mints_by_supply_and_liquidity(void **state)
{
	struct shares n;

	(void)state;
	assert_true(insuredao_minted(&n, NULL, tokens(100), parts(300), tokens(400)));
	assert_number(n.raw, 75);
	assert_true(insuredao_minted(&n, NULL, tokens(101), parts(300), tokens(400))); /* 75.75 */
	assert_number(n.raw, 75);
}

static void without_liquidity_the_supply_multiplies(void **state)
{
	struct shares n;

	(void)state;
	assert_true(insuredao_minted(&n, NULL, tokens(7), parts(300), tokens(0)));
	assert_number(n.raw, 2100);
	assert_false(insuredao_minted(&n, NULL, assets_of(power_of_two(200)),
				      shares_of(power_of_two(56)), tokens(0)));
}

static void shares_pay_their_part_rounded_down(void **state)
{
	struct assets value;

	(void)state;
	assert_true(insuredao_shares_worth(&value, NULL, "", parts(100), tokens(1000), parts(300)));
	assert_number(value.raw, 333);
	assert_false(insuredao_shares_worth(&value, NULL, "", parts(0), tokens(1000), parts(0)));
}

static void what_is_locked_is_not_available(void **state)
{
	struct assets free;

	(void)state;
	assert_true(insuredao_available(&free, NULL, tokens(1000), tokens(1000)));
	assert_number(free.raw, 0);
	assert_false(insuredao_available(&free, NULL, tokens(1000), tokens(1001)));
	/* Without liquidity nothing is subtracted. */
	assert_true(insuredao_available(&free, NULL, tokens(0), tokens(1001)));
	assert_number(free.raw, 0);
}

static void a_ratio_has_six_digits(void **state)
{
	u256 x;

	(void)state;
	assert_true(insuredao_ratio(&x, u256_from(2), u256_from(3)));
	assert_number(x, 666666);
	assert_true(insuredao_ratio(&x, u256_from(2), U256_ZERO));
	assert_number(x, 0);
	assert_false(insuredao_ratio(&x, power_of_two(240), U256_ONE));
}

/* ---- lent credit ---- */

static void indices_earn_by_their_part_of_the_liquidity(void **state)
{
	struct shares part;
	u256 step;

	(void)state;
	assert_true(insuredao_lenders_part(&part, NULL, parts(100), tokens(300), tokens(700)));
	assert_number(part.raw, 42); /* 42.86 */
	assert_true(insuredao_reward_step(&step, NULL, part, tokens(300)));
	assert_number(step, 140000);
	assert_true(insuredao_lenders_part(&part, NULL, parts(100), tokens(0), tokens(700)));
	assert_number(part.raw, 0);
	assert_true(insuredao_reward_step(&step, NULL, part, tokens(0)));
	assert_number(step, 0);
}

static void pending_premium_is_what_was_earned_since(void **state)
{
	struct shares pending;
	u256 debt;

	(void)state;
	assert_true(insuredao_reward_debt(&debt, tokens(300), u256_from(140000)));
	assert_number(debt, 42);
	assert_true(
		insuredao_pending_premium(&pending, NULL, tokens(300), u256_from(240000), debt));
	assert_number(pending.raw, 30);
	/* Rounding may leave less than the debt: that is nothing, not a revert. */
	assert_true(
		insuredao_pending_premium(&pending, NULL, tokens(299), u256_from(140000), debt));
	assert_number(pending.raw, 0);
	assert_false(insuredao_pending_premium(&pending, NULL, assets_of(power_of_two(200)),
					       power_of_two(56), U256_ZERO));
}

/* ---- incidents ---- */

static void a_payout_is_the_lesser_of_cover_and_loss(void **state)
{
	struct assets paid;

	(void)state;
	/* 1 M lost of 5 M is 20 %. */
	assert_true(insuredao_payout(&paid, NULL, tokens(1000), tokens(3000), u256_from(1),
				     u256_from(5)));
	assert_number(paid.raw, 600);
	assert_true(insuredao_payout(&paid, NULL, tokens(1000), tokens(5004), u256_from(1),
				     u256_from(5)));
	assert_number(paid.raw, 1000);
	assert_true(insuredao_payout(&paid, NULL, tokens(1000), tokens(4999), u256_from(1),
				     u256_from(5))); /* 999.8 */
	assert_number(paid.raw, 999);
	assert_false(
		insuredao_payout(&paid, NULL, tokens(1000), tokens(1), u256_from(1), U256_ZERO));
	assert_number(paid.raw, 0);
}

static void indices_bear_a_debt_by_their_part_of_the_liquidity(void **state)
{
	struct assets part;

	(void)state;
	assert_true(insuredao_lenders_debt(&part, NULL, tokens(100), tokens(300), tokens(700)));
	assert_number(part.raw, 42);
	assert_true(insuredao_lenders_debt(&part, NULL, tokens(100), tokens(300), tokens(300)));
	assert_number(part.raw, 100); /* nobody else is there */
	assert_true(insuredao_lenders_debt(&part, NULL, tokens(100), tokens(0), tokens(0)));
	assert_number(part.raw, 0);
	/* More than the debt, which the market could not subtract. */
	assert_false(insuredao_lenders_debt(&part, NULL, tokens(1000), tokens(300), tokens(299)));
}

static void each_index_is_asked_for_its_part_cut_twice(void **state)
{
	struct assets one;
	struct assets other;

	(void)state;
	/* A third and two thirds in six digits: the sum is short. */
	assert_true(insuredao_lender_asked(&one, NULL, tokens(3000000), tokens(1), tokens(3)));
	assert_true(insuredao_lender_asked(&other, NULL, tokens(3000000), tokens(2), tokens(3)));
	assert_number(one.raw, 999999);
	assert_number(other.raw, 1999998);
	/* A part that is cut to nothing. */
	assert_true(
		insuredao_lender_asked(&one, NULL, tokens(3000000), tokens(1), tokens(1000001)));
	assert_number(one.raw, 0);
	assert_false(insuredao_lender_asked(&one, NULL, tokens(1), tokens(1), tokens(0)));
}

static void crowd_and_surplus_bear_a_loss_by_their_parts(void **state)
{
	struct shares crowd;

	(void)state;
	assert_true(insuredao_crowd_loss(&crowd, NULL, parts(100), parts(200), parts(400)));
	assert_number(crowd.raw, 33);
	assert_true(insuredao_crowd_loss(&crowd, NULL, parts(100), parts(0), parts(400)));
	assert_number(crowd.raw, 0);
	assert_false(insuredao_crowd_loss(&crowd, NULL, parts(0), parts(0), parts(0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_deposit_mints_its_amount),
		cmocka_unit_test(a_deposit_mints_by_supply_and_liquidity),
		cmocka_unit_test(without_liquidity_the_supply_multiplies),
		cmocka_unit_test(shares_pay_their_part_rounded_down),
		cmocka_unit_test(what_is_locked_is_not_available),
		cmocka_unit_test(a_ratio_has_six_digits),
		cmocka_unit_test(indices_earn_by_their_part_of_the_liquidity),
		cmocka_unit_test(pending_premium_is_what_was_earned_since),
		cmocka_unit_test(a_payout_is_the_lesser_of_cover_and_loss),
		cmocka_unit_test(indices_bear_a_debt_by_their_part_of_the_liquidity),
		cmocka_unit_test(each_index_is_asked_for_its_part_cut_twice),
		cmocka_unit_test(crowd_and_surplus_bear_a_loss_by_their_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
