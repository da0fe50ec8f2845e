#include "cli/reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a reading of the file found to be different. */
struct changes {
	bool has_endpoints;
	bool has_poll;
	bool has_alerts;
	unsigned refused;
};

enum { PATH_SIZE = 256 };

static json_t *read_document(const char *path, struct error *err)
{
	json_error_t problem;
	json_t *document = json_load_file(path, JSON_REJECT_DUPLICATES, &problem);

	if (!document)
		(void)error_set(err, ERR_USAGE, "%s: line %d: %s", path, problem.line,
				problem.text);
	return document;
}

/* ---- what differs ---- */

static bool is_of_nobody(const char *key)
{
	return strcmp(key, "note") == 0 || strcmp(key, "$schema") == 0;
}

static bool take_note(struct changes *changes, const char *path)
{
	if (strcmp(path, "chain.rpc") == 0 || strcmp(path, "chain.quorum") == 0)
		changes->has_endpoints = true;
	else if (strcmp(path, "chain.poll_interval_ms") == 0)
		changes->has_poll = true;
	else if (strcmp(path, "alerts") == 0)
		changes->has_alerts = true;
	else
		return false;
	return true;
}

static void compare(struct reload *reload, struct changes *changes, const char *path,
		    json_t *before, json_t *now);

static void compare_member(struct reload *reload, struct changes *changes, const char *path,
			   const char *key, json_t *before, json_t *now)
{
	char inner[PATH_SIZE];

	if (is_of_nobody(key))
		return;
	(void)snprintf(inner, sizeof(inner), "%s%s%s", path, *path ? "." : "", key);
	compare(reload, changes, inner, json_object_get(before, key), json_object_get(now, key));
}

static void compare(struct reload *reload, struct changes *changes, const char *path,
		    json_t *before, json_t *now)
{
	const char *key;
	json_t *member;

	if (before && now && json_equal(before, now))
		return;
	/* An object that comes or goes is named by its keys. */
	if ((!before || json_is_object(before)) && (!now || json_is_object(now))) {
		json_object_foreach (before, key, member)
			compare_member(reload, changes, path, key, before, now);
		json_object_foreach (now, key, member)
			if (!json_object_get(before, key))
				compare_member(reload, changes, path, key, before, now);
		return;
	}
	if (take_note(changes, path))
		return;
	changes->refused++;
	log_warn(reload->logger,
		 "%s: %s has changed: that takes a restart; going on with the earlier value",
		 reload->config->path, path);
}

/* ---- taking over ---- */

static void keep(struct reload *reload, struct arena *arena)
{
	reload->arenas =
		xrealloc(reload->arenas, (reload->arena_count + 1) * sizeof(struct arena *));
	reload->arenas[reload->arena_count++] = arena;
}

static void copy_member(json_t *to, const json_t *from, const char *key)
{
	json_t *value = json_object_get(from, key);

	if (value)
		(void)json_object_set(to, key, value);
	else
		(void)json_object_del(to, key);
}

static enum status change_endpoints(struct reload *reload, struct config *next,
				    const struct config *read, struct error *err)
{
	const struct config before = *next;
	enum status st;

	next->endpoints = read->endpoints;
	next->endpoint_count = read->endpoint_count;
	next->quorum = read->quorum;
	reload->is_busy = 1;
	st = mirror_reconfigure(reload->mirror, next, true, err);
	reload->is_busy = 0;
	if (st == OK)
		return OK;
	next->endpoints = before.endpoints;
	next->endpoint_count = before.endpoint_count;
	next->quorum = before.quorum;
	return st;
}

/* Alerts know their configuration from their beginning on: others are opened in their place. */
static enum status open_alerts(struct reload *reload, const struct config *next, struct error *err)
{
	struct alert_pace pace = alert_pace();
	struct mirror_noter noter;
	struct alerts *alerts;
	enum status st = alerts_open(&alerts, next, &pace, reload->logger, err);

	if (st != OK)
		return st;
	alerts_close(reload->alerts);
	reload->alerts = alerts;
	noter = alerts_noter(alerts);
	mirror_set_noter(reload->mirror, &noter);
	return OK;
}

