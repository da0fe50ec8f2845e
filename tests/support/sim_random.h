/* sim_random.h - seeded random numbers for the simulated chain (splitmix64). */
#ifndef TESTS_SUPPORT_SIM_RANDOM_H
#define TESTS_SUPPORT_SIM_RANDOM_H

#include "abi/u256.h"

struct sim_random {
	uint64_t state;
};

static inline uint64_t sim_word(struct sim_random *random)
{
	uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* From 0 to limit - 1; 0 where the limit is 0. */
static inline uint64_t sim_below(struct sim_random *random, uint64_t limit)
{
	return limit ? sim_word(random) % limit : 0;
}

static inline bool sim_percent(struct sim_random *random, unsigned percent)
{
	return sim_below(random, 100) < percent;
}

static inline void sim_bytes(struct sim_random *random, void *out, size_t size)
{
	uint8_t *bytes = out;

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)sim_word(random);
}

/* A stream of its own for the n-th thing of a seed. */
static inline struct sim_random sim_random_of(uint64_t seed, uint64_t n)
{
	struct sim_random random = {seed ^ (n + 1) * UINT64_C(0xd6e8feb86659fd93)};

	random.state = sim_word(&random);
	return random;
}

#endif
