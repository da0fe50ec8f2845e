/*
 * read.c - the members of an evidence file that all others follow from.
 *
 * Members stand in one order. Those that are derived are passed over: they are compared when the
 * file is written again.
 */
#include <inttypes.h>

#include "indexer/json_read.h"
#include "serve/evidence/internal.h"

struct reader {
	struct json_reader json;
	struct arena *arena;
	struct error *err;
	bool is_bad; /* *err says why */
};

static bool bad(struct reader *r, const char *format, ...) PRINTF_LIKE(2, 3);

static bool bad(struct reader *r, const char *format, ...)
{
	char words[160];
	va_list args;

	if (r->is_bad)
		return false;
	va_start(args, format);
	(void)vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	error_fill(r->err, ERR_BAD_DATA, "%s", words);
	r->is_bad = true;
	return false;
}

static bool holds(struct reader *r, bool read)
{
	if (!read && !r->is_bad) {
		(void)jread_error(&r->json, r->err);
		r->is_bad = true;
	}
	return read;
}

/* The next member must be this one. */
static bool member(struct reader *r, const char *name)
{
	struct slice got;

	if (r->is_bad)
		return false;
	if (!jread_member(&r->json, &got))
		return jread_failed(&r->json) ? holds(r, false)
					      : bad(r,
						    "expected the member \"%s\", got the end "
						    "of the object",
						    name);
	if (jread_is(got, name, strlen(name)))
		return true;
	return bad(r, "expected the member \"%s\", got \"%.*s\"", name,
		   got.size < 60 ? (int)got.size : 60, (const char *)got.data);
}

static bool end_object(struct reader *r)
{
	struct slice got;

	if (r->is_bad)
		return false;
	if (!jread_member(&r->json, &got))
		return holds(r, !jread_failed(&r->json));
	return bad(r, "expected no further member, got \"%.*s\"",
		   got.size < 60 ? (int)got.size : 60, (const char *)got.data);
}

static bool object(struct reader *r, const char *name)
{
	return (!name || member(r, name)) && holds(r, jread_object(&r->json));
}

/* ---- values ---- */

static bool skip(struct reader *r, const char *name)
{
	return member(r, name) && holds(r, jread_skip(&r->json, NULL));
}

static bool number(struct reader *r, uint64_t *out, const char *name)
{
	return member(r, name) && holds(r, jread_uint(&r->json, out)) &&
	       (*out <= INT64_MAX || bad(r, "%s: expected a number below 2^63", name));
}

static bool text_value(struct reader *r, struct slice *out)
{
	return !r->is_bad && holds(r, jread_string(&r->json, out));
}

static bool constant(struct reader *r, const char *name, const char *wanted)
{
	struct slice got;

	if (!member(r, name) || !text_value(r, &got))
		return false;
	return jread_is(got, wanted, strlen(wanted)) ||
	       bad(r, "%s: expected \"%s\", got \"%.*s\"", name, wanted,
		   got.size < 60 ? (int)got.size : 60, (const char *)got.data);
}

static bool hash(struct reader *r, struct hash *out, const char *name)
{
	struct slice got;

	if (!member(r, name) || !text_value(r, &got))
		return false;
	if (hash_parse(out, (const char *)got.data, got.size, r->err) == OK)
		return true;
	(void)error_wrap(r->err, "%s", name);
	r->is_bad = true;
	return false;
}

static bool bytes_value(struct reader *r, struct slice *out)
{
	struct slice got;

	if (!text_value(r, &got))
		return false;
	if (hex_parse(out, r->arena, (const char *)got.data, got.size, EVIDENCE_SIZE_MAX, r->err) ==
	    OK)
		return true;
	r->is_bad = true;
	return false;
}

static bool bytes(struct reader *r, struct slice *out, const char *name)
{
	return member(r, name) && bytes_value(r, out);
}

/* An array of byte strings, at most `most`. */
static bool byte_list(struct reader *r, struct slice **out, size_t *count, size_t most)
{
	*out = arena_array(r->arena, most, sizeof(**out));
	*count = 0;
	if (!holds(r, jread_array(&r->json)))
		return false;
	while (jread_element(&r->json)) {
		if (*count == most)
			return bad(r, "expected at most %zu elements", most);
		if (!bytes_value(r, &(*out)[*count]))
			return false;
		++*count;
	}
	return holds(r, !jread_failed(&r->json));
}

/* ---- parts ---- */

static bool read_about(struct reader *r, struct evidence *e)
{
	return object(r, "about") && number(r, &e->chain_id, "chain_id") &&
	       number(r, &e->block, "block") && hash(r, &e->block_hash, "block_hash") &&
	       hash(r, &e->transaction_hash, "transaction") && skip(r, "log_indexes") &&
	       end_object(r);
}

static bool read_header(struct reader *r, struct evidence *e)
{
	static const char *const derived[] = {
		"hash",          "number",     "parent_hash",
		"timestamp",     "state_root", "transactions_root",
		"receipts_root",
	};

	if (!object(r, "header") || !bytes(r, &e->header_encoding, "encoding"))
		return false;
	for (size_t i = 0; i < sizeof(derived) / sizeof(derived[0]); i++)
		if (!skip(r, derived[i]))
			return false;
	return end_object(r);
}

/* An element's index, encoding and proof; and names of what is derived, ending with NULL. */
static bool read_element(struct reader *r, struct evidence_element *out, const char *const *derived)
{
	if (!number(r, &out->index, "index") || !bytes(r, &out->encoding, "encoding") ||
	    !member(r, "proof") || !byte_list(r, &out->nodes, &out->node_count, TRIE_NODES_MAX))
		return false;
	for (; *derived; derived++)
		if (!skip(r, *derived))
			return false;
	return end_object(r);
}

