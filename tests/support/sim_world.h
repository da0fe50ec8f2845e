/*
 * sim_world.h - simulated time: what happens when, and a record of all that happened.
 *
 * Time stands still while the program computes, and moves when it sleeps or waits for the network.
 * Then what is due happens in order: of one millisecond, what was planned first. One thread; the
 * same seed gives the same run, which the record's hash shows.
 */
#ifndef TESTS_SUPPORT_SIM_WORLD_H
#define TESTS_SUPPORT_SIM_WORLD_H

#include "base/clock.h"
#include "base/slice.h"
#include "tests/support/sim_random.h"

struct sim_world;

typedef void sim_event(void *context);

/* With `is_verbose`, notes are printed with their times. */
struct sim_world *sim_world_new(uint64_t seed, bool is_verbose);
void sim_world_free(struct sim_world *world);

uint64_t sim_now(const struct sim_world *world); /* ms since the beginning */
struct clock sim_clock(struct sim_world *world);
struct sim_random *sim_world_random(struct sim_world *world);

/* Plans an event, at once where `time` is past; drops all that were planned for a context. */
void sim_world_at(struct sim_world *world, uint64_t time, sim_event *event, void *context);
void sim_world_forget(struct sim_world *world, const void *context);

/* The next event, if it is due by `until`; else time moves there, and false. */
bool sim_world_step(struct sim_world *world, uint64_t until);

/* Into the record: a line, and bytes that are only hashed. */
void sim_note(struct sim_world *world, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void sim_note_bytes(struct sim_world *world, const void *bytes, size_t size);
uint64_t sim_world_hash(const struct sim_world *world);

#endif
