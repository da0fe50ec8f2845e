/*
 * recorded_read.c - takes the lines of a recorded chain apart, checks and stores them.
 */
#include "indexer/recorded_read.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "indexer/recorded_impl.h"
#include "indexer/recorded_material.h"
#include "indexer/rpc_errors.h"
#include "indexer/rpc_parse.h"

/* Room for one more element in an array that doubles. */
static void *room(void *array, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return array;
	*capacity = *capacity ? *capacity * 2 : 64;
	if (*capacity > SIZE_MAX / size)
		abort();
	return xrealloc(array, *capacity * size);
}

struct recorded_builder *recorded_begin(const char *name)
{
	struct recorded_builder *builder = xcalloc(1, sizeof(*builder));
	struct recorded *recorded = xcalloc(1, sizeof(*recorded));

	atomic_init(&recorded->owners, 1);
	recorded->arena = arena_new();
	recorded->questions = intern_in(recorded->arena);
	recorded->results = intern_in(recorded->arena);
	recorded->addresses = intern_in(recorded->arena);
	recorded->proof_keys = intern_in(recorded->arena);
	builder->recorded = recorded;
	builder->scratch = arena_new();
	builder->name = xstrdup(name);
	return builder;
}

/* The members that any kind of line may have, as they stand there; empty: missing. */
struct line_parts {
	struct slice type; /* without its quotes */
	struct slice chain_id, first, last;
	struct slice block, receipts;
	struct slice to, data, result, error;
	struct slice address, slots;
};

static struct slice *part_of(struct line_parts *parts, struct slice name)
{
	static const struct {
		const char *name;
		size_t offset;
	} names[] = {
		{"chainId", offsetof(struct line_parts, chain_id)},
		{"first", offsetof(struct line_parts, first)},
		{"last", offsetof(struct line_parts, last)},
		{"block", offsetof(struct line_parts, block)},
		{"receipts", offsetof(struct line_parts, receipts)},
		{"to", offsetof(struct line_parts, to)},
		{"data", offsetof(struct line_parts, data)},
		{"result", offsetof(struct line_parts, result)},
		{"error", offsetof(struct line_parts, error)},
		{"address", offsetof(struct line_parts, address)},
		{"slots", offsetof(struct line_parts, slots)},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (jread_is(name, names[i].name, strlen(names[i].name)))
			return (struct slice *)(void *)((char *)parts + names[i].offset);
	return NULL;
}

static enum status split_line(struct line_parts *parts, struct slice line, struct error *err)
{
	struct json_reader r;
	struct slice name;

	*parts = (struct line_parts){0};
	jread_open(&r, line);
	if (jread_object(&r)) {
		while (jread_member(&r, &name)) {
			struct slice *part = part_of(parts, name);

			if (JSON_IS(name, "type")) {
				if (parts->type.data)
					return error_set(err, ERR_BAD_DATA, "\"type\" twice");
				(void)jread_string(&r, &parts->type);
			} else if (part && part->data) {
				return error_set(err, ERR_BAD_DATA, "\"%.*s\" twice",
						 (int)name.size, (const char *)name.data);
			} else {
				(void)jread_skip(&r, part);
			}
		}
	}
	if (!jread_close(&r))
		return jread_error(&r, err);
	return OK;
}

static enum status need(struct slice part, const char *name, const char *line, struct error *err)
{
	if (part.data)
		return OK;
	return error_set(err, ERR_BAD_DATA, "expected \"%s\" in a %s line", name, line);
}

/* A number, or a quantity in a string. */
static enum status number_part(uint64_t *out, struct slice part, const char *name, const char *line,
			       struct error *err)
{
	struct json_reader r;
	enum status st = need(part, name, line, err);

