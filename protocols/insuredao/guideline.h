/*
 * guideline.h - InsureDAO's payout guideline as rules: what a policy pays for a loss, which
 * exclusions apply, and what a human has to judge.
 *
 * The guideline ("Payout Guideline for Smart Contract Pool Insurance", in InsureDAO's
 * documentation) is written for people, who decide; no contract enforces it. What it leaves open is
 * chosen here, and each choice is told in docs/protocols/insuredao.md. The amounts follow the
 * market's contract where that computes the same (MarketTemplate, redeem): the loss times the
 * incident's numerator over its denominator, at most the cover.
 *
 * All functions are pure. Amounts in the market's token are struct assets, times are seconds since
 * 1970.
 */
#ifndef PROTOCOLS_INSUREDAO_GUIDELINE_H
#define PROTOCOLS_INSUREDAO_GUIDELINE_H

#include "abi/types.h"
#include "ledger/amount.h"
#include "ledger/trace.h"

enum {
	GUIDELINE_DAY = 86400,
	GUIDELINE_PRICE_WINDOW = 3 * GUIDELINE_DAY, /* before the incident, and as long after it */
	GUIDELINE_DECIMALS_MAX = 36,
};

/* ---- prices ---- */

/* The lowest price of a token in the window around the incident. Zeroed, it knows none. */
struct guideline_price {
	bool is_known;
	u256 lowest;
	uint64_t lowest_at; /* the first time that it was so low */
	uint64_t before;    /* prices in the three days up to the incident, its second included */
	uint64_t after;     /* and in the three days from it on */
};

/* Takes a price in if it is of the window, both ends of which belong to it. In any order. */
void guideline_price_look(struct guideline_price *price, uint64_t incident, uint64_t timestamp,
			  u256 value);

/* ---- losses ---- */

enum guideline_kind {
	GUIDELINE_LOST,     /* gone for good: counts whole */
	GUIDELINE_HELD,     /* was held where the incident was: the incident's part of it is lost */
	GUIDELINE_LENT,     /* was lent there: less what was borrowed, likewise */
	GUIDELINE_BORROWED, /* was borrowed there, and is kept */
};

/* One amount of one token. */
struct guideline_loss {
	enum guideline_kind kind;
	const char *token;
	unsigned decimals; /* of the token */
	u256 amount;       /* in its base units */
	bool is_asset;     /* it is the market's own token: counts as it is, without a price */
	struct guideline_price price; /* of a whole token in whole tokens of the market */
	unsigned price_decimals;
};

/* amount * price * 10^assetDecimals // 10^(tokenDecimals + priceDecimals), the product with 512
 * bits. False without a price, or where the value does not fit 256 bits. */
bool guideline_value(struct assets *out, struct trace *trace, const struct guideline_loss *loss,
		     unsigned asset_decimals) MUST_CHECK;

/* What was lent less what was borrowed; nothing where more was borrowed. */
struct assets guideline_net_lending(struct trace *trace, struct assets lent,
				    struct assets borrowed);

/* exposure * fundsLost // fundsBefore: what of it the incident took. */
bool guideline_partial_loss(struct assets *out, struct trace *trace, struct assets exposure,
			    u256 funds_lost, u256 funds_before) MUST_CHECK;

/* min(cover, loss, liquidity): the lesser of cover and actual loss, as far as the pool is liable.
 */
struct assets guideline_payout(struct trace *trace, struct assets cover, struct assets loss,
			       struct assets liquidity);

/* ---- the reporting process ---- */

enum guideline_step {
	STEP_REQUEST, /* the reporting request: 48 hours from the incident */
	STEP_ACCEPT,  /* accepted by a reporting member: 3 days from the request */
	STEP_REPORT,  /* investigated, the list of payouts published: 4 days from there */
	STEP_VOTE,    /* the vote off the chain: 3 days from the list */
	STEP_EXECUTE, /* executed on the chain: 2 days from the vote */
	GUIDELINE_STEPS,
};

enum guideline_step_state {
	STEP_IN_TIME,
	STEP_LATE,
	STEP_OPEN,    /* not done, and its time is not over or nobody said what time it is */
	STEP_MISSED,  /* not done, and its time is over */
	STEP_WAITING, /* for the step before it */
};

