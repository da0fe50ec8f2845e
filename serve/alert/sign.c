#include "serve/alert/sign.h"

#include <inttypes.h>
#include <nettle/hmac.h>

#include "abi/keccak.h"
#include "chain/signature.h"

enum { SIGNATURE_BYTES = 65, V_FIRST = 27 };

static void add(struct alert_lines *out, const char *line)
{
	out->lines[out->count++] = line;
}

static const char *hmac_line(struct arena *arena, const char *secret, struct slice text)
{
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct hmac_sha256_ctx context;

	hmac_sha256_set_key(&context, strlen(secret), (const uint8_t *)secret);
	hmac_sha256_update(&context, text.size, text.data);
	hmac_sha256_digest(&context, sizeof(digest), digest);
	return arena_printf(arena, "X-Covermirror-Signature-256: sha256=%s",
			    hex_string(arena, slice_of(digest, sizeof(digest))) + 2);
}

enum status alert_sign(struct alert_lines *out, struct arena *arena,
		       const struct config_alert *alert, const char *id, uint64_t timestamp,
		       struct slice body, struct error *err)
{
	struct buffer text = buffer_in(arena);
	char address[HEX_SIZE(ADDRESS_BYTES)];
	uint8_t bytes[SIGNATURE_BYTES];
	struct signature signature;
	enum status st;

	*out = (struct alert_lines){.count = 0};
	buffer_printf(&text, "%" PRIu64 ".", timestamp);
	buffer_append(&text, body.data, body.size);
	add(out, arena_printf(arena, "X-Covermirror-Id: %s", id));
	add(out, arena_printf(arena, "X-Covermirror-Timestamp: %" PRIu64, timestamp));
	if (alert->hmac_secret)
		add(out, hmac_line(arena, alert->hmac_secret, buffer_slice(&text)));
	if (!alert->has_signing_key)
		return OK;
	st = signature_sign(&signature, keccak256(text.data, text.size), alert->signing_key, err);
	if (st != OK)
		return st;
	u256_to_be(bytes, signature.r);
	u256_to_be(bytes + U256_BYTES, signature.s);
	bytes[SIGNATURE_BYTES - 1] = (uint8_t)(V_FIRST + signature.y_parity);
	add(out, arena_printf(arena, "X-Covermirror-Signature-Secp256k1: %s",
			      hex_string(arena, slice_of(bytes, sizeof(bytes)))));
	add(out, arena_printf(arena, "X-Covermirror-Signer: %s",
			      address_format(address, alert->signer)));
	return OK;
}
