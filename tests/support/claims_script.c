#include "tests/support/claims_script.h"

#include <inttypes.h>

#include "abi/keccak.h"

static struct address address_from(const char *text)
{
	struct address out = {{0}};

	assert_int_equal(address_parse(&out, text, strlen(text), NULL), OK);
	return out;
}

struct address claims_manager_address(void)
{
	return address_from(SCRIPT_MANAGER_TEXT);
}

struct hash claims_hash_of(const char *text)
{
	struct hash out = {{0}};

	assert_int_equal(hash_parse(&out, text, strlen(text), NULL), OK);
	return out;
}

/* ---- logs ---- */

static size_t event_index(const struct script *s, size_t role, const char *event)
{
	for (size_t i = 0; i < s->pool.protocol->event_count; i++)
		if (s->pool.protocol->events[i].role == role &&
		    strcmp(s->pool.events[i].name, event) == 0)
			return i;
	fail_msg("no event %s", event);
	return 0;
}

/* The values that stand in the data, encoded together; indexed ones go to the topics. */
static void encode(struct script *s, struct event_log *log, const struct abi_item *item,
		   va_list args)
{
	struct abi_value *values = arena_array(s->arena, item->input_count, sizeof(*values));
	size_t count = 0;

	for (size_t i = 0; i < item->input_count; i++) {
		const char *text = va_arg(args, const char *);
		struct abi_value *value = &values[count];
		struct slice bytes;

		assert_non_null(text);
		assert_ok(abi_value_parse(value, s->arena, item->inputs[i].type, text, &s->err),
			  s->err);
		if (!item->inputs[i].is_indexed) {
			count++;
			continue;
		}
		assert_ok(abi_encode(&bytes, s->arena, value, 1, &s->err), s->err);
		memcpy(log->topics[log->topic_count++].bytes, bytes.data, 32);
	}
	assert_null(va_arg(args, const char *));
	assert_ok(abi_encode(&log->data, s->arena, values, count, &s->err), s->err);
}

void claims_emit(struct claims_play *play, size_t role, const char *event, ...)
{
	struct script *s = &play->script;
	const struct abi_item *item = &s->pool.events[event_index(s, role, event)];
	struct event_log *log = &s->logs[s->log_count];
	uint8_t seed[12];
	va_list args;

	assert_true(s->log_count < SCRIPT_LOGS_MAX);
	put_be64(seed, s->block.number);
	put_be32(seed + 8, s->transaction_index);
	*log = (struct event_log){.address = role == API3_KLEROS_PROXIES ? play->proxies[0]
									 : s->contracts[role],
				  .topics = {item->signature_hash},
				  .topic_count = 1,
				  .transaction_index = s->transaction_index,
				  .block_number = s->block.number,
				  .block_hash = s->block.hash,
				  .transaction_hash = keccak256(seed, sizeof(seed)),
				  .log_index = s->next_log_index++};
	va_start(args, event);
	encode(s, log, item, args);
	va_end(args);
	s->log_count++;
}

static const char *number(struct claims_play *play, uint64_t value)
{
	return script_number(&play->script, value);
}

static const char *quoted(struct claims_play *play, const char *text)
{
	return arena_printf(play->script.arena, "\"%s\"", text);
}

static const char *hash_text(struct claims_play *play, struct hash hash)
{
	return hash_format(arena_alloc(play->script.arena, HEX_SIZE(HASH_BYTES)), hash);
}

/* ---- what the contracts answer ---- */

static uint64_t api3_of(uint64_t usd, uint64_t price)
{
	return (uint64_t)((unsigned __int128)usd * SCRIPT_ONE / price);
}

static bool is_call(const struct chain_call *call, const char *signature)
{
	struct hash selector = keccak256(signature, strlen(signature));

	return memcmp(call->data.data, selector.bytes, 4) == 0;
}

/* False where it is larger than what is played. */
static bool argument(uint64_t *out, const struct chain_call *call, size_t index)
{
	assert_true(call->data.size >= 4 + 32 * (index + 1));
	return u256_to_u64(out, u256_from_be(call->data.data + 4 + 32 * index));
}

/* The words of the answer; 0: the call reverts. */
static size_t words_for(uint64_t words[2], struct claims_play *play, const struct chain_call *call,
			uint64_t price)
{
	uint64_t index;

	if (is_call(call, "convertQuoteToBase(uint256)")) {
		if (!argument(&words[0], call, 0))
			return 0;
		words[0] = api3_of(words[0], price);
	} else if (is_call(call, "convertBaseToQuote(uint256)") || is_call(call, "read()")) {
		words[0] = price;
	} else if (is_call(call, "dapiDecimals()")) {
		words[0] = 18;
	} else if (is_call(call, "isMediatorOrAdmin(address)")) {
		words[0] = !play->is_no_mediator;
	} else if (is_call(call, "accountToAccumulatedQuotaUsageCheckpoints(address,uint256)")) {
		if (!argument(&index, call, 1) || index >= play->charge_count)
			return 0;
		words[0] = play->charge_times[index];
		words[1] = play->charge_totals[index];
		return 2;
	} else {
		return 0;
	}
	return 1;
}

