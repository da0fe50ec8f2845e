/*
 * signature.h - recoverable secp256k1 signatures. The only file pair that knows libsecp256k1.
 */
#ifndef CHAIN_SIGNATURE_H
#define CHAIN_SIGNATURE_H

#include "abi/types.h"
#include "abi/u256.h"

struct signature {
	u256 r;
	u256 s;
	uint8_t y_parity; /* 0 or 1 */
};

/*
 * The address of whoever signed. ERR_BAD_DATA: r or s zero or not below the curve's order, a parity
 * that is none, no such point. `wants_low_s`: also s above half the order (EIP-2, since Homestead).
 */
enum status signature_recover(struct address *out, struct hash digest,
			      const struct signature *signature, bool wants_low_s,
			      struct error *err) MUST_CHECK;

/* Signs (RFC 6979, low s). ERR_USAGE: the key is zero or not below the curve's order. */
enum status signature_sign(struct signature *out, struct hash digest, const uint8_t key[32],
			   struct error *err) MUST_CHECK;

/* The address of a private key. */
enum status signature_address(struct address *out, const uint8_t key[32],
			      struct error *err) MUST_CHECK;

#endif
