#include "tests/support/sim_fault.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"

enum { DEEP_LEVELS = 20000, DRIP_PIECES = 12, QUANTITY_MAX = 15 };

static const char *const names[SIM_FAULT_COUNT] = {
	[SIM_FAULT_NONE] = "answers",
	[SIM_FAULT_REFUSED] = "connection refused",
	[SIM_FAULT_HANG_UP] = "hang-up",
	[SIM_FAULT_CUT] = "cut off",
	[SIM_FAULT_SILENT] = "silent",
	[SIM_FAULT_SLOW] = "slow",
	[SIM_FAULT_DRIP] = "drip",
	[SIM_FAULT_RATE_LIMIT] = "429",
	[SIM_FAULT_RATE_LIMIT_UNTIL] = "429 with Retry-After",
	[SIM_FAULT_SERVER] = "5xx",
	[SIM_FAULT_HTML] = "HTML",
	[SIM_FAULT_EMPTY] = "empty body",
	[SIM_FAULT_GIANT] = "giant answer",
	[SIM_FAULT_HALF] = "half of the JSON",
	[SIM_FAULT_DEEP] = "deep JSON",
	[SIM_FAULT_BAD_UTF8] = "bad UTF-8",
	[SIM_FAULT_TRAILING] = "more behind the JSON",
	[SIM_FAULT_MISSING] = "an answer missing",
	[SIM_FAULT_DOUBLED] = "an answer doubled",
	[SIM_FAULT_WRONG_ID] = "a wrong id",
	[SIM_FAULT_FOREIGN] = "a foreign answer",
	[SIM_FAULT_SHUFFLED] = "answers in another order",
	[SIM_FAULT_ONE_ERROR] = "one error for all",
	[SIM_FAULT_LIMIT_ERROR] = "error: limit",
	[SIM_FAULT_INTERNAL_ERROR] = "error: internal",
	[SIM_FAULT_NUMBERS] = "numbers as numbers",
	[SIM_FAULT_NULLS] = "null results",
	[SIM_FAULT_STRINGS] = "text for results",
};

const char *sim_fault_name(enum sim_fault fault)
{
	return names[fault];
}

/* ---- of the text ---- */

static void set_text(struct sim_answer *out, const char *text)
{
	free(out->bytes);
	out->bytes = xstrdup(text);
	out->size = strlen(text);
}

static void set_deep(struct sim_answer *out)
{
	free(out->bytes);
	out->bytes = xmalloc(DEEP_LEVELS);
	memset(out->bytes, '[', DEEP_LEVELS);
	out->size = DEEP_LEVELS;
}

static void append(struct sim_answer *out, const char *text)
{
	size_t more = strlen(text);

	out->bytes = xrealloc(out->bytes, out->size + more);
	memcpy(out->bytes + out->size, text, more);
	out->size += more;
}

static void fail(struct sim_answer *out, enum http_outcome outcome, const char *problem)
{
	out->outcome = outcome;
	out->problem = problem;
}

/* A byte that no UTF-8 has, in place of a hexadecimal digit. */
static void spoil_text(struct sim_answer *out, struct sim_random *random)
{
	size_t from = (size_t)sim_below(random, out->size);

	for (size_t i = 0; i < out->size; i++) {
		char *at = &out->bytes[(from + i) % out->size];

		if (*at == 'x') {
			*at = (char)0xff;
			return;
		}
	}
	out->bytes[from] = (char)0xff;
}

/* ---- of the answers ---- */

/* Each answer of a batch, or the only one. */
static size_t count_of(const json_t *reply)
{
	return json_is_array(reply) ? json_array_size(reply) : 1;
}

static json_t *item(json_t *reply, size_t index)
{
	return json_is_array(reply) ? json_array_get(reply, index) : reply;
}

static json_t *error_of(int code, const char *words)
{
	return json_pack("{s:i, s:s}", "code", code, "message", words);
}

static void make_error(json_t *reply, int code, const char *words)
{
	for (size_t i = 0; i < count_of(reply); i++) {
		(void)json_object_del(item(reply, i), "result");
		(void)json_object_set_new(item(reply, i), "error", error_of(code, words));
	}
}

static json_t *with_numbers(json_t *value)
{
	const char *text = json_string_value(value);
	const char *key;
	json_t *part;
	void *next;
	size_t i;

	if (text && strncmp(text, "0x", 2) == 0 && text[2] && strlen(text) <= QUANTITY_MAX)
		return json_integer(strtoll(text, NULL, 16));
	json_array_foreach (value, i, part)
		(void)json_array_set_new(value, i, with_numbers(part));
	json_object_foreach_safe(value, next, key, part)(void)
		json_object_set_new(value, key, with_numbers(part));
	return json_incref(value);
}

static void set_results(json_t *reply, enum sim_fault fault)
{
	for (size_t i = 0; i < count_of(reply); i++) {
		json_t *one = item(reply, i);
		json_t *result = json_object_get(one, "result");

		if (!result)
			continue;
		if (fault == SIM_FAULT_NUMBERS)
			(void)json_object_set_new(one, "result", with_numbers(result));
		else
			(void)json_object_set_new(one, "result",
						  fault == SIM_FAULT_NULLS
							  ? json_null()
							  : json_string("not what was asked for"));
	}
}

