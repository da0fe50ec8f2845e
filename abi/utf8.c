#include "abi/utf8.h"

/* What the second byte may be after each first byte; the others are always 0x80 to 0xbf. */
struct form {
	uint8_t first_min, first_max;
	uint8_t second_min, second_max;
	size_t length;
};

static const struct form forms[] = {
	{0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
	{0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
	{0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
};

static const struct form *form_of(uint8_t first)
{
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (first >= forms[i].first_min && first <= forms[i].first_max)
			return &forms[i];
	return NULL;
}

size_t utf8_character(struct slice bytes)
{
	const struct form *form;

	if (!bytes.size)
		return 0;
	if (bytes.data[0] < 0x80)
		return 1;
	form = form_of(bytes.data[0]);
	if (!form || bytes.size < form->length || bytes.data[1] < form->second_min ||
	    bytes.data[1] > form->second_max)
		return 0;
	for (size_t i = 2; i < form->length; i++)
		if ((bytes.data[i] & 0xc0) != 0x80)
			return 0;
	return form->length;
}

size_t utf8_valid_size(struct slice bytes)
{
	size_t at = 0;

	while (at < bytes.size) {
		size_t length = utf8_character(slice_of(bytes.data + at, bytes.size - at));

		if (!length)
			break;
		at += length;
	}
	return at;
}
