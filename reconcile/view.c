#include "reconcile/view.h"

#include "protocols/account.h"
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

		if (!is_asked(asked->view, i, asked->is_proved) ||
		    asked->subject.figures[index].is_unknown)
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

		if (!is_asked(asked->view, i, asked->is_proved) ||
		    asked->subject.figures[index].is_unknown)
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

/* One argument of the view, as a word. */
static void put_word(uint8_t out[32], const struct pool *pool, const struct view_word *word,
		     const struct subject *subject)
{
	switch (word->kind) {
	case VIEW_WORD_KEY:
		item_part_word(out, subject->list, word->value, subject->key);
		break;
	case VIEW_WORD_ACCOUNT:
		address_to_word(out, subject->account);
		break;
	case VIEW_WORD_CONTRACT:
		address_to_word(out, pool_contract(pool, word->value));
		break;
	case VIEW_WORD_NUMBER:
		u256_to_be(out, u256_from(word->value));
		break;
	}
}

/* What the view takes, in words: its own list, or the one word that its kind says. */
static size_t words_of(struct view_word *out, const struct view_rule *rule)
{
	if (rule->word_count)
		memcpy(out, rule->words, rule->word_count * sizeof(*out));
	else if (rule->argument == VIEW_ACCOUNT)
		out[0] = (struct view_word){.kind = VIEW_WORD_ACCOUNT};
	else if (rule->argument == VIEW_CONTRACT)
		out[0] = (struct view_word){.kind = VIEW_WORD_CONTRACT,
					    .value = rule->argument_role};
	else
		return 0;
	return rule->word_count ? rule->word_count : 1;
}

static struct slice call_data(struct arena *arena, const struct pool *pool, size_t view,
			      const struct subject *subject)
{
	struct view_word words[VIEW_WORDS_MAX];
	size_t count = words_of(words, &pool->protocol->views[view]);
	size_t size = 4 + 32 * count;
	uint8_t *data = arena_alloc(arena, size);

	memcpy(data, pool->views[view].selector, 4);
	for (size_t i = 0; i < count; i++)
		put_word(data + 4 + 32 * i, pool, &words[i], subject);
	return slice_of(data, size);
}

/* Whom to ask. */
static struct address contract_of(const struct pool *pool, const struct view_rule *rule,
				  const struct subject *subject)
{
	if (rule->contract_part)
		return item_part_read(subject->list, rule->contract_part - 1, subject->key).address;
	return pool_contract(pool, rule->role);
}

static void add_call(struct asking *asking, size_t view, const struct view_subject *subject,
		     bool is_proved)
{
	const struct pool *pool = asking->a->pool;
	const struct view_rule *rule = &pool->protocol->views[view];
	size_t i;

	if (asking->count == CALLS_AT_ONCE)
		flush(asking);
	i = asking->count++;
	asking->calls[i] = (struct chain_call){
		.to = contract_of(pool, rule, &subject->subject),
		.data = call_data(asking->a->arena, pool, view, &subject->subject),
		.reason = ""};
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

/* Whether the view tells figures of such a subject. */
static bool is_about(const struct protocol *protocol, const struct view_rule *rule,
		     const struct subject *subject)
{
	if (rule->argument == VIEW_ITEM)
		return subject->list == &protocol->lists[rule->list];
	return !subject->list && (rule->argument == VIEW_ACCOUNT) == subject->is_account;
}

static void add_calls(struct asking *asking, const struct view_subject *subject, bool is_proved)
{
	const struct pool *pool = asking->a->pool;
	const struct protocol *protocol = pool->protocol;

	for (size_t i = 0; i < protocol->view_count; i++)
		if (is_about(protocol, &protocol->views[i], &subject->subject) &&
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

/* The list whose items are asked for. */
struct asking_list {
	struct asking *asking;
	const struct item_list *list;
};

static void ask_item(void *context, const uint8_t *key)
{
	struct asking_list *of = context;
	struct arena *arena = of->asking->a->arena;
	struct figure *figures = arena_array(arena, of->list->figure_count, sizeof(*figures));

	key = arena_copy(arena, key, of->list->table->key_size);
	of->list->read(figures, of->asking->reading, key);
	add_subject(of->asking,
		    &(struct view_subject){.subject = {.list = of->list, .key = key, .field = ""},
					   .figures = figures});
}

static bool ask_each_item(void *context, const uint8_t *key)
{
	struct asking_list *of = context;

	ask_item(context, key);
	return of->asking->status == OK;
}

/* Lists of which no view tells anything are passed over. */
static bool has_view(const struct protocol *protocol, size_t list)
{
	for (size_t i = 0; i < protocol->view_count; i++)
		if (protocol->views[i].argument == VIEW_ITEM && protocol->views[i].list == list)
			return true;
	return false;
}

static void ask_items(struct asking *asking, const struct view_wish *wish)
{
	const struct protocol *protocol = asking->a->pool->protocol;

	for (size_t i = 0; i < protocol->list_count; i++) {
		struct asking_list of = {.asking = asking, .list = &protocol->lists[i]};

		if (!has_view(protocol, i))
			continue;
		switch (wish->accounts) {
		case VIEW_ACCOUNTS_TOUCHED:
			item_each_touched(asking->a, of.list, ask_item, &of);
			break;
		case VIEW_ACCOUNTS_ALL:
			item_each(asking->reading, of.list, NULL, ask_each_item, &of);
			break;
		case VIEW_ACCOUNTS_GIVEN:
			for (size_t k = 0; k < wish->item_count; k++)
				if (wish->items[k].list == of.list)
					ask_item(&of, wish->items[k].key);
			break;
		}
	}
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
		account_each_touched(a, ask_account, asking);
		break;
	case VIEW_ACCOUNTS_ALL:
		account_each(asking->reading, NULL, ask_each, asking);
		break;
	case VIEW_ACCOUNTS_GIVEN:
		for (size_t i = 0; i < wish->given_count; i++)
			ask_account(asking, wish->given[i]);
		break;
	}
	ask_items(asking, wish);
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
