/* snapshot and restore: the mirror as one file, and back. */
#include <signal.h>
#include <stdio.h>

#include "cli/output.h"
#include "cli/whole.h"
#include "store/snapshot.h"

/* That there is a mirror, and that it is the configured one. */
static enum status look_at_mirror(const struct command *command, struct error *err)
{
	struct moment m;
	enum status st = moment_open(&m, command->config, NULL, command->arena, err);

	if (st == OK)
		moment_close(&m);
	return st;
}

int verb_snapshot(const struct command *command)
{
	const char *file = command->args->arguments[0];
	struct store *store;
	struct whole whole;
	struct error err;
	enum status st;

	(void)signal(SIGXFSZ, SIG_IGN); /* a file size limit is a full disk: an error */
	st = look_at_mirror(command, &err);
	if (st == OK)
		st = store_open(&store, command->config->store_path, STORE_READ, NULL, &err);
	if (st != OK)
		return report(&err);
	st = store_snapshot(store, file, &err);
	store_close(store);
	if (st == OK)
		st = check_snapshot(&whole, command, file, file, &err);
	if (st != OK)
		return report(&err);
	(void)printf("%s is a snapshot of %s\n", file, command->config->store_path);
	print_whole(command, &whole);
	return EXIT_FINE;
}

/* The file before it is copied, for what can be told at once; the copy, for it becomes the store.
 */
static enum status restore(struct whole *whole, const struct command *command, const char *file,
			   struct error *err)
{
	struct store_restore *restore;
	enum status st = check_snapshot(whole, command, file, file, err);

	if (st == OK)
		st = store_restore_begin(&restore, command->config->store_path, file, err);
	if (st != OK)
		return st;
	st = check_whole(whole, command, store_restore_copy(restore), file, err);
	if (st == OK)
		st = store_restore_finish(restore, err);
	store_restore_end(restore);
	return st;
}

int verb_restore(const struct command *command)
{
	const char *file = command->args->arguments[0];
	struct whole whole;
	struct error err;

	(void)signal(SIGXFSZ, SIG_IGN);
	if (restore(&whole, command, file, &err) != OK)
		return report(&err);
	(void)printf("%s holds the mirror of %s again; go on with run or sync\n",
		     command->config->store_path, file);
	print_whole(command, &whole);
	return EXIT_FINE;
}
