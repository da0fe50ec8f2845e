/* How it goes with the alerts, as the store has it; and what one of them is called. */
#include "serve/alert/channel.h"
#include "serve/alert/way.h"

enum status alerts_counts(struct alert_count **out, const struct config *config,
			  struct arena *arena, struct store_txn *txn, struct error *err)
{
	enum status st = OK;

	*out = arena_array(arena, config->alert_count, sizeof(**out));
	for (size_t i = 0; st == OK && i < config->alert_count; i++) {
		struct alert_count *count = &(*out)[i];
		const struct alert_tag tag = alert_tag_of(config, i);
		struct alert_state state;

		count->label = alert_label(arena, config, i);
		count->kind = alert_kind_name(config->alerts[i].kind);
		st = alert_state_read(&state, arena, txn, &tag, err);
		if (st == OK)
			st = alert_queue_count(&count->waiting, &count->waiting_ms, txn, &tag, err);
		count->told = state.told;
		count->failed = state.failed;
		count->told_ms = state.told_ms;
		count->failed_ms = state.failed_ms;
		count->next_ms = state.due_ms;
		count->trouble = state.trouble;
	}
	return st;
}

const char *alert_label(struct arena *arena, const struct config *config, size_t index)
{
	const struct alert_pace pace = alert_pace();
	struct alert_way *way;
	const char *label;

	if (alert_way_open(&way, config, index, -1, &pace, NULL) != OK)
		return arena_printf(arena, "alerts[%zu]", index);
	label = arena_string(arena, alert_way_label(way));
	alert_way_close(way);
	return label;
}