	if (st != OK)
		return st;
	jread_open(&r, part);
	if (jread_peek(&r) == JSON_READ_STRING)
		st = parse_quantity(out, &r, err);
	else if (!jread_uint(&r, out))
		st = jread_error(&r, err);
	return st == OK ? OK : error_wrap(err, "%s's \"%s\"", line, name);
}

/* A block that the recording has. */
static enum status block_part(uint64_t *out, const struct recorded *recorded, struct slice text,
			      const char *line, struct error *err)
{
	enum status st = number_part(out, text, "block", line, err);

	if (st == OK && (*out < recorded->first || *out > recorded->last))
		return error_set(err, ERR_BAD_DATA,
				 "%s's \"block\": expected one from %" PRIu64 " to %" PRIu64
				 ", got %" PRIu64,
				 line, recorded->first, recorded->last, *out);
	return st;
}

static enum status bytes_part(struct slice *out, struct arena *arena, struct slice part,
			      const char *name, struct error *err)
{
	struct json_reader r;
	enum status st = need(part, name, "call", err);

	if (st != OK)
		return st;
	jread_open(&r, part);
	st = parse_bytes(out, arena, &r, err);
	return st == OK ? OK : error_wrap(err, "call's \"%s\"", name);
}

static enum status meta_line(struct recorded_builder *builder, const struct line_parts *parts,
			     struct error *err)
{
	struct recorded *recorded = builder->recorded;
	enum status st;

	if (builder->has_meta)
		return error_set(err, ERR_BAD_DATA, "a second meta line");
	st = number_part(&recorded->chain_id, parts->chain_id, "chainId", "meta", err);
	if (st == OK)
		st = number_part(&recorded->first, parts->first, "first", "meta", err);
	if (st == OK)
		st = number_part(&recorded->last, parts->last, "last", "meta", err);
	if (st != OK)
		return st;
	if (recorded->first > recorded->last || recorded->last - recorded->first >= UINT32_MAX)
		return error_set(err, ERR_BAD_DATA,
				 "expected \"first\" not above \"last\" and fewer than 2^32 blocks "
				 "between, got %" PRIu64 " and %" PRIu64,
				 recorded->first, recorded->last);
	builder->has_meta = true;
	return OK;
}

static enum status check_block(const struct recorded *recorded, const struct block_ref *block,
			       struct error *err)
{
	uint64_t expected = recorded->first + recorded->block_count;
	char want[HEX_SIZE(HASH_BYTES)];
	char got[HEX_SIZE(HASH_BYTES)];

