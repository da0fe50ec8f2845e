/*
 * HTTP: bytes there and back, limits, faults, waits that end.
 */
#include "tests/indexer/check.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "indexer/http.h"
#include "tests/support/fakenode.h"

static struct http *open_http(const char *url, uint64_t timeout_ms, uint64_t body_bytes_max,
			      int stop_event)
{
	const struct http_options options = {.timeout_ms = timeout_ms,
					     .body_bytes_max = body_bytes_max,
					     .connections_max = 4,
					     .stop_event = stop_event};
	struct http *http = NULL;
	struct error err;

	check_ok(http_open(&http, url, &options, &err), err);
	return http;
}

static uint64_t now_ms(void)
{
	const struct clock clock = clock_real();

	return clock_now_ms(&clock);
}

static const struct http_reply *wait_for(struct http *http, struct http_request *request)
{
	while (!http_reply(request))
		http_step(http, 100);
	return http_reply(request);
}

static struct slice body_of(const char *text)
{
	return slice_of(text, strlen(text));
}

/* What the next reply looks like; `seen` is the last request's body and head. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct fake_reply next;
static char seen_body[200];
static char seen_head[2000];

static void answer(void *context, const struct fake_request *request, struct fake_reply *reply)
{
	(void)context;
	(void)pthread_mutex_lock(&mutex);
	(void)snprintf(seen_body, sizeof(seen_body), "%s", request->body);
	(void)snprintf(seen_head, sizeof(seen_head), "%s", request->head);
	*reply = next;
	reply->body = next.body ? xstrdup(next.body) : NULL;
	(void)pthread_mutex_unlock(&mutex);
}

static void set_next(struct fake_reply reply)
{
	(void)pthread_mutex_lock(&mutex);
	next = reply;
	(void)pthread_mutex_unlock(&mutex);
}

static void bytes_go_there_and_back(void **state)
{
	struct fakenode *node = fakenode_start(answer, NULL);
	struct http *http = open_http(fakenode_url(node), 5000, 1000, -1);
	static char words[] = "hello";

	(void)state;
	assert_string_equal(http_label(http), fakenode_url(node));
	set_next((struct fake_reply){.status = 200, .body = words});
	for (int i = 0; i < 5; i++) {
		struct http_request *request = http_post(http, body_of("{\"a\":1}"));
		const struct http_reply *reply = wait_for(http, request);

		assert_int_equal(reply->outcome, HTTP_ANSWERED);
		assert_int_equal(reply->status, 200);
		assert_true(slice_equal(reply->body, body_of("hello")));
		assert_string_equal(reply->problem, "");
		http_release(http, request);
	}
	assert_string_equal(seen_body, "{\"a\":1}");
	assert_non_null(strstr(seen_head, "POST / HTTP/1.1"));
	assert_non_null(strstr(seen_head, "Content-Type: application/json"));
	assert_non_null(strstr(seen_head, "Accept-Encoding: gzip, deflate"));
	assert_null(strstr(seen_head, "Expect:"));
	assert_int_equal(fakenode_connections(node), 1); /* kept alive */
	http_close(http);
	fakenode_stop(node);
}

static void header_lines_of_one_request_stay_its_own(void **state)
{
	static const char *const lines[] = {"X-One: 1", "Authorization: Bearer t0ken"};
	struct fakenode *node = fakenode_start(answer, NULL);
	struct http *http = open_http(fakenode_url(node), 5000, 1000, -1);
	static char words[] = "hello";

	(void)state;
	set_next((struct fake_reply){.status = 200, .body = words});
	for (size_t count = 0; count <= 4; count++) {
		bool has = count % 2;
		struct http_request *request = has ? http_post_with(http, body_of("x"), lines, 2)
						   : http_post(http, body_of("x"));

		assert_int_equal(wait_for(http, request)->status, 200);
		assert_int_equal(strstr(seen_head, "X-One: 1\r\n") != NULL, has);
		assert_int_equal(strstr(seen_head, "Authorization: Bearer t0ken\r\n") != NULL, has);
		assert_non_null(strstr(seen_head, "Content-Type: application/json\r\n"));
		assert_null(strstr(seen_head, "Expect:"));
		http_release(http, request);
	}
	http_close(http);
	fakenode_stop(node);
}

