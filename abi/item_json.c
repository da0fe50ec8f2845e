/*
 * JSON ABI (docs.soliditylang.org, "Contract ABI Specification", JSON). The whole document is
 * parsed by jansson, which bounds its own depth and refuses duplicate keys; what is kept is copied
 * to the arena.
 */
#include <jansson.h>
#include <string.h>

#include "abi/type_parser.h"

enum { NAME_SHOWN_MAX = 60 };

/* A member that must be a string if it is there; NULL where it is missing or null. */
static enum status get_string(const char **out, const json_t *object, const char *key,
			      struct error *err)
{
	const json_t *value = json_object_get(object, key);

	*out = NULL;
	if (!value || json_is_null(value))
		return OK;
	if (!json_is_string(value))
		return error_set(err, ERR_BAD_DATA, "\"%s\" is not a string", key);
	*out = json_string_value(value);
	return OK;
}

static enum status get_bool(bool *out, const json_t *object, const char *key, struct error *err)
{
	const json_t *value = json_object_get(object, key);

	*out = false;
	if (!value)
		return OK;
	if (!json_is_boolean(value))
		return error_set(err, ERR_BAD_DATA, "\"%s\" is not true or false", key);
	*out = json_is_true(value);
	return OK;
}

/* NULL where it is missing or null. */
static enum status get_array(const json_t **out, const json_t *object, const char *key,
			     struct error *err)
{
	*out = json_object_get(object, key);
	if (json_is_null(*out))
		*out = NULL;
	if (*out && !json_is_array(*out))
		return error_set(err, ERR_BAD_DATA, "\"%s\" is not an array", key);
	return OK;
}

/* A name, or where `may_be_empty` "" for none. */
static enum status get_name(const char **out, struct arena *arena, const json_t *object,
			    bool may_be_empty, struct error *err)
{
	const char *name;
	enum status st = get_string(&name, object, "name", err);

	if (st != OK)
		return st;
	if (!name || !*name) {
		*out = "";
		return may_be_empty ? OK : error_set(err, ERR_BAD_DATA, "no \"name\"");
	}
	if (!is_identifier(slice_of(name, strlen(name))))
		return error_set(err, ERR_BAD_DATA, "\"name\" is no identifier");
	*out = arena_string(arena, name);
	return OK;
}

static enum status parse_list(struct param_list *out, struct arena *arena, const json_t *object,
			      const char *key, bool indexed_allowed, unsigned depth,
			      struct error *err);

static enum status tuple_of_components(const struct abi_type **out, struct arena *arena,
				       const json_t *object, unsigned depth, struct error *err)
{
	struct param_list components = {0};
	enum status st;

	if (depth == ABI_DEPTH_MAX)
		return error_set(err, ERR_BAD_DATA, "a type nested deeper than %d levels",
				 ABI_DEPTH_MAX);
	if (!json_object_get(object, "components"))
		return error_set(err, ERR_BAD_DATA, "a tuple without \"components\"");
	st = parse_list(&components, arena, object, "components", false, depth + 1, err);
	return st == OK ? make_tuple(out, arena, &components, err) : st;
}

static enum status parse_type_member(const struct abi_type **out, struct arena *arena,
				     const json_t *object, unsigned depth, struct error *err)
{
	struct type_text text;
	struct slice word;
	const char *name;
	enum status st = get_string(&name, object, "type", err);

	if (st != OK)
		return st;
	if (!name)
		return error_set(err, ERR_BAD_DATA, "no \"type\"");
	st = type_text_begin(&text, arena, name, err);
	if (st != OK)
		return st;
	word = type_text_word(&text);
	if (word_is(word, "tuple"))
		st = tuple_of_components(out, arena, object, depth, err);
	else if (json_array_size(json_object_get(object, "components")))
		st = error_set(err, ERR_BAD_DATA, "\"components\" where the type is no tuple");
	else
		st = make_elementary(out, arena, word, err);
	if (st == OK)
		st = parse_suffixes(out, &text, err);
	if (st == OK && !type_text_take(&text, '\0'))
		st = type_text_fail(&text, err, "\"type\": unexpected text");
	return st;
}

static enum status parse_param(struct abi_param *out, struct arena *arena, const json_t *object,
			       bool indexed_allowed, unsigned depth, struct error *err)
{
	enum status st;

	if (!json_is_object(object))
		return error_set(err, ERR_BAD_DATA, "not an object");
	st = get_name(&out->name, arena, object, true, err);
	if (st == OK)
		st = get_bool(&out->is_indexed, object, "indexed", err);
	if (st == OK && out->is_indexed && !indexed_allowed)
		st = error_set(err, ERR_BAD_DATA, "\"indexed\" out of place");
	if (st == OK)
		st = parse_type_member(&out->type, arena, object, depth, err);
	return st;
}

static enum status parse_list(struct param_list *out, struct arena *arena, const json_t *object,
			      const char *key, bool indexed_allowed, unsigned depth,
			      struct error *err)
{
	const json_t *list;
	enum status st = get_array(&list, object, key, err);

	for (size_t i = 0; st == OK && i < json_array_size(list); i++) {
		struct abi_param param = {0};

		st = parse_param(&param, arena, json_array_get(list, i), indexed_allowed, depth,
				 err);
		if (st == OK)
			st = param_list_add(out, arena, param, err);
		if (st != OK && err)
			st = error_wrap(err, "%s[%zu]", key, i);
	}
	return st;
}

static const char *const mutabilities[] = {"nonpayable", "view", "pure", "payable"};

