#include "tests/support/sim_life.h"

#include <fcntl.h>
#include <inttypes.h>
#include <unistd.h>

#include "tests/support/sim_life_impl.h"
#include "tests/support/test.h"

enum {
	RESTART_MS = 1000,
	GROW_MS = 12000,          /* between the last blocks */
	LOOK_MS = 5000,           /* whether the head is reached, once it is quiet */
	PATIENCE_MS = 60 * 60000, /* from when it is quiet until it must be reached */
	LIVES_MAX = 5000,
	PATH_SIZE = SCRATCH_PATH_SIZE + 16,
	DENSE_BELOW = 100000,
};

/* ---- the end of a life ---- */

static void die(struct life *l, enum story_kill_kind kind, uint64_t at)
{
	static const char *const when[STORY_KILL_COUNT] = {"at request", "before commit",
							   "in commit", "after commit", ""};

	if (l->is_dead)
		return;
	sim_note(l->world, "KILL %s %" PRIu64, when[kind], at);
	l->is_dead = true;
	l->outcome.kills[kind]++;
	sim_net_kill(l->net, true);
	if (l->mirror)
		mirror_stop(l->mirror);
}

static void on_request(void *context, uint64_t number)
{
	struct life *l = context;

	for (size_t i = 0; i < l->story->kill_count; i++) {
		const struct story_kill *kill = &l->story->kills[i];

		if (kill->at != number)
			continue;
		if (kill->kind == STORY_KILL_AT_REQUEST)
			die(l, STORY_KILL_AT_REQUEST, number);
		if (kill->kind != STORY_STOP_AT_REQUEST || !l->mirror)
			continue;
		sim_note(l->world, "STOP at request %" PRIu64, number);
		l->outcome.kills[STORY_STOP_AT_REQUEST]++;
		mirror_stop(l->mirror);
	}
}

/* ---- the disk ---- */

static void data_path(char out[PATH_SIZE], const struct life *l)
{
	(void)snprintf(out, PATH_SIZE, "%s/data.mdb", l->folder);
}

static void keep_metas(struct life *l)
{
	char path[PATH_SIZE];
	int file;

	data_path(path, l);
	file = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(file >= 0);
	l->has_torn = pread(file, l->metas, META_BYTES, 0) == META_BYTES;
	(void)close(file);
}

static void restore_metas(struct life *l)
{
	char path[PATH_SIZE];
	int file;

	data_path(path, l);
	file = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(file >= 0);
	assert_int_equal(pwrite(file, l->metas, META_BYTES, 0), META_BYTES);
	(void)close(file);
	l->has_torn = false;
}

static enum store_trouble trouble_at(struct life *l, uint64_t at, bool is_commit)
{
	for (size_t i = 0; i < l->story->trouble_count; i++) {
		const struct story_trouble *trouble = &l->story->troubles[i];

		/* What is written when a store is opened fits into any map. */
		if (trouble->kind == STORE_MAP_FULL && !l->mirror)
			continue;
		if ((trouble->kind != STORE_GIVES_UP) != is_commit || at < trouble->at ||
		    at >= trouble->at + trouble->times)
			continue;
		sim_note(l->world, "DISK %s %" PRIu64 " fails: %d", is_commit ? "commit" : "begin",
			 at, (int)trouble->kind);
		l->outcome.troubles[trouble->kind]++;
		l->had_trouble = l->had_trouble || trouble->kind != STORE_MAP_FULL;
		return trouble->kind;
	}
	return STORE_FINE;
}

static enum store_trouble on_commit(struct life *l)
{
	uint64_t number = ++l->outcome.commits;

	sim_note(l->world, "commit %" PRIu64, number);
	for (size_t i = 0; i < l->story->kill_count; i++) {
		const struct story_kill *kill = &l->story->kills[i];

		if (kill->at == number && kill->kind == STORY_KILL_BEFORE_COMMIT)
			die(l, STORY_KILL_BEFORE_COMMIT, number);
		/* Before the first commit the file is empty. */
		if (kill->at == number && kill->kind == STORY_KILL_IN_COMMIT && number > 1)
			keep_metas(l);
	}
	return l->is_dead ? STORE_DISK_FAILS : trouble_at(l, number, true);
}

