#include "store/proved.h"

#include <inttypes.h>

#include "store/internal.h"

/* to 8, block count 8, level 1 */
enum { AT_TO = 0, AT_COUNT = 8, AT_LEVEL = 16, RANGE_VALUE_BYTES = 17 };

/* ---- entries ---- */

static bool range_read(struct proved_range *out, MDB_val k, MDB_val v)
{
	const uint8_t *in = v.mv_data;

	if (k.mv_size != 8 || v.mv_size != RANGE_VALUE_BYTES)
		return false;
	out->from = get_be64(k.mv_data);
	out->to = get_be64(in + AT_TO);
	out->block_count = get_be64(in + AT_COUNT);
	out->level = in[AT_LEVEL];
	return out->from <= out->to && out->block_count >= 1 &&
	       out->block_count - 1 <= out->to - out->from;
}

static enum status damaged(const struct store_txn *txn, MDB_val k, struct error *err)
{
	if (k.mv_size != 8)
		return error_set(err, ERR_CORRUPT, "%s: a key of %zu bytes among the proved ranges",
				 txn->store->path, k.mv_size);
	return error_set(err, ERR_CORRUPT,
			 "block %" PRIu64 ": the proved range that begins there is damaged",
			 get_be64(k.mv_data));
}

/* The range the cursor moves to; ERR_NOTFOUND, without words, if none. */
static enum status range_at(struct proved_range *out, struct store_txn *txn, MDB_cursor *cursor,
			    MDB_cursor_op move, struct error *err)
{
	MDB_val k;
	MDB_val v;
	int rc = mdb_cursor_get(cursor, &k, &v, move);

	if (rc == MDB_NOTFOUND)
		return ERR_NOTFOUND;
	if (rc)
		return txn_failed(txn, rc, "read the proved ranges", err);
	return range_read(out, k, v) ? OK : damaged(txn, k, err);
}

/* ---- writing ---- */

/* Fills txn->range with the newest one. A new cursor: the last entry may just have gone. */
static enum status load_newest(struct store_txn *txn, struct error *err)
{
	struct error words = {0};
	void *cursor;
	enum status status = txn_open_scan(&cursor, txn, DB_PROVED, err);

	if (status != OK)
		return status;
	txn->range = (struct proved_range){0};
	status = range_at(&txn->range, txn, cursor, MDB_LAST, &words);
	txn_close_scan(txn, &cursor);
	if (status == OK || status == ERR_NOTFOUND) {
		txn->is_range_known = true;
		return OK;
	}
	if (err)
		*err = words;
	return txn_doom(txn, status, &words);
}

/* Once a transaction: whoever asks writes then, and all that it writes is on the last page. */
static enum status know_newest(struct store_txn *txn, struct error *err)
{
	if (txn->is_range_known)
		return OK;
	txn_touch(txn, DB_PROVED);
	return load_newest(txn, err);
}

static enum status put_newest(struct store_txn *txn, unsigned flags, struct error *err)
{
	uint8_t key[8];
	uint8_t value[RANGE_VALUE_BYTES];
	MDB_val k = val_of(key, sizeof(key));
	MDB_val v = val_of(value, sizeof(value));
	MDB_cursor *cursor;
	enum status status = txn_cursor(&cursor, txn, DB_PROVED, err);
	int rc;

	if (status != OK)
		return status;
	put_be64(key, txn->range.from);
	put_be64(value + AT_TO, txn->range.to);
	put_be64(value + AT_COUNT, txn->range.block_count);
	value[AT_LEVEL] = txn->range.level;
	rc = mdb_cursor_put(cursor, &k, &v, flags);
	return rc ? txn_failed(txn, rc, "write a proved range", err) : OK;
}

static enum status does_not_fit(struct store_txn *txn, uint64_t number, struct error *err)
{
	struct error words = {0};

	(void)error_set(&words, ERR_CORRUPT,
			"block %" PRIu64 ": the newest proved range does not end in it", number);
	if (err)
		*err = words;
	return txn_doom(txn, ERR_CORRUPT, &words);
}

enum status proved_append(struct store_txn *txn, uint64_t number, uint8_t level, struct error *err)
{
	struct proved_range *newest = &txn->range;
	enum status status = know_newest(txn, err);
	bool is_new;

	if (status != OK)
		return status;
	if (txn->has_head ? !newest->block_count || newest->to != txn->head.ref.number
			  : newest->block_count > 0)
		return does_not_fit(txn, txn->has_head ? txn->head.ref.number : number, err);
	is_new = !newest->block_count || newest->level != level;
	if (is_new)
		*newest = (struct proved_range){.from = number, .level = level};
	newest->to = number;
	newest->block_count++;
	return put_newest(txn, is_new ? MDB_APPEND : 0, err);
}

enum status proved_take_back(struct store_txn *txn, const struct block_record *record,
			     struct error *err)
{
	struct proved_range *newest = &txn->range;
	uint8_t key[8];
	MDB_val k = val_of(key, sizeof(key));
	enum status status = know_newest(txn, err);
	int rc;

	if (status != OK)
		return status;
	if (!newest->block_count || newest->to != record->ref.number ||
	    newest->level != record->proof_level)
		return does_not_fit(txn, record->ref.number, err);
	if (newest->block_count > 1) {
		if (!txn->has_head || txn->head.ref.number < newest->from)
			return does_not_fit(txn, record->ref.number, err);
		newest->to = txn->head.ref.number;
		newest->block_count--;
		return put_newest(txn, 0, err);
	}
	put_be64(key, newest->from);
	rc = mdb_del(txn->txn, txn->store->dbi[DB_PROVED], &k, NULL);
	return rc ? txn_failed(txn, rc, "take back a proved range", err) : load_newest(txn, err);
}

