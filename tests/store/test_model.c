/*
 * The store against a model that cannot be wrong: blocks in an array, every question answered by
 * going through all of them. COVERMIRROR_SEED repeats a run.
 */
#include "store/notes.h"
#include "tests/store/mirror.h"

enum {
	STEPS = 1200,
	BLOCKS_MAX = 160,
	ROWS_MAX = 24,
	EVENTS_MAX = 6,
	VALUE_MAX = 40,
	KEYS = 8,   /* a table and pool */
	NOTES = 12, /* their keys: one byte to 24 of them */
};

static const struct {
	uint8_t table;
	uint16_t pool;
	uint8_t key_size;
} spaces[] = {
	{1, 0, 2}, {1, 1, 2},     {1, 258, 2},  {2, 0, 20},        {3, 0, 0},
	{3, 1, 0}, {0x7f, 1, 64}, {0x80, 1, 4}, {0xff, 0xffff, 1},
};

enum { SPACES = sizeof(spaces) / sizeof(spaces[0]) };

struct model_row {
	unsigned space;
	unsigned key;
	uint8_t value[VALUE_MAX];
	size_t size;
};

struct model_event {
	uint32_t log_index;
	struct hash transaction;
	uint8_t value[VALUE_MAX];
	size_t size;
};

struct model_block {
	uint64_t number;
	struct hash hash;
	uint8_t level;
	struct model_row rows[ROWS_MAX];
	size_t row_count;
	struct model_event events[EVENTS_MAX];
	size_t event_count;
	struct hash digest;
};

struct model_note {
	uint8_t value[VALUE_MAX];
	size_t size; /* 0: there is none */
};

struct model {
	struct model_block blocks[BLOCKS_MAX];
	size_t count;
	struct model_note notes[NOTES];
	uint64_t random;
	uint64_t
		salt; /* another one after each rewind, so that a replaced block has other hashes */
};

static uint64_t next_random(struct model *model)
{
	model->random ^= model->random << 13;
	model->random ^= model->random >> 7;
	model->random ^= model->random << 17;
	return model->random >> 11;
}

static size_t below(struct model *model, size_t limit)
{
	return (size_t)(next_random(model) % limit);
}

static struct row_key model_key(unsigned space, unsigned key)
{
	struct row_key out = {.table = spaces[space].table,
			      .pool = spaces[space].pool,
			      .size = spaces[space].key_size};

	/* keys that are alike at their ends, and one of all ones */
	memset(out.bytes, key == KEYS - 1 ? 0xff : 0, out.size);
	if (out.size)
		out.bytes[out.size - 1] = (uint8_t)(key * 37);
	if (out.size && key % 2)
		out.bytes[0] |= 1;
	return out;
}

static unsigned keys_of(unsigned space)
{
	return spaces[space].key_size ? KEYS : 1;
}

/* ---- making blocks ---- */

static bool has_row(const struct model_block *block, unsigned space, unsigned key)
{
	for (size_t i = 0; i < block->row_count; i++)
		if (block->rows[i].space == space && block->rows[i].key == key)
			return true;
	return false;
}

static void make_bytes(struct model *model, uint8_t *out, size_t *size, size_t least)
{
	*size = least + below(model, VALUE_MAX - least);
	for (size_t i = 0; i < *size; i++)
		out[i] = (uint8_t)next_random(model);
}

static void make_block(struct model *model, struct model_block *block)
{
	size_t rows = below(model, 4) ? below(model, ROWS_MAX) : 0;
	size_t events = below(model, EVENTS_MAX);
	uint32_t log_index = 0;
	bool is_undigested = below(model, 8) == 0;

	*block = (struct model_block){0};
	block->number = (model->count ? model->blocks[model->count - 1].number : 0) + 1 +
			(below(model, 3) ? 0 : below(model, 300));
	block->hash = test_hash(block->number, model->salt);
	block->level = model->count ? model->blocks[model->count - 1].level : 0;
	if (below(model, 6) == 0)
		block->level = (uint8_t)below(model, 4);
	for (size_t i = 0; i < rows; i++) {
		struct model_row *row = &block->rows[block->row_count];

		row->space = (unsigned)(is_undigested ? SPACES - 2 + below(model, 2)
						      : below(model, SPACES));
		row->key = (unsigned)below(model, keys_of(row->space));
		if (has_row(block, row->space, row->key))
			continue;
		if (below(model, 5))
			make_bytes(model, row->value, &row->size, 1);
		block->row_count++;
	}
	for (size_t i = 0; i < events; i++) {
		struct model_event *event = &block->events[block->event_count++];

		log_index += 1 + (uint32_t)below(model, 9);
		event->log_index = log_index;
		/* few transactions, also not side by side, also in several blocks */
		event->transaction = test_hash(below(model, 3), block->number / 4);
		make_bytes(model, event->value, &event->size, 0);
	}
}