static void on_committed(struct life *l)
{
	uint64_t number = l->outcome.commits;

	if (l->has_torn)
		die(l, STORY_KILL_IN_COMMIT, number);
	for (size_t i = 0; i < l->story->kill_count; i++)
		if (l->story->kills[i].at == number &&
		    l->story->kills[i].kind == STORY_KILL_AFTER_COMMIT)
			die(l, STORY_KILL_AFTER_COMMIT, number);
}

static enum store_trouble ask_disk(void *context, enum store_moment moment)
{
	struct life *l = context;

	if (l->is_looking)
		return STORE_FINE;
	if (l->is_dead)
		return STORE_DISK_FAILS;
	switch (moment) {
	case STORE_COMMITS:
		return on_commit(l);
	case STORE_COMMITTED:
		on_committed(l);
		return STORE_FINE;
	case STORE_BEGINS:
		return trouble_at(l, ++l->begins, false);
	case STORE_GROWS:
		sim_note(l->world, "the map grows");
		break;
	}
	return STORE_FINE;
}

/* ---- the world ---- */

static void follow(struct life *l, size_t node, size_t chain, uint64_t head)
{
	head -= l->is_quiet ? l->story->last_lag[node] : 0;
	sim_note(l->world, "node %zu: chain %zu, head %" PRIu64, node, chain, head);
	sim_net_follow(l->net, node, l->story->family->chains[chain].chain, head);
}

static void follow_move(struct life *l, size_t node, const struct story_move *move)
{
	follow(l, node, move->chain, move->head);
}

struct turn {
	struct life *life;
	size_t node;
};

static void on_move(void *context)
{
	const struct turn *turn = context;
	struct life *l = turn->life;

	follow_move(l, turn->node, &l->story->moves[l->next_move[turn->node]++]);
}

static void on_look(void *context)
{
	struct life *l = context;

	sim_world_at(l->world, sim_now(l->world) + LOOK_MS, on_look, l);
	if (!l->mirror || l->is_dead)
		return;
	if (life_is_at_head(l))
		mirror_stop(l->mirror);
	else if (sim_now(l->world) > l->story->quiet_ms + PATIENCE_MS)
		mirror_stop(l->mirror);
}

static void on_block(void *context)
{
	struct life *l = context;

	l->last_blocks++;
	for (size_t i = 0; i < l->story->node_count; i++)
		follow(l, i, l->story->last_chain,
		       life_last_chain(l)->head - STORY_LAST_BLOCKS + l->last_blocks);
}

static void on_quiet(void *context)
{
	struct life *l = context;
	const struct story *s = l->story;

	sim_note(l->world, "it is quiet");
	l->is_quiet = true;
	for (size_t i = 0; i < s->node_count; i++) {
		*sim_net_manners(l->net, i) = s->last_manners[i];
		follow_move(l, i, &s->moves[s->move_count - 1]);
	}
	for (uint64_t i = 1; i <= STORY_LAST_BLOCKS; i++)
		sim_world_at(l->world, sim_now(l->world) + i * GROW_MS, on_block, l);
	on_look(l);
}

/* A node hears of heads in their order, whatever its delays. */
static void plan(struct life *l, struct turn *turns)
{
	const struct story *s = l->story;

	for (size_t i = 0; i < s->node_count; i++) {
		uint64_t time = 0;

		turns[i] = (struct turn){.life = l, .node = i};
		*sim_net_manners(l->net, i) = s->manners[i];
		sim_node_finality(sim_net_node(l->net, i), s->finality);
		follow_move(l, i, &s->moves[0]);
		l->next_move[i] = 1;
		for (size_t m = 1; m < s->move_count; m++) {
			uint64_t due = s->moves[m].time + s->moves[m].delays[i];

			time = due > time ? due : time;
			sim_world_at(l->world, time, on_move, &turns[i]);
		}
	}
	sim_world_at(l->world, s->quiet_ms, on_quiet, l);
}

