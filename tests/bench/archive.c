/*
 * Logs are kept by address: the rendered text of one address stands in one piece, in the chain's
 * order and with a comma behind each log, so that a question for a range of blocks is one copy.
 * Beside it stand the places where the logs begin, and their topics as small numbers.
 */
#include "tests/bench/archive.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "protocols/api3/rules.h"

enum { SOURCES = 3, NO_TOPIC = 0, UNKNOWN_TOPIC = UINT32_MAX };

struct entry {
	uint64_t offset;
	uint32_t log_index;
	uint32_t topics[LOG_TOPICS_MAX]; /* as numbers, see struct topic_set */
};

/* Everything that one address logged. */
struct source_logs {
	struct address address;
	struct text text;
	struct entry *entries;
	size_t count;
	size_t capacity;
	uint32_t *starts; /* by block with events: its first entry; one more behind the last */
};

/* Numbers for topics, from 1 on: an open-addressing table. */
struct topic_set {
	struct hash *values;
	uint32_t *numbers;
	size_t size; /* a power of two */
	uint32_t count;
};

struct archive {
	struct synthetic_options options;
	struct source_logs sources[SOURCES];
	struct topic_set topics;
	struct archive_figures figures;
	uint32_t *transaction_starts; /* by block with events, one more behind the last */
	struct hash *transactions;
	size_t transaction_capacity;
	size_t block_capacity;
	char *header_tail; /* the part that all headers share */
	size_t header_tail_size;
};

/* ---- text ---- */

static char *text_reserve(struct text *text, size_t size)
{
	if (text->capacity - text->size < size) {
		size_t capacity = text->capacity ? text->capacity : 4096;

		while (capacity - text->size < size)
			capacity *= 2;
		text->data = xrealloc(text->data, capacity);
		text->capacity = capacity;
	}
	return text->data + text->size;
}

void text_append(struct text *text, const char *data, size_t size)
{
	memcpy(text_reserve(text, size), data, size);
	text->size += size;
}

void text_string(struct text *text, const char *string)
{
	text_append(text, string, strlen(string));
}

#define TEXT_LITERAL(text, literal) text_append((text), (literal), sizeof(literal) - 1)

static void text_hex(struct text *text, const uint8_t *bytes, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	char *at = text_reserve(text, 2 + size * 2);

	*at++ = '0';
	*at++ = 'x';
	for (size_t i = 0; i < size; i++) {
		*at++ = digits[bytes[i] >> 4];
		*at++ = digits[bytes[i] & 15];
	}
	text->size += 2 + size * 2;
}

static void text_quantity(struct text *text, uint64_t value)
{
	char *at = text_reserve(text, 24);

	text->size += (size_t)sprintf(at, "0x%llx", (unsigned long long)value);
}

/* ---- topics ---- */

static size_t topic_slot(const struct topic_set *set, const struct hash *topic)
{
	/* Addresses and small numbers end differently, signatures and addresses differ anywhere. */
	uint64_t mixed = (get_be64(topic->bytes + 24) ^ get_be64(topic->bytes + 12)) *
			 UINT64_C(0x9e3779b97f4a7c15);
	size_t slot = (size_t)(mixed >> 20) & (set->size - 1);

	while (set->numbers[slot] && !hash_equal(set->values[slot], *topic))
		slot = (slot + 1) & (set->size - 1);
	return slot;
}

static void topics_grow(struct topic_set *set)
{
	struct topic_set old = *set;

	set->size = old.size ? old.size * 2 : 1024;
	set->values = xcalloc(set->size, sizeof(set->values[0]));
	set->numbers = xcalloc(set->size, sizeof(set->numbers[0]));
	for (size_t i = 0; i < old.size; i++) {
		size_t slot;

		if (!old.numbers[i])
			continue;
		slot = topic_slot(set, &old.values[i]);
		set->values[slot] = old.values[i];
		set->numbers[slot] = old.numbers[i];
	}
	free(old.values);
	free(old.numbers);
}

static uint32_t topic_intern(struct topic_set *set, const struct hash *topic)
{
	size_t slot;

	if ((size_t)set->count * 2 >= set->size)
		topics_grow(set);
	slot = topic_slot(set, topic);
	if (!set->numbers[slot]) {
		set->values[slot] = *topic;
		set->numbers[slot] = ++set->count;
	}
	return set->numbers[slot];
}

/* ---- making ---- */

