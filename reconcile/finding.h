/*
 * finding.h - a check that failed: what was expected, what was there, why, and its life since.
 *
 * Findings are rows, so they are committed, undone and read as of a block like everything else. One
 * of an event stays; one of a standing check (books, views) is opened once, not again at every
 * block, and resolved by the block at which the check passes.
 */
#ifndef RECONCILE_FINDING_H
#define RECONCILE_FINDING_H

#include "protocols/protocol.h"
#include "reconcile/check_counts.h"

enum { FINDING_ID_BYTES = 16 };

#define FINDING_FIELDS(F)                                                                          \
	F(TEXT, check, "the check's id")                                                           \
	F(U64, severity, "0 info, 1 warning, 2 error")                                             \
	F(U64, block, "at which it was found")                                                     \
	F(HASH, transaction, "zero where no event is to blame")                                    \
	F(BOOL, has_log, "whether log_index means anything")                                       \
	F(U64, log_index, "in the block")                                                          \
	F(TEXT, subject, "account and figure")                                                     \
	F(TEXT, expected, "recomputed")                                                            \
	F(TEXT, actual, "on the chain")                                                            \
	F(TEXT, difference, "actual - expected, empty where not numbers")                          \
	F(TEXT, trace, "how the expected figure came about, see ledger/trace.h")                   \
	F(TEXT, state, "open or resolved")                                                         \
	F(U64, first_seen, "block of the first time")                                              \
	F(U64, resolved_at, "block, 0 while open")                                                 \
	F(U64, ordinal, "how many comparisons had failed before: the order of finding")

struct finding {
	RECORD_STRUCT(FINDING_FIELDS)
};

extern const struct record record_finding;
extern const struct row_table table_finding; /* keys: FINDING_ID_BYTES */

/* Counts of one pool, as of a block. */
#define TALLY_FIELDS(F)                                                                            \
	F(U64, passed, "comparisons that held")                                                    \
	F(U64, failed, "comparisons that did not")                                                 \
	F(U64, events, "events applied")                                                           \
	F(U64, open_info, "open findings")                                                         \
	F(U64, open_warning, "open findings")                                                      \
	F(U64, open_error, "open findings")                                                        \
	F(U64, open_standing, "open findings of standing checks")                                  \
	F(BYTES, by_check, "comparisons by check, see reconcile/check_counts.h")

struct tally {
	RECORD_STRUCT(TALLY_FIELDS)
};

extern const struct record record_tally;
extern const struct row_table table_tally;

/*
 * What a pool's checks report to while blocks are applied: turns failures into findings, keeps the
 * tally. One for each pool of a run; recorder_begin_block before each block.
 */
struct recorder {
	struct checker checker;
	struct applying *applying;
	struct check_counts counts; /* as the tally has them */
	uint16_t tags[CHECKS_MAX];  /* of the protocol's checks */
};

/* Counts that are damaged make the state fail. */
void recorder_init(struct recorder *recorder, struct applying *applying);
/* After the block's last check: adds the counts to the tally. */
void recorder_end_block(struct recorder *recorder, size_t event_count);

/*
 * Adds a ready finding (of the source, see source_check.h) to the block in hand: a failed check,
 * counted, open or resolved as it says. One that is open already stays as it is.
 */
void recorder_add(struct recorder *recorder, const uint8_t key[FINDING_ID_BYTES],
		  const struct finding *finding);

/* A finding's id as text: 32 hexadecimal digits. */
char *finding_id_format(char out[2 * FINDING_ID_BYTES + 1], const uint8_t *key);

/* Everything of one pool as of the reading's block. */
void findings_each(const struct reading *r,
		   bool (*visit)(void *context, const uint8_t *key, const struct finding *finding),
		   void *context);
struct tally tally_read(const struct reading *r);

/*
 * The same by check. Their sums are the tally's passed and failed, where no block was applied by a
 * version that did not count by check. ERR_CORRUPT.
 */
enum status tally_by_check(struct check_counts *out, const struct reading *r,
			   struct error *err) MUST_CHECK;

#endif
