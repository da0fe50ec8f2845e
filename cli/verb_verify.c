/* verify: does an evidence file hold? Neither configuration nor store nor network is asked. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/output.h"
#include "serve/evidence.h"

enum { PART_SIZE = 65536 };

static enum status read_stream(struct slice *out, FILE *file, const char *path, struct arena *arena,
			       struct error *err)
{
	struct buffer bytes = buffer_in(arena);
	char part[PART_SIZE];
	size_t n;

	while (bytes.size <= EVIDENCE_SIZE_MAX && (n = fread(part, 1, sizeof(part), file)) > 0)
		buffer_append(&bytes, part, n);
	if (ferror(file))
		return error_set(err, ERR_SYSTEM, "cannot read %s: %s", path, strerror(errno));
	*out = buffer_slice(&bytes);
	return OK;
}

static enum status read_file(struct slice *out, const char *path, struct arena *arena,
			     struct error *err)
{
	FILE *file;
	enum status st;

	if (strcmp(path, "-") == 0)
		return read_stream(out, stdin, "standard input", arena, err);
	file = fopen(path, "rb");
	if (!file)
		return error_set(err, ERR_SYSTEM, "cannot open %s: %s", path, strerror(errno));
	st = read_stream(out, file, path, arena, err);
	(void)fclose(file);
	return st;
}

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
	enum status st = read_file(&file, path, command->arena, &err);

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
