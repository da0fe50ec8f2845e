#include "protocols/insuredao/market.h"

#include "protocols/insuredao/premium.h"

bool insuredao_minted(struct shares *out, struct trace *trace, struct assets amount,
		      struct shares supply, struct assets liquidity)
{
	u256 x = amount.raw;
	bool ok = true;

	if (!u256_is_zero(supply.raw))
		ok = u256_mul_ok(&x, amount.raw, supply.raw) &&
		     (u256_is_zero(liquidity.raw) || u256_div_ok(&x, x, liquidity.raw));
	TRACE(trace, "mint",
	      "supply = 0 ? amount : liquidity = 0 ? amount * supply : amount * supply // "
	      "liquidity",
	      ok, x, {"amount", amount.raw}, {"supply", supply.raw}, {"liquidity", liquidity.raw});
	*out = shares_of(ok ? x : U256_ZERO);
	return ok;
}

bool insuredao_shares_worth(struct assets *out, struct trace *trace, const char *name,
			    struct shares shares, struct assets liquidity, struct shares supply)
{
	bool ok;

	*out = assets_of(U256_ZERO);
	ok = assets_from_shares_down(out, shares, liquidity, supply);
	TRACE(trace, name, "shares * liquidity // supply", ok, out->raw, {"shares", shares.raw},
	      {"liquidity", liquidity.raw}, {"supply", supply.raw});
	if (!ok)
		*out = assets_of(U256_ZERO);
	return ok;
}

bool insuredao_available(struct assets *out, struct trace *trace, struct assets liquidity,
			 struct assets locked)
{
	bool ok = true;

	*out = assets_of(U256_ZERO);
	if (!u256_is_zero(liquidity.raw))
		ok = assets_sub_ok(out, liquidity, locked);
	TRACE(trace, "available", "totalLiquidity = 0 ? 0 : totalLiquidity - lockedAmount", ok,
	      out->raw, {"totalLiquidity", liquidity.raw}, {"lockedAmount", locked.raw});
	if (!ok)
		*out = assets_of(U256_ZERO);
	return ok;
}

bool insuredao_ratio(u256 *out, u256 part, u256 whole)
{
	*out = U256_ZERO;
	if (u256_is_zero(whole))
		return true;
	return u256_mul_ok(out, part, u256_from(INSUREDAO_ONE)) && u256_div_ok(out, *out, whole);
}

bool insuredao_lenders_part(struct shares *out, struct trace *trace, struct shares attributions,
			    struct assets total_credit, struct assets liquidity)
{
	u256 x = U256_ZERO;
	bool ok = true;

	if (!u256_is_zero(total_credit.raw) && !u256_is_zero(liquidity.raw))
		ok = u256_mul_ok(&x, attributions.raw, total_credit.raw) &&
		     u256_div_ok(&x, x, liquidity.raw);
	TRACE(trace, "indices' attributions", "attributions * totalCredit // totalLiquidity", ok, x,
	      {"attributions", attributions.raw}, {"totalCredit", total_credit.raw},
	      {"totalLiquidity", liquidity.raw});
	*out = shares_of(ok ? x : U256_ZERO);
	return ok;
}

bool insuredao_reward_step(u256 *out, struct trace *trace, struct shares part,
			   struct assets total_credit)
{
	u256 x = U256_ZERO;
	bool ok = true;

	if (!u256_is_zero(total_credit.raw))
		ok = u256_mul_ok(&x, part.raw, u256_from(INSUREDAO_ONE)) &&
		     u256_div_ok(&x, x, total_credit.raw);
	TRACE(trace, "rewardPerCredit grows", "indices' attributions * 10^6 // totalCredit", ok, x,
	      {"indices' attributions", part.raw}, {"totalCredit", total_credit.raw});
	*out = ok ? x : U256_ZERO;
	return ok;
}

bool insuredao_reward_debt(u256 *out, struct assets credit, u256 reward_per_credit)
{
	*out = U256_ZERO;
	return u256_mul_ok(out, credit.raw, reward_per_credit) &&
	       u256_div_ok(out, *out, u256_from(INSUREDAO_ONE));
}

