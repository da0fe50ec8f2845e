/*
 * foreign.h - what else stands in a block: transactions of other people, with their receipts.
 *
 * Made up once from a seed and the same in every block, where they come before all others. Four of
 * ten log nothing; the rest one to eight logs, mostly transfers of tokens: two and a half logs a
 * receipt, as on the main chain.
 */
#ifndef TESTS_BENCH_FOREIGN_H
#define TESTS_BENCH_FOREIGN_H

#include "chain/receipt.h"
#include "tests/bench/text.h"

/* Of every transaction in the made-up chain. */
enum { GAS_A_TRANSACTION = 90000 };

struct foreign {
	struct receipt *receipts;
	struct hash *transactions;
	size_t count; /* of both */
	size_t log_count;
	struct bloom bloom; /* of all of them */
	struct text hashes; /* the transactions' as JSON strings, with a comma behind each */
	struct foreign_parts *parts;
};

/* In the arena; foreign_clear frees what is not. */
void foreign_make(struct foreign *out, struct arena *arena, uint64_t seed, size_t count);
void foreign_clear(struct foreign *foreign);

/* Appends the receipts as JSON, with a comma behind each. */
void foreign_render(struct text *out, const struct foreign *foreign, uint64_t number,
		    struct hash hash);

/* The members of a receipt up to its logs, whose text follows with the closing brackets. */
struct receipt_head {
	uint64_t number;
	struct hash block_hash;
	struct hash transaction;
	struct address from;
	struct address to;
	size_t index; /* among the block's transactions */
	struct bloom bloom;
};

void receipt_render_head(struct text *out, const struct receipt_head *head);
void log_render(struct text *out, const struct event_log *log, uint64_t timestamp);

#endif
