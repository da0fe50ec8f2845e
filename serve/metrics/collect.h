/*
 * collect.h - the families of /metrics, one function a subject. They read, and write to `out`.
 */
#ifndef SERVE_METRICS_COLLECT_H
#define SERVE_METRICS_COLLECT_H

#include "serve/metrics/telemetry.h"
#include "serve/metrics/text.h"
#include "serve/metrics/view.h"

/* Which program this is, and what it takes of the machine (/proc/self): what cannot be read is left
 * out. `started_ms`: since 1970; 0: not known. */
void collect_process(struct metrics_text *out, uint64_t started_ms);

/* Head, lag, blocks, rows, proofs, reorganisations, disk. */
enum status collect_mirror(struct metrics_text *out, struct mirror_view *view,
			   struct error *err) MUST_CHECK;

/* Of each pool: checks, open findings, the common figures. */
enum status collect_pools(struct metrics_text *out, struct mirror_view *view,
			  struct error *err) MUST_CHECK;

/* Of each endpoint: health, latencies, failures. */
enum status collect_nodes(struct metrics_text *out, const struct mirror_view *view,
			  struct error *err) MUST_CHECK;

/* Of each alert: what it was told, and what waits. */
enum status collect_alerts(struct metrics_text *out, const struct mirror_view *view,
			   struct error *err) MUST_CHECK;

#endif
