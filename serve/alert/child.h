/*
 * child.h - a command with a document on its standard input, ended when it takes too long.
 */
#ifndef SERVE_ALERT_CHILD_H
#define SERVE_ALERT_CHILD_H

#include "base/clock.h"
#include "base/slice.h"

/*
 * Runs `command` by sh -c, in a process group of its own; what it prints goes nowhere. ERR_DENIED:
 * it ended otherwise than with 0; ERR_AGAIN: it cannot be started, or was ended, after `limit_ms`
 * or because `stop_event` (-1: none) became readable. The message does not hold the command.
 */
enum status child_run(const char *command, struct slice input, uint64_t limit_ms, int stop_event,
		      struct error *err) MUST_CHECK;

#endif
