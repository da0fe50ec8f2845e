#include "tests/support/follow_stage.h"

#include <inttypes.h>
#include <stdlib.h>

#include "tests/support/sim_random.h"

enum { FINALITY = 200, REQUESTS_MAX = 5000, DENSE_BELOW = 100000 };

/* ---- what is answered ---- */

static const char *text_at(const json_t *params, size_t index)
{
	const char *text = json_string_value(json_array_get(params, index));

	return text ? text : "";
}

static const char *hash_named(const json_t *params)
{
	const json_t *first = json_array_get(params, 0);
	const char *text = json_string_value(first);

	if (json_is_object(first))
		text = json_string_value(json_object_get(first, "blockHash"));
	return text ? text : "";
}

static bool names_head(const struct stage_step *step, const json_t *call)
{
	const json_t *params = json_object_get(call, "params");
	char hash[HEX_SIZE(HASH_BYTES)];
	char number[32];

	(void)snprintf(number, sizeof(number), "0x%" PRIx64, step->head);
	(void)hash_format(hash, sim_chain_block(step->chain, step->head)->hash);
	return step->twist == TWIST_NULL_BY_NUMBER ? strcmp(text_at(params, 0), number) == 0
						   : strcmp(hash_named(params), hash) == 0;
}

/* Under a twist, what the node would say of a block that it has heard of and has not got. */
static json_t *twisted(struct stage *s, const json_t *call)
{
	const struct stage_step *step = &s->steps[s->step];
	const char *method = json_string_value(json_object_get(call, "method"));
	bool is_logs = strcmp(method, "eth_getLogs") == 0;

	if (!step->twist || s->twisted >= step->twist_times || !names_head(step, call))
		return NULL;
	if (step->twist == TWIST_NULL_BY_NUMBER && strcmp(method, "eth_getBlockByNumber") != 0)
		return NULL;
	if (step->twist == TWIST_NO_LOGS && !is_logs) /* neither logs nor the block by its hash */
		return strcmp(method, "eth_getBlockByHash") == 0 ? fake_result(call, json_null())
								 : NULL;
	s->twisted++;
	return fake_result(call, is_logs ? json_array() : json_null());
}

static json_t *answer_one(struct stage *s, const json_t *call)
{
	const struct stage_step *step = s->steps ? &s->steps[s->step] : NULL;
	json_t *answer = step ? twisted(s, call) : NULL;
	struct sim_random random = sim_random_of(s->requests, 3);
	size_t node = step && step->other ? sim_below(&random, 2) : 0;

	return answer ? answer : sim_node_call(s->nodes[node], call);
}

static bool is_look(const json_t *call)
{
	return strcmp(json_string_value(json_object_get(call, "method")), "eth_getBlockByNumber") ==
		       0 &&
	       strcmp(text_at(json_object_get(call, "params"), 0), "latest") == 0;
}

static void begin_step(struct stage *s)
{
	const struct stage_step *step = &s->steps[s->step];

	s->looks = 0;
	s->twisted = 0;
	s->requests_before = s->requests;
	for (size_t i = 0; i < 2; i++)
		sim_node_finality(s->nodes[i], step->finality ? step->finality : FINALITY);
	sim_node_follow(s->nodes[0], step->chain, step->head);
	if (step->other)
		sim_node_follow(s->nodes[1], step->other, step->other_head);
}

static void next_step(struct stage *s)
{
	if (s->step + 1 < s->step_count) {
		s->step++;
		begin_step(s);
	} else {
		mirror_stop(s->m.mirror);
	}
}

