/* What `status` shall know of the work itself: a note beside the blocks. */
#include "indexer/mirror_impl.h"
#include "indexer/run_note.h"
#include "store/writer.h"

enum status mirror_know_writer(struct mirror *m, struct error *err)
{
	struct rate_sample start = {.at_ms = clock_now_ms(&m->clock)};
	struct store_writer writer;
	enum status st = store_writer_look(&writer, m->config->store_path, err);

	rate_keep(&m->rate, &start);
	if (st == OK) {
		m->writer_pid = (uint64_t)writer.pid;
		m->writer_since_ms = writer.since_ms;
	}
	return st;
}

enum status mirror_note_run(struct mirror *m, struct store_txn *txn, uint64_t blocks,
			    uint64_t events, struct error *err)
{
	struct rate_sample done = {.at_ms = clock_now_ms(&m->clock),
				   .blocks = m->blocks_done,
				   .events = m->events_done};
	struct rate_sample then = {.at_ms = done.at_ms,
				   .blocks = done.blocks + blocks,
				   .events = done.events + events};
	struct rate_sample span;
	struct run_note note;

	rate_keep(&m->rate, &done);
	span = rate_span(&m->rate, &then);
	note = (struct run_note){.pid = m->writer_pid,
				 .since_ms = m->writer_since_ms,
				 .noted_ms = clock_wall_ms(),
				 .has_head = m->seen_ms != 0,
				 .head = m->seen.head,
				 .head_seen_ms = m->seen_ms,
				 .span_ms = span.at_ms,
				 .span_blocks = span.blocks,
				 .span_events = span.events,
				 .blocks_done = then.blocks,
				 .events_done = then.events};

	return run_note_put(txn, &note, err);
}
