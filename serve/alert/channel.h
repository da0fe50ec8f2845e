/*
 * channel.h - an alert as a whole, as the store keeps it: since when it is told, and how it goes.
 */
#ifndef SERVE_ALERT_CHANNEL_H
#define SERVE_ALERT_CHANNEL_H

#include "indexer/config.h"
#include "serve/alert/note.h"

#define ALERT_CHANNEL_PREFIX "alert-chan/"

#define ALERT_STATE_FIELDS(F)                                                                      \
	F(BOOL, has_since, "whether since is known")                                               \
	F(U64, since, "the node's head when the alert was new: below it is history")               \
	F(BOOL, is_begun, "the mirror has come to that block; all that is new is told")            \
	F(HASH, filter, "of what the alert wants to hear of")                                      \
	F(U64, told, "messages it was told, ever")                                                 \
	F(U64, failed, "attempts that failed, ever")                                               \
	F(U64, told_ms, "the last time, milliseconds since 1970")                                  \
	F(U64, failed_ms, "the last time, milliseconds since 1970")                                \
	F(U64, failures, "in a row, of an alert where nobody listens")                             \
	F(U64, due_ms, "nothing is tried before, milliseconds since 1970")                         \
	F(TEXT, trouble, "the last failure, empty when it was told something since")

struct alert_state {
	RECORD_STRUCT(ALERT_STATE_FIELDS)
};

/* The alert of that index, as notes name it: by kind and receiver; one that is configured twice is
 * two. */
struct alert_tag alert_tag_of(const struct config *config, size_t index);

/* Whether the alert wants to hear of the pool's findings of that severity; and all of that in one
 * value, to notice when the configuration changes it. */
bool alert_wants(const struct config_alert *alert, const struct pool *pool, uint64_t severity);
struct hash alert_filter(const struct config_alert *alert);

/* Text in the arena; zeros where the store has none yet. */
enum status alert_state_read(struct alert_state *out, struct arena *arena, struct store_txn *txn,
			     const struct alert_tag *tag, struct error *err) MUST_CHECK;
enum status alert_state_put(struct store_txn *txn, const struct alert_tag *tag,
			    const struct alert_state *state, struct error *err) MUST_CHECK;

#endif