static void append(struct mirror *m, struct model_block *block)
{
	struct row_version rows[ROWS_MAX];
	struct stored_event events[EVENTS_MAX];
	struct block_write write = {
		.ref = {.number = block->number, .hash = block->hash, .timestamp = block->number},
		.proof_level = block->level,
		.rows = rows,
		.row_count = block->row_count,
		.events = events,
		.event_count = block->event_count,
	};

	if (m->txn->has_head)
		write.ref.parent_hash = m->txn->head.ref.hash;
	for (size_t i = 0; i < block->row_count; i++)
		rows[i] = (struct row_version){
			.key = model_key(block->rows[i].space, block->rows[i].key),
			.value = slice_of(block->rows[i].value, block->rows[i].size)};
	for (size_t i = 0; i < block->event_count; i++)
		events[i] = (struct stored_event){
			.log_index = block->events[i].log_index,
			.transaction_hash = block->events[i].transaction,
			.value = slice_of(block->events[i].value, block->events[i].size)};
	assert_ok(store_append(m->txn, &block->digest, &write, &m->err), m->err);
}

/* "a", "aa", … and "b", "bb", …: each begins the longer ones. */
static struct slice note_key(uint8_t bytes[NOTES], size_t note)
{
	memset(bytes, note % 2 ? 'a' : 'b', NOTES);
	return slice_of(bytes, 1 + note / 2);
}

static void write_a_note(struct mirror *m, struct model *model)
{
	size_t at = below(model, NOTES);
	struct model_note *note = &model->notes[at];
	uint8_t key[NOTES];

	note->size = 0;
	if (below(model, 3))
		make_bytes(model, note->value, &note->size, 1);
	assert_ok(store_note_put(m->txn, note_key(key, at), slice_of(note->value, note->size),
				 &m->err),
		  m->err);
}

/* ---- what the model says ---- */

static const struct model_row *model_row_at(const struct model *model, unsigned space, unsigned key,
					    uint64_t at, uint64_t *written_at)
{
	const struct model_row *newest = NULL;

	for (size_t i = 0; i < model->count && model->blocks[i].number <= at; i++)
		for (size_t j = 0; j < model->blocks[i].row_count; j++)
			if (model->blocks[i].rows[j].space == space &&
			    model->blocks[i].rows[j].key == key) {
				newest = &model->blocks[i].rows[j];
				*written_at = model->blocks[i].number;
			}
	return newest && newest->size ? newest : NULL;
}

/* The block's row keys in order, by looking for the next larger one again and again. */
static size_t model_keys(struct row_key out[ROWS_MAX], const struct model_row *rows[ROWS_MAX],
			 const struct model_block *block)
{
	size_t count = 0;

	while (count < block->row_count) {
		const struct model_row *least = NULL;
		uint8_t least_name[128] = {0};

		for (size_t i = 0; i < block->row_count; i++) {
			const struct model_row *row = &block->rows[i];
			struct row_key key = model_key(row->space, row->key);
			uint8_t name[128] = {key.table, (uint8_t)(key.pool >> 8),
					     (uint8_t)key.pool};
			bool is_taken = false;

			memcpy(name + 3, key.bytes, key.size);
			for (size_t j = 0; j < count; j++)
				is_taken = is_taken || rows[j] == row;
			if (!is_taken && (!least || memcmp(name, least_name, sizeof(name)) < 0)) {
				least = row;
				memcpy(least_name, name, sizeof(name));
			}
		}
		assert_non_null(least);
		out[count] = model_key(least->space, least->key);
		rows[count++] = least;
	}
	return count;
}

