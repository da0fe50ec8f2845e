/*
 * The strict decoder. Because offsets must be canonical, decoding is one walk from the first byte
 * to the last: a sequence (a tuple's components, a list's elements) is its heads, then the tails
 * of its dynamic members in order, each exactly where the one before it ended. So every byte is
 * looked at once, nothing can be aliased, and the walk's end must be the data's end.
 *
 * Memory: a value is made only after the bytes of its head were seen to be there, so there are at
 * most `depth` values for 32 bytes of data. Values without any bytes (of an empty tuple or of
 * T[0]) have their own limit.
 *
 * Errors begin with where they are, "amounts[3].user: byte 132: ...": the message is made at the
 * innermost place, and each level on the way out puts its name before it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "abi/codec.h"
#include "abi/utf8.h"

enum { WORD_SIZE = 32, FUNCTION_SIZE = 24, EMPTY_VALUES_MAX = 1024, NAME_SHOWN_MAX = 60 };

struct decoder {
	struct arena *arena;
	struct slice data;
	size_t empty_values; /* how many without bytes were made */
	bool takes_any_text; /* strings need not be UTF-8 */
	struct error *err;
};

/* The members of one sequence: a tuple's components, or a list's equal elements. */
struct members {
	const struct abi_param *params;
	const struct abi_type *element; /* where params is NULL */
	size_t count;
	bool skip_indexed; /* an event's data: its indexed parameters are not in it */
};

/* Puts a member's name before a message: no colon before another member. */
static enum status name_error(struct decoder *d, enum status st, const char *name)
{
	char inner[ERROR_MESSAGE_SIZE];

	if (!d->err)
		return st;
	memcpy(inner, d->err->message, sizeof(inner));
	return error_set(d->err, st, "%s%s%s", name, inner[0] == '[' || inner[0] == '.' ? "" : ": ",
			 inner);
}

static enum status in_element(struct decoder *d, enum status st, size_t index)
{
	char name[sizeof("[18446744073709551615]")];

	(void)snprintf(name, sizeof(name), "[%zu]", index);
	return name_error(d, st, name);
}

/* `dot` is "." for a tuple's component, "" for a parameter. */
static enum status in_param(struct decoder *d, enum status st, const char *dot,
			    const struct abi_param *param, size_t index)
{
	char name[NAME_SHOWN_MAX + sizeof("parameter ") + 20];

	if (param->name && *param->name)
		(void)snprintf(name, sizeof(name), "%s%.*s", dot, NAME_SHOWN_MAX, param->name);
	else
		(void)snprintf(name, sizeof(name), "%s%zu", *dot ? dot : "parameter ", index);
	return name_error(d, st, name);
}

static const struct abi_type *member_type(const struct members *members, size_t index)
{
	return members->params ? members->params[index].type : members->element;
}

static bool is_skipped(const struct members *members, size_t index)
{
	return members->skip_indexed && members->params[index].is_indexed;
}

static enum status check_zero(struct decoder *d, const uint8_t *bytes, size_t size, size_t at)
{
	for (size_t i = 0; i < size; i++)
		if (bytes[i])
			return error_set(d->err, ERR_BAD_DATA, "byte %zu: padding that is not zero",
					 at + i);
	return OK;
}

/* A length or an offset: what does not fit into 64 bits cannot be right in any data. */
static enum status read_size(struct decoder *d, uint64_t *out, size_t at, const char *what)
{
	if (d->data.size < at || d->data.size - at < WORD_SIZE)
		return error_set(d->err, ERR_BAD_DATA, "byte %zu: %s behind the end of %zu bytes",
				 at, what, d->data.size);
	if (!u256_to_u64(out, u256_from_be(d->data.data + at)))
		return error_set(d->err, ERR_BAD_DATA, "byte %zu: %s beyond 64 bits", at, what);
	return OK;
}

/* True where the two's complement value needs no more than `bits` bits. */
static bool is_sign_extended(u256 value, unsigned bits)
{
	i256 high = i256_shift_right((i256){value}, bits - 1);

	return u256_is_zero(high.bits) || u256_equal(high.bits, U256_MAX);
}

