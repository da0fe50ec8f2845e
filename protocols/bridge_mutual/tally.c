#include "protocols/bridge_mutual/tally.h"

enum { APPROVAL_PERCENT = 66 };

static bool add_yes(struct bridge_tally *tally, struct assets amount, u256 power)
{
	u256 total = U256_ZERO;
	u256 before = U256_ZERO;
	u256 sum = U256_ZERO;

	if (!u256_add_ok(&total, tally->yes, power) ||
	    !u256_mul_ok(&before, tally->average.raw, tally->yes) ||
	    !u256_mul_ok(&sum, amount.raw, power) || !u256_add_ok(&sum, sum, before) ||
	    !u256_div_ok(&sum, sum, total))
		return false;
	tally->average = assets_of(sum);
	tally->yes = total;
	return true;
}

bool bridge_tally_add(struct bridge_tally *tally, struct assets amount, u256 power)
{
	return u256_is_zero(amount.raw) ? u256_add_ok(&tally->no, tally->no, power)
					: add_yes(tally, amount, power);
}

bool bridge_tally_share(u256 *out, bool *is_accepted, struct trace *trace,
			const struct bridge_tally *tally)
{
	u256 all = U256_ZERO;
	u256 share = U256_ZERO;
	u256 least = U256_ZERO;
	bool ok = u256_add_ok(&all, tally->yes, tally->no) &&
		  u256_mul_ok(&share, tally->yes, BRIDGE_PERCENTAGE_100) &&
		  u256_div_ok(&share, share, all) &&
		  u256_mul_ok(&least, BRIDGE_PERCENT, u256_from(APPROVAL_PERCENT));

	TRACE(trace, "votes for it", "power for * 10^27 // power of all votes", ok, share,
	      {"power for", tally->yes}, {"power against", tally->no});
	TRACE(trace, "granted", "average of the amounts by power", ok, tally->average.raw,
	      {"power for", tally->yes});
	*out = share;
	*is_accepted = ok && u256_compare(share, least) >= 0;
	return ok;
}
