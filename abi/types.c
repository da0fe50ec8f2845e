#include "abi/types.h"

#include "abi/keccak.h"

/* At this value a checksum digit turns its address digit to upper case (EIP-55). */
enum { UPPER_CASE_FROM = 8, WORD_PADDING = 32 - ADDRESS_BYTES };

static bool all_zero(const uint8_t *bytes, size_t size)
{
	uint8_t seen = 0;

	for (size_t i = 0; i < size; i++)
		seen |= bytes[i];
	return seen == 0;
}

bool address_is_zero(struct address a)
{
	return all_zero(a.bytes, sizeof(a.bytes));
}

bool hash_is_zero(struct hash a)
{
	return all_zero(a.bytes, sizeof(a.bytes));
}

char *address_format(char out[HEX_SIZE(ADDRESS_BYTES)], struct address a)
{
	return hex_format(out, slice_of(a.bytes, sizeof(a.bytes)));
}

char *hash_format(char out[HEX_SIZE(HASH_BYTES)], struct hash a)
{
	return hex_format(out, slice_of(a.bytes, sizeof(a.bytes)));
}

char *address_format_checksum(char out[HEX_SIZE(ADDRESS_BYTES)], struct address a)
{
	struct hash sum;

	(void)address_format(out, a);
	sum = keccak256(out + 2, (size_t)2 * ADDRESS_BYTES);
	for (size_t i = 0; i < (size_t)2 * ADDRESS_BYTES; i++) {
		unsigned nibble = sum.bytes[i / 2] >> (i % 2 ? 0 : 4) & 15;

		if (nibble >= UPPER_CASE_FROM && out[2 + i] >= 'a')
			out[2 + i] = (char)(out[2 + i] - 'a' + 'A');
	}
	return out;
}

static bool is_mixed_case(const char *text, size_t length)
{
	bool lower = false;
	bool upper = false;

	for (size_t i = 0; i < length; i++) {
		lower |= text[i] >= 'a' && text[i] <= 'f';
		upper |= text[i] >= 'A' && text[i] <= 'F';
	}
	return lower && upper;
}

enum status address_parse(struct address *out, const char *text, size_t length, struct error *err)
{
	enum status st = hex_parse_exact(out->bytes, sizeof(out->bytes), text, length, err);
	char right[HEX_SIZE(ADDRESS_BYTES)];

	if (st != OK)
		return st;
	if (!is_mixed_case(text + 2, length - 2))
		return OK;
	(void)address_format_checksum(right, *out);
	for (size_t i = 2; i < length; i++)
		if (text[i] != right[i])
			return error_set(err, ERR_BAD_DATA,
					 "wrong address checksum: character %zu is %c, not %c", i,
					 text[i], right[i]);
	return OK;
}

enum status hash_parse(struct hash *out, const char *text, size_t length, struct error *err)
{
	return hex_parse_exact(out->bytes, sizeof(out->bytes), text, length, err);
}

bool address_from_word(struct address *out, const uint8_t word[32])
{
	memcpy(out->bytes, word + WORD_PADDING, sizeof(out->bytes));
	return all_zero(word, WORD_PADDING);
}

void address_to_word(uint8_t word[32], struct address a)
{
	memset(word, 0, WORD_PADDING);
	memcpy(word + WORD_PADDING, a.bytes, sizeof(a.bytes));
}
