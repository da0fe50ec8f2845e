/*
 * What indices lend. An index divides its credit among its markets in one go (allocation.h), and
 * the markets log each step that is not zero. Steps of zero pay out earned premium all the same, so
 * an allocation is computed as a whole where it begins, and the logged steps are compared with it.
 *
 * Where it begins is told by an event before it (a deposit, a burn, a new allocation, a debt borne)
 * or only by one after it (Resumed, LeverageSet, the allocation 0 of a market that is removed), for
 * which the transaction's later logs are looked at; or by nothing: anyone may call adjustAlloc.
 */
#include "protocols/insuredao/handlers.h"

/* ---- one step ---- */

/* A call of allocateCredit or withdrawCredit: earned premium is paid, then the credit changes. */
static void step(struct applying *a, struct address market, struct address index, bool is_increase,
		 struct assets amount)
{
	struct insuredao_market *m = insuredao_market(a->state, a->pool, market);
	struct insuredao_credit *c = insuredao_credit(a->state, a->pool, market, index);
	struct shares pending;
	u256 debt;

	if (!insuredao_pending_premium(&pending, NULL, c->credit, m->reward_per_credit,
				       c->reward_debt))
		pending = shares_of(U256_ZERO);
	if (!u256_is_zero(pending.raw)) {
		insuredao_vault_transfer(a, market, index, pending);
		insuredao_take(&m->attribution_debt.raw, pending.raw);
	}
	if (is_increase) {
		insuredao_add(&c->credit.raw, amount.raw);
		insuredao_add(&m->total_credit.raw, amount.raw);
	} else {
		insuredao_take(&c->credit.raw, amount.raw);
		insuredao_take(&m->total_credit.raw, amount.raw);
	}
	if (!insuredao_reward_debt(&debt, c->credit, m->reward_per_credit))
		debt = U256_ZERO; /* views tell */
	c->reward_debt = debt;
}

static void expect_step(struct applying *a, struct address market, struct address index,
			bool is_increase, struct assets amount)
{
	struct insuredao_scratch *s = insuredao_scratch(a);

	if (u256_is_zero(amount.raw))
		return; /* not logged */
	if (!s->steps)
		s->steps = arena_array(a->arena, INSUREDAO_STEPS_MAX, sizeof(*s->steps));
	if (s->step_count == INSUREDAO_STEPS_MAX)
		return; /* the log finds none then, which is told */
	s->steps[s->step_count++] = (struct insuredao_step){
		.market = market, .index = index, .is_increase = is_increase, .amount = amount};
}

/* ---- a whole allocation ---- */

void insuredao_allocate_now(struct applying *a, struct address index, struct assets liquidity)
{
	struct insuredao_index_row *row = insuredao_index(a->state, a->pool, index);
	struct insuredao_slice *slices =
		arena_array(a->arena, INSUREDAO_MARKETS_MAX, sizeof(*slices));
	struct address *markets = arena_array(a->arena, INSUREDAO_MARKETS_MAX, sizeof(*markets));
	struct insuredao_index as = {.liquidity = liquidity,
				     .target_leverage = row->target_lev,
				     .total_points = row->total_alloc_point,
				     .total_credit = row->total_allocated_credit};
	struct assets total;
	size_t count;

	if (!insuredao_vault_is_known(a->state, a->pool))
		return;
	if (!insuredao_slices(slices, markets, &count, a->state, a->pool, index) ||
	    !insuredao_allocate(&total, a->trace, slices, count, &as)) {
		insuredao_expect_words(a, INSUREDAO_CREDIT_STEPS, index, "", false, "an allocation",
				       "the index would have reverted");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (!slices[i].is_called)
			continue;
		step(a, markets[i], index, slices[i].is_increase, slices[i].amount);
		expect_step(a, markets[i], index, slices[i].is_increase, slices[i].amount);
	}
	row->total_allocated_credit = total;
}

void insuredao_allocate_own(struct applying *a, struct address index)
{
	struct assets liquidity;

	if (insuredao_index_liquidity(&liquidity, a->trace, a->state, a->pool, index))
		insuredao_allocate_now(a, index, liquidity);
}

/* ---- the logged steps ---- */

static struct insuredao_step *find_step(struct applying *a, struct address market,
					struct address index, const bool *is_increase,
					const struct assets *amount)
{
	struct insuredao_scratch *s = insuredao_scratch(a);

	for (size_t i = 0; i < s->step_count; i++) {
		struct insuredao_step *x = &s->steps[i];

		if (!x->is_met && address_equal(x->market, market) &&
		    address_equal(x->index, index) &&
		    (!is_increase || x->is_increase == *is_increase) &&
		    (!amount || u256_equal(x->amount.raw, amount->raw)))
			return x;
	}
	return NULL;
}

/* What comes first behind the event at hand, of the index: what closes its call. */
static const struct event_log *closing(struct applying *a, struct address index, const char **name,
				       const struct abi_value **values)
{
	static const char *const names[] = {"Resumed", "LeverageSet", "newAllocation", "Deposit",
					    "Withdraw"};
	const struct event_log *first = NULL;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct abi_value *found = NULL;
		const struct event_log *log = insuredao_ahead(a, &index, names[i], &found);

		if (!log || (first && first->log_index < log->log_index))
			continue;
		first = log;
		*name = names[i];
		*values = found;
	}
	return first;
}

