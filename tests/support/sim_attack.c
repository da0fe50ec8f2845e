#include "tests/support/sim_attack.h"

#include "tests/support/sim_random.h"

static const struct {
	const char *words;
	unsigned channels;
} lies[] = {
#define SIM_LIE_ROW(id, words, channels) {words, channels},
	SIM_LIES(SIM_LIE_ROW)};

const char *sim_lie_words(enum sim_lie kind)
{
	return lies[kind].words;
}

unsigned sim_lie_channels(enum sim_lie kind)
{
	return lies[kind].channels;
}

/* ---- logs ---- */

struct log_run {
	struct sim_told_log *list;
	size_t count;
};

static struct log_run true_logs(const struct sim_block *block, struct arena *arena)
{
	/* Room for two more: an invented one, and one moved in. */
	struct log_run run = {.list = arena_array(arena, block->log_count + 2, sizeof(run.list[0])),
			      .count = block->log_count};

	for (size_t i = 0; i < run.count; i++)
		run.list[i] = (struct sim_told_log){block->logs[i], block->logs[i]};
	return run;
}

static void insert_log(struct log_run *run, size_t at, const struct sim_told_log *log)
{
	struct sim_told_log copy = *log;

	memmove(&run->list[at + 1], &run->list[at], (run->count - at) * sizeof(run->list[0]));
	run->list[at] = copy;
	run->count++;
}

static void remove_log(struct log_run *run, size_t at)
{
	run->count--;
	memmove(&run->list[at], &run->list[at + 1], (run->count - at) * sizeof(run->list[0]));
}

/* One bit of a topic (an odd seed) or of the data. */
static void alter_log(struct event_log *log, uint64_t seed, struct arena *arena)
{
	struct sim_random random = sim_random_of(seed, 1);
	uint8_t *data;

	if (log->topic_count && (seed % 2 || !log->data.size)) {
		size_t topic =
			log->topic_count > 1 ? 1 + sim_below(&random, log->topic_count - 1) : 0;

		log->topics[topic].bytes[31] ^= (uint8_t)(1 + sim_below(&random, 255));
		return;
	}
	if (!log->data.size) {
		log->address.bytes[19] ^= 1;
		return;
	}
	data = arena_copy(arena, log->data.data, log->data.size);
	data[sim_below(&random, log->data.size)] ^= (uint8_t)(1 + sim_below(&random, 255));
	log->data.data = data;
}

static void invent_log(struct log_run *run, size_t index, uint64_t seed, struct arena *arena)
{
	struct sim_told_log log = run->list[index];
	size_t at = index + 1;

	while (at < run->count &&
	       run->list[at].told.transaction_index == log.told.transaction_index)
		at++;
	alter_log(&log.told, seed, arena);
	log.told.log_index = (uint32_t)run->count;
	insert_log(run, at, &log);
}

/* With an even seed they only stand in the other order, which sorting mends; else each says what
 * the other did. */
static void exchange_logs(struct log_run *run, size_t index, uint64_t seed)
{
	size_t other = index + 1 < run->count ? index + 1 : index - 1;
	struct sim_told_log a = run->list[index];
	struct sim_told_log b = run->list[other];

	run->list[index] = b;
	run->list[other] = a;
	if (seed % 2 == 0)
		return;
	run->list[index].told.log_index = a.told.log_index;
	run->list[index].told.transaction_index = a.told.transaction_index;
	run->list[index].told.transaction_hash = a.told.transaction_hash;
	run->list[other].told.log_index = b.told.log_index;
	run->list[other].told.transaction_index = b.told.transaction_index;
	run->list[other].told.transaction_hash = b.told.transaction_hash;
}

static void move_to_transaction(struct event_log *log, const struct sim_block *block, uint64_t seed)
{
	size_t step = 1 + (size_t)(seed % (block->count - 1));
	size_t to = (log->transaction_index + step) % block->count;

	log->transaction_index = (uint32_t)to;
	log->transaction_hash = block->transaction_hashes[to];
}

