/* Questions to an archive: logs by filter, code, views. */
#include <assert.h>

#include "protocols/api3/rules.h"
#include "tests/bench/archive_impl.h"

enum { VALUES_MAX = 16, UNKNOWN_TOPIC = UINT32_MAX };

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
			uint32_t number = archive_topic(a, &filter->topics[i].values[v]);

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
		text_append(out, source->text.data + from,
			    archive_entry_end(source, end - 1) - from);
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
		to = archive_entry_end(source, i);
	}
	text_append(out, source->text.data + from, to - from);
	return count;
}

/* Several addresses: by block, and within it by log index. */
static uint64_t merge_wanted(struct text *out, const struct archive *a,
			     const struct log_filter *filter, const struct question *q,
			     size_t first, size_t end)
{
	bool asked[SOURCES];
	uint64_t count = 0;

	for (size_t i = 0; i < SOURCES; i++)
		asked[i] = is_asked(filter, a->sources[i].address);
	for (size_t block = first; block < end; block++) {
		struct block_entries entries = archive_entries(a, block, asked);
		const struct source_logs *source;
		size_t at;

		while ((source = archive_next_entry(&at, &entries)) != NULL)
			count += copy_wanted(out, source, at, at + 1, q);
	}
	return count;
}

bool archive_logs(struct text *out, const struct archive *a, const struct log_filter *filter,
		  uint64_t from, uint64_t to, uint64_t max)
{
	struct question q;
	size_t before = out->size;
	size_t first = archive_index(a, from);
	size_t end = to == UINT64_MAX ? (size_t)a->figures.blocks : archive_index(a, to + 1);
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
