#include "tests/support/sim_net.h"

#include <inttypes.h>
#include <stdlib.h>

#include "indexer/http_impl.h"
#include "tests/support/test.h"

enum { LIMIT_EXCEEDED = -32005, INVALID_PARAMS = -32602, METHOD_SIZE = 80 };

struct net_node {
	struct sim_node *node;
	struct sim_manners manners;
	const struct sim_chain *chain;
	uint64_t head;
};

struct sim_net {
	struct sim_world *world;
	struct http_transport transport;
	struct net_node nodes[SIM_NET_NODES];
	uint64_t requests;
	uint64_t faults[SIM_FAULT_COUNT];
	bool is_dead;
	void (*on_request)(void *context, uint64_t number);
	void *watcher;
};

struct net_http {
	struct http_head head;
	struct sim_net *net;
	size_t node;
	struct http_options options;
	unsigned finished; /* requests that ended and were not looked at since the last step */
};

struct net_request {
	struct http_head head;
	struct net_http *http;
	uint64_t number;
	struct slice question;
	struct sim_answer answer;
	uint64_t pieces; /* that have come */
	uint8_t *body;
	size_t capacity;
	bool is_over;
	struct http_reply reply;
};

static const char *const urls[SIM_NET_NODES] = {"http://node0.sim", "http://node1.sim",
						"http://node2.sim"};

const char *sim_net_url(size_t node)
{
	return urls[node];
}

static struct net_http *http_of(struct http *base)
{
	return (struct net_http *)base;
}

static struct net_request *request_of(struct http_request *base)
{
	return (struct net_request *)base;
}

/* ---- what a node says ---- */

static json_t *parse(struct slice text)
{
	json_t *json = json_loadb((const char *)text.data, text.size, 0, NULL);

	assert_non_null(json);
	return json;
}

static void describe(char out[METHOD_SIZE], const json_t *question)
{
	const json_t *first = json_is_array(question) ? json_array_get(question, 0) : question;
	size_t count = json_is_array(question) ? json_array_size(question) : 1;
	const char *method = json_string_value(json_object_get(first, "method"));

	(void)snprintf(out, METHOD_SIZE, "%s x%zu", method ? method : "?", count);
}

static uint64_t quantity(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? strtoull(text, NULL, 16) : 0;
}

static json_t *answer_call(const struct net_node *node, const json_t *call)
{
	const char *method = json_string_value(json_object_get(call, "method"));
	const json_t *filter = json_array_get(json_object_get(call, "params"), 0);
	uint64_t most = node->manners.range_max;
	char words[80];

	if (!most || !method || strcmp(method, "eth_getLogs") != 0 ||
	    json_object_get(filter, "blockHash") ||
	    quantity(filter, "toBlock") - quantity(filter, "fromBlock") < most)
		return sim_node_call(node->node, call);
	(void)snprintf(words, sizeof(words), "exceed maximum block range: %" PRIu64, most);
	return fake_error(call, INVALID_PARAMS, words);
}

static json_t *answer_all(const struct net_node *node, const json_t *question)
{
	unsigned most = node->manners.batch_max;
	const json_t *call;
	json_t *answers;
	size_t i;

	if (!json_is_array(question))
		return answer_call(node, question);
	if (most && json_array_size(question) > most)
		return fake_error(NULL, -32600, "batch too large");
	answers = json_array();
	json_array_foreach (question, i, call)
		(void)json_array_append_new(answers, answer_call(node, call));
	return answers;
}

static enum sim_fault draw_fault(struct sim_net *net, const struct net_node *node)
{
	struct sim_random *random = sim_world_random(net->world);
	enum sim_fault fault;

	if (node->manners.is_down)
		return SIM_FAULT_REFUSED;
	if (!node->manners.faults || !sim_percent(random, node->manners.fault_percent))
		return SIM_FAULT_NONE;
	do {
		fault = (enum sim_fault)sim_below(random, SIM_FAULT_COUNT);
	} while (!(node->manners.faults & UINT64_C(1) << fault));
	return fault;
}

/* ---- a request's way ---- */

