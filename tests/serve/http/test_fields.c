/* Some members of an answer. */
#include "serve/http/fields.h"

#include "tests/support/test.h"

#define POOL "{'name': 'a', 'state': {'apr': '1', 'stake': null, 'price': '2'}, 'at': {'block': 7}}"
#define LIST                                                                                       \
	"{'items': [{'a': 1, 'b': {'c': 2, 'd': 3}}, {'a': 4, 'e': 5}], 'next': 'x', 'at': null}"

static json_t *parsed(const char *text)
{
	json_error_t problem;
	char *quoted = strdup(text);
	json_t *value;

	for (char *c = quoted; *c; c++)
		if (*c == '\'')
			*c = '"';
	value = json_loads(quoted, 0, &problem);
	free(quoted);
	if (!value)
		fail_msg("%s: %s", text, problem.text);
	return value;
}

static void picks(const char *from, const char *names, const char *wanted)
{
	struct arena *arena = arena_new();
	struct error err;
	json_t *got = fields_pick(parsed(from), names, arena, &err);
	json_t *want = parsed(wanted);

	if (!got)
		fail_msg("%s: %s", names, err.message);
	if (!json_equal(got, want))
		fail_msg("%s: %s", names, json_dumps(got, 0));
	json_decref(got);
	json_decref(want);
	arena_free(arena);
}

static void refuses(const char *from, const char *names, const char *words)
{
	struct arena *arena = arena_new();
	struct error err = {.message = ""};
	json_t *got = fields_pick(parsed(from), names, arena, &err);

	if (got || err.status != ERR_USAGE || !strstr(err.message, words))
		fail_msg("%s: %s", names, got ? "taken" : err.message);
	arena_free(arena);
}

static void members_of_an_answer(void **state)
{
	(void)state;
	picks(POOL, "name", "{'name': 'a', 'at': {'block': 7}}");
	picks(POOL, "name,name", "{'name': 'a', 'at': {'block': 7}}");
	picks(POOL, "state.apr,state.stake",
	      "{'state': {'apr': '1', 'stake': null}, 'at': {'block': 7}}");
	picks(POOL, "state.apr,state",
	      "{'state': {'apr': '1', 'stake': null, 'price': '2'}, 'at': {'block': 7}}");
	picks(POOL, "at", "{'at': {'block': 7}}");
}

static void members_of_a_lists_items(void **state)
{
	(void)state;
	picks(LIST, "a", "{'items': [{'a': 1}, {'a': 4}], 'next': 'x', 'at': null}");
	picks(LIST, "b.d,e", "{'items': [{'b': {'d': 3}}, {'e': 5}], 'next': 'x', 'at': null}");
	picks("{'items': [], 'next': null}", "whatever", "{'items': [], 'next': null}");
}

static void unknown_names_are_refused(void **state)
{
	char many[FIELDS_MAX * 2 + 8] = "";

	(void)state;
	refuses(POOL, "nam", "there is no \"nam\": did you mean \"name\"?");
	refuses(POOL, "state.aprr", "there is no \"state.aprr\": did you mean \"apr\"?");
	refuses(POOL, "name.x", "there is no \"name.x\"");
	refuses(POOL, "zzzzzz", "there is no \"zzzzzz\"");
	refuses(POOL, ",", "there is no \"\"");
	refuses(LIST, "a,f", "there is no \"f\"");
	refuses(LIST, "items", "there is no \"items\"");
	for (int i = 0; i <= FIELDS_MAX; i++)
		(void)strcat(many, "a,");
	refuses(LIST, many, "at most 64 names");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_of_an_answer),
		cmocka_unit_test(members_of_a_lists_items),
		cmocka_unit_test(unknown_names_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
