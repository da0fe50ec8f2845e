/*
 * check.h - how a protocol says what it verified.
 *
 * A protocol names its checks in a table (id, severity, level, one sentence); its handlers report
 * each comparison here. What becomes of a failure (a finding, its life, its text) is reconcile's
 * business, behind the function pointers of struct checker.
 */
#ifndef PROTOCOLS_CHECK_H
#define PROTOCOLS_CHECK_H

#include "abi/types.h"
#include "abi/u256.h"

enum severity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_ERROR };

const char *severity_name(enum severity severity);
/* False where the text names none. */
bool severity_parse(enum severity *out, const char *text) MUST_CHECK;

/* The five questions of reconciliation (docs/concepts.md). */
enum check_level { LEVEL_SOURCE, LEVEL_EVENT, LEVEL_BOOKS, LEVEL_STATE, LEVEL_RULES };

const char *check_level_name(enum check_level level);

struct check_rule {
	const char *id; /* stable, kebab-case; users filter and silence by it */
	enum severity severity;
	enum check_level level;
	const char *sentence; /* what holds when it passes */
};

struct item_list;

/* Whom a comparison is about; a zeroed one is the pool itself. */
struct subject {
	bool is_account;
	struct address account;
	const struct item_list *list; /* the item of that list, where not NULL (item.h) */
	const uint8_t *key;           /* the item's; the caller's, or in the block's arena */
	const char *field;            /* static: which figure; "" where the check has only one */
};

struct check_failure {
	size_t check; /* index in the protocol's table */
	struct subject subject;
	/* A standing check asks the same question again at later blocks and is resolved when it
	 * passes; one of an event is asked once. */
	bool is_standing;
	const char *expected;
	const char *actual;
	const char *difference; /* actual - expected, signed decimal; "" where not numbers */
};

enum { CHECKS_MAX = 64 }; /* in a protocol's table, at most */

struct check_count {
	uint64_t passed;
	uint64_t failed;
};

struct checker {
	void (*failed)(void *context, const struct check_failure *failure);
	/* Called for a passing standing check only while has_open_standing. */
	void (*resolved)(void *context, size_t check, const struct subject *subject);
	void *context;
	bool has_open_standing;
	/* Comparisons made since the owner last set these to zero. */
	uint64_t passed_count;
	uint64_t failed_count;
	struct check_count of_check[CHECKS_MAX]; /* the same by index in the protocol's table */
};

/* Figures must be equal. Returns whether they are. */
bool check_equal(struct checker *checker, size_t check, struct subject subject, u256 expected,
		 u256 actual);

/* The same where either side may be "not computable" (the contract reverts). */
bool check_equal_or_null(struct checker *checker, size_t check, struct subject subject,
			 bool is_expected_computable, u256 expected, bool is_actual_computable,
			 u256 actual);

/* Anything else: `expected` and `actual` are words for the finding. */
bool check_that(struct checker *checker, size_t check, struct subject subject, bool holds,
		const char *expected, const char *actual);

/* The standing forms of the three. */
bool check_standing_equal(struct checker *checker, size_t check, struct subject subject,
			  u256 expected, u256 actual);
bool check_standing_that(struct checker *checker, size_t check, struct subject subject, bool holds,
			 const char *expected, const char *actual);
bool check_standing_equal_or_null(struct checker *checker, size_t check, struct subject subject,
				  bool is_expected_computable, u256 expected,
				  bool is_actual_computable, u256 actual);

#endif
