#include "serve/alert/alert.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "serve/alert/internal.h"

struct alert_pace alert_pace(void)
{
	return (struct alert_pace){.look_ms = 500,
				   .retry_ms = 1000,
				   .retry_ms_max = 300000,
				   .webhook_ms = 10000,
				   .command_ms = 30000,
				   .note_ms = 1000,
				   .figures_ms = 5000,
				   .resend_ms = 60000};
}

/* ---- opening ---- */

enum status alerts_open(struct alerts **out, const struct config *config,
			const struct alert_pace *pace, const struct logger *logger,
			struct error *err)
{
	struct alerts *alerts = xcalloc(1, sizeof(*alerts));
	enum status st = OK;

	*out = NULL;
	alerts->config = config;
	alerts->logger = logger;
	alerts->pace = *pace;
	alerts->clock = clock_real();
	(void)pthread_mutex_init(&alerts->mutex, NULL);
	alerts->stop_event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (alerts->stop_event < 0)
		st = error_set(err, ERR_SYSTEM, "eventfd: %s", strerror(errno));
	alerts->channels = xcalloc(config->alert_count + 1, sizeof(*alerts->channels));
	for (size_t i = 0; st == OK && i < config->alert_count; i++) {
		struct alert_channel *channel = &alerts->channels[alerts->channel_count++];

		channel->alerts = alerts;
		channel->config = &config->alerts[i];
		channel->tag = alert_tag_of(config, i);
		st = alert_way_open(&channel->way, config, i, alerts->stop_event, pace, err);
	}
	if (st != OK) {
		alerts_close(alerts);
		return st;
	}
	*out = alerts;
	return OK;
}

void alerts_close(struct alerts *alerts)
{
	if (!alerts)
		return;
	for (size_t i = 0; i < alerts->channel_count; i++) {
		alert_way_close(alerts->channels[i].way);
		free(alerts->channels[i].marks);
	}
	free(alerts->channels);
	if (alerts->stop_event >= 0)
		(void)close(alerts->stop_event);
	(void)pthread_mutex_destroy(&alerts->mutex);
	free(alerts);
}

/* ---- a channel's thread ---- */

/* Waits so long; true: the end. */
static bool is_stopped(const struct alerts *alerts, uint64_t wait_ms)
{
	struct pollfd stop = {.fd = alerts->stop_event, .events = POLLIN};

	return poll(&stop, 1, (int)wait_ms) > 0;
}

static void *work(void *context)
{
	struct alert_channel *channel = context;
	const struct alerts *alerts = channel->alerts;

	do
		alert_round(channel);
	while (!is_stopped(alerts, alerts->pace.look_ms));
	return NULL;
}

/* ---- starting and stopping ---- */

/* Signals are the main thread's. */
static int start_thread(struct alert_channel *channel)
{
	sigset_t all;
	sigset_t old;
	int problem;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	problem = pthread_create(&channel->thread, NULL, work, channel);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	channel->is_running = problem == 0;
	return problem;
}

/* Counts and pauses go on where they stood. */
static enum status take_up(struct alerts *alerts, struct error *err)
{
	struct arena *arena = arena_new();
	struct store_txn *txn;
	enum status st = store_begin(&txn, alerts->store, STORE_READ, err);

	if (st != OK)
		txn = NULL;
	for (size_t i = 0; st == OK && i < alerts->channel_count; i++) {
		struct alert_figures *figures = &alerts->channels[i].figures;
		struct alert_state state;

		st = alert_state_read(&state, arena, txn, &alerts->channels[i].tag, err);
		figures->told = state.told;
		figures->failed = state.failed;
		figures->told_ms = state.told_ms;
		figures->failed_ms = state.failed_ms;
		figures->failures = state.failures;
		figures->due_ms = state.due_ms;
		(void)snprintf(figures->trouble, sizeof(figures->trouble), "%s", state.trouble);
	}
	store_abort(txn);
	arena_free(arena);
	return st;
}

enum status alerts_start(struct alerts *alerts, struct error *err)
{
	enum status st;

	alerts->is_telling = true;
	alerts->is_settled = false;
	if (!alerts->channel_count)
		return OK;
	st = store_open(&alerts->store, alerts->config->store_path, STORE_READ, NULL, err);
	if (st == OK)
		st = take_up(alerts, err);
	for (size_t i = 0; st == OK && i < alerts->channel_count; i++) {
		int problem = start_thread(&alerts->channels[i]);

		if (problem)
			st = error_set(err, ERR_SYSTEM, "cannot start a thread: %s",
				       strerror(problem));
	}
	if (st != OK)
		alerts_stop(alerts);
	return st;
}

void alerts_stop(struct alerts *alerts)
{
	uint64_t one = 1;

	(void)!write(alerts->stop_event, &one, sizeof(one));
	for (size_t i = 0; i < alerts->channel_count; i++)
		if (alerts->channels[i].is_running) {
			(void)pthread_join(alerts->channels[i].thread, NULL);
			alerts->channels[i].is_running = false;
		}
	(void)pthread_mutex_lock(&alerts->mutex);
	alerts->is_stopping = true;
	(void)pthread_mutex_unlock(&alerts->mutex);
	store_close(alerts->store);
	alerts->store = NULL;
}
