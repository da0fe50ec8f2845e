#include "store/record.h"

static unsigned byte_length(uint64_t value)
{
	unsigned length = 0;

	for (; value; value >>= 8)
		length++;
	return length;
}

static bool is_zero_field(const struct record_field *field, const void *at)
{
	switch (field->kind) {
	case FIELD_U256:
		return u256_is_zero(*(const u256 *)at);
	case FIELD_U64:
		return *(const uint64_t *)at == 0;
	case FIELD_BOOL:
		return !*(const bool *)at;
	case FIELD_ADDRESS:
		return address_is_zero(*(const struct address *)at);
	case FIELD_HASH:
		return hash_is_zero(*(const struct hash *)at);
	case FIELD_TEXT: {
		const char *text = *(const char *const *)at;

		return !text || !*text;
	}
	case FIELD_BYTES:
		return ((const struct slice *)at)->size == 0;
	}
	return true;
}

static size_t encoded_size(const struct record_field *field, const void *at)
{
	switch (field->kind) {
	case FIELD_U256:
		return 1 + (u256_bit_length(*(const u256 *)at) + 7) / 8;
	case FIELD_U64:
		return 1 + byte_length(*(const uint64_t *)at);
	case FIELD_BOOL:
		return 0;
	case FIELD_ADDRESS:
		return ADDRESS_BYTES;
	case FIELD_HASH:
		return HASH_BYTES;
	case FIELD_TEXT:
		return 4 + strlen(*(const char *const *)at);
	case FIELD_BYTES:
		return 4 + ((const struct slice *)at)->size;
	}
	return 0;
}

static uint8_t *put_integer(uint8_t *out, const uint8_t be[32], unsigned length)
{
	*out++ = (uint8_t)length;
	memcpy(out, be + 32 - length, length);
	return out + length;
}

static uint8_t *put_bytes(uint8_t *out, const void *data, size_t size)
{
	put_be32(out, (uint32_t)size);
	memcpy(out + 4, data, size);
	return out + 4 + size;
}

static uint8_t *put_field(uint8_t *out, const struct record_field *field, const void *at)
{
	uint8_t word[32] = {0};

	switch (field->kind) {
	case FIELD_U256: {
		u256 value = *(const u256 *)at;

		u256_to_be(word, value);
		return put_integer(out, word, (u256_bit_length(value) + 7) / 8);
	}
	case FIELD_U64: {
		uint64_t value = *(const uint64_t *)at;

		put_be64(word + 24, value);
		return put_integer(out, word, byte_length(value));
	}
	case FIELD_BOOL:
		return out;
	case FIELD_ADDRESS:
		memcpy(out, at, ADDRESS_BYTES);
		return out + ADDRESS_BYTES;
	case FIELD_HASH:
		memcpy(out, at, HASH_BYTES);
		return out + HASH_BYTES;
	case FIELD_TEXT: {
		const char *text = *(const char *const *)at;

		return put_bytes(out, text, strlen(text));
	}
	case FIELD_BYTES: {
		const struct slice *bytes = at;

		return put_bytes(out, bytes->data, bytes->size);
	}
	}
	return out;
}

struct slice record_encode(struct arena *arena, const struct record *record, const void *value)
{
	size_t bitmap_size = (record->field_count + 7) / 8;
	size_t size = bitmap_size;
	uint64_t present = 0;
	uint8_t *bytes;
	uint8_t *out;

	for (size_t i = 0; i < record->field_count; i++) {
		const void *at = (const char *)value + record->fields[i].offset;

		if (is_zero_field(&record->fields[i], at))
			continue;
		present |= UINT64_C(1) << i;
		size += encoded_size(&record->fields[i], at);
	}
	bytes = arena_alloc(arena, size);
	for (size_t i = 0; i < bitmap_size; i++)
		bytes[i] = (uint8_t)(present >> (8 * i));
	out = bytes + bitmap_size;
	for (size_t i = 0; i < record->field_count; i++)
		if (present >> i & 1)
			out = put_field(out, &record->fields[i],
					(const char *)value + record->fields[i].offset);
	return slice_of(bytes, size);
}

