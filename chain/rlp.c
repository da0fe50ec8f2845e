#include "chain/rlp.h"

/*
 * The first byte of an item says what follows: below STRING the byte is the item; from STRING on it
 * holds the string's size, up to SHORT_MAX, and then the size of a size; from LIST on the same.
 */
enum { STRING = 0x80, LIST = 0xc0, SHORT_MAX = 55, WORD_BYTES = 8 };

/* The size that `count` bytes name; the long form must be needed and have no leading zeros. */
static const char *read_long_size(size_t *out, const uint8_t *bytes, size_t count)
{
	uint64_t size = 0;

	if (bytes[0] == 0)
		return "a length with leading zeros";
	for (size_t i = 0; i < count; i++)
		size = size << 8 | bytes[i];
	if (size <= SHORT_MAX)
		return "a long form where the short one fits";
	if (size > SIZE_MAX)
		return "cut off within an item";
	*out = (size_t)size;
	return NULL;
}

/* The item at the beginning of bytes that are not empty; NULL, or what is wrong with it. */
static const char *read_item(struct rlp_item *out, const uint8_t *at, size_t left)
{
	uint8_t first = at[0];
	size_t prefix = 1;
	size_t size;

	if (first < STRING) {
		*out = (struct rlp_item){.payload = slice_of(at, 1), .encoding = slice_of(at, 1)};
		return NULL;
	}
	size = (size_t)(first & 0x3f);
	if (size > SHORT_MAX) {
		size_t count = size - SHORT_MAX;
		const char *problem;

		if (left - prefix < count)
			return "cut off within a length";
		problem = read_long_size(&size, at + prefix, count);
		if (problem)
			return problem;
		prefix += count;
	}
	if (left - prefix < size)
		return "cut off within an item";
	if (first == STRING + 1 && at[1] < STRING)
		return "a single byte with a prefix that it does not need";
	*out = (struct rlp_item){.is_list = first >= LIST,
				 .payload = slice_of(at + prefix, size),
				 .encoding = slice_of(at, prefix + size)};
	return NULL;
}

static enum status bad_rlp(size_t at, const char *problem, struct error *err)
{
	return error_set(err, ERR_BAD_DATA, "bad RLP at byte %zu: %s", at, problem);
}

enum status rlp_decode(struct rlp_item *out, struct slice bytes, struct error *err)
{
	const char *problem;

	if (bytes.size == 0)
		return bad_rlp(0, "no item", err);
	problem = read_item(out, bytes.data, bytes.size);
	if (problem)
		return bad_rlp(0, problem, err);
	if (out->encoding.size != bytes.size)
		return bad_rlp(out->encoding.size, "more bytes follow", err);
	return OK;
}

enum status rlp_check(struct slice bytes, struct error *err)
{
	const uint8_t *ends[RLP_DEPTH_MAX]; /* of the lists around the place */
	unsigned depth = 0;
	const uint8_t *at;
	struct rlp_item item;
	enum status st = rlp_decode(&item, bytes, err);

	if (st != OK || !item.is_list)
		return st;
	at = item.payload.data;
	ends[depth++] = at + item.payload.size;
	while (depth) {
		const uint8_t *list_end = ends[depth - 1];
		const char *problem;

		if (at == list_end) {
			depth--;
			continue;
		}
		problem = read_item(&item, at, (size_t)(list_end - at));
		if (!problem && item.is_list && depth == RLP_DEPTH_MAX)
			problem = "nested too deep";
		if (problem)
			return bad_rlp((size_t)(at - bytes.data), problem, err);
		at = item.payload.data;
		if (item.is_list)
			ends[depth++] = at + item.payload.size;
		else
			at += item.payload.size;
	}
	return OK;
}

static void stick(struct rlp_reader *r, const uint8_t *at, const char *problem)
{
	if (r->problem)
		return;
	r->problem = problem;
	r->problem_at = (size_t)(at - r->begin);
}

void rlp_open(struct rlp_reader *r, const struct rlp_item *list)
{
	*r = (struct rlp_reader){
		.begin = list->encoding.data,
		.at = list->payload.data,
		.end = list->payload.data + list->payload.size,
	};
	if (!list->is_list)
		stick(r, r->begin, "a string where a list should be");
}

bool rlp_more(const struct rlp_reader *r)
{
	return !r->problem && r->at != r->end;
}

bool rlp_next(struct rlp_item *out, struct rlp_reader *r)
{
	const char *problem;

	if (!rlp_more(r))
		return false;
	problem = read_item(out, r->at, (size_t)(r->end - r->at));
	if (problem) {
		stick(r, r->at, problem);
		return false;
	}
	r->at += out->encoding.size;
	return true;
}

