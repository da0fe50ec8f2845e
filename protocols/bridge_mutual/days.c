#include "protocols/bridge_mutual/days.h"

#include "protocols/bridge_mutual/epochs.h"

bool bridge_spread(struct bridge_spread *out, struct trace *trace, u256 premium, uint64_t seconds,
		   uint64_t virtual_epochs, uint64_t today)
{
	uint64_t whole = seconds + virtual_epochs * BRIDGE_WEEK;
	uint64_t days = (whole + 1) / BRIDGE_DAY;
	bool ok = whole >= seconds && whole < UINT64_MAX;

	if (days == 0)
		days = 1;
	*out = (struct bridge_spread){.first_day = today + 1, .end_day = today + 1 + days};
	ok = ok && out->end_day > today && u256_div_ok(&out->daily, premium, u256_from(days));
	TRACE(trace, "premium a day",
	      "premium // max((seconds + virtual epochs * 604800 + 1) // 86400, 1)", ok, out->daily,
	      {"premium", premium}, {"seconds", u256_from(seconds)},
	      {"virtual epochs", u256_from(virtual_epochs)});
	return ok;
}

bool bridge_flow_to(struct bridge_flow *out, struct trace *trace, const struct bridge_flow *from,
		    uint64_t today, const struct bridge_deltas *deltas)
{
	struct bridge_flow flow = *from;
	bool ok = true;

	while (ok && flow.day < today && flow.day - from->day < BRIDGE_CATCH_UP_DAYS) {
		flow.day++;
		flow.daily = u256_add_wrap(flow.daily, deltas->at(deltas->context, flow.day));
		ok = u256_add_ok(&flow.liquidity, flow.liquidity, flow.daily);
	}
	if (flow.day != from->day)
		TRACE(trace, "liquidity with premium",
		      "liquidity + sum of each day's premium, last < day <= to", ok, flow.liquidity,
		      {"liquidity", from->liquidity}, {"last", u256_from(from->day)},
		      {"to", u256_from(flow.day)}, {"premium of the last day", flow.daily});
	*out = flow;
	return ok;
}
