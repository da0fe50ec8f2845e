/*
 * check.h - what the tests of this room share.
 */
#ifndef TESTS_INDEXER_CHECK_H
#define TESTS_INDEXER_CHECK_H

#include "tests/support/test.h"

#include <stdlib.h>
#include <string.h>

#include "abi/types.h"

/* The call succeeds, else the words of its error are shown. */
#define check_ok(call, err)                                                                        \
	do {                                                                                       \
		enum status check_ok_got = (call);                                                 \
		if (check_ok_got != OK)                                                            \
			fail_msg("%s: %s", status_name(check_ok_got), (err).message);              \
	} while (0)

/* The call fails like this, with these words in its message. */
#define check_fails(call, wanted, err, words)                                                      \
	do {                                                                                       \
		enum status check_fails_got = (call);                                              \
		if (check_fails_got != (wanted) || !strstr((err).message, (words)))                \
			fail_msg("%s: %s (expected %s: …%s…)", status_name(check_fails_got),       \
				 check_fails_got == OK ? "" : (err).message, status_name(wanted),  \
				 (words));                                                         \
	} while (0)

static inline struct address address_of(const char *text)
{
	struct address out = {{0}};

	assert_int_equal(hex_parse_exact(out.bytes, ADDRESS_BYTES, text, strlen(text), NULL), OK);
	return out;
}

static inline struct hash hash_of(const char *text)
{
	struct hash out = {{0}};

	assert_int_equal(hex_parse_exact(out.bytes, HASH_BYTES, text, strlen(text), NULL), OK);
	return out;
}

#endif
