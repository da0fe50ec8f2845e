#include "cli/loss_statement.h"

#include <string.h>

#include "indexer/config_read.h"

/* Beyond any block's time, and no sum of it and a deadline can overflow. */
enum { SECONDS_BITS = 40, SYMBOL_MAX = 32 };
#define SECONDS_MAX (UINT64_C(1) << SECONDS_BITS)

#define AMOUNT "an amount in base units, as digits in quotation marks"
#define ADDRESS "an address (0x and 40 hexadecimal digits)"

struct amount {
	bool is_given;
	u256 value;
};

struct price {
	uint64_t timestamp;
	u256 value;
};

/* An entry of "losses", as it stands there. */
struct entry {
	const char *token;
	uint64_t decimals; /* NOT_GIVEN where it is left out */
	struct amount amounts[GUIDELINE_BORROWED + 1];
	uint64_t price_decimals;
	struct price *prices;
	size_t price_count;
	const char *feed;
};

#define NOT_GIVEN UINT64_MAX

/* The statement as it stands there. */
struct raw {
	struct {
		const char *symbol;
		uint64_t decimals;
	} asset;
	struct {
		u256 cover;
		uint64_t start;
		uint64_t end;
		struct address buyer;
	} policy;
	struct address victim;
	struct {
		uint64_t timestamp;
		struct amount funds_lost;
		struct amount funds_before;
	} incident;
	struct {
		u256 liquidity;
	} pool;
	struct entry *entries;
	size_t entry_count;
	uint64_t done[GUIDELINE_STEPS];
	uint64_t as_of;
	struct guideline_facts facts;
};

/* ---- readers ---- */

static enum status read_number(struct config_reader *r, const struct config_place *at,
			       const struct config_field *field, json_t *value, void *out)
{
	const char *text = json_string_value(value);

	if (u256_parse(out, text, strlen(text), NULL) != OK)
		return config_fault(r, at, "expected %s, got %s", field->expected,
				    config_quote(r, text));
	return OK;
}

static enum status read_amount(struct config_reader *r, const struct config_place *at,
			       const struct config_field *field, json_t *value, void *out)
{
	struct amount *amount = out;

	amount->is_given = true;
	return read_number(r, at, field, value, &amount->value);
}

static enum status read_address(struct config_reader *r, const struct config_place *at,
				const struct config_field *field, json_t *value, void *out)
{
	const char *text = json_string_value(value);
	struct error why;

	if (address_parse(out, text, strlen(text), &why) != OK)
		return config_fault(r, at, "expected %s, got %s: %s", field->expected,
				    config_quote(r, text), why.message);
	return OK;
}

/* A token's symbol, which is printed as it is. */
static enum status read_symbol(struct config_reader *r, const struct config_place *at,
			       const struct config_field *field, json_t *value, void *out)
{
	const char *text = json_string_value(value);
	size_t length = strlen(text);
	bool is_plain = length - 1 < SYMBOL_MAX;

	for (size_t i = 0; i < length; i++)
		is_plain = is_plain && text[i] > ' ' && text[i] <= '~';
	if (!is_plain)
		return config_fault(r, at, "expected %s, of 1 to %d printable ASCII characters",
				    field->expected, (int)SYMBOL_MAX);
	*(const char **)out = arena_string(r->arena, text);
	return OK;
}

static enum status read_fact(struct config_reader *r, const struct config_place *at,
			     const struct config_field *field, json_t *value, void *out)
{
	(void)r;
	(void)at;
	(void)field;
	*(enum guideline_answer *)out = json_is_true(value) ? GUIDELINE_YES : GUIDELINE_NO;
	return OK;
}

/* ---- the tables of keys ---- */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TIME(text, where)                                                                          \
	{                                                                                          \
		.name = (text), .type = JSON_INTEGER, .read = config_read_u64, .offset = (where),  \
		.min = 1, .max = SECONDS_MAX                                                       \
	}

