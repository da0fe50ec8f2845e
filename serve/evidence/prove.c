/* prove.c - what an evidence file's primary members prove, and what follows from them. */
#include <inttypes.h>

#include "abi/keccak.h"
#include "serve/evidence/internal.h"

static enum status expected_hash(struct error *err, struct hash expected, struct hash actual,
				 const char *what)
{
	char a[HEX_SIZE(HASH_BYTES)];
	char b[HEX_SIZE(HASH_BYTES)];

	return error_set(err, ERR_BAD_DATA, "%s: expected %s, got %s", what,
			 hash_format(a, expected), hash_format(b, actual));
}

static enum status expected_number(struct error *err, uint64_t expected, uint64_t actual,
				   const char *what)
{
	return error_set(err, ERR_BAD_DATA, "%s: expected %" PRIu64 ", got %" PRIu64, what,
			 expected, actual);
}

/* ---- header ---- */

static enum status prove_the_header(struct evidence *e, struct error *err)
{
	struct hash made = keccak256(e->header_encoding.data, e->header_encoding.size);
	enum status st = header_decode(&e->header, e->header_encoding, err);

	if (st != OK)
		return st;
	if (!hash_equal(made, e->block_hash))
		return expected_hash(err, e->block_hash, made,
				     "its encoding does not make the block's hash");
	if (e->header.number != e->block)
		return expected_number(err, e->block, e->header.number, "block number");
	return OK;
}

/* ---- the two tries ---- */

static enum status prove_element(const struct evidence_element *element, struct hash root,
				 struct error *err)
{
	uint8_t key[9];
	struct slice value;
	size_t size = trie_ordered_key(key, element->index);
	enum status st = trie_verify(&value, root, slice_of(key, size), element->nodes,
				     element->node_count, err);

	if (st != OK)
		return error_wrap(err, "proof of index %" PRIu64 " from the header's root",
				  element->index);
	if (!value.size)
		return error_set(err, ERR_BAD_DATA,
				 "proof: expected the encoding at index %" PRIu64
				 ", got a proof that nothing is there",
				 element->index);
	if (!slice_equal(value, element->encoding))
		return expected_hash(err, keccak256(value.data, value.size),
				     keccak256(element->encoding.data, element->encoding.size),
				     "its encoding is not what the proof leads to (keccak256)");
	return OK;
}

static enum status prove_receipt(struct evidence *e, struct arena *arena, struct error *err)
{
	enum status st = prove_element(&e->receipt_element, e->header.receipts_root, err);

	return st == OK ? receipt_decode(&e->receipt, arena, e->receipt_element.encoding, err) : st;
}

static enum status check_chain(const struct evidence *e, struct error *err)
{
	uint64_t signed_for;

	if (!e->transaction.has_chain_id)
		return OK;
	if (!u256_to_u64(&signed_for, e->transaction.chain_id))
		return error_set(err, ERR_BAD_DATA,
				 "signed for a chain of which this program does not know");
	if (signed_for != e->chain_id)
		return expected_number(err, e->chain_id, signed_for,
				       "chain that it was signed for");
	return OK;
}

static enum status prove_transaction(struct evidence *e, struct arena *arena, struct error *err)
{
	const struct evidence_element *element = &e->transaction_element;
	struct hash made;
	enum status st;

	if (element->index != e->receipt_element.index)
		return expected_number(err, e->receipt_element.index, element->index,
				       "index, that of the receipt");
	st = prove_element(element, e->header.transactions_root, err);
	if (st != OK)
		return st;
	made = keccak256(element->encoding.data, element->encoding.size);
	if (!hash_equal(made, e->transaction_hash))
		return expected_hash(err, e->transaction_hash, made, "hash");
	st = transaction_decode(&e->transaction, arena, element->encoding, err);
	if (st != OK)
		return st;
	if (e->transaction.type != e->receipt.type)
		return expected_number(err, e->receipt.type, e->transaction.type,
				       "type, that of the receipt");
	st = check_chain(e, err);
	return st == OK ? transaction_sender(&e->sender, &e->transaction, arena, err) : st;
}

/* ---- logs ---- */

static enum status prove_log(const struct evidence *e, struct evidence_log *log,
			     struct arena *arena, struct error *err)
{
	const char *again;
	enum status st;

	if (log->index >= e->receipt.log_count)
		return error_set(err, ERR_BAD_DATA,
				 "expected an index below %zu, the receipt's number of logs",
				 e->receipt.log_count);
	log->log = &e->receipt.logs[log->index];
	st = abi_item_parse(&log->item, arena, log->signature, ABI_ITEM_EVENT, err);
	if (st == OK && (log->item.kind != ABI_ITEM_EVENT || log->item.is_anonymous))
		st = error_set(err, ERR_BAD_DATA, "expected an event with a topic of its own");
	if (st != OK)
		return error_wrap(err, "signature");
	again = evidence_signature(arena, &log->item);
	if (strcmp(again, log->signature) != 0)
		return error_set(err, ERR_BAD_DATA,
				 "signature: expected \"%.200s\", got \"%.200s\"", again,
				 log->signature);
	return abi_decode_log(&log->values, arena, &log->item, log->log->topics,
			      log->log->topic_count, log->log->data, err);
}

