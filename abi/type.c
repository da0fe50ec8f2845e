#include "abi/type.h"

#include <string.h>

#include "abi/type_parser.h"

enum { WORD_SIZE = 32, NAME_SHOWN_MAX = 40 };

/*
 * No data is this large; with ABI_PARAMS_MAX components of at most this size, sums of sizes cannot
 * overflow anywhere in the codec.
 */
static const uint64_t static_size_max = UINT64_C(1) << 40;

enum status type_text_begin(struct type_text *text, struct arena *arena, const char *from,
			    struct error *err)
{
	if (strnlen(from, ABI_TYPE_TEXT_MAX + 1) > ABI_TYPE_TEXT_MAX)
		return error_set(err, ERR_BAD_DATA, "more than %d characters", ABI_TYPE_TEXT_MAX);
	*text = (struct type_text){.arena = arena, .start = from, .at = from};
	return OK;
}

static void skip_space(struct type_text *text)
{
	while (*text->at == ' ' || *text->at == '\t' || *text->at == '\n' || *text->at == '\r')
		text->at++;
}

bool type_text_take(struct type_text *text, char wanted)
{
	skip_space(text);
	if (*text->at != wanted)
		return false;
	if (wanted)
		text->at++;
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word_character(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	       c == '$';
}

struct slice type_text_word(struct type_text *text)
{
	const char *from;

	skip_space(text);
	from = text->at;
	while (is_word_character(*text->at))
		text->at++;
	return slice_of(from, (size_t)(text->at - from));
}

bool word_is(struct slice word, const char *wanted)
{
	return word.size == strlen(wanted) && memcmp(word.data, wanted, word.size) == 0;
}

bool is_identifier(struct slice word)
{
	if (!word.size || is_digit((char)word.data[0]))
		return false;
	for (size_t i = 0; i < word.size; i++)
		if (!is_word_character((char)word.data[i]))
			return false;
	return true;
}

enum status type_text_fail(const struct type_text *text, struct error *err, const char *what)
{
	size_t place = (size_t)(text->at - text->start);
	char c = *text->at;

	if (!c)
		return error_set(err, ERR_BAD_DATA, "%s at the end of the text", what);
	if (c <= ' ' || c > '~')
		return error_set(err, ERR_BAD_DATA, "%s at character %zu", what, place);
	return error_set(err, ERR_BAD_DATA, "%s at character %zu, before '%c'", what, place, c);
}

enum status type_text_fail_word(const struct type_text *text, struct error *err, struct slice word,
				const char *what)
{
	struct type_text there = *text;

	there.at = (const char *)word.data;
	return type_text_fail(&there, err, what);
}

/* The number behind "uint" or "bytes": 1 to 3 digits without a leading zero; 0 where it is not. */
static unsigned parse_width(const uint8_t *digits, size_t count)
{
	unsigned value = 0;

	if (!count || count > 3 || digits[0] == '0')
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (!is_digit((char)digits[i]))
			return 0;
		value = value * 10 + (digits[i] - (unsigned)'0');
	}
	return value;
}

/* "uint", "uint8" … "uint256" behind the prefix; false where it is no such type. */
static bool integer_bits(unsigned *bits, struct slice name, const char *prefix)
{
	size_t length = strlen(prefix);

	if (name.size < length || memcmp(name.data, prefix, length) != 0)
		return false;
	*bits = 256;
	if (name.size == length)
		return true;
	*bits = parse_width(name.data + length, name.size - length);
	return *bits && *bits <= 256 && *bits % 8 == 0;
}

static bool fixed_bytes_size(unsigned *bytes, struct slice name)
{
	if (name.size < 6 || memcmp(name.data, "bytes", 5) != 0)
		return false;
	*bytes = parse_width(name.data + 5, name.size - 5);
	return *bytes && *bytes <= WORD_SIZE;
}

static bool elementary_from_name(struct abi_type *type, struct slice name)
{
	*type = (struct abi_type){.head_size = WORD_SIZE};
	if (integer_bits(&type->bits, name, "uint")) {
		type->kind = ABI_UINT;
	} else if (integer_bits(&type->bits, name, "int")) {
		type->kind = ABI_INT;
	} else if (fixed_bytes_size(&type->bits, name)) {
		type->kind = ABI_FIXED_BYTES;
	} else {
		type->bits = 0;
		if (word_is(name, "address"))
			type->kind = ABI_ADDRESS;
		else if (word_is(name, "bool"))
			type->kind = ABI_BOOL;
		else if (word_is(name, "function"))
			type->kind = ABI_FUNCTION;
		else if (word_is(name, "bytes"))
			type->kind = ABI_BYTES;
		else if (word_is(name, "string"))
			type->kind = ABI_STRING;
		else
			return false;
	}
	type->is_dynamic = type->kind == ABI_BYTES || type->kind == ABI_STRING;
	return true;
}

enum status make_elementary(const struct abi_type **out, struct arena *arena, struct slice name,
			    struct error *err)
{
	struct abi_type type;

