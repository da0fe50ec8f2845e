/* The items of a pool's lists: policies, claims, markets … */
#include <stdlib.h>

#include "serve/answer/answer.h"

json_t *json_item(const struct reading *r, const struct item_list *list, const uint8_t *key)
{
	struct figure figures[FIGURES_MAX];
	json_t *item = json_object();

	list->read(figures, r, key);
	json_put_key(item, list, key, r->arena);
	for (size_t i = 0; i < list->figure_count; i++)
		json_put(item, list->figures[i].name,
			 json_figure(&list->figures[i], &figures[i], r->arena));
	return item;
}

struct listing {
	struct moment *m;
	const struct reading *r;
	const struct item_list *list;
	json_t *items;
	size_t limit;
	uint8_t last[ITEM_KEY_MAX];
	bool has_more;
	enum status status;
	struct error *err;
};

static bool add_item(void *context, const uint8_t *key)
{
	struct listing *l = context;

	l->status = moment_goes_on(l->m, l->err);
	if (l->status != OK)
		return false;
	if (l->limit && json_array_size(l->items) == l->limit) {
		l->has_more = true;
		return false;
	}
	if (json_array_append_new(l->items, json_item(l->r, l->list, key)) != 0)
		abort();
	memcpy(l->last, key, l->list->table->key_size);
	return true;
}

json_t *answer_items(struct moment *m, const struct pool *pool, const struct item_list *list,
		     const struct page *page, struct error *err)
{
	struct reading r = moment_reading(m, pool);
	struct listing l = {.m = m, .r = &r, .list = list, .limit = page->limit, .err = err};
	uint8_t after[ITEM_KEY_MAX];
	json_t *document;

	if (page_check(m, page, err) != OK)
		return NULL;
	if (page->after && item_key_parse(after, list, page->after, err) != OK) {
		(void)error_wrap(err, "the cursor");
		return NULL;
	}
	l.items = json_array();
	item_each(&r, list, page->after ? after : NULL, add_item, &l);
	document = json_list(
		l.items, l.has_more ? json_next(m, item_key_format(m->arena, list, l.last)) : NULL);
	json_put(document, "at", json_at(m));
	if (l.status == OK && moment_status(m, err) == OK)
		return document;
	json_decref(document);
	return NULL;
}

enum status answer_list(const struct item_list **out, const struct pool *pool, const char *name,
			struct error *err)
{
	const struct protocol *protocol = pool->protocol;
	struct buffer known;
	struct arena *arena;

	*out = protocol_list(protocol, name);
	if (*out)
		return OK;
	if (!protocol->list_count)
		return error_set(err, ERR_USAGE, "pool %s: a pool of protocol %s has no lists",
				 pool->setup.name, protocol->name);
	arena = arena_new();
	known = buffer_in(arena);
	for (size_t i = 0; i < protocol->list_count; i++)
		buffer_printf(&known, "%s%s", i ? ", " : "", protocol->lists[i].name);
	error_fill(err, ERR_USAGE, "pool %s has no list \"%s\"; its lists are %s", pool->setup.name,
		   name, buffer_string(&known));
	arena_free(arena);
	return ERR_USAGE;
}