/* One more element, of that form. */
static bool want(struct rlp_item *out, struct rlp_reader *r, bool is_list)
{
	if (!rlp_next(out, r)) {
		stick(r, r->at, "an element is missing");
		return false;
	}
	if (out->is_list != is_list) {
		stick(r, out->encoding.data,
		      is_list ? "a string where a list should be"
			      : "a list where a string should be");
		return false;
	}
	return true;
}

bool rlp_bytes(struct slice *out, struct rlp_reader *r)
{
	struct rlp_item item;

	if (!want(&item, r, false))
		return false;
	*out = item.payload;
	return true;
}

bool rlp_fixed(void *out, size_t size, struct rlp_reader *r)
{
	struct rlp_item item;

	if (!want(&item, r, false))
		return false;
	if (item.payload.size != size) {
		stick(r, item.encoding.data, "a string of another size than it should have");
		return false;
	}
	if (size)
		memcpy(out, item.payload.data, size);
	return true;
}

/* The digits of an integer of at most `size_max` bytes. */
static bool integer(struct slice *out, size_t size_max, struct rlp_reader *r)
{
	struct rlp_item item;

	if (!want(&item, r, false))
		return false;
	*out = item.payload;
	if (out->size && out->data[0] == 0) {
		stick(r, item.encoding.data, "an integer with leading zeros");
		return false;
	}
	if (out->size > size_max) {
		stick(r, item.encoding.data, "an integer that is too large");
		return false;
	}
	return true;
}

bool rlp_u64(uint64_t *out, struct rlp_reader *r)
{
	struct slice digits;

	if (!integer(&digits, WORD_BYTES, r))
		return false;
	*out = 0;
	for (size_t i = 0; i < digits.size; i++)
		*out = *out << 8 | digits.data[i];
	return true;
}

bool rlp_u256(u256 *out, struct rlp_reader *r)
{
	uint8_t word[U256_BYTES] = {0};
	struct slice digits;

	if (!integer(&digits, U256_BYTES, r))
		return false;
	if (digits.size)
		memcpy(word + U256_BYTES - digits.size, digits.data, digits.size);
	*out = u256_from_be(word);
	return true;
}

bool rlp_list(struct rlp_item *out, struct rlp_reader *r)
{
	return want(out, r, true);
}

enum status rlp_close(const struct rlp_reader *r, struct error *err)
{
	if (r->problem)
		return bad_rlp(r->problem_at, r->problem, err);
	if (r->at != r->end)
		return bad_rlp((size_t)(r->at - r->begin), "more elements than there should be",
			       err);
	return OK;
}

size_t rlp_prefix(uint8_t out[RLP_PREFIX_MAX], bool is_list, size_t size)
{
	uint8_t base = is_list ? LIST : STRING;
	size_t count = 0;

	if (size <= SHORT_MAX) {
		out[0] = (uint8_t)(base + size);
		return 1;
	}
	for (uint64_t rest = size; rest; rest >>= 8)
		count++;
	out[0] = (uint8_t)(base + SHORT_MAX + count);
	for (size_t i = count; i; i--, size >>= 8)
		out[i] = (uint8_t)size;
	return 1 + count;
}

void rlp_put_bytes(struct buffer *out, struct slice bytes)
{
	uint8_t prefix[RLP_PREFIX_MAX];

	if (bytes.size != 1 || bytes.data[0] >= STRING)
		buffer_append(out, prefix, rlp_prefix(prefix, false, bytes.size));
	buffer_append(out, bytes.data, bytes.size);
}

/* The string of `size` bytes without its leading zeros. */
static void put_trimmed(struct buffer *out, const uint8_t *bytes, size_t size)
{
	while (size && bytes[0] == 0) {
		bytes++;
		size--;
	}
	rlp_put_bytes(out, slice_of(bytes, size));
}

void rlp_put_u64(struct buffer *out, uint64_t value)
{
	uint8_t bytes[WORD_BYTES];

	put_be64(bytes, value);
	put_trimmed(out, bytes, sizeof(bytes));
}

void rlp_put_u256(struct buffer *out, u256 value)
{
	uint8_t bytes[U256_BYTES];

	u256_to_be(bytes, value);
	put_trimmed(out, bytes, sizeof(bytes));
}

size_t rlp_list_begin(struct buffer *out)
{
	return out->size;
}

void rlp_list_end(struct buffer *out, size_t begin)
{
	uint8_t prefix[RLP_PREFIX_MAX];
	size_t size = out->size - begin;
	size_t prefix_size = rlp_prefix(prefix, true, size);

	/* Appended for the room that it takes, then put where it belongs. */
	buffer_append(out, prefix, prefix_size);
	memmove(out->data + begin + prefix_size, out->data + begin, size);
	memcpy(out->data + begin, prefix, prefix_size);
}
