/* Evidence files, as evidence_render writes them (docs/evidence.md). */
#include "serve/answer/answer.h"
#include "serve/answer/schema_make.h"

static const struct schema_member about_members[] = {
	SCHEMA_MEMBER("chain_id", COUNT, NULL),
	SCHEMA_MEMBER("block", COUNT, NULL),
	SCHEMA_MEMBER("block_hash", HASH, NULL),
	SCHEMA_MEMBER("transaction", HASH, NULL),
	SCHEMA_MEMBER("log_indexes", COUNTS, "of the events, within the block"),
};

static const struct schema_member header_members[] = {
	SCHEMA_MEMBER("encoding", BYTES, "as consensus encodes it: its keccak256 is the hash"),
	SCHEMA_MEMBER("hash", HASH, NULL),
	SCHEMA_MEMBER("number", COUNT, NULL),
	SCHEMA_MEMBER("parent_hash", HASH, NULL),
	SCHEMA_MEMBER("timestamp", COUNT, "seconds since 1970"),
	SCHEMA_MEMBER("state_root", HASH, NULL),
	SCHEMA_MEMBER("transactions_root", HASH, NULL),
	SCHEMA_MEMBER("receipts_root", HASH, NULL),
};

static const struct schema_member receipt_members[] = {
	SCHEMA_MEMBER("index", COUNT, "in the block"),
	SCHEMA_MEMBER("encoding", BYTES, "with the type byte"),
	SCHEMA_MEMBER("proof", ALL_BYTES, "nodes of the trie, from the receipts root down"),
	SCHEMA_MEMBER("type", COUNT, NULL),
	SCHEMA_MEMBER("status", COUNT, "null: before Byzantium", .is_nullable = true),
	SCHEMA_MEMBER("cumulative_gas_used", COUNT, NULL),
	SCHEMA_MEMBER("log_count", COUNT, NULL),
};

static const struct schema_member transaction_members[] = {
	SCHEMA_MEMBER("index", COUNT, "in the block"),
	SCHEMA_MEMBER("encoding", BYTES, "its keccak256 is the hash"),
	SCHEMA_MEMBER("proof", ALL_BYTES, "nodes of the trie, from the transactions root down"),
	SCHEMA_MEMBER("hash", HASH, NULL),
	SCHEMA_MEMBER("sender", ADDRESS, "recovered from the signature"),
	SCHEMA_MEMBER("type", COUNT, NULL),
	SCHEMA_MEMBER("chain_id", COUNT, "null: signed for no chain", .is_nullable = true),
	SCHEMA_MEMBER("to", ADDRESS, "null: creates a contract", .is_nullable = true),
	SCHEMA_MEMBER("nonce", COUNT, NULL),
	SCHEMA_MEMBER("value", AMOUNT, "wei"),
};

static const struct schema_member log_members[] = {
	SCHEMA_MEMBER("index_in_receipt", COUNT, NULL),
	SCHEMA_MEMBER("log_index", COUNT, "within the block"),
	SCHEMA_MEMBER("contract", ADDRESS, NULL),
	SCHEMA_MEMBER("topics", ALL_BYTES, NULL),
	SCHEMA_MEMBER("data", BYTES, NULL),
	SCHEMA_MEMBER("signature", TEXT, "human-readable ABI"),
	SCHEMA_MEMBER("arguments", LIST_OF, NULL, .of = "EvidenceArgument"),
};

static const struct schema_member argument_members[] = {
	SCHEMA_MEMBER("name", TEXT, NULL),
	SCHEMA_MEMBER("type", TEXT, "Solidity's name of it"),
	SCHEMA_MEMBER("indexed", FLAG, NULL),
};

static const struct schema_member anchor_members[] = {
	SCHEMA_MEMBER("number", COUNT, NULL),
	SCHEMA_MEMBER("hash", HASH, NULL),
	SCHEMA_MEMBER("headers", ALL_BYTES, "from the block to the anchor; null: too far away",
		      .is_nullable = true),
};

static const struct schema_member mirror_members[] = {
	SCHEMA_MEMBER("digest", HASH, "of every row of the mirror, after the block"),
	SCHEMA_MEMBER("block", COUNT, NULL),
	SCHEMA_MEMBER("proof_level", TEXT, "how far the mirror had the block proved"),
};

static const struct schema_member claims_members[] = {
	SCHEMA_MEMBER("logs_before", COUNT, "logs of the block in the receipts before this one"),
	SCHEMA_MEMBER("program", TEXT, "which wrote it"),
	SCHEMA_MEMBER("mirror", REF, NULL, .of = "EvidenceMirror"),
	SCHEMA_MEMBER("pools", LIST_OF, "whose events these are", .of = "EvidencePool"),
	SCHEMA_MEMBER("explanation", REF, NULL, .of = "EvidenceExplanation"),
};

