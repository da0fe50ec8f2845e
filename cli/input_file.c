#include "cli/input_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { PART_SIZE = 65536 };

static enum status read_stream(struct slice *out, struct arena *arena, FILE *file, const char *name,
			       size_t size_max, struct error *err)
{
	struct buffer bytes = buffer_in(arena);
	char part[PART_SIZE];
	size_t n;

	while (bytes.size <= size_max && (n = fread(part, 1, sizeof(part), file)) > 0)
		buffer_append(&bytes, part, n);
	if (ferror(file))
		return error_set(err, ERR_SYSTEM, "cannot read %s: %s", name, strerror(errno));
	if (bytes.size > size_max)
		return error_set(err, ERR_SYSTEM, "%s is larger than %zu bytes", name, size_max);
	*out = buffer_slice(&bytes);
	return OK;
}

enum status input_file(struct slice *out, struct arena *arena, const char *path, size_t size_max,
		       struct error *err)
{
	FILE *file;
	enum status st;

	if (strcmp(path, "-") == 0)
		return read_stream(out, arena, stdin, "standard input", size_max, err);
	file = fopen(path, "rbe");
	if (!file)
		return error_set(err, ERR_SYSTEM, "cannot open %s: %s", path, strerror(errno));
	st = read_stream(out, arena, file, path, size_max, err);
	(void)fclose(file);
	return st;
}
