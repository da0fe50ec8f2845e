/* sim_json.h - simulated blocks as a node's JSON-RPC writes them. Results are new references. */
#ifndef TESTS_SUPPORT_SIM_JSON_H
#define TESTS_SUPPORT_SIM_JSON_H

#include <jansson.h>

#include "chain/account_proof.h"
#include "tests/support/sim_attack.h"

/* As in eth_getBlockByNumber; with bodies instead of hashes where `is_full`. */
json_t *sim_json_block(const struct sim_block *block, bool is_full);

/* As in eth_getTransactionByHash. */
json_t *sim_json_transaction(const struct sim_block *block, size_t index);

/* As in eth_getBlockReceipts. */
json_t *sim_json_receipt(const struct sim_told_receipt *receipt);

/* As in eth_getLogs. */
json_t *sim_json_log(const struct event_log *log, uint64_t timestamp);

/* As in eth_getProof. */
json_t *sim_json_proof(const struct account_proof *proof);

/* "0x…" of bytes, and the shortest "0x…" of a number. */
json_t *sim_json_bytes(const void *data, size_t size);
json_t *sim_json_quantity(uint64_t value);

#endif
