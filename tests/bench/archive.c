/*
 * Logs are kept by address: the rendered text of one address stands in one piece, in the chain's
 * order and with a comma behind each log, so that a question for a range of blocks is one copy.
 * Beside it stand the places where the logs begin, and their topics as small numbers.
 *
 * Of headers and receipts only what cannot be worked out at once is kept: hashes and roots. Blooms
 * are put together from the topics' keys when they are asked for.
 */
#include "tests/bench/archive_impl.h"

#include <assert.h>
#include <stdlib.h>

#include "chain/trie.h"

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
		if (set->count >= set->key_capacity) {
			set->key_capacity = set->size;
			set->keys = xrealloc(set->keys, set->key_capacity * sizeof(set->keys[0]));
		}
		set->keys[set->count] = bloom_key_of(topic->bytes, HASH_BYTES);
	}
	return set->numbers[slot];
}

uint32_t archive_topic(const struct archive *a, const struct hash *topic)
{
	return a->topics.size ? a->topics.numbers[topic_slot(&a->topics, topic)] : 0;
}

/* ---- hashes ---- */

static size_t hash_slot(const struct hash_list *list, const struct hash *hash)
{
	size_t slot = (size_t)get_be64(hash->bytes) & (list->size - 1);

	while (list->table[slot] && !hash_equal(list->hashes[list->table[slot] - 1], *hash))
		slot = (slot + 1) & (list->size - 1);
	return slot;
}

static void hashes_add(struct hash_list *list, struct hash hash)
{
	if (list->count == list->capacity) {
		list->capacity = list->capacity ? list->capacity * 2 : 4096;
		list->hashes = xrealloc(list->hashes, list->capacity * sizeof(list->hashes[0]));
		free(list->table);
		list->size = list->capacity * 2;
		list->table = xcalloc(list->size, sizeof(list->table[0]));
		for (size_t i = 0; i < list->count; i++)
			list->table[hash_slot(list, &list->hashes[i])] = (uint32_t)i + 1;
	}
	list->hashes[list->count++] = hash;
	list->table[hash_slot(list, &hash)] = (uint32_t)list->count;
}

/* ---- blocks ---- */

static void add_entry(struct bloom *bloom, const struct archive *a,
		      const struct source_logs *source, const struct entry *entry)
{
	bloom_add(bloom, source->key);
	for (size_t t = 0; t < LOG_TOPICS_MAX && entry->topics[t]; t++)
		bloom_add(bloom, a->topics.keys[entry->topics[t]]);
}

struct block_entries archive_entries(const struct archive *a, size_t block,
				     const bool asked[SOURCES])
{
	struct block_entries entries = {.archive = a};

	for (size_t i = 0; i < SOURCES; i++) {
		entries.end[i] = a->sources[i].starts[block + 1];
		entries.at[i] = asked[i] ? a->sources[i].starts[block] : entries.end[i];
	}
	return entries;
}

const struct source_logs *archive_next_entry(size_t *at, struct block_entries *entries)
{
	const struct source_logs *next = NULL;
	size_t which = 0;

	for (size_t i = 0; i < SOURCES; i++) {
		const struct source_logs *source = &entries->archive->sources[i];

		if (entries->at[i] < entries->end[i] &&
		    (!next || source->entries[entries->at[i]].log_index <
				      next->entries[entries->at[which]].log_index)) {
			next = source;
			which = i;
		}
	}
	if (next)
		*at = entries->at[which]++;
	return next;
}

static struct block_entries all_entries(const struct archive *a, size_t block)
{
	static const bool all[SOURCES] = {true, true, true};

	return archive_entries(a, block, all);
}

size_t archive_index(const struct archive *a, uint64_t number)
{
	uint64_t every = a->options.history.every;
	uint64_t index;

	if (number <= a->figures.first)
		return 0;
	index = (number - a->figures.first + every - 1) / every;
	return index < a->figures.blocks ? (size_t)index : (size_t)a->figures.blocks;
}

uint64_t archive_entry_end(const struct source_logs *source, size_t i)
{
	return i + 1 < source->count ? source->entries[i + 1].offset : source->text.size;
}

/* Whether it has events; then the index among those that do. */
static bool has_events(size_t *index, const struct archive *a, uint64_t number)
{
	*index = archive_index(a, number);
	return *index < archive_index(a, number + 1);
}

static size_t own_transactions(const struct archive *a, size_t block)
{
	return a->transaction_starts[block + 1] - a->transaction_starts[block];
}

static struct hash filled(uint8_t byte)
{
	struct hash hash;

	memset(hash.bytes, byte, sizeof(hash.bytes));
	return hash;
}

