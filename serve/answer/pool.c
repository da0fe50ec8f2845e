/* status, pools, pool, accounts. */
#include <stdlib.h>

#include "indexer/mirror.h"
#include "protocols/account.h"
#include "protocols/asset.h"
#include "reconcile/finding.h"
#include "serve/answer/answer.h"

/* The document, or NULL where reading its rows went wrong. */
static json_t *checked(struct moment *m, json_t *document, struct error *err)
{
	if (moment_status(m, err) == OK)
		return document;
	json_decref(document);
	return NULL;
}

struct open_findings open_findings(struct moment *m)
{
	struct open_findings sum = {0};

	for (size_t i = 0; i < m->config->pool_count; i++) {
		struct reading r = moment_reading(m, &m->config->pools[i]);
		struct tally tally = tally_read(&r);

		sum.error += tally.open_error;
		sum.warning += tally.open_warning;
		sum.info += tally.open_info;
	}
	for (size_t i = 0; i < m->pending_count; i++) {
		uint64_t severity = m->pending[i].finding.severity;

		sum.error += severity == SEVERITY_ERROR;
		sum.warning += severity == SEVERITY_WARNING;
		sum.info += severity == SEVERITY_INFO;
	}
	return sum;
}

json_t *answer_status(struct moment *m, struct error *err)
{
	struct chain_seen seen = chain_seen_read(m->state);
	struct open_findings open = open_findings(m);
	json_t *status = json_object();
	json_t *checks = json_object();
	json_t *findings = json_object();
	struct store_stats stats;
	uint64_t passed = 0;
	uint64_t failed = 0;
	uint64_t events = 0;
	enum status st;

	for (size_t i = 0; i < m->config->pool_count; i++) {
		struct reading r = moment_reading(m, &m->config->pools[i]);
		struct tally tally = tally_read(&r);

		passed += tally.passed;
		failed += tally.failed;
		events += tally.events;
	}
	json_put(checks, "passed", json_integer((json_int_t)passed));
	json_put(checks, "failed", json_integer((json_int_t)failed));
	json_put(findings, "error", json_integer((json_int_t)open.error));
	json_put(findings, "warning", json_integer((json_int_t)open.warning));
	json_put(findings, "info", json_integer((json_int_t)open.info));
	json_put(status, "chain_id", json_integer((json_int_t)m->config->chain_id));
	json_put(status, "at", json_at(m));
	json_put(status, "head", m->is_empty ? json_null() : json_block(&seen.head));
	json_put(status, "indexed", m->is_empty ? json_null() : json_block(&m->newest.ref));
	json_put(status, "finalized",
		 seen.has_finalized ? json_integer((json_int_t)seen.finalized) : json_null());
	st = proved_put(status, m, err);
	if (st == OK)
		st = nodes_put(status, m, err);
	if (st == OK)
		st = work_put(status, m, err);
	if (st == OK)
		st = reorgs_put(status, m, err);
	if (st == OK)
		st = alerts_put(status, m, err);
	json_put(status, "events", json_integer((json_int_t)events));
	json_put(status, "checks", checks);
	json_put(status, "findings", findings);
	json_put(status, "digest", json_hash(m->newest.digest));
	if (st == OK)
		st = store_stats(&stats, m->txn, err);
	if (st != OK) {
		json_decref(status);
		return NULL;
	}
	json_put(status, "store_bytes", json_integer((json_int_t)stats.bytes_used));
	return checked(m, status, err);
}

static json_t *contracts_of(const struct pool *pool)
{
	json_t *contracts = json_object();

	for (size_t i = 0; i < pool->protocol->role_count; i++) {
		const struct contract_role *role = &pool->protocol->roles[i];
		json_t *list;

		if (!role->is_list && pool->setup.contracts[i].count) {
			json_put(contracts, role->name, json_address(pool_contract(pool, i)));
			continue;
		}
		if (!role->is_list)
			continue;
		list = json_array();
		for (size_t k = 0; k < pool->setup.contracts[i].count; k++)
			if (json_array_append_new(
				    list, json_address(pool->setup.contracts[i].addresses[k])) != 0)
				abort();
		json_put(contracts, role->name, list);
	}
	return contracts;
}

