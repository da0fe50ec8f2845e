#include "serve/metrics/readiness.h"

#include <inttypes.h>

enum {
	MS_A_SECOND = 1000,
	/* At rest it looks every four poll intervals, and a look takes its time. */
	POLLS_A_LOOK = 8,
};

static void add(struct verdict *verdict, const char *id, const char *detail)
{
	if (verdict->count < REASONS_MAX)
		verdict->reasons[verdict->count++] = (struct reason){.id = id, .detail = detail};
}

static void judge_silence(struct verdict *verdict, const struct config_serve *limits,
			  uint64_t silent_ms, struct arena *arena)
{
	if (silent_ms > limits->health_silence_s * MS_A_SECOND)
		add(verdict, "hanging",
		    arena_printf(arena,
				 "the mirror's thread has not moved for %" PRIu64
				 " s, allowed are %" PRIu64,
				 silent_ms / MS_A_SECOND, limits->health_silence_s));
}

struct verdict judge_health(const struct config_serve *limits, uint64_t silent_ms,
			    struct arena *arena)
{
	struct verdict verdict = {.count = 0};

	judge_silence(&verdict, limits, silent_ms, arena);
	return verdict;
}

/* The limit is never less than what an idle mirror takes between two looks at the head. */
static uint64_t head_age_limit_ms(const struct config_serve *limits, const struct config *config)
{
	uint64_t looks = config->poll_interval_ms * POLLS_A_LOOK;
	uint64_t limit = limits->ready_head_age_s * MS_A_SECOND;

	return limit > looks ? limit : looks;
}

static void judge_head(struct verdict *verdict, const struct config_serve *limits,
		       const struct mirror_view *view, uint64_t now_ms)
{
	const struct run_note *run = &view->run;
	uint64_t age;
	uint64_t limit = head_age_limit_ms(limits, view->config);

	if (!view->has_run || !run->has_head) {
		add(verdict, "head_unknown", "no node has told of its head yet");
		return;
	}
	age = now_ms > run->head_seen_ms ? now_ms - run->head_seen_ms : 0;
	if (!mirror_view_is_recorded(view) && age > limit)
		add(verdict, "head_stale",
		    arena_printf(view->arena,
				 "no node has told of its head for %" PRIu64
				 " s, allowed are %" PRIu64,
				 age / MS_A_SECOND, limit / MS_A_SECOND));
}

static void judge_lag(struct verdict *verdict, const struct config_serve *limits,
		      const struct mirror_view *view)
{
	uint64_t blocks;
	uint64_t seconds;

	if (mirror_view_lag(&blocks, &seconds, view) && blocks > limits->ready_lag_blocks)
		add(verdict, "lagging",
		    arena_printf(view->arena,
				 "the mirror is %" PRIu64
				 " blocks behind the node's head, allowed are %" PRIu64,
				 blocks, limits->ready_lag_blocks));
}

struct verdict judge_readiness(const struct config_serve *limits, const struct mirror_view *view,
			       uint64_t silent_ms, uint64_t now_ms, struct arena *arena)
{
	struct verdict verdict = {.count = 0};

	judge_silence(&verdict, limits, silent_ms, arena);
	if (!view) {
		add(&verdict, "unreadable", "the mirror cannot be read; the log says why");
		return verdict;
	}
	if (!mirror_view_has_block(view))
		add(&verdict, "empty", "the mirror holds no block yet");
	if (view->has_moment && moment_is_degraded(&view->moment))
		add(&verdict, "refused_block", mirror_view_degraded(view));
	if (*view->writer.trouble)
		add(&verdict, "disk", "the disk keeps the mirror from going on: full, or failing");
	if (!view->writer.is_there)
		add(&verdict, "no_writer", "nobody writes in the mirror");
	judge_head(&verdict, limits, view, now_ms);
	judge_lag(&verdict, limits, view);
	return verdict;
}