static const struct schema_member evidence_members[] = {
	SCHEMA_MEMBER("about", REF, NULL, .of = "EvidenceAbout"),
	SCHEMA_MEMBER("header", REF, NULL, .of = "EvidenceHeader"),
	SCHEMA_MEMBER("receipt", REF, NULL, .of = "EvidenceReceipt"),
	SCHEMA_MEMBER("transaction", REF, "null: the node has not kept it",
		      .of = "EvidenceTransaction", .is_nullable = true),
	SCHEMA_MEMBER("transaction_missing", TEXT, "why there is no transaction",
		      .is_optional = true),
	SCHEMA_MEMBER("logs", LIST_OF, NULL, .of = "EvidenceLog"),
	SCHEMA_MEMBER("anchor", REF, "another block, to compare hashes of", .of = "EvidenceAnchor"),
	SCHEMA_MEMBER("claims", REF, "what is not proved", .of = "EvidenceClaims"),
	SCHEMA_MEMBER("seal", HASH, "keccak256 of every byte before its line"),
};

static const struct schema_member explanation_members[] = {
	SCHEMA_MEMBER("transaction", HASH, NULL),
	SCHEMA_MEMBER("block", COUNT, NULL),
};

/* Any address, by what its pool's protocol calls it. */
static json_t *pool(const struct config *config)
{
	static const struct schema_member start =
		SCHEMA_MEMBER("start_block", COUNT, "where the mirror of the pool begins");
	json_t *schema = schema_object(&start, 1);
	json_t *contracts = json_object();

	json_put(contracts, "type", json_string("object"));
	json_put(contracts, "additionalProperties", schema_list_of(schema_value(SCHEMA_ADDRESS)));
	schema_put(schema, "name", schema_pool_names(config, NULL), true);
	schema_put(schema, "protocol", schema_protocol_names(config), true);
	schema_put(schema, "contracts", contracts, true);
	return schema;
}

static json_t *argument(void)
{
	json_t *schema = schema_object(SCHEMA_MEMBERS(argument_members));
	json_t *value = json_pack("{s:[s, s, s]}", "type", "string", "boolean", "array");

	schema_put(schema, "value", schema_described(value, "as events have it"), true);
	return schema;
}

static json_t *anchor(void)
{
	static const char *const kinds[] = {"checkpoint", "finalized", "head"};
	json_t *schema = schema_object(SCHEMA_MEMBERS(anchor_members));

	schema_put(schema, "kind", schema_enum(SCHEMA_MEMBERS(kinds)), true);
	return schema;
}

static json_t *explanation(void)
{
	json_t *schema = schema_object(SCHEMA_MEMBERS(explanation_members));

	schema_put(schema, "events", schema_list_of(schema_closed("ExplainedEvent")), true);
	return schema;
}

static json_t *evidence(void)
{
	json_t *schema = schema_object(SCHEMA_MEMBERS(evidence_members));
	json_t *version = schema_value(SCHEMA_COUNT);

	json_put(version, "const", json_integer(1));
	schema_put(schema, "format", schema_const("covermirror-evidence"), true);
	schema_put(schema, "version", version, true);
	return schema_described(schema,
				"Keep the bytes of the answer as they are: they are sealed.");
}

void schema_add_evidence(json_t *components, const struct config *config)
{
	static const struct {
		const char *name;
		const struct schema_member *members;
		size_t count;
	} parts[] = {
		{"EvidenceAbout", SCHEMA_MEMBERS(about_members)},
		{"EvidenceHeader", SCHEMA_MEMBERS(header_members)},
		{"EvidenceReceipt", SCHEMA_MEMBERS(receipt_members)},
		{"EvidenceTransaction", SCHEMA_MEMBERS(transaction_members)},
		{"EvidenceLog", SCHEMA_MEMBERS(log_members)},
		{"EvidenceMirror", SCHEMA_MEMBERS(mirror_members)},
		{"EvidenceClaims", SCHEMA_MEMBERS(claims_members)},
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		schema_component(components, parts[i].name,
				 schema_object(parts[i].members, parts[i].count));
	schema_component(components, "EvidenceArgument", argument());
	schema_component(components, "EvidenceAnchor", anchor());
	schema_component(components, "EvidencePool", pool(config));
	schema_component(components, "EvidenceExplanation", explanation());
	schema_component(components, "Evidence", evidence());
}
