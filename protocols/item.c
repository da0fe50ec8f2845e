#include "protocols/item.h"

#include <stdio.h>

#include "protocols/protocol.h"

size_t item_part_offset(const struct item_list *list, size_t part)
{
	size_t offset = 0;

	for (size_t i = 0; i < part; i++)
		offset += list->parts[i].size;
	return offset;
}

static u256 number_of(const struct item_part *part, const uint8_t *bytes)
{
	uint8_t word[32] = {0};

	memcpy(word + 32 - part->size, bytes, part->size);
	return u256_from_be(word);
}

struct figure item_part_read(const struct item_list *list, size_t part, const uint8_t *key)
{
	const struct item_part *rule = &list->parts[part];
	const uint8_t *bytes = key + item_part_offset(list, part);
	struct address address;
	struct hash hash;

	if (rule->kind == FIGURE_ADDRESS) {
		memcpy(address.bytes, bytes, ADDRESS_BYTES);
		return figure_address(address);
	}
	if (rule->kind == FIGURE_HASH) {
		memcpy(hash.bytes, bytes, HASH_BYTES);
		return figure_hash(hash);
	}
	return figure_number(number_of(rule, bytes));
}

void item_part_word(uint8_t out[32], const struct item_list *list, size_t part, const uint8_t *key)
{
	const struct item_part *rule = &list->parts[part];

	memset(out, 0, 32);
	memcpy(out + 32 - rule->size, key + item_part_offset(list, part), rule->size);
}

static void format_part(struct buffer *out, const struct item_part *part,
			const struct figure *figure)
{
	char address[HEX_SIZE(ADDRESS_BYTES)];
	char hash[HEX_SIZE(HASH_BYTES)];
	char digits[U256_DECIMAL_SIZE];

	if (part->kind == FIGURE_ADDRESS)
		buffer_text(out, address_format(address, figure->address));
	else if (part->kind == FIGURE_HASH)
		buffer_text(out, hash_format(hash, figure->hash));
	else
		buffer_text(out, u256_format(digits, figure->number));
}

const char *item_key_format(struct arena *arena, const struct item_list *list, const uint8_t *key)
{
	struct buffer text = buffer_in(arena);

	for (size_t i = 0; i < list->part_count; i++) {
		struct figure figure = item_part_read(list, i, key);

		if (i)
			buffer_byte(&text, ':');
		format_part(&text, &list->parts[i], &figure);
	}
	return buffer_string(&text);
}

static bool parse_number(uint8_t *out, const struct item_part *part, const char *text,
			 size_t length)
{
	uint8_t word[32];
	u256 value;

	if (u256_parse(&value, text, length, NULL) != OK ||
	    u256_bit_length(value) > 8U * part->size)
		return false;
	u256_to_be(word, value);
	memcpy(out, word + 32 - part->size, part->size);
	return true;
}

static bool parse_part(uint8_t *out, const struct item_part *part, const char *text, size_t length)
{
	struct address address;
	struct hash hash;

	if (part->kind == FIGURE_ADDRESS) {
		if (address_parse(&address, text, length, NULL) != OK)
			return false;
		memcpy(out, address.bytes, ADDRESS_BYTES);
		return true;
	}
	if (part->kind == FIGURE_HASH) {
		if (hash_parse(&hash, text, length, NULL) != OK)
			return false;
		memcpy(out, hash.bytes, HASH_BYTES);
		return true;
	}
	return parse_number(out, part, text, length);
}

enum { FORM_SIZE = 128 };

/* "manager:policy": what an error says that it expected. */
static const char *form_of(char out[FORM_SIZE], const struct item_list *list)
{
	size_t used = 0;

	out[0] = '\0';
	for (size_t i = 0; i < list->part_count && used < FORM_SIZE; i++)
		used += (size_t)snprintf(out + used, FORM_SIZE - used, "%s%s", i ? ":" : "",
					 list->parts[i].name);
	return out;
}

enum status item_key_parse(uint8_t out[ITEM_KEY_MAX], const struct item_list *list,
			   const char *text, struct error *err)
{
	const char *at = text;
	char form[FORM_SIZE];

	for (size_t i = 0; i < list->part_count; i++) {
		size_t length = strcspn(at, ":");
		bool is_last = i + 1 == list->part_count;

		if (is_last != (at[length] == '\0') ||
		    !parse_part(out + item_part_offset(list, i), &list->parts[i], at, length))
			return error_set(err, ERR_USAGE, "\"%s\" names no %s: expected %s", text,
					 list->one, form_of(form, list));
		at += length + 1;
	}
	return OK;
}

struct item_walk {
	const struct item_list *list;
	bool (*visit)(void *context, const uint8_t *key);
	void *context;
};

static bool is_item(const struct item_list *list, const void *row)
{
	return !list->exists || list->exists(row);
}

static bool visit_row(void *context, const uint8_t *key, const void *row)
{
	struct item_walk *walk = context;

	return !is_item(walk->list, row) || walk->visit(walk->context, key);
}

void item_each(const struct reading *r, const struct item_list *list, const uint8_t *after,
	       bool (*visit)(void *context, const uint8_t *key), void *context)
{
	struct item_walk walk = {.list = list, .visit = visit, .context = context};

	state_each_after(r->state, list->table, r->pool->id, after, visit_row, &walk);
}

struct item_touched {
	const struct item_list *list;
	void (*visit)(void *context, const uint8_t *key);
	void *context;
};

static void visit_touched(void *context, const uint8_t *key, const void *before, const void *now)
{
	struct item_touched *walk = context;

	(void)before;
	if (is_item(walk->list, now))
		walk->visit(walk->context, key);
}

void item_each_touched(struct applying *a, const struct item_list *list,
		       void (*visit)(void *context, const uint8_t *key), void *context)
{
	struct item_touched walk = {.list = list, .visit = visit, .context = context};

	state_each_touched(a->state, list->table, a->pool->id, visit_touched, &walk);
}