static struct source_logs *source_of(struct archive *a, struct address address)
{
	for (size_t i = 0; i < SOURCES; i++)
		if (address_equal(a->sources[i].address, address))
			return &a->sources[i];
	return NULL;
}

static void render(struct text *out, const struct event_log *log, uint64_t timestamp)
{
	TEXT_LITERAL(out, "{\"address\":\"");
	text_hex(out, log->address.bytes, ADDRESS_BYTES);
	TEXT_LITERAL(out, "\",\"topics\":[");
	for (uint32_t i = 0; i < log->topic_count; i++) {
		text_string(out, i ? ",\"" : "\"");
		text_hex(out, log->topics[i].bytes, HASH_BYTES);
		TEXT_LITERAL(out, "\"");
	}
	TEXT_LITERAL(out, "],\"data\":\"");
	text_hex(out, log->data.data, log->data.size);
	TEXT_LITERAL(out, "\",\"blockNumber\":\"");
	text_quantity(out, log->block_number);
	TEXT_LITERAL(out, "\",\"transactionHash\":\"");
	text_hex(out, log->transaction_hash.bytes, HASH_BYTES);
	TEXT_LITERAL(out, "\",\"transactionIndex\":\"");
	text_quantity(out, log->transaction_index);
	TEXT_LITERAL(out, "\",\"blockHash\":\"");
	text_hex(out, log->block_hash.bytes, HASH_BYTES);
	TEXT_LITERAL(out, "\",\"blockTimestamp\":\"");
	text_quantity(out, timestamp);
	TEXT_LITERAL(out, "\",\"logIndex\":\"");
	text_quantity(out, log->log_index);
	TEXT_LITERAL(out, "\",\"removed\":false},");
}

static void keep_log(struct archive *a, const struct event_log *log, uint64_t timestamp)
{
	struct source_logs *source = source_of(a, log->address);
	struct entry *entry;

	assert(source);
	if (source->count == source->capacity) {
		source->capacity = source->capacity ? source->capacity * 2 : 4096;
		source->entries =
			xrealloc(source->entries, source->capacity * sizeof(source->entries[0]));
	}
	entry = &source->entries[source->count++];
	*entry = (struct entry){.offset = source->text.size, .log_index = log->log_index};
	for (uint32_t i = 0; i < log->topic_count; i++)
		entry->topics[i] = topic_intern(&a->topics, &log->topics[i]);
	render(&source->text, log, timestamp);
}

static void keep_block(struct archive *a, const struct synthetic_block *block)
{
	size_t index = a->figures.blocks;
	size_t first = index ? a->transaction_starts[index] : 0;

	if (index + 2 > a->block_capacity) {
		a->block_capacity = a->block_capacity ? a->block_capacity * 2 : 4096;
		a->transaction_starts =
			xrealloc(a->transaction_starts,
				 a->block_capacity * sizeof(a->transaction_starts[0]));
		for (size_t i = 0; i < SOURCES; i++)
			a->sources[i].starts =
				xrealloc(a->sources[i].starts,
					 a->block_capacity * sizeof(a->sources[i].starts[0]));
	}
	for (size_t i = 0; i < SOURCES; i++)
		a->sources[i].starts[index] = (uint32_t)a->sources[i].count;
	for (size_t i = 0; i < block->log_count; i++)
		keep_log(a, &block->logs[i], block->ref.timestamp);
	for (size_t i = 0; i < SOURCES; i++)
		a->sources[i].starts[index + 1] = (uint32_t)a->sources[i].count;

	if (first + block->transaction_count > a->transaction_capacity) {
		a->transaction_capacity = (first + block->transaction_count) * 2;
		a->transactions = xrealloc(a->transactions,
					   a->transaction_capacity * sizeof(a->transactions[0]));
	}
	memcpy(a->transactions + first, block->transactions,
	       block->transaction_count * sizeof(a->transactions[0]));
	a->transaction_starts[index] = (uint32_t)first;
	a->transaction_starts[index + 1] = (uint32_t)(first + block->transaction_count);

	if (!a->figures.blocks++)
		a->figures.first = block->ref.number;
	a->figures.last = block->ref.number;
	a->figures.pool_events += block->pool_event_count;
	a->figures.logs += block->log_count;
}

