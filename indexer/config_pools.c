/*
 * config_pools.c - the configuration's "views" and "pools", and the pool set.
 */
#include "indexer/config_parts.h"

#include <inttypes.h>

enum {
	ROLE_ADDRESSES_MAX = 256,
	POOL_NAME_MAX = 32,
};

#define POOL_NAME "a pool name (1 to 32 of a-z, 0-9 and -, not beginning with -)"
#define ADDRESS "an address (0x and 40 hexadecimal digits)"

/* ---- views ---- */

/* Which of two words. */
static enum status read_either(bool *is_second, const char *first, const char *second,
			       struct config_reader *r, const struct config_place *at,
			       const struct config_field *field, json_t *value)
{
	struct config_text text;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	*is_second = strcmp(text.value, second) == 0;
	if (!*is_second && strcmp(text.value, first) != 0)
		return config_fault_text(r, at, field, &text);
	return OK;
}

static enum status read_accounts(struct config_reader *r, const struct config_place *at,
				 const struct config_field *field, json_t *value, void *out)
{
	return read_either(out, "touched", "all", r, at, field, value);
}

static enum status read_mode(struct config_reader *r, const struct config_place *at,
			     const struct config_field *field, json_t *value, void *out)
{
	return read_either(out, "call", "proof", r, at, field, value);
}

const struct config_field config_views_fields[] = {
	NUMBER("every_blocks", struct config_views, every_blocks, 0, WHATEVER_MAX),
	{.name = "at_head",
	 .type = JSON_TRUE,
	 .expected = "true or false",
	 .read = config_read_bool,
	 .offset = offsetof(struct config_views, at_head)},
	{.name = "accounts",
	 .type = JSON_STRING,
	 .expected = "\"touched\" or \"all\"",
	 .read = read_accounts,
	 .offset = offsetof(struct config_views, all_accounts)},
	{.name = "mode",
	 .type = JSON_STRING,
	 .expected = "\"call\" or \"proof\"",
	 .read = read_mode,
	 .offset = offsetof(struct config_views, by_proof)},
};

/* ---- pools ---- */

struct address_list {
	struct address *addresses;
	size_t count;
};

static bool is_pool_name(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return length >= 1 && length <= POOL_NAME_MAX && !name[length] && name[0] != '-';
}

static enum status read_pool_name(struct config_reader *r, const struct config_place *at,
				  const struct config_field *field, json_t *value, void *out)
{
	struct pool_draft *draft = out;
	struct config_text text;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	if (!is_pool_name(text.value))
		return config_fault_text(r, at, field, &text);
	draft->setup.name = text.value;
	draft->raw_name = text.raw;
	return OK;
}

static enum status read_protocol(struct config_reader *r, const struct config_place *at,
				 const struct config_field *field, json_t *value, void *out)
{
	struct buffer known = buffer_in(r->arena);
	struct config_text text;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	*(const char **)out = text.value;
	if (protocol_find(text.value))
		return OK;
	for (size_t i = 0; i < protocol_count(); i++)
		buffer_printf(&known, "%s\"%s\"", i ? ", " : "", protocol_at(i)->name);
	return config_fault(r, at, "expected %s that is known (%s), got %s", field->expected,
			    buffer_string(&known), config_quote(r, text.raw));
}

static enum status read_address(struct config_reader *r, const struct config_place *at,
				const struct config_field *field, json_t *value, void *out)
{
	struct address *address = out;
	struct config_text text;
	struct error why;
	enum status st = config_text(&text, r, at, field, value);

	if (st != OK)
		return st;
	/* The reason may quote a character of the text. */
	if (address_parse(address, text.value, strlen(text.value), &why) != OK)
		return text.is_expanded
			       ? config_fault_text(r, at, field, &text)
			       : config_fault(r, at, "expected %s, got %s: %s", field->expected,
					      config_quote(r, text.raw), why.message);
	if (address_is_zero(*address))
		return config_fault(r, at, "expected a contract's address, got the zero address");
	return OK;
}

