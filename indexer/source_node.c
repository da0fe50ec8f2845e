/*
 * source_node.c - an Ethereum node as a source: the questions that are answered at once. Ranges of
 * a backfill are in node_range.c, eth_call in node_calls.c.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "indexer/log_set.h"
#include "indexer/node.h"

/* ---- parameters ---- */

const char *params_block_number(struct arena *arena, uint64_t number)
{
	return arena_printf(arena, "[\"0x%" PRIx64 "\",false]", number);
}

const char *params_block_hash(struct arena *arena, struct hash hash)
{
	char text[HEX_SIZE(HASH_BYTES)];

	return arena_printf(arena, "[\"%s\",false]",
			    hex_format(text, slice_of(hash.bytes, HASH_BYTES)));
}

/* One value as a string, several as an array. */
static void write_values(struct buffer *out, const uint8_t *values, size_t count, size_t size)
{
	char text[HEX_SIZE(HASH_BYTES)];

	if (count > 1)
		buffer_byte(out, '[');
	for (size_t i = 0; i < count; i++) {
		if (i)
			buffer_byte(out, ',');
		buffer_byte(out, '"');
		buffer_text(out, hex_format(text, slice_of(values + i * size, size)));
		buffer_byte(out, '"');
	}
	if (count > 1)
		buffer_byte(out, ']');
}

static void write_topics(struct buffer *out, const struct log_filter *filter)
{
	size_t count = LOG_TOPICS_MAX;

	while (count && !filter->topics[count - 1].count)
		count--;
	if (!count)
		return;
	buffer_text(out, ",\"topics\":[");
	for (size_t i = 0; i < count; i++) {
		if (i)
			buffer_byte(out, ',');
		if (filter->topics[i].count)
			write_values(out, filter->topics[i].values[0].bytes,
				     filter->topics[i].count, sizeof(struct hash));
		else
			buffer_text(out, "null");
	}
	buffer_byte(out, ']');
}

static const char *finish_filter(struct buffer *out, const struct log_filter *filter)
{
	if (filter->address_count) {
		buffer_text(out, ",\"address\":");
		write_values(out, filter->addresses[0].bytes, filter->address_count,
			     sizeof(struct address));
	}
	write_topics(out, filter);
	buffer_text(out, "}]");
	return buffer_string(out);
}

const char *params_logs_range(struct arena *arena, const struct log_filter *filter, uint64_t from,
			      uint64_t to)
{
	struct buffer out = buffer_in(arena);

	buffer_printf(&out, "[{\"fromBlock\":\"0x%" PRIx64 "\",\"toBlock\":\"0x%" PRIx64 "\"", from,
		      to);
	return finish_filter(&out, filter);
}

const char *params_logs_block(struct arena *arena, const struct log_filter *filter,
			      struct hash hash)
{
	struct buffer out = buffer_in(arena);
	char text[HEX_SIZE(HASH_BYTES)];

	buffer_printf(&out, "[{\"blockHash\":\"%s\"",
		      hex_format(text, slice_of(hash.bytes, HASH_BYTES)));
	return finish_filter(&out, filter);
}

/* ---- results ---- */

enum status node_bad(const struct source_node *node, const struct rpc_call *call, struct error *err)
{
	return err ? error_wrap(err, "%s: %s", node->base.label, call->method) : ERR_BAD_DATA;
}

static enum status status_of(enum rpc_error_kind kind)
{
	switch (kind) {
	case RPC_NO_SUCH_BLOCK:
	case RPC_NO_STATE:
		return ERR_NOTFOUND;
	case RPC_METHOD_MISSING:
	case RPC_BAD_PARAMS:
	case RPC_BATCH_REFUSED:
	case RPC_DENIED:
	case RPC_REVERTED:
		return ERR_BAD_DATA;
	case RPC_OTHER:
	case RPC_RANGE_TOO_WIDE:
	case RPC_TOO_MANY_RESULTS:
	case RPC_RESPONSE_TOO_BIG:
	case RPC_TIMED_OUT:
	case RPC_RATE_LIMITED:
	case RPC_BUSY:
		return ERR_AGAIN;
	}
	return ERR_AGAIN;
}

