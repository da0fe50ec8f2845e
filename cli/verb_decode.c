/* decode: a log or call data by a signature or an ABI file. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/input_file.h"
#include "cli/output.h"

enum { ABI_FILE_MAX = 16 * 1024 * 1024, DATA_MAX = 4 * 1024 * 1024 };

struct input {
	const struct args *args;
	struct arena *arena;
	struct abi_item *items;
	size_t item_count;
	struct hash topics[TOPICS_MAX];
	struct slice data;
};

/* Lines of human-readable ABI; empty ones and those that begin with '#' or '//' are passed over. */
static enum status parse_lines(struct input *in, char *text, const char *path, struct error *err)
{
	size_t capacity = 1;
	size_t line = 0;

	for (const char *at = text; *at; at++)
		capacity += *at == '\n';
	in->items = arena_array(in->arena, capacity, sizeof(*in->items));
	while (text) {
		char *end = strchr(text, '\n');
		const char *start;

		if (end)
			*end = '\0';
		line++;
		start = text + strspn(text, " \t\r");
		if (*start && *start != '#' && strncmp(start, "//", 2) != 0) {
			enum status st = abi_item_parse(&in->items[in->item_count], in->arena,
							start, ABI_ITEM_FUNCTION, err);

			if (st != OK)
				return error_wrap(err, "%s, line %zu", path, line);
			in->item_count++;
		}
		text = end ? end + 1 : NULL;
	}
	return OK;
}

static enum status read_items(struct input *in, struct error *err)
{
	const char *path = in->args->values[OPTION_ABI];
	enum abi_item_kind kind = in->args->topic_count ? ABI_ITEM_EVENT : ABI_ITEM_FUNCTION;
	const char *start;
	struct slice file;
	char *text;
	enum status st;

	if (in->args->values[OPTION_SIGNATURE]) {
		in->items = arena_alloc(in->arena, sizeof(*in->items));
		in->item_count = 1;
		st = abi_item_parse(in->items, in->arena, in->args->values[OPTION_SIGNATURE], kind,
				    err);
		return st == OK ? OK : error_wrap(err, "--signature");
	}
	if (!path)
		return error_set(err, ERR_USAGE, "give --signature TEXT or --abi FILE");
	st = input_file(&file, in->arena, path, ABI_FILE_MAX, err);
	if (st != OK)
		return st;
	text = arena_string_n(in->arena, (const char *)file.data, file.size);
	start = text + strspn(text, " \t\r\n");
	if (*start == '[' || *start == '{') {
		st = abi_items_parse_json(&in->items, &in->item_count, in->arena, text, file.size,
					  err);
		return st == OK ? OK : error_wrap(err, "%s", path);
	}
	return parse_lines(in, text, path, err);
}

static enum status read_bytes(struct input *in, struct error *err)
{
	const char *data = in->args->values[OPTION_DATA];

	for (size_t i = 0; i < in->args->topic_count; i++)
		if (hash_parse(&in->topics[i], in->args->topics[i], strlen(in->args->topics[i]),
			       err) != OK)
			return error_wrap(err, "--topic number %zu", i + 1);
	if (!data && !in->args->topic_count)
		return error_set(err, ERR_USAGE, "give --data 0x… (and --topic for a log)");
	if (data && hex_parse(&in->data, in->arena, data, strlen(data), DATA_MAX, err) != OK)
		return error_wrap(err, "--data");
	return OK;
}

static void print(const struct input *in, const struct abi_item *item, const char *what,
		  const struct abi_value *values)
{
	json_t *document;
	json_t *arguments;

	if (!args_has(in->args, OPTION_JSON)) {
		(void)printf("%s %s\n", what, abi_item_signature(in->arena, item));
		for (size_t i = 0; i < item->input_count; i++)
			(void)printf("  %s%s%s = %s\n",
				     abi_type_format(in->arena, item->inputs[i].type),
				     *item->inputs[i].name ? " " : "", item->inputs[i].name,
				     abi_value_format(in->arena, &values[i]));
		return;
	}
	document = json_object();
	arguments = json_array();
	for (size_t i = 0; i < item->input_count; i++) {
		json_t *argument = json_object();

		json_put(argument, "name", json_string(item->inputs[i].name));
		json_put(argument, "type",
			 json_string(abi_type_format(in->arena, item->inputs[i].type)));
		json_put(argument, "value", json_abi_value(&values[i], in->arena));
		if (json_array_append_new(arguments, argument) != 0)
			abort();
	}
	json_put(document, "kind", json_string(what));
	json_put(document, "signature", json_string(abi_item_signature(in->arena, item)));
	json_put(document, "arguments", arguments);
	(void)print_json(document);
}

static enum status decode_log(const struct input *in, struct error *err)
{
	const struct abi_value *values;

	for (size_t i = 0; i < in->item_count; i++) {
		const struct abi_item *item = &in->items[i];
		bool is_it = item->kind == ABI_ITEM_EVENT && !item->is_anonymous &&
			     hash_equal(item->signature_hash, in->topics[0]);

		/* A single signature that does not fit deserves the decoder's own words. */
		if (!is_it && in->item_count > 1)
			continue;
		if (abi_decode_log(&values, in->arena, item, in->topics, in->args->topic_count,
				   in->data, err) != OK)
			return error_wrap(err, "%s", item->name);
		print(in, item, "event", values);
		return OK;
	}
	return error_set(err, ERR_BAD_DATA, "no event with that topic0 in the ABI");
}

static enum status decode_call(const struct input *in, struct error *err)
{
	const struct abi_value *values;

	if (in->data.size < 4)
		return error_set(err, ERR_BAD_DATA, "call data of %zu bytes: a selector has 4",
				 in->data.size);
	for (size_t i = 0; i < in->item_count; i++) {
		const struct abi_item *item = &in->items[i];
		uint8_t selector[4];

		abi_item_selector(selector, item);
		if (item->kind == ABI_ITEM_EVENT || item->kind == ABI_ITEM_CONSTRUCTOR ||
		    memcmp(selector, in->data.data, 4) != 0)
			continue;
		if (abi_decode(&values, in->arena, item->inputs, item->input_count,
			       slice_of(in->data.data + 4, in->data.size - 4), err) != OK)
			return error_wrap(err, "%s", item->name);
		print(in, item, item->kind == ABI_ITEM_ERROR ? "error" : "function", values);
		return OK;
	}
	return error_set(err, ERR_BAD_DATA, "selector 0x%02x%02x%02x%02x is not in the ABI",
			 in->data.data[0], in->data.data[1], in->data.data[2], in->data.data[3]);
}

int verb_decode(const struct command *command)
{
	struct input in = {.args = command->args, .arena = command->arena};
	struct error err;
	enum status st = read_items(&in, &err);

	if (st == OK)
		st = read_bytes(&in, &err);
	if (st == OK)
		st = in.args->topic_count ? decode_log(&in, &err) : decode_call(&in, &err);
	return st == OK ? EXIT_FINE : report(&err);
}
