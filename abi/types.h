/*
 * types.h - the EVM's small words: addresses and hashes.
 */
#ifndef ABI_TYPES_H
#define ABI_TYPES_H

#include <string.h>

#include "base/hex.h"

enum { ADDRESS_BYTES = 20, HASH_BYTES = 32 };

struct address {
	uint8_t bytes[ADDRESS_BYTES];
};

struct hash {
	uint8_t bytes[HASH_BYTES];
};

static inline bool address_equal(struct address a, struct address b)
{
	return memcmp(a.bytes, b.bytes, sizeof(a.bytes)) == 0;
}

static inline bool hash_equal(struct hash a, struct hash b)
{
	return memcmp(a.bytes, b.bytes, sizeof(a.bytes)) == 0;
}

bool address_is_zero(struct address a);
bool hash_is_zero(struct hash a);

/* Lower-case "0x…" and a NUL. */
char *address_format(char out[HEX_SIZE(ADDRESS_BYTES)], struct address a);
char *hash_format(char out[HEX_SIZE(HASH_BYTES)], struct hash a);

/* The EIP-55 mixed-case form. */
char *address_format_checksum(char out[HEX_SIZE(ADDRESS_BYTES)], struct address a);

/*
 * "0x" and 40 digits. All-lower and all-upper digits are taken as they are; mixed case must be
 * the right EIP-55 checksum, else ERR_BAD_DATA says which character is wrong.
 */
enum status address_parse(struct address *out, const char *text, size_t length,
			  struct error *err) MUST_CHECK;
enum status hash_parse(struct hash *out, const char *text, size_t length,
		       struct error *err) MUST_CHECK;

/* The low 20 bytes of a word; false if the upper 12 are not zero. */
bool address_from_word(struct address *out, const uint8_t word[32]) MUST_CHECK;
void address_to_word(uint8_t word[32], struct address a);

#endif