	if (expected > recorded->last)
		return error_set(err, ERR_BAD_DATA,
				 "block %" PRIu64 " behind the last one, %" PRIu64, block->number,
				 recorded->last);
	if (block->number != expected)
		return error_set(err, ERR_BAD_DATA,
				 "expected block %" PRIu64 ", got block %" PRIu64, expected,
				 block->number);
	if (!recorded->block_count)
		return OK;
	if (!hash_equal(block->parent_hash, recorded->blocks[recorded->block_count - 1].hash)) {
		const struct hash *parent = &recorded->blocks[recorded->block_count - 1].hash;

		return error_set(err, ERR_BAD_DATA,
				 "block %" PRIu64 ": expected the parent hash %s, got %s",
				 block->number, hex_format(want, slice_of(parent, HASH_BYTES)),
				 hex_format(got, slice_of(&block->parent_hash, HASH_BYTES)));
	}
	return OK;
}

static void note_birth(struct recorded *recorded, struct address to, uint64_t block)
{
	uint32_t known = recorded->addresses.count;
	uint32_t number = intern_add(&recorded->addresses, slice_of(to.bytes, ADDRESS_BYTES));

	if (number == known) {
		recorded->births = room(recorded->births, known, &recorded->birth_capacity,
					sizeof(recorded->births[0]));
		recorded->births[number] = block;
	} else if (block < recorded->births[number]) {
		recorded->births[number] = block;
	}
}

static void store_log(struct recorded *recorded, const struct event_log *log)
{
	size_t topics = log->topic_count * (size_t)HASH_BYTES;
	size_t size = ADDRESS_BYTES + HASH_BYTES + topics + log->data.size;
	uint8_t *bytes = arena_alloc(recorded->arena, size);
	uint8_t *at = bytes;

	recorded->logs = room(recorded->logs, recorded->log_count, &recorded->log_capacity,
			      sizeof(recorded->logs[0]));
	memcpy(at, log->address.bytes, ADDRESS_BYTES);
	at += ADDRESS_BYTES;
	memcpy(at, log->transaction_hash.bytes, HASH_BYTES);
	at += HASH_BYTES;
	memcpy(at, log->topics, topics);
	at += topics;
	if (log->data.size)
		memcpy(at, log->data.data, log->data.size);
	recorded->logs[recorded->log_count++] = (struct recorded_log){
		.log_index = log->log_index,
		.transaction_index = log->transaction_index,
		.topic_count = log->topic_count,
		.data_size = (uint32_t)log->data.size,
		.bytes = bytes,
	};
}

/* Appends one receipt's logs; `begin` is where those of the block begin. */
static enum status receipt_logs(struct recorded_builder *builder, const struct block_ref *block,
				size_t begin, struct json_reader *r, struct error *err)
{
	struct recorded *recorded = builder->recorded;

	if (!jread_array(r))
		return jread_error(r, err);
	while (jread_element(r)) {
		const struct recorded_log *before;
		struct event_log log;
		enum status st = parse_log(&log, builder->scratch, r, err);

		if (st != OK)
			return st;
		if (log.block_number != block->number || !hash_equal(log.block_hash, block->hash))
			return error_set(err, ERR_BAD_DATA,
					 "log %" PRIu32
					 " names another block than its own, %" PRIu64,
					 log.log_index, block->number);
		before = recorded->log_count > begin ? &recorded->logs[recorded->log_count - 1]
						     : NULL;
		if (before && (log.log_index <= before->log_index ||
			       log.transaction_index < before->transaction_index))
			return error_set(err, ERR_BAD_DATA,
					 "expected logs in order, got log %" PRIu32
					 " behind log %" PRIu32,
					 log.log_index, before->log_index);
		store_log(recorded, &log);
	}
	return jread_failed(r) ? jread_error(r, err) : OK;
}

static enum status one_receipt(struct recorded_builder *builder, const struct block_ref *block,
			       size_t begin, struct json_reader *r, struct error *err)
{
	struct slice name;
	bool seen = false;

	if (!jread_object(r))
		return jread_error(r, err);
	while (jread_member(r, &name)) {
		enum status st;

		if (!JSON_IS(name, "logs")) {
			(void)jread_skip(r, NULL);
			continue;
		}
		if (seen)
			return error_set(err, ERR_BAD_DATA, "a receipt with logs twice");
		seen = true;
		st = receipt_logs(builder, block, begin, r, err);
		if (st != OK)
			return st;
	}
	if (jread_failed(r))
		return jread_error(r, err);
	return seen ? OK : error_set(err, ERR_BAD_DATA, "a receipt without logs");
}

static enum status block_line(struct recorded_builder *builder, const struct line_parts *parts,
			      struct error *err)
{
	struct recorded *recorded = builder->recorded;
	size_t begin = recorded->log_count;
	struct block_ref block;
	struct json_reader r;
	enum status st = need(parts->block, "block", "block", err);

	if (st == OK)
		st = need(parts->receipts, "receipts", "block", err);
	if (st != OK)
		return st;
	jread_open(&r, parts->block);
	st = parse_block_ref(&block, &r, err);
	if (st == OK)
		st = check_block(recorded, &block, err);
	if (st != OK)
		return st;
	jread_open(&r, parts->receipts);
	if (!jread_array(&r))
		return jread_failed(&r) ? jread_error(&r, err) : OK;
	while (jread_element(&r)) {
		st = one_receipt(builder, &block, begin, &r, err);
		if (st != OK)
			return error_wrap(err, "block %" PRIu64 "'s receipts", block.number);
	}
	if (jread_failed(&r))
		return jread_error(&r, err);
	recorded->blocks = room(recorded->blocks, recorded->block_count, &recorded->block_capacity,
				sizeof(recorded->blocks[0]));
	recorded->parts = room(recorded->parts, recorded->block_count, &recorded->parts_capacity,
			       sizeof(recorded->parts[0]));
	recorded_keep_material(recorded, builder->scratch, parts->block, parts->receipts);
	recorded->parts[recorded->block_count].logs_end = recorded->log_count;
	recorded->blocks[recorded->block_count++] = block;
	return OK;
}

/* The words and kind of a call's error. */
static enum status call_error(enum call_outcome *outcome, struct slice *words,
			      struct arena *scratch, struct slice part, struct error *err)
{
	json_error_t problem;
	json_t *error = json_loadb((const char *)part.data, part.size, JSON_DECODE_ANY, &problem);
	json_t *message = json_object_get(error, "message");
	json_t *code = json_object_get(error, "code");
	struct rpc_error_info info;

