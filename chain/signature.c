/*
 * The only file that includes libsecp256k1. Recovery and parsing need no secret, so they use the
 * library's constant context; what touches a key makes a context of its own and ends it.
 */
#include "chain/signature.h"

#include <secp256k1.h>
#include <secp256k1_recovery.h>

#include "abi/keccak.h"

enum { COMPACT_BYTES = 64, PUBLIC_KEY_BYTES = 65 };

/* The number of points of secp256k1 (SEC 2, 2.4.1), and that halved, rounded down. */
static const u256 curve_order = {{UINT64_C(0xbfd25e8cd0364141), UINT64_C(0xbaaedce6af48a03b),
				  UINT64_C(0xfffffffffffffffe), UINT64_C(0xffffffffffffffff)}};
static const u256 half_order = {{UINT64_C(0xdfe92f46681b20a0), UINT64_C(0x5d576e7357a4501d),
				 UINT64_C(0xffffffffffffffff), UINT64_C(0x7fffffffffffffff)}};

static const char *what_is_wrong(const struct signature *signature, bool wants_low_s)
{
	if (u256_is_zero(signature->r))
		return "r is zero";
	if (u256_is_zero(signature->s))
		return "s is zero";
	if (!u256_less(signature->r, curve_order))
		return "r is not below the curve's order";
	if (!u256_less(signature->s, curve_order))
		return "s is not below the curve's order";
	if (wants_low_s && u256_less(half_order, signature->s))
		return "s is above half the curve's order (EIP-2)";
	if (signature->y_parity > 1)
		return "the parity is neither 0 nor 1";
	return NULL;
}

/* The last 20 bytes of the hash of x and y. */
static struct address key_address(const secp256k1_context *context, const secp256k1_pubkey *key)
{
	uint8_t point[PUBLIC_KEY_BYTES];
	size_t size = sizeof(point);
	struct address address;
	struct hash hash;

	(void)secp256k1_ec_pubkey_serialize(context, point, &size, key, SECP256K1_EC_UNCOMPRESSED);
	hash = keccak256(point + 1, sizeof(point) - 1);
	memcpy(address.bytes, hash.bytes + HASH_BYTES - ADDRESS_BYTES, ADDRESS_BYTES);
	return address;
}

enum status signature_recover(struct address *out, struct hash digest,
			      const struct signature *signature, bool wants_low_s,
			      struct error *err)
{
	const secp256k1_context *context = secp256k1_context_static;
	const char *wrong = what_is_wrong(signature, wants_low_s);
	secp256k1_ecdsa_recoverable_signature parsed;
	uint8_t compact[COMPACT_BYTES];
	secp256k1_pubkey key;

	if (wrong)
		return error_set(err, ERR_BAD_DATA, "signature: %s", wrong);
	u256_to_be(compact, signature->r);
	u256_to_be(compact + U256_BYTES, signature->s);
	if (!secp256k1_ecdsa_recoverable_signature_parse_compact(context, &parsed, compact,
								 signature->y_parity) ||
	    !secp256k1_ecdsa_recover(context, &key, &parsed, digest.bytes))
		return error_set(err, ERR_BAD_DATA, "signature: no public key makes it");
	*out = key_address(context, &key);
	return OK;
}

static secp256k1_context *signing_context(void)
{
	/* The library ends the program where memory ends, as xmalloc does. */
	return secp256k1_context_create(SECP256K1_CONTEXT_NONE);
}

enum status signature_sign(struct signature *out, struct hash digest, const uint8_t key[32],
			   struct error *err)
{
	secp256k1_context *context = signing_context();
	secp256k1_ecdsa_recoverable_signature made;
	uint8_t compact[COMPACT_BYTES];
	int parity = 0;
	int is_made = secp256k1_ecdsa_sign_recoverable(context, &made, digest.bytes, key,
						       secp256k1_nonce_function_rfc6979, NULL);

	if (is_made)
		(void)secp256k1_ecdsa_recoverable_signature_serialize_compact(context, compact,
									      &parity, &made);
	secp256k1_context_destroy(context);
	if (!is_made)
		return error_set(err, ERR_USAGE,
				 "the private key is zero or not below the curve's order");
	out->r = u256_from_be(compact);
	out->s = u256_from_be(compact + U256_BYTES);
	out->y_parity = (uint8_t)parity;
	return OK;
}

enum status signature_address(struct address *out, const uint8_t key[32], struct error *err)
{
	secp256k1_context *context = signing_context();
	secp256k1_pubkey public_key;
	int is_made = secp256k1_ec_pubkey_create(context, &public_key, key);

	if (is_made)
		*out = key_address(context, &public_key);
	secp256k1_context_destroy(context);
	if (!is_made)
		return error_set(err, ERR_USAGE,
				 "the private key is zero or not below the curve's order");
	return OK;
}
