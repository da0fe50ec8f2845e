/*
 * figure.h - the figures that a pool, an account or an item of a list shows: described once for
 * JSON, tables, views and docs.
 */
#ifndef PROTOCOLS_FIGURE_H
#define PROTOCOLS_FIGURE_H

#include "abi/types.h"
#include "abi/u256.h"

enum figure_kind {
	FIGURE_NUMBER, /* a 256-bit integer */
	FIGURE_RATIO,  /* in 10^18ths, shown with 18 places */
	FIGURE_ADDRESS,
	FIGURE_FLAG,
	FIGURE_HASH,   /* 32 bytes */
	FIGURE_CHOICE, /* a small number with a name each: rule->choices[number] */
	FIGURE_TEXT,   /* bytes that should be UTF-8; no view tells one */
};

enum figure_unit {
	UNIT_PLAIN,
	UNIT_ASSETS,     /* base units of the pool's asset */
	UNIT_SHARES,     /* base units of the pool's shares, same decimals as the asset */
	UNIT_FIXED_18,   /* 10^18 is one of something else than the asset: USD, say */
	UNIT_PERCENT_18, /* 10^18 is 100 % */
	UNIT_SECONDS,    /* a duration */
	UNIT_TIME,       /* seconds since 1970, 0 is none */
};

struct figure_rule {
	const char *name; /* snake_case, the contract's own view name where it has one */
	enum figure_kind kind;
	enum figure_unit unit;
	const char *meaning;
	/* FIGURE_CHOICE: the names by number, up to NULL; a number beyond them has none. */
	const char *const *choices;
};

struct figure {
	bool is_null; /* not computable: the contract reverts, or nothing is known */
	/* The contract has a figure that the mirror cannot know: null, and no view is held against
	 * it. */
	bool is_unknown;
	union {
		u256 number; /* FIGURE_NUMBER, FIGURE_RATIO, FIGURE_CHOICE */
		struct address address;
		bool flag;
		struct hash hash;
		struct slice text; /* lives as long as the reading's state and arena */
	};
};

enum { FIGURES_MAX = 48 };

static inline struct figure figure_number(u256 value)
{
	return (struct figure){.number = value};
}

static inline struct figure figure_computed(bool is_computable, u256 value)
{
	return (struct figure){.is_null = !is_computable, .number = value};
}

static inline struct figure figure_address(struct address value)
{
	return (struct figure){.address = value};
}

static inline struct figure figure_flag(bool value)
{
	return (struct figure){.flag = value};
}

static inline struct figure figure_hash(struct hash value)
{
	return (struct figure){.hash = value};
}

static inline struct figure figure_choice(uint64_t value)
{
	return (struct figure){.number = u256_from(value)};
}

static inline struct figure figure_text(struct slice value)
{
	return (struct figure){.text = value};
}

static inline struct figure figure_null(void)
{
	return (struct figure){.is_null = true};
}

static inline struct figure figure_unknown(void)
{
	return (struct figure){.is_null = true, .is_unknown = true};
}

/* "number", "percent_18": as documents tell them. NULL beyond the last one. */
const char *figure_kind_name(enum figure_kind kind);
const char *figure_unit_name(enum figure_unit unit);

/* The name of a choice; NULL where the number has none. */
const char *figure_choice_name(const struct figure_rule *rule, u256 number);

#endif