	if (!json_is_string(message) || (code && !json_is_integer(code))) {
		json_decref(error);
		return error_set(err, ERR_BAD_DATA,
				 "call's \"error\": expected an object with code and message");
	}
	*words = slice_of(
		arena_copy(scratch, json_string_value(message), json_string_length(message)),
		json_string_length(message));
	info = rpc_error_classify(json_integer_value(code), json_string_value(message),
				  json_string_length(message), 0);
	*outcome = info.kind == RPC_REVERTED ? CALL_REVERTED : CALL_UNAVAILABLE;
	json_decref(error);
	return OK;
}

static enum status call_result(uint32_t *number, struct recorded_builder *builder,
			       const struct line_parts *parts, struct error *err)
{
	enum call_outcome outcome = CALL_RETURNED;
	struct slice bytes = {0};
	enum status st;
	uint8_t *key;

	if (!parts->result.data == !parts->error.data)
		return error_set(err, ERR_BAD_DATA,
				 "expected either \"result\" or \"error\" in a call line");
	if (parts->result.data)
		st = bytes_part(&bytes, builder->scratch, parts->result, "result", err);
	else
		st = call_error(&outcome, &bytes, builder->scratch, parts->error, err);
	if (st != OK)
		return st;
	key = arena_alloc(builder->scratch, 1 + bytes.size);
	key[0] = (uint8_t)outcome;
	if (bytes.size)
		memcpy(key + 1, bytes.data, bytes.size);
	*number = intern_add(&builder->recorded->results, slice_of(key, 1 + bytes.size));
	return OK;
}

static void grow_slots(struct recorded *recorded)
{
	recorded->slot_count = recorded->slot_count ? recorded->slot_count * 2 : 64;
	free(recorded->slots);
	recorded->slots = xcalloc(recorded->slot_count, sizeof(recorded->slots[0]));
	for (size_t i = 0; i < recorded->entry_count; i++)
		*recorded_entry_slot(recorded, recorded->entries[i].question,
				     recorded->entries[i].block) = (uint32_t)i + 1;
}

static enum status store_call(struct recorded *recorded, struct entry entry, struct error *err)
{
	uint32_t *slot;

	if (recorded->entry_count >= UINT32_MAX - 1)
		return error_set(err, ERR_BAD_DATA, "expected fewer than 2^32 calls");
	if (recorded->entry_count >= recorded->slot_count / 2)
		grow_slots(recorded);
	slot = recorded_entry_slot(recorded, entry.question, entry.block);
	if (*slot) {
		if (recorded->entries[*slot - 1].result == entry.result)
			return OK;
		return error_set(err, ERR_BAD_DATA,
				 "the same call at the same block with another result before");
	}
	recorded->entries = room(recorded->entries, recorded->entry_count,
				 &recorded->entry_capacity, sizeof(recorded->entries[0]));
	recorded->entries[recorded->entry_count++] = entry;
	*slot = (uint32_t)recorded->entry_count;
	return OK;
}

/* The key of a call in `questions`. */
static struct slice question_key(struct arena *scratch, struct address to, struct slice data)
{
	uint8_t *key = arena_alloc(scratch, ADDRESS_BYTES + data.size);

	memcpy(key, to.bytes, ADDRESS_BYTES);
	if (data.size)
		memcpy(key + ADDRESS_BYTES, data.data, data.size);
	return slice_of(key, ADDRESS_BYTES + data.size);
}

static enum status call_line(struct recorded_builder *builder, const struct line_parts *parts,
			     struct error *err)
{
	struct recorded *recorded = builder->recorded;
	struct slice to = {0};
	struct slice data = {0};
	struct address address;
	struct entry entry = {0};
	uint64_t block = 0;
	enum status st = bytes_part(&to, builder->scratch, parts->to, "to", err);

