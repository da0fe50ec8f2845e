/*
 * Transactions as RLP. Sources of the forms: the Yellow Paper, 4.2, and EIP-155 (legacy), EIP-2930,
 * EIP-1559, EIP-4844, EIP-7702.
 *
 * What is signed is what is encoded, less the signature; so one function writes the fields for
 * both. Reading is the mirror of it, one field a line.
 */
#include "chain/transaction.h"

#include "abi/keccak.h"
#include "chain/rlp.h"
#include "chain/trie.h"

enum {
	TYPE_LEGACY = 0,
	TYPE_ACCESS_LIST = 1,
	TYPE_DYNAMIC_FEE = 2,
	TYPE_BLOB = 3,
	TYPE_SET_CODE = 4,
	FIRST_RLP_LIST = 0xc0, /* the least first byte of a list */
	TYPE_BYTE_MAX = 0x7f,  /* EIP-2718 */
	AUTHORIZATION_MAGIC = 0x05,
	V_LEGACY = 27,
	V_EIP155 = 35,
};

/* Writing. */

static void put_hash(struct buffer *out, const struct hash *hash)
{
	rlp_put_bytes(out, slice_of(hash->bytes, HASH_BYTES));
}

static void put_address(struct buffer *out, const struct address *address)
{
	rlp_put_bytes(out, slice_of(address->bytes, ADDRESS_BYTES));
}

static void put_hashes(struct buffer *out, const struct hash *hashes, size_t count)
{
	size_t list = rlp_list_begin(out);

	for (size_t i = 0; i < count; i++)
		put_hash(out, &hashes[i]);
	rlp_list_end(out, list);
}

static void put_access_list(struct buffer *out, const struct transaction *t)
{
	size_t list = rlp_list_begin(out);

	for (size_t i = 0; i < t->access_count; i++) {
		size_t entry = rlp_list_begin(out);

		put_address(out, &t->access_list[i].address);
		put_hashes(out, t->access_list[i].slots, t->access_list[i].slot_count);
		rlp_list_end(out, entry);
	}
	rlp_list_end(out, list);
}

static void put_signature(struct buffer *out, const struct signature *signature)
{
	rlp_put_u64(out, signature->y_parity);
	rlp_put_u256(out, signature->r);
	rlp_put_u256(out, signature->s);
}

static void put_authorization_fields(struct buffer *out, const struct authorization *a)
{
	rlp_put_u256(out, a->chain_id);
	put_address(out, &a->address);
	rlp_put_u64(out, a->nonce);
}

static void put_authorizations(struct buffer *out, const struct transaction *t)
{
	size_t list = rlp_list_begin(out);

	for (size_t i = 0; i < t->authorization_count; i++) {
		size_t tuple = rlp_list_begin(out);

		put_authorization_fields(out, &t->authorizations[i]);
		put_signature(out, &t->authorizations[i].signature);
		rlp_list_end(out, tuple);
	}
	rlp_list_end(out, list);
}

/* The four fields from the gas limit to the input that all types have. */
static void put_call(struct buffer *out, const struct transaction *t)
{
	rlp_put_u64(out, t->gas_limit);
	rlp_put_bytes(out, slice_of(t->to.bytes, t->has_to ? ADDRESS_BYTES : 0));
	rlp_put_u256(out, t->value);
	rlp_put_bytes(out, t->input);
}

static void put_typed_fields(struct buffer *out, const struct transaction *t)
{
	rlp_put_u256(out, t->chain_id);
	rlp_put_u64(out, t->nonce);
	if (t->type == TYPE_ACCESS_LIST) {
		rlp_put_u256(out, t->gas_price);
	} else {
		rlp_put_u256(out, t->max_priority_fee);
		rlp_put_u256(out, t->max_fee);
	}
	put_call(out, t);
	put_access_list(out, t);
	if (t->type == TYPE_BLOB) {
		rlp_put_u256(out, t->max_blob_fee);
		put_hashes(out, t->blob_hashes, t->blob_count);
	}
	if (t->type == TYPE_SET_CODE)
		put_authorizations(out, t);
}

static void put_legacy_fields(struct buffer *out, const struct transaction *t)
{
	rlp_put_u64(out, t->nonce);
	rlp_put_u256(out, t->gas_price);
	put_call(out, t);
}

/* 27 or 28; with a chain id (EIP-155) 35 + 2 * chain_id + parity. */
static u256 legacy_v(const struct transaction *t)
{
	u256 twice = u256_shift_left(t->chain_id, 1);

	if (!t->has_chain_id)
		return u256_from(V_LEGACY + (uint64_t)t->signature.y_parity);
	return u256_add_wrap(twice, u256_from(V_EIP155 + (uint64_t)t->signature.y_parity));
}