static const struct config_field address_element = {
	.type = JSON_STRING,
	.expected = ADDRESS,
	.read = read_address,
};

static enum status read_one_address(struct config_reader *r, const struct config_place *at,
				    const struct config_field *field, json_t *value, void *out)
{
	struct address_list *list = out;

	list->count = 1;
	list->addresses = arena_array(r->arena, 1, sizeof(*list->addresses));
	return read_address(r, at, field, value, list->addresses);
}

static enum status read_addresses(struct config_reader *r, const struct config_place *at,
				  const struct config_field *field, json_t *value, void *out)
{
	struct address_list *list = out;
	void *items;
	enum status st = config_list(&items, &list->count, r, at, field, value);

	if (st == OK)
		list->addresses = items;
	return st;
}

/* A role as a key of "contracts". */
static struct config_field role_field(const struct contract_role *role, size_t index)
{
	return (struct config_field){
		.name = role->name,
		.type = role->is_list ? JSON_ARRAY : JSON_STRING,
		.is_required = !role->is_optional,
		.expected = role->is_list ? "an array of addresses" : ADDRESS,
		.read = role->is_list ? read_addresses : read_one_address,
		.offset = index * sizeof(struct address_list),
		.min = role->is_optional ? 0 : 1,
		.max = ROLE_ADDRESSES_MAX,
		.element = &address_element,
		.element_size = sizeof(struct address),
	};
}

/* The path of an address under "contracts". */
static const char *address_path(struct config_reader *r, const struct config_place *contracts,
				const struct contract_role *role, size_t index)
{
	struct config_place place = {.parent = contracts, .key = role->name};
	struct config_place element = {.parent = &place, .index = index};

	return config_path(r, role->is_list ? &element : &place);
}

/* ERR_USAGE where the address stands before [role][index] already. */
static enum status check_first_use(struct config_reader *r, const struct config_place *at,
				   const struct protocol *protocol,
				   const struct address_list *lists, size_t role, size_t index)
{
	struct address address = lists[role].addresses[index];

	for (size_t i = 0; i <= role; i++) {
		size_t count = i < role ? lists[i].count : index;

		for (size_t k = 0; k < count; k++)
			if (address_equal(lists[i].addresses[k], address))
				return error_set(
					r->err, ERR_USAGE,
					"%s: %s: expected another address than %s, got the "
					"same; each contract of a pool has one role",
					r->name, address_path(r, at, &protocol->roles[role], index),
					address_path(r, at, &protocol->roles[i], k));
	}
	return OK;
}

/* Its keys are the roles of the protocol, which was read before. */
static enum status read_contracts(struct config_reader *r, const struct config_place *at,
				  const struct config_field *field, json_t *value, void *out)
{
	struct pool_setup *setup = out;
	const struct protocol *protocol = protocol_find(setup->protocol);
	struct config_field roles[ROLES_MAX];
	struct address_list lists[ROLES_MAX] = {{0}};
	struct config_field contracts = *field;
	enum status st;

	for (size_t i = 0; i < protocol->role_count; i++)
		roles[i] = role_field(&protocol->roles[i], i);
	contracts.fields = roles;
	contracts.field_count = protocol->role_count;
	st = config_read_object(r, at, &contracts, value, lists);
	for (size_t i = 0; st == OK && i < protocol->role_count; i++) {
		setup->contracts[i].addresses = lists[i].addresses;
		setup->contracts[i].count = lists[i].count;
		for (size_t k = 0; st == OK && k < lists[i].count; k++)
			st = check_first_use(r, at, protocol, lists, i, k);
	}
	return st;
}

