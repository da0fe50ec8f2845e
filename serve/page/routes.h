/*
 * routes.h - the page at /, the files that it asks for, and what it needs to know of protocols.
 *
 * The files hold nothing of the mirror, so they are answered without the token; what they show
 * comes from the API, which wants it.
 */
#ifndef SERVE_PAGE_ROUTES_H
#define SERVE_PAGE_ROUTES_H

#include "serve/http/route.h"

extern const struct route_table page_routes;

#endif
