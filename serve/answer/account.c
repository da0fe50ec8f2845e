/* An account in every pool. */
#include <stdlib.h>

#include "protocols/account.h"
#include "serve/answer/answer.h"

static json_t *holding_of(const struct reading *r, struct address account)
{
	json_t *figures = json_account(r, account);
	json_t *item = json_object();

	json_put(item, "pool", json_string(r->pool->setup.name));
	json_put(item, "protocol", json_string(r->pool->protocol->name));
	json_put(item, "asset", json_asset(r));
	if (json_object_update(item, figures) != 0)
		abort();
	json_decref(figures);
	return item;
}

json_t *answer_holdings(struct moment *m, struct address account, struct error *err)
{
	json_t *items = json_array();
	json_t *document;
	enum status st = OK;

	for (size_t i = 0; st == OK && i < m->config->pool_count; i++) {
		struct reading r = moment_reading(m, &m->config->pools[i]);

		st = moment_goes_on(m, err);
		if (st == OK && account_is_known(&r, account) &&
		    json_array_append_new(items, holding_of(&r, account)) != 0)
			abort();
	}
	document = json_list(items, NULL);
	json_put(document, "at", json_at(m));
	if (st == OK && moment_status(m, err) == OK)
		return document;
	json_decref(document);
	return NULL;
}
