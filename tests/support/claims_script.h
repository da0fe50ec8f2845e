/*
 * claims_script.h - a claims manager, its converter and a Kleros proxy played in memory beside the
 * pool of pool_script.h.
 *
 * The script keeps policies, claims and quotas itself, so that what it logs is what the contract
 * would log; it never refuses anything, so a test can take any step at any time. Amounts are small
 * whole numbers; one API3 costs `price` / 10^18 USD.
 */
#ifndef TESTS_SUPPORT_CLAIMS_SCRIPT_H
#define TESTS_SUPPORT_CLAIMS_SCRIPT_H

#include "protocols/api3/claims_rules.h"
#include "tests/support/pool_script.h"

#define CLAIMS_CONVERTER_TEXT "0x5555555555555555555555555555555555555555"
#define CLAIMS_FEED_TEXT "0x6666666666666666666666666666666666666666"
#define CLAIMS_PROXY_TEXT "0x7777777777777777777777777777777777777777"
#define CLAIMS_ADMIN_TEXT "0x8888888888888888888888888888888888888888"
#define CLAIMS_MEDIATOR_TEXT "0x9999999999999999999999999999999999999999"
#define CLAIMS_ARBITRATOR_TEXT "0xaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

enum {
	CLAIMS_MEDIATOR_PERIOD = 1000,
	CLAIMS_CLAIMANT_PERIOD = 2000,
	CLAIMS_ARBITRATOR_PERIOD = 3000,
	CLAIMS_PLAYED_MAX = 128,
};

struct played_policy {
	int user;
	uint64_t cover;
	uint64_t from;
	uint64_t until;
	const char *text;
	const char *hash;
};

struct played_claim {
	int policy;
	uint64_t amount;
	uint64_t settlement;
	const char *evidence;
	const char *hash;
};

struct claims_play {
	struct script script; /* first: cmocka's state is both */
	struct address proxies[1];
	struct played_policy policies[CLAIMS_PLAYED_MAX];
	int policy_count;
	struct played_claim claims[CLAIMS_PLAYED_MAX];
	int claim_count;
	/* Checkpoints of the mediator's usage. */
	uint64_t charge_times[CLAIMS_PLAYED_MAX];
	uint64_t charge_totals[CLAIMS_PLAYED_MAX];
	size_t charge_count;

	/* What the contracts answer. */
	uint64_t price;        /* at the block in hand, and what the manager pays by */
	uint64_t price_before; /* at the block before */
	uint64_t price_paid;   /* what the manager pays by, where it is another one; 0: `price` */
	bool is_no_mediator;
	bool is_silent;         /* the node has no answers */
	const char *wrong_view; /* its last word is one more */
	/* A contract that breaks its rules, and is consistent about it. */
	uint64_t usd_too_much;
	uint64_t api3_too_much;
	bool skips_payout;
	bool pays_somebody_else;
};

/* A pool with stake, and a manager with its constructor's events and a converter. */
void claims_open_play(struct claims_play *play);
void claims_close_play(struct claims_play *play);
/* Later blocks ask the played contracts. */
void claims_answer(struct claims_play *play);

/* Each is one transaction of the block in hand. Times are seconds since 1970. */
int claims_play_policy(struct claims_play *play, int user, uint64_t cover, uint64_t from,
		       uint64_t until);
void claims_play_upgrade(struct claims_play *play, int policy, uint64_t cover, uint64_t until);
void claims_play_downgrade(struct claims_play *play, int policy, uint64_t cover, uint64_t until,
			   const char *sender);
void claims_play_metadata(struct claims_play *play, int policy);
int claims_play_claim(struct claims_play *play, int policy, uint64_t amount);
void claims_play_propose(struct claims_play *play, int claim, uint64_t settlement);
/* The arbitrator is a Kleros proxy where it is CLAIMS_PROXY_TEXT. */
void claims_play_dispute(struct claims_play *play, int claim, const char *arbitrator);
/* Any step but a proposal, by who usually takes it. */
void claims_play_step(struct claims_play *play, int claim, enum claims_step step);
/* A resolution by that account; a Kleros proxy rules first. */
void claims_play_resolve(struct claims_play *play, int claim, enum claims_step step,
			 const char *sender);
void claims_play_quota(struct claims_play *play, uint64_t period, uint64_t amount);
void claims_play_set(struct claims_play *play, const char *event, const char *value);

/* Any event of a role, arguments as texts, ended by NULL; in the transaction at hand. */
void claims_emit(struct claims_play *play, size_t role, const char *event, ...);

struct address claims_manager_address(void);
struct hash claims_hash_of(const char *text);
const struct claims_policy *claims_policy_row(struct claims_play *play, int policy);
const struct claims_claim *claims_claim_row(struct claims_play *play, int claim);

#endif