	if (!is_identifier(name))
		return error_set(err, ERR_BAD_DATA, "no type name");
	if (!elementary_from_name(&type, name))
		return error_set(err, ERR_BAD_DATA, "unknown type \"%.*s\"",
				 name.size < NAME_SHOWN_MAX ? (int)name.size : NAME_SHOWN_MAX,
				 (const char *)name.data);
	*out = arena_copy(arena, &type, sizeof(type));
	return OK;
}

static enum status check_limits(const struct abi_type *type, struct error *err)
{
	if (type->depth > ABI_DEPTH_MAX)
		return error_set(err, ERR_BAD_DATA, "a type nested deeper than %d levels",
				 ABI_DEPTH_MAX);
	if (type->head_size > static_size_max)
		return error_set(err, ERR_BAD_DATA, "a type larger than any data");
	return OK;
}

enum status make_tuple(const struct abi_type **out, struct arena *arena,
		       const struct param_list *components, struct error *err)
{
	struct abi_type type = {.kind = ABI_TUPLE,
				.components = components->items,
				.component_count = components->count};
	enum status st;

	for (size_t i = 0; i < components->count; i++) {
		const struct abi_type *component = components->items[i].type;

		type.is_dynamic |= component->is_dynamic;
		type.head_size += component->head_size;
		if (component->depth > type.depth)
			type.depth = component->depth;
	}
	type.depth++;
	if (type.is_dynamic)
		type.head_size = WORD_SIZE;
	st = check_limits(&type, err);
	if (st != OK)
		return st;
	*out = arena_copy(arena, &type, sizeof(type));
	return OK;
}

static enum status make_array(const struct abi_type **out, struct arena *arena,
			      const struct abi_type *element, bool has_length, uint64_t length,
			      struct error *err)
{
	struct abi_type type = {.kind = has_length ? ABI_ARRAY : ABI_VECTOR,
				.length = length,
				.element = element,
				.is_dynamic = !has_length || element->is_dynamic,
				.depth = element->depth + 1,
				.head_size = WORD_SIZE};
	enum status st;

	if (!type.is_dynamic && __builtin_mul_overflow(length, element->head_size, &type.head_size))
		type.head_size = UINT64_MAX;
	st = check_limits(&type, err);
	if (st != OK)
		return st;
	*out = arena_copy(arena, &type, sizeof(type));
	return OK;
}

/* The k of "[k]"; the text stands behind the '['. */
static enum status parse_length(uint64_t *length, struct type_text *text, struct error *err)
{
	struct slice digits = type_text_word(text);

	*length = 0;
	if (digits.size > 1 && digits.data[0] == '0')
		return error_set(err, ERR_BAD_DATA, "an array length with leading zeros");
	for (size_t i = 0; i < digits.size; i++) {
		if (!is_digit((char)digits.data[i]))
			return error_set(err, ERR_BAD_DATA, "an array length that is no number");
		if (__builtin_mul_overflow(*length, UINT64_C(10), length) ||
		    __builtin_add_overflow(*length, (uint64_t)(digits.data[i] - '0'), length))
			return error_set(err, ERR_BAD_DATA, "an array length beyond 64 bits");
	}
	return digits.size ? OK : type_text_fail(text, err, "expected an array length or ']'");
}

enum status parse_suffixes(const struct abi_type **type, struct type_text *text, struct error *err)
{
	enum status st = OK;

	while (st == OK && type_text_take(text, '[')) {
		bool has_length = !type_text_take(text, ']');
		uint64_t length = 0;

		if (has_length) {
			st = parse_length(&length, text, err);
			if (st != OK)
				return st;
			if (!type_text_take(text, ']'))
				return type_text_fail(text, err, "expected ']'");
		}
		st = make_array(type, text->arena, *type, has_length, length, err);
	}
	return st;
}

enum status param_list_add(struct param_list *list, struct arena *arena, struct abi_param param,
			   struct error *err)
{
	if (list->count == ABI_PARAMS_MAX)
		return error_set(err, ERR_BAD_DATA, "more than %d parameters", ABI_PARAMS_MAX);
	if (list->count == list->capacity) {
		struct abi_param *items;

		list->capacity = list->capacity ? list->capacity * 2 : 4;
		items = arena_array(arena, list->capacity, sizeof(*items));
		if (list->count)
			memcpy(items, list->items, list->count * sizeof(*items));
		list->items = items;
	}
	list->items[list->count++] = param;
	return OK;
}

static enum status parse_param_list(struct param_list *out, struct type_text *text,
				    bool indexed_allowed, unsigned depth, struct error *err);

/* A type at nesting level `depth`, with its suffixes. */
static enum status parse_type(const struct abi_type **out, struct type_text *text, unsigned depth,
			      struct error *err)
{
	struct param_list components = {0};
	struct slice word = type_text_word(text);
	enum status st;

