/*
 * A receipt's text differs between blocks only in the block's number and hash. It is rendered once
 * for block 0, cut where they stand, and put together again for each block.
 */
#include "tests/bench/foreign.h"

#include <stdlib.h>

#include "abi/keccak.h"
#include "tests/bench/synthetic.h"

enum { CONTRACTS = 40, PEOPLE = 4000, LOGS_MOST = 8, DATA_WORDS_MOST = 6 };

/* Text, and what follows it. */
struct part {
	size_t begin;
	size_t size;
	bool is_hash; /* else the number */
};

struct foreign_parts {
	struct text text;
	struct part *list;
	size_t count;
	size_t last; /* the text behind the last part begins here */
};

/* ---- text ---- */

void receipt_render_head(struct text *out, const struct receipt_head *head)
{
	TEXT_LITERAL(out, "{");
	text_hex_member(out, "blockHash", head->block_hash.bytes, HASH_BYTES);
	text_quantity_member(out, "blockNumber", head->number);
	TEXT_LITERAL(out, "\"contractAddress\":null,");
	text_quantity_member(out, "cumulativeGasUsed", (head->index + 1) * GAS_A_TRANSACTION);
	TEXT_LITERAL(out, "\"effectiveGasPrice\":\"0x3b9aca07\",");
	text_hex_member(out, "from", head->from.bytes, ADDRESS_BYTES);
	text_quantity_member(out, "gasUsed", GAS_A_TRANSACTION);
	text_hex_member(out, "logsBloom", head->bloom.bytes, BLOOM_BYTES);
	TEXT_LITERAL(out, "\"status\":\"0x1\",");
	text_hex_member(out, "to", head->to.bytes, ADDRESS_BYTES);
	text_hex_member(out, "transactionHash", head->transaction.bytes, HASH_BYTES);
	text_quantity_member(out, "transactionIndex", head->index);
	TEXT_LITERAL(out, "\"type\":\"0x2\",\"logs\":[");
}

void log_render(struct text *out, const struct event_log *log, uint64_t timestamp)
{
	TEXT_LITERAL(out, "{");
	text_hex_member(out, "address", log->address.bytes, ADDRESS_BYTES);
	TEXT_LITERAL(out, "\"topics\":[");
	for (uint32_t i = 0; i < log->topic_count; i++) {
		text_string(out, i ? ",\"" : "\"");
		text_hex(out, log->topics[i].bytes, HASH_BYTES);
		TEXT_LITERAL(out, "\"");
	}
	TEXT_LITERAL(out, "],");
	text_hex_member(out, "data", log->data.data, log->data.size);
	text_quantity_member(out, "blockNumber", log->block_number);
	text_hex_member(out, "transactionHash", log->transaction_hash.bytes, HASH_BYTES);
	text_quantity_member(out, "transactionIndex", log->transaction_index);
	text_hex_member(out, "blockHash", log->block_hash.bytes, HASH_BYTES);
	text_quantity_member(out, "blockTimestamp", timestamp);
	text_quantity_member(out, "logIndex", log->log_index);
	TEXT_LITERAL(out, "\"removed\":false},");
}

static void render(struct text *out, const struct foreign *foreign)
{
	for (size_t i = 0; i < foreign->count; i++) {
		const struct receipt *receipt = &foreign->receipts[i];
		struct receipt_head head = {.transaction = foreign->transactions[i],
					    .index = i,
					    .bloom = receipt->bloom};

		memcpy(head.from.bytes, foreign->transactions[i].bytes, ADDRESS_BYTES);
		memcpy(head.to.bytes, foreign->transactions[i].bytes + 12, ADDRESS_BYTES);
		receipt_render_head(out, &head);
		for (size_t l = 0; l < receipt->log_count; l++)
			log_render(out, &receipt->logs[l], 0);
		out->size -= receipt->log_count != 0; /* the last comma */
		TEXT_LITERAL(out, "]},");
	}
}

/* The nearer of two places in the text. */
static char *nearest(char *a, char *b)
{
	return !a || (b && b < a) ? b : a;
}

static void cut(struct foreign_parts *parts)
{
	static const char number[] = "\"blockNumber\":\"";
	static const char hash[] = "\"blockHash\":\"";
	size_t capacity = 0;

	text_append(&parts->text, "", 1);
	for (;;) {
		char *begin = parts->text.data + parts->last;
		char *at = nearest(strstr(begin, number), strstr(begin, hash));
		bool is_hash = at && strncmp(at, hash, sizeof(hash) - 1) == 0;

		if (!at)
			break;
		at += is_hash ? sizeof(hash) - 1 : sizeof(number) - 1;
		if (parts->count == capacity) {
			capacity = capacity ? capacity * 2 : 256;
			parts->list = xrealloc(parts->list, capacity * sizeof(parts->list[0]));
		}
		parts->list[parts->count++] = (struct part){
			.begin = parts->last, .size = (size_t)(at - begin), .is_hash = is_hash};
		parts->last = (size_t)(strchr(at, '"') - parts->text.data);
	}
	parts->text.size--;
}