static void lie_in_logs(struct log_run *run, const struct sim_block *block,
			const struct sim_attack *attack, struct arena *arena)
{
	struct event_log *log = &run->list[attack->index].told;

	switch ((unsigned)attack->kind) {
	case SIM_REPORTED_ALTERED:
	case SIM_RECEIPTS_ALTERED:
	case SIM_LOG_ALTERED:
		alter_log(log, attack->seed, arena);
		break;
	case SIM_REPORTED_INVENTED:
	case SIM_LOG_INVENTED:
		invent_log(run, attack->index, attack->seed, arena);
		break;
	case SIM_REPORTED_REORDERED:
	case SIM_LOG_REORDERED:
		exchange_logs(run, attack->index,
			      attack->kind == SIM_LOG_REORDERED ? 1 : attack->seed);
		break;
	case SIM_REPORTED_DUPLICATED:
	case SIM_LOG_DUPLICATED:
		insert_log(run, attack->index, &run->list[attack->index]);
		break;
	case SIM_REPORTED_OMITTED:
	case SIM_LOG_OMITTED:
	case SIM_REPORTED_IN_OTHER_BLOCK:
		remove_log(run, attack->index);
		break;
	case SIM_REPORTED_IN_OTHER_TRANSACTION:
		move_to_transaction(log, block, attack->seed);
		break;
	case SIM_REPORTED_ADDRESS:
		log->address.bytes[attack->seed % ADDRESS_BYTES] ^= 1;
		break;
	case SIM_REPORTED_BLOCK_HASH:
		log->block_hash.bytes[attack->seed % HASH_BYTES] ^= 1;
		break;
	default:
		break;
	}
}

/* Where a log of the attacked block turns up: the one above it, or below the last. */
static uint64_t neighbour_of(const struct sim_chain *chain, uint64_t number)
{
	return number + 1 < sim_chain_count(chain) ? number + 1 : number - 1;
}

static void take_moved_log(struct log_run *run, const struct sim_block *block,
			   const struct sim_block *from, const struct sim_attack *attack)
{
	struct sim_told_log log = {from->logs[attack->index], from->logs[attack->index]};

	log.told.block_number = block->header.number;
	log.told.block_hash = block->hash;
	if (run->count)
		log.told.log_index = run->list[run->count - 1].told.log_index + 1;
	insert_log(run, run->count, &log);
}

/* ---- receipts ---- */

/* A receipt of each transaction, with those of the run's logs that are its. */
static void tell_receipts(struct sim_told *told, const struct sim_block *truth,
			  const struct log_run *run, struct arena *arena)
{
	told->receipt_count = truth->count;
	told->receipts = arena_array(arena, truth->count + 1, sizeof(told->receipts[0]));
	for (size_t i = 0; i < truth->count; i++) {
		struct sim_told_receipt *r = &told->receipts[i];
		size_t count = 0;

		*r = (struct sim_told_receipt){.receipt = truth->receipts[i],
					       .block = truth,
					       .index = i,
					       .from = told->block.senders[i],
					       .block_hash = told->block.hash};
		r->receipt.logs = arena_array(arena, run->count, sizeof(r->receipt.logs[0]));
		for (size_t j = 0; j < run->count; j++)
			if (run->list[j].told.transaction_index == i)
				r->receipt.logs[count++] = run->list[j].told;
		r->receipt.log_count = count;
	}
}

/* Another block with receipts, the nearest above or below. */
static const struct sim_block *other_block(const struct sim_chain *chain, uint64_t number)
{
	for (uint64_t n = number + 1; n < sim_chain_count(chain); n++)
		if (sim_chain_block(chain, n)->count)
			return sim_chain_block(chain, n);
	for (uint64_t n = number; n-- > 0;)
		if (sim_chain_block(chain, n)->count)
			return sim_chain_block(chain, n);
	return NULL;
}

