/* Who is asked, and who next. */
#include <inttypes.h>
#include <stdio.h>

#include "indexer/several.h"

/* How willingly a child is asked, the best first. */
enum standing {
	STANDING_GOOD,
	STANDING_BEHIND,
	STANDING_SYNCING,
	STANDING_PAUSED,
	/* In quarantine for what a proof showed. Where nobody else is left it is asked all the
	 * same: whatever it says is proved or refused, and so the blocks before its lie are had. */
	STANDING_DISTRUSTED,
	/* Never: of another chain, or in quarantine for a hash that lost against the others, which
	 * it alone would seem to prove. */
	STANDING_OUT,
};

static void lock(struct several_shared *shared)
{
	(void)pthread_mutex_lock(&shared->mutex);
}

static void unlock(struct several_shared *shared)
{
	(void)pthread_mutex_unlock(&shared->mutex);
}

/* ---- standing; all under the lock ---- */

static bool is_quarantined(const struct several_shared *shared, size_t index)
{
	return witness_is_quarantined(shared->witnesses, index);
}

static bool is_out(const struct several_shared *shared, size_t index)
{
	return shared->children[index].is_foreign ||
	       (is_quarantined(shared, index) &&
		witness_read(shared->witnesses, index).last_fault == FAULT_DISAGREEMENT);
}

/* How many blocks the child is behind the best head that is known. */
static uint64_t lag_of(const struct several_shared *shared, size_t index)
{
	const struct several_child *child = &shared->children[index];
	uint64_t lag = 0;

	for (size_t i = 0; child->has_head && i < shared->count; i++) {
		const struct several_child *other = &shared->children[i];

		if (other->has_head && other->head.number > child->head.number + lag &&
		    !is_out(shared, i) && !is_quarantined(shared, i))
			lag = other->head.number - child->head.number;
	}
	return lag;
}

/* Its pause is over, and another turn is trying it. */
static bool is_probed(const struct several_child *child, uint64_t turn, uint64_t now)
{
	return child->pause_ms && child->probe && child->probe != turn && now < child->probe_until;
}

/* As `turn` sees it; 0: as anybody does. */
static enum standing standing_of(const struct several_shared *shared, size_t index, uint64_t turn)
{
	const struct several_child *child = &shared->children[index];
	uint64_t now = clock_now_ms(&shared->clock);

	if (is_out(shared, index))
		return STANDING_OUT;
	if (is_quarantined(shared, index))
		return STANDING_DISTRUSTED;
	if (now < child->paused_until || is_probed(child, turn, now))
		return STANDING_PAUSED;
	if (child->is_syncing && now < child->syncing_until)
		return STANDING_SYNCING;
	return lag_of(shared, index) > SEVERAL_LAG_MAX ? STANDING_BEHIND : STANDING_GOOD;
}

/* The best of some, the first of equals, not worse than `worst`. */
static bool best_of(size_t *out, const struct several_shared *shared, uint64_t turn, uint64_t among,
		    enum standing worst)
{
	bool is_found = false;

	for (size_t i = 0; i < shared->count; i++) {
		enum standing standing;

		if (!(among & several_bit(i)))
			continue;
		standing = standing_of(shared, i, turn);
		if (standing > worst || (is_found && standing == worst))
			continue;
		*out = i;
		worst = standing;
		is_found = true;
	}
	return is_found;
}

bool several_choice(size_t *out, struct source_several *self)
{
	bool is_found;

	lock(self->shared);
	is_found = best_of(out, self->shared, 0, SEVERAL_ALL, STANDING_DISTRUSTED);
	unlock(self->shared);
	return is_found;
}

/* ---- what came of asking ---- */

void several_works(struct source_several *self, size_t index)
{
	struct several_child *child = &self->shared->children[index];

	lock(self->shared);
	if (child->pause_ms)
		witness_paused(self->shared->witnesses, index, 0);
	child->pause_ms = 0;
	child->paused_until = 0;
	child->probe = 0;
	unlock(self->shared);
}

/* A child that hangs costs all that wait for it: it may cost a part of the time only. */
static uint64_t pause_of(const struct several_child *child, uint64_t took_ms)
{
	uint64_t pause = took_ms >= SEVERAL_HANG_MS ? took_ms * SEVERAL_HANG_FACTOR : 0;

	if (pause > SEVERAL_HANG_MS_MAX)
		pause = SEVERAL_HANG_MS_MAX;
	return pause > child->pause_ms ? pause : child->pause_ms;
}

