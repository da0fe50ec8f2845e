/* What all documents share, and status. */
#include "serve/answer/answer.h"
#include "serve/answer/schema_make.h"

static const struct schema_member at_members[] = {
	SCHEMA_MEMBER("block", COUNT, "the block that the answer is as of"),
	SCHEMA_MEMBER("hash", HASH, "its hash; null: the mirror has no header of it",
		      .is_nullable = true),
	SCHEMA_MEMBER("timestamp", COUNT, "its time, seconds since 1970; null likewise",
		      .is_nullable = true),
};

static const struct schema_member block_members[] = {
	SCHEMA_MEMBER("number", COUNT, NULL),
	SCHEMA_MEMBER("hash", HASH, NULL),
	SCHEMA_MEMBER("timestamp", COUNT, "seconds since 1970"),
};

static const struct schema_member asset_members[] = {
	SCHEMA_MEMBER("address", ADDRESS, "the ERC-20"),
	SCHEMA_MEMBER("symbol", TEXT, "\"?\": it does not tell one"),
	SCHEMA_MEMBER("decimals", COUNT, "10^decimals base units are one"),
};

static const struct schema_member checks_members[] = {
	SCHEMA_MEMBER("passed", COUNT, "comparisons that held"),
	SCHEMA_MEMBER("failed", COUNT, "comparisons that did not"),
};

static json_t *trace_figure(void)
{
	static const struct schema_member members[] = {
		SCHEMA_MEMBER("name", TEXT, NULL),
		SCHEMA_MEMBER("expression", TEXT, "in the inputs' names; // rounds down"),
	};
	static const struct schema_member value = {
		"value", SCHEMA_AMOUNT, "null: the contract would revert", .is_nullable = true};
	json_t *figure = schema_object(SCHEMA_MEMBERS(members));
	json_t *inputs = json_object();

	json_put(inputs, "type", json_string("object"));
	json_put(inputs, "additionalProperties", schema_value(SCHEMA_AMOUNT));
	schema_put(figure, "inputs", inputs, true);
	schema_add(figure, &value);
	return figure;
}

void schema_add_common(json_t *components, const struct config *config)
{
	schema_component(components, "At", schema_object(SCHEMA_MEMBERS(at_members)));
	schema_component(components, "Block", schema_object(SCHEMA_MEMBERS(block_members)));
	schema_component(components, "Asset", schema_object(SCHEMA_MEMBERS(asset_members)));
	schema_component(components, "Checks", schema_object(SCHEMA_MEMBERS(checks_members)));
	schema_component(components, "TraceFigure",
			 schema_described(trace_figure(),
					  "One step of a formula: what it is, what went in, what "
					  "came out."));
	schema_component(components, "PoolName", schema_pool_names(config, NULL));
}

/* ---- status ---- */

static const struct schema_member node_members[] = {
	SCHEMA_MEMBER("node", TEXT, "scheme, host and port, or the recorded chain's file"),
	SCHEMA_MEMBER("head", COUNT, "the newest block that it told of", .is_nullable = true),
	SCHEMA_MEMBER("latency_ms", COUNT, "of a request, a moving average"),
	SCHEMA_MEMBER("answers", COUNT, "requests that were answered"),
	SCHEMA_MEMBER("troubles", COUNT, "requests that failed"),
	SCHEMA_MEMBER("rate_limited", COUNT, "requests that were refused as too many"),
	SCHEMA_MEMBER("hedges", COUNT, "questions that went to another node, this one being slow"),
	SCHEMA_MEMBER("lies", COUNT, "answers that failed their proof"),
	SCHEMA_MEMBER("omissions", COUNT, "logs that it left out"),
	SCHEMA_MEMBER("quarantined", FLAG, "it lied, and is left alone for a while"),
	SCHEMA_MEMBER("paused_ms", COUNT,
		      "how long it is left alone for its troubles; 0: it is asked"),
};

static const struct schema_member writer_members[] = {
	SCHEMA_MEMBER("pid", COUNT, NULL),
	SCHEMA_MEMBER("since", COUNT, "seconds since 1970"),
};

