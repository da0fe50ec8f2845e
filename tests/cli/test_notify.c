#include "cli/notify.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/demo_chain.h"
#include "tests/support/fakenode.h"

enum { TEXT_SIZE = 1200, PATH_SIZE = 512, PATIENCE_MS = 30000 };

/* ---- a manager ---- */

struct manager {
	char folder[SCRATCH_PATH_SIZE];
	char name[PATH_SIZE]; /* as NOTIFY_SOCKET has it */
	int fd;
	int warnings;
	char warning[TEXT_SIZE];
	struct logger logger;
	uint64_t now_ms;
	struct clock clock;
};

static void hear(void *context, enum log_level level, const char *line)
{
	struct manager *m = context;

	assert_int_equal(level, LOG_WARN);
	m->warnings++;
	(void)snprintf(m->warning, sizeof(m->warning), "%s", line);
}

static uint64_t now_ms(void *context)
{
	return ((struct manager *)context)->now_ms;
}

static void listen_at(struct manager *m, const struct sockaddr_un *address, size_t name_size)
{
	m->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(m->fd >= 0);
	assert_int_equal(bind(m->fd, (const struct sockaddr *)address,
			      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + name_size)),
			 0);
	assert_int_equal(setenv("NOTIFY_SOCKET", m->name, 1), 0);
}

static void manager_open(struct manager *m, bool is_abstract)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	*m = (struct manager){.now_ms = 1000};
	m->logger = (struct logger){.least = LOG_DEBUG, .write = hear, .context = m};
	m->clock = (struct clock){.now_ms = now_ms, .context = m};
	scratch_make(m->folder);
	assert_true(snprintf(m->name, sizeof(m->name), "%s%s/notify", is_abstract ? "@" : "",
			     m->folder) < (int)sizeof(address.sun_path));
	memcpy(address.sun_path, m->name, strlen(m->name));
	if (is_abstract)
		address.sun_path[0] = '\0';
	listen_at(m, &address, strlen(m->name) + !is_abstract);
}

static void manager_close(struct manager *m)
{
	(void)close(m->fd);
	scratch_remove(m->folder);
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
}

/* The next message; false where none comes within `wait_ms`. */
static bool next(struct manager *m, char text[TEXT_SIZE], int wait_ms)
{
	struct pollfd ready = {.fd = m->fd, .events = POLLIN};
	ssize_t n;

	text[0] = '\0';
	if (poll(&ready, 1, wait_ms) <= 0)
		return false;
	n = recv(m->fd, text, TEXT_SIZE - 1, 0);
	assert_true(n >= 0);
	text[n] = '\0';
	return true;
}

static void assert_next(struct manager *m, const char *expected)
{
	char text[TEXT_SIZE];

	assert_true(next(m, text, PATIENCE_MS));
	assert_string_equal(text, expected);
}

static void assert_silence(struct manager *m)
{
	char text[TEXT_SIZE];

	if (next(m, text, 0))
		fail_msg("a message: %s", text);
}

/* ---- the protocol ---- */

static void it_says(bool is_abstract)
{
	struct manager m;
	struct notify notify;

	manager_open(&m, is_abstract);
	notify_open(&notify, &m.clock, &m.logger);
	assert_true(notify_is_wanted(&notify));
	notify_ready(&notify, "catching up");
	assert_next(&m, "READY=1\nSTATUS=catching up");
	notify_status(&notify, "block 7 of 9\nMAINPID=1");
	assert_next(&m, "STATUS=block 7 of 9 MAINPID=1");
	notify_alive(&notify); /* nobody waits for it */
	notify_stopping(&notify);
	assert_next(&m, "STOPPING=1\nSTATUS=stopping");
	assert_silence(&m);
	assert_int_equal(m.warnings, 0);
	notify_close(&notify);
	assert_false(notify_is_wanted(&notify));
	notify_status(&notify, "nothing");
	assert_silence(&m);
	manager_close(&m);
}

static void a_socket_with_a_path_is_told(void **state)
{
	(void)state;
	it_says(false);
}

static void an_abstract_socket_is_told(void **state)
{
	(void)state;
	it_says(true);
}

static void signs_of_life_come_at_half_the_time(void **state)
{
	struct manager m;
	struct notify notify;

	(void)state;
	manager_open(&m, false);
	assert_int_equal(setenv("WATCHDOG_USEC", "3000000", 1), 0);
	notify_open(&notify, &m.clock, &m.logger);
	for (int i = 0; i < 3; i++) {
		notify_alive(&notify);
		assert_next(&m, "WATCHDOG=1");
		notify_alive(&notify);
		m.now_ms += 1499;
		notify_alive(&notify);
		assert_silence(&m);
		m.now_ms++;
	}
	notify_close(&notify);
	manager_close(&m);
}

