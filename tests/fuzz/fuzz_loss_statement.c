/*
 * Any text as a loss statement: it is read and assessed, and what is paid is within the cover and
 * the pool; or it is refused as ERR_USAGE in one line.
 */
#include <assert.h>
#include <string.h>

#include "cli/loss_statement.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_verdict(struct arena *arena, const struct guideline_statement *terms)
{
	struct guideline_token *tokens = arena_array(arena, terms->loss_count, sizeof(*tokens));
	struct trace trace;
	struct guideline_verdict verdict;

	trace_reset(&trace);
	guideline_assess(&verdict, tokens, &trace, terms);
	assert(!trace.is_cut && trace.count);
	if (verdict.is_computable) {
		assert(assets_compare(verdict.payout, terms->cover) <= 0);
		assert(assets_compare(verdict.payout, terms->liquidity) <= 0);
	}
	assert(verdict.decision == DECISION_EXCLUDED || !verdict.is_payable_known ||
	       assets_compare(verdict.payable, verdict.payout) == 0);
	assert(verdict.decision != DECISION_PAYABLE || verdict.is_computable);
	for (size_t i = 0; i < GUIDELINE_EXCLUSIONS; i++)
		assert(verdict.exclusions[i].id && *verdict.exclusions[i].reason);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct loss_statement statement;
	struct error err;
	enum status st = loss_statement_parse(&statement, arena, "fuzz.json", (const char *)data,
					      size, &err);

	if (st == OK) {
		check_verdict(arena, &statement.terms);
	} else {
		assert(st == ERR_USAGE && err.status == st);
		assert(strncmp(err.message, "fuzz.json: ", 11) == 0);
		for (const char *at = err.message; *at; at++)
			assert((unsigned char)*at >= 0x20);
	}
	arena_free(arena);
	return 0;
}
