#include "indexer/json_read.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static bool fail(struct json_reader *r, const char *problem)
{
	if (!r->problem)
		r->problem = problem;
	return false;
}

void jread_open(struct json_reader *r, struct slice text)
{
	static const uint8_t nothing[1];
	const uint8_t *begin = text.size ? text.data : nothing;

	*r = (struct json_reader){.begin = begin, .at = begin, .end = begin + text.size};
}

enum status jread_error(const struct json_reader *r, struct error *err)
{
	return error_set(err, ERR_BAD_DATA, "not the JSON expected: %s at byte %zu",
			 r->problem ? r->problem : "no problem", (size_t)(r->at - r->begin));
}

static void skip_space(struct json_reader *r)
{
	while (r->at < r->end &&
	       (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t'))
		r->at++;
}

bool jread_close(struct json_reader *r)
{
	if (r->problem)
		return false;
	skip_space(r);
	if (r->at != r->end || r->depth)
		return fail(r, "expected the end");
	return true;
}

enum json_kind jread_peek(struct json_reader *r)
{
	if (r->problem)
		return JSON_READ_NONE;
	skip_space(r);
	if (r->at == r->end)
		return JSON_READ_NONE;
	switch (*r->at) {
	case '{':
		return JSON_READ_OBJECT;
	case '[':
		return JSON_READ_ARRAY;
	case '"':
		return JSON_READ_STRING;
	case 't':
	case 'f':
		return JSON_READ_BOOL;
	case 'n':
		return JSON_READ_NULL;
	default:
		break;
	}
	if (*r->at == '-' || (*r->at >= '0' && *r->at <= '9'))
		return JSON_READ_NUMBER;
	return JSON_READ_NONE;
}

static bool take(struct json_reader *r, uint8_t wanted, const char *problem)
{
	if (r->problem)
		return false;
	skip_space(r);
	if (r->at == r->end || *r->at != wanted)
		return fail(r, problem);
	r->at++;
	return true;
}

static bool open_bracket(struct json_reader *r, uint8_t bracket, const char *problem)
{
	if (!take(r, bracket, problem))
		return false;
	if (++r->depth > JSON_DEPTH_MAX)
		return fail(r, "expected fewer levels of nesting");
	r->fresh = true;
	return true;
}

bool jread_object(struct json_reader *r)
{
	return open_bracket(r, '{', "expected an object");
}

bool jread_array(struct json_reader *r)
{
	return open_bracket(r, '[', "expected an array");
}

/* True where another entry follows: consumes the comma, or the closing bracket. */
static bool another(struct json_reader *r, uint8_t bracket, const char *problem)
{
	if (r->problem)
		return false;
	skip_space(r);
	if (r->at == r->end)
		return fail(r, problem);
	if (*r->at == bracket) {
		r->at++;
		r->depth--;
		r->fresh = false;
		return false;
	}
	if (r->fresh) {
		r->fresh = false;
		return true;
	}
	if (*r->at != ',')
		return fail(r, problem);
	r->at++;
	return true;
}

static inline bool is_plain(uint8_t c)
{
	return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/*
 * Where a run of plain characters (no quote, backslash, control, nothing beyond ASCII) ends. Most
 * of what a node sends is such text, and all of it passes here at least once.
 */
#ifdef __SSE2__
static inline const uint8_t *plain_end(const uint8_t *at, const uint8_t *end)
{
	const __m128i quote = _mm_set1_epi8('"');
	const __m128i slash = _mm_set1_epi8('\\');
	const __m128i space = _mm_set1_epi8(' ');

	for (; end - at >= 16; at += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
		__m128i special =
			_mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, slash));
		/* As signed bytes, those beyond ASCII are below the space, too. */
		int found = _mm_movemask_epi8(_mm_or_si128(special, _mm_cmplt_epi8(bytes, space)));

		if (found)
			return at + __builtin_ctz((unsigned)found);
	}
	while (at < end && is_plain(*at))
		at++;
	return at;
}
#else
/* True for eight bytes that are plain. */
static inline bool eight_plain(const uint8_t *at)
{
	const uint64_t ones = 0x0101010101010101;
	const uint64_t tops = 0x8080808080808080;
	uint64_t word;
	uint64_t quote;
	uint64_t slash;

	memcpy(&word, at, sizeof(word));
	quote = word ^ (ones * '"');
	slash = word ^ (ones * '\\');
	/* x - 1 borrows into the top bit where x is 0, x - 0x20 where it is a control. May say no
	 * where the truth is yes (a borrow from the byte below), never the other way round. */
	return !((word | (word - ones * 0x20) | (quote - ones) | (slash - ones)) & tops);
}

static inline const uint8_t *plain_end(const uint8_t *at, const uint8_t *end)
{
	while (end - at >= 8 && eight_plain(at))
		at += 8;
	while (at < end && is_plain(*at))
		at++;
	return at;
}
#endif

/* Reads a string that stands right here and is plain throughout, as nearly all are. False, with
 * nothing read: it is another, or none. */
static inline bool plain_string(struct json_reader *r, struct slice *text)
{
	const uint8_t *begin = r->at + 1;
	const uint8_t *end;

	if (r->problem || r->at == r->end || *r->at != '"')
		return false;
	end = plain_end(begin, r->end);
	if (end == r->end || *end != '"')
		return false;
	*text = slice_of(begin, (size_t)(end - begin));
	r->at = end + 1;
	r->fresh = false;
	return true;
}

bool jread_element(struct json_reader *r)
{
	return another(r, ']', "expected , or ]");
}

bool jread_member(struct json_reader *r, struct slice *name)
{
	if (!another(r, '}', "expected , or }") ||
	    (!plain_string(r, name) && !jread_string(r, name)))
		return false;
	if (r->at < r->end && *r->at == ':') {
		r->at++;
		return true;
	}
	return take(r, ':', "expected :");
}

/* One sequence of UTF-8 beginning at a byte >= 0x80; the bytes it takes, 0 where it is none. */
static size_t utf8_sequence(const uint8_t *at, size_t left)
{
	uint8_t least = 0x80;
	uint8_t most = 0xbf;
	size_t size;

	if (at[0] >= 0xc2 && at[0] <= 0xdf)
		size = 2;
	else if (at[0] >= 0xe0 && at[0] <= 0xef)
		size = 3;
	else if (at[0] >= 0xf0 && at[0] <= 0xf4)
		size = 4;
	else
		return 0;
	if (left < size)
		return 0;
	if (at[0] == 0xe0)
		least = 0xa0;
	else if (at[0] == 0xed)
		most = 0x9f; /* no surrogates */
	else if (at[0] == 0xf0)
		least = 0x90;
	else if (at[0] == 0xf4)
		most = 0x8f;
	if (at[1] < least || at[1] > most)
		return 0;
	for (size_t i = 2; i < size; i++)
		if (at[i] < 0x80 || at[i] > 0xbf)
			return 0;
	return size;
}

static bool is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Behind a backslash; the bytes that the escape takes after it, 0 where it is none. */
static size_t escape(const uint8_t *at, size_t left)
{
	if (!left)
		return 0;
	if (*at != 'u')
		return *at && strchr("\"\\/bfnrt", *at) ? 1 : 0;
	if (left < 5)
		return 0;
	for (size_t i = 1; i < 5; i++)
		if (!is_hex(at[i]))
			return 0;
	return 5;
}

bool jread_string(struct json_reader *r, struct slice *text)
{
	const uint8_t *at;
	const uint8_t *begin;

	if (plain_string(r, text))
		return true;
	if (!take(r, '"', "expected a string"))
		return false;
	begin = at = r->at;
	for (;;) {
		size_t more;

		at = plain_end(at, r->end);
		if (at == r->end) {
			r->at = at;
			return fail(r, "expected the string's closing quote");
		}
		if (*at == '"')
			break;
		r->at = at;
		if (*at == '\\') {
			more = escape(at + 1, (size_t)(r->end - at - 1));
			if (!more)
				return fail(r, "expected a valid escape");
			at += 1 + more;
		} else if (*at < 0x20) {
			return fail(r, "expected no control character in a string");
		} else {
			more = utf8_sequence(at, (size_t)(r->end - at));
			if (!more)
				return fail(r, "expected valid UTF-8");
			at += more;
		}
	}
	*text = slice_of(begin, (size_t)(at - begin));
	r->at = at + 1;
	r->fresh = false;
	return true;
}

static size_t digits(struct json_reader *r)
{
	const uint8_t *begin = r->at;

	while (r->at < r->end && *r->at >= '0' && *r->at <= '9')
		r->at++;
	return (size_t)(r->at - begin);
}

static bool at_one_of(const struct json_reader *r, uint8_t a, uint8_t b)
{
	return r->at < r->end && (*r->at == a || *r->at == b);
}

/* Whole part, fraction, exponent; `whole` gets whether only the first is there, unsigned. */
static bool number(struct json_reader *r, bool *whole)
{
	static const char problem[] = "expected a number";

	skip_space(r);
	*whole = true;
	if (at_one_of(r, '-', '-')) {
		r->at++;
		*whole = false;
	}
	if (at_one_of(r, '0', '0')) {
		r->at++;
		if (digits(r))
			return fail(r, "expected a number without leading zeros");
	} else if (!digits(r)) {
		return fail(r, problem);
	}
	if (at_one_of(r, '.', '.')) {
		r->at++;
		*whole = false;
		if (!digits(r))
			return fail(r, problem);
	}
	if (at_one_of(r, 'e', 'E')) {
		r->at++;
		*whole = false;
		if (at_one_of(r, '+', '-'))
			r->at++;
		if (!digits(r))
			return fail(r, problem);
	}
	r->fresh = false;
	return true;
}

bool jread_uint(struct json_reader *r, uint64_t *value)
{
	static const char problem[] = "expected a whole number";
	const uint8_t *begin;
	uint64_t sum = 0;
	bool whole;

	if (r->problem)
		return false;
	skip_space(r);
	begin = r->at;
	if (jread_peek(r) != JSON_READ_NUMBER)
		return fail(r, problem);
	if (!number(r, &whole))
		return false;
	if (!whole)
		return fail(r, problem);
	for (; begin < r->at; begin++) {
		unsigned digit = *begin - '0';

		if (sum > (UINT64_MAX - digit) / 10)
			return fail(r, "expected a number below 2^64");
		sum = sum * 10 + digit;
	}
	*value = sum;
	return true;
}

static bool word(struct json_reader *r, const char *text, const char *problem)
{
	size_t length = strlen(text);

	if (r->problem)
		return false;
	skip_space(r);
	if ((size_t)(r->end - r->at) < length || memcmp(r->at, text, length) != 0)
		return fail(r, problem);
	r->at += length;
	r->fresh = false;
	return true;
}

bool jread_bool(struct json_reader *r, bool *value)
{
	static const char problem[] = "expected true or false";

	if (r->problem)
		return false;
	skip_space(r);
	*value = at_one_of(r, 't', 't');
	return word(r, *value ? "true" : "false", problem);
}

bool jread_null(struct json_reader *r)
{
	return word(r, "null", "expected null");
}

/* One value that is not a container. */
static bool skip_scalar(struct json_reader *r, enum json_kind kind)
{
	struct slice text;
	bool flag;

	if (kind == JSON_READ_STRING)
		return jread_string(r, &text);
	if (kind == JSON_READ_NUMBER)
		return number(r, &flag);
	if (kind == JSON_READ_BOOL)
		return jread_bool(r, &flag);
	if (kind == JSON_READ_NULL)
		return jread_null(r);
	return fail(r, "expected a value");
}

/*
 * Without recursion: `open` remembers for each level that this call opened whether it is an object.
 * Between two values the innermost container is asked for its next entry.
 */
bool jread_skip(struct json_reader *r, struct slice *span)
{
	bool open[JSON_DEPTH_MAX + 1];
	unsigned levels = 0;
	const uint8_t *begin;

	if (r->problem)
		return false;
	skip_space(r);
	begin = r->at;
	do {
		struct slice name;

		if (!plain_string(r, &name)) {
			enum json_kind kind = jread_peek(r);
			bool is_object = kind == JSON_READ_OBJECT;

			if (is_object || kind == JSON_READ_ARRAY) {
				if (!(is_object ? jread_object(r) : jread_array(r)))
					return false;
				open[levels++] = is_object;
			} else if (!skip_scalar(r, kind)) {
				return false;
			}
		}
		while (levels && !(open[levels - 1] ? jread_member(r, &name) : jread_element(r))) {
			if (r->problem)
				return false;
			levels--;
		}
	} while (levels);
	if (span)
		*span = slice_of(begin, (size_t)(r->at - begin));
	return true;
}