/* With an odd seed only what it says, under this block's names. */
static void take_foreign_receipt(struct sim_told_receipt *receipt, const struct sim_chain *chain,
				 const struct sim_attack *attack)
{
	const struct sim_block *other = other_block(chain, attack->block);
	size_t index = (size_t)(attack->seed / 2 % other->count);

	receipt->receipt = other->receipts[index];
	if (attack->seed % 2)
		return;
	receipt->block = other;
	receipt->index = index;
	receipt->from = other->senders[index];
	receipt->block_hash = other->hash;
}

static void exchange_receipts(struct sim_told *told, size_t index, uint64_t seed)
{
	size_t other = (index + 1) % told->receipt_count;
	struct sim_told_receipt a = told->receipts[index];
	struct sim_told_receipt b = told->receipts[other];

	if (seed % 2) {
		told->receipts[index].receipt = b.receipt;
		told->receipts[other].receipt = a.receipt;
	} else {
		told->receipts[index] = b;
		told->receipts[other] = a;
	}
}

static void lie_in_receipts(struct sim_told *told, const struct sim_chain *chain,
			    const struct sim_attack *attack)
{
	size_t index = attack->index;
	struct receipt *receipt = &told->receipts[index].receipt;

	switch ((unsigned)attack->kind) {
	case SIM_RECEIPTS_EXCHANGED:
		exchange_receipts(told, index, attack->seed);
		break;
	case SIM_RECEIPT_OF_OTHER_BLOCK:
		take_foreign_receipt(&told->receipts[index], chain, attack);
		break;
	case SIM_RECEIPT_BLOOM:
		receipt->bloom.bytes[attack->seed % BLOOM_BYTES] ^= 1;
		break;
	case SIM_RECEIPT_STATUS:
		if (receipt->has_post_state)
			receipt->post_state.bytes[attack->seed % HASH_BYTES] ^= 1;
		receipt->is_success = !receipt->is_success;
		break;
	case SIM_RECEIPT_GAS:
		receipt->cumulative_gas_used += attack->seed % 2 ? 1 : UINT64_MAX;
		break;
	case SIM_RECEIPT_TYPE:
		receipt->type =
			(uint8_t)((receipt->type + 1 + attack->seed % TRANSACTION_TYPE_MAX) %
				  (TRANSACTION_TYPE_MAX + 1));
		break;
	case SIM_RECEIPT_MISSING:
		told->receipt_count--;
		memmove(&told->receipts[index], &told->receipts[index + 1],
			(told->receipt_count - index) * sizeof(told->receipts[0]));
		break;
	case SIM_RECEIPT_EXTRA:
		told->receipts[told->receipt_count++] = told->receipts[index];
		break;
	case SIM_RECEIPTS_NULL:
		told->are_receipts_null = true;
		break;
	default:
		break;
	}
}

/* ---- headers ---- */

static void flip(void *field, size_t size, uint64_t seed)
{
	((uint8_t *)field)[seed % size] ^= 0x01;
}

static void alter_extra(struct block_header *h, struct arena *arena)
{
	uint8_t *extra = arena_alloc(arena, h->extra.size + 1);

	if (h->extra.size)
		memcpy(extra, h->extra.data, h->extra.size);
	extra[h->extra.size] = 0x2a;
	h->extra = slice_of(extra, h->extra.size < 32 ? h->extra.size + 1 : 31);
}

enum { FIELDS_OF_FRONTIER = 15, FIELDS_OF_PRAGUE = 21 };

static unsigned fields_of(enum header_fork fork)
{
	static const unsigned counts[] = {FIELDS_OF_FRONTIER, 16, 17, 20, FIELDS_OF_PRAGUE};

	return counts[fork];
}

