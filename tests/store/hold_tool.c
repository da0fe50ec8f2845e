/*
 * Holds the writer's lock of a mirror's database, as a process would that hangs in a commit: says
 * "held", and lets go when its standard input ends.
 *
 *   hold_tool FOLDER
 */
#include <lmdb.h>
#include <stdio.h>

static int fail(const char *what, int rc)
{
	(void)fprintf(stderr, "hold_tool: %s: %s\n", what, mdb_strerror(rc));
	return 1;
}

int main(int argc, char **argv)
{
	MDB_env *env;
	MDB_txn *txn;
	int rc;

	if (argc != 2) {
		(void)fputs("usage: hold_tool FOLDER\n", stderr);
		return 2;
	}
	rc = mdb_env_create(&env);
	if (rc)
		return fail("mdb_env_create", rc);
	rc = mdb_env_open(env, argv[1], 0, 0666);
	if (rc)
		return fail(argv[1], rc);
	rc = mdb_txn_begin(env, NULL, 0, &txn);
	if (rc)
		return fail("mdb_txn_begin", rc);
	(void)puts("held");
	(void)fflush(stdout);
	while (getchar() != EOF)
		;
	mdb_txn_abort(txn);
	mdb_env_close(env);
	return 0;
}