static struct hash model_digest(const struct model_block *block, struct hash before)
{
	static uint8_t bytes[64 + ROWS_MAX * (8 + 67 + VALUE_MAX)];
	struct row_key keys[ROWS_MAX];
	const struct model_row *rows[ROWS_MAX];
	size_t count = model_keys(keys, rows, block);
	size_t size = 64;
	bool has_rows = false;

	memcpy(bytes, before.bytes, 32);
	memcpy(bytes + 32, block->hash.bytes, 32);
	for (size_t i = 0; i < count; i++) {
		if (keys[i].table >= 128)
			continue;
		has_rows = true;
		put_be32(bytes + size, 3u + keys[i].size);
		bytes[size + 4] = keys[i].table;
		bytes[size + 5] = (uint8_t)(keys[i].pool >> 8);
		bytes[size + 6] = (uint8_t)keys[i].pool;
		memcpy(bytes + size + 7, keys[i].bytes, keys[i].size);
		size += 7u + keys[i].size;
		put_be32(bytes + size, (uint32_t)rows[i]->size);
		memcpy(bytes + size + 4, rows[i]->value, rows[i]->size);
		size += 4 + rows[i]->size;
	}
	return has_rows ? keccak256(bytes, size) : before;
}

/* ---- comparing ---- */

static void compare_rows_at(struct mirror *m, const struct model *model, uint64_t at)
{
	for (unsigned space = 0; space < SPACES; space++) {
		for (unsigned i = 0; i < keys_of(space); i++) {
			struct row_key key = model_key(space, i);
			struct slice value;
			uint64_t written_at = 0;
			uint64_t should = 0;
			const struct model_row *row = model_row_at(model, space, i, at, &should);
			enum status status =
				store_row_get(&value, &written_at, m->txn, &key, at, &m->err);

			if (!row) {
				assert_int_equal(status, ERR_NOTFOUND);
				continue;
			}
			assert_ok(status, m->err);
			assert_true(slice_equal(value, slice_of(row->value, row->size)));
			assert_int_equal(written_at, should);
		}
	}
}

static void compare_scan_at(struct mirror *m, const struct model *model, unsigned space,
			    uint64_t at, size_t page)
{
	struct row_scan scan = {0};
	struct slice value;
	size_t expected = 0;
	size_t found = 0;
	uint64_t ignored;

	for (unsigned i = 0; i < keys_of(space); i++)
		expected += model_row_at(model, space, i, at, &ignored) != NULL;
	assert_ok(row_scan_open(&scan, m->txn, spaces[space].table, spaces[space].pool,
				spaces[space].key_size, at, NULL, &m->err),
		  m->err);
	for (;;) {
		struct row_key last = scan.key;
		enum status status = row_scan_next(&value, &scan, &m->err);
		const struct model_row *row = NULL;

		if (status == ERR_NOTFOUND)
			break;
		assert_ok(status, m->err);
		assert_true(found == 0 || row_key_compare(&last, &scan.key) < 0);
		for (unsigned i = 0; i < keys_of(space); i++) {
			struct row_key key = model_key(space, i);

			if (row_key_compare(&key, &scan.key) == 0)
				row = model_row_at(model, space, i, at, &ignored);
		}
		assert_non_null(row);
		assert_true(slice_equal(value, slice_of(row->value, row->size)));
		if (++found % page)
			continue;
		last = scan.key;
		row_scan_close(&scan);
		assert_ok(row_scan_open(&scan, m->txn, last.table, last.pool, last.size, at, &last,
					&m->err),
			  m->err);
	}
	row_scan_close(&scan);
	assert_int_equal(found, expected);
}

