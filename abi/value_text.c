/*
 * Values as text. What abi_value_format writes, abi_value_parse reads back to the same value.
 */
#include "abi/codec.h"
#include "abi/utf8.h"

enum { FUNCTION_SIZE = 24, TEXT_SHOWN_MAX = 40 };

static const char hashed_prefix[] = "keccak256:";

static void format_value(struct buffer *out, const struct abi_value *value);

static void format_list(struct buffer *out, const struct abi_value *value)
{
	bool is_tuple = value->type->kind == ABI_TUPLE;

	buffer_byte(out, is_tuple ? '(' : '[');
	for (size_t i = 0; i < value->list.count; i++) {
		if (i)
			buffer_text(out, ", ");
		format_value(out, &value->list.items[i]);
	}
	buffer_byte(out, is_tuple ? ')' : ']');
}

static void format_hex(struct buffer *out, struct slice bytes)
{
	buffer_text(out, hex_string(out->arena, bytes));
}

/* The letter behind '\' for what has a short escape in JSON, else 0. */
static char short_escape(uint8_t c)
{
	switch (c) {
	case '"':
	case '\\':
		return (char)c;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	default:
		return 0;
	}
}

/* What is not UTF-8, in a log's string or in a value that a caller made, becomes U+FFFD. */
static void format_string(struct buffer *out, struct slice text)
{
	size_t at = 0;

	buffer_byte(out, '"');
	while (at < text.size) {
		uint8_t c = text.data[at];
		size_t length = utf8_character(slice_of(text.data + at, text.size - at));

		if (!length) {
			buffer_text(out, "\\ufffd");
			length = 1;
		} else if (short_escape(c)) {
			buffer_byte(out, '\\');
			buffer_byte(out, (uint8_t)short_escape(c));
		} else if (c < ' ' || c == 0x7f) {
			buffer_printf(out, "\\u%04x", (unsigned)c);
		} else {
			buffer_append(out, text.data + at, length);
		}
		at += length;
	}
	buffer_byte(out, '"');
}

static void format_value(struct buffer *out, const struct abi_value *value)
{
	char text[I256_DECIMAL_SIZE];

	if (value->is_hashed) {
		buffer_text(out, hashed_prefix);
		format_hex(out, slice_of(value->hash.bytes, sizeof(value->hash.bytes)));
		return;
	}
	switch (value->type->kind) {
	case ABI_UINT:
		buffer_text(out, u256_format(text, value->number));
		break;
	case ABI_INT:
		buffer_text(out, i256_format(text, value->integer));
		break;
	case ABI_ADDRESS:
		buffer_text(out, address_format(text, value->address));
		break;
	case ABI_BOOL:
		buffer_text(out, value->boolean ? "true" : "false");
		break;
	case ABI_FIXED_BYTES:
	case ABI_FUNCTION:
	case ABI_BYTES:
		format_hex(out, value->bytes);
		break;
	case ABI_STRING:
		format_string(out, value->bytes);
		break;
	case ABI_ARRAY:
	case ABI_VECTOR:
	case ABI_TUPLE:
		format_list(out, value);
		break;
	}
}

char *abi_value_format(struct arena *arena, const struct abi_value *value)
{
	struct buffer out = buffer_in(arena);

	format_value(&out, value);
	(void)buffer_string(&out);
	return (char *)out.data;
}

/* Where the parser stands. */
struct value_text {
	struct arena *arena;
	const char *start;
	const char *at;
	struct error *err;
};

static size_t place(const struct value_text *text)
{
	return (size_t)(text->at - text->start);
}

static enum status expected(const struct value_text *text, const char *what)
{
	return error_set(text->err, ERR_BAD_DATA, "expected %s at character %zu", what,
			 place(text));
}

static void skip_space(struct value_text *text)
{
	while (*text->at == ' ' || *text->at == '\t' || *text->at == '\n' || *text->at == '\r')
		text->at++;
}