static void the_watchdog_of_another_process_is_not_ours(void **state)
{
	struct manager m;
	struct notify notify;
	char pid[32];

	(void)state;
	manager_open(&m, false);
	assert_int_equal(setenv("WATCHDOG_USEC", "1000000", 1), 0);
	assert_int_equal(setenv("WATCHDOG_PID", "1", 1), 0);
	notify_open(&notify, &m.clock, &m.logger);
	notify_alive(&notify);
	assert_silence(&m);
	notify_close(&notify);

	assert_int_equal(setenv("NOTIFY_SOCKET", m.name, 1), 0);
	assert_int_equal(setenv("WATCHDOG_USEC", "1000000", 1), 0);
	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	assert_int_equal(setenv("WATCHDOG_PID", pid, 1), 0);
	notify_open(&notify, &m.clock, &m.logger);
	notify_alive(&notify);
	assert_next(&m, "WATCHDOG=1");
	notify_close(&notify);
	assert_int_equal(m.warnings, 0);
	manager_close(&m);
}

static void commands_do_not_inherit_it(void **state)
{
	struct manager m;
	struct notify notify;

	(void)state;
	manager_open(&m, false);
	assert_int_equal(setenv("WATCHDOG_USEC", "1000000", 1), 0);
	assert_int_equal(setenv("WATCHDOG_PID", "1", 1), 0);
	notify_open(&notify, &m.clock, &m.logger);
	assert_null(getenv("NOTIFY_SOCKET"));
	assert_null(getenv("WATCHDOG_USEC"));
	assert_null(getenv("WATCHDOG_PID"));
	assert_true(fcntl(notify.fd, F_GETFD) & FD_CLOEXEC);
	notify_close(&notify);
	manager_close(&m);
}

static void what_is_wrong_is_a_warning(void **state)
{
	static const char *const names[] = {"relative", "@", "/", "vsock:2:1234"};
	static const char *const times[] = {"soon", "0",   "-5",
					    "12s",  " 12", "99999999999999999999999"};
	char too_long[200];
	struct manager m;
	struct notify notify;

	(void)state;
	manager_open(&m, false);
	memset(too_long, '/', sizeof(too_long) - 1);
	too_long[sizeof(too_long) - 1] = '\0';
	for (size_t i = 0; i <= sizeof(names) / sizeof(names[0]); i++) {
		const char *name = i < sizeof(names) / sizeof(names[0]) ? names[i] : too_long;

		assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
		notify_open(&notify, &m.clock, &m.logger);
		assert_false(notify_is_wanted(&notify));
		assert_int_equal(m.warnings, i + 1);
		assert_non_null(strstr(m.warning, "NOTIFY_SOCKET: expected the path of a socket"));
		notify_ready(&notify, "nobody hears");
		notify_alive(&notify);
		notify_close(&notify);
	}
	m.warnings = 0;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		assert_int_equal(setenv("NOTIFY_SOCKET", m.name, 1), 0);
		assert_int_equal(setenv("WATCHDOG_USEC", times[i], 1), 0);
		notify_open(&notify, &m.clock, &m.logger);
		assert_int_equal(m.warnings, i + 1);
		assert_non_null(strstr(m.warning, times[i]));
		notify_alive(&notify);
		assert_silence(&m);
		notify_close(&notify);
	}
	manager_close(&m);
}

static void a_manager_that_is_gone_is_told_of_once(void **state)
{
	struct manager m;
	struct notify notify;

	(void)state;
	manager_open(&m, false);
	notify_open(&notify, &m.clock, &m.logger);
	(void)close(m.fd);
	notify_status(&notify, "a");
	notify_status(&notify, "b");
	assert_int_equal(m.warnings, 1);
	assert_non_null(strstr(m.warning, "the service manager cannot be told: "));
	notify_close(&notify);
	m.fd = -1;
	manager_close(&m);
}

static void nobody_is_told_where_nobody_asks(void **state)
{
	struct manager m;
	struct notify notify;

	(void)state;
	manager_open(&m, false);
	(void)unsetenv("NOTIFY_SOCKET");
	assert_int_equal(setenv("WATCHDOG_USEC", "1000000", 1), 0);
	notify_open(&notify, &m.clock, &m.logger);
	assert_false(notify_is_wanted(&notify));
	notify_ready(&notify, "x");
	notify_alive(&notify);
	assert_int_equal(m.warnings, 0);
	notify_close(&notify);
	manager_close(&m);
}

/* ---- the program ---- */

/* build/tests/cli/test_notify -> build/covermirror */
static void program_path(char path[PATH_SIZE])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_SIZE - 1);

	assert_true(n > 0);
	path[n] = '\0';
	for (int up = 0; up < 3; up++)
		*strrchr(path, '/') = '\0';
	(void)strncat(path, "/covermirror", PATH_SIZE - strlen(path) - 1);
	assert_int_equal(access(path, X_OK), 0);
}

