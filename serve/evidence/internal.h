/*
 * internal.h - what the files of evidence share. Nobody else includes it.
 *
 * An evidence file is a function of a few members: those that `struct evidence` begins with. What
 * else stands in it for people and other programs (decoded fields, arguments, the sender) is
 * derived from them. So a file is checked in three steps: the few are read, they are proved and the
 * rest is derived, and what is then written must be the file again, byte for byte.
 */
#ifndef SERVE_EVIDENCE_INTERNAL_H
#define SERVE_EVIDENCE_INTERNAL_H

#include "abi/codec.h"
#include "chain/header.h"
#include "chain/transaction.h"
#include "chain/trie.h"
#include "serve/evidence/evidence.h"
#include "serve/evidence/text.h"

enum {
	EVIDENCE_VERSION = 1,
	EVIDENCE_HEADERS_MAX = 256, /* between the block and its anchor */
};

enum anchor_kind { ANCHOR_CHECKPOINT, ANCHOR_FINALIZED, ANCHOR_HEAD };
enum { ANCHOR_KINDS = ANCHOR_HEAD + 1 };

struct evidence_log {
	uint64_t index;        /* within the receipt */
	const char *signature; /* "event Staked(address indexed user, uint256 amount)" */
	/* derived: */
	const struct event_log *log;
	struct abi_item item;
	const struct abi_value *values;
};

struct evidence_anchor {
	enum anchor_kind kind;
	uint64_t number;
	struct hash hash;
	/* Rising by number, without the block's own. */
	bool has_headers;
	struct slice *headers;
	size_t header_count;
};

/* An element of one of the block's two ordered tries. */
struct evidence_element {
	uint64_t index;
	struct slice encoding;
	struct slice *nodes;
	size_t node_count;
};

struct evidence {
	/* What the file is about, and follows from the rest where the rest has it. */
	uint64_t chain_id;
	uint64_t block;
	struct hash block_hash;
	struct hash transaction_hash;

	struct slice header_encoding;
	struct evidence_element receipt_element;
	bool has_transaction;
	struct evidence_element transaction_element;
	struct evidence_log *logs; /* rising by index */
	size_t log_count;
	struct slice claims; /* JSON text, as it stands in the file */
	struct evidence_anchor anchor;

	/* Out of the claims. */
	uint64_t logs_before; /* logs of the block before the receipt's first */

	/* derived: */
	struct block_header header;
	struct receipt receipt;
	struct transaction transaction;
	struct address sender;
};

/* "checkpoint", "finalized", "head" */
const char *anchor_kind_name(enum anchor_kind kind);

/* Why a file has no transaction. */
extern const char evidence_no_bodies[];

/* "event PaidOutClaim(address indexed recipient, uint256 totalStake, uint256 amount)" */
const char *evidence_signature(struct arena *arena, const struct abi_item *event);

/* An event's arguments by name, as explain has them. */
json_t *evidence_arguments(const struct abi_item *event, const struct abi_value *values,
			   struct arena *arena);

/* read.c: the members that the others follow from; slices are in the arena or in `file`.
 */
enum status evidence_read(struct evidence *out, struct arena *arena, struct slice file,
			  struct error *err) MUST_CHECK;

/* prove.c: proves what was read and fills what is derived. */
enum status evidence_prove(struct evidence *e, struct arena *arena, struct error *err) MUST_CHECK;

/* claims.c: the explanation is about what is proved, and says of it what is proved. */
enum status evidence_check_claims(const struct evidence *e, struct arena *arena,
				  struct error *err) MUST_CHECK;

/* render.c: the whole file, sealed. */
struct slice evidence_render(const struct evidence *e, struct arena *arena);

/* The last line but one, which seals all before it. */
enum { SEAL_LINE_SIZE = sizeof(" \"seal\": \"0x\"\n}\n") - 1 + 2 * HASH_BYTES };

/* anchor.c: chooses the anchor and fetches the headers up or down to it, each proved. */
enum status evidence_find_anchor(struct evidence_anchor *out, struct arena *arena,
				 const struct config *config, struct source *source,
				 const struct block_header *header, struct hash hash,
				 struct error *err) MUST_CHECK;

/*
 * fetch.c: a block's material, proved to belong to that hash: its header and, where they
 * are in `parts`, its receipts and (where bodies are available) its transactions, with the sender
 * of `transaction` (may be NULL).
 */
enum status evidence_fetch(struct block_material *out, struct arena *arena, struct source *source,
			   uint64_t number, struct hash hash, unsigned parts,
			   const struct hash *transaction, struct error *err) MUST_CHECK;

/* verdict.c: what a proved file shows, in words. */
void evidence_judge(struct evidence_verdict *out, struct arena *arena, const struct evidence *e);

#endif
