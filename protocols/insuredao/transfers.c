/*
 * Token movements of the vault: what the token says, matched with what the pools say; and what no
 * pool says, which was done at the vault directly.
 */
#include "protocols/insuredao/handlers.h"

static void remember(struct applying *a, struct address from, struct address to,
		     struct assets amount)
{
	struct insuredao_scratch *s = insuredao_scratch(a);

	if (s->transfer_count == s->transfer_capacity) {
		size_t capacity = s->transfer_capacity ? s->transfer_capacity * 2 : 16;
		struct insuredao_transfer *grown = arena_array(a->arena, capacity, sizeof(*grown));

		if (s->transfer_count)
			memcpy(grown, s->transfers, s->transfer_count * sizeof(*grown));
		s->transfers = grown;
		s->transfer_capacity = capacity;
	}
	s->transfers[s->transfer_count++] =
		(struct insuredao_transfer){.from = from, .to = to, .amount = amount};
}

void insuredao_on_token_transfer(struct applying *a, const struct pool_event *event)
{
	struct address from = event->values[0].address;
	struct address to = event->values[1].address;
	struct assets amount = assets_of(event->values[2].number);
	struct address vault = pool_contract(a->pool, INSUREDAO_VAULT);
	struct insuredao_totals *t = insuredao_totals(a->state, a->pool);
	struct assets balance = t->token_balance;
	bool ok = true;

	if (!address_equal(from, vault) && !address_equal(to, vault))
		return;
	if (address_equal(to, vault))
		ok = assets_add_ok(&balance, balance, amount);
	if (ok && address_equal(from, vault))
		ok = assets_sub_ok(&balance, balance, amount);
	insuredao_expect_words(a, INSUREDAO_TOKEN_OUTFLOW, vault, "balanceOf(vault)", ok,
			       "no more leaves the vault than it holds", "a transfer of more");
	if (ok)
		t->token_balance = balance;
	remember(a, from, to, amount);
}

void insuredao_take_transfer(struct applying *a, bool is_into_vault, const struct address *other,
			     struct assets amount)
{
	static const struct address nobody;
	struct insuredao_scratch *s = insuredao_scratch(a);
	struct address vault = pool_contract(a->pool, INSUREDAO_VAULT);
	bool is_found = false;

	/* The newest first: it stands directly before its event, but for an Approval. */
	for (size_t i = s->transfer_count; i-- > 0 && !is_found;) {
		struct insuredao_transfer *transfer = &s->transfers[i];
		struct address near = is_into_vault ? transfer->to : transfer->from;
		struct address far = is_into_vault ? transfer->from : transfer->to;

		if (transfer->is_matched || !address_equal(near, vault) ||
		    !u256_equal(transfer->amount.raw, amount.raw) ||
		    (other && !address_equal(*other, far)))
			continue;
		transfer->is_matched = true;
		is_found = true;
	}
	insuredao_expect_words(a, INSUREDAO_TOKEN_TRANSFER, other ? *other : nobody, "", is_found,
			       "one Transfer of the same amount before this event",
			       "no such Transfer in the transaction");
}

void insuredao_begin_transaction(struct applying *a, const struct hash *transaction)
{
	struct insuredao_scratch *s = insuredao_scratch(a);
	struct insuredao_scratch fresh = {.transfers = s->transfers,
					  .transfer_capacity = s->transfer_capacity,
					  .steps = s->steps,
					  .must_ask_rates = s->must_ask_rates};

	(void)transaction;
	*s = fresh;
}

/* ---- what was done at the vault directly ---- */

struct holder {
	struct applying *a;
	struct insuredao_vault vault;
	struct insuredao_transfer *transfer;
	struct shares cost;
	bool is_found;
	int likeness;
	struct address who;
};

static bool is_of_pool(const struct applying *a, struct address who)
{
	return insuredao_kind(a->pool, who) != INSUREDAO_VAULT;
}

/* Anyone but a pool may have taken it out: most likely the recipient, then who had just that much
 * and has nothing left, then the owner. */
static int likeness(const struct holder *h, struct address who, struct shares held)
{
	struct assets worth;

	if (address_equal(who, h->transfer->to))
		return 4;
	if (insuredao_attributions_value(&worth, NULL, "", held, &h->vault) &&
	    u256_equal(worth.raw, h->transfer->amount.raw))
		return 3;
	return address_equal(who, insuredao_totals(h->a->state, h->a->pool)->owner) ? 2 : 1;
}

static bool consider(void *context, const uint8_t *key, const void *row)
{
	struct holder *h = context;
	const struct insuredao_account *account = row;
	struct address who;
	int like;

	memcpy(who.bytes, key, ADDRESS_BYTES);
	if (is_of_pool(h->a, who) || u256_is_zero(h->cost.raw) ||
	    u256_less(account->attributions.raw, h->cost.raw))
		return true;
	like = likeness(h, who, account->attributions);
	if (like > h->likeness) {
		h->is_found = true;
		h->likeness = like;
		h->who = who;
	}
	return true;
}

