#include "indexer/witness.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum {
	FAILURES_MAX = 64,
	LATENCY_WEIGHT = 16, /* requests that the moving average looks back on */
	MICROSECONDS = 1000,
};

struct one_witness {
	struct witness_record record;
	uint64_t latency_us;     /* the average, finer than it is told */
	uint64_t quarantine_end; /* ms of the clock; 0: never was in one */
	uint64_t last_lie_block;
	uint64_t pause_end; /* ms of the clock; 0: it works */
};

struct witnesses {
	pthread_mutex_t mutex;
	struct clock clock;
	uint64_t quarantine_ms;
	struct proof_failure failures[FAILURES_MAX]; /* a ring */
	size_t first_failure;
	size_t failure_count;
	size_t count;
	struct one_witness nodes[];
};

const char *node_trouble_name(enum node_trouble trouble)
{
	static const char *const names[TROUBLES] = {
		[TROUBLE_CONNECTION] = "connection", [TROUBLE_TIMEOUT] = "timeout",
		[TROUBLE_RATE_LIMIT] = "rate_limit", [TROUBLE_REFUSED] = "refused",
		[TROUBLE_SERVER] = "server_error",   [TROUBLE_NO_ANSWER] = "no_answer"};

	return names[trouble];
}

struct witnesses *witnesses_new(size_t count, const struct clock *clock, uint64_t quarantine_ms)
{
	struct witnesses *witnesses =
		xcalloc(1, sizeof(*witnesses) + count * sizeof(witnesses->nodes[0]));

	(void)pthread_mutex_init(&witnesses->mutex, NULL);
	witnesses->clock = *clock;
	witnesses->quarantine_ms = quarantine_ms;
	witnesses->count = count;
	return witnesses;
}

void witnesses_free(struct witnesses *witnesses)
{
	if (!witnesses)
		return;
	(void)pthread_mutex_destroy(&witnesses->mutex);
	free(witnesses);
}

size_t witnesses_count(struct witnesses *witnesses)
{
	return witnesses ? witnesses->count : 0;
}

/* The node's record under the lock, to be given back by unlock; NULL where nobody keeps one. */
static struct one_witness *lock(struct witnesses *witnesses, size_t node)
{
	if (!witnesses || node >= witnesses->count)
		return NULL;
	(void)pthread_mutex_lock(&witnesses->mutex);
	return &witnesses->nodes[node];
}

static void unlock(struct witnesses *witnesses)
{
	(void)pthread_mutex_unlock(&witnesses->mutex);
}

void witness_named(struct witnesses *witnesses, size_t node, const char *label)
{
	struct one_witness *one = lock(witnesses, node);

	if (!one)
		return;
	(void)snprintf(one->record.label, sizeof(one->record.label), "%s", label);
	unlock(witnesses);
}

void witness_answered(struct witnesses *witnesses, size_t node, uint64_t latency_ms)
{
	struct one_witness *one = lock(witnesses, node);
	uint64_t weight;

	if (!one)
		return;
	one->record.answers++;
	one->record.troubles_in_a_row = 0;
	latency_add(&one->record.latency, latency_ms);
	weight = one->record.answers < LATENCY_WEIGHT ? one->record.answers : LATENCY_WEIGHT;
	one->latency_us = (one->latency_us * (weight - 1) + latency_ms * MICROSECONDS) / weight;
	one->record.latency_ms = (one->latency_us + MICROSECONDS / 2) / MICROSECONDS;
	unlock(witnesses);
}

void witness_troubled(struct witnesses *witnesses, size_t node, enum node_trouble trouble)
{
	struct one_witness *one = lock(witnesses, node);

	if (!one)
		return;
	one->record.troubles++;
	one->record.troubles_in_a_row++;
	one->record.troubles_by_kind[trouble]++;
	unlock(witnesses);
}

void witness_rate_limited(struct witnesses *witnesses, size_t node)
{
	struct one_witness *one = lock(witnesses, node);

	if (!one)
		return;
	one->record.rate_limited++;
	unlock(witnesses);
}

void witness_hedged(struct witnesses *witnesses, size_t node)
{
	struct one_witness *one = lock(witnesses, node);

	if (!one)
		return;
	one->record.hedges++;
	unlock(witnesses);
}