static void compare_blocks(struct mirror *m, const struct model *model, struct arena *arena)
{
	struct block_record record;
	struct hash digest = {{0}};

	for (size_t i = 0; i < model->count; i++) {
		const struct model_block *block = &model->blocks[i];
		struct row_key keys[ROWS_MAX];
		const struct model_row *rows[ROWS_MAX];
		struct row_key *changes;
		size_t count;

		digest = model_digest(block, digest);
		assert_ok(store_block(&record, m->txn, block->number, &m->err), m->err);
		assert_true(hash_equal(record.digest, digest));
		assert_true(hash_equal(record.ref.hash, block->hash));
		assert_int_equal(record.row_count, block->row_count);
		assert_int_equal(record.event_count, block->event_count);
		assert_int_equal(record.ref.timestamp, block->number);
		assert_ok(store_block_by_hash(&record, m->txn, block->hash, &m->err), m->err);
		assert_int_equal(record.ref.number, block->number);
		assert_ok(store_changes(&changes, &count, arena, m->txn, block->number, &m->err),
			  m->err);
		assert_int_equal(count, model_keys(keys, rows, block));
		for (size_t j = 0; j < count; j++)
			assert_int_equal(row_key_compare(&changes[j], &keys[j]), 0);
	}
	if (!model->count) {
		assert_int_equal(store_cursor(&record, m->txn, &m->err), ERR_NOTFOUND);
		return;
	}
	assert_ok(store_cursor(&record, m->txn, &m->err), m->err);
	assert_int_equal(record.ref.number, model->blocks[model->count - 1].number);
	assert_true(hash_equal(record.digest, digest));
}

static void compare_neighbours(struct mirror *m, const struct model *model, uint64_t number)
{
	const struct model_block *under = NULL;
	const struct model_block *over = NULL;
	struct block_record record;
	enum status status;

	for (size_t i = 0; i < model->count; i++) {
		if (model->blocks[i].number <= number)
			under = &model->blocks[i];
		if (model->blocks[i].number >= number && !over)
			over = &model->blocks[i];
	}
	status = store_block_below(&record, m->txn, number, &m->err);
	assert_int_equal(status, under ? OK : ERR_NOTFOUND);
	if (under)
		assert_int_equal(record.ref.number, under->number);
	status = store_block_above(&record, m->txn, number, &m->err);
	assert_int_equal(status, over ? OK : ERR_NOTFOUND);
	if (over)
		assert_int_equal(record.ref.number, over->number);
	status = store_block(&record, m->txn, number, &m->err);
	assert_int_equal(status, under && under == over ? OK : ERR_NOTFOUND);
}

static bool is_before(uint64_t block, uint32_t log_index, struct event_at at)
{
	return block < at.block || (block == at.block && log_index < at.log_index);
}

static void expect_event(struct mirror *m, struct event_scan *scan, const struct model_block *block,
			 const struct model_event *event)
{
	struct event_at at;
	struct slice value;

	assert_ok(event_scan_next(&at, &value, scan, &m->err), m->err);
	assert_int_equal(at.block, block->number);
	assert_int_equal(at.log_index, event->log_index);
	assert_true(slice_equal(value, slice_of(event->value, event->size)));
}

static void compare_events(struct mirror *m, const struct model *model, struct event_at from,
			   uint64_t to, bool is_backward)
{
	struct event_scan scan = {0};
	struct event_at at;
	struct slice value;

	assert_ok(event_scan_open(&scan, m->txn, from, to, is_backward, &m->err), m->err);
	for (size_t i = 0; i < model->count; i++) {
		const struct model_block *block =
			&model->blocks[is_backward ? model->count - 1 - i : i];

		if (is_backward ? block->number < to : block->number > to)
			continue;
		for (size_t j = 0; j < block->event_count; j++) {
			const struct model_event *event =
				&block->events[is_backward ? block->event_count - 1 - j : j];
			bool is_at =
				block->number == from.block && event->log_index == from.log_index;

			if (is_at ||
			    is_before(block->number, event->log_index, from) == is_backward)
				expect_event(m, &scan, block, event);
		}
	}
	assert_int_equal(event_scan_next(&at, &value, &scan, &m->err), ERR_NOTFOUND);
	event_scan_close(&scan);
}

struct question {
	const struct model *model;
	struct hash transaction;
	uint64_t wanted;
	unsigned asked;
};

static bool is_wanted(void *context, uint64_t block)
{
	struct question *question = context;

	question->asked++;
	return block == question->wanted;
}