static const struct schema_member node_head_members[] = {
	SCHEMA_MEMBER("number", COUNT, NULL),
	SCHEMA_MEMBER("hash", HASH, NULL),
	SCHEMA_MEMBER("timestamp", COUNT, "seconds since 1970"),
	SCHEMA_MEMBER("seen", COUNT, "when the node told it, seconds since 1970"),
};

static const struct schema_member lag_members[] = {
	SCHEMA_MEMBER("blocks", COUNT, "from the mirror's newest block to the node's head"),
	SCHEMA_MEMBER("seconds", COUNT, "the same by the blocks' timestamps"),
};

static const struct schema_member rate_members[] = {
	SCHEMA_MEMBER("seconds", COUNT, "up to a minute"),
	SCHEMA_MEMBER("blocks", COUNT, "applied in these seconds"),
	SCHEMA_MEMBER("events", COUNT, "applied in these seconds"),
	SCHEMA_MEMBER("blocks_per_s", RATE, NULL),
	SCHEMA_MEMBER("events_per_s", RATE, NULL),
};

static const struct schema_member reorg_members[] = {
	SCHEMA_MEMBER("number", COUNT, "which one, from 1"),
	SCHEMA_MEMBER("fork", REF, "the newest block that was kept; null: there was none below",
		      .of = "Block", .is_nullable = true),
	SCHEMA_MEMBER("old", REF, "the newest block that was dropped", .of = "Block"),
	SCHEMA_MEMBER("head", REF, "the node's head when it was noticed", .of = "Block"),
	SCHEMA_MEMBER("depth", COUNT, "from fork to old"),
	SCHEMA_MEMBER("dropped", COUNT, "blocks of the mirror that were dropped"),
	SCHEMA_MEMBER("withdrawn", COUNT, "findings that went with them"),
};

static const struct schema_member reorgs_members[] = {
	SCHEMA_MEMBER("count", COUNT, "of all times"),
	SCHEMA_MEMBER("items", LIST_OF, "the last of them, newest first", .of = "Reorg"),
};

static const struct schema_member alert_members[] = {
	SCHEMA_MEMBER("alert", TEXT, "its place in the configuration, and where it leads to"),
	SCHEMA_MEMBER("waiting", COUNT, "findings of which it is still to be told"),
	SCHEMA_MEMBER("waiting_since", COUNT, "the first of them, seconds since 1970; null: none",
		      .is_nullable = true),
	SCHEMA_MEMBER("told", COUNT, "messages, with this mirror, ever"),
	SCHEMA_MEMBER("failed", COUNT, "attempts, with this mirror, ever"),
	SCHEMA_MEMBER("last_told", COUNT, "seconds since 1970; null: never", .is_nullable = true),
	SCHEMA_MEMBER("last_failed", COUNT, "seconds since 1970; null: never", .is_nullable = true),
	SCHEMA_MEMBER("trouble", TEXT, "what failed last; null: it was told something since",
		      .is_nullable = true),
};

static const struct schema_member open_members[] = {
	SCHEMA_MEMBER("error", COUNT, NULL),
	SCHEMA_MEMBER("warning", COUNT, NULL),
	SCHEMA_MEMBER("info", COUNT, NULL),
};

