/*
 * summary.h - what a person wants to know when the mirror has caught up.
 */
#ifndef CLI_SUMMARY_H
#define CLI_SUMMARY_H

#include <stdio.h>

#include "cli/output.h"

/* Pools, totals, share price, payouts with what each cost, checks, findings. */
enum status summary_print(const struct command *command, FILE *out, struct error *err) MUST_CHECK;

#endif
