#include "protocols/apply.h"

void apply_begin_block(struct applying *a)
{
	size_t size = a->pool->protocol->scratch_size;

	a->scratch = arena_alloc(a->arena, size);
}

static enum status apply_event(struct applying *a, const struct event_log *log, size_t rule,
			       struct error *err)
{
	const struct protocol *protocol = a->pool->protocol;
	struct pool_event event = {.log = log, .rule = rule};
	enum status st = abi_decode_log(&event.values, a->arena, &a->pool->events[rule],
					log->topics, log->topic_count, log->data, err);

	if (st != OK)
		return error_wrap(err, "log %u, event %s", log->log_index,
				  a->pool->events[rule].name);
	trace_reset(a->trace);
	a->book->posting_count = 0;
	a->event = &event;
	a->passed_before = a->checker->passed_count;
	a->failed_before = a->checker->failed_count;
	if (protocol->events[rule].apply)
		protocol->events[rule].apply(a, &event);
	a->event = NULL;
	if (a->status != OK)
		*err = a->error;
	return a->status;
}

/* `after_event` sees the event, so it is called with it still in hand. */
static bool tell(struct applying *a, const struct apply_options *options,
		 const struct event_log *log, size_t rule)
{
	struct pool_event event = {.log = log, .rule = rule};
	bool is_going;

	if (!options->after_event)
		return true;
	a->event = &event;
	is_going = options->after_event(options->context, a);
	a->event = NULL;
	return is_going;
}

/* What is only known when a transaction is over is reported at its last event. */
static void end_transaction(struct applying *a, const struct event_log *last)
{
	struct pool_event event = {.log = last, .rule = (size_t)pool_match(a->pool, last)};

	trace_reset(a->trace);
	a->event = &event;
	a->pool->protocol->end_transaction(a);
	a->event = NULL;
}

enum status apply_block(size_t *event_count, struct applying *a, const struct event_log *logs,
			size_t log_count, const struct apply_options *options, struct error *err)
{
	const struct protocol *protocol = a->pool->protocol;
	const struct event_log *previous = NULL;
	size_t count = 0;

	for (size_t i = 0; i < log_count; i++) {
		int rule = pool_match(a->pool, &logs[i]);
		enum status st;

		if (rule < 0)
			continue;
		if (!previous ||
		    !hash_equal(previous->transaction_hash, logs[i].transaction_hash)) {
			if (previous)
				end_transaction(a, previous);
			protocol->begin_transaction(a, &logs[i].transaction_hash);
		}
		previous = &logs[i];
		a->following = &logs[i + 1];
		a->following_count = log_count - i - 1;
		count++;
		st = apply_event(a, &logs[i], (size_t)rule, err);
		if (st != OK)
			return st;
		if (!tell(a, options, &logs[i], (size_t)rule))
			goto out;
	}
	a->following_count = 0;
	if (previous)
		end_transaction(a, previous);
	trace_reset(a->trace);
	a->book->posting_count = 0;
	protocol->end_block(a, options->is_thorough);
out:
	if (event_count)
		*event_count = count;
	if (a->status != OK) {
		*err = a->error;
		return a->status;
	}
	return state_status(a->state, err);
}

/* transaction index, address, number of topics, topics, data. */
enum {
	EVENT_FIXED = 4 + ADDRESS_BYTES + 1 + HASH_BYTES,
	EVENT_HAS_SENDER = 0x80, /* in the byte of the topic count: the sender stands behind it */
};

struct slice event_encode(struct arena *arena, const struct event_log *log)
{
	size_t topics = log->topic_count * (size_t)HASH_BYTES;
	size_t sender = log->has_sender ? ADDRESS_BYTES : 0;
	size_t size = EVENT_FIXED + sender + topics + log->data.size;
	uint8_t *bytes = arena_alloc(arena, size);
	uint8_t *at = bytes;

	memcpy(at, log->transaction_hash.bytes, HASH_BYTES);
	at += HASH_BYTES;
	put_be32(at, log->transaction_index);
	memcpy(at + 4, log->address.bytes, ADDRESS_BYTES);
	at += 4 + ADDRESS_BYTES;
	*at++ = (uint8_t)(log->topic_count | (log->has_sender ? EVENT_HAS_SENDER : 0));
	memcpy(at, log->sender.bytes, sender);
	at += sender;
	memcpy(at, log->topics, topics);
	if (log->data.size)
		memcpy(at + topics, log->data.data, log->data.size);
	return slice_of(bytes, size);
}

enum status event_decode(struct event_log *out, struct slice bytes, uint32_t log_index,
			 struct error *err)
{
	const uint8_t *at = bytes.data;
	size_t topics;
	size_t fixed;

	memset(out, 0, sizeof(*out));
	if (bytes.size < EVENT_FIXED)
		return error_set(err, ERR_CORRUPT, "a stored event of %zu bytes", bytes.size);
	memcpy(out->transaction_hash.bytes, at, HASH_BYTES);
	at += HASH_BYTES;
	out->transaction_index = get_be32(at);
	memcpy(out->address.bytes, at + 4, ADDRESS_BYTES);
	at += 4 + ADDRESS_BYTES;
	out->has_sender = *at & EVENT_HAS_SENDER;
	out->topic_count = *at++ & (EVENT_HAS_SENDER - 1);
	topics = out->topic_count * (size_t)HASH_BYTES;
	fixed = EVENT_FIXED + (out->has_sender ? ADDRESS_BYTES : 0);
	if (out->topic_count > LOG_TOPICS_MAX || bytes.size < fixed + topics)
		return error_set(err, ERR_CORRUPT, "a stored event with %u topics in %zu bytes",
				 out->topic_count, bytes.size);
	if (out->has_sender) {
		memcpy(out->sender.bytes, at, ADDRESS_BYTES);
		at += ADDRESS_BYTES;
	}
	memcpy(out->topics, at, topics);
	out->data = slice_of(at + topics, bytes.size - fixed - topics);
	out->log_index = log_index;
	return OK;
}
