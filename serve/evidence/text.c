#include "serve/evidence/text.h"

#include <inttypes.h>
#include <stdlib.h>

struct text_out text_begin(struct arena *arena)
{
	return (struct text_out){.text = buffer_in(arena)};
}

static void new_line(struct buffer *text, unsigned depth)
{
	buffer_byte(text, '\n');
	for (unsigned i = 0; i < depth; i++)
		buffer_byte(text, ' ');
}

/* All that stands before a value. */
static void place(struct text_out *out, const char *name)
{
	if (out->depth) {
		if (!out->is_empty)
			buffer_byte(&out->text, ',');
		new_line(&out->text, out->depth);
	}
	if (name)
		buffer_printf(&out->text, "\"%s\": ", name);
	out->is_empty = false;
}

static void open_bracket(struct text_out *out, const char *name, uint8_t bracket)
{
	place(out, name);
	buffer_byte(&out->text, bracket);
	out->depth++;
	out->is_empty = true;
}

static void close_bracket(struct text_out *out, uint8_t bracket)
{
	out->depth--;
	if (!out->is_empty)
		new_line(&out->text, out->depth);
	buffer_byte(&out->text, bracket);
	out->is_empty = false;
	if (!out->depth)
		buffer_byte(&out->text, '\n');
}

void text_object(struct text_out *out, const char *name)
{
	open_bracket(out, name, '{');
}

void text_array(struct text_out *out, const char *name)
{
	open_bracket(out, name, '[');
}

void text_object_end(struct text_out *out)
{
	close_bracket(out, '}');
}

void text_array_end(struct text_out *out)
{
	close_bracket(out, ']');
}

void text_string(struct text_out *out, const char *name, const char *string)
{
	place(out, name);
	buffer_byte(&out->text, '"');
	buffer_text(&out->text, string);
	buffer_byte(&out->text, '"');
}

void text_hex(struct text_out *out, const char *name, struct slice bytes)
{
	static const char digits[] = "0123456789abcdef";

	place(out, name);
	buffer_text(&out->text, "\"0x");
	for (size_t i = 0; i < bytes.size; i++) {
		buffer_byte(&out->text, (uint8_t)digits[bytes.data[i] >> 4]);
		buffer_byte(&out->text, (uint8_t)digits[bytes.data[i] & 0x0f]);
	}
	buffer_byte(&out->text, '"');
}

void text_hash(struct text_out *out, const char *name, struct hash hash)
{
	text_hex(out, name, slice_of(hash.bytes, HASH_BYTES));
}

void text_address(struct text_out *out, const char *name, struct address address)
{
	text_hex(out, name, slice_of(address.bytes, ADDRESS_BYTES));
}

void text_number(struct text_out *out, const char *name, uint64_t number)
{
	place(out, name);
	buffer_printf(&out->text, "%" PRIu64, number);
}

void text_null(struct text_out *out, const char *name)
{
	place(out, name);
	buffer_text(&out->text, "null");
}

void text_raw(struct text_out *out, const char *name, struct slice value)
{
	place(out, name);
	buffer_append(&out->text, value.data, value.size);
}

/* ---- JSON values ---- */

struct dumping {
	struct buffer *text;
	unsigned depth;
};

/* No string holds a raw newline, so each one begins a line. */
static int dump_part(const char *part, size_t size, void *context)
{
	struct dumping *d = context;

	while (size) {
		const char *end = memchr(part, '\n', size);
		size_t whole = end ? (size_t)(end - part) : size;

		buffer_append(d->text, part, whole);
		if (!end)
			break;
		new_line(d->text, d->depth);
		part += whole + 1;
		size -= whole + 1;
	}
	return 0;
}

static void dump(struct buffer *text, json_t *value, unsigned depth)
{
	struct dumping d = {.text = text, .depth = depth};

	if (!value || json_dump_callback(value, dump_part, &d,
					 JSON_INDENT(1) | JSON_ENSURE_ASCII | JSON_ENCODE_ANY) != 0)
		abort();
	json_decref(value);
}

void text_json(struct text_out *out, const char *name, json_t *value)
{
	place(out, name);
	dump(&out->text, value, out->depth);
}

const char *text_compact(struct arena *arena, json_t *value)
{
	struct buffer text = buffer_in(arena);
	struct dumping d = {.text = &text};

	if (!value ||
	    json_dump_callback(value, dump_part, &d, JSON_ENSURE_ASCII | JSON_ENCODE_ANY) != 0)
		abort();
	json_decref(value);
	return buffer_string(&text);
}

struct slice text_of_json(struct arena *arena, json_t *value, unsigned depth)
{
	struct buffer text = buffer_in(arena);

	dump(&text, value, depth);
	return buffer_slice(&text);
}
