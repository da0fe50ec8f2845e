#include "serve/http/api.h"
#include "serve/http/openapi.h"

const struct route_table *const route_tables[] = {
	&api_pool_routes,
	&api_event_routes,
	&openapi_routes,
};

const size_t route_table_count = sizeof(route_tables) / sizeof(route_tables[0]);
