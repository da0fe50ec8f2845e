/*
 * Several sources as one, with nodes that do as they are told: failing over and coming back, lies
 * and honest forks, ranges. No network, and a clock that stands still until it is moved.
 */
#include "tests/indexer/check.h"

#include <inttypes.h>
#include <pthread.h>

#include "indexer/source_impl.h"
#include "indexer/source_several.h"

enum { NODES = 3, BLOCKS = 64, CHAIN = 7, QUARANTINE_MS = 300000, BRANCHES = 4 };

/* ---- chains: the same blocks up to a fork, others behind it ---- */

struct chain {
	struct block_header headers[BLOCKS];
	struct block_ref refs[BLOCKS];
	uint8_t branch[BLOCKS];
};

static void build_chain(struct chain *chain, uint64_t fork, uint8_t branch)
{
	struct arena *arena = arena_new();
	struct hash parent = {{0}};

	memset(chain, 0, sizeof(*chain));
	for (uint64_t n = 0; n < BLOCKS; n++) {
		struct block_header *header = &chain->headers[n];

		chain->branch[n] = n >= fork ? branch : 0;
		header->number = n;
		header->timestamp = n * 12;
		header->parent_hash = parent;
		header->extra = slice_of(&chain->branch[n], 1);
		parent = header_hash(header, arena);
		chain->refs[n] = (struct block_ref){.number = n,
						    .hash = parent,
						    .parent_hash = header->parent_hash,
						    .timestamp = header->timestamp};
	}
	arena_free(arena);
}

/* ---- a node that does as it is told; shared by its handles ---- */

struct scene;

struct node {
	const char *label;
	const struct chain *chain;
	uint64_t chain_id;
	uint64_t first; /* history before it was pruned */
	uint64_t head;
	bool knows_final;
	uint64_t final;
	bool is_syncing;
	enum status trouble;  /* what every question fails with; OK: none */
	unsigned trouble_nth; /* only every so manieth question does; 0: all */
	bool has_forged;      /* this block is given a hash that its header does not make */
	uint64_t forged;
	bool is_unproved;     /* ranges fail their proof */
	bool spoils_material; /* headers are not those of the hashes */
	unsigned range_steps;
	struct scene *slow; /* trouble takes its time on this one's clock */
	uint64_t takes_ms;
	uint64_t answer_ms; /* and so long does every answer, on the clock of `slow` */
	bool has_no_state;
	uint64_t width_max;

	atomic_uint asked; /* questions of any kind */
	atomic_uint header_asks;
	atomic_uint ranges;
	atomic_uint closed;
};

static void take_time(struct scene *s, uint64_t time);

struct fake {
	struct source base;
	struct node *node;
	uint64_t patience_ms; /* left; 0: no end of it */
	bool ran_out;
};

static struct node *node_in(struct source *source)
{
	return ((struct fake *)source)->node;
}

/* The answer takes its time, or as much as whoever asks has patience for. */
static bool is_cut_short(struct fake *fake)
{
	uint64_t takes = fake->node->answer_ms;
	bool has_limit = fake->patience_ms || fake->ran_out;

	if (has_limit && takes >= fake->patience_ms) {
		take_time(fake->node->slow, fake->patience_ms);
		fake->patience_ms = 0;
		fake->ran_out = true;
		return true;
	}
	if (takes)
		take_time(fake->node->slow, takes);
	if (has_limit)
		fake->patience_ms -= takes;
	return false;
}

static bool fake_hurry(struct source *source, uint64_t patience_ms)
{
	struct fake *fake = (struct fake *)source;
	bool ran_out = fake->ran_out;

	fake->ran_out = false;
	fake->patience_ms = patience_ms;
	return ran_out;
}

static enum status trouble(struct source *source, struct error *err)
{
	struct node *node = node_in(source);
	unsigned count = atomic_fetch_add(&node->asked, 1);

	if (is_cut_short((struct fake *)source))
		return error_set(err, ERR_AGAIN, "%s: too slow", node->label);
	if (node->trouble == OK || (node->trouble_nth && count % node->trouble_nth))
		return OK;
	if (node->slow)
		take_time(node->slow, node->takes_ms);
	return error_set(err, node->trouble, "%s: trouble %u", node->label, count);
}

static struct block_ref ref_of(const struct node *node, uint64_t number)
{
	struct block_ref ref = node->chain->refs[number];

	if (node->has_forged && number == node->forged)
		ref.hash.bytes[0] ^= 1;
	return ref;
}

static bool has_block(const struct node *node, uint64_t number)
{
	return number >= node->first && number <= node->head;
}

static enum status missing(const struct node *node, uint64_t number, struct error *err)
{
	return error_set(err, ERR_NOTFOUND, "%s: no block %" PRIu64, node->label, number);
}

static enum status fake_chain_id(uint64_t *out, struct source *source, struct error *err)
{
	*out = node_in(source)->chain_id;
	return trouble(source, err);
}

static enum status fake_is_syncing(bool *out, struct source *source, struct error *err)
{
	*out = node_in(source)->is_syncing;
	return trouble(source, err);
}

static enum status fake_tagged(struct block_ref *out, struct source *source, enum block_tag tag,
			       struct error *err)
{
	const struct node *node = node_in(source);
	enum status st = trouble(source, err);

	if (st != OK)
		return st;
	if (tag == BLOCK_FINALIZED && !node->knows_final)
		return error_set(err, ERR_NOTFOUND, "%s: no such tag", node->label);
	*out = ref_of(node, tag == BLOCK_LATEST ? node->head : node->final);
	return OK;
}

static enum status fake_extent(uint64_t *first, uint64_t *last, struct source *source,
			       struct error *err)
{
	*first = 0;
	*last = node_in(source)->head;
	return trouble(source, err);
}

static enum status fake_headers(struct block_ref *out, struct source *source,
				const uint64_t *numbers, size_t count, struct error *err)
{
	struct node *node = node_in(source);
	enum status st = trouble(source, err);

	(void)atomic_fetch_add(&node->header_asks, 1);
	for (size_t i = 0; st == OK && i < count; i++) {
		if (!has_block(node, numbers[i]))
			st = missing(node, numbers[i], err);
		else
			out[i] = ref_of(node, numbers[i]);
	}
	return st;
}

static bool knows(const struct node *node, uint64_t number, const struct hash *hash)
{
	struct block_ref ref;

	if (!has_block(node, number))
		return false;
	ref = ref_of(node, number);
	return !hash || hash_equal(ref.hash, *hash);
}

static enum status fake_block_logs(struct event_log **out, size_t *count, struct arena *arena,
				   struct source *source, const struct block_ref *block,
				   const struct log_filter *filters, size_t filter_count,
				   struct error *err)
{
	enum status st = trouble(source, err);

	(void)filters;
	(void)filter_count;
	if (st != OK)
		return st;
	if (!knows(node_in(source), block->number, &block->hash))
		return missing(node_in(source), block->number, err);
	*out = arena_alloc(arena, 0);
	*count = 0;
	return OK;
}

static enum status fake_material(struct block_material *out, struct arena *arena,
				 struct source *source, uint64_t number, const struct hash *hash,
				 unsigned parts, struct error *err)
{
	const struct node *node = node_in(source);
	enum status st = trouble(source, err);

	(void)arena;
	(void)parts;
	if (st != OK)
		return st;
	if (!knows(node, number, hash))
		return missing(node, number, err);
	out->claimed_hash = ref_of(node, number).hash;
	out->header = node->chain->headers[number];
	out->header.gas_used += node->spoils_material;
	out->unknown_member = "";
	return OK;
}

