/*
 * document.h - what an alert says, see alert.h.
 */
#ifndef SERVE_ALERT_DOCUMENT_H
#define SERVE_ALERT_DOCUMENT_H

#include "reconcile/finding.h"

/* One line of JSON, with its end, in the arena. Its state is the finding's. */
struct slice alert_document(struct arena *arena, const struct pool *pool,
			    const uint8_t key[FINDING_ID_BYTES], const struct finding *finding);

#endif
