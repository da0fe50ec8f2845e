#include "protocols/bridge_mutual/epochs.h"

bool bridge_epoch(uint64_t *out, uint64_t start, uint64_t time)
{
	if (time < start)
		return false;
	*out = (time - start) / BRIDGE_WEEK + 1;
	return true;
}

bool bridge_policy_seconds(uint64_t *out, struct trace *trace, uint64_t start, uint64_t time,
			   uint64_t weeks)
{
	uint64_t epoch = 0;
	bool ok = weeks > 0 && weeks <= UINT32_MAX && bridge_epoch(&epoch, start, time);

	*out = ok ? epoch * BRIDGE_WEEK - (time - start) + (weeks - 1) * BRIDGE_WEEK : 0;
	TRACE(trace, "seconds", "epoch * 604800 - (time - epochStartTime) + (epochs - 1) * 604800",
	      ok, u256_from(*out), {"epoch", u256_from(epoch)}, {"time", u256_from(time)},
	      {"epochStartTime", u256_from(start)}, {"epochs", u256_from(weeks)});
	return ok;
}

uint64_t bridge_virtual_epochs_at_sale(uint64_t time)
{
	return time < BRIDGE_UPGRADE_TIME ? BRIDGE_OLD_VIRTUAL_EPOCHS : BRIDGE_VIRTUAL_EPOCHS;
}

uint64_t bridge_virtual_epochs(uint64_t start, uint64_t policy_start_epoch, uint64_t now)
{
	uint64_t upgrade = 0;

	if (now < BRIDGE_UPGRADE_TIME)
		return BRIDGE_OLD_VIRTUAL_EPOCHS;
	if (start < BRIDGE_UPGRADE_TIME && bridge_epoch(&upgrade, start, BRIDGE_UPGRADE_TIME) &&
	    policy_start_epoch > 0 && policy_start_epoch < upgrade)
		return BRIDGE_OLD_VIRTUAL_EPOCHS;
	return BRIDGE_VIRTUAL_EPOCHS;
}

uint64_t bridge_update_end(uint64_t last, uint64_t epoch)
{
	return epoch > last && epoch - last > BRIDGE_MAXIMUM_EPOCHS ? last + BRIDGE_MAXIMUM_EPOCHS
								    : epoch;
}

uint64_t bridge_view_end(uint64_t epoch)
{
	return epoch > BRIDGE_MAXIMUM_EPOCHS ? BRIDGE_MAXIMUM_EPOCHS : epoch;
}

bool bridge_cover_without(u256 *out, struct trace *trace, const char *name, u256 cover,
			  uint64_t from, uint64_t to, const struct bridge_amounts *amounts)
{
	u256 left = cover;
	bool ok = true;

	for (uint64_t i = from; ok && i < to && i - from < BRIDGE_MAXIMUM_EPOCHS; i++)
		ok = u256_sub_ok(&left, left, amounts->at(amounts->context, i));
	TRACE(trace, name, "cover - sum of epochAmounts[i], from <= i < to", ok, left,
	      {"cover", cover}, {"from", u256_from(from)}, {"to", u256_from(to)});
	*out = left;
	return ok;
}
