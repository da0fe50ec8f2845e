#include "tests/support/sim_world.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/arena.h"

enum { NOTE_SIZE = 600 };

struct planned {
	struct planned *next;
	uint64_t time;
	sim_event *event;
	void *context;
};

struct sim_world {
	uint64_t now;
	struct planned *plan; /* by time, then in the order of planning */
	struct sim_random random;
	uint64_t hash;
	bool is_verbose;
};

struct sim_world *sim_world_new(uint64_t seed, bool is_verbose)
{
	struct sim_world *world = xcalloc(1, sizeof(*world));

	world->random = sim_random_of(seed, 900);
	world->hash = UINT64_C(0xcbf29ce484222325);
	world->is_verbose = is_verbose;
	return world;
}

void sim_world_free(struct sim_world *world)
{
	while (world->plan) {
		struct planned *first = world->plan;

		world->plan = first->next;
		free(first);
	}
	free(world);
}

uint64_t sim_now(const struct sim_world *world)
{
	return world->now;
}

struct sim_random *sim_world_random(struct sim_world *world)
{
	return &world->random;
}

/* ---- the clock ---- */

static uint64_t clock_now(void *context)
{
	return ((struct sim_world *)context)->now;
}

static void clock_sleep(void *context, uint64_t sleep_ms)
{
	struct sim_world *world = context;
	uint64_t until = world->now + sleep_ms;

	while (sim_world_step(world, until))
		;
}

struct clock sim_clock(struct sim_world *world)
{
	return (struct clock){.now_ms = clock_now, .sleep_ms = clock_sleep, .context = world};
}

/* ---- the plan ---- */

void sim_world_at(struct sim_world *world, uint64_t time, sim_event *event, void *context)
{
	struct planned *planned = xcalloc(1, sizeof(*planned));
	struct planned **at = &world->plan;

	planned->time = time < world->now ? world->now : time;
	planned->event = event;
	planned->context = context;
	while (*at && (*at)->time <= planned->time)
		at = &(*at)->next;
	planned->next = *at;
	*at = planned;
}

void sim_world_forget(struct sim_world *world, const void *context)
{
	struct planned **at = &world->plan;

	while (*at) {
		struct planned *planned = *at;

		if (planned->context != context) {
			at = &planned->next;
			continue;
		}
		*at = planned->next;
		free(planned);
	}
}

bool sim_world_step(struct sim_world *world, uint64_t until)
{
	struct planned *first = world->plan;
	struct planned due;

	if (!first || first->time > until) {
		if (until > world->now)
			world->now = until;
		return false;
	}
	due = *first;
	world->plan = first->next;
	free(first);
	world->now = due.time;
	due.event(due.context);
	return true;
}

/* ---- the record: FNV-1a ---- */

void sim_note_bytes(struct sim_world *world, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;

	for (size_t i = 0; i < size; i++)
		world->hash = (world->hash ^ at[i]) * UINT64_C(0x100000001b3);
}

void sim_note(struct sim_world *world, const char *format, ...)
{
	char line[NOTE_SIZE];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	if (length < 0)
		return;
	sim_note_bytes(world, &world->now, sizeof(world->now));
	sim_note_bytes(world, line, (size_t)length < sizeof(line) ? (size_t)length : sizeof(line));
	if (world->is_verbose)
		(void)printf("# %9.3f s  %s\n", (double)world->now / 1000, line);
}

uint64_t sim_world_hash(const struct sim_world *world)
{
	return world->hash;
}
