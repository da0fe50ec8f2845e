#include "base/hex.h"

#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

char *hex_format(char *out, struct slice bytes)
{
	static const char digits[] = "0123456789abcdef";
	char *at = out;

	*at++ = '0';
	*at++ = 'x';
	for (size_t i = 0; i < bytes.size; i++) {
		*at++ = digits[bytes.data[i] >> 4];
		*at++ = digits[bytes.data[i] & 15];
	}
	*at = '\0';
	return out;
}

char *hex_string(struct arena *arena, struct slice bytes)
{
	return hex_format(arena_alloc(arena, HEX_SIZE(bytes.size)), bytes);
}

static enum status has_prefix(const char *text, size_t length, struct error *err)
{
	if (length < 2 || text[0] != '0' || text[1] != 'x')
		return error_set(err, ERR_BAD_DATA, "hexadecimal text must begin with 0x");
	return OK;
}

/* 0 marks a character that is no digit, else value + 1. */
static const uint8_t digit_plus_one[256] = {
	['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
	['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
	['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
	['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

/*
 * Hexadecimal is most of what a node sends, and this is where a backfill spends its parsing time:
 * sixteen digits at once where the processor can. Returns how many bytes were made; it stops before
 * sixteen digits of which one is none, too.
 */
#ifdef __SSE2__
static size_t many_digits(uint8_t *out, size_t size, const char *digits)
{
	const __m128i below_0 = _mm_set1_epi8('0' - 1);
	const __m128i above_9 = _mm_set1_epi8('9' + 1);
	const __m128i below_a = _mm_set1_epi8('a' - 1);
	const __m128i above_f = _mm_set1_epi8('f' + 1);
	const __m128i lower_case = _mm_set1_epi8(0x20);
	size_t done = 0;

	for (; size - done >= 8; done += 8) {
		__m128i text = _mm_loadu_si128((const __m128i *)(const void *)(digits + 2 * done));
		__m128i lower = _mm_or_si128(text, lower_case);
		__m128i is_number =
			_mm_and_si128(_mm_cmpgt_epi8(text, below_0), _mm_cmplt_epi8(text, above_9));
		__m128i is_letter = _mm_and_si128(_mm_cmpgt_epi8(lower, below_a),
						  _mm_cmplt_epi8(lower, above_f));
		__m128i values;
		__m128i pairs;

		if (_mm_movemask_epi8(_mm_or_si128(is_number, is_letter)) != 0xffff)
			break;
		/* The low half of a letter's character counts from 1 on: a is 10. */
		values = _mm_add_epi8(_mm_and_si128(text, _mm_set1_epi8(0x0f)),
				      _mm_and_si128(is_letter, _mm_set1_epi8(9)));
		/* Each two bytes, the first of them the low one: first << 4 | second. */
		pairs = _mm_or_si128(_mm_slli_epi16(values, 4), _mm_srli_epi16(values, 8));
		pairs = _mm_and_si128(pairs, _mm_set1_epi16(0xff));
		_mm_storel_epi64((__m128i *)(void *)(out + done), _mm_packus_epi16(pairs, pairs));
	}
	return done;
}
#else
static size_t many_digits(uint8_t *out, size_t size, const char *digits)
{
	(void)out;
	(void)size;
	(void)digits;
	return 0;
}
#endif

static enum status digits_to_bytes(uint8_t *out, size_t size, const char *digits, struct error *err)
{
	const unsigned char *at = (const unsigned char *)digits;

	for (size_t i = many_digits(out, size, digits); i < size; i++) {
		unsigned high = digit_plus_one[at[2 * i]];
		unsigned low = digit_plus_one[at[2 * i + 1]];

		if (!high || !low)
			return error_set(err, ERR_BAD_DATA,
					 "bad hexadecimal digit at character %zu",
					 2 + 2 * i + (high ? 1 : 0));
		out[i] = (uint8_t)((high - 1) << 4 | (low - 1));
	}
	return OK;
}

enum status hex_parse_exact(uint8_t *out, size_t size, const char *text, size_t length,
			    struct error *err)
{
	enum status st = has_prefix(text, length, err);

	if (st != OK)
		return st;
	if (length != 2 + 2 * size)
		return error_set(err, ERR_BAD_DATA,
				 "expected 0x and %zu hexadecimal digits, got %zu digits", 2 * size,
				 length - 2);
	return digits_to_bytes(out, size, text + 2, err);
}

enum status hex_parse(struct slice *out, struct arena *arena, const char *text, size_t length,
		      size_t size_max, struct error *err)
{
	enum status st = has_prefix(text, length, err);
	uint8_t *bytes;

	if (st != OK)
		return st;
	if (length % 2)
		return error_set(err, ERR_BAD_DATA, "odd number of hexadecimal digits");
	if ((length - 2) / 2 > size_max)
		return error_set(err, ERR_BAD_DATA, "%zu bytes where at most %zu are allowed",
				 (length - 2) / 2, size_max);
	bytes = arena_alloc(arena, (length - 2) / 2);
	*out = slice_of(bytes, (length - 2) / 2);
	return digits_to_bytes(bytes, out->size, text + 2, err);
}

enum status hex_parse_quantity(uint64_t *out, const char *text, size_t length, struct error *err)
{
	enum status st = has_prefix(text, length, err);
	uint64_t value = 0;

	if (st != OK)
		return st;
	if (length == 2)
		return error_set(err, ERR_BAD_DATA, "a quantity needs at least one digit");
	if (text[2] == '0' && length > 3)
		return error_set(err, ERR_BAD_DATA, "a quantity has no leading zeros");
	if (length > 2 + 16)
		return error_set(err, ERR_BAD_DATA, "a quantity of more than 64 bits");
	for (size_t i = 2; i < length; i++) {
		int digit = hex_digit(text[i]);

		if (digit < 0)
			return error_set(err, ERR_BAD_DATA,
					 "bad hexadecimal digit at character %zu", i);
		value = value << 4 | (uint64_t)digit;
	}
	*out = value;
	return OK;
}
