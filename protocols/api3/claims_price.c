/*
 * What the converter says. No event tells the price at which USD became API3: it is asked as of the
 * end of the block and of the block before, and what the event tells must be one of the two answers
 * or lie between them. What is asked is kept for people, undigested.
 */
#include "protocols/api3/claims_rules.h"
#include "protocols/api3/rules.h"

static struct address address_of(u256 word)
{
	struct address out = {{0}};
	uint8_t bytes[32];

	u256_to_be(bytes, word);
	memcpy(out.bytes, bytes + 32 - ADDRESS_BYTES, ADDRESS_BYTES);
	return out;
}

/* As of one block. */
struct quoted {
	bool has_api3;
	u256 api3; /* cut to 224 bits, as the manager cuts it */
	bool has_price;
	u256 price;
	uint64_t decimals;
};

static struct quoted ask_converter(struct applying *a, struct address converter, u256 usd,
				   bool is_before)
{
	struct chain_call calls[3] = {
		claims_call(a, converter, "convertQuoteToBase(uint256)", &usd, 1),
		claims_call(a, converter, "proxy()", NULL, 0),
		claims_call(a, converter, "dapiDecimals()", NULL, 0)};
	struct quoted out = {0};
	struct chain_call read;
	u256 decimals;
	u256 proxy;

	if (!claims_ask(a, calls, 3, is_before))
		return out;
	out.has_api3 = claims_word(&out.api3, &calls[0], 0);
	out.api3 = u256_shift_right(u256_shift_left(out.api3, 32), 32);
	if (!claims_word(&proxy, &calls[1], 0) || !claims_word(&decimals, &calls[2], 0) ||
	    !u256_to_u64(&out.decimals, decimals))
		return out;
	read = claims_call(a, address_of(proxy), "read()", NULL, 0);
	out.has_price = claims_ask(a, &read, 1, is_before) && claims_word(&out.price, &read, 0);
	return out;
}

struct claims_rate claims_ask_rate(struct applying *a, struct address manager, u256 usd)
{
	struct address converter = claims_manager_now(a->state, a->pool, manager).converter;
	struct quoted before = ask_converter(a, converter, usd, true);
	struct quoted after = ask_converter(a, converter, usd, false);

	return (struct claims_rate){.has_before = before.has_api3,
				    .api3_before = before.api3,
				    .has_after = after.has_api3,
				    .api3_after = after.api3,
				    .has_price_before = before.has_price,
				    .price_before = before.price,
				    .has_price_after = after.has_price,
				    .price_after = after.price,
				    .decimals = after.has_price ? after.decimals : before.decimals};
}

/* A converter that has a feed does as converters with feeds do. */
static void check_converter(struct applying *a, const struct subject *subject, u256 usd, u256 price,
			    uint64_t decimals, u256 given)
{
	struct subject named = *subject;
	u256 api3;
	bool ok = claims_api3_of_usd(&api3, a->trace, usd, price, decimals);

	named.field = "convertQuoteToBase";
	(void)check_equal_or_null(a->checker, CLAIMS_CHECK_RATE, named, ok, api3, true, given);
}

static bool is_between(u256 value, u256 x, u256 y)
{
	u256 low = u256_less(x, y) ? x : y;
	u256 high = u256_less(x, y) ? y : x;

	return u256_compare(value, low) >= 0 && u256_compare(value, high) <= 0;
}

void claims_check_rate(struct applying *a, const struct subject *subject,
		       const struct claims_rate *rate, u256 usd, u256 api3)
{
	char actual[U256_DECIMAL_SIZE];
	char before[U256_DECIMAL_SIZE];
	char after[U256_DECIMAL_SIZE];
	const char *expected;

	if (rate->has_before && rate->has_price_before)
		check_converter(a, subject, usd, rate->price_before, rate->decimals,
				rate->api3_before);
	if (rate->has_after && rate->has_price_after)
		check_converter(a, subject, usd, rate->price_after, rate->decimals,
				rate->api3_after);
	/* With one answer alone, another price in between could not be told from a wrong one. */
	if (!rate->has_before || !rate->has_after)
		return;
	expected = arena_printf(a->arena, "from %s to %s", u256_format(before, rate->api3_before),
				u256_format(after, rate->api3_after));
	(void)check_that(a->checker, CLAIMS_CHECK_RATE, *subject,
			 is_between(api3, rate->api3_before, rate->api3_after), expected,
			 u256_format(actual, api3));
}

/* Both blocks: a role may be given or taken in the very block. */
bool claims_may_mediate(struct applying *a, struct address manager, struct address account)
{
	u256 argument = claims_number_of_address(account);
	bool is_told = true;

	for (int i = 0; i < 2; i++) {
		struct chain_call call =
			claims_call(a, manager, "isMediatorOrAdmin(address)", &argument, 1);
		u256 word;

		if (!claims_ask(a, &call, 1, i == 1) || !claims_word(&word, &call, 0))
			is_told = false;
		else if (!u256_is_zero(word))
			return true;
	}
	return !is_told;
}

static void ask_worth_of(struct applying *a, struct address manager, struct address converter)
{
	struct chain_call calls[2];
	struct claims_worth *worth;
	uint64_t count;
	u256 one = API3_ONE;
	u256 usd;

	if (!claims_cover_at(&usd, &count, a->state, a->pool, manager, a->block->timestamp,
			     a->block->timestamp) ||
	    u256_is_zero(usd))
		return;
	calls[0] = claims_call(a, converter, "convertQuoteToBase(uint256)", &usd, 1);
	calls[1] = claims_call(a, converter, "convertBaseToQuote(uint256)", &one, 1);
	if (!claims_ask(a, calls, 2, false))
		return;
	worth = state_row(a->state, &claims_table_worth, a->pool->id, manager.bytes);
	*worth = (struct claims_worth){.block = a->block->number, .open_cover = usd};
	worth->has_api3 = claims_word(&worth->api3, &calls[0], 0);
	worth->has_price = claims_word(&worth->price, &calls[1], 0);
}

void claims_ask_worth(struct applying *a)
{
	const struct pool_setup *setup = &a->pool->setup;

	for (size_t i = 0; i < setup->contracts[API3_CLAIMS_MANAGERS].count; i++) {
		struct address manager = setup->contracts[API3_CLAIMS_MANAGERS].addresses[i];
		const struct claims_manager m = claims_manager_now(a->state, a->pool, manager);

		if (m.speaks && !address_is_zero(m.converter))
			ask_worth_of(a, manager, m.converter);
	}
}
