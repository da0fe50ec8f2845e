/*
 * payout_tool - the formulas of shares, premiums' division and payouts for payout.test.mjs: one
 * question a line on standard input, a formula's name and its numbers; one answer a line on
 * standard output, the results or "revert".
 *
 * Lists of markets, days, epochs and votes follow the other numbers. Without arguments it does
 * nothing, as the test runner starts every program here; payout.test.mjs gives it one.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "protocols/bridge_mutual/days.h"
#include "protocols/bridge_mutual/epochs.h"
#include "protocols/bridge_mutual/split.h"
#include "protocols/bridge_mutual/tally.h"
#include "protocols/bridge_mutual/withdrawal.h"
#include "protocols/insuredao/allocation.h"
#include "protocols/insuredao/market.h"
#include "protocols/insuredao/vault.h"

enum { NUMBERS_MAX = 128 };

/* What is asked and what is answered. */
struct point {
	u256 in[NUMBERS_MAX];
	size_t count;
	u256 out[NUMBERS_MAX];
	size_t answers;
};

static uint64_t whole(u256 value)
{
	uint64_t x = 0;

	if (!u256_to_u64(&x, value)) {
		fputs("a number beyond 64 bits where there may be none\n", stderr);
		exit(1);
	}
	return x;
}

static bool answer1(struct point *p, bool ok, u256 a)
{
	p->out[p->answers++] = a;
	return ok;
}

static struct assets coin(const struct point *p, size_t i)
{
	return assets_of(p->in[i]);
}

static struct shares part(const struct point *p, size_t i)
{
	return shares_of(p->in[i]);
}

/* ---- Bridge Mutual ---- */

/* liquidity, supply, amount */
static bool bridge_minted(struct point *p)
{
	struct shares minted = shares_of(U256_ZERO);
	u256 rate = U256_ZERO;
	bool ok = bridge_rate(&rate, NULL, coin(p, 0), part(p, 1)) &&
		  bridge_to_x(&minted, NULL, "", coin(p, 2), rate);

	return answer1(p, ok, minted.raw);
}

/* liquidity, supply, x-tokens */
static bool bridge_worth(struct point *p)
{
	struct assets worth = assets_of(U256_ZERO);
	u256 rate = U256_ZERO;
	bool ok = bridge_rate(&rate, NULL, coin(p, 0), part(p, 1)) &&
		  bridge_to_coin(&worth, NULL, "", part(p, 2), rate);

	return answer1(p, ok, worth.raw);
}

/* liquidity, supply, cover, asked, decimals, whether less was paid, what was paid */
static bool bridge_withdrawn(struct point *p)
{
	struct bridge_taking taking = {.liquidity = coin(p, 0),
				       .cover = coin(p, 2),
				       .asked = part(p, 3),
				       .decimals = whole(p->in[4]),
				       .paid_coin = u256_is_zero(p->in[5]) ? NULL : &p->in[6]};
	struct shares x_tokens = shares_of(U256_ZERO);
	struct assets worth = assets_of(U256_ZERO);
	bool ok = bridge_rate(&taking.rate, NULL, coin(p, 0), part(p, 1)) &&
		  bridge_taken(&x_tokens, &worth, NULL, &taking);

	return answer1(p, answer1(p, ok, x_tokens.raw), worth.raw);
}

/* cover, asked for, pending */
static bool bridge_need(struct point *p)
{
	struct assets needed = assets_of(U256_ZERO);
	bool ok = bridge_needed(&needed, NULL, coin(p, 0), coin(p, 1), coin(p, 2));

	return answer1(p, ok, needed.raw);
}

/* price, distributor's fee, decimals */
static bool bridge_parted(struct point *p)
{
	struct bridge_split s = {.protocol = U256_ZERO};
	bool ok = bridge_split(&s, NULL, p->in[0], p->in[1], whole(p->in[2]));
	const u256 out[] = {s.distributor_fee, s.protocol,   s.pools,       s.distributor_coin,
			    s.protocol_coin,   s.pools_coin, s.premium_coin};

	memcpy(p->out, out, sizeof(out));
	p->answers = sizeof(out) / sizeof(out[0]);
	return ok;
}