/* Everything of a header that nobody here looks at, of the usual size. */
static void make_header_tail(struct archive *a)
{
	struct text text = {0};
	uint8_t filler[256];
	static const char *const roots[] = {"transactionsRoot",      "stateRoot",  "receiptsRoot",
					    "parentBeaconBlockRoot", "sha3Uncles", "mixHash",
					    "withdrawalsRoot"};

	for (size_t i = 0; i < sizeof(filler); i++)
		filler[i] = (uint8_t)(i * 37);
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
		TEXT_LITERAL(&text, ",\"");
		text_string(&text, roots[i]);
		TEXT_LITERAL(&text, "\":\"");
		text_hex(&text, filler + i, HASH_BYTES);
		TEXT_LITERAL(&text, "\"");
	}
	TEXT_LITERAL(&text, ",\"logsBloom\":\"");
	text_hex(&text, filler, sizeof(filler));
	TEXT_LITERAL(&text, "\",\"miner\":\"");
	text_hex(&text, filler, ADDRESS_BYTES);
	TEXT_LITERAL(&text, "\",\"baseFeePerGas\":\"0x3b9aca00\",\"blobGasUsed\":\"0x0\","
			    "\"difficulty\":\"0x0\",\"excessBlobGas\":\"0x0\","
			    "\"extraData\":\"0x6265617665726275696c642e6f7267\","
			    "\"gasLimit\":\"0x2255100\",\"gasUsed\":\"0xa3f1c2\","
			    "\"nonce\":\"0x0000000000000000\",\"size\":\"0x1a2b3\",\"uncles\":[],"
			    "\"withdrawals\":[],\"transactions\":[");
	a->header_tail = text.data;
	a->header_tail_size = text.size;
}

struct archive *archive_open(const struct synthetic_options *options)
{
	struct archive *a = xcalloc(1, sizeof(*a));
	struct synthetic *synthetic = synthetic_open(options);
	struct synthetic_block block;

	a->options = *options;
	if (!a->options.every)
		a->options.every = 1;
	a->sources[0].address = synthetic_pool();
	a->sources[1].address = synthetic_token();
	a->sources[2].address = synthetic_timelock_manager();
	make_header_tail(a);
	while (synthetic_next(&block, synthetic))
		keep_block(a, &block);
	synthetic_close(synthetic);
	for (size_t i = 0; i < SOURCES; i++)
		a->figures.bytes += a->sources[i].text.size;
	return a;
}

void archive_close(struct archive *a)
{
	if (!a)
		return;
	for (size_t i = 0; i < SOURCES; i++) {
		free(a->sources[i].text.data);
		free(a->sources[i].entries);
		free(a->sources[i].starts);
	}
	free(a->topics.values);
	free(a->topics.numbers);
	free(a->transaction_starts);
	free(a->transactions);
	free(a->header_tail);
	free(a);
}

struct archive_figures archive_figures(const struct archive *a)
{
	return a->figures;
}

/* ---- asking ---- */

/* How many blocks with events there are below `number`; also the index of that block. */
static size_t index_of(const struct archive *a, uint64_t number)
{
	uint64_t index;

	if (number <= a->figures.first)
		return 0;
	index = (number - a->figures.first + a->options.every - 1) / a->options.every;
	return index < a->figures.blocks ? (size_t)index : (size_t)a->figures.blocks;
}

void archive_header(struct text *out, const struct archive *a, uint64_t number)
{
	struct block_ref ref;
	size_t index = index_of(a, number);
	size_t end = index_of(a, number + 1);

	if (number > a->figures.last) {
		TEXT_LITERAL(out, "null");
		return;
	}
	ref = synthetic_ref(&a->options, number);
	TEXT_LITERAL(out, "{\"number\":\"");
	text_quantity(out, number);
	TEXT_LITERAL(out, "\",\"hash\":\"");
	text_hex(out, ref.hash.bytes, HASH_BYTES);
	TEXT_LITERAL(out, "\",\"parentHash\":\"");
	text_hex(out, ref.parent_hash.bytes, HASH_BYTES);
	TEXT_LITERAL(out, "\",\"timestamp\":\"");
	text_quantity(out, ref.timestamp);
	TEXT_LITERAL(out, "\"");
	text_append(out, a->header_tail, a->header_tail_size);
	if (index < end)
		for (size_t i = a->transaction_starts[index]; i < a->transaction_starts[end]; i++) {
			text_string(out, i > a->transaction_starts[index] ? ",\"" : "\"");
			text_hex(out, a->transactions[i].bytes, HASH_BYTES);
			TEXT_LITERAL(out, "\"");
		}
	TEXT_LITERAL(out, "]}");
}

