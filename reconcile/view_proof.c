#include "reconcile/view_proof.h"

/* One figure on its way from a slot to a value. */
struct item {
	const struct view_subject *subject;
	const struct storage_rule *rule;
	const struct storage_place *place;
	struct hash slot; /* where the value stands; of an array first its length, and when empty */
	u256 value;
};

struct proving {
	struct applying *a;
	const struct hash *state_root;
	struct arena *scratch;
	struct item items[STORAGE_SLOTS_MAX];
	size_t count;
	/* The question in hand, and the items that its words are for. */
	struct hash slots[STORAGE_SLOTS_MAX];
	u256 words[STORAGE_SLOTS_MAX];
	struct item *asked[STORAGE_SLOTS_MAX];
	size_t asked_count;
};

_Static_assert((int)FIGURES_MAX <= (int)STORAGE_SLOTS_MAX, "a subject fits in one question");

static const struct storage_rule *rules_of(const struct protocol *protocol,
					   const struct view_subject *subject)
{
	return subject->subject.is_account ? protocol->storage->account : protocol->storage->pool;
}

size_t view_proof_count(const struct protocol *protocol, const struct view_subject *subject)
{
	if (subject->subject.list)
		return 0; /* of items no layout is kept */
	return subject->subject.is_account ? protocol->storage->account_count
					   : protocol->storage->pool_count;
}

static void add_subject(struct proving *p, const struct view_subject *subject)
{
	const struct pool *pool = p->a->pool;
	bool is_account = subject->subject.is_account;
	const struct storage_rule *rules = rules_of(pool->protocol, subject);
	const struct storage_place *places =
		is_account ? pool->account_storage : pool->pool_storage;
	size_t count = view_proof_count(pool->protocol, subject);

	for (size_t i = 0; i < count && p->count < STORAGE_SLOTS_MAX; i++) {
		const struct address *account = is_account ? &subject->subject.account : NULL;

		p->items[p->count++] = (struct item){.subject = subject,
						     .rule = &rules[i],
						     .place = &places[i],
						     .slot = storage_slot(&rules[i], account)};
	}
}

static void want(struct proving *p, struct item *item)
{
	p->slots[p->asked_count] = item->slot;
	p->asked[p->asked_count++] = item;
}

static enum status prove(struct proving *p, const char **unproved, struct error *err)
{
	const struct chain_asker *chain = p->a->chain;
	const struct pool *pool = p->a->pool;
	bool is_available = true;
	const char *reason = "";
	enum status st;

	if (!p->asked_count)
		return OK;
	st = chain->prove(chain->context, p->words, &is_available, &reason,
			  pool_contract(pool, pool->protocol->storage->role), p->slots,
			  p->asked_count, p->scratch, p->a->block, p->state_root, err);
	if (st == OK && !is_available)
		*unproved = *reason ? arena_string(p->a->arena, reason) : "no proofs";
	for (size_t i = 0; st == OK && is_available && i < p->asked_count; i++)
		p->asked[i]->value = p->words[i];
	p->asked_count = 0;
	return st;
}

static enum status read_words(struct proving *p, const char **unproved, struct error *err)
{
	for (size_t i = 0; i < p->count; i++)
		want(p, &p->items[i]);
	return prove(p, unproved, err);
}

/* Of arrays only the lengths are known yet. */
static enum status read_elements(struct proving *p, const char **unproved, struct error *err)
{
	for (size_t i = 0; i < p->count; i++) {
		struct item *item = &p->items[i];

		if (!storage_is_array(item->rule) || u256_is_zero(item->value))
			continue;
		item->slot = storage_last_element(item->slot, item->value);
		want(p, item);
	}
	return prove(p, unproved, err);
}

static void compare(const struct proving *p, const struct item *item)
{
	static const char prefix[] = "storage slot ";
	char source[sizeof(prefix) + U256_HEX_SIZE];
	const struct figure_rule *rules = view_figure_rules(p->a->pool->protocol, item->subject);
	struct figure actual;
	uint8_t word[32];

	memcpy(source, prefix, sizeof(prefix));
	u256_format_hex(source + sizeof(prefix) - 1, u256_from_be(item->slot.bytes));
	u256_to_be(word, storage_value(item->rule, item->value));
	actual = view_figure_of_word(&rules[item->place->figure], word);
	view_figure_compare(p->a, item->place->check, item->subject, item->place->figure, &actual,
			    source);
	trace_reset(p->a->trace); /* it points to `source` */
}

enum status view_proof_compare(const char **unproved, struct applying *a,
			       const struct hash *state_root, const struct view_subject *subjects,
			       size_t count, struct arena *scratch, struct error *err)
{
	struct proving *p = arena_alloc(scratch, sizeof(*p));
	enum status st;

	*unproved = NULL;
	p->a = a;
	p->state_root = state_root;
	p->scratch = scratch;
	for (size_t i = 0; i < count; i++)
		add_subject(p, &subjects[i]);
	st = read_words(p, unproved, err);
	if (st == OK && !*unproved)
		st = read_elements(p, unproved, err);
	for (size_t i = 0; st == OK && !*unproved && i < p->count; i++)
		compare(p, &p->items[i]);
	return st;
}
