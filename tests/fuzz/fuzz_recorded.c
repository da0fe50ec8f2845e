/*
 * Recorded chains, unpacked: whatever is taken as one is whole and answers every question about
 * itself.
 */
#include <stdlib.h>

#include "indexer/recorded_material.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
	if (!truth)
		abort();
}

/* The material is there or it is said what is missing; and no proof of this was recorded. */
static void ask_material(const struct recorded *chain, const struct block_ref *block)
{
	struct arena *arena = arena_new();
	struct block_material m;
	struct account_proof proof;
	struct error err = {.status = OK};
	enum status st = recorded_material(&m, arena, chain, block->number, &err);

	must(st == OK || (st == ERR_BAD_DATA && err.message[0]));
	if (st == OK)
		must(hash_equal(m.claimed_hash, block->hash) && m.has_receipts &&
		     m.header.number == block->number);
	st = recorded_account_proof(&proof, arena, chain, (struct address){{0x11}}, NULL, 0,
				    block->number, &err);
	must(st == OK || st == ERR_NOTFOUND);
	arena_free(arena);
}

static void ask_everything(const struct recorded *chain)
{
	uint64_t first = recorded_first(chain);
	uint64_t last = recorded_last(chain);
	const struct block_ref *before = NULL;
	struct recorded_result result;
	uint64_t birth;

	must(first <= last);
	for (uint64_t n = first;; n++) {
		const struct block_ref *block = recorded_block(chain, n);
		const struct recorded_log *logs;
		size_t count;

		must(block && block->number == n);
		must(!before || hash_equal(before->hash, block->parent_hash));
		before = block;
		ask_material(chain, block);
		logs = recorded_logs(chain, n, &count);
		for (size_t i = 0; i < count; i++) {
			struct event_log log;

			recorded_log_expand(&log, &logs[i], block);
			must(!i || logs[i].log_index > logs[i - 1].log_index);
			if (recorded_birth(&birth, chain, log.address))
				must(birth >= first && birth <= last);
			(void)recorded_call(&result, chain, log.address, log.data, n);
		}
		if (n == last)
			break;
	}
	must(!first || !recorded_block(chain, first - 1));
	must(last == UINT64_MAX || !recorded_block(chain, last + 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct recorded_builder *builder = recorded_begin("fuzz");
	struct recorded *chain = NULL;
	struct error err = {.status = OK};

	while (size) {
		const uint8_t *newline = memchr(data, '\n', size);
		size_t length = newline ? (size_t)(newline - data) : size;

		if (recorded_line(builder, slice_of(data, length), &err) != OK) {
			must(err.status == ERR_BAD_DATA);
			(void)recorded_end(NULL, builder, NULL);
			return 0;
		}
		data += length;
		size -= length;
		if (newline) {
			data++;
			size--;
		}
	}
	if (recorded_end(&chain, builder, &err) != OK) {
		must(err.status == ERR_BAD_DATA);
		return 0;
	}
	ask_everything(chain);
	recorded_release(chain);
	return 0;
}
