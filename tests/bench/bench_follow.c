/*
 * Following: from the node's answer that first tells of a block to that block committed, queryable
 * and checked. A node in a process of its own grows by one block of 50 pool events at a time, as
 * soon as the last one is in the mirror; everything is proved, every check is on.
 *
 *   bench_follow SERVER FOLDER
 *
 * Leaves a mirror in FOLDER/follow. Fails where the mirror does, or finds anything: the history is
 * valid. The node knows no views at the head, so they are asked and not compared.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "indexer/mirror.h"
#include "reconcile/finding.h"
#include "tests/bench/serving.h"
#include "tests/bench/synthetic.h"
#include "tests/bench/table.h"
#include "tests/bench/watched.h"

enum {
	BLOCK_EVENTS = 36, /* of the pool; with those of the token about 50 are kept */
	DEFAULT_BLOCKS = 300,
	WARM_BLOCKS = 20, /* not measured */
	BEFORE_EVENTS = 100000,
	PATH_BYTES = 512,
	AIM_US = 10000,
	FLUSH_BYTES = 64 * 1024,
	FLUSHES = 50,
};

struct bench {
	struct arena *arena;
	struct config config;
	struct mirror *mirror;
	struct store *store;
	char path[PATH_BYTES];
	int node; /* a connection of our own */
	double *us;
	size_t count;
	size_t wanted;
	size_t seen;
	uint64_t events;
	double cpu; /* seconds of this process so far, when measuring began */
};

static double cpu_seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void must(enum status st, const struct error *err)
{
	if (st == OK)
		return;
	(void)fprintf(stderr, "bench_follow: %s\n", err->message);
	exit(1);
}

/* ---- the node ---- */

static void connect_to(struct bench *b, uint64_t port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr = {htonl(INADDR_LOOPBACK)}};

	b->node = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (b->node < 0 || connect(b->node, (struct sockaddr *)&at, sizeof(at)) != 0)
		die("connect to the node");
}

/* The node has one block more; answers when it first told of the one before. */
static uint64_t grow(struct bench *b)
{
	static const char body[] = "{\"id\":1,\"method\":\"bench_grow\",\"params\":[]}";
	char text[1024];
	size_t got = 0;
	char *result = NULL;
	int size = snprintf(text, sizeof(text), "POST / HTTP/1.1\r\ncontent-length: %zu\r\n\r\n%s",
			    strlen(body), body);

	if (send(b->node, text, (size_t)size, MSG_NOSIGNAL) != size)
		die("ask the node");
	while (!result || !strchr(result, '}')) {
		ssize_t more = recv(b->node, text + got, sizeof(text) - 1 - got, 0);

		if (more <= 0)
			die("hear from the node");
		got += (size_t)more;
		text[got] = '\0';
		result = strstr(text, "\"result\":\"0x");
	}
	return strtoull(result + strlen("\"result\":\"0x"), NULL, 16);
}

/* ---- the mirror ---- */

static uint64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* A reader sees it, and what the checks came to. */
static void query(struct bench *b, const struct block_ref *block)
{
	struct reading reading = {
		.pool = &b->config.pools[0], .arena = b->arena, .block = block->number};
	struct block_record cursor;
	struct store_txn *txn;
	struct tally tally;
	struct error err;

	must(store_begin(&txn, b->store, STORE_READ, &err), &err);
	must(store_cursor(&cursor, txn, &err), &err);
	reading.state = state_open(txn, block->number);
	tally = tally_read(&reading);
	must(state_status(reading.state, &err), &err);
	state_close(reading.state);
	store_abort(txn);
	if (cursor.ref.number != block->number || tally.failed) {
		(void)fprintf(stderr,
			      "bench_follow: block %" PRIu64 ": the newest is %" PRIu64 ", %" PRIu64
			      " checks failed\n",
			      block->number, cursor.ref.number, tally.failed);
		exit(1);
	}
}

static void on_block(void *context, const struct block_ref *block, uint64_t events)
{
	struct bench *b = context;
	uint64_t done;
	uint64_t told;

	query(b, block);
	done = now_ns();
	told = grow(b);
	if (++b->seen > WARM_BLOCKS) {
		b->us[b->count++] = (double)(done - told) / 1e3;
		b->events += events;
	}
	if (b->seen == WARM_BLOCKS)
		b->cpu = cpu_seconds();
	if (b->count == b->wanted) {
		b->cpu = cpu_seconds() - b->cpu;
		mirror_stop(b->mirror);
	}
}

