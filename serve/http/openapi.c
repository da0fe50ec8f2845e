#include "serve/http/openapi.h"

#include <stdlib.h>
#include <string.h>

#include "base/version.h"
#include "serve/answer/schema_make.h"
#include "serve/http/problem.h"

#define RESPONSES "#/components/responses/"
#define HEADERS "#/components/headers/"

static const char about[] =
	"Read only. Amounts are decimal strings in base units, ratios decimal strings with 18 "
	"places, times of blocks seconds since 1970; null is not computable, or not known. A list "
	"is {items, next}: `next` is the `after` of the next page, null on the last one. With "
	"`fields` an answer has only those members, `at` and `next`, whatever its schema requires. "
	"`x-kind` and "
	"`x-unit` say what a figure is and what it counts: assets and shares (base units of the "
	"pool's asset), fixed_18 (10^18 is one), percent_18 (10^18 is 100 %), seconds, time "
	"(seconds since 1970, 0: none).";

/* ---- problems ---- */

struct problem_kind {
	unsigned status;
	const char *component;
	const char *meaning;
};

static const struct problem_kind problems[] = {
	{400, "BadRequest", "The detail says what was wrong, and what was expected."},
	{401, "Unauthorized", "The token is missing, or another one."},
	{404, "NotFound", "What the path or `at` names is not there."},
	{500, "InternalServerError", "The server could not do it; its log says why."},
	{503, "ServiceUnavailable", "Too busy, or not ready yet: try again later."},
	{0, "Problem", "Any other problem."},
};

static void append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		abort();
}

/* {"<key>": value} */
static json_t *only(const char *key, json_t *value)
{
	json_t *object = json_object();

	json_put(object, key, value);
	return object;
}

static json_t *reference(const char *prefix, const char *name)
{
	return only("$ref", json_sprintf("%s%s", prefix, name));
}

/* Without the type's parameters: "text/plain" of "text/plain; charset=utf-8". */
static json_t *content_of(const char *type, json_t *schema)
{
	json_t *name = json_stringn(type, strcspn(type, ";"));
	json_t *content = only(json_string_value(name), only("schema", schema));

	json_decref(name);
	return content;
}

static json_t *problem_schema(void)
{
	static const struct schema_member members[] = {
		SCHEMA_MEMBER("type", TEXT, "about:blank: the status says what it is"),
		SCHEMA_MEMBER("title", TEXT, "the status in words"),
		SCHEMA_MEMBER("detail", TEXT, "what was wrong, and what to do"),
		SCHEMA_MEMBER("instance", TEXT, "the request's path"),
	};
	static const struct schema_member reasons[] = {
		SCHEMA_MEMBER("reason", TEXT, "for programs: \"lagging\", ..."),
		SCHEMA_MEMBER("detail", TEXT, "the same in words"),
	};
	json_t *schema = schema_object(SCHEMA_MEMBERS(members));
	json_t *status = schema_value(SCHEMA_COUNT);

	json_put(status, "minimum", json_integer(400));
	json_put(status, "maximum", json_integer(599));
	schema_put(schema, "status", status, true);
	schema_put(schema, "reasons",
		   schema_described(schema_list_of(schema_object(SCHEMA_MEMBERS(reasons))),
				    "of /healthz and /readyz: all of them"),
		   false);
	return schema_described(schema, "What went wrong (RFC 9457).");
}

static json_t *responses_of_all(void)
{
	json_t *responses = only(
		"NotModified",
		only("description", json_string("The answer is still the one of If-None-Match.")));

	for (size_t i = 0; i < sizeof(problems) / sizeof(problems[0]); i++) {
		json_t *response = only("description", json_string(problems[i].meaning));

		json_put(response, "content", content_of(PROBLEM_TYPE, schema_ref("Problem")));
		json_put(responses, problems[i].component, response);
	}
	return responses;
}

static json_t *headers_of_all(void)
{
	static const struct {
		const char *name;
		const char *meaning;
	} headers[] = {
		{"ETag", "of this answer, for If-None-Match"},
		{"Cache-Control", "how long the answer may be kept; immutable: for ever"},
	};
	json_t *all = json_object();

	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
		json_t *header = only("description", json_string(headers[i].meaning));

		json_put(header, "schema", schema_value(SCHEMA_TEXT));
		json_put(all, headers[i].name, header);
	}
	return all;
}

/* ---- a route ---- */

static json_t *body_of(const struct config *config, const struct route *route)
{
	return content_of(route->content_type ? route->content_type : "application/json",
			  route->schema ? route->schema(config) : schema_value(SCHEMA_TEXT));
}

static json_t *answer_of(const struct config *config, const struct route *route)
{
	json_t *response = only("description", json_string(route->summary));
	json_t *headers = json_object();

	json_put(headers, "Cache-Control", reference(HEADERS, "Cache-Control"));
	if (route->answer)
		json_put(headers, "ETag", reference(HEADERS, "ETag"));
	json_put(response, "headers", headers);
	json_put(response, "content", body_of(config, route));
	return response;
}