static enum status fake_proof(struct account_proof *out, struct arena *arena, struct source *source,
			      struct address address, const struct hash *slots, size_t slot_count,
			      const struct block_ref *at, struct error *err)
{
	enum status st = trouble(source, err);

	(void)arena;
	(void)slots;
	(void)slot_count;
	out->address = address;
	if (st == OK && !knows(node_in(source), at->number, &at->hash))
		st = missing(node_in(source), at->number, err);
	return st;
}

static enum status fake_calls(struct chain_call *calls, size_t count, struct arena *arena,
			      struct source *source, const struct block_ref *at, struct error *err)
{
	enum status st = trouble(source, err);

	(void)arena;
	for (size_t i = 0; i < count; i++) {
		bool knows_it = !node_in(source)->has_no_state || calls[i].data.size;

		calls[i].outcome = knows_it ? CALL_RETURNED : CALL_UNAVAILABLE;
		calls[i].reason = node_in(source)->label;
	}
	if (st == OK && !knows(node_in(source), at->number, &at->hash))
		st = missing(node_in(source), at->number, err);
	return st;
}

static enum status fake_has_code(bool *out, struct source *source, struct address address,
				 uint64_t number, struct error *err)
{
	enum status st = trouble(source, err);

	(void)address;
	*out = true;
	if (st == OK && !has_block(node_in(source), number))
		st = missing(node_in(source), number, err);
	return st;
}

/* ---- its ranges ---- */

struct fake_range {
	struct range_job job;
	unsigned steps;
	struct fake_range *next;
};

struct fake_ranges {
	struct fake fake;
	struct fake_range *ranges;
};

static struct fake_ranges *ranges_in(struct source *source)
{
	return (struct fake_ranges *)source;
}

static void give_blocks(struct range_job *job, const struct node *node)
{
	const struct range_ask *ask = &job->ask;
	size_t width = (size_t)(ask->to - ask->from + 1);

	job->blocks = arena_array(job->arena, width, sizeof(job->blocks[0]));
	for (uint64_t n = ask->from; n <= ask->to; n++)
		if (ask->all_headers || n % 5 == 0 || n == ask->to)
			job->blocks[job->block_count++].ref = ref_of(node, n);
	job->bytes = width;
	job->state = RANGE_DONE;
}

static void fail_proof(struct range_job *job, struct source *source)
{
	const struct proof_failure failure = {.fault = FAULT_RECEIPTS_ROOT, .block = job->ask.to};

	source_blame(source, &failure);
	job->is_unproved = true;
	job->unproved = job->ask.to;
	job->state = RANGE_FAILED;
	(void)error_set(&job->error, ERR_BAD_DATA, "%s: unproved", source->label);
}

static void answer_range(struct range_job *job, struct source *source)
{
	const struct node *node = node_in(source);

	job->state = RANGE_FAILED;
	if (source_is_stopped(source)) {
		(void)error_set(&job->error, ERR_AGAIN, "%s: interrupted", source->label);
	} else if (trouble(source, &job->error) != OK) {
		return;
	} else if (!has_block(node, job->ask.from) || !has_block(node, job->ask.to)) {
		(void)missing(node, job->ask.to, &job->error);
	} else if (node->width_max && job->ask.to - job->ask.from >= node->width_max) {
		job->state = RANGE_REFUSED;
		job->refusal = (struct rpc_error_info){.kind = RPC_RANGE_TOO_WIDE,
						       .blocks_max = node->width_max};
		(void)error_set(&job->error, ERR_AGAIN, "%s: too wide", node->label);
	} else if (node->is_unproved) {
		fail_proof(job, source);
	} else {
		give_blocks(job, node);
	}
}

static struct range_job *fake_range_begin(struct source *source, const struct range_ask *ask)
{
	struct fake_range *range = xcalloc(1, sizeof(*range));

	(void)atomic_fetch_add(&node_in(source)->ranges, 1);
	range->job.ask = *ask;
	range->job.arena = arena_new();
	range->steps = node_in(source)->range_steps;
	range->next = ranges_in(source)->ranges;
	ranges_in(source)->ranges = range;
	return &range->job;
}

static void fake_range_step(struct source *source, uint64_t wait_ms)
{
	(void)wait_ms;
	for (struct fake_range *range = ranges_in(source)->ranges; range; range = range->next)
		if (range->job.state == RANGE_UNDER_WAY &&
		    (source_is_stopped(source) || !range->steps--))
			answer_range(&range->job, source);
}

static void fake_range_wake(struct source *source)
{
	(void)source;
}

static void fake_range_end(struct source *source, struct range_job *job)
{
	struct fake_range **at = &ranges_in(source)->ranges;

	while (*at != (struct fake_range *)job)
		at = &(*at)->next;
	*at = (*at)->next;
	range_job_free(job);
}

/* ---- its handles ---- */

static void fake_close(struct source *source)
{
	assert_null(ranges_in(source)->ranges);
	(void)atomic_fetch_add(&node_in(source)->closed, 1);
	source_clear(source);
	free(source);
}

static enum status fake_peer(struct source **out, struct source *source, struct error *err);

static const struct source_ops fake_ops = {
	.close = fake_close,
	.peer = fake_peer,
	.chain_id = fake_chain_id,
	.is_syncing = fake_is_syncing,
	.tagged_block = fake_tagged,
	.extent = fake_extent,
	.headers = fake_headers,
	.block_logs = fake_block_logs,
	.material = fake_material,
	.account_proof = fake_proof,
	.calls = fake_calls,
	.has_code = fake_has_code,
	.hurry = fake_hurry,
	.range_begin = fake_range_begin,
	.range_step = fake_range_step,
	.range_wake = fake_range_wake,
	.range_end = fake_range_end,
};

static struct source *open_fake(struct node *node, const struct source_options *options,
				struct source_stop *stop)
{
	struct fake_ranges *fake = xcalloc(1, sizeof(*fake));
	struct error err;

	check_ok(source_init(&fake->fake.base, &fake_ops, node->label, options, NULL, stop, &err),
		 err);
	fake->fake.node = node;
	return &fake->fake.base;
}

static enum status fake_peer(struct source **out, struct source *source, struct error *err)
{
	(void)err;
	*out = open_fake(node_in(source), &source->options, source->stop);
	return OK;
}

/* ---- the scene ---- */

struct scene {
	struct chain chains[BRANCHES]; /* 0 is everybody's at first */
	struct node nodes[NODES];
	size_t count;
	atomic_ullong now;
	struct clock clock;
	struct witnesses *witnesses;
	struct source *source;
	struct logger logger;
	unsigned warnings;
	unsigned infos;
	unsigned errors;
	char last[1024];
};

static void take_time(struct scene *s, uint64_t time)
{
	(void)atomic_fetch_add(&s->now, time);
}

static uint64_t scene_now(void *context)
{
	return atomic_load(&((struct scene *)context)->now);
}

static void scene_sleep(void *context, uint64_t sleep_ms)
{
	(void)atomic_fetch_add(&((struct scene *)context)->now, sleep_ms);
}

static void scene_log(void *context, enum log_level level, const char *line)
{
	struct scene *s = context;

	s->errors += level == LOG_ERROR;
	s->warnings += level == LOG_WARN;
	s->infos += level == LOG_INFO;
	(void)snprintf(s->last, sizeof(s->last), "%s", line);
}

static struct scene *new_scene(size_t count)
{
	static const char *const labels[NODES] = {"A", "B", "C"};
	struct scene *s = xcalloc(1, sizeof(*s));

