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

static void fill(struct payout *out, const uint8_t *key, const struct insuredao_payout_row *row)
{
	*out = (struct payout){.block = get_be64(key),
			       .log_index = get_be32(key + 8),
			       .transaction = row->transaction,
			       .recipient = row->recipient,
			       .amount = row->amount,
			       .total_before = row->available_before,
			       .total_after = row->available_after};
}

struct payout_walk {
	const struct event_at *after;
	bool (*visit)(void *context, const struct payout *payout);
	void *context;
};

static bool visit_payout(void *context, const uint8_t *key, const void *row)
{
	struct payout_walk *walk = context;
	struct payout payout;

	fill(&payout, key, row);
	if (walk->after &&
	    (payout.block < walk->after->block ||
	     (payout.block == walk->after->block && payout.log_index <= walk->after->log_index)))
		return true;
	return walk->visit(walk->context, &payout);
}

static void each(const struct reading *r, const struct event_at *after,
		 bool (*visit)(void *context, const struct payout *payout), void *context)
{
	struct payout_walk walk = {.after = after, .visit = visit, .context = context};

	state_each(r->state, &insuredao_table_payout, r->pool->id, visit_payout, &walk);
}

static void row_of(struct insuredao_payout_row *out, const struct reading *r, uint64_t block,
		   uint32_t log_index, uint8_t key[INSUREDAO_PAYOUT_KEY])
{
	put_be64(key, block);
	put_be32(key + 8, log_index);
	state_row_at(out, r->state, &insuredao_table_payout, r->pool->id, key, UINT64_MAX);
}

static bool find(struct payout *out, const struct reading *r, uint64_t block, uint32_t log_index)
{
	uint8_t key[INSUREDAO_PAYOUT_KEY];
	struct insuredao_payout_row row;

	row_of(&row, r, block, log_index, key);
	fill(out, key, &row);
	return !hash_is_zero(row.transaction);
}

static bool read(struct figure *out, const struct reading *r, const struct payout *payout)
{
	uint8_t key[INSUREDAO_PAYOUT_KEY];
	uint8_t incident_key[INSUREDAO_NUMBER_KEY];
	struct insuredao_payout_row row;
	struct insuredao_incident i;

	row_of(&row, r, payout->block, payout->log_index, key);
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
	.each = each,
	.find = find,
	.figures = figures,
	.figure_count = PAYOUT_FIGURE_COUNT,
	.read = read,
	.rounding_text = "",
};