/* price, decimals; of V1 */
static bool bridge_parted_v1(struct point *p)
{
	struct bridge_v1_split s;
	bool ok = bridge_v1_split(&s, NULL, p->in[0], whole(p->in[1]));

	return answer1(
		p, answer1(p, answer1(p, answer1(p, ok, s.protocol), s.premium), s.protocol_coin),
		s.premium_coin);
}

/* premium, coverage, reinsurance, participated */
static bool bridge_shared(struct point *p)
{
	struct bridge_shared shared = {.premium = p->in[0],
				       .coverage = p->in[1],
				       .reinsurance = p->in[2],
				       .participated = p->in[3]};
	u256 coverage = U256_ZERO;
	u256 reinsurance = U256_ZERO;
	bool ok = bridge_share_premium(&coverage, &reinsurance, NULL, &shared);

	return answer1(p, answer1(p, ok, coverage), reinsurance);
}

/* target, d, a, max, utilization */
static bool bridge_multiplied(struct point *p)
{
	struct bridge_multiplier constants = {
		.target = p->in[0], .d = p->in[1], .a = p->in[2], .max = p->in[3]};
	u256 m = U256_ZERO;
	bool ok = bridge_multiplier(&m, &constants, p->in[4]);

	return answer1(p, ok, m);
}

/* claim, liquidity, leveraged */
static bool bridge_lost(struct point *p)
{
	u256 loss = U256_ZERO;
	bool ok = bridge_loss(&loss, NULL, p->in[0], p->in[1], p->in[2]);

	return answer1(p, ok, loss);
}

/* owed, paid, decimals */
static bool bridge_owed(struct point *p)
{
	struct assets rest = assets_of(U256_ZERO);
	bool ok = bridge_owed_after(&rest, NULL, coin(p, 0), coin(p, 1), whole(p->in[2]));

	return answer1(p, ok, rest.raw);
}

/* amount and power of each vote */
static bool bridge_voted(struct point *p)
{
	struct bridge_tally tally = {.average = assets_of(U256_ZERO)};
	u256 share = U256_ZERO;
	bool is_accepted = false;

	for (size_t i = 0; i + 1 < p->count; i += 2)
		if (!bridge_tally_add(&tally, coin(p, i), p->in[i + 1]))
			return false;
	if (!bridge_tally_share(&share, &is_accepted, NULL, &tally))
		return false;
	return answer1(p, answer1(p, true, share), is_accepted ? tally.average.raw : U256_ZERO);
}

/* premium, seconds, virtual epochs, today: the daily part, its first day, the first without */
static bool bridge_spreaded(struct point *p)
{
	struct bridge_spread s = {.daily = U256_ZERO};
	bool ok = bridge_spread(&s, NULL, p->in[0], whole(p->in[1]), whole(p->in[2]),
				whole(p->in[3]));

	return answer1(p, answer1(p, answer1(p, ok, s.daily), u256_from(s.first_day)),
		       u256_from(s.end_day));
}

static u256 listed(void *context, uint64_t at)
{
	const struct point *p = context;

	/* The list begins after the last four numbers, with the first day or epoch asked for. */
	return at >= whole(p->in[3]) && at - whole(p->in[3]) < p->count - 4
		       ? p->in[4 + at - whole(p->in[3])]
		       : U256_ZERO;
}

/* liquidity, daily, today, first day of the list (the last one added + 1), the deltas */
static bool bridge_flowed(struct point *p)
{
	struct bridge_flow from = {
		.liquidity = p->in[0], .daily = p->in[1], .day = whole(p->in[3]) - 1};
	struct bridge_deltas deltas = {.at = listed, .context = p};
	struct bridge_flow flow;
	bool ok = bridge_flow_to(&flow, NULL, &from, whole(p->in[2]), &deltas);

	return answer1(p, answer1(p, answer1(p, ok, flow.liquidity), flow.daily),
		       u256_from(flow.day));
}

/* cover, epoch, whether it is the view, first epoch of the list (lastDistributionEpoch), amounts:
 * what is left, and up to which epoch */
