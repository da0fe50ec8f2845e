/*
 * schema.h - what the documents of answer.h look like: JSON Schema (2020-12), for /openapi.json.
 *
 * Made from the descriptions that make the documents themselves: figure rules, item lists, events'
 * ABI, contract roles. They are of one configuration: only its pools and their protocols occur.
 * Everything that has a name is a component, "Api3Pool" say, which others refer to; the documents
 * of the same kind of each protocol are joined by "anyOf" under one name without it.
 *
 * A schema allows nothing that the answers do not have, and requires all that they always have;
 * only `fields` in a query leaves out what is required here.
 */
#ifndef SERVE_ANSWER_SCHEMA_H
#define SERVE_ANSWER_SCHEMA_H

#include <jansson.h>

#include "indexer/config.h"

/* What components are found under, in a document of OpenAPI. */
#define SCHEMA_COMPONENTS "#/components/schemas/"

/* Every component by its name; a new reference. */
json_t *schema_components(const struct config *config);

/* A reference to each document's component, as struct route wants it. New references. */
json_t *schema_status(const struct config *config);
json_t *schema_pools(const struct config *config);
json_t *schema_pool(const struct config *config);
json_t *schema_accounts(const struct config *config);
json_t *schema_account(const struct config *config);
json_t *schema_account_history(const struct config *config);
json_t *schema_holdings(const struct config *config);
json_t *schema_policies(const struct config *config); /* answer_items of the lists "policies" */
json_t *schema_items(const struct config *config);    /* answer_items of any list */
json_t *schema_payouts(const struct config *config);
json_t *schema_quote(const struct config *config);
json_t *schema_events(const struct config *config);
json_t *schema_findings(const struct config *config);
json_t *schema_explain(const struct config *config);
json_t *schema_solvency(const struct config *config);
json_t *schema_history(const struct config *config);
json_t *schema_protocols(const struct config *config);
json_t *schema_evidence(const struct config *config);
json_t *schema_stream(const struct config *config); /* of one message */

/* What may be asked for: names of lists, of events, ids of checks, of the configured protocols.
 * New references. */
json_t *schema_list_names(const struct config *config);
json_t *schema_event_names(const struct config *config);
json_t *schema_check_ids(const struct config *config);

#endif
