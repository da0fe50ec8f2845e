/*
 * several.h - the inside of several sources as one; for source_several.c and several_*.c only.
 */
#ifndef INDEXER_SEVERAL_H
#define INDEXER_SEVERAL_H

#include <pthread.h>

#include "indexer/source_impl.h"
#include "indexer/source_several.h"

enum {
	SEVERAL_MAX = 64,
	SEVERAL_LAG_MAX = 3,        /* blocks behind the best head that are nothing unusual */
	SEVERAL_HEAD_MS = 1000,     /* heads of those that are not in use are this old at most */
	SEVERAL_SYNCING_MS = 30000, /* until a syncing child is asked again whether it still is */
	SEVERAL_PAUSE_MS = 1000,    /* after the first trouble, doubling */
	SEVERAL_PAUSE_MS_MAX = 60000,
	SEVERAL_HANG_MS = 10000,      /* a child that takes this long to fail … */
	SEVERAL_HANG_FACTOR = 4,      /* … is left alone so many times as long, */
	SEVERAL_HANG_MS_MAX = 600000, /* or this long */
	SEVERAL_PROBE_MS = 30000,     /* a child that is tried after a pause is so by one alone, for
					 so long */
	SEVERAL_PATIENCE_MS = 1000,   /* a question may take this long, … */
	SEVERAL_PATIENCE_MS_MAX = 10000,
	SEVERAL_PATIENCE_FACTOR = 4,   /* … or so many times what it usually takes, before another
					  child is asked, … */
	SEVERAL_USUAL_MS_FIRST = 1000, /* … which is taken for this before anything is known */
	SEVERAL_SLOW_MAX = 3,          /* so many that took longer in a row are a trouble */
	SEVERAL_BRANCH_MAX = 8, /* how far below a disputed head an undisputed one is sought */
};

/* Sets of children are bits of a word. */
#define SEVERAL_ALL UINT64_MAX

static inline uint64_t several_bit(size_t index)
{
	return (uint64_t)1 << index;
}

static inline size_t several_size(uint64_t set)
{
	return (size_t)__builtin_popcountll(set);
}

/* The first of a set that is not empty. */
static inline size_t several_first(uint64_t set)
{
	return (size_t)__builtin_ctzll(set);
}

/* Questions whose times are alike. */
enum several_kind {
	SEVERAL_SMALL, /* a header, a number */
	SEVERAL_BLOCK, /* logs, receipts, bodies */
	SEVERAL_STATE, /* calls, proofs */
	SEVERAL_KINDS,
};

/* What is known of a child; shared by peers. */
struct several_child {
	bool is_met; /* chain and syncing were asked */
	uint64_t chain_id;
	bool is_foreign; /* it is on another chain */
	bool is_syncing;
	uint64_t syncing_until; /* then it is asked again */
	uint64_t pause_ms;      /* the last one; 0: it answered since */
	uint64_t paused_until;
	uint64_t probe; /* the turn that tries it after a pause; 0: none */
	uint64_t probe_until;
	uint64_t usual_ms[SEVERAL_KINDS]; /* what a question takes, its slower half; 0: unknown */
	unsigned slow;                    /* questions in a row that took too long */
	bool has_head;
	struct block_ref head;
	uint64_t head_at; /* when it was told */
	char trouble[ERROR_MESSAGE_SIZE];
};

struct several_shared {
	atomic_uint owners;
	size_t count;
	unsigned quorum;
	struct clock clock;
	struct witnesses *witnesses;

	pthread_mutex_t mutex; /* of all below */
	uint64_t chain_id;     /* 0: not known yet */
	uint64_t turns;        /* so far */
	size_t in_use;
	bool has_told;
	uint64_t told; /* the disagreement that was logged last */
	char last_failure[ERROR_MESSAGE_SIZE];
	struct several_child children[SEVERAL_MAX];
};

struct source_several {
	struct source base;
	struct source_ops ops;
	struct several_shared *shared;
	size_t count;
	struct source *children[SEVERAL_MAX];
	char *own_label; /* base.label is that of the child in use */
	size_t spoke;    /* who gave the last answer */
	/* The last block on which there was disagreement, and who names the hash that won. */
	bool has_disputed;
	struct hash disputed;
	uint64_t disputed_by;
	struct several_range *ranges;
};

static inline struct source_several *several_of(struct source *source)
{
	return (struct source_several *)source;
}

/* ---- several_turn.c: who is asked, and who next ---- */