void transaction_encode(struct buffer *out, const struct transaction *transaction)
{
	size_t list;

	if (transaction->type == TYPE_LEGACY) {
		list = rlp_list_begin(out);
		put_legacy_fields(out, transaction);
		rlp_put_u256(out, legacy_v(transaction));
		rlp_put_u256(out, transaction->signature.r);
		rlp_put_u256(out, transaction->signature.s);
		rlp_list_end(out, list);
		return;
	}
	buffer_byte(out, transaction->type);
	list = rlp_list_begin(out);
	put_typed_fields(out, transaction);
	put_signature(out, &transaction->signature);
	rlp_list_end(out, list);
}

struct hash transaction_hash(const struct transaction *transaction, struct arena *scratch)
{
	struct buffer encoding = buffer_in(scratch);

	transaction_encode(&encoding, transaction);
	return keccak256(encoding.data, encoding.size);
}

struct hash transaction_signing_hash(const struct transaction *transaction, struct arena *scratch)
{
	struct buffer signed_bytes = buffer_in(scratch);
	size_t list;

	if (transaction->type != TYPE_LEGACY)
		buffer_byte(&signed_bytes, transaction->type);
	list = rlp_list_begin(&signed_bytes);
	if (transaction->type == TYPE_LEGACY) {
		put_legacy_fields(&signed_bytes, transaction);
		if (transaction->has_chain_id) {
			rlp_put_u256(&signed_bytes, transaction->chain_id);
			rlp_put_u64(&signed_bytes, 0);
			rlp_put_u64(&signed_bytes, 0);
		}
	} else {
		put_typed_fields(&signed_bytes, transaction);
	}
	rlp_list_end(&signed_bytes, list);
	return keccak256(signed_bytes.data, signed_bytes.size);
}

struct slice *transactions_encode(const struct transaction *transactions, size_t count,
				  struct arena *arena)
{
	struct slice *encodings = arena_array(arena, count, sizeof(*encodings));

	for (size_t i = 0; i < count; i++) {
		struct buffer encoding = buffer_in(arena);

		transaction_encode(&encoding, &transactions[i]);
		encodings[i] = buffer_slice(&encoding);
	}
	return encodings;
}

struct hash transactions_root(const struct transaction *transactions, size_t count,
			      struct arena *arena)
{
	return trie_ordered_root(transactions_encode(transactions, count, arena), count, arena);
}

/* Reading: the fields of one list in order. The first that is wrong sticks, with its name. */

struct fields {
	struct rlp_reader reader;
	struct arena *arena;
	const char *wrong;   /* the field's name; NULL: none so far */
	const char *problem; /* NULL: the reader knows */
};

static bool is_ok(struct fields *f, const char *name, bool is_read)
{
	if (!is_read)
		f->wrong = name;
	return is_read;
}

static bool refuse(struct fields *f, const char *name, const char *problem)
{
	f->wrong = name;
	f->problem = problem;
	return false;
}

static bool get_u64(struct fields *f, const char *name, uint64_t *out)
{
	return !f->wrong && is_ok(f, name, rlp_u64(out, &f->reader));
}

static bool get_u256(struct fields *f, const char *name, u256 *out)
{
	return !f->wrong && is_ok(f, name, rlp_u256(out, &f->reader));
}

static bool get_bytes(struct fields *f, const char *name, struct slice *out)
{
	return !f->wrong && is_ok(f, name, rlp_bytes(out, &f->reader));
}

static bool get_list(struct fields *f, const char *name, struct rlp_item *out)
{
	return !f->wrong && is_ok(f, name, rlp_list(out, &f->reader));
}

static bool get_address(struct fields *f, const char *name, struct address *out)
{
	return !f->wrong && is_ok(f, name, rlp_fixed(out->bytes, ADDRESS_BYTES, &f->reader));
}

static void get_destination(struct fields *f, struct transaction *t)
{
	bool may_create = t->type != TYPE_BLOB && t->type != TYPE_SET_CODE;
	struct slice bytes;

	if (!get_bytes(f, "to", &bytes))
		return;
	t->has_to = bytes.size == ADDRESS_BYTES;
	if (t->has_to)
		memcpy(t->to.bytes, bytes.data, ADDRESS_BYTES);
	else if (bytes.size)
		(void)refuse(f, "to", "neither an address nor empty");
	else if (!may_create)
		(void)refuse(f, "to", "a transaction of this type cannot create a contract");
}

