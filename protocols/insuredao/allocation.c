#include "protocols/insuredao/allocation.h"

#include "protocols/insuredao/premium.h"

/* The sums that the steps share. */
struct allocating {
	struct assets target;
	u256 points;
	struct assets total;
	struct assets freeable;
	struct assets frozen;
};

static struct assets lesser(struct assets a, struct assets b)
{
	return assets_compare(a, b) < 0 ? a : b;
}

static void call(struct insuredao_slice *s, bool is_increase, struct assets amount)
{
	s->is_called = true;
	s->is_increase = is_increase;
	s->amount = amount;
}

/* Paying markets keep their credit; of paused ones and those without points it is withdrawn as far
 * as it is free. */
static bool look_at(struct allocating *w, struct insuredao_slice *s)
{
	struct assets kept = s->credit;

	s->is_called = false;
	s->wanting = assets_of(U256_ZERO);
	s->free = lesser(s->credit, s->available);
	if (!s->is_paying && !s->is_paused && !u256_is_zero(s->points))
		return assets_add_ok(&w->freeable, w->freeable, s->free);
	if (!s->is_paying) {
		call(s, false, s->free);
		if (!assets_sub_ok(&w->total, w->total, s->free) ||
		    !assets_sub_ok(&kept, kept, s->free))
			return false;
	}
	s->free = assets_of(U256_ZERO);
	return u256_sub_ok(&w->points, w->points, s->points) &&
	       assets_add_ok(&w->frozen, w->frozen, kept);
}

static bool takes_part(const struct insuredao_slice *s)
{
	return !s->is_paying && !s->is_paused && !u256_is_zero(s->points);
}

static bool withdraw_all(struct allocating *w, struct insuredao_slice *slices, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!u256_is_zero(slices[i].free.raw))
			call(&slices[i], false, slices[i].free);
	return assets_sub_ok(&w->total, w->total, w->freeable);
}

/* Where more is locked than the goal, all that is free is withdrawn; else the market is short. */
static bool find_wanting(struct assets *sum, struct allocating *w, struct insuredao_slice *slices,
			 size_t count)
{
	*sum = assets_of(U256_ZERO);
	for (size_t i = 0; i < count; i++) {
		struct insuredao_slice *s = &slices[i];
		struct assets goal = assets_of(U256_ZERO);
		struct assets stuck = assets_of(U256_ZERO);

		if (!takes_part(s))
			continue;
		if (!u256_mul_ok(&goal.raw, w->target.raw, s->points) ||
		    !u256_div_ok(&goal.raw, goal.raw, w->points) ||
		    !assets_sub_ok(&stuck, s->credit, s->free))
			return false;
		if (assets_compare(stuck, goal) > 0) {
			call(s, false, s->free);
			if (!assets_sub_ok(&w->total, w->total, s->free))
				return false;
			continue;
		}
		if (!assets_sub_ok(&s->wanting, goal, stuck) ||
		    !assets_add_ok(sum, *sum, s->wanting))
			return false;
	}
	return true;
}

static bool fill_wanting(struct allocating *w, struct insuredao_slice *slices, size_t count,
			 struct assets spare, struct assets sum)
{
	for (size_t i = 0; i < count; i++) {
		struct insuredao_slice *s = &slices[i];
		struct assets part = assets_of(U256_ZERO);
		struct assets step = assets_of(U256_ZERO);
		bool is_increase;

		if (u256_is_zero(s->wanting.raw))
			continue;
		if (!u256_mul_ok(&part.raw, spare.raw, s->wanting.raw) ||
		    !u256_div_ok(&part.raw, part.raw, sum.raw))
			return false;
		is_increase = assets_compare(part, s->free) >= 0;
		if (is_increase ? !assets_sub_ok(&step, part, s->free) ||
					  !assets_add_ok(&w->total, w->total, step)
				: !assets_sub_ok(&step, s->free, part) ||
					  !assets_sub_ok(&w->total, w->total, step))
			return false;
		call(s, is_increase, step);
	}
	return true;
}

static bool divide(struct allocating *w, struct trace *trace, struct insuredao_slice *slices,
		   size_t count)
{
	struct assets fixed = assets_of(U256_ZERO);
	struct assets spare = assets_of(U256_ZERO);
	struct assets sum;

	if (!assets_sub_ok(&w->target, w->target, w->frozen))
		w->target = assets_of(U256_ZERO);
	if (!assets_sub_ok(&fixed, w->total, w->freeable) ||
	    !assets_sub_ok(&fixed, fixed, w->frozen))
		return false;
	TRACE(trace, "locked credit", "allocated - freeable - frozen", true, fixed.raw,
	      {"allocated", w->total.raw}, {"freeable", w->freeable.raw},
	      {"frozen", w->frozen.raw});
	if (assets_compare(fixed, w->target) >= 0)
		return withdraw_all(w, slices, count);
	return assets_sub_ok(&spare, w->target, fixed) && find_wanting(&sum, w, slices, count) &&
	       fill_wanting(w, slices, count, spare, sum);
}

bool insuredao_allocate(struct assets *total_after, struct trace *trace,
			struct insuredao_slice *slices, size_t count,
			const struct insuredao_index *index)
{
	struct allocating w = {.points = index->total_points, .total = index->total_credit};
	bool ok = u256_mul_ok(&w.target.raw, index->target_leverage, index->liquidity.raw) &&
		  u256_div_ok(&w.target.raw, w.target.raw, u256_from(INSUREDAO_ONE));

	TRACE(trace, "target credit", "targetLev * liquidity // 10^6", ok, w.target.raw,
	      {"targetLev", index->target_leverage}, {"liquidity", index->liquidity.raw});
	for (size_t i = 0; ok && i < count; i++)
		ok = look_at(&w, &slices[i]);
	ok = ok && divide(&w, trace, slices, count);
	TRACE(trace, "credit after", "by points, what is locked staying where it is", ok,
	      w.total.raw, {"markets", u256_from(count)}, {"allocated", index->total_credit.raw});
	*total_after = ok ? w.total : index->total_credit;
	return ok;
}

bool insuredao_withdrawable(struct assets *out, struct trace *trace,
			    const struct insuredao_slice *slices, size_t count,
			    const struct insuredao_index *index)
{
	struct assets sum = assets_of(U256_ZERO);
	struct assets most = assets_of(U256_ZERO);
	struct assets needed = assets_of(U256_ZERO);
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++) {
		struct assets locked;

		if (!assets_sub_ok(&locked, slices[i].credit, slices[i].available))
			continue;
		ok = assets_add_ok(&sum, sum, locked);
		if (assets_compare(locked, most) > 0)
			most = locked;
	}
	*out = assets_of(U256_ZERO);
	if (ok && !u256_is_zero(index->liquidity.raw) && !u256_is_zero(sum.raw)) {
		ok = u256_mul_ok(&needed.raw, sum.raw, u256_from(INSUREDAO_ONE)) &&
		     u256_div_ok(&needed.raw, needed.raw, index->target_leverage);
		if (assets_compare(most, needed) > 0)
			needed = most;
	}
	if (ok && !assets_sub_ok(out, index->liquidity, needed))
		*out = assets_of(U256_ZERO);
	TRACE(trace, "withdrawable",
	      "liquidity - max(locked credit * 10^6 // targetLev, largest locked credit)", ok,
	      out->raw, {"liquidity", index->liquidity.raw}, {"locked credit", sum.raw},
	      {"targetLev", index->target_leverage}, {"largest locked credit", most.raw});
	return ok;
}
