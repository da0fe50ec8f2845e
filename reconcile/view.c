#include "reconcile/view.h"

enum { CALLS_AT_ONCE = 2000 };

/* One account's or the pool's calls with the mirror's figures beside them. */
struct asked {
	struct chain_call *call;
	const struct view_rule *rule;
	const struct pool_view *view;
	const struct figure *figures;
	struct subject subject;
};

struct asking {
	struct applying *a;
	const struct reading *reading;
	struct asked asked[CALLS_AT_ONCE];
	struct chain_call calls[CALLS_AT_ONCE];
	size_t count;
	size_t unavailable;
	const char *reason;
	enum status status;
	struct error error;
};

static struct figure figure_of_word(const struct figure_rule *rule, const uint8_t *word)
{
	struct address address;

	switch (rule->kind) {
	case FIGURE_NUMBER:
	case FIGURE_RATIO:
		return figure_number(u256_from_be(word));
	case FIGURE_FLAG:
		return figure_flag(!u256_is_zero(u256_from_be(word)));
	case FIGURE_ADDRESS:
		return address_from_word(&address, word) ? figure_address(address) : figure_null();
	}
	return figure_null();
}

static u256 number_of(const struct figure_rule *rule, const struct figure *figure)
{
	uint8_t word[32];

	if (figure->is_null)
		return U256_ZERO;
	switch (rule->kind) {
	case FIGURE_NUMBER:
	case FIGURE_RATIO:
		return figure->number;
	case FIGURE_FLAG:
		return u256_from(figure->flag);
	case FIGURE_ADDRESS:
		address_to_word(word, figure->address);
		return u256_from_be(word);
	}
	return U256_ZERO;
}

/* Addresses are named as addresses; everything else compares as numbers. */
static void compare_figure(struct asking *asking, const struct asked *asked,
			   const struct figure_rule *rule, const struct figure *expected,
			   const struct figure *actual)
{
	struct checker *checker = asking->a->checker;
	struct subject subject = asked->subject;

	subject.field = rule->name;
	if (rule->kind == FIGURE_ADDRESS && !expected->is_null && !actual->is_null) {
		char expected_text[HEX_SIZE(ADDRESS_BYTES)];
		char actual_text[HEX_SIZE(ADDRESS_BYTES)];

		(void)check_standing_that(checker, asked->rule->check, subject,
					  address_equal(expected->address, actual->address),
					  address_format(expected_text, expected->address),
					  address_format(actual_text, actual->address));
		return;
	}
	(void)check_standing_equal_or_null(checker, asked->rule->check, subject, !expected->is_null,
					   number_of(rule, expected), !actual->is_null,
					   number_of(rule, actual));
}

static const struct figure_rule *rules_of(const struct asking *asking, const struct asked *asked)
{
	const struct protocol *protocol = asking->a->pool->protocol;

	return asked->subject.is_account ? protocol->account_figures : protocol->pool_figures;
}

/* What the call's word number i says; null where it reverted or returned less. */
static struct figure returned(const struct chain_call *call, const struct figure_rule *rule,
			      size_t i)
{
	if (call->outcome == CALL_RETURNED && call->result.size >= 32 * (i + 1))
		return figure_of_word(rule, call->result.data + 32 * i);
	return figure_null();
}

static bool agrees(const struct asking *asking, const struct asked *asked)
{
	const struct figure_rule *rules = rules_of(asking, asked);

	for (size_t i = 0; i < asked->rule->count; i++) {
		int index = asked->view->figures[i];
		struct figure actual;

		if (index < 0)
			continue;
		actual = returned(asked->call, &rules[index], i);
		if (actual.is_null != asked->figures[index].is_null ||
		    !u256_equal(number_of(&rules[index], &actual),
				number_of(&rules[index], &asked->figures[index])))
			return false;
	}
	return true;
}