static void compare_transactions(struct mirror *m, const struct model *model)
{
	uint64_t block;

	for (size_t i = 0; i < model->count; i++) {
		for (size_t j = 0; j < model->blocks[i].event_count; j++) {
			struct question question = {.transaction =
							    model->blocks[i].events[j].transaction,
						    .wanted = model->blocks[i].number};

			assert_ok(store_transaction_block(&block, m->txn, question.transaction,
							  is_wanted, &question, &m->err),
				  m->err);
			assert_int_equal(block, model->blocks[i].number);
		}
	}
	assert_int_equal(store_transaction_block(&block, m->txn, test_hash(1, 1u << 30), NULL, NULL,
						 &m->err),
			 ERR_NOTFOUND);
}

struct range_walk {
	const struct model *model;
	uint64_t at;
	size_t next; /* block of the model */
	size_t left; /* ranges to take before the walk is ended; 0: all */
	size_t given;
};

/* The range is exactly the next run of blocks with one level. */
static bool take_range(void *context, const struct proved_range *range)
{
	struct range_walk *walk = context;
	const struct model_block *blocks = walk->model->blocks;
	size_t first = walk->next;
	size_t end = first;

	while (end < walk->model->count && blocks[end].number <= walk->at &&
	       blocks[end].level == blocks[first].level)
		end++;
	assert_true(end > first);
	assert_int_equal(range->from, blocks[first].number);
	assert_int_equal(range->to, blocks[end - 1].number);
	assert_int_equal(range->block_count, end - first);
	assert_int_equal(range->level, blocks[first].level);
	walk->next = end;
	walk->given++;
	return walk->given != walk->left;
}

static void compare_ranges(struct mirror *m, const struct model *model, uint64_t at, size_t left)
{
	struct range_walk walk = {.model = model, .at = at, .left = left};
	size_t blocks = 0;

	assert_ok(store_proved_each(m->txn, at, take_range, &walk, &m->err), m->err);
	while (blocks < model->count && model->blocks[blocks].number <= at)
		blocks++;
	if (left && walk.given == left)
		return;
	assert_int_equal(walk.next, blocks);
}

struct note_walk {
	const struct model *model;
	size_t letter;
	size_t next;
};

static bool take_note(void *context, struct slice key, struct slice value)
{
	struct note_walk *walk = context;
	uint8_t bytes[NOTES];

	while (walk->next < NOTES &&
	       (walk->next % 2 != walk->letter || !walk->model->notes[walk->next].size))
		walk->next++;
	assert_true(walk->next < NOTES);
	assert_true(slice_equal(key, note_key(bytes, walk->next)));
	assert_true(slice_equal(value, slice_of(walk->model->notes[walk->next].value,
						walk->model->notes[walk->next].size)));
	walk->next++;
	return true;
}

static void compare_notes(struct mirror *m, const struct model *model)
{
	uint8_t key[NOTES];
	struct slice value;

	for (size_t i = 0; i < NOTES; i++) {
		const struct model_note *note = &model->notes[i];
		enum status status = store_note_get(&value, m->txn, note_key(key, i), &m->err);

		assert_int_equal(status, note->size ? OK : ERR_NOTFOUND);
		assert_true(slice_equal(value, slice_of(note->value, note->size)));
	}
	for (size_t i = 0; i < NOTES; i++) {
		struct note_walk walk = {.model = model, .letter = i % 2, .next = i};

		assert_ok(store_note_each(m->txn, note_key(key, i), take_note, &walk, &m->err),
			  m->err);
		for (size_t k = walk.next; k < NOTES; k++)
			assert_true(k % 2 != i % 2 || !model->notes[k].size);
	}
}

static void compare(struct mirror *m, struct model *model)
{
	struct arena *arena = arena_new();
	uint64_t top = model->count ? model->blocks[model->count - 1].number + 3 : 3;

	compare_blocks(m, model, arena);
	compare_rows_at(m, model, UINT64_MAX);
	for (int i = 0; i < 4; i++) {
		uint64_t at = below(model, top);

		compare_rows_at(m, model, at);
		compare_neighbours(m, model, at);
		for (unsigned space = 0; space < SPACES; space++)
			compare_scan_at(m, model, space, at, 1 + below(model, 5));
	}
	for (int i = 0; i < 6; i++) {
		struct event_at from = {below(model, top), (uint32_t)below(model, 40)};

		compare_events(m, model, from, below(model, top), i % 2);
	}
	compare_transactions(m, model);
	compare_ranges(m, model, UINT64_MAX, 0);
	for (int i = 0; i < 6; i++)
		compare_ranges(m, model, below(model, top), below(model, 4));
	compare_notes(m, model);
	assert_ok(store_check(m->txn, &m->err), m->err);
	arena_free(arena);
}