static bool take(struct value_text *text, char wanted)
{
	skip_space(text);
	if (*text->at != wanted)
		return false;
	if (wanted)
		text->at++;
	return true;
}

/* Letters, digits, '-' and ':': what numbers, booleans and hexadecimal text consist of. */
static struct slice take_word(struct value_text *text)
{
	const char *from;

	skip_space(text);
	from = text->at;
	while (hex_digit(*text->at) >= 0 || (*text->at >= 'a' && *text->at <= 'z') ||
	       *text->at == '-' || *text->at == ':')
		text->at++;
	return slice_of(from, (size_t)(text->at - from));
}

static enum status fail_word(const struct value_text *text, struct slice word)
{
	if (!text->err)
		return ERR_BAD_DATA;
	return error_wrap(text->err, "\"%.*s\" at character %zu",
			  word.size < TEXT_SHOWN_MAX ? (int)word.size : TEXT_SHOWN_MAX,
			  (const char *)word.data, (size_t)((const char *)word.data - text->start));
}

static enum status parse_uint(struct abi_value *out, struct slice word, struct error *err)
{
	const char *digits = (const char *)word.data;
	bool is_hex = word.size > 1 && digits[1] == 'x';
	enum status st = is_hex ? u256_parse_hex(&out->number, digits, word.size, err)
				: u256_parse(&out->number, digits, word.size, err);

	if (st == OK && u256_bit_length(out->number) > out->type->bits)
		st = error_set(err, ERR_BAD_DATA, "number of more than %u bits", out->type->bits);
	return st;
}

static enum status parse_int(struct abi_value *out, struct slice word, struct error *err)
{
	enum status st = i256_parse(&out->integer, (const char *)word.data, word.size, err);
	u256 used;

	if (st != OK)
		return st;
	used = i256_is_negative(out->integer) ? u256_not(out->integer.bits) : out->integer.bits;
	if (u256_bit_length(used) > out->type->bits - 1)
		return error_set(err, ERR_BAD_DATA, "number of more than %u bits", out->type->bits);
	return OK;
}

static enum status parse_bool(struct abi_value *out, struct slice word, struct error *err)
{
	out->boolean = word.size == 4 && memcmp(word.data, "true", 4) == 0;
	if (out->boolean || (word.size == 5 && memcmp(word.data, "false", 5) == 0))
		return OK;
	return error_set(err, ERR_BAD_DATA, "neither true nor false");
}

static enum status parse_exact_bytes(struct abi_value *out, struct arena *arena, size_t size,
				     struct slice word, struct error *err)
{
	uint8_t *bytes = arena_alloc(arena, size);

	out->bytes = slice_of(bytes, size);
	return hex_parse_exact(bytes, size, (const char *)word.data, word.size, err);
}

static enum status parse_word(struct abi_value *out, struct value_text *text)
{
	struct slice word = take_word(text);
	enum status st = ERR_CORRUPT;

	switch (out->type->kind) {
	case ABI_UINT:
		st = parse_uint(out, word, text->err);
		break;
	case ABI_INT:
		st = parse_int(out, word, text->err);
		break;
	case ABI_ADDRESS:
		st = address_parse(&out->address, (const char *)word.data, word.size, text->err);
		break;
	case ABI_BOOL:
		st = parse_bool(out, word, text->err);
		break;
	case ABI_FIXED_BYTES:
		st = parse_exact_bytes(out, text->arena, out->type->bits, word, text->err);
		break;
	case ABI_FUNCTION:
		st = parse_exact_bytes(out, text->arena, FUNCTION_SIZE, word, text->err);
		break;
	case ABI_BYTES:
		st = hex_parse(&out->bytes, text->arena, (const char *)word.data, word.size,
			       word.size, text->err);
		break;
	case ABI_STRING:
	case ABI_ARRAY:
	case ABI_VECTOR:
	case ABI_TUPLE:
		return error_set(text->err, ERR_CORRUPT, "a type of more than one word");
	}
	return st == OK ? OK : fail_word(text, word);
}

