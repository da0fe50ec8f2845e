/*
 * JSON-RPC: batches, retries, and what is left when they do not help.
 */
#include "tests/indexer/check.h"

#include <pthread.h>
#include <unistd.h>

#include "base/clock.h"
#include "indexer/rpc.h"
#include "tests/support/fakenode.h"

/*
 * The node of these tests: a script of one letter a request says how each is answered, the last
 * letter holds for all that follow. Right answers are the call's method and its id.
 */
enum { SCRIPT_MAX = 64 };

static struct {
	pthread_mutex_t mutex;
	char script[SCRIPT_MAX];
	unsigned at;
	size_t largest; /* batch */
	size_t batch_max;
	char last[400];
	uint64_t times[SCRIPT_MAX];
} node_state = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static uint64_t now_ms(void)
{
	const struct clock clock = clock_real();

	return clock_now_ms(&clock);
}

/* The clock of the clients: the real one, put forward. */
static atomic_ullong ahead_ms;
static atomic_ullong ahead_ms_a_request;

static uint64_t read_clock(void *context)
{
	(void)context;
	return now_ms() + atomic_load(&ahead_ms);
}

static const struct clock ahead = {.now_ms = read_clock};

static struct fakenode *node;
static struct batch_limit batch_limit;
static atomic_bool stop;

static json_t *right(const json_t *call)
{
	return fake_result(call, json_incref(json_object_get(call, "method")));
}

static json_t *each(const json_t *calls, json_t *(*make)(const json_t *call))
{
	json_t *out = json_array();
	const json_t *call;
	size_t i;

	if (json_is_object(calls)) {
		json_decref(out);
		return make(calls);
	}
	json_array_foreach (calls, i, call)
		(void)json_array_append_new(out, make(call));
	return out;
}

static json_t *is_busy(const json_t *call)
{
	return fake_error(call, -32000, "service temporarily unavailable");
}

static json_t *reverts(const json_t *call)
{
	return fake_error(call, 3, "execution reverted: too many requests");
}

static void broken_batch(struct fake_reply *reply, const json_t *calls, char how)
{
	json_t *out = each(calls, right);
	size_t count = json_array_size(out);

	switch (how) {
	case 'm': /* missing */
		(void)json_array_remove(out, count / 2);
		break;
	case 'd': /* doubled */
		(void)json_array_append(out, json_array_get(out, 0));
		break;
	case 'f': /* foreign */
		(void)json_array_append_new(out, json_pack("{s:i,s:i}", "id", 999999, "result", 1));
		break;
	case 'b': /* one is busy */
		(void)json_array_set_new(out, 0, is_busy(json_array_get(calls, 0)));
		break;
	case 'e': /* one is an error of its own */
		(void)json_array_set_new(out, 0, reverts(json_array_get(calls, 0)));
		break;
	case 'p': /* nothing but the first */
		while (json_array_size(out) > 1)
			(void)json_array_remove(out, 1);
		break;
	case 'o': /* in another order */
		(void)json_array_insert(out, 0, json_array_get(out, count - 1));
		(void)json_array_remove(out, count);
		break;
	default:
		break;
	}
	fake_reply_json(reply, out);
}

static void garbage(struct fake_reply *reply, char how)
{
	static char deep[200000];
	static char huge[300000];

	memset(deep, '[', sizeof(deep) - 1);
	memcpy(deep, "{\"id\":1,\"result\":", 17);
	memset(huge, ' ', sizeof(huge) - 1);
	switch (how) {
	case 'H':
		fake_reply_text(reply, "<html>secret-key-of-mine</html>");
		break;
	case 'E':
		fake_reply_text(reply, "");
		break;
	case 'D':
		fake_reply_text(reply, deep);
		break;
	case 'U':
		fake_reply_text(reply, "{\"id\":1,\"result\":\"\xff\xfe\"}");
		break;
	case 'G':
		fake_reply_text(reply, huge);
		break;
	case 'T':
		fake_reply_text(reply, "{\"jsonrpc\":\"2.0\",\"id\":1,\"resu");
		break;
	case 'W':
		fake_reply_text(reply, "{\"id\":123456,\"result\":1}");
		break;
	default:
		fake_reply_text(reply, "[]");
		break;
	}
}

