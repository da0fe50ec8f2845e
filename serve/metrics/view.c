#include "serve/metrics/view.h"

#include <inttypes.h>
#include <string.h>

/* Its notes can be read, though it has no block. */
static enum status open_empty(struct mirror_view *view, struct error *err)
{
	enum status st = store_open(&view->store, view->config->store_path, STORE_READ, NULL, err);

	if (st == OK)
		st = store_begin(&view->txn, view->store, STORE_READ, err);
	return st;
}

enum status mirror_view_open(struct mirror_view *out, const struct config *config,
			     struct arena *arena, struct error *err)
{
	enum status st;
	enum status noted;

	*out = (struct mirror_view){.config = config, .arena = arena};
	st = moment_open_findings(&out->moment, config, NULL, arena, err);
	out->has_moment = st == OK;
	if (st == OK)
		out->txn = out->moment.txn;
	else if (st == ERR_NOTFOUND && out->moment.is_empty)
		st = open_empty(out, err);
	if (st == OK) {
		noted = run_note_get(&out->run, out->txn, err);
		out->has_run = noted == OK;
		st = noted == ERR_NOTFOUND ? OK : noted;
	}
	if (st != OK) {
		mirror_view_close(out);
		return st;
	}
	/* Where the lock may not be looked at, it is not known who writes: as if nobody did. */
	if (store_writer_look(&out->writer, config->store_path, err) != OK)
		out->writer = (struct store_writer){0};
	return OK;
}

void mirror_view_close(struct mirror_view *view)
{
	if (view->has_moment)
		moment_close(&view->moment);
	else
		store_abort(view->txn);
	store_close(view->store);
	view->has_moment = false;
	view->txn = NULL;
	view->store = NULL;
}

bool mirror_view_has_block(const struct mirror_view *view)
{
	return view->has_moment && !view->moment.is_empty;
}

static uint64_t behind(uint64_t head, uint64_t here)
{
	return head > here ? head - here : 0;
}

bool mirror_view_lag(uint64_t *blocks, uint64_t *seconds, const struct mirror_view *view)
{
	const struct block_ref *here = &view->moment.cursor.ref;

	if (!mirror_view_has_block(view) || !view->has_run || !view->run.has_head)
		return false;
	*blocks = behind(view->run.head.number, here->number);
	*seconds = behind(view->run.head.timestamp, here->timestamp);
	return true;
}

const char *mirror_view_degraded(const struct mirror_view *view)
{
	const struct moment *m = &view->moment;

	if (view->has_moment && moment_is_degraded(m))
		return arena_printf(view->arena, "block %" PRIu64 " is refused: %s",
				    m->pending[0].finding.block, m->pending[0].finding.check);
	return *view->writer.trouble ? arena_string(view->arena, view->writer.trouble) : NULL;
}

bool mirror_view_is_recorded(const struct mirror_view *view)
{
	for (size_t i = 0; i < view->config->endpoint_count; i++)
		if (strncmp(view->config->endpoints[i].url, "file:", 5) != 0)
			return false;
	return true;
}
