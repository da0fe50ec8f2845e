/* A message that says that it is a test. */
#include "serve/alert/way.h"

enum status alert_try(const struct config *config, size_t index, const struct alert_pace *pace,
		      struct error *err)
{
	const struct config_alert *alert = &config->alerts[index];
	struct alert_note note = {.episode = clock_wall_ms(),
				  .finding = {.check = "covermirror-test",
					      .severity = alert->min_severity,
					      .subject = "a test of this alert",
					      .expected = "that you read this",
					      .actual = "",
					      .difference = "",
					      .trace = "",
					      .state = "open"}};
	struct alert_message message = {
		.note = &note, .finding = &note.finding, .episode = note.episode};
	const struct pool *pool = &config->pools[0];
	struct arena *arena = arena_new();
	struct alert_letter letter;
	struct alert_way *way;
	uint64_t wait_ms;
	enum status st = alert_way_open(&way, config, index, -1, pace, err);

	for (size_t i = 0; i < config->pool_count && alert->pool_count; i++)
		if (strcmp(config->pools[i].setup.name, alert->pools[0]) == 0)
			pool = &config->pools[i];
	if (st == OK) {
		alert_letter_write(&letter, arena, pool, &message, true);
		st = alert_way_tell(way, &letter, &wait_ms, err);
		alert_way_close(way);
	}
	arena_free(arena);
	return st;
}
