#include "serve/stream/position.h"

#include <inttypes.h>
#include <stdio.h>

#include "abi/keccak.h"
#include "base/hex.h"

static const uint64_t spans[POSITION_BASES] = {64, 4096};

static const char part_letters[] = {
	[PLACE_EVENTS] = 'e',   [PLACE_CHANGES] = 'c', [PLACE_POOLS] = 'p',
	[PLACE_FINDINGS] = 'f', [PLACE_WHOLE] = 'b',
};

bool position_base(uint64_t *out, uint64_t number, size_t base)
{
	uint64_t span = spans[base];

	if (number < 2 * span)
		return false;
	*out = number - number % span - span;
	return true;
}

void position_base_mark(uint8_t out[POSITION_MARK_BYTES], const struct block_record *record)
{
	struct keccak k;
	struct hash both;

	keccak_init(&k);
	keccak_update(&k, record->ref.hash.bytes, HASH_BYTES);
	keccak_update(&k, record->digest.bytes, HASH_BYTES);
	both = keccak_final(&k);
	memcpy(out, both.bytes, POSITION_MARK_BYTES);
}

void position_mark(uint8_t out[POSITION_MARK_BYTES], const struct block_record *record)
{
	uint8_t events[4];
	struct keccak k;
	struct hash both;

	put_be32(events, record->event_count);
	keccak_init(&k);
	keccak_update(&k, record->digest.bytes, HASH_BYTES);
	keccak_update(&k, events, sizeof(events));
	both = keccak_final(&k);
	memcpy(out, both.bytes, POSITION_MARK_BYTES);
}

/* ---- text ---- */

struct writer {
	char *text;
	size_t used;
};

static void PRINTF_LIKE(2, 3) put(struct writer *w, const char *format, ...)
{
	va_list arguments;
	int n;

	va_start(arguments, format);
	n = vsnprintf(w->text + w->used, POSITION_TEXT_SIZE - w->used, format, arguments);
	va_end(arguments);
	w->used += n > 0 ? (size_t)n : 0;
}

static void put_bytes(struct writer *w, const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		put(w, "%02x", bytes[i]);
}

static void put_place(struct writer *w, const struct place *place)
{
	put(w, "-%c", part_letters[place->part]);
	if (place->part == PLACE_WHOLE)
		return;
	put(w, "%" PRIu32, place->index);
	if (place->part == PLACE_EVENTS || place->part == PLACE_CHANGES)
		put(w, ".%" PRIu32, place->sub);
}

static void put_block(struct writer *w, const struct position *p)
{
	char hash[HEX_SIZE(HASH_BYTES)];

	put(w, "%" PRIu64 "-%s", p->number, hash_format(hash, p->hash));
	if (!p->has_mark)
		return;
	put(w, "-");
	put_bytes(w, p->mark, POSITION_MARK_BYTES);
	for (size_t i = 0; i < POSITION_BASES; i++) {
		put(w, "-");
		if (p->bases[i].is_given)
			put_bytes(w, p->bases[i].mark, POSITION_MARK_BYTES);
	}
	put(w, "-%" PRIu64 "-%" PRIu64, p->repairs, p->told);
	put_place(w, &p->place);
}

char *position_format(char out[POSITION_TEXT_SIZE], const struct position *p)
{
	struct writer w = {.text = out};
	const struct withdrawing *going = &p->withdrawing;

	if (p->is_start)
		put(&w, "start-%" PRIu64, p->told);
	else
		put_block(&w, p);
	if (going->is_going) {
		put(&w, "-w%" PRIu64 ".%" PRIu64 ".%u.", going->top, going->reorg, going->pool);
		put_bytes(&w, going->key, FINDING_ID_BYTES);
	}
	return out;
}

/* ---- and back ---- */

struct scanner {
	const char *at;
	bool is_bad;
};

static bool take(struct scanner *s, char c)
{
	if (*s->at != c)
		return false;
	s->at++;
	return true;
}

static void want(struct scanner *s, char c)
{
	if (!take(s, c))
		s->is_bad = true;
}