/* ---- the walk ---- */

static void rewind_to(struct mirror *m, struct model *model, uint64_t to)
{
	assert_ok(store_rewind(m->txn, to, &m->err), m->err);
	while (model->count && model->blocks[model->count - 1].number > to)
		model->count--;
	model->salt++;
}

static void straight_run(const struct model *model)
{
	struct mirror straight = {0};

	folder_make(straight.path);
	assert_ok(store_open(&straight.store, straight.path, STORE_WRITE, &test_identity,
			     &straight.err),
		  straight.err);
	mirror_begin(&straight);
	for (size_t i = 0; i < model->count; i++) {
		struct model_block block = model->blocks[i];

		append(&straight, &block);
		assert_true(hash_equal(block.digest, model->blocks[i].digest));
	}
	mirror_commit(&straight);
	store_close(straight.store);
	folder_remove(straight.path);
}

static void walk(struct mirror *m, uint64_t seed)
{
	static struct model model;

	print_message("# COVERMIRROR_SEED=%" PRIu64 "\n", seed);
	model = (struct model){.random = seed * 2654435761u + 88172645463325252u, .salt = 1};
	mirror_begin(m);
	for (int step = 0; step < STEPS; step++) {
		size_t choice = below(&model, 20);

		if (choice < 13 && model.count < BLOCKS_MAX) {
			make_block(&model, &model.blocks[model.count]);
			append(m, &model.blocks[model.count]);
			model.count++;
		} else if (choice < 15 && model.count) {
			size_t depth = 1 + below(&model, below(&model, 8) ? 4 : model.count);

			depth = depth < model.count ? depth : model.count;
			rewind_to(m, &model,
				  model.blocks[model.count - depth].number - 1 + below(&model, 3));
		} else if (choice == 15 && below(&model, 40) == 0) {
			rewind_to(m, &model, 0);
		} else if (choice == 16) { /* what is not committed never was */
			struct model kept = model;

			mirror_commit(m);
			mirror_begin(m);
			write_a_note(m, &model);
			if (model.count < BLOCKS_MAX) {
				make_block(&model, &model.blocks[model.count]);
				append(m, &model.blocks[model.count++]);
			}
			rewind_to(m, &model, model.count ? model.blocks[0].number : 0);
			store_abort(m->txn);
			m->txn = NULL;
			model = kept;
			mirror_begin(m);
		} else if (choice < 18) {
			mirror_commit(m);
			mirror_begin(m);
		} else if (choice == 18) {
			write_a_note(m, &model);
		}
		if (step % 8 == 0)
			compare(m, &model);
	}
	print_message("# %zu blocks, newest %" PRIu64 "\n", model.count,
		      model.count ? model.blocks[model.count - 1].number : 0);
	compare(m, &model);
	mirror_commit(m);
	mirror_begin(m);
	compare(m, &model);
	mirror_commit(m);
	straight_run(&model);
}

static void forget_notes(struct mirror *m)
{
	uint8_t key[NOTES];

	for (size_t i = 0; i < NOTES; i++)
		assert_ok(store_note_put(m->txn, note_key(key, i), slice_of(NULL, 0), &m->err),
			  m->err);
}

static void the_store_answers_as_the_model_does(void **state)
{
	const char *chosen = getenv("COVERMIRROR_SEED");

	if (chosen) {
		walk(*state, strtoull(chosen, NULL, 10));
		return;
	}
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct mirror *m = *state;

		walk(m, seed);
		mirror_begin(m);
		assert_ok(store_rewind(m->txn, 0, &m->err), m->err);
		forget_notes(m);
		mirror_commit(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_store_answers_as_the_model_does, mirror_setup,
						mirror_teardown),
	};

	return cmocka_run_group_tests_name("store/model", tests, NULL, NULL);
}
