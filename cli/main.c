#include <malloc.h>
#include <stdio.h>
#include <string.h>

#include "cli/configure.h"

struct verb {
	const char *name;
	const char *arguments;
	const char *help;
	size_t arguments_least;
	size_t arguments_most;
	bool needs_config;
	uint32_t options; /* beside config, help and version */
	int (*run)(const struct command *command);
};

#define READS (OPTION_BIT(OPTION_AT) | OPTION_BIT(OPTION_JSON))
#define PAGES (OPTION_BIT(OPTION_LIMIT) | OPTION_BIT(OPTION_AFTER))
#define RAW OPTION_BIT(OPTION_RAW)

static const struct verb verbs[] = {
	{"run", "", "follow the chain until stopped", 0, 0, true,
	 OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_VERBOSE), verb_run},
	{"sync", "", "catch up, print a summary, exit", 0, 0, true,
	 OPTION_BIT(OPTION_TO) | OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_VERBOSE), verb_sync},
	{"status", "", "head, indexed block, checks, findings, digest", 0, 0, true, READS,
	 verb_status},
	{"pools", "", "the configured pools", 0, 0, true, READS | RAW, verb_pools},
	{"pool", "NAME", "a pool's figures", 1, 1, true, READS | RAW, verb_pool},
	{"accounts", "NAME", "every account's figures", 1, 1, true, READS | RAW | PAGES,
	 verb_accounts},
	{"account", "NAME ADDRESS", "one account's figures", 2, 2, true, READS | RAW, verb_account},
	{"policies", "NAME", "a pool's policies", 1, 1, true, READS | RAW | PAGES, verb_policies},
	{"items", "NAME LIST", "another of its lists: claims, markets, ...", 2, 2, true,
	 READS | RAW | PAGES, verb_items},
	{"payouts", "NAME", "payouts and what each cost the accounts", 1, 1, true,
	 READS | RAW | PAGES, verb_payouts},
	{"solvency", "[NAME]", "capital against open cover, and the largest claims at once", 0, 1,
	 true, READS | RAW | OPTION_BIT(OPTION_LIMIT), verb_solvency},
	{"history", "NAME", "liquidity, cover, utilization and prices over blocks", 1, 1, true,
	 READS | RAW | OPTION_BIT(OPTION_FROM) | OPTION_BIT(OPTION_TO) | OPTION_BIT(OPTION_LIMIT),
	 verb_history},
	{"quote", "[NAME]", "what cover costs: of a pool, or of a table by a model alone", 0, 1,
	 false,
	 READS | RAW | OPTION_BIT(OPTION_CONFIG) | OPTION_BIT(OPTION_AMOUNT) |
		 OPTION_BIT(OPTION_WEEKS) | OPTION_BIT(OPTION_MARKET) | OPTION_BIT(OPTION_MODEL) |
		 OPTION_BIT(OPTION_CSV) | OPTION_BIT(OPTION_PARAMS),
	 verb_quote},
	{"assess", "FILE", "what a policy pays for a loss, by InsureDAO's guideline", 1, 1, false,
	 OPTION_BIT(OPTION_JSON) | RAW, verb_assess},
	{"events", "[NAME]", "decoded events", 0, 1, true,
	 READS | PAGES | OPTION_BIT(OPTION_FROM) | OPTION_BIT(OPTION_TO) |
		 OPTION_BIT(OPTION_EVENT) | OPTION_BIT(OPTION_ACCOUNT),
	 verb_events},
	{"findings", "[NAME]", "where chain and arithmetic disagree", 0, 1, true,
	 READS | PAGES | OPTION_BIT(OPTION_SEVERITY) | OPTION_BIT(OPTION_CHECK) |
		 OPTION_BIT(OPTION_STATE),
	 verb_findings},
	{"explain", "TX[:LOG]", "an event's figures with their formulas; who paid a payout", 1, 1,
	 true, READS | RAW, verb_explain},
	{"evidence", "TX[:LOG]", "write a file that proves an event by its block's hash", 1, 1,
	 true, OPTION_BIT(OPTION_OUTPUT) | OPTION_BIT(OPTION_QUIET) | OPTION_BIT(OPTION_VERBOSE),
	 verb_evidence},
	{"verify", "FILE", "check such a file, from its bytes alone", 1, 1, false,
	 OPTION_BIT(OPTION_JSON), verb_verify},
	{"decode", "", "a log or call data by a signature or an ABI file", 0, 0, false,
	 OPTION_BIT(OPTION_JSON) | OPTION_BIT(OPTION_ABI) | OPTION_BIT(OPTION_SIGNATURE) |
		 OPTION_BIT(OPTION_DATA) | OPTION_BIT(OPTION_TOPIC),
	 verb_decode},
	{"check-store", "", "verify structure, digests and sums of the mirror on disk", 0, 0, true,
	 0, verb_check_store},
	{"snapshot", "FILE", "copy the mirror to a file, beside a daemon too", 1, 1, true, 0,
	 verb_snapshot},
	{"restore", "FILE", "make a snapshot the mirror, where there is none", 1, 1, true, 0,
	 verb_restore},
	{"alert", "test [N]", "send a test to each alert, or to alerts[N] of the configuration", 1,
	 2, true, OPTION_BIT(OPTION_JSON), verb_alert},
	{"config", "check", "read the configuration and say what it means", 1, 1, true, 0,
	 verb_config},
};

