/* What a block changed: accounts and items of lists row by row, and the pools as a whole. */
#include "protocols/tables.h"
#include "serve/stream/internal.h"

/* What a row is shown as: an account, or an item of a list. */
struct shown {
	const struct row_table *table;
	const struct item_list *list; /* NULL: an account */
};

/* NULL table: there is no such list, or the row is none of its items. */
static struct shown shown_as(const struct protocol *protocol, const struct row_key *key, size_t sub)
{
	struct shown shown = {.table = protocol->accounts};

	if (sub) {
		shown.list = &protocol->lists[sub - 1];
		shown.table = shown.list->table;
	}
	if (shown.table && (shown.table->table != key->table || shown.table->key_size != key->size))
		shown.table = NULL;
	return shown;
}

/* Whether the row is an account or an item as of that block. */
static bool is_there(const struct shown *shown, struct walk *w, const struct reading *r,
		     const struct row_key *key, uint64_t at)
{
	struct slice value;
	void *row;

	if (store_row_get(&value, NULL, w->m.txn, key, at, NULL) != OK)
		return false; /* what is damaged is found when the row is read, as of the block */
	if (!shown->list || !shown->list->exists)
		return true;
	row = arena_alloc(w->scratch, shown->table->record->size);
	state_row_at(row, r->state, shown->table, r->pool->id, key->bytes, at);
	return shown->list->exists(row);
}

static const char *key_text(const struct shown *shown, const struct row_key *key,
			    struct arena *arena)
{
	return shown->list ? item_key_format(arena, shown->list, key->bytes)
			   : hex_string(arena, slice_of(key->bytes, key->size));
}

static json_t *item_of(const struct shown *shown, const struct reading *r,
		       const struct row_key *key)
{
	struct address account;

	if (shown->list)
		return json_item(r, shown->list, key->bytes);
	memcpy(account.bytes, key->bytes, ADDRESS_BYTES);
	return json_account(r, account);
}

static json_t *change_of(const struct reading *r, const char *table, json_t *key, json_t *item)
{
	json_t *change = json_object();

	json_put(change, "pool", json_string(r->pool->setup.name));
	json_put(change, "block", json_integer((json_int_t)r->block));
	json_put(change, "table", json_string(table));
	json_put(change, "key", key);
	json_put(change, "item", item);
	return change;
}

static enum status tell_row(struct walk *w, const struct row_key *key, struct place place,
			    struct error *err)
{
	const struct pool *pool = &w->feed->options.config->pools[key->pool];
	struct shown shown = shown_as(pool->protocol, key, place.sub);
	struct reading r;
	bool is_now;
	json_t *item;

	if (!shown.table)
		return OK;
	r = walk_reading(w, pool);
	is_now = is_there(&shown, w, &r, key, r.block);
	if (!is_now && (!r.block || !is_there(&shown, w, &r, key, r.block - 1))) {
		arena_reset(w->scratch);
		return OK; /* a row that was looked for, and is nothing */
	}
	item = is_now ? item_of(&shown, &r, key) : json_null();
	return walk_tell(w, place, "change",
			 change_of(&r, shown.list ? shown.list->name : "accounts",
				   json_string(key_text(&shown, key, w->scratch)), item),
			 err);
}

static bool is_known(const struct walk *w, const struct row_key *key)
{
	const struct config *config = w->feed->options.config;

	return key->pool < config->pool_count && walk_wants_pool(w, &config->pools[key->pool]);
}

/* The row as whatever it is shown as; false where the buffer is full before. */
static bool tell_shown(struct walk *w, const struct row_key *key, uint32_t index, enum status *st,
		       struct error *err)
{
	const struct pool *pool = &w->feed->options.config->pools[key->pool];
	size_t sub = index == w->next.index ? w->next.sub : 0;

	for (; *st == OK && sub <= pool->protocol->list_count; sub++) {
		if (feed_is_full(w->feed))
			return false;
		*st = tell_row(
			w, key,
			(struct place){.part = PLACE_CHANGES, .index = index, .sub = (uint32_t)sub},
			err);
	}
	return true;
}

enum status walk_bad_list(const struct walk *w, struct error *err)
{
	return error_set(err, ERR_CORRUPT, "block %llu: its change list is damaged",
			 (unsigned long long)w->record.ref.number);
}

enum status walk_changes(bool *is_done, struct walk *w, struct error *err)
{
	struct change_walk changes;
	enum status st = OK;

	*is_done = true;
	if (!w->record.row_count || !walk_wants(w, FEED_CHANGE))
		return OK;
	st = store_change_walk(&changes, w->m.txn, w->record.ref.number, err);
	if (st != OK)
		return st;
	for (uint32_t i = 0; st == OK && *is_done && change_walk_next(&changes); i++)
		if (i >= w->next.index && is_known(w, &changes.key))
			*is_done = tell_shown(w, &changes.key, i, &st, err);
	return st == OK && changes.is_bad ? walk_bad_list(w, err) : st;
}

/* A row of the pool's own: not what is kept of its checks and of the node. */
static bool is_own(const struct row_key *key)
{
	return key->table < TABLE_UNDIGESTED || key->table >= TABLE_PROTOCOL_UNDIGESTED;
}

/* Bit by bit; there are at most POOLS_MAX of them. */
static enum status changed_pools(uint64_t *out, struct walk *w, struct error *err)
{
	struct change_walk changes;
	enum status st = store_change_walk(&changes, w->m.txn, w->record.ref.number, err);

	_Static_assert(POOLS_MAX <= 64, "a bit a pool");
	*out = 0;
	while (st == OK && change_walk_next(&changes))
		if (is_own(&changes.key) && is_known(w, &changes.key))
			*out |= UINT64_C(1) << changes.key.pool;
	return st == OK && changes.is_bad ? walk_bad_list(w, err) : st;
}

enum status walk_pools(bool *is_done, struct walk *w, struct error *err)
{
	const struct config *config = w->feed->options.config;
	uint64_t changed;
	enum status st;

	*is_done = true;
	if (!w->record.row_count || !walk_wants(w, FEED_CHANGE))
		return OK;
	st = changed_pools(&changed, w, err);
	for (uint32_t i = w->next.index; st == OK && i < config->pool_count; i++) {
		struct reading r;

		if (!(changed >> i & 1))
			continue;
		if (feed_is_full(w->feed)) {
			*is_done = false;
			return OK;
		}
		r = walk_reading(w, &config->pools[i]);
		st = walk_tell(w, (struct place){.part = PLACE_POOLS, .index = i}, "change",
			       change_of(&r, "pool", json_null(), json_pool_state(&r)), err);
	}
	return st;
}
