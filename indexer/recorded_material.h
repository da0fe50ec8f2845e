/*
 * recorded_material.h - what proofs are made of, out of a recorded chain.
 *
 * Of every block line that has it, the header, the receipts and (where the bodies were recorded)
 * the transactions are kept as consensus encodes them, and are taken apart again when somebody
 * asks. A line that lacks some of it is a fine block all the same; only asking for its material is
 * an error then.
 */
#ifndef INDEXER_RECORDED_MATERIAL_H
#define INDEXER_RECORDED_MATERIAL_H

#include "chain/account_proof.h"
#include "chain/block_proof.h"
#include "indexer/recorded_read.h"

/*
 * With receipts always, with transactions where they were recorded. Everything is in the arena.
 * ERR_NOTFOUND: no such block. ERR_BAD_DATA: the line lacks what a proof needs, and which member.
 */
enum status recorded_material(struct block_material *out, struct arena *arena,
			      const struct recorded *recorded, uint64_t number,
			      struct error *err) MUST_CHECK;

/* The answer to eth_getProof for exactly these slots; ERR_NOTFOUND where it was not recorded. */
enum status recorded_account_proof(struct account_proof *out, struct arena *arena,
				   const struct recorded *recorded, struct address address,
				   const struct hash *slots, size_t slot_count, uint64_t block,
				   struct error *err) MUST_CHECK;

/* For recorded_read.c. Keeps the material of the next block, or why it cannot be had; `block` and
 * `receipts` are JSON. */
void recorded_keep_material(struct recorded *recorded, struct arena *scratch, struct slice block,
			    struct slice receipts);

/* The members of a proof line as JSON. ERR_BAD_DATA: malformed, or another answer before. */
enum status recorded_keep_proof(struct recorded *recorded, struct arena *scratch,
				struct slice address, struct slice slots, uint64_t block,
				struct slice result, struct error *err) MUST_CHECK;

#endif
