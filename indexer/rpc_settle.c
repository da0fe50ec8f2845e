/*
 * rpc_settle.c - what becomes of a post that came to its end: answered, or failed.
 *
 * A reply settles calls; calls that stay open go into a new post. A post that was tried too often
 * fails its job. Every path through rpc_settle_reply() ends in exactly one of: the post's calls are
 * settled, the post waits again with one more try, the post was cut into smaller ones, or the job
 * failed; so a job always comes to its end.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "indexer/rpc_impl.h"
#include "indexer/rpc_reply.h"

enum {
	MESSAGE_MAX = 300, /* of a node's words in ours */
};

/* ---- when a post fails ---- */

/* "http://host: eth_getLogs and 3 more" */
static void fail_job(struct rpc_job *job, const struct post *post, enum status status,
		     const char *words)
{
	const struct rpc *rpc = job->rpc;
	char more[40] = "";
	char tries[40] = "";

	if (post->count > 1)
		(void)snprintf(more, sizeof(more), " and %zu more", post->count - 1);
	if (post->tries > 1)
		(void)snprintf(tries, sizeof(tries), " (%u tries)", post->tries);
	job->status = error_set(&job->error, status, "%s: %s%s: %s%s", rpc_label(rpc),
				post->calls[0]->method, more, words, tries);
	http_scrub(rpc->http, job->error.message);
}

/* A batch that gets on by a call at a time is not tried for ever either. */
static bool is_over_time(const struct rpc *rpc, const struct post *post, uint64_t now)
{
	return now - post->begun_ms >=
	       rpc->options.attempts * (rpc->options.timeout_ms + RETRY_AFTER_MS_MAX);
}

/* The post waits and is sent again, or was tried often enough. */
static void try_again(struct rpc_job *job, struct post *post, enum status status,
		      uint64_t retry_after_ms, bool is_rate_limit, const char *words)
{
	struct rpc *rpc = job->rpc;
	uint64_t now = clock_now_ms(&rpc->clock);
	uint64_t pause = backoff_next(&rpc->backoff, post->pause_ms);

	post->pause_ms = pause;
	if (retry_after_ms > RETRY_AFTER_MS_MAX)
		retry_after_ms = RETRY_AFTER_MS_MAX;
	if (retry_after_ms > pause)
		pause = retry_after_ms;
	if (is_rate_limit) { /* it holds for all requests */
		pace_rest(rpc->pace, pause);
		witness_rate_limited(rpc->options.witnesses, rpc->options.witness);
	}
	if (status == ERR_AGAIN)
		post->had_passing_trouble = true;
	if (post->tries >= rpc->options.attempts || is_over_time(rpc, post, now)) {
		fail_job(job, post, post->had_passing_trouble ? ERR_AGAIN : status, words);
		return;
	}
	log_debug(rpc->options.logger, "%s: %s: %s; again in %" PRIu64 " ms", rpc_label(rpc),
		  post->calls[0]->method, words, pause);
	post->due_ms = now + pause;
}

static void lower_batch_limit(struct rpc *rpc, size_t limit, const char *words)
{
	if (batch_limit_lower(rpc->options.batch_limit, limit, clock_now_ms(&rpc->clock)))
		log_info(rpc->options.logger,
			 "%s: the node refuses larger batches (%s); %zu calls a request now",
			 rpc_label(rpc), words, limit);
}

/* Half of the calls at once; `remember` where it is about batches as such. */
static void smaller_batches(struct rpc_job *job, struct post *post, bool remember,
			    const char *words)
{
	size_t limit = post->count / 2;

	if (remember)
		lower_batch_limit(job->rpc, limit, words);
	rpc_cut_post(post, limit);
	for (size_t i = 0; post && i < 3; i++, post = post->next) { /* 5 became 2, 2 and 1 */
		post->tries = 0;
		post->pause_ms = 0;
	}
}

static void settle_error(struct rpc_job *job, struct rpc_call *call,
			 const struct rpc_error_text *text, struct rpc_error_info info)
{
	char *message = arena_string(job->arena, text->message);

	if (strlen(message) > MESSAGE_MAX)
		message[MESSAGE_MAX] = '\0';
	http_scrub(job->rpc->http, message);
	call->outcome = RPC_ERROR;
	call->code = text->code;
	call->info = info;
	call->message = message;
	call->data = text->data;
}

/* An error of our own making in the place of the node's. */
static void settle_own_error(struct rpc_job *job, struct rpc_call *call, enum rpc_error_kind kind,
			     const char *words)
{
	struct rpc_error_text text = {.message = words, .data = ""};

	settle_error(job, call, &text, (struct rpc_error_info){.kind = kind});
}

/* A reply that did not come in time or is too large: those that can ask for less shall do so. */
static bool ask_less(struct rpc_job *job, struct post *post, enum rpc_error_kind kind,
		     const char *words)
{
	size_t kept = 0;

	for (size_t i = 0; i < post->count; i++) {
		if (post->calls[i]->can_ask_less)
			settle_own_error(job, post->calls[i], kind, words);
		else
			post->calls[kept++] = post->calls[i];
	}
	if (kept == post->count)
		return false;
	post->count = kept;
	post->tries = 0;
	return true;
}

