#include "chain/block_proof.h"

#include <inttypes.h>
#include <stdio.h>

#include "abi/keccak.h"
#include "chain/trie.h"

/* ---- names ---- */

const char *proof_level_name(enum proof_level level)
{
	switch (level) {
	case PROOF_NONE:
		return "none";
	case PROOF_HEADER:
		return "header";
	case PROOF_RECEIPTS:
		return "receipts";
	case PROOF_TRANSACTIONS:
		return "transactions";
	}
	return "unknown";
}

const char *proof_fault_name(enum proof_fault fault)
{
	static const char *const names[FAULT_COUNT] = {
		[FAULT_NONE] = "none",
		[FAULT_HEADER_HASH] = "header-hash",
		[FAULT_HEADER_UNKNOWN] = "header-unknown",
		[FAULT_PARENT] = "parent",
		[FAULT_RECEIPTS_ROOT] = "receipts-root",
		[FAULT_BLOOM] = "bloom",
		[FAULT_TRANSACTIONS_ROOT] = "transactions-root",
		[FAULT_SENDER] = "sender",
		[FAULT_LOG] = "log",
		[FAULT_LOG_OMITTED] = "log-omitted",
		[FAULT_STATE] = "state",
		[FAULT_DISAGREEMENT] = "disagreement",
	};

	return (unsigned)fault < FAULT_COUNT ? names[fault] : "unknown";
}

/* ---- failures ---- */

/* Always false, so that it can stand behind `return`; the two texts are then the caller's. */
static bool fail(struct proof_failure *failure, enum proof_fault fault,
		 const struct block_material *m)
{
	memset(failure, 0, sizeof(*failure));
	failure->fault = fault;
	failure->block = m->header.number;
	failure->block_hash = m->claimed_hash;
	return false;
}

/* Cut at the end where it is too long. */
static void say(char out[FAULT_TEXT_SIZE], const char *format, ...) PRINTF_LIKE(2, 3);

static void say(char out[FAULT_TEXT_SIZE], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(out, FAULT_TEXT_SIZE, format, args);
	va_end(args);
}

static bool fail_hashes(struct proof_failure *failure, enum proof_fault fault,
			const struct block_material *m, struct hash expected, struct hash actual)
{
	(void)fail(failure, fault, m);
	(void)hash_format(failure->expected, expected);
	(void)hash_format(failure->actual, actual);
	return false;
}

/* A transaction is to blame where the block names one at this place. */
static void blame(struct proof_failure *failure, const struct block_material *m, size_t index)
{
	if (index < m->transaction_count)
		failure->transaction = m->transaction_hashes[index];
}

/* ---- header ---- */

/* The member's name is the node's: no control characters in a finding. */
static void safe_name(char *out, size_t size, const char *name)
{
	size_t at = 0;

	for (; name[at] && at + 1 < size; at++)
		out[at] = (char)(name[at] > ' ' && name[at] <= '~' ? name[at] : '?');
	out[at] = '\0';
}

bool prove_header(struct proof_failure *failure, const struct block_material *m,
		  struct arena *scratch)
{
	struct hash hash = header_hash(&m->header, scratch);
	char name[64];

	if (hash_equal(hash, m->claimed_hash))
		return true;
	if (!m->unknown_member || !m->unknown_member[0])
		return fail_hashes(failure, FAULT_HEADER_HASH, m, m->claimed_hash, hash);
	(void)fail(failure, FAULT_HEADER_UNKNOWN, m);
	(void)hash_format(failure->expected, m->claimed_hash);
	safe_name(name, sizeof(name), m->unknown_member);
	say(failure->actual, "a later fork added %s to headers; this version knows them up to %s",
	    name, header_fork_name(HEADER_PRAGUE));
	return false;
}

/* ---- receipts ---- */

/* Of each receipt's logs, and of all together. */
struct log_blooms {
	struct bloom all;
	size_t first_wrong; /* the receipt whose bloom is not its logs'; else the count */
};

static void make_blooms(struct log_blooms *out, const struct block_material *m,
			struct bloom_cache *keys)
{
	memset(out, 0, sizeof(*out));
	out->first_wrong = m->receipt_count;
	for (size_t i = 0; i < m->receipt_count; i++) {
		const struct receipt *receipt = &m->receipts[i];
		struct bloom bloom = {{0}};

		for (size_t j = 0; j < receipt->log_count; j++)
			bloom_cache_add_log(keys, &bloom, &receipt->logs[j]);
		if (i < out->first_wrong && !bloom_equal(&bloom, &receipt->bloom))
			out->first_wrong = i;
		bloom_merge(&out->all, &bloom);
	}
}

/* The receipt whose cumulative gas falls; the count where there is none. */
static size_t first_without_gas(const struct block_material *m)
{
	uint64_t before = 0;

	for (size_t i = 0; i < m->receipt_count; i++) {
		if (m->receipts[i].cumulative_gas_used < before)
			return i;
		before = m->receipts[i].cumulative_gas_used;
	}
	return m->receipt_count;
}