void foreign_render(struct text *out, const struct foreign *foreign, uint64_t number,
		    struct hash hash)
{
	const struct foreign_parts *parts = foreign->parts;
	char hash_text[HEX_SIZE(HASH_BYTES)];
	struct text number_text = {0};

	if (!foreign->count)
		return;
	(void)hash_format(hash_text, hash);
	text_quantity(&number_text, number);
	for (size_t i = 0; i < parts->count; i++) {
		const struct part *part = &parts->list[i];

		text_append(out, parts->text.data + part->begin, part->size);
		if (part->is_hash)
			text_append(out, hash_text, sizeof(hash_text) - 1);
		else
			text_append(out, number_text.data, number_text.size);
	}
	text_append(out, parts->text.data + parts->last, parts->text.size - parts->last);
	free(number_text.data);
}

/* ---- making ---- */

static struct hash hash_of(uint64_t seed, const char *what, uint64_t number)
{
	uint8_t text[24] = {0};

	memcpy(text, what, strlen(what) < 8 ? strlen(what) : 8);
	put_be64(text + 8, seed);
	put_be64(text + 16, number);
	return keccak256(text, sizeof(text));
}

static struct address address_of(uint64_t seed, const char *what, uint64_t number)
{
	struct hash hash = hash_of(seed, what, number);
	struct address address;

	memcpy(address.bytes, hash.bytes, ADDRESS_BYTES);
	return address;
}

static void make_log(struct event_log *log, struct arena *arena, uint64_t seed, uint64_t *random)
{
	uint64_t draw = synthetic_random(random);
	uint64_t contract = draw % CONTRACTS;
	bool is_transfer = draw >> 32 & 3; /* three of four */
	size_t words = is_transfer ? 1 : 1 + (draw >> 40) % DATA_WORDS_MOST;
	uint8_t *data = arena_alloc(arena, words * 32);

	for (size_t i = 0; i < words; i++)
		put_be64(data + i * 32 + 24, synthetic_random(random));
	log->address = address_of(seed, "else", contract);
	log->topic_count = is_transfer ? 3 : 1 + (uint32_t)(draw >> 48) % LOG_TOPICS_MAX;
	log->topics[0] = hash_of(seed, "event", is_transfer ? 0 : contract);
	for (uint32_t i = 1; i < log->topic_count; i++) {
		uint64_t person = synthetic_random(random) % PEOPLE;

		address_to_word(log->topics[i].bytes, address_of(seed, "person", person));
	}
	log->data = slice_of(data, words * 32);
}

static void make_receipt(struct foreign *out, struct arena *arena, uint64_t seed, size_t index,
			 uint64_t *random)
{
	struct receipt *receipt = &out->receipts[index];
	uint64_t draw = synthetic_random(random);

	*receipt = (struct receipt){.type = 2,
				    .is_success = true,
				    .cumulative_gas_used = (index + 1) * GAS_A_TRANSACTION,
				    .log_count = draw % 10 < 4 ? 0 : 1 + (draw >> 32) % LOGS_MOST};
	out->transactions[index] = hash_of(seed, "foreign", index);
	receipt->logs = arena_array(arena, receipt->log_count, sizeof(receipt->logs[0]));
	for (size_t i = 0; i < receipt->log_count; i++) {
		make_log(&receipt->logs[i], arena, seed, random);
		receipt->logs[i].transaction_hash = out->transactions[index];
		receipt->logs[i].transaction_index = (uint32_t)index;
		receipt->logs[i].log_index = (uint32_t)out->log_count++;
	}
	receipt->bloom = receipt_bloom(receipt);
	bloom_merge(&out->bloom, &receipt->bloom);
	TEXT_LITERAL(&out->hashes, "\"");
	text_hex(&out->hashes, out->transactions[index].bytes, HASH_BYTES);
	TEXT_LITERAL(&out->hashes, "\",");
}

void foreign_make(struct foreign *out, struct arena *arena, uint64_t seed, size_t count)
{
	uint64_t random = seed;

	*out = (struct foreign){.count = count};
	out->receipts = arena_array(arena, count, sizeof(out->receipts[0]));
	out->transactions = arena_array(arena, count, sizeof(out->transactions[0]));
	out->parts = arena_alloc(arena, sizeof(*out->parts));
	for (size_t i = 0; i < count; i++)
		make_receipt(out, arena, seed, i, &random);
	render(&out->parts->text, out);
	cut(out->parts);
}

void foreign_clear(struct foreign *foreign)
{
	free(foreign->hashes.data);
	free(foreign->parts->text.data);
	free(foreign->parts->list);
}
