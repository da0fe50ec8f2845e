#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
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

static void memory_is_zeroed_and_aligned_for_any_type(void **state)
{
	struct arena *arena = *state;

	for (size_t size = 0; size < 200; size++) {
		unsigned char *memory = arena_alloc(arena, size);

		assert_non_null(memory);
		assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(memory[i], 0);
		memset(memory, 0xff, size);
	}
}

static void pieces_do_not_overlap(void **state)
{
	enum { PIECES = 500 };
	struct arena *arena = *state;
	unsigned char *pieces[PIECES];
	size_t sizes[PIECES];

	for (size_t i = 0; i < PIECES; i++) {
		sizes[i] = (i * 37) % 1000;
		pieces[i] = arena_alloc(arena, sizes[i]);
		memset(pieces[i], (int)(i % 251), sizes[i]);
	}
	for (size_t i = 0; i < PIECES; i++)
		for (size_t k = 0; k < sizes[i]; k++)
			assert_int_equal(pieces[i][k], i % 251);
}

static void after_a_reset_memory_is_zeroed_again(void **state)
{
	struct arena *arena = *state;

	memset(arena_alloc(arena, 1000), 0xff, 1000);
	arena_reset(arena);
	assert_int_equal(arena_used(arena), 0);
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(((unsigned char *)arena_alloc(arena, 1))[0], 0);
}

static void an_empty_arena_can_be_reset(void **state)
{
	arena_reset(*state);
	assert_int_equal(arena_used(*state), 0);
	assert_non_null(arena_alloc(*state, 0));
}

static void large_pieces_are_given_and_go_at_a_reset(void **state)
{
	enum { LARGE = 9 * 1024 * 1024 };
	struct arena *arena = *state;
	unsigned char *small = arena_alloc(arena, 8);
	unsigned char *large = arena_alloc(arena, LARGE);

	small[0] = 1;
	assert_int_equal(large[0], 0);
	assert_int_equal(large[LARGE - 1], 0);
	memset(large, 0xff, LARGE);
	assert_int_equal(small[0], 1);
	assert_true(arena_used(arena) >= LARGE);
	arena_reset(arena);
	assert_true(arena_used(arena) == 0);
	large = arena_alloc(arena, LARGE);
	assert_int_equal(large[LARGE / 2], 0);
}

static void used_counts_what_was_handed_out(void **state)
{
	struct arena *arena = *state;
	size_t before;

	(void)arena_alloc(arena, 100);
	before = arena_used(arena);
	assert_true(before >= 100 && before < 200);
	(void)arena_alloc(arena, 20000);
	assert_true(arena_used(arena) - before >= 20000 && arena_used(arena) - before < 20100);
}

static void copies_are_copies(void **state)
{
	struct arena *arena = *state;
	char text[] = "abcdef";
	char *whole = arena_string(arena, text);
	char *part = arena_string_n(arena, text, 3);
	char *bytes = arena_copy(arena, text, sizeof(text));

	memset(text, 'x', sizeof(text));
	assert_string_equal(whole, "abcdef");
	assert_string_equal(part, "abc");
	assert_string_equal(bytes, "abcdef");
	assert_string_equal(arena_string_n(arena, NULL, 0), "");
	assert_non_null(arena_copy(arena, NULL, 0));
}

static void printf_takes_texts_of_any_length(void **state)
{
	struct arena *arena = *state;
	char *text;

	assert_string_equal(arena_printf(arena, "%d %s", 7, "x"), "7 x");
	assert_string_equal(arena_printf(arena, "%s", ""), "");
	text = arena_printf(arena, "%0*d", 100000, 5);
	assert_int_equal(strlen(text), 100000);
	assert_int_equal(text[99999], '5');
}

/* In a process of its own: whether it ended badly (a sanitizer has its own way to end). */
static int aborts(void (*act)(void))
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		(void)close(STDERR_FILENO);
		act();
		_exit(0);
	}
	assert_true(child > 0 && waitpid(child, &status, 0) == child);
	return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

static void ask_for_too_many_elements(void)
{
	(void)arena_array(arena_new(), SIZE_MAX / 8 + 1, 16);
}

static void ask_for_too_many_bytes(void)
{
	(void)arena_alloc(arena_new(), SIZE_MAX - 3);
}

static void ask_for_more_than_a_chunk_can_have(void)
{
	(void)arena_alloc(arena_new(), SIZE_MAX - 64);
}

static void sizes_that_overflow_end_the_program(void **state)
{
	(void)state;
	assert_true(aborts(ask_for_too_many_elements));
	assert_true(aborts(ask_for_too_many_bytes));
	assert_true(aborts(ask_for_more_than_a_chunk_can_have));
}

static void an_array_of_nothing_is_a_pointer(void **state)
{
	assert_non_null(arena_array(*state, 0, 16));
	assert_non_null(arena_array(*state, SIZE_MAX, 0));
}

static void handles_get_memory_that_is_freed_one_by_one(void **state)
{
	char *text = xstrdup("text");
	unsigned char *bytes = xcalloc(3, 5);

	(void)state;
	assert_string_equal(text, "text");
	assert_int_equal(bytes[14], 0);
	text = xrealloc(text, 100);
	assert_string_equal(text, "text");
	free(text);
	free(bytes);
	free(xmalloc(0));
	free(xcalloc(0, 0));
	free(xrealloc(NULL, 0));
	arena_free(NULL);
}

#define ARENA_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ARENA_TEST(memory_is_zeroed_and_aligned_for_any_type),
		ARENA_TEST(pieces_do_not_overlap),
		ARENA_TEST(after_a_reset_memory_is_zeroed_again),
		ARENA_TEST(an_empty_arena_can_be_reset),
		ARENA_TEST(large_pieces_are_given_and_go_at_a_reset),
		ARENA_TEST(used_counts_what_was_handed_out),
		ARENA_TEST(copies_are_copies),
		ARENA_TEST(printf_takes_texts_of_any_length),
		cmocka_unit_test(sizes_that_overflow_end_the_program),
		ARENA_TEST(an_array_of_nothing_is_a_pointer),
		cmocka_unit_test(handles_get_memory_that_is_freed_one_by_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
