/*
 * A node that serves a synthetic chain as JSON-RPC over HTTP/1.1 on the loopback, fast enough not
 * to be what is measured: one thread, epoll, kept connections, answers copied from ready text.
 *
 *   bench_server [--events N] [--accounts N] [--seed S] [--weeks W] [--every K] [--proof 0|1]
 *                [--foreign N] [--port P] [--max-logs N] [--max-range N]
 *
 * Prints one line "serving … at http://127.0.0.1:PORT" when it is ready (port 0: any free one) and
 * serves until SIGTERM or SIGINT. --max-logs refuses answers of more logs as providers do. --proof
 * 1 is a chain of true hashes with receipts; --foreign puts so many transactions of other people
 * into each block with events.
 */
#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/archive.h"

enum {
	REQUEST_BYTES_MAX = 16 * 1024 * 1024,
	HEAD_BYTES = 160, /* room for the response's head in front of its body */
	EVENTS_AT_ONCE = 64,
	FILTER_VALUES_MAX = 16,
	KEEP_BYTES = 32 * 1024 * 1024, /* of a connection's buffer between two answers */
	FINALIZED_DEPTH = 64,
	DATA_BYTES_MAX = 256,
};

enum rpc_code {
	CODE_SERVER = -32000,
	CODE_LIMIT = -32005,
	CODE_METHOD = -32601,
	CODE_PARSE = -32700
};

struct connection {
	int fd;
	struct text in;
	struct text out; /* HEAD_BYTES of room, then the body */
	size_t out_from; /* where the response begins; 0: none under way */
	size_t sent;
	bool is_closing;
};

struct server {
	struct archive *archive;
	struct archive_figures figures;
	uint64_t max_logs;
	uint64_t max_range;
	uint64_t head;    /* it grows by bench_grow up to the last block */
	uint64_t told_ns; /* the monotonic clock when the head was first told; 0: not yet */
	int epoll;
	int listener;
	int signals;
	uint64_t requests;
	uint64_t calls;
	uint64_t bytes;
};

/* ---- JSON-RPC ---- */

static void answer_error(struct text *out, enum rpc_code code, const char *message)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "\"error\":{\"code\":%d,\"message\":\"%s\"}", code,
		       message);
	text_string(out, text);
}

static bool parse_number(uint64_t *out, const char *text)
{
	return text && hex_parse_quantity(out, text, strlen(text), NULL) == OK;
}

/* A number or a tag; false for anything else. */
static bool parse_tag(uint64_t *out, const struct server *s, const char *text)
{
	uint64_t head = s->head;

	if (!text || strcmp(text, "latest") == 0 || strcmp(text, "pending") == 0)
		*out = head;
	else if (strcmp(text, "finalized") == 0 || strcmp(text, "safe") == 0)
		*out = head > FINALIZED_DEPTH ? head - FINALIZED_DEPTH : 0;
	else if (strcmp(text, "earliest") == 0)
		*out = 0;
	else
		return parse_number(out, text);
	return true;
}

/* A tag, a number, or EIP-1898's object with a number or a hash. */
static bool parse_block(uint64_t *out, const struct server *s, const json_t *value)
{
	const char *text = json_string_value(json_object_get(value, "blockHash"));
	struct hash hash;

	if (text)
		return hash_parse(&hash, text, strlen(text), NULL) == OK &&
		       archive_find(out, s->archive, hash);
	if (json_is_object(value))
		value = json_object_get(value, "blockNumber");
	return parse_tag(out, s, json_string_value(value)) && *out <= s->head;
}

static bool parse_topics(struct log_filter *filter, struct hash values[][FILTER_VALUES_MAX],
			 const json_t *topics)
{
	for (size_t i = 0; i < json_array_size(topics) && i < LOG_TOPICS_MAX; i++) {
		const json_t *position = json_array_get(topics, i);
		size_t count = json_is_array(position) ? json_array_size(position)
						       : !json_is_null(position);

		if (count > FILTER_VALUES_MAX)
			return false;
		for (size_t v = 0; v < count; v++) {
			const char *text = json_string_value(
				json_is_array(position) ? json_array_get(position, v) : position);

			if (!text || hash_parse(&values[i][v], text, strlen(text), NULL) != OK)
				return false;
		}
		filter->topics[i].values = values[i];
		filter->topics[i].count = count;
	}
	return true;
}