static void answer(struct claims_play *play, struct chain_call *call, struct arena *arena,
		   uint64_t price)
{
	uint8_t *out = arena_alloc(arena, 64);
	uint64_t words[2] = {0};
	size_t count;

	if (play->is_silent) {
		call->outcome = CALL_UNAVAILABLE;
		call->reason = "missing trie node";
		return;
	}
	if (is_call(call, "proxy()")) {
		address_to_word(out, address_from(CLAIMS_FEED_TEXT));
		count = 1;
	} else {
		count = words_for(words, play, call, price);
		for (size_t i = 0; i < count; i++)
			u256_to_be(out + 32 * i, u256_from(words[i]));
	}
	if (count && play->wrong_view && is_call(call, play->wrong_view))
		out[32 * count - 1]++;
	call->outcome = count ? CALL_RETURNED : CALL_REVERTED;
	call->result = slice_of(out, 32 * count);
}

static enum status ask(void *context, struct chain_call *calls, size_t count, struct arena *arena,
		       const struct block_ref *at, struct error *err)
{
	struct claims_play *play = context;
	bool is_now = at->number == play->script.block.number;

	(void)err;
	assert_true(is_now || (at->number + 1 == play->script.block.number &&
			       hash_equal(at->hash, play->script.block.parent_hash)));
	for (size_t i = 0; i < count; i++)
		answer(play, &calls[i], arena, is_now ? play->price : play->price_before);
	return OK;
}

void claims_answer(struct claims_play *play)
{
	struct chain_asker *asker = arena_alloc(play->script.arena, sizeof(*asker));

	*asker = (struct chain_asker){.ask = ask, .context = play};
	play->script.applying.chain = asker;
}

/* ---- the manager ---- */

void claims_play_set(struct claims_play *play, const char *event, const char *value)
{
	script_transaction(&play->script);
	claims_emit(play, API3_CLAIMS_MANAGERS, event, value, CLAIMS_ADMIN_TEXT, NULL);
}

void claims_open_play(struct claims_play *play)
{
	struct script *s = &play->script;

	memset(play, 0, sizeof(*play));
	play->price = 2 * SCRIPT_ONE;
	play->price_before = play->price;
	script_open(s, NULL);
	play->proxies[0] = address_from(CLAIMS_PROXY_TEXT);
	s->pool.setup.contracts[API3_KLEROS_PROXIES].addresses = play->proxies;
	s->pool.setup.contracts[API3_KLEROS_PROXIES].count = 1;
	script_deposit_and_stake(s, ALICE, 1000000);
	script_next(s, 12);
	claims_play_set(play, "SetApi3Pool", SCRIPT_POOL_TEXT);
	claims_play_set(play, "SetMediatorResponsePeriod", number(play, CLAIMS_MEDIATOR_PERIOD));
	claims_play_set(play, "SetClaimantResponsePeriod", number(play, CLAIMS_CLAIMANT_PERIOD));
	claims_play_set(play, "SetArbitratorResponsePeriod",
			number(play, CLAIMS_ARBITRATOR_PERIOD));
	claims_play_set(play, "SetApi3UsdAmountConverter", CLAIMS_CONVERTER_TEXT);
	script_next(s, 12);
}

void claims_close_play(struct claims_play *play)
{
	script_close(&play->script);
}

static void emit_policy(struct claims_play *play, const char *event, const struct played_policy *p,
			const char *sender)
{
	script_transaction(&play->script);
	claims_emit(play, API3_CLAIMS_MANAGERS, event, script_user(&play->script, p->user), p->hash,
		    number(play, p->cover), number(play, p->from), number(play, p->until),
		    quoted(play, p->text), sender, NULL);
}

int claims_play_policy(struct claims_play *play, int user, uint64_t cover, uint64_t from,
		       uint64_t until)
{
	int index = play->policy_count++;
	struct played_policy *p = &play->policies[index];

	assert_true(index < CLAIMS_PLAYED_MAX);
	p->user = user;
	p->cover = cover;
	p->from = from;
	p->until = until;
	p->text = arena_printf(play->script.arena, "policy %d", index);
	p->hash = hash_text(
		play, claims_policy_hash(script_address(user), (uint32_t)from,
					 slice_of((const uint8_t *)p->text, strlen(p->text))));
	emit_policy(play, "CreatedPolicy", p, CLAIMS_ADMIN_TEXT);
	return index;
}

