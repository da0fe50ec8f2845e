/*
 * node_traits.h - what was learned about a node, shared by all handles on it: what it lacks, how
 * large its batches may be, and how fast it may be asked.
 *
 * A lack is believed for a while and then looked at again, since nodes are upgraded and load
 * balancers send one elsewhere. It is kept in memory only: a new process pays one refused request
 * for each. Thread-safe.
 */
#ifndef INDEXER_NODE_TRAITS_H
#define INDEXER_NODE_TRAITS_H

#include "indexer/batch_limit.h"
#include "indexer/pace.h"

enum node_trait {
	TRAIT_CALLS_BY_HASH,    /* eth_call takes {"blockHash":…} */
	TRAIT_LOGS_BY_HASH,     /* eth_getLogs does */
	TRAIT_BLOCK_RECEIPTS,   /* there is eth_getBlockReceipts */
	TRAIT_RECEIPTS_BY_HASH, /* and it takes a block hash */
	TRAIT_PROOFS,           /* there is eth_getProof */
	TRAIT_PROOFS_BY_HASH,   /* and it takes {"blockHash":…} */
	TRAIT_FINALIZED_TAG,    /* "finalized" is a block */
	TRAIT_COUNT,
};

enum { TRAIT_KEPT_MS = 600000 }; /* how long a lack is believed */

struct node_traits {
	atomic_uint owners;
	struct clock clock;
	struct batch_limit batch_limit;
	struct pace *pace;
	atomic_ullong lacks_until_ms[TRAIT_COUNT]; /* of the clock; 0: it never was found to lack */
	atomic_bool has[TRAIT_COUNT];              /* it was seen to have it */
};

/* One owner; `clock` is copied. */
struct node_traits *node_traits_new(unsigned batch_max, const struct pace_options *pace,
				    const struct clock *clock);
struct node_traits *node_traits_share(struct node_traits *traits);
void node_traits_release(struct node_traits *traits); /* accepts NULL */

/* Whether it is known not to have it, and that is to be believed still. */
bool node_lacks(const struct node_traits *traits, enum node_trait trait);
bool node_has(const struct node_traits *traits, enum node_trait trait);

/* True where that is news: it was not found to lack it before. */
bool node_learned_lack(struct node_traits *traits, enum node_trait trait);
void node_learned_has(struct node_traits *traits, enum node_trait trait);

#endif
