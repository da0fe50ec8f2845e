/*
 * The API's document out of route tables: paths, parameters by their kinds, answers, problems, the
 * token. That it is valid, and true of the real routes: tests/serve/openapi.test.mjs.
 */
#include "serve/http/openapi.h"

#include "base/version.h"
#include "serve/answer/schema.h"
#include "tests/support/test.h"

static const char configuration[] =
	"{\"chain\": {\"id\": 1, \"rpc\": [{\"url\": \"http://127.0.0.1:8545\"}]},"
	" \"store\": {\"path\": \"mirror\"},"
	" \"serve\": {\"listen\": \"127.0.0.1:0\", \"page_max\": 50%s},"
	" \"pools\": [{\"name\": \"api3\", \"protocol\": \"api3\", \"start_block\": 1,"
	" \"contracts\": {\"pool\": \"0x0101010101010101010101010101010101010101\","
	" \"token\": \"0x0202020202020202020202020202020202020202\"}}]}";

static const char with_token[] = ", \"token\": \"0123456789abcdef0123456789abcdef\"";

/* ---- routes of their own ---- */

static const char *const choices[] = {"big", "small", NULL};

static json_t *some_names(const struct config *config)
{
	return json_pack("{s:s, s:[s]}", "type", "string", "enum", config->pools[0].setup.name);
}

static const struct param_rule in_path = {
	.name = "name", .kind = PARAM_POOL, .is_required = true, .meaning = "a pool"};
static const struct param_rule address = {
	.name = "who", .kind = PARAM_ADDRESS, .is_required = true, .meaning = "an account"};
static const struct param_rule limit = {
	.name = "limit", .kind = PARAM_LIMIT, .meaning = "items", .fallback = 100, .max = 1000};
static const struct param_rule few = {
	.name = "few", .kind = PARAM_LIMIT, .meaning = "items", .fallback = 5, .max = 20};
static const struct param_rule size = {
	.name = "size", .kind = PARAM_CHOICE, .meaning = "how large", .choices = choices};
static const struct param_rule to = {
	.name = "to", .kind = PARAM_COUNT, .meaning = "a block", .fallback = INT64_MAX};
static const struct param_rule at = {.name = "at", .kind = PARAM_AT, .meaning = "as of"};
static const struct param_rule flag = {.name = "flag", .kind = PARAM_FLAG, .meaning = "whether"};
static const struct param_rule amount = {
	.name = "amount", .kind = PARAM_AMOUNT, .is_required = true, .meaning = "how much"};
static const struct param_rule named = {
	.name = "named", .kind = PARAM_TEXT, .meaning = "one of", .schema = some_names};

static const struct param_rule *const of_all[] = {&in_path, &address, &limit,  &few,   &size, &to,
						  &at,      &flag,    &amount, &named, NULL};

static json_t *no_answer(const struct request *request, struct error *err)
{
	(void)request;
	(void)err;
	return NULL;
}

static enum status no_reply(struct reply *out, const struct request *request, struct error *err)
{
	(void)out;
	(void)request;
	(void)err;
	return OK;
}

static const struct route first[] = {{.path = "/v1/all/{name}/of/{who}",
				      .id = "getAll",
				      .summary = "all of it",
				      .params = of_all,
				      .needs = NEEDS_MOMENT,
				      .answer = no_answer,
				      .schema = schema_status},
				     {.path = "/page", .summary = "a page", .reply = no_reply}};
static const struct route second[] = {{.path = "/text",
				       .id = "getText",
				       .summary = "text",
				       .freshness = FRESH_NOW,
				       .reply = no_reply,
				       .content_type = "text/plain; charset=utf-8"},
				      {.path = "/well",
				       .id = "isWell",
				       .summary = "whether all is well",
				       .freshness = FRESH_NOW,
				       .is_open = true,
				       .reply = no_reply,
				       .schema = some_names}};
static const struct route_table first_table = {first, 2};
static const struct route_table second_table = {second, 2};
static const struct route_table *const tables[] = {&first_table, &second_table};

/* ---- the document ---- */

struct fixture {
	struct arena *arena;
	struct config config;
	json_t *document;
};

static void describe(struct fixture *f, const char *serve)
{
	const char *text = arena_printf(f->arena, configuration, serve);
	struct error err;

	assert_ok(config_parse(&f->config, f->arena, "a test", text, strlen(text), &err), err);
	json_decref(f->document);
	f->document = openapi_document(&f->config, tables, 2);
}

static int begin(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (!f)
		return -1;
	f->arena = arena_new();
	describe(f, "");
	*state = f;
	return 0;
}

