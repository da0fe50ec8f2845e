/* endpoints.h - the configured endpoints, opened as one source. */
#ifndef INDEXER_ENDPOINTS_H
#define INDEXER_ENDPOINTS_H

#include "indexer/config.h"

/*
 * Opens every configured endpoint and checks that it is on the configured chain and not syncing
 * itself; several become one source (source_several.h), of which one that does not answer yet may
 * be asked later. ERR_DENIED: an endpoint of another chain; ERR_AGAIN: none is there. Endpoint i is
 * witness i of `witnesses` (NULL: nobody keeps a record). `pulse` beats while answers are waited
 * for (NULL: nobody's). `config`, `witnesses`, `pulse` and `logger` must outlive the source.
 */
enum status endpoints_open(struct source **out, const struct config *config,
			   struct witnesses *witnesses, struct pulse *pulse,
			   const struct logger *logger, struct error *err) MUST_CHECK;

#endif