static void get_logs(struct text *out, const struct server *s, const json_t *ask)
{
	struct address addresses[FILTER_VALUES_MAX];
	struct hash topics[LOG_TOPICS_MAX][FILTER_VALUES_MAX];
	struct log_filter filter = {.addresses = addresses};
	const json_t *address = json_object_get(ask, "address");
	size_t count = json_is_array(address) ? json_array_size(address) : address != NULL;
	const json_t *block = json_object_get(ask, "blockHash");
	size_t before = out->size;
	uint64_t from;
	uint64_t to;
	char message[100];

	if (block) {
		if (!parse_block(&from, s, ask)) {
			answer_error(out, CODE_SERVER, "unknown block");
			return;
		}
		to = from;
	} else if (!parse_tag(&from, s, json_string_value(json_object_get(ask, "fromBlock"))) ||
		   !parse_tag(&to, s, json_string_value(json_object_get(ask, "toBlock")))) {
		answer_error(out, CODE_SERVER, "invalid block number");
		return;
	}
	if (count > FILTER_VALUES_MAX ||
	    !parse_topics(&filter, topics, json_object_get(ask, "topics"))) {
		answer_error(out, CODE_SERVER, "invalid filter");
		return;
	}
	for (size_t i = 0; i < count; i++) {
		const char *text = json_string_value(
			json_is_array(address) ? json_array_get(address, i) : address);

		if (!text || address_parse(&addresses[i], text, strlen(text), NULL) != OK) {
			answer_error(out, CODE_SERVER, "invalid address");
			return;
		}
	}
	filter.address_count = count;
	if (s->max_range && to >= from && to - from >= s->max_range) {
		(void)snprintf(message, sizeof(message), "query exceeds max block range %" PRIu64,
			       s->max_range);
		answer_error(out, CODE_LIMIT, message);
		return;
	}
	text_string(out, "\"result\":");
	if (archive_logs(out, s->archive, &filter, from, to, s->max_logs))
		return;
	out->size = before;
	(void)snprintf(message, sizeof(message), "query returned more than %" PRIu64 " results",
		       s->max_logs);
	answer_error(out, CODE_LIMIT, message);
}

static void call_contract(struct text *out, const struct server *s, const json_t *ask,
			  const json_t *at)
{
	const char *to_text = json_string_value(json_object_get(ask, "to"));
	const char *data_text = json_string_value(json_object_get(ask, "data"));
	uint8_t data[DATA_BYTES_MAX];
	struct address to;
	size_t before = out->size;
	size_t size;
	uint64_t number;

	if (!data_text)
		data_text = json_string_value(json_object_get(ask, "input"));
	size = data_text && strlen(data_text) > 2 ? (strlen(data_text) - 2) / 2 : 0;
	if (!to_text || !data_text || size > sizeof(data) ||
	    address_parse(&to, to_text, strlen(to_text), NULL) != OK ||
	    hex_parse_exact(data, size, data_text, strlen(data_text), NULL) != OK) {
		answer_error(out, CODE_SERVER, "invalid call");
		return;
	}
	if (!parse_block(&number, s, at)) {
		answer_error(out, CODE_SERVER, "header not found");
		return;
	}
	text_string(out, "\"result\":");
	if (archive_call(out, s->archive, to, slice_of(data, size), number))
		return;
	out->size = before;
	answer_error(out, CODE_SERVER, "missing trie node");
}

static void get_code(struct text *out, const struct server *s, const json_t *address,
		     const json_t *at)
{
	const char *text = json_string_value(address);
	struct address parsed;
	uint64_t number;

	if (!text || address_parse(&parsed, text, strlen(text), NULL) != OK ||
	    !parse_block(&number, s, at))
		answer_error(out, CODE_SERVER, "invalid address or block");
	else if (archive_has_code(parsed, number))
		text_string(out, "\"result\":\"0xfe\"");
	else
		text_string(out, "\"result\":\"0x\"");
}

static uint64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* Answers when the head was first told, and has one block more from now on. */
static void grow(struct text *out, struct server *s)
{
	text_string(out, "\"result\":\"");
	text_quantity(out, s->told_ns);
	text_string(out, "\"");
	if (s->head < s->figures.last) {
		s->head++;
		s->told_ns = 0;
	}
}

static void get_header(struct text *out, struct server *s, const json_t *at, bool is_by_hash)
{
	const char *text = json_string_value(at);
	struct hash hash;
	uint64_t number = UINT64_MAX; /* none: null */

	text_string(out, "\"result\":");
	if (is_by_hash) {
		if (!text || hash_parse(&hash, text, strlen(text), NULL) != OK ||
		    !archive_find(&number, s->archive, hash))
			number = UINT64_MAX;
	} else if (!parse_block(&number, s, at)) {
		number = UINT64_MAX;
	}
	archive_header(out, s->archive, number);
	if (number == s->head && !s->told_ns)
		s->told_ns = now_ns();
}

