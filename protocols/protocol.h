/*
 * protocol.h - a protocol is one table: its contracts, events and handlers, figures, views, checks.
 *
 * Adding one touches its own folder, one line in registry.c, a configuration and a docs page.
 *
 * What a protocol may do: read and change rows of its pool through the state it is given, post to
 * the books, report checks, ask the contract's views through struct chain_asker. It does no I/O of
 * its own, knows no clock and no globals: the same blocks give the same rows, always.
 *
 * Order of calls for a block: birth (once, in the block of the contract's creation) or seed (once,
 * in the pool's first block), then begin_transaction, handlers in log order, end_transaction for
 * each transaction with logs, then end_block.
 */
#ifndef PROTOCOLS_PROTOCOL_H
#define PROTOCOLS_PROTOCOL_H

#include "abi/codec.h"
#include "chain/call.h"
#include "ledger/book.h"
#include "ledger/trace.h"
#include "protocols/check.h"
#include "protocols/figure.h"
#include "protocols/item.h"
#include "protocols/storage.h"

struct protocol;
struct audit;

enum { ROLES_MAX = 16, EVENTS_MAX = 64, POOLS_MAX = 64 };

/* A contract that a pool is made of, as the configuration names it under "contracts". */
struct contract_role {
	const char *name;
	bool is_list; /* an array of addresses */
	bool is_optional;
	/* The pool is followed from its creation: its history must be seen from the first log.
	 * Other contracts (tokens) may be older than start_block and are seeded by eth_call. */
	bool is_followed_from_birth;
};

/* One configured pool; strings and arrays live as long as the configuration. */
struct pool_setup {
	const char *name;
	const char *protocol;
	uint64_t start_block;
	struct {
		const struct address *addresses;
		size_t count;
	} contracts[ROLES_MAX]; /* by role */
};

struct pool {
	struct pool_setup setup;
	const struct protocol *protocol;
	uint16_t id;             /* position in the configuration; part of row keys */
	struct abi_item *events; /* compiled event rules, in their order */
	struct pool_view *views; /* compiled view rules, in their order */
	/* Compiled storage rules, in their order; NULL where there is no layout. */
	struct storage_place *pool_storage;
	struct storage_place *account_storage;
};

/* A view rule made ready to ask. */
enum { VIEW_FIGURES_MAX = 12 };
struct pool_view {
	uint8_t selector[4];
	int figures[VIEW_FIGURES_MAX]; /* index in the figure rules, -1: the word is passed over */
	bool has_storage[VIEW_FIGURES_MAX]; /* the figure can be proved, too */
};

/* One event in hand. */
struct pool_event {
	const struct event_log *log;
	size_t rule;                    /* index in protocol->events */
	const struct abi_value *values; /* in the order of the event's parameters */
};

/* What a handler works with. */
struct applying {
	const struct pool *pool;
	struct state *state;
	struct arena *arena; /* of the block */
	const struct block_ref *block;
	struct checker *checker;
	struct trace *trace; /* of the event at hand */
	struct book *book;
	const struct chain_asker *chain; /* may be NULL: then nothing can be asked */
	void *scratch; /* protocol->scratch_size bytes, zeroed when a block begins */
	const struct pool_event *event; /* NULL outside of a handler */
	/* The block's logs behind it, of whatever contract: a call may log what it is only after
	 * what it does. They are looked at, never applied out of turn. */
	const struct event_log *following;
	size_t following_count;
	/* The checker's counts when that event began. */
	uint64_t passed_before;
	uint64_t failed_before;
	/* The first failure that is not a check's: sticky, ends the block. */
	enum status status;
	struct error error;
};

/* Keeps the first failure. */
void applying_fail(struct applying *a, enum status status, const struct error *err);

struct event_rule {
	size_t role;      /* whose event */
	const char *text; /* human-readable ABI */
	void (*apply)(struct applying *a,
		      const struct pool_event *event); /* NULL: kept, no effect */
};

/* What a reader works with. */
struct reading {
	const struct pool *pool;
	struct state *state;
	struct arena *arena;
	uint64_t block;
	/* The block's time; the two differ where the mirror has no header of it: then its time is
	 * somewhere between them, and figures that depend on it may be null. */
	uint64_t time_earliest;
	uint64_t time_latest;
};

enum view_argument {
	VIEW_NOTHING,
	VIEW_ACCOUNT,  /* asked for each account */
	VIEW_CONTRACT, /* the address of another contract of the pool */
	VIEW_ITEM,     /* asked for each item of a list, with `words` for arguments */
};

/* One argument of a view. */
enum view_word_kind { VIEW_WORD_KEY, VIEW_WORD_ACCOUNT, VIEW_WORD_CONTRACT, VIEW_WORD_NUMBER };

struct view_word {
	enum view_word_kind kind;
	/* Which part of the item's key; whose address, by role (its only contract); the number. */
	uint64_t value;
};

enum { VIEW_WORDS_MAX = 4 };