static void by_letter(const struct fake_request *request, struct fake_reply *reply, char letter)
{
	switch (letter) {
	case '+':
		fake_reply_json(reply, each(request->json, right));
		break;
	case 'h':
		reply->hang_up = true;
		break;
	case 't':
		fake_reply_json(reply, each(request->json, right));
		reply->cut = 5;
		break;
	case 's':
		reply->delay_ms = 2000;
		break;
	case '5':
		reply->status = 500;
		fake_reply_text(reply, "internal error");
		break;
	case '4':
		reply->status = 429;
		break;
	case 'R':
		reply->status = 429;
		reply->headers = "Retry-After: 1\r\n";
		break;
	case 'Y':
		reply->status = 429;
		reply->headers = "Retry-After: 99999999\r\n";
		break;
	case '1':
		reply->status = 401;
		break;
	case 'N':
		reply->status = 404;
		break;
	case '0':
		reply->status = 400;
		break;
	case 'B':
		fake_reply_json(reply, each(request->json, is_busy));
		break;
	case 'r':
		fake_reply_json(reply, each(request->json, reverts));
		break;
	case 'L': /* a JSON-RPC error beside an HTTP error */
		reply->status = 400;
		fake_reply_json(reply,
				fake_error(json_is_array(request->json)
						   ? json_array_get(request->json, 0)
						   : request->json,
					   -32614, "eth_getLogs is limited to a 10,000 range"));
		break;
	case 'K':
		fake_reply_json(reply, fake_error(request->json, -32000,
						  "no access with secret-key-of-mine"));
		break;
	default:
		if (strchr("HEDUGTW[", letter))
			garbage(reply, letter);
		else
			broken_batch(reply, request->json, letter);
		break;
	}
}

static void answer(void *context, const struct fake_request *request, struct fake_reply *reply)
{
	size_t count = json_is_array(request->json) ? json_array_size(request->json) : 1;
	char letter;

	(void)context;
	(void)pthread_mutex_lock(&node_state.mutex);
	if (count > node_state.largest)
		node_state.largest = count;
	(void)snprintf(node_state.last, sizeof(node_state.last), "%s", request->body);
	if (node_state.batch_max && count > node_state.batch_max) {
		fake_reply_json(reply,
				node_state.batch_max == 1
					? fake_error(NULL, -32600, "batch requests not supported")
					: fake_error(NULL, -32600, "batch too large"));
	} else {
		letter = node_state.script[node_state.at];
		node_state.times[node_state.at] = now_ms();
		(void)atomic_fetch_add(&ahead_ms, atomic_load(&ahead_ms_a_request));
		if (node_state.script[node_state.at + 1])
			node_state.at++;
		by_letter(request, reply, letter);
	}
	(void)pthread_mutex_unlock(&node_state.mutex);
}

static void script(const char *letters, size_t batch_max)
{
	(void)pthread_mutex_lock(&node_state.mutex);
	(void)snprintf(node_state.script, sizeof(node_state.script), "%s", letters);
	node_state.at = 0;
	node_state.largest = 0;
	node_state.batch_max = batch_max;
	(void)pthread_mutex_unlock(&node_state.mutex);
}

static struct rpc *open_rpc_with(struct rpc_options options)
{
	char url[100];
	struct rpc *rpc = NULL;
	struct error err;

	(void)snprintf(url, sizeof(url), "%s/v3/secret-key-of-mine", fakenode_url(node));
	options.url = url;
	batch_limit_init(&batch_limit, 100);
	check_ok(rpc_open(&rpc, &options, &err), err);
	return rpc;
}

static struct rpc_options options_of(unsigned attempts)
{
	return (struct rpc_options){
		.timeout_ms = 300,
		.response_bytes_max = 200000,
		.attempts = attempts,
		.backoff_ms = 1,
		.in_flight = 2,
		.batch_limit = &batch_limit,
		.stop_event = -1,
		.stop = &stop,
		.clock = &ahead,
	};
}

static struct rpc *open_rpc(unsigned attempts)
{
	return open_rpc_with(options_of(attempts));
}

enum { CALLS = 10 };

static struct rpc_call calls[CALLS];
static unsigned asked; /* requests in the last run */

/* Runs `count` calls; the results are checked to be right where they are results. */
static enum status run(struct rpc *rpc, size_t count, struct rpc_job **job, struct error *err)
{
	static const char *const methods[] = {"a", "b", "c", "d", "e"};
	unsigned before = fakenode_requests(node);
	enum status st;

