/*
 * answer.h - what the command line prints with --json and HTTP answers: one document a question.
 *
 * Every function gives a new JSON reference, or NULL with the error filled. Amounts are decimal
 * strings in base units, ratios decimal strings with 18 places, block numbers, counts and
 * timestamps of blocks numbers, null what is not computable or not known.
 */
#ifndef SERVE_ANSWER_ANSWER_H
#define SERVE_ANSWER_ANSWER_H

#include <jansson.h>

#include "protocols/quote.h"
#include "reconcile/withdrawn.h"
#include "serve/reader.h"

json_t *answer_status(struct moment *m, struct error *err);
json_t *answer_pools(struct moment *m, struct error *err);
json_t *answer_pool(struct moment *m, const struct pool *pool, struct error *err);

/* What the figures, lists, payouts, quotes and checks of each configured protocol are: their names,
 * kinds, units and meanings; and how many items a page may have. Never NULL: it is part of the
 * program and its configuration. */
json_t *answer_protocols(const struct config *config);

/*
 * The cursor of a list of a moment, "next", names the block that the page is as of: "CURSOR@0xHASH"
 * (or "CURSOR@NUMBER" where the mirror has no header of it). So the pages that follow are of that
 * block, too, whatever comes meanwhile. "CURSOR" alone is taken as well.
 */
struct page {
	size_t limit;      /* at most that many items; 0: no limit */
	const char *after; /* the cursor that the page before gave as "next", or NULL */
	const char *of;    /* the block that it names, or NULL */
};

/* `after`: the "next" of the page before, or NULL. */
struct page page_after(size_t limit, const char *after, struct arena *arena);
/* The block to open the moment as of: the one that the cursor names, unless `at` names one. */
const char *page_at(const struct page *page, const char *at);
/* ERR_USAGE: the cursor names another block than the moment's. */
enum status page_check(const struct moment *m, const struct page *page,
		       struct error *err) MUST_CHECK;
/* `cursor` with the moment's block. */
json_t *json_next(const struct moment *m, const char *cursor);

/* Ordered by address; the cursor is the last account. */
json_t *answer_accounts(struct moment *m, const struct pool *pool, const struct page *page,
			struct error *err);
json_t *answer_account(struct moment *m, const struct pool *pool, struct address account,
		       struct error *err);

/* The account in every pool that knows it, in the configuration's order. */
json_t *answer_holdings(struct moment *m, struct address account, struct error *err);

/* The pool's list of that name; ERR_USAGE names the lists that there are. */
enum status answer_list(const struct item_list **out, const struct pool *pool, const char *name,
			struct error *err) MUST_CHECK;

/* A list's items in order of their keys; the cursor is the last one's key (item.h). */
json_t *answer_items(struct moment *m, const struct pool *pool, const struct item_list *list,
		     const struct page *page, struct error *err);

/*
 * What each pool could pay: its liquidity and what of it is bound, its open cover, the `largest`
 * heaviest open covers, and what would remain if those were claimed in whole, one after the other.
 * `pool`: only that one; NULL: all.
 */
json_t *answer_solvency(struct moment *m, const struct pool *pool, size_t largest,
			struct error *err);

struct history_query {
	uint64_t from_block;
	uint64_t to_block;
	size_t points; /* at most that many, spread evenly over the blocks; 0: each block */
	bool has_account;
	struct address account;
};

/* The pool's common figures, or all of the account's where one is named, as of blocks that the
 * mirror holds, oldest first, for plotting. */
json_t *answer_history(struct moment *m, const struct pool *pool, const struct history_query *query,
		       struct error *err);

/* Oldest first; the cursor is "block:log". With what each cost the accounts: how many, the sum, the
 * heaviest loss; every account's is in answer_explain. */
json_t *answer_payouts(struct moment *m, const struct pool *pool, const struct page *page,
		       struct error *err);

/*
 * What cover of that amount and time would cost as of the moment, with the figures that lead to it;
 * or why there is no price. ERR_USAGE: the protocol sells none by a formula, or wants a market.
 */
json_t *answer_quote(struct moment *m, const struct pool *pool, const struct quote_request *request,
		     struct error *err);

struct event_query {
	const struct pool *pool; /* NULL: all */
	const char *event;       /* name, or NULL */
	bool has_account;
	struct address account; /* any of the event's addresses */
	uint64_t from_block;
	uint64_t to_block;
	bool is_newest_first;
};

/* Oldest first, or newest first; the cursor is "block:log". A log that is an event of several pools
 * stays on one page, which may so become a little longer. */
json_t *answer_events(struct moment *m, const struct event_query *query, const struct page *page,
		      struct error *err);

