/* What channels did, until it is in the notes. */
#include <stdlib.h>

#include "serve/alert/internal.h"

static const struct alert_about *about_of(const struct alert_mark *mark)
{
	return mark->is_refusal ? &mark->due.about : &mark->told.about;
}

static void add(struct alert_channel *channel, const struct alert_mark *mark)
{
	if (!channel->marks)
		channel->marks = xcalloc(ALERT_MARKS_MAX, sizeof(*channel->marks));
	if (channel->mark_count == ALERT_MARKS_MAX)
		abort(); /* the thread looks before it tells */
	channel->marks[channel->mark_count] = *mark;
	channel->marks[channel->mark_count++].number = ++channel->mark_number;
}

void alert_mark_told(struct alert_channel *channel, const struct alert_told *told)
{
	const struct alert_mark mark = {.told = *told};

	(void)pthread_mutex_lock(&channel->alerts->mutex);
	add(channel, &mark);
	(void)pthread_mutex_unlock(&channel->alerts->mutex);
}

/* In the place of the refusal before, but behind what was told since. */
void alert_mark_refusal(struct alert_channel *channel, const struct alert_due *due)
{
	const struct alert_mark mark = {.is_refusal = true, .due = *due};
	size_t kept = 0;

	(void)pthread_mutex_lock(&channel->alerts->mutex);
	for (size_t i = 0; i < channel->mark_count; i++)
		if (!channel->marks[i].is_refusal ||
		    !alert_about_is_same(about_of(&channel->marks[i]), &due->about))
			channel->marks[kept++] = channel->marks[i];
	channel->mark_count = kept;
	add(channel, &mark);
	(void)pthread_mutex_unlock(&channel->alerts->mutex);
}

bool alert_marks_are_full(struct alert_channel *channel)
{
	bool are_full;

	(void)pthread_mutex_lock(&channel->alerts->mutex);
	are_full = channel->mark_count == ALERT_MARKS_MAX;
	(void)pthread_mutex_unlock(&channel->alerts->mutex);
	return are_full;
}

size_t alert_marks_of(struct alert_mark **out, struct arena *arena, struct alert_channel *channel,
		      const struct alert_about *about)
{
	size_t count = 0;

	(void)pthread_mutex_lock(&channel->alerts->mutex);
	*out = arena_array(arena, about ? 8 : channel->mark_count, sizeof(**out));
	for (size_t i = 0; i < channel->mark_count; i++) {
		if (about && !alert_about_is_same(about_of(&channel->marks[i]), about))
			continue;
		if (about && count >= 8 && (count & (count - 1)) == 0) {
			struct alert_mark *more = arena_array(arena, 2 * count, sizeof(**out));

			memcpy(more, *out, count * sizeof(**out));
			*out = more;
		}
		(*out)[count++] = channel->marks[i];
	}
	(void)pthread_mutex_unlock(&channel->alerts->mutex);
	return count;
}
