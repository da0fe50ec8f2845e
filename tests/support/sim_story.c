#include "tests/support/sim_story.h"

#include <inttypes.h>
#include <stdlib.h>

#include "tests/support/test.h"

enum {
	TRUNK_MIN = STORY_DEPTH_MAX + STORY_HEAD_MIN + 4,
	TRUNK_MORE = 30,
	BRANCH_MORE = 20,
	QUIET_AFTER_MS = 5000,
	DELAY_MS = 3000,
};

/* ---- chains ---- */

struct story_family *story_family_new(uint64_t seed)
{
	struct story_family *family = xcalloc(1, sizeof(*family));
	struct sim_random random;
	struct sim_options options;
	uint64_t count;

	family->index = seed / STORY_FAMILY_SEEDS;
	random = sim_random_of(family->index, 901);
	options = (struct sim_options){
		.noise_max = 1 + (unsigned)sim_below(&random, 3),
		.pool_percent = 25 + (unsigned)sim_below(&random, 60),
		.crosses_forks = sim_percent(&random, 30),
	};
	count = TRUNK_MIN + sim_below(&random, TRUNK_MORE);
	family->chains[0].chain = sim_chain_new(20000 + family->index, count, &options);
	family->chains[0].head = count - 1;
	family->chains[0].fork = count - 1;
	family->lowest_fork = UINT64_MAX;
	for (family->count = 1; family->count < STORY_CHAINS; family->count++) {
		const struct story_chain *parent = &family->chains[family->count - 1];
		struct story_chain *branch = &family->chains[family->count];
		uint64_t depth =
			1 + sim_below(&random, sim_percent(&random, 50) ? 8 : STORY_DEPTH_MAX);
		uint64_t length = depth + 1 + sim_below(&random, BRANCH_MORE);

		branch->fork = parent->head - depth;
		branch->head = branch->fork + length;
		branch->chain =
			sim_chain_fork(parent->chain, branch->fork, length,
				       30000 + family->index * STORY_CHAINS + family->count);
		if (branch->fork < family->lowest_fork)
			family->lowest_fork = branch->fork;
	}
	return family;
}

void story_family_free(struct story_family *family)
{
	for (size_t i = 0; family && i < family->count; i++) {
		sim_chain_free(family->chains[i].chain);
		free(family->chains[i].digests);
	}
	free(family);
}

bool story_family_has(const struct story_family *family, uint64_t seed)
{
	return family && family->index == seed / STORY_FAMILY_SEEDS;
}

/* ---- how heads move ---- */

static uint64_t head_of(const struct story *s, size_t chain)
{
	return s->family->chains[chain].head;
}

static uint64_t clamp(uint64_t head, uint64_t most)
{
	head = head < STORY_HEAD_MIN ? STORY_HEAD_MIN : head;
	return head < most ? head : most;
}

/* The newest block that is there before it is quiet. */
static uint64_t top_of(const struct story *s, size_t chain)
{
	return head_of(s, chain) - STORY_LAST_BLOCKS;
}

static void draw_move(struct story_move *move, const struct story *s, struct sim_random *random)
{
	uint64_t what = sim_below(random, 100);
	uint64_t head = move->head;

	if (what < 50) {
		head += 1 + sim_below(random, 3);
	} else if (what < 58) {
		head += 5 + sim_below(random, 90);
	} else if (s->mode == STORY_SPARSE) {
		/* Only onward: a head that is back before anybody looks again shows nothing, and
		 * where not every header is seen neither do the logs that it hid meanwhile. */
		if (what < 82 && move->chain + 1 < STORY_CHAINS)
			move->chain++;
		head += sim_below(random, 4);
	} else if (what < 82) {
		move->chain =
			(move->chain + 1 + sim_below(random, STORY_CHAINS - 1)) % STORY_CHAINS;
		head = sim_percent(random, 70) ? head + sim_below(random, 4)
					       : sim_below(random, top_of(s, move->chain));
	} else if (what < 92) {
		head -= sim_below(random, 6);
	}
	move->head = clamp(head, top_of(s, move->chain));
}

static bool is_detour(const struct story *s, const struct story_move *move)
{
	const struct story_move *before = &s->moves[s->move_count - 1];

	return move->head < before->head || move->chain < before->chain;
}

static void draw_moves(struct story *s, struct sim_random *random)
{
	struct story_move move = {
		.chain = sim_percent(random, 80) ? 0 : (size_t)sim_below(random, STORY_CHAINS)};
	size_t count = 3 + (size_t)sim_below(random, STORY_MOVES_MAX - 3);

	/* Where a deep reorg shall be seen, the mirror must have come far. */
	move.head = clamp(sim_percent(random, 40) ? top_of(s, move.chain)
						  : sim_below(random, top_of(s, move.chain)),
			  top_of(s, move.chain));
	for (s->move_count = 0; s->move_count < count; s->move_count++) {
		bool is_last = s->move_count + 1 == count;

		if (s->move_count)
			draw_move(&move, s, random);
		s->has_detours = s->has_detours || (s->move_count && is_detour(s, &move));
		if (is_last) {
			move.chain = s->last_chain;
			move.head = top_of(s, s->last_chain);
		}
		for (size_t i = 0; i < SIM_NET_NODES; i++)
			move.delays[i] = s->move_count && s->node_count > 1
						 ? sim_below(random, DELAY_MS)
						 : 0;
		s->moves[s->move_count] = move;
		move.time += sim_percent(random, 20) ? 0 : sim_below(random, 6000);
	}
	s->quiet_ms = s->moves[count - 1].time + QUIET_AFTER_MS;
}

/* ---- how nodes behave ---- */

