/* The mirror as a whole: where it stands, what it holds, how far it is proved. */
#include <stdlib.h>
#include <sys/statvfs.h>

#include "chain/block_proof.h"
#include "indexer/reorg_note.h"
#include "reconcile/finding.h"
#include "serve/metrics/collect.h"
#include "store/proved.h"

enum { MS_PLACES = 3 };

static void gauge(struct metrics_text *out, const char *name, const char *help, uint64_t value)
{
	metrics_family(out, name, METRIC_GAUGE, help);
	metrics_number(out, NULL, value);
}

/* ---- where it stands ---- */

static void write_head(struct metrics_text *out, const struct mirror_view *view)
{
	const struct run_note *run = &view->run;

	if (!view->has_run || !run->has_head)
		return;
	gauge(out, "covermirror_head_block", "The newest block that the node has told of.",
	      run->head.number);
	gauge(out, "covermirror_head_timestamp_seconds", "That block's time.", run->head.timestamp);
	metrics_family(out, "covermirror_head_seen_timestamp_seconds", METRIC_GAUGE,
		       "When the node told of its head last.");
	metrics_decimal(out, NULL, run->head_seen_ms, MS_PLACES);
}

static enum status write_place(struct metrics_text *out, const struct mirror_view *view,
			       struct error *err)
{
	const struct moment *m = &view->moment;
	struct chain_seen seen;
	uint64_t blocks;
	uint64_t seconds;

	if (!mirror_view_has_block(view))
		return OK;
	gauge(out, "covermirror_indexed_block", "The newest block of the mirror.",
	      m->cursor.ref.number);
	gauge(out, "covermirror_indexed_timestamp_seconds", "That block's time.",
	      m->cursor.ref.timestamp);
	seen = chain_seen_read(m->state);
	if (seen.has_finalized)
		gauge(out, "covermirror_finalized_block",
		      "The newest final block, as the node told when the newest block was applied.",
		      seen.finalized);
	if (mirror_view_lag(&blocks, &seconds, view)) {
		gauge(out, "covermirror_lag_blocks",
		      "Blocks from the mirror's newest to the node's head.", blocks);
		gauge(out, "covermirror_lag_seconds", "The same by the blocks' times.", seconds);
	}
	return moment_status(m, err);
}

/* ---- what it holds ---- */

static void write_sizes(struct metrics_text *out, const struct mirror_view *view,
			const struct store_stats *stats)
{
	struct statvfs disk;

	gauge(out, "covermirror_blocks",
	      "Blocks that the mirror holds; a reorganisation takes some back.",
	      stats->block_count);
	gauge(out, "covermirror_events", "Logs that the mirror holds.", stats->event_count);
	gauge(out, "covermirror_row_versions", "Versions of rows that the mirror holds.",
	      stats->row_version_count);
	gauge(out, "covermirror_store_bytes", "Pages of the store that are in use.",
	      stats->bytes_used);
	gauge(out, "covermirror_store_map_bytes", "The store's map, which grows before it is full.",
	      stats->bytes_map);
	if (!statvfs(view->config->store_path, &disk))
		gauge(out, "covermirror_store_disk_free_bytes",
		      "Room on the disk of the store, for programs that are not root.",
		      (uint64_t)disk.f_bavail * disk.f_frsize);
}

/* Of this process, or of the one that wrote last: what a reorganisation takes back stays counted.
 */
static void write_work(struct metrics_text *out, const struct mirror_view *view)
{
	if (view->has_run) {
		metrics_family(out, "covermirror_applied_blocks_total", METRIC_COUNTER,
			       "Blocks that the writing process has applied.");
		metrics_number(out, NULL, view->run.blocks_done);
		metrics_family(out, "covermirror_applied_events_total", METRIC_COUNTER,
			       "Events that the writing process has applied.");
		metrics_number(out, NULL, view->run.events_done);
		metrics_family(out, "covermirror_noted_timestamp_seconds", METRIC_GAUGE,
			       "When the writing process last said how the work goes.");
		metrics_decimal(out, NULL, view->run.noted_ms, MS_PLACES);
	}
	gauge(out, "covermirror_writer_up", "Whether a process writes in the mirror.",
	      view->writer.is_there);
	gauge(out, "covermirror_degraded",
	      "Whether a refused block or the disk keeps the mirror from going on.",
	      mirror_view_degraded(view) != NULL);
	gauge(out, "covermirror_disk_trouble",
	      "Whether the disk keeps the mirror from going on: it is full, or fails.",
	      *view->writer.trouble != '\0');
}

static enum status write_reorgs(struct metrics_text *out, const struct mirror_view *view,
				struct error *err)
{
	struct mirror_reorg reorgs[REORG_NOTES_MAX];
	const struct mirror_reorg *last;
	size_t count = 0;
	enum status st = reorg_notes_read(reorgs, &count, view->txn, err);

	if (st != OK)
		return st;
	last = count ? &reorgs[count - 1] : NULL;
	metrics_family(out, "covermirror_reorgs_total", METRIC_COUNTER,
		       "How often the mirror dropped blocks since the chain had others.");
	metrics_number(out, NULL, last ? last->number : 0);
	gauge(out, "covermirror_reorg_depth_blocks",
	      "How deep the last one was; 0: there was none.",
	      last ? last->old.number - last->fork.number : 0);
	return OK;
}

/* ---- proofs ---- */

enum { LEVELS = PROOF_TRANSACTIONS + 1 };

static bool add_range(void *context, const struct proved_range *range)
{
	uint64_t *blocks = context;

	blocks[range->level < LEVELS ? range->level : PROOF_NONE] += range->block_count;
	return true;
}

static enum status write_proofs(struct metrics_text *out, const struct mirror_view *view,
				struct error *err)
{
	uint64_t blocks[LEVELS] = {0};
	enum status st = store_proved_each(view->txn, UINT64_MAX, add_range, blocks, err);

	if (st != OK)
		return st;
	metrics_family(out, "covermirror_proved_blocks", METRIC_GAUGE,
		       "Blocks of the mirror, by how far they are proved.");
	for (size_t i = 0; i < LEVELS; i++) {
		struct metric_labels labels = {{{"level", proof_level_name((enum proof_level)i)}}};

		metrics_number(out, &labels, blocks[i]);
	}
	return OK;
}

enum status collect_mirror(struct metrics_text *out, struct mirror_view *view, struct error *err)
{
	struct store_stats stats;
	enum status st = store_stats(&stats, view->txn, err);

	if (st != OK)
		return st;
	gauge(out, "covermirror_chain_id", "The chain's id.", view->config->chain_id);
	gauge(out, "covermirror_chain_recorded",
	      "Whether it follows a recorded chain, whose head never moves.",
	      mirror_view_is_recorded(view));
	write_head(out, view);
	st = write_place(out, view, err);
	if (st != OK)
		return st;
	write_sizes(out, view, &stats);
	write_work(out, view);
	st = write_reorgs(out, view, err);
	return st == OK ? write_proofs(out, view, err) : st;
}
