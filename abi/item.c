#include "abi/item.h"

#include <string.h>

#include "abi/keccak.h"
#include "abi/type_parser.h"

enum { INDEXED_MAX = 3, INDEXED_MAX_ANONYMOUS = 4 };

enum status item_finish(struct abi_item *item, struct arena *arena, struct error *err)
{
	size_t indexed_max = item->is_anonymous ? INDEXED_MAX_ANONYMOUS : INDEXED_MAX;
	size_t indexed = 0;
	const char *signature;

	for (size_t i = 0; i < item->input_count; i++)
		indexed += item->inputs[i].is_indexed;
	if (indexed > indexed_max)
		return error_set(err, ERR_BAD_DATA, "%zu indexed parameters, at most %zu allowed",
				 indexed, indexed_max);
	if (!item->state_mutability)
		item->state_mutability = "nonpayable";
	if (item->kind == ABI_ITEM_CONSTRUCTOR) /* is called without a selector */
		return OK;
	signature = abi_item_signature(arena, item);
	item->signature_hash = keccak256(signature, strlen(signature));
	return OK;
}

static bool kind_from_word(enum abi_item_kind *kind, struct slice word)
{
	if (word_is(word, "function"))
		*kind = ABI_ITEM_FUNCTION;
	else if (word_is(word, "event"))
		*kind = ABI_ITEM_EVENT;
	else if (word_is(word, "error"))
		*kind = ABI_ITEM_ERROR;
	else
		return false;
	return true;
}

/* "event Staked" or "Staked"; a keyword right before a '(' is a name. */
static enum status parse_kind_and_name(struct abi_item *item, struct type_text *text,
				       enum abi_item_kind fallback, struct error *err)
{
	struct slice word = type_text_word(text);
	enum abi_item_kind kind = fallback;
	struct type_text ahead = *text;
	struct slice next = type_text_word(&ahead);

	if (next.size && kind_from_word(&kind, word)) {
		word = next;
		*text = ahead;
	} else if (word_is(word, "constructor")) {
		kind = ABI_ITEM_CONSTRUCTOR;
	} else if (kind == ABI_ITEM_CONSTRUCTOR) {
		return type_text_fail_word(text, err, word, "expected \"constructor\"");
	}
	if (!is_identifier(word))
		return type_text_fail_word(text, err, word, "expected a name");
	item->kind = kind;
	item->name = arena_string_n(text->arena, (const char *)word.data, word.size);
	return OK;
}

static const char *mutability_from_word(struct slice word)
{
	if (word_is(word, "view") || word_is(word, "constant"))
		return "view";
	if (word_is(word, "pure"))
		return "pure";
	if (word_is(word, "payable"))
		return "payable";
	if (word_is(word, "nonpayable"))
		return "nonpayable";
	return NULL;
}

static bool is_visibility(struct slice word)
{
	return word_is(word, "external") || word_is(word, "public") || word_is(word, "internal") ||
	       word_is(word, "private");
}

static enum status parse_outputs(struct abi_item *item, struct type_text *text, struct error *err)
{
	struct param_list outputs = {0};
	enum status st = parse_params(&outputs, text, false, err);

	item->outputs = outputs.items;
	item->output_count = outputs.count;
	return st;
}

/* Visibility, mutability, "virtual", "override", "returns (…)". */
static enum status parse_function_tail(struct abi_item *item, struct type_text *text,
				       struct error *err)
{
	bool has_visibility = false;

	for (;;) {
		struct slice word = type_text_word(text);
		const char *mutability = mutability_from_word(word);

		if (!word.size)
			return OK;
		if (mutability) {
			if (item->state_mutability)
				return type_text_fail_word(text, err, word,
							   "two words of state mutability");
			item->state_mutability = mutability;
		} else if (is_visibility(word)) {
			if (has_visibility)
				return type_text_fail_word(text, err, word,
							   "two words of visibility");
			has_visibility = true;
		} else if (item->kind == ABI_ITEM_FUNCTION && word_is(word, "returns")) {
			return parse_outputs(item, text, err);
		} else if (item->kind != ABI_ITEM_FUNCTION ||
			   !(word_is(word, "virtual") || word_is(word, "override"))) {
			return type_text_fail_word(text, err, word,
						   "an unknown word behind the parameters");
		}
	}
}

static enum status parse_tail(struct abi_item *item, struct type_text *text, struct error *err)
{
	struct slice word;

	if (item->kind == ABI_ITEM_FUNCTION || item->kind == ABI_ITEM_CONSTRUCTOR)
		return parse_function_tail(item, text, err);
	word = type_text_word(text);
	if (!word.size)
		return OK;
	if (item->kind != ABI_ITEM_EVENT || !word_is(word, "anonymous"))
		return type_text_fail_word(text, err, word,
					   "an unknown word behind the parameters");
	item->is_anonymous = true;
	return OK;
}

enum status abi_item_parse(struct abi_item *out, struct arena *arena, const char *from,
			   enum abi_item_kind fallback, struct error *err)
{
	struct abi_item item = {0};
	struct param_list inputs = {0};
	struct type_text text;
	enum status st = type_text_begin(&text, arena, from, err);

	if (st == OK)
		st = parse_kind_and_name(&item, &text, fallback, err);
	if (st == OK)
		st = parse_params(&inputs, &text, item.kind == ABI_ITEM_EVENT, err);
	if (st == OK)
		st = parse_tail(&item, &text, err);
	if (st != OK)
		return st;
	(void)type_text_take(&text, ';');
	if (!type_text_take(&text, '\0'))
		return type_text_fail(&text, err, "unexpected text");
	item.inputs = inputs.items;
	item.input_count = inputs.count;
	st = item_finish(&item, arena, err);
	if (st == OK)
		*out = item;
	return st;
}

char *abi_item_signature(struct arena *arena, const struct abi_item *item)
{
	const struct abi_type inputs = {.kind = ABI_TUPLE,
					.components = item->inputs,
					.component_count = item->input_count};

	return arena_printf(arena, "%s%s", item->name, abi_type_format(arena, &inputs));
}

void abi_item_selector(uint8_t out[4], const struct abi_item *item)
{
	memcpy(out, item->signature_hash.bytes, 4);
}