static uint64_t draw_faults(struct sim_random *random)
{
	uint64_t faults = 0;

	if (sim_percent(random, 50))
		return (UINT64_C(1) << SIM_FAULT_COUNT) - 2;
	for (uint64_t n = 1 + sim_below(random, 4); n; n--)
		faults |= UINT64_C(1) << (1 + sim_below(random, SIM_FAULT_COUNT - 1));
	return faults;
}

static struct sim_manners draw_manners(const struct story *s, struct sim_random *random)
{
	static const unsigned percents[] = {0, 0, 2, 5, 10, 16, 30};
	struct sim_manners manners = {
		.fault_percent = percents[sim_below(random, 7)],
		.faults = draw_faults(random),
		.latency_ms =
			sim_percent(random, 50) ? sim_below(random, 20) : sim_below(random, 800),
		.range_max = sim_percent(random, 30) ? 3 + sim_below(random, 40) : 0,
		.batch_max = sim_percent(random, 30) ? 1 + (unsigned)sim_below(random, 12) : 0,
	};

	/* A node behind the same address that lags leaves out logs of the newest blocks: where not
	 * every header is seen, nothing shows that. */
	if (s->mode != STORY_SPARSE && sim_percent(random, 25)) {
		manners.lag_percent = 5 + (unsigned)sim_below(random, 40);
		manners.lag_max = 1 + sim_below(random, 6);
	}
	return manners;
}

static void draw_nodes(struct story *s, struct sim_random *random)
{
	size_t honest;

	s->node_count = sim_percent(random, 60) ? 1 : 2 + (size_t)sim_below(random, 2);
	honest = (size_t)sim_below(random, s->node_count);
	for (size_t i = 0; i < s->node_count; i++) {
		struct sim_manners *last = &s->last_manners[i];
		uint64_t fate = sim_below(random, 100);

		s->manners[i] = draw_manners(s, random);
		s->manners[i].is_down = i != honest && sim_percent(random, 8);
		*last = s->manners[i];
		last->lag_percent = 0;
		last->is_down = i != honest && fate < 15;
		if (i == honest || fate >= 30)
			last->fault_percent = 0;
		if (i != honest && fate >= 30 && fate < 40)
			s->last_lag[i] = 4 + sim_below(random, 6); /* less is nothing unusual */
	}
}

/* ---- what happens to the program ---- */

static void draw_kills(struct story *s, struct sim_random *random)
{
	s->kill_count =
		sim_percent(random, 45) ? 0 : 1 + (size_t)sim_below(random, STORY_KILLS_MAX);
	for (size_t i = 0; i < s->kill_count; i++) {
		struct story_kill *kill = &s->kills[i];

		kill->kind = (enum story_kill_kind)sim_below(random, STORY_KILL_COUNT);
		kill->at =
			kill->kind == STORY_KILL_AT_REQUEST || kill->kind == STORY_STOP_AT_REQUEST
				? 1 + sim_below(random, 200)
				: 1 + sim_below(random, 40);
	}
}

static void draw_troubles(struct story *s, struct sim_random *random)
{
	static const enum store_trouble kinds[] = {STORE_DISK_FULL, STORE_DISK_FAILS,
						   STORE_MAP_FULL, STORE_GIVES_UP};

	s->trouble_count =
		sim_percent(random, 60) ? 0 : 1 + (size_t)sim_below(random, STORY_TROUBLES_MAX);
	for (size_t i = 0; i < s->trouble_count; i++)
		s->troubles[i] = (struct story_trouble){.kind = kinds[sim_below(random, 4)],
							.at = 1 + sim_below(random, 40),
							.times = 1 + sim_below(random, 4)};
	/* Then the map grows, or cannot. */
	s->map_initial = sim_percent(random, 20) ? 256 * 1024 : 8 * 1024 * 1024;
}

static void draw_program(struct story *s, struct sim_random *random)
{
	s->mode = (enum story_mode)sim_below(random, STORY_MODE_COUNT);
	s->views_every = sim_percent(random, 15) ? 1 + sim_below(random, 20) : 0;
	s->views_at_head = sim_percent(random, 50);
	s->all_accounts = sim_percent(random, 50);
	s->by_proof = sim_percent(random, 25);
	s->syncs_first = sim_percent(random, 30);
	s->attempts = 1 + (unsigned)sim_below(random, 6);
	s->timeout_ms = 1000 + sim_below(random, 10000);
	s->poll_ms = 200 + sim_below(random, 2000);
}

struct story story_draw(uint64_t seed, const struct story_family *family)
{
	struct sim_random random = sim_random_of(seed, 902);
	struct story s = {.seed = seed, .family = family, .last_chain = STORY_CHAINS - 1};

	draw_program(&s, &random);
	draw_nodes(&s, &random);
	draw_moves(&s, &random);
	draw_kills(&s, &random);
	draw_troubles(&s, &random);
	s.finality = head_of(&s, s.last_chain) - family->lowest_fork + 1;
	return s;
}

/* ---- for people ---- */

void story_describe(char *out, size_t size, const struct story *s)
{
	static const char *const modes[] = {"dense", "sparse", "headers"};

	(void)snprintf(out, size,
		       "%s, %zu nodes, views every %" PRIu64 "%s%s, %u attempts of %" PRIu64
		       " ms; chains to %" PRIu64 ", %" PRIu64 " (from %" PRIu64 "), %" PRIu64
		       " (from %" PRIu64 "); %zu moves, %zu kills, %zu disk troubles",
		       modes[s->mode], s->node_count, s->views_every,
		       s->views_at_head ? " and at the head" : "", s->by_proof ? " by proof" : "",
		       s->attempts, s->timeout_ms, s->family->chains[0].head,
		       s->family->chains[1].head, s->family->chains[1].fork,
		       s->family->chains[2].head, s->family->chains[2].fork, s->move_count,
		       s->kill_count, s->trouble_count);
}
