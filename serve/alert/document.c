#include "serve/alert/document.h"

#include <inttypes.h>
#include <stdlib.h>

#include "reconcile/source_check.h"
#include "serve/answer/answer.h"

static const char *text_of(struct arena *arena, const struct pool *pool, const struct finding *f)
{
	bool is_refusal = source_check_is(f->check) && f->severity == SEVERITY_ERROR;
	struct buffer text = buffer_in(arena);

	if (strcmp(f->state, "open") != 0)
		buffer_printf(&text, "covermirror: %s: ", f->state);
	else
		buffer_printf(&text,
			      "covermirror: %s: ", severity_name((enum severity)f->severity));
	buffer_printf(&text, "%s: block %" PRIu64 "%s: %s", pool->setup.name, f->block,
		      is_refusal && strcmp(f->state, "open") == 0 ? " is refused" : "", f->check);
	if (*f->subject)
		buffer_printf(&text, ", %s", f->subject);
	if (strcmp(f->state, "open") == 0)
		buffer_printf(&text, ": expected %s, got %s", f->expected, f->actual);
	return buffer_string(&text);
}

struct slice alert_document(struct arena *arena, const struct pool *pool,
			    const uint8_t key[FINDING_ID_BYTES], const struct finding *finding)
{
	json_t *document = json_object();
	struct buffer line = buffer_in(arena);
	char *printed;

	json_put(document, "version", json_integer(1));
	json_put(document, "kind", json_string("finding"));
	json_put(document, "state", json_string(finding->state));
	json_put(document, "text", json_string(text_of(arena, pool, finding)));
	json_put(document, "finding", json_finding(pool, key, finding, arena));
	printed = json_dumps(document, JSON_COMPACT);
	if (!printed)
		abort();
	buffer_text(&line, printed);
	buffer_byte(&line, '\n');
	free(printed);
	json_decref(document);
	return buffer_slice(&line);
}