enum { VERB_COUNT = sizeof(verbs) / sizeof(verbs[0]) };

static void print_help(void)
{
	(void)puts("usage: covermirror [-c FILE] VERB [arguments] [options]\n\n"
		   "Mirrors on-chain coverage pools from an Ethereum node and checks their "
		   "arithmetic.\n\nverbs:");
	for (size_t i = 0; i < VERB_COUNT; i++)
		(void)printf("  %-12s%-14s%s\n", verbs[i].name, verbs[i].arguments, verbs[i].help);
	(void)puts("\noptions (covermirror VERB --help: those of a verb):");
	for (int i = 0; i < OPTION_COUNT; i++)
		if (i == OPTION_CONFIG || i == OPTION_HELP || i == OPTION_VERSION)
			(void)printf("  %-23s%s\n", option_text((enum option)i),
				     option_help((enum option)i));
	(void)puts("\nexit status: 0 fine, 1 could not do it, 2 wrong use or configuration,\n"
		   "             3 done, and there are open error findings");
}

static void print_verb_help(const struct verb *verb)
{
	(void)printf("usage: covermirror [-c FILE] %s%s%s [options]\n\n%s\n\noptions:\n",
		     verb->name, *verb->arguments ? " " : "", verb->arguments, verb->help);
	for (int i = 0; i < OPTION_COUNT; i++)
		if ((verb->options & OPTION_BIT(i)) || i == OPTION_HELP ||
		    (i == OPTION_CONFIG && verb->needs_config))
			(void)printf("  %-23s%s\n", option_text((enum option)i),
				     option_help((enum option)i));
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static enum status check_use(const struct verb *verb, const struct args *args, struct error *err)
{
	uint32_t allowed = verb->options | OPTION_BIT(OPTION_HELP) | OPTION_BIT(OPTION_VERSION) |
			   OPTION_BIT(OPTION_CONFIG);

	for (int i = 0; i < OPTION_COUNT; i++)
		if (args_has(args, (enum option)i) && !(allowed & OPTION_BIT(i)))
			return error_set(err, ERR_USAGE, "%s does not take %s", verb->name,
					 option_text((enum option)i) +
						 strspn(option_text((enum option)i), " "));
	if (args->argument_count < verb->arguments_least)
		return error_set(err, ERR_USAGE, "%s needs %s: see covermirror %s --help",
				 verb->name, verb->arguments, verb->name);
	if (args->argument_count > verb->arguments_most)
		return error_set(err, ERR_USAGE, "%s takes no argument \"%s\"", verb->name,
				 args->arguments[verb->arguments_most]);
	return OK;
}

static int run_verb(const struct verb *verb, const struct args *args, struct arena *arena)
{
	struct command command = {.args = args, .arena = arena, .logger = logger_silent()};
	struct config config;
	struct error err;

	if (check_use(verb, args, &err) != OK)
		return report(&err);
	if (verb->needs_config && configure(&command, &config, &err) != OK)
		return report(&err);
	return verb->run(&command);
}

/*
 * Arenas and answers are large, short-lived and freed by another thread than took them; left alone,
 * glibc keeps their memory for itself after the first of them was freed (a dynamic threshold), and
 * a backfill's resident memory doubles. A fixed threshold gives it back.
 */
enum { LARGE_ALLOCATION = 256 * 1024 };

int main(int argc, char **argv)
{
	const struct verb *verb;
	struct arena *arena;
	struct args args;
	struct error err;
	int status;

	(void)mallopt(M_MMAP_THRESHOLD, LARGE_ALLOCATION);
	if (args_parse(&args, argc, argv, &err) != OK)
		return report(&err);
	if (args_has(&args, OPTION_VERSION)) {
		(void)puts("covermirror " COVERMIRROR_VERSION);
		return EXIT_FINE;
	}
	if (!args.verb) {
		if (args_has(&args, OPTION_HELP)) {
			print_help();
			return EXIT_FINE;
		}
		(void)error_set(&err, ERR_USAGE, "no verb: see covermirror --help");
		return report(&err);
	}
	verb = find_verb(args.verb);
	if (!verb) {
		(void)error_set(&err, ERR_USAGE, "unknown verb \"%s\": see covermirror --help",
				args.verb);
		return report(&err);
	}
	if (args_has(&args, OPTION_HELP)) {
		print_verb_help(verb);
		return EXIT_FINE;
	}
	arena = arena_new();
	status = run_verb(verb, &args, arena);
	arena_free(arena);
	return status;
}
