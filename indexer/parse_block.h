/*
 * parse_block.h - whole blocks as a node or a recorded chain writes them: header, transactions,
 * receipts, state proofs. All that a proof needs, and none of it proved.
 *
 * Pure functions over bytes, in the manner of rpc_parse.h: every member that is used must be there
 * once, of the right form; what is missing or wrong is named (ERR_BAD_DATA). Results are in the
 * arena, nothing points into the text.
 */
#ifndef INDEXER_PARSE_BLOCK_H
#define INDEXER_PARSE_BLOCK_H

#include "chain/account_proof.h"
#include "chain/block_proof.h"
#include "indexer/json_read.h"

/*
 * A block as in eth_getBlockByNumber, with transaction hashes or with bodies: fills claimed_hash,
 * header (its fork from the members that are there), unknown_member, transactions. Receipts are
 * left as they are. Members that every node adds beside the header (size, totalDifficulty, uncles,
 * withdrawals, transactions, null ones) are no unknown members.
 */
enum status parse_block(struct block_material *out, struct arena *arena, struct json_reader *r,
			struct error *err) MUST_CHECK;

/* The array of eth_getBlockReceipts, in its order; fills receipts and receipt_claims. What the
 * header says of the fork is used, so the block comes first where there is one. */
enum status parse_receipts(struct block_material *out, struct arena *arena, struct json_reader *r,
			   struct error *err) MUST_CHECK;

/* One receipt as in eth_getTransactionReceipt. parse_block_settle when all of a block are there. */
enum status parse_receipt(struct receipt *out, struct receipt_claim *claim, struct arena *arena,
			  struct json_reader *r, struct error *err) MUST_CHECK;

/* Receipts that name a state root beside their status have none where the header is of a fork long
 * behind Byzantium; done by parse_receipts. */
void parse_block_settle(struct block_material *m);

/* As eth_getProof answers. */
enum status parse_account_proof(struct account_proof *out, struct arena *arena,
				struct json_reader *r, struct error *err) MUST_CHECK;

#endif
