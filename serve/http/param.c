#include "serve/http/param.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"

enum { QUOTED_MAX = 80 };

static size_t rule_count(const struct route *route)
{
	size_t count = 0;

	while (route->params && route->params[count])
		count++;
	assert(count <= PARAMS_MAX);
	return count;
}

const struct param *request_param(const struct request *request, const char *name)
{
	const struct param_rule *const *rules = request->route->params;

	for (size_t i = 0; rules && rules[i]; i++)
		if (strcmp(rules[i]->name, name) == 0)
			return &request->params[i];
	assert(!"the route has this parameter");
	return NULL;
}

/* ---- kinds ---- */

static enum status bad(const struct param_rule *rule, const char *text, const char *expected,
		       struct error *err)
{
	return error_set(err, ERR_USAGE, "%s=%.*s%s: expected %s", rule->name, QUOTED_MAX, text,
			 strlen(text) > QUOTED_MAX ? "…" : "", expected);
}

static enum status read_count(struct param *param, const struct param_rule *rule, uint64_t min,
			      uint64_t max, struct error *err)
{
	char expected[80];
	u256 value;

	if (u256_parse(&value, param->text, strlen(param->text), NULL) == OK &&
	    u256_to_u64(&param->number, value) && param->number >= min && param->number <= max)
		return OK;
	(void)snprintf(expected, sizeof(expected), "a whole number from %" PRIu64 " to %" PRIu64,
		       min, max);
	return bad(rule, param->text, expected, err);
}

static enum status read_amount(struct param *param, const struct param_rule *rule,
			       struct error *err)
{
	if (u256_parse(&param->amount, param->text, strlen(param->text), NULL) == OK)
		return OK;
	return bad(rule, param->text, "a whole number of base units, of at most 256 bits", err);
}

static enum status read_address(struct param *param, const struct param_rule *rule,
				struct error *err)
{
	if (address_parse(&param->address, param->text, strlen(param->text), err) == OK)
		return OK;
	err->status = ERR_USAGE;
	return error_wrap(err, "%s=%.*s: expected an address", rule->name, QUOTED_MAX, param->text);
}

static enum status read_hash(struct param *param, const struct param_rule *rule, struct error *err)
{
	if (hash_parse(&param->hash, param->text, strlen(param->text), err) == OK)
		return OK;
	err->status = ERR_USAGE;
	return error_wrap(err, "%s=%.*s: expected a hash", rule->name, QUOTED_MAX, param->text);
}

static enum status read_choice(struct param *param, const struct param_rule *rule,
			       struct error *err)
{
	char expected[240] = "";
	size_t used = 0;

	for (size_t i = 0; rule->choices[i]; i++) {
		if (strcmp(rule->choices[i], param->text) == 0) {
			param->number = i;
			return OK;
		}
		if (used < sizeof(expected))
			used += (size_t)snprintf(expected + used, sizeof(expected) - used, "%s%s",
						 !i                     ? ""
						 : rule->choices[i + 1] ? ", "
									: " or ",
						 rule->choices[i]);
	}
	return bad(rule, param->text, expected, err);
}

static enum status read_flag(struct param *param, const struct param_rule *rule, struct error *err)
{
	param->flag = strcmp(param->text, "true") == 0;
	if (param->flag || strcmp(param->text, "false") == 0)
		return OK;
	return bad(rule, param->text, "true or false", err);
}

static enum status read_some(struct param *param, const struct param_rule *rule,
			     const char *expected, struct error *err)
{
	return *param->text ? OK : bad(rule, param->text, expected, err);
}

/* Where the configuration lies is not told to everybody. */
static enum status read_pool(struct request *request, const struct param *param, struct error *err)
{
	const struct config *config = request->config;
	struct nearest nearest = nearest_to(param->text);

	for (size_t i = 0; i < config->pool_count; i++) {
		const char *name = config->pools[i].setup.name;

		if (strcmp(name, param->text) == 0) {
			request->pool = &config->pools[i];
			return OK;
		}
		nearest_offer(&nearest, name);
	}
	if (nearest.name)
		return error_set(err, ERR_USAGE, "no pool \"%.*s\": did you mean \"%s\"?",
				 QUOTED_MAX, param->text, nearest.name);
	return error_set(err, ERR_USAGE, "no pool \"%.*s\": /v1/pools lists those that there are",
			 QUOTED_MAX, param->text);
}

