/* What keeps the work from going on for a while: a full disk, and somebody who wants a break. */
#include <stdlib.h>

#include "indexer/endpoints.h"
#include "indexer/mirror_impl.h"

enum { MS_A_SECOND = 1000 };

/* ---- no room ---- */

void mirror_tell_full(struct mirror *m, const struct error *err)
{
	if (m->is_full) {
		log_debug(m->logger, "%s", err->message);
		return;
	}
	m->is_full = true;
	log_error(m->logger,
		  "degraded: %s; readers go on, it is tried again every 30 seconds or sooner",
		  err->message);
	store_tell_trouble(m->store, err->message);
}

void mirror_has_room(struct mirror *m)
{
	if (!m->is_full)
		return;
	m->is_full = false;
	log_info(m->logger, "there is room again; the mirror goes on");
	store_tell_trouble(m->store, "");
}

/* ---- breaks ---- */

bool mirror_wants_break(const struct mirror *m)
{
	const struct mirror_break *pause = &m->options.pause;

	return pause->is_wanted && pause->is_wanted(pause->context);
}

void mirror_take_break(struct mirror *m)
{
	source_resume(m->source);
	m->options.pause.take(m->options.pause.context);
	/* A signal that came meanwhile must not be forgotten with the one before. */
	if (mirror_is_stopping(m) || mirror_wants_break(m))
		source_interrupt(m->source);
}

enum status mirror_reconfigure(struct mirror *m, const struct config *config,
			       bool has_other_endpoints, struct error *err)
{
	struct witnesses *witnesses;
	struct source *source;
	struct source *before = m->source;
	enum status st;

	if (!has_other_endpoints) {
		m->config = config;
		return OK;
	}
	witnesses = witnesses_new(config->endpoint_count, &m->clock,
				  config->proof.quarantine_s * MS_A_SECOND);
	st = endpoints_open(&source, config, witnesses, &m->pulse, m->logger, err);
	if (st != OK) {
		witnesses_free(witnesses);
		return st;
	}
	mirror_take_failures(m); /* what the nodes before were seen to do */
	m->source = source;
	source_close(before);
	witnesses_free(m->witnesses);
	m->witnesses = witnesses;
	m->nodes_noted_ms = 0;
	m->accusations_noted = 0;
	m->config = config;
	return OK;
}