	memset(calls, 0, sizeof(calls));
	for (size_t i = 0; i < count; i++) {
		calls[i].method = methods[i % 5];
		calls[i].params = "[]";
		calls[i].can_ask_less = i == 0;
	}
	*job = rpc_begin(rpc, calls, count);
	st = rpc_wait(*job, err);
	asked = fakenode_requests(node) - before;
	for (size_t i = 0; i < count && st == OK; i++) {
		char want[8];

		assert_int_not_equal(calls[i].outcome, RPC_PENDING);
		(void)snprintf(want, sizeof(want), "\"%s\"", methods[i % 5]);
		if (calls[i].outcome == RPC_RESULT)
			assert_true(slice_equal(calls[i].result, slice_of(want, strlen(want))));
	}
	return st;
}

/* All calls get their results in so many requests (0: any number). */
static void succeeds(const char *letters, size_t count, unsigned requests)
{
	struct rpc *rpc = open_rpc(6);
	struct rpc_job *job;
	struct error err;
	enum status st;

	script(letters, 0);
	st = run(rpc, count, &job, &err);
	if (st != OK)
		fail_msg("%s: %s: %s", letters, status_name(st), err.message);
	for (size_t i = 0; i < count; i++)
		if (calls[i].outcome != RPC_RESULT)
			fail_msg("%s: call %zu: %s", letters, i, calls[i].message);
	if (requests && asked != requests)
		fail_msg("%s: %u requests", letters, asked);
	assert_true(rpc_bytes(job) > 0);
	rpc_end(job);
	rpc_close(rpc);
}

static void calls_go_in_one_batch(void **state)
{
	(void)state;
	succeeds("+", 1, 1);
	assert_non_null(strstr(node_state.last,
			       "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\",\"params\":[]}"));
	assert_int_equal(node_state.last[0], '{');
	succeeds("+", 10, 1);
	assert_int_equal(node_state.last[0], '[');
	succeeds("o", 10, 1);
	succeeds("+", 0 + 2, 1);
}

static void no_calls_are_over_at_once(void **state)
{
	struct rpc *rpc = open_rpc(1);
	struct rpc_job *job;
	struct error err;

	(void)state;
	check_ok(run(rpc, 0, &job, &err), err);
	assert_int_equal(asked, 0);
	rpc_end(job);
	rpc_end(NULL);
	rpc_close(rpc);
}

static void passing_trouble_is_met_by_asking_again(void **state)
{
	static const char *const scripts[] = {"h+", "t+", "5+", "4+", "H+",    "E+",     "D+", "U+",
					      "T+", "W+", "[+", "B+", "h5H4+", "55555+", "s+"};

	(void)state;
	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++) {
		succeeds(scripts[i], 1, (unsigned)strlen(scripts[i]));
		succeeds(scripts[i], 5, (unsigned)strlen(scripts[i]));
	}
}

static void batches_with_wrong_ids_are_asked_again(void **state)
{
	(void)state;
	succeeds("m+", 5, 2);
	succeeds("d+", 5, 2);
	succeeds("f+", 5, 2);
	succeeds("b+", 5, 2);
	/* every round settles some: more rounds than tries are fine */
	succeeds("bbbbbbb+", 10, 0);
	succeeds("dfdf+", 5, 5);
}

static void a_pause_is_as_long_as_the_node_wants(void **state)
{
	uint64_t begin = now_ms();

	(void)state;
	succeeds("R+", 3, 2);
	assert_true(now_ms() - begin >= 990);
	assert_true(now_ms() - begin < 3000);
}

/* However long it says, and the count of it is kept. */
static void a_rest_that_a_node_wants_is_a_minute_at_most(void **state)
{
	struct witnesses *witnesses = witnesses_new(1, &ahead, 1000);
	struct rpc_options options = options_of(3);
	struct rpc *rpc;
	struct rpc_job *job;
	struct rpc_call call = {.method = "a", .params = "[]"};
	struct error err;

	(void)state;
	options.witnesses = witnesses;
	rpc = open_rpc_with(options);
	script("Y+", 0);
	job = rpc_begin(rpc, &call, 1);
	while (!witness_read(witnesses, 0).rate_limited)
		rpc_step(rpc, 100);
	assert_false(rpc_is_over(job));
	(void)atomic_fetch_add(&ahead_ms, 60000);
	check_ok(rpc_wait(job, &err), err);
	assert_int_equal(call.outcome, RPC_RESULT);
	assert_int_equal(witness_read(witnesses, 0).rate_limited, 1);
	rpc_end(job);
	rpc_close(rpc);
	witnesses_free(witnesses);
}

