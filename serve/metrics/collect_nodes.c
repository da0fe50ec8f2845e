/* The endpoints, as the writing process noted them last. */
#include <assert.h>
#include <inttypes.h>

#include "indexer/node_note.h"
#include "serve/metrics/collect.h"

enum { MS_PLACES = 3 };

struct nodes {
	struct arena *arena;
	struct witness_record record[NODE_NOTES_MAX];
	size_t count;
};

static bool keep(void *context, const struct witness_record *record)
{
	struct nodes *nodes = context;

	if (nodes->count == NODE_NOTES_MAX)
		return false;
	nodes->record[nodes->count++] = *record;
	return true;
}

/* Two endpoints of one host differ in what is not shown, so each has its number, too. */
static struct metric_labels labels_of(const struct nodes *nodes, size_t i)
{
	return (struct metric_labels){{{"endpoint", arena_printf(nodes->arena, "%zu", i)},
				       {"node", nodes->record[i].label}}};
}

/* ---- one number a node ---- */

static uint64_t is_up(const struct witness_record *r)
{
	return !r->troubles_in_a_row && !r->paused_left_ms && !r->is_quarantined;
}

static uint64_t answers(const struct witness_record *r)
{
	return r->answers;
}

static uint64_t rate_limited(const struct witness_record *r)
{
	return r->rate_limited;
}

static uint64_t hedges(const struct witness_record *r)
{
	return r->hedges;
}

static uint64_t lies(const struct witness_record *r)
{
	return r->lies;
}

static uint64_t omissions(const struct witness_record *r)
{
	return r->omissions;
}

static uint64_t is_quarantined(const struct witness_record *r)
{
	return r->is_quarantined;
}

static uint64_t failing(const struct witness_record *r)
{
	return r->troubles_in_a_row;
}

static const struct {
	const char *name;
	enum metric_kind kind;
	const char *help;
	uint64_t (*read)(const struct witness_record *record);
} numbers[] = {
	{"covermirror_node_up", METRIC_GAUGE,
	 "Whether the node answered its last request, and is neither paused nor in quarantine.",
	 is_up},
	{"covermirror_node_answers_total", METRIC_COUNTER, "Requests that it answered.", answers},
	{"covermirror_node_failing_requests", METRIC_GAUGE,
	 "Requests that failed since it answered.", failing},
	{"covermirror_node_rate_limited_total", METRIC_COUNTER,
	 "Requests that it refused as too many.", rate_limited},
	{"covermirror_node_hedges_total", METRIC_COUNTER,
	 "Questions that went to another endpoint since it was slow.", hedges},
	{"covermirror_node_lies_total", METRIC_COUNTER,
	 "Answers that failed their proof after they were asked for again.", lies},
	{"covermirror_node_omissions_total", METRIC_COUNTER, "Logs that it left out.", omissions},
	{"covermirror_node_quarantined", METRIC_GAUGE,
	 "Whether it lied and is left alone for a while.", is_quarantined},
};

static void write_numbers(struct metrics_text *out, const struct nodes *nodes)
{
	for (size_t k = 0; k < sizeof(numbers) / sizeof(numbers[0]); k++) {
		metrics_family(out, numbers[k].name, numbers[k].kind, numbers[k].help);
		for (size_t i = 0; i < nodes->count; i++) {
			struct metric_labels labels = labels_of(nodes, i);

			metrics_number(out, &labels, numbers[k].read(&nodes->record[i]));
		}
	}
}

/* ---- others ---- */

static void write_heads(struct metrics_text *out, const struct nodes *nodes)
{
	metrics_family(out, "covermirror_node_head_block", METRIC_GAUGE,
		       "The newest block that it told of.");
	for (size_t i = 0; i < nodes->count; i++) {
		struct metric_labels labels = labels_of(nodes, i);

		if (nodes->record[i].has_head)
			metrics_number(out, &labels, nodes->record[i].head);
	}
}

static void write_times(struct metrics_text *out, const struct nodes *nodes)
{
	metrics_family(out, "covermirror_node_paused_seconds", METRIC_GAUGE,
		       "It had trouble and was to be left alone for so long.");
	for (size_t i = 0; i < nodes->count; i++) {
		struct metric_labels labels = labels_of(nodes, i);

		metrics_decimal(out, &labels, nodes->record[i].paused_left_ms, MS_PLACES);
	}
	metrics_family(out, "covermirror_node_latency_seconds", METRIC_GAUGE,
		       "How long a request takes: the moving average that status tells.");
	for (size_t i = 0; i < nodes->count; i++) {
		struct metric_labels labels = labels_of(nodes, i);

		metrics_decimal(out, &labels, nodes->record[i].latency_ms, MS_PLACES);
	}
}

static void write_failures(struct metrics_text *out, const struct nodes *nodes)
{
	metrics_family(out, "covermirror_node_failures_total", METRIC_COUNTER,
		       "Requests that failed, by what was wrong.");
	for (size_t i = 0; i < nodes->count; i++)
		for (size_t k = 0; k < TROUBLES; k++) {
			struct metric_labels labels = labels_of(nodes, i);

			labels.label[2] = (struct metric_label){
				"kind", node_trouble_name((enum node_trouble)k)};
			metrics_number(out, &labels, nodes->record[i].troubles_by_kind[k]);
		}
}

static void write_latencies(struct metrics_text *out, const struct nodes *nodes)
{
	static const struct metric_buckets buckets = {latency_bounds_ms, LATENCY_BOUNDS, MS_PLACES};

	metrics_family(out, "covermirror_node_request_duration_seconds", METRIC_HISTOGRAM,
		       "How long requests took that it answered.");
	for (size_t i = 0; i < nodes->count; i++) {
		struct metric_labels labels = labels_of(nodes, i);

		metrics_histogram(out, &labels, &buckets, nodes->record[i].latency.counts,
				  nodes->record[i].latency.sum_ms);
	}
}

enum status collect_nodes(struct metrics_text *out, const struct mirror_view *view,
			  struct error *err)
{
	struct nodes *nodes = arena_alloc(view->arena, sizeof(*nodes));
	enum status st;

	nodes->arena = view->arena;
	st = node_note_each(view->txn, keep, nodes, err);
	if (st != OK)
		return st;
	write_numbers(out, nodes);
	write_heads(out, nodes);
	write_times(out, nodes);
	write_failures(out, nodes);
	write_latencies(out, nodes);
	return OK;
}
