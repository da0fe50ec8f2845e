/*
 * test.h - cmocka with the headers that its packaged version needs before it.
 */
#ifndef TESTS_SUPPORT_TEST_H
#define TESTS_SUPPORT_TEST_H

/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#include "base/error.h"

/* The status is OK, else the error's words are shown. */
#define assert_ok(call, err)                                                                       \
	do {                                                                                       \
		enum status assert_ok_status = (call);                                             \
		if (assert_ok_status != OK)                                                        \
			fail_msg("%s: %s", status_name(assert_ok_status), (err).message);          \
	} while (0)

#endif