enum status node_error(const struct source_node *node, const struct rpc_call *call,
		       struct error *err)
{
	return error_set(err, status_of(call->info.kind), "%s: %s: error %" PRId64 ": %s",
			 node->base.label, call->method, call->code, call->message);
}

enum status node_call(struct rpc_job **job, struct rpc_call *call, struct source_node *node,
		      const char *method, const char *params, struct error *err)
{
	enum status st;

	*call = (struct rpc_call){.method = method, .params = params};
	*job = rpc_begin(node->rpc, call, 1);
	st = rpc_wait(*job, err);
	if (st == OK && call->outcome == RPC_ERROR)
		st = node_error(node, call, err);
	return st;
}

void node_remember_lack(struct source_node *node, enum node_trait trait, const char *words)
{
	if (node_learned_lack(node->traits, trait))
		log_info(node->base.logger, "%s: the node %s", node->base.label, words);
	else
		log_debug(node->base.logger, "%s: the node still %s", node->base.label, words);
}

static bool is_null(struct slice json)
{
	return json.size == 4 && memcmp(json.data, "null", 4) == 0;
}

enum status node_block_json(struct json_reader *r, const struct source_node *node,
			    const struct rpc_call *call, struct error *err)
{
	if (call->outcome == RPC_ERROR)
		return node_error(node, call, err);
	if (is_null(call->result))
		return error_set(err, ERR_NOTFOUND, "%s: %s: the node has no such block: %s",
				 node->base.label, call->method, call->params);
	jread_open(r, call->result);
	return OK;
}

enum status node_header(struct block_ref *out, const struct source_node *node,
			const struct rpc_call *call, struct error *err)
{
	struct json_reader r;
	enum status st = node_block_json(&r, node, call, err);

	*out = (struct block_ref){0};
	if (st != OK)
		return st;
	return parse_block_ref(out, &r, err) == OK ? OK : node_bad(node, call, err);
}

enum status node_header_of(struct block_ref *out, uint64_t number, const struct source_node *node,
			   const struct rpc_call *call, struct error *err)
{
	enum status st = node_header(out, node, call, err);

	if (st == OK && out->number != number) {
		(void)error_set(err, ERR_BAD_DATA, "expected block %" PRIu64 ", got block %" PRIu64,
				number, out->number);
		return node_bad(node, call, err);
	}
	return st;
}

enum status node_logs(struct log_list *list, const struct source_node *node,
		      const struct rpc_call *call, uint64_t from, uint64_t to,
		      const struct log_filter *filter, struct error *err)
{
	size_t begin = list->count;
	struct json_reader r;
	enum status st;

	if (call->outcome == RPC_ERROR)
		return node_error(node, call, err);
	/* Not "none": a node that has nothing to say would hide events. */
	if (is_null(call->result)) {
		(void)error_set(err, ERR_BAD_DATA, "null for a list of logs");
		return node_bad(node, call, err);
	}
	jread_open(&r, call->result);
	st = parse_logs(list, &r, err);
	if (st == OK && filter)
		st = log_answer_check(list->logs + begin, list->count - begin, from, to, filter,
				      err);
	return st == OK ? OK : node_bad(node, call, err);
}

/* ---- questions ---- */

static void told_head(const struct source_node *node, uint64_t number)
{
	witness_told_head(node->base.options.witnesses, node->base.options.witness, number);
}

static enum status one_quantity(uint64_t *out, struct source_node *node, const char *method,
				struct error *err)
{
	struct rpc_job *job;
	struct rpc_call call;
	struct json_reader r;
	enum status st = node_call(&job, &call, node, method, "[]", err);

	if (st == OK) {
		jread_open(&r, call.result);
		st = parse_quantity(out, &r, err) == OK ? OK : node_bad(node, &call, err);
	}
	rpc_end(job);
	return st;
}