static void spoil_batch(json_t *reply, enum sim_fault fault, struct sim_random *random)
{
	size_t count = count_of(reply);
	size_t one = (size_t)sim_below(random, count);

	if (fault == SIM_FAULT_WRONG_ID) {
		(void)json_object_set_new(item(reply, one), "id", json_integer(987654321));
		return;
	}
	if (!json_is_array(reply))
		return;
	if (fault == SIM_FAULT_MISSING) {
		(void)json_array_remove(reply, one);
	} else if (fault == SIM_FAULT_DOUBLED) {
		(void)json_array_append_new(reply, json_deep_copy(json_array_get(reply, one)));
	} else if (fault == SIM_FAULT_FOREIGN) {
		(void)json_array_append_new(reply, json_pack("{s:s, s:i, s:n}", "jsonrpc", "2.0",
							     "id", 987654321, "result"));
	} else {
		json_t *moved = json_incref(json_array_get(reply, 0));

		(void)json_array_remove(reply, 0);
		(void)json_array_append_new(reply, moved);
	}
}

static void spoil_json(json_t **reply, enum sim_fault fault, struct sim_random *random)
{
	switch ((int)fault) {
	case SIM_FAULT_MISSING:
	case SIM_FAULT_DOUBLED:
	case SIM_FAULT_WRONG_ID:
	case SIM_FAULT_FOREIGN:
	case SIM_FAULT_SHUFFLED:
		spoil_batch(*reply, fault, random);
		break;
	case SIM_FAULT_ONE_ERROR:
		json_decref(*reply);
		*reply = json_pack("{s:s, s:n, s:o}", "jsonrpc", "2.0", "id", "error",
				   error_of(-32603, "internal error"));
		break;
	case SIM_FAULT_LIMIT_ERROR:
		make_error(*reply, -32005, "too many requests");
		break;
	case SIM_FAULT_INTERNAL_ERROR:
		make_error(*reply, -32603, "internal error");
		break;
	case SIM_FAULT_NUMBERS:
	case SIM_FAULT_NULLS:
	case SIM_FAULT_STRINGS:
		set_results(*reply, fault);
		break;
	default:
		break;
	}
}

/* ---- of the way ---- */

static void spoil_way(struct sim_answer *out, enum sim_fault fault, uint64_t timeout_ms,
		      struct sim_random *random)
{
	switch ((int)fault) {
	case SIM_FAULT_REFUSED:
		fail(out, HTTP_FAILED, "Couldn't connect to server");
		break;
	case SIM_FAULT_HANG_UP:
		fail(out, HTTP_FAILED, "Server returned nothing (no headers, no data)");
		break;
	case SIM_FAULT_CUT:
		fail(out, HTTP_FAILED, "Transferred a partial file");
		break;
	case SIM_FAULT_SILENT:
		out->pause_ms = timeout_ms + 1;
		break;
	case SIM_FAULT_SLOW:
		out->pause_ms = sim_below(random, timeout_ms * 3 / 2);
		break;
	case SIM_FAULT_DRIP:
		out->pieces = DRIP_PIECES;
		out->pause_ms = sim_below(random, timeout_ms / DRIP_PIECES * 3 / 2);
		break;
	case SIM_FAULT_GIANT:
		fail(out, HTTP_TOO_BIG, "a reply of more than the allowed bytes");
		break;
	default:
		break;
	}
}

static void spoil_text_of(struct sim_answer *out, enum sim_fault fault, struct sim_random *random)
{
	switch ((int)fault) {
	case SIM_FAULT_RATE_LIMIT_UNTIL:
		out->retry_after_ms = 1000 * (1 + sim_below(random, 20));
		out->status = 429;
		set_text(out, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32005,"
			      "\"message\":\"rate limit\"}}");
		break;
	case SIM_FAULT_RATE_LIMIT:
		out->status = 429;
		set_text(out, "rate limit");
		break;
	case SIM_FAULT_SERVER:
		out->status = 500 + (unsigned)sim_below(random, 5);
		set_text(out, "internal error");
		break;
	case SIM_FAULT_HTML:
		set_text(out, "<html>Bad gateway</html>");
		break;
	case SIM_FAULT_EMPTY:
		set_text(out, "");
		break;
	case SIM_FAULT_HALF:
		out->size /= 2;
		break;
	case SIM_FAULT_DEEP:
		set_deep(out);
		break;
	case SIM_FAULT_BAD_UTF8:
		spoil_text(out, random);
		break;
	case SIM_FAULT_TRAILING:
		append(out, "{\"jsonrpc\":\"2.0\"}");
		break;
	default:
		break;
	}
}

void sim_fault_answer(struct sim_answer *out, json_t *reply, enum sim_fault fault,
		      uint64_t timeout_ms, struct sim_random *random)
{
	*out = (struct sim_answer){
		.outcome = HTTP_ANSWERED, .status = 200, .pieces = 1, .problem = ""};
	spoil_json(&reply, fault, random);
	out->bytes = json_dumps(reply, JSON_COMPACT);
	if (!out->bytes)
		abort();
	out->size = strlen(out->bytes);
	json_decref(reply);
	spoil_text_of(out, fault, random);
	spoil_way(out, fault, timeout_ms, random);
}
