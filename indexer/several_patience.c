/*
 * several_patience.c - how long a child may take before the same question goes to another one.
 *
 * The questions are reads, so asking twice does no harm. A child that takes several times as long
 * as it usually does for such a question is cut short, and the next good one is asked; where that
 * one fails, or all are slow, the first is asked again and gets all the time that it needs. So a
 * slow answer costs a wait and never the answer. Too many in a row are a trouble like any other.
 */
#include <inttypes.h>

#include "indexer/several.h"

enum {
	RISES = 4,      /* the usual time comes up by this part of what a question took longer, */
	CUT_RISES = 16, /* by this one where it was cut short: a child that hangs teaches little, */
	FALLS = 32,     /* and down by this part of what it took less: it is near the slowest */
};

uint64_t several_patience(const struct several_child *child, enum several_kind kind)
{
	uint64_t usual = child->usual_ms[kind];
	uint64_t patience = (usual ? usual : SEVERAL_USUAL_MS_FIRST) * SEVERAL_PATIENCE_FACTOR;

	if (patience > SEVERAL_PATIENCE_MS_MAX)
		return SEVERAL_PATIENCE_MS_MAX;
	return patience > SEVERAL_PATIENCE_MS ? patience : SEVERAL_PATIENCE_MS;
}

/* Under the lock. */
static void learn(struct several_child *child, enum several_kind kind, uint64_t took_ms,
		  uint64_t rises)
{
	uint64_t usual = child->usual_ms[kind];

	if (took_ms > usual)
		usual += (took_ms - usual + rises - 1) / rises;
	else
		usual -= (usual - took_ms) / FALLS;
	child->usual_ms[kind] = usual;
}

void several_took(struct source_several *self, size_t index, enum several_kind kind,
		  uint64_t took_ms)
{
	struct several_shared *shared = self->shared;
	struct several_child *child = &shared->children[index];

	(void)pthread_mutex_lock(&shared->mutex);
	if (!child->usual_ms[kind])
		child->usual_ms[kind] = took_ms ? took_ms : 1;
	learn(child, kind, took_ms, RISES);
	child->slow = 0;
	(void)pthread_mutex_unlock(&shared->mutex);
}

void several_was_slow(struct source_several *self, size_t index, enum several_kind kind,
		      uint64_t took_ms, const char *words)
{
	struct several_shared *shared = self->shared;
	struct several_child *child = &shared->children[index];
	bool is_trouble;

	(void)pthread_mutex_lock(&shared->mutex);
	/* It would have taken longer still: where all such questions do, patience grows. */
	if (child->usual_ms[kind])
		learn(child, kind, took_ms, CUT_RISES);
	child->slow++;
	is_trouble = child->slow >= SEVERAL_SLOW_MAX || child->pause_ms;
	if (is_trouble)
		child->slow = 0;
	(void)pthread_mutex_unlock(&shared->mutex);
	witness_hedged(shared->witnesses, index);
	if (is_trouble)
		several_trouble(self, index, took_ms, words);
	else
		log_debug(self->base.logger, "%s; asking another", words);
}