	s->count = count;
	atomic_init(&s->now, 1000000);
	s->clock = (struct clock){.now_ms = scene_now, .sleep_ms = scene_sleep, .context = s};
	s->logger = (struct logger){.least = LOG_INFO, .write = scene_log, .context = s};
	s->witnesses = witnesses_new(count, &s->clock, QUARANTINE_MS);
	build_chain(&s->chains[0], BLOCKS, 0);
	for (size_t i = 0; i < count; i++) {
		s->nodes[i] = (struct node){.label = labels[i],
					    .chain = &s->chains[0],
					    .chain_id = CHAIN,
					    .head = 50,
					    .knows_final = true,
					    .final = 30};
		witness_named(s->witnesses, i, labels[i]);
	}
	return s;
}

static void open_scene(struct scene *s, unsigned quorum)
{
	const struct several_options options = {
		.quorum = quorum, .witnesses = s->witnesses, .chain_id = CHAIN, .clock = &s->clock};
	struct source *children[NODES];
	struct error err;

	for (size_t i = 0; i < s->count; i++) {
		const struct source_options own = {.witnesses = s->witnesses, .witness = i};

		children[i] = open_fake(&s->nodes[i], &own, NULL);
	}
	check_ok(source_several_open(&s->source, children, s->count, &options, &s->logger, &err),
		 err);
}

static void free_scene(struct scene *s)
{
	source_close(s->source);
	for (size_t i = 0; i < s->count; i++)
		assert_true(atomic_load(&s->nodes[i].closed) > 0);
	witnesses_free(s->witnesses);
	free(s);
}

/* A branch of its own for the node, from this block on. */
static void fork_node(struct scene *s, size_t node, uint64_t fork, uint8_t branch)
{
	build_chain(&s->chains[branch], fork, branch);
	s->nodes[node].chain = &s->chains[branch];
}

static unsigned asked(struct scene *s, size_t node)
{
	return atomic_exchange(&s->nodes[node].asked, 0);
}

static void check_block(struct scene *s, uint64_t number, uint8_t branch)
{
	struct block_ref ref;
	struct error err;

	check_ok(source_headers(&ref, s->source, &number, 1, &err), err);
	assert_true(hash_equal(ref.hash, s->chains[branch].refs[number].hash));
}

static uint64_t head_number(struct scene *s)
{
	struct block_ref head;
	struct error err;

	check_ok(source_tagged_block(&head, s->source, BLOCK_LATEST, &err), err);
	return head.number;
}

static uint64_t lies(struct scene *s, size_t node)
{
	return witness_read(s->witnesses, node).lies;
}

static void check_no_lies(struct scene *s)
{
	for (size_t i = 0; i < s->count; i++)
		assert_int_equal(lies(s, i), 0);
}

/* Steps until the job is over; it must be before long. */
static void finish(struct source *source, const struct range_job *job)
{
	for (unsigned i = 0; i < 100 && job->state == RANGE_UNDER_WAY; i++)
		source->ops->range_step(source, 1);
	assert_int_not_equal(job->state, RANGE_UNDER_WAY);
}

static struct range_job *begin(struct scene *s, uint64_t from, uint64_t to, bool all_headers)
{
	const struct range_ask ask = {.from = from, .to = to, .all_headers = all_headers};

	return s->source->ops->range_begin(s->source, &ask);
}

static void end(struct scene *s, struct range_job *job)
{
	s->source->ops->range_end(s->source, job);
}

/* ---- who is asked ---- */

static void the_first_that_works_is_asked_and_named(void **state)
{
	struct scene *s = new_scene(2);

	(void)state;
	open_scene(s, 2);
	assert_string_equal(source_label(s->source), "A");
	assert_int_equal(head_number(s), 50);
	s->nodes[0].trouble = ERR_AGAIN;
	assert_int_equal(head_number(s), 50);
	assert_string_equal(source_label(s->source), "B");
	assert_int_equal(s->warnings, 1);
	assert_non_null(strstr(s->last, "A is left alone (A: trouble"));
	assert_non_null(strstr(s->last, "going on with B"));

	/* left alone while it pauses */
	(void)asked(s, 0);
	assert_int_equal(head_number(s), 50);
	assert_int_equal(asked(s, 0), 0);

	/* tried again then; with each trouble the pause is twice as long, up to a minute */
	for (uint64_t pause = 1000; pause < 500000; pause *= 2) {
		take_time(s, (pause < 60000 ? pause : 60000) - 1);
		assert_int_equal(head_number(s), 50);
		assert_int_equal(asked(s, 0), 0);
		take_time(s, 1);
		assert_int_equal(head_number(s), 50);
		assert_int_equal(asked(s, 0), 1);
	}
	s->nodes[0].trouble = OK;
	take_time(s, 60000);
	assert_int_equal(head_number(s), 50);
	assert_string_equal(source_label(s->source), "A");
	assert_int_equal(s->warnings, 1);
	assert_int_equal(s->infos, 1);
	assert_non_null(strstr(s->last, "A is asked again, instead of B"));
	check_no_lies(s);
	free_scene(s);
}

static void one_that_lags_or_syncs_stands_back(void **state)
{
	struct scene *s = new_scene(3);

	(void)state;
	s->nodes[0].head = 46;
	s->nodes[1].is_syncing = true;
	open_scene(s, 2);
	assert_int_equal(head_number(s), 50);
	assert_string_equal(source_label(s->source), "C");
	/* three blocks are nothing */
	s->nodes[0].head = 47;
	take_time(s, 1000);
	assert_int_equal(head_number(s), 47);
	assert_string_equal(source_label(s->source), "A");
	/* it is not asked whether it still syncs more than now and then */
	(void)asked(s, 1);
	s->nodes[0].trouble = ERR_AGAIN;
	s->nodes[1].is_syncing = false;
	assert_int_equal(head_number(s), 50);
	assert_int_equal(asked(s, 1), 0);
	take_time(s, 30000);
	assert_int_equal(head_number(s), 50);
	assert_string_equal(source_label(s->source), "B");
	free_scene(s);
}

static void one_that_hangs_is_left_alone_for_longer(void **state)
{
	struct scene *s = new_scene(2);

	(void)state;
	open_scene(s, 1);
	(void)head_number(s);
	s->nodes[0].trouble = ERR_AGAIN;
	s->nodes[0].slow = s;
	s->nodes[0].takes_ms = 100000;
	(void)head_number(s);
	(void)asked(s, 0);
	take_time(s, 399999);
	(void)head_number(s);
	assert_int_equal(asked(s, 0), 0);
	take_time(s, 1);
	(void)head_number(s);
	assert_int_equal(asked(s, 0), 1);
	free_scene(s);
}

/* ---- slow ones ---- */

static uint64_t now_of(struct scene *s)
{
	return atomic_load(&s->now);
}

static enum status ask_code(struct scene *s, struct error *err)
{
	bool has_code = false;
	enum status st = source_has_code(&has_code, s->source, (struct address){{0}}, 10, err);

	assert_true(st != OK || has_code);
	return st;
}

/* How long it takes until the question is answered. */
static uint64_t time_of_code(struct scene *s)
{
	uint64_t begin = now_of(s);
	struct error err;

	check_ok(ask_code(s, &err), err);
	return now_of(s) - begin;
}

static struct scene *new_slow_scene(size_t count)
{
	struct scene *s = new_scene(count);

	for (size_t i = 0; i < count; i++) {
		s->nodes[i].slow = s;
		s->nodes[i].answer_ms = 20;
	}
	open_scene(s, 1);
	(void)head_number(s);
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(time_of_code(s), 20);
	return s;
}

static uint64_t hedges(struct scene *s, size_t node)
{
	return witness_read(s->witnesses, node).hedges;
}

