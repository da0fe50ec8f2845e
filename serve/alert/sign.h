/*
 * sign.h - what a webhook is told beside the document: header lines with which it can see who tells
 * it, that nothing was changed, and what it knows already. The only user of nettle.
 *
 *	X-Covermirror-Id: the document's id
 *	X-Covermirror-Timestamp: seconds since 1970, of this attempt
 *	X-Covermirror-Signature-256: sha256=HMAC-SHA256(hmac_secret, signed)
 *	X-Covermirror-Signature-Secp256k1: 0x r s v, of keccak256(signed), v 27 or 28
 *	X-Covermirror-Signer: the address of signing_key
 *
 * where `signed` is the timestamp, a dot and the body. The last three stand only where a secret and
 * a key are configured.
 */
#ifndef SERVE_ALERT_SIGN_H
#define SERVE_ALERT_SIGN_H

#include "indexer/config.h"

enum { ALERT_LINES_MAX = 5 };

struct alert_lines {
	const char *lines[ALERT_LINES_MAX];
	size_t count;
};

/* In the arena. */
enum status alert_sign(struct alert_lines *out, struct arena *arena,
		       const struct config_alert *alert, const char *id, uint64_t timestamp,
		       struct slice body, struct error *err) MUST_CHECK;

#endif