void several_trouble(struct source_several *self, size_t index, uint64_t took_ms, const char *words)
{
	struct several_shared *shared = self->shared;
	struct several_child *child = &shared->children[index];
	uint64_t now = clock_now_ms(&shared->clock);

	lock(shared);
	(void)snprintf(child->trouble, sizeof(child->trouble), "%s", words);
	(void)snprintf(shared->last_failure, sizeof(shared->last_failure), "%s", words);
	child->probe = 0;
	/* Two threads that fail at the same time are one trouble; a quarantine is enough. */
	if (now >= child->paused_until && !is_quarantined(shared, index)) {
		uint64_t pause;

		child->pause_ms = child->pause_ms ? child->pause_ms * 2 : SEVERAL_PAUSE_MS;
		if (child->pause_ms > SEVERAL_PAUSE_MS_MAX)
			child->pause_ms = SEVERAL_PAUSE_MS_MAX;
		pause = pause_of(child, took_ms);
		child->paused_until = now + pause;
		witness_paused(shared->witnesses, index, pause);
	}
	unlock(shared);
	log_debug(self->base.logger, "%s", words);
}

void several_accuse(struct source_several *self, size_t index, const struct proof_failure *failure)
{
	struct several_shared *shared = self->shared;
	struct proof_failure named = *failure;

	(void)snprintf(named.node, sizeof(named.node), "%s", self->children[index]->label);
	lock(shared);
	(void)snprintf(shared->last_failure, sizeof(shared->last_failure),
		       "%s: block %" PRIu64 ": expected %s, got %s", named.node, named.block,
		       named.expected, named.actual);
	unlock(shared);
	witness_lied(shared->witnesses, index, &named);
}

void several_told_head(struct source_several *self, size_t index, const struct block_ref *head)
{
	struct several_child *child = &self->shared->children[index];

	lock(self->shared);
	child->has_head = true;
	child->head = *head;
	child->head_at = clock_now_ms(&self->shared->clock);
	unlock(self->shared);
}

/* Why the child is not the first choice; "" where nothing is wrong with it. */
static const char *complaint(char *out, size_t size, const struct several_shared *shared,
			     size_t index)
{
	const struct several_child *child = &shared->children[index];

	*out = '\0';
	switch (standing_of(shared, index, 0)) {
	case STANDING_GOOD:
		break;
	case STANDING_BEHIND:
		(void)snprintf(out, size, "it is %" PRIu64 " blocks behind", lag_of(shared, index));
		break;
	case STANDING_SYNCING:
		(void)snprintf(out, size, "it is syncing");
		break;
	case STANDING_PAUSED:
		(void)snprintf(out, size, "%s", child->trouble);
		break;
	case STANDING_DISTRUSTED:
	case STANDING_OUT:
		(void)snprintf(out, size, "%s",
			       child->is_foreign ? "it is on another chain"
						 : "it is in quarantine");
		break;
	}
	return out;
}

void several_spoke(struct source_several *self, size_t index)
{
	struct several_shared *shared = self->shared;
	char why[ERROR_MESSAGE_SIZE];
	size_t before;
	size_t choice = 0;

	self->spoke = index;
	lock(shared);
	before = shared->in_use;
	if (best_of(&choice, shared, 0, SEVERAL_ALL, STANDING_DISTRUSTED) && choice == index)
		shared->in_use = index;
	index = shared->in_use;
	(void)complaint(why, sizeof(why), shared, before);
	unlock(shared);
	self->base.label = self->children[index]->label;
	if (index > before || (index != before && *why))
		log_warn(self->base.logger, "%s is left alone (%s); going on with %s",
			 self->children[before]->label, why, self->base.label);
	else if (index < before)
		log_info(self->base.logger, "%s is asked again, instead of %s", self->base.label,
			 self->children[before]->label);
}

void several_speak_among(struct source_several *self, uint64_t set)
{
	size_t choice;

	if (!several_choice(&choice, self) || !(set & several_bit(choice)))
		choice = several_first(set);
	several_spoke(self, choice);
}

/* ---- meeting a child ---- */

static bool must_meet(struct source_several *self, size_t index)
{
	const struct several_child *child = &self->shared->children[index];
	bool must;

	lock(self->shared);
	must = !child->is_met ||
	       (child->is_syncing && clock_now_ms(&self->shared->clock) >= child->syncing_until);
	unlock(self->shared);
	return must;
}

