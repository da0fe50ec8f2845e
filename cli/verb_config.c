/* config check: reads the configuration and says what it means. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/verb.h"

int verb_config(const struct command *command)
{
	const struct config *config = command->config;
	char text[HEX_SIZE(ADDRESS_BYTES)];
	char hash[HEX_SIZE(HASH_BYTES)];

	if (strcmp(command->args->arguments[0], "check") != 0) {
		struct error err;

		(void)error_set(&err, ERR_USAGE, "config %s: expected config check",
				command->args->arguments[0]);
		return report(&err);
	}
	(void)printf("%s is fine\nchain %" PRIu64 ", %zu endpoint%s, poll every %" PRIu64
		     " ms\nstore %s\n",
		     config->path, config->chain_id, config->endpoint_count,
		     config->endpoint_count == 1 ? "" : "s", config->poll_interval_ms,
		     config->store_path);
	(void)printf("proof %s, quorum %" PRIu64 "\n", proof_wish_name(config->proof.level),
		     config->quorum);
	if (config->has_checkpoint)
		(void)printf("checkpoint at block %" PRIu64 ", %s\n", config->checkpoint_number,
			     hash_format(hash, config->checkpoint_hash));
	for (size_t i = 0; i < config->pool_count; i++) {
		const struct pool *pool = &config->pools[i];

		(void)printf("pool %s: %s from block %" PRIu64 "\n", pool->setup.name,
			     pool->protocol->title, pool->setup.start_block);
		for (size_t role = 0; role < pool->protocol->role_count; role++)
			for (size_t k = 0; k < pool->setup.contracts[role].count; k++)
				(void)printf(
					"  %-18s %s\n", pool->protocol->roles[role].name,
					address_format_checksum(
						text, pool->setup.contracts[role].addresses[k]));
	}
	return EXIT_FINE;
}
