/*
 * source_several.h - several sources of one chain as one: the next takes over where one fails or
 * lies, and a block's hash on which they disagree is not given before a quorum or finality settles
 * it.
 *
 * Asked is the first child in the configuration's order that answers: one in quarantine is not
 * asked, one that had trouble is left alone for a growing while, one whose head is far behind or
 * that is syncing stands back. What is asked by number is asked of every child and must have one
 * hash; a child that has not got the block, or does not answer, has no say.
 *
 * Two different hashes for one block near the head are no lie: honest nodes differ until the last
 * has heard of the newest branch. A lie is a hash that loses against a quorum or finality at or
 * below the finalized block, or a header that does not make the hash where another child's does.
 */
#ifndef INDEXER_SOURCE_SEVERAL_H
#define INDEXER_SOURCE_SEVERAL_H

#include "indexer/source.h"

struct several_options {
	unsigned quorum;             /* how many must name the same hash where children disagree */
	struct witnesses *witnesses; /* child i is witness i; NULL: nobody is put in quarantine */
	uint64_t chain_id; /* a child of another chain is never asked; 0: as the first one says */
	const struct clock *clock; /* of the pauses after trouble, copied; NULL: the real one */
};

/*
 * Owns the children (at most 64, none of which shares its stop request with another), also where it
 * fails. Range widths are those of the first child's options; each child's own range_max holds.
 */
enum status source_several_open(struct source **out, struct source **children, size_t count,
				const struct several_options *options, const struct logger *logger,
				struct error *err) MUST_CHECK;

#endif
