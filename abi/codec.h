/*
 * codec.h - Solidity ABI v2: values from bytes and back, strictly.
 *
 * The decoder accepts only what a compiler's encoder emits: offsets inside the data and in the
 * canonical order without gaps or overlaps, lengths that the data can hold, zero padding, true
 * booleans, sign-extended integers, valid UTF-8 strings, nothing behind the last byte. Memory is
 * bounded by the input's size: an array is allocated only after its elements' smallest encoding
 * was found to fit (elements that take no bytes, as in uint8[0][], are refused beyond 1,024).
 */
#ifndef ABI_CODEC_H
#define ABI_CODEC_H

#include "abi/i256.h"
#include "abi/item.h"

struct abi_value {
	const struct abi_type *type;
	bool is_hashed; /* an indexed value of more than a word: only its keccak256 is known */
	union {
		u256 number;            /* UINT */
		i256 integer;           /* INT */
		bool boolean;           /* BOOL */
		struct address address; /* ADDRESS */
		struct slice
			bytes;    /* FIXED_BYTES, FUNCTION, BYTES, STRING; points into the input */
		struct hash hash; /* is_hashed */
		struct {
			const struct abi_value *items;
			size_t count;
		} list; /* ARRAY, VECTOR, TUPLE */
	};
};

/* `count` values for `params`, in the arena; bytes point into `data`, which must outlive them. */
enum status abi_decode(const struct abi_value **out, struct arena *arena,
		       const struct abi_param *params, size_t count, struct slice data,
		       struct error *err) MUST_CHECK;

/* The inverse. Fails where a number does not fit its type's bits or a list its length. */
enum status abi_encode(struct slice *out, struct arena *arena, const struct abi_value *values,
		       size_t count, struct error *err) MUST_CHECK;

/* A selector and the encoded arguments. */
enum status abi_encode_call(struct slice *out, struct arena *arena, const struct abi_item *function,
			    const struct abi_value *values, struct error *err) MUST_CHECK;

/*
 * A log's values in the order of the event's parameters: indexed ones from the topics (after
 * topic0 unless anonymous; topic0 must be the event's), the rest from `data`. Indexed strings,
 * bytes, arrays and tuples are hashed. Bytes point into `topics` and `data`. A string may be any
 * bytes here: contracts emit what callers gave them, and what is on the chain has to be read.
 */
enum status abi_decode_log(const struct abi_value **out, struct arena *arena,
			   const struct abi_item *event, const struct hash *topics,
			   size_t topic_count, struct slice data, struct error *err) MUST_CHECK;

/*
 * A value as people write it: 12, -3, true, 0x…, "text", [1, 2], (a, b); a hashed one as
 * keccak256:0x…. Addresses in lower case. Bytes of a string that are not UTF-8 become U+FFFD. In
 * the arena.
 */
char *abi_value_format(struct arena *arena, const struct abi_value *value);

/*
 * The inverse of abi_value_format for a given type (command lines, tests). Strings stand in
 * quotation marks with JSON's escapes.
 */
enum status abi_value_parse(struct abi_value *out, struct arena *arena, const struct abi_type *type,
			    const char *text, struct error *err) MUST_CHECK;

#endif