static void take_chain(struct source_several *self, size_t index, uint64_t chain_id,
		       bool is_syncing)
{
	struct several_shared *shared = self->shared;
	struct several_child *child = &shared->children[index];
	uint64_t expected;
	bool is_news;

	lock(shared);
	if (!shared->chain_id)
		shared->chain_id = chain_id;
	expected = shared->chain_id;
	is_news = chain_id != expected && !child->is_foreign;
	child->is_met = true;
	child->chain_id = chain_id;
	child->is_foreign = chain_id != expected;
	child->is_syncing = is_syncing;
	child->syncing_until = clock_now_ms(&shared->clock) + SEVERAL_SYNCING_MS;
	unlock(shared);
	if (is_news)
		log_error(self->base.logger,
			  "%s is on chain %" PRIu64 ", expected %" PRIu64 ": it is not asked",
			  self->children[index]->label, chain_id, expected);
}

static enum status meet(struct source_several *self, size_t index, struct error *err)
{
	struct source *child = self->children[index];
	uint64_t chain_id = 0;
	bool is_syncing = false;
	enum status st = source_chain_id(&chain_id, child, err);

	if (st == OK)
		st = source_is_syncing(&is_syncing, child, err);
	if (st == OK)
		take_chain(self, index, chain_id, is_syncing);
	return st;
}

/* ---- turns ---- */

static bool hurry(struct source *child, uint64_t patience_ms)
{
	return child->ops->hurry && child->ops->hurry(child, patience_ms);
}

struct several_turn several_turn(struct source_several *self, enum several_kind kind,
				 uint64_t among)
{
	return (struct several_turn){.self = self, .kind = kind, .among = among};
}

struct several_turn several_turn_of_all(struct source_several *self)
{
	return (struct several_turn){
		.self = self, .among = SEVERAL_ALL, .everyone = true, .haste = SEVERAL_PATIENT};
}

static void keep(struct several_turn *turn)
{
	turn->kept_status = turn->status;
	turn->kept = turn->error;
}

/* The child was cut short, which is neither an answer nor a trouble yet: it is asked again where no
 * other has the answer. */
static void take_cut(struct several_turn *turn, uint64_t took_ms)
{
	if (turn->haste == SEVERAL_HEDGED)
		turn->cut_short |= several_bit(turn->index);
	several_was_slow(turn->self, turn->index, turn->kind, took_ms, turn->error.message);
}

/* Whether another child is to be asked. */
static bool take_answer(struct several_turn *turn)
{
	struct source_several *self = turn->self;
	uint64_t took_ms = clock_now_ms(&self->shared->clock) - turn->asked_at;
	bool is_cut = hurry(turn->child, 0);

	turn->is_asking = false;
	if (turn->status == OK) {
		several_works(self, turn->index);
		if (turn->haste != SEVERAL_PATIENT)
			several_took(self, turn->index, turn->kind, took_ms);
		turn->is_answered = true;
		if (!turn->everyone)
			several_spoke(self, turn->index);
		return turn->everyone;
	}
	if (source_is_stopped(&self->base)) {
		turn->is_answered = false;
		keep(turn);
		return false;
	}
	if (is_cut && turn->status == ERR_AGAIN && turn->haste != SEVERAL_PATIENT) {
		take_cut(turn, took_ms);
		return true;
	}
	switch (turn->status) {
	case ERR_NOTFOUND:
		several_works(self, turn->index);
		turn->is_not_found = true;
		if (turn->kept_status == OK)
			keep(turn);
		return true;
	case ERR_AGAIN:
	case ERR_BAD_DATA:
		several_trouble(self, turn->index, took_ms, turn->error.message);
		keep(turn);
		return true;
	case OK:
	case ERR_REORG:
	case ERR_REVERT:
	case ERR_CORRUPT:
	case ERR_USAGE:
	case ERR_SYSTEM:
	case ERR_FULL:
	case ERR_DENIED:
		break;
	}
	turn->is_answered = false;
	keep(turn);
	return false;
}

/* Somebody has answered: those from whom not much can be expected need not be bothered. */
static enum standing worst_wanted(const struct several_turn *turn)
{
	if (turn->everyone && (turn->is_answered || turn->is_not_found))
		return STANDING_BEHIND;
	return turn->is_not_found ? STANDING_SYNCING : STANDING_DISTRUSTED;
}

