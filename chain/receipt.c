#include "chain/receipt.h"

#include "chain/rlp.h"
#include "chain/trie.h"

/* Types stand before the list, which never begins below this byte (EIP-2718). */
enum { FIRST_BYTE_OF_LIST = 0xc0 };

/*
 * The least that a log takes: its list's prefix, the address and its prefix, no topics, no data.
 * Whoever sends bytes cannot make us take more than some ten times as many.
 */
enum { LOG_ENCODING_MIN = 1 + 1 + ADDRESS_BYTES + 1 + 1 };

/* ---- encoding ---- */

static void put_log(struct buffer *out, const struct event_log *log)
{
	size_t list = rlp_list_begin(out);
	size_t topics;

	rlp_put_bytes(out, slice_of(log->address.bytes, ADDRESS_BYTES));
	topics = rlp_list_begin(out);
	for (uint32_t i = 0; i < log->topic_count; i++)
		rlp_put_bytes(out, slice_of(log->topics[i].bytes, HASH_BYTES));
	rlp_list_end(out, topics);
	rlp_put_bytes(out, log->data);
	rlp_list_end(out, list);
}

void receipt_encode(struct buffer *out, const struct receipt *receipt)
{
	size_t list;
	size_t logs;

	if (receipt->type)
		buffer_byte(out, receipt->type);
	list = rlp_list_begin(out);
	if (receipt->has_post_state)
		rlp_put_bytes(out, slice_of(receipt->post_state.bytes, HASH_BYTES));
	else
		rlp_put_u64(out, receipt->is_success);
	rlp_put_u64(out, receipt->cumulative_gas_used);
	rlp_put_bytes(out, slice_of(receipt->bloom.bytes, BLOOM_BYTES));
	logs = rlp_list_begin(out);
	for (size_t i = 0; i < receipt->log_count; i++)
		put_log(out, &receipt->logs[i]);
	rlp_list_end(out, logs);
	rlp_list_end(out, list);
}

/* Room for the encoding; so that a block's receipts are written without moving. */
static size_t encoding_room(const struct receipt *receipt)
{
	enum { PREFIXES = 64 };
	size_t room = PREFIXES + HASH_BYTES + BLOOM_BYTES;

	for (size_t i = 0; i < receipt->log_count; i++)
		room += PREFIXES + ADDRESS_BYTES + receipt->logs[i].data.size +
			(size_t)receipt->logs[i].topic_count * (1 + HASH_BYTES);
	return room;
}

struct slice *receipts_encode(const struct receipt *receipts, size_t count, struct arena *arena)
{
	struct slice *out = arena_array(arena, count, sizeof(*out));
	struct buffer all = buffer_in(arena);
	size_t begin = 0;

	for (size_t i = 0; i < count; i++)
		all.capacity += encoding_room(&receipts[i]);
	all.data = arena_alloc(arena, all.capacity);
	for (size_t i = 0; i < count; i++) {
		receipt_encode(&all, &receipts[i]);
		out[i].size = all.size - begin;
		begin = all.size;
	}
	/* Only now: appending may move what was written. */
	begin = 0;
	for (size_t i = 0; i < count; i++) {
		out[i].data = all.data + begin;
		begin += out[i].size;
	}
	return out;
}

struct hash receipts_root(const struct receipt *receipts, size_t count, struct arena *arena)
{
	return trie_ordered_root(receipts_encode(receipts, count, arena), count, arena);
}

struct bloom receipt_bloom(const struct receipt *receipt)
{
	struct bloom out = {{0}};

	for (size_t i = 0; i < receipt->log_count; i++)
		bloom_add_log(&out, &receipt->logs[i]);
	return out;
}

/* ---- decoding ---- */

/* What the reader found wrong, after its place in the receipt. */
static enum status bad_form(const struct rlp_reader *r, const char *field, struct error *err)
{
	if (rlp_close(r, err) == OK)
		return error_set(err, ERR_BAD_DATA, "%s", field);
	return error_wrap(err, "%s", field);
}

/* The status (EIP-658), or what stood there before Byzantium: the state root. */
static enum status read_outcome(struct receipt *out, struct rlp_reader *r, struct error *err)
{
	struct slice bytes;