/* All of a header but what depends on the events. */
static struct block_header plain_header(const struct archive *a, uint64_t number)
{
	static const uint8_t extra[] = "beaverbuild.org";
	struct block_ref ref = synthetic_ref(&a->options.history, number);
	struct block_header header = {
		.fork = HEADER_PRAGUE,
		.parent_hash = ref.parent_hash,
		.uncles_hash = filled(0x1d),
		.beneficiary = {{0x95, 0x22}},
		.state_root = filled(0x57),
		.transactions_root = filled(0x7a),
		.receipts_root = trie_empty_root,
		.number = number,
		.gas_limit = UINT64_C(36000000),
		.timestamp = ref.timestamp,
		.extra = slice_of(extra, sizeof(extra) - 1),
		.mix_hash = filled(0x31),
		.base_fee = u256_from(UINT64_C(1000000000)),
		.withdrawals_root = filled(0x4b),
		.parent_beacon_root = filled(0xbe),
		.requests_hash = filled(0xe3),
	};

	if (a->options.can_be_proved)
		header.parent_hash = number ? a->chain.hashes[number - 1] : (struct hash){{0}};
	return header;
}

/* The header with what the block's events make. */
static struct block_header header_of(const struct archive *a, uint64_t number)
{
	struct block_header header = plain_header(a, number);
	struct block_entries entries;
	const struct source_logs *source;
	size_t block;
	size_t at;

	if (!has_events(&block, a, number))
		return header;
	header.gas_used = (a->foreign.count + own_transactions(a, block)) * GAS_A_TRANSACTION;
	header.receipts_root = a->options.can_be_proved ? a->roots[block] : filled(0x2e);
	header.bloom = a->foreign.bloom;
	entries = all_entries(a, block);
	while ((source = archive_next_entry(&at, &entries)) != NULL)
		add_entry(&header.bloom, a, source, &source->entries[at]);
	return header;
}

/* ---- making ---- */

static struct source_logs *source_of(struct archive *a, struct address address)
{
	for (size_t i = 0; i < SOURCES; i++)
		if (address_equal(a->sources[i].address, address))
			return &a->sources[i];
	return NULL;
}

static void keep_log(struct archive *a, const struct event_log *log)
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
	*entry = (struct entry){.log_index = log->log_index + (uint32_t)a->foreign.log_count,
				.transaction_index =
					log->transaction_index + (uint32_t)a->foreign.count};
	for (uint32_t i = 0; i < log->topic_count; i++)
		entry->topics[i] = topic_intern(&a->topics, &log->topics[i]);
}

/* The text of a log that was kept, once the block's hash is known. */
static void render_log(struct archive *a, const struct event_log *log, struct entry *entry,
		       struct hash hash, uint64_t timestamp)
{
	struct text *text = &source_of(a, log->address)->text;
	struct event_log placed = *log;

	placed.log_index = entry->log_index;
	placed.transaction_index = entry->transaction_index;
	placed.block_hash = hash;
	entry->offset = text->size;
	log_render(text, &placed, timestamp);
}

static void render_logs(struct archive *a, const struct synthetic_block *block, struct hash hash)
{
	struct block_entries entries = all_entries(a, a->figures.blocks - 1);

	for (size_t i = 0; i < block->log_count; i++) {
		size_t at = 0;
		const struct source_logs *source = archive_next_entry(&at, &entries);

		assert(source == source_of(a, block->logs[i].address));
		render_log(a, &block->logs[i], &source->entries[at], hash, block->ref.timestamp);
	}
}

/* Ours behind the foreign ones. */
static struct hash root_of(struct archive *a, const struct synthetic_block *block)
{
	size_t count = a->foreign.count + block->transaction_count;
	struct receipt *receipts = arena_array(a->scratch, count, sizeof(receipts[0]));
	struct block_entries entries = all_entries(a, a->figures.blocks - 1);

	memcpy(receipts, a->foreign.receipts, a->foreign.count * sizeof(receipts[0]));
	for (size_t i = a->foreign.count; i < count; i++)
		receipts[i] = (struct receipt){.type = 2,
					       .is_success = true,
					       .cumulative_gas_used = (i + 1) * GAS_A_TRANSACTION};
	for (size_t i = 0; i < block->log_count; i++) {
		size_t at = 0;
		const struct source_logs *source = archive_next_entry(&at, &entries);
		struct receipt *receipt = &receipts[source->entries[at].transaction_index];

		if (!receipt->log_count++)
			/* Encoding only reads them. */
			receipt->logs = (struct event_log *)(uintptr_t)&block->logs[i];
		add_entry(&receipt->bloom, a, source, &source->entries[at]);
	}
	return receipts_root(receipts, count, a->scratch);
}

