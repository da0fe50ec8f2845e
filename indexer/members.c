#include "indexer/members.h"

#include <stdlib.h>

#include "abi/types.h"
#include "abi/u256.h"

enum { FIRST_ELEMENTS = 16 };

/*
 * The place of a name in the table; `count` where it is not there. A node writes the members of
 * all its objects in one order, so the search begins behind the last one found.
 */
static size_t place_of(const struct members *form, struct slice name, size_t begin)
{
	size_t at = begin;

	for (size_t i = 0; i < form->count; i++) {
		const char *known;

		if (at >= form->count)
			at = 0;
		known = form->list[at].name;
		/* The first character tells most names apart. */
		if (name.size && known[0] == (char)name.data[0] &&
		    strncmp(known, (const char *)name.data, name.size) == 0 && !known[name.size])
			return at;
		at++;
	}
	return form->count;
}

static enum status read_text(void *out, const struct member *member, struct arena *arena,
			     struct json_reader *r, struct error *err)
{
	struct slice text;
	const char *chars;

	if (!jread_string(r, &text))
		return jread_error(r, err);
	chars = (const char *)text.data;
	if (member->form == MEMBER_QUANTITY)
		return hex_parse_quantity(out, chars, text.size, err);
	if (member->form == MEMBER_WORD)
		return u256_parse_hex(out, chars, text.size, err);
	if (member->form == MEMBER_EXACT)
		return hex_parse_exact(out, member->size, chars, text.size, err);
	return hex_parse(out, arena, chars, text.size, member->size ? member->size : text.size,
			 err);
}

static enum status read_value(void *out, const struct member *member, struct arena *arena,
			      struct json_reader *r, struct error *err)
{
	void *field = (char *)out + member->offset;

	if (member->form == MEMBER_OWN)
		return member->read(field, arena, r, err);
	if (member->form != MEMBER_IGNORED)
		return read_text(field, member, arena, r, err);
	return jread_skip(r, NULL) ? OK : jread_error(r, err);
}

static bool skip_unknown(struct members_seen *seen, struct slice name, struct json_reader *r)
{
	if (!seen->unknown.data && jread_peek(r) != JSON_READ_NULL)
		seen->unknown = name;
	return jread_skip(r, NULL);
}

enum status members_read(void *out, struct members_seen *seen, const struct members *form,
			 struct arena *arena, struct json_reader *r, struct error *err)
{
	uint64_t named = 0;
	size_t next = 0;
	struct slice name;

	*seen = (struct members_seen){0};
	if (!jread_object(r))
		return jread_error(r, err);
	while (jread_member(r, &name)) {
		size_t place = place_of(form, name, next);

		if (place == form->count) {
			(void)skip_unknown(seen, name, r);
			continue;
		}
		next = place + 1;
		if (named >> place & 1)
			return error_set(err, ERR_BAD_DATA, "%s with %s twice", form->what,
					 form->list[place].name);
		named |= UINT64_C(1) << place;
		if (jread_peek(r) == JSON_READ_NULL) {
			(void)jread_null(r);
			continue;
		}
		seen->bits |= UINT64_C(1) << place;
		if (read_value(out, &form->list[place], arena, r, err) != OK)
			return error_wrap(err, "%s", form->list[place].name);
	}
	return jread_failed(r) ? jread_error(r, err) : OK;
}

enum status members_need(const struct members_seen *seen, const struct members *form,
			 unsigned place, struct error *err)
{
	if (members_have(seen, place))
		return OK;
	return error_set(err, ERR_BAD_DATA, "%s without %s", form->what, form->list[place].name);
}

enum status members_check(const struct members_seen *seen, const struct members *form,
			  struct error *err)
{
	enum status st = OK;

	for (unsigned i = 0; i < form->count && st == OK; i++)
		if (form->list[i].is_needed)
			st = members_need(seen, form, i, err);
	return st;
}

/* Reads the elements behind an opening bracket into memory that grows. */
static enum status read_elements(uint8_t **items, size_t *count, size_t size, member_read *read,
				 struct arena *arena, struct json_reader *r, struct error *err)
{
	size_t capacity = 0;

	while (jread_element(r)) {
		uint8_t *item;
		enum status st;

		if (*count == capacity) {
			capacity = capacity ? capacity * 2 : FIRST_ELEMENTS;
			*items = xrealloc(*items, capacity * size);
		}
		item = *items + *count * size;
		memset(item, 0, size);
		st = read(item, arena, r, err);
		if (st != OK)
			return st;
		++*count;
	}
	return jread_failed(r) ? jread_error(r, err) : OK;
}

enum status members_array(void **out, size_t *count, size_t size, const char *what,
			  member_read *read, struct arena *arena, struct json_reader *r,
			  struct error *err)
{
	uint8_t *items = NULL;
	size_t got = 0;
	enum status st;

	*out = NULL;
	*count = 0;
	if (!jread_array(r))
		return jread_error(r, err);
	st = read_elements(&items, &got, size, read, arena, r, err);
	if (st == OK) {
		*out = arena_copy(arena, items, got * size);
		*count = got;
	} else {
		st = error_wrap(err, "%s %zu", what, got);
	}
	free(items);
	return st;
}

enum status member_hash(void *out, struct arena *arena, struct json_reader *r, struct error *err)
{
	struct slice text;

	(void)arena;
	if (!jread_string(r, &text))
		return jread_error(r, err);
	return hex_parse_exact(out, HASH_BYTES, (const char *)text.data, text.size, err);
}

enum status member_bytes(void *out, struct arena *arena, struct json_reader *r, struct error *err)
{
	struct slice text;

	if (!jread_string(r, &text))
		return jread_error(r, err);
	return hex_parse(out, arena, (const char *)text.data, text.size, text.size, err);
}
