/*
 * sim_attack.h - what a node says of a block of a simulated chain: the truth, or one lie.
 *
 * A lie belongs to one block, and is told each time that it is asked for. Where a lie needs more
 * than the block has (a log, two transactions) nothing can be altered, and the truth is told:
 * sim_attack_is_possible tells beforehand.
 */
#ifndef TESTS_SUPPORT_SIM_ATTACK_H
#define TESTS_SUPPORT_SIM_ATTACK_H

#include "tests/support/sim_chain.h"

/* "reported": eth_getLogs alone. "receipts": the receipts alone. "everywhere": both, and alike. */
#define SIM_LIES(LIE)                                                                              \
	LIE(NONE, "none", 0)                                                                       \
	LIE(REPORTED_ALTERED, "a reported log altered", SIM_LOGS)                                  \
	LIE(RECEIPTS_ALTERED, "a receipt's log altered", SIM_RECEIPTS)                             \
	LIE(LOG_ALTERED, "a log altered everywhere", SIM_LOGS | SIM_RECEIPTS)                      \
	LIE(REPORTED_INVENTED, "a reported log invented", SIM_LOGS)                                \
	LIE(LOG_INVENTED, "a log invented everywhere", SIM_LOGS | SIM_RECEIPTS)                    \
	LIE(REPORTED_REORDERED, "two reported logs exchanged", SIM_LOGS)                           \
	LIE(LOG_REORDERED, "two logs exchanged everywhere", SIM_LOGS | SIM_RECEIPTS)               \
	LIE(REPORTED_DUPLICATED, "a reported log told twice", SIM_LOGS)                            \
	LIE(LOG_DUPLICATED, "a log told twice everywhere", SIM_LOGS | SIM_RECEIPTS)                \
	LIE(REPORTED_OMITTED, "a log not reported", SIM_LOGS)                                      \
	LIE(LOG_OMITTED, "a log left out everywhere", SIM_LOGS | SIM_RECEIPTS)                     \
	LIE(REPORTED_IN_OTHER_BLOCK, "a log reported of a neighbour block", SIM_LOGS)              \
	LIE(REPORTED_IN_OTHER_TRANSACTION, "a log reported of another transaction", SIM_LOGS)      \
	LIE(REPORTED_ADDRESS, "a log reported of another address", SIM_LOGS)                       \
	LIE(REPORTED_BLOCK_HASH, "a log reported with another block hash", SIM_LOGS)               \
	LIE(RECEIPTS_EXCHANGED, "two receipts exchanged", SIM_RECEIPTS)                            \
	LIE(RECEIPT_OF_OTHER_BLOCK, "a receipt of another block", SIM_RECEIPTS)                    \
	LIE(RECEIPT_BLOOM, "a receipt's bloom altered", SIM_RECEIPTS)                              \
	LIE(RECEIPT_STATUS, "a receipt's status altered", SIM_RECEIPTS)                            \
	LIE(RECEIPT_GAS, "a receipt's gas altered", SIM_RECEIPTS)                                  \
	LIE(RECEIPT_TYPE, "a receipt's type altered", SIM_RECEIPTS)                                \
	LIE(RECEIPT_MISSING, "a receipt left out", SIM_RECEIPTS)                                   \
	LIE(RECEIPT_EXTRA, "a receipt too many", SIM_RECEIPTS)                                     \
	LIE(RECEIPTS_NULL, "null instead of receipts", SIM_RECEIPTS)                               \
	LIE(HEADER_FORGED, "a header's field altered under the same hash", SIM_BLOCKS)             \
	LIE(HEADER_REHASHED, "a header altered with its own hash",                                 \
	    SIM_BLOCKS | SIM_LOGS | SIM_RECEIPTS)                                                  \
	LIE(PARENT_BROKEN, "another parent, with its own hash",                                    \
	    SIM_BLOCKS | SIM_LOGS | SIM_RECEIPTS)                                                  \
	LIE(SENDER_FORGED, "another sender", SIM_BODIES | SIM_RECEIPTS)                            \
	LIE(TRANSACTION_ALTERED, "a transaction's field altered", SIM_BODIES)                      \
	LIE(SIGNATURE_ALTERED, "a transaction's signature altered", SIM_BODIES)                    \
	LIE(VIEW_FORGED, "a view's answer off by one", SIM_CALLS)                                  \
	LIE(PROOF_FORGED, "a state proof altered, or another block's", SIM_PROOFS)

/* The answers that a lie shows in. */
enum sim_channel {
	SIM_LOGS = 1,
	SIM_RECEIPTS = 2,
	SIM_BLOCKS = 4,
	SIM_BODIES = 8, /* blocks with their transactions, and transactions alone */
	SIM_CALLS = 16,
	SIM_PROOFS = 32,
};

#define SIM_LIE_ENUM(id, words, channels) SIM_##id,
enum sim_lie { SIM_LIES(SIM_LIE_ENUM) SIM_LIE_COUNT };

/* The view that is forged where `index` is that: each of them. */
enum { SIM_ALL_VIEWS = 1000 };

struct sim_attack {
	enum sim_lie kind;
	uint64_t block;
	size_t index;  /* of the log, transaction or receipt in the block; of the view */
	uint64_t seed; /* which field, bit or neighbour */
	unsigned node; /* which of several nodes tells it */
};

const char *sim_lie_words(enum sim_lie kind);
unsigned sim_lie_channels(enum sim_lie kind); /* of enum sim_channel, together */
bool sim_attack_is_possible(const struct sim_chain *chain, const struct sim_attack *attack);

/* A log as told, and as it is: what was asked for is what would be found in the latter. */
struct sim_told_log {
	struct event_log told;
	struct event_log truth;
};

struct sim_told_receipt {
	struct receipt receipt;
	const struct sim_block *block; /* whose transaction it is said to be of */
	size_t index;
	struct address from;
	struct hash block_hash;
};

struct sim_told {
	struct sim_block block; /* its logs and receipts are the truth; the told ones follow */
	struct sim_told_log *logs;
	size_t log_count;
	struct sim_told_receipt *receipts;
	size_t receipt_count;
	bool are_receipts_null;
};

/* The block as told under the attack (NULL: none); in the arena. */
struct sim_told sim_tell(const struct sim_chain *chain, uint64_t number,
			 const struct sim_attack *attack, struct arena *arena);

#endif