static enum status prove_logs(struct evidence *e, struct arena *arena, struct error *err)
{
	if (!e->log_count)
		return error_set(err, ERR_BAD_DATA, "expected at least one");
	for (size_t i = 0; i < e->log_count; i++) {
		struct evidence_log *log = &e->logs[i];
		enum status st = i && log->index <= e->logs[i - 1].index
					 ? error_set(err, ERR_BAD_DATA,
						     "expected an index above the one before")
					 : prove_log(e, log, arena, err);

		if (st != OK)
			return error_wrap(err, "log %" PRIu64 " of the receipt", log->index);
	}
	return OK;
}

/* ---- anchor ---- */

static uint64_t distance(const struct evidence *e)
{
	return e->anchor.number > e->block ? e->anchor.number - e->block
					   : e->block - e->anchor.number;
}

/* Each header is the parent of the next, the block's own being the first or the last. */
static enum status prove_links(const struct evidence *e, struct error *err)
{
	const struct evidence_anchor *anchor = &e->anchor;
	bool is_above = anchor->number > e->block;
	uint64_t number = is_above ? e->block + 1 : anchor->number;
	struct hash below = is_above ? e->block_hash : anchor->hash;

	for (size_t i = 0; i < anchor->header_count; i++, number++) {
		struct hash made = keccak256(anchor->headers[i].data, anchor->headers[i].size);
		struct block_header header;
		enum status st = header_decode(&header, anchor->headers[i], err);

		if (st == OK && header.number != number)
			st = expected_number(err, number, header.number, "block number");
		if (st == OK && !is_above && !i && !hash_equal(made, anchor->hash))
			st = expected_hash(err, anchor->hash, made, "hash");
		if (st == OK && (is_above || i) && !hash_equal(header.parent_hash, below))
			st = expected_hash(err, below, header.parent_hash, "parent hash");
		if (st != OK)
			return error_wrap(err, "header %zu", i);
		below = made;
	}
	if (is_above && !hash_equal(below, anchor->hash))
		return expected_hash(err, anchor->hash, below, "hash of the last header");
	if (!is_above && !hash_equal(below, e->header.parent_hash))
		return expected_hash(err, below, e->header.parent_hash,
				     "the block's parent hash, by the last header");
	return OK;
}

static enum status prove_anchor(const struct evidence *e, struct error *err)
{
	uint64_t far = distance(e);

	if (e->anchor.has_headers != (far <= EVIDENCE_HEADERS_MAX))
		return error_set(err, ERR_BAD_DATA,
				 "headers: expected them for at most %d blocks, and always then; "
				 "the anchor is %" PRIu64 " away",
				 EVIDENCE_HEADERS_MAX, far);
	if (!e->anchor.has_headers)
		return OK;
	if (e->anchor.header_count != far)
		return expected_number(err, far, e->anchor.header_count, "number of headers");
	if (!far)
		return hash_equal(e->anchor.hash, e->block_hash)
			       ? OK
			       : expected_hash(err, e->block_hash, e->anchor.hash,
					       "hash, that of the block");
	return prove_links(e, err);
}

/* ---- all ---- */

/* Nothing stands before the first receipt; and log indexes have 32 bits. */
static enum status check_logs_before(const struct evidence *e, struct error *err)
{
	if (!e->receipt_element.index && e->logs_before)
		return expected_number(err, 0, e->logs_before,
				       "logs_before, of the block's first receipt");
	if (e->logs_before > UINT32_MAX)
		return error_set(err, ERR_BAD_DATA, "logs_before: expected at most %" PRIu32,
				 UINT32_MAX);
	return OK;
}

enum status evidence_prove(struct evidence *e, struct arena *arena, struct error *err)
{
	if (prove_the_header(e, err) != OK)
		return error_wrap(err, "header");
	if (prove_receipt(e, arena, err) != OK)
		return error_wrap(err, "receipt");
	if (e->has_transaction && prove_transaction(e, arena, err) != OK)
		return error_wrap(err, "transaction");
	if (prove_logs(e, arena, err) != OK)
		return error_wrap(err, "logs");
	if (prove_anchor(e, err) != OK)
		return error_wrap(err, "anchor");
	if (check_logs_before(e, err) != OK || evidence_check_claims(e, arena, err) != OK)
		return error_wrap(err, "claims");
	return OK;
}
