#include <inttypes.h>
#include <stdio.h>

#include "indexer/prove_block.h"
#include "serve/evidence/internal.h"

/* A proof that fails is tried again: a cache may be broken, and another node may be asked. */
enum { TRIES = 3 };

static bool prove_bodies(struct proof_failure *failure, const struct block_material *m,
			 const struct hash *transaction, struct arena *scratch)
{
	bool *wanted = arena_array(scratch, m->transaction_count, sizeof(*wanted));

	for (size_t i = 0; transaction && i < m->transaction_count; i++)
		wanted[i] = hash_equal(m->transaction_hashes[i], *transaction);
	return prove_transactions(failure, NULL, m, wanted, scratch);
}

static bool prove_parts(struct proof_failure *failure, struct block_material *m, unsigned parts,
			const struct hash *transaction, struct arena *arena)
{
	struct arena *scratch = arena_new();
	bool is_good = prove_header(failure, m, arena);

	if (is_good && (parts & MATERIAL_RECEIPTS))
		is_good = prove_receipts(failure, m, scratch);
	if (is_good && (parts & MATERIAL_TRANSACTIONS) && m->has_transactions)
		is_good = prove_bodies(failure, m, transaction, scratch);
	arena_free(scratch);
	return is_good;
}

/* What was asked for, whatever of it is true. */
static enum status ask(struct block_material *out, struct arena *arena, struct source *source,
		       uint64_t number, struct hash hash, unsigned parts, struct error *err)
{
	char text[HEX_SIZE(HASH_BYTES)];
	enum status st = source_material(out, arena, source, number, &hash, parts, err);

	if (st == ERR_NOTFOUND || (st == OK && !hash_equal(out->claimed_hash, hash)))
		return error_set(err, ERR_NOTFOUND,
				 "%s does not hold block %" PRIu64 " with hash %s: the chain may "
				 "have changed since the mirror applied it (see `covermirror "
				 "sync`), or the node keeps no blocks that old",
				 source_label(source), number, hash_format(text, hash));
	if (st == OK && out->header.number != number)
		return error_set(err, ERR_BAD_DATA,
				 "%s: expected block %" PRIu64 ", got block %" PRIu64,
				 source_label(source), number, out->header.number);
	if (st == OK && (parts & MATERIAL_RECEIPTS) && !out->has_receipts)
		return error_set(err, ERR_BAD_DATA, "%s: block %" PRIu64 " without receipts",
				 source_label(source), number);
	return st;
}

enum status evidence_fetch(struct block_material *out, struct arena *arena, struct source *source,
			   uint64_t number, struct hash hash, unsigned parts,
			   const struct hash *transaction, struct error *err)
{
	struct proof_failure failure;

	for (unsigned tries = 0;; tries++) {
		enum status st = ask(out, arena, source, number, hash, parts, err);

		if (st != OK)
			return st;
		if (prove_parts(&failure, out, parts, transaction, arena))
			return OK;
		(void)snprintf(failure.node, sizeof(failure.node), "%s", source_label(source));
		if (tries + 1 == TRIES)
			return proof_error(err, &failure);
		source_blame(source, &failure);
	}
}
