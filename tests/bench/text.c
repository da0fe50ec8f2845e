#include "tests/bench/text.h"

static char *text_reserve(struct text *text, size_t size)
{
	if (text->capacity - text->size < size) {
		size_t capacity = text->capacity ? text->capacity : 4096;

		while (capacity - text->size < size)
			capacity *= 2;
		text->data = xrealloc(text->data, capacity);
		text->capacity = capacity;
	}
	return text->data + text->size;
}

void text_append(struct text *text, const char *data, size_t size)
{
	memcpy(text_reserve(text, size), data, size);
	text->size += size;
}

void text_string(struct text *text, const char *string)
{
	text_append(text, string, strlen(string));
}

void text_hex(struct text *text, const void *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *in = bytes;
	char *at = text_reserve(text, 2 + size * 2);

	*at++ = '0';
	*at++ = 'x';
	for (size_t i = 0; i < size; i++) {
		*at++ = digits[in[i] >> 4];
		*at++ = digits[in[i] & 15];
	}
	text->size += 2 + size * 2;
}

void text_quantity(struct text *text, uint64_t value)
{
	static const char digits[] = "0123456789abcdef";
	unsigned count = 1;
	char *at = text_reserve(text, 2 + 16);

	while (count < 16 && value >> (4 * count))
		count++;
	*at++ = '0';
	*at++ = 'x';
	for (unsigned i = count; i-- > 0;)
		*at++ = digits[value >> (4 * i) & 15];
	text->size += 2 + count;
}

static void name_member(struct text *text, const char *name)
{
	TEXT_LITERAL(text, "\"");
	text_string(text, name);
	TEXT_LITERAL(text, "\":\"");
}

void text_hex_member(struct text *text, const char *name, const void *bytes, size_t size)
{
	name_member(text, name);
	text_hex(text, bytes, size);
	TEXT_LITERAL(text, "\",");
}

void text_quantity_member(struct text *text, const char *name, uint64_t value)
{
	name_member(text, name);
	text_quantity(text, value);
	TEXT_LITERAL(text, "\",");
}
