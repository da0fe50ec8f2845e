/*
 * apply.h - one block of a pool: its logs matched, decoded and handed to the protocol in order.
 */
#ifndef PROTOCOLS_APPLY_H
#define PROTOCOLS_APPLY_H

#include "protocols/protocol.h"

struct apply_options {
	bool is_thorough; /* the checks that walk all accounts, too */
	/* Called after each event's handler while its trace and postings stand; may be NULL.
	 * Returning false ends the block there (explain needs no more). */
	bool (*after_event)(void *context, struct applying *a);
	void *context;
};

/*
 * Applies a block's logs (by log index; those of other contracts are passed over) and runs the
 * protocol's end-of-block checks. A log that is the protocol's by address and topic0 but cannot be
 * decoded is ERR_BAD_DATA. `event_count` (may be NULL) gets the number of the pool's events.
 */
enum status apply_block(size_t *event_count, struct applying *a, const struct event_log *logs,
			size_t log_count, const struct apply_options *options,
			struct error *err) MUST_CHECK;

/* Gives `a` zeroed scratch memory of the protocol's size in its arena. */
void apply_begin_block(struct applying *a);

/* How the store keeps a log, so that it can be read and replayed; bytes in the arena. */
struct slice event_encode(struct arena *arena, const struct event_log *log);

/* The inverse; the block's number and hash are the caller's to fill. Data points into `bytes`. */
enum status event_decode(struct event_log *out, struct slice bytes, uint32_t log_index,
			 struct error *err) MUST_CHECK;

#endif
