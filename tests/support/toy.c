#include "tests/support/toy.h"

#include "tests/support/test.h"

#define RECORD_OWNER struct toy_loan
RECORD_DEFINE(toy_loan, TOY_LOAN_FIELDS)
#undef RECORD_OWNER

const struct row_table toy_loans = {16, TOY_KEY, &record_toy_loan};
static const struct row_table lenders = {17, ADDRESS_BYTES, &record_toy_loan};

static const struct contract_role roles[] = {{.name = "desk"}};

static const struct check_rule checks[] = {
	{"view-loan", SEVERITY_ERROR, LEVEL_STATE, "the loan's views say what the mirror says"},
};

static const char *const states[] = {"none", "open", "paid", NULL};

static const struct item_part loan_parts[] = {
	{"lender", FIGURE_ADDRESS, ADDRESS_BYTES, "who lends, and the contract of its loans"},
	{"number", FIGURE_NUMBER, 2, "counted by the lender"},
};

static const struct figure_rule loan_figures[] = {
	{.name = "amount", .kind = FIGURE_NUMBER, .unit = UNIT_ASSETS, .meaning = "what is owed"},
	{.name = "state", .kind = FIGURE_CHOICE, .meaning = "", .choices = states},
	{.name = "paper", .kind = FIGURE_HASH, .meaning = "hash of the contract"},
	{.name = "debtor", .kind = FIGURE_ADDRESS, .meaning = ""},
	{.name = "note", .kind = FIGURE_TEXT, .meaning = ""},
};

static void read_loan(struct figure *out, const struct reading *r, const uint8_t *key)
{
	struct toy_loan loan;

	state_row_at(&loan, r->state, &toy_loans, r->pool->id, key, r->block);
	out[0] = loan.state == TOY_SECRET ? figure_unknown() : figure_number(loan.amount);
	out[1] = figure_choice(loan.state);
	out[2] = figure_hash(loan.paper);
	out[3] = figure_address(loan.debtor);
	out[4] = loan.note.size ? figure_text(loan.note) : figure_null();
}

static bool is_loan(const void *row)
{
	const struct toy_loan *loan = row;

	return loan->state != 0;
}

static const struct item_part lender_parts[] = {
	{"lender", FIGURE_ADDRESS, ADDRESS_BYTES, ""},
};

static const struct figure_rule lender_figures[] = {
	{.name = "rate", .kind = FIGURE_NUMBER, .meaning = ""},
};

static void read_lender(struct figure *out, const struct reading *r, const uint8_t *key)
{
	(void)r;
	(void)key;
	out[0] = figure_null();
}

static const char *const loan_columns[] = {"amount", "state", NULL};

static const struct item_list lists[TOY_LIST_COUNT] = {
	[TOY_LOANS] = {.name = "loans",
		       .one = "loan",
		       .title = "Loans",
		       .parts = loan_parts,
		       .part_count = 2,
		       .figures = loan_figures,
		       .figure_count = 5,
		       .columns = loan_columns,
		       .table = &toy_loans,
		       .exists = is_loan,
		       .read = read_loan},
	[TOY_LENDERS] = {.name = "lenders",
			 .one = "lender",
			 .title = "Lenders",
			 .parts = lender_parts,
			 .part_count = 1,
			 .figures = lender_figures,
			 .figure_count = 1,
			 .table = &lenders,
			 .read = read_lender},
};

static const struct view_rule views[TOY_VIEW_COUNT] = {
	[TOY_VIEW_LOAN] = {.signature = "loan(uint16)",
			   .argument = VIEW_ITEM,
			   .list = TOY_LOANS,
			   .contract_part = 1,
			   .words = {{VIEW_WORD_KEY, 1}},
			   .word_count = 1,
			   .figures = {"amount", "state", "debtor"},
			   .count = 3},
	[TOY_VIEW_PAPER] = {.signature = "paper(uint256,address,address,uint16)",
			    .argument = VIEW_ITEM,
			    .list = TOY_LOANS,
			    .words = {{VIEW_WORD_NUMBER, 7},
				      {VIEW_WORD_CONTRACT, 0},
				      {VIEW_WORD_KEY, 0},
				      {VIEW_WORD_KEY, 1}},
			    .word_count = 4,
			    .figures = {NULL, "paper"},
			    .count = 2},
	[TOY_VIEW_RATE] = {.signature = "rate()",
			   .argument = VIEW_ITEM,
			   .list = TOY_LENDERS,
			   .contract_part = 1,
			   .figures = {"rate"},
			   .count = 1},
};

static bool is_born(const struct reading *r)
{
	(void)r;
	return true;
}

static void read_pool(struct figure *out, const struct reading *r)
{
	(void)out;
	(void)r;
}

const struct protocol toy_protocol = {
	.name = "toy",
	.title = "Loans",
	.roles = roles,
	.role_count = 1,
	.checks = checks,
	.check_count = 1,
	.lists = lists,
	.list_count = TOY_LIST_COUNT,
	.views = views,
	.view_count = TOY_VIEW_COUNT,
	.is_born = is_born,
	.read_pool = read_pool,
};

void toy_open(struct toy *toy)
{
	static const struct store_identity identity = {.chain_id = 1, .pool_set = "toy"};
	static const struct address desk = {{0xde}};
	struct pool_setup setup = {
		.name = "toy", .protocol = "toy", .contracts = {{.addresses = &desk, .count = 1}}};

	*toy = (struct toy){.arena = arena_new(), .block = {.number = 1, .timestamp = 1000}};
	scratch_make(toy->folder);
	assert_ok(pool_make(&toy->pool, toy->arena, &toy_protocol, &setup, 0, &toy->err), toy->err);
	assert_ok(store_open(&toy->store, toy->folder, STORE_WRITE, &identity, &toy->err),
		  toy->err);
	assert_ok(store_begin(&toy->txn, toy->store, STORE_WRITE, &toy->err), toy->err);
	toy->state = state_open(toy->txn, 1);
}

void toy_close(struct toy *toy)
{
	state_close(toy->state);
	store_abort(toy->txn);
	store_close(toy->store);
	scratch_remove(toy->folder);
	arena_free(toy->arena);
}

const uint8_t *toy_key(uint8_t out[TOY_KEY], uint8_t lender, uint16_t number)
{
	memset(out, lender, ADDRESS_BYTES);
	out[ADDRESS_BYTES] = (uint8_t)(number >> 8);
	out[ADDRESS_BYTES + 1] = (uint8_t)number;
	return out;
}

struct toy_loan *toy_loan(struct toy *toy, uint8_t lender, uint16_t number)
{
	uint8_t key[TOY_KEY];

	return state_row(toy->state, &toy_loans, 0, toy_key(key, lender, number));
}

void toy_next(struct toy *toy)
{
	struct block_write write = {.ref = toy->block};

	write.ref.hash.bytes[0] = (uint8_t)toy->block.number;
	write.ref.parent_hash.bytes[0] = (uint8_t)(toy->block.number - 1);
	state_changes(&write.rows, &write.row_count, toy->state);
	assert_ok(store_append(toy->txn, NULL, &write, &toy->err), toy->err);
	toy->block.number++;
	toy->block.timestamp += 12;
	state_next_block(toy->state, toy->block.number);
	assert_ok(state_status(toy->state, &toy->err), toy->err);
}

struct reading toy_reading(struct toy *toy)
{
	return (struct reading){.pool = &toy->pool,
				.state = toy->state,
				.arena = toy->arena,
				.block = toy->block.number - 1,
				.time_earliest = toy->block.timestamp - 12,
				.time_latest = toy->block.timestamp - 12};
}
