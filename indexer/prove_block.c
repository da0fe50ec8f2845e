#include "indexer/prove_block.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "indexer/log_set.h"

enum { SHOWN_BYTES = 48 }; /* of a log's data in a message */

struct prover prover_of(const struct block_wish *wish, struct arena *arena)
{
	return (struct prover){.wish = wish,
			       .bloom = bloom_filter_new(arena, wish->filters, wish->filter_count),
			       .keys = bloom_cache_new(arena)};
}

static void say(char out[FAULT_TEXT_SIZE], const char *format, ...) PRINTF_LIKE(2, 3);

static void say(char out[FAULT_TEXT_SIZE], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(out, FAULT_TEXT_SIZE, format, args);
	va_end(args);
}

/* ---- header ---- */

bool prove_block_header(struct proof_failure *failure, struct fetched_block *out,
			const struct block_material *m, struct arena *scratch)
{
	*out = (struct fetched_block){
		.ref = {.number = m->header.number,
			.hash = m->claimed_hash,
			.parent_hash = m->header.parent_hash,
			.timestamp = m->header.timestamp},
		.level = PROOF_HEADER,
		.state_root = m->header.state_root,
		.node = "",
	};
	return prove_header(failure, m, scratch);
}

bool prove_block_parent(struct proof_failure *failure, const struct block_ref *below,
			const struct block_ref *block)
{
	char parent[HEX_SIZE(HASH_BYTES)];

	if (below->number + 1 != block->number || hash_equal(below->hash, block->parent_hash))
		return true;
	*failure = (struct proof_failure){
		.fault = FAULT_PARENT, .block = below->number, .block_hash = below->hash};
	say(failure->expected, "a child of this block as block %" PRIu64, block->number);
	say(failure->actual, "one that stands on %s", hash_format(parent, block->parent_hash));
	return false;
}

/* ---- logs ---- */

static void blame_log(struct proof_failure *failure, const struct fetched_block *block,
		      const struct event_log *log)
{
	*failure = (struct proof_failure){.fault = FAULT_LOG,
					  .block = block->ref.number,
					  .block_hash = block->ref.hash,
					  .has_log = true,
					  .log_index = log->log_index,
					  .transaction = log->transaction_hash};
}

bool prove_block_bloom(struct proof_failure *failure, bool *needs_receipts,
		       struct fetched_block *out, const struct prover *prover,
		       const struct block_material *m, const struct reported_logs *reported,
		       bool must_take_receipts)
{
	bool may_match = bloom_filter_may_match(prover->bloom, &m->header.bloom);
	char address[HEX_SIZE(ADDRESS_BYTES)];

	*needs_receipts = may_match || must_take_receipts;
	if (!may_match && reported->count) {
		blame_log(failure, out, &reported->logs[0]);
		say(failure->expected, "no such log: the header's bloom excludes it");
		say(failure->actual, "a log of %s",
		    address_format(address, reported->logs[0].address));
		return false;
	}
	if (!*needs_receipts)
		out->level = PROOF_RECEIPTS;
	return true;
}

static bool same_event(const struct event_log *a, const struct event_log *b)
{
	if (!address_equal(a->address, b->address) || a->topic_count != b->topic_count)
		return false;
	for (uint32_t i = 0; i < a->topic_count; i++)
		if (!hash_equal(a->topics[i], b->topics[i]))
			return false;
	return slice_equal(a->data, b->data);
}

static bool same_log(const struct event_log *a, const struct event_log *b)
{
	return same_event(a, b) && a->log_index == b->log_index &&
	       a->transaction_index == b->transaction_index && a->block_number == b->block_number &&
	       hash_equal(a->block_hash, b->block_hash) &&
	       hash_equal(a->transaction_hash, b->transaction_hash);
}

/* The proved log that is the same event, wherever it stands; NULL where there is none. */
static const struct event_log *find_event(const struct block_material *m,
					  const struct event_log *log)
{
	for (size_t r = 0; r < m->receipt_count; r++)
		for (size_t i = 0; i < m->receipts[r].log_count; i++)
			if (same_event(&m->receipts[r].logs[i], log))
				return &m->receipts[r].logs[i];
	return NULL;
}

/* Around the first byte that differs: "data of 96 bytes, from byte 31 on 0x…". */
static void say_data(char out[FAULT_TEXT_SIZE], struct slice data, size_t from)
{
	size_t left = data.size > from ? data.size - from : 0;
	size_t shown = left < SHOWN_BYTES ? left : SHOWN_BYTES;
	char hex[HEX_SIZE(SHOWN_BYTES)];

	say(out, "data of %zu bytes, from byte %zu on %s%s", data.size, from,
	    hex_format(hex, slice_of(data.data + (shown ? from : 0), shown)),
	    shown < left ? "…" : "");
}

static void tell_data(struct proof_failure *failure, struct slice proved, struct slice reported)
{
	size_t from = 0;

	while (from < proved.size && from < reported.size &&
	       proved.data[from] == reported.data[from])
		from++;
	say_data(failure->expected, proved, from);
	say_data(failure->actual, reported, from);
}

