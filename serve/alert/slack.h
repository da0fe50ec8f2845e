/*
 * slack.h - a message as Slack's incoming webhooks take it, and all that speak like them:
 * {"text": "…"}.
 */
#ifndef SERVE_ALERT_SLACK_H
#define SERVE_ALERT_SLACK_H

#include "serve/alert/document.h"

enum { SLACK_TEXT_MAX = 3000 }; /* bytes, escaped; Slack cuts what is longer than 40,000 */

/* In the arena. & < > are escaped, as Slack wants it; a longer text is cut at a character. */
struct slice slack_body(struct arena *arena, const struct alert_letter *letter);

/* The same of any text, without the JSON around. */
const char *slack_text(struct arena *arena, const char *text);

#endif
