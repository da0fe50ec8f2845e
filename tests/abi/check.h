/*
 * check.h - what the tests of this room ask again and again.
 */
#ifndef TESTS_ABI_CHECK_H
#define TESTS_ABI_CHECK_H

#include "tests/support/test.h"

/* The call went well, else its words are shown. */
static inline void must_succeed(enum status st, const struct error *err)
{
	if (st != OK)
		fail_msg("%s: %s", status_name(st), err->message);
}

/* The call failed with this status, and its message has these words. */
static inline void must_fail(enum status st, const struct error *err, enum status wanted,
			     const char *words)
{
	if (st != wanted)
		fail_msg("%s instead of %s (%s)", status_name(st), status_name(wanted), words);
	if (err->status != wanted || !strstr(err->message, words))
		fail_msg("\"%s\" does not say \"%s\"", err->message, words);
}

#endif