static enum status chain_id(uint64_t *out, struct source *source, struct error *err)
{
	return one_quantity(out, node_of(source), "eth_chainId", err);
}

static enum status is_syncing(bool *out, struct source *source, struct error *err)
{
	struct source_node *node = node_of(source);
	struct rpc_job *job;
	struct rpc_call call;
	enum status st = node_call(&job, &call, node, "eth_syncing", "[]", err);

	if (st == OK)
		*out = !(call.result.size == 5 && memcmp(call.result.data, "false", 5) == 0);
	if (call.outcome == RPC_ERROR && call.info.kind == RPC_METHOD_MISSING) {
		*out = false;
		st = OK;
	}
	rpc_end(job);
	return st;
}

static enum status tagged_block(struct block_ref *out, struct source *source, enum block_tag tag,
				struct error *err)
{
	struct source_node *node = node_of(source);
	struct rpc_job *job;
	struct rpc_call call;
	enum status st;

	if (tag == BLOCK_FINALIZED && node_lacks(node->traits, TRAIT_FINALIZED_TAG))
		return error_set(err, ERR_NOTFOUND, "%s: the node does not know \"finalized\"",
				 source->label);
	st = node_call(&job, &call, node, "eth_getBlockByNumber",
		       tag == BLOCK_LATEST ? "[\"latest\",false]" : "[\"finalized\",false]", err);
	if (st == OK) {
		st = node_header(out, node, &call, err);
	} else if (call.outcome == RPC_ERROR && call.info.kind == RPC_BAD_PARAMS) {
		st = ERR_NOTFOUND; /* an old node that does not know the tag */
		if (err)
			err->status = st;
		if (tag == BLOCK_FINALIZED)
			node_remember_lack(node, TRAIT_FINALIZED_TAG,
					   "does not know the block \"finalized\"");
	}
	if (st == OK && tag == BLOCK_LATEST)
		told_head(node, out->number);
	rpc_end(job);
	return st;
}

static enum status extent(uint64_t *first, uint64_t *last, struct source *source, struct error *err)
{
	*first = 0;
	return one_quantity(last, node_of(source), "eth_blockNumber", err);
}

static enum status headers(struct block_ref *out, struct source *source, const uint64_t *numbers,
			   size_t count, struct error *err)
{
	struct source_node *node = node_of(source);
	struct arena *arena = arena_new();
	struct rpc_call *calls = arena_array(arena, count, sizeof(calls[0]));
	struct rpc_job *job;
	enum status st;

	for (size_t i = 0; i < count; i++) {
		calls[i].method = "eth_getBlockByNumber";
		calls[i].params = params_block_number(arena, numbers[i]);
	}
	job = rpc_begin(node->rpc, calls, count);
	st = rpc_wait(job, err);
	for (size_t i = 0; i < count && st == OK; i++) {
		st = node_header_of(&out[i], numbers[i], node, &calls[i], err);
		if (st == ERR_NOTFOUND)
			st = error_set(err, st, "%s: the node has no block %" PRIu64, source->label,
				       numbers[i]);
		if (st == OK)
			told_head(node, numbers[i]);
	}
	rpc_end(job);
	arena_free(arena);
	return st;
}

static enum status no_block(const struct source_node *node, const struct block_ref *block,
			    struct error *err)
{
	char text[HEX_SIZE(HASH_BYTES)];

	return error_set(err, ERR_NOTFOUND, "%s: the node has no block %" PRIu64 " with hash %s",
			 node->base.label, block->number,
			 hex_format(text, slice_of(block->hash.bytes, HASH_BYTES)));
}

/* The node refuses {"blockHash":…}: in its words, or by not knowing what that is. */
static bool refuses_hash(const struct rpc_call *calls, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (calls[i].outcome == RPC_ERROR && calls[i].info.kind == RPC_BAD_PARAMS)
			return true;
	return false;
}