static void failed_requests_are_counted_by_what_was_wrong(void **state)
{
	static const struct {
		const char *letters;
		enum node_trouble trouble;
	} cases[] = {
		{"h+", TROUBLE_CONNECTION}, {"t+", TROUBLE_CONNECTION}, {"s+", TROUBLE_TIMEOUT},
		{"4+", TROUBLE_RATE_LIMIT}, {"1", TROUBLE_REFUSED},     {"0", TROUBLE_REFUSED},
		{"5+", TROUBLE_SERVER},     {"E+", TROUBLE_NO_ANSWER},  {"H+", TROUBLE_NO_ANSWER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct witnesses *witnesses = witnesses_new(1, &ahead, 1000);
		struct rpc_options options = options_of(2);
		struct witness_record record;
		struct rpc_job *job;
		struct rpc *rpc;
		struct error err;

		options.witnesses = witnesses;
		rpc = open_rpc_with(options);
		script(cases[i].letters, 0);
		(void)!run(rpc, 1, &job, &err);
		record = witness_read(witnesses, 0);
		assert_true(record.troubles > 0);
		if (record.troubles_by_kind[cases[i].trouble] != record.troubles)
			fail_msg("%s: not %s", cases[i].letters,
				 node_trouble_name(cases[i].trouble));
		rpc_end(job);
		rpc_close(rpc);
		witnesses_free(witnesses);
	}
}

static void a_rate_holds_for_the_calls_of_all_clients(void **state)
{
	const struct clock real = clock_real();
	struct pace *pace = pace_new(&(struct pace_options){.requests_per_s = 24}, &real);
	struct rpc_options options = options_of(3);
	struct rpc *one;
	struct rpc *two;
	struct rpc_job *job;
	struct error err;
	uint64_t begin = now_ms();

	(void)state;
	options.pace = pace;
	one = open_rpc_with(options);
	two = open_rpc_with(options);
	pace_release(pace);
	script("+", 0);
	check_ok(run(one, 10, &job, &err), err);
	rpc_end(job);
	assert_int_equal(node_state.largest, 3); /* an eighth of a second's */
	check_ok(run(two, 10, &job, &err), err);
	rpc_end(job);
	/* All but the first three, and up to three that are owed. */
	assert_true(now_ms() - begin >= 14 * 1000 / 24);
	rpc_close(one);
	rpc_close(two);
}

static void no_more_than_configured_are_under_way_at_once(void **state)
{
	struct pace *pace = pace_new(&(struct pace_options){.concurrent_max = 1}, &ahead);
	struct rpc_options options = options_of(6);
	struct rpc_call first = {.method = "x", .params = "[]"};
	struct rpc_call second = {.method = "y", .params = "[]"};
	struct rpc_job *jobs[2];
	struct rpc *one;
	struct rpc *two;
	struct error err;
	unsigned before = fakenode_requests(node);

	(void)state;
	options.pace = pace;
	options.timeout_ms = 20000;
	one = open_rpc_with(options);
	two = open_rpc_with(options);
	pace_release(pace);
	script("s+", 0);
	jobs[0] = rpc_begin(one, &first, 1);
	rpc_step(one, 1);
	jobs[1] = rpc_begin(two, &second, 1);
	for (int i = 0; i < 20; i++)
		rpc_step(two, 10);
	assert_false(rpc_is_over(jobs[1]));
	assert_true(fakenode_requests(node) <= before + 1);
	/* One that is given up is none that is under way. */
	rpc_end(jobs[0]);
	check_ok(rpc_wait(jobs[1], &err), err);
	assert_int_equal(second.outcome, RPC_RESULT);
	rpc_end(jobs[1]);
	rpc_close(one);
	rpc_close(two);
}

static void an_answer_that_gets_on_call_by_call_has_a_deadline_too(void **state)
{
	struct rpc *rpc = open_rpc(2);
	struct rpc_job *job;
	struct error err;

	(void)state;
	succeeds("p", 10, 10);
	script("p", 0);
	atomic_store(&ahead_ms_a_request, 50000);
	check_fails(run(rpc, 10, &job, &err), ERR_AGAIN, err, "no answer to some calls");
	atomic_store(&ahead_ms_a_request, 0);
	assert_in_range(asked, 3, 4); /* twice a request's deadline and a minute */
	rpc_end(job);
	rpc_close(rpc);
}

static void whoever_is_in_a_hurry_does_not_wait(void **state)
{
	struct rpc_options options = options_of(6);
	struct rpc *rpc;
	struct rpc_job *job;
	struct error err;
	uint64_t begin = now_ms();

	(void)state;
	options.timeout_ms = 60000;
	rpc = open_rpc_with(options);
	script("s+", 0);
	assert_false(rpc_hurry(rpc, 100));
	check_fails(run(rpc, 3, &job, &err), ERR_AGAIN, err, "no answer within 100 ms");
	assert_true(now_ms() - begin >= 100);
	rpc_end(job);
	/* It is over for what follows, too, until that is called again. */
	check_fails(run(rpc, 3, &job, &err), ERR_AGAIN, err, "no answer within 100 ms");
	rpc_end(job);
	assert_true(rpc_hurry(rpc, 30000));
	check_ok(run(rpc, 3, &job, &err), err);
	rpc_end(job);
	assert_false(rpc_hurry(rpc, 0));
	check_ok(run(rpc, 3, &job, &err), err);
	rpc_end(job);
	rpc_close(rpc);
}

static void our_own_limits_cost_no_patience(void **state)
{
	struct pace *pace = pace_new(&(struct pace_options){.requests_per_s = 4}, &ahead);
	struct rpc_options options = options_of(6);
	struct rpc *rpc;
	struct rpc_job *job;
	struct error err;
	uint64_t begin = now_ms();

	(void)state;
	options.pace = pace;
	options.timeout_ms = 60000;
	rpc = open_rpc_with(options);
	pace_release(pace);
	script("+", 0);
	(void)rpc_hurry(rpc, 1500);
	check_ok(run(rpc, 10, &job, &err), err);
	rpc_end(job);
	assert_true(now_ms() - begin >= 2000);
	/* What the node makes us wait for does. */
	(void)rpc_hurry(rpc, 400);
	script("Y+", 0);
	check_fails(run(rpc, 1, &job, &err), ERR_AGAIN, err, "no answer within 400 ms");
	rpc_end(job);
	assert_true(rpc_hurry(rpc, 0));
	rpc_close(rpc);
}

static void an_error_of_a_call_is_its_outcome(void **state)
{
	struct rpc *rpc = open_rpc(3);
	struct rpc_job *job;
	struct error err;

	(void)state;
	script("e", 0);
	check_ok(run(rpc, 5, &job, &err), err);
	assert_int_equal(asked, 1);
	assert_int_equal(calls[0].outcome, RPC_ERROR);
	assert_int_equal(calls[0].info.kind, RPC_REVERTED);
	assert_int_equal(calls[0].code, 3);
	assert_string_equal(calls[0].message, "execution reverted: too many requests");
	assert_int_equal(calls[1].outcome, RPC_RESULT);
	rpc_end(job);
	script("r", 0);
	check_ok(run(rpc, 1, &job, &err), err);
	assert_int_equal(calls[0].info.kind, RPC_REVERTED);
	rpc_end(job);
	/* HTTP 400 with a JSON-RPC error, for one call and for the whole of several */
	script("L", 0);
	check_ok(run(rpc, 1, &job, &err), err);
	assert_int_equal(calls[0].info.kind, RPC_RANGE_TOO_WIDE);
	assert_int_equal(calls[0].info.blocks_max, 10000);
	rpc_end(job);
	check_ok(run(rpc, 4, &job, &err), err);
	assert_int_equal(calls[3].info.kind, RPC_RANGE_TOO_WIDE);
	assert_int_equal(atomic_load(&batch_limit.limit), 100);
	rpc_end(job);
	rpc_close(rpc);
}

static void tries_come_to_an_end(void **state)
{
	static const struct {
		const char *letters;
		enum status status;
		unsigned requests;
		const char *words;
	} cases[] = {
		{"h", ERR_AGAIN, 3, "a and 2 more: "},
		{"5", ERR_AGAIN, 3, "HTTP status 500 (3 tries)"},
		{"4", ERR_AGAIN, 3, "HTTP status 429 (3 tries)"},
		{"B", ERR_AGAIN, 3, "temporarily unavailable (3 tries)"},
		{"H", ERR_BAD_DATA, 3, "HTML instead of JSON (3 tries)"},
		{"E", ERR_BAD_DATA, 3, "(3 tries)"},
		{"D", ERR_BAD_DATA, 3, "fewer levels of nesting"},
		{"U", ERR_BAD_DATA, 3, "valid UTF-8"},
		{"T", ERR_BAD_DATA, 3, "closing quote"},
		{"W", ERR_BAD_DATA, 3, "id 123456, which was not sent"},
		{"d", ERR_BAD_DATA, 3, "two answers to id"},
		{"f", ERR_BAD_DATA, 3, "id 999999, which was not sent"},
		{"[", ERR_BAD_DATA, 3, "an empty batch"},
		{"HtH", ERR_AGAIN, 3, "HTML instead of JSON"},
		{"1", ERR_BAD_DATA, 1, "does not accept the url's credentials"},
		{"N", ERR_BAD_DATA, 1, "there is no JSON-RPC node at this url"},
	};
	struct rpc *rpc = open_rpc(3);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rpc_job *job;
		struct error err = {.message = ""};
		enum status st;

		script(cases[i].letters, 0);
		st = run(rpc, 3, &job, &err);
		if (st != cases[i].status || !strstr(err.message, cases[i].words) ||
		    asked != cases[i].requests)
			fail_msg("%s: %s: %s in %u requests", cases[i].letters, status_name(st),
				 err.message, asked);
		assert_memory_equal(err.message, fakenode_url(node), strlen(fakenode_url(node)));
		assert_null(strstr(err.message, "secret"));
		rpc_end(job);
	}
	rpc_close(rpc);
}