static int end(void **state)
{
	struct fixture *f = *state;

	json_decref(f->document);
	arena_free(f->arena);
	free(f);
	return 0;
}

static const json_t *operation(const struct fixture *f, const char *path)
{
	return json_object_get(json_object_get(json_object_get(f->document, "paths"), path), "get");
}

static const json_t *parameter(const struct fixture *f, const char *name)
{
	const json_t *list = json_object_get(operation(f, first[0].path), "parameters");
	const json_t *item;
	size_t i;

	json_array_foreach (list, i, item)
		if (strcmp(json_string_value(json_object_get(item, "name")), name) == 0)
			return item;
	fail_msg("there is no parameter %s", name);
	return NULL;
}

/* A member by its path, names with '|' between. */
static const json_t *member(const json_t *document, const char *path)
{
	char name[64];

	while (*path && document) {
		size_t length = strcspn(path, "|");

		assert_true(length < sizeof(name));
		memcpy(name, path, length);
		name[length] = '\0';
		path += length + (path[length] == '|');
		document = json_object_get(document, name);
	}
	return document;
}

static const char *text(const json_t *document, const char *path)
{
	const char *value = json_string_value(member(document, path));

	return value ? value : "(nothing)";
}

static json_int_t number(const json_t *document, const char *path)
{
	return json_integer_value(member(document, path));
}

static void it_is_openapi_3_1_of_this_version(void **state)
{
	const struct fixture *f = *state;

	assert_string_equal(text(f->document, "openapi"), "3.1.0");
	assert_string_equal(text(f->document, "info|version"), COVERMIRROR_VERSION);
	assert_string_equal(text(json_array_get(member(f->document, "servers"), 0), "url"), "/");
	assert_non_null(member(f->document, "components|schemas|Status"));
	assert_non_null(member(f->document, "components|schemas|Problem"));
}

static void a_route_has_its_name_and_one_without_is_left_out(void **state)
{
	const struct fixture *f = *state;

	assert_int_equal(json_object_size(json_object_get(f->document, "paths")), 3);
	assert_string_equal(text(operation(f, first[0].path), "operationId"), "getAll");
	assert_string_equal(text(operation(f, "/text"), "operationId"), "getText");
	assert_null(operation(f, "/page"));
}

static void parameters_stand_in_the_path_or_in_the_query(void **state)
{
	const struct fixture *f = *state;

	assert_string_equal(text(parameter(f, "who"), "in"), "path");
	assert_string_equal(text(parameter(f, "limit"), "in"), "query");
	assert_true(json_is_true(json_object_get(parameter(f, "who"), "required")));
	assert_true(json_is_true(json_object_get(parameter(f, "amount"), "required")));
	assert_false(json_is_true(json_object_get(parameter(f, "limit"), "required")));
	assert_string_equal(text(parameter(f, "who"), "description"), "an account");
}

static void a_parameter_is_what_its_kind_takes(void **state)
{
	const struct fixture *f = *state;

	assert_string_equal(text(parameter(f, "name"), "schema|$ref"),
			    SCHEMA_COMPONENTS "PoolName");
	assert_string_equal(text(parameter(f, "name"), "example"), "api3");
	assert_string_equal(text(parameter(f, "who"), "schema|pattern"), "^0x[0-9a-fA-F]{40}$");
	assert_string_equal(text(parameter(f, "who"), "example"),
			    "0x0101010101010101010101010101010101010101");
	assert_string_equal(text(parameter(f, "flag"), "schema|type"), "boolean");
	assert_string_equal(
		json_string_value(json_array_get(member(parameter(f, "size"), "schema|enum"), 1)),
		"small");
	assert_string_equal(text(parameter(f, "at"), "schema|default"), "latest");
	assert_int_equal(number(parameter(f, "to"), "schema|minimum"), 0);
	/* What no number in JavaScript is. */
	assert_null(member(parameter(f, "to"), "schema|default"));
	assert_null(member(parameter(f, "to"), "schema|maximum"));
	assert_string_equal(
		json_string_value(json_array_get(member(parameter(f, "named"), "schema|enum"), 0)),
		"api3");
}

static void a_limit_is_at_most_what_the_configuration_allows(void **state)
{
	const struct fixture *f = *state;

	assert_int_equal(number(parameter(f, "limit"), "schema|minimum"), 1);
	assert_int_equal(number(parameter(f, "limit"), "schema|maximum"), 50);
	assert_int_equal(number(parameter(f, "limit"), "schema|default"), 50);
	assert_int_equal(number(parameter(f, "few"), "schema|maximum"), 20);
	assert_int_equal(number(parameter(f, "few"), "schema|default"), 5);
}