struct finding_query {
	const struct pool *pool; /* NULL: all */
	const char *check;       /* id, or NULL */
	const char *state;       /* "open", "resolved", "withdrawn", or NULL: all */
	bool has_severity;
	enum severity severity; /* at least */
};

/* By block, then in the order of finding; the cursor is the id, or says that it is withdrawn, and
 * names no block. */
json_t *answer_findings(struct moment *m, const struct finding_query *query,
			const struct page *page, struct error *err);

/* Every event of the transaction, or the one at `log_index` (negative: all), with its figures. */
json_t *answer_explain(struct moment *m, struct hash transaction, int64_t log_index,
		       struct error *err);

/* Open findings of all pools by severity. */
struct open_findings {
	uint64_t error;
	uint64_t warning;
	uint64_t info;
};

struct open_findings open_findings(struct moment *m);

/*
 * Sets "proved" as of the moment: [{from, to, level, blocks}], oldest first, ranges of which
 * nothing is proved left out; of more than PROVED_RANGES_MAX the newest, and "proved_truncated":
 * true.
 */
enum { PROVED_RANGES_MAX = 1000 };
enum status proved_put(json_t *document, struct moment *m, struct error *err) MUST_CHECK;

/* Puts `state` ("ok", or "degraded" while a block that failed its proof, or a full disk, keeps the
 * mirror from going on) and `reason`. */
void state_put(json_t *status, const struct moment *m);
/* The same, and `nodes`: what the endpoints were last seen to be like. */
enum status nodes_put(json_t *status, const struct moment *m, struct error *err) MUST_CHECK;

/* Puts `daemon`, `node_head`, `lag` and `rate`, all of now: who writes, and how the work goes. */
enum status work_put(json_t *status, const struct moment *m, struct error *err) MUST_CHECK;
/* Puts `reorgs`: {count, items}, how often blocks were dropped, and the last times, newest first.
 */
enum status reorgs_put(json_t *status, const struct moment *m, struct error *err) MUST_CHECK;
/* Puts `alerts`, of now: what waits for each, and how it goes. */
enum status alerts_put(json_t *status, const struct moment *m, struct error *err) MUST_CHECK;

/* Pieces that the others are made of (json.c). */
json_t *json_u256(u256 value);
/* Words that were put together out of others', and cut where they were too long, perhaps in the
 * middle of a character: bytes that are no UTF-8 become question marks. */
json_t *json_words(const char *words);
json_t *json_words_n(const char *words, size_t size);
json_t *json_address(struct address address);
json_t *json_hash(struct hash hash);
json_t *json_figure(const struct figure_rule *rule, const struct figure *figure,
		    struct arena *arena);
/* Puts the parts of an item's key, by their names. */
void json_put_key(json_t *object, const struct item_list *list, const uint8_t *key,
		  struct arena *arena);
/* The pool's figure of that name, out of all that read_pool filled; null where it has none. */
json_t *json_pool_figure(const struct protocol *protocol, const struct figure *figures,
			 const char *name, struct arena *arena);
json_t *json_asset(const struct reading *r);     /* {address, symbol, decimals} */
json_t *json_at(const struct moment *m);         /* {block, hash, timestamp}; null: empty */
json_t *json_block(const struct block_ref *ref); /* {number, hash, timestamp} */
/* A string that is not UTF-8 is its bytes in hexadecimal, with 0x. */
json_t *json_abi_value(const struct abi_value *value, struct arena *arena);
json_t *json_trace(const struct trace *trace);
/* An item of answer_findings; what it needs meanwhile comes from the arena. */
json_t *json_finding(const struct pool *pool, const uint8_t *key, const struct finding *finding,
		     struct arena *arena);
/* The same of one that a reorganisation took back. */
json_t *json_withdrawn(const struct pool *pool, const struct withdrawn_finding *withdrawn,
		       struct arena *arena);
/* An item of answer_events: the log as the pool's event of that rule. */
json_t *json_event(const struct pool *pool, const struct event_log *log, size_t rule,
		   const struct abi_value *values, struct arena *arena);
/* An item of answer_accounts, of answer_items, and "state" of answer_pool; what went wrong while
 * their rows were read is the state's to tell. */
json_t *json_account(const struct reading *r, struct address account);
json_t *json_item(const struct reading *r, const struct item_list *list, const uint8_t *key);
json_t *json_pool_state(const struct reading *r);
/* {items, next}: takes both references; next NULL becomes null. */
json_t *json_list(json_t *items, json_t *next);
/* Sets and takes the value's reference. */
void json_put(json_t *object, const char *key, json_t *value);

/* "block:log" read back. ERR_USAGE where it is none. */
enum status cursor_parse(struct event_at *out, const char *text, struct error *err) MUST_CHECK;

#endif
