/*
 * document.h - what an alert says: one JSON document and a line end.
 *
 *	{ "version": 1, "kind": "finding" or "test", "id": a name of this message,
 *	  "state": "open", "resolved" or "withdrawn",
 *	  "text": one line for people, "finding": an item of answer_findings }
 *
 * A message that is told twice has one id, so receivers can tell that they know it.
 */
#ifndef SERVE_ALERT_DOCUMENT_H
#define SERVE_ALERT_DOCUMENT_H

#include <jansson.h>

#include "serve/alert/note.h"

/* A message, whatever form it is given. Text lives in the arena that it was made in. */
struct alert_letter {
	const struct alert_message *message;
	const struct pool *pool;
	const char *id;   /* "e73a…-1795274778123-open": finding, episode, state */
	const char *text; /* one line */
	bool is_test;
};

void alert_letter_write(struct alert_letter *out, struct arena *arena, const struct pool *pool,
			const struct alert_message *message, bool is_test);

/* In the arena, with its line end. */
struct slice alert_document(struct arena *arena, const struct alert_letter *letter);

/* JSON in the arena; takes the reference. */
struct slice alert_json(struct arena *arena, json_t *json, const char *end);

#endif
