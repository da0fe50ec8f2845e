/* Parameters in the API's document: where they stand, what they may be, an example. */
#include <inttypes.h>
#include <stdlib.h>

#include "serve/answer/answer.h"
#include "serve/answer/schema_make.h"
#include "serve/http/openapi.h"

/* Numbers above it are not exact in every reader of JSON. */
static const uint64_t number_max = (UINT64_C(1) << 53) - 1;

static json_t *patterned(const char *pattern)
{
	json_t *schema = schema_value(SCHEMA_TEXT);

	json_put(schema, "pattern", json_string(pattern));
	return schema;
}

static json_t *at_least(uint64_t minimum)
{
	json_t *schema = schema_value(SCHEMA_COUNT);

	json_put(schema, "minimum", json_integer((json_int_t)minimum));
	return schema;
}

static void put_number(json_t *schema, const char *key, uint64_t number)
{
	if (number && number <= number_max)
		json_put(schema, key, json_integer((json_int_t)number));
}

static json_t *count_of(const struct param_rule *rule)
{
	json_t *schema = at_least(0);

	put_number(schema, "maximum", rule->max);
	put_number(schema, "default", rule->fallback);
	return schema;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static json_t *limit_of(const struct config *config, const struct param_rule *rule)
{
	uint64_t max =
		rule->max ? least(rule->max, config->serve.page_max) : config->serve.page_max;
	json_t *schema = at_least(1);

	put_number(schema, "maximum", max);
	put_number(schema, "default", least(rule->fallback, max));
	return schema;
}

static json_t *at(void)
{
	json_t *schema = json_object();
	json_t *either = json_array();

	if (json_array_append_new(either, at_least(0)) != 0 ||
	    json_array_append_new(either,
				  patterned("^(latest|finalized|[0-9]+|0x[0-9a-fA-F]{64})$")) != 0)
		abort();
	json_put(schema, "anyOf", either);
	json_put(schema, "default", json_string("latest"));
	return schema;
}

static json_t *choice_of(const struct param_rule *rule)
{
	size_t count = 0;

	while (rule->choices[count])
		count++;
	return schema_enum(rule->choices, count);
}

static json_t *some_text(void)
{
	json_t *schema = schema_value(SCHEMA_TEXT);

	json_put(schema, "minLength", json_integer(1));
	return schema;
}

static json_t *schema_of(const struct config *config, const struct param_rule *rule)
{
	if (rule->schema)
		return rule->schema(config);
	switch (rule->kind) {
	case PARAM_TEXT:
		return schema_value(SCHEMA_TEXT);
	case PARAM_COUNT:
		return count_of(rule);
	case PARAM_LIMIT:
		return limit_of(config, rule);
	case PARAM_AMOUNT:
		return patterned("^[0-9]+$");
	case PARAM_ADDRESS:
		return patterned("^0x[0-9a-fA-F]{40}$");
	case PARAM_HASH:
		return patterned("^0x[0-9a-fA-F]{64}$");
	case PARAM_CHOICE:
		return choice_of(rule);
	case PARAM_FLAG:
		return schema_value(SCHEMA_FLAG);
	case PARAM_AT:
		return at();
	case PARAM_POOL:
		return schema_ref("PoolName");
	case PARAM_CURSOR:
		return some_text();
	case PARAM_FIELDS:
		return patterned("^[^,]+(,[^,]+)*$");
	}
	abort();
}

/* One that fits the configuration; NULL where the schema says enough. */
static json_t *example_of(const struct config *config, const struct param_rule *rule)
{
	const struct pool *pool = &config->pools[0];

	switch (rule->kind) {
	case PARAM_COUNT:
		return json_integer((json_int_t)(rule->max ? least(rule->max, 4) : 4));
	case PARAM_LIMIT:
		return json_integer((json_int_t)least(10, config->serve.page_max));
	case PARAM_AMOUNT:
		return json_string("1000000000000000000000");
	case PARAM_ADDRESS:
		return json_address(pool_contract(pool, 0));
	case PARAM_HASH:
		return json_string(
			"0xc5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
	case PARAM_AT:
		return json_string("finalized");
	case PARAM_POOL:
		return json_string(pool->setup.name);
	case PARAM_FIELDS:
		return json_string("at");
	case PARAM_TEXT:
	case PARAM_CHOICE:
	case PARAM_FLAG:
	case PARAM_CURSOR:
		break;
	}
	return NULL;
}

json_t *openapi_parameter(const struct config *config, const struct param_rule *rule,
			  bool is_in_path)
{
	json_t *parameter = json_object();
	json_t *example = rule->schema ? NULL : example_of(config, rule);

	json_put(parameter, "name", json_string(rule->name));
	json_put(parameter, "in", json_string(is_in_path ? "path" : "query"));
	json_put(parameter, "required", json_boolean(is_in_path || rule->is_required));
	json_put(parameter, "description", json_string(rule->meaning));
	json_put(parameter, "schema", schema_of(config, rule));
	if (example)
		json_put(parameter, "example", example);
	return parameter;
}
