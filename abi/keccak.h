/*
 * keccak.h - Keccak-256 with the original padding, as Ethereum uses it (not SHA3-256).
 */
#ifndef ABI_KECCAK_H
#define ABI_KECCAK_H

#include "abi/types.h"

struct hash keccak256(const void *data, size_t size);

/* In parts: init, any number of updates, one final. */
struct keccak {
	uint64_t state[25];
	size_t filled; /* bytes of the current 136-byte block */
};

void keccak_init(struct keccak *k);
void keccak_update(struct keccak *k, const void *data, size_t size);
struct hash keccak_final(struct keccak *k);

#endif
