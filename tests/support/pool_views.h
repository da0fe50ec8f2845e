/*
 * pool_views.h - what the script's contracts answer to the protocol's views.
 */
#ifndef TESTS_SUPPORT_POOL_VIEWS_H
#define TESTS_SUPPORT_POOL_VIEWS_H

#include "tests/support/pool_script.h"

/* The truth; `words` (may be NULL) gets the answer's bytes, to be spoiled. */
const struct view_rule *pool_views_answer(uint8_t **words, struct chain_call *call,
					  struct script *s, struct arena *arena);

#endif
