/* verdict.c - what a file shows and what it only says, in words for people. */
#include <inttypes.h>
#include <stdlib.h>

#include "serve/answer/answer.h"
#include "serve/evidence/internal.h"

enum { LINES_BESIDE_LOGS = 12, VALUE_SHOWN_MAX = 200 };

struct judging {
	const struct evidence *e;
	struct evidence_verdict *out;
	struct arena *arena;
};

static void proved(struct judging *j, const char *part, const char *text)
{
	j->out->proved[j->out->proved_count++] = (struct evidence_line){part, text};
}

static void claimed(struct judging *j, const char *part, const char *text)
{
	j->out->claimed[j->out->claimed_count++] = (struct evidence_line){part, text};
}

static const char *show_hash(struct arena *arena, struct hash hash)
{
	return hex_string(arena, slice_of(hash.bytes, HASH_BYTES));
}

static const char *show_address(struct arena *arena, struct address address)
{
	return hex_string(arena, slice_of(address.bytes, ADDRESS_BYTES));
}

/* ---- proved ---- */

static void judge_header(struct judging *j)
{
	const struct evidence *e = j->e;

	proved(j, "header",
	       arena_printf(j->arena, "of block %" PRIu64 " with hash %s, timestamp %" PRIu64,
			    e->block, show_hash(j->arena, e->block_hash), e->header.timestamp));
}

static const char *outcome(const struct receipt *receipt)
{
	if (receipt->has_post_state)
		return "";
	return receipt->is_success ? ": the transaction succeeded" : ": the transaction failed";
}

static void judge_receipt(struct judging *j)
{
	const struct evidence *e = j->e;

	proved(j, "receipt",
	       arena_printf(j->arena, "receipt %" PRIu64 " of the block, with %zu logs%s",
			    e->receipt_element.index, e->receipt.log_count, outcome(&e->receipt)));
}

static void judge_transaction(struct judging *j)
{
	const struct evidence *e = j->e;
	const char *chain = "";

	if (!e->has_transaction) {
		claimed(j, "transaction",
			arena_printf(j->arena,
				     "its hash %s: the file has no transaction (%s), so neither "
				     "hash nor sender is proved",
				     show_hash(j->arena, e->transaction_hash), evidence_no_bodies));
		return;
	}
	if (e->transaction.has_chain_id)
		chain = arena_printf(j->arena, " for chain %" PRIu64, e->chain_id);
	proved(j, "transaction",
	       arena_printf(j->arena,
			    "transaction %" PRIu64 " of the block, hash %s, signed by %s%s",
			    e->transaction_element.index, show_hash(j->arena, e->transaction_hash),
			    show_address(j->arena, e->sender), chain));
}

static const char *show_arguments(const struct evidence_log *log, struct arena *arena)
{
	struct buffer text = buffer_in(arena);

	for (size_t i = 0; i < log->item.input_count; i++) {
		const char *name = log->item.inputs[i].name;

		buffer_printf(&text, "%s%s%s%.*s", i ? ", " : "", name, *name ? " = " : "",
			      VALUE_SHOWN_MAX,
			      text_compact(arena, json_abi_value(&log->values[i], arena)));
	}
	return buffer_string(&text);
}

static void judge_logs(struct judging *j)
{
	for (size_t i = 0; i < j->e->log_count; i++) {
		const struct evidence_log *log = &j->e->logs[i];

		proved(j, "log",
		       arena_printf(j->arena,
				    "log %" PRIu64 " of the receipt, of contract %s: %s: %s",
				    log->index, show_address(j->arena, log->log->address),
				    abi_item_signature(j->arena, &log->item),
				    show_arguments(log, j->arena)));
	}
}

