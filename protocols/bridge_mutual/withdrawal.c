#include "protocols/bridge_mutual/withdrawal.h"

bool bridge_needed(struct assets *out, struct trace *trace, struct assets cover,
		   struct assets asked, struct assets pending)
{
	struct assets needed = assets_of(U256_ZERO);
	bool ok = assets_add_ok(&needed, cover, asked) && assets_add_ok(&needed, needed, pending);

	TRACE(trace, "needed", "totalCoverTokens + asked for + pending withdrawals", ok, needed.raw,
	      {"totalCoverTokens", cover.raw}, {"asked for", asked.raw},
	      {"pending withdrawals", pending.raw});
	*out = needed;
	return ok;
}

bool bridge_taken(struct shares *x_tokens, struct assets *worth, struct trace *trace,
		  const struct bridge_taking *taking)
{
	struct assets free = assets_of(U256_ZERO);
	u256 cut = U256_ZERO;
	bool ok = assets_sub_ok(&free, taking->liquidity, taking->cover) &&
		  bridge_to_x(x_tokens, trace, "x-tokens for what is free", free, taking->rate);

	if (!ok)
		return false;
	if (u256_less(taking->asked.raw, x_tokens->raw))
		*x_tokens = taking->asked;
	TRACE(trace, "withdrawn", "min(asked for, x-tokens for what is free)", true, x_tokens->raw,
	      {"asked for", taking->asked.raw});
	ok = bridge_to_coin(worth, trace, "amount", *x_tokens, taking->rate) &&
	     bridge_from_18(&cut, worth->raw, taking->decimals);
	if (ok && taking->paid_coin && u256_less(*taking->paid_coin, cut))
		ok = bridge_to_18(&worth->raw, *taking->paid_coin, taking->decimals) &&
		     bridge_to_x(x_tokens, trace, "withdrawn, by what was paid", *worth,
				 taking->rate);
	return ok;
}

bool bridge_owed_after(struct assets *out, struct trace *trace, struct assets owed,
		       struct assets paid, uint64_t decimals)
{
	u256 before = U256_ZERO;
	u256 coin = U256_ZERO;
	u256 rest = U256_ZERO;
	bool ok = bridge_from_18(&before, owed.raw, decimals) &&
		  bridge_from_18(&coin, paid.raw, decimals) && u256_sub_ok(&rest, before, coin) &&
		  bridge_to_18(&rest, rest, decimals);

	TRACE(trace, "rest", "cut(granted and not paid yet) - cut(amount)", ok, rest,
	      {"granted and not paid yet", owed.raw}, {"amount", paid.raw});
	*out = assets_of(ok ? rest : U256_ZERO);
	return ok;
}
