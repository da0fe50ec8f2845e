/*
 * configure.h - the configuration that the command line names, for a verb that needs it.
 */
#ifndef CLI_CONFIGURE_H
#define CLI_CONFIGURE_H

#include "cli/verb.h"

/* Loads it into `config`, which the command refers to from then on, with the log as it says. */
enum status configure(struct command *command, struct config *config, struct error *err) MUST_CHECK;

#endif