static void tell_topics(struct proof_failure *failure, const struct event_log *proved,
			const struct event_log *reported)
{
	char hash[HEX_SIZE(HASH_BYTES)];
	uint32_t at = 0;

	if (proved->topic_count != reported->topic_count) {
		say(failure->expected, "%" PRIu32 " topics", proved->topic_count);
		say(failure->actual, "%" PRIu32 " topics", reported->topic_count);
		return;
	}
	while (at + 1 < proved->topic_count && hash_equal(proved->topics[at], reported->topics[at]))
		at++;
	say(failure->expected, "topic %" PRIu32 " %s", at, hash_format(hash, proved->topics[at]));
	say(failure->actual, "topic %" PRIu32 " %s", at, hash_format(hash, reported->topics[at]));
}

static bool same_topics(const struct event_log *a, const struct event_log *b)
{
	if (a->topic_count != b->topic_count)
		return false;
	for (uint32_t i = 0; i < a->topic_count; i++)
		if (!hash_equal(a->topics[i], b->topics[i]))
			return false;
	return true;
}

/* The same event in the same place, which is said to be of another transaction or block. */
static void tell_place(struct proof_failure *failure, const struct event_log *proved,
		       const struct event_log *reported)
{
	char hash[HEX_SIZE(HASH_BYTES)];

	if (!hash_equal(proved->block_hash, reported->block_hash)) {
		say(failure->expected, "block %s", hash_format(hash, proved->block_hash));
		say(failure->actual, "block %s", hash_format(hash, reported->block_hash));
		return;
	}
	say(failure->expected, "transaction %" PRIu32 " %s", proved->transaction_index,
	    hash_format(hash, proved->transaction_hash));
	say(failure->actual, "transaction %" PRIu32 " %s", reported->transaction_index,
	    hash_format(hash, reported->transaction_hash));
}

/* How the reported log is not the proved one of its log index (NULL: there is none). */
static bool fail_log(struct proof_failure *failure, const struct fetched_block *block,
		     const struct block_material *m, const struct event_log *proved,
		     const struct event_log *reported)
{
	char address[HEX_SIZE(ADDRESS_BYTES)];
	const struct event_log *elsewhere = find_event(m, reported);

	blame_log(failure, block, reported);
	if (proved && same_event(proved, reported)) {
		tell_place(failure, proved, reported);
	} else if (elsewhere) {
		say(failure->expected, "this log as log %" PRIu32 " of the block",
		    elsewhere->log_index);
		say(failure->actual, "moved to log %" PRIu32, reported->log_index);
	} else if (!proved) {
		say(failure->expected, "no log of this index in the block's receipts");
		say(failure->actual, "a log of %s", address_format(address, reported->address));
	} else if (!address_equal(proved->address, reported->address)) {
		say(failure->expected, "a log of %s", address_format(address, proved->address));
		say(failure->actual, "a log of %s", address_format(address, reported->address));
	} else if (!same_topics(proved, reported)) {
		tell_topics(failure, proved, reported);
	} else {
		tell_data(failure, proved->data, reported->data);
	}
	return false;
}

/* One pass over the proved logs beside the reported ones. */
struct taking {
	struct fetched_block *out;
	const struct block_wish *wish;
	const struct block_material *m;
	const struct reported_logs *reported;
	size_t next; /* of the reported logs */
	const struct event_log **taken;
	size_t taken_count;
	bool needs_transactions;
};

static bool take_log(struct proof_failure *failure, struct taking *taking,
		     const struct event_log *log)
{
	const struct reported_logs *reported = taking->reported;
	struct fetched_block *out = taking->out;
	const struct event_log *said =
		taking->next < reported->count &&
				reported->logs[taking->next].log_index == log->log_index
			? &reported->logs[taking->next]
			: NULL;

	if (said && !same_log(log, said))
		return fail_log(failure, out, taking->m, log, said);
	taking->next += said != NULL;
	if (!log_wanted(log, taking->wish->filters, taking->wish->filter_count))
		return true;
	if (reported->was_asked && !said)
		out->omitted[out->omitted_count++] = log->log_index;
	taking->taken[taking->taken_count++] = log;
	if (!taking->needs_transactions)
		taking->needs_transactions = log_wanted(log, taking->wish->sender_filters,
							taking->wish->sender_filter_count);
	return true;
}

static size_t count_logs(const struct block_material *m)
{
	size_t count = 0;

	for (size_t i = 0; i < m->receipt_count; i++)
		count += m->receipts[i].log_count;
	return count;
}

/* What was taken, from the receipts and the scratch arena to where it stays. */
static void keep(struct fetched_block *out, const struct taking *taking, struct arena *arena)
{
	out->log_count = taking->taken_count;
	out->logs = arena_array(arena, out->log_count, sizeof(out->logs[0]));
	for (size_t i = 0; i < out->log_count; i++) {
		out->logs[i] = *taking->taken[i];
		out->logs[i].data = slice_copy(arena, out->logs[i].data);
	}
	out->omitted =
		arena_copy(arena, out->omitted, out->omitted_count * sizeof(out->omitted[0]));
}