/* ---- the program ---- */

static const char *text_of(struct arena *arena, struct address address)
{
	return hex_string(arena, slice_of(address.bytes, ADDRESS_BYTES));
}

static const char *config_text(struct life *l)
{
	static const char *const levels[] = {"receipts", "receipts", "headers"};
	const struct story *s = l->story;
	const struct sim_names *names = sim_chain_names(s->family->chains[0].chain);
	struct buffer out = buffer_in(l->arena);

	buffer_printf(&out,
		      "{\"chain\": {\"id\": %d, \"poll_interval_ms\": %" PRIu64 ", \"rpc\": [",
		      SIM_CHAIN_ID, s->poll_ms);
	for (size_t i = 0; i < s->node_count; i++)
		buffer_printf(&out,
			      "%s{\"url\": \"%s\", \"attempts\": %u, \"timeout_ms\": %" PRIu64 "}",
			      i ? ", " : "", sim_net_url(i), s->attempts, s->timeout_ms);
	buffer_printf(&out, "]}, \"proof\": {\"level\": \"%s\", \"walk_headers_below\": %d},",
		      levels[s->mode], s->mode == STORY_SPARSE ? 0 : DENSE_BELOW);
	buffer_printf(&out, " \"store\": {\"path\": \"%s\"},", l->folder);
	buffer_printf(&out,
		      " \"views\": {\"every_blocks\": %" PRIu64
		      ", \"at_head\": %s, \"accounts\": \"%s\", \"mode\": \"%s\"},",
		      s->views_every, s->views_at_head ? "true" : "false",
		      s->all_accounts ? "all" : "touched", s->by_proof ? "proof" : "call");
	buffer_printf(&out,
		      " \"pools\": [{\"name\": \"sim\", \"protocol\": \"api3\", \"start_block\": 1,"
		      " \"contracts\": {\"pool\": \"%s\", \"token\": \"%s\","
		      " \"timelock_manager\": \"%s\", \"claims_managers\": [\"%s\"]}}]}",
		      text_of(l->arena, names->pool), text_of(l->arena, names->token),
		      text_of(l->arena, names->timelock), text_of(l->arena, names->manager));
	return buffer_string(&out);
}

static void on_line(void *context, enum log_level level, const char *line)
{
	struct life *l = context;

	(void)level;
	if (l->is_verbose)
		(void)printf("# %9.3f s    %s\n", (double)sim_now(l->world) / 1000, line);
}

static void on_reorg(void *context, const struct mirror_reorg *reorg)
{
	struct life *l = context;
	uint64_t depth = reorg->old.number - reorg->fork.number;

	l->outcome.reorgs++;
	l->outcome.depth = depth > l->outcome.depth ? depth : l->outcome.depth;
}

static void prepare(struct life *l)
{
	const char *text;

	scratch_make(l->folder);
	l->arena = arena_new();
	l->logger = (struct logger){LOG_DEBUG, on_line, l};
	l->clock = sim_clock(l->world);
	l->disk = (struct store_seam){
		.ask = ask_disk, .context = l, .map_initial = l->story->map_initial};
	l->options.on_reorg = on_reorg;
	l->options.context = l;
	l->options.clock = &l->clock;
	l->options.disk = &l->disk;
	text = config_text(l);
	assert_ok(config_parse(&l->config, l->arena, "sim", text, strlen(text), &l->err), l->err);
	for (size_t i = 0; i < l->story->node_count; i++) {
		l->seams[i] = (struct source_seams){.clock = l->clock,
						    .transport = sim_net_transport(l->net),
						    .seed = l->story->seed + i + 1};
		l->config.endpoints[i].options.seams = &l->seams[i];
	}
	sim_net_watch(l->net, on_request, l);
}

