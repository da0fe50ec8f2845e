/*
 * rlp.h - Recursive Length Prefix, strict: one canonical encoding for each value.
 *
 * Decoding is a walk over bytes that stay where they are: an item is a view of the input. What is
 * not canonical (a long form where the short one fits, a length with leading zeros, a single byte
 * below 0x80 with a prefix), truncated, or followed by more bytes is ERR_BAD_DATA, naming the
 * offset. Source of the rules: the Yellow Paper, appendix B.
 */
#ifndef CHAIN_RLP_H
#define CHAIN_RLP_H

#include "abi/types.h"
#include "abi/u256.h"

/* Deeper nesting is refused by rlp_check; nothing of Ethereum's goes deeper than 5. */
enum { RLP_DEPTH_MAX = 16 };

/* The longest prefix: one byte and a size of eight. */
enum { RLP_PREFIX_MAX = 9 };

struct rlp_item {
	bool is_list;
	struct slice payload;  /* a string's bytes; a list's encoded elements */
	struct slice encoding; /* prefix and payload */
};

/* The items of one run of bytes, in order. The first mistake sticks. */
struct rlp_reader {
	const uint8_t *begin; /* offsets in messages count from here */
	const uint8_t *at;
	const uint8_t *end;
	const char *problem; /* NULL: none so far */
	size_t problem_at;
};

/* Reads the one item that `bytes` are; ERR_BAD_DATA where they are not exactly one. */
enum status rlp_decode(struct rlp_item *out, struct slice bytes, struct error *err) MUST_CHECK;

/* `bytes` are exactly one item; it and every item in it, at every depth, is canonical, and nothing
 * is nested too deep. */
enum status rlp_check(struct slice bytes, struct error *err) MUST_CHECK;

/* Opens the elements of a list; a string sticks as a problem. */
void rlp_open(struct rlp_reader *r, const struct rlp_item *list);

/* The items that stand in `bytes` one after the other, without a list around them. */
static inline struct rlp_reader rlp_reader_of(struct slice bytes)
{
	return (struct rlp_reader){
		.begin = bytes.data, .at = bytes.data, .end = bytes.data + bytes.size};
}

/* The next element; false at the end and after a mistake (tell them apart by rlp_close). */
bool rlp_next(struct rlp_item *out, struct rlp_reader *r);

/* These want one more element, of that form; false sticks. Integers have no leading zeros. */
bool rlp_bytes(struct slice *out, struct rlp_reader *r);
bool rlp_fixed(void *out, size_t size, struct rlp_reader *r);
bool rlp_u64(uint64_t *out, struct rlp_reader *r);
bool rlp_u256(u256 *out, struct rlp_reader *r);
bool rlp_list(struct rlp_item *out, struct rlp_reader *r);
/* True where another element follows; reads nothing. */
bool rlp_more(const struct rlp_reader *r);

/* OK where every element was read and nothing was wrong; else ERR_BAD_DATA saying what. */
enum status rlp_close(const struct rlp_reader *r, struct error *err) MUST_CHECK;

/*
 * Writes what stands before a payload of `size` bytes; returns its size. A string of one byte below
 * 0x80 has no prefix: that is the caller's to see.
 */
size_t rlp_prefix(uint8_t out[RLP_PREFIX_MAX], bool is_list, size_t size);

/* Appends to a buffer. */
void rlp_put_bytes(struct buffer *out, struct slice bytes);
void rlp_put_u64(struct buffer *out, uint64_t value);
void rlp_put_u256(struct buffer *out, u256 value);

/*
 * A list whose elements are appended between begin and end. Lists nest. rlp_list_end makes room
 * for the prefix, so the payload moves by at most nine bytes.
 */
size_t rlp_list_begin(struct buffer *out);
void rlp_list_end(struct buffer *out, size_t begin);

#endif
