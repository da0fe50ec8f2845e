/*
 * verify.c - does a file hold? From its bytes alone.
 *
 * In this order, so that the words name the part that is wrong and not only that a byte is: its
 * layout, its members, what is proved, what is derived, and at last the seal.
 */
#include <stdlib.h>

#include "abi/keccak.h"
#include "serve/answer/answer.h"
#include "serve/evidence/internal.h"

enum { SHOWN_BEFORE = 40, SHOWN = 100, PART_NAME_MAX = 40 };

/* The member of the document in which that place is: the last line before it with one space. */
static void name_part(char out[PART_NAME_MAX], struct slice text, size_t at)
{
	size_t size = 0;

	while (at > 2 &&
	       !(text.data[at - 1] == '"' && text.data[at - 2] == ' ' && text.data[at - 3] == '\n'))
		at--;
	while (at > 2 && size + 1 < PART_NAME_MAX && at + size < text.size &&
	       text.data[at + size] != '"') {
		out[size] = (char)text.data[at + size];
		size++;
	}
	out[size] = '\0';
}

/* What stands around a place in its line. */
static struct slice around(struct slice text, size_t line, size_t at)
{
	size_t from = at > line + SHOWN_BEFORE ? at - SHOWN_BEFORE : line;
	size_t size = 0;

	while (from + size < text.size && text.data[from + size] != '\n' && size < SHOWN)
		size++;
	return slice_of(text.data + from, size);
}

/* What is derived, as it must be and as it stands there. */
static enum status compare(struct slice file, struct slice again, size_t size, struct error *err)
{
	size_t line = 0;
	size_t number = 1;
	char part[PART_NAME_MAX];
	struct slice expected;
	struct slice actual;
	size_t at = 0;

	while (at < size && at < file.size && at < again.size && file.data[at] == again.data[at]) {
		if (file.data[at++] == '\n') {
			number++;
			line = at;
		}
	}
	if (at == size)
		return OK;
	name_part(part, again, at);
	expected = around(again, line, at);
	actual = around(file, line, at);
	return error_set(err, ERR_BAD_DATA, "%s: line %zu: expected '%.*s', got '%.*s'",
			 *part ? part : "format", number, (int)expected.size,
			 (const char *)expected.data, (int)actual.size, (const char *)actual.data);
}

static enum status check_seal(struct slice file, struct slice again, struct error *err)
{
	size_t sealed = again.size - SEAL_LINE_SIZE;
	struct slice expected = slice_of(again.data + sealed, SEAL_LINE_SIZE - 2);
	struct slice actual = around(file, sealed, sealed);

	if (slice_equal(file, again))
		return OK;
	return error_set(err, ERR_BAD_DATA, "seal: expected '%.*s', got '%.*s'",
			 (int)expected.size - 1, (const char *)expected.data, (int)actual.size,
			 (const char *)actual.data);
}

enum status evidence_verify(struct evidence_verdict *out, struct arena *arena, struct slice file,
			    struct error *err)
{
	struct evidence e;
	struct slice again;
	enum status st;

	memset(out, 0, sizeof(*out));
	if (file.size > EVIDENCE_SIZE_MAX)
		return error_set(err, ERR_BAD_DATA, "the file has more than %d bytes",
				 EVIDENCE_SIZE_MAX);
	st = text_check(file, err);
	if (st != OK)
		return error_wrap(err, "the file's layout");
	st = evidence_read(&e, arena, file, err);
	if (st == OK)
		st = evidence_prove(&e, arena, err);
	if (st != OK)
		return st;
	again = evidence_render(&e, arena);
	st = compare(file, again, again.size - SEAL_LINE_SIZE, err);
	if (st == OK)
		st = check_seal(file, again, err);
	if (st == OK)
		evidence_judge(out, arena, &e);
	return st;
}