/* The answers to block_logs: the logs of each filter, then the block's header. */
static enum status read_block_logs(struct log_list *list, struct source_node *node,
				   const struct rpc_call *calls, const struct block_ref *block,
				   const struct log_filter *filters, size_t filter_count,
				   struct error *err)
{
	struct block_ref header;
	enum status st = node_header_of(&header, block->number, node, &calls[filter_count], err);

	if (st == ERR_NOTFOUND || (st == OK && !hash_equal(header.hash, block->hash)))
		return no_block(node, block, err);
	for (size_t i = 0; i < filter_count && st == OK; i++)
		st = node_logs(list, node, &calls[i], block->number, block->number, &filters[i],
			       err);
	if (st == ERR_NOTFOUND)
		return no_block(node, block, err);
	if (st == OK && log_list_merge(list, err) != OK)
		st = node_bad(node, &calls[0], err);
	for (size_t i = 0; i < list->count && st == OK; i++)
		if (!hash_equal(list->logs[i].block_hash, block->hash))
			st = no_block(node, block, err);
	return st;
}

static enum status try_block_logs(struct log_list *list, bool *refused, struct source_node *node,
				  const struct block_ref *block, const struct log_filter *filters,
				  size_t filter_count, bool by_hash, struct error *err)
{
	struct arena *arena = arena_new();
	struct rpc_call *calls = arena_array(arena, filter_count + 1, sizeof(calls[0]));
	struct rpc_job *job;
	enum status st;

	for (size_t i = 0; i < filter_count; i++) {
		calls[i].method = "eth_getLogs";
		calls[i].params = by_hash ? params_logs_block(arena, &filters[i], block->hash)
					  : params_logs_range(arena, &filters[i], block->number,
							      block->number);
	}
	/* Asked behind the logs: a node that has the block now had it (or nothing) before. */
	calls[filter_count].method = by_hash ? "eth_getBlockByHash" : "eth_getBlockByNumber";
	calls[filter_count].params = by_hash ? params_block_hash(arena, block->hash)
					     : params_block_number(arena, block->number);
	job = rpc_begin(node->rpc, calls, filter_count + 1);
	st = rpc_wait(job, err);
	*refused = st == OK && by_hash && refuses_hash(calls, filter_count);
	if (st == OK && !*refused)
		st = read_block_logs(list, node, calls, block, filters, filter_count, err);
	rpc_end(job);
	arena_free(arena);
	return st;
}

static enum status block_logs(struct event_log **out, size_t *count, struct arena *arena,
			      struct source *source, const struct block_ref *block,
			      const struct log_filter *filters, size_t filter_count,
			      struct error *err)
{
	struct source_node *node = node_of(source);
	struct log_list list = {.arena = arena};
	bool by_hash = !node_lacks(node->traits, TRAIT_LOGS_BY_HASH);
	bool refused = false;
	enum status st =
		try_block_logs(&list, &refused, node, block, filters, filter_count, by_hash, err);

	if (refused) {
		log_list_clear(&list);
		st = try_block_logs(&list, &refused, node, block, filters, filter_count, false,
				    err);
		if (st == OK)
			node_remember_lack(node, TRAIT_LOGS_BY_HASH,
					   "refuses eth_getLogs by block hash; asking by number");
	}
	if (st == OK) {
		*count = list.count;
		*out = arena_copy(arena, list.logs, list.count * sizeof(list.logs[0]));
	}
	log_list_clear(&list);
	return st;
}

static enum status has_code(bool *out, struct source *source, struct address address,
			    uint64_t number, struct error *err)
{
	struct source_node *node = node_of(source);
	struct arena *arena = arena_new();
	char text[HEX_SIZE(ADDRESS_BYTES)];
	const char *params =
		arena_printf(arena, "[\"%s\",\"0x%" PRIx64 "\"]",
			     hex_format(text, slice_of(address.bytes, ADDRESS_BYTES)), number);
	struct rpc_job *job;
	struct rpc_call call;
	struct json_reader r;
	struct slice code = {0};
	enum status st = node_call(&job, &call, node, "eth_getCode", params, err);

	if (st == OK) {
		jread_open(&r, call.result);
		st = parse_bytes(&code, arena, &r, err) == OK ? OK : node_bad(node, &call, err);
		*out = code.size > 0;
	}
	rpc_end(job);
	arena_free(arena);
	return st;
}

