/*
 * members.h - JSON objects into structs by a table: which member goes where, in which form.
 *
 * What a node writes about blocks, transactions and receipts are objects of some thirty members
 * each. A table names those that are used; the rest is skipped. A member that is null counts as
 * missing. Twice the same member is an error.
 */
#ifndef INDEXER_MEMBERS_H
#define INDEXER_MEMBERS_H

#include "indexer/json_read.h"

enum member_form {
	MEMBER_IGNORED,  /* known, not used */
	MEMBER_QUANTITY, /* uint64_t */
	MEMBER_WORD,     /* u256: a quantity that may have leading zeros */
	MEMBER_EXACT,    /* so many bytes as `size` says, in place */
	MEMBER_BYTES,    /* struct slice in the arena, of at most `size` bytes; 0: any */
	MEMBER_OWN,      /* `read` does it */
};

/* Reads one value into `out`, which is zeroed. `err` is not NULL. */
typedef enum status member_read(void *out, struct arena *arena, struct json_reader *r,
				struct error *err);

struct member {
	const char *name;
	enum member_form form;
	size_t offset; /* in the struct; MEMBER_OWN gets this address */
	size_t size;
	member_read *read;
	bool is_needed;
};

enum { MEMBERS_MAX = 64 };

struct members {
	const char *what; /* "a receipt" */
	const struct member *list;
	size_t count; /* up to MEMBERS_MAX */
};

/* What was there. */
struct members_seen {
	uint64_t bits;        /* by place in the table: there, and not null */
	struct slice unknown; /* the first name that the table does not have and is not null */
};

static inline bool members_have(const struct members_seen *seen, unsigned place)
{
	return seen->bits >> place & 1;
}

/* Reads an object; whether all that is needed was there is asked by members_check. `err` is not
 * NULL. */
enum status members_read(void *out, struct members_seen *seen, const struct members *form,
			 struct arena *arena, struct json_reader *r, struct error *err) MUST_CHECK;

/* ERR_BAD_DATA names the first member that is needed and was not there. */
enum status members_check(const struct members_seen *seen, const struct members *form,
			  struct error *err) MUST_CHECK;

/* The same for one member, whatever the table says of it. */
enum status members_need(const struct members_seen *seen, const struct members *form,
			 unsigned place, struct error *err) MUST_CHECK;

/*
 * An array whose elements take `size` bytes each, read one by one; in the arena. `what` names an
 * element in errors ("receipt": "receipt 3: …").
 */
enum status members_array(void **out, size_t *count, size_t size, const char *what,
			  member_read *read, struct arena *arena, struct json_reader *r,
			  struct error *err) MUST_CHECK;

/* Elements of arrays. */
member_read member_hash;  /* struct hash */
member_read member_bytes; /* struct slice */

#endif
