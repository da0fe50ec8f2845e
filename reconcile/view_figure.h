/*
 * view_figure.h - one figure of the mirror beside one word of the contract, wherever the word came
 * from.
 */
#ifndef RECONCILE_VIEW_FIGURE_H
#define RECONCILE_VIEW_FIGURE_H

#include "protocols/protocol.h"

/* Whose figures: a zeroed subject is the pool. `figures` is what the mirror says, by rule. */
struct view_subject {
	struct subject subject;
	const struct figure *figures;
};

/* The rules of the subject's figures. */
const struct figure_rule *view_figure_rules(const struct protocol *protocol,
					    const struct view_subject *subject);

/* What the word says; null where it is no value of that kind. */
struct figure view_figure_of_word(const struct figure_rule *rule, const uint8_t *word);

bool view_figures_agree(const struct figure_rule *rule, const struct figure *a,
			const struct figure *b);

/*
 * Reports the comparison of the subject's figure number `index` with what the contract says.
 * `source` says where that stands, for the trace, which points to it from then on.
 */
void view_figure_compare(struct applying *a, size_t check, const struct view_subject *subject,
			 size_t index, const struct figure *actual, const char *source);

#endif