static void where_one_is_slow_another_is_asked(void **state)
{
	struct scene *s = new_slow_scene(2);

	(void)state;
	assert_string_equal(source_label(s->source), "A");
	/* What is unusual is waited for a second, and no more. */
	s->nodes[0].answer_ms = 900;
	assert_int_equal(time_of_code(s), 900);
	s->nodes[0].answer_ms = 20000;
	assert_int_equal(time_of_code(s), 1000 + 20);
	assert_int_equal(hedges(s, 0), 1);
	assert_int_equal(hedges(s, 1), 0);
	/* Once is no reason to leave it alone. */
	s->nodes[0].answer_ms = 20;
	(void)asked(s, 0);
	assert_int_equal(time_of_code(s), 20);
	assert_int_equal(asked(s, 0), 1);
	assert_int_equal(witness_read(s->witnesses, 0).paused_left_ms, 0);
	free_scene(s);
}

static void patience_grows_with_what_is_usual(void **state)
{
	struct scene *s = new_slow_scene(2);

	(void)state;
	/* Slower and slower, and never four times as slow as before. */
	for (uint64_t ms = 20; ms < 2000; ms += ms / 4) {
		s->nodes[0].answer_ms = ms;
		for (unsigned i = 0; i < 10; i++)
			assert_int_equal(time_of_code(s), ms);
	}
	s->nodes[0].answer_ms = 5000;
	assert_int_equal(time_of_code(s), 5000);
	/* Ten seconds are the most. */
	s->nodes[0].answer_ms = 9000;
	for (unsigned i = 0; i < 20; i++)
		assert_int_equal(time_of_code(s), 9000);
	s->nodes[0].answer_ms = 100000;
	assert_int_equal(time_of_code(s), 10000 + 20);
	/* Questions of other kinds have other times. */
	s->nodes[0].answer_ms = 20;
	assert_int_equal(hedges(s, 0), 1);
	free_scene(s);
}

static void one_that_is_slow_again_and_again_is_left_alone(void **state)
{
	struct scene *s = new_slow_scene(2);

	(void)state;
	s->nodes[0].answer_ms = 60000;
	for (unsigned i = 0; i < 3; i++)
		assert_in_range(time_of_code(s), 1000, 1100);
	assert_int_equal(hedges(s, 0), 3);
	assert_in_range(witness_read(s->witnesses, 0).paused_left_ms, 900, 1000);
	assert_string_equal(source_label(s->source), "B");
	assert_int_equal(time_of_code(s), 20);
	/* Tried after the pause, and once slow is enough now. */
	take_time(s, 1000);
	assert_in_range(time_of_code(s), 1000, 1100);
	assert_int_equal(time_of_code(s), 20);
	assert_in_range(witness_read(s->witnesses, 0).paused_left_ms, 1900, 2000);
	s->nodes[0].answer_ms = 20;
	take_time(s, 2000);
	(void)asked(s, 0);
	assert_int_equal(time_of_code(s), 20);
	assert_int_equal(asked(s, 0), 1);
	assert_int_equal(witness_read(s->witnesses, 0).paused_left_ms, 0);
	free_scene(s);
}

/* A slow answer costs a wait, and never the answer. */
static void where_all_are_slow_or_fail_the_slow_one_has_its_time(void **state)
{
	struct scene *s = new_slow_scene(3);
	struct error err;
	uint64_t begin = now_of(s);

	(void)state;
	s->nodes[0].answer_ms = 30000;
	s->nodes[1].trouble = ERR_AGAIN;
	s->nodes[2].trouble = ERR_AGAIN;
	check_ok(ask_code(s, &err), err);
	assert_int_equal(now_of(s) - begin, 1000 + 20 + 20 + 30000);
	assert_string_equal(source_label(s->source), "A");
	/* The others have not got it: it may be there at the slow one. */
	take_time(s, 60000);
	for (unsigned i = 1; i < 3; i++) {
		s->nodes[i].trouble = OK;
		s->nodes[i].first = 20;
	}
	check_ok(ask_code(s, &err), err);
	/* Slow all of them: the last that is asked has its time. */
	s->nodes[1].answer_ms = s->nodes[2].answer_ms = 30000;
	s->nodes[1].first = s->nodes[2].first = 0;
	check_ok(ask_code(s, &err), err);
	free_scene(s);
}

/* All say that it is not there, the slow one last: that is the answer, and no trouble. */
static void what_a_slow_one_has_not_either_is_not_found(void **state)
{
	struct scene *s = new_slow_scene(2);
	struct error err;
	bool has_code;

	(void)state;
	s->nodes[0].answer_ms = 5000;
	check_fails(source_has_code(&has_code, s->source, (struct address){{0}}, 60, &err),
		    ERR_NOTFOUND, err, "no block 60");
	assert_int_equal(hedges(s, 0), 1);
	/* Its trouble in the end is one. */
	s->nodes[0].trouble = ERR_AGAIN;
	check_fails(source_has_code(&has_code, s->source, (struct address){{0}}, 60, &err),
		    ERR_AGAIN, err, "A: trouble");
	free_scene(s);
}

static void a_head_is_not_waited_for_where_it_is_only_good_to_know(void **state)
{
	struct scene *s = new_slow_scene(3);
	uint64_t begin;

	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		assert_int_equal(head_number(s), 50);
		take_time(s, 2000);
	}
	s->nodes[2].answer_ms = 60000;
	begin = now_of(s);
	assert_int_equal(head_number(s), 50);
	assert_int_equal(now_of(s) - begin, 20 + 20 + 1000);
	assert_int_equal(hedges(s, 2), 1);
	free_scene(s);
}

/* One vote less, and not for long: a header takes no ten seconds. */
static void a_vote_on_one_block_is_waited_for_ten_seconds(void **state)
{
	const struct proof_failure failure = {.fault = FAULT_RECEIPTS_ROOT};
	struct scene *s = new_slow_scene(3);
	uint64_t begin = now_of(s);

	(void)state;
	s->nodes[1].answer_ms = 9000;
	check_block(s, 10, 0);
	assert_int_equal(now_of(s) - begin, 20 + 9000 + 20);
	s->nodes[1].answer_ms = 300000;
	begin = now_of(s);
	check_block(s, 11, 0);
	assert_int_equal(now_of(s) - begin, 20 + 10000 + 20);
	assert_in_range(witness_read(s->witnesses, 1).paused_left_ms, 39000, 40000);
	/* Where nobody else is known to be good it has its time. */
	take_time(s, 40000);
	witness_lied(s->witnesses, 0, &failure);
	witness_lied(s->witnesses, 2, &failure);
	begin = now_of(s);
	check_block(s, 12, 0);
	assert_true(now_of(s) - begin >= 300000);
	free_scene(s);
}

static void one_that_does_not_say_who_it_is_is_not_waited_for(void **state)
{
	struct scene *s = new_scene(3);
	uint64_t start = now_of(s);
	struct range_job *job;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		s->nodes[i].slow = s;
		s->nodes[i].answer_ms = 20;
	}
	s->nodes[0].answer_ms = 300000;
	open_scene(s, 1);
	check_block(s, 10, 0);
	assert_int_equal(now_of(s) - start, 4000 + 3 * 20 + 3 * 20);
	start = now_of(s);
	take_time(s, 1000);
	job = begin(s, 1, 10, false);
	finish(s->source, job);
	assert_int_equal(job->state, RANGE_DONE);
	end(s, job);
	assert_true(now_of(s) - start < 10000);
	free_scene(s);
}

/* ---- trying one again ---- */