static void failed_post(struct rpc_job *job, struct post *post, const struct http_reply *reply)
{
	if (reply->outcome == HTTP_TOO_BIG) {
		if (post->count > 1) {
			smaller_batches(job, post, false, reply->problem);
			return;
		}
		if (ask_less(job, post, RPC_RESPONSE_TOO_BIG, reply->problem))
			return;
		fail_job(job, post, ERR_BAD_DATA, reply->problem);
		return;
	}
	if (reply->outcome == HTTP_TIMED_OUT && post->tries > 1 &&
	    ask_less(job, post, RPC_TIMED_OUT, "no answer in time"))
		return;
	try_again(job, post, ERR_AGAIN, 0, false, reply->problem);
}

/* ---- when a post is answered ---- */

static struct rpc_error_info classify(const struct rpc_error_text *text, unsigned http_status)
{
	struct rpc_error_info info =
		rpc_error_classify(text->code, text->message, text->message_size, http_status);
	struct rpc_error_info more;

	/* Some put "invalid params" into the message and the reason into the data. */
	if ((info.kind == RPC_OTHER || info.kind == RPC_BAD_PARAMS) && *text->data) {
		more = rpc_error_classify(0, text->data, strlen(text->data), 0);
		if (more.kind != RPC_OTHER)
			return more;
	}
	return info;
}

/* What the whole request was answered with, where that is not about single calls. */
static void whole_error(struct rpc_job *job, struct post *post, const struct http_reply *reply,
			struct slice error)
{
	struct rpc_error_text text;
	struct rpc_error_info info;
	struct error problem;
	char words[MESSAGE_MAX + 40];

	if (rpc_error_parse(&text, job->arena, error, &problem) != OK) {
		try_again(job, post, ERR_BAD_DATA, 0, false, problem.message);
		return;
	}
	info = classify(&text, reply->status);
	(void)snprintf(words, sizeof(words), "error %" PRId64 ": %.*s", text.code, MESSAGE_MAX,
		       text.message);
	http_scrub(job->rpc->http, words);
	if (rpc_error_passes(info.kind) || (reply->status >= 500 && info.kind == RPC_OTHER)) {
		try_again(job, post, ERR_AGAIN, reply->retry_after_ms,
			  info.kind == RPC_RATE_LIMITED, words);
	} else if (post->count == 1) {
		settle_error(job, post->calls[0], &text, info);
		post->count = 0;
	} else if (info.kind == RPC_DENIED) {
		for (size_t i = 0; i < post->count; i++)
			settle_error(job, post->calls[i], &text, info);
		post->count = 0;
	} else if (info.kind == RPC_OTHER && post->tries == 1) {
		try_again(job, post, ERR_AGAIN, 0, false, words);
	} else {
		smaller_batches(job, post, !rpc_error_wants_less(info.kind), words);
	}
}

/* One call's error: settled, or false where the call shall be asked again. */
static bool item_error(struct rpc_job *job, const struct post *post, struct rpc_call *call,
		       struct slice error, unsigned http_status, bool *rate_limited,
		       struct rpc_error_text *text)
{
	struct rpc_error_info info;

	if (rpc_error_parse(text, job->arena, error, NULL) != OK)
		return false;
	info = classify(text, http_status);
	if (rpc_error_passes(info.kind) || (http_status >= 500 && info.kind == RPC_OTHER)) {
		*rate_limited = *rate_limited || info.kind == RPC_RATE_LIMITED;
		return false;
	}
	/* About the batch, not about the call. */
	if (post->count > 1 &&
	    (info.kind == RPC_BATCH_REFUSED || info.kind == RPC_RESPONSE_TOO_BIG))
		return false;
	settle_error(job, call, text, info);
	return true;
}

/* The reply was JSON-RPC: settles what it answers, keeps the rest. */
static void settle(struct rpc_job *job, struct post *post, const struct http_reply *reply,
		   const struct rpc_answer *answers)
{
	struct rpc_error_text text = {.message = "no answer to some calls of the batch"};
	size_t asked = post->count;
	size_t kept = 0;
	bool refused = false;
	bool rate_limited = false;
	char words[MESSAGE_MAX + 40];

	for (size_t i = 0; i < asked; i++) {
		struct rpc_call *call = post->calls[i];

		if (answers[i].is_there && !answers[i].error.size) {
			call->outcome = RPC_RESULT;
			call->result = answers[i].result;
			continue;
		}
		if (answers[i].is_there) {
			if (item_error(job, post, call, answers[i].error, reply->status,
				       &rate_limited, &text))
				continue;
			refused = true;
		}
		post->calls[kept++] = call;
	}
	post->count = kept;
	if (!kept)
		return;
	(void)snprintf(words, sizeof(words), "%s%.*s", refused ? "error: " : "", MESSAGE_MAX,
		       text.message);
	http_scrub(job->rpc->http, words);
	if (kept > 1 && refused && !rate_limited) {
		struct rpc_error_info info = classify(&text, 0);

		if (!rpc_error_passes(info.kind)) {
			smaller_batches(job, post, info.kind == RPC_BATCH_REFUSED, words);
			return;
		}
	}
	/* Some answers came: the node works, only the rest has to be asked again. */
	if (kept < asked) {
		post->pause_ms = 0;
		if (post->tries > 1)
			post->tries--;
	}
	try_again(job, post, ERR_AGAIN, reply->retry_after_ms, rate_limited, words);
}

