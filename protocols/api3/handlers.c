#include "protocols/api3/handlers.h"

#include "protocols/api3/rules.h"

static struct subject of_account(struct address user, const char *field)
{
	return (struct subject){
		.is_account = !address_is_zero(user), .account = user, .field = field};
}

void api3_expect(struct applying *a, struct address user, const char *field, bool is_computable,
		 u256 computed, u256 in_event)
{
	(void)check_equal_or_null(a->checker, API3_EVENT_FIGURES, of_account(user, field),
				  is_computable, computed, true, in_event);
}

void api3_expect_sum(struct applying *a, struct address user, const char *field,
		     const char *expression, struct trace_input x, struct trace_input y,
		     u256 in_event)
{
	u256 sum;
	bool ok = trace_sum(&sum, a->trace, field, expression, x, y);

	api3_expect(a, user, field, ok, sum, in_event);
}

void api3_expect_difference(struct applying *a, struct address user, const char *field,
			    const char *expression, struct trace_input x, struct trace_input y,
			    u256 in_event)
{
	u256 difference;
	bool ok = trace_difference(&difference, a->trace, field, expression, x, y);

	api3_expect(a, user, field, ok, difference, in_event);
}

void api3_expect_words(struct applying *a, enum api3_check check, struct address user,
		       const char *field, bool holds, const char *expected, const char *actual)
{
	(void)check_that(a->checker, check, of_account(user, field), holds, expected, actual);
}

void api3_reward_step_ran(struct applying *a)
{
	struct api3_totals *t = api3_totals(a->state, a->pool);
	const struct api3_parameters *p = api3_parameters(a->state, a->pool);
	uint64_t epoch = api3_epoch(a->block->timestamp);
	/* In the epoch in which the pool became a minter, an earlier call may have spent the
	 * epoch's step without an event. */
	bool holds = t->epoch_index_of_last_reward >= epoch || !p->is_minter ||
		     p->minter_since_epoch == epoch;

	(void)check_that(a->checker, API3_REWARD_PRESENT, (struct subject){.field = "epochIndex"},
			 holds, "a MintedReward of this epoch earlier in the transaction", "none");
	if (t->epoch_index_of_last_reward < epoch)
		t->epoch_index_of_last_reward = epoch;
}
