/*
 * A request's target of any bytes: what is taken has parts and pairs that are text, finds a route
 * or none, and its parameters are read or refused with words; other headers' parsers end, too.
 */
#include <stdlib.h>
#include <string.h>

#include "abi/utf8.h"
#include "serve/http/accept.h"
#include "serve/http/param.h"
#include "serve/http/tag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

static void must_be_text(const char *text)
{
	size_t size = strlen(text);

	must(utf8_valid_size(slice_of(text, size)) == size);
	for (size_t i = 0; i < size; i++)
		must((unsigned char)text[i] >= ' ' && text[i] != 0x7f);
}

static void check_target(const struct target *target)
{
	must(target->segment_count >= 1 && target->segment_count <= TARGET_SEGMENTS_MAX);
	must(target->pair_count <= TARGET_PAIRS_MAX);
	must(target->path[0] == '/');
	must_be_text(target->path);
	for (size_t i = 0; i < target->segment_count; i++)
		must_be_text(target->segments[i]);
	for (size_t i = 0; i < target->pair_count; i++) {
		must_be_text(target->pairs[i].name);
		must_be_text(target->pairs[i].value);
	}
}

static void check_params(const struct match *match, const struct target *target,
			 struct arena *arena)
{
	static struct pool pools[2] = {{.setup = {.name = "api3"}}, {.setup = {.name = "book"}}};
	static const struct config config = {.pools = pools, .pool_count = 2};
	struct request request = {.config = &config, .arena = arena, .route = match->route};
	struct error err = {.status = OK};
	enum status st = params_read(&request, match, target, 1000, &err);

	must(st == OK || st == ERR_USAGE || st == ERR_NOTFOUND);
	must(st == OK || (err.status == st && *err.message));
	for (size_t i = 0; st == OK && match->route->params && match->route->params[i]; i++) {
		const struct param_rule *rule = match->route->params[i];
		const struct param *param = &request.params[i];

		must(param->is_given || !rule->is_required);
		if (rule->kind == PARAM_LIMIT)
			must(param->number >= 1 && param->number <= 1000);
		if (rule->kind == PARAM_POOL && param->is_given)
			must(request.pool && strcmp(request.pool->setup.name, param->text) == 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct error err = {.status = OK};
	char *text = arena_string_n(arena, (const char *)data, size);
	struct target target;
	struct match match;

	(void)accepts_gzip(text);
	(void)tag_is_named(text, "\"0123\"");
	if (target_parse(&target, arena, (const char *)data, size, &err) == OK) {
		check_target(&target);
		match = route_match(route_tables, route_table_count, &target);
		if (match.route)
			check_params(&match, &target, arena);
	} else {
		must(err.status == ERR_USAGE && *err.message);
	}
	arena_free(arena);
	return 0;
}
