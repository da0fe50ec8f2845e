/*
 * match.h - which route a path is.
 */
#ifndef SERVE_HTTP_MATCH_H
#define SERVE_HTTP_MATCH_H

#include "serve/http/route.h"
#include "serve/http/target.h"

enum { PATH_PARAMS_MAX = 4 };

struct match {
	const struct route *route; /* NULL: no such path */
	/* The path's parts that stand where the route's has {…}, in its order. */
	const char *values[PATH_PARAMS_MAX];
	size_t value_count;
};

/* The route with the most parts spelled out wins. */
struct match route_match(const struct route_table *const *tables, size_t table_count,
			 const struct target *target);

/* How many {…} a route's path has. */
size_t route_path_params(const struct route *route);

#endif
