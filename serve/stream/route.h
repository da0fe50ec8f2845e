/* route.h - /v1/stream. */
#ifndef SERVE_STREAM_ROUTE_H
#define SERVE_STREAM_ROUTE_H

#include "serve/http/route.h"

extern const struct route_table stream_routes;

#endif