bool prove_block_logs(struct proof_failure *failure, bool *needs_transactions,
		      struct fetched_block *out, const struct prover *prover,
		      struct block_material *m, const struct reported_logs *reported,
		      struct arena *arena, struct arena *scratch)
{
	struct taking taking = {.out = out, .wish = prover->wish, .m = m, .reported = reported};
	size_t all;

	if (!prove_receipts_with(failure, m, prover->keys, scratch))
		return false;
	all = count_logs(m);
	taking.taken = arena_array(scratch, all, sizeof(taking.taken[0]));
	out->omitted = arena_array(scratch, all, sizeof(out->omitted[0]));
	out->omitted_count = 0;
	for (size_t r = 0; r < m->receipt_count; r++)
		for (size_t i = 0; i < m->receipts[r].log_count; i++)
			if (!take_log(failure, &taking, &m->receipts[r].logs[i]))
				return false;
	if (taking.next < reported->count)
		return fail_log(failure, out, m, NULL, &reported->logs[taking.next]);
	keep(out, &taking, arena);
	out->level = PROOF_RECEIPTS;
	*needs_transactions = taking.needs_transactions;
	return true;
}

/* ---- senders ---- */

static bool wants_sender(const struct prover *prover, const struct event_log *log)
{
	return log_wanted(log, prover->wish->sender_filters, prover->wish->sender_filter_count);
}

static void take_call(struct event_log *log, const struct block_material *m, struct address sender,
		      struct arena *arena)
{
	const struct transaction *transaction = &m->transactions[log->transaction_index];

	log->sender = sender;
	log->called = transaction->to; /* zero where it has none */
	log->input = slice_copy(arena, transaction->input);
}

bool prove_block_senders(struct proof_failure *failure, struct fetched_block *out,
			 const struct prover *prover, const struct block_material *m,
			 struct arena *arena, struct arena *scratch)
{
	bool *wanted;
	struct address *senders;

	if (!m->has_transactions)
		return true;
	wanted = arena_array(scratch, m->transaction_count, sizeof(wanted[0]));
	senders = arena_array(scratch, m->transaction_count, sizeof(senders[0]));
	for (size_t i = 0; i < out->log_count; i++)
		if (wants_sender(prover, &out->logs[i]))
			wanted[out->logs[i].transaction_index] = true;
	if (!prove_transactions(failure, senders, m, wanted, scratch))
		return false;
	for (size_t i = 0; i < out->log_count; i++) {
		struct event_log *log = &out->logs[i];

		log->has_sender = wants_sender(prover, log);
		if (log->has_sender)
			take_call(log, m, senders[log->transaction_index], arena);
	}
	out->level = PROOF_TRANSACTIONS;
	return true;
}

bool prove_block_bodies(struct proof_failure *failure, struct block_material *m,
			const struct block_material *bodies)
{
	m->has_transactions = bodies->has_transactions;
	if (!bodies->has_transactions)
		return true;
	if (bodies->transaction_count != m->transaction_count) {
		*failure = (struct proof_failure){.fault = FAULT_TRANSACTIONS_ROOT,
						  .block = m->header.number,
						  .block_hash = m->claimed_hash};
		say(failure->expected, "%zu transactions", m->transaction_count);
		say(failure->actual, "%zu transactions", bodies->transaction_count);
		return false;
	}
	m->transactions = bodies->transactions;
	m->claimed_senders = bodies->claimed_senders;
	return true;
}

/* ---- words ---- */

static const char *words_of(enum proof_fault fault)
{
	switch (fault) {
	case FAULT_HEADER_HASH:
		return "the header does not make the block's hash";
	case FAULT_HEADER_UNKNOWN:
		return "the header is of a fork that is not known here";
	case FAULT_PARENT:
		return "not the child of the block below";
	case FAULT_RECEIPTS_ROOT:
		return "the receipts do not make the header's root";
	case FAULT_BLOOM:
		return "the logs do not make the bloom";
	case FAULT_TRANSACTIONS_ROOT:
		return "the transactions do not make the header's root";
	case FAULT_SENDER:
		return "a signature is not the sender's";
	case FAULT_LOG:
		return "eth_getLogs is not what the receipts hold";
	case FAULT_LOG_OMITTED:
		return "eth_getLogs left out a log";
	case FAULT_STATE:
		return "the state proof does not fit the state root";
	case FAULT_DISAGREEMENT:
		return "nodes name different hashes";
	case FAULT_NONE:
	case FAULT_COUNT:
		break;
	}
	return "not proved";
}

enum status proof_error(struct error *err, const struct proof_failure *failure)
{
	char log[32] = "";

	if (failure->has_log)
		(void)snprintf(log, sizeof(log), ", log %" PRIu32, failure->log_index);
	return error_set(err, ERR_BAD_DATA, "%s: block %" PRIu64 "%s: %s: expected %s, got %s",
			 failure->node, failure->block, log, words_of(failure->fault),
			 failure->expected, failure->actual);
}
