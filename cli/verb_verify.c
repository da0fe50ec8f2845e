/* verify: does an evidence file hold? Neither configuration nor store nor network is asked. */
#include <stdio.h>

#include "cli/input_file.h"
#include "cli/output.h"
#include "serve/evidence/evidence.h"

static void show(const char *path, const struct evidence_verdict *verdict)
{
	(void)printf("%s holds.\n\nproved:\n", path);
	for (size_t i = 0; i < verdict->proved_count; i++)
		(void)printf("  %-12s %s\n", verdict->proved[i].part, verdict->proved[i].text);
	(void)printf("\nclaimed only:\n");
	for (size_t i = 0; i < verdict->claimed_count; i++)
		(void)printf("  %-12s %s\n", verdict->claimed[i].part, verdict->claimed[i].text);
	(void)printf("\n%s\n", verdict->advice);
}

int verb_verify(const struct command *command)
{
	const char *path = command->args->arguments[0];
	struct evidence_verdict verdict;
	struct slice file;
	struct error err;
	enum status st = input_file(&file, command->arena, path, EVIDENCE_SIZE_MAX, &err);

	if (st == OK) {
		st = evidence_verify(&verdict, command->arena, file, &err);
		if (st != OK)
			(void)error_wrap(&err, "%s does not hold", path);
	}
	if (st != OK)
		return report(&err);
	if (args_has(command->args, OPTION_JSON))
		return print_json(evidence_verdict_json(&verdict));
	show(path, &verdict);
	if (fflush(stdout) == 0)
		return EXIT_FINE;
	(void)fputs("covermirror: writing to standard output failed\n", stderr);
	return EXIT_COULD_NOT;
}
