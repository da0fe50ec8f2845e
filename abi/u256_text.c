#include <string.h>

#include "abi/u256.h"
#include "abi/word.h"
#include "base/hex.h"

/* The largest power of ten in a word, and its word_reciprocal (its highest bit is set). */
static const uint64_t chunk_value = UINT64_C(10000000000000000000);
static const uint64_t chunk_reciprocal = UINT64_C(0xd83c94fb6d2ac34a);

enum { CHUNK_DIGITS = 19, CHUNKS_MAX = 5, DECIMAL_DIGITS_MAX = 78, HEX_DIGITS_MAX = 64 };

static const char digit_pairs[] = "00010203040506070809101112131415161718192021222324"
				  "25262728293031323334353637383940414243444546474849"
				  "50515253545556575859606162636465666768697071727374"
				  "75767778798081828384858687888990919293949596979899";

/* The digits of `value` end before `end`; at least `least` of them, and one. */
static char *write_digits_before(char *end, uint64_t value, unsigned least)
{
	char *stop = end - least;

	while (value >= 10) {
		end -= 2;
		memcpy(end, digit_pairs + 2 * (value % 100), 2);
		value /= 100;
	}
	if (value || end > stop)
		*--end = (char)('0' + value);
	while (end > stop)
		*--end = '0';
	return end;
}

char *u256_format(char *out, u256 value)
{
	char text[CHUNKS_MAX * CHUNK_DIGITS];
	char *end = text + sizeof(text);
	char *at = end;
	unsigned count = 4;

	for (;;) {
		uint64_t chunk = 0;

		while (count && !value.word[count - 1])
			count--;
		if (count == 0 || (count == 1 && value.word[0] < chunk_value))
			break;
		for (unsigned i = count; i-- > 0;)
			value.word[i] = word_divide(&chunk, chunk, value.word[i], chunk_value,
						    chunk_reciprocal);
		at = write_digits_before(at, chunk, CHUNK_DIGITS);
	}
	if (value.word[0] || at == end)
		at = write_digits_before(at, value.word[0], 1);
	memcpy(out, at, (size_t)(end - at));
	out[end - at] = '\0';
	return out;
}

char *u256_format_hex(char *out, u256 value)
{
	static const char digits[] = "0123456789abcdef";
	unsigned count = (u256_bit_length(value) + 3) / 4;
	char *at = out;

	if (!count)
		count = 1;
	*at++ = '0';
	*at++ = 'x';
	for (unsigned i = count; i-- > 0;)
		*at++ = digits[value.word[i / 16] >> (i % 16 * 4) & 15];
	*at = '\0';
	return out;
}

/* value * factor + more; false on overflow. */
static bool multiply_add(u256 *value, uint64_t factor, uint64_t more)
{
	u128 carry = more;

	for (int i = 0; i < 4; i++) {
		carry += (u128)value->word[i] * factor;
		value->word[i] = (uint64_t)carry;
		carry >>= 64;
	}
	return carry == 0;
}

enum status u256_parse(u256 *out, const char *text, size_t length, struct error *err)
{
	u256 value = U256_ZERO;
	uint64_t chunk = 0;
	uint64_t factor = 1;

	if (!length)
		return error_set(err, ERR_BAD_DATA, "a number needs at least one digit");
	for (size_t i = 0; i < length && i <= DECIMAL_DIGITS_MAX; i++)
		if (text[i] < '0' || text[i] > '9')
			return error_set(err, ERR_BAD_DATA, "bad decimal digit at character %zu",
					 i);
	if (text[0] == '0' && length > 1)
		return error_set(err, ERR_BAD_DATA, "a number has no leading zeros");
	if (length > DECIMAL_DIGITS_MAX)
		return error_set(err, ERR_BAD_DATA, "number of more than 256 bits");
	for (size_t i = 0; i < length; i++) {
		chunk = chunk * 10 + (uint64_t)(text[i] - '0');
		factor *= 10;
		if (factor != chunk_value && i + 1 < length)
			continue;
		if (!multiply_add(&value, factor, chunk))
			return error_set(err, ERR_BAD_DATA, "number of more than 256 bits");
		chunk = 0;
		factor = 1;
	}
	*out = value;
	return OK;
}

enum status u256_parse_hex(u256 *out, const char *text, size_t length, struct error *err)
{
	u256 value = U256_ZERO;

	if (length < 2 || text[0] != '0' || text[1] != 'x')
		return error_set(err, ERR_BAD_DATA, "hexadecimal text must begin with 0x");
	if (length == 2)
		return error_set(err, ERR_BAD_DATA, "a number needs at least one digit");
	if (length > 2 + HEX_DIGITS_MAX)
		return error_set(err, ERR_BAD_DATA, "number of more than 64 hexadecimal digits");
	for (size_t i = 2; i < length; i++) {
		size_t place = length - 1 - i;
		int digit = hex_digit(text[i]);

		if (digit < 0)
			return error_set(err, ERR_BAD_DATA,
					 "bad hexadecimal digit at character %zu", i);
		value.word[place / 16] |= (uint64_t)digit << (place % 16 * 4);
	}
	*out = value;
	return OK;
}

char *u256_format_fixed(struct arena *arena, u256 value, unsigned decimals)
{
	char digits[U256_DECIMAL_SIZE];
	size_t length = strlen(u256_format(digits, value));
	size_t whole = length > decimals ? length - decimals : 0;
	char *out;
	char *at;

	if (!decimals)
		return arena_string_n(arena, digits, length);
	out = arena_alloc(arena, (whole ? whole : 1) + 1 + decimals + 1);
	at = out;
	if (whole) {
		memcpy(at, digits, whole);
		at += whole;
	} else {
		*at++ = '0';
	}
	*at++ = '.';
	memset(at, '0', decimals);
	memcpy(at + decimals - (length - whole), digits + whole, length - whole);
	return out;
}
