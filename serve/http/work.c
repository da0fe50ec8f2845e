#include "serve/http/work.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

struct work {
	void (*run)(void *job);
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	bool is_open;
	void **waiting; /* a ring */
	size_t waiting_max;
	size_t first;
	size_t count;
	pthread_t *threads;
	size_t thread_max;
	size_t thread_count;
};

struct work *work_new(size_t threads, size_t waiting_max, void (*run)(void *job))
{
	struct work *work = xcalloc(1, sizeof(*work));

	work->run = run;
	work->waiting_max = waiting_max;
	work->waiting = xcalloc(waiting_max, sizeof(*work->waiting));
	work->thread_max = threads;
	work->threads = xcalloc(threads, sizeof(*work->threads));
	(void)pthread_mutex_init(&work->mutex, NULL);
	(void)pthread_cond_init(&work->changed, NULL);
	return work;
}

/* NULL: it is stopped, and nothing waits. */
static void *take(struct work *work)
{
	void *job = NULL;

	pthread_mutex_lock(&work->mutex);
	while (work->is_open && !work->count)
		pthread_cond_wait(&work->changed, &work->mutex);
	if (work->count) {
		job = work->waiting[work->first];
		work->first = (work->first + 1) % work->waiting_max;
		work->count--;
	}
	pthread_mutex_unlock(&work->mutex);
	return job;
}

static void *do_work(void *context)
{
	struct work *work = context;
	void *job;

	while ((job = take(work)))
		work->run(job);
	return NULL;
}

enum status work_start(struct work *work, struct error *err)
{
	work->is_open = true;
	while (work->thread_count < work->thread_max) {
		int problem =
			pthread_create(&work->threads[work->thread_count], NULL, do_work, work);

		if (problem) {
			work_stop(work);
			return error_set(err, ERR_SYSTEM, "cannot start a thread: %s",
					 strerror(problem));
		}
		work->thread_count++;
	}
	return OK;
}

void work_stop(struct work *work)
{
	pthread_mutex_lock(&work->mutex);
	work->is_open = false;
	pthread_cond_broadcast(&work->changed);
	pthread_mutex_unlock(&work->mutex);
	while (work->thread_count)
		(void)pthread_join(work->threads[--work->thread_count], NULL);
}

void work_free(struct work *work)
{
	if (!work)
		return;
	(void)pthread_cond_destroy(&work->changed);
	(void)pthread_mutex_destroy(&work->mutex);
	free(work->threads);
	free(work->waiting);
	free(work);
}

bool work_add(struct work *work, void *job)
{
	bool is_taken;

	pthread_mutex_lock(&work->mutex);
	is_taken = work->is_open && work->count < work->waiting_max;
	if (is_taken) {
		work->waiting[(work->first + work->count++) % work->waiting_max] = job;
		pthread_cond_signal(&work->changed);
	}
	pthread_mutex_unlock(&work->mutex);
	return is_taken;
}
