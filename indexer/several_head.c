/* The newest and the finalized block. */
#include "indexer/several.h"

/* Those whose head was told within the last second or so. */
static uint64_t with_fresh_head(struct source_several *self)
{
	struct several_shared *shared = self->shared;
	uint64_t now = clock_now_ms(&shared->clock);
	uint64_t fresh = 0;

	(void)pthread_mutex_lock(&shared->mutex);
	for (size_t i = 0; i < shared->count; i++) {
		const struct several_child *child = &shared->children[i];

		if (child->has_head && now - child->head_at < SEVERAL_HEAD_MS)
			fresh |= several_bit(i);
	}
	(void)pthread_mutex_unlock(&shared->mutex);
	return fresh;
}

static struct block_ref head_of(struct source_several *self, size_t index)
{
	struct block_ref head;

	(void)pthread_mutex_lock(&self->shared->mutex);
	head = self->shared->children[index].head;
	(void)pthread_mutex_unlock(&self->shared->mutex);
	return head;
}

/* The heads of the others, as far as they are old; no matter who does not answer. */
static enum status learn_heads(struct source_several *self, uint64_t asked, struct error *err)
{
	struct several_turn turn = several_turn_of_all(self);

	turn.haste = SEVERAL_BRIEF;
	turn.tried = with_fresh_head(self) | asked;
	turn.is_answered = true;
	while (several_next(&turn)) {
		struct block_ref head;

		turn.status = source_tagged_block(&head, turn.child, BLOCK_LATEST, &turn.error);
		if (turn.status == OK)
			several_told_head(self, turn.index, &head);
	}
	return several_end(&turn, err);
}

/* Whether a child that counts has another block at the height of this head. */
static bool is_disputed(struct source_several *self, const struct block_ref *head)
{
	uint64_t fresh = with_fresh_head(self);

	for (size_t i = 0; i < self->count; i++) {
		struct block_ref other = head_of(self, i);

		if ((fresh & several_bit(i)) && other.number == head->number &&
		    !hash_equal(other.hash, head->hash) &&
		    !witness_is_quarantined(self->shared->witnesses, i))
			return true;
	}
	return false;
}

/* The newest block at or below a disputed head whose hash is settled. */
static enum status settled_head(struct block_ref *head, struct source_several *self,
				struct error *err)
{
	struct error first;
	uint64_t number = head->number;
	enum status st = several_settle(head, self, number, &first);

	if (st != OK && err)
		*err = first;
	for (unsigned i = 0; st != OK && i < SEVERAL_BRANCH_MAX && number; i++) {
		if (source_is_stopped(&self->base))
			break;
		number--;
		if (several_headers(head, &self->base, &number, 1, NULL) == OK)
			return OK;
	}
	return st;
}

static enum status latest(struct block_ref *out, struct source_several *self, struct error *err)
{
	struct several_turn turn = several_turn(self, SEVERAL_SMALL, SEVERAL_ALL);
	size_t choice;
	enum status st;

	while (several_next(&turn)) {
		turn.status = source_tagged_block(out, turn.child, BLOCK_LATEST, &turn.error);
		if (turn.status == OK)
			several_told_head(self, turn.index, out);
	}
	st = several_end(&turn, err);
	if (st == OK)
		st = learn_heads(self, turn.tried, err);
	if (st != OK)
		return st;
	/* The one that was asked may have turned out to lag. */
	if (several_choice(&choice, self) && choice != turn.index &&
	    (with_fresh_head(self) & several_bit(choice))) {
		*out = head_of(self, choice);
		several_spoke(self, choice);
	}
	return is_disputed(self, out) ? settled_head(out, self, err) : OK;
}

/* The lowest that is told: nobody's word makes a block final that is not for all. */
static enum status finalized(struct block_ref *out, struct source_several *self, struct error *err)
{
	struct several_turn turn = several_turn_of_all(self);

	while (several_next(&turn)) {
		struct block_ref told;

		turn.status = source_tagged_block(&told, turn.child, BLOCK_FINALIZED, &turn.error);
		if (turn.status == OK && (!turn.is_answered || told.number < out->number))
			*out = told;
	}
	return several_end(&turn, err);
}

enum status several_tagged_block(struct block_ref *out, struct source *source, enum block_tag tag,
				 struct error *err)
{
	struct source_several *self = several_of(source);

	*out = (struct block_ref){0};
	return tag == BLOCK_LATEST ? latest(out, self, err) : finalized(out, self, err);
}
