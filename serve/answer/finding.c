/* findings. */
#include <stdio.h>
#include <stdlib.h>

#include "serve/answer/answer.h"

struct entry {
	uint8_t key[FINDING_ID_BYTES];
	const struct pool *pool;
	struct finding finding;
	const struct withdrawn_finding *withdrawn; /* NULL: the finding stands */
};

/* An id, or of a withdrawn one "ID-withdrawn": the same finding may stand again. */
#define WITHDRAWN_SUFFIX "-withdrawn"
enum { ID_TEXT_SIZE = 2 * FINDING_ID_BYTES, CURSOR_SIZE = ID_TEXT_SIZE + sizeof(WITHDRAWN_SUFFIX) };

struct finding_list {
	const struct finding_query *query;
	const struct pool *pool;
	const struct withdrawn_finding *withdrawn; /* of the one that is added */
	const struct moment *m;
	struct arena *arena;
	struct entry *entries;
	size_t count;
	size_t capacity;
	enum status status;
	struct error *err;
};

static bool is_wanted(const struct finding_query *query, const struct finding *finding)
{
	return (!query->check || strcmp(query->check, finding->check) == 0) &&
	       (!query->state || strcmp(query->state, finding->state) == 0) &&
	       (!query->has_severity || finding->severity >= (uint64_t)query->severity);
}

static bool add_finding(void *context, const uint8_t *key, const struct finding *finding)
{
	struct finding_list *list = context;
	struct entry *entry;

	list->status = moment_goes_on(list->m, list->err);
	if (list->status != OK)
		return false;
	if (!is_wanted(list->query, finding))
		return true;
	if (list->count == list->capacity) {
		list->capacity = list->capacity ? list->capacity * 2 : 32;
		list->entries = xrealloc(list->entries, list->capacity * sizeof(*list->entries));
	}
	entry = &list->entries[list->count++];
	memcpy(entry->key, key, FINDING_ID_BYTES);
	entry->pool = list->pool;
	entry->withdrawn = list->withdrawn;
	entry->finding = *finding;
	/* The walk's memory is its own: keep the text. */
	entry->finding.check = arena_string(list->arena, finding->check);
	entry->finding.subject = arena_string(list->arena, finding->subject);
	entry->finding.expected = arena_string(list->arena, finding->expected);
	entry->finding.actual = arena_string(list->arena, finding->actual);
	entry->finding.difference = arena_string(list->arena, finding->difference);
	entry->finding.trace = arena_string(list->arena, finding->trace);
	entry->finding.state = arena_string(list->arena, finding->state);
	return true;
}

static int by_place(const void *a, const void *b)
{
	const struct entry *x = a;
	const struct entry *y = b;

	if (x->finding.block != y->finding.block)
		return x->finding.block < y->finding.block ? -1 : 1;
	if (x->finding.ordinal != y->finding.ordinal)
		return x->finding.ordinal < y->finding.ordinal ? -1 : 1;
	if (memcmp(x->key, y->key, FINDING_ID_BYTES) != 0)
		return memcmp(x->key, y->key, FINDING_ID_BYTES);
	return (x->withdrawn != NULL) - (y->withdrawn != NULL);
}

static const char *cursor_of(char out[CURSOR_SIZE], const struct entry *entry)
{
	char id[2 * FINDING_ID_BYTES + 1];

	(void)snprintf(out, CURSOR_SIZE, "%s%s", finding_id_format(id, entry->key),
		       entry->withdrawn ? WITHDRAWN_SUFFIX : "");
	return out;
}

json_t *json_finding(const struct pool *pool, const uint8_t *key, const struct finding *f,
		     struct arena *arena)
{
	char id[2 * FINDING_ID_BYTES + 1];
	struct trace trace;
	json_t *item = json_object();

	json_put(item, "id", json_string(finding_id_format(id, key)));
	json_put(item, "check", json_string(f->check));
	json_put(item, "severity", json_string(severity_name((enum severity)f->severity)));
	json_put(item, "pool", json_string(pool->setup.name));
	json_put(item, "block", json_integer((json_int_t)f->block));
	json_put(item, "transaction",
		 hash_is_zero(f->transaction) ? json_null() : json_hash(f->transaction));
	json_put(item, "log_index",
		 f->has_log ? json_integer((json_int_t)f->log_index) : json_null());
	json_put(item, "subject", json_words(f->subject));
	json_put(item, "expected", json_words(f->expected));
	json_put(item, "actual", json_words(f->actual));
	json_put(item, "difference", *f->difference ? json_words(f->difference) : json_null());
	json_put(item, "trace",
		 trace_parse(&trace, arena, f->trace, NULL) == OK ? json_trace(&trace)
								  : json_null());
	json_put(item, "state", json_string(f->state));
	json_put(item, "first_seen", json_integer((json_int_t)f->first_seen));
	json_put(item, "resolved_at",
		 f->resolved_at ? json_integer((json_int_t)f->resolved_at) : json_null());
	return item;
}

