/*
 * args.h - the command line: `covermirror [options] VERB [arguments] [options]`.
 */
#ifndef CLI_ARGS_H
#define CLI_ARGS_H

#include "abi/types.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum option {
	OPTION_CONFIG,
	OPTION_JSON,
	OPTION_RAW,
	OPTION_AT,
	OPTION_LIMIT,
	OPTION_AFTER,
	OPTION_FROM,
	OPTION_TO,
	OPTION_EVENT,
	OPTION_ACCOUNT,
	OPTION_SEVERITY,
	OPTION_CHECK,
	OPTION_STATE,
	OPTION_ABI,
	OPTION_SIGNATURE,
	OPTION_DATA,
	OPTION_TOPIC,
	OPTION_OUTPUT,
	OPTION_MODEL,
	OPTION_CSV,
	OPTION_PARAMS,
	OPTION_AMOUNT,
	OPTION_WEEKS,
	OPTION_MARKET,
	OPTION_QUIET,
	OPTION_VERBOSE,
	OPTION_HELP,
	OPTION_VERSION,
	OPTION_COUNT,
};

#define OPTION_BIT(option) (UINT32_C(1) << (option))

enum { ARGUMENTS_MAX = 8, TOPICS_MAX = 4 };

struct args {
	const char *verb; /* NULL where none was given */
	const char *arguments[ARGUMENTS_MAX];
	size_t argument_count;
	uint32_t given; /* OPTION_BITs */
	const char *values[OPTION_COUNT];
	const char *topics[TOPICS_MAX];
	size_t topic_count;
};

static inline bool args_has(const struct args *args, enum option option)
{
	return args->given & OPTION_BIT(option);
}

/* ERR_USAGE names the option that is unknown, lacks its value or is given twice. */
enum status args_parse(struct args *out, int argc, char **argv, struct error *err) MUST_CHECK;

/* "--json" and so on, with its value's name: "--at BLOCK". */
const char *option_text(enum option option);
const char *option_help(enum option option);

/* A whole number of an option; `fallback` where it is not given. */
enum status args_number(uint64_t *out, const struct args *args, enum option option,
			uint64_t fallback, struct error *err) MUST_CHECK;

/* "TX" or "TX:LOG", as explain and evidence take it; *log_index is -1 without a log. ERR_USAGE. */
enum status args_event(struct hash *transaction, int64_t *log_index, const char *text,
		       struct error *err) MUST_CHECK;

#endif