static void status_and_retry_after_are_told(void **state)
{
	struct fakenode *node = fakenode_start(answer, NULL);
	struct http *http = open_http(fakenode_url(node), 5000, 1000, -1);
	struct http_request *request;

	(void)state;
	set_next((struct fake_reply){.status = 429, .headers = "Retry-After: 7\r\n"});
	request = http_post(http, body_of("x"));
	assert_int_equal(wait_for(http, request)->status, 429);
	assert_int_equal(http_reply(request)->retry_after_ms, 7000);
	http_release(http, request);
	set_next((struct fake_reply){.status = 503, .headers = "Retry-After: 99999999999\r\n"});
	request = http_post(http, body_of("x"));
	assert_int_equal(wait_for(http, request)->status, 503);
	assert_true(http_reply(request)->retry_after_ms <= 86400000);
	http_release(http, request);
	set_next((struct fake_reply){.status = 503});
	request = http_post(http, body_of("x"));
	assert_int_equal(wait_for(http, request)->status, 503);
	assert_int_equal(http_reply(request)->retry_after_ms, 0);
	http_release(http, request);
	set_next(
		(struct fake_reply){.status = 302, .headers = "Location: http://127.0.0.1:1/\r\n"});
	request = http_post(http, body_of("x"));
	assert_int_equal(wait_for(http, request)->status, 302);
	http_release(http, request);
	http_close(http);
	fakenode_stop(node);
}

/* "Retry-After: " and what an HTTP date of so many seconds from now is. */
static const char *date_header(long from_now)
{
	static char text[80];
	time_t then = time(NULL) + from_now;
	struct tm parts;

	assert_non_null(gmtime_r(&then, &parts));
	assert_true(strftime(text, sizeof(text), "Retry-After: %a, %d %b %Y %H:%M:%S GMT\r\n",
			     &parts) > 0);
	return text;
}

static uint64_t retry_after(struct http *http, const char *headers)
{
	struct http_request *request;
	uint64_t told;

	set_next((struct fake_reply){.status = 429, .headers = headers});
	request = http_post(http, body_of("x"));
	assert_int_equal(wait_for(http, request)->status, 429);
	told = http_reply(request)->retry_after_ms;
	http_release(http, request);
	return told;
}

static void whatever_stands_in_retry_after_is_bounded(void **state)
{
	static const char *const nothing[] = {
		"Retry-After: 0\r\n",
		"Retry-After: -5\r\n",
		"Retry-After: -99999999999999\r\n",
		"Retry-After: soon\r\n",
		"Retry-After: \r\n",
		"Retry-After: 0x10\r\n",
		"Retry-After: NaN\r\n",
		"Retry-After: ,5\r\n",
		"X-Retry-After: 5\r\n",
		"Retry-After: Thu, 32 Foo 1999 99:99:99 GMT\r\n",
		"Retry-After: Thu, 01 Jan 1970 00:00:00 GMT\r\n",
	};
	static const char *const much[] = {
		"Retry-After: 86401\r\n",
		"Retry-After: 9223372036854775807\r\n",
		"Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n",
	};
	struct fakenode *node = fakenode_start(answer, NULL);
	struct http *http = open_http(fakenode_url(node), 5000, 1000, -1);

	(void)state;
	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
		if (retry_after(http, nothing[i]))
			fail_msg("%s is taken for a pause", nothing[i]);
	for (size_t i = 0; i < sizeof(much) / sizeof(much[0]); i++)
		assert_int_equal(retry_after(http, much[i]), 86400000);
	/* Beyond what an integer holds: either is bounded. */
	assert_true(retry_after(http, "Retry-After: 99999999999999999999999\r\n") <= 86400000);
	assert_int_equal(retry_after(http, date_header(-3600)), 0);
	assert_in_range(retry_after(http, date_header(3600)), 3500000, 3600000);
	http_close(http);
	fakenode_stop(node);
}

