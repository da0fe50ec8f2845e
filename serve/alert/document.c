#include "serve/alert/document.h"

#include <inttypes.h>
#include <stdlib.h>

#include "reconcile/source_check.h"
#include "serve/answer/answer.h"

static const char *text_of(struct arena *arena, const struct pool *pool, const struct finding *f)
{
	bool is_open = strcmp(f->state, "open") == 0;
	bool is_refusal = source_check_is(f->check) && f->severity == SEVERITY_ERROR;
	struct buffer text = buffer_in(arena);

	buffer_printf(&text, "covermirror: %s: %s: block %" PRIu64 "%s: %s",
		      is_open ? severity_name((enum severity)f->severity) : f->state,
		      pool->setup.name, f->block, is_refusal && is_open ? " is refused" : "",
		      f->check);
	if (*f->subject)
		buffer_printf(&text, ", %s", f->subject);
	if (is_open)
		buffer_printf(&text, ": expected %s, got %s", f->expected, f->actual);
	return buffer_string(&text);
}

void alert_letter_write(struct alert_letter *out, struct arena *arena, const struct pool *pool,
			const struct alert_message *message, bool is_test)
{
	const struct finding *finding = message->finding;
	char id[2 * FINDING_ID_BYTES + 1];

	*out = (struct alert_letter){
		.message = message,
		.pool = pool,
		.is_test = is_test,
		.id = arena_printf(arena, "%s-%" PRIu64 "-%s",
				   finding_id_format(id, message->note->about.key),
				   message->episode, finding->state),
		.text = text_of(arena, pool, finding),
	};
	if (is_test)
		out->text = arena_printf(arena,
					 "covermirror: TEST: this alert works; there is no finding "
					 "(pool %s)",
					 pool->setup.name);
}

struct slice alert_json(struct arena *arena, json_t *json, const char *end)
{
	struct buffer line = buffer_in(arena);
	char *printed = json_dumps(json, JSON_COMPACT);

	if (!printed)
		abort();
	buffer_text(&line, printed);
	buffer_text(&line, end);
	free(printed);
	json_decref(json);
	return buffer_slice(&line);
}

struct slice alert_document(struct arena *arena, const struct alert_letter *letter)
{
	const struct alert_message *message = letter->message;
	json_t *document = json_object();

	json_put(document, "version", json_integer(1));
	json_put(document, "kind", json_string(letter->is_test ? "test" : "finding"));
	json_put(document, "id", json_string(letter->id));
	json_put(document, "state", json_string(message->finding->state));
	json_put(document, "text", json_words(letter->text));
	json_put(document, "finding",
		 json_finding(letter->pool, message->note->about.key, message->finding, arena));
	return alert_json(arena, document, "\n");
}
