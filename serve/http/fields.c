#include "serve/http/fields.h"

#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"

struct field {
	const char *name;
	const char *inner; /* of the member of that name; NULL: all of it */
	bool is_found;
};

struct fields {
	struct field fields[FIELDS_MAX];
	size_t count;
};

static void set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set(object, key, value) != 0)
		abort();
}

static enum status parse(struct fields *out, const char *names, struct arena *arena,
			 struct error *err)
{
	while (*names) {
		size_t length = strcspn(names, ",");
		char *name = arena_string_n(arena, names, length);
		char *dot = strchr(name, '.');

		if (out->count == FIELDS_MAX)
			return error_set(err, ERR_USAGE, "fields: at most %d names", FIELDS_MAX);
		if (dot)
			*dot = '\0';
		out->fields[out->count++] =
			(struct field){.name = name, .inner = dot ? dot + 1 : NULL};
		names += length + (names[length] == ',');
	}
	return OK;
}

/* Adds to what other fields put of the same member. */
static bool pick_inner(json_t *to, const struct field *field, json_t *member)
{
	json_t *value = json_object_get(member, field->inner);
	json_t *object = json_object_get(to, field->name);

	if (!value)
		return false;
	if (!object) {
		object = json_object();
		if (!object || json_object_set_new(to, field->name, object) != 0)
			abort();
	}
	set(object, field->inner, value);
	return true;
}

static json_t *pick_members(struct fields *fields, json_t *from)
{
	json_t *to = json_object();

	if (!to)
		abort();
	for (size_t i = 0; i < fields->count; i++) {
		struct field *field = &fields->fields[i];
		json_t *member = json_object_get(from, field->name);

		if (!member)
			continue;
		if (!field->inner) {
			set(to, field->name, member);
			field->is_found = true;
		} else if (pick_inner(to, field, member)) {
			field->is_found = true;
		}
	}
	return to;
}

static enum status check_found(const struct fields *fields, json_t *one, struct error *err)
{
	for (size_t i = 0; i < fields->count; i++) {
		const struct field *field = &fields->fields[i];
		struct nearest nearest = nearest_to(field->inner ? field->inner : field->name);
		json_t *member = json_object_get(one, field->name);
		const char *key;
		json_t *value;

		if (field->is_found)
			continue;
		json_object_foreach (field->inner &&member ? member : one, key, value)
			nearest_offer(&nearest, key);
		return error_set(err, ERR_USAGE, "fields: there is no \"%.40s%s%.40s\"%s%s%s",
				 field->name, field->inner ? "." : "",
				 field->inner ? field->inner : "",
				 nearest.name ? ": did you mean \"" : "",
				 nearest.name ? nearest.name : "", nearest.name ? "\"?" : "");
	}
	return OK;
}

/* An empty list has no item that could lack a name. */
static enum status pick_items(json_t **out, struct fields *fields, json_t *document,
			      struct error *err)
{
	json_t *items = json_object_get(document, "items");
	json_t *picked = json_array();
	size_t i;
	json_t *item;

	*out = json_object();
	if (!picked || !*out || json_object_set_new(*out, "items", picked) != 0)
		abort();
	json_array_foreach (items, i, item)
		if (json_array_append_new(picked, pick_members(fields, item)) != 0)
			abort();
	set(*out, "next", json_object_get(document, "next"));
	return json_array_size(items) ? check_found(fields, json_array_get(items, 0), err) : OK;
}

json_t *fields_pick(json_t *document, const char *names, struct arena *arena, struct error *err)
{
	struct fields fields = {.count = 0};
	json_t *at = json_object_get(document, "at");
	json_t *picked = NULL;
	enum status st = parse(&fields, names, arena, err);

	if (st == OK && json_is_array(json_object_get(document, "items"))) {
		st = pick_items(&picked, &fields, document, err);
	} else if (st == OK) {
		picked = pick_members(&fields, document);
		st = check_found(&fields, document, err);
	}
	if (st == OK && at)
		set(picked, "at", at);
	if (st != OK) {
		json_decref(picked);
		picked = NULL;
	}
	json_decref(document);
	return picked;
}