/* Is there a good one among these, beside the one that was chosen? Under the lock. */
static bool is_other_good(const struct several_turn *turn, uint64_t among)
{
	size_t other;

	return best_of(&other, turn->self->shared, turn->id, among & ~several_bit(turn->index),
		       STANDING_GOOD);
}

/* How long the child that was chosen may take; 0: as long as it needs. Under the lock. */
static uint64_t patience_of(const struct several_turn *turn)
{
	const struct several_child *child = &turn->self->shared->children[turn->index];

	switch (turn->haste) {
	case SEVERAL_HEDGED:
		if ((turn->unhurried & several_bit(turn->index)) ||
		    !is_other_good(turn, turn->among & ~turn->tried))
			return 0;
		return several_patience(child, turn->kind);
	case SEVERAL_PATIENT:
		return is_other_good(turn, SEVERAL_ALL) ? turn->limit_ms : 0;
	case SEVERAL_BRIEF:
		return several_patience(child, turn->kind);
	}
	return 0;
}

/*
 * The next child, and how long it may take (0: as long as it needs). Those that were cut short come
 * again when there is no other good one. Under the lock.
 */
static bool choose(struct several_turn *turn, uint64_t *patience_ms)
{
	struct several_shared *shared = turn->self->shared;
	struct several_child *child;
	size_t other;

	if (turn->cut_short &&
	    !best_of(&other, shared, turn->id, turn->among & ~turn->tried, STANDING_GOOD)) {
		turn->tried &= ~turn->cut_short;
		turn->unhurried |= turn->cut_short;
		turn->cut_short = 0;
	}
	if (!best_of(&turn->index, shared, turn->id, turn->among & ~turn->tried,
		     worst_wanted(turn)))
		return false;
	child = &shared->children[turn->index];
	if (child->pause_ms) {
		child->probe = turn->id;
		child->probe_until = clock_now_ms(&shared->clock) + SEVERAL_PROBE_MS;
	}
	*patience_ms = patience_of(turn);
	return true;
}

/* How long the child may take to say who it is: nobody waits for one that was never met. */
static uint64_t greeting_of(const struct several_turn *turn)
{
	struct several_shared *shared = turn->self->shared;
	uint64_t patience_ms = 0;

	lock(shared);
	if (!(turn->unhurried & several_bit(turn->index)) && is_other_good(turn, SEVERAL_ALL))
		patience_ms = several_patience(&shared->children[turn->index], SEVERAL_SMALL);
	unlock(shared);
	return patience_ms;
}

bool several_next(struct several_turn *turn)
{
	struct source_several *self = turn->self;
	uint64_t patience_ms;
	bool is_found;

	if (turn->is_asking && !take_answer(turn))
		return false;
	for (;;) {
		lock(self->shared);
		if (!turn->id)
			turn->id = ++self->shared->turns;
		is_found = choose(turn, &patience_ms);
		unlock(self->shared);
		if (!is_found)
			return false;
		turn->child = self->children[turn->index];
		turn->asked_at = clock_now_ms(&self->shared->clock);
		(void)hurry(turn->child, patience_ms);
		if (!must_meet(self, turn->index))
			break;
		(void)hurry(turn->child, greeting_of(turn));
		turn->status = meet(self, turn->index, &turn->error);
		if (turn->status == OK) /* it may have come out as worse than others */
			continue;
		turn->tried |= several_bit(turn->index);
		if (turn->status == ERR_NOTFOUND)
			turn->status = ERR_BAD_DATA;
		if (!take_answer(turn))
			return false;
	}
	turn->tried |= several_bit(turn->index);
	turn->is_asking = true;
	return true;
}

enum status several_end(struct several_turn *turn, struct error *err)
{
	struct several_shared *shared = turn->self->shared;
	char last[ERROR_MESSAGE_SIZE];

	if (turn->is_answered)
		return OK;
	if (turn->kept_status != OK)
		return error_set(err, turn->kept_status, "%s", turn->kept.message);
	lock(shared);
	(void)snprintf(last, sizeof(last), "%s", shared->last_failure);
	unlock(shared);
	if (turn->among != SEVERAL_ALL)
		return error_set(err, ERR_AGAIN,
				 "every node that names this block's hash is in quarantine: %s",
				 last);
	return error_set(err, ERR_BAD_DATA, "all %zu nodes are in quarantine: %s", shared->count,
			 last);
}
