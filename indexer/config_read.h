/*
 * config_read.h - reads a JSON object by a table of its known keys; under config.c.
 *
 * A table says of each key its name, its JSON type, what to call it in messages, how to read it and
 * where the result goes. All else is here, once: keys that nobody knows (and the nearest that
 * somebody does), missing ones, wrong types, ranges, lists, `${NAME}`, and the words of each error
 * with the file and the key's path before them.
 *
 * Two kinds of text never reach a message: what an environment variable gave, and urls.
 */
#ifndef INDEXER_CONFIG_READ_H
#define INDEXER_CONFIG_READ_H

#include <jansson.h>

#include "base/slice.h"

struct config_reader {
	const char *name; /* of the file */
	struct arena *arena;
	struct error *err;
	void *context; /* of whoever reads */
};

/* Where a value stands: the top has no parent, an element no key. Lives on the stack. */
struct config_place {
	const struct config_place *parent;
	const char *key;
	size_t index;
};

struct config_field {
	const char *name;
	json_type type; /* JSON_TRUE stands for both truth values */
	bool is_required;
	const char *expected; /* "an address (…)"; numbers say their range by themselves */
	size_t offset;        /* of what is read, in the struct of the object */
	/* Reads a value of the right type into `out`. */
	enum status (*read)(struct config_reader *r, const struct config_place *at,
			    const struct config_field *field, json_t *value, void *out);
	uint64_t min; /* of a number, or of a list's length */
	uint64_t max;
	/* config_read_object: the object's keys. */
	const struct config_field *fields;
	size_t field_count;
	/* config_list: what an element is. */
	const struct config_field *element;
	size_t element_size;
};

/* A string: as the file has it, for messages, and with the environment's variables, for use. */
struct config_text {
	const char *raw;
	const char *value;
	bool is_expanded; /* value must not be shown */
};

/* Checks the type, then reads. */
enum status config_value(struct config_reader *r, const struct config_place *at,
			 const struct config_field *field, json_t *value, void *out) MUST_CHECK;

/* Readers for tables: into the object's own struct, uint64_t, unsigned, bool, const char *. */
enum status config_read_object(struct config_reader *r, const struct config_place *at,
			       const struct config_field *field, json_t *value, void *out);
enum status config_read_u64(struct config_reader *r, const struct config_place *at,
			    const struct config_field *field, json_t *value, void *out);
enum status config_read_unsigned(struct config_reader *r, const struct config_place *at,
				 const struct config_field *field, json_t *value, void *out);
enum status config_read_bool(struct config_reader *r, const struct config_place *at,
			     const struct config_field *field, json_t *value, void *out);
enum status config_read_text(struct config_reader *r, const struct config_place *at,
			     const struct config_field *field, json_t *value, void *out);
/* A string that nobody needs. */
enum status config_read_nothing(struct config_reader *r, const struct config_place *at,
				const struct config_field *field, json_t *value, void *out);

/* An array of field->element, field->min to field->max of them, in the arena. */
enum status config_list(void **items, size_t *count, struct config_reader *r,
			const struct config_place *at, const struct config_field *field,
			json_t *value) MUST_CHECK;

/* A string of at least one character, its variables put in. */
enum status config_text(struct config_text *out, struct config_reader *r,
			const struct config_place *at, const struct config_field *field,
			json_t *value) MUST_CHECK;

/* "FILE: KEY.PATH: …" as ERR_USAGE. */
enum status config_fault(struct config_reader *r, const struct config_place *at, const char *format,
			 ...) PRINTF_LIKE(3, 4);

/* "expected …, got "raw"": the text is of the right type, but no such thing. */
enum status config_fault_text(struct config_reader *r, const struct config_place *at,
			      const struct config_field *field, const struct config_text *text);

/* "pools[0].contracts.token"; "" for the top. */
const char *config_path(struct config_reader *r, const struct config_place *at);

/* With its control characters escaped. */
const char *config_line(struct config_reader *r, const char *text);

/* Quoted on one line, cut where it is long; "a url" for what may be one. */
const char *config_quote(struct config_reader *r, const char *text);

#endif