static void replies_are_bounded_after_unpacking(void **state)
{
	struct fakenode *node = fakenode_start(answer, NULL);
	struct http *http = open_http(fakenode_url(node), 5000, 100000, -1);
	char *body = xmalloc(100002);

	(void)state;
	memset(body, 'a', 100001);
	for (int i = 0; i < 4; i++) {
		struct http_request *request;
		const struct http_reply *reply;

		body[100000 + (i & 1)] = '\0';
		body[100000] = i & 1 ? 'a' : '\0';
		set_next((struct fake_reply){.status = 200, .body = body, .gzip = i >= 2});
		request = http_post(http, body_of("x"));
		reply = wait_for(http, request);
		assert_int_equal(reply->outcome, i & 1 ? HTTP_TOO_BIG : HTTP_ANSWERED);
		if (i & 1)
			assert_non_null(strstr(reply->problem, "more than 100000 bytes"));
		else
			assert_int_equal(reply->body.size, 100000);
		http_release(http, request);
	}
	free(body);
	http_close(http);
	fakenode_stop(node);
}

static void broken_replies_are_failures(void **state)
{
	static char words[] = "0123456789";
	static const struct fake_reply broken[] = {
		{.status = 200, .hang_up = true},
		{.status = 200, .body = words, .cut = 5},
		{.status = 200, .body = words, .headers = "Content-Encoding: gzip\r\n"},
		{.status = 200, .body = words, .headers = "Content-Length: 100\r\n", .close = true},
	};
	struct fakenode *node = fakenode_start(answer, NULL);
	struct http *http = open_http(fakenode_url(node), 5000, 1000, -1);

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct http_request *request;

		set_next(broken[i]);
		request = http_post(http, body_of("x"));
		if (wait_for(http, request)->outcome != HTTP_FAILED)
			fail_msg("case %zu: %d", i, http_reply(request)->outcome);
		assert_string_not_equal(http_reply(request)->problem, "");
		http_release(http, request);
	}
	http_close(http);
	fakenode_stop(node);
}

static void nobody_there_is_a_failure(void **state)
{
	struct http *http = open_http("http://127.0.0.1:1/secret-path-of-mine", 5000, 1000, -1);
	struct http_request *request = http_post(http, body_of("x"));

	(void)state;
	assert_int_equal(wait_for(http, request)->outcome, HTTP_FAILED);
	assert_non_null(strstr(http_reply(request)->problem, "Connection refused"));
	assert_null(strstr(http_reply(request)->problem, "secret"));
	http_release(http, request);
	http_close(http);
}

static void slow_replies_time_out(void **state)
{
	struct fakenode *node = fakenode_start(answer, NULL);
	struct http *http = open_http(fakenode_url(node), 100, 1000, -1);
	struct http_request *request;
	uint64_t begin = now_ms();

	(void)state;
	set_next((struct fake_reply){.status = 200, .delay_ms = 3000});
	request = http_post(http, body_of("x"));
	assert_int_equal(wait_for(http, request)->outcome, HTTP_TIMED_OUT);
	assert_true(now_ms() - begin < 2000);
	http_release(http, request);
	http_close(http);
	fakenode_stop(node);
}