void claims_play_upgrade(struct claims_play *play, int policy, uint64_t cover, uint64_t until)
{
	struct played_policy *p = &play->policies[policy];

	p->cover = cover;
	p->until = until;
	emit_policy(play, "UpgradedPolicy", p, CLAIMS_ADMIN_TEXT);
}

void claims_play_downgrade(struct claims_play *play, int policy, uint64_t cover, uint64_t until,
			   const char *sender)
{
	struct played_policy *p = &play->policies[policy];

	p->cover = cover;
	p->until = until;
	emit_policy(play, "DowngradedPolicy", p,
		    sender ? sender : script_user(&play->script, p->user));
}

void claims_play_metadata(struct claims_play *play, int policy)
{
	struct played_policy *p = &play->policies[policy];

	script_transaction(&play->script);
	claims_emit(play, API3_CLAIMS_MANAGERS, "AnnouncedPolicyMetadata",
		    script_user(&play->script, p->user), p->hash, "\"about it\"", CLAIMS_ADMIN_TEXT,
		    NULL);
}

int claims_play_claim(struct claims_play *play, int policy, uint64_t amount)
{
	const struct played_policy *p = &play->policies[policy];
	int index = play->claim_count++;
	struct played_claim *c = &play->claims[index];
	struct script *s = &play->script;

	assert_true(index < CLAIMS_PLAYED_MAX);
	c->policy = policy;
	c->amount = amount;
	c->settlement = 0;
	c->evidence = arena_printf(s->arena, "evidence %d", index);
	c->hash = hash_text(play, claims_claim_hash(claims_hash_of(p->hash),
						    script_address(p->user), u256_from(amount),
						    slice_of((const uint8_t *)c->evidence,
							     strlen(c->evidence))));
	script_transaction(s);
	claims_emit(play, API3_CLAIMS_MANAGERS, "CreatedClaim", script_user(s, p->user), p->hash,
		    c->hash, number(play, p->from), quoted(play, p->text), number(play, amount),
		    quoted(play, c->evidence), number(play, s->block.timestamp), NULL);
	return index;
}

static void charge(struct claims_play *play, uint64_t api3)
{
	size_t i = play->charge_count++;

	assert_true(i < CLAIMS_PLAYED_MAX);
	play->charge_times[i] = play->script.block.timestamp;
	play->charge_totals[i] = (i ? play->charge_totals[i - 1] : 0) + api3;
}

void claims_play_propose(struct claims_play *play, int claim, uint64_t settlement)
{
	struct played_claim *c = &play->claims[claim];
	const struct played_policy *p = &play->policies[c->policy];

	c->settlement = settlement;
	charge(play, api3_of(settlement, play->price_paid ? play->price_paid : play->price));
	script_transaction(&play->script);
	claims_emit(play, API3_CLAIMS_MANAGERS, "ProposedSettlement",
		    script_user(&play->script, p->user), p->hash, c->hash, number(play, settlement),
		    CLAIMS_MEDIATOR_TEXT, NULL);
}

static void emit_payout(struct claims_play *play, const char *recipient, uint64_t api3)
{
	struct script *s = &play->script;

	if (play->skips_payout)
		return;
	if (play->pays_somebody_else)
		recipient = script_user(s, FRANK);
	s->contract.total_stake -= api3;
	s->contract.balance -= api3;
	script_emit(s, API3_TOKEN, "Transfer", SCRIPT_POOL_TEXT, recipient, number(play, api3),
		    NULL);
	script_emit(s, API3_POOL, "PaidOutClaim", recipient, number(play, api3),
		    number(play, s->contract.total_stake), NULL);
}

/* What the manager pays, and its event of that with `sender` where it has one. */
static void emit_paying(struct claims_play *play, int claim, const char *event, uint64_t amount,
			const char *sender)
{
	const struct played_claim *c = &play->claims[claim];
	struct played_policy *p = &play->policies[c->policy];
	const char *claimant = script_user(&play->script, p->user);
	uint64_t usd = amount < p->cover ? amount : p->cover;
	uint64_t api3;

	usd += play->usd_too_much;
	p->cover = usd < p->cover ? p->cover - usd : 0;
	api3 = api3_of(usd, play->price_paid ? play->price_paid : play->price) +
	       play->api3_too_much;
	if (!sender) {
		claims_emit(play, API3_CLAIMS_MANAGERS, event, claimant, p->hash, c->hash,
			    number(play, usd), number(play, api3), NULL);
	} else {
		if (strcmp(sender, CLAIMS_MEDIATOR_TEXT) == 0)
			charge(play, api3);
		claims_emit(play, API3_CLAIMS_MANAGERS, event, claimant, p->hash, c->hash,
			    number(play, usd), number(play, api3), sender, NULL);
	}
	emit_payout(play, claimant, api3);
}