json_t *json_withdrawn(const struct pool *pool, const struct withdrawn_finding *w,
		       struct arena *arena)
{
	json_t *item = json_finding(pool, w->key, &w->finding, arena);
	json_t *by = json_object();

	json_put(by, "reorg", json_integer((json_int_t)w->reorg));
	json_put(by, "fork", json_integer((json_int_t)w->fork));
	json_put(by, "block_hash",
		 hash_is_zero(w->block_hash) ? json_null() : json_hash(w->block_hash));
	json_put(item, "withdrawn", by);
	return item;
}

static json_t *json_entry(const struct entry *entry, struct arena *arena)
{
	if (entry->withdrawn)
		return json_withdrawn(entry->pool, entry->withdrawn, arena);
	return json_finding(entry->pool, entry->key, &entry->finding, arena);
}

/* Where the entry with that cursor stands. Since the page before, it may have been withdrawn, or
 * found again. `count` where there is none. */
static size_t find_cursor(const struct finding_list *list, const char *after)
{
	char cursor[CURSOR_SIZE];
	size_t near = list->count;

	for (size_t i = 0; i < list->count; i++) {
		if (strcmp(cursor_of(cursor, &list->entries[i]), after) == 0)
			return i;
		if (strncmp(cursor, after, ID_TEXT_SIZE) == 0)
			near = i;
	}
	return near;
}

/* The page behind the entry whose cursor is `after`. */
static json_t *page_of(const struct finding_list *list, const struct page *page, struct error *err)
{
	json_t *items;
	size_t i = 0;
	char cursor[CURSOR_SIZE] = "";

	if (page->after) {
		i = find_cursor(list, page->after);
		if (i++ == list->count) {
			(void)error_set(err, ERR_USAGE, "no finding \"%s\" to go on from",
					page->after);
			return NULL;
		}
	}
	items = json_array();
	for (; i < list->count && (!page->limit || json_array_size(items) < page->limit); i++) {
		(void)cursor_of(cursor, &list->entries[i]);
		if (json_array_append_new(items, json_entry(&list->entries[i], list->arena)) != 0)
			abort();
	}
	return json_list(items, i < list->count ? json_string(cursor) : NULL);
}

static enum status check_check_id(const struct moment *m, const char *id, struct error *err)
{
	for (size_t i = 0; i < m->config->pool_count; i++) {
		const struct protocol *protocol = m->config->pools[i].protocol;

		for (size_t k = 0; k < protocol->check_count; k++)
			if (strcmp(protocol->checks[k].id, id) == 0)
				return OK;
	}
	if (source_check_is(id))
		return OK;
	return error_set(err, ERR_USAGE, "no check \"%s\"", id);
}

static void add_pending(struct finding_list *list, const struct moment *m)
{
	for (size_t i = 0; i < m->pending_count; i++) {
		const struct pending_finding *pending = &m->pending[i];

		if (pending->pool >= m->config->pool_count)
			continue;
		list->pool = &m->config->pools[pending->pool];
		if (!list->query->pool || list->query->pool == list->pool)
			(void)add_finding(list, pending->key, &pending->finding);
	}
}

/* Of now, as what is pending. */
static enum status add_withdrawn(struct finding_list *list, const struct moment *m,
				 struct error *err)
{
	struct withdrawn_finding *items = NULL;
	size_t count = 0;
	enum status st = OK;

	if (m->number == m->cursor.ref.number)
		st = withdrawn_read(&items, &count, m->arena, m->txn, err);
	for (size_t i = 0; st == OK && i < count; i++) {
		if (items[i].pool >= m->config->pool_count)
			continue;
		list->pool = &m->config->pools[items[i].pool];
		list->withdrawn = &items[i];
		if (!list->query->pool || list->query->pool == list->pool)
			(void)add_finding(list, items[i].key, &items[i].finding);
	}
	return st;
}

json_t *answer_findings(struct moment *m, const struct finding_query *query,
			const struct page *page, struct error *err)
{
	struct finding_list list = {.query = query, .m = m, .arena = m->arena, .err = err};
	json_t *document = NULL;

	if (page_check(m, page, err) != OK)
		return NULL;
	if (query->check && check_check_id(m, query->check, err) != OK)
		return NULL;
	for (size_t i = 0; i < m->config->pool_count; i++) {
		struct reading r = moment_reading(m, &m->config->pools[i]);

		list.pool = &m->config->pools[i];
		if (list.status == OK && (!query->pool || query->pool == list.pool))
			findings_each(&r, add_finding, &list);
	}
	if (list.status == OK)
		add_pending(&list, m);
	if (list.status == OK && moment_status(m, err) == OK &&
	    add_withdrawn(&list, m, err) == OK && list.status == OK) {
		if (list.count)
			qsort(list.entries, list.count, sizeof(*list.entries), by_place);
		document = page_of(&list, page, err);
		if (document)
			json_put(document, "at", json_at(m));
	}
	free(list.entries);
	return document;
}
