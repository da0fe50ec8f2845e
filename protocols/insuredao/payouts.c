/* Redemptions and bounties. Who bore them is known when the market is resumed: the list of
 * incidents says it. */
#include "protocols/insuredao/figures.h"
#include "protocols/insuredao/internal.h"

/* F(name, kind, unit, meaning) */
#define PAYOUT_FIGURES(F)                                                                          \
	F(market, ADDRESS, PLAIN, "")                                                              \
	F(policy, NUMBER, PLAIN, "the insurance's id; null: a bounty")                             \
	F(cover, NUMBER, ASSETS, "of the insurance")                                               \
	F(incident, NUMBER, PLAIN, "number of the market's incident")                              \
	F(payout_numerator, NUMBER, PLAIN, "")                                                     \
	F(payout_denominator, NUMBER, PLAIN, "")

#define PAYOUT_RULE(member, kind, unit, meaning)                                                   \
	{#member, FIGURE_##kind, UNIT_##unit, meaning, NULL},
#define PAYOUT_ENUM(member, kind, unit, meaning) PAYOUT_##member,
enum { PAYOUT_FIGURES(PAYOUT_ENUM) PAYOUT_FIGURE_COUNT };
static const struct figure_rule figures[] = {PAYOUT_FIGURES(PAYOUT_RULE)};

static void fill(struct payout *out, const void *row)
{
	const struct insuredao_payout_row *payout = row;

	*out = (struct payout){.transaction = payout->transaction,
			       .recipient = payout->recipient,
			       .amount = payout->amount,
			       .total_before = payout->available_before,
			       .total_after = payout->available_after};
}

static bool read(struct figure *out, const struct reading *r, const struct payout *payout)
{
	uint8_t key[PAYOUT_KEY];
	uint8_t incident_key[INSUREDAO_NUMBER_KEY];
	struct insuredao_payout_row row;
	struct insuredao_incident i;

	payout_key(key, payout->block, payout->log_index);
	state_row_at(&row, r->state, &insuredao_table_payout, r->pool->id, key, UINT64_MAX);
	insuredao_number_key(incident_key, row.market, row.incident);
	state_row_at(&i, r->state, &insuredao_table_incident, r->pool->id, incident_key,
		     UINT64_MAX);
	out[PAYOUT_market] = figure_address(row.market);
	out[PAYOUT_policy] = figure_computed(!row.is_bounty, u256_from(row.policy));
	out[PAYOUT_cover] = figure_computed(!row.is_bounty, row.cover.raw);
	out[PAYOUT_incident] = figure_number(u256_from(row.incident));
	out[PAYOUT_payout_numerator] = figure_computed(!row.is_bounty, i.payout_numerator);
	out[PAYOUT_payout_denominator] = figure_computed(!row.is_bounty, i.payout_denominator);
	return true;
}

const struct payout_rules insuredao_payouts = {
	.before_name = "available_before",
	.after_name = "available_after",
	.table = &insuredao_table_payout,
	.fill = fill,
	.figures = figures,
	.figure_count = PAYOUT_FIGURE_COUNT,
	.read = read,
	.rounding_text = "",
};
