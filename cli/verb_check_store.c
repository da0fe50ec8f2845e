/* check-store: is what is on disk whole? */
#include <stdio.h>

#include "cli/output.h"
#include "cli/whole.h"

int verb_check_store(const struct command *command)
{
	const char *path = command->config->store_path;
	struct whole whole;
	struct error err;
	char hash[HEX_SIZE(HASH_BYTES)];

	if (check_whole(&whole, command, NULL, path, &err) != OK)
		return report(&err);
	(void)printf("%s is whole: %s blocks, %s events, %s row versions, %s sums, %s bytes\n"
		     "digest %s at block %s\n",
		     path, show_count(command->arena, whole.stats.block_count),
		     show_count(command->arena, whole.stats.event_count),
		     show_count(command->arena, whole.stats.row_version_count),
		     show_count(command->arena, whole.counts.figures),
		     show_count(command->arena, whole.stats.bytes_used),
		     hash_format(hash, whole.cursor.digest),
		     show_count(command->arena, whole.cursor.ref.number));
	return EXIT_FINE;
}