static void get_receipts(struct text *out, const struct server *s, const json_t *at)
{
	const char *text = json_string_value(at);
	size_t before = out->size;
	struct hash hash;
	uint64_t number;
	bool is_known = text && strlen(text) == HEX_SIZE(HASH_BYTES) - 1
				? hash_parse(&hash, text, strlen(text), NULL) == OK &&
					  archive_find(&number, s->archive, hash)
				: parse_block(&number, s, at);

	text_string(out, "\"result\":");
	if (archive_receipts(out, s->archive, is_known ? number : UINT64_MAX))
		return;
	out->size = before;
	answer_error(out, CODE_METHOD, "the method does not exist/is not available");
}

static void answer(struct text *out, struct server *s, const json_t *ask)
{
	const char *method = json_string_value(json_object_get(ask, "method"));
	const json_t *params = json_object_get(ask, "params");
	const json_t *first = json_array_get(params, 0);
	const json_t *second = json_array_get(params, 1);
	char *id = json_dumps(json_object_get(ask, "id"), JSON_ENCODE_ANY | JSON_COMPACT);
	char text[64];

	s->calls++;
	text_string(out, "{\"jsonrpc\":\"2.0\",\"id\":");
	text_string(out, id ? id : "null");
	text_string(out, ",");
	free(id);
	if (!method) {
		answer_error(out, CODE_METHOD, "no method");
	} else if (strcmp(method, "eth_getLogs") == 0) {
		get_logs(out, s, first);
	} else if (strcmp(method, "eth_getBlockByNumber") == 0) {
		get_header(out, s, first, false);
	} else if (strcmp(method, "eth_getBlockByHash") == 0) {
		get_header(out, s, first, true);
	} else if (strcmp(method, "eth_getBlockReceipts") == 0) {
		get_receipts(out, s, first);
	} else if (strcmp(method, "eth_chainId") == 0) {
		text_string(out, "\"result\":\"0x1\"");
	} else if (strcmp(method, "eth_syncing") == 0) {
		text_string(out, "\"result\":false");
	} else if (strcmp(method, "eth_blockNumber") == 0) {
		(void)snprintf(text, sizeof(text), "\"result\":\"0x%" PRIx64 "\"", s->head);
		text_string(out, text);
	} else if (strcmp(method, "bench_grow") == 0) {
		grow(out, s);
	} else if (strcmp(method, "eth_getCode") == 0) {
		get_code(out, s, first, second);
	} else if (strcmp(method, "eth_call") == 0) {
		call_contract(out, s, first, second);
	} else {
		answer_error(out, CODE_METHOD, "the method does not exist/is not available");
	}
	text_string(out, "}");
}

static void answer_body(struct text *out, struct server *s, const char *body, size_t size)
{
	json_t *ask = json_loadb(body, size, 0, NULL);

	if (!ask) {
		text_string(out, "{\"jsonrpc\":\"2.0\",\"id\":null,");
		answer_error(out, CODE_PARSE, "parse error");
		text_string(out, "}");
	} else if (json_is_array(ask)) {
		for (size_t i = 0; i < json_array_size(ask); i++) {
			text_string(out, i ? "," : "[");
			answer(out, s, json_array_get(ask, i));
		}
		text_string(out, "]");
	} else {
		answer(out, s, ask);
	}
	json_decref(ask);
}

/* ---- HTTP ---- */

static void hang_up(struct server *s, struct connection *c)
{
	(void)epoll_ctl(s->epoll, EPOLL_CTL_DEL, c->fd, NULL);
	(void)close(c->fd);
	free(c->in.data);
	free(c->out.data);
	free(c);
}

/* A header's value, or NULL; `head` is NUL-terminated. */
static const char *header_value(const char *head, const char *name)
{
	size_t length = strlen(name);

	for (const char *line = strstr(head, "\r\n"); line; line = strstr(line + 2, "\r\n"))
		if (strncasecmp(line + 2, name, length) == 0 && line[2 + length] == ':')
			return line + 3 + length + strspn(line + 3 + length, " \t");
	return NULL;
}

