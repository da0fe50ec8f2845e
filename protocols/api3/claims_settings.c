/* What a claims manager's admins set: whom it makes pay, who converts, response periods, quotas. */
#include "protocols/api3/claims.h"

struct claims_manager *claims_speaker(struct applying *a, bool is_constructors)
{
	struct address address = a->event->log->address;
	struct claims_manager *m = claims_manager(a->state, a->pool, address);

	claims_scratch(a)->is_touched = true;
	if (m->speaks)
		return m;
	m->speaks = true;
	(void)check_that(a->checker, CLAIMS_CHECK_HISTORY,
			 (struct subject){.is_account = true, .account = address, .field = ""},
			 is_constructors, "SetApi3Pool of its constructor as its first event",
			 a->pool->events[a->event->rule].name);
	return m;
}

static void limit(struct applying *a, const char *field, bool holds, const char *limits)
{
	struct subject subject = {
		.is_account = true, .account = a->event->log->address, .field = field};

	(void)check_that(a->checker, API3_PARAMETER_LIMITS, subject, holds, limits, "beyond");
}

void claims_on_set_converter(struct applying *a, const struct pool_event *event)
{
	struct claims_manager *m = claims_speaker(a, false);

	limit(a, "api3UsdAmountConverter", !address_is_zero(event->values[0].address),
	      "an address other than zero");
	m->converter = event->values[0].address;
}

void claims_on_set_pool(struct applying *a, const struct pool_event *event)
{
	struct claims_manager *m = claims_speaker(a, true);

	limit(a, "api3Pool", !address_is_zero(event->values[0].address),
	      "an address other than zero");
	m->api3_pool = event->values[0].address;
}

/* The ABI holds these words to 32 bits. */
static uint64_t seconds(struct applying *a, const struct pool_event *event, const char *field,
			size_t value)
{
	uint64_t period = claims_u64(event->values[value].number);

	limit(a, field, period > 0, "more than 0 seconds");
	return period;
}

void claims_on_set_mediator_period(struct applying *a, const struct pool_event *event)
{
	struct claims_manager *m = claims_speaker(a, false);

	m->mediator_period = seconds(a, event, "mediatorResponsePeriod", 0);
}

void claims_on_set_claimant_period(struct applying *a, const struct pool_event *event)
{
	struct claims_manager *m = claims_speaker(a, false);

	m->claimant_period = seconds(a, event, "claimantResponsePeriod", 0);
}

void claims_on_set_arbitrator_period(struct applying *a, const struct pool_event *event)
{
	struct claims_manager *m = claims_speaker(a, false);

	m->arbitrator_period = seconds(a, event, "arbitratorResponsePeriod", 0);
}

static struct claims_quota *quota(struct applying *a, struct address account)
{
	struct claims_key key = claims_key_account(a->event->log->address, account);

	return state_row(a->state, &claims_table_quota, a->pool->id, key.bytes);
}

void claims_on_set_quota(struct applying *a, const struct pool_event *event)
{
	struct address account = event->values[0].address;
	struct claims_quota *q = quota(a, account);

	(void)claims_speaker(a, false);
	q->period = seconds(a, event, "quota's period", 1);
	q->amount = event->values[2].number;
	limit(a, "quota's amount", !u256_is_zero(q->amount) && !address_is_zero(account),
	      "more than 0, of an account other than zero");
}

void claims_on_reset_quota(struct applying *a, const struct pool_event *event)
{
	struct claims_quota *q = quota(a, event->values[0].address);

	(void)claims_speaker(a, false);
	q->period = 0;
	q->amount = U256_ZERO;
}
