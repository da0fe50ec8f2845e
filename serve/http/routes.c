#include "serve/metrics/routes.h"
#include "serve/http/api.h"
#include "serve/http/openapi.h"
#include "serve/page/routes.h"
#include "serve/stream/route.h"

const struct route_table *const route_tables[] = {
	&api_pool_routes, &api_account_routes, &api_event_routes, &api_evidence_routes,
	&page_routes,     &openapi_routes,     &metrics_routes,   &stream_routes,
};

const size_t route_table_count = sizeof(route_tables) / sizeof(route_tables[0]);

size_t route_paths(const char **out, size_t max)
{
	size_t count = 0;

	for (size_t t = 0; t < route_table_count; t++)
		for (size_t i = 0; i < route_tables[t]->count && count < max; i++)
			out[count++] = route_tables[t]->routes[i].path;
	return count;
}

size_t route_index(const struct route *route)
{
	size_t before = 0;

	for (size_t t = 0; t < route_table_count; t++) {
		const struct route_table *table = route_tables[t];

		for (size_t i = 0; i < table->count; i++)
			if (route == &table->routes[i])
				return before + i;
		before += table->count;
	}
	return SIZE_MAX;
}
