#include <inttypes.h>
#include <stdlib.h>

#include "abi/utf8.h"
#include "protocols/asset.h"
#include "serve/answer/answer.h"

/* Running out of memory ends the program, as everywhere (base/arena.h). */
static json_t *must(json_t *value)
{
	if (!value)
		abort();
	return value;
}

void json_put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, must(value)) != 0)
		abort();
}

json_t *json_words_n(const char *words, size_t size)
{
	size_t good = utf8_valid_size(slice_of(words, size));
	json_t *text;
	char *clean;

	if (good == size)
		return must(json_stringn(words, size));
	clean = xmalloc(size);
	memcpy(clean, words, size);
	while (good < size) {
		clean[good++] = '?';
		good += utf8_valid_size(slice_of(clean + good, size - good));
	}
	text = must(json_stringn(clean, size));
	free(clean);
	return text;
}

json_t *json_words(const char *words)
{
	return json_words_n(words, strlen(words));
}

json_t *json_u256(u256 value)
{
	char digits[U256_DECIMAL_SIZE];

	return must(json_string(u256_format(digits, value)));
}

json_t *json_address(struct address address)
{
	char text[HEX_SIZE(ADDRESS_BYTES)];

	return must(json_string(address_format(text, address)));
}

json_t *json_hash(struct hash hash)
{
	char text[HEX_SIZE(HASH_BYTES)];

	return must(json_string(hash_format(text, hash)));
}

static json_t *json_bytes(struct slice bytes, struct arena *arena)
{
	return must(json_string(hex_string(arena, bytes)));
}

/* A number that has no name is shown as it is. */
static json_t *json_choice(const struct figure_rule *rule, u256 number)
{
	const char *name = figure_choice_name(rule, number);

	return name ? must(json_string(name)) : json_u256(number);
}

/* Bytes that are no text are shown in hexadecimal. */
static json_t *json_text(struct slice bytes, struct arena *arena)
{
	if (utf8_valid_size(bytes) != bytes.size)
		return json_bytes(bytes, arena);
	return must(json_stringn((const char *)bytes.data, bytes.size));
}

json_t *json_figure(const struct figure_rule *rule, const struct figure *figure,
		    struct arena *arena)
{
	if (figure->is_null)
		return json_null();
	switch (rule->kind) {
	case FIGURE_NUMBER:
		return json_u256(figure->number);
	case FIGURE_RATIO:
		return must(json_string(u256_format_fixed(arena, figure->number, 18)));
	case FIGURE_ADDRESS:
		return json_address(figure->address);
	case FIGURE_FLAG:
		return json_boolean(figure->flag);
	case FIGURE_HASH:
		return json_hash(figure->hash);
	case FIGURE_CHOICE:
		return json_choice(rule, figure->number);
	case FIGURE_TEXT:
		return json_text(figure->text, arena);
	}
	return json_null();
}

json_t *json_at(const struct moment *m)
{
	json_t *at;

	if (m->is_empty)
		return json_null();
	at = must(json_object());
	json_put(at, "block", json_integer((json_int_t)m->number));
	json_put(at, "hash", m->has_record ? json_hash(m->record.ref.hash) : json_null());
	json_put(at, "timestamp",
		 m->has_record ? json_integer((json_int_t)m->record.ref.timestamp) : json_null());
	return at;
}

json_t *json_block(const struct block_ref *ref)
{
	json_t *block = must(json_object());

	json_put(block, "number", json_integer((json_int_t)ref->number));
	json_put(block, "hash", json_hash(ref->hash));
	json_put(block, "timestamp", json_integer((json_int_t)ref->timestamp));
	return block;
}

static json_t *json_abi_list(const struct abi_value *value, struct arena *arena)
{
	json_t *list = must(json_array());

	for (size_t i = 0; i < value->list.count; i++)
		if (json_array_append_new(list, json_abi_value(&value->list.items[i], arena)) != 0)
			abort();
	return list;
}

json_t *json_abi_value(const struct abi_value *value, struct arena *arena)
{
	char digits[I256_DECIMAL_SIZE];

	if (value->is_hashed)
		return json_hash(value->hash);
	switch (value->type->kind) {
	case ABI_UINT:
		return json_u256(value->number);
	case ABI_INT:
		return must(json_string(i256_format(digits, value->integer)));
	case ABI_ADDRESS:
		return json_address(value->address);
	case ABI_BOOL:
		return json_boolean(value->boolean);
	case ABI_FIXED_BYTES:
	case ABI_FUNCTION:
	case ABI_BYTES:
		return json_bytes(value->bytes, arena);
	case ABI_STRING:
		return json_text(value->bytes, arena);
	case ABI_ARRAY:
	case ABI_VECTOR:
	case ABI_TUPLE:
		return json_abi_list(value, arena);
	}
	return json_null();
}

json_t *json_trace(const struct trace *trace)
{
	json_t *figures = must(json_array());

	for (size_t i = 0; i < trace->count; i++) {
		const struct trace_figure *figure = &trace->figures[i];
		json_t *item = must(json_object());
		json_t *inputs = must(json_object());

		for (size_t k = 0; k < figure->input_count; k++)
			json_put(inputs, figure->inputs[k].name,
				 json_u256(figure->inputs[k].value));
		json_put(item, "name", json_string(figure->name));
		json_put(item, "expression", json_string(figure->expression));
		json_put(item, "inputs", inputs);
		json_put(item, "value",
			 figure->is_computable ? json_u256(figure->value) : json_null());
		if (json_array_append_new(figures, item) != 0)
			abort();
	}
	return figures;
}

json_t *json_list(json_t *items, json_t *next)
{
	json_t *list = must(json_object());

	json_put(list, "items", items);
	json_put(list, "next", next ? next : json_null());
	return list;
}

static bool parse_part(uint64_t *out, const char *digits, size_t length)
{
	u256 value;

	return u256_parse(&value, digits, length, NULL) == OK && u256_to_u64(out, value);
}

enum status cursor_parse(struct event_at *out, const char *text, struct error *err)
{
	size_t length = strcspn(text, ":");
	uint64_t block;
	uint64_t log;

	if (text[length] != ':' || !parse_part(&block, text, length) ||
	    !parse_part(&log, text + length + 1, strlen(text + length + 1)) || log > UINT32_MAX)
		return error_set(err, ERR_USAGE, "\"%s\" is no cursor: expected BLOCK:LOG", text);
	*out = (struct event_at){.block = block, .log_index = (uint32_t)log};
	return OK;
}

json_t *json_pool_figure(const struct protocol *protocol, const struct figure *figures,
			 const char *name, struct arena *arena)
{
	int index = figure_find(protocol->pool_figures, protocol->pool_figure_count, name);

	return index < 0 ? json_null()
			 : json_figure(&protocol->pool_figures[index], &figures[index], arena);
}

json_t *json_asset(const struct reading *r)
{
	struct asset asset = asset_read(r);
	json_t *object = json_object();

	json_put(object, "address", json_address(asset.token));
	json_put(object, "symbol", json_string(asset.symbol));
	json_put(object, "decimals", json_integer((json_int_t)asset.decimals));
	return object;
}

void json_put_key(json_t *object, const struct item_list *list, const uint8_t *key,
		  struct arena *arena)
{
	for (size_t i = 0; i < list->part_count; i++) {
		const struct figure_rule rule = {.kind = list->parts[i].kind};
		const struct figure part = item_part_read(list, i, key);

		json_put(object, list->parts[i].name, json_figure(&rule, &part, arena));
	}
}
