/*
 * Kleros proxies: arbitrators that carry a claim to a court. A proxy logs a dispute before it tells
 * the manager, and a ruling before the manager resolves the claim, each in one transaction.
 */
#include "protocols/api3/claims.h"

static bool is_proxy(const struct applying *a, struct address address)
{
	const struct pool_setup *setup = &a->pool->setup;

	for (size_t i = 0; i < setup->contracts[API3_KLEROS_PROXIES].count; i++)
		if (address_equal(setup->contracts[API3_KLEROS_PROXIES].addresses[i], address))
			return true;
	return false;
}

static struct claims_dispute *dispute_row(struct applying *a, struct address proxy, u256 id)
{
	return state_row(a->state, &claims_table_dispute, a->pool->id,
			 claims_key_dispute(proxy, id).bytes);
}

static bool expect(struct applying *a, struct address proxy, u256 id, const char *field, bool holds,
		   const char *expected, const char *actual)
{
	return check_that(a->checker, CLAIMS_CHECK_KLEROS,
			  claims_about_dispute(a, proxy, id, field), holds, expected, actual);
}

void claims_on_kleros_dispute(struct applying *a, const struct pool_event *event)
{
	struct claims_scratch *scratch = claims_scratch(a);
	struct address proxy = event->log->address;
	u256 id = event->values[1].number;
	struct claims_dispute *dispute = dispute_row(a, proxy, id);

	claims_end_kleros(a);
	(void)expect(a, proxy, id, "", !dispute->exists, "an id that was never used",
		     "a dispute of it");
	*dispute = (struct claims_dispute){.exists = true,
					   .claimant = event->values[0].address,
					   .created_at = (uint32_t)a->block->timestamp};
	memcpy(dispute->claim.bytes, event->values[2].bytes.data, HASH_BYTES);
	scratch->has_kleros_dispute = true;
	scratch->dispute_proxy = proxy;
	scratch->dispute_id = id;
	scratch->dispute_claimant = dispute->claimant;
	scratch->dispute_claim = dispute->claim;
}

void claims_take_dispute(struct applying *a, struct address manager, struct hash claim_hash,
			 struct address arbitrator)
{
	struct claims_scratch *scratch = claims_scratch(a);
	struct claims_claim *claim = claims_claim(a, manager, claim_hash);
	struct claims_dispute *dispute;
	bool holds;

	claim->has_dispute = false;
	if (!is_proxy(a, arbitrator))
		return;
	holds = scratch->has_kleros_dispute && address_equal(scratch->dispute_proxy, arbitrator) &&
		hash_equal(scratch->dispute_claim, claim_hash) &&
		address_equal(scratch->dispute_claimant, claim->claimant);
	(void)check_that(a->checker, CLAIMS_CHECK_KLEROS,
			 claims_about_claim(a, manager, claim_hash, "arbitrator"), holds,
			 "a dispute of the claim at the proxy, before it in the transaction",
			 "none");
	if (!holds)
		return;
	scratch->has_kleros_dispute = false;
	dispute = dispute_row(a, arbitrator, scratch->dispute_id);
	dispute->manager = manager;
	dispute->policy = claim->policy;
	dispute->amount = claim->amount;
	claim->has_dispute = true;
	claim->dispute_id = scratch->dispute_id;
}

void claims_on_kleros_evidence(struct applying *a, const struct pool_event *event)
{
	struct address proxy = event->log->address;
	u256 id = event->values[1].number;
	struct claims_dispute *dispute = dispute_row(a, proxy, id);

	if (expect(a, proxy, id, "evidence", dispute->exists, "a dispute of the proxy", "none"))
		dispute->evidence_count++;
}