static enum status decode_integer(struct decoder *d, struct abi_value *out, const uint8_t *word,
				  size_t at)
{
	unsigned bits = out->type->bits;

	out->number = u256_from_be(word);
	if (bits == 256)
		return OK;
	if (out->type->kind == ABI_UINT) {
		if (u256_bit_length(out->number) > bits)
			return error_set(d->err, ERR_BAD_DATA,
					 "byte %zu: number of more than %u bits", at, bits);
	} else if (!is_sign_extended(out->number, bits)) {
		return error_set(d->err, ERR_BAD_DATA,
				 "byte %zu: number that is no sign-extended int%u", at, bits);
	}
	return OK;
}

/* The one-word types; the word is at `word`, and `at` is its place for messages. */
static enum status decode_word(struct decoder *d, struct abi_value *out, const uint8_t *word,
			       size_t at)
{
	size_t size = out->type->bits;

	switch (out->type->kind) {
	case ABI_UINT:
	case ABI_INT:
		return decode_integer(d, out, word, at);
	case ABI_ADDRESS:
		if (!address_from_word(&out->address, word))
			return error_set(d->err, ERR_BAD_DATA,
					 "byte %zu: address of more than 20 bytes", at);
		return OK;
	case ABI_BOOL:
		out->boolean = word[WORD_SIZE - 1] == 1;
		if (!u256_is_zero(u256_shift_right(u256_from_be(word), 1)))
			return error_set(d->err, ERR_BAD_DATA,
					 "byte %zu: boolean that is neither 0 nor 1", at);
		return OK;
	case ABI_FUNCTION:
		size = FUNCTION_SIZE;
		/* fallthrough */
	case ABI_FIXED_BYTES:
		out->bytes = slice_of(word, size);
		return check_zero(d, word + size, WORD_SIZE - size, at + size);
	case ABI_BYTES:
	case ABI_STRING:
	case ABI_ARRAY:
	case ABI_VECTOR:
	case ABI_TUPLE:
		break;
	}
	return error_set(d->err, ERR_CORRUPT, "a type of more than one word");
}

static enum status decode_value(struct decoder *d, struct abi_value *out, size_t *at);

/*
 * The sequence whose heads begin at `*at`; leaves behind its last tail. The caller has seen that
 * the heads are there: `heads` bytes.
 */
static enum status decode_members(struct decoder *d, struct abi_value *values,
				  const struct members *members, size_t heads, size_t *at,
				  size_t *failed)
{
	size_t base = *at;
	size_t head = base;
	size_t tail = base + heads;

	for (size_t i = 0; i < members->count; i++) {
		const struct abi_type *type = member_type(members, i);
		enum status st = OK;

		if (is_skipped(members, i))
			continue;
		values[i].type = type;
		*failed = i;
		if (type->is_dynamic) {
			uint64_t offset = 0;

			st = read_size(d, &offset, head, "an offset");
			if (st == OK && offset != tail - base)
				st = error_set(d->err, ERR_BAD_DATA,
					       "byte %zu: offset %" PRIu64 " where %zu belongs",
					       head, offset, tail - base);
			head += WORD_SIZE;
			if (st == OK)
				st = decode_value(d, &values[i], &tail);
		} else {
			st = decode_value(d, &values[i], &head);
		}
		if (st != OK)
			return st;
	}
	*at = tail;
	return OK;
}

/* Sees that `count` heads of `each` bytes are in the data behind `at`. */
static enum status check_heads(struct decoder *d, size_t at, uint64_t each, uint64_t count)
{
	if (!each) {
		if (count > EMPTY_VALUES_MAX - d->empty_values)
			return error_set(d->err, ERR_BAD_DATA,
					 "byte %zu: more than %d values without bytes", at,
					 EMPTY_VALUES_MAX);
		d->empty_values += count;
		return OK;
	}
	if (count > (d->data.size - at) / each)
		return error_set(d->err, ERR_BAD_DATA,
				 "byte %zu: %" PRIu64 " elements do not fit into %zu bytes", at,
				 count, d->data.size - at);
	return OK;
}

