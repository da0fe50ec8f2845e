#include "serve/alert/slack.h"

#include "serve/answer/answer.h"

static const char ellipsis[] = "…";

/* The bytes of a character that begins here, as UTF-8 says; 1 for what is none. */
static size_t character_size(const char *text)
{
	uint8_t first = (uint8_t)*text;
	size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1;
	size_t i = 1;

	while (i < size && ((uint8_t)text[i] & 0xc0) == 0x80)
		i++;
	return i == size ? size : 1;
}

static const char *escape(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	default:
		return NULL;
	}
}

const char *slack_text(struct arena *arena, const char *text)
{
	struct buffer out = buffer_in(arena);
	size_t kept = 0; /* up to here an ellipsis has room behind */

	while (*text && out.size <= SLACK_TEXT_MAX) {
		const char *escaped = escape(*text);
		size_t size = escaped ? 1 : character_size(text);

		if (out.size + sizeof(ellipsis) - 1 <= SLACK_TEXT_MAX)
			kept = out.size;
		if (escaped)
			buffer_text(&out, escaped);
		else
			buffer_append(&out, text, size);
		text += size;
	}
	if (out.size > SLACK_TEXT_MAX) {
		out.size = kept;
		buffer_text(&out, ellipsis);
	}
	return buffer_string(&out);
}

struct slice slack_body(struct arena *arena, const struct alert_letter *letter)
{
	json_t *body = json_object();

	json_put(body, "text", json_words(slack_text(arena, letter->text)));
	return alert_json(arena, body, "");
}
