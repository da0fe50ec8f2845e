/*
 * asked.h - what no event tells: a policy's terms, and the pricing model that changes silently.
 *
 * The terms are asked once, at the block of the sale, as the contract's creation is: they are fixed
 * from then on, and a node that cannot tell them is an error, so no mirror holds other rows than
 * another. The pricing model is only compared with; it is kept undigested.
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_ASKED_H
#define PROTOCOLS_BRIDGE_MUTUAL_ASKED_H

#include "protocols/bridge_mutual/internal.h"

/* policyHolders(holder) of the book and policyInfos(holder, book) of the registry. */
struct bridge_terms {
	u256 cover;
	u256 start_epoch;
	u256 end_epoch;
	u256 paid;
	u256 protocol_part;
	u256 premium;
	u256 start_time;
	u256 end_time;
};

/*
 * The terms of the policy number `policy`, sold to `holder` in the block at hand. Where a block is
 * applied once more without a node (explain), they are those that the mirror kept. False where
 * nobody can tell, which has failed the block.
 */
bool bridge_ask_terms(struct bridge_terms *out, struct applying *a, uint64_t policy,
		      struct address holder) MUST_CHECK;

/* The pricing model at the end of a block; is_known is false where the node cannot tell. */
struct bridge_models {
	struct bridge_model now;    /* of the block at hand */
	struct bridge_model before; /* of the one before */
};

/* Asks for both (or takes what was kept, in a replay) and keeps them. */
struct bridge_models bridge_ask_models(struct applying *a);

/* The newest that was asked, up to the state's block. */
struct bridge_model bridge_model_kept(struct state *state, const struct pool *pool);
void bridge_pricing_of(struct bridge_pricing *out, const struct bridge_model *model);

/* A row as of the end of `block`, from the store: where a block is applied once more, the state has
 * the rows of the middle of it. False where the store has none. */
bool bridge_kept_row(void *out, struct arena *arena, struct state *state, const struct pool *pool,
		     const struct row_table *table, const void *key, uint64_t block) MUST_CHECK;

/* distributorFees(distributor) at the block before; false where there is nobody to ask or no
 * answer. */
bool bridge_ask_fee(u256 *out, struct applying *a, struct address distributor) MUST_CHECK;

/*
 * Whether a request made in the block at hand is ready after the capital pool's
 * getWithdrawPeriod(), at its end or before it (it is set without an event). True where there is
 * nobody to ask.
 */
bool bridge_is_period(struct applying *a, uint64_t seconds) MUST_CHECK;

/* One word that a contract's view returns at a block; false where it does not. `argument` may be
 * NULL. Fails the block where the node could not be reached. */
bool bridge_ask_word(u256 *out, struct applying *a, struct address contract,
		     const uint8_t selector[4], const struct address *argument,
		     const struct block_ref *at) MUST_CHECK;

/* The same with a number for an argument, and voteIndex(claim, voter); both at the block's end. */
bool bridge_ask_number(u256 *out, struct applying *a, struct address contract,
		       const uint8_t selector[4], u256 argument) MUST_CHECK;
bool bridge_ask_vote(u256 *out, struct applying *a, struct address contract,
		     const uint8_t selector[4], uint64_t claim, struct address voter) MUST_CHECK;

#endif
