#include "base/log_limit.h"

#include <ctype.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { SAMPLE_SIZE = 400 };

struct kind {
	bool is_used;
	uint64_t hash;
	enum log_level level;
	uint64_t since_ms;
	uint64_t count;
	uint64_t dropped;
	char last[SAMPLE_SIZE]; /* of those that were dropped */
};

struct log_limit {
	struct logger below;
	struct clock clock;
	pthread_mutex_t mutex;
	struct kind kinds[LOG_LIMIT_KINDS];
};

/* FNV-1a over the line, with every run of digits and every 0x… as one character. */
static uint64_t kind_of(enum log_level level, const char *line)
{
	uint64_t hash = 0xcbf29ce484222325 ^ (uint64_t)level;

	for (const char *at = line; *at;) {
		unsigned char c = (unsigned char)*at;

		if (at[0] == '0' && at[1] == 'x') {
			c = '#';
			for (at += 2; isxdigit((unsigned char)*at);)
				at++;
		} else if (isdigit(c)) {
			c = '#';
			while (isdigit((unsigned char)*at))
				at++;
		} else {
			at++;
		}
		hash = (hash ^ c) * 0x100000001b3;
	}
	return hash;
}

/* The kind's minute is over, or its place is wanted. */
static void end_kind(struct log_limit *limit, struct kind *kind)
{
	if (kind->is_used && kind->dropped)
		log_line(&limit->below, kind->level,
			 "… and %" PRIu64 " more like it within a minute, the last: %s",
			 kind->dropped, kind->last);
	kind->is_used = false;
}

static void end_old(struct log_limit *limit, uint64_t now)
{
	for (size_t i = 0; i < LOG_LIMIT_KINDS; i++)
		if (limit->kinds[i].is_used && now - limit->kinds[i].since_ms >= LOG_LIMIT_MS)
			end_kind(limit, &limit->kinds[i]);
}

static struct kind *find_kind(struct log_limit *limit, enum log_level level, uint64_t hash,
			      uint64_t now)
{
	struct kind *place = &limit->kinds[0];

	for (size_t i = 0; i < LOG_LIMIT_KINDS; i++) {
		struct kind *kind = &limit->kinds[i];

		if (kind->is_used && kind->hash == hash && kind->level == level)
			return kind;
		if (place->is_used && (!kind->is_used || kind->since_ms < place->since_ms))
			place = kind;
	}
	end_kind(limit, place);
	*place = (struct kind){.is_used = true, .hash = hash, .level = level, .since_ms = now};
	return place;
}

static void write_limited(void *context, enum log_level level, const char *line)
{
	struct log_limit *limit = context;
	uint64_t now = clock_now_ms(&limit->clock);
	struct kind *kind;

	(void)pthread_mutex_lock(&limit->mutex);
	end_old(limit, now);
	if (level < LOG_WARN) {
		limit->below.write(limit->below.context, level, line);
	} else {
		kind = find_kind(limit, level, kind_of(level, line), now);
		if (kind->count++ < LOG_LIMIT_LINES) {
			limit->below.write(limit->below.context, level, line);
		} else {
			kind->dropped++;
			(void)snprintf(kind->last, sizeof(kind->last), "%s", line);
		}
	}
	(void)pthread_mutex_unlock(&limit->mutex);
}

struct log_limit *log_limit_new(const struct logger *below, const struct clock *clock)
{
	struct log_limit *limit = xcalloc(1, sizeof(*limit));

	limit->below = *below;
	limit->clock = *clock;
	(void)pthread_mutex_init(&limit->mutex, NULL);
	return limit;
}

void log_limit_free(struct log_limit *limit)
{
	if (!limit)
		return;
	for (size_t i = 0; i < LOG_LIMIT_KINDS; i++)
		end_kind(limit, &limit->kinds[i]);
	(void)pthread_mutex_destroy(&limit->mutex);
	free(limit);
}

struct logger log_limit_logger(struct log_limit *limit)
{
	return (struct logger){
		.least = limit->below.least, .write = write_limited, .context = limit};
}

void log_limit_look(struct log_limit *limit)
{
	(void)pthread_mutex_lock(&limit->mutex);
	end_old(limit, clock_now_ms(&limit->clock));
	(void)pthread_mutex_unlock(&limit->mutex);
}
