#include "base/hex.h"

#include <stdlib.h>

#include "tests/support/test.h"

static void assert_refused(enum status st, const struct error *err, const char *words)
{
	assert_int_equal(st, ERR_BAD_DATA);
	assert_int_equal(err->status, ERR_BAD_DATA);
	if (!strstr(err->message, words))
		fail_msg("\"%s\" does not say \"%s\"", err->message, words);
}

static void refuse_exact(const char *text, size_t size, const char *words)
{
	uint8_t out[64];
	struct error err;

	assert_refused(hex_parse_exact(out, size, text, strlen(text), &err), &err, words);
	assert_int_equal(hex_parse_exact(out, size, text, strlen(text), NULL), ERR_BAD_DATA);
}

static void bytes_become_lower_case_digits(void **state)
{
	static const uint8_t bytes[] = {0x00, 0x0f, 0xa0, 0xff, 0x7e};
	char text[HEX_SIZE(5)];
	struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(hex_format(text, slice_of(bytes, 5)), "0x000fa0ff7e");
	assert_string_equal(hex_format(text, slice_of(NULL, 0)), "0x");
	assert_string_equal(hex_string(arena, slice_of(bytes, 2)), "0x000f");
	arena_free(arena);
}

static void every_byte_survives_in_either_case(void **state)
{
	char text[8];

	(void)state;
	for (unsigned value = 0; value < 256; value++) {
		uint8_t byte = (uint8_t)~value;

		(void)snprintf(text, sizeof(text), "0x%02x", value);
		assert_int_equal(hex_parse_exact(&byte, 1, text, 4, NULL), OK);
		assert_int_equal(byte, value);
		(void)snprintf(text, sizeof(text), "0x%02X", value);
		assert_int_equal(hex_parse_exact(&byte, 1, text, 4, NULL), OK);
		assert_int_equal(byte, value);
	}
}

static void every_other_character_is_refused_at_its_place(void **state)
{
	char text[] = "0x0000000000";
	char words[64];
	uint8_t out[5];
	struct error err;

	(void)state;
	for (unsigned c = 1; c < 256; c++) {
		size_t at = 2 + c % 10;

		if (hex_digit((char)c) >= 0)
			continue;
		text[at] = (char)c;
		(void)snprintf(words, sizeof(words), "digit at character %zu", at);
		assert_refused(hex_parse_exact(out, 5, text, 12, &err), &err, words);
		text[at] = '0';
	}
}

enum { LONG_BYTES = 40 };

/* Several digits are read at once, and then the rest: each length, with the memory ending there. */
static void long_texts_are_read_at_every_length(void **state)
{
	(void)state;
	for (size_t size = 0; size <= LONG_BYTES; size++) {
		char *text = xmalloc(2 + 2 * size);
		uint8_t *out = xmalloc(size);
		struct error err;

		memcpy(text, "0x", 2);
		for (size_t i = 0; i < 2 * size; i++)
			text[2 + i] = "0123456789abcdefABCDEF"[(i * 7 + size) % 22];
		assert_ok(hex_parse_exact(out, size, text, 2 + 2 * size, &err), err);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(out[i], hex_digit(text[2 + 2 * i]) << 4 |
							 hex_digit(text[3 + 2 * i]));
		free(out);
		free(text);
	}
}

static void a_long_text_has_no_other_character_anywhere(void **state)
{
	char text[2 + 2 * LONG_BYTES];
	uint8_t out[LONG_BYTES];
	char words[64];
	struct error err;

	(void)state;
	memset(text, 'f', sizeof(text));
	memcpy(text, "0x", 2);
	for (size_t at = 2; at < sizeof(text); at++) {
		for (unsigned c = 0; c < 256; c++) {
			text[at] = (char)c;
			if (hex_digit((char)c) >= 0) {
				assert_ok(
					hex_parse_exact(out, LONG_BYTES, text, sizeof(text), &err),
					err);
				continue;
			}
			(void)snprintf(words, sizeof(words), "digit at character %zu", at);
			assert_refused(hex_parse_exact(out, LONG_BYTES, text, sizeof(text), &err),
				       &err, words);
		}
		text[at] = 'f';
	}
}