static void after_a_pause_one_alone_tries_it(void **state)
{
	struct scene *s = new_scene(2);
	struct source *peer = NULL;
	struct range_job *probe;
	struct range_job *other;
	struct block_ref head;
	struct error err;

	(void)state;
	open_scene(s, 1);
	(void)head_number(s);
	s->nodes[0].trouble = ERR_AGAIN;
	(void)head_number(s);
	assert_in_range(witness_read(s->witnesses, 0).paused_left_ms, 1, 1000);
	s->nodes[0].trouble = OK;
	take_time(s, 1000);
	check_ok(source_peer(&peer, s->source, &err), err);
	(void)asked(s, 0);
	/* The first range tries it; nobody else does, until that is answered. */
	probe = begin(s, 1, 10, false);
	other = begin(s, 11, 20, false);
	assert_int_equal(atomic_load(&s->nodes[0].ranges), 1);
	assert_int_equal(atomic_load(&s->nodes[1].ranges), 1);
	check_ok(source_tagged_block(&head, peer, BLOCK_LATEST, &err), err);
	assert_int_equal(asked(s, 0), 0);
	finish(s->source, probe);
	finish(s->source, other);
	assert_int_equal(probe->state, RANGE_DONE);
	(void)asked(s, 0);
	check_ok(source_tagged_block(&head, peer, BLOCK_LATEST, &err), err);
	assert_int_equal(asked(s, 0), 1);
	end(s, probe);
	end(s, other);
	source_close(peer);
	free_scene(s);
}

/* Who tried it may be gone without a word. */
static void a_try_that_nobody_ends_is_made_again(void **state)
{
	struct scene *s = new_scene(2);

	(void)state;
	open_scene(s, 1);
	(void)head_number(s);
	s->nodes[0].trouble = ERR_AGAIN;
	(void)head_number(s);
	s->nodes[0].trouble = OK;
	take_time(s, 1000);
	end(s, begin(s, 1, 10, false));
	(void)asked(s, 0);
	(void)head_number(s);
	assert_int_equal(asked(s, 0), 0);
	take_time(s, 30000);
	(void)head_number(s);
	assert_int_equal(asked(s, 0), 1);
	assert_string_equal(source_label(s->source), "A");
	free_scene(s);
}

/* An archive behind a node without history. */
static void calls_that_one_cannot_answer_go_to_the_next(void **state)
{
	struct scene *s = new_scene(2);
	struct chain_call list[3] = {{.data = slice_of("", 0)}, {.data = slice_of("x", 1)}};
	struct arena *arena = arena_new();
	struct error err;

	(void)state;
	open_scene(s, 1);
	s->nodes[0].has_no_state = true;
	check_ok(source_calls(list, 3, arena, s->source, &s->chains[0].refs[9], &err), err);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(list[i].outcome, CALL_RETURNED);
	assert_string_equal(list[0].reason, "B");
	assert_string_equal(list[1].reason, "A");
	assert_string_equal(list[2].reason, "B");
	s->nodes[1].has_no_state = true;
	check_ok(source_calls(list, 3, arena, s->source, &s->chains[0].refs[9], &err), err);
	assert_int_equal(list[0].outcome, CALL_UNAVAILABLE);
	assert_int_equal(list[1].outcome, CALL_RETURNED);
	s->nodes[1].trouble = ERR_AGAIN;
	check_ok(source_calls(list, 3, arena, s->source, &s->chains[0].refs[9], &err), err);
	assert_int_equal(list[1].outcome, CALL_RETURNED);
	arena_free(arena);
	free_scene(s);
}

static void heads_of_the_others_are_learned_once_a_second(void **state)
{
	struct scene *s = new_scene(2);

	(void)state;
	open_scene(s, 1);
	(void)head_number(s);
	(void)asked(s, 0);
	(void)asked(s, 1);
	for (unsigned i = 0; i < 40; i++) {
		(void)head_number(s);
		take_time(s, 100);
	}
	assert_int_equal(asked(s, 0), 40);
	assert_int_equal(asked(s, 1), 3);
	free_scene(s);
}

static void all_that_are_down_are_asked_and_the_last_error_is_told(void **state)
{
	struct scene *s = new_scene(2);
	struct block_ref head;
	struct error err;
	bool has_code = false;

	(void)state;
	open_scene(s, 1);
	s->nodes[0].trouble = ERR_BAD_DATA;
	s->nodes[1].trouble = ERR_AGAIN;
	check_fails(source_tagged_block(&head, s->source, BLOCK_LATEST, &err), ERR_AGAIN, err,
		    "B: trouble");
	/* there is nobody else: those who pause are asked again */
	s->nodes[1].trouble = OK;
	assert_int_equal(head_number(s), 50);
	assert_string_equal(source_label(s->source), "B");
	/* what one has not, the next may have */
	s->nodes[0].trouble = OK;
	s->nodes[0].first = 20;
	take_time(s, 60000);
	check_ok(source_has_code(&has_code, s->source, (struct address){{0}}, 10, &err), err);
	assert_true(has_code);
	check_block(s, 10, 0);
	check_fails(source_has_code(&has_code, s->source, (struct address){{0}}, 60, &err),
		    ERR_NOTFOUND, err, "no block 60");
	free_scene(s);
}

static void a_node_of_another_chain_is_refused(void **state)
{
	struct scene *s = new_scene(2);
	struct error err;
	uint64_t chain_id;

	(void)state;
	s->nodes[1].trouble = ERR_AGAIN;
	open_scene(s, 1);
	check_ok(source_chain_id(&chain_id, s->source, &err), err);
	assert_int_equal(chain_id, CHAIN);
	/* down at first, and then of another chain: it is never asked anything else */
	s->nodes[1].trouble = OK;
	s->nodes[1].chain_id = 1;
	s->nodes[1].head = 60;
	take_time(s, 60000);
	assert_int_equal(head_number(s), 50);
	assert_int_equal(s->errors, 1);
	assert_non_null(strstr(s->last, "B is on chain 1, expected 7"));
	s->nodes[0].trouble = ERR_AGAIN;
	(void)asked(s, 1);
	check_fails(source_chain_id(&chain_id, s->source, &err), ERR_DENIED, err,
		    "B is on chain 1, expected 7");
	assert_int_equal(asked(s, 1), 0);
	free_scene(s);
}

static void a_stop_reaches_every_child_and_its_peers(void **state)
{
	struct scene *s = new_scene(2);
	struct source *peer = NULL;
	struct range_job *job;
	struct block_ref head;
	struct error err;

	(void)state;
	open_scene(s, 1);
	check_ok(source_peer(&peer, s->source, &err), err);
	s->nodes[0].range_steps = s->nodes[1].range_steps = 1000;
	job = begin(s, 1, 40, false);
	(void)asked(s, 0);
	source_interrupt(peer);
	finish(s->source, job);
	assert_int_equal(job->state, RANGE_FAILED);
	assert_int_equal(job->error.status, ERR_AGAIN);
	end(s, job);
	job = begin(s, 1, 40, false);
	assert_int_equal(job->state, RANGE_FAILED);
	end(s, job);
	check_fails(source_tagged_block(&head, s->source, BLOCK_LATEST, &err), ERR_AGAIN, err,
		    "interrupted");
	assert_int_equal(asked(s, 0) + asked(s, 1), 0);
	assert_int_equal(atomic_load(&s->nodes[0].ranges) + atomic_load(&s->nodes[1].ranges), 1);
	source_close(peer);
	free_scene(s);
}

/* ---- lies and disagreement ---- */

