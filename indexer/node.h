/*
 * node.h - the inside of a node as a source; for source_node.c, node_range.c, node_calls.c only.
 */
#ifndef INDEXER_NODE_H
#define INDEXER_NODE_H

#include "indexer/node_traits.h"
#include "indexer/rpc.h"
#include "indexer/rpc_parse.h"
#include "indexer/source_impl.h"

struct source_node {
	struct source base;
	struct rpc *rpc;
	char *url;
	struct node_traits *traits;
	struct node_range *ranges; /* under way */
};

static inline struct source_node *node_of(struct source *source)
{
	return (struct source_node *)source;
}

/* Parameters as JSON text in the arena. */
const char *params_block_number(struct arena *arena, uint64_t number);
const char *params_block_hash(struct arena *arena, struct hash hash);
const char *params_logs_range(struct arena *arena, const struct log_filter *filter, uint64_t from,
			      uint64_t to);
const char *params_logs_block(struct arena *arena, const struct log_filter *filter,
			      struct hash hash);

/* The node was found to lack it, in these words ("refuses …; asking …"): remembered, and logged. */
void node_remember_lack(struct source_node *node, enum node_trait trait, const char *words);

/* One call that must give a result; the job is the caller's to end. */
enum status node_call(struct rpc_job **job, struct rpc_call *call, struct source_node *node,
		      const char *method, const char *params, struct error *err) MUST_CHECK;

/* A call's error as an error of the function: "label: method: error -32000: words". */
enum status node_error(const struct source_node *node, const struct rpc_call *call,
		       struct error *err);

/* A result that was not what it should be: puts label and method before the message. */
enum status node_bad(const struct source_node *node, const struct rpc_call *call,
		     struct error *err);

/* The reader stands at a block in a result; ERR_NOTFOUND for null. */
enum status node_block_json(struct json_reader *r, const struct source_node *node,
			    const struct rpc_call *call, struct error *err) MUST_CHECK;

/* The header in a result; ERR_NOTFOUND for null. */
enum status node_header(struct block_ref *out, const struct source_node *node,
			const struct rpc_call *call, struct error *err) MUST_CHECK;
/* The same, and its number is this one. */
enum status node_header_of(struct block_ref *out, uint64_t number, const struct source_node *node,
			   const struct rpc_call *call, struct error *err) MUST_CHECK;

/* The logs in a result, appended and checked to be what was asked for; only appended where `filter`
 * is NULL. */
enum status node_logs(struct log_list *list, const struct source_node *node,
		      const struct rpc_call *call, uint64_t from, uint64_t to,
		      const struct log_filter *filter, struct error *err) MUST_CHECK;

enum status node_calls(struct chain_call *calls, size_t count, struct arena *arena,
		       struct source *source, const struct block_ref *at, struct error *err);

enum status node_material(struct block_material *out, struct arena *arena, struct source *source,
			  uint64_t number, const struct hash *hash, unsigned parts,
			  struct error *err);
enum status node_account_proof(struct account_proof *out, struct arena *arena,
			       struct source *source, struct address address,
			       const struct hash *slots, size_t slot_count,
			       const struct block_ref *at, struct error *err);

struct range_job *node_range_begin(struct source *source, const struct range_ask *ask);
void node_range_step(struct source *source, uint64_t wait_ms);
void node_range_wake(struct source *source);
void node_range_end(struct source *source, struct range_job *job);

#endif
