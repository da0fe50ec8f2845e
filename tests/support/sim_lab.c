#include "tests/support/sim_lab.h"

#include <inttypes.h>

#include "indexer/node_note.h"
#include "reconcile/source_check.h"
#include "tests/support/sim_random.h"

enum { BLOCKS_MIN = 8, BLOCKS_MORE = 25, DEPTH_MAX = 6, DENSE_BELOW = 100000 };

/* ---- the lab ---- */

struct lab *lab_new(void)
{
	/* The first chain is only there so that the nodes have one. */
	struct lab *lab = xcalloc(1, sizeof(*lab));
	const struct lab_pair *pair;

	for (unsigned i = 0; i < LAB_NODES; i++) {
		lab->nodes[i] = sim_node_new(NULL, i);
		lab->servers[i] = fakenode_start(sim_node_answer, lab->nodes[i]);
	}
	pair = lab_pair(lab, 0);
	lab_serve(lab, &pair->trunk, pair->trunk.head);
	return lab;
}

static void free_chain(struct lab_chain *chain)
{
	sim_chain_free(chain->chain);
	free(chain->digests);
}

void lab_free(struct lab *lab)
{
	for (size_t i = 0; i < LAB_NODES; i++) {
		fakenode_stop(lab->servers[i]);
		sim_node_free(lab->nodes[i]);
	}
	for (size_t i = 0; i < LAB_PAIRS; i++) {
		if (!lab->pairs[i])
			continue;
		free_chain(&lab->pairs[i]->trunk);
		free_chain(&lab->pairs[i]->branch);
		free(lab->pairs[i]);
	}
	free(lab);
}

void lab_serve(struct lab *lab, const struct lab_chain *chain, uint64_t head)
{
	for (size_t i = 0; i < LAB_NODES; i++) {
		sim_node_attack(lab->nodes[i], NULL);
		/* Deep enough that the branches of a pair part above it. */
		sim_node_finality(lab->nodes[i], BLOCKS_MIN + BLOCKS_MORE);
		sim_node_follow(lab->nodes[i], chain->chain, head);
	}
}

/* ---- mirrors ---- */

static const char *text_of(struct arena *arena, struct address address)
{
	return hex_string(arena, slice_of(address.bytes, ADDRESS_BYTES));
}

static const char *config_text(struct lab_mirror *m, struct lab *lab, const struct sim_names *names,
			       const struct lab_options *options)
{
	struct buffer out = buffer_in(m->arena);

	buffer_printf(&out, "{\"chain\": {\"id\": %d, \"poll_interval_ms\": 1, \"rpc\": [",
		      SIM_CHAIN_ID);
	for (size_t i = 0; i < options->node_count; i++)
		buffer_printf(&out, "%s{\"url\": \"%s\", \"attempts\": 2, \"backoff_ms\": 1}",
			      i ? ", " : "", fakenode_url(lab->servers[i]));
	buffer_printf(&out, "]}, \"proof\": {\"level\": \"%s\", \"walk_headers_below\": %d},",
		      options->mode == LAB_HEADERS ? "headers" : "receipts",
		      options->mode == LAB_SPARSE ? 0 : DENSE_BELOW);
	buffer_printf(&out, " \"store\": {\"path\": \"%s\"},", m->folder);
	buffer_printf(&out,
		      " \"views\": {\"every_blocks\": %" PRIu64
		      ", \"at_head\": %s, \"accounts\": \"all\", \"mode\": \"%s\"},",
		      options->views_every, options->views_at_head ? "true" : "false",
		      options->by_proof ? "proof" : "call");
	buffer_printf(&out,
		      " \"pools\": [{\"name\": \"sim\", \"protocol\": \"api3\", \"start_block\": 1,"
		      " \"contracts\": {\"pool\": \"%s\", \"token\": \"%s\","
		      " \"timelock_manager\": \"%s\", \"claims_managers\": [\"%s\"]}}]}",
		      text_of(m->arena, names->pool), text_of(m->arena, names->token),
		      text_of(m->arena, names->timelock), text_of(m->arena, names->manager));
	return buffer_string(&out);
}

enum status lab_open(struct lab_mirror *m, struct lab *lab, const struct sim_chain *chain,
		     const struct lab_options *options)
{
	const char *text;

	memset(m, 0, sizeof(*m));
	scratch_make(m->folder);
	m->arena = arena_new();
	m->logger = options->logger.write ? options->logger : logger_silent();
	m->options = options->mirror;
	text = config_text(m, lab, sim_chain_names(chain), options);
	assert_ok(config_parse(&m->config, m->arena, "sim", text, strlen(text), &m->err), m->err);
	return mirror_open(&m->mirror, &m->config, &m->options, &m->logger, &m->err);
}

enum status lab_reopen(struct lab_mirror *m)
{
	mirror_close(m->mirror);
	m->mirror = NULL;
	return mirror_open(&m->mirror, &m->config, &m->options, &m->logger, &m->err);
}

void lab_close(struct lab_mirror *m)
{
	mirror_close(m->mirror);
	arena_free(m->arena);
	scratch_remove(m->folder);
}

/* ---- looking ---- */

struct finding_list {
	struct arena *arena;
	struct finding *items;
	size_t count;
	size_t capacity;
};

