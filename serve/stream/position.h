/*
 * position.h - how much of a mirror a client of the stream knows: the id of a message.
 *
 * As text (what a client gives back as Last-Event-ID) it is one of
 *
 *	NUMBER-HASH-MARK-BASE-BASE-REPAIRS-TOLD-PLACE[-wTOP.REORG.POOL.KEY]
 *	start-TOLD[-wTOP.REORG.POOL.KEY]
 *	NUMBER-HASH
 *
 * The second: nothing is known yet. The third: all of that block, out of any answer's `at`.
 *
 * NUMBER and HASH are the newest block that it knows something of. MARK stands for the mirror's
 * digest after it and the number of its events: another mirror may have come there otherwise. The
 * BASEs stand for older blocks: where the block is not in the mirror any more, and nothing says
 * where its branch left, they tell up to where the two are certainly one. REPAIRS counts how often
 * the mirror had been repaired, TOLD the findings about refused blocks that were told. PLACE is how
 * much of the block is known:
 *
 *	b           all of it
 *	eLOG.POOL   its events up to that log as that pool's event
 *	cNTH.LIST   and its changes up to that of its change list (LIST 0: an account)
 *	pPOOL       and the states of pools up to that one
 *	fNTH        and findings up to that of its change list
 *
 * Behind a "rewound" follow the findings that went with the blocks: TOP is the newest block that
 * was known, the rest the last that was told of them.
 */
#ifndef SERVE_STREAM_POSITION_H
#define SERVE_STREAM_POSITION_H

#include "reconcile/finding.h"

enum place_part {
	PLACE_EVENTS,
	PLACE_CHANGES,
	PLACE_POOLS,
	PLACE_FINDINGS,
	PLACE_WHOLE,
};

struct place {
	enum place_part part;
	uint32_t index;
	uint32_t sub; /* PLACE_EVENTS: pool; PLACE_CHANGES: 0, or 1 and the list's number */
};

enum { POSITION_MARK_BYTES = 8, POSITION_BASES = 2 };

/* The newest block of the mirror that is not above a round number somewhat below the position's. */
struct base {
	bool is_given;
	uint8_t mark[POSITION_MARK_BYTES]; /* of its hash and digest */
};

struct withdrawing {
	bool is_going;
	uint64_t top;
	uint64_t reorg;
	uint16_t pool;
	uint8_t key[FINDING_ID_BYTES];
};

struct position {
	bool is_start; /* no block is known */
	uint64_t number;
	struct hash hash;
	/* Not those of NUMBER-HASH: such a position is all of its block. */
	bool has_mark;
	uint8_t mark[POSITION_MARK_BYTES];
	struct base bases[POSITION_BASES];
	uint64_t repairs;
	bool has_told;
	uint64_t told;
	struct place place;
	struct withdrawing withdrawing;
};

enum { POSITION_TEXT_SIZE = 320 };

char *position_format(char out[POSITION_TEXT_SIZE], const struct position *position);

/* Strict, the inverse of position_format. ERR_USAGE says what is wrong. */
enum status position_parse(struct position *out, const char *text, struct error *err) MUST_CHECK;

/* The round number of a base for a position in that block; false where there is none so low. */
bool position_base(uint64_t *out, uint64_t number, size_t base);
/* The mark of a base, and that of the position itself. */
void position_base_mark(uint8_t out[POSITION_MARK_BYTES], const struct block_record *record);
void position_mark(uint8_t out[POSITION_MARK_BYTES], const struct block_record *record);

#endif