static void what_a_node_echoes_is_scrubbed(void **state)
{
	struct rpc *rpc = open_rpc(1);
	struct rpc_job *job;
	struct error err;

	(void)state;
	script("K", 0);
	check_ok(run(rpc, 1, &job, &err), err);
	assert_string_equal(calls[0].message, "no access with ******************");
	rpc_end(job);
	rpc_close(rpc);
}

static void refused_batches_get_smaller_and_stay_so(void **state)
{
	struct rpc *rpc = open_rpc(3);
	struct rpc_job *job;
	struct error err;

	(void)state;
	script("+", 3);
	check_ok(run(rpc, 10, &job, &err), err);
	rpc_end(job);
	assert_int_equal(atomic_load(&batch_limit.limit), 2);
	script("+", 3);
	check_ok(run(rpc, 10, &job, &err), err);
	rpc_end(job);
	assert_int_equal(asked, 5);
	assert_int_equal(node_state.largest, 2);
	script("+", 1);
	check_ok(run(rpc, 3, &job, &err), err);
	rpc_end(job);
	assert_int_equal(atomic_load(&batch_limit.limit), 1);
	check_ok(run(rpc, 3, &job, &err), err);
	rpc_end(job);
	assert_int_equal(asked, 3);
	rpc_close(rpc);
	/* a bare HTTP 400 */
	rpc = open_rpc(3);
	script("0+", 0);
	check_ok(run(rpc, 8, &job, &err), err);
	rpc_end(job);
	assert_int_equal(atomic_load(&batch_limit.limit), 4);
	rpc_close(rpc);
}

