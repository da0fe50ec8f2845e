/*
 * figure.h - the figures that a pool or an account shows: described once for JSON, tables, views
 * and docs.
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
};

enum figure_unit {
	UNIT_PLAIN,
	UNIT_ASSETS,     /* base units of the pool's asset */
	UNIT_SHARES,     /* base units of the pool's shares, same decimals as the asset */
	UNIT_PERCENT_18, /* 10^18 is 100 % */
	UNIT_SECONDS,    /* a duration */
	UNIT_TIME,       /* seconds since 1970, 0 is none */
};

struct figure_rule {
	const char *name; /* snake_case, the contract's own view name where it has one */
	enum figure_kind kind;
	enum figure_unit unit;
	const char *meaning;
};

struct figure {
	bool is_null; /* not computable: the contract reverts, or nothing is known */
	union {
		u256 number; /* FIGURE_NUMBER, FIGURE_RATIO */
		struct address address;
		bool flag;
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

static inline struct figure figure_null(void)
{
	return (struct figure){.is_null = true};
}

#endif