static bool bridge_ended(struct point *p)
{
	struct bridge_amounts amounts = {.at = listed, .context = p};
	uint64_t from = whole(p->in[3]);
	uint64_t epoch = whole(p->in[1]);
	bool is_view = !u256_is_zero(p->in[2]);
	uint64_t to = is_view ? bridge_view_end(epoch) : bridge_update_end(from, epoch);
	u256 left = U256_ZERO;
	bool ok = bridge_cover_without(&left, NULL, "", p->in[0], from, to, &amounts);

	return answer1(p, ok, left);
}

/* start, time, weeks */
static bool bridge_length(struct point *p)
{
	uint64_t seconds = 0;
	bool ok = bridge_policy_seconds(&seconds, NULL, whole(p->in[0]), whole(p->in[1]),
					whole(p->in[2]));

	return answer1(p, ok, u256_from(seconds));
}

/* ---- InsureDAO ---- */

static bool insure_minted(struct point *p)
{
	struct shares n;
	bool ok = insuredao_minted(&n, NULL, coin(p, 0), part(p, 1), coin(p, 2));

	return answer1(p, ok, n.raw);
}

static bool insure_withdrawn(struct point *p)
{
	struct assets value;
	bool ok = insuredao_shares_worth(&value, NULL, "", part(p, 0), coin(p, 1), part(p, 2));

	return answer1(p, ok, value.raw);
}

static bool insure_available(struct point *p)
{
	struct assets free;
	bool ok = insuredao_available(&free, NULL, coin(p, 0), coin(p, 1));

	return answer1(p, ok, free.raw);
}

static bool insure_ratio(struct point *p)
{
	u256 x;
	bool ok = insuredao_ratio(&x, p->in[0], p->in[1]);

	return answer1(p, ok, x);
}

/* the market's new attributions, totalCredit, totalLiquidity: attributionDebt and rewardPerCredit
 * grow by */
static bool insure_lenders(struct point *p)
{
	struct shares n;
	u256 step = U256_ZERO;
	bool ok = insuredao_lenders_part(&n, NULL, part(p, 0), coin(p, 1), coin(p, 2)) &&
		  insuredao_reward_step(&step, NULL, n, coin(p, 1));

	return answer1(p, answer1(p, ok, n.raw), step);
}

/* credit, rewardPerCredit, rewardDebt: pending, the debt after it */
static bool insure_pending(struct point *p)
{
	struct shares n;
	u256 debt = U256_ZERO;
	bool ok = insuredao_pending_premium(&n, NULL, coin(p, 0), p->in[1], p->in[2]) &&
		  insuredao_reward_debt(&debt, coin(p, 0), p->in[1]);

	return answer1(p, answer1(p, ok, n.raw), debt);
}

/* cover, loss, numerator, denominator */
static bool insure_payout(struct point *p)
{
	struct assets paid;
	bool ok = insuredao_payout(&paid, NULL, coin(p, 0), coin(p, 1), p->in[2], p->in[3]);

	return answer1(p, ok, paid.raw);
}

/* debt, totalCredit, totalLiquidity, credits of the indices: what each is asked for, the market's
 * own part */
static bool insure_liquidated(struct point *p)
{
	struct assets lenders;
	struct assets own = assets_of(U256_ZERO);

	if (!insuredao_lenders_debt(&lenders, NULL, coin(p, 0), coin(p, 1), coin(p, 2)) ||
	    !assets_sub_ok(&own, coin(p, 0), lenders))
		return false;
	for (size_t i = 3; i < p->count; i++) {
		struct assets asked;

		if (!insuredao_lender_asked(&asked, NULL, lenders, coin(p, i), coin(p, 1)))
			return false;
		(void)answer1(p, true, asked.raw);
	}
	return answer1(p, true, own.raw);
}

/* asked, the index's worth, the reserve's: what the reserve gives */
static bool insure_helped(struct point *p)
{
	struct assets gives;
	bool ok = insuredao_reserve_gives(&gives, NULL, coin(p, 0), coin(p, 1), coin(p, 2));

	return answer1(p, ok, gives.raw);
}