static const struct config_field asset_fields[] = {
	{.name = "symbol",
	 .type = JSON_STRING,
	 .is_required = true,
	 .expected = "the market's token, like \"USDC\"",
	 .read = read_symbol,
	 .offset = offsetof(struct raw, asset.symbol)},
	{.name = "decimals",
	 .type = JSON_INTEGER,
	 .is_required = true,
	 .read = config_read_u64,
	 .offset = offsetof(struct raw, asset.decimals),
	 .max = GUIDELINE_DECIMALS_MAX},
};

static const struct config_field policy_fields[] = {
	{.name = "cover",
	 .type = JSON_STRING,
	 .is_required = true,
	 .expected = AMOUNT,
	 .read = read_number,
	 .offset = offsetof(struct raw, policy.cover)},
	{.name = "start",
	 .type = JSON_INTEGER,
	 .is_required = true,
	 .read = config_read_u64,
	 .offset = offsetof(struct raw, policy.start),
	 .min = 1,
	 .max = SECONDS_MAX},
	{.name = "end",
	 .type = JSON_INTEGER,
	 .is_required = true,
	 .read = config_read_u64,
	 .offset = offsetof(struct raw, policy.end),
	 .min = 1,
	 .max = SECONDS_MAX},
	{.name = "buyer",
	 .type = JSON_STRING,
	 .is_required = true,
	 .expected = ADDRESS,
	 .read = read_address,
	 .offset = offsetof(struct raw, policy.buyer)},
};

static const struct config_field incident_fields[] = {
	{.name = "timestamp",
	 .type = JSON_INTEGER,
	 .is_required = true,
	 .read = config_read_u64,
	 .offset = offsetof(struct raw, incident.timestamp),
	 .min = 1,
	 .max = SECONDS_MAX},
	{.name = "funds_lost",
	 .type = JSON_STRING,
	 .expected = AMOUNT,
	 .read = read_amount,
	 .offset = offsetof(struct raw, incident.funds_lost)},
	{.name = "funds_before",
	 .type = JSON_STRING,
	 .expected = AMOUNT,
	 .read = read_amount,
	 .offset = offsetof(struct raw, incident.funds_before)},
};

static const struct config_field pool_fields[] = {
	{.name = "liquidity",
	 .type = JSON_STRING,
	 .is_required = true,
	 .expected = AMOUNT,
	 .read = read_number,
	 .offset = offsetof(struct raw, pool.liquidity)},
};

static const struct config_field reporting_fields[GUIDELINE_STEPS] = {
	[STEP_REQUEST] = TIME("requested", offsetof(struct raw, done[STEP_REQUEST])),
	[STEP_ACCEPT] = TIME("accepted", offsetof(struct raw, done[STEP_ACCEPT])),
	[STEP_REPORT] = TIME("reported", offsetof(struct raw, done[STEP_REPORT])),
	[STEP_VOTE] = TIME("voted", offsetof(struct raw, done[STEP_VOTE])),
	[STEP_EXECUTE] = TIME("executed", offsetof(struct raw, done[STEP_EXECUTE])),
};

#define FACT(text, member)                                                                         \
	{                                                                                          \
		.name = (text), .type = JSON_TRUE, .expected = "true or false", .read = read_fact, \
		.offset = offsetof(struct raw, facts.member)                                       \
	}

static const struct config_field fact_fields[] = {
	FACT("covered_cause", covered_cause),
	FACT("investigable", investigable),
	FACT("material_loss", material_loss),
	FACT("other_exclusion", other_exclusion),
};

static const struct config_field price_fields[] = {
	{.name = "timestamp",
	 .type = JSON_INTEGER,
	 .is_required = true,
	 .read = config_read_u64,
	 .offset = offsetof(struct price, timestamp),
	 .min = 1,
	 .max = SECONDS_MAX},
	{.name = "price",
	 .type = JSON_STRING,
	 .is_required = true,
	 .expected = "a price as digits in quotation marks",
	 .read = read_number,
	 .offset = offsetof(struct price, value)},
};

static const struct config_field price_element = {
	.type = JSON_OBJECT,
	.expected = "a price like {\"timestamp\": 1655000000, \"price\": \"99950000\"}",
	.read = config_read_object,
	.fields = price_fields,
	.field_count = COUNT(price_fields),
};