/* Whatever a server does, a request ends by its deadline, and costs no memory without bound. */
static void no_server_holds_a_request_beyond_its_deadline(void **state)
{
	enum { DEADLINE_MS = 300, SLACK_MS = 5000 };

	static const struct {
		enum fake_endless how;
		enum http_outcome outcome;
	} cases[] = {
		{ENDLESS_DRIP, HTTP_TIMED_OUT},      {ENDLESS_HEAD, HTTP_FAILED},
		{ENDLESS_HEAD_DRIP, HTTP_TIMED_OUT}, {ENDLESS_INTERIM, HTTP_FAILED},
		{ENDLESS_BODY, HTTP_TOO_BIG},        {ENDLESS_STALL, HTTP_TIMED_OUT},
		{ENDLESS_HALF_CLOSE, HTTP_FAILED},   {ENDLESS_DEAF, HTTP_TIMED_OUT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool is_fast = cases[i].outcome != HTTP_TIMED_OUT;
		struct fakenode *node = fakenode_start(answer, NULL);
		struct http *http =
			open_http(fakenode_url(node), is_fast ? 60000 : DEADLINE_MS, 1000000, -1);
		struct http_request *request;
		uint64_t begin = now_ms();

		set_next((struct fake_reply){.status = 200, .endless = cases[i].how});
		request = http_post(http, body_of("x"));
		if (wait_for(http, request)->outcome != cases[i].outcome)
			fail_msg("case %zu: %d: %s", i, http_reply(request)->outcome,
				 http_reply(request)->problem);
		assert_true(now_ms() - begin < DEADLINE_MS + SLACK_MS);
		if (cases[i].how == ENDLESS_HEAD || cases[i].how == ENDLESS_INTERIM)
			assert_non_null(strstr(http_reply(request)->problem, "headers"));
		http_release(http, request);
		http_close(http);
		fakenode_stop(node);
	}
}

static void several_requests_are_under_way_at_once(void **state)
{
	struct fakenode *node = fakenode_start(answer, NULL);
	struct http *http = open_http(fakenode_url(node), 5000, 1000, -1);
	struct http_request *requests[4];
	uint64_t begin = now_ms();

	(void)state;
	set_next((struct fake_reply){.status = 200, .delay_ms = 200});
	for (int i = 0; i < 4; i++)
		requests[i] = http_post(http, body_of("x"));
	for (int i = 0; i < 4; i++) {
		assert_int_equal(wait_for(http, requests[i])->outcome, HTTP_ANSWERED);
		http_release(http, requests[i]);
	}
	assert_true(now_ms() - begin < 600);
	http_close(http);
	fakenode_stop(node);
}

static void *set_event(void *context)
{
	const uint64_t one = 1;

	(void)usleep(50000);
	assert_int_equal(write(*(int *)context, &one, sizeof(one)), sizeof(one));
	return NULL;
}

static void *wake(void *context)
{
	(void)usleep(50000);
	http_wake(context);
	return NULL;
}

static void waits_end_when_they_are_told_to(void **state)
{
	struct fakenode *node = fakenode_start(answer, NULL);
	int event = eventfd(0, EFD_CLOEXEC);
	struct http *http = open_http(fakenode_url(node), 5000, 1000, event);
	struct http_request *request;
	pthread_t thread;
	uint64_t begin = now_ms();

	(void)state;
	set_next((struct fake_reply){.status = 200, .delay_ms = 3000});
	request = http_post(http, body_of("x"));
	assert_int_equal(pthread_create(&thread, NULL, wake, http), 0);
	while (now_ms() - begin < 45)
		http_step(http, 45 - (now_ms() - begin) + 1); /* until it is sent */
	http_step(http, 3000);
	assert_true(now_ms() - begin < 2000);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(pthread_create(&thread, NULL, set_event, &event), 0);
	begin = now_ms();
	http_step(http, 3000);
	http_step(http, 3000); /* and every later one */
	http_step(http, 3000);
	assert_true(now_ms() - begin < 2000);
	assert_null(http_reply(request));
	assert_int_equal(pthread_join(thread, NULL), 0);
	http_release(http, request);
	http_close(http);
	(void)close(event);
	fakenode_stop(node);
}

static void is_scrubbed(const struct http *http, const char *text, const char *expected)
{
	char copy[200];

	(void)snprintf(copy, sizeof(copy), "%s", text);
	http_scrub(http, copy);
	assert_string_equal(copy, expected);
}

static void servers_may_repeat_secrets_in_other_forms(void **state)
{
	struct http *http = open_http("https://u:pass%40word@h/k%65y%2F456789?a%3Db=t%6fken&z=1",
				      1000, 1000, -1);

	(void)state;
	/* base64("u:pass@word"), of which a length of 11 leaves one digit of padding away */
	is_scrubbed(http, "Authorization: Basic dTpwYXNzQHdvcmQ=",
		    "Authorization: Basic ***************=");
	is_scrubbed(http, "decoded: key/456789, a=b is token", "decoded: **********, *** is *****");
	is_scrubbed(http, "as it is: k%65y%2F456789, t%6fken", "as it is: **************, *******");
	http_close(http);
	http = open_http("http://user1:@h/", 1000, 1000, -1);
	is_scrubbed(http, "Basic dXNlcjE6", "Basic ********");
	http_close(http);
	http = open_http("http://user@h/", 1000, 1000, -1);
	is_scrubbed(http, "Basic dXNlcjo=", "Basic *******=");
	http_close(http);
}

static void a_text_that_was_cut_ends_in_no_part_of_a_secret(void **state)
{
	static const char whole[] = "no access with 0123456789abcdef";
	struct http *http = open_http("http://h/v3/0123456789abcdef", 1000, 1000, -1);
	size_t before = strlen("no access with ");

	(void)state;
	for (size_t length = before; length <= strlen(whole); length++) {
		char text[sizeof(whole)];

		(void)snprintf(text, sizeof(text), "%.*s", (int)length, whole);
		http_scrub(http, text);
		if (length < before + 4) /* three characters say nothing */
			continue;
		assert_int_equal(strlen(text), length);
		assert_int_equal(strspn(text + before, "*"), length - before);
	}
	is_scrubbed(http, "0123", "****");
	is_scrubbed(http, "01234x", "01234x"); /* not cut there */
	http_close(http);
}

static void labels_and_scrubbed_texts_hold_no_secrets(void **state)
{
	struct http *http = open_http("https://Alice:pass%40word@Node.Example:8443/v3/"
				      "0123456789abcdef?key=topsecret&x=ab",
				      1000, 1000, -1);
	char text[] = "cannot POST /v3/0123456789abcdef?key=topsecret for Alice, "
		      "pass%40word or pass@word";

	(void)state;
	assert_string_equal(http_label(http), "https://Node.Example:8443");
	http_scrub(http, text);
	assert_null(strstr(text, "0123456789abcdef"));
	assert_null(strstr(text, "topsecret"));
	assert_null(strstr(text, "Alice"));
	assert_null(strstr(text, "pass"));
	assert_non_null(strstr(text, "cannot POST /v3/****************"));
	http_close(http);
	http = open_http("http://[::1]:8545", 1000, 1000, -1);
	assert_string_equal(http_label(http), "http://[::1]:8545");
	http_close(http);
	http = open_http("http://localhost", 1000, 1000, -1);
	assert_string_equal(http_label(http), "http://localhost");
	http_close(http);
}

static void urls_that_are_none_are_refused(void **state)
{
	static const char *const urls[] = {"http://", "http:///secret", "http://ho st/secret",
					   "http://host:99999/secret", "http://host:x/secret"};
	const struct http_options options = {.timeout_ms = 1, .body_bytes_max = 1};

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct http *http = NULL;
		struct error err;

		check_fails(http_open(&http, urls[i], &options, &err), ERR_USAGE, err,
			    "an rpc url that is none");
		assert_null(strstr(err.message, "secret"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_go_there_and_back),
		cmocka_unit_test(header_lines_of_one_request_stay_its_own),
		cmocka_unit_test(status_and_retry_after_are_told),
		cmocka_unit_test(whatever_stands_in_retry_after_is_bounded),
		cmocka_unit_test(replies_are_bounded_after_unpacking),
		cmocka_unit_test(broken_replies_are_failures),
		cmocka_unit_test(nobody_there_is_a_failure),
		cmocka_unit_test(slow_replies_time_out),
		cmocka_unit_test(no_server_holds_a_request_beyond_its_deadline),
		cmocka_unit_test(several_requests_are_under_way_at_once),
		cmocka_unit_test(waits_end_when_they_are_told_to),
		cmocka_unit_test(labels_and_scrubbed_texts_hold_no_secrets),
		cmocka_unit_test(servers_may_repeat_secrets_in_other_forms),
		cmocka_unit_test(a_text_that_was_cut_ends_in_no_part_of_a_secret),
		cmocka_unit_test(urls_that_are_none_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
