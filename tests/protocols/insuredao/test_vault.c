/* The vault's exchange of tokens and attributions, worked out by hand, and at its edges. */
#include "protocols/insuredao/vault.h"

#include "protocols/insuredao/premium.h"
#include "tests/protocols/insuredao/figures.h"

/* 1000 tokens, 900 attributions: one is worth 1 1/9. */
static const struct insuredao_vault *worn(void)
{
	static struct insuredao_vault vault;

	vault = (struct insuredao_vault){tokens(1000), parts(900)};
	return &vault;
}

static void the_first_amount_is_as_many_attributions(void **state)
{
	struct insuredao_vault empty = {tokens(0), parts(0)};
	struct shares n;

	(void)state;
	assert_true(insuredao_attributions_for(&n, NULL, tokens(77), &empty));
	assert_number(n.raw, 77);
}

static void an_amount_buys_attributions_rounded_down(void **state)
{
	struct shares n;

	(void)state;
	assert_true(insuredao_attributions_for(&n, NULL, tokens(100), worn()));
	assert_number(n.raw, 90);
	assert_true(insuredao_attributions_for(&n, NULL, tokens(101), worn())); /* 90.9 */
	assert_number(n.raw, 90);
	assert_true(insuredao_attributions_for(&n, NULL, tokens(1), worn())); /* 0.9 */
	assert_number(n.raw, 0);
}

static void attributions_without_value_cannot_be_bought(void **state)
{
	struct insuredao_vault robbed = {tokens(0), parts(900)};
	struct trace trace = {0};
	struct shares n;

	(void)state;
	assert_false(insuredao_attributions_for(&n, &trace, tokens(1), &robbed));
	assert_number(n.raw, 0);
	assert_false(trace.figures[0].is_computable);
}

static void an_amount_costs_attributions_rounded_up(void **state)
{
	struct shares n;

	(void)state;
	assert_true(insuredao_attributions_cost(&n, NULL, tokens(100), parts(900), worn()));
	assert_number(n.raw, 90); /* exactly: nothing to round */
	assert_true(insuredao_attributions_cost(&n, NULL, tokens(101), parts(900), worn()));
	assert_number(n.raw, 91); /* 90.9 */
	assert_true(insuredao_attributions_cost(&n, NULL, tokens(1000), parts(900), worn()));
	assert_number(n.raw, 900);
}

static void less_than_one_attribution_s_worth_is_refused(void **state)
{
	struct shares n;

	(void)state;
	/* 900 * 1 < 1000, 900 * 2 >= 1000. */
	assert_false(insuredao_attributions_cost(&n, NULL, tokens(1), parts(900), worn()));
	assert_number(n.raw, 0);
	assert_true(insuredao_attributions_cost(&n, NULL, tokens(2), parts(900), worn()));
	assert_number(n.raw, 2);
	assert_false(insuredao_attributions_cost(&n, NULL, tokens(0), parts(900), worn()));
}

static void nobody_pays_with_more_than_they_have(void **state)
{
	struct shares n;

	(void)state;
	/* 90 are worth 100. */
	assert_true(insuredao_attributions_cost(&n, NULL, tokens(100), parts(90), worn()));
	assert_false(insuredao_attributions_cost(&n, NULL, tokens(101), parts(90), worn()));
	assert_false(insuredao_attributions_cost(&n, NULL, tokens(100), parts(0), worn()));
}

static void attributions_are_worth_their_part_rounded_down(void **state)
{
	struct insuredao_vault empty = {tokens(0), parts(0)};
	struct insuredao_vault robbed = {tokens(0), parts(900)};
	struct assets value;

	(void)state;
	assert_true(insuredao_attributions_value(&value, NULL, "", parts(91), worn())); /* 101.1 */
	assert_number(value.raw, 101);
	assert_true(insuredao_attributions_value(&value, NULL, "", parts(0), worn()));
	assert_number(value.raw, 0);
	assert_true(insuredao_attributions_value(&value, NULL, "", parts(5), &empty));
	assert_number(value.raw, 0);
	assert_true(insuredao_attributions_value(&value, NULL, "", parts(5), &robbed));
	assert_number(value.raw, 0);
}

static void a_batch_leaves_dust_to_nobody(void **state)
{
	struct shares market;
	struct shares owner;

	(void)state;
	/* 99 at 90 % and 10 %: 89.1 and 9.9. */
	assert_true(insuredao_attributions_part(&market, NULL, "", u256_from(900000), parts(99)));
	assert_true(insuredao_attributions_part(&owner, NULL, "", u256_from(100000), parts(99)));
	assert_number(market.raw, 89);
	assert_number(owner.raw, 9);
}

static void products_beyond_256_bits_are_not_computable(void **state)
{
	struct insuredao_vault huge = {assets_of(power_of_two(200)), shares_of(power_of_two(200))};
	struct shares n;
	struct assets value;

	(void)state;
	assert_true(insuredao_attributions_for(&n, NULL, assets_of(power_of_two(55)), &huge));
	assert_false(insuredao_attributions_for(&n, NULL, assets_of(power_of_two(56)), &huge));
	assert_false(
		insuredao_attributions_value(&value, NULL, "", shares_of(power_of_two(56)), &huge));
	assert_false(insuredao_attributions_cost(&n, NULL, assets_of(power_of_two(56)),
						 shares_of(power_of_two(57)), &huge));
	assert_false(insuredao_attributions_part(&n, NULL, "", u256_from(2),
						 shares_of(power_of_two(255))));
}

/* Where one attribution is worth a unit or more, an amount that was paid tells their number. */
static void the_number_follows_from_the_amount(void **state)
{
	(void)state;
	for (uint64_t n = 1; n <= 900; n++) {
		struct assets paid;
		struct shares found;

		assert_true(insuredao_attributions_value(&paid, NULL, "", parts(n), worn()));
		assert_true(insuredao_attributions_cost(&found, NULL, paid, parts(900), worn()) ||
			    n == 1);
		if (n > 1)
			assert_number(found.raw, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_amount_is_as_many_attributions),
		cmocka_unit_test(an_amount_buys_attributions_rounded_down),
		cmocka_unit_test(attributions_without_value_cannot_be_bought),
		cmocka_unit_test(an_amount_costs_attributions_rounded_up),
		cmocka_unit_test(less_than_one_attribution_s_worth_is_refused),
		cmocka_unit_test(nobody_pays_with_more_than_they_have),
		cmocka_unit_test(attributions_are_worth_their_part_rounded_down),
		cmocka_unit_test(a_batch_leaves_dust_to_nobody),
		cmocka_unit_test(products_beyond_256_bits_are_not_computable),
		cmocka_unit_test(the_number_follows_from_the_amount),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