/* The four digits of "\uXXXX"; -1 where they are not there. */
static int32_t take_code_unit(struct value_text *text)
{
	int32_t unit = 0;

	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(*text->at);

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
		text->at++;
	}
	return unit;
}

static void append_utf8(struct buffer *out, uint32_t point)
{
	if (point < 0x80) {
		buffer_byte(out, (uint8_t)point);
	} else if (point < 0x800) {
		buffer_byte(out, (uint8_t)(0xc0 | point >> 6));
		buffer_byte(out, (uint8_t)(0x80 | (point & 0x3f)));
	} else if (point < 0x10000) {
		buffer_byte(out, (uint8_t)(0xe0 | point >> 12));
		buffer_byte(out, (uint8_t)(0x80 | (point >> 6 & 0x3f)));
		buffer_byte(out, (uint8_t)(0x80 | (point & 0x3f)));
	} else {
		buffer_byte(out, (uint8_t)(0xf0 | point >> 18));
		buffer_byte(out, (uint8_t)(0x80 | (point >> 12 & 0x3f)));
		buffer_byte(out, (uint8_t)(0x80 | (point >> 6 & 0x3f)));
		buffer_byte(out, (uint8_t)(0x80 | (point & 0x3f)));
	}
}

/* Behind "\u"; characters above U+FFFF are a pair of surrogates, as in JSON. */
static enum status parse_unicode(struct buffer *out, struct value_text *text)
{
	int32_t first = take_code_unit(text);
	int32_t second;

	if (first < 0)
		return expected(text, "a hexadecimal digit");
	if (first < 0xd800 || first > 0xdfff) {
		append_utf8(out, (uint32_t)first);
		return OK;
	}
	if (first > 0xdbff || text->at[0] != '\\' || text->at[1] != 'u')
		return expected(text, "a pair of surrogates");
	text->at += 2;
	second = take_code_unit(text);
	if (second < 0xdc00 || second > 0xdfff)
		return expected(text, "a pair of surrogates");
	append_utf8(out,
		    0x10000 + ((uint32_t)(first - 0xd800) << 10 | (uint32_t)(second - 0xdc00)));
	return OK;
}

/* Behind '\'. */
static enum status parse_escape(struct buffer *out, struct value_text *text)
{
	static const char letters[] = "\"\\/bfnrt";
	static const char meanings[] = "\"\\/\b\f\n\r\t";
	char letter = *text->at;
	const char *found = letter ? strchr(letters, letter) : NULL;

	if (letter != 'u' && !found)
		return expected(text, "an escape of JSON");
	text->at++;
	if (letter == 'u')
		return parse_unicode(out, text);
	buffer_byte(out, (uint8_t)meanings[found - letters]);
	return OK;
}

static enum status parse_string(struct abi_value *out, struct value_text *text)
{
	struct buffer bytes = buffer_in(text->arena);

	if (!take(text, '"'))
		return expected(text, "'\"'");
	while (*text->at != '"') {
		uint8_t c = (uint8_t)*text->at;
		enum status st;

		if (c < ' ')
			return expected(text, c ? "an escape for a control character" : "'\"'");
		text->at++;
		if (c != '\\') {
			buffer_byte(&bytes, c);
			continue;
		}
		st = parse_escape(&bytes, text);
		if (st != OK)
			return st;
	}
	if (utf8_valid_size(buffer_slice(&bytes)) != bytes.size)
		return error_set(text->err, ERR_BAD_DATA,
				 "string that is not UTF-8 before character %zu", place(text));
	text->at++;
	out->bytes = buffer_slice(&bytes);
	return OK;
}

static enum status parse_value(struct abi_value *out, struct value_text *text);

