/*
 * logger.h - what the program says while it works: one line a fact, on standard error.
 *
 * A logger is a value that is handed to whoever may speak; layers below the indexer never do.
 * Never hand it a url as it was configured: source_label() has one without credentials.
 */
#ifndef BASE_LOGGER_H
#define BASE_LOGGER_H

#include <stdbool.h>

#include "base/error.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct logger {
	enum log_level least; /* quieter lines are dropped */
	void (*write)(void *context, enum log_level level, const char *line);
	void *context;
};

/* Lines "level: text" to standard error. Thread-safe: one write a line. */
struct logger logger_stderr(enum log_level least);

/*
 * JSON lines to standard error, one write each:
 *
 *	{"time":"2026-01-31T12:00:00.123Z","level":"warn","message":"…"}
 *
 * The time is the machine's, UTC; levels are "debug", "info", "warn", "error".
 */
struct logger logger_json(enum log_level least);

/* "debug", "info", "warn", "error" */
const char *log_level_name(enum log_level level);
bool log_level_parse(enum log_level *out, const char *name);

/* Says nothing; for tests. */
struct logger logger_silent(void);

void log_line(const struct logger *logger, enum log_level level, const char *format, ...)
	PRINTF_LIKE(3, 4);

#define log_debug(logger, ...) log_line(logger, LOG_DEBUG, __VA_ARGS__)
#define log_info(logger, ...) log_line(logger, LOG_INFO, __VA_ARGS__)
#define log_warn(logger, ...) log_line(logger, LOG_WARN, __VA_ARGS__)
#define log_error(logger, ...) log_line(logger, LOG_ERROR, __VA_ARGS__)

#endif