/* "stateMutability", or the "constant" and "payable" that compilers wrote before 0.4.16. */
static enum status get_mutability(const char **out, const json_t *entry, struct error *err)
{
	const char *text;
	bool is_constant;
	bool is_payable;
	enum status st = get_string(&text, entry, "stateMutability", err);

	if (st == OK)
		st = get_bool(&is_constant, entry, "constant", err);
	if (st == OK)
		st = get_bool(&is_payable, entry, "payable", err);
	if (st != OK)
		return st;
	if (!text) {
		*out = is_constant ? "view" : is_payable ? "payable" : "nonpayable";
		return OK;
	}
	for (size_t i = 0; i < sizeof(mutabilities) / sizeof(mutabilities[0]); i++) {
		if (strcmp(text, mutabilities[i]) == 0) {
			*out = mutabilities[i];
			return OK;
		}
	}
	return error_set(err, ERR_BAD_DATA, "unknown \"stateMutability\"");
}

/* False for entry types that are none of ours; a missing type means function. */
static bool kind_from_type(enum abi_item_kind *kind, const char *type)
{
	if (!type || strcmp(type, "function") == 0)
		*kind = ABI_ITEM_FUNCTION;
	else if (strcmp(type, "event") == 0)
		*kind = ABI_ITEM_EVENT;
	else if (strcmp(type, "error") == 0)
		*kind = ABI_ITEM_ERROR;
	else if (strcmp(type, "constructor") == 0)
		*kind = ABI_ITEM_CONSTRUCTOR;
	else
		return false;
	return true;
}

static enum status parse_entry_params(struct abi_item *item, struct arena *arena,
				      const json_t *entry, struct error *err)
{
	struct param_list inputs = {0};
	struct param_list outputs = {0};
	enum status st =
		parse_list(&inputs, arena, entry, "inputs", item->kind == ABI_ITEM_EVENT, 0, err);

	if (st == OK && item->kind == ABI_ITEM_FUNCTION)
		st = parse_list(&outputs, arena, entry, "outputs", false, 0, err);
	item->inputs = inputs.items;
	item->input_count = inputs.count;
	item->outputs = outputs.items;
	item->output_count = outputs.count;
	return st;
}

/* `*is_ours` is false where the entry is to be skipped. */
static enum status parse_entry(struct abi_item *item, bool *is_ours, struct arena *arena,
			       const json_t *entry, struct error *err)
{
	const char *type;
	enum status st;

	*is_ours = false;
	if (!json_is_object(entry))
		return error_set(err, ERR_BAD_DATA, "not an object");
	st = get_string(&type, entry, "type", err);
	if (st != OK || !kind_from_type(&item->kind, type))
		return st;
	*is_ours = true;
	if (item->kind == ABI_ITEM_CONSTRUCTOR)
		item->name = "constructor";
	else
		st = get_name(&item->name, arena, entry, false, err);
	if (st == OK && item->kind == ABI_ITEM_EVENT)
		st = get_bool(&item->is_anonymous, entry, "anonymous", err);
	if (st == OK && (item->kind == ABI_ITEM_FUNCTION || item->kind == ABI_ITEM_CONSTRUCTOR))
		st = get_mutability(&item->state_mutability, entry, err);
	if (st == OK)
		st = parse_entry_params(item, arena, entry, err);
	if (st == OK)
		st = item_finish(item, arena, err);
	return st;
}

static enum status wrap_entry(struct error *err, enum status st, const struct abi_item *item,
			      size_t index)
{
	if (!err)
		return st;
	if (item->name && *item->name)
		return error_wrap(err, "entry %zu (%.*s)", index, NAME_SHOWN_MAX, item->name);
	return error_wrap(err, "entry %zu", index);
}

static enum status parse_entries(struct abi_item **out, size_t *count, struct arena *arena,
				 const json_t *list, struct error *err)
{
	struct abi_item *items = arena_array(arena, json_array_size(list), sizeof(*items));

	*count = 0;
	for (size_t i = 0; i < json_array_size(list); i++) {
		struct abi_item *item = &items[*count];
		bool is_ours;
		enum status st = parse_entry(item, &is_ours, arena, json_array_get(list, i), err);

		if (st != OK)
			return wrap_entry(err, st, item, i);
		*count += is_ours;
	}
	*out = items;
	return OK;
}

static enum status parse_document(struct abi_item **out, size_t *count, struct arena *arena,
				  json_t *root, struct error *err)
{
	const json_t *list = root;
	json_t *single;
	enum status st;

	if (json_is_object(root) && json_object_get(root, "abi")) {
		list = json_object_get(root, "abi");
		if (!json_is_array(list))
			return error_set(err, ERR_BAD_DATA, "\"abi\" is not an array");
	}
	if (json_is_array(list))
		return parse_entries(out, count, arena, list, err);
	if (!json_is_object(root))
		return error_set(err, ERR_BAD_DATA, "neither an array nor an object");
	single = json_pack("[O]", root);
	if (!single)
		return error_set(err, ERR_SYSTEM, "out of memory");
	st = parse_entries(out, count, arena, single, err);
	json_decref(single);
	return st;
}

/* jansson quotes what it stumbled over: foreign bytes, which a message shows printable. */
static enum status fail_json(struct error *err, json_error_t *problem)
{
	for (char *at = problem->text; *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	return error_set(err, ERR_BAD_DATA, "line %d, column %d: %s", problem->line,
			 problem->column, problem->text);
}

enum status abi_items_parse_json(struct abi_item **out, size_t *count, struct arena *arena,
				 const char *text, size_t length, struct error *err)
{
	json_error_t problem;
	json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);
	enum status st;

	if (!root)
		return fail_json(err, &problem);
	st = parse_document(out, count, arena, root, err);
	json_decref(root);
	return st;
}
