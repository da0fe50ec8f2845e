/* What headers of a request mean: encodings, tags, who asks; and problem documents. */
#include "serve/http/accept.h"
#include "serve/http/guard.h"
#include "serve/http/problem.h"
#include "serve/http/tag.h"
#include "tests/support/test.h"

static void gzip_is_sent_to_those_who_wish_it(void **state)
{
	static const char *const yes[] = {"gzip",
					  "GZIP",
					  "x-gzip",
					  "deflate, gzip",
					  "gzip;q=1",
					  "gzip;q=0.001",
					  "br;q=1.0, gzip;q=0.8, *;q=0.1",
					  "*",
					  "*;q=0.5",
					  " gzip ; q=0.5 ",
					  "identity;q=0.5, gzip;q=0.5",
					  "gzip;Q=1.000",
					  "br,,gzip",
					  "identity;q=0, *"};
	static const char *const no[] = {"",
					 "identity",
					 "br",
					 "gzip;q=0",
					 "gzip;q=0.000",
					 "*;q=0",
					 "gzip;q=0, *",
					 "identity, gzip;q=0.9",
					 "gzipped",
					 "gzip;q=",
					 "gzip;q=x",
					 "gzip;q=2",
					 "gzip;q=1.5",
					 "gzip;q=0.0001",
					 "gzip;q=-1",
					 "gzip;level=1",
					 "gzip;",
					 ",",
					 ";q=1",
					 "gzip;q"};

	(void)state;
	assert_false(accepts_gzip(NULL));
	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (!accepts_gzip(yes[i]))
			fail_msg("%s is not taken for a wish", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (accepts_gzip(no[i]))
			fail_msg("%s is taken for a wish", no[i]);
}

static void a_tag_is_of_its_bytes(void **state)
{
	char a[TAG_SIZE];
	char b[TAG_SIZE];

	(void)state;
	tag_of(a, slice_of("one", 3));
	tag_of(b, slice_of("two", 3));
	assert_string_not_equal(a, b);
	tag_of(b, slice_of("one", 3));
	assert_string_equal(a, b);
	assert_int_equal(strlen(a), 34);
	assert_int_equal(a[0], '"');
	assert_int_equal(a[33], '"');
}

static void a_tag_is_found_among_others(void **state)
{
	static const char *const named[] = {"\"abc\"",
					    "W/\"abc\"",
					    "\"abc-gz\"",
					    "W/\"abc-gz\"",
					    "\"x\", \"abc\"",
					    "\"x\",W/\"y\",\"abc\"",
					    "*",
					    " \"abc\" ",
					    "\"a,b\", \"abc\"",
					    "\"\", \"abc\""};
	static const char *const other[] = {"",      "abc",     "\"abcd\"", "\"ab\"",  "\"abc",
					    "abc\"", "\"ABC\"", "\"\"",     "W/",      "\"x\", abc",
					    ",,,",   "\"",      "\"abc-gz", "W/\"abc", "\"-gz\""};
	struct arena *arena = arena_new();

	(void)state;
	assert_false(tag_is_named(NULL, "\"abc\""));
	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++) {
		if (!tag_is_named(named[i], "\"abc\""))
			fail_msg("not found in %s", named[i]);
		if (!tag_is_named(named[i], tag_compressed(arena, "\"abc\"")))
			fail_msg("compressed, not found in %s", named[i]);
	}
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++)
		if (tag_is_named(other[i], "\"abc\""))
			fail_msg("found in %s", other[i]);
	assert_string_equal(tag_compressed(arena, "\"abc\""), "\"abc-gz\"");
	assert_string_equal(tag_compressed(arena, ""), "");
	arena_free(arena);
}

static void only_the_token_opens(void **state)
{
	const struct config_serve open = {.token = NULL};
	const struct config_serve shut = {.token = "0123456789abcdef"};
	static const char *const wrong[] = {"",
					    "Bearer",
					    "Bearer ",
					    "Bearer 0123456789abcde",
					    "Bearer 0123456789abcdef0",
					    "Bearer 0123456789abcdeF",
					    "Bearer 0123456789abcdef ",
					    "0123456789abcdef",
					    "Basic 0123456789abcdef",
					    "Bearer0123456789abcdef"};

	(void)state;
	assert_true(guard_admits(&open, NULL));
	assert_true(guard_admits(&open, "Bearer anything"));
	assert_false(guard_admits(&shut, NULL));
	assert_true(guard_admits(&shut, "Bearer 0123456789abcdef"));
	assert_true(guard_admits(&shut, "bearer  0123456789abcdef"));
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (guard_admits(&shut, wrong[i]))
			fail_msg("\"%s\" opens", wrong[i]);
}

static void origins_are_compared_whole(void **state)
{
	static const char *const origins[] = {"https://a.example", "http://b.example:8080"};
	static const char *const all[] = {"https://a.example", "*"};
	const struct config_serve some = {.origins = origins, .origin_count = 2};
	const struct config_serve any = {.origins = all, .origin_count = 2};
	const struct config_serve none = {.origin_count = 0};

	(void)state;
	assert_string_equal(guard_origin(&some, "https://a.example"), "https://a.example");
	assert_string_equal(guard_origin(&some, "http://b.example:8080"), origins[1]);
	assert_null(guard_origin(&some, NULL));
	assert_null(guard_origin(&some, "https://a.example.evil"));
	assert_null(guard_origin(&some, "http://a.example"));
	assert_null(guard_origin(&some, "http://b.example"));
	assert_null(guard_origin(&some, "null"));
	assert_string_equal(guard_origin(&any, "https://c.example"), "*");
	assert_null(guard_origin(&any, NULL));
	assert_null(guard_origin(&none, "https://a.example"));
}

static void a_problem_says_what_it_is(void **state)
{
	json_t *p = problem_document(404, "no pool \"x\"", "/v1/pools/x");

	(void)state;
	assert_string_equal(json_string_value(json_object_get(p, "type")), "about:blank");
	assert_string_equal(json_string_value(json_object_get(p, "title")), "Not Found");
	assert_int_equal(json_integer_value(json_object_get(p, "status")), 404);
	assert_string_equal(json_string_value(json_object_get(p, "detail")), "no pool \"x\"");
	assert_string_equal(json_string_value(json_object_get(p, "instance")), "/v1/pools/x");
	json_decref(p);
	/* A message that was cut in the middle of a character is still text. */
	p = problem_document(400, "caf\xc3", "/");
	assert_string_equal(json_string_value(json_object_get(p, "detail")), "caf?");
	json_decref(p);
	assert_int_equal(problem_status(OK), 200);
	assert_int_equal(problem_status(ERR_USAGE), 400);
	assert_int_equal(problem_status(ERR_DENIED), 403);
	assert_int_equal(problem_status(ERR_NOTFOUND), 404);
	assert_int_equal(problem_status(ERR_AGAIN), 503);
	assert_int_equal(problem_status(ERR_FULL), 503);
	assert_int_equal(problem_status(ERR_CORRUPT), 500);
	assert_int_equal(problem_status(ERR_SYSTEM), 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gzip_is_sent_to_those_who_wish_it),
		cmocka_unit_test(a_tag_is_of_its_bytes),
		cmocka_unit_test(a_tag_is_found_among_others),
		cmocka_unit_test(only_the_token_opens),
		cmocka_unit_test(origins_are_compared_whole),
		cmocka_unit_test(a_problem_says_what_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
