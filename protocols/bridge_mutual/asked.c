#include "protocols/bridge_mutual/asked.h"

#include "protocols/bridge_mutual/handlers.h"
#include "protocols/bridge_mutual/v1.h"

static struct slice call_data(struct arena *arena, const uint8_t selector[4],
			      const struct address *first, const struct address *second)
{
	uint8_t *data = arena_alloc(arena, 68);
	size_t size = 4;

	memcpy(data, selector, 4);
	if (first) {
		address_to_word(data + size, *first);
		size += 32;
	}
	if (second) {
		address_to_word(data + size, *second);
		size += 32;
	}
	return slice_of(data, size);
}

static u256 word_at(const struct chain_call *call, size_t i)
{
	return u256_from_be(call->result.data + 32 * i);
}

static struct block_ref block_before(const struct applying *a)
{
	return (struct block_ref){.number = a->block->number - 1, .hash = a->block->parent_hash};
}

static bool has_words(const struct chain_call *call, size_t count)
{
	return call->outcome == CALL_RETURNED && call->result.size == 32 * count;
}

/* Puts the questions; false where nobody could be asked, which fails the block. */
static bool put(struct applying *a, struct chain_call *calls, size_t count,
		const struct block_ref *at)
{
	struct error err;
	enum status st = a->chain->ask(a->chain->context, calls, count, a->arena, at, &err);

	if (st != OK)
		applying_fail(a, st, &err);
	return st == OK;
}

bool bridge_ask_word(u256 *out, struct applying *a, struct address contract,
		     const uint8_t selector[4], const struct address *argument,
		     const struct block_ref *at)
{
	struct chain_call call = {.to = contract,
				  .data = call_data(a->arena, selector, argument, NULL)};

	if (!a->chain || !put(a, &call, 1, at) || !has_words(&call, 1))
		return false;
	*out = word_at(&call, 0);
	return true;
}

/* ---- what the mirror holds of the block at hand, when it is applied once more ---- */

bool bridge_kept_row(void *out, struct arena *arena, struct state *state, const struct pool *pool,
		     const struct row_table *table, const void *key, uint64_t block)
{
	struct row_key row = {.table = table->table, .pool = pool->id, .size = table->key_size};
	struct slice value;

	memcpy(row.bytes, key, table->key_size);
	return store_row_get(&value, NULL, state_txn(state), &row, block, NULL) == OK &&
	       record_decode(out, arena, table->record, value, NULL) == OK;
}

static bool kept(void *out, struct applying *a, const struct row_table *table, const void *key)
{
	return bridge_kept_row(out, a->arena, a->state, a->pool, table, key, a->block->number);
}

static bool kept_terms(struct bridge_terms *out, struct applying *a, uint64_t number)
{
	uint8_t key[BRIDGE_NUMBER_KEY];
	struct bridge_policy policy;

	put_be64(key, number);
	if (!kept(&policy, a, &bridge_table_policy, key))
		return false;
	*out = (struct bridge_terms){.cover = policy.cover.raw,
				     .start_epoch = u256_from(policy.start_epoch),
				     .end_epoch = u256_from(policy.end_epoch),
				     .paid = policy.price.raw,
				     .protocol_part = policy.protocol_part.raw,
				     .premium = policy.premium.raw,
				     .start_time = u256_from(policy.start_time),
				     .end_time = u256_from(policy.end_time)};
	return true;
}

/* ---- terms ---- */

static bool no_terms(struct applying *a, const char *reason)
{
	struct error err;
	enum status st =
		error_set(&err, ERR_NOTFOUND,
			  "the node cannot tell the terms of a policy sold in block %llu%s%s: use "
			  "a node that "
			  "keeps old state (archive)",
			  (unsigned long long)a->block->number, *reason ? ": " : "", reason);

	applying_fail(a, st, &err);
	return false;
}

bool bridge_ask_terms(struct bridge_terms *out, struct applying *a, uint64_t policy,
		      struct address holder)
{
	static const uint8_t policy_holders[4] = {0x70, 0xb6, 0x8a, 0x2a};
	static const uint8_t policy_infos[4] = {0x4f, 0xab, 0x31, 0x34};
	struct address book = pool_contract(a->pool, BRIDGE_BOOK);
	size_t words = bridge_is_v1(a->pool) ? 4 : 5; /* V1 keeps no part of the protocol */
	struct chain_call calls[2] = {{.to = book,
				       .data = call_data(a->arena, policy_holders, &holder, NULL),
				       .reason = ""},
				      {.to = pool_contract(a->pool, BRIDGE_REGISTRY),
				       .data = call_data(a->arena, policy_infos, &holder, &book),
				       .reason = ""}};