	if (!rlp_bytes(&bytes, r))
		return bad_form(r, "status", err);
	if (bytes.size == HASH_BYTES && out->type == 0) {
		out->has_post_state = true;
		memcpy(out->post_state.bytes, bytes.data, HASH_BYTES);
		return OK;
	}
	if (bytes.size == 0 || (bytes.size == 1 && bytes.data[0] == 1)) {
		out->is_success = bytes.size == 1;
		return OK;
	}
	return error_set(err, ERR_BAD_DATA, "status: neither 0 nor 1%s",
			 out->type ? "" : " nor a state root");
}

static enum status read_topics(struct event_log *out, const struct rlp_item *topics,
			       struct error *err)
{
	struct rlp_reader r;

	rlp_open(&r, topics);
	while (rlp_more(&r)) {
		if (out->topic_count == LOG_TOPICS_MAX)
			return error_set(err, ERR_BAD_DATA, "more than %d topics", LOG_TOPICS_MAX);
		if (!rlp_fixed(out->topics[out->topic_count].bytes, HASH_BYTES, &r))
			return bad_form(&r, "topic", err);
		out->topic_count++;
	}
	return rlp_close(&r, err);
}

static enum status read_log(struct event_log *out, const struct rlp_item *log, struct error *err)
{
	struct rlp_item topics;
	struct rlp_reader r;
	enum status st;

	rlp_open(&r, log);
	if (!rlp_fixed(out->address.bytes, ADDRESS_BYTES, &r))
		return bad_form(&r, "address", err);
	if (!rlp_list(&topics, &r))
		return bad_form(&r, "topics", err);
	st = read_topics(out, &topics, err);
	if (st != OK)
		return st;
	if (!rlp_bytes(&out->data, &r))
		return bad_form(&r, "data", err);
	return rlp_close(&r, err);
}

/* How many logs there are to take memory for; refuses what is too small to be one. */
static enum status count_logs(size_t *out, const struct rlp_item *logs, struct error *err)
{
	struct rlp_item log;
	struct rlp_reader r;

	*out = 0;
	rlp_open(&r, logs);
	while (rlp_more(&r)) {
		if (!rlp_list(&log, &r))
			return bad_form(&r, "logs", err);
		if (log.encoding.size < LOG_ENCODING_MIN)
			return error_set(err, ERR_BAD_DATA, "log %zu is too short", *out);
		++*out;
	}
	return rlp_close(&r, err);
}

static enum status read_logs(struct receipt *out, struct arena *arena, const struct rlp_item *logs,
			     struct error *err)
{
	struct rlp_item log;
	struct rlp_reader r;
	enum status st = count_logs(&out->log_count, logs, err);

	if (st != OK)
		return st;
	out->logs = arena_array(arena, out->log_count, sizeof(*out->logs));
	rlp_open(&r, logs);
	for (size_t i = 0; rlp_next(&log, &r); i++) {
		st = read_log(&out->logs[i], &log, err);
		if (st != OK)
			return error_wrap(err, "log %zu", i);
	}
	return OK;
}

static enum status read_list(struct receipt *out, struct arena *arena, struct slice bytes,
			     struct error *err)
{
	struct rlp_item list;
	struct rlp_item logs;
	struct rlp_reader r;
	enum status st = rlp_decode(&list, bytes, err);

	if (st != OK)
		return st;
	rlp_open(&r, &list);
	st = read_outcome(out, &r, err);
	if (st != OK)
		return st;
	if (!rlp_u64(&out->cumulative_gas_used, &r))
		return bad_form(&r, "cumulative gas used", err);
	if (!rlp_fixed(out->bloom.bytes, BLOOM_BYTES, &r))
		return bad_form(&r, "logs bloom", err);
	if (!rlp_list(&logs, &r))
		return bad_form(&r, "logs", err);
	st = rlp_close(&r, err);
	return st == OK ? read_logs(out, arena, &logs, err) : st;
}

enum status receipt_decode(struct receipt *out, struct arena *arena, struct slice bytes,
			   struct error *err)
{
	struct error unseen = {.status = OK};

	err = err ? err : &unseen;
	memset(out, 0, sizeof(*out));
	if (bytes.size == 0)
		return error_set(err, ERR_BAD_DATA, "receipt: no bytes");
	if (bytes.data[0] < FIRST_BYTE_OF_LIST) {
		out->type = bytes.data[0];
		if (out->type == 0 || out->type > TRANSACTION_TYPE_MAX)
			return error_set(err, ERR_BAD_DATA, "receipt: unknown type %u", out->type);
		bytes = slice_of(bytes.data + 1, bytes.size - 1);
	}
	return read_list(out, arena, bytes, err) == OK ? OK : error_wrap(err, "receipt");
}