struct guideline_process {
	uint64_t done[GUIDELINE_STEPS]; /* 0: not yet; none is done before the step before it */
	uint64_t as_of;                 /* when the statement is of; 0: not said */
};

struct guideline_deadline {
	const char *name;
	uint64_t limit; /* seconds from the step before */
	uint64_t due;   /* done by this second is in time; 0: waiting */
	uint64_t done;  /* 0: not yet */
	enum guideline_step_state state;
};

void guideline_deadlines(struct guideline_deadline out[GUIDELINE_STEPS], uint64_t incident,
			 const struct guideline_process *process);

/* ---- exclusions ---- */

enum guideline_answer { GUIDELINE_NO, GUIDELINE_YES, GUIDELINE_HUMAN };

enum guideline_exclusion {
	EXCLUDED_PERIOD,       /* the incident is outside of the policy's period */
	EXCLUDED_ADDRESS,      /* the victim is not the buyer */
	EXCLUDED_LATE_REQUEST, /* no reporting request within 48 hours */
	EXCLUDED_PROCESS,      /* a later step is late: a human's to judge */
	EXCLUDED_PRICES,       /* the window's prices are incomplete: a human's to judge */
	EXCLUDED_CAUSE,        /* not a bug, a hack or a failed oracle */
	EXCLUDED_CODE,         /* the contracts cannot be investigated */
	EXCLUDED_IMMATERIAL,   /* no material loss of funds */
	EXCLUDED_OTHER,        /* any other exclusion of the guideline */
	GUIDELINE_EXCLUSIONS,
};

/* Whether it applies, and why, in words of static text. */
struct guideline_finding {
	const char *id;    /* "outside_period" */
	const char *title; /* what it is about, as a sentence */
	enum guideline_answer applies;
	const char *reason;
};

/* What no rule can tell from figures. GUIDELINE_HUMAN: not said. */
struct guideline_facts {
	enum guideline_answer covered_cause;
	enum guideline_answer investigable;
	enum guideline_answer material_loss;
	enum guideline_answer other_exclusion;
};

/* ---- the whole ---- */

struct guideline_statement {
	struct assets cover;
	uint64_t start; /* of the policy; both ends belong to it */
	uint64_t end;
	struct address buyer;
	struct address victim;
	uint64_t incident;
	u256 funds_lost;   /* of what the protocol held, ... */
	u256 funds_before; /* ... at least 1 */
	struct assets liquidity;
	unsigned asset_decimals;
	const struct guideline_loss *losses;
	size_t loss_count;
	struct guideline_process process;
	struct guideline_facts facts;
};

void guideline_exclusions(struct guideline_finding out[GUIDELINE_EXCLUSIONS],
			  const struct guideline_deadline deadlines[GUIDELINE_STEPS],
			  const struct guideline_statement *statement);

enum guideline_decision { DECISION_PAYABLE, DECISION_EXCLUDED, DECISION_HUMAN };

struct guideline_verdict {
	bool is_computable;   /* false: payout is not known (a price is missing, or it is too large)
			       */
	struct assets payout; /* what the policy pays where nothing excludes it */
	struct assets payable; /* the same, or 0 where an exclusion applies */
	bool is_payable_known;
	enum guideline_decision decision;
	struct guideline_finding exclusions[GUIDELINE_EXCLUSIONS];
	struct guideline_deadline deadlines[GUIDELINE_STEPS];
};

/* What one loss is worth, and why. */
struct guideline_token {
	bool is_computable;
	struct assets value;
	struct trace trace;
};

/* `tokens` gets what each of the losses is worth (loss_count of them), `trace` the rest. */
void guideline_assess(struct guideline_verdict *out, struct guideline_token *tokens,
		      struct trace *trace, const struct guideline_statement *statement);

/* "late", "applies", "payable" and the like; static text. */
const char *guideline_step_state_name(enum guideline_step_state state);
const char *guideline_answer_name(enum guideline_answer answer);
const char *guideline_decision_name(enum guideline_decision decision);

#endif
