#include "indexer/batch_limit.h"

void batch_limit_init(struct batch_limit *limit, unsigned max)
{
	limit->max = max ? max : 1;
	atomic_init(&limit->limit, limit->max);
	atomic_init(&limit->raise_at_ms, 0);
}

size_t batch_limit_get(struct batch_limit *limit, uint64_t now_ms)
{
	unsigned long long due = atomic_load(&limit->raise_at_ms);
	unsigned old = atomic_load(&limit->limit);
	unsigned raised = old > limit->max / 2 ? limit->max : old * 2;

	if (!due || now_ms < due)
		return old;
	/* Only one of several threads makes this step. */
	if (!atomic_compare_exchange_strong(&limit->raise_at_ms, &due,
					    raised == limit->max ? 0
								 : now_ms + BATCH_LIMIT_STEP_MS))
		return old;
	/* A refusal in between is newer and stands. */
	return atomic_compare_exchange_strong(&limit->limit, &old, raised) ? raised : old;
}

bool batch_limit_lower(struct batch_limit *limit, size_t calls, uint64_t now_ms)
{
	unsigned lower = calls ? (unsigned)calls : 1;
	unsigned old = atomic_load(&limit->limit);

	while (lower < old)
		if (atomic_compare_exchange_weak(&limit->limit, &old, lower)) {
			atomic_store(&limit->raise_at_ms, now_ms + BATCH_LIMIT_KEPT_MS);
			return true;
		}
	return false;
}
