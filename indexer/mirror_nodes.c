/* The configured endpoints as the mirror's source, and what is asked of it before any block. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "indexer/endpoints.h"
#include "indexer/mirror_impl.h"

enum { PROOF_TRIES = 2 };

/* ---- questions of the layers below ---- */

static enum status ask(void *context, struct chain_call *calls, size_t count, struct arena *arena,
		       const struct block_ref *at, struct error *err)
{
	struct mirror *m = context;

	enum status st = source_calls(calls, count, arena, m->source, at, err);

	/* It gave us that block: now another one answers behind the same url, or the chain has
	 * changed. Neither is for ever. */
	if (st == ERR_NOTFOUND) {
		(void)error_wrap(err, "it has gone, or is not there yet");
		st = err->status = ERR_AGAIN;
	}
	return st;
}

static void write_failure(struct proof_failure *failure, const struct block_ref *at,
			  const char *words)
{
	*failure = (struct proof_failure){
		.fault = FAULT_STATE, .block = at->number, .block_hash = at->hash};
	(void)snprintf(failure->expected, sizeof(failure->expected),
		       "a proof that leads to the block's state root");
	(void)snprintf(failure->actual, sizeof(failure->actual), "%.*s", FAULT_TEXT_SIZE - 1,
		       words);
}

static enum status prove(void *context, u256 *words, bool *is_available, const char **reason,
			 struct address contract, const struct hash *slots, size_t count,
			 struct arena *arena, const struct block_ref *at,
			 const struct hash *state_root, struct error *err)
{
	struct mirror *m = context;
	struct account_proof proof;
	struct proof_failure failure;
	enum status verdict = OK;

	*is_available = true;
	*reason = "";
	/* A node that mines or imports while it answers may prove the next block's state. */
	for (int tries = 0; tries < PROOF_TRIES; tries++) {
		enum status st = source_account_proof(&proof, arena, m->source, contract, slots,
						      count, at, err);

		if (st == ERR_NOTFOUND) {
			*is_available = false;
			*reason = arena_string(arena, err->message);
			return OK;
		}
		if (st != OK)
			return st;
		verdict = account_proof_verify(&proof, *state_root, err);
		if (verdict == OK)
			break;
	}
	if (verdict != OK) {
		write_failure(&failure, at, err->message);
		return mirror_refuse(m, &failure, err);
	}
	for (size_t i = 0; i < count; i++)
		words[i] = proof.storage[i].value;
	return OK;
}

/* ---- opening ---- */

enum status mirror_open_source(struct mirror *m, struct error *err)
{
	m->asker = (struct chain_asker){.ask = ask, .prove = prove, .context = m};
	return endpoints_open(&m->source, m->config, m->witnesses, &m->pulse, m->logger, err);
}

/* ---- the trust anchor ---- */

enum status mirror_check_checkpoint(struct mirror *m, const struct block_ref *head,
				    struct error *err)
{
	uint64_t number = m->config->checkpoint_number;
	char expected[HEX_SIZE(HASH_BYTES)];
	char actual[HEX_SIZE(HASH_BYTES)];
	struct block_material material;
	struct proof_failure failure;
	struct arena *arena;
	enum status st;

	if (!m->config->has_checkpoint)
		return OK;
	if (head->number < number)
		return error_set(err, ERR_AGAIN,
				 "%s has not got the configured checkpoint, block %" PRIu64
				 ": its head is block %" PRIu64,
				 source_label(m->source), number, head->number);
	arena = arena_new();
	st = source_material(&material, arena, m->source, number, NULL, 0, err);
	if (st == ERR_NOTFOUND)
		st = error_set(err, ERR_DENIED,
			       "%s does not hold the configured checkpoint, block %" PRIu64
			       ": use a source that does, or correct `checkpoint`",
			       source_label(m->source), number);
	else if (st == OK && !hash_equal(material.claimed_hash, m->config->checkpoint_hash))
		st = error_set(err, ERR_DENIED,
			       "%s is not on the chain of the configured checkpoint: block "
			       "%" PRIu64 " is %s there, checkpoint.hash says %s: use another "
			       "node, or correct `checkpoint`",
			       source_label(m->source), number,
			       hash_format(actual, material.claimed_hash),
			       hash_format(expected, m->config->checkpoint_hash));
	else if (st == OK && !prove_header(&failure, &material, arena))
		st = mirror_refuse(m, &failure, err);
	arena_free(arena);
	return st;
}