static void reserve_block(struct archive *a, size_t index)
{
	if (index + 2 <= a->block_capacity)
		return;
	a->block_capacity = a->block_capacity ? a->block_capacity * 2 : 4096;
	a->transaction_starts = xrealloc(a->transaction_starts,
					 a->block_capacity * sizeof(a->transaction_starts[0]));
	a->roots = xrealloc(a->roots, a->block_capacity * sizeof(a->roots[0]));
	for (size_t i = 0; i < SOURCES; i++)
		a->sources[i].starts = xrealloc(
			a->sources[i].starts, a->block_capacity * sizeof(a->sources[i].starts[0]));
}

static void keep_transactions(struct archive *a, const struct synthetic_block *block, size_t index)
{
	size_t first = index ? a->transaction_starts[index] : 0;

	if (first + block->transaction_count > a->transaction_capacity) {
		a->transaction_capacity = (first + block->transaction_count) * 2;
		a->transactions = xrealloc(a->transactions,
					   a->transaction_capacity * sizeof(a->transactions[0]));
	}
	memcpy(a->transactions + first, block->transactions,
	       block->transaction_count * sizeof(a->transactions[0]));
	a->transaction_starts[index] = (uint32_t)first;
	a->transaction_starts[index + 1] = (uint32_t)(first + block->transaction_count);
}

/* Headers up to this block, whose events are kept. */
static void chain_up_to(struct archive *a, uint64_t number)
{
	while (a->chain.count <= number) {
		struct block_header header = header_of(a, a->chain.count);

		arena_reset(a->scratch);
		hashes_add(&a->chain, header_hash(&header, a->scratch));
	}
}

static void keep_block(struct archive *a, const struct synthetic_block *block)
{
	size_t index = a->figures.blocks;
	struct hash hash = block->ref.hash;

	reserve_block(a, index);
	for (size_t i = 0; i < SOURCES; i++)
		a->sources[i].starts[index] = (uint32_t)a->sources[i].count;
	for (size_t i = 0; i < block->log_count; i++)
		keep_log(a, &block->logs[i]);
	for (size_t i = 0; i < SOURCES; i++)
		a->sources[i].starts[index + 1] = (uint32_t)a->sources[i].count;
	keep_transactions(a, block, index);
	if (!a->figures.blocks++)
		a->figures.first = block->ref.number;
	a->figures.last = block->ref.number;
	a->figures.pool_events += block->pool_event_count;
	a->figures.logs += block->log_count;
	a->figures.transactions += a->foreign.count + block->transaction_count;
	if (a->options.can_be_proved) {
		arena_reset(a->scratch);
		a->roots[index] = root_of(a, block);
		chain_up_to(a, block->ref.number);
		hash = a->chain.hashes[block->ref.number];
	}
	render_logs(a, block, hash);
}

struct archive *archive_open(const struct archive_options *options)
{
	struct archive *a = xcalloc(1, sizeof(*a));
	struct synthetic *synthetic = synthetic_open(&options->history);
	struct synthetic_block block;

	a->options = *options;
	if (!a->options.history.every)
		a->options.history.every = 1;
	a->arena = arena_new();
	a->scratch = arena_new();
	a->sources[0].address = synthetic_pool();
	a->sources[1].address = synthetic_token();
	a->sources[2].address = synthetic_timelock_manager();
	for (size_t i = 0; i < SOURCES; i++)
		a->sources[i].key = bloom_key_of(a->sources[i].address.bytes, ADDRESS_BYTES);
	foreign_make(&a->foreign, a->arena, options->history.seed,
		     options->can_be_proved ? options->foreign : 0);
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
	free(a->topics.keys);
	free(a->chain.hashes);
	free(a->chain.table);
	free(a->transaction_starts);
	free(a->roots);
	free(a->transactions);
	foreign_clear(&a->foreign);
	arena_free(a->arena);
	arena_free(a->scratch);
	free(a);
}

struct archive_figures archive_figures(const struct archive *a)
{
	return a->figures;
}

/* ---- headers and receipts ---- */

bool archive_find(uint64_t *number, const struct archive *a, struct hash hash)
{
	if (a->options.can_be_proved) {
		*number = a->chain.table[hash_slot(&a->chain, &hash)];
		return (*number)-- != 0;
	}
	*number = get_be64(hash.bytes + 24);
	return *number <= a->figures.last &&
	       hash_equal(synthetic_ref(&a->options.history, *number).hash, hash);
}

static void render_word(struct text *out, const char *name, u256 value)
{
	text_quantity_member(out, name, value.word[0]);
}