static void the_exact_form_refuses_other_lengths(void **state)
{
	(void)state;
	refuse_exact("", 2, "must begin with 0x");
	refuse_exact("0", 2, "must begin with 0x");
	refuse_exact("1x0000", 2, "must begin with 0x");
	refuse_exact("0y0000", 2, "must begin with 0x");
	refuse_exact("0X0000", 2, "must begin with 0x");
	refuse_exact("00000", 2, "must begin with 0x");
	refuse_exact("0x", 2, "got 0 digits");
	refuse_exact("0x000", 2, "expected 0x and 4 hexadecimal digits, got 3 digits");
	refuse_exact("0x00000", 2, "got 5 digits");
	refuse_exact("0x0g00", 2, "digit at character 3");
	refuse_exact("0x-100", 2, "digit at character 2");
	refuse_exact("0x 100", 2, "digit at character 2");
}

static void the_exact_form_takes_no_bytes_at_all(void **state)
{
	(void)state;
	assert_int_equal(hex_parse_exact(NULL, 0, "0x", 2, NULL), OK);
}

static void any_number_of_bytes_up_to_the_limit_is_taken(void **state)
{
	struct arena *arena = arena_new();
	struct slice out;
	struct error err;

	(void)state;
	assert_ok(hex_parse(&out, arena, "0x", 2, 0, &err), err);
	assert_int_equal(out.size, 0);
	assert_ok(hex_parse(&out, arena, "0x0aB1", 6, 2, &err), err);
	assert_int_equal(out.size, 2);
	assert_int_equal(out.data[0], 0x0a);
	assert_int_equal(out.data[1], 0xb1);
	assert_refused(hex_parse(&out, arena, "0x0ab1", 6, 1, &err), &err,
		       "2 bytes where at most 1 are allowed");
	assert_refused(hex_parse(&out, arena, "0x0ab", 5, 9, &err), &err, "odd number");
	assert_refused(hex_parse(&out, arena, "0x0abz", 6, 9, &err), &err, "at character 5");
	assert_refused(hex_parse(&out, arena, "ab", 2, 9, &err), &err, "must begin with 0x");
	arena_free(arena);
}

static void the_length_counts_and_not_the_nul(void **state)
{
	uint64_t value = 0;
	uint8_t byte;
	struct error err;

	(void)state;
	assert_ok(hex_parse_exact(&byte, 1, "0x12zz", 4, &err), err);
	assert_ok(hex_parse_quantity(&value, "0x12zz", 4, &err), err);
	assert_true(value == 0x12);
	assert_refused(hex_parse_exact(&byte, 1, "0x\0001", 4, &err), &err, "at character 2");
}

static void a_quantity_has_no_leading_zeros_and_64_bits(void **state)
{
	static const struct {
		const char *text;
		const char *words;
	} refused[] = {
		{"", "must begin with 0x"},       {"12", "must begin with 0x"},
		{"0x", "at least one digit"},     {"0x00", "no leading zeros"},
		{"0x01", "no leading zeros"},     {"0x10000000000000000", "more than 64 bits"},
		{"0x1g", "digit at character 3"}, {"0x-1", "digit at character 2"},
	};
	struct error err;
	uint64_t value = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_refused(
			hex_parse_quantity(&value, refused[i].text, strlen(refused[i].text), &err),
			&err, refused[i].words);
	assert_true(value == 7); /* untouched */
	assert_ok(hex_parse_quantity(&value, "0x0", 3, &err), err);
	assert_true(value == 0);
	assert_ok(hex_parse_quantity(&value, "0xFfffffffffffffff", 18, &err), err);
	assert_true(value == UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_become_lower_case_digits),
		cmocka_unit_test(every_byte_survives_in_either_case),
		cmocka_unit_test(every_other_character_is_refused_at_its_place),
		cmocka_unit_test(long_texts_are_read_at_every_length),
		cmocka_unit_test(a_long_text_has_no_other_character_anywhere),
		cmocka_unit_test(the_exact_form_refuses_other_lengths),
		cmocka_unit_test(the_exact_form_takes_no_bytes_at_all),
		cmocka_unit_test(any_number_of_bytes_up_to_the_limit_is_taken),
		cmocka_unit_test(the_length_counts_and_not_the_nul),
		cmocka_unit_test(a_quantity_has_no_leading_zeros_and_64_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
