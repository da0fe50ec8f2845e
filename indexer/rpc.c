/*
 * rpc.c - jobs and posts: what is sent, and when.
 *
 * A post is one HTTP request with some calls of a job: waiting for its time (at once, or after a
 * pause), or under way. What becomes of it in the end is in rpc_settle.c.
 */
#include "indexer/rpc.h"

#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "indexer/rpc_impl.h"
#include "indexer/source.h"

enum { WAIT_STEP_MS = 100, BACKOFF_MS_MAX = 30000 };

/* ---- opening ---- */

static uint64_t any_seed(const struct rpc *rpc)
{
	return clock_now_ms(&rpc->clock) * 0x9e3779b97f4a7c15 ^ (uint64_t)(uintptr_t)rpc;
}

enum status rpc_open(struct rpc **out, const struct rpc_options *options, struct error *err)
{
	struct http_options http = {
		.timeout_ms = options->timeout_ms,
		.body_bytes_max = options->response_bytes_max,
		.connections_max = options->in_flight,
		.stop_event = options->stop_event,
		.transport = options->transport,
	};
	struct rpc *rpc = xcalloc(1, sizeof(*rpc));
	enum status st = http_open(&rpc->http, options->url, &http, err);

	*out = NULL;
	if (st != OK) {
		free(rpc);
		return st;
	}
	rpc->options = *options;
	rpc->options.url = NULL;
	rpc->clock = options->clock ? *options->clock : clock_real();
	rpc->options.clock = NULL;
	rpc->next_id = 1;
	rpc->backoff = backoff_new(options->backoff_ms, BACKOFF_MS_MAX,
				   options->seed ? options->seed : any_seed(rpc));
	rpc->pace = options->pace ? pace_share(options->pace)
				  : pace_new(&(struct pace_options){0}, &rpc->clock);
	*out = rpc;
	return OK;
}

void rpc_close(struct rpc *rpc)
{
	if (!rpc)
		return;
	http_close(rpc->http);
	pace_release(rpc->pace);
	free(rpc);
}

const char *rpc_label(const struct rpc *rpc)
{
	return http_label(rpc->http);
}

void rpc_wake(struct rpc *rpc)
{
	http_wake(rpc->http);
}

/* ---- posts ---- */

static struct post *new_post(struct rpc_call **calls, size_t count, unsigned tries)
{
	struct post *post = xcalloc(1, sizeof(*post));

	post->calls = xmalloc(count * sizeof(post->calls[0]));
	memcpy(post->calls, calls, count * sizeof(post->calls[0]));
	post->count = count;
	post->tries = tries;
	return post;
}

static void free_post(struct rpc *rpc, struct post *post)
{
	if (post->request) {
		http_release(rpc->http, post->request);
		rpc->under_way--;
		pace_give(rpc->pace);
	}
	free(post->body);
	free(post->calls);
	free(post);
}

static void drop_posts(struct rpc_job *job)
{
	while (job->posts) {
		struct post *post = job->posts;

		job->posts = post->next;
		free_post(job->rpc, post);
	}
}

/* Cuts a waiting post that holds more calls than `limit`; what follows is in order behind it. */
void rpc_cut_post(struct post *post, size_t limit)
{
	while (post->count > limit) {
		size_t rest = post->count - limit;
		struct post *tail = new_post(post->calls + limit, rest, post->tries);

		tail->due_ms = post->due_ms;
		tail->next = post->next;
		post->next = tail;
		post->count = limit;
		post = tail;
	}
}

static size_t calls_max(const struct rpc *rpc)
{
	size_t limit = batch_limit_get(rpc->options.batch_limit, clock_now_ms(&rpc->clock));
	size_t most = pace_calls_max(rpc->pace);

	return limit < most ? limit : most;
}

static void write_body(struct rpc *rpc, struct post *post)
{
	struct arena *arena = arena_new();
	struct buffer text = buffer_in(arena);

	assert(post->count > 0);
	post->first_id = rpc->next_id;
	rpc->next_id += post->count;
	if (post->count > 1)
		buffer_byte(&text, '[');
	for (size_t i = 0; i < post->count; i++) {
		if (i)
			buffer_byte(&text, ',');
		buffer_printf(&text, "{\"jsonrpc\":\"2.0\",\"id\":%" PRIu64 ",\"method\":\"%s\",",
			      post->first_id + i, post->calls[i]->method);
		buffer_text(&text, "\"params\":");
		buffer_text(&text, post->calls[i]->params);
		buffer_byte(&text, '}');
	}
	if (post->count > 1)
		buffer_byte(&text, ']');
	free(post->body);
	post->body = xstrdup(buffer_string(&text));
	post->request = http_post(rpc->http, slice_of(post->body, text.size));
	arena_free(arena);
}

static void send_post(struct rpc *rpc, struct post *post)
{
	post->tries++;
	post->sent_ms = clock_now_ms(&rpc->clock);
	if (!post->begun_ms)
		post->begun_ms = post->sent_ms;
	rpc->under_way++;
	write_body(rpc, post);
}

/* ---- driving ---- */

