/*
 * source_block.c - one block, proved as far as is wished, out of any source's material.
 *
 * What a proof does not need is not fetched: the header's bloom says whether the block may hold a
 * wanted log, its logs whether a sender is wanted. A proof that fails is tried again with material
 * that is asked for again: a cache may be broken, or the chain may have changed in between.
 */
#include <inttypes.h>
#include <stdio.h>

#include "indexer/prove_block.h"
#include "indexer/source_impl.h"

enum { TRIES = 3, EMPTY_TRIES = 2 };

/* One block on its way. */
struct fetching {
	struct source *source;
	const struct prover *prover;
	uint64_t number;
	const struct hash *hash; /* NULL: whichever there is */
	bool must_take_receipts;
	struct arena *arena;   /* of what stays */
	struct arena *scratch; /* of one try */
	struct proof_failure *failure;
	bool is_unproved; /* why it failed */
};

static enum status no_block(const struct source *source, uint64_t number, const struct hash *hash,
			    struct error *err)
{
	char text[HEX_SIZE(HASH_BYTES)];

	return error_set(err, ERR_NOTFOUND, "%s: no block %" PRIu64 " with hash %s", source->label,
			 number, hash_format(text, *hash));
}

/*
 * Where nothing is proved, "no logs" is believed when it is said twice: the first time, a node
 * behind a balancer may have answered just before it got the block, and have it just after.
 */
static enum status believe(struct fetched_block *out, struct arena *arena, struct source *source,
			   uint64_t number, const struct hash *hash, const struct block_wish *wish,
			   struct error *err)
{
	enum status st = source_headers(&out->ref, source, &number, 1, err);

	out->node = source->label;
	if (st == OK && hash && !hash_equal(out->ref.hash, *hash))
		st = no_block(source, number, hash, err);
	for (int tries = 0; st == OK && !out->log_count && tries < EMPTY_TRIES; tries++)
		st = source_block_logs(&out->logs, &out->log_count, arena, source, &out->ref,
				       wish->filters, wish->filter_count, err);
	return st;
}

static enum status unproved(struct fetching *fetching, struct error *err)
{
	struct proof_failure *failure = fetching->failure;

	fetching->is_unproved = true;
	(void)snprintf(failure->node, sizeof(failure->node), "%s", fetching->source->label);
	return proof_error(err, failure);
}

/* The source's answer, and that it is the block that was asked for. */
static enum status fetch(struct block_material *m, const struct fetching *fetching,
			 const struct hash *hash, unsigned parts, struct error *err)
{
	struct source *source = fetching->source;
	enum status st =
		source_material(m, fetching->scratch, source, fetching->number, hash, parts, err);

	if (st == OK && m->header.number != fetching->number)
		return error_set(err, ERR_BAD_DATA,
				 "%s: expected block %" PRIu64 ", got block %" PRIu64,
				 source->label, fetching->number, m->header.number);
	if (st == OK && hash && !hash_equal(m->claimed_hash, *hash))
		return no_block(source, fetching->number, hash, err);
	return st;
}

static enum status fetch_receipts(struct block_material *m, const struct fetching *fetching,
				  struct error *err)
{
	struct block_material more;
	enum status st;

	if (m->has_receipts)
		return OK;
	st = fetch(&more, fetching, &m->claimed_hash, MATERIAL_RECEIPTS, err);
	if (st != OK)
		return st;
	m->has_receipts = more.has_receipts;
	m->receipts = more.receipts;
	m->receipt_count = more.receipt_count;
	m->receipt_claims = more.receipt_claims;
	return OK;
}

static enum status prove_senders(struct fetched_block *out, struct block_material *m,
				 struct fetching *fetching, struct error *err)
{
	struct block_material bodies;
	enum status st = fetch(&bodies, fetching, &m->claimed_hash, MATERIAL_TRANSACTIONS, err);

	if (st != OK)
		return st;
	if (prove_block_bodies(fetching->failure, m, &bodies) &&
	    prove_block_senders(fetching->failure, out, fetching->prover, m, fetching->arena,
				fetching->scratch))
		return OK;
	return unproved(fetching, err);
}

static enum status try_block(struct fetched_block *out, struct fetching *fetching,
			     struct error *err)
{
	const struct reported_logs none = {.was_asked = false};
	struct arena *scratch = fetching->scratch;
	struct block_material m;
	bool needs_receipts = false;
	bool needs_transactions = false;
	enum status st;

	fetching->is_unproved = false;
	arena_reset(scratch);
	st = fetch(&m, fetching, fetching->hash,
		   fetching->must_take_receipts ? MATERIAL_RECEIPTS : 0, err);
	if (st != OK)
		return st;
	if (!prove_block_header(fetching->failure, out, &m, scratch) ||
	    !prove_block_bloom(fetching->failure, &needs_receipts, out, fetching->prover, &m, &none,
			       fetching->must_take_receipts))
		return unproved(fetching, err);
	out->node = fetching->source->label;
	if (!needs_receipts)
		return OK;
	st = fetch_receipts(&m, fetching, err);
	if (st != OK)
		return st;
	if (!prove_block_logs(fetching->failure, &needs_transactions, out, fetching->prover, &m,
			      &none, fetching->arena, scratch))
		return unproved(fetching, err);
	return needs_transactions ? prove_senders(out, &m, fetching, err) : OK;
}

static enum status prove(struct fetched_block *out, struct fetching *fetching, struct error *err)
{
	enum status st = ERR_BAD_DATA;

	for (unsigned tries = 0; tries < TRIES && st == ERR_BAD_DATA; tries++) {
		if (tries)
			log_debug(fetching->source->logger, "%s; asking again", err->message);
		st = try_block(out, fetching, err);
	}
	if (st == ERR_BAD_DATA && fetching->is_unproved)
		source_blame(fetching->source, fetching->failure);
	return st;
}

enum status source_block(struct fetched_block *out, struct arena *arena, struct source *source,
			 uint64_t number, const struct hash *hash, const struct block_wish *wish,
			 bool must_take_receipts, struct error *err)
{
	struct proof_failure failure = {0};
	struct error own;
	struct arena *prepared;
	struct prover prover;
	struct fetching fetching = {
		.source = source,
		.prover = &prover,
		.number = number,
		.hash = hash,
		.must_take_receipts = must_take_receipts,
		.arena = arena,
		.failure = &failure,
	};
	enum status st;

	*out = (struct fetched_block){.node = ""};
	if (!err)
		err = &own;
	if (source->ops->block)
		return source->ops->block(out, arena, source, number, hash, wish,
					  must_take_receipts, err);
	if (wish->proof == PROVE_OFF)
		return believe(out, arena, source, number, hash, wish, err);
	prepared = arena_new();
	prover = prover_of(wish, prepared);
	fetching.scratch = arena_new();
	st = prove(out, &fetching, err);
	arena_free(fetching.scratch);
	arena_free(prepared);
	return st;
}
