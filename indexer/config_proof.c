/*
 * config_proof.c - the configuration's "proof" and "checkpoint": how far blocks must be proved.
 */
#include "indexer/config_parts.h"

/* ---- proof ---- */

static const char *const wish_names[] = {
	[PROVE_OFF] = "off",
	[PROVE_RECEIPTS] = "receipts",
	[PROVE_HEADERS] = "headers",
};

const char *proof_wish_name(enum proof_wish wish)
{
	return wish_names[wish];
}

static enum status read_level(struct config_reader *r, const struct config_place *at,
			      const struct config_field *field, json_t *value, void *out)
{
	struct config_text text;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	for (size_t i = 0; i < COUNT(wish_names); i++) {
		if (strcmp(text.value, wish_names[i]) == 0) {
			*(enum proof_wish *)out = (enum proof_wish)i;
			return OK;
		}
	}
	return config_fault_text(r, at, field, &text);
}

const struct config_field config_proof_fields[] = {
	{.name = "level",
	 .type = JSON_STRING,
	 .expected = "\"off\", \"receipts\" or \"headers\"",
	 .read = read_level,
	 .offset = offsetof(struct config_proof, level)},
	NUMBER("walk_headers_below", struct config_proof, walk_headers_below, 0, 1000000000),
	NUMBER("quarantine_s", struct config_proof, quarantine_s, 1, 86400),
};

/* ---- checkpoint ---- */

static enum status read_hash(struct config_reader *r, const struct config_place *at,
			     const struct config_field *field, json_t *value, void *out)
{
	static const struct hash zero;
	struct hash *hash = out;
	struct config_text text;
	struct error why;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	/* The reason may quote a character of the text. */
	if (hash_parse(hash, text.value, strlen(text.value), &why) != OK)
		return text.is_expanded
			       ? config_fault_text(r, at, field, &text)
			       : config_fault(r, at, "expected %s, got %s: %s", field->expected,
					      config_quote(r, text.raw), why.message);
	if (hash_equal(*hash, zero))
		return config_fault(r, at, "expected a block's hash, got the zero hash");
	return OK;
}

const struct config_field config_checkpoint_fields[] = {
	{.name = "number",
	 .type = JSON_INTEGER,
	 .is_required = true,
	 .read = config_read_u64,
	 .offset = offsetof(struct config, checkpoint_number),
	 .max = WHATEVER_MAX},
	{.name = "hash",
	 .type = JSON_STRING,
	 .is_required = true,
	 .expected = "a block's hash (0x and 64 hexadecimal digits)",
	 .read = read_hash,
	 .offset = offsetof(struct config, checkpoint_hash)},
};

enum status config_read_checkpoint(struct config_reader *r, const struct config_place *at,
				   const struct config_field *field, json_t *value, void *out)
{
	struct config *config = out;

	config->has_checkpoint = true;
	return config_read_object(r, at, field, value, config);
}