/* ---- reading ---- */

static enum status count_blocks(uint64_t *out, struct store_txn *txn, uint64_t from, uint64_t to,
				struct error *err)
{
	uint8_t key[8];
	MDB_val k = val_of(key, sizeof(key));
	MDB_val v;
	void *cursor;
	enum status status = txn_open_scan(&cursor, txn, DB_BLOCKS, err);
	int rc;

	*out = 0;
	if (status != OK)
		return status;
	put_be64(key, from);
	rc = mdb_cursor_get(cursor, &k, &v, MDB_SET_RANGE);
	for (; !rc && k.mv_size == 8 && get_be64(k.mv_data) <= to; ++*out)
		rc = mdb_cursor_get(cursor, &k, &v, MDB_NEXT);
	txn_close_scan(txn, &cursor);
	return rc && rc != MDB_NOTFOUND ? txn_failed(txn, rc, "count blocks", err) : OK;
}

/* Makes the range end in the newest block not above `at`, which lies within it. */
static enum status cut(struct proved_range *range, struct store_txn *txn, uint64_t at,
		       struct error *err)
{
	struct block_record newest = {0};
	bool is_dense = range->to - range->from == range->block_count - 1;
	bool is_short = at - range->from <= range->to - at; /* count what is nearer */
	uint64_t count = 0;
	enum status status = store_block_below(&newest, txn, at, err);

	if (status == OK && !is_dense)
		status = count_blocks(&count, txn, is_short ? range->from : at + 1,
				      is_short ? at : range->to, err);
	if (status != OK && status != ERR_NOTFOUND)
		return status;
	if (is_dense)
		count = at - range->from + 1;
	else if (!is_short)
		count = count < range->block_count ? range->block_count - count : 0;
	if (status == ERR_NOTFOUND || newest.ref.number < range->from || !count ||
	    count > range->block_count)
		return error_set(err, ERR_CORRUPT,
				 "block %" PRIu64
				 ": the proved range that begins there does not fit the blocks",
				 range->from);
	range->to = newest.ref.number;
	range->block_count = count;
	return OK;
}

enum status store_proved_each(struct store_txn *txn, uint64_t at,
			      bool (*visit)(void *context, const struct proved_range *range),
			      void *context, struct error *err)
{
	struct proved_range range = {0};
	void *cursor;
	bool goes_on = true;
	enum status status = txn_open_scan(&cursor, txn, DB_PROVED, err);

	while (status == OK && goes_on) {
		status = range_at(&range, txn, cursor, MDB_NEXT, err);
		if (status != OK || range.from > at)
			break;
		goes_on = range.to <= at;
		if (!goes_on)
			status = cut(&range, txn, at, err);
		if (status == OK)
			goes_on = visit(context, &range) && goes_on;
	}
	txn_close_scan(txn, &cursor);
	return status == ERR_NOTFOUND ? OK : status;
}

/* ---- check ---- */

enum status proved_check_open(struct proved_check *check, struct store_txn *txn, struct error *err)
{
	*check = (struct proved_check){.txn = txn};
	return txn_open_scan(&check->cursor, txn, DB_PROVED, err);
}

enum status proved_check_block(struct proved_check *check, const struct block_record *record,
			       struct error *err)
{
	uint64_t number = record->ref.number;
	const struct proved_range *range = &check->range;
	bool is_complete = check->seen == range->block_count;
	unsigned level_before = range->level;
	enum status status;

	if (is_complete) {
		bool is_first = !range->block_count;

		status = range_at(&check->range, check->txn, check->cursor, MDB_NEXT, err);
		if (status != OK && status != ERR_NOTFOUND)
			return status;
		if (status == ERR_NOTFOUND || range->from != number)
			return error_set(err, ERR_CORRUPT,
					 "block %" PRIu64 ": no proved range holds it", number);
		if (!is_first && range->level == level_before)
			return error_set(err, ERR_CORRUPT,
					 "block %" PRIu64
					 ": the proved range that begins there should go on the "
					 "one before",
					 number);
		check->seen = 0;
	}
	if (range->level != record->proof_level)
		return error_set(err, ERR_CORRUPT,
				 "block %" PRIu64 ": its proof level is %u, its proved range's %u",
				 number, record->proof_level, range->level);
	check->seen++;
	if ((check->seen == range->block_count) != (number == range->to) || number > range->to)
		return error_set(err, ERR_CORRUPT,
				 "block %" PRIu64 ": it is number %" PRIu64
				 " of its proved range, which has %" PRIu64
				 " blocks up to %" PRIu64,
				 number, check->seen, range->block_count, range->to);
	return OK;
}

enum status proved_check_end(struct proved_check *check, struct error *err)
{
	struct proved_range range = {0};
	enum status status;

	if (check->seen < check->range.block_count)
		return error_set(err, ERR_CORRUPT,
				 "block %" PRIu64
				 ": the proved range that begins there ends above the newest block",
				 check->range.from);
	status = range_at(&range, check->txn, check->cursor, MDB_NEXT, err);
	if (status == OK)
		return error_set(err, ERR_CORRUPT,
				 "block %" PRIu64 ": a proved range begins there, but no block",
				 range.from);
	return status == ERR_NOTFOUND ? OK : status;
}

void proved_check_close(struct proved_check *check)
{
	if (check->txn)
		txn_close_scan(check->txn, &check->cursor);
}