/* Up to `limit`; a transaction's own parity is 0 or 1, an authorization's any byte. */
static void get_parity(struct fields *f, uint8_t *out, uint64_t limit)
{
	uint64_t parity;

	if (!get_u64(f, "y_parity", &parity))
		return;
	if (parity > limit)
		(void)refuse(f, "y_parity", "too large");
	else
		*out = (uint8_t)parity;
}

/* Ends the walk over a list inside of a list: its mistake becomes the outer one's. */
static bool get_end(struct fields *outer, struct fields *inner, const char *name)
{
	if (!inner->wrong && rlp_close(&inner->reader, NULL) == OK)
		return true;
	if (inner->problem)
		return refuse(outer, name, inner->problem);
	return refuse(outer, name,
		      inner->reader.problem ? inner->reader.problem : "has too many fields");
}

static struct fields fields_of(const struct rlp_item *list, struct arena *arena)
{
	struct fields f = {.arena = arena};

	rlp_open(&f.reader, list);
	return f;
}

static size_t count_elements(const struct rlp_item *list)
{
	struct rlp_reader reader;
	struct rlp_item item;
	size_t count = 0;

	rlp_open(&reader, list);
	while (rlp_next(&item, &reader))
		count++;
	return count;
}

static void get_hashes(struct fields *f, const char *name, struct hash **out, size_t *count)
{
	struct rlp_item list;
	struct fields inner;
	size_t n;

	if (!get_list(f, name, &list))
		return;
	n = count_elements(&list);
	*out = arena_array(f->arena, n, sizeof(**out));
	inner = fields_of(&list, f->arena);
	for (size_t i = 0; i < n && !inner.wrong; i++)
		(void)is_ok(&inner, name, rlp_fixed((*out)[i].bytes, HASH_BYTES, &inner.reader));
	if (get_end(f, &inner, name))
		*count = n;
}

static void get_access_entry(struct fields *outer, struct access_entry *out)
{
	struct rlp_item item;
	struct fields f;

	if (!get_list(outer, "access_list", &item))
		return;
	f = fields_of(&item, outer->arena);
	(void)get_address(&f, "access_list", &out->address);
	get_hashes(&f, "access_list", &out->slots, &out->slot_count);
	(void)get_end(outer, &f, "access_list");
}

static void get_access_list(struct fields *f, struct transaction *t)
{
	struct rlp_item list;
	struct fields inner;
	size_t n;

	if (!get_list(f, "access_list", &list))
		return;
	n = count_elements(&list);
	t->access_list = arena_array(f->arena, n, sizeof(*t->access_list));
	inner = fields_of(&list, f->arena);
	for (size_t i = 0; i < n && !inner.wrong; i++)
		get_access_entry(&inner, &t->access_list[i]);
	if (get_end(f, &inner, "access_list"))
		t->access_count = n;
}

static void get_authorization(struct fields *outer, struct authorization *out)
{
	struct rlp_item item;
	struct fields f;

	if (!get_list(outer, "authorization_list", &item))
		return;
	f = fields_of(&item, outer->arena);
	(void)get_u256(&f, "chain_id", &out->chain_id);
	(void)get_address(&f, "address", &out->address);
	(void)get_u64(&f, "nonce", &out->nonce);
	get_parity(&f, &out->signature.y_parity, UINT8_MAX);
	(void)get_u256(&f, "r", &out->signature.r);
	(void)get_u256(&f, "s", &out->signature.s);
	(void)get_end(outer, &f, "authorization_list");
}

static void get_authorizations(struct fields *f, struct transaction *t)
{
	struct rlp_item list;
	struct fields inner;
	size_t n;

	if (!get_list(f, "authorization_list", &list))
		return;
	n = count_elements(&list);
	t->authorizations = arena_array(f->arena, n, sizeof(*t->authorizations));
	inner = fields_of(&list, f->arena);
	for (size_t i = 0; i < n && !inner.wrong; i++)
		get_authorization(&inner, &t->authorizations[i]);
	if (get_end(f, &inner, "authorization_list"))
		t->authorization_count = n;
}

static void get_call(struct fields *f, struct transaction *t)
{
	(void)get_u64(f, "gas_limit", &t->gas_limit);
	get_destination(f, t);
	(void)get_u256(f, "value", &t->value);
	(void)get_bytes(f, "input", &t->input);
}

static void get_r_and_s(struct fields *f, struct transaction *t)
{
	(void)get_u256(f, "r", &t->signature.r);
	(void)get_u256(f, "s", &t->signature.s);
}