static void render_header(struct text *out, const struct block_header *h, struct hash hash)
{
	TEXT_LITERAL(out, "{");
	text_quantity_member(out, "number", h->number);
	text_hex_member(out, "hash", hash.bytes, HASH_BYTES);
	text_hex_member(out, "parentHash", h->parent_hash.bytes, HASH_BYTES);
	text_quantity_member(out, "timestamp", h->timestamp);
	text_hex_member(out, "transactionsRoot", h->transactions_root.bytes, HASH_BYTES);
	text_hex_member(out, "stateRoot", h->state_root.bytes, HASH_BYTES);
	text_hex_member(out, "receiptsRoot", h->receipts_root.bytes, HASH_BYTES);
	text_hex_member(out, "parentBeaconBlockRoot", h->parent_beacon_root.bytes, HASH_BYTES);
	text_hex_member(out, "sha3Uncles", h->uncles_hash.bytes, HASH_BYTES);
	text_hex_member(out, "mixHash", h->mix_hash.bytes, HASH_BYTES);
	text_hex_member(out, "withdrawalsRoot", h->withdrawals_root.bytes, HASH_BYTES);
	text_hex_member(out, "requestsHash", h->requests_hash.bytes, HASH_BYTES);
	text_hex_member(out, "logsBloom", h->bloom.bytes, BLOOM_BYTES);
	text_hex_member(out, "miner", h->beneficiary.bytes, ADDRESS_BYTES);
	render_word(out, "baseFeePerGas", h->base_fee);
	text_quantity_member(out, "blobGasUsed", h->blob_gas_used);
	text_quantity_member(out, "excessBlobGas", h->excess_blob_gas);
	render_word(out, "difficulty", h->difficulty);
	text_hex_member(out, "extraData", h->extra.data, h->extra.size);
	text_quantity_member(out, "gasLimit", h->gas_limit);
	text_quantity_member(out, "gasUsed", h->gas_used);
	text_hex_member(out, "nonce", h->nonce, sizeof(h->nonce));
	TEXT_LITERAL(out, "\"size\":\"0x1a2b3\",\"uncles\":[],\"withdrawals\":[],"
			  "\"transactions\":[");
}

/* Those of a block with events, each with a comma behind. */
static void render_transactions(struct text *out, const struct archive *a, size_t block)
{
	text_append(out, a->foreign.hashes.data, a->foreign.hashes.size);
	for (size_t i = a->transaction_starts[block]; i < a->transaction_starts[block + 1]; i++) {
		TEXT_LITERAL(out, "\"");
		text_hex(out, a->transactions[i].bytes, HASH_BYTES);
		TEXT_LITERAL(out, "\",");
	}
}

void archive_header(struct text *out, const struct archive *a, uint64_t number)
{
	struct block_header header;
	struct hash hash;
	size_t block;

	if (number > a->figures.last) {
		TEXT_LITERAL(out, "null");
		return;
	}
	header = header_of(a, number);
	hash = a->options.can_be_proved ? a->chain.hashes[number]
					: synthetic_ref(&a->options.history, number).hash;
	render_header(out, &header, hash);
	if (has_events(&block, a, number)) {
		render_transactions(out, a, block);
		out->size--; /* the last comma; there are some */
	}
	TEXT_LITERAL(out, "]}");
}

/* The receipt to which the next entry belongs, all of it. */
static void render_receipt(struct text *out, const struct archive *a, size_t block, size_t index,
			   struct block_entries *entries, const struct receipt_head *like)
{
	struct receipt_head head = *like;
	struct block_entries ahead = *entries;
	const struct source_logs *source;
	size_t at;

	head.index = index;
	head.transaction = a->transactions[a->transaction_starts[block] + index - a->foreign.count];
	while ((source = archive_next_entry(&at, &ahead)) != NULL &&
	       source->entries[at].transaction_index == index)
		add_entry(&head.bloom, a, source, &source->entries[at]);
	receipt_render_head(out, &head);
	for (;;) {
		ahead = *entries;
		source = archive_next_entry(&at, &ahead);
		if (!source || source->entries[at].transaction_index != index)
			break;
		text_append(out, source->text.data + source->entries[at].offset,
			    archive_entry_end(source, at) - source->entries[at].offset);
		*entries = ahead;
	}
	out->size--; /* the last comma; each of our transactions logs something */
	TEXT_LITERAL(out, "]},");
}

bool archive_receipts(struct text *out, const struct archive *a, uint64_t number)
{
	struct receipt_head like = {.number = number};
	struct block_entries entries;
	size_t block;
	size_t count;

	if (!a->options.can_be_proved)
		return false;
	if (number > a->figures.last) {
		TEXT_LITERAL(out, "null");
		return true;
	}
	TEXT_LITERAL(out, "[");
	if (has_events(&block, a, number)) {
		like.block_hash = a->chain.hashes[number];
		foreign_render(out, &a->foreign, number, like.block_hash);
		entries = all_entries(a, block);
		count = a->foreign.count + own_transactions(a, block);
		for (size_t i = a->foreign.count; i < count; i++)
			render_receipt(out, a, block, i, &entries, &like);
		out->size--; /* the last comma */
	}
	TEXT_LITERAL(out, "]");
	return true;
}
