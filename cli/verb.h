/*
 * verb.h - one file a verb; their table is in main.c.
 */
#ifndef CLI_VERB_H
#define CLI_VERB_H

#include "base/version.h"
#include "cli/args.h"
#include "indexer/config.h"

/* What a verb works with. Verbs return the program's exit status. */
struct command {
	const struct args *args;
	struct arena *arena;
	const struct config *config; /* NULL where the verb needs none */
	struct logger logger;
};

enum exit_status { EXIT_FINE = 0, EXIT_COULD_NOT = 1, EXIT_MISUSE = 2, EXIT_FINDINGS = 3 };

/* Says "covermirror: …" on standard error and gives the status's exit status. */
int report(const struct error *err);
/* The same of a verb that logs: an error line of its log, where that is JSON. */
int report_logged(const struct command *command, const struct error *err);

int verb_run(const struct command *command);
int verb_sync(const struct command *command);
int verb_status(const struct command *command);
int verb_pools(const struct command *command);
int verb_pool(const struct command *command);
int verb_accounts(const struct command *command);
int verb_account(const struct command *command);
int verb_policies(const struct command *command);
int verb_items(const struct command *command);
int verb_payouts(const struct command *command);
int verb_history(const struct command *command);
int verb_solvency(const struct command *command);
int verb_assess(const struct command *command);
int verb_quote(const struct command *command);
int verb_events(const struct command *command);
int verb_findings(const struct command *command);
int verb_explain(const struct command *command);
int verb_evidence(const struct command *command);
int verb_verify(const struct command *command);
int verb_decode(const struct command *command);
int verb_check_store(const struct command *command);
int verb_snapshot(const struct command *command);
int verb_restore(const struct command *command);
int verb_alert(const struct command *command);
int verb_config(const struct command *command);

#endif
