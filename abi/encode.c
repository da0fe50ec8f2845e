/*
 * The encoder: one walk that checks the values and adds up their size, one that writes. Tails
 * follow one another, so that an offset is where the writer stands.
 */
#include "abi/codec.h"
#include "abi/utf8.h"

enum { WORD_SIZE = 32, FUNCTION_SIZE = 24, SELECTOR_SIZE = 4 };

static bool same_type(const struct abi_type *a, const struct abi_type *b);

static bool same_components(const struct abi_type *a, const struct abi_type *b)
{
	if (a->component_count != b->component_count)
		return false;
	for (size_t i = 0; i < a->component_count; i++)
		if (!same_type(a->components[i].type, b->components[i].type))
			return false;
	return true;
}

/* Names do not matter. */
static bool same_type(const struct abi_type *a, const struct abi_type *b)
{
	if (a == b)
		return true;
	if (!a || !b || a->kind != b->kind)
		return false;
	switch (a->kind) {
	case ABI_UINT:
	case ABI_INT:
	case ABI_FIXED_BYTES:
		return a->bits == b->bits;
	case ABI_ADDRESS:
	case ABI_BOOL:
	case ABI_FUNCTION:
	case ABI_BYTES:
	case ABI_STRING:
		return true;
	case ABI_ARRAY:
		return a->length == b->length && same_type(a->element, b->element);
	case ABI_VECTOR:
		return same_type(a->element, b->element);
	case ABI_TUPLE:
		return same_components(a, b);
	}
	return false;
}

static const struct abi_type *item_type(const struct abi_type *list, size_t index)
{
	return list->kind == ABI_TUPLE ? list->components[index].type : list->element;
}

static size_t padded(size_t size)
{
	return size + (WORD_SIZE - size % WORD_SIZE) % WORD_SIZE;
}

static enum status measure_value(size_t *size, const struct abi_value *value, struct error *err);

/* The heads and tails of a sequence of values. */
static enum status measure_values(size_t *size, const struct abi_value *values, size_t count,
				  struct error *err)
{
	for (size_t i = 0; i < count; i++) {
		enum status st = measure_value(size, &values[i], err);

		if (st != OK)
			return st;
		if (values[i].type->is_dynamic)
			*size += WORD_SIZE;
	}
	return OK;
}

static enum status measure_list(size_t *size, const struct abi_value *value, struct error *err)
{
	const struct abi_type *type = value->type;
	size_t count = value->list.count;

	if (type->kind == ABI_ARRAY && count != type->length)
		return error_set(err, ERR_USAGE, "%zu elements for an array of %llu", count,
				 (unsigned long long)type->length);
	if (type->kind == ABI_TUPLE && count != type->component_count)
		return error_set(err, ERR_USAGE, "%zu components for a tuple of %zu", count,
				 type->component_count);
	for (size_t i = 0; i < count; i++)
		if (!same_type(value->list.items[i].type, item_type(type, i)))
			return error_set(err, ERR_USAGE, "element %zu has another type", i);
	if (type->kind == ABI_VECTOR)
		*size += WORD_SIZE;
	return measure_values(size, value->list.items, count, err);
}

static enum status check_bytes(const struct abi_value *value, struct error *err)
{
	size_t size = value->bytes.size;
	size_t expected = value->type->kind == ABI_FUNCTION ? FUNCTION_SIZE : value->type->bits;

	if (value->type->kind == ABI_BYTES)
		return OK;
	if (value->type->kind == ABI_STRING) {
		if (utf8_valid_size(value->bytes) != size)
			return error_set(err, ERR_USAGE, "string that is not UTF-8");
		return OK;
	}
	if (size != expected)
		return error_set(err, ERR_USAGE, "%zu bytes where the type has %zu", size,
				 expected);
	return OK;
}

static enum status check_integer(const struct abi_value *value, struct error *err)
{
	unsigned bits = value->type->bits;
	u256 used = value->number;

	/* A signed number needs one bit more than its bits that differ from the sign. */
	if (value->type->kind == ABI_INT) {
		if (i256_is_negative(value->integer))
			used = u256_not(used);
		bits--;
	}
	if (u256_bit_length(used) > bits)
		return error_set(err, ERR_USAGE, "number of more than %u bits", value->type->bits);
	return OK;
}

