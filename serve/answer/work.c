/* How the work goes: whoever writes the mirror, how far it is behind the node, how fast it is. */
#include <inttypes.h>

#include "base/clock.h"
#include "indexer/run_note.h"
#include "serve/answer/answer.h"
#include "store/writer.h"

enum { MS_A_SECOND = 1000, RATE_MS = 60000, PLACES = 1000 };

/* A count a second, with three places. */
static json_t *json_rate(uint64_t count, uint64_t span_ms, struct arena *arena)
{
	uint64_t scaled = (uint64_t)((unsigned __int128)count * MS_A_SECOND * PLACES /
				     (span_ms ? span_ms : 1));

	return json_string(
		arena_printf(arena, "%" PRIu64 ".%03" PRIu64, scaled / PLACES, scaled % PLACES));
}

static json_t *json_node_head(const struct run_note *note)
{
	json_t *head = json_block(&note->head);

	json_put(head, "seen", json_integer((json_int_t)(note->head_seen_ms / MS_A_SECOND)));
	return head;
}

static uint64_t behind(uint64_t head, uint64_t here)
{
	return head > here ? head - here : 0;
}

static json_t *json_lag(const struct moment *m, const struct run_note *note)
{
	const struct block_ref *here = &m->cursor.ref;
	json_t *lag = json_object();

	json_put(lag, "blocks", json_integer((json_int_t)behind(note->head.number, here->number)));
	json_put(lag, "seconds",
		 json_integer((json_int_t)behind(note->head.timestamp, here->timestamp)));
	return lag;
}

/* Every commit of blocks writes the note: since it was written there was none. */
static json_t *json_speed(struct run_note note, struct arena *arena)
{
	uint64_t now = clock_wall_ms();
	uint64_t idle_ms = now > note.noted_ms ? now - note.noted_ms : 0;
	json_t *rate = json_object();

	note.span_ms += idle_ms;
	if (idle_ms >= RATE_MS) {
		note.span_ms = RATE_MS;
		note.span_blocks = note.span_events = 0;
	}
	json_put(rate, "seconds", json_integer((json_int_t)(note.span_ms / MS_A_SECOND)));
	json_put(rate, "blocks", json_integer((json_int_t)note.span_blocks));
	json_put(rate, "events", json_integer((json_int_t)note.span_events));
	json_put(rate, "blocks_per_s", json_rate(note.span_blocks, note.span_ms, arena));
	json_put(rate, "events_per_s", json_rate(note.span_events, note.span_ms, arena));
	return rate;
}

static json_t *json_writer(const struct store_writer *writer)
{
	json_t *daemon;

	if (!writer->is_there)
		return json_null();
	daemon = json_object();
	json_put(daemon, "pid", json_integer((json_int_t)writer->pid));
	json_put(daemon, "since", json_integer((json_int_t)(writer->since_ms / MS_A_SECOND)));
	return daemon;
}

/* Whether the note is of the process that writes now. */
static bool is_of(const struct run_note *note, const struct store_writer *writer)
{
	return writer->is_there && note->pid == (uint64_t)writer->pid &&
	       note->since_ms == writer->since_ms;
}

enum status work_put(json_t *status, const struct moment *m, struct error *err)
{
	struct run_note note = {0};
	struct store_writer writer;
	struct error ignored;
	enum status st = run_note_get(&note, m->txn, err);

	if (st != OK && st != ERR_NOTFOUND)
		return st;
	/* Where the lock may not be looked at, it is not known who writes: as if nobody did. */
	if (store_writer_look(&writer, m->config->store_path, &ignored) != OK)
		writer.is_there = false;
	json_put(status, "daemon", json_writer(&writer));
	json_put(status, "node_head", note.has_head ? json_node_head(&note) : json_null());
	json_put(status, "lag", note.has_head && !m->is_empty ? json_lag(m, &note) : json_null());
	json_put(status, "rate", is_of(&note, &writer) ? json_speed(note, m->arena) : json_null());
	return OK;
}