	if (st == OK && to.size != ADDRESS_BYTES)
		st = error_set(err, ERR_BAD_DATA, "call's \"to\": expected 20 bytes");
	if (st == OK)
		st = bytes_part(&data, builder->scratch, parts->data, "data", err);
	if (st == OK && data.size > CALL_DATA_MAX)
		st = error_set(err, ERR_BAD_DATA, "call's \"data\": expected at most %d bytes",
			       CALL_DATA_MAX);
	if (st == OK)
		st = block_part(&block, recorded, parts->block, "call", err);
	if (st == OK)
		st = call_result(&entry.result, builder, parts, err);
	if (st != OK)
		return st;
	memcpy(address.bytes, to.data, ADDRESS_BYTES);
	entry.question =
		intern_add(&recorded->questions, question_key(builder->scratch, address, data));
	entry.block = (uint32_t)(block - recorded->first);
	note_birth(recorded, address, block);
	return store_call(recorded, entry, err);
}

/* One without a result says only that there was none; it is passed over. */
static enum status proof_line(struct recorded_builder *builder, const struct line_parts *parts,
			      struct error *err)
{
	struct recorded *recorded = builder->recorded;
	uint64_t block = 0;
	enum status st;

	if (!parts->result.data)
		return OK;
	st = need(parts->address, "address", "proof", err);
	if (st == OK)
		st = need(parts->slots, "slots", "proof", err);
	if (st == OK)
		st = block_part(&block, recorded, parts->block, "proof", err);
	if (st != OK)
		return st;
	return recorded_keep_proof(recorded, builder->scratch, parts->address, parts->slots, block,
				   parts->result, err);
}

static enum status any_line(struct recorded_builder *builder, struct slice line, struct error *err)
{
	struct line_parts parts;
	enum status st = split_line(&parts, line, err);

	if (st != OK)
		return st;
	st = need(parts.type, "type", "recorded chain's", err);
	if (st != OK)
		return st;
	if (JSON_IS(parts.type, "meta"))
		return meta_line(builder, &parts, err);
	if (!builder->has_meta)
		return error_set(err, ERR_BAD_DATA,
				 "expected the meta line of a recorded chain first");
	if (JSON_IS(parts.type, "block"))
		return block_line(builder, &parts, err);
	if (JSON_IS(parts.type, "call"))
		return call_line(builder, &parts, err);
	if (JSON_IS(parts.type, "proof"))
		return proof_line(builder, &parts, err);
	return error_set(err, ERR_BAD_DATA, "expected \"type\" to be meta, block, call or proof");
}

enum status recorded_line(struct recorded_builder *builder, struct slice line, struct error *err)
{
	struct error own;

	if (!err)
		err = &own;
	builder->line++;
	arena_reset(builder->scratch);
	if (!line.size)
		return OK;
	if (any_line(builder, line, err) == OK)
		return OK;
	return error_wrap(err, "%.*s: line %" PRIu64, NAME_MAX_CHARS, builder->name, builder->line);
}

enum status recorded_end(struct recorded **out, struct recorded_builder *builder, struct error *err)
{
	struct recorded *recorded = builder->recorded;
	enum status st = OK;

	if (!out)
		st = ERR_BAD_DATA;
	else if (!builder->has_meta)
		st = error_set(
			err, ERR_BAD_DATA,
			"%.*s: expected the meta line of a recorded chain, the file is empty",
			NAME_MAX_CHARS, builder->name);
	else if (recorded->block_count != recorded->last - recorded->first + 1)
		st = error_set(err, ERR_BAD_DATA,
			       "%.*s: line %" PRIu64 ": the file ends before block %" PRIu64
			       "; its meta line promises blocks up to %" PRIu64,
			       NAME_MAX_CHARS, builder->name, builder->line,
			       recorded->first + recorded->block_count, recorded->last);
	if (st == OK)
		*out = recorded;
	else
		recorded_release(recorded);
	arena_free(builder->scratch);
	free(builder->name);
	free(builder);
	return st;
}
