/* sim_play.h - random transactions of an API3 pool that keep to its contract's rules. */
#ifndef TESTS_SUPPORT_SIM_PLAY_H
#define TESTS_SUPPORT_SIM_PLAY_H

#include "tests/support/pool_script.h"
#include "tests/support/sim_random.h"

/* Who sends an action's transaction: one of the script's users, or: */
enum { SIM_ACTOR_MANAGER = SCRIPT_USERS, SIM_ACTOR_OUTSIDER, SIM_ACTOR_COUNT };

/*
 * One transaction of the script's block in hand, if what was drawn is possible now; says which
 * actor sends it, or -1 where nothing happened.
 */
int sim_play(struct script *s, struct sim_random *random);

/* Seconds to the next block: mostly a slot, now and then days, or a week and its reward. */
uint64_t sim_pause(const struct script *s, struct sim_random *random);

#endif
