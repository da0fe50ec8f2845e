/* render.c - the file as text, in its one order of members. */
#include <inttypes.h>

#include "abi/keccak.h"
#include "serve/answer/answer.h"
#include "serve/evidence/internal.h"

const char evidence_no_bodies[] = "not available: the source has pruned transaction bodies";

const char *anchor_kind_name(enum anchor_kind kind)
{
	switch (kind) {
	case ANCHOR_CHECKPOINT:
		return "checkpoint";
	case ANCHOR_FINALIZED:
		return "finalized";
	case ANCHOR_HEAD:
		return "head";
	}
	return "unknown";
}

/* ---- events ---- */

const char *evidence_signature(struct arena *arena, const struct abi_item *event)
{
	struct buffer text = buffer_in(arena);

	buffer_printf(&text, "event %s(", event->name);
	for (size_t i = 0; i < event->input_count; i++) {
		const struct abi_param *input = &event->inputs[i];

		buffer_printf(&text, "%s%s%s", i ? ", " : "", abi_type_format(arena, input->type),
			      input->is_indexed ? " indexed" : "");
		if (*input->name)
			buffer_printf(&text, " %s", input->name);
	}
	buffer_byte(&text, ')');
	return buffer_string(&text);
}

json_t *evidence_arguments(const struct abi_item *event, const struct abi_value *values,
			   struct arena *arena)
{
	json_t *arguments = json_object();

	for (size_t i = 0; i < event->input_count; i++)
		json_put(arguments, event->inputs[i].name, json_abi_value(&values[i], arena));
	return arguments;
}

/* ---- parts ---- */

static void put_about(struct text_out *out, const struct evidence *e)
{
	text_object(out, "about");
	text_number(out, "chain_id", e->chain_id);
	text_number(out, "block", e->block);
	text_hash(out, "block_hash", e->block_hash);
	text_hash(out, "transaction", e->transaction_hash);
	text_array(out, "log_indexes");
	for (size_t i = 0; i < e->log_count; i++)
		text_number(out, NULL, e->logs_before + e->logs[i].index);
	text_array_end(out);
	text_object_end(out);
}

static void put_header(struct text_out *out, const struct evidence *e)
{
	text_object(out, "header");
	text_hex(out, "encoding", e->header_encoding);
	text_hash(out, "hash", e->block_hash);
	text_number(out, "number", e->header.number);
	text_hash(out, "parent_hash", e->header.parent_hash);
	text_number(out, "timestamp", e->header.timestamp);
	text_hash(out, "state_root", e->header.state_root);
	text_hash(out, "transactions_root", e->header.transactions_root);
	text_hash(out, "receipts_root", e->header.receipts_root);
	text_object_end(out);
}

static void put_list(struct text_out *out, const char *name, const struct slice *list, size_t count)
{
	text_array(out, name);
	for (size_t i = 0; i < count; i++)
		text_hex(out, NULL, list[i]);
	text_array_end(out);
}

static void put_element(struct text_out *out, const struct evidence_element *element)
{
	text_number(out, "index", element->index);
	text_hex(out, "encoding", element->encoding);
	put_list(out, "proof", element->nodes, element->node_count);
}

static void put_receipt(struct text_out *out, const struct evidence *e)
{
	text_object(out, "receipt");
	put_element(out, &e->receipt_element);
	text_number(out, "type", e->receipt.type);
	if (e->receipt.has_post_state)
		text_null(out, "status");
	else
		text_number(out, "status", e->receipt.is_success);
	text_number(out, "cumulative_gas_used", e->receipt.cumulative_gas_used);
	text_number(out, "log_count", e->receipt.log_count);
	text_object_end(out);
}

static void put_transaction(struct text_out *out, const struct evidence *e)
{
	char digits[U256_DECIMAL_SIZE];

	if (!e->has_transaction) {
		text_null(out, "transaction");
		text_string(out, "transaction_missing", evidence_no_bodies);
		return;
	}
	text_object(out, "transaction");
	put_element(out, &e->transaction_element);
	text_hash(out, "hash", e->transaction_hash);
	text_address(out, "sender", e->sender);
	text_number(out, "type", e->transaction.type);
	if (e->transaction.has_chain_id)
		text_number(out, "chain_id", e->chain_id);
	else
		text_null(out, "chain_id");
	if (e->transaction.has_to)
		text_address(out, "to", e->transaction.to);
	else
		text_null(out, "to");
	text_number(out, "nonce", e->transaction.nonce);
	text_string(out, "value", u256_format(digits, e->transaction.value));
	text_object_end(out);
}

static void put_arguments(struct text_out *out, const struct evidence_log *log)
{
	text_array(out, "arguments");
	for (size_t i = 0; i < log->item.input_count; i++) {
		const struct abi_param *input = &log->item.inputs[i];

		text_object(out, NULL);
		text_string(out, "name", input->name);
		text_string(out, "type", abi_type_format(out->text.arena, input->type));
		text_raw(out, "indexed",
			 input->is_indexed ? slice_of("true", 4) : slice_of("false", 5));
		text_json(out, "value", json_abi_value(&log->values[i], out->text.arena));
		text_object_end(out);
	}
	text_array_end(out);
}

static void put_logs(struct text_out *out, const struct evidence *e)
{
	text_array(out, "logs");
	for (size_t i = 0; i < e->log_count; i++) {
		const struct evidence_log *log = &e->logs[i];

		text_object(out, NULL);
		text_number(out, "index_in_receipt", log->index);
		text_number(out, "log_index", e->logs_before + log->index);
		text_address(out, "contract", log->log->address);
		text_array(out, "topics");
		for (uint32_t k = 0; k < log->log->topic_count; k++)
			text_hash(out, NULL, log->log->topics[k]);
		text_array_end(out);
		text_hex(out, "data", log->log->data);
		text_string(out, "signature", log->signature);
		put_arguments(out, log);
		text_object_end(out);
	}
	text_array_end(out);
}

static void put_anchor(struct text_out *out, const struct evidence_anchor *anchor)
{
	text_object(out, "anchor");
	text_string(out, "kind", anchor_kind_name(anchor->kind));
	text_number(out, "number", anchor->number);
	text_hash(out, "hash", anchor->hash);
	if (anchor->has_headers)
		put_list(out, "headers", anchor->headers, anchor->header_count);
	else
		text_null(out, "headers");
	text_object_end(out);
}

struct slice evidence_render(const struct evidence *e, struct arena *arena)
{
	struct text_out out = text_begin(arena);
	struct hash seal;

	text_object(&out, NULL);
	text_string(&out, "format", "covermirror-evidence");
	text_number(&out, "version", EVIDENCE_VERSION);
	put_about(&out, e);
	put_header(&out, e);
	put_receipt(&out, e);
	put_transaction(&out, e);
	put_logs(&out, e);
	put_anchor(&out, &e->anchor);
	text_raw(&out, "claims", e->claims);
	/* Sealed is all before the seal's own line, with the newline that ends the line before. */
	buffer_text(&out.text, ",\n");
	seal = keccak256(out.text.data, out.text.size);
	buffer_text(&out.text, " \"seal\": \"");
	buffer_text(&out.text, hash_format((char[HEX_SIZE(HASH_BYTES)]){0}, seal));
	buffer_text(&out.text, "\"\n}\n");
	return buffer_slice(&out.text);
}