/* Texts of a row live as long as its state. */
static void keep_finding(struct finding_list *list, const struct finding *finding)
{
	struct finding *kept;

	if (list->count == list->capacity) {
		list->capacity = list->capacity ? list->capacity * 2 : 8;
		kept = arena_array(list->arena, list->capacity, sizeof(*kept));
		if (list->count)
			memcpy(kept, list->items, list->count * sizeof(*kept));
		list->items = kept;
	}
	kept = &list->items[list->count++];
	*kept = *finding;
	kept->check = arena_string(list->arena, finding->check);
	kept->subject = arena_string(list->arena, finding->subject);
	kept->expected = arena_string(list->arena, finding->expected);
	kept->actual = arena_string(list->arena, finding->actual);
	kept->state = arena_string(list->arena, finding->state);
	kept->difference = kept->trace = "";
}

static bool take_finding(void *context, const uint8_t *key, const struct finding *finding)
{
	(void)key;
	keep_finding(context, finding);
	return true;
}

static bool take_node(void *context, const struct witness_record *record)
{
	struct lab_sight *sight = context;

	assert_true(sight->node_count < LAB_NODES);
	sight->nodes[sight->node_count++] = *record;
	return true;
}

static void look_at_rows(struct lab_sight *sight, struct lab_mirror *m, struct store_txn *txn)
{
	struct error err;
	struct finding_list list = {.arena = m->arena};
	struct reading reading = {
		.pool = &m->config.pools[0], .arena = m->arena, .block = sight->cursor.ref.number};

	reading.state = state_open(txn, reading.block);
	findings_each(&reading, take_finding, &list);
	sight->failed = tally_read(&reading).failed;
	sight->findings = list.items;
	sight->finding_count = list.count;
	assert_ok(state_status(reading.state, &err), err);
	state_close(reading.state);
}

static void look_at_notes(struct lab_sight *sight, struct lab_mirror *m, struct store_txn *txn)
{
	struct pending_finding *pending;
	struct finding_list list = {.arena = m->arena};
	struct error err;
	size_t count;

	assert_ok(pending_read(&pending, &count, m->arena, txn, &err), err);
	for (size_t i = 0; i < count; i++)
		keep_finding(&list, &pending[i].finding);
	sight->pending = list.items;
	sight->pending_count = list.count;
	assert_ok(node_note_each(txn, take_node, sight, &err), err);
}

struct lab_sight lab_look(struct lab_mirror *m)
{
	struct lab_sight sight = {0};
	struct store *store;
	struct store_txn *txn;
	struct error err;
	enum status st;

	assert_ok(store_open(&store, m->folder, STORE_READ, NULL, &err), err);
	assert_ok(store_begin(&txn, store, STORE_READ, &err), err);
	st = store_cursor(&sight.cursor, txn, &err);
	sight.is_empty = st == ERR_NOTFOUND;
	if (!sight.is_empty) {
		assert_ok(st, err);
		look_at_rows(&sight, m, txn);
	}
	look_at_notes(&sight, m, txn);
	if (store_check(txn, &err) != OK)
		sight.broken = err;
	store_abort(txn);
	store_close(store);
	return sight;
}

/* ---- chains ---- */

/* The straight run: every header, and every view of every account in every block, which agree. */
static void take_digests(struct lab *lab, struct lab_chain *chain)
{
	const struct lab_options options = {.mode = LAB_HEADERS, .views_every = 1, .node_count = 1};
	struct lab_mirror m;
	struct store *store;
	struct store_txn *txn;

	chain->digests = xcalloc(chain->head + 1, sizeof(chain->digests[0]));
	lab_serve(lab, chain, chain->head);
	assert_ok(lab_open(&m, lab, chain->chain, &options), m.err);
	assert_ok(mirror_sync(m.mirror, UINT64_MAX, &m.err), m.err);
	assert_int_equal(lab_look(&m).failed, 0);
	assert_ok(store_open(&store, m.folder, STORE_READ, NULL, &m.err), m.err);
	assert_ok(store_begin(&txn, store, STORE_READ, &m.err), m.err);
	for (uint64_t n = 1; n <= chain->head; n++) {
		struct block_record record;

		assert_ok(store_block(&record, txn, n, &m.err), m.err);
		chain->digests[n] = record.digest;
	}
	store_abort(txn);
	store_close(store);
	lab_close(&m);
}

static struct lab_pair *make_pair(struct lab *lab, size_t index)
{
	struct lab_pair *pair = xcalloc(1, sizeof(*pair));
	struct sim_random random = sim_random_of(index, 77);
	struct sim_options options = {
		.noise_max = 1 + (unsigned)sim_below(&random, 5),
		.pool_percent = 30 + (unsigned)sim_below(&random, 60),
		.crosses_forks = sim_percent(&random, 40),
	};
	uint64_t count = BLOCKS_MIN + sim_below(&random, BLOCKS_MORE);
	uint64_t depth;

	pair->trunk.chain = sim_chain_new(1000 + index, count, &options);
	pair->trunk.head = count - 1;
	pair->fork = count - 1 - sim_below(&random, DEPTH_MAX);
	/* Longer than the trunk: a shorter one looks like a node that lags behind. */
	depth = count - pair->fork + sim_below(&random, DEPTH_MAX);
	pair->branch.chain = sim_chain_fork(pair->trunk.chain, pair->fork, depth, 5000 + index);
	pair->branch.head = pair->fork + depth;
	take_digests(lab, &pair->trunk);
	take_digests(lab, &pair->branch);
	return pair;
}

const struct lab_pair *lab_pair(struct lab *lab, size_t index)
{
	if (!lab->pairs[index])
		lab->pairs[index] = make_pair(lab, index);
	return lab->pairs[index];
}