/* Puts the head directly in front of the body. */
static void begin_response(struct connection *c, const char *status)
{
	char head[HEAD_BYTES];
	int size = snprintf(head, sizeof(head),
			    "HTTP/1.1 %s\r\nContent-Type: application/json\r\n"
			    "Content-Length: %zu\r\n%s\r\n",
			    status, c->out.size - HEAD_BYTES,
			    c->is_closing ? "Connection: close\r\n" : "");

	assert(size > 0 && size < HEAD_BYTES);
	c->out_from = HEAD_BYTES - (size_t)size;
	c->sent = c->out_from;
	memcpy(c->out.data + c->out_from, head, (size_t)size);
}

static void begin_body(struct connection *c)
{
	static const char room[HEAD_BYTES];

	c->out.size = 0;
	text_append(&c->out, room, sizeof(room));
}

/* Answers the request that stands whole at the beginning of `in`; false where none does yet. */
static bool take_request(struct server *s, struct connection *c)
{
	char *end;
	const char *value;
	size_t head_size;
	size_t body_size;

	text_append(&c->in, "", 1); /* a NUL behind, not counted */
	c->in.size--;
	end = memmem(c->in.data, c->in.size, "\r\n\r\n", 4);
	if (!end)
		return false;
	head_size = (size_t)(end - c->in.data) + 4;
	end[2] = '\0'; /* the head alone as a string */
	value = header_value(c->in.data, "content-length");
	body_size = value ? strtoull(value, NULL, 10) : 0;
	if (body_size > REQUEST_BYTES_MAX)
		c->is_closing = true;
	value = header_value(c->in.data, "connection");
	if (value && strncasecmp(value, "close", 5) == 0)
		c->is_closing = true;
	value = header_value(c->in.data, "expect");
	if (c->in.size - head_size < body_size) {
		static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

		if (value && c->in.size == head_size)
			(void)!write(c->fd, go_on, sizeof(go_on) - 1);
		end[2] = '\r';
		return false;
	}
	s->requests++;
	begin_body(c);
	if (strncmp(c->in.data, "POST ", 5) == 0) {
		answer_body(&c->out, s, c->in.data + head_size, body_size);
		begin_response(c, "200 OK");
	} else {
		begin_response(c, "405 Method Not Allowed");
	}
	s->bytes += c->out.size - HEAD_BYTES;
	c->in.size -= head_size + body_size;
	memmove(c->in.data, c->in.data + head_size + body_size, c->in.size);
	return true;
}

static void watch(const struct server *s, struct connection *c, uint32_t events, int operation)
{
	struct epoll_event event = {.events = events, .data = {.ptr = c}};

	(void)epoll_ctl(s->epoll, operation, c->fd, &event);
}

/* False where the connection is at its end. */
static bool send_more(struct server *s, struct connection *c)
{
	while (c->out_from && c->sent < c->out.size) {
		ssize_t sent =
			send(c->fd, c->out.data + c->sent, c->out.size - c->sent, MSG_NOSIGNAL);

		if (sent < 0 && errno == EAGAIN) {
			watch(s, c, EPOLLOUT, EPOLL_CTL_MOD);
			return true;
		}
		if (sent <= 0)
			return false;
		c->sent += (size_t)sent;
	}
	if (c->out_from) {
		c->out_from = 0;
		if (c->is_closing)
			return false;
		if (c->out.capacity > KEEP_BYTES) {
			free(c->out.data);
			c->out = (struct text){0};
		}
		watch(s, c, EPOLLIN, EPOLL_CTL_MOD);
	}
	return true;
}

static bool receive(struct connection *c)
{
	char chunk[65536];

	for (;;) {
		ssize_t got = recv(c->fd, chunk, sizeof(chunk), 0);

		if (got < 0 && errno == EAGAIN)
			return true;
		if (got <= 0 || c->in.size + (size_t)got > REQUEST_BYTES_MAX)
			return false;
		text_append(&c->in, chunk, (size_t)got);
		if ((size_t)got < sizeof(chunk))
			return true;
	}
}

static void serve(struct server *s, struct connection *c, uint32_t events)
{
	bool is_alive = true;

	if (events & EPOLLOUT)
		is_alive = send_more(s, c);
	else if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		is_alive = receive(c);
	while (is_alive && !c->out_from && c->in.size && take_request(s, c))
		is_alive = send_more(s, c);
	if (!is_alive)
		hang_up(s, c);
}

static void take_connection(struct server *s)
{
	int fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	int one = 1;
	struct connection *c;

	if (fd < 0)
		return;
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	c = xcalloc(1, sizeof(*c));
	c->fd = fd;
	watch(s, c, EPOLLIN, EPOLL_CTL_ADD);
}