static void an_answer_is_the_routes_schema(void **state)
{
	const struct fixture *f = *state;
	const json_t *all = operation(f, first[0].path);

	assert_string_equal(text(all, "responses|200|content|application/json|schema|$ref"),
			    SCHEMA_COMPONENTS "Status");
	assert_non_null(member(all, "responses|304"));
	assert_string_equal(
		text(operation(f, "/text"), "responses|200|content|text/plain|schema|type"),
		"string");
	assert_null(member(operation(f, "/text"), "responses|304"));
}

static void problems_that_may_come_are_told(void **state)
{
	const struct fixture *f = *state;
	const json_t *all = operation(f, first[0].path);

	assert_non_null(member(all, "responses|400"));
	assert_non_null(member(all, "responses|404"));
	assert_non_null(member(all, "responses|default"));
	assert_null(member(all, "responses|401"));
	assert_null(member(operation(f, "/text"), "responses|404"));
	assert_string_equal(text(f->document, "components|responses|NotFound|content|"
					      "application/problem+json|schema|$ref"),
			    SCHEMA_COMPONENTS "Problem");
}

/* A probe says with 503 what is wrong, by its own document. */
static void a_reply_of_its_own_is_told_with_503_too(void **state)
{
	const struct fixture *f = *state;
	const json_t *well = operation(f, "/well");

	assert_string_equal(text(well, "responses|503|content|application/json|schema|type"),
			    "string");
	assert_non_null(member(well, "responses|503|content|application/problem+json"));
}

static void a_token_is_told_and_what_is_open_without_it(void **state)
{
	struct fixture *f = *state;

	assert_null(member(f->document, "components|securitySchemes"));
	describe(f, with_token);
	assert_string_equal(text(f->document, "components|securitySchemes|token|scheme"), "bearer");
	assert_int_equal(json_array_size(json_object_get(f->document, "security")), 1);
	assert_non_null(member(operation(f, first[0].path), "responses|401"));
	assert_null(member(operation(f, first[0].path), "security"));
	assert_int_equal(json_array_size(member(operation(f, "/well"), "security")), 0);
	assert_non_null(member(operation(f, "/well"), "security"));
	assert_null(member(operation(f, "/well"), "responses|401"));
}

static void it_tells_no_secret(void **state)
{
	struct fixture *f = *state;
	char *written;

	describe(f, with_token);
	written = json_dumps(f->document, JSON_COMPACT);
	assert_null(strstr(written, "0123456789abcdef"));
	assert_null(strstr(written, "8545"));
	free(written);
}

/* Every route of the server is in it, or has no id. */
static void every_route_of_the_server_is_described(void **state)
{
	struct fixture *f = *state;
	json_t *document = openapi_document(&f->config, route_tables, route_table_count);
	const json_t *paths = json_object_get(document, "paths");
	size_t count = 0;

	for (size_t t = 0; t < route_table_count; t++)
		for (size_t i = 0; i < route_tables[t]->count; i++) {
			const struct route *route = &route_tables[t]->routes[i];

			if (!route->id)
				continue;
			count++;
			assert_non_null(json_object_get(paths, route->path));
			if (route->answer && !route->schema)
				fail_msg("%s has no schema", route->path);
		}
	assert_int_equal(json_object_size(paths), count);
	assert_true(count > 15);
	json_decref(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_is_openapi_3_1_of_this_version, begin, end),
		cmocka_unit_test_setup_teardown(a_route_has_its_name_and_one_without_is_left_out,
						begin, end),
		cmocka_unit_test_setup_teardown(parameters_stand_in_the_path_or_in_the_query, begin,
						end),
		cmocka_unit_test_setup_teardown(a_parameter_is_what_its_kind_takes, begin, end),
		cmocka_unit_test_setup_teardown(a_limit_is_at_most_what_the_configuration_allows,
						begin, end),
		cmocka_unit_test_setup_teardown(an_answer_is_the_routes_schema, begin, end),
		cmocka_unit_test_setup_teardown(problems_that_may_come_are_told, begin, end),
		cmocka_unit_test_setup_teardown(a_reply_of_its_own_is_told_with_503_too, begin,
						end),
		cmocka_unit_test_setup_teardown(a_token_is_told_and_what_is_open_without_it, begin,
						end),
		cmocka_unit_test_setup_teardown(it_tells_no_secret, begin, end),
		cmocka_unit_test_setup_teardown(every_route_of_the_server_is_described, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
