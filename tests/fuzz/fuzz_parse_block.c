/*
 * Blocks, receipts and account proofs as a node may write them. The first byte says which: b a
 * block, r receipts, o one receipt, p an account proof, x a block and its receipts, one a line.
 * Whatever is taken can be proved or refused, and the header survives its own encoding.
 */
#include <stdlib.h>

#include "indexer/parse_block.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void check_header(const struct block_material *m, struct arena *arena)
{
	struct buffer encoding = buffer_in(arena);
	struct block_header header;

	header_encode(&encoding, &m->header);
	must(header_decode(&header, buffer_slice(&encoding), NULL) == OK);
	must(header.fork == m->header.fork);
	must(hash_equal(header_hash(&header, arena), header_hash(&m->header, arena)));
}

static void check_receipt(const struct receipt *receipt, struct arena *arena)
{
	struct buffer encoding = buffer_in(arena);
	struct receipt again;

	must(receipt->type <= TRANSACTION_TYPE_MAX);
	receipt_encode(&encoding, receipt);
	if (receipt->type && receipt->has_post_state)
		return; /* no such receipt: made of JSON, but by no chain */
	must(receipt_decode(&again, arena, buffer_slice(&encoding), NULL) == OK);
	must(again.log_count == receipt->log_count);
}

static void take_block(const struct block_material *m, struct arena *arena)
{
	struct proof_failure failure;
	struct address *senders = arena_array(arena, m->transaction_count, sizeof(senders[0]));

	check_header(m, arena);
	must(m->unknown_member != NULL);
	must(!m->has_transactions || m->transactions);
	(void)prove_header(&failure, m, arena);
	(void)prove_transactions(&failure, senders, m, NULL, arena);
}

static void take_receipts(const struct block_material *m, struct arena *arena)
{
	for (size_t i = 0; i < m->receipt_count; i++)
		check_receipt(&m->receipts[i], arena);
}

static struct json_reader reader_of(const uint8_t *data, size_t size)
{
	struct json_reader r;

	jread_open(&r, slice_of(data, size));
	return r;
}

static void check_error(enum status st, const struct error *err)
{
	must(st == ERR_BAD_DATA && err->status == ERR_BAD_DATA && err->message[0]);
}

static void block_and_receipts(const uint8_t *data, size_t size, struct arena *arena)
{
	const uint8_t *newline = size ? memchr(data, '\n', size) : NULL;
	size_t length = newline ? (size_t)(newline - data) : size;
	struct block_material m = {0};
	struct json_reader r = reader_of(data, length);
	struct proof_failure failure;

	if (parse_block(&m, arena, &r, NULL) != OK || !newline)
		return;
	r = reader_of(newline + 1, size - length - 1);
	if (parse_receipts(&m, arena, &r, NULL) != OK)
		return;
	take_block(&m, arena);
	take_receipts(&m, arena);
	(void)prove_receipts(&failure, &m, arena);
}

static void one_text(uint8_t kind, const uint8_t *data, size_t size, struct arena *arena)
{
	struct json_reader r = reader_of(data, size);
	struct block_material m = {0};
	struct receipt receipt;
	struct receipt_claim claim;
	struct account_proof proof;
	struct error err = {.status = OK};
	enum status st = OK;

	if (kind == 'b') {
		st = parse_block(&m, arena, &r, &err);
		if (st == OK)
			take_block(&m, arena);
	} else if (kind == 'r') {
		st = parse_receipts(&m, arena, &r, &err);
		if (st == OK)
			take_receipts(&m, arena);
	} else if (kind == 'o') {
		st = parse_receipt(&receipt, &claim, arena, &r, &err);
		if (st == OK)
			check_receipt(&receipt, arena);
	} else if (kind == 'p') {
		st = parse_account_proof(&proof, arena, &r, &err);
		if (st == OK && account_proof_verify(&proof, (struct hash){{0}}, &err) != OK)
			check_error(err.status, &err);
	} else if (kind == 'x') {
		block_and_receipts(data, size, arena);
	}
	if (st != OK)
		check_error(st, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena;

	if (!size)
		return 0;
	arena = arena_new();
	one_text(data[0], data + 1, size - 1, arena);
	arena_free(arena);
	return 0;
}
