/*
 * RLP: what is accepted must encode to the same bytes again, and whatever is asked of elements of
 * any bytes, the readers stay within them.
 */
#include <stdlib.h>

#include "chain/rlp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static bool lies_within(struct slice part, struct slice whole)
{
	return part.data >= whole.data && part.size <= whole.size &&
	       part.data - whole.data <= (ptrdiff_t)(whole.size - part.size);
}

/* Checked bytes only, so the depth is bounded. */
static void put_again(struct buffer *out, const struct rlp_item *item)
{
	struct rlp_reader r;
	struct rlp_item element;
	size_t begin;

	must(lies_within(item->payload, item->encoding));
	if (!item->is_list) {
		rlp_put_bytes(out, item->payload);
		return;
	}
	begin = rlp_list_begin(out);
	rlp_open(&r, item);
	while (rlp_next(&element, &r))
		put_again(out, &element);
	must(rlp_close(&r, NULL) == OK);
	rlp_list_end(out, begin);
}

static void check_whole(struct slice bytes, struct arena *arena)
{
	struct buffer out = buffer_in(arena);
	struct rlp_item item;

	if (rlp_check(bytes, NULL) != OK)
		return;
	must(rlp_decode(&item, bytes, NULL) == OK);
	put_again(&out, &item);
	must(slice_equal(buffer_slice(&out), bytes));
}

/* One element, as what it is asked for; it must be what would be written. */
static bool take(struct buffer *out, struct rlp_reader *r, unsigned form)
{
	struct rlp_item list;
	struct slice bytes;
	uint8_t fixed[HASH_BYTES];
	uint64_t word;
	u256 value;

	switch (form % 5) {
	case 0:
		if (!rlp_u64(&word, r))
			return false;
		rlp_put_u64(out, word);
		return true;
	case 1:
		if (!rlp_u256(&value, r))
			return false;
		rlp_put_u256(out, value);
		return true;
	case 2:
		if (!rlp_fixed(fixed, sizeof(fixed), r))
			return false;
		rlp_put_bytes(out, slice_of(fixed, sizeof(fixed)));
		return true;
	case 3:
		if (!rlp_list(&list, r))
			return false;
		buffer_append(out, list.encoding.data, list.encoding.size);
		return true;
	default:
		if (!rlp_bytes(&bytes, r))
			return false;
		rlp_put_bytes(out, bytes);
		return true;
	}
}

/* Elements without a list, each as the form that `forms` says. */
static void check_elements(struct slice bytes, unsigned forms, struct arena *arena)
{
	struct rlp_reader r = rlp_reader_of(bytes);
	struct buffer out = buffer_in(arena);

	while (take(&out, &r, forms++)) {
		must(r.at <= r.end);
		must(slice_equal(buffer_slice(&out), slice_of(bytes.data, out.size)));
	}
	must(!rlp_more(&r));
	must(rlp_close(&r, NULL) == ERR_BAD_DATA);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();

	check_whole(slice_of(data, size), arena);
	if (size)
		check_elements(slice_of(data + 1, size - 1), data[0], arena);
	arena_free(arena);
	return 0;
}