/* A view of the contract and which figures its return values are. */
struct view_rule {
	size_t role;
	const char *signature; /* "userStake(address)" */
	enum view_argument argument;
	size_t argument_role; /* VIEW_CONTRACT */
	size_t list;          /* VIEW_ITEM: in the protocol's lists */
	/* VIEW_ITEM: the item's own contract is asked, the address in that part of its key, counted
	 * from 1; 0: the role's only contract. */
	size_t contract_part;
	/* All arguments, where they are not just the one that `argument` says. */
	struct view_word words[VIEW_WORDS_MAX];
	size_t word_count;
	size_t check; /* the check that it serves */
	/* Figure names by position of the returned words; NULL skips a word. Ends at count. */
	const char *figures[VIEW_FIGURES_MAX];
	size_t count;
};

struct protocol {
	const char *name;
	const char *title; /* for people */
	const struct contract_role *roles;
	size_t role_count;
	const struct event_rule *events;
	size_t event_count;
	/* Names of payouts and claims, whose transactions are proved and senders recovered; ends
	 * with NULL; may be NULL. */
	const char *const *sender_events;
	const struct check_rule *checks;
	size_t check_count;
	const struct figure_rule *pool_figures;
	size_t pool_figure_count;
	const struct figure_rule *account_figures;
	size_t account_figure_count;
	/* Its rows are the accounts, by address; see account.h. NULL: there are none. */
	const struct row_table *accounts;
	/* Those that a table of accounts on a terminal shows, up to NULL; NULL: all. */
	const char *const *account_columns;
	/* Policies, claims, markets …; see item.h. */
	const struct item_list *lists;
	size_t list_count;
	const struct view_rule *views;
	size_t view_count;
	/* Which figures can be proved from the contract's storage; each has a view, too. May be
	 * NULL: none. */
	const struct storage_layout *storage;
	size_t scratch_size;

	/* Where the asset's ERC-20 stands. */
	size_t asset_role;
	/* Decimals of the figures in UNIT_ASSETS, where the contracts keep their books with others
	 * than the token has; 0: the token's own. */
	uint64_t book_decimals;

	/* The logs that the pool needs; filters and what they point to are in the arena. */
	size_t (*filters)(struct log_filter *out, size_t out_max, struct arena *arena,
			  const struct pool *pool);

	/*
	 * seed: the state of older contracts at `before`, the block before start_block (asked by
	 * eth_call where `has_code[role]` says that the contract was there). birth: what the
	 * creation of the contract set without an event, `a->block` being its block. Both keep with
	 * each figure where it comes from.
	 */
	enum status (*seed)(struct applying *a, const struct block_ref *before,
			    const bool *has_code, struct error *err);
	enum status (*birth)(struct applying *a, struct error *err);

	void (*begin_transaction)(struct applying *a, const struct hash *transaction);
	void (*end_transaction)(struct applying *a);
	/* `is_thorough`: also the checks that walk all accounts. */
	void (*end_block)(struct applying *a, bool is_thorough);
	/* What is kept of the pool's rows, computed anew from all of them; see audit.h. */
	void (*audit)(struct audit *audit);
	/* A block without any event of the pool. */
	void (*idle_block)(struct applying *a);

	/* Whether the pool's contracts exist as of the reading's block. */
	bool (*is_born)(const struct reading *r);
	/* Fill the figures in the order of the rules. read_account knows any address. */
	void (*read_pool)(struct figure *out, const struct reading *r);
	void (*read_account)(struct figure *out, const struct reading *r, struct address account);
	/* Where each seeded figure comes from, a line a figure; "" before the pool is seeded. */
	const char *(*provenance)(const struct reading *r);

	/* What one payout did, for `payouts` and `explain`; see payout.h. */
	const struct payout_rules *payouts;
	/* What cover costs; see quote.h. NULL: the protocol sells none. */
	const struct quote_rules *quote;
};

/* Registered protocols. */
const struct protocol *protocol_find(const char *name); /* NULL if there is none */
size_t protocol_count(void);
const struct protocol *protocol_at(size_t index);

/* Parses the protocol's event texts; the arena owns the pool's parts. pool_make: the same with a
 * protocol in hand, whatever the setup's text says. */
enum status pool_make(struct pool *out, struct arena *arena, const struct protocol *protocol,
		      const struct pool_setup *setup, uint16_t id, struct error *err) MUST_CHECK;
enum status pool_init(struct pool *out, struct arena *arena, const struct pool_setup *setup,
		      uint16_t id, struct error *err) MUST_CHECK;

/* The rule that a log is an event of, or -1: by address and topic0. */
int pool_match(const struct pool *pool, const struct event_log *log);

/* The role's only address. */
struct address pool_contract(const struct pool *pool, size_t role);

/* The protocol's list of that name, or NULL. */
const struct item_list *protocol_list(const struct protocol *protocol, const char *name);

/* The rules of the figures that a view tells: the pool's, an account's or an item's. */
const struct figure_rule *view_rule_figures(size_t *count, const struct protocol *protocol,
					    const struct view_rule *rule);

/* The figure's index in the rules, or -1. */
int figure_find(const struct figure_rule *rules, size_t count, const char *name);

#endif
