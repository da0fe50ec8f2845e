/*
 * param.h - a request's parameters, checked by its route's rules.
 */
#ifndef SERVE_HTTP_PARAM_H
#define SERVE_HTTP_PARAM_H

#include "serve/http/match.h"

/*
 * Fills `request->params`, and `request->pool` where the route has a PARAM_POOL that was given.
 * ERR_USAGE names the parameter, what was expected and what to do: one that the route does not
 * take (and the nearest it does), one that is missing, stands twice, or is no such thing.
 * ERR_NOTFOUND: a pool in the path that is not configured.
 * `limit_max`: what the configuration allows for a PARAM_LIMIT.
 */
enum status params_read(struct request *request, const struct match *match,
			const struct target *target, uint64_t limit_max,
			struct error *err) MUST_CHECK;

#endif
