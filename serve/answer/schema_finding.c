/* findings. */
#include "serve/answer/answer.h"
#include "serve/answer/schema_make.h"

static const struct schema_member finding_members[] = {
	SCHEMA_MEMBER("check", TEXT, "which one found it"),
	SCHEMA_MEMBER("pool", REF, NULL, .of = "PoolName"),
	SCHEMA_MEMBER("block", COUNT, "at which it was found"),
	SCHEMA_MEMBER("transaction", HASH, "null: no event is to blame", .is_nullable = true),
	SCHEMA_MEMBER("log_index", COUNT, "null: no event is to blame", .is_nullable = true),
	SCHEMA_MEMBER("subject", TEXT,
		      "account or item, and figure; \"\": the pool; \"node …\": a node"),
	SCHEMA_MEMBER("expected", TEXT, "a figure, an address, words, or \"not computable\""),
	SCHEMA_MEMBER("actual", TEXT, "likewise"),
	SCHEMA_MEMBER("difference", SIGNED, "actual - expected; null: they are not numbers",
		      .is_nullable = true),
	SCHEMA_MEMBER("trace", LIST_OF, "how the expected figure came about", .of = "TraceFigure",
		      .is_nullable = true),
	SCHEMA_MEMBER("first_seen", COUNT, "block"),
	SCHEMA_MEMBER("resolved_at", COUNT, "block; null: not resolved", .is_nullable = true),
	SCHEMA_MEMBER("withdrawn", REF,
		      "the block that it is about was dropped by a reorganisation",
		      .of = "Withdrawn", .is_optional = true),
};

static const struct schema_member withdrawn_members[] = {
	SCHEMA_MEMBER("reorg", COUNT, "which one, as status counts them"),
	SCHEMA_MEMBER("fork", COUNT, "the newest block that was kept"),
	SCHEMA_MEMBER("block_hash", HASH,
		      "of the abandoned block; null: the mirror had no record of it",
		      .is_nullable = true),
};

void schema_add_findings(json_t *components)
{
	static const char *const states[] = {"open", "resolved", "withdrawn"};
	const char *severities[] = {severity_name(SEVERITY_INFO), severity_name(SEVERITY_WARNING),
				    severity_name(SEVERITY_ERROR)};
	json_t *finding = schema_object(SCHEMA_MEMBERS(finding_members));
	json_t *id = schema_value(SCHEMA_TEXT);

	json_put(id, "pattern", json_string("^[0-9a-f]{32}$"));
	schema_put(finding, "id", schema_described(id, "stable"), true);
	schema_put(finding, "severity", schema_enum(SCHEMA_MEMBERS(severities)), true);
	schema_put(finding, "state", schema_enum(SCHEMA_MEMBERS(states)), true);
	schema_component(components, "Withdrawn", schema_object(SCHEMA_MEMBERS(withdrawn_members)));
	schema_component(components, "Finding", finding);
	schema_component(components, "FindingList", schema_page(schema_ref("Finding"), true));
}