/* ---- opening and closing ---- */

static void close_node(struct source *source)
{
	struct source_node *node = node_of(source);

	rpc_close(node->rpc);
	node_traits_release(node->traits);
	source_clear(source);
	free(node->url);
	free(node);
}

static bool hurry(struct source *source, uint64_t patience_ms)
{
	return rpc_hurry(node_of(source)->rpc, patience_ms);
}

static enum status peer(struct source **out, struct source *source, struct error *err);

static const struct source_ops node_ops = {
	.close = close_node,
	.peer = peer,
	.chain_id = chain_id,
	.is_syncing = is_syncing,
	.tagged_block = tagged_block,
	.extent = extent,
	.headers = headers,
	.block_logs = block_logs,
	.material = node_material,
	.account_proof = node_account_proof,
	.calls = node_calls,
	.has_code = has_code,
	.hurry = hurry,
	.range_begin = node_range_begin,
	.range_step = node_range_step,
	.range_wake = node_range_wake,
	.range_end = node_range_end,
};

static enum status open_rpc(struct source_node *node, struct error *err)
{
	const struct source_options *options = &node->base.options;
	const struct source_seams *seams = options->seams;
	const struct rpc_options rpc = {
		.url = node->url,
		.timeout_ms = options->timeout_ms,
		.response_bytes_max = options->response_bytes_max,
		.attempts = options->attempts,
		.backoff_ms = options->backoff_ms,
		.in_flight = options->in_flight,
		.batch_limit = &node->traits->batch_limit,
		.pace = node->traits->pace,
		.clock = &node->traits->clock,
		.seed = seams && seams->seed ? seams->seed + atomic_load(&node->traits->owners) : 0,
		.stop_event = node->base.stop->event,
		.stop = &node->base.stop->requested,
		.logger = node->base.logger,
		.witnesses = options->witnesses,
		.witness = options->witness,
		.pulse = options->pulse,
		.transport = seams ? seams->transport : NULL,
	};
	enum status st = rpc_open(&node->rpc, &rpc, err);

	if (st != OK)
		return st;
	free(node->base.label);
	node->base.label = xstrdup(rpc_label(node->rpc));
	witness_named(options->witnesses, options->witness, node->base.label);
	return OK;
}

static struct node_traits *new_traits(const struct source_options *options)
{
	const struct pace_options pace = {.requests_per_s = options->requests_per_s,
					  .concurrent_max = options->concurrent_max};
	const struct clock real = clock_real();

	return node_traits_new(options->batch_max, &pace,
			       options->seams ? &options->seams->clock : &real);
}

static enum status open_on(struct source **out, const char *url, struct node_traits *traits,
			   const struct source_options *options, const struct logger *logger,
			   struct source_stop *stop, struct error *err)
{
	struct source_node *node = xcalloc(1, sizeof(*node));
	enum status st = source_init(&node->base, &node_ops, "node", options, logger, stop, err);

	if (st != OK) {
		free(node);
		return st;
	}
	node->url = xstrdup(url);
	node->traits = traits ? node_traits_share(traits) : new_traits(&node->base.options);
	st = open_rpc(node, err);
	if (st != OK) {
		close_node(&node->base);
		return st;
	}
	*out = &node->base;
	return OK;
}

static enum status peer(struct source **out, struct source *source, struct error *err)
{
	struct source_node *node = node_of(source);

	return open_on(out, node->url, node->traits, &source->options, source->logger, source->stop,
		       err);
}

enum status source_node_open(struct source **out, const char *url,
			     const struct source_options *options, const struct logger *logger,
			     struct error *err)
{
	return open_on(out, url, NULL, options, logger, NULL, err);
}
