#include "serve/answer/schema.h"

#include "serve/answer/schema_make.h"

json_t *schema_components(const struct config *config)
{
	json_t *components = json_object();

	schema_add_common(components, config);
	schema_add_status(components);
	schema_add_pools(components, config);
	schema_add_accounts(components, config);
	schema_add_items(components, config);
	schema_add_payouts(components, config);
	schema_add_events(components, config);
	schema_add_explained(components, config);
	schema_add_findings(components);
	schema_add_cover(components, config);
	schema_add_protocols(components, config);
	schema_add_stream(components, config);
	schema_add_evidence(components, config);
	return components;
}

#define DOCUMENT(function, component)                                                              \
	json_t *function(const struct config *config)                                              \
	{                                                                                          \
		(void)config;                                                                      \
		return schema_ref(component);                                                      \
	}

DOCUMENT(schema_status, "Status")
DOCUMENT(schema_pools, "PoolList")
DOCUMENT(schema_pool, "Pool")
DOCUMENT(schema_accounts, "AccountList")
DOCUMENT(schema_account, "AccountAt")
DOCUMENT(schema_account_history, "AccountHistory")
DOCUMENT(schema_holdings, "HoldingList")
DOCUMENT(schema_policies, "PolicyList")
DOCUMENT(schema_items, "ItemList")
DOCUMENT(schema_payouts, "PayoutList")
DOCUMENT(schema_quote, "Quote")
DOCUMENT(schema_events, "EventList")
DOCUMENT(schema_findings, "FindingList")
DOCUMENT(schema_explain, "Explanation")
DOCUMENT(schema_solvency, "SolvencyList")
DOCUMENT(schema_history, "History")
DOCUMENT(schema_protocols, "ProtocolList")
DOCUMENT(schema_evidence, "Evidence")
DOCUMENT(schema_stream, "StreamMessage")