static enum status check_count(const struct abi_type *type, size_t count,
			       const struct value_text *text)
{
	if (type->kind == ABI_ARRAY && count != type->length)
		return error_set(text->err, ERR_BAD_DATA,
				 "%zu elements for an array of %llu, before character %zu", count,
				 (unsigned long long)type->length, place(text));
	if (type->kind == ABI_TUPLE && count != type->component_count)
		return error_set(text->err, ERR_BAD_DATA,
				 "%zu components for a tuple of %zu, before character %zu", count,
				 type->component_count, place(text));
	return OK;
}

/* The elements up to the closing bracket. */
static enum status parse_items(struct buffer *items, const struct abi_type *type, char close,
			       struct value_text *text)
{
	size_t count = 0;

	do {
		struct abi_value item = {0};
		enum status st;

		if (type->kind == ABI_TUPLE && count == type->component_count)
			return error_set(text->err, ERR_BAD_DATA,
					 "more than %zu components at character %zu", count,
					 place(text));
		item.type = type->kind == ABI_TUPLE ? type->components[count].type : type->element;
		st = parse_value(&item, text);
		if (st != OK)
			return st;
		buffer_append(items, &item, sizeof(item));
		count++;
	} while (take(text, ','));
	return take(text, close) ? OK : expected(text, close == ')' ? "',' or ')'" : "',' or ']'");
}

static enum status parse_list(struct abi_value *out, struct value_text *text)
{
	struct buffer items = buffer_in(text->arena);
	bool is_tuple = out->type->kind == ABI_TUPLE;
	char close = is_tuple ? ')' : ']';
	enum status st;

	if (!take(text, is_tuple ? '(' : '['))
		return expected(text, is_tuple ? "'('" : "'['");
	if (!take(text, close)) {
		st = parse_items(&items, out->type, close, text);
		if (st != OK)
			return st;
	}
	out->list.items = (const struct abi_value *)(const void *)items.data;
	out->list.count = items.size / sizeof(struct abi_value);
	return check_count(out->type, out->list.count, text);
}

static enum status parse_hashed(struct abi_value *out, struct value_text *text)
{
	size_t prefix_size = sizeof(hashed_prefix) - 1;
	struct slice word = take_word(text);
	enum status st = hash_parse(&out->hash, (const char *)word.data + prefix_size,
				    word.size - prefix_size, text->err);

	out->is_hashed = true;
	return st == OK ? OK : fail_word(text, word);
}

static bool may_be_hashed(const struct abi_type *type)
{
	return type->is_dynamic || type->kind == ABI_ARRAY || type->kind == ABI_TUPLE;
}

static enum status parse_value(struct abi_value *out, struct value_text *text)
{
	skip_space(text);
	if (may_be_hashed(out->type) &&
	    strncmp(text->at, hashed_prefix, sizeof(hashed_prefix) - 1) == 0)
		return parse_hashed(out, text);
	switch (out->type->kind) {
	case ABI_UINT:
	case ABI_INT:
	case ABI_ADDRESS:
	case ABI_BOOL:
	case ABI_FIXED_BYTES:
	case ABI_FUNCTION:
	case ABI_BYTES:
		return parse_word(out, text);
	case ABI_STRING:
		return parse_string(out, text);
	case ABI_ARRAY:
	case ABI_VECTOR:
	case ABI_TUPLE:
		return parse_list(out, text);
	}
	return error_set(text->err, ERR_CORRUPT, "a type of no known kind");
}

enum status abi_value_parse(struct abi_value *out, struct arena *arena, const struct abi_type *type,
			    const char *from, struct error *err)
{
	struct value_text text = {.arena = arena, .start = from, .at = from, .err = err};
	enum status st;

	*out = (struct abi_value){.type = type};
	st = parse_value(out, &text);
	if (st == OK && !take(&text, '\0'))
		st = error_set(err, ERR_BAD_DATA, "unexpected text at character %zu", place(&text));
	return st;
}
