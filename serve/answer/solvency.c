/*
 * What a pool could pay if all went wrong at once: its open cover against its capital.
 *
 * Driven by names: the pool's figures `liquidity`, `cover`, `utilization`, `locked_withdrawals` and
 * `locked_claims`, and of its list `policies` the figure `open_cover`, in units of the asset.
 */
#include <stdlib.h>

#include "serve/answer/answer.h"

struct open_cover {
	uint8_t key[ITEM_KEY_MAX];
	u256 amount;
};

struct covers {
	const struct reading *r;
	const struct item_list *list;
	size_t figure;              /* open_cover, in the list's rules */
	struct open_cover *largest; /* heaviest first */
	size_t count;
	size_t room;
	uint64_t open;    /* policies with any cover */
	uint64_t unknown; /* whose cover is not computable */
	const struct moment *m;
	enum status status;
	struct error *err;
};

/* Among equals the one that comes first in the list's order stays first. */
static void keep(struct covers *covers, const uint8_t *key, u256 amount)
{
	size_t at = covers->count;

	while (at && u256_compare(covers->largest[at - 1].amount, amount) < 0)
		at--;
	if (at == covers->room)
		return;
	if (covers->count < covers->room)
		covers->count++;
	memmove(&covers->largest[at + 1], &covers->largest[at],
		(covers->count - 1 - at) * sizeof(covers->largest[0]));
	memcpy(covers->largest[at].key, key, covers->list->table->key_size);
	covers->largest[at].amount = amount;
}

static bool add_policy(void *context, const uint8_t *key)
{
	struct covers *covers = context;
	struct figure figures[FIGURES_MAX];
	const struct figure *cover = &figures[covers->figure];

	covers->status = moment_goes_on(covers->m, covers->err);
	if (covers->status != OK)
		return false;
	covers->list->read(figures, covers->r, key);
	if (cover->is_null) {
		covers->unknown++;
	} else if (!u256_is_zero(cover->number)) {
		covers->open++;
		keep(covers, key, cover->number);
	}
	return true;
}

/* False where the protocol has no policies. */
static bool find_covers(struct covers *covers, const struct pool *pool)
{
	int figure;

	covers->list = protocol_list(pool->protocol, "policies");
	if (!covers->list)
		return false;
	figure = figure_find(covers->list->figures, covers->list->figure_count, "open_cover");
	if (figure < 0)
		return false;
	covers->figure = (size_t)figure;
	item_each(covers->r, covers->list, NULL, add_policy, covers);
	return true;
}

/* While one cover after the other is paid. */
struct capital {
	bool is_known;
	u256 left;
	u256 missing;
};

static void pay(struct capital *capital, u256 amount)
{
	u256 rest;

	if (u256_sub_ok(&rest, capital->left, amount)) {
		capital->left = rest;
		return;
	}
	capital->is_known = capital->is_known && u256_sub_ok(&rest, amount, capital->left) &&
			    u256_add_ok(&capital->missing, capital->missing, rest);
	capital->left = U256_ZERO;
}

static json_t *claim_of(const struct covers *covers, const struct open_cover *cover,
			const struct capital *capital, struct arena *arena)
{
	json_t *claim = json_object();

	json_put_key(claim, covers->list, cover->key, arena);
	json_put(claim, "open_cover", json_u256(cover->amount));
	json_put(claim, "remaining", capital->is_known ? json_u256(capital->left) : json_null());
	json_put(claim, "missing", capital->is_known ? json_u256(capital->missing) : json_null());
	return claim;
}

static json_t *claims_of(const struct covers *covers, const struct figure *liquidity,
			 struct arena *arena)
{
	struct capital capital = {.is_known = !liquidity->is_null};
	json_t *claims = json_array();

	if (capital.is_known)
		capital.left = liquidity->number;
	for (size_t i = 0; i < covers->count; i++) {
		pay(&capital, covers->largest[i].amount);
		if (json_array_append_new(
			    claims, claim_of(covers, &covers->largest[i], &capital, arena)) != 0)
			abort();
	}
	return claims;
}

/* NULL where it took too long. */
static json_t *pool_of(struct moment *m, const struct pool *pool, size_t largest, struct error *err)
{
	static const char *const shown[] = {"liquidity", "cover", "utilization",
					    "locked_withdrawals", "locked_claims"};
	const struct protocol *protocol = pool->protocol;
	struct reading r = moment_reading(m, pool);
	struct covers covers = {.r = &r, .room = largest, .m = m, .err = err};
	struct figure figures[FIGURES_MAX];
	struct figure liquidity = figure_null();
	int index = figure_find(protocol->pool_figures, protocol->pool_figure_count, "liquidity");
	json_t *item = json_object();
	bool has_policies;

	covers.largest = xcalloc(largest ? largest : 1, sizeof(covers.largest[0]));
	protocol->read_pool(figures, &r);
	if (index >= 0)
		liquidity = figures[index];
	has_policies = find_covers(&covers, pool);
	json_put(item, "pool", json_string(pool->setup.name));
	json_put(item, "protocol", json_string(protocol->name));
	json_put(item, "asset", json_asset(&r));
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		json_put(item, shown[i], json_pool_figure(protocol, figures, shown[i], m->arena));
	json_put(item, "policies_open",
		 has_policies ? json_integer((json_int_t)covers.open) : json_null());
	json_put(item, "policies_unknown",
		 has_policies ? json_integer((json_int_t)covers.unknown) : json_null());
	json_put(item, "largest", claims_of(&covers, &liquidity, m->arena));
	free(covers.largest);
	if (covers.status == OK)
		return item;
	json_decref(item);
	return NULL;
}

json_t *answer_solvency(struct moment *m, const struct pool *pool, size_t largest,
			struct error *err)
{
	json_t *items = json_array();
	json_t *document;
	bool is_whole = true;

	for (size_t i = 0; is_whole && i < m->config->pool_count; i++) {
		json_t *item;

		if (pool && pool != &m->config->pools[i])
			continue;
		item = pool_of(m, &m->config->pools[i], largest, err);
		is_whole = item != NULL;
		if (item && json_array_append_new(items, item) != 0)
			abort();
	}
	document = json_list(items, NULL);
	json_put(document, "at", json_at(m));
	if (is_whole && moment_status(m, err) == OK)
		return document;
	json_decref(document);
	return NULL;
}
