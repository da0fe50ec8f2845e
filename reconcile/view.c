#include "reconcile/view.h"

#include "reconcile/view_proof.h"

enum { CALLS_AT_ONCE = 2000 };

/* One account's or the pool's calls with the mirror's figures beside them. */
struct asked {
	struct chain_call *call;
	const struct view_rule *rule;
	const struct pool_view *view;
	struct view_subject subject;
	bool is_proved; /* what has a storage rule was compared already */
};

struct asking {
	struct applying *a;
	const struct reading *reading;
	const struct hash *state_root;
	struct asked asked[CALLS_AT_ONCE];
	struct chain_call calls[CALLS_AT_ONCE];
	size_t count;
	/* Whose figures are to be proved together, and how many figures that is. */
	bool can_prove;
	struct view_subject waiting[STORAGE_SLOTS_MAX];
	size_t waiting_count;
	size_t waiting_slots;
	struct arena *scratch; /* of one question for proofs, which are large */
	struct view_answers answers;
	enum status status;
	struct error error;
};

static bool is_asked(const struct pool_view *view, size_t i, bool is_proved)
{
	return view->figures[i] >= 0 && !(is_proved && view->has_storage[i]);
}

/* What the call's word number i says; null where it reverted or returned less. */
static struct figure returned(const struct chain_call *call, const struct figure_rule *rule,
			      size_t i)
{
	if (call->outcome == CALL_RETURNED && call->result.size >= 32 * (i + 1))
		return view_figure_of_word(rule, call->result.data + 32 * i);
	return figure_null();
}

static bool agrees(const struct asking *asking, const struct asked *asked)
{
	const struct figure_rule *rules =
		view_figure_rules(asking->a->pool->protocol, &asked->subject);

	for (size_t i = 0; i < asked->rule->count; i++) {
		int index = asked->view->figures[i];
		struct figure actual;

		if (!is_asked(asked->view, i, asked->is_proved))
			continue;
		actual = returned(asked->call, &rules[index], i);
		if (!view_figures_agree(&rules[index], &actual, &asked->subject.figures[index]))
			return false;
	}
	return true;
}

static void compare(struct asking *asking, const struct asked *asked)
{
	const struct figure_rule *rules =
		view_figure_rules(asking->a->pool->protocol, &asked->subject);
	const struct chain_call *call = asked->call;

	if (call->outcome == CALL_UNAVAILABLE) {
		asking->answers.unavailable++;
		asking->answers.reason = call->reason;
		return;
	}
	for (size_t i = 0; i < asked->rule->count; i++) {
		int index = asked->view->figures[i];
		struct figure actual;

		if (!is_asked(asked->view, i, asked->is_proved))
			continue;
		actual = returned(call, &rules[index], i);
		view_figure_compare(asking->a, asked->rule->check, &asked->subject, (size_t)index,
				    &actual, asked->rule->signature);
	}
}

static void ask(struct asking *asking, struct chain_call *calls, size_t count)
{
	const struct chain_asker *chain = asking->a->chain;

	if (asking->status == OK && count)
		asking->status = chain->ask(chain->context, calls, count, asking->a->arena,
					    asking->a->block, &asking->error);
}

/*
 * A node that mines or imports while it answers may look at the next block's state by mistake
 * (anvil was seen to). So what disagrees is asked once more before it is believed.
 */
static void ask_again(struct asking *asking)
{
	struct chain_call *calls = arena_array(asking->a->arena, asking->count, sizeof(*calls));
	size_t *places = arena_array(asking->a->arena, asking->count, sizeof(*places));
	size_t count = 0;

	for (size_t i = 0; asking->status == OK && i < asking->count; i++)
		if (asking->calls[i].outcome != CALL_UNAVAILABLE &&
		    !agrees(asking, &asking->asked[i])) {
			places[count] = i;
			calls[count++] = asking->calls[i];
		}
	ask(asking, calls, count);
	for (size_t i = 0; i < count; i++)
		asking->calls[places[i]] = calls[i];
}

static void flush(struct asking *asking)
{
	/* After a failure nothing is asked any more, but the room must be free again. */
	if (asking->status == OK && asking->count) {
		ask(asking, asking->calls, asking->count);
		ask_again(asking);
	}
	for (size_t i = 0; asking->status == OK && i < asking->count; i++)
		compare(asking, &asking->asked[i]);
	asking->count = 0;
}

static void add_call(struct asking *asking, size_t view, const struct view_subject *subject,
		     bool is_proved)
{
	const struct pool *pool = asking->a->pool;
	const struct view_rule *rule = &pool->protocol->views[view];
	uint8_t *data = arena_alloc(asking->a->arena, 36);
	size_t size = 4;
	size_t i;

	if (asking->count == CALLS_AT_ONCE)
		flush(asking);
	i = asking->count++;
	memcpy(data, pool->views[view].selector, 4);
	if (rule->argument != VIEW_NOTHING) {
		address_to_word(data + 4, rule->argument == VIEW_ACCOUNT
						  ? subject->subject.account
						  : pool_contract(pool, rule->argument_role));
		size = 36;
	}
	asking->calls[i] = (struct chain_call){
		.to = pool_contract(pool, rule->role), .data = slice_of(data, size), .reason = ""};
	asking->asked[i] = (struct asked){.call = &asking->calls[i],
					  .rule = rule,
					  .view = &pool->views[view],
					  .subject = *subject,
					  .is_proved = is_proved};
}

