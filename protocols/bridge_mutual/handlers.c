#include "protocols/bridge_mutual/handlers.h"

static struct subject of_account(struct address user, const char *field)
{
	return (struct subject){
		.is_account = !address_is_zero(user), .account = user, .field = field};
}

static struct subject of_item(struct applying *a, size_t list, uint64_t number, const char *field)
{
	uint8_t *key = arena_alloc(a->arena, BRIDGE_NUMBER_KEY);

	put_be64(key, number);
	return (struct subject){.list = &bridge_lists[list], .key = key, .field = field};
}

struct subject bridge_of_policy(struct applying *a, uint64_t number, const char *field)
{
	return of_item(a, BRIDGE_POLICIES, number, field);
}

struct subject bridge_of_claim(struct applying *a, uint64_t index, const char *field)
{
	return of_item(a, BRIDGE_CLAIM_LIST, index, field);
}

void bridge_expect_of(struct applying *a, enum bridge_check check, struct address user,
		      const char *field, bool is_computable, u256 computed, u256 in_event)
{
	(void)check_equal_or_null(a->checker, check, of_account(user, field), is_computable,
				  computed, true, in_event);
}

void bridge_expect(struct applying *a, struct address user, const char *field, bool is_computable,
		   u256 computed, u256 in_event)
{
	bridge_expect_of(a, BRIDGE_EVENT_FIGURES, user, field, is_computable, computed, in_event);
}

void bridge_expect_sum(struct applying *a, struct address user, const char *field,
		       const char *expression, struct trace_input x, struct trace_input y,
		       u256 in_event)
{
	u256 sum;
	bool ok = trace_sum(&sum, a->trace, field, expression, x, y);

	bridge_expect(a, user, field, ok, sum, in_event);
}

void bridge_expect_difference(struct applying *a, struct address user, const char *field,
			      const char *expression, struct trace_input x, struct trace_input y,
			      u256 in_event)
{
	u256 difference;
	bool ok = trace_difference(&difference, a->trace, field, expression, x, y);

	bridge_expect(a, user, field, ok, difference, in_event);
}

void bridge_expect_words_of(struct applying *a, enum bridge_check check, struct address user,
			    const char *field, bool holds, const char *expected, const char *actual)
{
	(void)check_that(a->checker, check, of_account(user, field), holds, expected, actual);
}

void bridge_expect_words(struct applying *a, enum bridge_check check, const char *field, bool holds,
			 const char *expected, const char *actual)
{
	(void)check_that(a->checker, check, (struct subject){.field = field}, holds, expected,
			 actual);
}

uint64_t bridge_time_of(u256 value)
{
	uint64_t time;

	return u256_to_u64(&time, value) ? time : UINT64_MAX;
}

bool bridge_is_ours(const struct applying *a, struct address book)
{
	return address_equal(book, pool_contract(a->pool, BRIDGE_BOOK));
}

void bridge_post(struct applying *a, enum ledger_account from, enum ledger_account to, u256 coin,
		 struct address subject)
{
	struct error err;
	enum status st = book_transfer(a->book, from, to, assets_of(coin), subject, &err);

	if (st != OK)
		applying_fail(a, st, &err);
}
