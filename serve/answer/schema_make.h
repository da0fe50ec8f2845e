/*
 * schema_make.h - the pieces that schemas are made of.
 *
 * Every json_t returned is a new reference; every json_t * that is put into another is taken.
 */
#ifndef SERVE_ANSWER_SCHEMA_MAKE_H
#define SERVE_ANSWER_SCHEMA_MAKE_H

#include "serve/answer/schema.h"

enum schema_kind {
	SCHEMA_AMOUNT,  /* a 256-bit integer, decimal */
	SCHEMA_SIGNED,  /* with its sign */
	SCHEMA_RATIO,   /* 18 places */
	SCHEMA_RATE,    /* 3 places */
	SCHEMA_ADDRESS, /* 20 bytes */
	SCHEMA_HASH,    /* 32 bytes */
	SCHEMA_BYTES,   /* any number of them */
	SCHEMA_COUNT,   /* a number from 0 on */
	SCHEMA_TEXT,
	SCHEMA_FLAG,
	SCHEMA_NAMES, /* a list of texts */
	SCHEMA_COUNTS,
	SCHEMA_ALL_BYTES,
	SCHEMA_REF,     /* the component `of` */
	SCHEMA_LIST_OF, /* a list of those */
	SCHEMA_NULL,    /* never anything */
};

/* A member of an object, described once. */
struct schema_member {
	const char *name;
	enum schema_kind kind;
	const char *meaning; /* NULL: the name says it */
	const char *of;      /* SCHEMA_REF, SCHEMA_LIST_OF */
	bool is_nullable;
	bool is_optional;
};

/* SCHEMA_MEMBER("fork", REF, "the newest block that was kept", .of = "Block") */
#define SCHEMA_MEMBER(member, its_kind, words, ...)                                                \
	{                                                                                          \
		.name = member, .kind = SCHEMA_##its_kind, .meaning = words, __VA_ARGS__           \
	}
#define SCHEMA_MEMBERS(list) (list), sizeof(list) / sizeof((list)[0])

json_t *schema_value(enum schema_kind kind);
json_t *schema_ref(const char *component);
json_t *schema_list_of(json_t *items);
/* Those and no other text. */
json_t *schema_enum(const char *const *values, size_t count);
json_t *schema_const(const char *value);
/* The same, or null. Takes it. */
json_t *schema_nullable(json_t *schema);
/* Says what it is; "" and NULL say nothing. Takes and gives it. */
json_t *schema_described(json_t *schema, const char *meaning);

/* An object of those members and no others. */
json_t *schema_object(const struct schema_member *members, size_t count);
/* One member more. */
void schema_add(json_t *object, const struct schema_member *member);
/* The same with a schema at hand, which it takes. */
void schema_put(json_t *object, const char *name, json_t *schema, bool is_required);
/* Others may stand beside its members, as far as who refers to it says: see schema_closed. */
void schema_open(json_t *object);
/* A reference to what schema_open left open, with nothing beside. */
json_t *schema_closed(const char *component);

/* {items, next, at}: a page of a list. `may_be_empty`: it can be asked of a mirror without a block,
 * too. */
json_t *schema_page(json_t *items, bool may_be_empty);

/* By a figure's rule, null included: any may be not computable. */
json_t *schema_figure(const struct figure_rule *rule);
/* Without null. */
json_t *schema_part(const struct item_part *part);
/* The figure of that name, or null alone where there is none. */
json_t *schema_figure_of(const struct figure_rule *rules, size_t count, const char *name);
void schema_put_figures(json_t *object, const struct figure_rule *rules, size_t count,
			bool is_required);
void schema_put_key(json_t *object, const struct item_list *list);

/* What json_abi_value makes of a parameter. */
json_t *schema_parameter(const struct abi_param *parameter);

enum { SCHEMA_NAME_MAX = 128 };

/* "bridge-mutual-v2" and "withdrawal" make "BridgeMutualV2Withdrawal"; any may be "". What does not
 * fit is cut: names of protocols, lists and events are short. */
const char *schema_name(char out[SCHEMA_NAME_MAX], const char *protocol, const char *what,
			const char *suffix);

/* Adds a component; each name is given once. */
void schema_component(json_t *components, const char *name, json_t *schema);

/* The next protocol that the configuration has pools of, in their order; NULL: the first. */
const struct protocol *schema_next_protocol(const struct config *config,
					    const struct protocol *before);
/* One of the names of that protocol's pools. */
json_t *schema_pool_names(const struct config *config, const struct protocol *protocol);
/* One of the configured protocols' names. */
json_t *schema_protocol_names(const struct config *config);
/* Component `name`: any of the configured protocols' components `each` (schema_name), of those that
 * have one. Where `selector` is not NULL, that member tells which: its value is the protocol's
 * name. */
void schema_component_any(json_t *components, const struct config *config, const char *name,
			  const char *each, const char *selector);

/* The parts of schema_components, each adds its own. */
void schema_add_common(json_t *components, const struct config *config);
void schema_add_status(json_t *components);
void schema_add_pools(json_t *components, const struct config *config);
void schema_add_accounts(json_t *components, const struct config *config);
void schema_add_items(json_t *components, const struct config *config);
void schema_add_events(json_t *components, const struct config *config);
void schema_add_payouts(json_t *components, const struct config *config);
void schema_add_explained(json_t *components, const struct config *config);
void schema_add_findings(json_t *components);
void schema_add_cover(json_t *components, const struct config *config);
void schema_add_protocols(json_t *components, const struct config *config);
void schema_add_evidence(json_t *components, const struct config *config);
void schema_add_stream(json_t *components, const struct config *config);

#endif