static void a_lie_puts_in_quarantine_and_time_brings_back(void **state)
{
	struct scene *s = new_scene(2);
	const struct proof_failure failure = {.fault = FAULT_DISAGREEMENT, .block = 40};
	struct proof_failure told;
	struct block_ref head;
	struct error err;

	(void)state;
	open_scene(s, 1);
	(void)head_number(s);
	source_blame(s->source, &failure); /* who spoke last */
	assert_true(witness_is_quarantined(s->witnesses, 0));
	assert_true(witnesses_next_failure(&told, s->witnesses));
	assert_string_equal(told.node, "A");
	(void)asked(s, 0);
	take_time(s, QUARANTINE_MS - 1);
	assert_int_equal(head_number(s), 50);
	assert_string_equal(source_label(s->source), "B");
	assert_non_null(strstr(s->last, "A is left alone (it is in quarantine)"));
	/* not asked even where the other is down */
	s->nodes[1].trouble = ERR_AGAIN;
	check_fails(source_tagged_block(&head, s->source, BLOCK_LATEST, &err), ERR_AGAIN, err,
		    "B: trouble");
	assert_int_equal(asked(s, 0), 0);
	/* nobody is left */
	source_blame(s->source, &failure);
	check_fails(source_tagged_block(&head, s->source, BLOCK_LATEST, &err), ERR_BAD_DATA, err,
		    "all 2 nodes are in quarantine: B: block 40");
	take_time(s, 1);
	assert_int_equal(head_number(s), 50);
	assert_string_equal(source_label(s->source), "A");
	free_scene(s);
}

/* What it says is proved or refused anyway: better than nobody. */
static void who_failed_a_proof_is_asked_where_nobody_else_is_left(void **state)
{
	struct scene *s = new_scene(2);
	const struct proof_failure failure = {.fault = FAULT_STATE, .block = 40};

	(void)state;
	open_scene(s, 1);
	(void)head_number(s);
	source_blame(s->source, &failure);
	(void)asked(s, 0);
	assert_int_equal(head_number(s), 50);
	assert_string_equal(source_label(s->source), "B");
	assert_int_equal(asked(s, 0), 0);
	s->nodes[1].trouble = ERR_AGAIN;
	assert_int_equal(head_number(s), 50);
	assert_true(asked(s, 0) > 0);
	free_scene(s);
}

/* Consistent headers of a branch that nobody else is on: only a majority can tell. */
static void a_majority_wins_over_a_liar_in_any_position(void **state)
{
	(void)state;
	for (size_t liar = 0; liar < NODES; liar++) {
		struct scene *s = new_scene(3);
		struct proof_failure told;
		size_t honest = liar == 0 ? 1 : 0;

		open_scene(s, 2);
		fork_node(s, liar, 20, 1);
		/* above the finalized block that may be honest */
		check_block(s, 40, 0);
		check_block(s, 40, 0);
		check_no_lies(s);
		assert_int_equal(s->infos, 1); /* once a block */
		assert_string_equal(source_label(s->source), "A");
		/* at it or below it is a lie */
		check_block(s, 30, 0);
		assert_int_equal(lies(s, liar), 1);
		assert_int_equal(lies(s, honest), 0);
		assert_true(witnesses_next_failure(&told, s->witnesses));
		assert_int_equal(told.fault, FAULT_DISAGREEMENT);
		assert_int_equal(told.block, 30);
		assert_string_equal(told.node, s->nodes[liar].label);
		(void)asked(s, liar);
		check_block(s, 25, 0);
		assert_int_equal(asked(s, liar), 0);
		free_scene(s);
	}
}

static void two_that_disagree_wait_for_the_one_that_changes_its_mind(void **state)
{
	struct scene *s = new_scene(2);
	const uint64_t number = 45;
	struct block_ref ref;
	struct error err;

	(void)state;
	open_scene(s, 2);
	fork_node(s, 1, 45, 1);
	check_fails(source_headers(&ref, s->source, &number, 1, &err), ERR_AGAIN, err,
		    "nodes disagree on block 45: A says 0x");
	assert_non_null(strstr(err.message, ", B says 0x"));
	assert_non_null(strstr(err.message, "waiting for a quorum of 2"));
	/* the newest block on which they agree is as far as the chain goes */
	assert_int_equal(head_number(s), 44);
	s->nodes[0].chain = &s->chains[1]; /* it was the other's branch */
	check_block(s, 45, 1);
	assert_int_equal(head_number(s), 50);
	check_no_lies(s);
	free_scene(s);
}

static void finality_settles_where_more_than_half_know_it(void **state)
{
	struct scene *s = new_scene(3);
	const uint64_t number = 30;
	struct block_ref ref;
	struct error err;

	(void)state;
	open_scene(s, 3); /* nothing but unanimity is a quorum */
	fork_node(s, 2, 20, 1);
	s->nodes[2].final = 19;
	s->nodes[1].final = 29;
	check_fails(source_headers(&ref, s->source, &number, 1, &err), ERR_AGAIN, err,
		    "waiting for a quorum of 3");
	s->nodes[1].final = 30;
	check_block(s, 30, 0);
	assert_int_equal(lies(s, 2), 1);
	assert_int_equal(lies(s, 0) + lies(s, 1), 0);
	free_scene(s);
}

static void two_liars_of_one_mind_win_but_nobody_is_called_a_liar_without_finality(void **state)
{
	struct scene *s = new_scene(3);

	(void)state;
	open_scene(s, 2);
	fork_node(s, 1, 20, 1);
	s->nodes[2].chain = s->nodes[1].chain;
	s->nodes[1].knows_final = s->nodes[2].knows_final = false;
	check_block(s, 25, 1);
	assert_string_equal(source_label(s->source), "A"); /* still the first choice for others */
	check_no_lies(s);
	free_scene(s);
}

static void a_header_that_does_not_make_its_hash_needs_no_quorum(void **state)
{
	(void)state;
	for (size_t liar = 0; liar < 2; liar++) {
		struct scene *s = new_scene(2);
		struct proof_failure told;

		open_scene(s, 2);
		s->nodes[liar].has_forged = true;
		s->nodes[liar].forged = 45;
		check_block(s, 45, 0);
		assert_int_equal(lies(s, liar), 1);
		assert_int_equal(lies(s, 1 - liar), 0);
		assert_true(witnesses_next_failure(&told, s->witnesses));
		assert_int_equal(told.fault, FAULT_HEADER_HASH);
		assert_string_equal(told.node, s->nodes[liar].label);
		assert_int_equal(head_number(s), 50);
		assert_string_equal(source_label(s->source), s->nodes[1 - liar].label);
		free_scene(s);
	}
}

static void questions_about_a_disputed_block_go_to_those_who_name_it(void **state)
{
	struct scene *s = new_scene(3);
	struct arena *arena = arena_new();
	struct block_material material;
	struct event_log *logs;
	struct chain_call call = {0};
	struct account_proof proof;
	struct block_ref ref;
	struct error err;
	uint64_t number = 45;
	size_t count;

	(void)state;
	open_scene(s, 2);
	fork_node(s, 0, 40, 1);
	check_ok(source_material(&material, arena, s->source, number, NULL, 0, &err), err);
	assert_true(hash_equal(material.claimed_hash, s->chains[0].refs[45].hash));
	(void)asked(s, 0);
	ref = s->chains[0].refs[45];
	check_ok(source_block_logs(&logs, &count, arena, s->source, &ref, NULL, 0, &err), err);
	check_ok(source_calls(&call, 1, arena, s->source, &ref, &err), err);
	check_ok(source_account_proof(&proof, arena, s->source, (struct address){{0}}, NULL, 0,
				      &ref, &err),
		 err);
	assert_int_equal(asked(s, 0), 0);
	/* any other hash is asked of all, one after the other */
	ref = s->chains[0].refs[46];
	check_ok(source_block_logs(&logs, &count, arena, s->source, &ref, NULL, 0, &err), err);
	assert_int_equal(asked(s, 0), 1);
	ref.hash.bytes[0] ^= 1;
	check_fails(source_block_logs(&logs, &count, arena, s->source, &ref, NULL, 0, &err),
		    ERR_NOTFOUND, err, "no block 46");
	arena_free(arena);
	free_scene(s);
}