static void compare(struct asking *asking, const struct asked *asked)
{
	const struct figure_rule *rules = rules_of(asking, asked);
	const struct chain_call *call = asked->call;

	if (call->outcome == CALL_UNAVAILABLE) {
		asking->unavailable++;
		asking->reason = call->reason;
		return;
	}
	for (size_t i = 0; i < asked->rule->count; i++) {
		int index = asked->view->figures[i];
		struct figure actual;

		if (index < 0)
			continue;
		actual = returned(call, &rules[index], i);
		trace_reset(asking->a->trace);
		TRACE(asking->a->trace, rules[index].name, asked->rule->signature,
		      !asked->figures[index].is_null,
		      number_of(&rules[index], &asked->figures[index]),
		      {"block", u256_from(asking->a->block->number)});
		compare_figure(asking, asked, &rules[index], &asked->figures[index], &actual);
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

static void add(struct asking *asking, const struct view_rule *rule, const struct pool_view *view,
		const struct figure *figures, const struct address *account)
{
	const struct pool *pool = asking->a->pool;
	uint8_t *data = arena_alloc(asking->a->arena, 36);
	size_t size = 4;
	size_t i;

	if (asking->count == CALLS_AT_ONCE)
		flush(asking);
	i = asking->count++;
	memcpy(data, view->selector, 4);
	if (rule->argument != VIEW_NOTHING) {
		address_to_word(data + 4,
				account ? *account : pool_contract(pool, rule->argument_role));
		size = 36;
	}
	asking->calls[i] = (struct chain_call){
		.to = pool_contract(pool, rule->role), .data = slice_of(data, size), .reason = ""};
	asking->asked[i] = (struct asked){.call = &asking->calls[i],
					  .rule = rule,
					  .view = view,
					  .figures = figures,
					  .subject = {.is_account = account != NULL, .field = ""}};
	if (account)
		asking->asked[i].subject.account = *account;
}

static void ask_account(void *context, struct address account)
{
	struct asking *asking = context;
	const struct pool *pool = asking->a->pool;
	const struct protocol *protocol = pool->protocol;
	struct figure *figures =
		arena_array(asking->a->arena, protocol->account_figure_count, sizeof(*figures));

	protocol->read_account(figures, asking->reading, account);
	for (size_t i = 0; i < protocol->view_count; i++)
		if (protocol->views[i].argument == VIEW_ACCOUNT)
			add(asking, &protocol->views[i], &pool->views[i], figures, &account);
}

static bool ask_each(void *context, struct address account)
{
	struct asking *asking = context;

	ask_account(context, account);
	return asking->status == OK;
}

enum status views_check(size_t *unavailable, const char **reason, struct applying *a,
			enum view_accounts accounts, struct error *err)
{
	const struct protocol *protocol = a->pool->protocol;
	struct reading reading = {.pool = a->pool,
				  .state = a->state,
				  .arena = a->arena,
				  .block = a->block->number,
				  .time_earliest = a->block->timestamp,
				  .time_latest = a->block->timestamp};
	struct asking *asking = arena_alloc(a->arena, sizeof(*asking));
	struct figure *figures =
		arena_array(a->arena, protocol->pool_figure_count, sizeof(*figures));

	asking->a = a;
	asking->reading = &reading;
	asking->reason = "";
	protocol->read_pool(figures, &reading);
	for (size_t i = 0; i < protocol->view_count; i++)
		if (protocol->views[i].argument != VIEW_ACCOUNT)
			add(asking, &protocol->views[i], &a->pool->views[i], figures, NULL);
	if (accounts == VIEW_ACCOUNTS_ALL)
		protocol->each_account(&reading, NULL, ask_each, asking);
	else
		protocol->each_touched(a, ask_account, asking);
	flush(asking);
	*unavailable = asking->unavailable;
	if (reason)
		*reason = asking->reason;
	if (asking->status != OK) {
		*err = asking->error;
		return asking->status;
	}
	return state_status(a->state, err);
}
