/*
 * recorded_material.c - keeps blocks as consensus encodes them, and decodes them again.
 *
 * A receipt as a struct takes ten times the memory of its encoding, and most blocks of a recorded
 * chain are never asked for. A block's pieces stand in one run of bytes: the header; the name of a
 * member that no fork has; the transactions' hashes; where there are bodies, senders and encodings;
 * the receipts' claims and encodings. Pieces of varying size have their size before them.
 */
#include "indexer/recorded_material.h"

#include <inttypes.h>

#include "indexer/members.h"
#include "indexer/parse_block.h"
#include "indexer/recorded_impl.h"

/* ---- keeping ---- */

static void put_count(struct buffer *out, size_t count)
{
	uint8_t bytes[4];

	put_be32(bytes, (uint32_t)count);
	buffer_append(out, bytes, sizeof(bytes));
}

static void put_piece(struct buffer *out, struct slice bytes)
{
	put_count(out, bytes.size);
	buffer_append(out, bytes.data, bytes.size);
}

static void put_transactions(struct buffer *out, const struct block_material *m,
			     struct arena *scratch)
{
	put_count(out, m->transaction_count);
	buffer_append(out, m->transaction_hashes,
		      m->transaction_count * sizeof(m->transaction_hashes[0]));
	buffer_byte(out, m->has_transactions);
	if (!m->has_transactions)
		return;
	buffer_append(out, m->claimed_senders,
		      m->transaction_count * sizeof(m->claimed_senders[0]));
	for (size_t i = 0; i < m->transaction_count; i++) {
		struct buffer encoding = buffer_in(scratch);

		transaction_encode(&encoding, &m->transactions[i]);
		put_piece(out, buffer_slice(&encoding));
	}
}

static void put_receipts(struct buffer *out, const struct block_material *m, struct arena *scratch)
{
	put_count(out, m->receipt_count);
	buffer_append(out, m->receipt_claims, m->receipt_count * sizeof(m->receipt_claims[0]));
	for (size_t i = 0; i < m->receipt_count; i++) {
		struct buffer encoding = buffer_in(scratch);

		receipt_encode(&encoding, &m->receipts[i]);
		put_piece(out, buffer_slice(&encoding));
	}
}

static struct slice pack(struct arena *arena, const struct block_material *m, struct arena *scratch)
{
	struct buffer out = buffer_in(scratch);
	struct buffer header = buffer_in(scratch);

	header_encode(&header, &m->header);
	put_piece(&out, buffer_slice(&header));
	put_piece(&out, slice_of(m->unknown_member, strlen(m->unknown_member)));
	put_transactions(&out, m, scratch);
	put_receipts(&out, m, scratch);
	return slice_copy(arena, buffer_slice(&out));
}

/* The words, shared with the block before where it lacks the same. */
static const char *words_kept(const struct recorded *recorded, const char *words)
{
	const char *before =
		recorded->block_count ? recorded->parts[recorded->block_count - 1].lack : NULL;

	return before && strcmp(before, words) == 0 ? before : arena_string(recorded->arena, words);
}

void recorded_keep_material(struct recorded *recorded, struct arena *scratch, struct slice block,
			    struct slice receipts)
{
	struct block_parts *parts = &recorded->parts[recorded->block_count];
	struct block_material m = {0};
	struct json_reader r;
	struct error err;
	enum status st;

	*parts = (struct block_parts){0};
	jread_open(&r, block);
	st = parse_block(&m, scratch, &r, &err);
	if (st == OK) {
		jread_open(&r, receipts);
		st = parse_receipts(&m, scratch, &r, &err);
	}
	if (st == OK)
		parts->packed = pack(recorded->arena, &m, scratch);
	else
		parts->lack = words_kept(recorded, err.message);
}

/* ---- asking ---- */

/* Walks over what pack() wrote. */
struct unpacking {
	const uint8_t *at;
	struct arena *arena;
};

static const void *take(struct unpacking *u, size_t size)
{
	const void *bytes = u->at;

	u->at += size;
	return bytes;
}

static size_t take_count(struct unpacking *u)
{
	return get_be32(take(u, 4));
}

static struct slice take_piece(struct unpacking *u)
{
	size_t size = take_count(u);

	return slice_of(take(u, size), size);
}

static void *take_array(struct unpacking *u, size_t count, size_t size)
{
	return arena_copy(u->arena, take(u, count * size), count * size);
}

static enum status take_transactions(struct block_material *m, struct unpacking *u,
				     struct error *err)
{
	enum status st = OK;

	m->transaction_count = take_count(u);
	m->transaction_hashes =
		take_array(u, m->transaction_count, sizeof(m->transaction_hashes[0]));
	m->has_transactions = *(const uint8_t *)take(u, 1);
	if (!m->has_transactions)
		return OK;
	m->claimed_senders = take_array(u, m->transaction_count, sizeof(m->claimed_senders[0]));
	m->transactions = arena_array(u->arena, m->transaction_count, sizeof(m->transactions[0]));
	for (size_t i = 0; i < m->transaction_count && st == OK; i++)
		st = transaction_decode(&m->transactions[i], u->arena, take_piece(u), err);
	return st;
}

static enum status take_receipts(struct block_material *m, struct unpacking *u, struct error *err)
{
	enum status st = OK;

