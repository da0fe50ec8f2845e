/*
 * asset.h - what a pool is made of, for people: the ERC-20's symbol and decimals; and where seeded
 * figures come from.
 */
#ifndef PROTOCOLS_ASSET_H
#define PROTOCOLS_ASSET_H

#include "protocols/protocol.h"

struct asset {
	struct address token;
	const char *symbol;
	uint64_t decimals;       /* of the pool's figures: the token's, or the protocol's own */
	uint64_t token_decimals; /* the token's: of transfers, and of the ledger */
};

/* Asks symbol() and decimals() at the block in hand and keeps them; where the token does not tell,
 * the symbol is "?" and 18 decimals are taken. ERR_AGAIN where the node cannot be reached. */
enum status asset_seed(struct applying *a, struct error *err) MUST_CHECK;

/* As kept; before that, symbol "?" and 18. Text in the state. */
struct asset asset_read(const struct reading *r);

/* Adds a line "figure = value: source" to the pool's provenance. */
void provenance_add(struct applying *a, const char *figure, u256 value, const char *source);
const char *provenance_read(const struct reading *r);

#endif