static bool take_replies(struct rpc *rpc)
{
	bool any = false;

	for (struct rpc_job *job = rpc->jobs; job; job = job->next) {
		struct post **at = &job->posts;

		while (*at) {
			struct post *post = *at;

			if (!post->request || !http_reply(post->request)) {
				at = &post->next;
				continue;
			}
			any = true;
			rpc_settle_reply(job, post);
			if (post->count) {
				at = &post->next;
			} else {
				*at = post->next;
				free_post(rpc, post);
			}
		}
		if (job->status != OK)
			drop_posts(job);
	}
	return any;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Our own limits are no slowness of the node; a rest that it wants is one. */
static void wait_for_pace(struct rpc *rpc, uint64_t now, uint64_t rest)
{
	uint64_t counted = rpc->paced_until_ms > now ? rpc->paced_until_ms : now;

	if (!rpc->patience_end_ms || now + rest <= counted || pace_is_resting(rpc->pace))
		return;
	rpc->patience_end_ms += now + rest - counted;
	rpc->paced_until_ms = now + rest;
}

/* Sends what is due; the time until the next one is due, at most `wait_ms`. */
static uint64_t send_posts(struct rpc *rpc, uint64_t wait_ms)
{
	uint64_t now = clock_now_ms(&rpc->clock);

	for (struct rpc_job *job = rpc->jobs; job; job = job->next)
		for (struct post *post = job->posts; post; post = post->next) {
			uint64_t rest;

			if (post->request)
				continue;
			if (rpc->under_way >= rpc->options.in_flight)
				return wait_ms;
			if (post->due_ms > now) {
				wait_ms = least(wait_ms, post->due_ms - now);
				continue;
			}
			rpc_cut_post(post, calls_max(rpc));
			rest = pace_take(rpc->pace, post->count);
			if (rest) {
				wait_for_pace(rpc, now, rest);
				return least(wait_ms, rest);
			}
			send_post(rpc, post);
		}
	return wait_ms;
}

static bool stop_all(struct rpc *rpc)
{
	if (!atomic_load(rpc->options.stop))
		return false;
	for (struct rpc_job *job = rpc->jobs; job; job = job->next) {
		if (rpc_is_over(job))
			continue;
		job->status = error_set(&job->error, ERR_AGAIN, "%s: interrupted", rpc_label(rpc));
		drop_posts(job);
	}
	return true;
}

void rpc_step(struct rpc *rpc, uint64_t wait_ms)
{
	pulse_beat(rpc->options.pulse);
	if (stop_all(rpc))
		return;
	wait_ms = send_posts(rpc, wait_ms);
	http_step(rpc->http, wait_ms);
	(void)take_replies(rpc);
}

/* ---- jobs ---- */

struct rpc_job *rpc_begin(struct rpc *rpc, struct rpc_call *calls, size_t count)
{
	struct rpc_job *job = xcalloc(1, sizeof(*job));
	struct rpc_job **at = &rpc->jobs;
	struct rpc_call **list = xmalloc(count * sizeof(list[0]));

	job->rpc = rpc;
	job->arena = arena_new();
	for (size_t i = 0; i < count; i++) {
		calls[i].outcome = RPC_PENDING;
		calls[i].message = calls[i].data = "";
		list[i] = &calls[i];
	}
	if (count)
		job->posts = new_post(list, count, 0);
	if (count)
		rpc_cut_post(job->posts, calls_max(rpc));
	free(list);
	while (*at)
		at = &(*at)->next;
	*at = job;
	return job;
}

bool rpc_is_over(const struct rpc_job *job)
{
	return job->status != OK || !job->posts;
}

enum status rpc_status(const struct rpc_job *job, struct error *err)
{
	if (job->status == OK)
		return OK;
	return error_set(err, job->status, "%s", job->error.message);
}

bool rpc_hurry(struct rpc *rpc, uint64_t patience_ms)
{
	bool ran_out = rpc->ran_out;

	rpc->ran_out = false;
	rpc->patience_ms = patience_ms;
	rpc->patience_end_ms = patience_ms ? clock_now_ms(&rpc->clock) + patience_ms : 0;
	return ran_out;
}

/* Ends the job where it has taken too long for whoever waits. */
static bool is_out_of_patience(struct rpc_job *job)
{
	struct rpc *rpc = job->rpc;

	if (!rpc->patience_end_ms || clock_now_ms(&rpc->clock) < rpc->patience_end_ms)
		return false;
	rpc->ran_out = true;
	job->status = error_set(&job->error, ERR_AGAIN, "%s: no answer within %" PRIu64 " ms",
				rpc_label(rpc), rpc->patience_ms);
	drop_posts(job);
	return true;
}

static uint64_t wait_of(const struct rpc *rpc)
{
	uint64_t now;

	if (!rpc->patience_end_ms)
		return WAIT_STEP_MS;
	now = clock_now_ms(&rpc->clock);
	return now < rpc->patience_end_ms ? least(WAIT_STEP_MS, rpc->patience_end_ms - now) : 0;
}

enum status rpc_wait(struct rpc_job *job, struct error *err)
{
	while (!rpc_is_over(job) && !is_out_of_patience(job))
		rpc_step(job->rpc, wait_of(job->rpc));
	return rpc_status(job, err);
}

uint64_t rpc_bytes(const struct rpc_job *job)
{
	return job->bytes;
}

void rpc_end(struct rpc_job *job)
{
	struct rpc_job **at;

	if (!job)
		return;
	drop_posts(job);
	for (at = &job->rpc->jobs; *at != job; at = &(*at)->next)
		;
	*at = job->next;
	while (job->bodies) {
		struct body *body = job->bodies;

		job->bodies = body->next;
		http_give_body(job->rpc->http, body->bytes, body->capacity);
		free(body);
	}
	arena_free(job->arena);
	free(job);
}
