/*
 * check_counts.h - how often each check of a pool passed and failed.
 *
 * They are rows: committed with each block, read as of one, taken back by a reorganisation, out of
 * the digest. As they change with almost every block, they are packed into the pool's tally, some
 * two bytes a check; which count is whose stands in a row of its own, the order, which is written
 * when a check is made for the first time. There a check is known by two bytes of its id's hash:
 * its place in the protocol's table may change with the version.
 */
#ifndef RECONCILE_CHECK_COUNTS_H
#define RECONCILE_CHECK_COUNTS_H

#include "protocols/protocol.h"

/* The protocol's, those of the source, and some of an earlier version. */
enum { CHECK_COUNTS_MAX = CHECKS_MAX + 64 };

struct check_counts {
	size_t size;
	uint16_t tags[CHECK_COUNTS_MAX]; /* in the order of the first time */
	struct check_count counts[CHECK_COUNTS_MAX];
};

#define CHECK_ORDER_FIELDS(F) F(BYTES, tags, "two bytes a check, in the order of its counts")

struct check_order {
	RECORD_STRUCT(CHECK_ORDER_FIELDS)
};

extern const struct record record_check_order;
extern const struct row_table table_check_order;

/* What stands for a check; no two checks of a pool have the same. */
uint16_t check_tag(const char *id);

/*
 * Adds to the check's counts. Of CHECK_COUNTS_MAX others, further ones are not told apart: what
 * such a one adds is left out.
 */
void check_counts_add(struct check_counts *counts, uint16_t tag, struct check_count more);

/* Zeros where it was never made. */
struct check_count check_counts_of(const struct check_counts *counts, uint16_t tag);

/* In the arena. */
struct slice check_counts_encode(struct arena *arena, const struct check_counts *counts);
struct slice check_order_encode(struct arena *arena, const struct check_counts *counts);

/* ERR_CORRUPT for anything that the two would not have written. */
enum status check_counts_decode(struct check_counts *out, struct slice order, struct slice counts,
				struct error *err) MUST_CHECK;

#endif