	if (!a->chain)
		return kept_terms(out, a, policy) || no_terms(a, "there is nobody to ask");
	if (!put(a, calls, 2, a->block))
		return false;
	if (!has_words(&calls[0], words) || !has_words(&calls[1], 4))
		return no_terms(a, has_words(&calls[0], words) ? calls[1].reason : calls[0].reason);
	*out = (struct bridge_terms){.cover = word_at(&calls[0], 0),
				     .start_epoch = word_at(&calls[0], 1),
				     .end_epoch = word_at(&calls[0], 2),
				     .paid = word_at(&calls[0], 3),
				     .protocol_part = words > 4 ? word_at(&calls[0], 4) : U256_ZERO,
				     .premium = word_at(&calls[1], 1),
				     .start_time = word_at(&calls[1], 2),
				     .end_time = word_at(&calls[1], 3)};
	return true;
}

/* ---- the pricing model ---- */

struct question {
	enum bridge_role role;
	uint8_t selector[4];
	size_t offset; /* of a u256 in struct bridge_model */
};

static const struct question questions[] = {
	{BRIDGE_QUOTE, {0x3f, 0x91, 0x70, 0x22}, offsetof(struct bridge_model, risky_threshold)},
	{BRIDGE_QUOTE, {0x9e, 0xb0, 0xe8, 0x97}, offsetof(struct bridge_model, risky_minimum)},
	{BRIDGE_QUOTE, {0x76, 0x03, 0x53, 0x06}, offsetof(struct bridge_model, risky_maximum)},
	{BRIDGE_QUOTE, {0x39, 0x3c, 0x85, 0xc5}, offsetof(struct bridge_model, risky_maximum_full)},
	{BRIDGE_QUOTE, {0x7b, 0x68, 0x41, 0x6e}, offsetof(struct bridge_model, safe_threshold)},
	{BRIDGE_QUOTE, {0xa8, 0xce, 0xbb, 0x28}, offsetof(struct bridge_model, safe_minimum)},
	{BRIDGE_QUOTE, {0xb2, 0xe1, 0xd0, 0x88}, offsetof(struct bridge_model, safe_maximum)},
	{BRIDGE_QUOTE, {0x3a, 0x65, 0xc7, 0x1d}, offsetof(struct bridge_model, safe_maximum_full)},
	{BRIDGE_QUOTE, {0x2e, 0x95, 0x82, 0x1e}, offsetof(struct bridge_model, minimum_cost)},
	{BRIDGE_FACADE, {0xa7, 0x30, 0x34, 0x8a}, offsetof(struct bridge_model, leveraged)},
};

enum { QUESTION_COUNT = sizeof(questions) / sizeof(questions[0]) };

static const uint8_t safe_pricing_model[4] = {0x97, 0x2f, 0x17, 0xd9};

static struct bridge_model ask_model(struct applying *a, const struct block_ref *at)
{
	struct chain_call calls[QUESTION_COUNT + 1] = {0};
	struct bridge_model model = {.is_known = false};
	bool is_known = true;

	for (size_t i = 0; i <= QUESTION_COUNT; i++) {
		bool is_last = i == QUESTION_COUNT;

		calls[i].to = pool_contract(a->pool, is_last ? BRIDGE_FACADE : questions[i].role);
		calls[i].data = call_data(
			a->arena, is_last ? safe_pricing_model : questions[i].selector, NULL, NULL);
	}
	if (!put(a, calls, QUESTION_COUNT + 1, at))
		return model;
	for (size_t i = 0; i <= QUESTION_COUNT; i++)
		is_known = is_known && has_words(&calls[i], 1);
	if (!is_known)
		return model;
	for (size_t i = 0; i < QUESTION_COUNT; i++) {
		u256 word = word_at(&calls[i], 0);

		memcpy((uint8_t *)&model + questions[i].offset, &word, sizeof(word));
	}
	model.is_safe = !u256_is_zero(word_at(&calls[QUESTION_COUNT], 0));
	model.is_known = true;
	return model;
}

