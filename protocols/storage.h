/*
 * storage.h - where a contract keeps its figures, as data, so that they can be proved from a
 * block's state root (eth_getProof) where a view could only be believed.
 *
 * As Solidity lays storage out: the value of a mapping stands at keccak256(key, slot), the elements
 * of an array whose length is at a slot from keccak256(slot) on. A figure takes one question, or
 * two where it is an array's last element: the length, then the element.
 */
#ifndef PROTOCOLS_STORAGE_H
#define PROTOCOLS_STORAGE_H

#include "abi/types.h"
#include "abi/u256.h"

enum storage_kind {
	STORAGE_WORD, /* the word is the figure */
	/* The slot holds an array's length, and the array's last element the figure above the 32
	 * bits of the element's block; an empty array is 0. */
	STORAGE_LAST_NUMBER,  /* 224 bits */
	STORAGE_LAST_ADDRESS, /* 160 bits */
};

struct storage_rule {
	const char *figure;
	enum storage_kind kind;
	uint64_t slot;   /* of the state variable; an account's is a mapping(address => struct) */
	uint64_t member; /* an account's: offset in that struct, in words */
};

/* What is known of one contract's storage. A figure without a rule is left to its view. */
struct storage_layout {
	size_t role; /* whose storage */
	const struct storage_rule *pool;
	size_t pool_count;
	const struct storage_rule *account;
	size_t account_count;
};

/* A rule made ready to compare: the figure's index in its rules, the check of the figure's view. */
struct storage_place {
	size_t figure;
	size_t check;
};

/* The figure's word, or the length of its array; `account` is NULL for the pool's figures. */
struct hash storage_slot(const struct storage_rule *rule, const struct address *account);

static inline bool storage_is_array(const struct storage_rule *rule)
{
	return rule->kind != STORAGE_WORD;
}

/* The last element of an array of `length` elements, at least 1, whose length is at `slot`. */
struct hash storage_last_element(struct hash slot, u256 length);

/* What the word says: the word itself, or what stands above the block in an array's element. */
u256 storage_value(const struct storage_rule *rule, u256 word);

#endif