static uint64_t last_cumulative_gas(const struct block_material *m)
{
	return m->receipt_count ? m->receipts[m->receipt_count - 1].cumulative_gas_used : 0;
}

static bool check_count(struct proof_failure *failure, const struct block_material *m)
{
	if (m->receipt_count == m->transaction_count)
		return true;
	(void)fail(failure, FAULT_RECEIPTS_ROOT, m);
	say(failure->expected, "%zu receipts, as many as transactions", m->transaction_count);
	say(failure->actual, "%zu receipts", m->receipt_count);
	return false;
}

/* Where the root is wrong, a receipt that contradicts itself is likely the one that was altered. */
static bool check_root(struct proof_failure *failure, const struct block_material *m,
		       const struct log_blooms *blooms, struct arena *scratch)
{
	struct hash root = receipts_root(m->receipts, m->receipt_count, scratch);
	size_t without_gas;
	size_t used;

	if (hash_equal(root, m->header.receipts_root))
		return true;
	(void)fail_hashes(failure, FAULT_RECEIPTS_ROOT, m, m->header.receipts_root, root);
	used = strlen(failure->actual);
	without_gas = first_without_gas(m);
	if (blooms->first_wrong < m->receipt_count) {
		(void)snprintf(failure->actual + used, sizeof(failure->actual) - used,
			       "; the bloom of receipt %zu is not its logs'", blooms->first_wrong);
		blame(failure, m, blooms->first_wrong);
	} else if (without_gas < m->receipt_count) {
		(void)snprintf(failure->actual + used, sizeof(failure->actual) - used,
			       "; the cumulative gas falls at receipt %zu", without_gas);
		blame(failure, m, without_gas);
	} else if (last_cumulative_gas(m) != m->header.gas_used) {
		(void)snprintf(failure->actual + used, sizeof(failure->actual) - used,
			       "; gas %" PRIu64 " instead of %" PRIu64, last_cumulative_gas(m),
			       m->header.gas_used);
	}
	return false;
}

static bool check_gas(struct proof_failure *failure, const struct block_material *m)
{
	size_t wrong = first_without_gas(m);

	if (wrong < m->receipt_count) {
		(void)fail(failure, FAULT_RECEIPTS_ROOT, m);
		blame(failure, m, wrong);
		say(failure->expected, "receipt %zu: cumulative gas from %" PRIu64 " on", wrong,
		    wrong ? m->receipts[wrong - 1].cumulative_gas_used : 0);
		say(failure->actual, "%" PRIu64, m->receipts[wrong].cumulative_gas_used);
		return false;
	}
	if (last_cumulative_gas(m) == m->header.gas_used)
		return true;
	(void)fail(failure, FAULT_RECEIPTS_ROOT, m);
	say(failure->expected, "%" PRIu64 " gas, as the header says", m->header.gas_used);
	say(failure->actual, "%" PRIu64 " gas by the receipts", last_cumulative_gas(m));
	return false;
}

/* A bloom is too long for a text: how full it is, and a hash to compare by. */
static void say_bloom(char out[FAULT_TEXT_SIZE], const char *whose, const struct bloom *bloom)
{
	char hash[HEX_SIZE(HASH_BYTES)];

	say(out, "%s: %u bits, keccak256 %s", whose, bloom_bit_count(bloom),
	    hash_format(hash, keccak256(bloom->bytes, BLOOM_BYTES)));
}

static bool check_blooms(struct proof_failure *failure, const struct block_material *m,
			 const struct log_blooms *blooms)
{
	size_t wrong = blooms->first_wrong;

	if (wrong < m->receipt_count) {
		struct bloom made = receipt_bloom(&m->receipts[wrong]);
		char whose[64];

		(void)fail(failure, FAULT_BLOOM, m);
		blame(failure, m, wrong);
		(void)snprintf(whose, sizeof(whose), "receipt %zu's bloom", wrong);
		say_bloom(failure->expected, whose, &m->receipts[wrong].bloom);
		say_bloom(failure->actual, "its logs' bloom", &made);
		return false;
	}
	if (bloom_equal(&blooms->all, &m->header.bloom))
		return true;
	(void)fail(failure, FAULT_BLOOM, m);
	say_bloom(failure->expected, "the header's bloom", &m->header.bloom);
	say_bloom(failure->actual, "the logs' bloom", &blooms->all);
	return false;
}

static bool check_claims(struct proof_failure *failure, const struct block_material *m)
{
	char hash[HEX_SIZE(HASH_BYTES)];

	for (size_t i = 0; m->receipt_claims && i < m->receipt_count; i++) {
		struct hash claimed = m->receipt_claims[i].transaction_hash;

		if (hash_equal(claimed, m->transaction_hashes[i]))
			continue;
		(void)fail(failure, FAULT_TRANSACTIONS_ROOT, m);
		blame(failure, m, i);
		say(failure->expected, "receipt %zu: transaction %s", i,
		    hash_format(hash, m->transaction_hashes[i]));
		say(failure->actual, "%s", hash_format(hash, claimed));
		return false;
	}
	return true;
}