static void too_large_replies_are_asked_for_in_parts(void **state)
{
	struct rpc *rpc = open_rpc(3);
	struct rpc_job *job;
	struct error err;

	(void)state;
	script("G+", 0);
	check_ok(run(rpc, 8, &job, &err), err);
	assert_int_equal(asked, 3);
	assert_int_equal(calls[7].outcome, RPC_RESULT);
	assert_int_equal(atomic_load(&batch_limit.limit), 100);
	rpc_end(job);
	/* a single one: given back to those who can ask for less, an error for others */
	script("G", 0);
	check_ok(run(rpc, 1, &job, &err), err);
	assert_int_equal(calls[0].info.kind, RPC_RESPONSE_TOO_BIG);
	rpc_end(job);
	check_fails(run(rpc, 2, &job, &err), ERR_BAD_DATA, err, "more than 200000 bytes");
	rpc_end(job);
	rpc_close(rpc);
}

static void slow_answers_can_be_asked_for_less(void **state)
{
	struct rpc_options options = options_of(6);
	struct rpc *rpc;
	struct rpc_job *job;
	struct error err;

	(void)state;
	options.timeout_ms = 1000; /* a busy machine must have sent it by then */
	rpc = open_rpc_with(options);
	script("ss+", 0);
	check_ok(run(rpc, 3, &job, &err), err);
	assert_int_equal(calls[0].outcome, RPC_ERROR);
	assert_int_equal(calls[0].info.kind, RPC_TIMED_OUT);
	assert_int_equal(calls[1].outcome, RPC_RESULT);
	rpc_end(job);
	rpc_close(rpc);
}

