/* What the handlers compare with, and how they look ahead. */
#include "protocols/insuredao/handlers.h"

static struct subject of(struct address who, const char *field)
{
	return (struct subject){
		.is_account = !address_is_zero(who), .account = who, .field = field};
}

void insuredao_expect(struct applying *a, enum insuredao_check check, struct address who,
		      const char *field, bool is_computable, u256 computed, u256 in_event)
{
	/* With a strategy behind the vault nothing can be said, which no-controller tells. */
	if (!is_computable && !insuredao_vault_is_known(a->state, a->pool))
		return;
	(void)check_equal_or_null(a->checker, check, of(who, field), is_computable, computed, true,
				  in_event);
}

/* Checks that ask for what things are worth in the vault. */
static bool needs_the_vault(enum insuredao_check check)
{
	return check == INSUREDAO_VAULT_RULE || check == INSUREDAO_COMPENSATION ||
	       check == INSUREDAO_CREDIT_STEPS || check == INSUREDAO_COVER_AVAILABLE ||
	       check == INSUREDAO_TOKEN_OUTFLOW;
}

void insuredao_expect_words(struct applying *a, enum insuredao_check check, struct address who,
			    const char *field, bool holds, const char *expected, const char *actual)
{
	if (!holds && needs_the_vault(check) && !insuredao_vault_is_known(a->state, a->pool))
		return;
	(void)check_that(a->checker, check, of(who, field), holds, expected, actual);
}

void insuredao_add(u256 *sum, u256 x)
{
	u256 all;

	if (u256_add_ok(&all, *sum, x))
		*sum = all;
}

void insuredao_take(u256 *sum, u256 x)
{
	u256 left;

	*sum = u256_sub_ok(&left, *sum, x) ? left : U256_ZERO;
}

void insuredao_post(struct applying *a, enum ledger_account from, enum ledger_account to,
		    struct assets amount, struct address subject)
{
	struct error err;
	enum status st = book_transfer(a->book, from, to, amount, subject, &err);

	if (st != OK)
		applying_fail(a, st, &err);
}

const struct event_log *insuredao_ahead(struct applying *a, const struct address *contract,
					const char *event, const struct abi_value **values)
{
	const struct hash *topic0 = NULL;
	struct error err;

	for (size_t i = 0; !topic0 && i < a->pool->protocol->event_count; i++)
		if (strcmp(a->pool->events[i].name, event) == 0)
			topic0 = &a->pool->events[i].signature_hash;
	for (size_t i = 0; a->event && i < a->following_count; i++) {
		const struct event_log *log = &a->following[i];
		const struct abi_value *decoded;
		int rule;

		if (!hash_equal(log->transaction_hash, a->event->log->transaction_hash))
			return NULL;
		if (!topic0 || !log->topic_count || !hash_equal(*topic0, log->topics[0]) ||
		    !address_equal(*contract, log->address))
			continue;
		rule = pool_match(a->pool, log);
		if (rule < 0)
			continue;
		/* One that cannot be decoded ends the block when its turn comes. */
		if (abi_decode_log(&decoded, a->arena, &a->pool->events[rule], log->topics,
				   log->topic_count, log->data, &err) != OK)
			return NULL;
		if (values)
			*values = decoded;
		return log;
	}
	return NULL;
}

uint64_t insuredao_u64(u256 value)
{
	uint64_t x;

	return u256_to_u64(&x, value) ? x : UINT64_MAX;
}

void insuredao_meet(struct applying *a, struct address pool)
{
	struct insuredao_totals *t = insuredao_totals(a->state, a->pool);

	switch (insuredao_kind(a->pool, pool)) {
	case INSUREDAO_MARKETS: {
		struct insuredao_market *m = insuredao_market(a->state, a->pool, pool);

		t->market_count += !m->is_there;
		m->is_there = true;
		break;
	}
	case INSUREDAO_INDICES: {
		struct insuredao_index_row *index = insuredao_index(a->state, a->pool, pool);

		t->index_count += !index->is_there;
		index->is_there = true;
		break;
	}
	case INSUREDAO_RESERVES:
		insuredao_reserve(a->state, a->pool, pool)->is_there = true;
		break;
	case INSUREDAO_VAULT:
	case INSUREDAO_TOKEN:
	case INSUREDAO_PARAMETERS:
	case INSUREDAO_OWNERSHIP:
	case INSUREDAO_FACTORY:
		break;
	}
}