	skip_space(text);
	if (*text->at == '(' && (!word.size || word_is(word, "tuple"))) {
		st = parse_param_list(&components, text, false, depth + 1, err);
		if (st == OK)
			st = make_tuple(out, text->arena, &components, err);
	} else if (!word.size) {
		st = type_text_fail(text, err, "expected a type");
	} else {
		st = make_elementary(out, text->arena, word, err);
	}
	return st == OK ? parse_suffixes(out, text, err) : st;
}

static bool is_data_location(struct slice word)
{
	return word_is(word, "memory") || word_is(word, "calldata") || word_is(word, "storage");
}

/* What may stand behind a type: "indexed", a data location, "payable", a name; each once. */
static enum status parse_param_words(struct abi_param *param, struct type_text *text,
				     bool indexed_allowed, struct error *err)
{
	bool has_location = false;
	bool has_payable = false;
	bool has_name = false;

	for (;;) {
		struct slice word = type_text_word(text);

		if (!word.size)
			return OK;
		if (has_name)
			return type_text_fail_word(text, err, word,
						   "a word behind a parameter's name");
		if (word_is(word, "indexed")) {
			if (!indexed_allowed || param->is_indexed)
				return type_text_fail_word(text, err, word,
							   "\"indexed\" out of place");
			param->is_indexed = true;
		} else if (is_data_location(word)) {
			if (has_location)
				return type_text_fail_word(text, err, word, "two data locations");
			has_location = true;
		} else if (word_is(word, "payable")) {
			if (param->type->kind != ABI_ADDRESS || has_payable)
				return type_text_fail_word(text, err, word,
							   "\"payable\" out of place");
			has_payable = true;
		} else {
			if (!is_identifier(word))
				return type_text_fail_word(text, err, word, "a bad parameter name");
			param->name =
				arena_string_n(text->arena, (const char *)word.data, word.size);
			has_name = true;
		}
	}
}

static enum status parse_param_list(struct param_list *out, struct type_text *text,
				    bool indexed_allowed, unsigned depth, struct error *err)
{
	if (depth > ABI_DEPTH_MAX)
		return error_set(err, ERR_BAD_DATA, "a type nested deeper than %d levels",
				 ABI_DEPTH_MAX);
	if (!type_text_take(text, '('))
		return type_text_fail(text, err, "expected '('");
	if (type_text_take(text, ')'))
		return OK;
	do {
		struct abi_param param = {.name = ""};
		enum status st = parse_type(&param.type, text, depth, err);

		if (st == OK)
			st = parse_param_words(&param, text, indexed_allowed, err);
		if (st == OK)
			st = param_list_add(out, text->arena, param, err);
		if (st != OK)
			return st;
	} while (type_text_take(text, ','));
	return type_text_take(text, ')') ? OK : type_text_fail(text, err, "expected ',' or ')'");
}

enum status parse_params(struct param_list *out, struct type_text *text, bool indexed_allowed,
			 struct error *err)
{
	return parse_param_list(out, text, indexed_allowed, 0, err);
}

enum status abi_type_parse(const struct abi_type **out, struct arena *arena, const char *from,
			   struct error *err)
{
	struct type_text text;
	enum status st = type_text_begin(&text, arena, from, err);

	if (st == OK)
		st = parse_type(out, &text, 0, err);
	if (st == OK && !type_text_take(&text, '\0'))
		st = type_text_fail(&text, err, "unexpected text");
	return st;
}

static void format_type(struct buffer *out, const struct abi_type *type);

static void format_components(struct buffer *out, const struct abi_type *type)
{
	buffer_byte(out, '(');
	for (size_t i = 0; i < type->component_count; i++) {
		if (i)
			buffer_byte(out, ',');
		format_type(out, type->components[i].type);
	}
	buffer_byte(out, ')');
}

static void format_type(struct buffer *out, const struct abi_type *type)
{
	switch (type->kind) {
	case ABI_UINT:
		buffer_printf(out, "uint%u", type->bits);
		break;
	case ABI_INT:
		buffer_printf(out, "int%u", type->bits);
		break;
	case ABI_ADDRESS:
		buffer_text(out, "address");
		break;
	case ABI_BOOL:
		buffer_text(out, "bool");
		break;
	case ABI_FIXED_BYTES:
		buffer_printf(out, "bytes%u", type->bits);
		break;
	case ABI_FUNCTION:
		buffer_text(out, "function");
		break;
	case ABI_BYTES:
		buffer_text(out, "bytes");
		break;
	case ABI_STRING:
		buffer_text(out, "string");
		break;
	case ABI_ARRAY:
		format_type(out, type->element);
		buffer_printf(out, "[%llu]", (unsigned long long)type->length);
		break;
	case ABI_VECTOR:
		format_type(out, type->element);
		buffer_text(out, "[]");
		break;
	case ABI_TUPLE:
		format_components(out, type);
		break;
	}
}

char *abi_type_format(struct arena *arena, const struct abi_type *type)
{
	struct buffer out = buffer_in(arena);

	format_type(&out, type);
	(void)buffer_string(&out);
	return (char *)out.data;
}