/* Opens, works, and comes back when it ended, was stopped or was killed. */
static void live(struct life *l)
{
	bool syncs = l->story->syncs_first;

	l->outcome.lives++;
	l->is_dead = false;
	l->had_trouble = false;
	sim_net_kill(l->net, false);
	sim_note(l->world, "life %" PRIu64, l->outcome.lives);
	l->st = mirror_open(&l->mirror, &l->config, &l->options, &l->logger, &l->err);
	if (l->st == OK && l->is_dead)
		mirror_stop(l->mirror);
	if (l->st == OK && syncs)
		l->st = mirror_sync(l->mirror, UINT64_MAX, &l->err);
	if (l->st == OK && !mirror_is_stopping(l->mirror))
		l->st = mirror_follow(l->mirror, &l->err);
	mirror_close(l->mirror);
	l->mirror = NULL;
	if (l->has_torn)
		restore_metas(l);
	sim_note(l->world, "ends: %s", status_name(l->st));
	if (l->is_verbose && l->st != OK)
		(void)printf("# %9.3f s    %s\n", (double)sim_now(l->world) / 1000, l->err.message);
}

struct sim_outcome sim_life_run(const struct story *story, bool is_verbose)
{
	struct life l = {.story = story, .is_verbose = is_verbose};
	struct turn turns[SIM_NET_NODES];

	l.world = sim_world_new(story->seed, is_verbose);
	l.net = sim_net_new(l.world);
	prepare(&l);
	plan(&l, turns);
	for (;;) {
		live(&l);
		life_judge_end(&l);
		if (l.is_quiet && life_is_at_head(&l))
			break;
		EXPECT(&l,
		       sim_now(l.world) < story->quiet_ms + PATIENCE_MS &&
			       l.outcome.lives < LIVES_MAX,
		       "the mirror does not come to the head");
		clock_sleep_ms(&l.clock, RESTART_MS);
	}
	life_judge(&l);
	l.outcome.hash = sim_world_hash(l.world);
	l.outcome.time = sim_now(l.world);
	l.outcome.requests = sim_net_requests(l.net);
	for (int i = 0; i < SIM_FAULT_COUNT; i++)
		l.outcome.faults[i] = sim_net_fault_count(l.net, (enum sim_fault)i);
	arena_free(l.arena);
	scratch_remove(l.folder);
	sim_net_free(l.net);
	sim_world_free(l.world);
	return l.outcome;
}

/* ---- straight runs ---- */

static void take_digests(struct life *l, struct story_chain *chain)
{
	struct store *store;
	struct store_txn *txn;

	chain->digests = xcalloc(chain->head + 1, sizeof(chain->digests[0]));
	assert_ok(store_open(&store, l->folder, STORE_READ, NULL, &l->err), l->err);
	assert_ok(store_begin(&txn, store, STORE_READ, &l->err), l->err);
	for (uint64_t n = 1; n <= chain->head; n++) {
		struct block_record record;

		assert_ok(store_block(&record, txn, n, &l->err), l->err);
		chain->digests[n] = record.digest;
	}
	life_judge_rows(l, txn, chain->head);
	store_abort(txn);
	store_close(store);
}

void sim_life_straight(struct story_family *family)
{
	for (size_t i = 0; i < family->count; i++) {
		struct story story = {.seed = family->index * STORY_FAMILY_SEEDS,
				      .family = family,
				      .last_chain = i,
				      .mode = STORY_HEADERS,
				      .attempts = 1,
				      .timeout_ms = 1000,
				      .poll_ms = 1000,
				      .views_at_head = true, /* the books are what the pool says */
				      .all_accounts = true,
				      .node_count = 1};
		struct life l = {.story = &story};

		l.world = sim_world_new(story.seed, false);
		l.net = sim_net_new(l.world);
		prepare(&l);
		sim_net_follow(l.net, 0, family->chains[i].chain, family->chains[i].head);
		assert_ok(mirror_open(&l.mirror, &l.config, &l.options, &l.logger, &l.err), l.err);
		assert_ok(mirror_sync(l.mirror, UINT64_MAX, &l.err), l.err);
		mirror_close(l.mirror);
		l.mirror = NULL;
		take_digests(&l, &family->chains[i]);
		arena_free(l.arena);
		scratch_remove(l.folder);
		sim_net_free(l.net);
		sim_world_free(l.world);
	}
}
