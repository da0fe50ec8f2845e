#include <pthread.h>

#include "base/log_limit.h"
#include "tests/support/test.h"

struct scene {
	uint64_t now_ms;
	int count;
	enum log_level level;
	char line[2000];
};

static uint64_t now_ms(void *context)
{
	return ((struct scene *)context)->now_ms;
}

static void hear(void *context, enum log_level level, const char *line)
{
	struct scene *scene = context;

	scene->count++;
	scene->level = level;
	(void)snprintf(scene->line, sizeof(scene->line), "%s", line);
}

static struct log_limit *limited(struct scene *scene, struct logger *logger)
{
	struct logger below = {.least = LOG_DEBUG, .write = hear, .context = scene};
	struct clock clock = {.now_ms = now_ms, .context = scene};
	struct log_limit *limit = log_limit_new(&below, &clock);

	*logger = log_limit_logger(limit);
	return limit;
}

static void a_flood_is_dropped_and_told_once(void **state)
{
	struct scene scene = {.now_ms = 5};
	struct logger logger;
	struct log_limit *limit = limited(&scene, &logger);

	(void)state;
	for (int i = 0; i < LOG_LIMIT_LINES; i++)
		log_warn(&logger, "block %d of http://127.0.0.1:%d: 0x%x is away", i, i * 7, i);
	assert_int_equal(scene.count, LOG_LIMIT_LINES);
	for (int i = 0; i < 34; i++)
		log_warn(&logger, "block %d of http://127.0.0.1:%d: 0xabc%x is away", i, i, i);
	assert_int_equal(scene.count, LOG_LIMIT_LINES);
	scene.now_ms += LOG_LIMIT_MS - 1;
	log_limit_look(limit);
	assert_int_equal(scene.count, LOG_LIMIT_LINES);
	scene.now_ms++;
	log_limit_look(limit);
	assert_int_equal(scene.count, LOG_LIMIT_LINES + 1);
	assert_int_equal(scene.level, LOG_WARN);
	assert_string_equal(scene.line, "… and 34 more like it within a minute, the last: block 33 "
					"of http://127.0.0.1:33: 0xabc21 is away");
	log_limit_look(limit);
	assert_int_equal(scene.count, LOG_LIMIT_LINES + 1); /* once */
	log_warn(&logger, "block 7 of http://127.0.0.1:7: 0x7 is away");
	assert_int_equal(scene.count, LOG_LIMIT_LINES + 2); /* a new minute */
	log_limit_free(limit);
	assert_int_equal(scene.count, LOG_LIMIT_LINES + 2); /* nothing was dropped */
}

static void other_kinds_and_quieter_lines_pass(void **state)
{
	struct scene scene = {0};
	struct logger logger;
	struct log_limit *limit = limited(&scene, &logger);

	(void)state;
	for (int i = 0; i < LOG_LIMIT_LINES + 5; i++)
		log_error(&logger, "disk %d", i);
	assert_int_equal(scene.count, LOG_LIMIT_LINES);
	log_warn(&logger, "disk 1"); /* another level */
	log_error(&logger, "disc 1");
	log_error(&logger, "disk 1x");
	assert_int_equal(scene.count, LOG_LIMIT_LINES + 3);
	for (int i = 0; i < 3 * LOG_LIMIT_LINES; i++) {
		log_info(&logger, "block %d", i);
		log_debug(&logger, "block %d", i);
	}
	assert_int_equal(scene.count, 7 * LOG_LIMIT_LINES + 3);
	log_limit_free(limit); /* what was dropped is told at the end */
	assert_int_equal(scene.count, 7 * LOG_LIMIT_LINES + 4);
	assert_int_equal(scene.level, LOG_ERROR);
	assert_string_equal(scene.line, "… and 5 more like it within a minute, the last: disk 24");
}

static void the_next_line_tells_of_the_minute_before(void **state)
{
	struct scene scene = {0};
	struct logger logger;
	struct log_limit *limit = limited(&scene, &logger);

	(void)state;
	for (int i = 0; i < LOG_LIMIT_LINES + 1; i++)
		log_warn(&logger, "away");
	scene.now_ms += LOG_LIMIT_MS;
	log_info(&logger, "block 1");
	assert_int_equal(scene.count, LOG_LIMIT_LINES + 2);
	assert_string_equal(scene.line, "block 1");
	log_limit_free(limit);
	assert_int_equal(scene.count, LOG_LIMIT_LINES + 2);
}

static void many_kinds_lose_none(void **state)
{
	struct scene scene = {0};
	struct logger logger;
	struct log_limit *limit = limited(&scene, &logger);

	(void)state;
	for (int i = 0; i < LOG_LIMIT_LINES + 2; i++)
		log_warn(&logger, "first");
	for (int i = 0; i < 3 * LOG_LIMIT_KINDS; i++) {
		scene.now_ms++;
		log_warn(&logger, "kind %c%c", 'a' + i % 26, 'a' + i / 26);
	}
	/* the oldest made room, and what was dropped of it was told then */
	assert_int_equal(scene.count, LOG_LIMIT_LINES + 1 + 3 * LOG_LIMIT_KINDS);
	log_limit_free(limit);
	assert_int_equal(scene.count, LOG_LIMIT_LINES + 1 + 3 * LOG_LIMIT_KINDS);
}

static void *flood(void *context)
{
	for (int i = 0; i < 1000; i++)
		log_warn(context, "line %d", i);
	return NULL;
}

static void threads_are_counted_together(void **state)
{
	struct scene scene = {0};
	struct logger logger;
	struct log_limit *limit = limited(&scene, &logger);
	pthread_t threads[4];

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, flood, &logger), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(scene.count, LOG_LIMIT_LINES);
	log_limit_free(limit);
	assert_non_null(strstr(scene.line, "and 3980 more like it"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flood_is_dropped_and_told_once),
		cmocka_unit_test(other_kinds_and_quieter_lines_pass),
		cmocka_unit_test(the_next_line_tells_of_the_minute_before),
		cmocka_unit_test(many_kinds_lose_none),
		cmocka_unit_test(threads_are_counted_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
