/* check-store: is what is on disk whole? */
#include <stdio.h>

#include "cli/output.h"

int verb_check_store(const struct command *command)
{
	struct store_stats stats;
	struct moment m;
	struct error err;
	char hash[HEX_SIZE(HASH_BYTES)];
	enum status st = moment_open(&m, command->config, NULL, command->arena, &err);

	if (st != OK)
		return report(&err);
	st = store_check(m.txn, &err);
	if (st == OK)
		st = store_stats(&stats, m.txn, &err);
	if (st == OK)
		(void)printf("%s is whole: %s blocks, %s events, %s row versions, %s bytes\n"
			     "digest %s at block %s\n",
			     command->config->store_path,
			     show_count(command->arena, stats.block_count),
			     show_count(command->arena, stats.event_count),
			     show_count(command->arena, stats.row_version_count),
			     show_count(command->arena, stats.bytes_used),
			     hash_format(hash, m.cursor.digest),
			     show_count(command->arena, m.cursor.ref.number));
	moment_close(&m);
	return st == OK ? EXIT_FINE : report(&err);
}
