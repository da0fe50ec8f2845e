#include "base/logger.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { LINE_SIZE = 1200 };

static const char *level_name(enum log_level level)
{
	switch (level) {
	case LOG_DEBUG:
		return "debug";
	case LOG_INFO:
		return "info";
	case LOG_WARN:
		return "warning";
	case LOG_ERROR:
		return "error";
	}
	return "log";
}

static void write_stderr(void *context, enum log_level level, const char *line)
{
	(void)context;
	if (level == LOG_INFO)
		(void)fprintf(stderr, "%s\n", line);
	else
		(void)fprintf(stderr, "%s: %s\n", level_name(level), line);
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