static void get_typed(struct fields *f, struct transaction *t)
{
	t->has_chain_id = true;
	(void)get_u256(f, "chain_id", &t->chain_id);
	(void)get_u64(f, "nonce", &t->nonce);
	if (t->type == TYPE_ACCESS_LIST) {
		(void)get_u256(f, "gas_price", &t->gas_price);
	} else {
		(void)get_u256(f, "max_priority_fee", &t->max_priority_fee);
		(void)get_u256(f, "max_fee", &t->max_fee);
	}
	get_call(f, t);
	get_access_list(f, t);
	if (t->type == TYPE_BLOB) {
		(void)get_u256(f, "max_blob_fee", &t->max_blob_fee);
		get_hashes(f, "blob_hashes", &t->blob_hashes, &t->blob_count);
	}
	if (t->type == TYPE_SET_CODE)
		get_authorizations(f, t);
	get_parity(f, &t->signature.y_parity, 1);
	get_r_and_s(f, t);
}

static void get_legacy_v(struct fields *f, struct transaction *t)
{
	u256 v;

	if (!get_u256(f, "v", &v))
		return;
	t->has_chain_id = !u256_less(v, u256_from(V_EIP155));
	if (t->has_chain_id) {
		v = u256_sub_wrap(v, u256_from(V_EIP155));
		t->chain_id = u256_shift_right(v, 1);
		t->signature.y_parity = v.word[0] & 1;
	} else if (v.word[0] == V_LEGACY || v.word[0] == V_LEGACY + 1) {
		t->signature.y_parity = (uint8_t)(v.word[0] - V_LEGACY);
	} else {
		(void)refuse(f, "v", "neither 27 nor 28, nor 35 or more");
	}
}

static void get_legacy(struct fields *f, struct transaction *t)
{
	(void)get_u64(f, "nonce", &t->nonce);
	(void)get_u256(f, "gas_price", &t->gas_price);
	get_call(f, t);
	get_legacy_v(f, t);
	get_r_and_s(f, t);
}

static enum status read_type(struct transaction *out, struct slice *list, struct slice bytes,
			     struct error *err)
{
	if (!bytes.size)
		return error_set(err, ERR_BAD_DATA, "transaction: no bytes");
	*list = bytes;
	if (bytes.data[0] >= FIRST_RLP_LIST)
		return OK;
	if (bytes.data[0] > TYPE_BYTE_MAX)
		return error_set(err, ERR_BAD_DATA, "transaction: neither a list nor a type");
	if (bytes.data[0] == TYPE_LEGACY || bytes.data[0] > TRANSACTION_TYPE_MAX)
		return error_set(err, ERR_BAD_DATA, "transaction: unknown type %u",
				 (unsigned)bytes.data[0]);
	out->type = bytes.data[0];
	*list = slice_of(bytes.data + 1, bytes.size - 1);
	return OK;
}

enum status transaction_decode(struct transaction *out, struct arena *arena, struct slice bytes,
			       struct error *err)
{
	struct error problem;
	struct rlp_item item;
	struct slice list;
	struct fields f;
	enum status status;

	*out = (struct transaction){0};
	status = read_type(out, &list, bytes, err);
	if (status != OK)
		return status;
	if (rlp_decode(&item, list, &problem) != OK)
		return error_set(err, ERR_BAD_DATA, "transaction: %s", problem.message);
	f = fields_of(&item, arena);
	if (out->type == TYPE_LEGACY)
		get_legacy(&f, out);
	else
		get_typed(&f, out);
	if (f.wrong && f.problem)
		return error_set(err, ERR_BAD_DATA, "transaction: %s: %s", f.wrong, f.problem);
	if (rlp_close(&f.reader, &problem) != OK)
		return error_set(err, ERR_BAD_DATA, "transaction: %s%s%s", f.wrong ? f.wrong : "",
				 f.wrong ? ": " : "", problem.message);
	return OK;
}

/* Who signed. */

enum status transaction_sender(struct address *out, const struct transaction *transaction,
			       struct arena *scratch, struct error *err)
{
	/* Frontier's blocks have signatures with a high s; chain ids came after Homestead, which
	 * forbade them. */
	bool wants_low_s = transaction->type != TYPE_LEGACY || transaction->has_chain_id;

	return signature_recover(out, transaction_signing_hash(transaction, scratch),
				 &transaction->signature, wants_low_s, err);
}

enum status authorization_authority(struct address *out, const struct authorization *authorization,
				    struct arena *scratch, struct error *err)
{
	struct buffer bytes = buffer_in(scratch);
	size_t list;

	buffer_byte(&bytes, AUTHORIZATION_MAGIC);
	list = rlp_list_begin(&bytes);
	put_authorization_fields(&bytes, authorization);
	rlp_list_end(&bytes, list);
	return signature_recover(out, keccak256(bytes.data, bytes.size), &authorization->signature,
				 true, err);
}