json_t *answer_pools(struct moment *m, struct error *err)
{
	json_t *items = json_array();
	json_t *document;

	for (size_t i = 0; i < m->config->pool_count; i++) {
		const struct pool *pool = &m->config->pools[i];
		struct reading r = moment_reading(m, pool);
		struct figure figures[FIGURES_MAX];
		json_t *item = json_object();
		static const char *const common[] = {"share_price", "liquidity", "cover",
						     "utilization"};

		pool->protocol->read_pool(figures, &r);
		json_put(item, "name", json_string(pool->setup.name));
		json_put(item, "protocol", json_string(pool->protocol->name));
		json_put(item, "start_block", json_integer((json_int_t)pool->setup.start_block));
		json_put(item, "contracts", contracts_of(pool));
		json_put(item, "asset", json_asset(&r));
		for (size_t k = 0; k < sizeof(common) / sizeof(common[0]); k++)
			json_put(item, common[k],
				 json_pool_figure(pool->protocol, figures, common[k], m->arena));
		json_put(item, "at", json_at(m));
		if (json_array_append_new(items, item) != 0)
			abort();
	}
	document = json_list(items, NULL);
	json_put(document, "at", json_at(m));
	return checked(m, document, err);
}

static json_t *provenance_of(const struct reading *r)
{
	const char *line = r->pool->protocol->provenance(r);
	json_t *lines = json_array();

	while (*line) {
		size_t length = strcspn(line, "\n");

		if (json_array_append_new(lines, json_stringn(line, length)) != 0)
			abort();
		line += length + (line[length] == '\n');
	}
	return lines;
}

json_t *json_pool_state(const struct reading *r)
{
	const struct protocol *protocol = r->pool->protocol;
	struct figure figures[FIGURES_MAX];
	json_t *state = json_object();

	protocol->read_pool(figures, r);
	for (size_t i = 0; i < protocol->pool_figure_count; i++)
		json_put(state, protocol->pool_figures[i].name,
			 json_figure(&protocol->pool_figures[i], &figures[i], r->arena));
	return state;
}

json_t *answer_pool(struct moment *m, const struct pool *pool, struct error *err)
{
	struct reading r = moment_reading(m, pool);
	struct tally tally = tally_read(&r);
	json_t *document = json_object();
	json_t *checks = json_object();

	json_put(checks, "passed", json_integer((json_int_t)tally.passed));
	json_put(checks, "failed", json_integer((json_int_t)tally.failed));
	json_put(document, "name", json_string(pool->setup.name));
	json_put(document, "protocol", json_string(pool->protocol->name));
	json_put(document, "at", json_at(m));
	json_put(document, "asset", json_asset(&r));
	json_put(document, "contracts", contracts_of(pool));
	json_put(document, "state", json_pool_state(&r));
	json_put(document, "checks", checks);
	json_put(document, "provenance", provenance_of(&r));
	return checked(m, document, err);
}

json_t *json_account(const struct reading *r, struct address account)
{
	const struct protocol *protocol = r->pool->protocol;
	struct figure figures[FIGURES_MAX];
	json_t *item = json_object();

	protocol->read_account(figures, r, account);
	json_put(item, "account", json_address(account));
	for (size_t i = 0; i < protocol->account_figure_count; i++)
		json_put(item, protocol->account_figures[i].name,
			 json_figure(&protocol->account_figures[i], &figures[i], r->arena));
	return item;
}

struct account_list {
	struct moment *m;
	const struct reading *r;
	json_t *items;
	size_t limit;
	struct address last;
	bool has_more;
	enum status status;
	struct error *err;
};

static bool add_account(void *context, struct address account)
{
	struct account_list *list = context;

	list->status = moment_goes_on(list->m, list->err);
	if (list->status != OK)
		return false;
	if (list->limit && json_array_size(list->items) == list->limit) {
		list->has_more = true;
		return false;
	}
	if (json_array_append_new(list->items, json_account(list->r, account)) != 0)
		abort();
	list->last = account;
	return true;
}

json_t *answer_accounts(struct moment *m, const struct pool *pool, const struct page *page,
			struct error *err)
{
	struct reading r = moment_reading(m, pool);
	struct account_list list = {.m = m, .r = &r, .limit = page->limit, .err = err};
	char text[HEX_SIZE(ADDRESS_BYTES)];
	struct address after;
	json_t *document;

	if (page_check(m, page, err) != OK)
		return NULL;
	if (page->after && address_parse(&after, page->after, strlen(page->after), err) != OK) {
		(void)error_set(err, ERR_USAGE,
				"\"%s\" is no cursor: expected an account's address", page->after);
		return NULL;
	}
	list.items = json_array();
	account_each(&r, page->after ? &after : NULL, add_account, &list);
	document = json_list(list.items,
			     list.has_more ? json_next(m, address_format(text, list.last)) : NULL);
	json_put(document, "at", json_at(m));
	if (list.status == OK)
		return checked(m, document, err);
	json_decref(document);
	return NULL;
}

json_t *answer_account(struct moment *m, const struct pool *pool, struct address account,
		       struct error *err)
{
	struct reading r = moment_reading(m, pool);
	json_t *item = json_account(&r, account);

	json_put(item, "at", json_at(m));
	return checked(m, item, err);
}
