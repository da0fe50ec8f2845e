#include "reconcile/view_figure.h"

const struct figure_rule *view_figure_rules(const struct protocol *protocol,
					    const struct view_subject *subject)
{
	if (subject->subject.list)
		return subject->subject.list->figures;
	return subject->subject.is_account ? protocol->account_figures : protocol->pool_figures;
}

struct figure view_figure_of_word(const struct figure_rule *rule, const uint8_t *word)
{
	struct address address;
	struct hash hash;

	switch (rule->kind) {
	case FIGURE_NUMBER:
	case FIGURE_RATIO:
	case FIGURE_CHOICE:
		return figure_number(u256_from_be(word));
	case FIGURE_FLAG:
		return figure_flag(!u256_is_zero(u256_from_be(word)));
	case FIGURE_ADDRESS:
		return address_from_word(&address, word) ? figure_address(address) : figure_null();
	case FIGURE_HASH:
		memcpy(hash.bytes, word, HASH_BYTES);
		return figure_hash(hash);
	case FIGURE_TEXT:
		break; /* a word tells none: pool_init refuses such a view */
	}
	return figure_null();
}

static u256 number_of(const struct figure_rule *rule, const struct figure *figure)
{
	uint8_t word[32];

	if (figure->is_null)
		return U256_ZERO;
	switch (rule->kind) {
	case FIGURE_NUMBER:
	case FIGURE_RATIO:
	case FIGURE_CHOICE:
		return figure->number;
	case FIGURE_FLAG:
		return u256_from(figure->flag);
	case FIGURE_ADDRESS:
		address_to_word(word, figure->address);
		return u256_from_be(word);
	case FIGURE_HASH:
		return u256_from_be(figure->hash.bytes);
	case FIGURE_TEXT:
		break;
	}
	return U256_ZERO;
}

bool view_figures_agree(const struct figure_rule *rule, const struct figure *a,
			const struct figure *b)
{
	return a->is_null == b->is_null && u256_equal(number_of(rule, a), number_of(rule, b));
}

static const char *word_text(char out[HEX_SIZE(HASH_BYTES)], const struct figure_rule *rule,
			     const struct figure *figure)
{
	return rule->kind == FIGURE_HASH ? hash_format(out, figure->hash)
					 : address_format(out, figure->address);
}

/* Addresses and hashes are named as such; everything else compares as numbers. */
static void compare(struct checker *checker, size_t check, struct subject subject,
		    const struct figure_rule *rule, const struct figure *expected,
		    const struct figure *actual)
{
	if ((rule->kind == FIGURE_ADDRESS || rule->kind == FIGURE_HASH) && !expected->is_null &&
	    !actual->is_null) {
		char expected_text[HEX_SIZE(HASH_BYTES)];
		char actual_text[HEX_SIZE(HASH_BYTES)];

		(void)check_standing_that(checker, check, subject,
					  view_figures_agree(rule, expected, actual),
					  word_text(expected_text, rule, expected),
					  word_text(actual_text, rule, actual));
		return;
	}
	(void)check_standing_equal_or_null(checker, check, subject, !expected->is_null,
					   number_of(rule, expected), !actual->is_null,
					   number_of(rule, actual));
}

void view_figure_compare(struct applying *a, size_t check, const struct view_subject *subject,
			 size_t index, const struct figure *actual, const char *source)
{
	const struct figure_rule *rule = &view_figure_rules(a->pool->protocol, subject)[index];
	const struct figure *expected = &subject->figures[index];
	struct subject named = subject->subject;

	named.field = rule->name;
	trace_reset(a->trace);
	TRACE(a->trace, rule->name, source, !expected->is_null, number_of(rule, expected),
	      {"block", u256_from(a->block->number)});
	compare(a->checker, check, named, rule, expected, actual);
}
