/*
 * type.h - Solidity ABI types as a tree, parsed from their text.
 */
#ifndef ABI_TYPE_H
#define ABI_TYPE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"

enum abi_kind {
	ABI_UINT, /* uint8 … uint256; also enums and contracts' numeric forms */
	ABI_INT,  /* int8 … int256 */
	ABI_ADDRESS,
	ABI_BOOL,
	ABI_FIXED_BYTES, /* bytes1 … bytes32 */
	ABI_FUNCTION,    /* 24 bytes: address and selector */
	ABI_BYTES,
	ABI_STRING,
	ABI_ARRAY,  /* T[k] */
	ABI_VECTOR, /* T[] */
	ABI_TUPLE,
};

enum {
	ABI_DEPTH_MAX = 32,        /* nesting of arrays and tuples in one type */
	ABI_PARAMS_MAX = 256,      /* parameters of one tuple, function or event */
	ABI_TYPE_TEXT_MAX = 65536, /* characters of a signature */
};

struct abi_param;

struct abi_type {
	enum abi_kind kind;
	unsigned bits;                      /* UINT, INT: 8 … 256; FIXED_BYTES: number of bytes */
	uint64_t length;                    /* ARRAY: its k */
	const struct abi_type *element;     /* ARRAY, VECTOR */
	const struct abi_param *components; /* TUPLE */
	size_t component_count;
	/* Derived when the type is made: */
	bool is_dynamic;
	unsigned depth;     /* arrays and tuples from here down: 0 for elementary types */
	uint64_t head_size; /* bytes in the head: 32 if dynamic, else its whole encoded size */
};

struct abi_param {
	const char *name; /* "" where it has none */
	const struct abi_type *type;
	bool is_indexed; /* event parameters only */
};

/* "uint256", "bytes32[4][]", "(address,(uint8,string)[])"; the arena owns the result. */
enum status abi_type_parse(const struct abi_type **out, struct arena *arena, const char *text,
			   struct error *err) MUST_CHECK;

/* The canonical text, as it stands in a signature: "uint" becomes "uint256", no names. */
char *abi_type_format(struct arena *arena, const struct abi_type *type);

#endif
