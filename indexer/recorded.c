/*
 * recorded.c - looks up what was read of a recorded chain.
 */
#include "indexer/recorded_impl.h"

#include <stdlib.h>

struct recorded *recorded_share(struct recorded *recorded)
{
	(void)atomic_fetch_add(&recorded->owners, 1);
	return recorded;
}

void recorded_release(struct recorded *recorded)
{
	if (!recorded || atomic_fetch_sub(&recorded->owners, 1) != 1)
		return;
	intern_clear(&recorded->questions);
	intern_clear(&recorded->results);
	intern_clear(&recorded->addresses);
	intern_clear(&recorded->proof_keys);
	free(recorded->blocks);
	free(recorded->parts);
	free(recorded->proofs);
	free(recorded->logs);
	free(recorded->births);
	free(recorded->entries);
	free(recorded->slots);
	arena_free(recorded->arena);
	free(recorded);
}

uint64_t recorded_chain_id(const struct recorded *recorded)
{
	return recorded->chain_id;
}

uint64_t recorded_first(const struct recorded *recorded)
{
	return recorded->first;
}

uint64_t recorded_last(const struct recorded *recorded)
{
	return recorded->last;
}

const struct block_ref *recorded_block(const struct recorded *recorded, uint64_t number)
{
	if (number < recorded->first || number - recorded->first >= recorded->block_count)
		return NULL;
	return &recorded->blocks[number - recorded->first];
}

const struct recorded_log *recorded_logs(const struct recorded *recorded, uint64_t number,
					 size_t *count)
{
	size_t index = (size_t)(number - recorded->first);
	size_t begin;

	*count = 0;
	if (!recorded_block(recorded, number))
		return NULL;
	begin = index ? recorded->parts[index - 1].logs_end : 0;
	*count = recorded->parts[index].logs_end - begin;
	return *count ? &recorded->logs[begin] : NULL;
}

void recorded_log_expand(struct event_log *out, const struct recorded_log *log,
			 const struct block_ref *block)
{
	const uint8_t *at = log->bytes;

	*out = (struct event_log){
		.topic_count = log->topic_count,
		.log_index = log->log_index,
		.transaction_index = log->transaction_index,
		.block_number = block->number,
		.block_hash = block->hash,
	};
	memcpy(out->address.bytes, at, ADDRESS_BYTES);
	at += ADDRESS_BYTES;
	memcpy(out->transaction_hash.bytes, at, HASH_BYTES);
	at += HASH_BYTES;
	for (uint32_t i = 0; i < log->topic_count; i++, at += HASH_BYTES)
		memcpy(out->topics[i].bytes, at, HASH_BYTES);
	out->data = slice_of(at, log->data_size);
}

/* The slot of the entry, or the free one where it belongs. */
uint32_t *recorded_entry_slot(const struct recorded *recorded, uint32_t question, uint32_t block)
{
	uint64_t mixed = ((uint64_t)question << 32 | block) * 0x9e3779b97f4a7c15;
	size_t mask = recorded->slot_count - 1;
	size_t at = (size_t)(mixed >> 20) & mask;

	for (; recorded->slots[at]; at = (at + 1) & mask) {
		const struct entry *entry = &recorded->entries[recorded->slots[at] - 1];

		if (entry->question == question && entry->block == block)
			break;
	}
	return &recorded->slots[at];
}

bool recorded_call(struct recorded_result *out, const struct recorded *recorded, struct address to,
		   struct slice data, uint64_t block)
{
	uint8_t small[256];
	uint8_t *key = small;
	uint32_t question = 0;
	uint32_t slot;
	bool found;
	struct slice stored;

	if (!recorded->slot_count || !recorded_block(recorded, block) || data.size > CALL_DATA_MAX)
		return false;
	if (ADDRESS_BYTES + data.size > sizeof(small))
		key = xmalloc(ADDRESS_BYTES + data.size);
	memcpy(key, to.bytes, ADDRESS_BYTES);
	if (data.size)
		memcpy(key + ADDRESS_BYTES, data.data, data.size);
	found = intern_find(&question, &recorded->questions,
			    slice_of(key, ADDRESS_BYTES + data.size));
	if (key != small)
		free(key);
	if (!found)
		return false;
	slot = *recorded_entry_slot(recorded, question, (uint32_t)(block - recorded->first));
	if (!slot)
		return false;
	stored = recorded->results.items[recorded->entries[slot - 1].result];
	out->outcome = (enum call_outcome)stored.data[0];
	out->bytes = slice_of(stored.data + 1, stored.size - 1);
	return true;
}

bool recorded_birth(uint64_t *block, const struct recorded *recorded, struct address address)
{
	uint32_t number = 0;

	if (!intern_find(&number, &recorded->addresses, slice_of(address.bytes, ADDRESS_BYTES)))
		return false;
	*block = recorded->births[number];
	return true;
}