static bool may_be(const struct config *config, const struct route *route, unsigned status)
{
	if (status == 401)
		return config->serve.token && !route->is_open;
	if (status == 404)
		return route->needs != NEEDS_NOTHING || strchr(route->path, '{');
	return true;
}

/* A route that replies by itself with a document says what is wrong by that, too. */
static json_t *problem_of(const struct config *config, const struct route *route,
			  const struct problem_kind *problem)
{
	json_t *response;

	if (problem->status != 503 || !route->reply || !route->schema || route->content_type)
		return reference(RESPONSES, problem->component);
	response = only("description", json_string(route->summary));
	json_put(response, "content", body_of(config, route));
	json_put(json_object_get(response, "content"), PROBLEM_TYPE,
		 only("schema", schema_ref("Problem")));
	return response;
}

static json_t *responses_of(const struct config *config, const struct route *route)
{
	json_t *responses = only("200", answer_of(config, route));

	if (route->answer)
		json_put(responses, "304", reference(RESPONSES, "NotModified"));
	for (size_t i = 0; i < sizeof(problems) / sizeof(problems[0]); i++) {
		const struct problem_kind *problem = &problems[i];
		json_t *key = problem->status ? json_sprintf("%u", problem->status)
					      : json_string("default");

		if (may_be(config, route, problem->status))
			json_put(responses, json_string_value(key),
				 problem_of(config, route, problem));
		json_decref(key);
	}
	return responses;
}

static bool is_in_path(const struct route *route, const char *name)
{
	const char *at = route->path;
	size_t length = strlen(name);

	while ((at = strchr(at, '{'))) {
		at++;
		if (strncmp(at, name, length) == 0 && at[length] == '}')
			return true;
	}
	return false;
}

static json_t *operation_of(const struct config *config, const struct route *route)
{
	json_t *operation = json_object();
	json_t *parameters = json_array();

	json_put(operation, "operationId", json_string(route->id));
	json_put(operation, "summary", json_string(route->summary));
	if (route->freshness == FRESH_AS_OF)
		json_put(operation, "description",
			 json_string("As of a finalized block the answer never changes."));
	for (size_t i = 0; route->params && route->params[i]; i++)
		append(parameters, openapi_parameter(config, route->params[i],
						     is_in_path(route, route->params[i]->name)));
	json_put(operation, "parameters", parameters);
	json_put(operation, "responses", responses_of(config, route));
	if (config->serve.token && route->is_open)
		json_put(operation, "security", json_array());
	return operation;
}

/* ---- the document ---- */

static json_t *paths_of(const struct config *config, const struct route_table *const *tables,
			size_t table_count)
{
	json_t *paths = json_object();

	for (size_t t = 0; t < table_count; t++)
		for (size_t i = 0; i < tables[t]->count; i++) {
			const struct route *route = &tables[t]->routes[i];

			if (route->id)
				json_put(paths, route->path,
					 only("get", operation_of(config, route)));
		}
	return paths;
}

static json_t *components_of(const struct config *config)
{
	json_t *components = json_object();
	json_t *schemas = schema_components(config);

	schema_component(schemas, "Problem", problem_schema());
	json_put(components, "schemas", schemas);
	json_put(components, "responses", responses_of_all());
	json_put(components, "headers", headers_of_all());
	if (config->serve.token)
		json_put(components, "securitySchemes",
			 json_pack("{s:{s:s, s:s}}", "token", "type", "http", "scheme", "bearer"));
	return components;
}

json_t *openapi_document(const struct config *config, const struct route_table *const *tables,
			 size_t table_count)
{
	json_t *document = json_object();

	json_put(document, "openapi", json_string("3.1.0"));
	json_put(document, "info",
		 json_pack("{s:s, s:s, s:s, s:s}", "title", "covermirror", "version",
			   COVERMIRROR_VERSION, "summary",
			   "An exact mirror of coverage pools on an EVM chain.", "description",
			   about));
	json_put(document, "jsonSchemaDialect",
		 json_string("https://json-schema.org/draft/2020-12/schema"));
	json_put(document, "servers", json_pack("[{s:s}]", "url", "/"));
	json_put(document, "paths", paths_of(config, tables, table_count));
	json_put(document, "components", components_of(config));
	if (config->serve.token)
		json_put(document, "security", json_pack("[{s:[]}]", "token"));
	return document;
}

/* ---- /openapi.json ---- */

static json_t *get_document(const struct request *request, struct error *err)
{
	(void)err;
	return openapi_document(request->config, route_tables, route_table_count);
}

static json_t *schema_of_itself(const struct config *config)
{
	(void)config;
	return json_pack("{s:s, s:s}", "type", "object", "description", "OpenAPI 3.1");
}

static const struct route routes[] = {{.path = "/openapi.json",
				       .id = "getOpenapi",
				       .summary = "this document",
				       .freshness = FRESH_STATIC,
				       .answer = get_document,
				       .schema = schema_of_itself}};

const struct route_table openapi_routes = {routes, sizeof(routes) / sizeof(routes[0])};
