#include "chain/header.h"

#include "abi/keccak.h"
#include "chain/rlp.h"

enum field_kind {
	FIELD_FIXED, /* `size` bytes as they are */
	FIELD_U64,
	FIELD_U256,
	FIELD_BYTES,
};

/* A header's fields in the order of their encoding; those of one fork stand together. */
struct field {
	const char *name;
	enum field_kind kind;
	enum header_fork since;
	size_t offset;
	size_t size;
};

#define FIELD(kind, since, member, name)                                                           \
	{                                                                                          \
		name, FIELD_##kind, HEADER_##since, offsetof(struct block_header, member),         \
			sizeof(((struct block_header *)NULL)->member)                              \
	}

/* Yellow Paper 4.4; EIP-1559, EIP-4895, EIP-4844, EIP-4788, EIP-7685. */
static const struct field fields[] = {
	FIELD(FIXED, FRONTIER, parent_hash, "parent hash"),
	FIELD(FIXED, FRONTIER, uncles_hash, "uncles hash"),
	FIELD(FIXED, FRONTIER, beneficiary, "beneficiary"),
	FIELD(FIXED, FRONTIER, state_root, "state root"),
	FIELD(FIXED, FRONTIER, transactions_root, "transactions root"),
	FIELD(FIXED, FRONTIER, receipts_root, "receipts root"),
	FIELD(FIXED, FRONTIER, bloom, "logs bloom"),
	FIELD(U256, FRONTIER, difficulty, "difficulty"),
	FIELD(U64, FRONTIER, number, "number"),
	FIELD(U64, FRONTIER, gas_limit, "gas limit"),
	FIELD(U64, FRONTIER, gas_used, "gas used"),
	FIELD(U64, FRONTIER, timestamp, "timestamp"),
	FIELD(BYTES, FRONTIER, extra, "extra data"),
	FIELD(FIXED, FRONTIER, mix_hash, "mix hash"),
	FIELD(FIXED, FRONTIER, nonce, "nonce"),
	FIELD(U256, LONDON, base_fee, "base fee"),
	FIELD(FIXED, SHANGHAI, withdrawals_root, "withdrawals root"),
	FIELD(U64, CANCUN, blob_gas_used, "blob gas used"),
	FIELD(U64, CANCUN, excess_blob_gas, "excess blob gas"),
	FIELD(FIXED, CANCUN, parent_beacon_root, "parent beacon block root"),
	FIELD(FIXED, PRAGUE, requests_hash, "requests hash"),
};

enum { FIELD_COUNT = sizeof(fields) / sizeof(fields[0]) };

/* Fixed fields are read and written as whole structs: these are nothing but bytes. */
_Static_assert(sizeof(struct hash) == HASH_BYTES && sizeof(struct address) == ADDRESS_BYTES &&
		       sizeof(struct bloom) == BLOOM_BYTES,
	       "no padding");

static void put_field(struct buffer *out, const struct field *field, const void *value)
{
	const struct slice *bytes;
	u256 number;
	uint64_t small;

	switch (field->kind) {
	case FIELD_FIXED:
		rlp_put_bytes(out, slice_of(value, field->size));
		break;
	case FIELD_U64:
		memcpy(&small, value, sizeof(small));
		rlp_put_u64(out, small);
		break;
	case FIELD_U256:
		memcpy(&number, value, sizeof(number));
		rlp_put_u256(out, number);
		break;
	case FIELD_BYTES:
		bytes = value;
		rlp_put_bytes(out, *bytes);
		break;
	}
}

void header_encode(struct buffer *out, const struct block_header *header)
{
	size_t list = rlp_list_begin(out);

	for (size_t i = 0; i < FIELD_COUNT && fields[i].since <= header->fork; i++)
		put_field(out, &fields[i], (const uint8_t *)header + fields[i].offset);
	rlp_list_end(out, list);
}

struct hash header_hash(const struct block_header *header, struct arena *scratch)
{
	struct buffer out = buffer_in(scratch);

	header_encode(&out, header);
	return keccak256(out.data, out.size);
}

static bool read_field(void *value, const struct field *field, struct rlp_reader *r)
{
	switch (field->kind) {
	case FIELD_FIXED:
		return rlp_fixed(value, field->size, r);
	case FIELD_U64:
		return rlp_u64(value, r);
	case FIELD_U256:
		return rlp_u256(value, r);
	case FIELD_BYTES:
		return rlp_bytes(value, r);
	}
	return false;
}

/* The reader's words, after the field where it stopped. */
static enum status field_error(const struct rlp_reader *r, const char *name, struct error *err)
{
	if (rlp_close(r, err) == OK)
		return error_set(err, ERR_BAD_DATA, "header: %s is missing", name);
	error_wrap(err, "header: %s", name);
	return ERR_BAD_DATA;
}

enum status header_decode(struct block_header *out, struct slice bytes, struct error *err)
{
	struct error unseen = {.status = OK};
	struct rlp_reader r = {0};
	struct rlp_item list;

	err = err ? err : &unseen;
	memset(out, 0, sizeof(*out));
	if (rlp_decode(&list, bytes, err) != OK)
		return error_wrap(err, "header");
	rlp_open(&r, &list);
	for (size_t i = 0; i < FIELD_COUNT; i++) {
		bool begins_fork = i && fields[i].since != fields[i - 1].since;

		if (begins_fork && !rlp_more(&r))
			break;
		if (!read_field((uint8_t *)out + fields[i].offset, &fields[i], &r))
			return field_error(&r, fields[i].name, err);
		out->fork = fields[i].since;
	}
	if (rlp_more(&r))
		return error_set(err, ERR_BAD_DATA,
				 "header: more than %d fields: a later fork added to headers; this "
				 "version knows them up to %s",
				 FIELD_COUNT, header_fork_name(HEADER_PRAGUE));
	if (rlp_close(&r, err) != OK)
		return error_wrap(err, "header");
	if (out->extra.size > HEADER_EXTRA_MAX)
		return error_set(err, ERR_BAD_DATA, "header: %zu bytes of extra data, at most %d",
				 out->extra.size, HEADER_EXTRA_MAX);
	return OK;
}

const char *header_fork_name(enum header_fork fork)
{
	switch (fork) {
	case HEADER_FRONTIER:
		return "Frontier";
	case HEADER_LONDON:
		return "London";
	case HEADER_SHANGHAI:
		return "Shanghai";
	case HEADER_CANCUN:
		return "Cancun";
	case HEADER_PRAGUE:
		return "Prague";
	}
	return "unknown";
}
