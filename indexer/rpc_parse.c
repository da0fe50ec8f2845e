#include "indexer/rpc_parse.h"

#include <stdlib.h>

/* The members of a log and of a header that are used, as bits of what has been seen. */
enum {
	HAS_ADDRESS = 1 << 0,
	HAS_TOPICS = 1 << 1,
	HAS_DATA = 1 << 2,
	HAS_BLOCK_HASH = 1 << 3,
	HAS_BLOCK_NUMBER = 1 << 4,
	HAS_TRANSACTION_HASH = 1 << 5,
	HAS_TRANSACTION_INDEX = 1 << 6,
	HAS_LOG_INDEX = 1 << 7,
	HAS_REMOVED = 1 << 8, /* may be missing */
};

static const char *const log_members[] = {
	"address",         "topics",           "data",     "blockHash", "blockNumber",
	"transactionHash", "transactionIndex", "logIndex",
};

static const char *const header_members[] = {"number", "hash", "parentHash", "timestamp"};

static enum status missing(unsigned seen, const char *const *names, size_t count, const char *what,
			   struct error *err)
{
	for (size_t i = 0; i < count; i++)
		if (!(seen & 1U << i))
			return error_set(err, ERR_BAD_DATA, "%s without %s", what, names[i]);
	return OK;
}

/* A string with exactly so many bytes as hexadecimal digits. */
static enum status exact(uint8_t *out, size_t size, struct json_reader *r, struct error *err)
{
	struct slice text;

	if (!jread_string(r, &text))
		return jread_error(r, err);
	return hex_parse_exact(out, size, (const char *)text.data, text.size, err);
}

enum status parse_quantity(uint64_t *out, struct json_reader *r, struct error *err)
{
	struct slice text;

	if (!jread_string(r, &text))
		return jread_error(r, err);
	return hex_parse_quantity(out, (const char *)text.data, text.size, err);
}

static enum status quantity32(uint32_t *out, struct json_reader *r, struct error *err)
{
	uint64_t value = 0;
	enum status st = parse_quantity(&value, r, err);

	if (st != OK)
		return st;
	if (value > UINT32_MAX)
		return error_set(err, ERR_BAD_DATA, "expected a quantity below 2^32");
	*out = (uint32_t)value;
	return OK;
}

enum status parse_bytes(struct slice *out, struct arena *arena, struct json_reader *r,
			struct error *err)
{
	struct slice text;

	if (!jread_string(r, &text))
		return jread_error(r, err);
	return hex_parse(out, arena, (const char *)text.data, text.size, text.size, err);
}

static unsigned header_member(struct slice name)
{
	if (JSON_IS(name, "number"))
		return 1 << 0;
	if (JSON_IS(name, "hash"))
		return 1 << 1;
	if (JSON_IS(name, "parentHash"))
		return 1 << 2;
	if (JSON_IS(name, "timestamp"))
		return 1 << 3;
	return 0;
}

static enum status header_value(struct block_ref *out, unsigned member, struct json_reader *r,
				struct error *err)
{
	switch (member) {
	case 1 << 0:
		return parse_quantity(&out->number, r, err);
	case 1 << 1:
		return exact(out->hash.bytes, HASH_BYTES, r, err);
	case 1 << 2:
		return exact(out->parent_hash.bytes, HASH_BYTES, r, err);
	case 1 << 3:
		return parse_quantity(&out->timestamp, r, err);
	default:
		(void)jread_skip(r, NULL);
		return OK;
	}
}

enum status parse_block_ref(struct block_ref *out, struct json_reader *r, struct error *err)
{
	struct error own;
	struct slice name;
	unsigned seen = 0;

	if (!err)
		err = &own;
	*out = (struct block_ref){0};
	if (!jread_object(r))
		return jread_error(r, err);
	while (jread_member(r, &name)) {
		unsigned member = header_member(name);

		if (seen & member)
			return error_set(err, ERR_BAD_DATA, "a block with %.*s twice",
					 (int)name.size, (const char *)name.data);
		seen |= member;
		if (header_value(out, member, r, err) != OK)
			return error_wrap(err, "block's %.*s", (int)name.size,
					  (const char *)name.data);
	}
	if (jread_failed(r))
		return jread_error(r, err);
	return missing(seen, header_members, 4, "a block", err);
}

