/*
 * sim_node.h - a simulated chain as a JSON-RPC node: a callback for fakenode.h.
 *
 * Answers eth_chainId, eth_syncing, eth_blockNumber, eth_getBlockByNumber and …ByHash (tags,
 * bodies), eth_getBlockReceipts, eth_getTransactionReceipt and …ByHash, eth_getLogs (ranges and
 * blockHash), eth_getCode, eth_getProof, and eth_call of the views that a mirror asks; single and
 * in batches. Other methods do not exist (-32601). It is honest but for one attack at a time.
 */
#ifndef TESTS_SUPPORT_SIM_NODE_H
#define TESTS_SUPPORT_SIM_NODE_H

#include "tests/support/fakenode.h"
#include "tests/support/sim_attack.h"

struct sim_node;

/* `number` is the node's own, among several of one test. The chain is borrowed; NULL: nothing may
 * be asked before sim_node_follow. */
struct sim_node *sim_node_new(const struct sim_chain *chain, unsigned number);
void sim_node_free(struct sim_node *node);

/* These may be called while the node is served. */

/* Another chain (a reorganisation; NULL: the same) whose newest block is `head`. */
void sim_node_follow(struct sim_node *node, const struct sim_chain *chain, uint64_t head);
/* The lie from now on; NULL, or one of another node's number: none. Copied. */
void sim_node_attack(struct sim_node *node, const struct sim_attack *attack);
/* How many answers showed the attacked block in a way that the lie is in. */
uint64_t sim_node_lies_told(struct sim_node *node);
/* How many answers were about the attacked block, in any of these channels; lies or not. */
uint64_t sim_node_asked(struct sim_node *node, unsigned channels);
/* The finalized block stands so far below the head; 8 at first. */
void sim_node_finality(struct sim_node *node, uint64_t depth);

/* The context is a struct sim_node. */
fake_answer sim_node_answer;

/* One call's answer, for tests without a server; a new reference. */
json_t *sim_node_call(struct sim_node *node, const json_t *call);

#endif
