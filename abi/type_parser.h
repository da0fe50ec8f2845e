/*
 * type_parser.h - what the two readers of items share: a cursor over text, and the making of types
 * that keeps every limit. Private to abi/type.c, abi/item.c and abi/item_json.c.
 */
#ifndef ABI_TYPE_PARSER_H
#define ABI_TYPE_PARSER_H

#include "abi/item.h"
#include "base/slice.h"

/* Where a reader stands; `start` is kept for the positions in messages. */
struct type_text {
	struct arena *arena;
	const char *start;
	const char *at; /* NUL-terminated, at most ABI_TYPE_TEXT_MAX characters */
};

struct param_list {
	struct abi_param *items;
	size_t count;
	size_t capacity;
};

/* ERR_BAD_DATA where the text is longer than ABI_TYPE_TEXT_MAX. */
enum status type_text_begin(struct type_text *text, struct arena *arena, const char *from,
			    struct error *err) MUST_CHECK;

/* Takes white space, then `wanted` if it stands there. */
bool type_text_take(struct type_text *text, char wanted);
/* Takes white space, then a word of letters, digits, _ and $ (none: size 0). */
struct slice type_text_word(struct type_text *text);
bool word_is(struct slice word, const char *wanted);
/* Letters, digits, _ and $, not beginning with a digit, as Solidity has them. */
bool is_identifier(struct slice word);
/* "… at character 12, before "xyz"". */
enum status type_text_fail(const struct type_text *text, struct error *err,
			   const char *what) MUST_CHECK;
/* The same for a word that was just taken. */
enum status type_text_fail_word(const struct type_text *text, struct error *err, struct slice word,
				const char *what) MUST_CHECK;

/* "(" parameters ")"; `indexed_allowed` for an event's own parameters. */
enum status parse_params(struct param_list *out, struct type_text *text, bool indexed_allowed,
			 struct error *err) MUST_CHECK;

/* Adds one; ERR_BAD_DATA beyond ABI_PARAMS_MAX. */
enum status param_list_add(struct param_list *list, struct arena *arena, struct abi_param param,
			   struct error *err) MUST_CHECK;

/* "uint8", "address", …: anything but arrays and tuples. */
enum status make_elementary(const struct abi_type **out, struct arena *arena, struct slice name,
			    struct error *err) MUST_CHECK;
enum status make_tuple(const struct abi_type **out, struct arena *arena,
		       const struct param_list *components, struct error *err) MUST_CHECK;
/* The "[2][]" behind a type, as far as it goes. */
enum status parse_suffixes(const struct abi_type **type, struct type_text *text,
			   struct error *err) MUST_CHECK;

/* What every finished item needs: the limits on indexed parameters and the signature's hash. */
enum status item_finish(struct abi_item *item, struct arena *arena, struct error *err) MUST_CHECK;

#endif