static enum status read_prices(struct config_reader *r, const struct config_place *at,
			       const struct config_field *field, json_t *value, void *out)
{
	struct entry *entry = out;
	void *items;
	enum status st = config_list(&items, &entry->price_count, r, at, field, value);

	entry->prices = st == OK ? items : NULL;
	return st;
}

#define LOSS(text, kind)                                                                           \
	{                                                                                          \
		.name = (text), .type = JSON_STRING, .expected = AMOUNT, .read = read_amount,      \
		.offset = offsetof(struct entry, amounts[kind])                                    \
	}

static const struct config_field entry_fields[] = {
	{.name = "token",
	 .type = JSON_STRING,
	 .is_required = true,
	 .expected = "a token, like \"WETH\"",
	 .read = read_symbol,
	 .offset = offsetof(struct entry, token)},
	{.name = "decimals",
	 .type = JSON_INTEGER,
	 .read = config_read_u64,
	 .offset = offsetof(struct entry, decimals),
	 .max = GUIDELINE_DECIMALS_MAX},
	LOSS("lost", GUIDELINE_LOST),
	LOSS("held", GUIDELINE_HELD),
	LOSS("lent", GUIDELINE_LENT),
	LOSS("borrowed", GUIDELINE_BORROWED),
	{.name = "price_decimals",
	 .type = JSON_INTEGER,
	 .read = config_read_u64,
	 .offset = offsetof(struct entry, price_decimals),
	 .max = GUIDELINE_DECIMALS_MAX},
	{.name = "prices",
	 .type = JSON_ARRAY,
	 .expected = "an array of prices",
	 .read = read_prices,
	 .max = PRICES_MAX,
	 .element = &price_element,
	 .element_size = sizeof(struct price)},
	{.name = "feed",
	 .type = JSON_STRING,
	 .expected = "the path of a file of prices",
	 .read = config_read_text,
	 .offset = offsetof(struct entry, feed)},
};

static enum status read_entry(struct config_reader *r, const struct config_place *at,
			      const struct config_field *field, json_t *value, void *out)
{
	struct entry *entry = out;

	entry->decimals = NOT_GIVEN;
	entry->price_decimals = NOT_GIVEN;
	return config_read_object(r, at, field, value, out);
}

static const struct config_field entry_element = {
	.type = JSON_OBJECT,
	.expected = "a loss like {\"token\": \"WETH\", \"decimals\": 18, \"lost\": \"…\", …}",
	.read = read_entry,
	.fields = entry_fields,
	.field_count = COUNT(entry_fields),
};

static enum status read_entries(struct config_reader *r, const struct config_place *at,
				const struct config_field *field, json_t *value, void *out)
{
	struct raw *raw = out;
	void *items;
	enum status st = config_list(&items, &raw->entry_count, r, at, field, value);

	raw->entries = st == OK ? items : NULL;
	return st;
}

#define OBJECT(text, required, what, keys)                                                         \
	{                                                                                          \
		.name = (text), .type = JSON_OBJECT, .is_required = (required),                    \
		.expected = (what), .read = config_read_object, .fields = (keys),                  \
		.field_count = COUNT(keys)                                                         \
	}

static const struct config_field top_fields[] = {
	OBJECT("asset", true, "an object with symbol and decimals", asset_fields),
	OBJECT("policy", true, "an object with cover, start, end and buyer", policy_fields),
	{.name = "victim",
	 .type = JSON_STRING,
	 .is_required = true,
	 .expected = ADDRESS,
	 .read = read_address,
	 .offset = offsetof(struct raw, victim)},
	OBJECT("incident", true, "an object with a timestamp", incident_fields),
	{.name = "losses",
	 .type = JSON_ARRAY,
	 .is_required = true,
	 .expected = "an array of losses",
	 .read = read_entries,
	 .min = 1,
	 .max = LOSSES_MAX,
	 .element = &entry_element,
	 .element_size = sizeof(struct entry)},
	OBJECT("pool", true, "an object with the pool's liquidity", pool_fields),
	OBJECT("reporting", false, "an object with the times of the steps", reporting_fields),
	TIME("as_of", offsetof(struct raw, as_of)),
	OBJECT("facts", false, "an object of facts", fact_fields),
};