static void a_block_that_fails_its_proof_comes_from_another(void **state)
{
	struct scene *s = new_scene(2);
	const struct block_wish wish = {.proof = PROVE_RECEIPTS};
	struct arena *arena = arena_new();
	struct fetched_block block;
	struct proof_failure told;
	struct error err;

	(void)state;
	open_scene(s, 2);
	s->nodes[0].spoils_material = true;
	check_ok(source_block(&block, arena, s->source, 45, NULL, &wish, false, &err), err);
	assert_true(hash_equal(block.ref.hash, s->chains[0].refs[45].hash));
	assert_string_equal(block.node, "B");
	assert_true(witnesses_next_failure(&told, s->witnesses));
	assert_string_equal(told.node, "A");
	assert_false(witnesses_next_failure(&told, s->witnesses));
	arena_free(arena);
	free_scene(s);
}

static void what_one_alone_can_answer_is_believed_of_it(void **state)
{
	struct scene *s = new_scene(3);
	struct block_ref refs[BLOCKS];
	uint64_t numbers[BLOCKS];
	struct error err;

	(void)state;
	open_scene(s, 3);
	s->nodes[0].first = 33;
	s->nodes[1].head = 48;
	s->nodes[2].head = 12;
	for (size_t i = 0; i <= 50; i++)
		numbers[i] = i;
	check_ok(source_headers(refs, s->source, numbers, 51, &err), err);
	for (size_t i = 0; i <= 50; i++)
		assert_true(hash_equal(refs[i].hash, s->chains[0].refs[i].hash));
	/* what is lacking is found in few questions */
	assert_true(atomic_load(&s->nodes[0].header_asks) <= 10);
	assert_true(atomic_load(&s->nodes[2].header_asks) <= 10);
	numbers[51] = 51;
	check_fails(source_headers(refs, s->source, &numbers[40], 12, &err), ERR_NOTFOUND, err,
		    "has block 51");
	/* one that is known to have it, and does not answer, makes it passing trouble */
	assert_int_equal(head_number(s), 50);
	s->nodes[0].trouble = ERR_AGAIN;
	check_fails(source_headers(refs, s->source, &numbers[50], 1, &err), ERR_AGAIN, err,
		    "A does not answer");
	free_scene(s);
}

/* ---- ranges ---- */

static void check_range(struct scene *s, const struct range_job *job, uint8_t branch)
{
	if (job->state != RANGE_DONE)
		fail_msg("%s", job->error.message);
	assert_int_equal(job->blocks[job->block_count - 1].ref.number, job->ask.to);
	for (size_t i = 0; i < job->block_count; i++) {
		uint64_t number = job->blocks[i].ref.number;

		assert_true(
			hash_equal(job->blocks[i].ref.hash, s->chains[branch].refs[number].hash));
	}
}

static void a_range_fails_over(void **state)
{
	struct scene *s = new_scene(3);
	struct range_job *job;

	(void)state;
	open_scene(s, 2);
	s->nodes[1].is_unproved = true;
	/* met while all is well: the trouble comes with the range */
	(void)head_number(s);
	s->nodes[0].trouble = ERR_AGAIN;
	job = begin(s, 1, 40, false);
	finish(s->source, job);
	check_range(s, job, 0);
	end(s, job);
	assert_int_equal(lies(s, 1), 1);
	assert_string_equal(source_label(s->source), "C");
	/* all fail: the proof that failed last in the range is the range's */
	take_time(s, QUARANTINE_MS);
	s->nodes[0].trouble = OK;
	for (size_t i = 0; i < 3; i++)
		s->nodes[i].is_unproved = true;
	job = begin(s, 1, 40, false);
	finish(s->source, job);
	assert_int_equal(job->state, RANGE_FAILED);
	assert_int_equal(job->error.status, ERR_BAD_DATA);
	assert_true(job->is_unproved);
	assert_int_equal(job->unproved, 40);
	end(s, job);
	/* what is before it can be had of them still */
	for (size_t i = 0; i < 3; i++)
		s->nodes[i].is_unproved = false;
	job = begin(s, 1, 39, false);
	finish(s->source, job);
	assert_int_equal(job->state, RANGE_DONE);
	end(s, job);
	free_scene(s);
}

static void a_refusal_is_passed_on_and_a_limit_of_ones_own_kept(void **state)
{
	struct scene *s = new_scene(2);
	struct range_job *job;

	(void)state;
	open_scene(s, 2);
	s->nodes[0].width_max = 8;
	job = begin(s, 1, 40, false);
	finish(s->source, job);
	assert_int_equal(job->state, RANGE_REFUSED);
	assert_int_equal(job->refusal.blocks_max, 8);
	end(s, job);
	job = begin(s, 33, 40, true);
	finish(s->source, job);
	check_range(s, job, 0);
	assert_int_equal(job->block_count, 8);
	end(s, job);
	free_scene(s);
}

static void a_range_is_held_against_the_others(void **state)
{
	(void)state;
	for (size_t liar = 0; liar < NODES; liar++) {
		struct scene *s = new_scene(3);
		struct range_job *job;

		open_scene(s, 2);
		fork_node(s, liar, 20, 1);
		job = begin(s, 1, 28, false);
		finish(s->source, job);
		check_range(s, job, 0);
		end(s, job);
		assert_int_equal(lies(s, liar), 1);
		assert_int_equal(lies(s, 0) + lies(s, 1) + lies(s, 2), 1);
		assert_int_equal(atomic_load(&s->nodes[0].ranges), 1);
		assert_int_equal(atomic_load(&s->nodes[1].ranges), liar == 0);
		free_scene(s);
	}
}

static void of_linked_blocks_only_the_last_is_compared(void **state)
{
	struct scene *s = new_scene(2);
	struct range_job *job;

	(void)state;
	open_scene(s, 2);
	fork_node(s, 1, 45, 1);
	job = begin(s, 1, 44, true);
	finish(s->source, job);
	check_range(s, job, 0);
	end(s, job);
	assert_int_equal(atomic_load(&s->nodes[0].header_asks), 0);
	assert_int_equal(atomic_load(&s->nodes[1].header_asks), 1);
	/* where two disagree above what is final, the range waits */
	job = begin(s, 1, 45, true);
	finish(s->source, job);
	assert_int_equal(job->state, RANGE_FAILED);
	assert_int_equal(job->error.status, ERR_AGAIN);
	assert_non_null(strstr(job->error.message, "waiting for a quorum of 2"));
	end(s, job);
	check_no_lies(s);
	free_scene(s);
}

static void several_ranges_go_on_at_different_children(void **state)
{
	struct scene *s = new_scene(2);
	struct range_job *jobs[4];

	(void)state;
	open_scene(s, 2);
	s->nodes[0].range_steps = 3;
	s->nodes[1].range_steps = 2;
	jobs[0] = begin(s, 1, 10, false);
	jobs[1] = begin(s, 11, 20, false);
	s->source->ops->range_step(s->source, 1);
	s->source->ops->range_wake(s->source);
	s->nodes[0].trouble = ERR_BAD_DATA;
	jobs[2] = begin(s, 21, 30, false);
	jobs[3] = begin(s, 31, 40, false);
	for (size_t i = 0; i < 3; i++)
		finish(s->source, jobs[i]);
	for (size_t i = 0; i < 3; i++) {
		check_range(s, jobs[i], 0);
		end(s, jobs[i]);
	}
	end(s, jobs[3]); /* dropped, whatever its state */
	free_scene(s);
}