static bool read_transaction(struct reader *r, struct evidence *e)
{
	static const char *const derived[] = {"hash", "sender", "type",  "chain_id",
					      "to",   "nonce",  "value", NULL};

	if (!member(r, "transaction"))
		return false;
	e->has_transaction = jread_peek(&r->json) != JSON_READ_NULL;
	if (!e->has_transaction)
		return holds(r, jread_null(&r->json)) &&
		       constant(r, "transaction_missing", evidence_no_bodies);
	return object(r, NULL) && read_element(r, &e->transaction_element, derived);
}

static bool read_log(struct reader *r, struct evidence_log *out)
{
	struct slice text;

	if (!object(r, NULL) || !number(r, &out->index, "index_in_receipt") ||
	    !skip(r, "log_index") || !skip(r, "contract") || !skip(r, "topics") ||
	    !skip(r, "data") || !member(r, "signature") || !text_value(r, &text))
		return false;
	if (text.size > ABI_TYPE_TEXT_MAX)
		return bad(r, "signature: longer than %d characters", ABI_TYPE_TEXT_MAX);
	/* Written again, it would have another escape or none. */
	if (memchr(text.data, '\\', text.size))
		return bad(r, "signature: expected no escapes");
	out->signature = arena_string_n(r->arena, (const char *)text.data, text.size);
	return skip(r, "arguments") && end_object(r);
}

static bool read_logs(struct reader *r, struct evidence *e)
{
	size_t capacity = 0;

	if (!member(r, "logs") || !holds(r, jread_array(&r->json)))
		return false;
	while (jread_element(&r->json)) {
		if (e->log_count == capacity) {
			struct evidence_log *grown;

			capacity = capacity ? 2 * capacity : 4;
			grown = arena_array(r->arena, capacity, sizeof(*grown));
			if (e->log_count)
				memcpy(grown, e->logs, e->log_count * sizeof(*grown));
			e->logs = grown;
		}
		if (!read_log(r, &e->logs[e->log_count])) {
			if (r->is_bad)
				(void)error_wrap(r->err, "log %zu of the file", e->log_count);
			return false;
		}
		e->log_count++;
	}
	return holds(r, !jread_failed(&r->json));
}

static bool read_anchor(struct reader *r, struct evidence_anchor *out)
{
	struct slice kind;
	int found = -1;

	if (!object(r, "anchor") || !member(r, "kind") || !text_value(r, &kind))
		return false;
	for (int i = 0; i < ANCHOR_KINDS; i++) {
		const char *name = anchor_kind_name((enum anchor_kind)i);

		if (jread_is(kind, name, strlen(name)))
			found = i;
	}
	if (found < 0)
		return bad(r, "kind: expected checkpoint, finalized or head");
	out->kind = (enum anchor_kind)found;
	if (!number(r, &out->number, "number") || !hash(r, &out->hash, "hash") ||
	    !member(r, "headers"))
		return false;
	out->has_headers = jread_peek(&r->json) != JSON_READ_NULL;
	if (out->has_headers
		    ? !byte_list(r, &out->headers, &out->header_count, EVIDENCE_HEADERS_MAX)
		    : !holds(r, jread_null(&r->json)))
		return false;
	return end_object(r);
}

static bool read_claims(struct reader *r, struct evidence *e)
{
	struct reader inner = *r;
	struct slice span;

	if (!member(r, "claims") || !holds(r, jread_skip(&r->json, &span)))
		return false;
	e->claims = span;
	jread_open(&inner.json, span);
	if (object(&inner, NULL) && number(&inner, &e->logs_before, "logs_before") &&
	    skip(&inner, "program") && skip(&inner, "mirror") && skip(&inner, "pools") &&
	    skip(&inner, "explanation") && end_object(&inner))
		return true;
	r->is_bad = true;
	return false;
}

/* `read` is what came of a part. */
static bool part(struct reader *r, const char *name, bool read)
{
	if (!read)
		(void)error_wrap(r->err, "%s", name);
	return read;
}

enum status evidence_read(struct evidence *out, struct arena *arena, struct slice file,
			  struct error *err)
{
	struct reader r = {.arena = arena, .err = err};
	uint64_t version;
	struct hash seal;

	memset(out, 0, sizeof(*out));
	jread_open(&r.json, file);
	if (!object(&r, NULL) || !constant(&r, "format", "covermirror-evidence") ||
	    !number(&r, &version, "version"))
		return err->status;
	if (version != EVIDENCE_VERSION)
		return error_set(err, ERR_BAD_DATA,
				 "version: expected %d, the one that this program knows, got "
				 "%" PRIu64,
				 EVIDENCE_VERSION, version);
	if (part(&r, "about", read_about(&r, out)) && part(&r, "header", read_header(&r, out)) &&
	    part(&r, "receipt",
		 object(&r, "receipt") &&
			 read_element(&r, &out->receipt_element,
				      (const char *const[]){"type", "status", "cumulative_gas_used",
							    "log_count", NULL})) &&
	    part(&r, "transaction", read_transaction(&r, out)) &&
	    part(&r, "logs", read_logs(&r, out)) &&
	    part(&r, "anchor", read_anchor(&r, &out->anchor)) &&
	    part(&r, "claims", read_claims(&r, out)) && hash(&r, &seal, "seal") && end_object(&r) &&
	    holds(&r, jread_close(&r.json)))
		return OK;
	return err->status;
}