static enum status topics(struct event_log *out, struct json_reader *r, struct error *err)
{
	if (!jread_array(r))
		return jread_error(r, err);
	while (jread_element(r)) {
		enum status st;

		if (out->topic_count == LOG_TOPICS_MAX)
			return error_set(err, ERR_BAD_DATA, "more than four");
		st = exact(out->topics[out->topic_count].bytes, HASH_BYTES, r, err);
		if (st != OK)
			return st;
		out->topic_count++;
	}
	return jread_failed(r) ? jread_error(r, err) : OK;
}

static unsigned log_member(struct slice name)
{
	switch (name.size) {
	case 4:
		return JSON_IS(name, "data") ? HAS_DATA : 0;
	case 6:
		return JSON_IS(name, "topics") ? HAS_TOPICS : 0;
	case 7:
		if (JSON_IS(name, "address"))
			return HAS_ADDRESS;
		return JSON_IS(name, "removed") ? HAS_REMOVED : 0;
	case 8:
		return JSON_IS(name, "logIndex") ? HAS_LOG_INDEX : 0;
	case 9:
		return JSON_IS(name, "blockHash") ? HAS_BLOCK_HASH : 0;
	case 11:
		return JSON_IS(name, "blockNumber") ? HAS_BLOCK_NUMBER : 0;
	case 15:
		return JSON_IS(name, "transactionHash") ? HAS_TRANSACTION_HASH : 0;
	case 16:
		return JSON_IS(name, "transactionIndex") ? HAS_TRANSACTION_INDEX : 0;
	default:
		return 0;
	}
}

static enum status removed(struct json_reader *r, struct error *err)
{
	bool value = false;

	if (!jread_bool(r, &value))
		return jread_error(r, err);
	if (value)
		return error_set(err, ERR_BAD_DATA, "true: the log of a block that was replaced");
	return OK;
}

static enum status log_value(struct event_log *out, unsigned member, struct arena *arena,
			     struct json_reader *r, struct error *err)
{
	switch (member) {
	case HAS_ADDRESS:
		return exact(out->address.bytes, ADDRESS_BYTES, r, err);
	case HAS_TOPICS:
		return topics(out, r, err);
	case HAS_DATA:
		return parse_bytes(&out->data, arena, r, err);
	case HAS_BLOCK_HASH:
		return exact(out->block_hash.bytes, HASH_BYTES, r, err);
	case HAS_BLOCK_NUMBER:
		return parse_quantity(&out->block_number, r, err);
	case HAS_TRANSACTION_HASH:
		return exact(out->transaction_hash.bytes, HASH_BYTES, r, err);
	case HAS_TRANSACTION_INDEX:
		return quantity32(&out->transaction_index, r, err);
	case HAS_LOG_INDEX:
		return quantity32(&out->log_index, r, err);
	case HAS_REMOVED:
		return removed(r, err);
	default:
		(void)jread_skip(r, NULL);
		return OK;
	}
}

enum status parse_log(struct event_log *out, struct arena *arena, struct json_reader *r,
		      struct error *err)
{
	struct error own;
	struct slice name;
	unsigned seen = 0;

	if (!err)
		err = &own;
	*out = (struct event_log){0};
	if (!jread_object(r))
		return jread_error(r, err);
	while (jread_member(r, &name)) {
		unsigned member = log_member(name);

		if (seen & member)
			return error_set(err, ERR_BAD_DATA, "a log with %.*s twice", (int)name.size,
					 (const char *)name.data);
		seen |= member;
		if (log_value(out, member, arena, r, err) != OK)
			return error_wrap(err, "log's %.*s", (int)name.size,
					  (const char *)name.data);
	}
	if (jread_failed(r))
		return jread_error(r, err);
	return missing(seen, log_members, 8, "a log", err);
}

void log_list_clear(struct log_list *list)
{
	free(list->logs);
	list->logs = NULL;
	list->count = list->capacity = 0;
}

enum status parse_logs(struct log_list *list, struct json_reader *r, struct error *err)
{
	if (!jread_array(r))
		return jread_error(r, err);
	while (jread_element(r)) {
		enum status st;

		if (list->count == list->capacity) {
			list->capacity = list->capacity ? list->capacity * 2 : 64;
			list->logs = xrealloc(list->logs, list->capacity * sizeof(list->logs[0]));
		}
		st = parse_log(&list->logs[list->count], list->arena, r, err);
		if (st != OK)
			return st;
		list->count++;
	}
	return jread_failed(r) ? jread_error(r, err) : OK;
}
