#include "cli/whole.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/output.h"
#include "store/snapshot.h"

/* What the child tells. */
struct answer {
	enum status status;
	struct error err;
	struct whole whole;
};

/* What it is asked. */
struct question {
	const struct command *command;
	const char *file; /* NULL: the configured store */
	const char *name;
	bool is_thorough;
};

/* ---- in the child ---- */

static enum status is_ours(struct store *store, const struct question *q, struct error *err)
{
	const struct config *config = q->command->config;
	struct store_identity identity;
	enum status st = store_read_identity(&identity, q->command->arena, store, err);

	if (st != OK)
		return st;
	if (identity.chain_id != config->chain_id)
		return error_set(err, ERR_DENIED,
				 "%s is of chain %" PRIu64
				 ", the configuration says chain.id %" PRIu64,
				 q->name, identity.chain_id, config->chain_id);
	if (strcmp(identity.pool_set, config->pool_set) != 0)
		return error_set(err, ERR_DENIED,
				 "%s is of other pools than those in %s: use the configuration "
				 "that it was made with",
				 q->name, config->path);
	return OK;
}

static enum status look(struct whole *out, struct store_txn *txn, const struct question *q,
			struct error *err)
{
	const struct config *config = q->command->config;
	enum status st = OK;

	if (q->is_thorough)
		st = audit_mirror(&out->counts, txn, config->pools, config->pool_count, err);
	if (st == OK)
		st = store_cursor(&out->cursor, txn, err);
	if (st == ERR_NOTFOUND)
		(void)error_set(err, st, "%s holds no block", q->name);
	if (st == OK)
		st = store_stats(&out->stats, txn, err);
	return st;
}

static enum status look_at_file(struct whole *out, const struct question *q, struct error *err)
{
	struct store *store;
	struct store_txn *txn;
	enum status st = store_open_file(&store, q->file, err);

	if (st != OK)
		return st;
	st = is_ours(store, q, err);
	if (st == OK)
		st = store_begin(&txn, store, STORE_READ, err);
	if (st == OK) {
		st = look(out, txn, q, err);
		store_abort(txn);
	}
	store_close(store);
	return st;
}

static enum status look_at_store(struct whole *out, const struct question *q, struct error *err)
{
	struct moment m;
	enum status st = moment_open(&m, q->command->config, NULL, q->command->arena, err);

	if (st != OK)
		return st;
	st = look(out, m.txn, q, err);
	moment_close(&m);
	return st;
}

static void answer(int fd, const struct question *q)
{
	struct rlimit no_core = {0};
	struct answer a = {.status = OK};

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setrlimit(RLIMIT_CORE, &no_core);
	a.status = q->file ? look_at_file(&a.whole, q, &a.err) : look_at_store(&a.whole, q, &a.err);
	(void)!write(fd, &a, sizeof(a));
}

/* ---- in the parent ---- */

static bool is_of_damage(int number)
{
	return number == SIGSEGV || number == SIGBUS || number == SIGABRT || number == SIGILL ||
	       number == SIGFPE;
}

static enum status judge(int how, const char *name, struct error *err)
{
	if (WIFSIGNALED(how) && !is_of_damage(WTERMSIG(how)))
		return error_set(err, ERR_SYSTEM, "%s: the check was ended by signal %d", name,
				 WTERMSIG(how));
	if (WIFSIGNALED(how))
		return error_set(
			err, ERR_CORRUPT,
			"%s: its pages are damaged: reading them ended with signal %d (%s)", name,
			WTERMSIG(how), strsignal(WTERMSIG(how)));
	return error_set(err, ERR_CORRUPT,
			 "%s: its pages are damaged: reading them ended with status %d", name,
			 WEXITSTATUS(how));
}

static bool read_answer(struct answer *out, int fd)
{
	size_t done = 0;

	while (done < sizeof(*out)) {
		ssize_t n = read(fd, (char *)out + done, sizeof(*out) - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

static enum status ask(struct whole *out, const struct question *q, struct error *err)
{
	struct answer a;
	int ends[2];
	int how = 0;
	bool is_told;
	pid_t child;

	(void)fflush(stdout);
	if (pipe(ends))
		return error_set(err, ERR_SYSTEM, "pipe: %s", strerror(errno));
	child = fork();
	if (child == 0) {
		(void)close(ends[0]);
		answer(ends[1], q);
		(void)close(ends[1]);
		_exit(0);
	}
	(void)close(ends[1]);
	is_told = child > 0 && read_answer(&a, ends[0]);
	(void)close(ends[0]);
	if (child < 0)
		return error_set(err, ERR_SYSTEM, "fork: %s", strerror(errno));
	while (waitpid(child, &how, 0) < 0 && errno == EINTR)
		;
	if (!is_told)
		return judge(how, q->name, err);
	*out = a.whole;
	*err = a.err;
	return a.status;
}

enum status check_whole(struct whole *out, const struct command *command, const char *file,
			const char *name, struct error *err)
{
	struct question q = {.command = command, .file = file, .name = name, .is_thorough = true};

	return ask(out, &q, err);
}

enum status check_snapshot(struct whole *out, const struct command *command, const char *file,
			   const char *name, struct error *err)
{
	struct question q = {.command = command, .file = file, .name = name};

	return ask(out, &q, err);
}

void print_whole(const struct command *command, const struct whole *whole)
{
	char hash[HEX_SIZE(HASH_BYTES)];
	char digest[HEX_SIZE(HASH_BYTES)];

	(void)printf("block %s, %s, %s\ndigest %s\n%s bytes\n",
		     show_count(command->arena, whole->cursor.ref.number),
		     show_time(command->arena, whole->cursor.ref.timestamp),
		     hash_format(hash, whole->cursor.ref.hash),
		     hash_format(digest, whole->cursor.digest),
		     show_count(command->arena, whole->stats.bytes_used));
}
