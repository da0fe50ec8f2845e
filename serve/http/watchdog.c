#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/http/internal.h"

enum { LOOK_MS = 100, GONE_MS = 1000 };

/*
 * A connection leaves the list before its descriptor is closed, under the same lock under which it
 * is shut down: so it is never another's descriptor that is.
 */
struct watchdog {
	struct clock clock;
	pthread_mutex_t mutex;
	struct watched *first;
	pthread_t thread;
	bool is_running;
	int stop_event;
};

enum status watchdog_open(struct watchdog **out, struct error *err)
{
	struct watchdog *watchdog = xcalloc(1, sizeof(*watchdog));

	watchdog->clock = clock_real();
	(void)pthread_mutex_init(&watchdog->mutex, NULL);
	watchdog->stop_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	*out = watchdog;
	return watchdog->stop_event >= 0
		       ? OK
		       : error_set(err, ERR_SYSTEM, "eventfd: %s", strerror(errno));
}

void watchdog_close(struct watchdog *watchdog)
{
	if (!watchdog)
		return;
	if (watchdog->stop_event >= 0)
		(void)close(watchdog->stop_event);
	(void)pthread_mutex_destroy(&watchdog->mutex);
	free(watchdog);
}

/*
 * libmicrohttpd asks the system for what is new only: an end that came together with half a request
 * is read past, and it would wait for the rest. What it has not read yet is not looked behind.
 */
static bool has_gone(struct watched *w, uint64_t now)
{
	char byte;

	if (!w->look_ms || w->look_ms > now)
		return false;
	w->look_ms = now + GONE_MS;
	return recv(w->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

static void look(struct watchdog *watchdog)
{
	uint64_t now = clock_now_ms(&watchdog->clock);

	pthread_mutex_lock(&watchdog->mutex);
	for (struct watched *w = watchdog->first; w; w = w->next)
		if (!w->is_cut && ((w->deadline_ms && w->deadline_ms <= now) || has_gone(w, now))) {
			(void)shutdown(w->fd, SHUT_RDWR);
			w->is_cut = true;
			if (w->late)
				w->late(w->context);
		}
	pthread_mutex_unlock(&watchdog->mutex);
}

static void *work(void *context)
{
	struct watchdog *watchdog = context;
	struct pollfd stop = {.fd = watchdog->stop_event, .events = POLLIN};

	while (poll(&stop, 1, LOOK_MS) <= 0)
		look(watchdog);
	return NULL;
}

enum status watchdog_start(struct watchdog *watchdog, struct error *err)
{
	int problem = pthread_create(&watchdog->thread, NULL, work, watchdog);

	watchdog->is_running = problem == 0;
	return problem ? error_set(err, ERR_SYSTEM, "cannot start a thread: %s", strerror(problem))
		       : OK;
}

void watchdog_stop(struct watchdog *watchdog)
{
	uint64_t one = 1;

	if (!watchdog->is_running)
		return;
	(void)!write(watchdog->stop_event, &one, sizeof(one));
	(void)pthread_join(watchdog->thread, NULL);
	watchdog->is_running = false;
}

void watchdog_add(struct watchdog *watchdog, struct watched *w, uint64_t deadline_ms)
{
	pthread_mutex_lock(&watchdog->mutex);
	w->deadline_ms = deadline_ms;
	w->look_ms = clock_now_ms(&watchdog->clock) + GONE_MS;
	w->next = watchdog->first;
	w->previous = NULL;
	if (w->next)
		w->next->previous = w;
	watchdog->first = w;
	pthread_mutex_unlock(&watchdog->mutex);
}

void watchdog_remove(struct watchdog *watchdog, struct watched *w)
{
	pthread_mutex_lock(&watchdog->mutex);
	if (w->next)
		w->next->previous = w->previous;
	if (w->previous)
		w->previous->next = w->next;
	else
		watchdog->first = w->next;
	pthread_mutex_unlock(&watchdog->mutex);
}

void watchdog_cut(struct watchdog *watchdog, struct watched *w)
{
	pthread_mutex_lock(&watchdog->mutex);
	if (!w->is_cut)
		(void)shutdown(w->fd, SHUT_RDWR);
	w->is_cut = true;
	pthread_mutex_unlock(&watchdog->mutex);
}

bool watchdog_has_cut(struct watchdog *watchdog, const struct watched *w)
{
	bool is_cut;

	pthread_mutex_lock(&watchdog->mutex);
	is_cut = w->is_cut;
	pthread_mutex_unlock(&watchdog->mutex);
	return is_cut;
}

void watchdog_tell(struct watchdog *watchdog, struct watched *w, uint64_t deadline_ms,
		   void (*late)(void *context), void *context)
{
	pthread_mutex_lock(&watchdog->mutex);
	w->deadline_ms = deadline_ms;
	w->look_ms = 0;
	w->late = late;
	w->context = context;
	pthread_mutex_unlock(&watchdog->mutex);
}

void watchdog_expect(struct watchdog *watchdog, struct watched *w, uint64_t deadline_ms)
{
	pthread_mutex_lock(&watchdog->mutex);
	w->deadline_ms = deadline_ms;
	w->look_ms = 0;
	pthread_mutex_unlock(&watchdog->mutex);
}

void watchdog_await(struct watchdog *watchdog, struct watched *w, uint64_t deadline_ms)
{
	pthread_mutex_lock(&watchdog->mutex);
	w->deadline_ms = deadline_ms;
	w->look_ms = clock_now_ms(&watchdog->clock) + GONE_MS;
	pthread_mutex_unlock(&watchdog->mutex);
}