static void configure(struct bench *b, uint64_t port)
{
	struct buffer out = buffer_in(b->arena);
	char pool[HEX_SIZE(ADDRESS_BYTES)];
	char token[HEX_SIZE(ADDRESS_BYTES)];
	char manager[HEX_SIZE(ADDRESS_BYTES)];
	const char *text;
	struct error err;

	buffer_printf(&out,
		      "{\"chain\": {\"id\": 1, \"poll_interval_ms\": 1,"
		      " \"rpc\": [{\"url\": \"http://127.0.0.1:%" PRIu64 "\"}]},",
		      port);
	buffer_printf(&out, " \"store\": {\"path\": \"%s\"},", b->path);
	buffer_printf(&out,
		      " \"pools\": [{\"name\": \"api3\", \"protocol\": \"api3\","
		      " \"start_block\": %d, \"contracts\": {\"pool\": \"%s\","
		      " \"token\": \"%s\", \"timelock_manager\": \"%s\"}}]}",
		      SYNTHETIC_BIRTH, address_format(pool, synthetic_pool()),
		      address_format(token, synthetic_token()),
		      address_format(manager, synthetic_timelock_manager()));
	text = buffer_string(&out);
	must(config_parse(&b->config, b->arena, "bench", text, strlen(text), &err), &err);
}

/* ---- figures ---- */

static int rising(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static double part_of(double *us, size_t count, double part)
{
	qsort(us, count, sizeof(us[0]), rising);
	return us[(size_t)((double)(count - 1) * part)];
}

/* What the disk takes for one commit, whoever asks for it. */
static double flush_us(const struct bench *b)
{
	char path[PATH_BYTES + 16];
	char *bytes = xcalloc(1, FLUSH_BYTES);
	double us[FLUSHES];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/flush", b->path);
	fd = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		die(path);
	for (size_t i = 0; i < FLUSHES; i++) {
		uint64_t begun = now_ns();

		if (pwrite(fd, bytes, FLUSH_BYTES, 0) != FLUSH_BYTES || fdatasync(fd) != 0)
			die(path);
		us[i] = (double)(now_ns() - begun) / 1e3;
	}
	(void)close(fd);
	(void)unlink(path);
	free(bytes);
	return part_of(us, FLUSHES, 0.5);
}

static void print(struct bench *b)
{
	double median = part_of(b->us, b->count, 0.5);

	table_title("following: from the node's answer to committed, queryable and checked");
	table_number("blocks", (double)b->count, "", "%.1f pool events a block",
		     (double)b->events / (double)b->count);
	table_number("median", median / 1e3, "ms", "%.2f of the aim of %d ms", median / AIM_US,
		     AIM_US / 1000);
	table_number("95 of 100", part_of(b->us, b->count, 0.95) / 1e3, "ms", "%s", "");
	table_number("slowest", b->us[b->count - 1] / 1e3, "ms", "%s", "");
	table_number("CPU time of the mirror", b->cpu * 1e3 / (double)b->count, "ms",
		     "a block; the kernel's share in it");
	table_number("a write of 64 KiB and its flush alone", flush_us(b) / 1e3, "ms",
		     "the disk's share, about");
}

int main(int argc, char **argv)
{
	struct bench b = {.wanted = number_from_environment("BENCH_FOLLOW_BLOCKS", DEFAULT_BLOCKS)};
	struct mirror_options options = {.on_block = on_block, .context = &b};
	struct history history = {.block_events = BLOCK_EVENTS, .every = 1};
	struct logger logger = logger_silent();
	struct serving serving;
	struct error err;

	if (argc != 3) {
		(void)fputs("usage: bench_follow SERVER FOLDER\n", stderr);
		return 2;
	}
	history.behind = b.wanted + WARM_BLOCKS + 1;
	history.events = BEFORE_EVENTS + history.behind * BLOCK_EVENTS;
	b.us = xcalloc(b.wanted, sizeof(b.us[0]));
	b.arena = arena_new();
	(void)snprintf(b.path, sizeof(b.path), "%s/follow", argv[2]);
	serving = start_server(argv[1], &history);
	connect_to(&b, serving.port);
	configure(&b, serving.port);
	must(mirror_open(&b.mirror, &b.config, &options, &logger, &err), &err);
	must(mirror_sync(b.mirror, UINT64_MAX, &err), &err);
	must(store_open(&b.store, b.path, STORE_READ, NULL, &err), &err);
	(void)grow(&b);
	must(mirror_follow(b.mirror, &err), &err);
	print(&b);
	store_close(b.store);
	mirror_close(b.mirror);
	(void)close(b.node);
	stop_server(&serving);
	arena_free(b.arena);
	free(b.us);
	return 0;
}
