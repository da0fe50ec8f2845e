/*
 * claims.c - what the explanation repeats of proved things must be what is proved.
 *
 * The explanation's formulas, postings and payout are the mirror's word. But that they are about
 * this transaction and its events can be seen, so a true proof cannot be given with an explanation
 * of something else.
 */
#include <inttypes.h>

#include "indexer/json_read.h"
#include "serve/answer/answer.h"
#include "serve/evidence/internal.h"

/* Levels of the document at which an explained event's members stand, and so its values. */
enum { EVENT_MEMBERS_DEPTH = 5 };

struct checking {
	const struct evidence *e;
	struct json_reader json;
	struct arena *arena;
	struct error *err;
};

static enum status no_json(const struct checking *c)
{
	return jread_error(&c->json, c->err);
}

/* The value that comes next is this text. */
static enum status expect(struct checking *c, const char *name, struct slice wanted)
{
	struct slice got;

	if (!jread_skip(&c->json, &got))
		return no_json(c);
	if (slice_equal(got, wanted))
		return OK;
	return error_set(c->err, ERR_BAD_DATA, "%s: expected %.*s, got %.*s", name,
			 wanted.size < 200 ? (int)wanted.size : 200, (const char *)wanted.data,
			 got.size < 200 ? (int)got.size : 200, (const char *)got.data);
}

static enum status expect_json(struct checking *c, const char *name, json_t *wanted)
{
	return expect(c, name, text_of_json(c->arena, wanted, EVENT_MEMBERS_DEPTH));
}

static bool next_member(struct checking *c, const char *name, enum status *st)
{
	struct slice got;

	if (!jread_member(&c->json, &got))
		*st = jread_failed(&c->json)
			      ? no_json(c)
			      : error_set(c->err, ERR_BAD_DATA, "expected the member \"%s\"", name);
	else if (!jread_is(got, name, strlen(name)))
		*st = error_set(c->err, ERR_BAD_DATA, "expected the member \"%s\", got \"%.*s\"",
				name, got.size < 60 ? (int)got.size : 60, (const char *)got.data);
	return *st == OK;
}

static enum status member_is(struct checking *c, const char *name, json_t *wanted)
{
	enum status st = OK;

	if (next_member(c, name, &st))
		return expect_json(c, name, wanted);
	json_decref(wanted);
	return st;
}

/* The file's log of that index within the block; they rise. */
static const struct evidence_log *find_log(const struct evidence *e, uint64_t log_index)
{
	size_t low = 0;
	size_t high = e->log_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		uint64_t index = e->logs_before + e->logs[middle].index;

		if (index == log_index)
			return &e->logs[middle];
		if (index < log_index)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

/* The sender is null where no transaction was proved when the mirror applied the block. */
static enum status check_sender(struct checking *c)
{
	enum status st = OK;

	if (!next_member(c, "sender", &st))
		return st;
	if (jread_peek(&c->json) == JSON_READ_NULL)
		return jread_null(&c->json) ? OK : no_json(c);
	if (!c->e->has_transaction)
		return jread_skip(&c->json, NULL) ? OK : no_json(c);
	return expect_json(c, "sender", json_address(c->e->sender));
}

/* What stands behind these is only claimed. */
static enum status check_rest(struct checking *c)
{
	struct slice name;

	while (jread_member(&c->json, &name))
		if (!jread_skip(&c->json, NULL))
			return no_json(c);
	return jread_failed(&c->json) ? no_json(c) : OK;
}

static enum status check_event(struct checking *c, uint64_t *log_index)
{
	const struct evidence_log *log;
	enum status st = OK;

	if (!jread_object(&c->json))
		return no_json(c);
	if (next_member(c, "pool", &st) && !jread_skip(&c->json, NULL))
		st = no_json(c);
	if (st == OK)
		st = member_is(c, "block", json_integer((json_int_t)c->e->block));
	if (st == OK)
		st = member_is(c, "transaction", json_hash(c->e->transaction_hash));
	if (st == OK && next_member(c, "log_index", &st) && !jread_uint(&c->json, log_index))
		st = no_json(c);
	if (st != OK)
		return st;
	log = find_log(c->e, *log_index);
	if (!log)
		return error_set(c->err, ERR_BAD_DATA,
				 "log_index: expected one of the logs of this file, got %" PRIu64,
				 *log_index);
	st = member_is(c, "contract", json_address(log->log->address));
	if (st == OK)
		st = member_is(c, "event", json_string(log->item.name));
	if (st == OK)
		st = check_sender(c);
	if (st == OK)
		st = member_is(c, "arguments",
			       evidence_arguments(&log->item, log->values, c->arena));
	return st == OK ? check_rest(c) : st;
}

static enum status check_events(struct checking *c)
{
	size_t count = 0;
	enum status st = OK;

	if (!jread_array(&c->json))
		return no_json(c);
	while (st == OK && jread_element(&c->json)) {
		uint64_t log_index = 0;

		st = check_event(c, &log_index);
		if (st != OK)
			return error_wrap(c->err, "events[%zu]", count);
		count++;
	}
	return jread_failed(&c->json) ? no_json(c) : OK;
}

static enum status check_explanation(struct checking *c)
{
	enum status st = OK;

	if (!jread_object(&c->json))
		return no_json(c);
	st = member_is(c, "transaction", json_hash(c->e->transaction_hash));
	if (st == OK)
		st = member_is(c, "block", json_integer((json_int_t)c->e->block));
	if (st == OK && next_member(c, "events", &st))
		st = check_events(c);
	return st == OK ? check_rest(c) : st;
}

enum status evidence_check_claims(const struct evidence *e, struct arena *arena, struct error *err)
{
	struct checking c = {.e = e, .arena = arena, .err = err};
	struct slice name;

	jread_open(&c.json, e->claims);
	if (!jread_object(&c.json))
		return no_json(&c);
	while (jread_member(&c.json, &name)) {
		if (JSON_IS(name, "explanation")) {
			if (check_explanation(&c) != OK)
				return error_wrap(err, "explanation");
		} else if (!jread_skip(&c.json, NULL)) {
			return no_json(&c);
		}
	}
	return jread_failed(&c.json) ? no_json(&c) : OK;
}