static enum status decode_list(struct decoder *d, struct abi_value *out, uint64_t count, size_t *at)
{
	struct members members = {.element = out->type->element, .count = count};
	uint64_t each = members.element->head_size;
	struct abi_value *items;
	size_t failed = 0;
	enum status st = check_heads(d, *at, each, count);

	if (st != OK)
		return st;
	items = arena_array(d->arena, count, sizeof(*items));
	out->list.items = items;
	out->list.count = count;
	st = decode_members(d, items, &members, count * each, at, &failed);
	return st == OK ? OK : in_element(d, st, failed);
}

/* The size of all heads together, and that the data has them. */
static enum status measure_heads(struct decoder *d, size_t *heads, const struct members *members,
				 size_t at)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < members->count; i++) {
		uint64_t size;

		if (is_skipped(members, i))
			continue;
		size = members->params[i].type->head_size;
		if (!size && d->empty_values++ == EMPTY_VALUES_MAX)
			return error_set(d->err, ERR_BAD_DATA,
					 "byte %zu: more than %d values without bytes", at,
					 EMPTY_VALUES_MAX);
		sum += size;
	}
	if (sum > d->data.size - at)
		return error_set(d->err, ERR_BAD_DATA,
				 "byte %zu: %" PRIu64 " bytes expected, %zu left", at, sum,
				 d->data.size - at);
	*heads = sum;
	return OK;
}

static enum status decode_tuple(struct decoder *d, struct abi_value *out, size_t *at)
{
	struct members members = {.params = out->type->components,
				  .count = out->type->component_count};
	struct abi_value *items;
	size_t heads = 0;
	size_t failed = 0;
	enum status st = measure_heads(d, &heads, &members, *at);

	if (st != OK)
		return st;
	items = arena_array(d->arena, members.count, sizeof(*items));
	out->list.items = items;
	out->list.count = members.count;
	st = decode_members(d, items, &members, heads, at, &failed);
	return st == OK ? OK : in_param(d, st, ".", &members.params[failed], failed);
}

static enum status decode_bytes(struct decoder *d, struct abi_value *out, size_t *at)
{
	size_t body = *at + WORD_SIZE;
	uint64_t size;
	size_t padding;
	size_t valid;
	enum status st = read_size(d, &size, *at, "a length");

	if (st != OK)
		return st;
	if (size > d->data.size - body)
		return error_set(d->err, ERR_BAD_DATA,
				 "byte %zu: length %" PRIu64 " where %zu bytes are left", *at, size,
				 d->data.size - body);
	padding = (WORD_SIZE - size % WORD_SIZE) % WORD_SIZE;
	if (padding > d->data.size - body - size)
		return error_set(d->err, ERR_BAD_DATA, "byte %zu: padding cut off", body + size);
	out->bytes = slice_of(d->data.data + body, size);
	*at = body + size + padding;
	st = check_zero(d, out->bytes.data + size, padding, body + size);
	if (st != OK || out->type->kind == ABI_BYTES || d->takes_any_text)
		return st;
	valid = utf8_valid_size(out->bytes);
	if (valid < size)
		return error_set(d->err, ERR_BAD_DATA, "byte %zu: string that is not UTF-8",
				 body + valid);
	return OK;
}

static enum status decode_vector(struct decoder *d, struct abi_value *out, size_t *at)
{
	uint64_t count;
	enum status st = read_size(d, &count, *at, "a length");

	if (st != OK)
		return st;
	*at += WORD_SIZE;
	return decode_list(d, out, count, at);
}

/* The value whose head (if static) or tail (if dynamic) is at `*at`; leaves behind its end. */
static enum status decode_value(struct decoder *d, struct abi_value *out, size_t *at)
{
	size_t place = *at;

	switch (out->type->kind) {
	case ABI_UINT:
	case ABI_INT:
	case ABI_ADDRESS:
	case ABI_BOOL:
	case ABI_FIXED_BYTES:
	case ABI_FUNCTION:
		*at += WORD_SIZE;
		return decode_word(d, out, d->data.data + place, place);
	case ABI_BYTES:
	case ABI_STRING:
		return decode_bytes(d, out, at);
	case ABI_ARRAY:
		return decode_list(d, out, out->type->length, at);
	case ABI_VECTOR:
		return decode_vector(d, out, at);
	case ABI_TUPLE:
		return decode_tuple(d, out, at);
	}
	return error_set(d->err, ERR_CORRUPT, "a type of no known kind");
}