enum { MODEL_BEFORE, MODEL_NOW };

static struct bridge_model *model_row(struct state *state, const struct pool *pool, uint8_t which)
{
	return state_row(state, &bridge_table_model, pool->id, &which);
}

struct bridge_models bridge_ask_models(struct applying *a)
{
	struct bridge_models models = {.now = {.is_known = false}, .before = {.is_known = false}};
	struct block_ref before = block_before(a);
	static const uint8_t keys[] = {MODEL_BEFORE, MODEL_NOW};

	if (!a->chain) {
		if (!kept(&models.before, a, &bridge_table_model, &keys[0]))
			models.before = (struct bridge_model){.is_known = false};
		if (!kept(&models.now, a, &bridge_table_model, &keys[1]))
			models.now = (struct bridge_model){.is_known = false};
		return models;
	}
	models.now = ask_model(a, a->block);
	if (a->block->number > bridge_parameters(a->state, a->pool)->birth_block)
		models.before = ask_model(a, &before);
	if (models.now.is_known)
		*model_row(a->state, a->pool, MODEL_NOW) = models.now;
	*model_row(a->state, a->pool, MODEL_BEFORE) = models.before;
	return models;
}

struct bridge_model bridge_model_kept(struct state *state, const struct pool *pool)
{
	return bridge_is_v1(pool) ? bridge_v1_model(bridge_v1(state, pool)->is_whitelisted)
				  : *model_row(state, pool, MODEL_NOW);
}

void bridge_pricing_of(struct bridge_pricing *out, const struct bridge_model *model)
{
	*out = (struct bridge_pricing){.risky = {.threshold = model->risky_threshold,
						 .minimum = model->risky_minimum,
						 .maximum = model->risky_maximum,
						 .maximum_full = model->risky_maximum_full},
				       .safe = {.threshold = model->safe_threshold,
						.minimum = model->safe_minimum,
						.maximum = model->safe_maximum,
						.maximum_full = model->safe_maximum_full},
				       .minimum_cost = assets_of(model->minimum_cost)};
}

bool bridge_ask_fee(u256 *out, struct applying *a, struct address distributor)
{
	static const uint8_t distributor_fees[4] = {0xc4, 0x76, 0x7a, 0x1c};
	struct block_ref before = block_before(a);

	return a->pool->setup.contracts[BRIDGE_ADMIN].count &&
	       bridge_ask_word(out, a, pool_contract(a->pool, BRIDGE_ADMIN), distributor_fees,
			       &distributor, &before);
}

bool bridge_is_period(struct applying *a, uint64_t seconds)
{
	static const uint8_t withdraw_period[4] = {0x2e, 0xa7, 0xf2, 0x50};
	struct address capital = pool_contract(a->pool, BRIDGE_CAPITAL);
	struct block_ref before = block_before(a);
	const struct block_ref *at[] = {a->block, &before};
	bool is_known = false;

	for (size_t i = 0; i < 2; i++) {
		u256 period;

		if (!bridge_ask_word(&period, a, capital, withdraw_period, NULL, at[i]))
			continue;
		is_known = true;
		if (u256_equal(period, u256_from(seconds)))
			return true;
	}
	return !is_known;
}

static bool ask_data(u256 *out, struct applying *a, struct address contract, const uint8_t *data,
		     size_t size)
{
	struct chain_call call = {.to = contract, .data = slice_of(data, size)};

	if (!a->chain || !put(a, &call, 1, a->block) || !has_words(&call, 1))
		return false;
	*out = word_at(&call, 0);
	return true;
}

bool bridge_ask_number(u256 *out, struct applying *a, struct address contract,
		       const uint8_t selector[4], u256 argument)
{
	uint8_t *data = arena_alloc(a->arena, 36);

	memcpy(data, selector, 4);
	u256_to_be(data + 4, argument);
	return ask_data(out, a, contract, data, 36);
}

bool bridge_ask_vote(u256 *out, struct applying *a, struct address contract,
		     const uint8_t selector[4], uint64_t claim, struct address voter)
{
	uint8_t *data = arena_alloc(a->arena, 68);

	memcpy(data, selector, 4);
	u256_to_be(data + 4, u256_from(claim));
	address_to_word(data + 36, voter);
	return ask_data(out, a, contract, data, 68);
}