static void alter_early_field(struct block_header *h, unsigned field, uint64_t seed,
			      struct arena *arena)
{
	switch (field) {
	case 0:
		flip(&h->parent_hash, HASH_BYTES, seed);
		break;
	case 1:
		flip(&h->uncles_hash, HASH_BYTES, seed);
		break;
	case 2:
		flip(&h->beneficiary, ADDRESS_BYTES, seed);
		break;
	case 3:
		flip(&h->state_root, HASH_BYTES, seed);
		break;
	case 4:
		flip(&h->transactions_root, HASH_BYTES, seed);
		break;
	case 5:
		flip(&h->receipts_root, HASH_BYTES, seed);
		break;
	case 6:
		flip(&h->bloom, BLOOM_BYTES, seed);
		break;
	case 7:
		h->difficulty = u256_add_wrap(h->difficulty, U256_ONE);
		break;
	case 8:
		h->gas_limit++;
		break;
	case 9:
		h->gas_used++;
		break;
	case 10:
		h->timestamp++;
		break;
	case 11:
		alter_extra(h, arena);
		break;
	case 12:
		flip(&h->mix_hash, HASH_BYTES, seed);
		break;
	default:
		flip(h->nonce, sizeof(h->nonce), seed);
		break;
	}
}

/* Each field but the number, which is how the block was asked for. */
static void alter_header(struct block_header *h, uint64_t seed, struct arena *arena)
{
	unsigned field = (unsigned)(seed % (fields_of(h->fork) - 1));

	switch (field) {
	case 14:
		h->base_fee = u256_add_wrap(h->base_fee, U256_ONE);
		break;
	case 15:
		flip(&h->withdrawals_root, HASH_BYTES, seed);
		break;
	case 16:
		h->blob_gas_used++;
		break;
	case 17:
		h->excess_blob_gas++;
		break;
	case 18:
		flip(&h->parent_beacon_root, HASH_BYTES, seed);
		break;
	case 19:
		flip(&h->requests_hash, HASH_BYTES, seed);
		break;
	default:
		alter_early_field(h, field, seed, arena);
		break;
	}
}

static void rehash(struct sim_told *told, struct log_run *run, struct arena *arena)
{
	told->block.hash = header_hash(&told->block.header, arena);
	for (size_t i = 0; i < run->count; i++)
		run->list[i].told.block_hash = told->block.hash;
}

/* ---- transactions ---- */

static void alter_transaction(struct transaction *t, uint64_t seed, struct arena *arena)
{
	uint8_t *input;

	switch (seed % 5) {
	case 0:
		t->value = u256_add_wrap(t->value, U256_ONE);
		break;
	case 1:
		t->nonce++;
		break;
	case 2:
		t->gas_limit++;
		break;
	case 3:
		if (t->has_to) {
			flip(&t->to, ADDRESS_BYTES, seed);
			break;
		}
		t->nonce++;
		break;
	default:
		input = arena_alloc(arena, t->input.size + 1);
		if (t->input.size)
			memcpy(input, t->input.data, t->input.size);
		t->input = slice_of(input, t->input.size + 1);
		break;
	}
}

static void alter_signature(struct signature *s, uint64_t seed)
{
	if (seed % 3 == 0)
		s->r = u256_add_wrap(s->r, U256_ONE);
	else if (seed % 3 == 1)
		s->s = u256_sub_wrap(s->s, U256_ONE);
	else
		s->y_parity ^= 1;
}

/* Beyond five seeds the claimed hash is made to fit. */
static void lie_in_transactions(struct sim_block *block, const struct sim_attack *attack,
				struct arena *arena)
{
	struct transaction *t = &block->transactions[attack->index];

	if (attack->kind == SIM_SENDER_FORGED) {
		flip(&block->senders[attack->index], ADDRESS_BYTES, attack->seed);
		return;
	}
	if (attack->kind == SIM_TRANSACTION_ALTERED)
		alter_transaction(t, attack->seed, arena);
	else
		alter_signature(&t->signature, attack->seed);
	if (attack->seed / 5 % 2)
		block->transaction_hashes[attack->index] = transaction_hash(t, arena);
}

/* ---- the whole ---- */

static bool needs_log(enum sim_lie kind)
{
	return kind >= SIM_REPORTED_ALTERED && kind <= SIM_REPORTED_BLOCK_HASH;
}

