/*
 * error.h - one error model for the whole program.
 *
 * `enum status` answers "what should the caller do now?", `struct error` answers "what happened?".
 * A function that can fail returns a status, takes a `struct error *` as its last argument and
 * fills it exactly when the status is not OK. The caller owns the struct error; it may be NULL
 * where the words do not matter.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdarg.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(format_index, first) __attribute__((format(printf, format_index, first)))

enum status {
	OK = 0,
	ERR_AGAIN,    /* passing trouble: the same request may succeed later */
	ERR_REORG,    /* the chain has another block where ours stands: rewind and go on */
	ERR_BAD_DATA, /* foreign bytes (node, file, input) are malformed or contradict themselves */
	ERR_REVERT,   /* the contract reverts here: the figure is "not computable" */
	ERR_NOTFOUND, /* no such thing; often not an error */
	ERR_CORRUPT,  /* an invariant of our own is broken: stop */
	ERR_USAGE,    /* wrong use or configuration: exit status 2 */
	ERR_SYSTEM,   /* disk, memory map, descriptors, permissions: exit status 1 */
	ERR_FULL, /* no room on the disk or in the map: nothing is lost, later there may be some */
	ERR_DENIED, /* refused on purpose: foreign store, other chain, other pool set */
};

enum { ERROR_MESSAGE_SIZE = 640 };

struct error {
	enum status status;
	char message[ERROR_MESSAGE_SIZE]; /* one line, NUL-terminated, cut at the end if too long */
};

/* Fills `err` (if not NULL). */
void error_fill(struct error *err, enum status status, const char *format, ...) PRINTF_LIKE(3, 4);

/*
 * Fills `err` and has the status as its value, so that it can stand behind `return`. A macro, so
 * that static analysis sees which status comes back; `status` must have no side effects.
 */
#define error_set(err, status, ...) (error_fill((err), (status), __VA_ARGS__), (status))

/*
 * Puts context before the message: "block 19: receipts: bad RLP at 41". Returns the status that
 * `err` holds (ERR_CORRUPT where `err` is NULL, so never wrap without one).
 */
enum status error_wrap(struct error *err, const char *format, ...) PRINTF_LIKE(2, 3);

/* The status's short name for logs and tests: "again", "bad data", ... Static storage. */
const char *status_name(enum status status);

#endif