static void answer(void *context, const struct fake_request *request, struct fake_reply *reply)
{
	struct stage *s = context;
	const json_t *call;
	json_t *answers;
	size_t i;

	(void)pthread_mutex_lock(&s->mutex);
	s->requests++;
	if (s->requests > REQUESTS_MAX && s->m.mirror)
		mirror_stop(s->m.mirror); /* it would go on for ever; the test then says why */
	if (json_is_object(request->json)) {
		answers = answer_one(s, request->json);
		if (s->steps && s->steps[s->step].looks && is_look(request->json) &&
		    ++s->looks >= s->steps[s->step].looks)
			next_step(s);
	} else {
		answers = json_array();
		json_array_foreach (request->json, i, call)
			(void)json_array_append_new(answers, answer_one(s, call));
	}
	(void)pthread_mutex_unlock(&s->mutex);
	fake_reply_json(reply, answers);
}

/* ---- what the mirror tells ---- */

static void on_block(void *context, const struct block_ref *block, uint64_t events)
{
	struct stage *s = context;
	const struct stage_step *step;

	(void)events;
	(void)pthread_mutex_lock(&s->mutex);
	step = &s->steps[s->step];
	if (!step->looks && block->number == step->head &&
	    hash_equal(block->hash, sim_chain_block(step->chain, step->head)->hash))
		next_step(s);
	(void)pthread_mutex_unlock(&s->mutex);
}

/* Blocks of a catch-up are not told one by one. */
static void on_progress(void *context, const struct mirror_progress *progress)
{
	struct stage *s = context;

	(void)pthread_mutex_lock(&s->mutex);
	if (s->steps && progress->is_last && !s->steps[s->step].looks &&
	    progress->block == s->steps[s->step].head)
		next_step(s);
	(void)pthread_mutex_unlock(&s->mutex);
}

static void on_reorg(void *context, const struct mirror_reorg *reorg)
{
	struct stage *s = context;

	(void)pthread_mutex_lock(&s->mutex);
	if (s->reorg_count < STAGE_REORGS_MAX) {
		s->reorg_requests[s->reorg_count] = s->requests - s->requests_before;
		s->reorgs[s->reorg_count] = *reorg;
	}
	s->reorg_count++;
	(void)pthread_mutex_unlock(&s->mutex);
}

static void on_line(void *context, enum log_level level, const char *line)
{
	struct stage *s = context;

	if (getenv("STAGE_VERBOSE"))
		print_message("#     %s\n", line);
	if (level == LOG_WARN && strstr(line, "; trying again in "))
		s->warnings++;
}

/* ---- the mirror ---- */

static const char *text_of(struct arena *arena, struct address address)
{
	return hex_string(arena, slice_of(address.bytes, ADDRESS_BYTES));
}

static void configure(struct stage *s, const struct sim_names *names)
{
	struct buffer out = buffer_in(s->m.arena);
	const char *text;

	buffer_printf(
		&out,
		"{\"chain\": {\"id\": %d, \"poll_interval_ms\": 1, \"rpc\": [{\"url\": \"%s\","
		" \"attempts\": 2, \"backoff_ms\": 1}]},",
		SIM_CHAIN_ID, fakenode_url(s->server));
	buffer_printf(&out, " \"proof\": {\"level\": \"%s\", \"walk_headers_below\": %d},",
		      s->is_believed ? "off" : "receipts", s->is_sparse ? 0 : DENSE_BELOW);
	buffer_printf(&out,
		      " \"store\": {\"path\": \"%s\"}, \"views\": {\"every_blocks\": 0,"
		      " \"at_head\": %s, \"accounts\": \"all\"},",
		      s->m.folder, s->views_at_head ? "true" : "false");
	buffer_printf(&out,
		      " \"pools\": [{\"name\": \"sim\", \"protocol\": \"api3\", \"start_block\": 1,"
		      " \"contracts\": {\"pool\": \"%s\", \"token\": \"%s\","
		      " \"timelock_manager\": \"%s\", \"claims_managers\": [\"%s\"]}}]}",
		      text_of(s->m.arena, names->pool), text_of(s->m.arena, names->token),
		      text_of(s->m.arena, names->timelock), text_of(s->m.arena, names->manager));
	text = buffer_string(&out);
	assert_ok(config_parse(&s->m.config, s->m.arena, "stage", text, strlen(text), &s->m.err),
		  s->m.err);
}