static enum status measure_value(size_t *size, const struct abi_value *value, struct error *err)
{
	if (!value->type)
		return error_set(err, ERR_USAGE, "a value without a type");
	if (value->is_hashed)
		return error_set(err, ERR_USAGE, "only the hash of the value is known");
	switch (value->type->kind) {
	case ABI_UINT:
	case ABI_INT:
		*size += WORD_SIZE;
		return check_integer(value, err);
	case ABI_ADDRESS:
	case ABI_BOOL:
		*size += WORD_SIZE;
		return OK;
	case ABI_FIXED_BYTES:
	case ABI_FUNCTION:
		*size += WORD_SIZE;
		return check_bytes(value, err);
	case ABI_BYTES:
	case ABI_STRING:
		*size += WORD_SIZE + padded(value->bytes.size);
		return check_bytes(value, err);
	case ABI_ARRAY:
	case ABI_VECTOR:
	case ABI_TUPLE:
		return measure_list(size, value, err);
	}
	return error_set(err, ERR_CORRUPT, "a type of no known kind");
}

static void write_size(uint8_t *word, size_t size)
{
	u256_to_be(word, u256_from(size));
}

/* The bytes behind the value are zero already. */
static void write_bytes(uint8_t *at, struct slice bytes)
{
	if (bytes.size)
		memcpy(at, bytes.data, bytes.size);
}

static uint8_t *write_value(uint8_t *at, const struct abi_value *value);

static size_t heads_size(const struct abi_value *values, size_t count)
{
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += values[i].type->head_size;
	return size;
}

/* Writes heads and tails; returns where the last tail ends. */
static uint8_t *write_values(uint8_t *base, const struct abi_value *values, size_t count)
{
	uint8_t *head = base;
	uint8_t *tail = base + heads_size(values, count);

	for (size_t i = 0; i < count; i++) {
		if (values[i].type->is_dynamic) {
			write_size(head, (size_t)(tail - base));
			head += WORD_SIZE;
			tail = write_value(tail, &values[i]);
		} else {
			head = write_value(head, &values[i]);
		}
	}
	return tail;
}

/* Returns where the value's bytes end. */
static uint8_t *write_value(uint8_t *at, const struct abi_value *value)
{
	switch (value->type->kind) {
	case ABI_UINT:
	case ABI_INT:
		u256_to_be(at, value->number);
		break;
	case ABI_ADDRESS:
		address_to_word(at, value->address);
		break;
	case ABI_BOOL:
		at[WORD_SIZE - 1] = value->boolean;
		break;
	case ABI_FIXED_BYTES:
	case ABI_FUNCTION:
		write_bytes(at, value->bytes);
		break;
	case ABI_BYTES:
	case ABI_STRING:
		write_size(at, value->bytes.size);
		write_bytes(at + WORD_SIZE, value->bytes);
		return at + WORD_SIZE + padded(value->bytes.size);
	case ABI_VECTOR:
		write_size(at, value->list.count);
		return write_values(at + WORD_SIZE, value->list.items, value->list.count);
	case ABI_ARRAY:
	case ABI_TUPLE:
		return write_values(at, value->list.items, value->list.count);
	}
	return at + WORD_SIZE;
}

/* The prefix, then the values as one sequence. */
static enum status encode_behind(struct slice *out, struct arena *arena, const uint8_t *prefix,
				 size_t prefix_size, const struct abi_value *values, size_t count,
				 struct error *err)
{
	size_t size = prefix_size;
	uint8_t *bytes;
	enum status st = measure_values(&size, values, count, err);

	if (st != OK)
		return st;
	bytes = arena_alloc(arena, size);
	write_bytes(bytes, slice_of(prefix, prefix_size));
	(void)write_values(bytes + prefix_size, values, count);
	*out = slice_of(bytes, size);
	return OK;
}

enum status abi_encode(struct slice *out, struct arena *arena, const struct abi_value *values,
		       size_t count, struct error *err)
{
	return encode_behind(out, arena, NULL, 0, values, count, err);
}

enum status abi_encode_call(struct slice *out, struct arena *arena, const struct abi_item *function,
			    const struct abi_value *values, struct error *err)
{
	uint8_t selector[SELECTOR_SIZE];

	if (function->kind != ABI_ITEM_FUNCTION)
		return error_set(err, ERR_USAGE, "%s is no function", function->name);
	for (size_t i = 0; i < function->input_count; i++)
		if (!same_type(values[i].type, function->inputs[i].type))
			return error_set(err, ERR_USAGE, "argument %zu of %s has another type", i,
					 function->name);
	abi_item_selector(selector, function);
	return encode_behind(out, arena, selector, sizeof(selector), values, function->input_count,
			     err);
}