static void end_request(struct net_request *request, enum http_outcome outcome, const char *problem)
{
	sim_world_forget(request->http->net->world, request);
	request->is_over = true;
	request->http->finished++;
	request->reply.outcome = outcome;
	(void)snprintf(request->reply.problem, sizeof(request->reply.problem), "%s", problem);
	sim_note(request->http->net->world, "#%" PRIu64 " ends: %s %u, %zu bytes", request->number,
		 *problem ? problem : "HTTP", request->reply.status,
		 outcome == HTTP_ANSWERED ? request->answer.size : 0);
}

static void on_timeout(void *context)
{
	end_request(context, HTTP_TIMED_OUT, "Timeout was reached");
}

static void on_piece(void *context)
{
	struct net_request *request = context;
	const struct sim_answer *answer = &request->answer;
	struct sim_world *world = request->http->net->world;

	if (++request->pieces < answer->pieces) {
		sim_world_at(world, sim_now(world) + answer->pause_ms, on_piece, request);
		return;
	}
	if (answer->outcome != HTTP_ANSWERED) {
		end_request(request, answer->outcome, answer->problem);
		return;
	}
	request->body = xrealloc(request->body, answer->size + 1);
	memcpy(request->body, answer->bytes, answer->size);
	request->capacity = answer->size + 1;
	sim_note_bytes(world, answer->bytes, answer->size);
	request->reply.status = answer->status;
	request->reply.retry_after_ms = answer->retry_after_ms;
	request->reply.body = slice_of(request->body, answer->size);
	end_request(request, HTTP_ANSWERED, "");
}

static void on_arrival(void *context)
{
	struct net_request *request = context;
	struct sim_net *net = request->http->net;
	struct net_node *node = &net->nodes[request->http->node];
	struct sim_random *random = sim_world_random(net->world);
	enum sim_fault fault = draw_fault(net, node);
	json_t *question = parse(request->question);
	uint64_t lag = 0;
	char method[METHOD_SIZE];

	if (sim_percent(random, node->manners.lag_percent))
		lag = sim_below(random, node->manners.lag_max + 1);
	lag = lag < node->head ? lag : node->head;
	net->faults[fault]++;
	describe(method, question);
	sim_note(net->world, "#%" PRIu64 " node %zu at %" PRIu64 ": %s: %s", request->number,
		 request->http->node, node->head - lag, method, sim_fault_name(fault));
	if (lag)
		sim_node_follow(node->node, NULL, node->head - lag);
	sim_fault_answer(&request->answer, answer_all(node, question), fault,
			 request->http->options.timeout_ms, random);
	if (lag)
		sim_node_follow(node->node, NULL, node->head);
	json_decref(question);
	if (request->answer.size > request->http->options.body_bytes_max)
		request->answer.outcome = HTTP_TOO_BIG;
	sim_world_at(net->world,
		     sim_now(net->world) + request->answer.pause_ms +
			     sim_below(random, node->manners.latency_ms + 1),
		     on_piece, request);
}

static struct http_request *post(struct http *base, struct slice body)
{
	struct net_http *http = http_of(base);
	struct sim_net *net = http->net;
	const struct sim_manners *manners = &net->nodes[http->node].manners;
	struct net_request *request = xcalloc(1, sizeof(*request));

	request->head = http->head;
	request->http = http;
	request->number = ++net->requests;
	request->question = body;
	sim_note_bytes(net->world, body.data, body.size);
	if (net->on_request && !net->is_dead)
		net->on_request(net->watcher, request->number);
	if (net->is_dead)
		return (struct http_request *)request;
	sim_world_at(net->world, sim_now(net->world) + http->options.timeout_ms, on_timeout,
		     request);
	sim_world_at(net->world,
		     sim_now(net->world) +
			     sim_below(sim_world_random(net->world), manners->latency_ms + 1),
		     on_arrival, request);
	return (struct http_request *)request;
}