/* attributions lost, crowd, surplus: the crowd's and the surplus's after it */
static bool insure_crowd(struct point *p)
{
	struct shares crowd;
	struct shares rest = shares_of(U256_ZERO);
	struct shares crowd_after = shares_of(U256_ZERO);
	struct shares surplus_after = shares_of(U256_ZERO);
	bool ok = insuredao_crowd_loss(&crowd, NULL, part(p, 0), part(p, 1), part(p, 2)) &&
		  shares_sub_ok(&rest, part(p, 0), crowd) &&
		  shares_sub_ok(&crowd_after, part(p, 1), crowd) &&
		  shares_sub_ok(&surplus_after, part(p, 2), rest);

	return answer1(p, answer1(p, ok, crowd_after.raw), surplus_after.raw);
}

static struct insuredao_vault vault_of(const struct point *p)
{
	return (struct insuredao_vault){.value = coin(p, 0), .attributions = part(p, 1)};
}

/* V, A, amount */
static bool insure_added(struct point *p)
{
	struct insuredao_vault vault = vault_of(p);
	struct shares n;
	bool ok = insuredao_attributions_for(&n, NULL, coin(p, 2), &vault);

	return answer1(p, ok, n.raw);
}

/* V, A, amount, the owner's fee of 10^6: the market's, the owner's */
static bool insure_fees(struct point *p)
{
	struct insuredao_vault vault = vault_of(p);
	struct shares n;
	struct shares market = shares_of(U256_ZERO);
	struct shares owner = shares_of(U256_ZERO);
	u256 rest = U256_ZERO;
	bool ok = u256_sub_ok(&rest, u256_from(1000000), p->in[3]) &&
		  insuredao_attributions_for(&n, NULL, coin(p, 2), &vault) &&
		  insuredao_attributions_part(&market, NULL, "", rest, n) &&
		  insuredao_attributions_part(&owner, NULL, "", p->in[3], n);

	return answer1(p, answer1(p, ok, market.raw), owner.raw);
}

/* V, A, amount, held */
static bool insure_cost(struct point *p)
{
	struct insuredao_vault vault = vault_of(p);
	struct shares n;
	bool ok = insuredao_attributions_cost(&n, NULL, coin(p, 2), part(p, 3), &vault);

	return answer1(p, ok, n.raw);
}

/* V, A, attributions */
static bool insure_value(struct point *p)
{
	struct insuredao_vault vault = vault_of(p);
	struct assets value;
	bool ok = insuredao_attributions_value(&value, NULL, "", part(p, 2), &vault);

	return answer1(p, ok, value.raw);
}

enum { MARKET_NUMBERS = 5 };

/* targetLev, liquidity, points, totalAllocatedCredit; of each market credit, available, points,
 * whether it is paused, and paying */
static size_t markets_of(struct insuredao_index *index, struct insuredao_slice *slices,
			 const struct point *p)
{
	size_t count = (p->count - 4) / MARKET_NUMBERS;

	*index = (struct insuredao_index){.target_leverage = p->in[0],
					  .liquidity = coin(p, 1),
					  .total_points = p->in[2],
					  .total_credit = coin(p, 3)};
	for (size_t i = 0; i < count; i++) {
		size_t at = 4 + i * MARKET_NUMBERS;

		slices[i] = (struct insuredao_slice){.credit = coin(p, at),
						     .available = coin(p, at + 1),
						     .points = p->in[at + 2],
						     .is_paused = !u256_is_zero(p->in[at + 3]),
						     .is_paying = !u256_is_zero(p->in[at + 4])};
	}
	return count;
}

/* The total after it, and of each market whether it is called and its credit. */
static bool insure_allocated(struct point *p)
{
	struct insuredao_slice slices[NUMBERS_MAX / MARKET_NUMBERS];
	struct insuredao_index index;
	size_t count = markets_of(&index, slices, p);
	struct assets total;

	if (!insuredao_allocate(&total, NULL, slices, count, &index))
		return false;
	(void)answer1(p, true, total.raw);
	for (size_t i = 0; i < count; i++) {
		const struct insuredao_slice *s = &slices[i];
		struct assets credit = s->credit;

		if (s->is_called &&
		    !(s->is_increase ? assets_add_ok(&credit, s->credit, s->amount)
				     : assets_sub_ok(&credit, s->credit, s->amount)))
			return false;
		(void)answer1(p, answer1(p, true, s->is_called ? U256_ONE : U256_ZERO), credit.raw);
	}
	return true;
}

