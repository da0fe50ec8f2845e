#include "reconcile/view_figure.h"

const struct figure_rule *view_figure_rules(const struct protocol *protocol,
					    const struct view_subject *subject)
{
	return subject->subject.is_account ? protocol->account_figures : protocol->pool_figures;
}

struct figure view_figure_of_word(const struct figure_rule *rule, const uint8_t *word)
{
	struct address address;

	switch (rule->kind) {
	case FIGURE_NUMBER:
	case FIGURE_RATIO:
		return figure_number(u256_from_be(word));
	case FIGURE_FLAG:
		return figure_flag(!u256_is_zero(u256_from_be(word)));
	case FIGURE_ADDRESS:
		return address_from_word(&address, word) ? figure_address(address) : figure_null();
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
		return figure->number;
	case FIGURE_FLAG:
		return u256_from(figure->flag);
	case FIGURE_ADDRESS:
		address_to_word(word, figure->address);
		return u256_from_be(word);
	}
	return U256_ZERO;
}

bool view_figures_agree(const struct figure_rule *rule, const struct figure *a,
			const struct figure *b)
{
	return a->is_null == b->is_null && u256_equal(number_of(rule, a), number_of(rule, b));
}

/* Addresses are named as addresses; everything else compares as numbers. */
static void compare(struct checker *checker, size_t check, struct subject subject,
		    const struct figure_rule *rule, const struct figure *expected,
		    const struct figure *actual)
{
	if (rule->kind == FIGURE_ADDRESS && !expected->is_null && !actual->is_null) {
		char expected_text[HEX_SIZE(ADDRESS_BYTES)];
		char actual_text[HEX_SIZE(ADDRESS_BYTES)];

		(void)check_standing_that(checker, check, subject,
					  address_equal(expected->address, actual->address),
					  address_format(expected_text, expected->address),
					  address_format(actual_text, actual->address));
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