/* A key is read after those above it: contracts need the protocol. */
static const struct config_field pool_fields[] = {
	{.name = "name",
	 .type = JSON_STRING,
	 .is_required = true,
	 .expected = POOL_NAME,
	 .read = read_pool_name},
	{.name = "protocol",
	 .type = JSON_STRING,
	 .is_required = true,
	 .expected = "a protocol",
	 .read = read_protocol,
	 .offset = offsetof(struct pool_draft, setup.protocol)},
	{.name = "start_block",
	 .type = JSON_INTEGER,
	 .is_required = true,
	 .read = config_read_u64,
	 .offset = offsetof(struct pool_draft, setup.start_block),
	 .max = WHATEVER_MAX},
	{.name = "contracts",
	 .type = JSON_OBJECT,
	 .is_required = true,
	 .expected = "an object with the addresses of the pool's contracts",
	 .read = read_contracts,
	 .offset = offsetof(struct pool_draft, setup)},
	{.name = "views",
	 .type = JSON_OBJECT,
	 .expected = "an object like {\"every_blocks\": 1000}",
	 .read = config_read_object,
	 .offset = offsetof(struct pool_draft, views),
	 .fields = config_views_fields,
	 .field_count = COUNT(config_views_fields)},
};

/* Begins with the views of the whole configuration, which were read before. */
static enum status read_draft(struct config_reader *r, const struct config_place *at,
			      const struct config_field *field, json_t *value, void *out)
{
	const struct config *config = r->context;
	struct pool_draft *draft = out;

	draft->views = config->views;
	return config_read_object(r, at, field, value, draft);
}

const struct config_field config_pool_element = {
	.type = JSON_OBJECT,
	.expected = "an object that describes a pool",
	.read = read_draft,
	.fields = pool_fields,
	.field_count = COUNT(pool_fields),
};

static enum status check_name_is_new(struct config_reader *r, const struct config_place *at,
				     const struct pool_draft *drafts, size_t index)
{
	struct config_place pool = {.parent = at, .index = index};
	struct config_place name = {.parent = &pool, .key = "name"};

	for (size_t i = 0; i < index; i++)
		if (strcmp(drafts[i].setup.name, drafts[index].setup.name) == 0)
			return config_fault(r, &name,
					    "expected another name than that of pools[%zu], got "
					    "%s again",
					    i, config_quote(r, drafts[index].raw_name));
	return OK;
}

enum status config_read_pools(struct config_reader *r, const struct config_place *at,
			      const struct config_field *field, json_t *value, void *out)
{
	struct config *config = out;
	struct pool_draft *drafts;
	void *items;
	enum status st = config_list(&items, &config->pool_count, r, at, field, value);

	if (st != OK)
		return st;
	drafts = items;
	config->pools = arena_array(r->arena, config->pool_count, sizeof(*config->pools));
	config->pool_views = arena_array(r->arena, config->pool_count, sizeof(*config->pool_views));
	for (size_t i = 0; st == OK && i < config->pool_count; i++) {
		/* A genesis block has no logs, and there is no block before it to seed from. */
		if (drafts[i].setup.start_block == 0)
			drafts[i].setup.start_block = 1;
		config->pool_views[i] = drafts[i].views;
		st = check_name_is_new(r, at, drafts, i);
		if (st == OK)
			st = pool_init(&config->pools[i], r->arena, &drafts[i].setup, (uint16_t)i,
				       r->err);
	}
	return st;
}

const char *config_pool_set(struct arena *arena, const struct pool *pools, size_t count)
{
	struct buffer text = buffer_in(arena);
	char address[HEX_SIZE(ADDRESS_BYTES)];

	for (size_t i = 0; i < count; i++) {
		const struct pool_setup *setup = &pools[i].setup;
		const struct protocol *protocol = pools[i].protocol;

		buffer_printf(&text, "%s %s start_block=%" PRIu64, setup->name, setup->protocol,
			      setup->start_block);
		for (size_t k = 0; k < protocol->role_count; k++)
			for (size_t n = 0; n < setup->contracts[k].count; n++) {
				if (n == 0)
					buffer_printf(&text, " %s=", protocol->roles[k].name);
				buffer_printf(
					&text, "%s%s", n ? "," : "",
					address_format(address, setup->contracts[k].addresses[n]));
			}
		buffer_byte(&text, '\n');
	}
	return buffer_string(&text);
}
