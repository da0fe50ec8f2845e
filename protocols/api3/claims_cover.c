/*
 * The open cover of a manager: what remains of the policies that are open at a time.
 *
 * It changes with events and with time. Each policy has two boundaries in time: its first second,
 * and the second after its last. The manager's row holds the sum as of `swept_at`; boundaries later
 * than that stand in rows of their own, by time. So an event costs the boundaries that were passed
 * since the manager's last one, and a reader counts those between swept_at and its own time.
 */
#include "protocols/api3/claims.h"

/* One side of a boundary: cover and policies that come or go. */
struct change {
	uint64_t time;
	u256 cover;
	uint64_t count;
};

struct sweep {
	u256 cover;
	uint64_t count;
	uint64_t to;
	struct address manager;
	bool is_broken; /* a sum that cannot be: the rows are damaged */
};

static bool pass(void *context, const uint8_t *key, const void *row)
{
	struct sweep *sweep = context;
	const struct claims_boundary *b = row;

	if (memcmp(key, sweep->manager.bytes, ADDRESS_BYTES) != 0 ||
	    get_be64(key + ADDRESS_BYTES) > sweep->to)
		return false;
	/* Every policy ends after it began, so what ends is there. */
	if (!u256_add_ok(&sweep->cover, sweep->cover, b->begins) ||
	    !u256_sub_ok(&sweep->cover, sweep->cover, b->ends))
		sweep->is_broken = true;
	sweep->count += b->begin_count;
	sweep->count -= b->end_count;
	return !sweep->is_broken;
}

/* A walk over rows that a block is making may not see them in order; but a block has one time, to
 * which it sweeps before it makes any. */
static struct sweep sweep_to(struct state *state, const struct pool *pool, struct address manager,
			     uint64_t time)
{
	const struct claims_manager m = claims_manager_now(state, pool, manager);
	struct sweep sweep = {
		.cover = m.open_cover, .count = m.open_count, .to = time, .manager = manager};
	struct claims_key after = claims_key_time(manager, m.swept_at);

	if (time > m.swept_at)
		state_each_after(state, &claims_table_boundary, pool->id, after.bytes, pass,
				 &sweep);
	return sweep;
}

static void fail(struct applying *a)
{
	struct error err;

	error_fill(&err, ERR_CORRUPT, "the open cover of a claims manager does not add up");
	applying_fail(a, ERR_CORRUPT, &err);
}

static void sweep_to_now(struct applying *a, struct address manager)
{
	struct claims_manager *m = claims_manager(a->state, a->pool, manager);
	struct sweep sweep;

	if (m->swept_at >= a->block->timestamp)
		return;
	sweep = sweep_to(a->state, a->pool, manager, a->block->timestamp);
	if (sweep.is_broken) {
		fail(a);
		return;
	}
	m->open_cover = sweep.cover;
	m->open_count = sweep.count;
	m->swept_at = a->block->timestamp;
}

static struct claims_boundary *boundary(struct applying *a, struct address manager, uint64_t time)
{
	return state_row(a->state, &claims_table_boundary, a->pool->id,
			 claims_key_time(manager, time).bytes);
}

/* What comes with the policy's first second and goes with the one after its last; a policy without
 * cover has no such part. */
static bool parts_of(struct change *begins, struct change *ends, const struct claims_policy *policy)
{
	*begins = (struct change){policy->allowed_from, policy->cover, 1};
	*ends = (struct change){policy->allowed_until + 1, policy->cover, 1};
	return policy->allowed_until && !u256_is_zero(policy->cover) && ends->time > begins->time;
}

static bool adjust(u256 *cover, uint64_t *count, const struct change *change, bool is_put)
{
	*count = is_put ? *count + change->count : *count - change->count;
	return is_put ? u256_add_ok(cover, *cover, change->cover)
		      : u256_sub_ok(cover, *cover, change->cover);
}

static void move(struct applying *a, struct address manager, const struct claims_policy *policy,
		 bool is_put)
{
	struct claims_manager *m = claims_manager(a->state, a->pool, manager);
	struct claims_boundary *b;
	struct change begins;
	struct change ends;
	bool ok;

	sweep_to_now(a, manager);
	if (!parts_of(&begins, &ends, policy) || ends.time <= m->swept_at)
		return;
	if (begins.time <= m->swept_at) {
		ok = adjust(&m->open_cover, &m->open_count, &begins, is_put);
	} else {
		b = boundary(a, manager, begins.time);
		ok = adjust(&b->begins, &b->begin_count, &begins, is_put);
	}
	b = boundary(a, manager, ends.time);
	if (!adjust(&b->ends, &b->end_count, &ends, is_put) || !ok)
		fail(a);
}

void claims_cover_take(struct applying *a, struct address manager,
		       const struct claims_policy *policy)
{
	move(a, manager, policy, false);
}

void claims_cover_put(struct applying *a, struct address manager,
		      const struct claims_policy *policy)
{
	move(a, manager, policy, true);
}

/* The first boundary that is one. */
static bool meet(void *context, const uint8_t *key, const void *row)
{
	struct sweep *sweep = context;
	const struct claims_boundary *b = row;

	if (memcmp(key, sweep->manager.bytes, ADDRESS_BYTES) != 0 ||
	    get_be64(key + ADDRESS_BYTES) > sweep->to)
		return false;
	sweep->count = b->begin_count || b->end_count;
	return !sweep->count;
}

static bool changes_between(struct state *state, const struct pool *pool, struct address manager,
			    uint64_t from, uint64_t to)
{
	struct claims_key after = claims_key_time(manager, from);
	struct sweep sweep = {.manager = manager, .to = to};

	if (from < to)
		state_each_after(state, &claims_table_boundary, pool->id, after.bytes, meet,
				 &sweep);
	return sweep.count > 0;
}

bool claims_cover_at(u256 *cover, uint64_t *count, struct state *state, const struct pool *pool,
		     struct address manager, uint64_t earliest, uint64_t latest)
{
	struct sweep sweep;

	if (earliest < claims_manager_now(state, pool, manager).swept_at ||
	    changes_between(state, pool, manager, earliest, latest))
		return false;
	sweep = sweep_to(state, pool, manager, earliest);
	*cover = sweep.cover;
	*count = sweep.count;
	return !sweep.is_broken;
}