static void place_logs(struct block_material *m)
{
	uint32_t log_index = 0;

	for (size_t i = 0; i < m->receipt_count; i++) {
		struct receipt *receipt = &m->receipts[i];

		for (size_t j = 0; j < receipt->log_count; j++) {
			struct event_log *log = &receipt->logs[j];

			log->block_number = m->header.number;
			log->block_hash = m->claimed_hash;
			log->transaction_hash = m->transaction_hashes[i];
			log->transaction_index = (uint32_t)i;
			log->log_index = log_index++;
		}
	}
}

bool prove_receipts(struct proof_failure *failure, struct block_material *m, struct arena *scratch)
{
	return prove_receipts_with(failure, m, bloom_cache_new(scratch), scratch);
}

bool prove_receipts_with(struct proof_failure *failure, struct block_material *m,
			 struct bloom_cache *keys, struct arena *scratch)
{
	struct log_blooms blooms;

	if (!check_count(failure, m))
		return false;
	make_blooms(&blooms, m, keys);
	if (!check_root(failure, m, &blooms, scratch) || !check_gas(failure, m) ||
	    !check_blooms(failure, m, &blooms) || !check_claims(failure, m))
		return false;
	place_logs(m);
	return true;
}

/* ---- transactions ---- */

/* The transaction whose body is not what its hash says; the count where there is none. */
static size_t first_of_other_hash(struct hash *made, const struct slice *encodings,
				  const struct block_material *m)
{
	for (size_t i = 0; i < m->transaction_count; i++) {
		*made = keccak256(encodings[i].data, encodings[i].size);
		if (!hash_equal(*made, m->transaction_hashes[i]))
			return i;
	}
	return m->transaction_count;
}

static bool check_transactions(struct proof_failure *failure, const struct block_material *m,
			       struct arena *scratch)
{
	struct slice *encodings =
		transactions_encode(m->transactions, m->transaction_count, scratch);
	struct hash root = trie_ordered_root(encodings, m->transaction_count, scratch);
	struct hash made = {{0}};
	size_t wrong = first_of_other_hash(&made, encodings, m);
	char hash[HEX_SIZE(HASH_BYTES)];

	if (!hash_equal(root, m->header.transactions_root)) {
		(void)fail_hashes(failure, FAULT_TRANSACTIONS_ROOT, m, m->header.transactions_root,
				  root);
		if (wrong < m->transaction_count) {
			say(failure->actual, "%s; transaction %zu does not make its hash",
			    hash_format(hash, root), wrong);
			blame(failure, m, wrong);
		}
		return false;
	}
	if (wrong == m->transaction_count)
		return true;
	/* The bodies are the block's, so it is the list of hashes that is wrong. */
	(void)fail(failure, FAULT_TRANSACTIONS_ROOT, m);
	blame(failure, m, wrong);
	say(failure->expected, "transaction %zu: %s", wrong, hash_format(hash, made));
	say(failure->actual, "%s", hash_format(hash, m->transaction_hashes[wrong]));
	return false;
}

static bool check_claimed_sender(struct proof_failure *failure, const struct block_material *m,
				 size_t index, const char *where, struct address recovered,
				 struct address claimed)
{
	char text[HEX_SIZE(ADDRESS_BYTES)];

	if (address_equal(recovered, claimed))
		return true;
	(void)fail(failure, FAULT_SENDER, m);
	blame(failure, m, index);
	say(failure->expected, "transaction %zu: sender %s", index,
	    address_format(text, recovered));
	say(failure->actual, "%s, by its %s", address_format(text, claimed), where);
	return false;
}

static bool check_sender(struct proof_failure *failure, struct address *sender,
			 const struct block_material *m, size_t index, struct arena *scratch)
{
	struct error err;

	if (transaction_sender(sender, &m->transactions[index], scratch, &err) != OK) {
		(void)fail(failure, FAULT_SENDER, m);
		blame(failure, m, index);
		say(failure->expected, "transaction %zu: a signature", index);
		say(failure->actual, "%s", err.message);
		return false;
	}
	if (m->claimed_senders && !check_claimed_sender(failure, m, index, "transaction", *sender,
							m->claimed_senders[index]))
		return false;
	return !m->receipt_claims || index >= m->receipt_count ||
	       check_claimed_sender(failure, m, index, "receipt", *sender,
				    m->receipt_claims[index].from);
}

bool prove_transactions(struct proof_failure *failure, struct address *senders,
			const struct block_material *m, const bool *wanted, struct arena *scratch)
{
	if (m->transaction_count && !m->has_transactions) {
		(void)fail(failure, FAULT_TRANSACTIONS_ROOT, m);
		say(failure->expected, "%zu transactions", m->transaction_count);
		say(failure->actual, "their hashes only");
		return false;
	}
	if (!check_transactions(failure, m, scratch))
		return false;
	for (size_t i = 0; i < m->transaction_count; i++) {
		struct address sender;

		if (wanted && !wanted[i])
			continue;
		if (!check_sender(failure, &sender, m, i, scratch))
			return false;
		if (senders)
			senders[i] = sender;
	}
	return true;
}
