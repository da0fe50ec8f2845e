#include "store/writer.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/store.h"
#include "tests/support/scratch.h"
#include "tests/support/test.h"

struct scene {
	char folder[SCRATCH_PATH_SIZE];
	struct error err;
};

static const struct store_identity identity = {.chain_id = 1, .pool_set = "a\n"};

static int set_up(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	scratch_make(s->folder);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *s = *state;

	scratch_remove(s->folder);
	free(s);
	return 0;
}

static struct store_writer look(struct scene *s)
{
	struct store_writer writer;

	assert_ok(store_writer_look(&writer, s->folder, &s->err), s->err);
	return writer;
}

static void a_writer_is_there_until_it_closes(void **state)
{
	struct scene *s = *state;
	struct store_writer writer;
	struct store *store;
	uint64_t before = clock_wall_ms();

	assert_false(look(s).is_there);
	assert_ok(store_open(&store, s->folder, STORE_WRITE, &identity, &s->err), s->err);
	for (int i = 0; i < 3; i++) { /* looking changes nothing */
		writer = look(s);
		assert_true(writer.is_there);
		assert_int_equal(writer.pid, getpid());
		/* a file's time is a little behind the clock */
		assert_true(writer.since_ms + 1000 >= before);
		assert_true(writer.since_ms <= clock_wall_ms());
	}
	store_close(store);
	assert_false(look(s).is_there);
	assert_ok(store_open(&store, s->folder, STORE_READ, NULL, &s->err), s->err);
	assert_false(look(s).is_there);
	store_close(store);
}

static void a_killed_writer_is_not_there(void **state)
{
	struct scene *s = *state;
	int ready[2];
	char byte;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct store *store;

		if (store_open(&store, s->folder, STORE_WRITE, &identity, &s->err) != OK)
			_exit(1);
		(void)!write(ready[1], "x", 1);
		for (;;)
			(void)pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_true(look(s).is_there);
	assert_int_equal(look(s).pid, child);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_false(look(s).is_there); /* though its words still stand in the file */
	(void)close(ready[0]);
	(void)close(ready[1]);
}

static void looking_keeps_no_writer_out(void **state)
{
	struct scene *s = *state;
	struct store *store;
	char path[SCRATCH_PATH_SIZE + 16];
	int fd;

	assert_ok(store_open(&store, s->folder, STORE_WRITE, &identity, &s->err), s->err);
	store_close(store);
	(void)snprintf(path, sizeof(path), "%s/writer", s->folder);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0); /* one that has not signed yet */
	assert_false(look(s).is_there);
	assert_int_equal(store_writer_sign(fd), 0);
	assert_true(look(s).is_there);
	assert_int_equal(flock(fd, LOCK_EX | LOCK_NB), 0); /* is still its own */
	(void)close(fd);
	assert_false(look(s).is_there);
}

static void a_writers_trouble_can_be_read(void **state)
{
	struct scene *s = *state;
	char long_words[2 * STORE_TROUBLE_SIZE] = {0};
	struct store *store;
	uint64_t since;

	assert_ok(store_open(&store, s->folder, STORE_WRITE, &identity, &s->err), s->err);
	since = look(s).since_ms;
	assert_string_equal(look(s).trouble, "");
	(void)usleep(20000);
	store_tell_trouble(store, "disk full");
	assert_string_equal(look(s).trouble, "disk full");
	assert_int_equal(look(s).pid, getpid());
	assert_int_equal(look(s).since_ms, since);
	memset(long_words, 'a', sizeof(long_words) - 1);
	store_tell_trouble(store, long_words);
	assert_int_equal(strlen(look(s).trouble), STORE_TROUBLE_SIZE - 2);
	store_tell_trouble(store, "");
	assert_string_equal(look(s).trouble, "");
	store_tell_trouble(store, "again");
	store_close(store);
	assert_string_equal(look(s).trouble, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_writer_is_there_until_it_closes, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_killed_writer_is_not_there, set_up, tear_down),
		cmocka_unit_test_setup_teardown(looking_keeps_no_writer_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_writers_trouble_can_be_read, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