void claims_on_kleros_appeal(struct applying *a, const struct pool_event *event)
{
	struct address proxy = event->log->address;
	u256 id = event->values[1].number;
	struct claims_dispute *dispute = dispute_row(a, proxy, id);
	bool is_of_claim = dispute->exists && memcmp(dispute->claim.bytes,
						     event->values[2].bytes.data, HASH_BYTES) == 0;

	if (expect(a, proxy, id, "appeal", is_of_claim && !dispute->is_ruled,
		   "an open dispute of that claim", dispute->is_ruled ? "a ruled one" : "none"))
		dispute->appeal_count++;
}

void claims_on_kleros_ruling(struct applying *a, const struct pool_event *event)
{
	struct claims_scratch *scratch = claims_scratch(a);
	struct address proxy = event->log->address;
	u256 id = event->values[1].number;
	struct claims_dispute *dispute = dispute_row(a, proxy, id);

	claims_end_kleros(a);
	(void)expect(a, proxy, id, "ruling",
		     dispute->exists && !dispute->is_ruled &&
			     u256_compare(event->values[2].number, u256_from(2)) <= 0,
		     "an open dispute, and a ruling of 0, 1 or 2", "otherwise");
	dispute->exists = true;
	dispute->is_ruled = true;
	dispute->ruling = event->values[2].number;
	scratch->has_kleros_ruling = true;
	scratch->ruling_proxy = proxy;
	scratch->ruling_id = id;
	scratch->ruling = dispute->ruling;
}

/* What the manager makes of a ruling; a settlement that nobody proposed is none. */
static enum claims_status outcome_of(u256 ruling, const struct claims_claim *claim)
{
	if (u256_equal(ruling, U256_ONE))
		return CLAIMS_RESOLVED_WITH_CLAIM;
	if (!u256_is_zero(ruling) && !u256_is_zero(claim->settlement))
		return CLAIMS_RESOLVED_WITH_SETTLEMENT;
	return CLAIMS_RESOLVED_WITHOUT_PAYOUT;
}

void claims_take_ruling(struct applying *a, struct address manager, struct hash claim_hash,
			struct address arbitrator, enum claims_status outcome)
{
	struct claims_scratch *scratch = claims_scratch(a);
	const struct claims_claim *claim = claims_claim(a, manager, claim_hash);
	bool is_of_claim;

	if (!is_proxy(a, arbitrator))
		return;
	is_of_claim = scratch->has_kleros_ruling &&
		      address_equal(scratch->ruling_proxy, arbitrator) &&
		      hash_equal(dispute_row(a, arbitrator, scratch->ruling_id)->claim, claim_hash);
	(void)check_that(a->checker, CLAIMS_CHECK_KLEROS,
			 claims_about_claim(a, manager, claim_hash, "ruling"),
			 is_of_claim && outcome_of(scratch->ruling, claim) == outcome,
			 "a ruling of that outcome on the claim, before it in the transaction",
			 is_of_claim ? "a ruling of another outcome" : "none");
	if (is_of_claim)
		scratch->has_kleros_ruling = false;
}

/* What the proxy logged and the manager did not follow. */
void claims_end_kleros(struct applying *a)
{
	struct claims_scratch *scratch = claims_scratch(a);

	if (scratch->has_kleros_dispute)
		TRACE(a->trace, "disputeId", "brought by the claimant", true, scratch->dispute_id,
		      {"claimHash", claims_number_of_hash(scratch->dispute_claim)});
	if (scratch->has_kleros_dispute)
		(void)expect(a, scratch->dispute_proxy, scratch->dispute_id, "manager", false,
			     "a CreatedDispute of a claims manager behind it",
			     "none in the transaction");
	if (scratch->has_kleros_ruling)
		TRACE(a->trace, "ruling", "0 do not pay, 1 pay the claim, 2 pay the settlement",
		      true, scratch->ruling, {"disputeId", scratch->ruling_id});
	if (scratch->has_kleros_ruling)
		(void)expect(a, scratch->ruling_proxy, scratch->ruling_id, "manager", false,
			     "the claim's resolution behind the ruling", "none in the transaction");
	scratch->has_kleros_dispute = false;
	scratch->has_kleros_ruling = false;
}
