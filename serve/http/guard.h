/*
 * guard.h - who may read.
 */
#ifndef SERVE_HTTP_GUARD_H
#define SERVE_HTTP_GUARD_H

#include "indexer/config.h"

/* Whether an Authorization header (NULL: there is none) carries the configured token, or none is
 * configured. How long it takes says nothing of the token. */
bool guard_admits(const struct config_serve *serve, const char *authorization);

/* What Access-Control-Allow-Origin has to say to a page of this origin (NULL: it named none); NULL:
 * nothing, it may not read. Of the configuration. */
const char *guard_origin(const struct config_serve *serve, const char *origin);

#endif
