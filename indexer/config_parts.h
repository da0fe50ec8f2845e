/*
 * config_parts.h - what the parts of the configuration's table share; for indexer/config*.c only.
 */
#ifndef INDEXER_CONFIG_PARTS_H
#define INDEXER_CONFIG_PARTS_H

#include "indexer/config.h"
#include "indexer/config_read.h"

#define WHATEVER_MAX INT64_MAX /* what JSON's integers reach in jansson */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define NUMBER(key, type_, member, min_, max_)                                                     \
	{                                                                                          \
		.name = (key), .type = JSON_INTEGER, .offset = offsetof(type_, member),            \
		.read = _Generic(((type_ *)0)->member, uint64_t                                    \
				 : config_read_u64, unsigned                                       \
				 : config_read_unsigned),                                          \
		.min = (min_), .max = (max_)                                                       \
	}

/* config_chain.c: the keys of "chain". */
extern const struct config_field config_chain_fields[4];

/* http or https and something behind it, in visible characters. */
bool config_is_web_url(const char *url);

/* Says nothing of what stands there: it may hold credentials, even where it is no url. */
enum status config_bad_url(struct config_reader *r, const struct config_place *at,
			   const struct config_field *field);

/* config_proof.c: the keys of "proof" and of "checkpoint"; the latter's into the configuration. */
extern const struct config_field config_proof_fields[3];
extern const struct config_field config_checkpoint_fields[2];
enum status config_read_checkpoint(struct config_reader *r, const struct config_place *at,
				   const struct config_field *field, json_t *value, void *out);

/* config_serve.c: "serve". */
extern const struct config_serve config_serve_defaults;
enum status config_read_serve(struct config_reader *r, const struct config_place *at,
			      const struct config_field *field, json_t *value, void *out);

/* config_log.c: the keys of "log". */
extern const struct config_field config_log_fields[2];

/* config_alerts.c: what an element of "alerts" is, and a list of them into the configuration; and
 * that the pools which they name are there. */
extern const struct config_field config_alert_element;
enum status config_read_alerts(struct config_reader *r, const struct config_place *at,
			       const struct config_field *field, json_t *value, void *out);
enum status config_check_alerts(struct config_reader *r, const struct config *config);

/* What an alert's object says; the receiver stands under its kind. */
struct alert_draft {
	struct config_alert alert;
	const char *targets[ALERT_KINDS];
};

/* config_pools.c: the keys of "views", and what an element of "pools" is. */
extern const struct config_field config_views_fields[4];
extern const struct config_field config_pool_element;

/* What a pool's object says, before its protocol is compiled. */
struct pool_draft {
	struct pool_setup setup;
	struct config_views views;
	const char *raw_name; /* as the file has it, for messages */
};

/* A list of config_pool_element, into the configuration. */
enum status config_read_pools(struct config_reader *r, const struct config_place *at,
			      const struct config_field *field, json_t *value, void *out);

/* What struct config has as its pool_set. */
const char *config_pool_set(struct arena *arena, const struct pool *pools, size_t count);

#endif