bool sim_attack_is_possible(const struct sim_chain *chain, const struct sim_attack *attack)
{
	const struct sim_block *block;

	if (attack->block >= sim_chain_count(chain) || attack->kind == SIM_NONE)
		return false;
	block = sim_chain_block(chain, attack->block);
	if (needs_log(attack->kind) && attack->index >= block->log_count)
		return false;
	switch ((unsigned)attack->kind) {
	case SIM_REPORTED_REORDERED:
	case SIM_LOG_REORDERED:
		return block->log_count > 1;
	case SIM_REPORTED_IN_OTHER_TRANSACTION:
		return block->count > 1;
	case SIM_RECEIPTS_EXCHANGED:
		return block->count > 1 && attack->index < block->count;
	case SIM_HEADER_FORGED:
	case SIM_HEADER_REHASHED:
	case SIM_PARENT_BROKEN:
	case SIM_RECEIPTS_NULL:
		return true;
	case SIM_VIEW_FORGED:
	case SIM_PROOF_FORGED:
		return block->views.has_code;
	default:
		return needs_log(attack->kind) || attack->index < block->count;
	}
}

static void copy_bodies(struct sim_block *block, struct arena *arena)
{
	size_t n = block->count;

	block->transactions =
		arena_copy(arena, block->transactions, n * sizeof(block->transactions[0]));
	block->senders = arena_copy(arena, block->senders, n * sizeof(block->senders[0]));
	block->transaction_hashes = arena_copy(arena, block->transaction_hashes,
					       n * sizeof(block->transaction_hashes[0]));
}

static void lie_in_block(struct sim_told *told, struct log_run *run,
			 const struct sim_attack *attack, struct arena *arena)
{
	switch ((unsigned)attack->kind) {
	case SIM_HEADER_FORGED:
		alter_header(&told->block.header, attack->seed, arena);
		break;
	case SIM_HEADER_REHASHED:
		alter_header(&told->block.header, attack->seed, arena);
		rehash(told, run, arena);
		break;
	case SIM_PARENT_BROKEN:
		flip(&told->block.header.parent_hash, HASH_BYTES, attack->seed);
		rehash(told, run, arena);
		break;
	case SIM_SENDER_FORGED:
	case SIM_TRANSACTION_ALTERED:
	case SIM_SIGNATURE_ALTERED:
		copy_bodies(&told->block, arena);
		lie_in_transactions(&told->block, attack, arena);
		break;
	default:
		break;
	}
}

struct sim_told sim_tell(const struct sim_chain *chain, uint64_t number,
			 const struct sim_attack *attack, struct arena *arena)
{
	const struct sim_block *truth = sim_chain_block(chain, number);
	bool is_lie = attack && sim_attack_is_possible(chain, attack);
	bool is_here = is_lie && attack->block == number;
	unsigned channels = is_here ? lies[attack->kind].channels : 0;
	struct sim_told told = {.block = *truth};
	struct log_run honest = true_logs(truth, arena);
	struct log_run spoiled = true_logs(truth, arena);

	if (is_here) {
		lie_in_block(&told, &spoiled, attack, arena);
		if (needs_log(attack->kind))
			lie_in_logs(&spoiled, truth, attack, arena);
	} else if (is_lie && attack->kind == SIM_REPORTED_IN_OTHER_BLOCK &&
		   neighbour_of(chain, attack->block) == number) {
		take_moved_log(&spoiled, truth, sim_chain_block(chain, attack->block), attack);
		channels = SIM_LOGS;
	}
	told.logs = channels & SIM_LOGS ? spoiled.list : honest.list;
	told.log_count = channels & SIM_LOGS ? spoiled.count : honest.count;
	tell_receipts(&told, truth, channels & SIM_RECEIPTS ? &spoiled : &honest, arena);
	if (is_here && channels == SIM_RECEIPTS && !needs_log(attack->kind))
		lie_in_receipts(&told, chain, attack);
	return told;
}
