#include "serve/http/match.h"

#include <string.h>

static bool is_placeholder(const char *part)
{
	return *part == '{';
}

size_t route_path_params(const struct route *route)
{
	size_t count = 0;

	for (const char *c = route->path; *c; c++)
		count += is_placeholder(c);
	return count;
}

static bool matches(struct match *out, const struct route *route, const struct target *target)
{
	const char *part = route->path + 1;

	*out = (struct match){.route = route};
	for (size_t i = 0; i < target->segment_count; i++) {
		const char *segment = target->segments[i];
		size_t length = strcspn(part, "/");

		if (is_placeholder(part)) {
			if (!*segment || out->value_count == PATH_PARAMS_MAX)
				return false;
			out->values[out->value_count++] = segment;
		} else if (strlen(segment) != length || memcmp(part, segment, length) != 0) {
			return false;
		}
		if (i + 1 == target->segment_count)
			return !part[length];
		if (!part[length])
			return false;
		part += length + 1;
	}
	return false;
}

struct match route_match(const struct route_table *const *tables, size_t table_count,
			 const struct target *target)
{
	struct match best = {0};

	for (size_t t = 0; t < table_count; t++)
		for (size_t i = 0; i < tables[t]->count; i++) {
			struct match match;

			if (matches(&match, &tables[t]->routes[i], target) &&
			    (!best.route || match.value_count < best.value_count))
				best = match;
		}
	return best;
}
