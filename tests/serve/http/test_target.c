/* What a request's target is taken apart into, and what is refused. */
#include "serve/http/target.h"

#include "tests/support/test.h"

struct fixture {
	struct arena *arena;
	struct target target;
	struct error err;
};

static int setup(void **state)
{
	struct fixture *f = xcalloc(1, sizeof(*f));

	f->arena = arena_new();
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	arena_free(f->arena);
	free(f);
	return 0;
}

static void parses(struct fixture *f, const char *text)
{
	assert_ok(target_parse(&f->target, f->arena, text, strlen(text), &f->err), f->err);
}

static void refuses(struct fixture *f, const char *text, const char *words)
{
	enum status st = target_parse(&f->target, f->arena, text, strlen(text), &f->err);

	if (st != ERR_USAGE || !strstr(f->err.message, words))
		fail_msg("%s: %s, not \"%s\"", text, st == OK ? "taken" : f->err.message, words);
}

static void a_path_has_its_parts(void **state)
{
	struct fixture *f = *state;

	parses(f, "/v1/pools/api3");
	assert_int_equal(f->target.segment_count, 3);
	assert_string_equal(f->target.segments[0], "v1");
	assert_string_equal(f->target.segments[2], "api3");
	assert_string_equal(f->target.path, "/v1/pools/api3");
	assert_int_equal(f->target.pair_count, 0);
	parses(f, "/");
	assert_int_equal(f->target.segment_count, 1);
	assert_string_equal(f->target.segments[0], "");
	parses(f, "/v1//");
	assert_int_equal(f->target.segment_count, 3);
	assert_string_equal(f->target.segments[1], "");
}

static void a_query_has_its_pairs(void **state)
{
	struct fixture *f = *state;

	parses(f, "/x?a=1&&b=&c&d=e=f&a=2");
	assert_string_equal(f->target.path, "/x");
	assert_int_equal(f->target.pair_count, 5);
	assert_string_equal(f->target.pairs[0].name, "a");
	assert_string_equal(f->target.pairs[0].value, "1");
	assert_string_equal(f->target.pairs[1].value, "");
	assert_string_equal(f->target.pairs[2].name, "c");
	assert_string_equal(f->target.pairs[2].value, "");
	assert_string_equal(f->target.pairs[3].value, "e=f");
	assert_string_equal(f->target.pairs[4].value, "2");
	parses(f, "/x?");
	assert_int_equal(f->target.pair_count, 0);
}

static void what_is_encoded_is_decoded_once(void **state)
{
	struct fixture *f = *state;

	parses(f, "/a%2Fb/%2541?x%3D=%26+%2B%c3%a4+c");
	assert_int_equal(f->target.segment_count, 2);
	assert_string_equal(f->target.segments[0], "a/b");
	assert_string_equal(f->target.segments[1], "%41");
	assert_string_equal(f->target.pairs[0].name, "x=");
	assert_string_equal(f->target.pairs[0].value, "& +\xc3\xa4 c");
	parses(f, "/a+b");
	assert_string_equal(f->target.segments[0], "a+b");
}

static void the_form_for_proxies_is_a_path(void **state)
{
	struct fixture *f = *state;

	parses(f, "HTTP://host:80/v1?at=1");
	assert_string_equal(f->target.segments[0], "v1");
	assert_string_equal(f->target.pairs[0].name, "at");
	refuses(f, "http://host", "begins with a slash");
	refuses(f, "http://host?at=1", "begins with a slash");
	refuses(f, "https://host/v1", "begins with a slash");
}

static void what_is_no_target_is_refused(void **state)
{
	struct fixture *f = *state;

	refuses(f, "", "begins with a slash");
	refuses(f, "v1", "begins with a slash");
	refuses(f, "*", "begins with a slash");
	refuses(f, "?a=1", "begins with a slash");
	refuses(f, "/a b", "character 3 of the target");
	refuses(f, "/a#b", "character 3 of the target");
	refuses(f, "/\x7f", "character 2 of the target");
	refuses(f, "/\xc3\xa4", "character 2 of the target");
	refuses(f, "/a?b=\t", "character 6 of the target");
	refuses(f, "/%", "percent sign in the path");
	refuses(f, "/%4", "percent sign in the path");
	refuses(f, "/%4g", "percent sign in the path");
	refuses(f, "/%%41", "percent sign in the path");
	refuses(f, "/?a=%", "percent sign in the query");
	refuses(f, "/?%zz=1", "percent sign in the query");
	refuses(f, "/%00", "control characters");
	refuses(f, "/%0a", "control characters");
	refuses(f, "/%7F", "control characters");
	refuses(f, "/?a=%1f", "the query holds control characters");
	refuses(f, "/%ff", "not UTF-8");
	refuses(f, "/%c0%80", "not UTF-8");
	refuses(f, "/?a=%ed%a0%80", "not UTF-8");
}

static void there_are_limits(void **state)
{
	struct fixture *f = *state;
	struct buffer text = buffer_in(f->arena);

	for (int i = 0; i < TARGET_SEGMENTS_MAX; i++)
		buffer_text(&text, "/x");
	parses(f, buffer_string(&text));
	assert_int_equal(f->target.segment_count, TARGET_SEGMENTS_MAX);
	buffer_text(&text, "/x");
	refuses(f, buffer_string(&text), "more than 12 parts");
	text = buffer_in(f->arena);
	buffer_text(&text, "/?");
	for (int i = 0; i < TARGET_PAIRS_MAX; i++)
		buffer_text(&text, "a=1&");
	parses(f, buffer_string(&text));
	assert_int_equal(f->target.pair_count, TARGET_PAIRS_MAX);
	buffer_text(&text, "a");
	refuses(f, buffer_string(&text), "more than 32 parameters");
}

#define TARGET_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TARGET_TEST(a_path_has_its_parts),
		TARGET_TEST(a_query_has_its_pairs),
		TARGET_TEST(what_is_encoded_is_decoded_once),
		TARGET_TEST(the_form_for_proxies_is_a_path),
		TARGET_TEST(what_is_no_target_is_refused),
		TARGET_TEST(there_are_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
