#include "indexer/rpc_reply.h"

#include <inttypes.h>
#include <jansson.h>

enum { ERROR_BYTES_MAX = 256 * 1024 };

/* One response object. */
struct response {
	bool has_id; /* a number; null counts as none */
	uint64_t id;
	bool has_result;
	struct slice result;
	bool has_error;
	struct slice error;
};

static void read_id(struct response *out, struct json_reader *r)
{
	if (jread_peek(r) == JSON_READ_NULL)
		(void)jread_null(r);
	else
		out->has_id = jread_uint(r, &out->id);
}

static void read_error(struct response *out, struct json_reader *r)
{
	if (jread_peek(r) == JSON_READ_NULL)
		(void)jread_null(r); /* "error":null beside a result: some do */
	else
		out->has_error = jread_skip(r, &out->error);
}

static enum status read_response(struct response *out, struct json_reader *r, struct error *err)
{
	struct slice name;
	unsigned seen = 0;

	*out = (struct response){0};
	if (!jread_object(r))
		return jread_error(r, err);
	while (jread_member(r, &name)) {
		unsigned member = JSON_IS(name, "id")       ? 1
				  : JSON_IS(name, "result") ? 2
				  : JSON_IS(name, "error")  ? 4
							    : 0;

		if (seen & member)
			return error_set(err, ERR_BAD_DATA, "a response with %.*s twice",
					 (int)name.size, (const char *)name.data);
		seen |= member;
		if (member == 1)
			read_id(out, r);
		else if (member == 2)
			out->has_result = jread_skip(r, &out->result);
		else if (member == 4)
			read_error(out, r);
		else
			(void)jread_skip(r, NULL);
	}
	if (jread_failed(r))
		return jread_error(r, err);
	if (out->has_error)
		return OK;
	if (!out->has_result)
		return error_set(err, ERR_BAD_DATA,
				 "expected a JSON-RPC response, got an object with neither result "
				 "nor error");
	return OK;
}

static enum status place(struct rpc_reply *reply, struct rpc_answer *answers, size_t count,
			 uint64_t first_id, const struct response *response, struct error *err)
{
	struct rpc_answer *answer;

	if (!response->has_id) {
		if (!response->has_error)
			return error_set(err, ERR_BAD_DATA, "a result without an id");
		reply->whole = response->error;
		return OK;
	}
	if (response->id < first_id || response->id - first_id >= count)
		return error_set(err, ERR_BAD_DATA,
				 "an answer to id %" PRIu64 ", which was not sent", response->id);
	answer = &answers[response->id - first_id];
	if (answer->is_there)
		return error_set(err, ERR_BAD_DATA, "two answers to id %" PRIu64, response->id);
	answer->is_there = true;
	if (response->has_error)
		answer->error = response->error;
	else
		answer->result = response->result;
	reply->answered++;
	return OK;
}

enum status rpc_reply_parse(struct rpc_reply *reply, struct rpc_answer *answers, size_t count,
			    uint64_t first_id, struct slice body, struct error *err)
{
	struct json_reader r;
	struct response response;
	enum status st = OK;

	*reply = (struct rpc_reply){0};
	memset(answers, 0, count * sizeof(answers[0]));
	jread_open(&r, body);
	if (jread_peek(&r) == JSON_READ_ARRAY) {
		(void)jread_array(&r);
		while (st == OK && jread_element(&r)) {
			st = read_response(&response, &r, err);
			if (st == OK)
				st = place(reply, answers, count, first_id, &response, err);
		}
	} else {
		st = read_response(&response, &r, err);
		/* A lone error for many calls is about all of them, whatever id it repeats. */
		if (st == OK && count > 1 && response.has_error)
			response.has_id = false;
		if (st == OK)
			st = place(reply, answers, count, first_id, &response, err);
	}
	if (st != OK)
		return st;
	return jread_close(&r) ? OK : jread_error(&r, err);
}

enum status rpc_error_parse(struct rpc_error_text *out, struct arena *arena, struct slice error,
			    struct error *err)
{
	json_t *object;
	json_t *message;
	json_t *data;
	json_error_t problem;

	*out = (struct rpc_error_text){.message = "", .data = ""};
	if (error.size > ERROR_BYTES_MAX)
		return error_set(err, ERR_BAD_DATA, "an error of more than %d bytes",
				 ERROR_BYTES_MAX);
	object = json_loadb((const char *)error.data, error.size, JSON_DECODE_ANY | JSON_ALLOW_NUL,
			    &problem);
	if (json_is_string(object)) { /* "error":"words", against the specification */
		message = object;
	} else if (json_is_object(object)) {
		message = json_object_get(object, "message");
	} else {
		json_decref(object);
		return error_set(err, ERR_BAD_DATA, "expected an error object");
	}
	out->code = json_integer_value(json_object_get(object, "code"));
	if (json_is_string(message)) {
		out->message_size = json_string_length(message);
		out->message = arena_string_n(arena, json_string_value(message), out->message_size);
	}
	data = json_object_get(object, "data");
	if (json_is_string(data))
		out->data =
			arena_string_n(arena, json_string_value(data), json_string_length(data));
	json_decref(object);
	return OK;
}
