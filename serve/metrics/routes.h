/*
 * routes.h - /metrics, /healthz and /readyz.
 */
#ifndef SERVE_METRICS_ROUTES_H
#define SERVE_METRICS_ROUTES_H

#include "serve/http/route.h"

extern const struct route_table metrics_routes;

#endif