/* A status that says more than a body which is no JSON-RPC. */
static void http_error(struct rpc_job *job, struct post *post, const struct http_reply *reply,
		       const char *problem)
{
	unsigned status = reply->status;
	char words[160];

	if (status >= 200 && status < 300) {
		try_again(job, post, ERR_BAD_DATA, reply->retry_after_ms, false, problem);
		return;
	}
	(void)snprintf(words, sizeof(words), "HTTP status %u", status);
	if (post->count > 1 && (status == 400 || status == 413 || status == 415 || status == 422)) {
		smaller_batches(job, post, true, words);
	} else if (status == 413 && ask_less(job, post, RPC_RESPONSE_TOO_BIG, words)) {
		return;
	} else if (status == 401 || status == 404 || status == 405 ||
		   (status >= 300 && status < 400)) {
		(void)snprintf(words, sizeof(words), "HTTP status %u%s", status,
			       status == 401 ? ": the node does not accept the url's credentials"
					     : ": there is no JSON-RPC node at this url");
		fail_job(job, post, ERR_BAD_DATA, words);
	} else {
		try_again(job, post, ERR_AGAIN, reply->retry_after_ms, status == 429, words);
	}
}

static bool looks_like_html(struct slice body)
{
	for (size_t i = 0; i < body.size; i++) {
		uint8_t c = body.data[i];

		if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
			return c == '<';
	}
	return false;
}

/* False where the reply is no JSON-RPC. */
static bool answered_post(struct rpc_job *job, struct post *post, const struct http_reply *reply)
{
	struct rpc_answer *answers = xcalloc(post->count, sizeof(answers[0]));
	struct rpc_reply parts;
	struct error problem;
	enum status st;

	job->bytes += reply->body.size;
	st = rpc_reply_parse(&parts, answers, post->count, post->first_id, reply->body, &problem);
	if (reply->status == 429)
		http_error(job, post, reply, "rate limit");
	else if (st != OK)
		http_error(job, post, reply,
			   looks_like_html(reply->body) ? "HTML instead of JSON" : problem.message);
	else if (parts.whole.size && !parts.answered)
		whole_error(job, post, reply, parts.whole);
	else if (!parts.answered)
		http_error(job, post, reply, "an empty batch instead of answers");
	else
		settle(job, post, reply, answers);
	if (st == OK && parts.answered) {
		struct body *body = xcalloc(1, sizeof(*body));

		body->bytes = http_take_body(post->request, &body->capacity);
		body->next = job->bodies;
		job->bodies = body;
	}
	free(answers);
	return st == OK;
}

static enum node_trouble trouble_of(const struct http_reply *reply)
{
	switch (reply->outcome) {
	case HTTP_FAILED:
		return TROUBLE_CONNECTION;
	case HTTP_TIMED_OUT:
		return TROUBLE_TIMEOUT;
	case HTTP_ANSWERED:
	case HTTP_TOO_BIG:
		break;
	}
	if (reply->status == 429)
		return TROUBLE_RATE_LIMIT;
	if (reply->status >= 500)
		return TROUBLE_SERVER;
	return reply->status >= 300 ? TROUBLE_REFUSED : TROUBLE_NO_ANSWER;
}

/* The endpoint's record: an answer that is no JSON-RPC is trouble, one that is too long is not. */
static void tell_witness(struct rpc *rpc, uint64_t sent_ms, const struct http_reply *reply,
			 bool is_answer)
{
	const struct rpc_options *options = &rpc->options;

	if (reply->status >= 500 || reply->status == 429)
		is_answer = false;
	if (is_answer)
		witness_answered(options->witnesses, options->witness,
				 clock_now_ms(&rpc->clock) - sent_ms);
	else
		witness_troubled(options->witnesses, options->witness, trouble_of(reply));
}

/* Takes the reply of a post that came to its end. */
void rpc_settle_reply(struct rpc_job *job, struct post *post)
{
	struct rpc *rpc = job->rpc;
	struct http_request *request = post->request;
	const struct http_reply *got = http_reply(request);
	bool is_answer = got->outcome == HTTP_TOO_BIG;

	if (got->outcome == HTTP_ANSWERED)
		is_answer = answered_post(job, post, got);
	else
		failed_post(job, post, got);
	tell_witness(rpc, post->sent_ms, got, is_answer);
	post->request = NULL;
	rpc->under_way--;
	pace_give(rpc->pace);
	http_release(rpc->http, request);
}