/*
 * A question goes from child to child until one answers:
 *
 *	struct several_turn turn = several_turn(self, SEVERAL_ALL);
 *
 *	while (several_next(&turn))
 *		turn.status = source_…(…, turn.child, …, &turn.error);
 *	return several_end(&turn, err);
 *
 * ERR_AGAIN and ERR_BAD_DATA are the child's trouble, ERR_NOTFOUND is not; all other errors end the
 * turn. With `everyone`, every child that can be expected to answer is asked.
 *
 * A child that had trouble is not asked before its pause is over, if there is another. Then one
 * turn tries it, and the others leave it alone until it is known what came of that.
 */
enum several_haste {
	SEVERAL_HEDGED,  /* where a child is slow, another good one is asked first */
	SEVERAL_PATIENT, /* each may take as long as it needs */
	SEVERAL_BRIEF,   /* who is slow is not heard: nothing depends on it */
};

struct several_turn {
	struct source_several *self;
	uint64_t id; /* of this turn among all; 0: nobody was asked yet */
	bool everyone;
	enum several_haste haste;
	enum several_kind kind;
	uint64_t limit_ms;  /* SEVERAL_PATIENT: who takes longer than that hangs; 0: nobody does */
	uint64_t cut_short; /* those that were slow, and are to be asked again */
	uint64_t unhurried; /* those that now may take as long as they need */
	uint64_t among;     /* those that may be asked */
	uint64_t tried;
	size_t index;
	struct source *child;
	enum status status; /* what came of asking it, with `error` */
	struct error error;

	bool is_asking;
	uint64_t asked_at;
	bool is_answered;
	bool is_not_found;
	enum status kept_status; /* why there is no answer so far */
	struct error kept;
};

/* SEVERAL_HEDGED. */
struct several_turn several_turn(struct source_several *self, enum several_kind kind,
				 uint64_t among);
/* SEVERAL_PATIENT: what everyone is asked is weighed, and the slow ones weigh as much. */
struct several_turn several_turn_of_all(struct source_several *self);
bool several_next(struct several_turn *turn);
enum status several_end(struct several_turn *turn, struct error *err) MUST_CHECK;

/* What came of asking a child. */
void several_works(struct source_several *self, size_t index);
void several_trouble(struct source_several *self, size_t index, uint64_t took_ms,
		     const char *words);

/* ---- several_patience.c: how long a child may take ---- */

/* Under the lock. */
uint64_t several_patience(const struct several_child *child, enum several_kind kind);
void several_took(struct source_several *self, size_t index, enum several_kind kind,
		  uint64_t took_ms);
/* It was cut short for that. */
void several_was_slow(struct source_several *self, size_t index, enum several_kind kind,
		      uint64_t took_ms, const char *words);

/* ---- several_turn.c again ---- */

/* Its answer is the one that is given: it is in use from now on, if it is the first choice. */
void several_spoke(struct source_several *self, size_t index);
/* The same for one of these: the first choice, where it is among them. */
void several_speak_among(struct source_several *self, uint64_t set);
/* A lie of the child, to its witness. */
void several_accuse(struct source_several *self, size_t index, const struct proof_failure *failure);

/* The first choice now; false where all are in quarantine or on another chain. */
bool several_choice(size_t *out, struct source_several *self);

void several_told_head(struct source_several *self, size_t index, const struct block_ref *head);

/* ---- several_agree.c: which hash a block has ---- */

enum status several_headers(struct block_ref *out, struct source *source, const uint64_t *numbers,
			    size_t count, struct error *err);

/* Whom to ask about the block with this hash. */
uint64_t several_named(const struct source_several *self, const struct hash *hash);

/*
 * Holds the blocks of a child's answer against what the others say, as far as they are not linked
 * to the next block of the answer. *winners: 0 where it stands, else those with another hash.
 */
enum status several_compare(uint64_t *winners, struct source_several *self, size_t index,
			    const struct fetched_block *blocks, size_t count,
			    struct error *err) MUST_CHECK;

/* ---- several_settle.c: … where they disagree ---- */

/* Block `number` by quorum or finality, from fresh answers; remembers who names the hash. */
enum status several_settle(struct block_ref *out, struct source_several *self, uint64_t number,
			   struct error *err) MUST_CHECK;

/* ---- several_head.c: newest and finalized block ---- */

enum status several_tagged_block(struct block_ref *out, struct source *source, enum block_tag tag,
				 struct error *err);

/* ---- several_range.c: ranges of a backfill ---- */

struct range_job *several_range_begin(struct source *source, const struct range_ask *ask);
void several_range_step(struct source *source, uint64_t wait_ms);
void several_range_wake(struct source *source);
void several_range_end(struct source *source, struct range_job *job);

#endif