static bool listen_on(struct server *s, uint64_t *port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)*port),
				 .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof(at);
	int one = 1;

	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s->listener < 0)
		return false;
	(void)setsockopt(s->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(s->listener, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(s->listener, 64) != 0 ||
	    getsockname(s->listener, (struct sockaddr *)&at, &size) != 0)
		return false;
	*port = ntohs(at.sin_port);
	return true;
}

static void loop(struct server *s)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	struct epoll_event listening = {.events = EPOLLIN, .data = {.ptr = &s->listener}};
	struct epoll_event signalled = {.events = EPOLLIN, .data = {.ptr = &s->signals}};

	(void)epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->listener, &listening);
	(void)epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->signals, &signalled);
	for (;;) {
		int count = epoll_wait(s->epoll, events, EVENTS_AT_ONCE, -1);

		for (int i = 0; i < count; i++) {
			if (events[i].data.ptr == &s->signals)
				return;
			if (events[i].data.ptr == &s->listener)
				take_connection(s);
			else
				serve(s, events[i].data.ptr, events[i].events);
		}
	}
}

static void usage(void)
{
	(void)fputs("usage: bench_server [--events N] [--accounts N] [--seed S] [--weeks W] "
		    "[--every K] [--block-events N]\n                    [--behind N] [--proof "
		    "0|1] [--foreign N] [--port P] "
		    "[--max-logs N] [--max-range N]\n",
		    stderr);
	exit(2);
}

int main(int argc, char **argv)
{
	uint64_t port = 0;
	uint64_t accounts = 20000;
	uint64_t weeks = 0;
	uint64_t proof = 0;
	uint64_t foreign = 0;
	uint64_t behind = 0;
	struct archive_options options = {.history = {.seed = 1, .events = 1000000, .every = 1}};
	struct synthetic_options *history = &options.history;
	struct server server = {0};
	const struct {
		const char *name;
		uint64_t *value;
	} flags[] = {{"--events", &history->events},
		     {"--accounts", &accounts},
		     {"--seed", &history->seed},
		     {"--weeks", &weeks},
		     {"--every", &history->every},
		     {"--block-events", &history->block_events},
		     {"--behind", &behind},
		     {"--proof", &proof},
		     {"--foreign", &foreign},
		     {"--port", &port},
		     {"--max-logs", &server.max_logs},
		     {"--max-range", &server.max_range}};
	sigset_t stops;

	for (int i = 1; i < argc; i += 2) {
		size_t f = 0;
		char *end = NULL;

		while (f < sizeof(flags) / sizeof(flags[0]) && strcmp(argv[i], flags[f].name) != 0)
			f++;
		if (f == sizeof(flags) / sizeof(flags[0]) || i + 1 == argc)
			usage();
		*flags[f].value = strtoull(argv[i + 1], &end, 10);
		if (end == argv[i + 1] || *end)
			usage();
	}
	history->accounts = (uint32_t)accounts;
	history->weeks = (uint32_t)weeks;
	options.can_be_proved = proof != 0;
	options.foreign = (uint32_t)foreign;
	(void)sigemptyset(&stops);
	(void)sigaddset(&stops, SIGTERM);
	(void)sigaddset(&stops, SIGINT);
	(void)sigprocmask(SIG_BLOCK, &stops, NULL);
	server.signals = signalfd(-1, &stops, SFD_CLOEXEC);
	server.epoll = epoll_create1(EPOLL_CLOEXEC);
	server.archive = archive_open(&options);
	server.figures = archive_figures(server.archive);
	server.head = server.figures.last > behind ? server.figures.last - behind : 0;
	if (server.signals < 0 || server.epoll < 0 || !listen_on(&server, &port)) {
		perror("bench_server");
		return 1;
	}
	(void)printf("serving %" PRIu64 " pool events, %" PRIu64 " logs, %" PRIu64 " MB in %" PRIu64
		     " of blocks %" PRIu64 " to %" PRIu64 " with %" PRIu64
		     " transactions at http://127.0.0.1:%" PRIu64 "\n",
		     server.figures.pool_events, server.figures.logs,
		     server.figures.bytes / 1000000, server.figures.blocks, server.figures.first,
		     server.figures.last, server.figures.transactions, port);
	(void)fflush(stdout);
	loop(&server);
	(void)printf("served %" PRIu64 " calls in %" PRIu64 " requests, %" PRIu64 " MB\n",
		     server.calls, server.requests, server.bytes / 1000000);
	archive_close(server.archive);
	return 0;
}
