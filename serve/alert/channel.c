#include "serve/alert/channel.h"

#include "abi/keccak.h"
#include "store/notes.h"

enum {
	PREFIX_SIZE = sizeof(ALERT_CHANNEL_PREFIX) - 1,
	KEY_SIZE = PREFIX_SIZE + ALERT_TAG_BYTES,
};

#define RECORD_OWNER struct alert_state
RECORD_DEFINE(alert_state, ALERT_STATE_FIELDS)
#undef RECORD_OWNER

struct alert_tag alert_tag_of(const struct config *config, size_t index)
{
	const struct config_alert *alert = &config->alerts[index];
	const char *kind = alert_kind_name(alert->kind);
	struct alert_tag tag;
	struct hash hash;
	struct keccak k;
	uint8_t twins = 0;

	for (size_t i = 0; i < index; i++)
		if (config->alerts[i].kind == alert->kind &&
		    strcmp(config->alerts[i].target, alert->target) == 0)
			twins++;
	keccak_init(&k);
	keccak_update(&k, kind, strlen(kind) + 1);
	keccak_update(&k, alert->target, strlen(alert->target) + 1);
	keccak_update(&k, &twins, sizeof(twins));
	hash = keccak_final(&k);
	memcpy(tag.bytes, hash.bytes, ALERT_TAG_BYTES);
	return tag;
}

bool alert_wants(const struct config_alert *alert, const struct pool *pool, uint64_t severity)
{
	if (severity < (uint64_t)alert->min_severity)
		return false;
	for (size_t i = 0; i < alert->pool_count; i++)
		if (strcmp(alert->pools[i], pool->setup.name) == 0)
			return true;
	return !alert->pool_count;
}

struct hash alert_filter(const struct config_alert *alert)
{
	const uint8_t severity = (uint8_t)alert->min_severity;
	struct keccak k;

	keccak_init(&k);
	keccak_update(&k, &severity, sizeof(severity));
	for (size_t i = 0; i < alert->pool_count; i++)
		keccak_update(&k, alert->pools[i], strlen(alert->pools[i]) + 1);
	return keccak_final(&k);
}

static struct slice key_of(uint8_t out[KEY_SIZE], const struct alert_tag *tag)
{
	memcpy(out, ALERT_CHANNEL_PREFIX, PREFIX_SIZE);
	memcpy(out + PREFIX_SIZE, tag->bytes, ALERT_TAG_BYTES);
	return slice_of(out, KEY_SIZE);
}

enum status alert_state_read(struct alert_state *out, struct arena *arena, struct store_txn *txn,
			     const struct alert_tag *tag, struct error *err)
{
	uint8_t key[KEY_SIZE];
	struct slice value;
	enum status st = store_note_get(&value, txn, key_of(key, tag), err);

	*out = (struct alert_state){.trouble = ""};
	if (st == OK)
		st = record_decode(out, arena, &record_alert_state, value, err);
	return st == ERR_NOTFOUND ? OK : st;
}

enum status alert_state_put(struct store_txn *txn, const struct alert_tag *tag,
			    const struct alert_state *state, struct error *err)
{
	struct arena *arena = arena_new();
	uint8_t key[KEY_SIZE];
	enum status st = store_note_put(txn, key_of(key, tag),
					record_encode(arena, &record_alert_state, state), err);

	arena_free(arena);
	return st;
}