bool archive_find(uint64_t *number, const struct archive *a, struct hash hash)
{
	*number = get_be64(hash.bytes + 24);
	return *number <= a->figures.last &&
	       hash_equal(synthetic_ref(&a->options, *number).hash, hash);
}

enum { VALUES_MAX = 16 };

/* A filter in the archive's own numbers. */
struct question {
	struct {
		uint32_t values[VALUES_MAX];
		size_t count;
	} topics[LOG_TOPICS_MAX];
	bool has_topics;
};

static bool is_wanted(const struct question *q, const struct entry *entry)
{
	for (size_t i = 0; i < LOG_TOPICS_MAX; i++) {
		bool is_one = q->topics[i].count == 0;

		for (size_t v = 0; v < q->topics[i].count && !is_one; v++)
			is_one = q->topics[i].values[v] == entry->topics[i];
		if (!is_one)
			return false;
	}
	return true;
}

static void translate(struct question *q, const struct archive *a, const struct log_filter *filter)
{
	*q = (struct question){0};
	for (size_t i = 0; i < LOG_TOPICS_MAX; i++) {
		assert(filter->topics[i].count <= VALUES_MAX);
		q->topics[i].count = filter->topics[i].count;
		q->has_topics = q->has_topics || filter->topics[i].count;
		for (size_t v = 0; v < filter->topics[i].count; v++) {
			uint32_t number =
				a->topics.size ? a->topics.numbers[topic_slot(
							 &a->topics, &filter->topics[i].values[v])]
					       : NO_TOPIC;

			/* Nobody logged it: it equals no entry's number, not even "no topic". */
			q->topics[i].values[v] = number ? number : UNKNOWN_TOPIC;
		}
	}
}

static bool is_asked(const struct log_filter *filter, struct address address)
{
	for (size_t i = 0; i < filter->address_count; i++)
		if (address_equal(filter->addresses[i], address))
			return true;
	return filter->address_count == 0;
}

static uint64_t entry_end(const struct source_logs *source, size_t i)
{
	return i + 1 < source->count ? source->entries[i + 1].offset : source->text.size;
}

/* Entries first … end of one source; neighbours are copied at once. */
static uint64_t copy_wanted(struct text *out, const struct source_logs *source, size_t first,
			    size_t end, const struct question *q)
{
	uint64_t count = 0;
	uint64_t from = 0;
	uint64_t to = 0;

	if (first == end)
		return 0;
	if (!q->has_topics) {
		from = source->entries[first].offset;
		text_append(out, source->text.data + from, entry_end(source, end - 1) - from);
		return end - first;
	}
	for (size_t i = first; i < end; i++) {
		if (!is_wanted(q, &source->entries[i]))
			continue;
		count++;
		if (source->entries[i].offset != to) {
			text_append(out, source->text.data + from, to - from);
			from = source->entries[i].offset;
		}
		to = entry_end(source, i);
	}
	text_append(out, source->text.data + from, to - from);
	return count;
}

/* Several addresses: by block, and within it by log index. */
static uint64_t merge_wanted(struct text *out, const struct archive *a,
			     const struct log_filter *filter, const struct question *q,
			     size_t first, size_t end)
{
	uint64_t count = 0;

	for (size_t block = first; block < end; block++) {
		size_t at[SOURCES];

		for (size_t s = 0; s < SOURCES; s++)
			at[s] = is_asked(filter, a->sources[s].address)
					? a->sources[s].starts[block]
					: a->sources[s].starts[block + 1];
		for (;;) {
			const struct source_logs *next = NULL;
			size_t which = 0;

			for (size_t s = 0; s < SOURCES; s++) {
				const struct source_logs *source = &a->sources[s];

				if (at[s] < source->starts[block + 1] &&
				    (!next || source->entries[at[s]].log_index <
						      next->entries[at[which]].log_index)) {
					next = source;
					which = s;
				}
			}
			if (!next)
				break;
			count += copy_wanted(out, next, at[which], at[which] + 1, q);
			at[which]++;
		}
	}
	return count;
}