/*
 * withdrawValue and the withdrawals by attributions burn the same number where one attribution is
 * worth at least a unit, which is always so without a strategy: the n with n * V // A = amount is
 * A * amount / V rounded up.
 */
static void withdrawn(struct applying *a, struct insuredao_transfer *transfer)
{
	struct holder h = {
		.a = a, .vault = insuredao_vault(a->state, a->pool), .transfer = transfer};
	u256 n = U256_ZERO;

	if (u256_is_zero(transfer->amount.raw)) {
		h.is_found = true; /* nothing moved */
	} else if (u256_mul_div_up_ok(&n, transfer->amount.raw, h.vault.attributions.raw,
				      h.vault.value.raw)) {
		h.cost = shares_of(n);
		state_each(a->state, &insuredao_table_account, a->pool->id, consider, &h);
	}
	TRACE(a->trace, "attributions burnt", "A * amount / V rounded up", true, n,
	      {"A", h.vault.attributions.raw}, {"amount", transfer->amount.raw},
	      {"V", h.vault.value.raw});
	if (insuredao_vault_is_known(a->state, a->pool))
		insuredao_expect_words(a, INSUREDAO_TOKEN_OUTFLOW, transfer->to, "amount",
				       h.is_found, "somebody whose attributions are worth it",
				       "nobody but pools has so many");
	if (h.is_found && !u256_is_zero(transfer->amount.raw))
		(void)insuredao_vault_withdraw(a, h.who, transfer->amount);
	else if (!h.is_found)
		insuredao_take(&insuredao_totals(a->state, a->pool)->balance.raw,
			       transfer->amount.raw);
	insuredao_post(a, LEDGER_STAKED, LEDGER_FEES, transfer->amount, transfer->to);
}

/*
 * Repaid debt, the owner's gift to all, or a plain transfer, which the vault does not count. The
 * logs of the three are alike: what fits in the zero address's debt is taken for a repayment, and
 * what else the owner gives for a gift.
 */
static void received(struct applying *a, struct insuredao_transfer *transfer)
{
	static const struct address nobody;
	struct insuredao_totals *t = insuredao_totals(a->state, a->pool);
	struct assets owed = insuredao_account_at(a->state, a->pool, nobody).debts;
	bool is_repaid = !u256_is_zero(owed.raw) && assets_compare(transfer->amount, owed) <= 0;
	bool is_gift = !is_repaid && address_equal(transfer->from, t->owner);

	if (is_repaid)
		insuredao_vault_repay(a, nobody, transfer->amount);
	else if (is_gift)
		insuredao_add(&t->balance.raw, transfer->amount.raw);
	insuredao_post(a, LEDGER_DONORS, is_repaid || is_gift ? LEDGER_STAKED : LEDGER_STRAY,
		       transfer->amount, transfer->from);
}

static void unmatched(struct applying *a, struct insuredao_transfer *transfer)
{
	struct address vault = pool_contract(a->pool, INSUREDAO_VAULT);
	struct insuredao_totals *t = insuredao_totals(a->state, a->pool);

	if (address_equal(transfer->from, transfer->to))
		return;
	if (!address_is_zero(t->controller) && (address_equal(transfer->to, t->controller) ||
						address_equal(transfer->from, t->controller))) {
		bool is_out = address_equal(transfer->from, vault);

		if (is_out)
			insuredao_take(&t->balance.raw, transfer->amount.raw);
		else
			insuredao_add(&t->balance.raw, transfer->amount.raw);
		insuredao_post(a, is_out ? LEDGER_STAKED : LEDGER_DONORS,
			       is_out ? LEDGER_DONORS : LEDGER_STAKED, transfer->amount,
			       t->controller);
		return;
	}
	if (address_equal(transfer->from, vault))
		withdrawn(a, transfer);
	else
		received(a, transfer);
}

void insuredao_end_transaction(struct applying *a)
{
	struct insuredao_scratch *s = insuredao_scratch(a);

	for (size_t i = 0; i < s->transfer_count; i++)
		if (!s->transfers[i].is_matched)
			unmatched(a, &s->transfers[i]);
	if (s->has_mint)
		insuredao_expect_words(a, INSUREDAO_SHARE_TRANSFER, s->mint_pool, "mint", false,
				       "the mint that Deposit reports", "none");
	if (s->has_burn)
		insuredao_expect_words(a, INSUREDAO_SHARE_TRANSFER, s->burn_pool, "burn", false,
				       "the Withdraw that shares are burnt for", "none");
	if (s->is_settling)
		insuredao_expect_words(a, INSUREDAO_COMPENSATION, s->settling_market, "", false,
				       "compensation by every index that lends to the market",
				       "some did not pay");
	insuredao_check_steps(a);
}
