/*
 * work.h - threads for what may take long, so that those that talk to clients never do.
 */
#ifndef SERVE_HTTP_WORK_H
#define SERVE_HTTP_WORK_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct work;

/* `run` does a job; in any of the threads. */
struct work *work_new(size_t threads, size_t waiting_max, void (*run)(void *job));
enum status work_start(struct work *work, struct error *err) MUST_CHECK;
/* What waits is run first. Nothing is taken afterwards. */
void work_stop(struct work *work);
void work_free(struct work *work);

/* False: too many wait already, or it is stopped. */
bool work_add(struct work *work, void *job);

#endif