void witness_paused(struct witnesses *witnesses, size_t node, uint64_t pause_ms)
{
	struct one_witness *one = lock(witnesses, node);

	if (!one)
		return;
	one->pause_end = pause_ms ? clock_now_ms(&witnesses->clock) + pause_ms : 0;
	unlock(witnesses);
}

void witness_told_head(struct witnesses *witnesses, size_t node, uint64_t number)
{
	struct one_witness *one = lock(witnesses, node);

	if (!one)
		return;
	if (!one->record.has_head || number > one->record.head)
		one->record.head = number;
	one->record.has_head = true;
	unlock(witnesses);
}

static bool is_queued(const struct witnesses *witnesses, const struct proof_failure *failure)
{
	for (size_t i = 0; i < witnesses->failure_count; i++) {
		const struct proof_failure *waiting =
			&witnesses->failures[(witnesses->first_failure + i) % FAILURES_MAX];

		if (waiting->block == failure->block && waiting->fault == failure->fault &&
		    strcmp(waiting->node, failure->node) == 0)
			return true;
	}
	return false;
}

/* The rest of a range is asked again, and so a lie is often told twice in a row. */
static bool is_same_lie(const struct one_witness *one, const struct proof_failure *failure,
			uint64_t now)
{
	return now < one->quarantine_end && one->record.last_fault == failure->fault &&
	       one->last_lie_block == failure->block;
}

void witness_lied(struct witnesses *witnesses, size_t node, const struct proof_failure *failure)
{
	struct one_witness *one = lock(witnesses, node);
	struct proof_failure named = *failure;
	uint64_t now;

	if (!one)
		return;
	now = clock_now_ms(&witnesses->clock);
	/* A fork that this version does not know is no fault of the node's. */
	if (failure->fault != FAULT_HEADER_UNKNOWN) {
		one->record.lies += !is_same_lie(one, failure, now);
		one->record.last_fault = failure->fault;
		one->last_lie_block = failure->block;
		one->quarantine_end = now + witnesses->quarantine_ms;
	}
	if (!named.node[0])
		(void)snprintf(named.node, sizeof(named.node), "%s", one->record.label);
	if (witnesses->failure_count < FAILURES_MAX && !is_queued(witnesses, &named)) {
		size_t at = (witnesses->first_failure + witnesses->failure_count) % FAILURES_MAX;

		witnesses->failures[at] = named;
		witnesses->failure_count++;
	}
	unlock(witnesses);
}

void witness_omitted(struct witnesses *witnesses, size_t node, uint64_t logs)
{
	struct one_witness *one = lock(witnesses, node);

	if (!one)
		return;
	one->record.omissions += logs;
	unlock(witnesses);
}

static uint64_t left_until(const struct witnesses *witnesses, uint64_t end)
{
	uint64_t now = clock_now_ms(&witnesses->clock);

	return end > now ? end - now : 0;
}

static uint64_t quarantine_left(const struct witnesses *witnesses, const struct one_witness *one)
{
	return left_until(witnesses, one->quarantine_end);
}

bool witness_is_quarantined(struct witnesses *witnesses, size_t node)
{
	const struct one_witness *one = lock(witnesses, node);
	bool is_quarantined;

	if (!one)
		return false;
	is_quarantined = quarantine_left(witnesses, one) > 0;
	unlock(witnesses);
	return is_quarantined;
}

struct witness_record witness_read(struct witnesses *witnesses, size_t node)
{
	const struct one_witness *one = lock(witnesses, node);
	struct witness_record record;

	if (!one)
		return (struct witness_record){0};
	record = one->record;
	record.quarantine_left_ms = quarantine_left(witnesses, one);
	record.is_quarantined = record.quarantine_left_ms > 0;
	record.paused_left_ms = left_until(witnesses, one->pause_end);
	unlock(witnesses);
	return record;
}

bool witnesses_next_failure(struct proof_failure *out, struct witnesses *witnesses)
{
	bool is_there;

	if (!witnesses)
		return false;
	(void)pthread_mutex_lock(&witnesses->mutex);
	is_there = witnesses->failure_count > 0;
	if (is_there) {
		*out = witnesses->failures[witnesses->first_failure];
		witnesses->first_failure = (witnesses->first_failure + 1) % FAILURES_MAX;
		witnesses->failure_count--;
	}
	unlock(witnesses);
	return is_there;
}