static const struct schema_member status_members[] = {
	SCHEMA_MEMBER("chain_id", COUNT, NULL),
	SCHEMA_MEMBER("at", REF, "null: no block yet", .of = "At", .is_nullable = true),
	SCHEMA_MEMBER("head", REF, "the node's head when `indexed` was applied; null: no block yet",
		      .of = "Block", .is_nullable = true),
	SCHEMA_MEMBER("indexed", REF, "the mirror's block; null: none yet", .of = "Block",
		      .is_nullable = true),
	SCHEMA_MEMBER("finalized", COUNT, "block number; null: the node knows none",
		      .is_nullable = true),
	SCHEMA_MEMBER("proved", LIST_OF, "which blocks are proved how far, oldest first",
		      .of = "ProvedRange"),
	SCHEMA_MEMBER("reason", TEXT, "why the state is degraded", .is_nullable = true),
	SCHEMA_MEMBER("nodes", LIST_OF, NULL, .of = "Node"),
	SCHEMA_MEMBER("daemon", REF, "the process that writes in the mirror; null: none",
		      .of = "Writer", .is_nullable = true),
	SCHEMA_MEMBER("node_head", REF, "the node's head as told last; null: nobody asked yet",
		      .of = "NodeHead", .is_nullable = true),
	SCHEMA_MEMBER("lag", REF, "null: there is no node_head, or no block", .of = "Lag",
		      .is_nullable = true),
	SCHEMA_MEMBER("rate", REF, "how fast blocks are applied; null: nobody writes", .of = "Rate",
		      .is_nullable = true),
	SCHEMA_MEMBER("reorgs", REF, NULL, .of = "Reorgs"),
	SCHEMA_MEMBER("alerts", LIST_OF, "who is told of findings, and how that goes",
		      .of = "Alert"),
	SCHEMA_MEMBER("events", COUNT, "up to the block"),
	SCHEMA_MEMBER("checks", REF, "up to the block", .of = "Checks"),
	SCHEMA_MEMBER("findings", REF, "open as of the block", .of = "OpenFindings"),
	SCHEMA_MEMBER("digest", HASH, "of every row of the mirror, after the block"),
	SCHEMA_MEMBER("store_bytes", COUNT, "of now"),
};

static json_t *proved_range(void)
{
	static const struct schema_member members[] = {
		SCHEMA_MEMBER("from", COUNT, "first block"),
		SCHEMA_MEMBER("to", COUNT, "last block"),
		SCHEMA_MEMBER("blocks", COUNT, "of the mirror in this range: these are proved"),
	};
	const char *levels[] = {proof_level_name(PROOF_HEADER), proof_level_name(PROOF_RECEIPTS),
				proof_level_name(PROOF_TRANSACTIONS)};
	json_t *range = schema_object(SCHEMA_MEMBERS(members));

	schema_put(range, "level",
		   schema_described(schema_enum(levels, sizeof(levels) / sizeof(levels[0])),
				    "what follows from the block's hash"),
		   true);
	return range;
}

static json_t *alert(void)
{
	const char *kinds[ALERT_KINDS];
	json_t *object = schema_object(SCHEMA_MEMBERS(alert_members));

	for (size_t i = 0; i < ALERT_KINDS; i++)
		kinds[i] = alert_kind_name((enum alert_kind)i);
	schema_put(object, "kind", schema_enum(kinds, ALERT_KINDS), true);
	return object;
}

void schema_add_status(json_t *components)
{
	static const char *const states[] = {"ok", "degraded"};
	json_t *status = schema_object(SCHEMA_MEMBERS(status_members));
	json_t *truncated = schema_value(SCHEMA_FLAG);

	json_put(truncated, "const", json_true());
	schema_put(status, "proved_truncated",
		   schema_described(truncated, "there are more ranges; these are the newest"),
		   false);
	schema_put(status, "state", schema_enum(states, sizeof(states) / sizeof(states[0])), true);
	schema_component(components, "Alert", alert());
	schema_component(components, "ProvedRange", proved_range());
	schema_component(components, "Node", schema_object(SCHEMA_MEMBERS(node_members)));
	schema_component(components, "Writer", schema_object(SCHEMA_MEMBERS(writer_members)));
	schema_component(components, "NodeHead", schema_object(SCHEMA_MEMBERS(node_head_members)));
	schema_component(components, "Lag", schema_object(SCHEMA_MEMBERS(lag_members)));
	schema_component(components, "Rate", schema_object(SCHEMA_MEMBERS(rate_members)));
	schema_component(components, "Reorg", schema_object(SCHEMA_MEMBERS(reorg_members)));
	schema_component(components, "Reorgs", schema_object(SCHEMA_MEMBERS(reorgs_members)));
	schema_component(components, "OpenFindings", schema_object(SCHEMA_MEMBERS(open_members)));
	schema_component(components, "Status", status);
}