static const struct config_field top = {
	.type = JSON_OBJECT,
	.expected = "a loss statement, an object",
	.read = config_read_object,
	.fields = top_fields,
	.field_count = COUNT(top_fields),
};

/* ---- what the tables do not say ---- */

static enum status check_incident(struct config_reader *r, const struct config_place *root,
				  struct raw *raw)
{
	const struct config_place incident = {.parent = root, .key = "incident"};
	const struct config_place before = {.parent = &incident, .key = "funds_before"};
	const struct config_place lost = {.parent = &incident, .key = "funds_lost"};
	struct amount *all = &raw->incident.funds_before;
	struct amount *part = &raw->incident.funds_lost;

	if (all->is_given != part->is_given)
		return config_fault(r, all->is_given ? &lost : &before,
				    "is missing; expected funds_lost and funds_before, or neither");
	if (!all->is_given)
		all->value = part->value = U256_ONE; /* all was lost */
	if (u256_is_zero(all->value))
		return config_fault(r, &before, "expected at least 1, got 0");
	if (u256_compare(part->value, all->value) > 0)
		return config_fault(r, &lost, "expected at most funds_before, got more");
	return OK;
}

static enum status check_process(struct config_reader *r, const struct config_place *root,
				 const struct raw *raw)
{
	const struct config_place reporting = {.parent = root, .key = "reporting"};
	uint64_t before = raw->incident.timestamp;

	for (size_t i = 0; i < GUIDELINE_STEPS; i++) {
		const struct config_place step = {.parent = &reporting,
						  .key = reporting_fields[i].name};

		if (!raw->done[i])
			continue;
		if (i && !raw->done[i - 1])
			return config_fault(r, &step, "expected %s too, which comes before it",
					    reporting_fields[i - 1].name);
		if (raw->done[i] < before)
			return config_fault(r, &step, "expected a time not before %s",
					    i ? reporting_fields[i - 1].name : "the incident");
		before = raw->done[i];
	}
	if (raw->as_of && raw->as_of < before)
		return config_fault(r, &(struct config_place){.parent = root, .key = "as_of"},
				    "expected a time not before the incident and the last step");
	return OK;
}

static enum status check_policy(struct config_reader *r, const struct config_place *root,
				const struct raw *raw)
{
	const struct config_place policy = {.parent = root, .key = "policy"};

	if (raw->policy.end < raw->policy.start)
		return config_fault(r, &(struct config_place){.parent = &policy, .key = "end"},
				    "expected a time not before start");
	return OK;
}

/* ---- losses ---- */

/* A token without prices is the market's own, or nobody knows what it is worth. */
static enum status check_entry(struct config_reader *r, const struct config_place *at,
			       struct entry *entry, const struct raw *raw)
{
	bool is_asset = strcmp(entry->token, raw->asset.symbol) == 0;
	bool has_amount = false;

	for (size_t i = 0; i < COUNT(entry->amounts); i++)
		has_amount = has_amount || entry->amounts[i].is_given;
	if (!has_amount)
		return config_fault(r, at, "expected lost, held, lent or borrowed, got none");
	if (entry->prices && entry->feed)
		return config_fault(r, at, "expected prices or a feed, got both");
	if (is_asset && entry->decimals == NOT_GIVEN)
		entry->decimals = raw->asset.decimals;
	if (entry->decimals == NOT_GIVEN)
		return config_fault(r, at, "decimals is missing; expected the token's decimals");
	if (is_asset && entry->decimals != raw->asset.decimals)
		return config_fault(r, at, "expected the decimals of asset.decimals, got others");
	if (is_asset && (entry->prices || entry->feed))
		return config_fault(r, at,
				    "expected no prices: %s is the market's own token and counts "
				    "as it is",
				    config_quote(r, entry->token));
	if (!is_asset && !entry->prices && !entry->feed)
		return config_fault(r, at, "expected prices or a feed, got neither");
	if (!is_asset && entry->price_decimals == NOT_GIVEN)
		return config_fault(r, at,
				    "price_decimals is missing; expected the decimals of the "
				    "prices");
	return OK;
}

