#include "tests/support/listener.h"

#include <inttypes.h>

#include "tests/support/test.h"

/* ---- messages ---- */

static char *line_after(const char *frame, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = frame; at && *at; at = strchr(at, '\n'), at += at ? 1 : 0)
		if (strncmp(at, name, length) == 0)
			return strndup(at + length, strcspn(at + length, "\n"));
	return NULL;
}

void heard_add(struct heard_list *list, struct slice text)
{
	char *copy = xmalloc(text.size + 1);
	char *frame = copy;

	if (text.size)
		memcpy(copy, text.data, text.size);
	copy[text.size] = '\0';
	assert_int_equal(strlen(copy), text.size);
	while (*frame) {
		char *end = strstr(frame, "\n\n");
		struct heard *heard;

		assert_non_null(end);
		end[1] = '\0';
		if (list->count == list->capacity) {
			list->capacity = list->capacity ? list->capacity * 2 : 16;
			list->items = xrealloc(list->items, list->capacity * sizeof(*list->items));
		}
		heard = &list->items[list->count++];
		heard->event = line_after(frame, "event: ");
		heard->id = line_after(frame, "id: ");
		heard->data = line_after(frame, "data: ");
		assert_non_null(heard->id);
		assert_true((heard->event != NULL) == (heard->data != NULL));
		frame = end + 2;
	}
	free(copy);
}

void heard_free(struct heard_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->items[i].event);
		free(list->items[i].id);
		free(list->items[i].data);
	}
	free(list->items);
	*list = (struct heard_list){0};
}

static bool same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

bool heard_same(const struct heard *a, const struct heard *b)
{
	return same_text(a->event, b->event) && same_text(a->id, b->id) &&
	       same_text(a->data, b->data);
}

/* ---- what a client believes ---- */

void listener_init(struct listener *l)
{
	*l = (struct listener){
		.owed = json_object(), .findings = json_object(), .partial = xstrdup("")};
}

void listener_clear(struct listener *l)
{
	for (size_t i = 0; i < l->count; i++)
		free(l->blocks[i].text);
	free(l->blocks);
	free(l->partial);
	free(l->id);
	json_decref(l->owed);
	json_decref(l->findings);
	*l = (struct listener){0};
}

static void add_text(struct listener *l, const char *text)
{
	size_t length = strlen(l->partial);

	l->partial = xrealloc(l->partial, length + strlen(text) + 2);
	(void)memcpy(l->partial + length, text, strlen(text));
	(void)memcpy(l->partial + length + strlen(text), "\n", 2);
}

static void complete(struct listener *l, const json_t *data)
{
	if (l->count == l->capacity) {
		l->capacity = l->capacity ? l->capacity * 2 : 64;
		l->blocks = xrealloc(l->blocks, l->capacity * sizeof(*l->blocks));
	}
	l->blocks[l->count++] = (struct believed){
		.number = (uint64_t)json_integer_value(json_object_get(data, "number")),
		.text = l->partial};
	l->partial = xstrdup("");
}

static void take_back(struct listener *l, const json_t *data)
{
	const json_t *to = json_object_get(data, "to");
	bool is_start = json_is_null(to);
	uint64_t number = (uint64_t)json_integer_value(json_object_get(to, "number"));
	const char *key;
	json_t *block;
	void *next;

	while (l->count && (is_start || l->blocks[l->count - 1].number > number))
		free(l->blocks[--l->count].text);
	free(l->partial);
	l->partial = xstrdup("");
	l->rewound++;
	json_object_foreach_safe(l->findings, next, key, block)
	{
		if (!is_start && (uint64_t)json_integer_value(block) <= number)
			continue;
		(void)json_object_set_new(l->owed, key, json_true());
		(void)json_object_del(l->findings, key);
	}
}

/* False: it is about a refused block, and of none of the mirror's. */
static bool take_finding(struct listener *l, const json_t *data)
{
	const char *state = json_string_value(json_object_get(data, "state"));
	char key[128];

	if (strncmp(json_string_value(json_object_get(data, "check")), "source-", 7) == 0)
		return false;
	(void)snprintf(key, sizeof(key), "%s %s", json_string_value(json_object_get(data, "pool")),
		       json_string_value(json_object_get(data, "id")));
	if (strcmp(state, "withdrawn") == 0) {
		(void)json_object_del(l->owed, key);
		return false;
	}
	(void)json_object_set(l->findings, key, json_object_get(data, "block"));
	return true;
}

void listener_hear(struct listener *l, const struct heard *message)
{
	json_error_t error;
	json_t *data = message->data ? json_loads(message->data, 0, &error) : NULL;

	free(l->id);
	l->id = xstrdup(message->id);
	if (!message->event)
		return;
	assert_non_null(data);
	if (strcmp(message->event, "rewound") == 0)
		take_back(l, data);
	else if (strcmp(message->event, "finding") != 0 || take_finding(l, data))
		add_text(l, message->data);
	if (strcmp(message->event, "block") == 0)
		complete(l, data);
	json_decref(data);
}

/* The line from which on they differ. */
static void fail_at(const char *who, uint64_t number, const char *a, const char *b)
{
	size_t same = 0;

	while (a[same] && a[same] == b[same])
		same++;
	while (same && a[same - 1] != '\n')
		same--;
	fail_msg("%s: block %" PRIu64 ":\n%.400s\nand\n%.400s", who, number, a + same, b + same);
}

void listener_expect_same(const struct listener *a, const struct listener *b, const char *who)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (a->blocks[i].number != b->blocks[i].number ||
		    strcmp(a->blocks[i].text, b->blocks[i].text) != 0)
			fail_at(who, a->blocks[i].number, a->blocks[i].text, b->blocks[i].text);
	if (a->count != b->count)
		fail_msg("%s: %zu blocks and %zu", who, a->count, b->count);
	if (strcmp(a->partial, b->partial) != 0)
		fail_at(who, 0, a->partial, b->partial);
}
