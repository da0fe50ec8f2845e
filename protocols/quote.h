/*
 * quote.h - what cover would cost now, from the mirror's figures alone.
 *
 * A protocol that sells cover for a premium has quote_rules. A quote follows the contract's own
 * arithmetic; where the contract would revert there is no price, and the reason is said.
 */
#ifndef PROTOCOLS_QUOTE_H
#define PROTOCOLS_QUOTE_H

#include "protocols/protocol.h"

struct quote_request {
	u256 amount;      /* cover, base units of what the protocol measures cover in */
	uint64_t seconds; /* from the reading's block on */
	/* Which of the pool's markets, where it has several. */
	bool has_market;
	struct address market;
};

struct quote {
	bool is_priced;
	struct assets premium; /* all that the buyer pays, base units of the pool's asset */
	const char *reason;    /* static: why there is no price; "" where there is one */
	/* Of the liquidity that backs the cover, in 10^18ths, without and with this cover. */
	struct figure utilization_before;
	struct figure utilization_after;
	struct figure rate; /* premium a year for the cover asked for, in 10^18ths */
};

struct quote_rules {
	/* How the cover's amount is to be read and shown: UNIT_ASSETS, or UNIT_PLAIN with the
	 * decimals here. */
	enum figure_unit amount_unit;
	unsigned amount_decimals;
	bool takes_market; /* a request must name one */
	/* Fills `out` (zeroed before) and the trace. */
	void (*price)(struct quote *out, const struct reading *r,
		      const struct quote_request *request, struct trace *trace);
};

#endif