static void stop_alerts(struct reload *reload)
{
	struct error err;

	alerts_stop(reload->alerts);
	if (mirror_put_notes(reload->mirror, &err) != OK)
		log_warn(reload->logger, "what alerts were told is not noted: %s", err.message);
}

/* One after the other, so that endpoints that cannot be used do not keep back the rest. Alerts are
 * stopped meanwhile: nothing runs that a stop would have to wait for. */
static void take_over(struct reload *reload, struct config *next, const struct config *read,
		      const json_t *document, const struct changes *changes)
{
	json_t *holds = json_object_get(reload->document, "chain");
	const json_t *chain = json_object_get(document, "chain");
	struct error err;
	enum status st = OK;

	stop_alerts(reload);
	if (changes->has_poll) {
		next->poll_interval_ms = read->poll_interval_ms;
		copy_member(holds, chain, "poll_interval_ms");
	}
	if (changes->has_alerts) {
		next->alerts = read->alerts;
		next->alert_count = read->alert_count;
		copy_member(reload->document, document, "alerts");
	}
	if (changes->has_endpoints)
		st = change_endpoints(reload, next, read, &err);
	if (st != OK)
		log_error(reload->logger, "%s: chain.rpc is not taken over: %s", next->path,
			  err.message);
	if (changes->has_endpoints && st == OK) {
		copy_member(holds, chain, "rpc");
		copy_member(holds, chain, "quorum");
	} else if (mirror_reconfigure(reload->mirror, next, false, &err) != OK) {
		log_error(reload->logger, "%s: %s", next->path, err.message);
	}
	st = open_alerts(reload, next, &err);
	if (st == OK && reload->are_started)
		st = alerts_start(reload->alerts, &err);
	if (st != OK)
		log_error(reload->logger, "%s: nobody is told of findings: %s", next->path,
			  err.message);
	reload->config = next;
	telemetry_set_config(reload->telemetry, next);
}

static void read_again(struct reload *reload)
{
	struct changes changes = {0};
	struct arena *arena = arena_new();
	struct config *next = arena_alloc(arena, sizeof(*next));
	struct config read;
	struct error err;
	json_t *document = NULL;
	enum status st = config_load(&read, arena, reload->config->path, &err);

	if (st == OK) {
		document = read_document(reload->config->path, &err);
		st = document ? OK : err.status;
	}
	if (st != OK) {
		log_error(reload->logger,
			  "%s; the configuration stays as it was: correct it and send SIGHUP again",
			  err.message);
		arena_free(arena);
		return;
	}
	compare(reload, &changes, "", reload->document, document);
	if (changes.has_endpoints || changes.has_poll || changes.has_alerts) {
		*next = *reload->config;
		keep(reload, arena);
		take_over(reload, next, &read, document, &changes);
		log_info(reload->logger, "%s: read again, what changed holds from now on",
			 reload->config->path);
	} else {
		arena_free(arena);
		log_info(reload->logger, "%s: read again, %s", reload->config->path,
			 changes.refused ? "nothing of it could be taken over"
					 : "nothing has changed");
	}
	json_decref(document);
}

/* ---- for the mirror ---- */

static bool is_wanted(void *context)
{
	struct reload *reload = context;

	return atomic_load(&reload->is_wanted);
}

static void take(void *context)
{
	struct reload *reload = context;

	atomic_store(&reload->is_wanted, false);
	read_again(reload);
}

struct mirror_break reload_break(struct reload *reload)
{
	return (struct mirror_break){.is_wanted = is_wanted, .take = take, .context = reload};
}

void reload_request(struct reload *reload)
{
	atomic_store(&reload->is_wanted, true);
}

enum status reload_open(struct reload *reload, const struct command *command,
			const struct logger *logger, struct error *err)
{
	*reload = (struct reload){.logger = logger, .config = command->config};
	atomic_init(&reload->is_wanted, false);
	reload->document = read_document(command->config->path, err);
	return reload->document ? OK : err->status;
}

void reload_close(struct reload *reload)
{
	json_decref(reload->document);
	for (size_t i = 0; i < reload->arena_count; i++)
		arena_free(reload->arenas[i]);
	free(reload->arenas);
}
