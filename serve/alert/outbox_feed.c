/* The outbox, out of the change feed: findings that blocks opened and ended. */
#include "protocols/tables.h"
#include "serve/alert/outbox.h"

static enum status read_version(struct finding *out, struct outbox *box, const struct row_key *key,
				uint64_t at, struct error *err)
{
	struct slice value;
	enum status st = store_row_get(&value, NULL, box->txn, key, at, err);

	return st == OK ? record_decode(out, box->arena, &record_finding, value, err) : st;
}

/* Whether the finding, resolved in this block, was never open in a block: it stood for a block that
 * was refused, and accepted before that was noted. */
static enum status was_never_open(bool *out, struct outbox *box, const struct row_key *key,
				  uint64_t block, struct error *err)
{
	struct finding before = {.state = ""};
	enum status st = ERR_NOTFOUND;

	if (block)
		st = read_version(&before, box, key, block - 1, err);
	*out = st == ERR_NOTFOUND || (st == OK && strcmp(before.state, "open") != 0);
	return st == ERR_NOTFOUND ? OK : st;
}

static enum status feed_end(struct outbox *box, size_t channel, const struct row_key *key,
			    uint64_t block, const struct finding *end, struct error *err)
{
	const struct alert_about about = outbox_about(box, channel, key->pool, key->bytes);
	struct alert_note note;
	bool is_news = false;
	enum status st = outbox_find(&note, box, &about, err);

	if (st == OK && note.episode)
		return note.is_over ? OK : outbox_end(box, &note, end, err);
	if (st == OK && box->states[channel].is_begun &&
	    outbox_wants(box, channel, key->pool, end->severity))
		st = was_never_open(&is_news, box, key, block, err);
	if (st == OK && is_news)
		st = outbox_open(box, &note, end, err);
	return st == OK && is_news ? outbox_end(box, &note, end, err) : st;
}

static enum status feed_row(struct outbox *box, const struct row_key *key, uint64_t block,
			    struct error *err)
{
	struct finding finding;
	enum status st = read_version(&finding, box, key, block, err);

	if (st != OK)
		return st == ERR_NOTFOUND ? OK : st; /* findings are not deleted */
	for (size_t i = 0; st == OK && i < box->alerts->channel_count; i++) {
		const struct alert_about about = outbox_about(box, i, key->pool, key->bytes);
		struct alert_note note;

		if (strcmp(finding.state, "open") != 0) {
			st = feed_end(box, i, key, block, &finding, err);
			continue;
		}
		if (!box->states[i].is_begun || !outbox_wants(box, i, key->pool, finding.severity))
			continue;
		st = outbox_find(&note, box, &about, err);
		if (st == OK)
			st = outbox_open(box, &note, &finding, err);
	}
	return st;
}

static enum status feed_block(struct outbox *box, uint64_t block, struct arena *scratch,
			      struct error *err)
{
	struct arena *arena = box->arena;
	struct row_key *keys;
	size_t count;
	enum status st;

	box->arena = scratch;
	st = store_changes(&keys, &count, scratch, box->txn, block, err);
	for (size_t i = 0; st == OK && i < count; i++)
		if (keys[i].table == TABLE_FINDING &&
		    keys[i].pool < box->alerts->config->pool_count)
			st = feed_row(box, &keys[i], block, err);
	box->arena = arena;
	return st;
}

enum status outbox_feed(struct outbox *box, uint64_t seen, struct error *err)
{
	struct arena *scratch = arena_new();
	enum status st = OK;

	while (st == OK && seen < box->cursor.ref.number) {
		struct block_record record;

		arena_reset(scratch);
		st = store_block_above(&record, box->txn, seen + 1, err);
		if (st == OK)
			st = feed_block(box, record.ref.number, scratch, err);
		seen = record.ref.number;
	}
	arena_free(scratch);
	return st;
}
