/*
 * output.h - documents on a terminal: JSON, or aligned tables with amounts in token units.
 */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <jansson.h>

#include "cli/verb.h"
#include "serve/answer/answer.h"

/* How one pool's figures are shown. */
struct style {
	struct arena *arena;
	bool is_raw;       /* base units */
	unsigned decimals; /* of the asset */
	const char *symbol;
};

struct style style_of(const struct command *command, struct moment *m, const struct pool *pool);

/* Prints and takes the document; EXIT_COULD_NOT where standard output fails. */
int print_json(json_t *document);

/* A member's text ("-" where it is none), and a member's number. */
const char *text_of(const json_t *object, const char *key);
uint64_t number_of(const json_t *object, const char *key);

/* A base-unit decimal string in token units with thousands separators and the trailing zeros cut:
 * "1,234.5"; "-" for null. In the arena. */
const char *show_amount(const struct style *style, const json_t *value);
const char *show_figure(const struct style *style, const struct figure_rule *rule,
			const json_t *value);
/* Any JSON scalar as it is; "-" for null. */
const char *show_plain(const struct style *style, const json_t *value);
/* "0x1234…abcd" */
const char *show_short(const struct style *style, const json_t *value);
/* voting_power -> "VOTING POWER" */
const char *show_heading(struct arena *arena, const char *name);
/* 2021-07-15 00:15:53 UTC */
const char *show_time(struct arena *arena, uint64_t timestamp);
/* 1234567 -> "1,234,567" */
const char *show_count(struct arena *arena, uint64_t count);
/* The "proved" of a status: "transactions 15, receipts 294; from block 1 to block 309", "nothing".
 * In the arena. */
const char *show_proved(struct arena *arena, const json_t *status);

/* What json_trace() gives: two lines a figure, each behind `indent`. */
void print_trace(const struct style *style, const json_t *figures, const char *indent);

/* A table that is printed when it is complete, each column as wide as it must be. */
struct table;

struct table *table_new(struct arena *arena, size_t columns);
/* A column that is aligned to the right. */
void table_right(struct table *table, size_t column);
/* One row: `columns` texts that live as long as the arena. */
void table_row(struct table *table, const char *const *cells);
void table_print(const struct table *table);

#define TABLE_ROW(table, ...) table_row((table), (const char *const[]){__VA_ARGS__})

#endif
