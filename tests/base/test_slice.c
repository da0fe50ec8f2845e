#include "base/slice.h"

#include "tests/support/test.h"

static int begin(void **state)
{
	*state = arena_new();
	return 0;
}

static int end(void **state)
{
	arena_free(*state);
	return 0;
}

static void slices_are_equal_by_their_bytes(void **state)
{
	(void)state;
	assert_true(slice_equal(slice_of("abc", 3), slice_of("abcd", 3)));
	assert_false(slice_equal(slice_of("abc", 3), slice_of("abc", 2)));
	assert_false(slice_equal(slice_of("abc", 3), slice_of("abd", 3)));
	assert_true(slice_equal(slice_of(NULL, 0), slice_of("x", 0)));
}

static void a_copied_slice_is_its_own(void **state)
{
	uint8_t bytes[] = {1, 2, 3};
	struct slice copy = slice_copy(*state, slice_of(bytes, 3));

	bytes[1] = 9;
	assert_int_equal(copy.size, 3);
	assert_int_equal(copy.data[1], 2);
	assert_int_equal(slice_copy(*state, slice_of(NULL, 0)).size, 0);
}

static void integers_are_big_endian(void **state)
{
	uint8_t bytes[8];
	static const uint8_t wanted[] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};

	(void)state;
	put_be64(bytes, UINT64_C(0x0123456789abcdef));
	assert_memory_equal(bytes, wanted, 8);
	assert_true(get_be64(bytes) == UINT64_C(0x0123456789abcdef));
	put_be32(bytes, UINT32_C(0xfedcba98));
	assert_int_equal(bytes[0], 0xfe);
	assert_true(get_be32(bytes) == UINT32_C(0xfedcba98));
	put_be64(bytes, UINT64_MAX);
	assert_true(get_be64(bytes) == UINT64_MAX);
}

static void a_buffer_grows_and_keeps_what_it_has(void **state)
{
	struct buffer buffer = buffer_in(*state);

	for (unsigned i = 0; i < 100000; i++)
		buffer_byte(&buffer, (uint8_t)(i % 251));
	assert_int_equal(buffer.size, 100000);
	for (unsigned i = 0; i < 100000; i++)
		assert_int_equal(buffer_slice(&buffer).data[i], i % 251);
}

static void a_buffer_takes_text_bytes_and_formats(void **state)
{
	struct buffer buffer = buffer_in(*state);

	assert_string_equal(buffer_string(&buffer), "");
	buffer_append(&buffer, NULL, 0);
	buffer_text(&buffer, "a");
	buffer_text(&buffer, "");
	buffer_append(&buffer, "bc", 2);
	buffer_printf(&buffer, "-%d-%s", 12, "x");
	buffer_printf(&buffer, "%s", "");
	assert_string_equal(buffer_string(&buffer), "abc-12-x");
	assert_int_equal(buffer.size, 8);
	buffer_byte(&buffer, '!'); /* over the NUL */
	assert_string_equal(buffer_string(&buffer), "abc-12-x!");
}

static void a_format_longer_than_the_buffer_fits(void **state)
{
	struct buffer buffer = buffer_in(*state);

	for (int i = 0; i < 70; i++) { /* every filling around the first sizes */
		buffer_printf(&buffer, "%*d", i, 7);
		assert_int_equal(buffer.data[buffer.size - 1], '7');
	}
	assert_int_equal(strlen(buffer_string(&buffer)), buffer.size);
}

static void a_string_at_the_edge_of_the_capacity_is_ended(void **state)
{
	for (size_t size = 0; size < 200; size++) {
		struct buffer buffer = buffer_in(*state);

		for (size_t i = 0; i < size; i++)
			buffer_byte(&buffer, 'x');
		assert_int_equal(strlen(buffer_string(&buffer)), size);
	}
}

#define SLICE_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slices_are_equal_by_their_bytes),
		SLICE_TEST(a_copied_slice_is_its_own),
		cmocka_unit_test(integers_are_big_endian),
		SLICE_TEST(a_buffer_grows_and_keeps_what_it_has),
		SLICE_TEST(a_buffer_takes_text_bytes_and_formats),
		SLICE_TEST(a_format_longer_than_the_buffer_fits),
		SLICE_TEST(a_string_at_the_edge_of_the_capacity_is_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