static bool insure_withdrawable(struct point *p)
{
	struct insuredao_slice slices[NUMBERS_MAX / MARKET_NUMBERS];
	struct insuredao_index index;
	size_t count = markets_of(&index, slices, p);
	struct assets free;
	bool ok = insuredao_withdrawable(&free, NULL, slices, count, &index);

	return answer1(p, ok, free.raw);
}

/* ---- questions ---- */

static const struct formula {
	const char *name;
	size_t count; /* numbers at least */
	bool (*answer)(struct point *p);
} formulas[] = {
	{"bridge_minted", 3, bridge_minted},
	{"bridge_worth", 3, bridge_worth},
	{"bridge_withdrawn", 7, bridge_withdrawn},
	{"bridge_needed", 3, bridge_need},
	{"bridge_split", 3, bridge_parted},
	{"bridge_split_v1", 2, bridge_parted_v1},
	{"bridge_shared", 4, bridge_shared},
	{"bridge_multiplier", 5, bridge_multiplied},
	{"bridge_loss", 3, bridge_lost},
	{"bridge_owed", 3, bridge_owed},
	{"bridge_votes", 0, bridge_voted},
	{"bridge_spread", 4, bridge_spreaded},
	{"bridge_flow", 4, bridge_flowed},
	{"bridge_ended", 4, bridge_ended},
	{"bridge_length", 3, bridge_length},
	{"insure_minted", 3, insure_minted},
	{"insure_withdrawn", 3, insure_withdrawn},
	{"insure_available", 2, insure_available},
	{"insure_ratio", 2, insure_ratio},
	{"insure_lenders", 3, insure_lenders},
	{"insure_pending", 3, insure_pending},
	{"insure_payout", 4, insure_payout},
	{"insure_liquidated", 3, insure_liquidated},
	{"insure_helped", 3, insure_helped},
	{"insure_crowd", 3, insure_crowd},
	{"insure_added", 3, insure_added},
	{"insure_fees", 4, insure_fees},
	{"insure_cost", 4, insure_cost},
	{"insure_value", 3, insure_value},
	{"insure_allocated", 4, insure_allocated},
	{"insure_withdrawable", 4, insure_withdrawable},
};

static const struct formula *formula_of(const char *name, size_t count)
{
	for (size_t i = 0; i < sizeof(formulas) / sizeof(formulas[0]); i++)
		if (strcmp(formulas[i].name, name) == 0 && count >= formulas[i].count)
			return &formulas[i];
	fprintf(stderr, "no formula %s of %zu numbers\n", name, count);
	exit(1);
}

static void take(struct point *p, const char *number)
{
	if (p->count == NUMBERS_MAX ||
	    u256_parse(&p->in[p->count++], number, strlen(number), NULL) != OK) {
		fprintf(stderr, "too many numbers, or none: %s\n", number);
		exit(1);
	}
}

static void ask(char *line)
{
	static struct point p;
	const char *name = strsep(&line, " ");
	const struct formula *formula;

	p.count = p.answers = 0;
	while (line)
		take(&p, strsep(&line, " "));
	formula = formula_of(name, p.count);
	if (!formula->answer(&p)) {
		puts("revert");
		return;
	}
	for (size_t i = 0; i < p.answers; i++) {
		char text[U256_DECIMAL_SIZE];

		printf("%s%s", i ? " " : "", u256_format(text, p.out[i]));
	}
	putchar('\n');
}

int main(int argc, char **argv)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	(void)argv;
	if (argc == 1) {
		puts("ok 1 - payout_tool is a tool");
		return 0;
	}
	while ((length = getline(&line, &size, stdin)) > 0) {
		if (line[length - 1] == '\n')
			line[length - 1] = '\0';
		ask(line);
	}
	free(line);
	return 0;
}