static void write_config(const struct manager *m, char path[PATH_SIZE], const char *url)
{
	FILE *file;

	(void)snprintf(path, PATH_SIZE, "%s/config.json", m->folder);
	file = fopen(path, "we");
	assert_non_null(file);
	(void)fprintf(
		file,
		"{\"chain\":{\"id\":31337,\"rpc\":[{\"url\":\"%s\"}],\"poll_interval_ms\":20},"
		"\"store\":{\"path\":\"%s/mirror\"},\"views\":{\"at_head\":false},"
		"\"pools\":[{\"name\":\"api3\",\"protocol\":\"api3\",\"start_block\":1,"
		"\"contracts\":{\"pool\":\"" DEMO_POOL_TEXT "\",\"token\":\"" DEMO_TOKEN_TEXT
		"\"}}]}",
		url, m->folder);
	assert_int_equal(fclose(file), 0);
}

static pid_t start(const struct manager *m, const char *url)
{
	char program[PATH_SIZE];
	char config[PATH_SIZE];
	pid_t pid;

	program_path(program);
	write_config(m, config, url);
	assert_int_equal(setenv("WATCHDOG_USEC", "300000", 1), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)execl(program, program, "-q", "-c", config, "run", (char *)NULL);
		_exit(127);
	}
	return pid;
}

/* Reads messages until one holds `words`; the signs of life before it. */
static unsigned read_until(struct manager *m, const char *words)
{
	char text[TEXT_SIZE];
	unsigned alive = 0;

	for (;;) {
		if (!next(m, text, PATIENCE_MS))
			fail_msg("no message within %d ms; wanted: %s", PATIENCE_MS, words);
		if (strcmp(text, "WATCHDOG=1") == 0)
			alive++;
		if (strstr(text, words))
			return alive;
	}
}

static void end_program(struct manager *m, pid_t pid)
{
	char path[PATH_SIZE];
	int status = 0;

	assert_int_equal(kill(pid, SIGTERM), 0);
	(void)read_until(m, "STOPPING=1\nSTATUS=stopping");
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	(void)snprintf(path, sizeof(path), "%s/mirror", m->folder);
	scratch_remove(path);
}

static void run_is_ready_lives_while_it_waits_and_says_that_it_stops(void **state)
{
	struct manager m;
	char text[TEXT_SIZE];
	pid_t pid;

	(void)state;
	manager_open(&m, true);
	pid = start(&m, "file:" DEMO_CHAIN);
	assert_true(next(&m, text, PATIENCE_MS));
	assert_string_equal(text, "READY=1\nSTATUS=catching up with file:" DEMO_CHAIN);
	(void)read_until(&m, "STATUS=at the end of the recorded chain, block 309");
	for (int i = 0; i < 4; i++)
		(void)read_until(&m, "WATCHDOG=1");
	end_program(&m, pid);
	manager_close(&m);
}

/* A node that takes three seconds for one answer in the middle of the first catch-up. */
struct slow_node {
	struct fake_chain *chain;
	bool was_slow;
};

static void answer_slowly(void *context, const struct fake_request *request,
			  struct fake_reply *reply)
{
	struct slow_node *node = context;

	fake_chain_answer(node->chain, request, reply);
	if (node->was_slow || !strstr(request->body, "eth_getBlockReceipts"))
		return;
	node->was_slow = true;
	reply->delay_ms = 3000;
}

static void run_is_ready_before_a_long_catch_up_and_lives_through_it(void **state)
{
	struct slow_node slow = {.chain = fake_chain_load(DEMO_CHAIN)};
	struct fakenode *node = fakenode_start(answer_slowly, &slow);
	struct manager m;
	pid_t pid;

	(void)state;
	manager_open(&m, false);
	pid = start(&m, fakenode_url(node));
	(void)read_until(&m, "READY=1");
	/* one each 150 to 350 ms, on a machine that has time for it */
	assert_true(read_until(&m, "STATUS=following the head of http") >= 4);
	end_program(&m, pid);
	fakenode_stop(node);
	assert_true(slow.was_slow);
	fake_chain_free(slow.chain);
	manager_close(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_socket_with_a_path_is_told),
		cmocka_unit_test(an_abstract_socket_is_told),
		cmocka_unit_test(signs_of_life_come_at_half_the_time),
		cmocka_unit_test(the_watchdog_of_another_process_is_not_ours),
		cmocka_unit_test(commands_do_not_inherit_it),
		cmocka_unit_test(what_is_wrong_is_a_warning),
		cmocka_unit_test(a_manager_that_is_gone_is_told_of_once),
		cmocka_unit_test(nobody_is_told_where_nobody_asks),
		cmocka_unit_test(run_is_ready_lives_while_it_waits_and_says_that_it_stops),
		cmocka_unit_test(run_is_ready_before_a_long_catch_up_and_lives_through_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
