#include "indexer/node_traits.h"

#include <stdlib.h>

#include "base/arena.h"

struct node_traits *node_traits_new(unsigned batch_max, const struct pace_options *pace,
				    const struct clock *clock)
{
	struct node_traits *traits = xcalloc(1, sizeof(*traits));

	atomic_init(&traits->owners, 1);
	traits->clock = *clock;
	batch_limit_init(&traits->batch_limit, batch_max);
	traits->pace = pace_new(pace, clock);
	for (size_t i = 0; i < TRAIT_COUNT; i++) {
		atomic_init(&traits->lacks_until_ms[i], 0);
		atomic_init(&traits->has[i], false);
	}
	return traits;
}

struct node_traits *node_traits_share(struct node_traits *traits)
{
	(void)atomic_fetch_add(&traits->owners, 1);
	return traits;
}

void node_traits_release(struct node_traits *traits)
{
	if (!traits || atomic_fetch_sub(&traits->owners, 1) != 1)
		return;
	pace_release(traits->pace);
	free(traits);
}

bool node_lacks(const struct node_traits *traits, enum node_trait trait)
{
	unsigned long long until = atomic_load(&traits->lacks_until_ms[trait]);

	return until && clock_now_ms(&traits->clock) < until;
}

bool node_has(const struct node_traits *traits, enum node_trait trait)
{
	return atomic_load(&traits->has[trait]) && !node_lacks(traits, trait);
}

bool node_learned_lack(struct node_traits *traits, enum node_trait trait)
{
	unsigned long long until = clock_now_ms(&traits->clock) + TRAIT_KEPT_MS;

	atomic_store(&traits->has[trait], false);
	return atomic_exchange(&traits->lacks_until_ms[trait], until) == 0;
}

void node_learned_has(struct node_traits *traits, enum node_trait trait)
{
	atomic_store(&traits->has[trait], true);
	atomic_store(&traits->lacks_until_ms[trait], 0);
}
