#include "tests/support/fakenode.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "base/arena.h"

enum { CONNECTIONS_MAX = 256, REQUEST_MAX = 64 * 1024 * 1024 };

/* ---- the server ---- */

struct fakenode {
	fake_answer *answer;
	void *context;
	int listener;
	char url[64];
	pthread_t thread;
	pthread_mutex_t mutex; /* guards everything below, and the callback */
	unsigned requests;
	unsigned accepted;
	bool stopping;
	struct connection {
		struct fakenode *node;
		pthread_t thread;
		int fd;
		bool used;
		bool over; /* its thread is at its end */
	} connections[CONNECTIONS_MAX];
};

static bool send_all(int fd, const void *data, size_t size)
{
	const char *at = data;

	while (size) {
		ssize_t sent = send(fd, at, size, MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return false;
		at += sent;
		size -= (size_t)sent;
	}
	return true;
}

/* A request's bytes as they come; several requests may come over one connection. */
struct incoming {
	char *bytes;
	size_t size;
	size_t capacity;
};

static bool receive_more(int fd, struct incoming *in)
{
	ssize_t got;

	if (in->capacity - in->size < 65536) {
		in->capacity = in->capacity ? in->capacity * 2 : 131072;
		if (in->capacity > REQUEST_MAX)
			return false;
		in->bytes = xrealloc(in->bytes, in->capacity);
	}
	do
		got = recv(fd, in->bytes + in->size, in->capacity - in->size - 1, 0);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return false;
	in->size += (size_t)got;
	in->bytes[in->size] = '\0';
	return true;
}

static size_t content_length(const char *head)
{
	const char *at = head;

	while ((at = strstr(at, "\r\n")) != NULL) {
		at += 2;
		if (strncasecmp(at, "content-length:", 15) == 0)
			return strtoul(at + 15, NULL, 10);
	}
	return 0;
}

/* Reads until a whole request is there; false where the connection ended. */
static bool read_request(int fd, struct incoming *in, size_t *head_size, size_t *body_size)
{
	char *end;

	for (;;) {
		end = in->size ? strstr(in->bytes, "\r\n\r\n") : NULL;
		if (end)
			break;
		if (!receive_more(fd, in))
			return false;
	}
	*end = '\0';
	*head_size = (size_t)(end - in->bytes) + 4;
	*body_size = content_length(in->bytes);
	while (in->size < *head_size + *body_size)
		if (!receive_more(fd, in))
			return false;
	return true;
}

static void pack(struct fake_reply *reply)
{
	z_stream stream = {0};
	size_t size;
	char *packed;

	if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	size = deflateBound(&stream, reply->size) + 64;
	packed = xmalloc(size);
	stream.next_in = (unsigned char *)reply->body;
	stream.avail_in = (unsigned)reply->size;
	stream.next_out = (unsigned char *)packed;
	stream.avail_out = (unsigned)size;
	if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
		abort();
	free(reply->body);
	reply->body = packed;
	reply->size = stream.total_out;
	(void)deflateEnd(&stream);
}

/* ---- replies without end ---- */

static bool has_hung_up(int fd, int wait_ms)
{
	struct pollfd wait = {.fd = fd, .events = POLLRDHUP};

	return poll(&wait, 1, wait_ms) != 0;
}

static void send_for_ever(int fd, const char *text, int pause_ms)
{
	while (!has_hung_up(fd, pause_ms) && send_all(fd, text, strlen(text)))
		;
}

static void drip(int fd, const char *text)
{
	for (; *text; text++)
		if (has_hung_up(fd, 10) || !send_all(fd, text, 1))
			return;
	send_for_ever(fd, " ", 10);
}

static void send_endless(int fd, enum fake_endless how)
{
	static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n";
	static const char chunked[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
	static const char body[] = "\r\n{\"jsonrpc\":\"2.0\",";
	static char line[4096];
	static char chunk[4096 + 16];

	memset(line, 'x', sizeof(line) - 1);
	memcpy(line, "X-More: ", 8);
	memcpy(line + sizeof(line) - 3, "\r\n", 2);
	memset(chunk, '[', sizeof(chunk) - 1);
	memcpy(chunk, "1000\r\n", 6);
	memcpy(chunk + 6 + 4096, "\r\n", 3);
	if (how == ENDLESS_BODY)
		(void)send_all(fd, chunked, strlen(chunked));
	else if (how != ENDLESS_DEAF && how != ENDLESS_INTERIM)
		(void)send_all(fd, head, strlen(head));
	switch (how) {
	case ENDLESS_DRIP:
		drip(fd, body);
		break;
	case ENDLESS_HEAD:
		send_for_ever(fd, line, 0);
		break;
	case ENDLESS_HEAD_DRIP:
		send_for_ever(fd, "X-More: y\r\n", 10);
		break;
	case ENDLESS_INTERIM:
		send_for_ever(fd, "HTTP/1.1 100 Continue\r\n\r\n", 0);
		break;
	case ENDLESS_BODY:
		send_for_ever(fd, chunk, 0);
		break;
	case ENDLESS_STALL:
		(void)send_all(fd, body, strlen(body));
		break;
	case ENDLESS_HALF_CLOSE:
		(void)shutdown(fd, SHUT_WR);
		break;
	case ENDLESS_DEAF:
	case ENDLESS_NOTHING:
		break;
	}
	while (!has_hung_up(fd, 1000))
		;
}

/* False where the connection shall end. */
static bool send_reply(int fd, struct fake_reply *reply)
{
	char head[512];
	int length;
	size_t size;

	if (reply->hang_up)
		return false;
	if (reply->endless) {
		send_endless(fd, reply->endless);
		return false;
	}
	if (!reply->body)
		reply->body = xstrdup("");
	if (!reply->size)
		reply->size = strlen(reply->body);
	if (reply->gzip)
		pack(reply);
	length = snprintf(head, sizeof(head),
			  "HTTP/1.1 %u Some words\r\nContent-Type: application/json\r\n"
			  "Content-Length: %zu\r\n%s%s%s\r\n",
			  reply->status, reply->size, reply->headers ? reply->headers : "",
			  reply->gzip ? "Content-Encoding: gzip\r\n" : "",
			  reply->close ? "Connection: close\r\n" : "");
	size = reply->cut && reply->cut < reply->size ? reply->cut : reply->size;
	return send_all(fd, head, (size_t)length) && send_all(fd, reply->body, size) &&
	       size == reply->size && !reply->close;
}

static bool serve_one(struct connection *connection, struct incoming *in)
{
	struct fakenode *node = connection->node;
	struct fake_request request;
	struct fake_reply reply = {.status = 200};
	size_t head_size;
	size_t body_size;
	json_t *json;
	char *body;
	bool more;

	if (!read_request(connection->fd, in, &head_size, &body_size))
		return false;
	body = xmalloc(body_size + 1);
	memcpy(body, in->bytes + head_size, body_size);
	body[body_size] = '\0';
	json = json_loadb(body, body_size, 0, NULL);
	(void)pthread_mutex_lock(&node->mutex);
	request = (struct fake_request){.number = ++node->requests,
					.head = in->bytes,
					.body = body,
					.size = body_size,
					.json = json};
	node->answer(node->context, &request, &reply);
	json_decref(json);
	(void)pthread_mutex_unlock(&node->mutex);
	if (reply.delay_ms) {
		/* Ends early where the client, or the test, hangs up. */
		struct pollfd wait = {.fd = connection->fd, .events = POLLIN | POLLRDHUP};

		(void)poll(&wait, 1, (int)reply.delay_ms);
	}
	more = send_reply(connection->fd, &reply);
	free(reply.body);
	free(body);
	in->size -= head_size + body_size;
	memmove(in->bytes, in->bytes + head_size + body_size, in->size);
	in->bytes[in->size] = '\0';
	return more;
}

static void *serve_connection(void *context)
{
	struct connection *connection = context;
	struct incoming in = {0};

	while (serve_one(connection, &in))
		;
	free(in.bytes);
	(void)shutdown(connection->fd, SHUT_RDWR);
	(void)pthread_mutex_lock(&connection->node->mutex);
	connection->over = true;
	(void)pthread_mutex_unlock(&connection->node->mutex);
	return NULL;
}

static void end_connection(struct connection *connection)
{
	(void)pthread_join(connection->thread, NULL);
	(void)close(connection->fd);
	connection->used = connection->over = false;
}

/* A free slot; those of connections that ended are tidied up first. */
static struct connection *free_slot(struct fakenode *node)
{
	struct connection *slot = NULL;

	for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
		struct connection *connection = &node->connections[i];

		if (connection->used && connection->over)
			end_connection(connection);
		if (!connection->used)
			slot = connection;
	}
	return slot;
}

static void take_connection(struct fakenode *node, int fd)
{
	struct connection *connection = free_slot(node);
	int one = 1;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (node->stopping || !connection) {
		(void)close(fd);
		return;
	}
	node->accepted++;
	connection->node = node;
	connection->fd = fd;
	connection->used = true;
	if (pthread_create(&connection->thread, NULL, serve_connection, connection))
		abort();
}

static void *accept_connections(void *context)
{
	struct fakenode *node = context;

	for (;;) {
		int fd = accept(node->listener, NULL, NULL);

		if (fd < 0)
			return NULL;
		(void)pthread_mutex_lock(&node->mutex);
		take_connection(node, fd);
		(void)pthread_mutex_unlock(&node->mutex);
	}
}

struct fakenode *fakenode_start(fake_answer *answer, void *context)
{
	struct fakenode *node = xcalloc(1, sizeof(*node));
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t size = sizeof(address);

	node->answer = answer;
	node->context = context;
	(void)pthread_mutex_init(&node->mutex, NULL);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	node->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (node->listener < 0 ||
	    bind(node->listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(node->listener, 64) ||
	    getsockname(node->listener, (struct sockaddr *)&address, &size)) {
		perror("fakenode");
		abort();
	}
	(void)snprintf(node->url, sizeof(node->url), "http://127.0.0.1:%u",
		       (unsigned)ntohs(address.sin_port));
	if (pthread_create(&node->thread, NULL, accept_connections, node))
		abort();
	return node;
}

void fakenode_stop(struct fakenode *node)
{
	(void)pthread_mutex_lock(&node->mutex);
	node->stopping = true;
	(void)pthread_mutex_unlock(&node->mutex);
	(void)shutdown(node->listener, SHUT_RDWR);
	(void)pthread_join(node->thread, NULL);
	for (unsigned i = 0; i < CONNECTIONS_MAX; i++)
		if (node->connections[i].used)
			(void)shutdown(node->connections[i].fd, SHUT_RDWR);
	for (unsigned i = 0; i < CONNECTIONS_MAX; i++)
		if (node->connections[i].used)
			end_connection(&node->connections[i]);
	(void)close(node->listener);
	(void)pthread_mutex_destroy(&node->mutex);
	free(node);
}

const char *fakenode_url(const struct fakenode *node)
{
	return node->url;
}

unsigned fakenode_requests(struct fakenode *node)
{
	unsigned count;

	(void)pthread_mutex_lock(&node->mutex);
	count = node->requests;
	(void)pthread_mutex_unlock(&node->mutex);
	return count;
}

unsigned fakenode_connections(struct fakenode *node)
{
	unsigned count;

	(void)pthread_mutex_lock(&node->mutex);
	count = node->accepted;
	(void)pthread_mutex_unlock(&node->mutex);
	return count;
}

/* ---- replies ---- */

json_t *fake_result(const json_t *call, json_t *result)
{
	return json_pack("{s:s,s:O,s:o}", "jsonrpc", "2.0", "id", json_object_get(call, "id"),
			 "result", result);
}

json_t *fake_error(const json_t *call, int code, const char *message)
{
	json_t *id = json_object_get(call, "id");

	return json_pack("{s:s,s:o,s:{s:i,s:s}}", "jsonrpc", "2.0", "id",
			 id ? json_incref(id) : json_null(), "error", "code", code, "message",
			 message);
}

void fake_reply_json(struct fake_reply *reply, json_t *json)
{
	reply->body = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
	json_decref(json);
}

void fake_reply_text(struct fake_reply *reply, const char *text)
{
	reply->body = xstrdup(text);
}

/* ---- a recorded chain as a node ---- */

struct fake_chain {
	pthread_mutex_t mutex;
	struct fake_faults faults;
	uint64_t random;
	unsigned turn;
	unsigned batch_turn;
	unsigned log_turn;
	uint64_t first;
	uint64_t last;
	json_t *chain_id;
	json_t *blocks;   /* by number - first: block, bodies, receipts, logs */
	json_t *by_hash;  /* to the number */
	json_t *receipts; /* by transaction hash: [number, receipt] */
	unsigned lies;
	json_t *calls;  /* "to|data|block" to the line */
	json_t *births; /* address to block */
};

static uint64_t draw(struct fake_chain *chain, uint64_t below)
{
	chain->random ^= chain->random << 13;
	chain->random ^= chain->random >> 7;
	chain->random ^= chain->random << 17;
	return chain->random % below;
}

static const char *member(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "";
}

static void load_block(struct fake_chain *chain, json_t *line)
{
	json_t *logs = json_array();
	json_t *hashes = json_array();
	json_t *block = json_object_get(line, "block");
	json_t *bodies = json_copy(block);
	json_t *receipts = json_object_get(line, "receipts");
	uint64_t number = strtoull(member(block, "number"), NULL, 16);
	json_t *one;
	size_t i;

	json_array_foreach (receipts, i, one) {
		(void)json_array_extend(logs, json_object_get(one, "logs"));
		(void)json_object_set_new(chain->receipts, member(one, "transactionHash"),
					  json_pack("[I,O]", (json_int_t)number, one));
	}
	json_array_foreach (json_object_get(block, "transactions"), i, one)
		(void)json_array_append(hashes,
					json_is_string(one) ? one : json_object_get(one, "hash"));
	(void)json_object_set_new(block, "transactions", hashes);
	(void)json_object_set_new(chain->by_hash, member(block, "hash"),
				  json_integer((json_int_t)number));
	(void)json_array_append_new(chain->blocks,
				    json_pack("{s:O,s:o,s:O,s:o}", "block", block, "bodies", bodies,
					      "receipts", receipts, "logs", logs));
}

static void load_call(struct fake_chain *chain, json_t *line)
{
	json_int_t block = json_integer_value(json_object_get(line, "block"));
	json_t *born = json_object_get(chain->births, member(line, "to"));
	char key[4096];

	(void)snprintf(key, sizeof(key), "%s|%s|%lld", member(line, "to"), member(line, "data"),
		       (long long)block);
	(void)json_object_set(chain->calls, key, line);
	if (!born || json_integer_value(born) > block)
		(void)json_object_set_new(chain->births, member(line, "to"), json_integer(block));
}

struct fake_chain *fake_chain_load(const char *path)
{
	struct fake_chain *chain = xcalloc(1, sizeof(*chain));
	gzFile file = gzopen(path, "rb");
	size_t capacity = 4 * 1024 * 1024;
	char *text = xmalloc(capacity);

	if (!file) {
		perror(path);
		abort();
	}
	(void)pthread_mutex_init(&chain->mutex, NULL);
	chain->blocks = json_array();
	chain->by_hash = json_object();
	chain->receipts = json_object();
	chain->calls = json_object();
	chain->births = json_object();
	while (gzgets(file, text, (int)capacity)) {
		json_t *line = json_loads(text, 0, NULL);
		const char *type = member(line, "type");

		if (strcmp(type, "meta") == 0) {
			chain->chain_id = json_incref(json_object_get(line, "chainId"));
			chain->first = (uint64_t)json_integer_value(json_object_get(line, "first"));
			chain->last = (uint64_t)json_integer_value(json_object_get(line, "last"));
		} else if (strcmp(type, "block") == 0) {
			load_block(chain, line);
		} else if (strcmp(type, "call") == 0) {
			load_call(chain, line);
		}
		json_decref(line);
	}
	(void)gzclose(file);
	free(text);
	fake_chain_set(chain, &(struct fake_faults){0});
	return chain;
}

void fake_chain_free(struct fake_chain *chain)
{
	json_decref(chain->chain_id);
	json_decref(chain->blocks);
	json_decref(chain->by_hash);
	json_decref(chain->receipts);
	json_decref(chain->calls);
	json_decref(chain->births);
	(void)pthread_mutex_destroy(&chain->mutex);
	free(chain);
}

void fake_chain_set(struct fake_chain *chain, const struct fake_faults *faults)
{
	(void)pthread_mutex_lock(&chain->mutex);
	chain->faults = *faults;
	chain->random = faults->seed * 0x9e3779b97f4a7c15 + 0x1234567;
	chain->turn = chain->batch_turn = chain->log_turn = chain->lies = 0;
	if (!chain->faults.head)
		chain->faults.head = chain->last;
	(void)pthread_mutex_unlock(&chain->mutex);
}

static json_t *entry_at(const struct fake_chain *chain, uint64_t number)
{
	if (number < chain->first || number > chain->faults.head)
		return NULL;
	return json_array_get(chain->blocks, (size_t)(number - chain->first));
}

/* The number that a tag, quantity or {"blockHash":…} means; UINT64_MAX for none. */
static uint64_t number_of(const struct fake_chain *chain, const json_t *tag)
{
	const char *text = json_string_value(tag);
	const json_t *known;

	if (json_is_object(tag))
		text = member(tag, "blockHash");
	if (!text)
		return UINT64_MAX;
	if (strcmp(text, "latest") == 0 || strcmp(text, "finalized") == 0)
		return chain->faults.head;
	if (strlen(text) < 66)
		return strtoull(text, NULL, 16);
	known = json_object_get(chain->by_hash, text);
	return known ? (uint64_t)json_integer_value(known) : UINT64_MAX;
}

/* Whether this answer about the block shall be that lie. */
static bool lies(struct fake_chain *chain, enum fake_lie lie, uint64_t number)
{
	const struct fake_faults *faults = &chain->faults;

	if (faults->lie != lie || (faults->lie_block && faults->lie_block != number))
		return false;
	return !faults->lie_times || chain->lies++ < faults->lie_times;
}

/* The hexadecimal string with another last digit. */
static void alter(json_t *object, const char *name)
{
	char *text = xstrdup(member(object, name));
	size_t last = strlen(text) - 1;

	text[last] = text[last] == '1' ? '2' : '1';
	(void)json_object_set_new(object, name, json_string(text));
	free(text);
}

static json_t *block_result(struct fake_chain *chain, const json_t *call)
{
	const json_t *params = json_object_get(call, "params");
	uint64_t number = number_of(chain, json_array_get(params, 0));
	json_t *entry = entry_at(chain, number);
	bool full = json_is_true(json_array_get(params, 1));
	json_t *transaction;
	json_t *out;

	if (!entry)
		return fake_result(call, json_null());
	if (full && chain->faults.no_bodies)
		return fake_error(call, 4444, "pruned history unavailable");
	out = json_deep_copy(json_object_get(entry, full ? "bodies" : "block"));
	transaction = json_array_get(json_object_get(out, "transactions"), 0);
	if (!full && lies(chain, LIE_HEADER, number))
		alter(out, "stateRoot");
	if (!full && lies(chain, LIE_PARENT, number))
		alter(out, "parentHash");
	if (full && transaction && lies(chain, LIE_BODY, number))
		alter(transaction, "value");
	if (full && transaction && lies(chain, LIE_SENDER, number))
		alter(transaction, "from");
	return fake_result(call, out);
}

static json_t *receipts_result(struct fake_chain *chain, const json_t *call)
{
	const json_t *tag = json_array_get(json_object_get(call, "params"), 0);
	uint64_t number = number_of(chain, tag);
	json_t *entry = entry_at(chain, number);
	json_t *receipts;
	json_t *first;

	if (chain->faults.no_block_receipts)
		return fake_error(call, -32601, "the method does not exist/is not available");
	if (chain->faults.no_hash_receipts && strlen(json_string_value(tag)) == 66)
		return fake_error(call, -32602, "invalid argument 0: hex number > 64 bits");
	if (!entry)
		return fake_result(call, json_null());
	receipts = json_deep_copy(json_object_get(entry, "receipts"));
	first = json_array_get(receipts, 0);
	if (first && lies(chain, LIE_RECEIPT, number))
		(void)json_object_set_new(
			first, "status",
			json_string(strcmp(member(first, "status"), "0x1") == 0 ? "0x0" : "0x1"));
	if (first && lies(chain, LIE_RECEIPT_GONE, number))
		(void)json_array_remove(receipts, json_array_size(receipts) - 1);
	if (json_array_size(json_object_get(first, "logs")) && lies(chain, LIE_RECEIPT_LOG, number))
		(void)json_array_remove(json_object_get(first, "logs"), 0);
	return fake_result(call, receipts);
}

static json_t *receipt_result(struct fake_chain *chain, const json_t *call)
{
	const json_t *hash = json_array_get(json_object_get(call, "params"), 0);
	const json_t *known = json_object_get(chain->receipts, json_string_value(hash));

	if (!known || !entry_at(chain, (uint64_t)json_integer_value(json_array_get(known, 0))))
		return fake_result(call, json_null());
	return fake_result(call, json_incref(json_array_get(known, 1)));
}

static bool among(const json_t *wanted, const char *value)
{
	const json_t *one;
	size_t i;

	if (!wanted || json_is_null(wanted))
		return true;
	if (json_is_string(wanted))
		return strcmp(json_string_value(wanted), value) == 0;
	json_array_foreach (wanted, i, one)
		if (strcmp(json_string_value(one), value) == 0)
			return true;
	return false;
}

static bool passes(const json_t *filter, const json_t *log)
{
	const json_t *topics = json_object_get(filter, "topics");
	const json_t *wanted;
	size_t i;

	if (!among(json_object_get(filter, "address"), member(log, "address")))
		return false;
	json_array_foreach (topics, i, wanted) {
		const json_t *topic = json_array_get(json_object_get(log, "topics"), i);

		if (!json_is_null(wanted) && (!topic || !among(wanted, json_string_value(topic))))
			return false;
	}
	return true;
}

/* Spoils an answer with one of the ways in which logs can be wrong. */
static void spoil(struct fake_chain *chain, json_t *logs)
{
	size_t count = json_array_size(logs);
	json_t *log;
	size_t at;

	if (!count || draw(chain, 100) >= chain->faults.wrong_log_percent)
		return;
	at = (size_t)draw(chain, count);
	log = json_deep_copy(json_array_get(logs, at));
	switch (chain->log_turn++ % 5) {
	case 0:
		(void)json_array_append(logs, json_array_get(logs, 0));
		break;
	case 1:
		(void)json_object_set_new(log, "removed", json_true());
		(void)json_array_set(logs, at, log);
		break;
	case 2:
		(void)json_object_set_new(
			log, "blockHash",
			json_string("0x1234567812345678123456781234567812345678123456781234567812"
				    "345678"));
		(void)json_array_set(logs, at, log);
		break;
	case 3:
		(void)json_object_set_new(
			log, "address", json_string("0x00000000000000000000000000000000000000ff"));
		(void)json_array_set(logs, at, log);
		break;
	default:
		(void)json_object_del(log, "data");
		(void)json_array_set(logs, at, log);
		break;
	}
	json_decref(log);
}

/* The wanted logs of one block, or a lie about them. */
static void append_logs(json_t *out, struct fake_chain *chain, const json_t *filter, uint64_t n)
{
	const json_t *logs = json_object_get(entry_at(chain, n), "logs");
	json_t *own = json_array();
	json_t *first;
	json_t *log;
	size_t i;

	json_array_foreach (logs, i, log)
		if (passes(filter, log))
			(void)json_array_append_new(own, json_deep_copy(log));
	first = json_array_get(own, 0);
	if (first && strlen(member(first, "data")) > 2 && lies(chain, LIE_LOG_ALTERED, n))
		alter(first, "data");
	if (first && lies(chain, LIE_LOG_MOVED, n))
		(void)json_object_set_new(first, "transactionIndex", json_string("0x7"));
	if (first && lies(chain, LIE_LOG_INVENTED, n)) {
		log = json_deep_copy(json_array_get(own, json_array_size(own) - 1));
		(void)json_object_set_new(log, "data", json_string("0x1234"));
		(void)json_object_set_new(log, "logIndex", json_string("0x3e8"));
		(void)json_array_append_new(own, log);
	}
	if (first && lies(chain, LIE_LOG_OMITTED, n))
		(void)json_array_remove(own, 0);
	(void)json_array_extend(out, own);
	json_decref(own);
}

static json_t *logs_result(struct fake_chain *chain, const json_t *call)
{
	const json_t *filter = json_array_get(json_object_get(call, "params"), 0);
	uint64_t from = number_of(chain, json_object_get(filter, "fromBlock"));
	uint64_t to = number_of(chain, json_object_get(filter, "toBlock"));
	json_t *out;
	char words[80];

	if (json_object_get(filter, "blockHash")) {
		if (chain->faults.no_hash_logs)
			return fake_error(call, -32602, "invalid argument 0: blockHash");
		from = to = number_of(chain, filter);
		if (!entry_at(chain, from))
			return fake_error(call, -32000, "unknown block");
	}
	if (chain->faults.range_max && to - from + 1 > chain->faults.range_max) {
		(void)snprintf(words, sizeof(words), "query exceeds max block range %u",
			       chain->faults.range_max);
		return fake_error(call, -32005, words);
	}
	out = json_array();
	for (uint64_t n = from; n <= to && n <= chain->faults.head; n++)
		append_logs(out, chain, filter, n);
	if (chain->faults.logs_max && json_array_size(out) > chain->faults.logs_max) {
		json_decref(out);
		(void)snprintf(words, sizeof(words), "query returned more than %u results",
			       chain->faults.logs_max);
		return fake_error(call, -32005, words);
	}
	spoil(chain, out);
	return fake_result(call, out);
}

static json_t *call_result(const struct fake_chain *chain, const json_t *call)
{
	const json_t *params = json_object_get(call, "params");
	const json_t *what = json_array_get(params, 0);
	const json_t *tag = json_array_get(params, 1);
	const json_t *born = json_object_get(chain->births, member(what, "to"));
	const json_t *line;
	const json_t *error;
	uint64_t number;
	char key[4096];

	if (chain->faults.no_hash_calls && json_is_object(tag))
		return fake_error(call, -32602,
				  "invalid argument 1: json: cannot unmarshal object into Go value "
				  "of type string");
	number = number_of(chain, tag);
	if (!entry_at(chain, number))
		return fake_error(call, -32000, "header not found");
	if (born && number < (uint64_t)json_integer_value(born))
		return fake_result(call, json_string("0x"));
	(void)snprintf(key, sizeof(key), "%s|%s|%llu", member(what, "to"), member(what, "data"),
		       (unsigned long long)number);
	line = json_object_get(chain->calls, key);
	error = json_object_get(line, "error");
	if (error)
		return fake_error(call, (int)json_integer_value(json_object_get(error, "code")),
				  member(error, "message"));
	if (!line)
		return fake_error(call, -32000, "missing trie node: not in this recorded chain");
	return fake_result(call, json_incref(json_object_get(line, "result")));
}

static json_t *code_result(const struct fake_chain *chain, const json_t *call)
{
	const json_t *params = json_object_get(call, "params");
	const char *address = json_string_value(json_array_get(params, 0));
	const json_t *born = json_object_get(chain->births, address ? address : "");
	uint64_t number = number_of(chain, json_array_get(params, 1));
	bool has = born && number >= (uint64_t)json_integer_value(born);

	return fake_result(call, json_string(has ? "0xfe" : "0x"));
}

static json_t *one_call(struct fake_chain *chain, const json_t *call)
{
	const char *method = member(call, "method");
	char text[32];

	if (strcmp(method, "eth_chainId") == 0)
		return fake_result(call, json_incref(chain->chain_id));
	if (strcmp(method, "eth_syncing") == 0)
		return fake_result(call, json_false());
	if (strcmp(method, "eth_blockNumber") == 0) {
		(void)snprintf(text, sizeof(text), "0x%llx",
			       (unsigned long long)chain->faults.head);
		return fake_result(call, json_string(text));
	}
	if (strcmp(method, "eth_getBlockByNumber") == 0 ||
	    strcmp(method, "eth_getBlockByHash") == 0)
		return block_result(chain, call);
	if (strcmp(method, "eth_getBlockReceipts") == 0)
		return receipts_result(chain, call);
	if (strcmp(method, "eth_getTransactionReceipt") == 0)
		return receipt_result(chain, call);
	if (strcmp(method, "eth_getLogs") == 0)
		return logs_result(chain, call);
	if (strcmp(method, "eth_call") == 0)
		return call_result(chain, call);
	if (strcmp(method, "eth_getCode") == 0)
		return code_result(chain, call);
	return fake_error(call, -32601, "the method does not exist/is not available");
}

/* True where the request is answered by a fault. */
static bool fault(struct fake_chain *chain, struct fake_reply *reply)
{
	if (draw(chain, 100) >= chain->faults.percent)
		return false;
	switch (chain->turn++ % 5) {
	case 0:
		reply->status = 429;
		fake_reply_text(reply,
				"{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32005,"
				"\"message\":\"rate limit\"}}");
		break;
	case 1:
		reply->status = 500;
		fake_reply_text(reply, "internal error");
		break;
	case 2:
		fake_reply_text(reply, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":\"0x123456\"}");
		reply->cut = 20;
		break;
	case 3:
		fake_reply_text(reply, "<html>Bad gateway</html>");
		break;
	default:
		reply->hang_up = true;
		break;
	}
	return true;
}

static void spoil_batch(struct fake_chain *chain, json_t *answers)
{
	size_t count = json_array_size(answers);
	size_t at;

	if (!count || draw(chain, 100) >= chain->faults.batch_percent)
		return;
	at = (size_t)draw(chain, count);
	switch (chain->batch_turn++ % 4) {
	case 0:
		(void)json_array_remove(answers, at);
		break;
	case 1:
		(void)json_array_append(answers, json_array_get(answers, at));
		break;
	case 2:
		(void)json_array_append_new(
			answers, json_pack("{s:i,s:s}", "id", 123456789, "result", "0x"));
		break;
	default: /* any order is fine */
		(void)json_array_insert(answers, 0, json_array_get(answers, count - 1));
		(void)json_array_remove(answers, count);
		break;
	}
}

static void answer_request(struct fake_chain *chain, const struct fake_request *request,
			   struct fake_reply *reply)
{
	const json_t *call;
	json_t *answers;
	size_t i;

	reply->gzip = chain->faults.gzip;
	reply->delay_ms = chain->faults.delay_ms;
	reply->endless = chain->faults.endless;
	if (fault(chain, reply))
		return;
	if (json_is_object(request->json)) {
		fake_reply_json(reply, one_call(chain, request->json));
		return;
	}
	if (!json_is_array(request->json)) {
		fake_reply_json(reply, fake_error(NULL, -32700, "parse error"));
		return;
	}
	if (chain->faults.batch_max && json_array_size(request->json) > chain->faults.batch_max) {
		fake_reply_json(reply, fake_error(NULL, -32600, "batch too large"));
		return;
	}
	answers = json_array();
	json_array_foreach (request->json, i, call)
		(void)json_array_append_new(answers, one_call(chain, call));
	spoil_batch(chain, answers);
	fake_reply_json(reply, answers);
}

void fake_chain_answer(void *context, const struct fake_request *request, struct fake_reply *reply)
{
	struct fake_chain *chain = context;

	(void)pthread_mutex_lock(&chain->mutex);
	answer_request(chain, request, reply);
	(void)pthread_mutex_unlock(&chain->mutex);
}