/* Decimal, without leading zeros. */
static uint64_t number_of(struct scanner *s, uint64_t max)
{
	const char *begin = s->at;
	uint64_t value = 0;

	for (; *s->at >= '0' && *s->at <= '9'; s->at++) {
		uint64_t digit = (uint64_t)(*s->at - '0');

		if (value > (max - digit) / 10 || digit > max)
			s->is_bad = true;
		value = s->is_bad ? 0 : value * 10 + digit;
	}
	if (s->at == begin || (*begin == '0' && s->at - begin > 1))
		s->is_bad = true;
	return value;
}

static int lower_digit(char c)
{
	return c >= 'A' && c <= 'F' ? -1 : hex_digit(c);
}

static void bytes_of(uint8_t *out, size_t size, struct scanner *s)
{
	for (size_t i = 0; i < 2 * size; i++) {
		int digit = lower_digit(*s->at);

		if (digit < 0) {
			s->is_bad = true;
			return;
		}
		out[i / 2] = (uint8_t)(out[i / 2] << 4 | digit);
		s->at++;
	}
}

static struct place place_of(struct scanner *s)
{
	struct place place = {.part = PLACE_WHOLE};
	char letter;

	want(s, '-');
	letter = *s->at;
	while (place.part > PLACE_EVENTS && part_letters[place.part] != letter)
		place.part--;
	want(s, part_letters[place.part]);
	if (place.part == PLACE_WHOLE)
		return place;
	place.index = (uint32_t)number_of(s, UINT32_MAX);
	if (place.part == PLACE_EVENTS || place.part == PLACE_CHANGES) {
		want(s, '.');
		place.sub = (uint32_t)number_of(s, UINT16_MAX);
	}
	return place;
}

static void rest_of_block(struct position *p, struct scanner *s)
{
	p->has_mark = true;
	p->has_told = true;
	bytes_of(p->mark, POSITION_MARK_BYTES, s);
	for (size_t i = 0; i < POSITION_BASES; i++) {
		want(s, '-');
		p->bases[i].is_given = *s->at != '-';
		if (p->bases[i].is_given)
			bytes_of(p->bases[i].mark, POSITION_MARK_BYTES, s);
	}
	want(s, '-');
	p->repairs = number_of(s, UINT64_MAX);
	want(s, '-');
	p->told = number_of(s, UINT64_MAX);
	p->place = place_of(s);
}

static void block_of(struct position *p, struct scanner *s)
{
	p->number = number_of(s, UINT64_MAX);
	want(s, '-');
	want(s, '0');
	want(s, 'x');
	if (!s->is_bad)
		bytes_of(p->hash.bytes, HASH_BYTES, s);
	p->place.part = PLACE_WHOLE;
	if (!s->is_bad && *s->at && take(s, '-'))
		rest_of_block(p, s);
}

static void withdrawing_of(struct withdrawing *going, struct scanner *s)
{
	want(s, '-');
	want(s, 'w');
	going->is_going = true;
	going->top = number_of(s, UINT64_MAX);
	want(s, '.');
	going->reorg = number_of(s, UINT64_MAX);
	want(s, '.');
	going->pool = (uint16_t)number_of(s, UINT16_MAX);
	want(s, '.');
	if (!s->is_bad)
		bytes_of(going->key, FINDING_ID_BYTES, s);
}

enum status position_parse(struct position *out, const char *text, struct error *err)
{
	static const char start[] = "start-";
	struct scanner s = {.at = text};

	*out = (struct position){.place.part = PLACE_WHOLE};
	if (strlen(text) >= POSITION_TEXT_SIZE) {
		s.is_bad = true;
	} else if (strncmp(text, start, sizeof(start) - 1) == 0) {
		s.at += sizeof(start) - 1;
		out->is_start = true;
		out->has_told = true;
		out->told = number_of(&s, UINT64_MAX);
	} else {
		block_of(out, &s);
	}
	if (!s.is_bad && *s.at)
		withdrawing_of(&out->withdrawing, &s);
	if (s.is_bad || *s.at || (out->withdrawing.is_going && !out->has_told))
		return error_set(
			err, ERR_USAGE,
			"that is no id of a message of this stream: give back the last one "
			"as it came, or NUMBER-HASH of a block");
	return OK;
}