/* A step that nothing before it announced: what call is it of? */
static void begin_unannounced(struct applying *a, struct address index)
{
	struct insuredao_scratch *s = insuredao_scratch(a);
	const struct abi_value *values = NULL;
	const char *name = "";
	const struct event_log *close;

	for (size_t i = 0; i < a->pool->setup.contracts[INSUREDAO_MARKETS].count; i++) {
		struct address market = a->pool->setup.contracts[INSUREDAO_MARKETS].addresses[i];

		if (insuredao_market_at(a->state, a->pool, market).status != INSUREDAO_PAYINGOUT ||
		    !insuredao_ahead(a, &market, "MarketStatusChanged", &values) ||
		    !u256_is_zero(values[0].number))
			continue;
		insuredao_settle_begin(a, market, false, assets_of(U256_ZERO));
		return;
	}
	close = closing(a, index, &name, &values);
	if (close && strcmp(name, "LeverageSet") == 0) {
		insuredao_index(a->state, a->pool, index)->target_lev = values[0].number;
	} else if (close && strcmp(name, "newAllocation") == 0 && u256_is_zero(values[1].number) &&
		   insuredao_kind(a->pool, values[0].address) == INSUREDAO_MARKETS) {
		struct insuredao_credit *c =
			insuredao_credit(a->state, a->pool, values[0].address, index);

		insuredao_take(&insuredao_index(a->state, a->pool, index)->total_alloc_point,
			       c->points);
		c->points = U256_ZERO;
	} else if (!close || strcmp(name, "Resumed") != 0) {
		close = NULL; /* adjustAlloc by itself */
	}
	if (close) {
		s->has_early = true;
		s->early_index = index;
		s->early_log = close->log_index;
	}
	insuredao_allocate_own(a, index);
}

bool insuredao_was_early(struct applying *a, struct address index)
{
	const struct insuredao_scratch *s = insuredao_scratch(a);

	return s->has_early && address_equal(s->early_index, index) &&
	       s->early_log == a->event->log->log_index;
}

/* The event's own figure is taken: an expected step of another amount is undone. */
static void correct(struct applying *a, struct insuredao_step *expected, struct address market,
		    struct address index, bool is_increase, struct assets amount)
{
	struct insuredao_index_row *row = insuredao_index(a->state, a->pool, index);

	if (expected) {
		step(a, market, index, !expected->is_increase, expected->amount);
		if (expected->is_increase)
			insuredao_take(&row->total_allocated_credit.raw, expected->amount.raw);
		else
			insuredao_add(&row->total_allocated_credit.raw, expected->amount.raw);
	}
	step(a, market, index, is_increase, amount);
	if (is_increase)
		insuredao_add(&row->total_allocated_credit.raw, amount.raw);
	else
		insuredao_take(&row->total_allocated_credit.raw, amount.raw);
}

static void on_credit(struct applying *a, const struct pool_event *event, bool is_increase)
{
	struct address market = event->log->address;
	struct address index = event->values[0].address;
	struct assets amount = assets_of(event->values[1].number);
	struct insuredao_step *x;

	insuredao_meet(a, market);
	if (insuredao_kind(a->pool, index) != INSUREDAO_INDICES) {
		insuredao_expect_words(a, INSUREDAO_CREDIT_STEPS, index, "index", false,
				       "an index that is configured", "another address");
		correct(a, NULL, market, index, is_increase, amount);
		return;
	}
	if (!insuredao_vault_is_known(a->state, a->pool)) {
		correct(a, NULL, market, index, is_increase, amount);
		return;
	}
	if (!find_step(a, market, index, &is_increase, &amount))
		begin_unannounced(a, index);
	x = find_step(a, market, index, &is_increase, &amount);
	if (!x) {
		struct insuredao_step *other = find_step(a, market, index, NULL, NULL);

		insuredao_expect(a, INSUREDAO_CREDIT_STEPS, market,
				 is_increase ? "increase" : "decrease", true,
				 other && other->is_increase == is_increase ? other->amount.raw
									    : U256_ZERO,
				 amount.raw);
		correct(a, other, market, index, is_increase, amount);
		x = other;
	} else {
		insuredao_expect(a, INSUREDAO_CREDIT_STEPS, market,
				 is_increase ? "increase" : "decrease", true, x->amount.raw,
				 amount.raw);
	}
	if (x)
		x->is_met = true;
}

void insuredao_on_credit_increase(struct applying *a, const struct pool_event *event)
{
	on_credit(a, event, true);
}

void insuredao_on_credit_decrease(struct applying *a, const struct pool_event *event)
{
	on_credit(a, event, false);
}

void insuredao_check_steps(struct applying *a)
{
	struct insuredao_scratch *s = insuredao_scratch(a);

	for (size_t i = 0; i < s->step_count; i++)
		if (!s->steps[i].is_met)
			insuredao_expect(a, INSUREDAO_CREDIT_STEPS, s->steps[i].market,
					 s->steps[i].is_increase ? "increase" : "decrease", true,
					 s->steps[i].amount.raw, U256_ZERO);
}
