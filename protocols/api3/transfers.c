/* Token movements: what the token itself says, matched with what the pool says. */
#include "protocols/api3/claims.h"

void api3_post(struct applying *a, enum ledger_account from, enum ledger_account to,
	       struct assets amount, struct address subject)
{
	struct error err;
	enum status st = book_transfer(a->book, from, to, amount, subject, &err);

	if (st != OK)
		applying_fail(a, st, &err);
}

static void remember(struct applying *a, struct address from, struct address to,
		     struct assets amount)
{
	struct api3_scratch *scratch = api3_scratch(a);

	if (scratch->transfer_count == scratch->transfer_capacity) {
		size_t capacity = scratch->transfer_capacity ? scratch->transfer_capacity * 2 : 16;
		struct api3_transfer *grown = arena_array(a->arena, capacity, sizeof(*grown));

		if (scratch->transfer_count)
			memcpy(grown, scratch->transfers, scratch->transfer_count * sizeof(*grown));
		scratch->transfers = grown;
		scratch->transfer_capacity = capacity;
	}
	scratch->transfers[scratch->transfer_count++] =
		(struct api3_transfer){.from = from, .to = to, .amount = amount};
}

void api3_on_transfer(struct applying *a, const struct pool_event *event)
{
	struct address from = event->values[0].address;
	struct address to = event->values[1].address;
	struct assets amount = assets_of(event->values[2].number);
	struct address pool = pool_contract(a->pool, API3_POOL);
	struct api3_totals *t = api3_totals(a->state, a->pool);
	struct subject subject = {.field = "totalSupply"};
	struct assets supply = t->token_total_supply;
	struct assets balance = t->token_balance;
	bool ok = true;

	if (address_is_zero(from))
		ok = assets_add_ok(&supply, supply, amount);
	if (ok && address_is_zero(to))
		ok = assets_sub_ok(&supply, supply, amount);
	if (ok)
		t->token_total_supply = supply;
	(void)check_that(a->checker, API3_TOKEN_SUPPLY, subject, ok,
			 "a supply between 0 and 2^256 - 1", "a mint or burn beyond it");
	if (!address_equal(from, pool) && !address_equal(to, pool))
		return;
	ok = true;
	if (address_equal(to, pool))
		ok = assets_add_ok(&balance, balance, amount);
	if (ok && address_equal(from, pool))
		ok = assets_sub_ok(&balance, balance, amount);
	subject.field = "balanceOf(pool)";
	(void)check_that(a->checker, API3_TOKEN_SUPPLY, subject, ok,
			 "no more leaves the pool than it holds", "a transfer of more");
	if (ok)
		t->token_balance = balance;
	remember(a, from, to, amount);
}

void api3_take_transfer(struct applying *a, bool is_into_pool, const struct address *other,
			struct assets amount)
{
	struct api3_scratch *scratch = api3_scratch(a);
	struct address pool = pool_contract(a->pool, API3_POOL);
	struct subject subject = {.field = ""};
	bool is_found = false;

	/* The newest first: the transfer stands directly before its event (but for an Approval). */
	for (size_t i = scratch->transfer_count; i-- > 0 && !is_found;) {
		struct api3_transfer *transfer = &scratch->transfers[i];
		struct address near = is_into_pool ? transfer->to : transfer->from;
		struct address far = is_into_pool ? transfer->from : transfer->to;

		if (transfer->is_matched || !address_equal(near, pool) ||
		    !u256_equal(transfer->amount.raw, amount.raw) ||
		    (other && !address_equal(*other, far)))
			continue;
		transfer->is_matched = true;
		is_found = true;
	}
	if (other) {
		subject.is_account = true;
		subject.account = *other;
	}
	(void)check_that(a->checker, API3_TOKEN_TRANSFER, subject, is_found,
			 "one Transfer of the same amount before this event",
			 "no such Transfer in the transaction");
}

void api3_begin_transaction(struct applying *a, const struct hash *transaction)
{
	struct api3_scratch *scratch = api3_scratch(a);

	(void)transaction;
	scratch->transfer_count = 0;
	scratch->has_delegation_update = false;
	claims_begin_transaction(a);
}

void api3_end_transaction(struct applying *a)
{
	struct api3_scratch *scratch = api3_scratch(a);
	struct address pool = pool_contract(a->pool, API3_POOL);

	for (size_t i = 0; i < scratch->transfer_count; i++) {
		const struct api3_transfer *transfer = &scratch->transfers[i];
		bool is_in = address_equal(transfer->to, pool);
		bool is_out = address_equal(transfer->from, pool);
		struct subject subject = {.is_account = true, .account = transfer->to, .field = ""};

		if (is_out && !is_in)
			(void)check_that(a->checker, API3_TOKEN_OUTFLOW, subject,
					 transfer->is_matched, "an event of the pool for it",
					 "tokens left the pool without one");
		if (transfer->is_matched)
			continue;
		if (is_in && !is_out)
			api3_post(a, LEDGER_DONORS, LEDGER_STRAY, transfer->amount, transfer->from);
		else if (is_out && !is_in)
			api3_post(a, LEDGER_STRAY, LEDGER_DONORS, transfer->amount, transfer->to);
	}
	claims_end_transaction(a);
	if (scratch->has_delegation_update) {
		struct subject subject = {
			.is_account = true, .account = scratch->delegation_user, .field = ""};

		(void)check_that(a->checker, API3_DELEGATION_SHARES, subject, false,
				 "a Staked or ScheduledUnstake after UpdatedDelegation",
				 "none in the transaction");
	}
}
