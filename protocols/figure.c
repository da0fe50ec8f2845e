#include "protocols/figure.h"

const char *figure_choice_name(const struct figure_rule *rule, u256 number)
{
	uint64_t index;

	if (!rule->choices || !u256_to_u64(&index, number))
		return NULL;
	for (uint64_t i = 0; rule->choices[i]; i++)
		if (i == index)
			return rule->choices[i];
	return NULL;
}
