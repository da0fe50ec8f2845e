/*
 * demo_chain.h - a configuration of the recorded chain of the real API3 contracts, with its mirror
 * in a temporary folder.
 */
#ifndef TESTS_SUPPORT_DEMO_CHAIN_H
#define TESTS_SUPPORT_DEMO_CHAIN_H

#include "indexer/mirror.h"
#include "tests/support/scratch.h"
#include "tests/support/test.h"

#define DEMO_CHAIN "tests/chains/api3-seed1.chain.jsonl.gz"
#define DEMO_POOL_TEXT "0xe7f1725e7734ce288f8367e1bb143e90bb3f0512"
#define DEMO_TOKEN_TEXT "0x5fbdb2315678afecb367f032d93f642f64180aa3"

enum {
	DEMO_LAST_BLOCK = 309,
	DEMO_BIRTH_BLOCK = 3,
	DEMO_CHAIN_ID = 31337,
};

struct demo {
	char folder[SCRATCH_PATH_SIZE];
	struct arena *arena;
	struct config config;
	struct logger logger;
	struct error err;
};

/* What a test may want otherwise; zeros are the demo's own. */
struct demo_options {
	const char *url;       /* NULL: the demo chain */
	const char *other_url; /* of a second endpoint; NULL: there is none */
	const char *pool;      /* contracts.pool */
	const char *pool_name; /* "api3" */
	uint64_t chain_id;     /* 31337 */
	uint64_t start_block;  /* 1 */
	uint64_t views_every;  /* blocks between two comparisons with the contracts' views */
	bool views_of_all;     /* accounts; else of the touched ones */
	bool is_believed;      /* proof.level "off": hand-made blocks prove nothing */
	const char *more;      /* further members of the configuration, each followed by a comma */
};

void demo_open(struct demo *demo, const struct demo_options *options);
void demo_close(struct demo *demo);

/* Opens the mirror, syncs to `to` (UINT64_MAX: the end), closes it. */
enum status demo_sync(struct demo *demo, uint64_t to) MUST_CHECK;

/* The cursor's block and the mirror's digest. */
struct block_record demo_cursor(struct demo *demo);

/* Takes back every block above `to`. */
void demo_rewind(struct demo *demo, uint64_t to);

/* Comparisons of the pool that did not hold, up to the mirror's newest block. */
uint64_t demo_failed_checks(struct demo *demo);

#endif
