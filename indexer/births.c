/* When did a pool's contract come into being? Asked of the node by bisecting eth_getCode. */
#include "indexer/mirror_impl.h"

#include <inttypes.h>

/* Nodes that drop old state keep that of so many blocks; 128 is usual. */
enum { RECENT_BLOCKS = 64 };

/* A block that has no state here is not an old one, but one that this node, or another behind the
 * same url, has not got. */
static bool is_not_there_yet(struct mirror *m, uint64_t block)
{
	struct block_ref ref;

	return block + RECENT_BLOCKS > m->seen.head.number ||
	       source_headers(&ref, m->source, &block, 1, NULL) == ERR_NOTFOUND;
}

static enum status has_code(bool *out, struct mirror *m, struct address address, uint64_t block,
			    struct error *err)
{
	enum status st = source_has_code(out, m->source, address, block, err);

	if (st == ERR_NOTFOUND && is_not_there_yet(m, block)) {
		(void)error_wrap(err,
				 "looking for a contract's creation: block %" PRIu64
				 " is not there yet",
				 block);
		return err->status = ERR_AGAIN;
	}
	if (st == ERR_NOTFOUND)
		return error_wrap(err,
				  "looking for a contract's creation: the node has no state of "
				  "block %" PRIu64
				  " (the first sync of a pool needs an archive node)",
				  block);
	return st;
}

/* The first block at whose end there is code, in (without, with]. */
static enum status bisect(uint64_t *out, struct mirror *m, struct address address, uint64_t without,
			  uint64_t with, struct error *err)
{
	while (with - without > 1) {
		uint64_t middle = without + (with - without) / 2;
		bool is_there;
		enum status st = has_code(&is_there, m, address, middle, err);

		if (st != OK)
			return st;
		if (is_there)
			with = middle;
		else
			without = middle;
	}
	*out = with;
	return OK;
}

static const struct contract_role *followed_role(const struct protocol *protocol, size_t *index)
{
	for (size_t i = 0; i < protocol->role_count; i++)
		if (protocol->roles[i].is_followed_from_birth) {
			*index = i;
			return &protocol->roles[i];
		}
	return NULL;
}

static enum status require_code(struct mirror *m, const struct pool *pool, size_t role,
				uint64_t head, struct error *err)
{
	for (size_t i = 0; i < pool->setup.contracts[role].count; i++) {
		struct address address = pool->setup.contracts[role].addresses[i];
		char text[HEX_SIZE(ADDRESS_BYTES)];
		bool is_there;
		enum status st = has_code(&is_there, m, address, head, err);

		if (st != OK)
			return st;
		if (!is_there)
			return error_set(err, ERR_NOTFOUND,
					 "pool %s: contracts.%s: no contract code at %s at block "
					 "%" PRIu64 " of %s: check the address and the chain",
					 pool->setup.name, pool->protocol->roles[role].name,
					 address_format(text, address), head,
					 source_label(m->source));
	}
	return OK;
}

/*
 * A recorded chain knows no state from before its views, so a pool whose logs begin below
 * start_block cannot be seeded there: it would look like a young one.
 */
static enum status refuse_late_start(struct mirror *m, const struct pool *pool, struct error *err)
{
	struct arena *arena = arena_new();
	uint64_t last;
	uint64_t first;
	enum status st = source_extent(&first, &last, m->source, err);

	for (uint64_t n = first; st == OK && n < pool->setup.start_block && n <= last; n++) {
		struct event_log *logs;
		struct block_ref block;
		size_t count = 0;

		arena_reset(arena);
		st = source_headers(&block, m->source, &n, 1, err);
		if (st == OK)
			st = source_block_logs(&logs, &count, arena, m->source, &block,
					       m->wish.filters, m->wish.filter_count, err);
		for (size_t i = 0; st == OK && i < count; i++)
			if (pool_match(pool, &logs[i]) >= 0)
				st = error_set(
					err, ERR_USAGE,
					"pool %s: %s has logs of it in block %" PRIu64
					", before start_block %" PRIu64
					", and no state to begin with there: set start_block "
					"to %" PRIu64 " or lower",
					pool->setup.name, source_label(m->source), n,
					pool->setup.start_block, n);
	}
	arena_free(arena);
	return st;
}

static enum status find_birth(struct mirror *m, size_t index, uint64_t head, struct error *err)
{
	const struct pool *pool = &m->config->pools[index];
	const struct protocol *protocol = pool->protocol;
	uint64_t start = pool->setup.start_block;
	struct address address;
	size_t role = 0;
	bool is_older;
	enum status st = OK;

	for (size_t i = 0; st == OK && i < protocol->role_count; i++)
		if (!protocol->roles[i].is_list && !protocol->roles[i].is_optional)
			st = require_code(m, pool, i, head, err);
	if (st != OK || !followed_role(protocol, &role))
		return st;
	address = pool_contract(pool, role);
	st = has_code(&is_older, m, address, start ? start - 1 : 0, err);
	if (st != OK)
		return st;
	if (is_older) {
		uint64_t birth = 0;

		st = bisect(&birth, m, address, 0, start ? start - 1 : 0, err);
		if (st != OK)
			return st;
		return error_set(err, ERR_USAGE,
				 "pool %s: the contract is older than start_block %" PRIu64
				 ": it was created in block %" PRIu64
				 ", and accounts before start_block would be missing. Set "
				 "start_block to %" PRIu64 " or lower",
				 pool->setup.name, start, birth, birth);
	}
	if (source_is_recorded(m->source)) {
		st = refuse_late_start(m, pool, err);
		if (st != OK)
			return st;
	}
	if (start >= head)
		m->pools[index].birth = start;
	else
		st = bisect(&m->pools[index].birth, m, address, start ? start - 1 : 0, head, err);
	if (st == OK && m->pools[index].birth > start)
		log_info(m->logger,
			 "pool %s: no contract at start_block %" PRIu64 "; it was created in block "
			 "%" PRIu64 ", and is followed from there",
			 pool->setup.name, start, m->pools[index].birth);
	return st;
}

enum status mirror_find_births(struct mirror *m, uint64_t head, struct error *err)
{
	for (size_t i = 0; i < m->config->pool_count; i++) {
		enum status st;

		if (m->pools[i].is_born_in_store || m->pools[i].birth)
			continue;
		if (head < m->config->pools[i].setup.start_block)
			continue;
		st = find_birth(m, i, head, err);
		if (st != OK)
			return st;
	}
	return OK;
}