void claims_play_dispute(struct claims_play *play, int claim, const char *arbitrator)
{
	const struct played_claim *c = &play->claims[claim];
	const struct played_policy *p = &play->policies[c->policy];
	const char *claimant = script_user(&play->script, p->user);

	script_transaction(&play->script);
	if (strcmp(arbitrator, CLAIMS_PROXY_TEXT) == 0)
		claims_emit(play, API3_KLEROS_PROXIES, "CreatedDispute", claimant,
			    number(play, (uint64_t)claim), c->hash, NULL);
	claims_emit(play, API3_CLAIMS_MANAGERS, "CreatedDispute", claimant, p->hash, c->hash,
		    arbitrator, NULL);
}

void claims_play_resolve(struct claims_play *play, int claim, enum claims_step step,
			 const char *sender)
{
	const struct played_claim *c = &play->claims[claim];
	const struct played_policy *p = &play->policies[c->policy];
	const char *ruling = step == CLAIMS_STEP_REJECT      ? "0"
			     : step == CLAIMS_STEP_PAY_CLAIM ? "1"
							     : "2";

	script_transaction(&play->script);
	if (strcmp(sender, CLAIMS_PROXY_TEXT) == 0)
		claims_emit(play, API3_KLEROS_PROXIES, "Ruling", CLAIMS_ADMIN_TEXT,
			    number(play, (uint64_t)claim), ruling, NULL);
	if (step == CLAIMS_STEP_REJECT)
		claims_emit(play, API3_CLAIMS_MANAGERS, "ResolvedDisputeByRejectingClaim",
			    script_user(&play->script, p->user), p->hash, c->hash, sender, NULL);
	else if (step == CLAIMS_STEP_PAY_CLAIM)
		emit_paying(play, claim, "ResolvedDisputeByAcceptingClaim", c->amount, sender);
	else
		emit_paying(play, claim, "ResolvedDisputeByAcceptingSettlement", c->settlement,
			    sender);
}

void claims_play_step(struct claims_play *play, int claim, enum claims_step step)
{
	const struct played_claim *c = &play->claims[claim];

	switch (step) {
	case CLAIMS_STEP_ACCEPT:
		script_transaction(&play->script);
		emit_paying(play, claim, "AcceptedClaim", c->amount, CLAIMS_MEDIATOR_TEXT);
		break;
	case CLAIMS_STEP_PROPOSE:
		claims_play_propose(play, claim, c->settlement ? c->settlement : c->amount / 2);
		break;
	case CLAIMS_STEP_ACCEPT_SETTLEMENT:
		script_transaction(&play->script);
		emit_paying(play, claim, "AcceptedSettlement", c->settlement, NULL);
		break;
	case CLAIMS_STEP_DISPUTE:
		claims_play_dispute(play, claim, CLAIMS_ARBITRATOR_TEXT);
		break;
	case CLAIMS_STEP_REJECT:
	case CLAIMS_STEP_PAY_CLAIM:
	case CLAIMS_STEP_PAY_SETTLEMENT:
		claims_play_resolve(play, claim, step, CLAIMS_ARBITRATOR_TEXT);
		break;
	case CLAIMS_STEP_COUNT:
		fail_msg("no such step");
	}
}

void claims_play_quota(struct claims_play *play, uint64_t period, uint64_t amount)
{
	script_transaction(&play->script);
	if (amount)
		claims_emit(play, API3_CLAIMS_MANAGERS, "SetQuota", CLAIMS_MEDIATOR_TEXT,
			    number(play, period), number(play, amount), CLAIMS_ADMIN_TEXT, NULL);
	else
		claims_emit(play, API3_CLAIMS_MANAGERS, "ResetQuota", CLAIMS_MEDIATOR_TEXT,
			    CLAIMS_ADMIN_TEXT, NULL);
}

const struct claims_policy *claims_policy_row(struct claims_play *play, int policy)
{
	return claims_policy(&play->script.applying, claims_manager_address(),
			     claims_hash_of(play->policies[policy].hash));
}

const struct claims_claim *claims_claim_row(struct claims_play *play, int claim)
{
	return claims_claim(&play->script.applying, claims_manager_address(),
			    claims_hash_of(play->claims[claim].hash));
}
