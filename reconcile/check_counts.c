#include "reconcile/check_counts.h"

#include "abi/keccak.h"
#include "protocols/tables.h"

/*
 * The counts of a check are its passed count times two, plus one where it has failed too: then the
 * failed count follows. A count is in groups of seven bits, the lowest first, with the eighth bit
 * set in all but the last.
 */
enum { GROUP_BITS = 7, GROUP_MORE = 0x80, NUMBER_BYTES_MAX = 10, TAG_BYTES = 2 };

#define RECORD_OWNER struct check_order
RECORD_DEFINE(check_order, CHECK_ORDER_FIELDS)
#undef RECORD_OWNER

const struct row_table table_check_order = {TABLE_CHECK_ORDER, 1, &record_check_order};

uint16_t check_tag(const char *id)
{
	struct hash hash = keccak256(id, strlen(id));

	return (uint16_t)(hash.bytes[0] << 8 | hash.bytes[1]);
}

static size_t place_of(const struct check_counts *counts, uint16_t tag)
{
	size_t at = 0;

	while (at < counts->size && counts->tags[at] != tag)
		at++;
	return at;
}

void check_counts_add(struct check_counts *counts, uint16_t tag, struct check_count more)
{
	size_t at;

	if (!more.passed && !more.failed)
		return;
	at = place_of(counts, tag);
	if (at == CHECK_COUNTS_MAX)
		return;
	if (at == counts->size) {
		counts->tags[at] = tag;
		counts->counts[at] = (struct check_count){0};
		counts->size++;
	}
	counts->counts[at].passed += more.passed;
	counts->counts[at].failed += more.failed;
}

struct check_count check_counts_of(const struct check_counts *counts, uint16_t tag)
{
	size_t at = place_of(counts, tag);

	return at < counts->size ? counts->counts[at] : (struct check_count){0};
}

/* ---- bytes ---- */

struct slice check_order_encode(struct arena *arena, const struct check_counts *counts)
{
	uint8_t bytes[CHECK_COUNTS_MAX * TAG_BYTES];

	for (size_t i = 0; i < counts->size; i++) {
		bytes[i * TAG_BYTES] = (uint8_t)(counts->tags[i] >> 8);
		bytes[i * TAG_BYTES + 1] = (uint8_t)counts->tags[i];
	}
	return slice_copy(arena, slice_of(bytes, counts->size * TAG_BYTES));
}

static uint8_t *put_number(uint8_t *out, uint64_t number)
{
	for (; number >= GROUP_MORE; number >>= GROUP_BITS)
		*out++ = (uint8_t)(number | GROUP_MORE);
	*out++ = (uint8_t)number;
	return out;
}

struct slice check_counts_encode(struct arena *arena, const struct check_counts *counts)
{
	uint8_t bytes[CHECK_COUNTS_MAX * 2 * NUMBER_BYTES_MAX];
	uint8_t *out = bytes;

	for (size_t i = 0; i < counts->size; i++) {
		struct check_count count = counts->counts[i];

		out = put_number(out, count.passed << 1 | (count.failed != 0));
		if (count.failed)
			out = put_number(out, count.failed);
	}
	return slice_copy(arena, slice_of(bytes, (size_t)(out - bytes)));
}

static bool take_number(uint64_t *out, struct slice *rest)
{
	uint64_t number = 0;

	for (unsigned i = 0; i < NUMBER_BYTES_MAX && i < rest->size; i++) {
		uint8_t byte = rest->data[i];

		if (i == NUMBER_BYTES_MAX - 1 && byte > 1)
			return false;
		number |= (uint64_t)(byte & (GROUP_MORE - 1)) << (i * GROUP_BITS);
		if (byte & GROUP_MORE)
			continue;
		rest->data += i + 1;
		rest->size -= i + 1;
		*out = number;
		return byte != 0; /* nothing that is written is zero, or ends in zeros */
	}
	return false;
}

static bool take_check(struct check_counts *out, struct slice *order, struct slice *rest)
{
	struct check_count count = {0};
	uint16_t tag;

	if (order->size < TAG_BYTES || out->size == CHECK_COUNTS_MAX)
		return false;
	tag = (uint16_t)(order->data[0] << 8 | order->data[1]);
	order->data += TAG_BYTES;
	order->size -= TAG_BYTES;
	if (place_of(out, tag) < out->size || !take_number(&count.passed, rest))
		return false;
	if (count.passed & 1 && !take_number(&count.failed, rest))
		return false;
	count.passed >>= 1;
	out->tags[out->size] = tag;
	out->counts[out->size++] = count;
	return true;
}

enum status check_counts_decode(struct check_counts *out, struct slice order, struct slice counts,
				struct error *err)
{
	out->size = 0;
	while (order.size || counts.size)
		if (!take_check(out, &order, &counts))
			return error_set(err, ERR_CORRUPT,
					 "the counts of its checks are damaged at number %zu",
					 out->size);
	return OK;
}
