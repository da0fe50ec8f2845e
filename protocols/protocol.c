#include "protocols/protocol.h"

void applying_fail(struct applying *a, enum status status, const struct error *err)
{
	if (a->status != OK)
		return;
	a->status = status;
	a->error = *err;
}

const struct item_list *protocol_list(const struct protocol *protocol, const char *name)
{
	for (size_t i = 0; i < protocol->list_count; i++)
		if (strcmp(protocol->lists[i].name, name) == 0)
			return &protocol->lists[i];
	return NULL;
}

const struct figure_rule *view_rule_figures(size_t *count, const struct protocol *protocol,
					    const struct view_rule *rule)
{
	switch (rule->argument) {
	case VIEW_ACCOUNT:
		*count = protocol->account_figure_count;
		return protocol->account_figures;
	case VIEW_ITEM:
		*count = protocol->lists[rule->list].figure_count;
		return protocol->lists[rule->list].figures;
	case VIEW_NOTHING:
	case VIEW_CONTRACT:
		break;
	}
	*count = protocol->pool_figure_count;
	return protocol->pool_figures;
}

static enum status compile_view(struct pool_view *out, struct arena *arena,
				const struct protocol *protocol, const struct view_rule *rule,
				struct error *err)
{
	size_t count;
	const struct figure_rule *figures = view_rule_figures(&count, protocol, rule);
	struct abi_item item;
	enum status st = abi_item_parse(&item, arena, rule->signature, ABI_ITEM_FUNCTION, err);

	if (st != OK)
		return st;
	abi_item_selector(out->selector, &item);
	for (size_t i = 0; i < rule->count; i++) {
		out->figures[i] =
			rule->figures[i] ? figure_find(figures, count, rule->figures[i]) : -1;
		if (rule->figures[i] && out->figures[i] < 0)
			return error_set(err, ERR_CORRUPT, "view %s: no figure \"%s\"",
					 rule->signature, rule->figures[i]);
		if (rule->figures[i] && figures[out->figures[i]].kind == FIGURE_TEXT)
			return error_set(err, ERR_CORRUPT, "view %s: \"%s\" is no word",
					 rule->signature, rule->figures[i]);
	}
	return OK;
}

/* Marks the figure in the views that tell it; whether there is one. `check` gets its check. */
static bool mark_figure(const struct pool *pool, bool is_account, int figure, size_t *check)
{
	bool is_found = false;

	for (size_t i = 0; i < pool->protocol->view_count; i++) {
		const struct view_rule *rule = &pool->protocol->views[i];

		if (rule->argument == VIEW_ITEM || (rule->argument == VIEW_ACCOUNT) != is_account)
			continue;
		for (size_t k = 0; k < rule->count; k++) {
			if (pool->views[i].figures[k] != figure)
				continue;
			pool->views[i].has_storage[k] = true;
			*check = rule->check;
			is_found = true;
		}
	}
	return is_found;
}

static enum status compile_storage(struct storage_place **out, struct arena *arena,
				   const struct pool *pool, bool is_account, struct error *err)
{
	const struct protocol *protocol = pool->protocol;
	const struct storage_layout *layout = protocol->storage;
	const struct storage_rule *rules = is_account ? layout->account : layout->pool;
	size_t count = is_account ? layout->account_count : layout->pool_count;
	struct storage_place *places = arena_array(arena, count, sizeof(*places));

	for (size_t i = 0; i < count; i++) {
		int figure = is_account
				     ? figure_find(protocol->account_figures,
						   protocol->account_figure_count, rules[i].figure)
				     : figure_find(protocol->pool_figures,
						   protocol->pool_figure_count, rules[i].figure);

		if (figure < 0 || !mark_figure(pool, is_account, figure, &places[i].check))
			return error_set(err, ERR_CORRUPT, "storage: no view of a figure \"%s\"",
					 rules[i].figure);
		places[i].figure = (size_t)figure;
	}
	*out = places;
	return OK;
}

static enum status compile_layout(struct pool *pool, struct arena *arena, struct error *err)
{
	enum status st;

	if (!pool->protocol->storage)
		return OK;
	st = compile_storage(&pool->pool_storage, arena, pool, false, err);
	return st == OK ? compile_storage(&pool->account_storage, arena, pool, true, err) : st;
}

enum status pool_init(struct pool *out, struct arena *arena, const struct pool_setup *setup,
		      uint16_t id, struct error *err)
{
	const struct protocol *protocol = protocol_find(setup->protocol);

	if (!protocol)
		return error_set(err, ERR_USAGE, "pool %s: no protocol \"%s\"", setup->name,
				 setup->protocol);
	return pool_make(out, arena, protocol, setup, id, err);
}

enum status pool_make(struct pool *out, struct arena *arena, const struct protocol *protocol,
		      const struct pool_setup *setup, uint16_t id, struct error *err)
{
	*out = (struct pool){.setup = *setup, .protocol = protocol, .id = id};
	if (protocol->check_count > CHECKS_MAX)
		return error_set(err, ERR_CORRUPT, "protocol %s: %zu checks, at most %d",
				 protocol->name, protocol->check_count, CHECKS_MAX);
	out->events = arena_array(arena, protocol->event_count, sizeof(*out->events));
	for (size_t i = 0; i < protocol->event_count; i++) {
		enum status st = abi_item_parse(&out->events[i], arena, protocol->events[i].text,
						ABI_ITEM_EVENT, err);

		if (st != OK)
			return error_wrap(err, "protocol %s, event %zu", protocol->name, i);
	}
	out->views = arena_array(arena, protocol->view_count, sizeof(*out->views));
	for (size_t i = 0; i < protocol->view_count; i++) {
		enum status st =
			compile_view(&out->views[i], arena, protocol, &protocol->views[i], err);

		if (st != OK)
			return error_wrap(err, "protocol %s", protocol->name);
	}
	if (compile_layout(out, arena, err) != OK)
		return error_wrap(err, "protocol %s", protocol->name);
	return OK;
}

int pool_match(const struct pool *pool, const struct event_log *log)
{
	if (log->topic_count == 0)
		return -1;
	for (size_t i = 0; i < pool->protocol->event_count; i++) {
		size_t role = pool->protocol->events[i].role;

		if (!hash_equal(pool->events[i].signature_hash, log->topics[0]))
			continue;
		for (size_t k = 0; k < pool->setup.contracts[role].count; k++)
			if (address_equal(pool->setup.contracts[role].addresses[k], log->address))
				return (int)i;
	}
	return -1;
}

struct address pool_contract(const struct pool *pool, size_t role)
{
	return pool->setup.contracts[role].count ? pool->setup.contracts[role].addresses[0]
						 : (struct address){{0}};
}

int figure_find(const struct figure_rule *rules, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(rules[i].name, name) == 0)
			return (int)i;
	return -1;
}
