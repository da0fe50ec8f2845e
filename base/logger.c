#include "base/logger.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json_text.h"

enum {
	LINE_SIZE = 1200,
	TIME_SIZE = 64,
	JSON_LINE_SIZE = JSON_TEXT_SIZE(LINE_SIZE) + 128,
	END_SIZE = 4
};

const char *log_level_name(enum log_level level)
{
	switch (level) {
	case LOG_DEBUG:
		return "debug";
	case LOG_INFO:
		return "info";
	case LOG_WARN:
		return "warn";
	case LOG_ERROR:
		return "error";
	}
	return "log";
}

bool log_level_parse(enum log_level *out, const char *name)
{
	for (int level = LOG_DEBUG; level <= LOG_ERROR; level++)
		if (strcmp(name, log_level_name((enum log_level)level)) == 0) {
			*out = (enum log_level)level;
			return true;
		}
	return false;
}

static void write_stderr(void *context, enum log_level level, const char *line)
{
	(void)context;
	if (level == LOG_INFO)
		(void)fprintf(stderr, "%s\n", line);
	else
		(void)fprintf(stderr, "%s: %s\n",
			      level == LOG_WARN ? "warning" : log_level_name(level), line);
}

/* RFC 3339, in UTC. */
static void write_time(char out[TIME_SIZE])
{
	uint64_t now = clock_wall_ms();
	time_t seconds = (time_t)(now / 1000);
	char day[TIME_SIZE / 2];
	struct tm tm;

	(void)gmtime_r(&seconds, &tm);
	(void)strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm);
	(void)snprintf(out, TIME_SIZE, "%s.%03" PRIu64 "Z", day, now % 1000);
}

static void write_json(void *context, enum log_level level, const char *line)
{
	char text[JSON_LINE_SIZE];
	char time[TIME_SIZE];
	size_t length;
	size_t done = 0;

	(void)context;
	write_time(time);
	length = (size_t)snprintf(text, sizeof(text),
				  "{\"time\":\"%s\",\"level\":\"%s\",\"message\":\"", time,
				  log_level_name(level));
	/* a line from elsewhere than log_line may be longer: it is cut, and stays JSON */
	length += json_text(text + length, sizeof(text) - length - END_SIZE, line);
	length += (size_t)snprintf(text + length, sizeof(text) - length, "\"}\n");
	while (done < length) {
		ssize_t n = write(STDERR_FILENO, text + done, length - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return; /* there is nobody left to tell */
		done += (size_t)n;
	}
}

static void write_nothing(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)line;
}

struct logger logger_stderr(enum log_level least)
{
	return (struct logger){.least = least, .write = write_stderr};
}

struct logger logger_json(enum log_level least)
{
	return (struct logger){.least = least, .write = write_json};
}

struct logger logger_silent(void)
{
	return (struct logger){.least = LOG_ERROR, .write = write_nothing};
}

void log_line(const struct logger *logger, enum log_level level, const char *format, ...)
{
	char line[LINE_SIZE];
	va_list args;

	if (!logger || level < logger->least)
		return;
	va_start(args, format);
	(void)vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	for (char *at = line; *at; at++)
		if ((unsigned char)*at < 0x20 ||
		    *at == 0x7f) /* foreign text must not forge a line */
			*at = ' ';
	logger->write(logger->context, level, line);
}