bool insuredao_pending_premium(struct shares *out, struct trace *trace, struct assets credit,
			       u256 reward_per_credit, u256 reward_debt)
{
	u256 x = U256_ZERO;
	bool ok = insuredao_reward_debt(&x, credit, reward_per_credit);

	if (ok && !u256_sub_ok(&x, x, reward_debt))
		x = U256_ZERO;
	TRACE(trace, "pending premium",
	      "credit * rewardPerCredit // 10^6 - rewardDebt, not below 0", ok, x,
	      {"credit", credit.raw}, {"rewardPerCredit", reward_per_credit},
	      {"rewardDebt", reward_debt});
	*out = shares_of(ok ? x : U256_ZERO);
	return ok;
}

bool insuredao_payout(struct assets *out, struct trace *trace, struct assets cover,
		      struct assets loss, u256 numerator, u256 denominator)
{
	u256 x = U256_ZERO;
	bool ok = u256_mul_ok(&x, loss.raw, numerator) && u256_div_ok(&x, x, denominator);

	if (ok && u256_less(cover.raw, x))
		x = cover.raw;
	TRACE(trace, "payout", "min(cover, loss * payoutNumerator // payoutDenominator)", ok, x,
	      {"cover", cover.raw}, {"loss", loss.raw}, {"payoutNumerator", numerator},
	      {"payoutDenominator", denominator});
	*out = assets_of(ok ? x : U256_ZERO);
	return ok;
}

bool insuredao_lenders_debt(struct assets *out, struct trace *trace, struct assets debt,
			    struct assets total_credit, struct assets liquidity)
{
	u256 x = U256_ZERO;
	bool ok = u256_is_zero(liquidity.raw) || (u256_mul_ok(&x, debt.raw, total_credit.raw) &&
						  u256_div_ok(&x, x, liquidity.raw));

	ok = ok && u256_compare(x, debt.raw) <= 0;
	TRACE(trace, "indices' part of the debt", "debt * totalCredit // totalLiquidity", ok, x,
	      {"debt", debt.raw}, {"totalCredit", total_credit.raw},
	      {"totalLiquidity", liquidity.raw});
	*out = assets_of(ok ? x : U256_ZERO);
	return ok;
}

bool insuredao_lender_asked(struct assets *out, struct trace *trace, struct assets lenders_debt,
			    struct assets credit, struct assets total_credit)
{
	u256 x = U256_ZERO;
	bool ok = u256_mul_ok(&x, credit.raw, u256_from(INSUREDAO_ONE)) &&
		  u256_div_ok(&x, x, total_credit.raw) && u256_mul_ok(&x, lenders_debt.raw, x) &&
		  u256_div_ok(&x, x, u256_from(INSUREDAO_ONE));

	TRACE(trace, "asked of the index", "debt * (credit * 10^6 // totalCredit) // 10^6", ok, x,
	      {"debt", lenders_debt.raw}, {"credit", credit.raw},
	      {"totalCredit", total_credit.raw});
	*out = assets_of(ok ? x : U256_ZERO);
	return ok;
}

bool insuredao_reserve_gives(struct assets *out, struct trace *trace, struct assets asked,
			     struct assets worth, struct assets reserve)
{
	struct assets lacks = assets_of(U256_ZERO);
	bool ok = assets_compare(worth, asked) < 0 && assets_sub_ok(&lacks, asked, worth);

	if (ok && assets_compare(reserve, lacks) < 0)
		lacks = reserve;
	TRACE(trace, "gives", "min(asked - the index's value, the reserve's value)", ok, lacks.raw,
	      {"asked", asked.raw}, {"the index's value", worth.raw},
	      {"the reserve's value", reserve.raw});
	*out = ok ? lacks : assets_of(U256_ZERO);
	return ok;
}

bool insuredao_crowd_loss(struct shares *out, struct trace *trace, struct shares lost,
			  struct shares crowd, struct shares surplus)
{
	u256 x = U256_ZERO;
	u256 all = U256_ZERO;
	bool ok = u256_mul_ok(&x, crowd.raw, lost.raw) &&
		  u256_add_ok(&all, crowd.raw, surplus.raw) && u256_div_ok(&x, x, all);

	TRACE(trace, "the crowd's loss", "crowdPool * lost // (crowdPool + surplusPool)", ok, x,
	      {"lost", lost.raw}, {"crowdPool", crowd.raw}, {"surplusPool", surplus.raw});
	*out = shares_of(ok ? x : U256_ZERO);
	return ok;
}
