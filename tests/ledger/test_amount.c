#include "ledger/amount.h"

#include "tests/support/test.h"

static u256 number(const char *digits)
{
	u256 value = U256_ZERO;

	assert_int_equal(u256_parse(&value, digits, strlen(digits), NULL), OK);
	return value;
}

static struct assets assets(uint64_t value)
{
	return assets_of(u256_from(value));
}

static struct shares shares(uint64_t value)
{
	return shares_of(u256_from(value));
}

static void sums_beyond_256_bits_are_refused(void **state)
{
	struct assets a;
	struct shares s;

	(void)state;
	assert_true(assets_add_ok(&a, assets(2), assets(3)));
	assert_true(u256_equal(a.raw, u256_from(5)));
	assert_true(assets_add_ok(&a, assets_of(U256_MAX), assets(0)));
	assert_false(assets_add_ok(&a, assets_of(U256_MAX), assets(1)));
	assert_true(shares_add_ok(&s, shares(2), shares(3)));
	assert_true(u256_equal(s.raw, u256_from(5)));
	assert_false(shares_add_ok(&s, shares_of(U256_MAX), shares(1)));
}

static void differences_below_zero_are_refused(void **state)
{
	struct assets a;
	struct shares s;

	(void)state;
	assert_true(assets_sub_ok(&a, assets(3), assets(3)));
	assert_true(u256_is_zero(a.raw));
	assert_false(assets_sub_ok(&a, assets(3), assets(4)));
	assert_true(shares_sub_ok(&s, shares(4), shares(3)));
	assert_true(u256_equal(s.raw, U256_ONE));
	assert_false(shares_sub_ok(&s, shares(0), shares_of(U256_MAX)));
}

static void amounts_compare_as_numbers(void **state)
{
	(void)state;
	assert_int_equal(assets_compare(assets(1), assets(2)), -1);
	assert_int_equal(assets_compare(assets(2), assets(2)), 0);
	assert_int_equal(assets_compare(assets_of(U256_MAX), assets(2)), 1);
}

static void conversions_round_down(void **state)
{
	struct shares s;
	struct assets a;

	(void)state;
	assert_true(shares_from_assets_down(&s, assets(10), shares(7), assets(3)));
	assert_true(u256_equal(s.raw, u256_from(23)));
	assert_true(assets_from_shares_down(&a, shares(10), assets(3), shares(7)));
	assert_true(u256_equal(a.raw, u256_from(4)));
	assert_true(shares_from_assets_down(&s, assets(0), shares(7), assets(3)));
	assert_true(u256_is_zero(s.raw));
}

static void conversions_fail_where_the_contract_would_revert(void **state)
{
	struct shares s;
	struct assets a;

	(void)state;
	assert_false(shares_from_assets_down(&s, assets(10), shares(7), assets(0)));
	assert_false(assets_from_shares_down(&a, shares(10), assets(7), shares(0)));
	/* The product does not fit, though the quotient would: the EVM has no 512 bits. */
	assert_false(shares_from_assets_down(&s, assets_of(U256_MAX), shares(2), assets(2)));
	assert_false(assets_from_shares_down(&a, shares_of(U256_MAX), assets(2), shares(2)));
	assert_true(shares_from_assets_down(&s, assets_of(U256_MAX), shares(1), assets(1)));
	assert_true(u256_equal(s.raw, U256_MAX));
}

static void a_share_price_has_18_places_and_is_rounded_down(void **state)
{
	u256 price;

	(void)state;
	assert_true(share_price_18(&price, assets(1), shares(3)));
	assert_true(u256_equal(price, number("333333333333333333")));
	assert_true(share_price_18(&price, assets(2), shares(3)));
	assert_true(u256_equal(price, number("666666666666666666")));
	assert_true(share_price_18(&price, assets(7), shares(7)));
	assert_true(u256_equal(price, number("1000000000000000000")));
	assert_true(share_price_18(&price, assets(0), shares(7)));
	assert_true(u256_is_zero(price));
}

static void a_share_price_uses_the_whole_product(void **state)
{
	u256 price;
	u256 most;

	(void)state;
	assert_true(share_price_18(&price, assets_of(U256_MAX), shares_of(U256_MAX)));
	assert_true(u256_equal(price, number("1000000000000000000")));
	assert_false(share_price_18(&price, assets_of(U256_MAX), shares(1)));
	assert_false(share_price_18(&price, assets(1), shares(0)));
	/* The largest total that a single share can have a price of. */
	assert_true(u256_div_ok(&most, U256_MAX, number("1000000000000000000")));
	assert_true(share_price_18(&price, assets_of(most), shares(1)));
	assert_true(u256_add_ok(&most, most, U256_ONE));
	assert_false(share_price_18(&price, assets_of(most), shares(1)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_beyond_256_bits_are_refused),
		cmocka_unit_test(differences_below_zero_are_refused),
		cmocka_unit_test(amounts_compare_as_numbers),
		cmocka_unit_test(conversions_round_down),
		cmocka_unit_test(conversions_fail_where_the_contract_would_revert),
		cmocka_unit_test(a_share_price_has_18_places_and_is_rounded_down),
		cmocka_unit_test(a_share_price_uses_the_whole_product),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
