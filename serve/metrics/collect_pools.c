/* The pools: what was checked, what was found, what they hold. */
#include "chain/block_proof.h"
#include "protocols/asset.h"
#include "reconcile/finding.h"
#include "reconcile/source_check.h"
#include "serve/metrics/collect.h"

enum { FIXED_PLACES = 18, PLACES_MAX = 77 };

/* What is read of one pool, once for all families. */
struct pool_sample {
	const struct pool *pool;
	struct asset asset;
	struct tally tally;
	struct check_counts counts;
	uint64_t open[SEVERITY_ERROR + 1];
	struct figure figures[FIGURES_MAX];
};

static enum status read_pool(struct pool_sample *out, const struct moment *m,
			     const struct pool *pool, struct error *err)
{
	struct reading r = moment_reading(m, pool);
	enum status st;

	out->pool = pool;
	out->asset = asset_read(&r);
	out->tally = tally_read(&r);
	st = tally_by_check(&out->counts, &r, err);
	if (st != OK)
		return st;
	out->open[SEVERITY_INFO] = out->tally.open_info;
	out->open[SEVERITY_WARNING] = out->tally.open_warning;
	out->open[SEVERITY_ERROR] = out->tally.open_error;
	for (size_t i = 0; i < m->pending_count; i++)
		if (m->pending[i].pool == pool->id &&
		    m->pending[i].finding.severity <= SEVERITY_ERROR)
			out->open[m->pending[i].finding.severity]++;
	pool->protocol->read_pool(out->figures, &r);
	return moment_status(m, err);
}

/* ---- checks ---- */

static void write_count(struct metrics_text *out, const struct pool_sample *pool, const char *check,
			struct check_count count)
{
	struct metric_labels labels = {
		{{"pool", pool->pool->setup.name}, {"check", check}, {"result", "passed"}}};

	metrics_number(out, &labels, count.passed);
	labels.label[2].value = "failed";
	metrics_number(out, &labels, count.failed);
}

/* What is not known by check: of a version that did not tell them apart, or of a check that this
 * version does not have. */
static struct check_count others(const struct pool_sample *pool, struct check_count known)
{
	const struct tally *all = &pool->tally;

	return (struct check_count){
		.passed = all->passed > known.passed ? all->passed - known.passed : 0,
		.failed = all->failed > known.failed ? all->failed - known.failed : 0};
}

static void add(struct check_count *sum, struct check_count more)
{
	sum->passed += more.passed;
	sum->failed += more.failed;
}

static void write_checks_of(struct metrics_text *out, const struct pool_sample *pool)
{
	const struct protocol *protocol = pool->pool->protocol;
	struct check_count known = {0};
	struct check_count rest;

	for (size_t i = 0; i < protocol->check_count; i++) {
		const char *id = protocol->checks[i].id;
		struct check_count count = check_counts_of(&pool->counts, check_tag(id));

		add(&known, count);
		write_count(out, pool, id, count);
	}
	/* Those of the source tell of failures alone. */
	for (int fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
		const char *id = source_check((enum proof_fault)fault)->id;
		struct check_count count = check_counts_of(&pool->counts, check_tag(id));

		add(&known, count);
		if (count.passed || count.failed)
			write_count(out, pool, id, count);
	}
	rest = others(pool, known);
	if (rest.passed || rest.failed)
		write_count(out, pool, "others", rest);
}

static void write_checks(struct metrics_text *out, const struct pool_sample *pools, size_t count)
{
	metrics_family(out, "covermirror_checks", METRIC_GAUGE,
		       "Comparisons by check and result, up to the newest block; a reorganisation "
		       "takes some back.");
	for (size_t i = 0; i < count; i++)
		write_checks_of(out, &pools[i]);
}

/* ---- findings ---- */

static void write_findings(struct metrics_text *out, const struct pool_sample *pools, size_t count)
{
	metrics_family(out, "covermirror_findings_open", METRIC_GAUGE,
		       "Open findings by severity, with those about refused blocks.");
	for (size_t i = 0; i < count; i++)
		for (int severity = SEVERITY_INFO; severity <= SEVERITY_ERROR; severity++) {
			struct metric_labels labels = {
				{{"pool", pools[i].pool->setup.name},
				 {"severity", severity_name((enum severity)severity)}}};

			metrics_number(out, &labels, pools[i].open[severity]);
		}
}

/* ---- figures ---- */

static const struct {
	const char *figure;
	const char *name;
	const char *help;
} common[] = {
	{"share_price", "covermirror_pool_share_price", "What a share is worth, in assets."},
	{"liquidity", "covermirror_pool_liquidity", "What could be paid out, in whole tokens."},
	{"cover", "covermirror_pool_cover", "Open cover, in whole tokens."},
	{"utilization", "covermirror_pool_utilization_ratio", "Cover over liquidity."},
};

/* NULL: not computable, or none that the protocol has. */
static const char *common_text(const struct pool_sample *pool, const char *name,
			       struct arena *arena)
{
	const struct protocol *protocol = pool->pool->protocol;
	int index = figure_find(protocol->pool_figures, protocol->pool_figure_count, name);
	const struct figure_rule *rule;
	unsigned places = (unsigned)pool->asset.decimals;

	if (index < 0 || pool->figures[index].is_null)
		return NULL;
	rule = &protocol->pool_figures[index];
	if (rule->kind == FIGURE_RATIO || rule->unit == UNIT_FIXED_18)
		places = FIXED_PLACES;
	if (places > PLACES_MAX)
		return NULL;
	return u256_format_fixed(arena, pool->figures[index].number, places);
}

static void write_figures(struct metrics_text *out, const struct pool_sample *pools, size_t count,
			  struct arena *arena)
{
	for (size_t k = 0; k < sizeof(common) / sizeof(common[0]); k++) {
		metrics_family(out, common[k].name, METRIC_GAUGE, common[k].help);
		for (size_t i = 0; i < count; i++) {
			struct metric_labels labels = {{{"pool", pools[i].pool->setup.name}}};
			const char *text = common_text(&pools[i], common[k].figure, arena);

			if (text)
				metrics_figure(out, &labels, text);
		}
	}
}

static void write_pools(struct metrics_text *out, const struct pool_sample *pools, size_t count)
{
	metrics_family(out, "covermirror_pool_info", METRIC_GAUGE,
		       "The configured pools, with protocol and asset.");
	for (size_t i = 0; i < count; i++) {
		struct metric_labels labels = {{{"pool", pools[i].pool->setup.name},
						{"protocol", pools[i].pool->protocol->name},
						{"asset", pools[i].asset.symbol}}};

		metrics_number(out, &labels, 1);
	}
	metrics_family(out, "covermirror_pool_events", METRIC_GAUGE,
		       "Events of the pool up to the newest block.");
	for (size_t i = 0; i < count; i++) {
		struct metric_labels labels = {{{"pool", pools[i].pool->setup.name}}};

		metrics_number(out, &labels, pools[i].tally.events);
	}
}

enum status collect_pools(struct metrics_text *out, struct mirror_view *view, struct error *err)
{
	size_t count = view->config->pool_count;
	struct pool_sample *pools = arena_array(view->arena, count, sizeof(*pools));
	enum status st = OK;

	if (!view->has_moment)
		return OK;
	for (size_t i = 0; st == OK && i < count; i++)
		st = read_pool(&pools[i], &view->moment, &view->config->pools[i], err);
	if (st != OK)
		return st;
	write_pools(out, pools, count);
	write_checks(out, pools, count);
	write_findings(out, pools, count);
	write_figures(out, pools, count, view->arena);
	return OK;
}