static enum status read_param(struct request *request, struct param *param,
			      const struct param_rule *rule, uint64_t limit_max, struct error *err)
{
	uint64_t max = rule->max ? rule->max : INT64_MAX;

	switch (rule->kind) {
	case PARAM_COUNT:
		return read_count(param, rule, 0, max, err);
	case PARAM_LIMIT:
		return read_count(param, rule, 1, max < limit_max ? max : limit_max, err);
	case PARAM_AMOUNT:
		return read_amount(param, rule, err);
	case PARAM_ADDRESS:
		return read_address(param, rule, err);
	case PARAM_HASH:
		return read_hash(param, rule, err);
	case PARAM_CHOICE:
		return read_choice(param, rule, err);
	case PARAM_FLAG:
		return read_flag(param, rule, err);
	case PARAM_POOL:
		return read_pool(request, param, err);
	case PARAM_AT:
		return read_some(param, rule, "a number, a block hash, latest or finalized", err);
	case PARAM_CURSOR:
		return read_some(param, rule, "the \"next\" of the page before", err);
	case PARAM_FIELDS:
		return read_some(param, rule, "names with commas between", err);
	case PARAM_TEXT:
		break;
	}
	return OK;
}

/* ---- the whole ---- */

static enum status unknown(const struct route *route, size_t first, const char *name,
			   struct error *err)
{
	struct nearest nearest = nearest_to(name);
	char known[320] = "";
	size_t used = 0;

	for (size_t i = first; route->params && route->params[i]; i++) {
		nearest_offer(&nearest, route->params[i]->name);
		if (used < sizeof(known))
			used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
						 i > first ? ", " : "", route->params[i]->name);
	}
	if (!*known)
		return error_set(err, ERR_USAGE, "unknown parameter \"%.*s\": %s takes none",
				 QUOTED_MAX, name, route->path);
	if (nearest.name)
		return error_set(err, ERR_USAGE, "unknown parameter \"%.*s\": did you mean \"%s\"?",
				 QUOTED_MAX, name, nearest.name);
	return error_set(err, ERR_USAGE, "unknown parameter \"%.*s\": the known ones are %s",
			 QUOTED_MAX, name, known);
}

static enum status take_pair(struct request *request, size_t first, const struct target_pair *pair,
			     struct error *err)
{
	const struct param_rule *const *rules = request->route->params;

	for (size_t i = first; rules && rules[i]; i++) {
		if (strcmp(rules[i]->name, pair->name) != 0)
			continue;
		if (request->params[i].is_given)
			return error_set(err, ERR_USAGE, "parameter \"%s\" is given twice",
					 pair->name);
		request->params[i].is_given = true;
		request->params[i].text = pair->value;
		return OK;
	}
	return unknown(request->route, first, pair->name, err);
}

enum status params_read(struct request *request, const struct match *match,
			const struct target *target, uint64_t limit_max, struct error *err)
{
	const struct param_rule *const *rules = match->route->params;
	size_t count = rule_count(match->route);
	enum status st = OK;

	assert(match->value_count <= count);
	for (size_t i = 0; i < count; i++) {
		bool is_in_path = i < match->value_count;

		request->params[i] = (struct param){.is_given = is_in_path,
						    .text = is_in_path ? match->values[i] : ""};
	}
	for (size_t i = 0; st == OK && i < target->pair_count; i++)
		st = take_pair(request, match->value_count, &target->pairs[i], err);
	for (size_t i = 0; st == OK && i < count; i++) {
		struct param *param = &request->params[i];

		if (param->is_given) {
			st = read_param(request, param, rules[i], limit_max, err);
			/* What the path names is not there. */
			if (st == ERR_USAGE && rules[i]->kind == PARAM_POOL &&
			    i < match->value_count)
				err->status = st = ERR_NOTFOUND;
		} else if (rules[i]->is_required) {
			st = error_set(err, ERR_USAGE, "parameter \"%s\" is missing: %s",
				       rules[i]->name, rules[i]->meaning);
		} else if (rules[i]->kind == PARAM_COUNT) {
			param->number = rules[i]->fallback;
		} else if (rules[i]->kind == PARAM_LIMIT) {
			param->number =
				rules[i]->fallback < limit_max ? rules[i]->fallback : limit_max;
		}
	}
	return st;
}
