/*
 * Each payout of the pool and the claim that caused it. In one transaction a manager first logs its
 * decision and then calls the pool, so the two stand in that order, with nothing of a manager
 * between them.
 */
#include "protocols/api3/claims.h"

/* Payouts of a manager that points elsewhere are another pool's. */
static bool is_ours(struct applying *a, struct address manager)
{
	struct address pool = claims_manager_now(a->state, a->pool, manager).api3_pool;

	return address_is_zero(pool) || address_equal(pool, pool_contract(a->pool, API3_POOL));
}

/* A decision whose payout did not come. */
static void check_none_waits(struct applying *a)
{
	struct claims_pending *pending = &claims_scratch(a)->pending;

	if (!pending->is_set)
		return;
	TRACE(a->trace, "amountInApi3", "owed to the claimant", true, pending->amount.raw,
	      {"claimed", pending->payout.claimed}, {"paid, USD", pending->payout.paid_usd});
	(void)check_that(a->checker, CLAIMS_CHECK_TIED,
			 claims_about_claim(a, pending->manager, pending->claim, "payout"), false,
			 "a PaidOutClaim of the pool behind the claim's event",
			 "none in the transaction");
	pending->is_set = false;
}

void claims_expect_payout(struct applying *a, const struct claims_pending *pending)
{
	check_none_waits(a);
	if (is_ours(a, pending->manager))
		claims_scratch(a)->pending = *pending;
}

/* Whether each address that may make the pool pay is a manager that logs what it decides. */
static bool all_speak(struct applying *a)
{
	const struct api3_parameters *p = api3_parameters(a->state, a->pool);
	const struct pool_setup *setup = &a->pool->setup;
	uint64_t speaking = 0;

	for (size_t i = 0; i < setup->contracts[API3_CLAIMS_MANAGERS].count; i++) {
		struct address manager = setup->contracts[API3_CLAIMS_MANAGERS].addresses[i];
		const struct api3_manager *status =
			state_row(a->state, &api3_table_manager, a->pool->id, manager.bytes);

		speaking +=
			status->is_active && claims_manager_now(a->state, a->pool, manager).speaks;
	}
	return speaking && speaking == p->manager_count;
}

static void check_tie(struct applying *a, const struct claims_pending *pending,
		      struct address recipient, struct assets amount)
{
	const struct api3_manager *status =
		state_row(a->state, &api3_table_manager, a->pool->id, pending->manager.bytes);
	char expected[HEX_SIZE(ADDRESS_BYTES)];
	char actual[HEX_SIZE(ADDRESS_BYTES)];

	(void)check_that(a->checker, CLAIMS_CHECK_TIED,
			 claims_about_claim(a, pending->manager, pending->claim, "recipient"),
			 address_equal(pending->recipient, recipient),
			 address_format(expected, pending->recipient),
			 address_format(actual, recipient));
	(void)check_equal(a->checker, CLAIMS_CHECK_TIED,
			  claims_about_claim(a, pending->manager, pending->claim, "amount"),
			  pending->amount.raw, amount.raw);
	(void)check_that(a->checker, CLAIMS_CHECK_EMPOWERED,
			 claims_about_claim(a, pending->manager, pending->claim, "manager"),
			 status->is_active, "a manager with the pool's status", "one without");
}

static void note_payout(struct applying *a, const struct claims_pending *pending)
{
	struct claims_claim *claim = claims_claim(a, pending->manager, pending->claim);
	struct claims_payout *row;
	uint8_t key[PAYOUT_KEY];

	payout_key(key, a->block->number, a->event->log->log_index);
	row = state_row(a->state, &claims_table_payout, a->pool->id, key);
	*row = pending->payout;
	claim->has_payout = true;
	claim->payout_block = a->block->number;
	claim->payout_log = a->event->log->log_index;
	TRACE(a->trace, "paid for the claim, USD", "min(claimed, remaining cover)", true,
	      row->paid_usd, {"claimed", row->claimed},
	      {"remaining cover after", row->cover_after});
}

void claims_on_payout(struct applying *a, struct address recipient, struct assets amount)
{
	struct claims_pending *pending = &claims_scratch(a)->pending;

	if (pending->is_set) {
		pending->is_set = false;
		check_tie(a, pending, recipient, amount);
		note_payout(a, pending);
		return;
	}
	/* A plain account with the pool's status may have paid by itself. */
	if (!all_speak(a))
		return;
	TRACE(a->trace, "amountInApi3", "decided by nobody", true, amount.raw,
	      {"claims managers", u256_from(api3_parameters(a->state, a->pool)->manager_count)});
	(void)check_that(a->checker, CLAIMS_CHECK_TIED,
			 (struct subject){.is_account = true, .account = recipient, .field = ""},
			 false, "a decision of a claims manager before it in the transaction",
			 "none");
}

void claims_begin_transaction(struct applying *a)
{
	struct claims_scratch *scratch = claims_scratch(a);

	scratch->pending.is_set = false;
	scratch->has_kleros_dispute = false;
	scratch->has_kleros_ruling = false;
}

void claims_end_transaction(struct applying *a)
{
	check_none_waits(a);
	claims_end_kleros(a);
}

void claims_end_block(struct applying *a, bool is_thorough)
{
	if (!is_thorough && !claims_scratch(a)->is_touched)
		return;
	claims_ask_totals(a);
	claims_ask_worth(a);
}