static void judge_anchor(struct judging *j)
{
	const struct evidence *e = j->e;
	const struct evidence_anchor *anchor = &e->anchor;
	const char *hash = show_hash(j->arena, anchor->hash);

	if (!anchor->has_headers)
		claimed(j, "anchor",
			arena_printf(j->arena,
				     "that the block is on one chain with block %" PRIu64
				     " (%s), hash %s: too far away for its headers to be here",
				     anchor->number, anchor_kind_name(anchor->kind), hash));
	else if (anchor->number == e->block)
		proved(j, "anchor", "the block itself");
	else
		proved(j, "anchor",
		       arena_printf(j->arena,
				    "the block is %s block %" PRIu64
				    " with hash %s, by %zu headers each of which names the hash of "
				    "the one before",
				    anchor->number > e->block ? "an ancestor of"
							      : "a descendant of",
				    anchor->number, hash, anchor->header_count));
	claimed(j, "anchor",
		arena_printf(j->arena,
			     "that block %" PRIu64 " is %s, and so that any block here is part of "
			     "chain %" PRIu64,
			     anchor->number,
			     anchor->kind == ANCHOR_CHECKPOINT  ? "the checkpoint of its maker"
			     : anchor->kind == ANCHOR_FINALIZED ? "finalized"
								: "the head or was it",
			     e->chain_id));
}

/* ---- claimed ---- */

static void judge_claims(struct judging *j)
{
	const struct evidence *e = j->e;

	if (!e->has_transaction || !e->transaction.has_chain_id)
		claimed(j, "chain",
			arena_printf(j->arena,
				     "chain id %" PRIu64
				     ": no signature here is for one chain only",
				     e->chain_id));
	if (e->receipt_element.index)
		claimed(j, "log index",
			arena_printf(j->arena,
				     "that %" PRIu64 " logs of the block stand before the "
				     "receipt's first, and so the log indexes within the block",
				     e->logs_before));
	claimed(j, "signature",
		"the names of arguments and which of them are indexed; the event's name and types "
		"are proved by topic 0");
	claimed(j, "pool", "that these contracts are the pool's, and the pool's configuration");
	claimed(j, "explanation",
		"formulas, figures, postings, and what a payout cost the accounts");
	claimed(j, "mirror", "its digest, and the program that made the file");
}

void evidence_judge(struct evidence_verdict *out, struct arena *arena, const struct evidence *e)
{
	struct judging j = {.e = e, .out = out, .arena = arena};
	bool is_linked = e->anchor.has_headers && e->anchor.number != e->block;

	out->chain_id = e->chain_id;
	out->block = e->block;
	out->block_hash = e->block_hash;
	out->transaction = e->transaction_hash;
	out->proved = arena_array(arena, e->log_count + LINES_BESIDE_LOGS, sizeof(*out->proved));
	out->claimed = arena_array(arena, LINES_BESIDE_LOGS, sizeof(*out->claimed));
	judge_header(&j);
	judge_receipt(&j);
	judge_transaction(&j);
	judge_logs(&j);
	judge_anchor(&j);
	judge_claims(&j);
	out->advice = arena_printf(
		arena,
		"What is proved is as true as the hash of block %" PRIu64
		"%s: compare it with a node or explorer that you trust.",
		e->block,
		is_linked ? arena_printf(arena, " (or of block %" PRIu64 ", the anchor)",
					 e->anchor.number)
			  : "");
}

/* ---- as a document ---- */

static json_t *json_lines(const struct evidence_line *lines, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *line = json_object();

		json_put(line, "part", json_string(lines[i].part));
		json_put(line, "text", json_string(lines[i].text));
		if (json_array_append_new(list, line) != 0)
			abort();
	}
	return list;
}

json_t *evidence_verdict_json(const struct evidence_verdict *verdict)
{
	json_t *document = json_object();

	json_put(document, "chain_id", json_integer((json_int_t)verdict->chain_id));
	json_put(document, "block", json_integer((json_int_t)verdict->block));
	json_put(document, "block_hash", json_hash(verdict->block_hash));
	json_put(document, "transaction", json_hash(verdict->transaction));
	json_put(document, "proved", json_lines(verdict->proved, verdict->proved_count));
	json_put(document, "claimed", json_lines(verdict->claimed, verdict->claimed_count));
	json_put(document, "advice", json_string(verdict->advice));
	return document;
}