	m->has_receipts = true;
	m->receipt_count = take_count(u);
	m->receipt_claims = take_array(u, m->receipt_count, sizeof(m->receipt_claims[0]));
	m->receipts = arena_array(u->arena, m->receipt_count, sizeof(m->receipts[0]));
	for (size_t i = 0; i < m->receipt_count && st == OK; i++)
		st = receipt_decode(&m->receipts[i], u->arena, take_piece(u), err);
	return st;
}

static enum status unpack(struct block_material *m, struct arena *arena, struct slice packed,
			  struct error *err)
{
	struct unpacking u = {.at = slice_copy(arena, packed).data, .arena = arena};
	struct slice name;
	enum status st = header_decode(&m->header, take_piece(&u), err);

	name = take_piece(&u);
	m->unknown_member = arena_string_n(arena, (const char *)name.data, name.size);
	if (st == OK)
		st = take_transactions(m, &u, err);
	if (st == OK)
		st = take_receipts(m, &u, err);
	return st;
}

enum status recorded_material(struct block_material *out, struct arena *arena,
			      const struct recorded *recorded, uint64_t number, struct error *err)
{
	const struct block_ref *block = recorded_block(recorded, number);
	const struct block_parts *parts;
	struct error own;

	if (!err)
		err = &own;
	*out = (struct block_material){0};
	if (!block)
		return error_set(err, ERR_NOTFOUND,
				 "no block %" PRIu64 "; the recorded chain holds %" PRIu64
				 " to %" PRIu64,
				 number, recorded->first, recorded->last);
	parts = &recorded->parts[number - recorded->first];
	if (parts->lack)
		return error_set(err, ERR_BAD_DATA,
				 "block %" PRIu64 ": %s: the recorded chain lacks what proving "
				 "needs; set proof.level to off to follow it unproved",
				 number, parts->lack);
	out->claimed_hash = block->hash;
	if (unpack(out, arena, parts->packed, err) != OK)
		return error_wrap(err, "block %" PRIu64, number);
	return OK;
}

/* ---- account proofs ---- */

static struct slice proof_key(struct arena *scratch, struct address address,
			      const struct hash *slots, size_t slot_count, uint64_t block)
{
	struct buffer key = buffer_in(scratch);
	uint8_t number[8];

	put_be64(number, block);
	buffer_append(&key, number, sizeof(number));
	buffer_append(&key, address.bytes, ADDRESS_BYTES);
	buffer_append(&key, slots, slot_count * sizeof(slots[0]));
	return buffer_slice(&key);
}

/* A slot as 32 bytes or as a quantity. */
static enum status read_slot(void *out, struct arena *arena, struct json_reader *r,
			     struct error *err)
{
	struct hash *slot = out;
	struct slice text;
	u256 value = U256_ZERO;
	enum status st;

	(void)arena;
	if (!jread_string(r, &text))
		return jread_error(r, err);
	st = u256_parse_hex(&value, (const char *)text.data, text.size, err);
	u256_to_be(slot->bytes, value);
	return st;
}

static enum status store_proof(struct recorded *recorded, struct slice key, struct slice result,
			       struct error *err)
{
	uint32_t known = recorded->proof_keys.count;
	uint32_t number = intern_add(&recorded->proof_keys, key);

	if (number < known) {
		if (slice_equal(recorded->proofs[number], result))
			return OK;
		return error_set(err, ERR_BAD_DATA,
				 "the same proof at the same block with another result before");
	}
	if (known == recorded->proof_capacity) {
		recorded->proof_capacity = known ? (size_t)known * 2 : 64;
		recorded->proofs = xrealloc(recorded->proofs,
					    recorded->proof_capacity * sizeof(recorded->proofs[0]));
	}
	recorded->proofs[number] = slice_copy(recorded->arena, result);
	return OK;
}

enum status recorded_keep_proof(struct recorded *recorded, struct arena *scratch,
				struct slice address, struct slice slots, uint64_t block,
				struct slice result, struct error *err)
{
	struct json_reader r;
	struct slice text;
	struct account_proof proof;
	struct address who;
	void *list;
	size_t count;
	enum status st;

	jread_open(&r, address);
	if (!jread_string(&r, &text))
		return jread_error(&r, err);
	st = hex_parse_exact(who.bytes, ADDRESS_BYTES, (const char *)text.data, text.size, err);
	if (st != OK)
		return error_wrap(err, "proof's \"address\"");
	jread_open(&r, slots);
	if (members_array(&list, &count, sizeof(struct hash), "slot", read_slot, scratch, &r,
			  err) != OK)
		return error_wrap(err, "proof's \"slots\"");
	jread_open(&r, result);
	if (parse_account_proof(&proof, scratch, &r, err) != OK)
		return error_wrap(err, "proof's \"result\"");
	return store_proof(recorded, proof_key(scratch, who, list, count, block), result, err);
}

enum status recorded_account_proof(struct account_proof *out, struct arena *arena,
				   const struct recorded *recorded, struct address address,
				   const struct hash *slots, size_t slot_count, uint64_t block,
				   struct error *err)
{
	char text[HEX_SIZE(ADDRESS_BYTES)];
	struct json_reader r;
	uint32_t number = 0;

	if (!intern_find(&number, &recorded->proof_keys,
			 proof_key(arena, address, slots, slot_count, block)))
		return error_set(err, ERR_NOTFOUND,
				 "no proof of %s at block %" PRIu64 " and these slots was recorded",
				 address_format(text, address), block);
	jread_open(&r, recorded->proofs[number]);
	return parse_account_proof(out, arena, &r, err);
}
