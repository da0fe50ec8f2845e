/*
 * record.h - a record described once: its list of fields makes the struct, the bytes and the docs.
 *
 * A list is an X-macro, F(KIND, name, "what it means"):
 *
 *   #define TIMELOCK_FIELDS(F) \
 *           F(U256, total, "tokens deposited with vesting, base units") \
 *           F(U64, start, "seconds")
 *   struct timelock { RECORD_STRUCT(TIMELOCK_FIELDS) };
 *   RECORD_DEFINE(timelock, TIMELOCK_FIELDS)      // defines record_timelock
 *
 * Encoding: a bitmap of the fields that are not zero (low bit first), then those fields in order:
 * integers as one length byte and that many big-endian bytes without leading zeros, addresses and
 * hashes as they are, text and bytes with a 4-byte length, true as nothing more than its bit.
 * One value has one encoding, so equal records are equal bytes.
 */
#ifndef STORE_RECORD_H
#define STORE_RECORD_H

#include "abi/types.h"
#include "abi/u256.h"

enum field_kind {
	FIELD_U256,
	FIELD_U64,
	FIELD_BOOL,
	FIELD_ADDRESS,
	FIELD_HASH,
	FIELD_TEXT,
	FIELD_BYTES
};

#define RECORD_TYPE_U256 u256
#define RECORD_TYPE_U64 uint64_t
#define RECORD_TYPE_BOOL bool
#define RECORD_TYPE_ADDRESS struct address
#define RECORD_TYPE_HASH struct hash
#define RECORD_TYPE_TEXT const char * /* never NULL after decoding; NULL encodes as "" */
#define RECORD_TYPE_BYTES struct slice

#define RECORD_KIND_U256 FIELD_U256
#define RECORD_KIND_U64 FIELD_U64
#define RECORD_KIND_BOOL FIELD_BOOL
#define RECORD_KIND_ADDRESS FIELD_ADDRESS
#define RECORD_KIND_HASH FIELD_HASH
#define RECORD_KIND_TEXT FIELD_TEXT
#define RECORD_KIND_BYTES FIELD_BYTES

struct record_field {
	const char *name;
	enum field_kind kind;
	size_t offset;
	const char *meaning;
};

struct record {
	const char *name;
	size_t size; /* of the struct */
	const struct record_field *fields;
	size_t field_count;
};

#define RECORD_MEMBER(kind, name, meaning) RECORD_TYPE_##kind name;
#define RECORD_STRUCT(LIST) LIST(RECORD_MEMBER)

#define RECORD_ENTRY(kind, member, meaning)                                                        \
	{#member, RECORD_KIND_##kind, offsetof(RECORD_OWNER, member), meaning},

/* Use with RECORD_OWNER defined as the struct's type around it. */
#define RECORD_DEFINE(tag, LIST)                                                                   \
	static const struct record_field record_fields_##tag[] = {LIST(RECORD_ENTRY)};             \
	const struct record record_##tag = {#tag, sizeof(struct tag), record_fields_##tag,         \
					    sizeof(record_fields_##tag) /                          \
						    sizeof(record_fields_##tag[0])};

enum { RECORD_FIELDS_MAX = 64, RECORD_TEXT_MAX = 1 << 20 };

/* The record at `value` as bytes in the arena. */
struct slice record_encode(struct arena *arena, const struct record *record, const void *value);

/*
 * Fills `value` (record->size bytes) from bytes; text and bytes are copied to the arena. Strict:
 * ERR_CORRUPT names record and field for anything that record_encode would not have written.
 */
enum status record_decode(void *value, struct arena *arena, const struct record *record,
			  struct slice bytes, struct error *err) MUST_CHECK;

#endif
