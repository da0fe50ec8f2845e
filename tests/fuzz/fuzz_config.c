/*
 * Any text as a configuration: it is loaded, or refused as ERR_USAGE in one line; what is loaded
 * keeps the promises of indexer/config.h.
 */
#include <assert.h>
#include <stdlib.h>

#include "indexer/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define SECRET "s3cret"

static void check_refusal(enum status st, const struct error *err, const uint8_t *data, size_t size)
{
	assert(st == ERR_USAGE && err->status == st);
	assert(strncmp(err->message, "fuzz.json: ", strlen("fuzz.json: ")) == 0);
	for (const char *at = err->message; *at; at++)
		assert((unsigned char)*at >= 0x20);
	assert(memmem(data, size, SECRET, strlen(SECRET)) || !strstr(err->message, SECRET));
}

static void check_config(const struct config *config)
{
	size_t lines = 0;

	assert(config->chain_id && config->poll_interval_ms && config->endpoint_count);
	assert(*config->store_path && *config->serve.listen);
	for (size_t i = 0; i < config->endpoint_count; i++)
		assert(*config->endpoints[i].url);
	for (size_t i = 0; i < config->alert_count; i++)
		assert(config->alerts[i].target && alert_kind_name(config->alerts[i].kind));
	assert(config->pool_count >= 1 && config->pool_count <= POOLS_MAX);
	for (size_t i = 0; i < config->pool_count; i++) {
		const struct pool *pool = &config->pools[i];

		assert(pool->id == i && pool->setup.start_block);
		assert(strlen(pool->setup.name) - 1 < 32);
		for (size_t k = 0; k < pool->protocol->role_count; k++)
			assert(pool->setup.contracts[k].count ||
			       pool->protocol->roles[k].is_optional);
	}
	for (const char *at = config->pool_set; *at; at++)
		lines += *at == '\n';
	assert(lines == config->pool_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct config config;
	struct error err;
	enum status st;

	(void)setenv("SECRET", SECRET, 1);
	st = config_parse(&config, arena, "fuzz.json", (const char *)data, size, &err);
	if (st == OK)
		check_config(&config);
	else
		check_refusal(st, &err, data, size);
	arena_free(arena);
	return 0;
}
