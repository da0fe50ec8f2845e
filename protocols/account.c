#include "protocols/account.h"

static struct address address_of(const uint8_t *key)
{
	struct address account;

	memcpy(account.bytes, key, ADDRESS_BYTES);
	return account;
}

struct walk {
	bool (*visit)(void *context, struct address account);
	void *context;
};

static bool visit_row(void *context, const uint8_t *key, const void *row)
{
	struct walk *walk = context;

	(void)row;
	return walk->visit(walk->context, address_of(key));
}

void account_each(const struct reading *r, const struct address *after,
		  bool (*visit)(void *context, struct address account), void *context)
{
	struct walk walk = {.visit = visit, .context = context};

	if (r->pool->protocol->accounts)
		state_each_after(r->state, r->pool->protocol->accounts, r->pool->id,
				 after ? after->bytes : NULL, visit_row, &walk);
}

struct search {
	struct address account;
	bool is_found;
};

static bool compare_first(void *context, struct address account)
{
	struct search *search = context;

	search->is_found = address_equal(account, search->account);
	return false;
}

/* The address before it; false: there is none. */
static bool address_before(struct address *out, struct address account)
{
	size_t i = ADDRESS_BYTES;

	*out = account;
	while (i > 0 && out->bytes[i - 1] == 0)
		out->bytes[--i] = 0xff;
	if (i > 0)
		out->bytes[i - 1]--;
	return i > 0;
}

bool account_is_known(const struct reading *r, struct address account)
{
	struct search search = {.account = account};
	struct address before;

	account_each(r, address_before(&before, account) ? &before : NULL, compare_first, &search);
	return search.is_found;
}

struct touched_walk {
	void (*visit)(void *context, struct address account);
	void *context;
};

static void visit_touched(void *context, const uint8_t *key, const void *before, const void *now)
{
	struct touched_walk *walk = context;

	(void)before;
	(void)now;
	walk->visit(walk->context, address_of(key));
}

void account_each_touched(struct applying *a, void (*visit)(void *context, struct address account),
			  void *context)
{
	struct touched_walk walk = {.visit = visit, .context = context};

	if (a->pool->protocol->accounts)
		state_each_touched(a->state, a->pool->protocol->accounts, a->pool->id,
				   visit_touched, &walk);
}