/* ---- by chance ---- */

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* Nodes leave a branch one after the other, lag, and fail: nobody lies. */
static void an_honest_reorg_race_makes_no_liar(void **state)
{
	(void)state;
	for (uint64_t round = 1; round <= 30; round++) {
		struct scene *s = new_scene(3);
		uint64_t seed = round * 7919;
		unsigned answers = 0;

		open_scene(s, 1 + (unsigned)(round % 3));
		for (uint8_t b = 1; b < BRANCHES; b++)
			build_chain(&s->chains[b], 35, b);
		for (unsigned i = 0; i < 300; i++) {
			struct node *node = &s->nodes[next_random(&seed) % 3];
			uint64_t number = 20 + next_random(&seed) % 31;
			struct block_ref ref;
			struct error err;
			enum status st;

			take_time(s, next_random(&seed) % 1500);
			node->trouble = next_random(&seed) % 5 ? OK : ERR_AGAIN;
			node->head = 45 + next_random(&seed) % 8;
			node->final = 25 + next_random(&seed) % 10;
			if (next_random(&seed) % 4 == 0)
				node->chain = &s->chains[i / 50 % BRANCHES];
			st = i % 3 ? source_headers(&ref, s->source, &number, 1, &err)
				   : source_tagged_block(&ref, s->source, BLOCK_LATEST, &err);
			if (st != OK)
				assert_true(st == ERR_AGAIN || st == ERR_NOTFOUND);
			else if (ref.number < 35)
				assert_true(
					hash_equal(ref.hash, s->chains[0].refs[ref.number].hash));
			answers += st == OK;
		}
		if (answers < 100)
			fail_msg("round %" PRIu64 ": only %u answers", round, answers);
		check_no_lies(s);
		free_scene(s);
	}
}

struct asker {
	struct source *source;
	const struct chain *chain;
	unsigned answers;
};

static void *ask_much(void *context)
{
	struct asker *asker = context;
	struct error err;

	for (uint64_t i = 0; i < 300; i++) {
		const struct range_ask ask = {.from = 1, .to = 1 + i % 30};
		struct range_job *job;
		struct block_ref ref;
		uint64_t number = i % 50;

		if (source_headers(&ref, asker->source, &number, 1, &err) == OK)
			asker->answers += hash_equal(ref.hash, asker->chain->refs[number].hash);
		if (source_tagged_block(&ref, asker->source, BLOCK_LATEST, &err) == OK)
			asker->answers++;
		job = asker->source->ops->range_begin(asker->source, &ask);
		while (job->state == RANGE_UNDER_WAY)
			asker->source->ops->range_step(asker->source, 1);
		asker->source->ops->range_end(asker->source, job);
	}
	return NULL;
}

static void threads_share_what_is_known(void **state)
{
	struct scene *s = new_scene(3);
	struct asker askers[3] = {{0}};
	pthread_t threads[3];
	struct error err;

	(void)state;
	s->logger = logger_silent();
	open_scene(s, 2);
	s->nodes[0].trouble = ERR_AGAIN;
	s->nodes[0].trouble_nth = 7;
	s->nodes[1].trouble = ERR_BAD_DATA;
	s->nodes[1].trouble_nth = 11;
	for (size_t i = 0; i < 3; i++) {
		askers[i].chain = &s->chains[0];
		check_ok(source_peer(&askers[i].source, s->source, &err), err);
		assert_int_equal(pthread_create(&threads[i], NULL, ask_much, &askers[i]), 0);
	}
	for (unsigned i = 0; i < 200; i++) {
		take_time(s, 100);
		(void)witness_is_quarantined(s->witnesses, 0);
	}
	for (size_t i = 0; i < 3; i++) {
		(void)pthread_join(threads[i], NULL);
		assert_int_equal(askers[i].answers, 600);
		source_close(askers[i].source);
	}
	free_scene(s);
}

/* ---- opening ---- */

static void children_are_closed_where_opening_fails(void **state)
{
	struct scene *s = new_scene(1);
	const struct several_options options = {.quorum = 1};
	struct source *none = NULL;
	struct source *out;
	struct error err;

	(void)state;
	check_fails(source_several_open(&out, &none, 0, &options, NULL, &err), ERR_USAGE, err,
		    "expected 1 to 64 nodes");
	assert_null(out);
	open_scene(s, 0);
	assert_int_equal(head_number(s), 50);
	assert_false(source_is_recorded(s->source));
	free_scene(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_that_works_is_asked_and_named),
		cmocka_unit_test(one_that_lags_or_syncs_stands_back),
		cmocka_unit_test(one_that_hangs_is_left_alone_for_longer),
		cmocka_unit_test(where_one_is_slow_another_is_asked),
		cmocka_unit_test(patience_grows_with_what_is_usual),
		cmocka_unit_test(one_that_is_slow_again_and_again_is_left_alone),
		cmocka_unit_test(where_all_are_slow_or_fail_the_slow_one_has_its_time),
		cmocka_unit_test(what_a_slow_one_has_not_either_is_not_found),
		cmocka_unit_test(a_head_is_not_waited_for_where_it_is_only_good_to_know),
		cmocka_unit_test(a_vote_on_one_block_is_waited_for_ten_seconds),
		cmocka_unit_test(one_that_does_not_say_who_it_is_is_not_waited_for),
		cmocka_unit_test(after_a_pause_one_alone_tries_it),
		cmocka_unit_test(a_try_that_nobody_ends_is_made_again),
		cmocka_unit_test(calls_that_one_cannot_answer_go_to_the_next),
		cmocka_unit_test(heads_of_the_others_are_learned_once_a_second),
		cmocka_unit_test(all_that_are_down_are_asked_and_the_last_error_is_told),
		cmocka_unit_test(a_node_of_another_chain_is_refused),
		cmocka_unit_test(a_stop_reaches_every_child_and_its_peers),
		cmocka_unit_test(a_lie_puts_in_quarantine_and_time_brings_back),
		cmocka_unit_test(who_failed_a_proof_is_asked_where_nobody_else_is_left),
		cmocka_unit_test(a_majority_wins_over_a_liar_in_any_position),
		cmocka_unit_test(two_that_disagree_wait_for_the_one_that_changes_its_mind),
		cmocka_unit_test(finality_settles_where_more_than_half_know_it),
		cmocka_unit_test(
			two_liars_of_one_mind_win_but_nobody_is_called_a_liar_without_finality),
		cmocka_unit_test(a_header_that_does_not_make_its_hash_needs_no_quorum),
		cmocka_unit_test(questions_about_a_disputed_block_go_to_those_who_name_it),
		cmocka_unit_test(a_block_that_fails_its_proof_comes_from_another),
		cmocka_unit_test(what_one_alone_can_answer_is_believed_of_it),
		cmocka_unit_test(a_range_fails_over),
		cmocka_unit_test(a_refusal_is_passed_on_and_a_limit_of_ones_own_kept),
		cmocka_unit_test(a_range_is_held_against_the_others),
		cmocka_unit_test(of_linked_blocks_only_the_last_is_compared),
		cmocka_unit_test(several_ranges_go_on_at_different_children),
		cmocka_unit_test(an_honest_reorg_race_makes_no_liar),
		cmocka_unit_test(threads_share_what_is_known),
		cmocka_unit_test(children_are_closed_where_opening_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
