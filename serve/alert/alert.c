#include "serve/alert/alert.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "abi/keccak.h"
#include "serve/alert/document.h"
#include "serve/alert/internal.h"

struct alert_pace alert_pace(void)
{
	return (struct alert_pace){.look_ms = 500,
				   .retry_ms = 1000,
				   .retry_ms_max = 300000,
				   .webhook_ms = 10000,
				   .command_ms = 30000};
}

/* ---- opening ---- */

static bool is_same_alert(const struct config_alert *a, const struct config_alert *b)
{
	if (a->webhook)
		return b->webhook && strcmp(a->webhook, b->webhook) == 0;
	return b->command && strcmp(a->command, b->command) == 0;
}

/* Of the webhook or command; an alert that is configured twice is two. */
static struct alert_tag tag_of(const struct config *config, size_t index)
{
	const struct config_alert *alert = &config->alerts[index];
	const char *kind = alert->webhook ? "webhook" : "command";
	const char *target = alert->webhook ? alert->webhook : alert->command;
	struct alert_tag tag;
	struct hash hash;
	struct keccak k;
	uint8_t twins = 0;

	for (size_t i = 0; i < index; i++)
		if (is_same_alert(&config->alerts[i], alert))
			twins++;
	keccak_init(&k);
	keccak_update(&k, kind, strlen(kind) + 1);
	keccak_update(&k, target, strlen(target) + 1);
	keccak_update(&k, &twins, sizeof(twins));
	hash = keccak_final(&k);
	memcpy(tag.bytes, hash.bytes, ALERT_TAG_BYTES);
	return tag;
}

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
		channel->tag = tag_of(config, i);
		st = alert_way_open(&channel->way, channel->config, i, alerts->stop_event, pace,
				    err);
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

/* ---- telling ---- */

/* Waits so long; true: the end. */
static bool is_stopped(const struct alerts *alerts, uint64_t wait_ms)
{
	struct pollfd stop = {.fd = alerts->stop_event, .events = POLLIN};

	return poll(&stop, 1, (int)wait_ms) > 0;
}

static enum status tell_one(struct alert_channel *channel, struct arena *arena,
			    const struct alert_about *about, const struct finding *finding,
			    struct error *err)
{
	const struct alerts *alerts = channel->alerts;
	const struct pool *pool = &alerts->config->pools[about->pool];
	char id[2 * FINDING_ID_BYTES + 1];
	enum status st =
		alert_way_tell(channel->way, alert_document(arena, pool, about->key, finding), err);

	(void)finding_id_format(id, about->key);
	if (st != OK)
		return error_wrap(err, "finding %s, %s", id, finding->state);
	log_info(alerts->logger, "%s was told of finding %s, %s", alert_way_label(channel->way), id,
		 finding->state);
	return OK;
}

/* That it is open, and then that it is over. */
static enum status tell(struct alert_channel *channel, struct arena *arena,
			const struct alert_task *task, struct error *err)
{
	const struct alert_about *about = &task->note.about;
	enum status st = OK;

	if (!task->note.is_told) {
		st = tell_one(channel, arena, about, &task->note.finding, err);
		if (st == OK)
			alert_mark_add(channel, about, false);
	}
	if (st == OK && !task->is_open) {
		st = tell_one(channel, arena, about, &task->end, err);
		if (st == OK)
			alert_mark_add(channel, about, true);
	}
	return st;
}

static void postpone(struct alert_channel *channel, const struct error *err)
{
	const struct alerts *alerts = channel->alerts;

	channel->pause_ms = channel->pause_ms ? channel->pause_ms * 2 : alerts->pace.retry_ms;
	if (channel->pause_ms > alerts->pace.retry_ms_max)
		channel->pause_ms = alerts->pace.retry_ms_max;
	channel->due_ms = clock_now_ms(&alerts->clock) + channel->pause_ms;
	log_warn(alerts->logger, "%s was not told: %s; trying again in %" PRIu64 " ms",
		 alert_way_label(channel->way), err->message, channel->pause_ms);
}

/*
 * Everything that is to be told now. Where nobody is there, the rest waits too; a document that is
 * refused does not keep the others back.
 */
static void round_of(struct alert_channel *channel)
{
	struct arena *arena = arena_new();
	struct alert_task *tasks;
	size_t count;
	struct error err;
	struct error first = {.status = OK};
	enum status st = alert_tasks_read(&tasks, &count, channel, arena, &err);

	if (st != OK)
		first = err;
	for (size_t i = 0; (st == OK || st == ERR_DENIED) && i < count; i++) {
		st = is_stopped(channel->alerts, 0) ? OK : tell(channel, arena, &tasks[i], &err);
		if (st != OK && first.status == OK)
			first = err;
	}
	if (first.status == OK)
		channel->pause_ms = 0;
	else if (!is_stopped(channel->alerts, 0))
		postpone(channel, &first);
	arena_free(arena);
}

static void *work(void *context)
{
	struct alert_channel *channel = context;
	const struct alerts *alerts = channel->alerts;

	do {
		if (clock_now_ms(&alerts->clock) >= channel->due_ms)
			round_of(channel);
	} while (!is_stopped(alerts, alerts->pace.look_ms));
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

enum status alerts_start(struct alerts *alerts, struct error *err)
{
	enum status st;

	if (!alerts->channel_count)
		return OK;
	st = store_open(&alerts->store, alerts->config->store_path, STORE_READ, NULL, err);
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
	store_close(alerts->store);
	alerts->store = NULL;
}