/* Returns when one of this client's requests ended; those of others go on meanwhile. */
static void step(struct http *base, uint64_t wait_ms)
{
	struct net_http *http = http_of(base);
	uint64_t until = sim_now(http->net->world) + wait_ms;

	while (!http->finished && sim_world_step(http->net->world, until))
		;
	http->finished = 0;
}

static const struct http_reply *reply_of(const struct http_request *base)
{
	static const struct http_reply dead = {.outcome = HTTP_FAILED, .problem = "killed"};
	const struct net_request *request = (const struct net_request *)base;

	/* A dead process learns nothing; what it asked for ends so that the program comes back. */
	if (request->http->net->is_dead)
		return &dead;
	return request->is_over ? &request->reply : NULL;
}

static uint8_t *take_body(struct http_request *base, size_t *capacity)
{
	struct net_request *request = request_of(base);
	uint8_t *body = request->body;

	*capacity = request->capacity;
	request->body = NULL;
	request->capacity = 0;
	return body;
}

static void give_body(struct http *base, uint8_t *body, size_t capacity)
{
	(void)base;
	(void)capacity;
	free(body);
}

static void release(struct http *base, struct http_request *done)
{
	struct net_request *request = request_of(done);

	sim_world_forget(http_of(base)->net->world, request);
	free(request->answer.bytes);
	free(request->body);
	free(request);
}

/* ---- opening ---- */

static const char *label(const struct http *base)
{
	return urls[((const struct net_http *)base)->node];
}

static void wake(struct http *base)
{
	(void)base; /* there is no other thread */
}

static void scrub(const struct http *base, char *text)
{
	(void)base;
	(void)text; /* the urls have no secrets */
}

static void close_http(struct http *base)
{
	free(base);
}

static const struct http_ops net_ops = {
	.close = close_http,
	.label = label,
	.post = post,
	.step = step,
	.reply = reply_of,
	.take_body = take_body,
	.give_body = give_body,
	.release = release,
	.wake = wake,
	.scrub = scrub,
};

static enum status open_http(struct http **out, void *context, const char *url,
			     const struct http_options *options, struct error *err)
{
	struct net_http *http;

	for (size_t i = 0; i < SIM_NET_NODES; i++) {
		if (strcmp(urls[i], url) != 0)
			continue;
		http = xcalloc(1, sizeof(*http));
		http->head.ops = &net_ops;
		http->net = context;
		http->node = i;
		http->options = *options;
		*out = (struct http *)http;
		return OK;
	}
	return error_set(err, ERR_USAGE, "no simulated node has this url");
}

struct sim_net *sim_net_new(struct sim_world *world)
{
	struct sim_net *net = xcalloc(1, sizeof(*net));

	net->world = world;
	net->transport = (struct http_transport){.open = open_http, .context = net};
	for (unsigned i = 0; i < SIM_NET_NODES; i++)
		net->nodes[i].node = sim_node_new(NULL, i);
	return net;
}

void sim_net_free(struct sim_net *net)
{
	for (size_t i = 0; i < SIM_NET_NODES; i++)
		sim_node_free(net->nodes[i].node);
	free(net);
}

const struct http_transport *sim_net_transport(struct sim_net *net)
{
	return &net->transport;
}

struct sim_node *sim_net_node(struct sim_net *net, size_t node)
{
	return net->nodes[node].node;
}

struct sim_manners *sim_net_manners(struct sim_net *net, size_t node)
{
	return &net->nodes[node].manners;
}

void sim_net_follow(struct sim_net *net, size_t node, const struct sim_chain *chain, uint64_t head)
{
	net->nodes[node].chain = chain;
	net->nodes[node].head = head;
	sim_node_follow(net->nodes[node].node, chain, head);
}

uint64_t sim_net_requests(const struct sim_net *net)
{
	return net->requests;
}

uint64_t sim_net_fault_count(const struct sim_net *net, enum sim_fault fault)
{
	return net->faults[fault];
}

void sim_net_watch(struct sim_net *net, void (*on_request)(void *context, uint64_t number),
		   void *context)
{
	net->on_request = on_request;
	net->watcher = context;
}

void sim_net_kill(struct sim_net *net, bool is_dead)
{
	net->is_dead = is_dead;
}