bool archive_logs(struct text *out, const struct archive *a, const struct log_filter *filter,
		  uint64_t from, uint64_t to, uint64_t max)
{
	struct question q;
	size_t before = out->size;
	size_t first = index_of(a, from);
	size_t end = to == UINT64_MAX ? (size_t)a->figures.blocks : index_of(a, to + 1);
	const struct source_logs *only = NULL;
	size_t asked = 0;
	uint64_t count = 0;

	translate(&q, a, filter);
	for (size_t i = 0; i < SOURCES; i++)
		if (is_asked(filter, a->sources[i].address)) {
			only = &a->sources[i];
			asked++;
		}
	TEXT_LITERAL(out, "[");
	if (first < end && asked == 1)
		count = copy_wanted(out, only, only->starts[first], only->starts[end], &q);
	else if (first < end && asked > 1)
		count = merge_wanted(out, a, filter, &q, first, end);
	if (max && count > max) {
		out->size = before;
		return false;
	}
	if (count)
		out->size--; /* the last comma */
	TEXT_LITERAL(out, "]");
	return true;
}

bool archive_has_code(struct address address, uint64_t number)
{
	if (address_equal(address, synthetic_token()))
		return number >= 1;
	return (address_equal(address, synthetic_pool()) ||
		address_equal(address, synthetic_timelock_manager())) &&
	       number >= SYNTHETIC_BIRTH;
}

static void text_word(struct text *out, u256 value)
{
	uint8_t word[32];

	u256_to_be(word, value);
	text_hex(out, word, sizeof(word));
}

/* Views whose answer is known: always, or before the first block with events. */
static const struct view {
	uint8_t selector[4];
	bool is_constant;
	bool is_text;
	uint64_t tokens; /* times 10^18 */
	uint64_t units;
} views[] = {
	{{0x95, 0xd8, 0x9b, 0x41}, .is_constant = true, .is_text = true},  /* symbol() */
	{{0x31, 0x3c, 0xe5, 0x67}, .is_constant = true, .units = 18},      /* decimals() */
	{{0x18, 0x16, 0x0d, 0xdd}, .tokens = 100000000},                   /* totalSupply() */
	{{0x70, 0xa0, 0x82, 0x31}, .units = 0},                            /* balanceOf() */
	{{0xbb, 0xb3, 0x0c, 0x5d}, .units = 0},                            /* getMinterStatus() */
	{{0x78, 0x4b, 0x3c, 0x5d}, .units = UINT64_C(25000000000000000)},  /* minApr() */
	{{0x92, 0x09, 0x3b, 0x36}, .units = UINT64_C(750000000000000000)}, /* maxApr() */
	{{0xdb, 0x6f, 0x16, 0x2e}, .units = UINT64_C(10000000000000000)},  /* aprUpdateStep() */
	{{0x4e, 0xb0, 0x5c, 0x47}, .units = UINT64_C(500000000000000000)}, /* stakeTarget() */
	{{0xe7, 0x46, 0x0a, 0x52}, .units = API3_WEEK},                    /* unstakeWaitPeriod() */
	{{0xb3, 0x60, 0x9b, 0x53}, .units = UINT64_C(1000000000000000)},   /* …Threshold() */
	{{0x57, 0xde, 0xd9, 0xc9}, .units = UINT64_C(387500000000000000)}, /* apr() */
	{{0xdf, 0x60, 0xd8, 0x04}, .units = 2688}, /* epochIndexOfLastReward() */
	{{0x8b, 0x0e, 0x9f, 0x3f}, .units = 1},    /* totalStake() */
	{{0x3a, 0x98, 0xef, 0x39}, .units = 1},    /* totalShares() */
};

bool archive_call(struct text *out, const struct archive *a, struct address to, struct slice data,
		  uint64_t number)
{
	u256 value = U256_ZERO;

	if (!archive_has_code(to, number)) {
		TEXT_LITERAL(out, "\"0x\"");
		return true;
	}
	for (size_t i = 0; data.size >= 4 && i < sizeof(views) / sizeof(views[0]); i++) {
		const struct view *view = &views[i];

		if (memcmp(data.data, view->selector, 4) != 0)
			continue;
		if (!view->is_constant && number >= a->figures.first)
			return false;
		TEXT_LITERAL(out, "\"");
		if (view->is_text) {
			/* Offset, length, "API3". */
			static const uint8_t symbol[96] = {[31] = 32, [63] = 4, [64] = 'A',
							   'P',       'I',      '3'};

			text_hex(out, symbol, sizeof(symbol));
		} else {
			bool ok = u256_mul_ok(&value, u256_from(view->tokens), API3_ONE) &&
				  u256_add_ok(&value, value, u256_from(view->units));

			assert(ok);
			text_word(out, value);
		}
		TEXT_LITERAL(out, "\"");
		return true;
	}
	return false;
}
