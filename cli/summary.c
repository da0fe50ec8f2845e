#include "cli/summary.h"

#include <inttypes.h>

#include "protocols/payout.h"
#include "reconcile/finding.h"

enum { PAYOUTS_SHOWN = 12 };

/* The heaviest loss and its part of the stake, for one line. */
static const char *cost_of(const struct style *style, const json_t *payout)
{
	const json_t *largest = json_object_get(payout, "largest_slash");

	json_int_t losers = json_integer_value(json_object_get(payout, "accounts_slashed"));

	if (!json_is_object(largest) || !losers)
		return "nobody loses anything";
	return arena_printf(style->arena, "%" JSON_INTEGER_FORMAT " account%s %s; most: %s %s",
			    losers, losers == 1 ? " loses" : "s lose",
			    show_amount(style, json_object_get(payout, "slash_sum")),
			    show_short(style, json_object_get(largest, "account")),
			    show_amount(style, json_object_get(largest, "loss")));
}

static enum status print_payouts(struct moment *m, const struct pool *pool,
				 const struct style *style, FILE *out, struct error *err)
{
	struct page all = {0};
	json_t *document = answer_payouts(m, pool, &all, err);
	const json_t *items;
	size_t count;

	if (!document)
		return err->status;
	items = json_object_get(document, "items");
	count = json_array_size(items);
	(void)fprintf(out,
		      count > PAYOUTS_SHOWN ? "  payouts: %zu, the last %d:\n" : "  payouts: %zu\n",
		      count, PAYOUTS_SHOWN);
	for (size_t i = count > PAYOUTS_SHOWN ? count - PAYOUTS_SHOWN : 0; i < count; i++) {
		const json_t *payout = json_array_get(items, i);

		(void)fprintf(out, "    block %s: %s %s to %s",
			      show_plain(style, json_object_get(payout, "block")),
			      show_amount(style, json_object_get(payout, "amount")), style->symbol,
			      show_short(style, json_object_get(payout, "recipient")));
		if (pool->protocol->payouts->each_slash)
			(void)fprintf(out, ", share price %.10s -> %.10s\n      %s",
				      text_of(payout, "share_price_before"),
				      text_of(payout, "share_price_after"), cost_of(style, payout));
		(void)fputc('\n', out);
	}
	json_decref(document);
	return OK;
}

static enum status print_pool(const struct command *command, struct moment *m,
			      const struct pool *pool, FILE *out, struct error *err)
{
	const struct protocol *protocol = pool->protocol;
	struct style style = style_of(command, m, pool);
	struct reading r = moment_reading(m, pool);
	struct tally tally = tally_read(&r);
	json_t *document = answer_pool(m, pool, err);
	const json_t *state;

	if (!document)
		return err->status;
	state = json_object_get(document, "state");
	(void)fprintf(out, "\npool %s (%s), in %s\n", pool->setup.name, protocol->title,
		      style.symbol);
	for (size_t i = 0; i < protocol->pool_figure_count; i++) {
		const struct figure_rule *rule = &protocol->pool_figures[i];
		const json_t *value = json_object_get(state, rule->name);

		if (rule->kind == FIGURE_ADDRESS || json_is_null(value))
			continue;
		(void)fprintf(out, "  %-32s %s\n", rule->name, show_figure(&style, rule, value));
	}
	json_decref(document);
	if (print_payouts(m, pool, &style, out, err) != OK)
		return err->status;
	(void)fprintf(out, "  checks: %s passed, %s failed\n",
		      show_count(style.arena, tally.passed), show_count(style.arena, tally.failed));
	(void)fprintf(out, "  findings: %" PRIu64 " error, %" PRIu64 " warning, %" PRIu64 " info\n",
		      tally.open_error, tally.open_warning, tally.open_info);
	return OK;
}

static enum status print_proved(const struct command *command, struct moment *m, FILE *out,
				struct error *err)
{
	json_t *status = answer_status(m, err);

	if (!status)
		return err->status;
	(void)fprintf(out, "blocks proved: %s\n", show_proved(command->arena, status));
	json_decref(status);
	return OK;
}

enum status summary_print(const struct command *command, FILE *out, struct error *err)
{
	struct moment m;
	char hash[HEX_SIZE(HASH_BYTES)];
	enum status st = moment_open(&m, command->config, NULL, command->arena, err);

	if (st != OK)
		return st;
	(void)fprintf(out, "mirror of chain %" PRIu64 " as of block %s, %s\n",
		      command->config->chain_id, show_count(command->arena, m.number),
		      show_time(command->arena, m.record.ref.timestamp));
	(void)fprintf(out, "digest %s\n", hash_format(hash, m.newest.digest));
	st = print_proved(command, &m, out, err);
	for (size_t i = 0; st == OK && i < command->config->pool_count; i++)
		st = print_pool(command, &m, &command->config->pools[i], out, err);
	if (st == OK)
		st = moment_status(&m, err);
	moment_close(&m);
	return st;
}