/* The outermost sequence, which must be all of the data. */
static enum status decode_all(struct decoder *d, struct abi_value *values,
			      const struct members *members)
{
	size_t heads = 0;
	size_t at = 0;
	size_t failed = 0;
	enum status st = measure_heads(d, &heads, members, 0);

	if (st != OK)
		return st;
	st = decode_members(d, values, members, heads, &at, &failed);
	if (st != OK)
		return in_param(d, st, "", &members->params[failed], failed);
	if (at != d->data.size)
		return error_set(d->err, ERR_BAD_DATA, "byte %zu: %zu bytes too many", at,
				 d->data.size - at);
	return OK;
}

enum status abi_decode(const struct abi_value **out, struct arena *arena,
		       const struct abi_param *params, size_t count, struct slice data,
		       struct error *err)
{
	struct decoder d = {.arena = arena, .data = data, .err = err};
	struct members members = {.params = params, .count = count};
	struct abi_value *values = arena_array(arena, count, sizeof(*values));

	*out = values;
	return decode_all(&d, values, &members);
}

/* Of these only the hash is in the topic. */
static bool is_hashed_when_indexed(const struct abi_type *type)
{
	return type->is_dynamic || type->kind == ABI_ARRAY || type->kind == ABI_TUPLE;
}

static enum status check_topics(const struct abi_item *event, const struct hash *topics,
				size_t topic_count, struct error *err)
{
	size_t expected = event->is_anonymous ? 0 : 1;

	if (event->kind != ABI_ITEM_EVENT)
		return error_set(err, ERR_USAGE, "%s is no event", event->name);
	for (size_t i = 0; i < event->input_count; i++)
		expected += event->inputs[i].is_indexed;
	if (topic_count != expected)
		return error_set(err, ERR_BAD_DATA, "%zu topics where %.*s has %zu", topic_count,
				 NAME_SHOWN_MAX, event->name, expected);
	if (!event->is_anonymous && !hash_equal(topics[0], event->signature_hash))
		return error_set(err, ERR_BAD_DATA, "topic 0 is not that of %.*s", NAME_SHOWN_MAX,
				 event->name);
	return OK;
}

static enum status decode_topics(struct decoder *d, struct abi_value *values,
				 const struct abi_item *event, const struct hash *topics)
{
	size_t topic = event->is_anonymous ? 0 : 1;

	for (size_t i = 0; i < event->input_count; i++) {
		struct abi_value *value = &values[i];
		enum status st;

		if (!event->inputs[i].is_indexed)
			continue;
		value->type = event->inputs[i].type;
		if (is_hashed_when_indexed(value->type)) {
			value->is_hashed = true;
			value->hash = topics[topic++];
			continue;
		}
		st = decode_word(d, value, topics[topic].bytes, 0);
		if (st != OK) {
			char place[sizeof("topic 4")];

			(void)snprintf(place, sizeof(place), "topic %zu", topic % 10);
			(void)name_error(d, st, place);
			return in_param(d, st, "", &event->inputs[i], i);
		}
		topic++;
	}
	return OK;
}

enum status abi_decode_log(const struct abi_value **out, struct arena *arena,
			   const struct abi_item *event, const struct hash *topics,
			   size_t topic_count, struct slice data, struct error *err)
{
	struct decoder d = {.arena = arena, .data = data, .err = err, .takes_any_text = true};
	struct members members = {
		.params = event->inputs, .count = event->input_count, .skip_indexed = true};
	struct abi_value *values;
	enum status st = check_topics(event, topics, topic_count, err);

	if (st != OK)
		return st;
	values = arena_array(arena, event->input_count, sizeof(*values));
	*out = values;
	st = decode_topics(&d, values, event, topics);
	return st == OK ? decode_all(&d, values, &members) : st;
}