static struct guideline_loss loss_of(const struct entry *entry, enum guideline_kind kind,
				     const struct raw *raw)
{
	struct guideline_loss loss = {
		.kind = kind,
		.token = entry->token,
		.decimals = (unsigned)entry->decimals,
		.amount = entry->amounts[kind].value,
		.is_asset = !entry->prices && !entry->feed,
		.price_decimals =
			entry->price_decimals == NOT_GIVEN ? 0 : (unsigned)entry->price_decimals,
	};

	for (size_t i = 0; i < entry->price_count; i++)
		guideline_price_look(&loss.price, raw->incident.timestamp,
				     entry->prices[i].timestamp, entry->prices[i].value);
	return loss;
}

static enum status take_entries(struct loss_statement *out, struct config_reader *r,
				const struct config_place *root, const struct raw *raw)
{
	const struct config_place list = {.parent = root, .key = "losses"};

	out->losses = arena_array(r->arena, raw->entry_count * COUNT(raw->entries->amounts),
				  sizeof(*out->losses));
	out->feeds = arena_array(r->arena, raw->entry_count, sizeof(*out->feeds));
	for (size_t i = 0; i < raw->entry_count; i++) {
		struct entry *entry = &raw->entries[i];
		const struct config_place at = {.parent = &list, .index = i};
		size_t first = out->terms.loss_count;
		enum status st = check_entry(r, &at, entry, raw);

		if (st != OK)
			return st;
		for (size_t kind = 0; kind < COUNT(entry->amounts); kind++)
			if (entry->amounts[kind].is_given)
				out->losses[out->terms.loss_count++] =
					loss_of(entry, (enum guideline_kind)kind, raw);
		if (entry->feed)
			out->feeds[out->feed_count++] = (struct loss_feed){
				.path = entry->feed,
				.key = arena_printf(r->arena, "%s.feed", config_path(r, &at)),
				.first = first,
				.count = out->terms.loss_count - first,
			};
	}
	out->terms.losses = out->losses;
	return OK;
}

static enum status take(struct loss_statement *out, struct config_reader *r, struct raw *raw)
{
	const struct config_place root = {0};
	enum status st = check_policy(r, &root, raw);

	if (st == OK)
		st = check_incident(r, &root, raw);
	if (st == OK)
		st = check_process(r, &root, raw);
	if (st != OK)
		return st;
	out->symbol = raw->asset.symbol;
	out->terms = (struct guideline_statement){
		.cover = assets_of(raw->policy.cover),
		.start = raw->policy.start,
		.end = raw->policy.end,
		.buyer = raw->policy.buyer,
		.victim = raw->victim,
		.incident = raw->incident.timestamp,
		.funds_lost = raw->incident.funds_lost.value,
		.funds_before = raw->incident.funds_before.value,
		.liquidity = assets_of(raw->pool.liquidity),
		.asset_decimals = (unsigned)raw->asset.decimals,
		.process = {.as_of = raw->as_of},
		.facts = raw->facts,
	};
	memcpy(out->terms.process.done, raw->done, sizeof(raw->done));
	return take_entries(out, r, &root, raw);
}

enum status loss_statement_parse(struct loss_statement *out, struct arena *arena, const char *name,
				 const char *text, size_t length, struct error *err)
{
	struct config_reader r = {.name = arena_string(arena, name), .arena = arena, .err = err};
	struct raw raw = {
		.facts = {GUIDELINE_HUMAN, GUIDELINE_HUMAN, GUIDELINE_HUMAN, GUIDELINE_HUMAN}};
	json_error_t json_error;
	json_t *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &json_error);
	enum status st;

	*out = (struct loss_statement){.symbol = ""};
	if (!json)
		return error_set(err, ERR_USAGE, "%s: line %d, column %d: not valid JSON: %s",
				 r.name, json_error.line, json_error.column,
				 config_line(&r, json_error.text));
	st = config_value(&r, &(struct config_place){0}, &top, json, &raw);
	json_decref(json);
	return st == OK ? take(out, &r, &raw) : st;
}