/* A view is passed over where all that it tells was proved. */
static bool is_needed(const struct view_rule *rule, const struct pool_view *view, bool is_proved)
{
	for (size_t i = 0; i < rule->count; i++)
		if (is_asked(view, i, is_proved))
			return true;
	return false;
}

static void add_calls(struct asking *asking, const struct view_subject *subject, bool is_proved)
{
	const struct pool *pool = asking->a->pool;
	const struct protocol *protocol = pool->protocol;

	for (size_t i = 0; i < protocol->view_count; i++)
		if ((protocol->views[i].argument == VIEW_ACCOUNT) == subject->subject.is_account &&
		    is_needed(&protocol->views[i], &pool->views[i], is_proved))
			add_call(asking, i, subject, is_proved);
}

/* Once the node has no proofs for this block, it is not asked for more of them. */
static void prove_waiting(struct asking *asking)
{
	const char *unproved = NULL;

	if (asking->status == OK && asking->waiting_count)
		asking->status = view_proof_compare(&unproved, asking->a, asking->state_root,
						    asking->waiting, asking->waiting_count,
						    asking->scratch, &asking->error);
	arena_reset(asking->scratch);
	if (unproved) {
		asking->can_prove = false;
		asking->answers.unproved = unproved;
	}
	for (size_t i = 0; asking->status == OK && i < asking->waiting_count; i++)
		add_calls(asking, &asking->waiting[i], !unproved);
	if (asking->status == OK && !unproved)
		asking->answers.proved += asking->waiting_slots;
	asking->waiting_count = 0;
	asking->waiting_slots = 0;
}

static void add_subject(struct asking *asking, const struct view_subject *subject)
{
	size_t slots = 0;

	if (asking->can_prove)
		slots = view_proof_count(asking->a->pool->protocol, subject);
	if (asking->waiting_slots + slots > STORAGE_SLOTS_MAX)
		prove_waiting(asking);
	if (!asking->can_prove || !slots) {
		add_calls(asking, subject, false);
		return;
	}
	asking->waiting[asking->waiting_count++] = *subject;
	asking->waiting_slots += slots;
}

static void ask_account(void *context, struct address account)
{
	struct asking *asking = context;
	const struct protocol *protocol = asking->a->pool->protocol;
	struct figure *figures =
		arena_array(asking->a->arena, protocol->account_figure_count, sizeof(*figures));

	protocol->read_account(figures, asking->reading, account);
	add_subject(asking,
		    &(struct view_subject){
			    .subject = {.is_account = true, .account = account, .field = ""},
			    .figures = figures});
}

static bool ask_each(void *context, struct address account)
{
	struct asking *asking = context;

	ask_account(context, account);
	return asking->status == OK;
}

/* Before the contract is there, its views answer nothing, as the mirror does; storage would be 0.
 */
static void choose_mode(struct asking *asking, const struct view_wish *wish)
{
	const struct protocol *protocol = asking->a->pool->protocol;

	if (wish->mode != VIEW_MODE_PROOF || !protocol->is_born(asking->reading))
		return;
	if (!protocol->storage)
		asking->answers.unproved = "the storage layout is not known";
	else if (!asking->a->chain->prove)
		asking->answers.unproved = "there is nobody to ask for proofs";
	else if (!wish->state_root)
		asking->answers.unproved = "the block's state root is not known";
	else
		asking->can_prove = true;
	asking->state_root = wish->state_root;
}

static void ask_all(struct asking *asking, const struct view_wish *wish)
{
	struct applying *a = asking->a;
	const struct protocol *protocol = a->pool->protocol;
	struct figure *figures =
		arena_array(a->arena, protocol->pool_figure_count, sizeof(*figures));

	protocol->read_pool(figures, asking->reading);
	add_subject(asking, &(struct view_subject){.subject = {.field = ""}, .figures = figures});
	switch (wish->accounts) {
	case VIEW_ACCOUNTS_TOUCHED:
		protocol->each_touched(a, ask_account, asking);
		break;
	case VIEW_ACCOUNTS_ALL:
		protocol->each_account(asking->reading, NULL, ask_each, asking);
		break;
	case VIEW_ACCOUNTS_GIVEN:
		for (size_t i = 0; i < wish->given_count; i++)
			ask_account(asking, wish->given[i]);
		break;
	}
	prove_waiting(asking);
	flush(asking);
}

enum status views_check(struct view_answers *out, struct applying *a, const struct view_wish *wish,
			struct error *err)
{
	struct reading reading = {.pool = a->pool,
				  .state = a->state,
				  .arena = a->arena,
				  .block = a->block->number,
				  .time_earliest = a->block->timestamp,
				  .time_latest = a->block->timestamp};
	struct asking *asking = arena_alloc(a->arena, sizeof(*asking));

	asking->a = a;
	asking->reading = &reading;
	asking->scratch = arena_new();
	asking->answers = (struct view_answers){.reason = "", .unproved = ""};
	choose_mode(asking, wish);
	ask_all(asking, wish);
	arena_free(asking->scratch);
	*out = asking->answers;
	if (asking->status != OK) {
		*err = asking->error;
		return asking->status;
	}
	return state_status(a->state, err);
}