/* What is left of the bytes; `data` moves on. */
static bool take(const uint8_t **out, struct slice *rest, size_t size)
{
	if (rest->size < size)
		return false;
	*out = rest->data;
	rest->data += size;
	rest->size -= size;
	return true;
}

static bool take_integer(uint8_t word[32], struct slice *rest, unsigned length_max)
{
	const uint8_t *at;
	unsigned length;

	if (!take(&at, rest, 1))
		return false;
	length = *at;
	if (length == 0 || length > length_max || !take(&at, rest, length) || at[0] == 0)
		return false;
	memset(word, 0, 32);
	memcpy(word + 32 - length, at, length);
	return true;
}

static bool take_bytes(struct slice *out, struct slice *rest)
{
	const uint8_t *at;

	if (!take(&at, rest, 4))
		return false;
	out->size = get_be32(at);
	return out->size > 0 && out->size <= RECORD_TEXT_MAX && take(&out->data, rest, out->size);
}

static bool take_field(void *at, struct arena *arena, const struct record_field *field,
		       struct slice *rest)
{
	const uint8_t *raw;
	struct slice bytes;
	uint8_t word[32];

	switch (field->kind) {
	case FIELD_U256:
		if (!take_integer(word, rest, 32))
			return false;
		*(u256 *)at = u256_from_be(word);
		return true;
	case FIELD_U64:
		if (!take_integer(word, rest, 8))
			return false;
		*(uint64_t *)at = get_be64(word + 24);
		return true;
	case FIELD_BOOL:
		*(bool *)at = true;
		return true;
	case FIELD_ADDRESS:
		if (!take(&raw, rest, ADDRESS_BYTES))
			return false;
		memcpy(at, raw, ADDRESS_BYTES);
		return true;
	case FIELD_HASH:
		if (!take(&raw, rest, HASH_BYTES))
			return false;
		memcpy(at, raw, HASH_BYTES);
		return true;
	case FIELD_TEXT:
		if (!take_bytes(&bytes, rest) || memchr(bytes.data, 0, bytes.size))
			return false;
		*(const char **)at = arena_string_n(arena, (const char *)bytes.data, bytes.size);
		return true;
	case FIELD_BYTES:
		if (!take_bytes(&bytes, rest))
			return false;
		*(struct slice *)at = slice_copy(arena, bytes);
		return true;
	}
	return false;
}

enum status record_decode(void *value, struct arena *arena, const struct record *record,
			  struct slice bytes, struct error *err)
{
	size_t bitmap_size = (record->field_count + 7) / 8;
	uint64_t present = 0;
	struct slice rest = bytes;
	const uint8_t *bitmap;

	memset(value, 0, record->size);
	if (!take(&bitmap, &rest, bitmap_size))
		return error_set(err, ERR_CORRUPT, "record %s: %zu bytes are too few", record->name,
				 bytes.size);
	for (size_t i = 0; i < bitmap_size; i++)
		present |= (uint64_t)bitmap[i] << (8 * i);
	if (record->field_count < 64 && present >> record->field_count)
		return error_set(err, ERR_CORRUPT, "record %s: unknown fields", record->name);
	for (size_t i = 0; i < record->field_count; i++) {
		const struct record_field *field = &record->fields[i];
		void *at = (char *)value + field->offset;

		if (field->kind == FIELD_TEXT)
			*(const char **)at = "";
		if (present >> i & 1) {
			if (!take_field(at, arena, field, &rest))
				return error_set(err, ERR_CORRUPT, "record %s: field %s is damaged",
						 record->name, field->name);
			if (field->kind != FIELD_BOOL && is_zero_field(field, at))
				return error_set(err, ERR_CORRUPT,
						 "record %s: field %s is a written zero",
						 record->name, field->name);
		}
	}
	if (rest.size)
		return error_set(err, ERR_CORRUPT, "record %s: %zu bytes behind the last field",
				 record->name, rest.size);
	return OK;
}
