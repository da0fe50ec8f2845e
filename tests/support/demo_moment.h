/*
 * demo_moment.h - tests of one mirror of the demo chain, synced once and shared by the group, each
 * with a moment of it. cmocka's fixtures:
 *
 *   cmocka_unit_test_setup_teardown(test, demo_moment_begin, demo_moment_end)
 *   cmocka_run_group_tests(tests, demo_moment_sync, demo_moment_remove)
 */
#ifndef TESTS_SUPPORT_DEMO_MOMENT_H
#define TESTS_SUPPORT_DEMO_MOMENT_H

#include <jansson.h>

#include "serve/reader.h"
#include "tests/support/demo_chain.h"

struct demo_moment {
	struct demo *demo; /* the group's */
	const struct pool *pool;
	struct moment moment;
	struct arena *arena;
	json_t *document; /* the answer in hand; NULL: none */
	const json_t *items;
	struct error err;
};

/* The group's mirror, synced to the chain's end, with those options and with the demo's own. */
int demo_moment_sync_with(void **state, const struct demo_options *options);
int demo_moment_sync(void **state);
int demo_moment_remove(void **state);

/* A test's fixture at the mirror's newest block. */
int demo_moment_begin(void **state);
int demo_moment_end(void **state);

/* To another moment: "100", "latest"; NULL: the newest block. */
void demo_moment_move(struct demo_moment *f, const char *at);

/* Takes the answer in the place of the one before, and counts its items. NULL fails the test. */
size_t demo_moment_keep(struct demo_moment *f, json_t *document);

#endif
