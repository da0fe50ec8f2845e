#include "protocols/api3/rules.h"

bool api3_reward_amount(struct assets *out, struct trace *trace, struct assets total_stake,
			u256 apr)
{
	u256 x = U256_ZERO;
	bool ok = u256_mul_ok(&x, total_stake.raw, apr) &&
		  u256_mul_ok(&x, x, u256_from(API3_WEEK)) &&
		  u256_div_ok(&x, x, u256_from(API3_YEAR)) && u256_div_ok(&x, x, API3_ONE);

	TRACE(trace, "reward", "totalStake * apr * 604800 // 31536000 // 10^18", ok, x,
	      {"totalStake", total_stake.raw}, {"apr", apr});
	*out = assets_of(x);
	return ok;
}

bool api3_next_apr(u256 *out, struct trace *trace, u256 apr, struct assets total_stake,
		   struct assets supply, u256 stake_target, u256 step, u256 min_apr, u256 max_apr)
{
	u256 share = U256_ZERO;
	u256 next = U256_ZERO;
	bool ok = u256_mul_ok(&share, total_stake.raw, API3_ONE) &&
		  u256_div_ok(&share, share, supply.raw);

	TRACE(trace, "staked share of the supply", "totalStake * 10^18 // totalSupply", ok, share,
	      {"totalStake", total_stake.raw}, {"totalSupply", supply.raw});
	if (!ok)
		return false;
	if (u256_compare(share, stake_target) > 0) {
		if (!u256_sub_ok(&next, apr, step))
			next = U256_ZERO;
	} else {
		ok = u256_add_ok(&next, apr, step);
	}
	if (ok && u256_compare(next, max_apr) > 0)
		next = max_apr;
	else if (ok && u256_less(next, min_apr))
		next = min_apr;
	TRACE(trace, "newApr",
	      "share > stakeTarget ? apr - step : apr + step, within [minApr, maxApr]", ok, next,
	      {"apr", apr}, {"share", share}, {"stakeTarget", stake_target}, {"step", step},
	      {"minApr", min_apr}, {"maxApr", max_apr});
	*out = next;
	return ok;
}

bool api3_shares_of(struct shares *out, struct trace *trace, const char *name, struct assets amount,
		    struct shares total_shares, struct assets total_stake)
{
	bool ok;

	*out = shares_of(U256_ZERO);
	ok = shares_from_assets_down(out, amount, total_shares, total_stake);

	TRACE(trace, name, "amount * totalShares // totalStake", ok, out->raw,
	      {"amount", amount.raw}, {"totalShares", total_shares.raw},
	      {"totalStake", total_stake.raw});
	return ok;
}

bool api3_stake_of(struct assets *out, struct trace *trace, const char *name, struct shares shares,
		   struct assets total_stake, struct shares total_shares)
{
	bool ok;

	*out = assets_of(U256_ZERO);
	ok = assets_from_shares_down(out, shares, total_stake, total_shares);

	TRACE(trace, name, "shares * totalStake // totalShares", ok, out->raw,
	      {"shares", shares.raw}, {"totalStake", total_stake.raw},
	      {"totalShares", total_shares.raw});
	return ok;
}

bool api3_unstake_amount(struct assets *out, struct trace *trace, struct assets scheduled,
			 struct shares shares, struct assets total_stake,
			 struct shares total_shares)
{
	struct assets by_shares;

	if (!api3_stake_of(&by_shares, trace, "unstakeAmountByShares", shares, total_stake,
			   total_shares))
		return false;
	*out = assets_compare(scheduled, by_shares) > 0 ? by_shares : scheduled;
	TRACE(trace, "amount", "min(unstakeAmount, unstakeAmountByShares)", true, out->raw,
	      {"unstakeAmount", scheduled.raw}, {"unstakeAmountByShares", by_shares.raw});
	return true;
}

bool api3_released(struct assets *out, struct trace *trace, struct assets total, u256 start,
		   u256 end, u256 timestamp)
{
	u256 passed = U256_ZERO;
	u256 length = U256_ZERO;
	u256 x = total.raw;
	bool ok = true;

	if (u256_less(timestamp, end))
		ok = u256_sub_ok(&passed, timestamp, start) && u256_sub_ok(&length, end, start) &&
		     u256_mul_ok(&x, total.raw, passed) && u256_div_ok(&x, x, length);
	TRACE(trace, "unlocked",
	      "timestamp >= end ? total : total * (timestamp - start) // (end - start)", ok, x,
	      {"total", total.raw}, {"start", start}, {"end", end}, {"timestamp", timestamp});
	*out = assets_of(x);
	return ok;
}

bool api3_locked_part(struct assets *out, struct assets reward, struct shares shares,
		      struct shares total_shares_then, bool is_view)
{
	u256 product;

	return u256_mul_ok(&product, reward.raw, shares.raw) &&
	       (!is_view || u256_bit_length(product) <= 224) &&
	       u256_div_ok(&out->raw, product, total_shares_then.raw);
}
