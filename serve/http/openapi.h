/*
 * openapi.h - the document of the API itself: OpenAPI 3.1, from the route tables.
 */
#ifndef SERVE_HTTP_OPENAPI_H
#define SERVE_HTTP_OPENAPI_H

#include "serve/http/route.h"

/*
 * Every route that has an id, in the tables' order: its parameters, its answer (schema.h), and the
 * problems that may come instead. Of one configuration always the same text. A new reference.
 */
json_t *openapi_document(const struct config *config, const struct route_table *const *tables,
			 size_t table_count);

/* What a parameter is, by its rule: a parameter object. Those of the path come first. */
json_t *openapi_parameter(const struct config *config, const struct param_rule *rule,
			  bool is_in_path);

/* /openapi.json */
extern const struct route_table openapi_routes;

#endif