static void a_stop_ends_all_jobs(void **state)
{
	struct rpc *rpc = open_rpc(6);
	struct rpc_job *one;
	struct rpc_job *two;
	struct rpc_call more = {.method = "x", .params = "[]"};
	struct error err;

	(void)state;
	script("s", 0);
	memset(calls, 0, sizeof(calls));
	calls[0] = more;
	one = rpc_begin(rpc, calls, 1);
	two = rpc_begin(rpc, &more, 1);
	rpc_step(rpc, 20);
	assert_false(rpc_is_over(one));
	atomic_store(&stop, true);
	check_fails(rpc_wait(one, &err), ERR_AGAIN, err, "interrupted");
	assert_true(rpc_is_over(two));
	rpc_end(one);
	rpc_end(two);
	atomic_store(&stop, false);
	rpc_close(rpc);
}

static void a_job_can_be_given_up_while_others_go_on(void **state)
{
	struct rpc *rpc = open_rpc(6);
	struct rpc_job *one;
	struct rpc_job *two;
	struct rpc_call first = {.method = "x", .params = "[]"};
	struct rpc_call second = {.method = "y", .params = "[]"};
	struct error err;

	(void)state;
	script("s+", 0);
	one = rpc_begin(rpc, &first, 1);
	rpc_step(rpc, 50);
	two = rpc_begin(rpc, &second, 1);
	rpc_step(rpc, 1);
	rpc_end(one);
	check_ok(rpc_wait(two, &err), err);
	assert_int_equal(second.outcome, RPC_RESULT);
	rpc_end(two);
	rpc_close(rpc);
}

static int start_node(void **state)
{
	(void)state;
	node = fakenode_start(answer, NULL);
	return 0;
}

static int stop_node(void **state)
{
	(void)state;
	fakenode_stop(node);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_go_in_one_batch),
		cmocka_unit_test(no_calls_are_over_at_once),
		cmocka_unit_test(passing_trouble_is_met_by_asking_again),
		cmocka_unit_test(batches_with_wrong_ids_are_asked_again),
		cmocka_unit_test(a_pause_is_as_long_as_the_node_wants),
		cmocka_unit_test(a_rest_that_a_node_wants_is_a_minute_at_most),
		cmocka_unit_test(failed_requests_are_counted_by_what_was_wrong),
		cmocka_unit_test(a_rate_holds_for_the_calls_of_all_clients),
		cmocka_unit_test(no_more_than_configured_are_under_way_at_once),
		cmocka_unit_test(an_answer_that_gets_on_call_by_call_has_a_deadline_too),
		cmocka_unit_test(whoever_is_in_a_hurry_does_not_wait),
		cmocka_unit_test(our_own_limits_cost_no_patience),
		cmocka_unit_test(an_error_of_a_call_is_its_outcome),
		cmocka_unit_test(tries_come_to_an_end),
		cmocka_unit_test(what_a_node_echoes_is_scrubbed),
		cmocka_unit_test(refused_batches_get_smaller_and_stay_so),
		cmocka_unit_test(too_large_replies_are_asked_for_in_parts),
		cmocka_unit_test(slow_answers_can_be_asked_for_less),
		cmocka_unit_test(a_stop_ends_all_jobs),
		cmocka_unit_test(a_job_can_be_given_up_while_others_go_on),
	};

	return cmocka_run_group_tests(tests, start_node, stop_node);
}
