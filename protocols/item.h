/*
 * item.h - lists of a pool beside its accounts: policies, claims, markets … described once for
 * JSON, tables, views and findings.
 *
 * The items of a list are the rows of one table: an item is named by the row's key, which is made
 * of parts (a contract's address, a hash, a number), and shows figures as an account does. A view
 * may be asked for each item that a block touches (VIEW_ITEM in protocol.h).
 */
#ifndef PROTOCOLS_ITEM_H
#define PROTOCOLS_ITEM_H

#include "base/arena.h"
#include "protocols/figure.h"
#include "store/state.h"

struct applying;
struct reading;

enum { ITEM_KEY_MAX = ROW_KEY_MAX, ITEM_PARTS_MAX = 4 };

/* A part of the key: FIGURE_ADDRESS (20 bytes), FIGURE_HASH (32) or FIGURE_NUMBER (big-endian, 1 to
 * 32 bytes). */
struct item_part {
	const char *name; /* in JSON, snake_case */
	enum figure_kind kind;
	uint8_t size; /* bytes */
	const char *meaning;
};

struct item_list {
	const char *name;  /* plural, snake_case: "policies" */
	const char *one;   /* one of them, for findings: "policy" */
	const char *title; /* for people */
	const struct item_part *parts;
	size_t part_count;
	const struct figure_rule *figures;
	size_t figure_count;
	/* Names of the figures that a table on a terminal shows, up to NULL; NULL: all. */
	const char *const *columns;

	/* Its keys are the parts, one behind the other. */
	const struct row_table *table;
	/* Whether a row is an item: one that was only looked for is not. NULL: every row is. */
	bool (*exists)(const void *row);
	/* Fills the figures in the order of the rules; any key may be asked for. */
	void (*read)(struct figure *out, const struct reading *r, const uint8_t *key);
};

/* The list's items in order of their keys, those after `after` (may be NULL); returning false ends
 * the walk. The reading must be one of finished blocks. */
void item_each(const struct reading *r, const struct item_list *list, const uint8_t *after,
	       bool (*visit)(void *context, const uint8_t *key), void *context);

/* Items that the block at hand touched. */
void item_each_touched(struct applying *a, const struct item_list *list,
		       void (*visit)(void *context, const uint8_t *key), void *context);

/* Where a part begins in the key. */
size_t item_part_offset(const struct item_list *list, size_t part);

/* A part as a figure of its kind. */
struct figure item_part_read(const struct item_list *list, size_t part, const uint8_t *key);

/* The part's 32-byte word in call data. */
void item_part_word(uint8_t out[32], const struct item_list *list, size_t part, const uint8_t *key);

/* The key as text, parts joined by ':', numbers decimal; in the arena. It is the cursor of a page,
 * and what findings call the item. */
const char *item_key_format(struct arena *arena, const struct item_list *list, const uint8_t *key);

/* The inverse. ERR_USAGE says what was expected. */
enum status item_key_parse(uint8_t out[ITEM_KEY_MAX], const struct item_list *list,
			   const char *text, struct error *err) MUST_CHECK;

#endif
