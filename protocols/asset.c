#include "protocols/asset.h"

#include "protocols/tables.h"

#define RECORD_OWNER struct asset_row
#define ASSET_FIELDS(F)                                                                            \
	F(TEXT, symbol, "the token's symbol()")                                                    \
	F(U64, decimals, "the token's decimals()")                                                 \
	F(BOOL, is_known, "asked once")

struct asset_row {
	RECORD_STRUCT(ASSET_FIELDS)
};

RECORD_DEFINE(asset_row, ASSET_FIELDS)
#undef RECORD_OWNER

#define RECORD_OWNER struct provenance_row
#define PROVENANCE_FIELDS(F) F(TEXT, lines, "a line a figure")

struct provenance_row {
	RECORD_STRUCT(PROVENANCE_FIELDS)
};

RECORD_DEFINE(provenance_row, PROVENANCE_FIELDS)
#undef RECORD_OWNER

static const struct row_table table_asset = {TABLE_ASSET, 1, &record_asset_row};
static const struct row_table table_provenance = {TABLE_PROVENANCE, 1, &record_provenance_row};

enum { SYMBOL_MAX = 32, DEFAULT_DECIMALS = 18, DECIMALS_MAX = 77 };

/* symbol() is a string in most tokens and a bytes32 in some old ones; anything else is "?". */
static const char *symbol_of(struct arena *arena, struct slice result)
{
	struct abi_param param = {.name = ""};
	const struct abi_value *value;
	const uint8_t *text = NULL;
	size_t length = 0;

	if (result.size == 32) {
		text = result.data;
		while (length < 32 && text[length])
			length++;
	} else if (abi_type_parse(&param.type, arena, "string", NULL) == OK &&
		   abi_decode(&value, arena, &param, 1, result, NULL) == OK) {
		text = value->bytes.data;
		length = value->bytes.size;
	}
	if (length == 0 || length > SYMBOL_MAX)
		return "?";
	for (size_t i = 0; i < length; i++)
		if (text[i] < 0x21 || text[i] > 0x7e) /* it is printed on terminals */
			return "?";
	return arena_string_n(arena, (const char *)text, length);
}

enum status asset_seed(struct applying *a, struct error *err)
{
	struct asset_row *row = state_row(a->state, &table_asset, a->pool->id, "");
	static const uint8_t selectors[2][4] = {{0x95, 0xd8, 0x9b, 0x41}, {0x31, 0x3c, 0xe5, 0x67}};
	struct address token = pool_contract(a->pool, a->pool->protocol->asset_role);
	struct chain_call calls[2] = {{.to = token, .data = slice_of(selectors[0], 4)},
				      {.to = token, .data = slice_of(selectors[1], 4)}};
	u256 decimals = u256_from(DEFAULT_DECIMALS);

	row->symbol = "?";
	row->decimals = DEFAULT_DECIMALS;
	row->is_known = true;
	if (!a->chain)
		return OK;
	if (a->chain->ask(a->chain->context, calls, 2, a->arena, a->block, err) != OK)
		return err->status;
	if (calls[0].outcome == CALL_RETURNED)
		row->symbol = symbol_of(state_arena(a->state), calls[0].result);
	if (calls[1].outcome == CALL_RETURNED && calls[1].result.size == 32)
		decimals = u256_from_be(calls[1].result.data);
	if (!u256_to_u64(&row->decimals, decimals) || row->decimals > DECIMALS_MAX)
		row->decimals = DEFAULT_DECIMALS;
	return OK;
}

struct asset asset_read(const struct reading *r)
{
	const struct asset_row *row = state_row(r->state, &table_asset, r->pool->id, "");
	uint64_t told = row->is_known ? row->decimals : DEFAULT_DECIMALS;
	uint64_t kept = r->pool->protocol->book_decimals;

	return (struct asset){.token = pool_contract(r->pool, r->pool->protocol->asset_role),
			      .symbol = row->is_known ? row->symbol : "?",
			      .decimals = kept ? kept : told,
			      .token_decimals = told};
}

void provenance_add(struct applying *a, const char *figure, u256 value, const char *source)
{
	struct provenance_row *row = state_row(a->state, &table_provenance, a->pool->id, "");
	char digits[U256_DECIMAL_SIZE];

	row->lines =
		arena_printf(state_arena(a->state), "%s%s%s = %s: %s", row->lines,
			     *row->lines ? "\n" : "", figure, u256_format(digits, value), source);
}

const char *provenance_read(const struct reading *r)
{
	const struct provenance_row *row = state_row(r->state, &table_provenance, r->pool->id, "");

	return row->lines;
}