void stage_open(struct stage *s, const struct sim_chain *chain)
{
	(void)pthread_mutex_init(&s->mutex, NULL);
	for (unsigned i = 0; i < 2; i++) {
		s->nodes[i] = sim_node_new(chain, i);
		sim_node_finality(s->nodes[i], FINALITY);
	}
	s->server = fakenode_start(answer, s);
	scratch_make(s->m.folder);
	s->m.arena = arena_new();
	s->m.logger = (struct logger){LOG_DEBUG, on_line, s};
	s->m.options = (struct mirror_options){.on_progress = on_progress,
					       .on_block = on_block,
					       .on_reorg = on_reorg,
					       .context = s};
	configure(s, sim_chain_names(chain));
}

void stage_close(struct stage *s)
{
	lab_close(&s->m);
	fakenode_stop(s->server);
	for (unsigned i = 0; i < 2; i++)
		sim_node_free(s->nodes[i]);
	(void)pthread_mutex_destroy(&s->mutex);
}

void stage_serve(struct stage *s, const struct sim_chain *chain, uint64_t head, uint64_t finality)
{
	(void)pthread_mutex_lock(&s->mutex);
	s->steps = NULL;
	sim_node_finality(s->nodes[0], finality);
	sim_node_follow(s->nodes[0], chain, head);
	(void)pthread_mutex_unlock(&s->mutex);
}

static void reopen(struct stage *s)
{
	struct mirror *mirror;

	assert_ok(lab_reopen(&s->m), s->m.err);
	mirror = s->m.mirror;
	(void)pthread_mutex_lock(&s->mutex);
	s->m.mirror = mirror;
	(void)pthread_mutex_unlock(&s->mutex);
}

enum status stage_sync(struct stage *s)
{
	s->requests = 0;
	reopen(s);
	return mirror_sync(s->m.mirror, UINT64_MAX, &s->m.err);
}

void stage_follow(struct stage *s, const struct stage_step *steps, size_t count)
{
	reopen(s);
	(void)pthread_mutex_lock(&s->mutex);
	s->steps = steps;
	s->step_count = count;
	s->step = 0;
	s->requests = 0;
	s->reorg_count = 0;
	s->warnings = 0;
	begin_step(s);
	(void)pthread_mutex_unlock(&s->mutex);
	assert_ok(mirror_follow(s->m.mirror, &s->m.err), s->m.err);
	if (s->requests > REQUESTS_MAX)
		fail_msg("step %zu of %zu does not end", s->step, count);
	assert_int_equal(s->step, count - 1);
}

/* ---- looking ---- */

struct lab_sight stage_look(struct stage *s)
{
	struct lab_sight sight = lab_look(&s->m);

	if (sight.broken.status != OK)
		fail_msg("store_check: %s", sight.broken.message);
	return sight;
}

struct block_record stage_straight(const struct sim_chain *chain, uint64_t head)
{
	struct stage *s = xcalloc(1, sizeof(*s));
	struct lab_sight sight;

	stage_open(s, chain);
	stage_serve(s, chain, head, FINALITY);
	assert_ok(stage_sync(s), s->m.err);
	sight = stage_look(s);
	stage_close(s);
	free(s);
	return sight.cursor;
}

void stage_expect(struct stage *s, const struct sim_chain *chain, uint64_t head)
{
	struct block_record straight = stage_straight(chain, head);
	struct lab_sight sight = stage_look(s);

	assert_int_equal(sight.cursor.ref.number, head);
	assert_true(hash_equal(sight.cursor.ref.hash, straight.ref.hash));
	assert_true(hash_equal(sight.cursor.digest, straight.digest));
	assert_int_equal(sight.failed, 0);
	assert_int_equal(sight.pending_count, 0);
}
