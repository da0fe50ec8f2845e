/* Token movements: x-tokens between accounts, and the coins that the book's events answer for. */
#include "protocols/bridge_mutual/handlers.h"

static void remember(struct applying *a, struct bridge_transfers *list, struct address from,
		     struct address to, u256 amount)
{
	if (list->count == list->capacity) {
		size_t capacity = list->capacity ? list->capacity * 2 : 16;
		struct bridge_transfer *grown = arena_array(a->arena, capacity, sizeof(*grown));

		if (list->count)
			memcpy(grown, list->items, list->count * sizeof(*grown));
		list->items = grown;
		list->capacity = capacity;
	}
	list->items[list->count++] =
		(struct bridge_transfer){.from = from, .to = to, .amount = amount};
}

struct bridge_transfer *bridge_take(struct bridge_transfers *list, const struct address *from,
				    const struct address *to, const u256 *amount)
{
	for (size_t i = list->count; i-- > 0;) {
		struct bridge_transfer *transfer = &list->items[i];

		if (transfer->is_matched || (from && !address_equal(*from, transfer->from)) ||
		    (to && !address_equal(*to, transfer->to)) ||
		    (amount && !u256_equal(*amount, transfer->amount)))
			continue;
		transfer->is_matched = true;
		return transfer;
	}
	return NULL;
}

void bridge_take_coin(struct applying *a, const struct address *from, const struct address *to,
		      struct address subject, const char *field, bool is_computable, u256 amount)
{
	bool is_found = is_computable && u256_is_zero(amount);

	if (is_computable && !is_found)
		is_found = bridge_take(&bridge_scratch(a)->coins, from, to, &amount) != NULL;
	bridge_expect_words_of(a, BRIDGE_COIN_TRANSFER, subject, field, is_found,
			       "one Transfer of the coin of that amount before this event",
			       "no such Transfer in the transaction");
}

void bridge_on_coin_transfer(struct applying *a, const struct pool_event *event)
{
	remember(a, &bridge_scratch(a)->coins, event->values[0].address, event->values[1].address,
		 event->values[2].number);
}

/* Takes x-tokens off a figure or adds them; false where that cannot be, and then nothing is done.
 */
static bool change(struct shares *figure, bool is_out, u256 amount)
{
	u256 now;

	if (!(is_out ? u256_sub_ok(&now, figure->raw, amount)
		     : u256_add_ok(&now, figure->raw, amount)))
		return false;
	figure->raw = now;
	return true;
}

static struct shares *balance(struct applying *a, struct address who)
{
	return &bridge_account(a->state, a->pool, who)->x_tokens;
}

void bridge_on_x_transfer(struct applying *a, const struct pool_event *event)
{
	struct address from = event->values[0].address;
	struct address to = event->values[1].address;
	u256 amount = event->values[2].number;
	struct bridge_totals *t = bridge_totals(a->state, a->pool);
	struct address book = pool_contract(a->pool, BRIDGE_BOOK);
	bool ok;

	ok = address_is_zero(from) ? change(&t->supply, false, amount)
				   : change(balance(a, from), true, amount);
	bridge_expect_words_of(a, BRIDGE_X_TOKEN_SUPPLY, from, "from", ok,
			       "no more x-tokens than the account has", "a transfer of more");
	ok = address_is_zero(to) ? change(&t->supply, true, amount)
				 : change(balance(a, to), false, amount);
	bridge_expect_words_of(a, BRIDGE_X_TOKEN_SUPPLY, to, "to", ok,
			       "a supply between 0 and 2^256 - 1", "a mint or burn beyond it");
	if (address_is_zero(from) || address_is_zero(to) || address_equal(from, book) ||
	    address_equal(to, book))
		remember(a, &bridge_scratch(a)->x_tokens, from, to, amount);
}

void bridge_begin_transaction(struct applying *a, const struct hash *transaction)
{
	struct bridge_scratch *scratch = bridge_scratch(a);
	bool had_loss = scratch->had_loss;
	struct bridge_transfers coins = scratch->coins;
	struct bridge_transfers x_tokens = scratch->x_tokens;

	(void)transaction;
	coins.count = 0;
	x_tokens.count = 0;
	*scratch =
		(struct bridge_scratch){.coins = coins, .x_tokens = x_tokens, .had_loss = had_loss};
}

/* Tokens that the book gave back with no request behind it: the account took its request back. */
static void unlock(struct applying *a, struct bridge_transfer *transfer)
{
	const struct bridge_withdrawal *w = bridge_withdrawal(a->state, a->pool, transfer->to);

	bridge_expect_of(a, BRIDGE_X_TOKEN_SUPPLY, transfer->to, "unlocked", true, w->x_tokens.raw,
			 transfer->amount);
	bridge_set_withdrawal(a, transfer->to, shares_of(U256_ZERO), 0);
	bridge_allowed(a->state, a->pool, transfer->to)->is_allowed = false;
}

void bridge_settle_x_tokens(struct applying *a)
{
	struct bridge_scratch *scratch = bridge_scratch(a);
	struct address book = pool_contract(a->pool, BRIDGE_BOOK);

	for (size_t i = 0; i < scratch->x_tokens.count; i++) {
		struct bridge_transfer *transfer = &scratch->x_tokens.items[i];
		bool is_supply = address_is_zero(transfer->from) || address_is_zero(transfer->to);

		if (is_supply)
			bridge_expect_words(a, BRIDGE_X_TOKEN_SUPPLY, "supply",
					    transfer->is_matched,
					    "a LiquidityAdded or LiquidityWithdrawn for it",
					    "x-tokens were minted or burnt without one");
		if (!transfer->is_matched && !is_supply && address_equal(transfer->from, book))
			unlock(a, transfer);
	}
}

void bridge_end_transaction(struct applying *a)
{
	const struct bridge_scratch *scratch = bridge_scratch(a);

	bridge_settle_x_tokens(a);
	bridge_settle_results(a);
	if (scratch->has_added)
		bridge_expect_words_of(a, BRIDGE_POLICY_REGISTERED, scratch->added_holder, "",
				       false, "a PolicyBought after PolicyAdded",
				       "none in the transaction");
}
