#include "protocols/figure.h"

static const char *const kind_names[] = {
	[FIGURE_NUMBER] = "number", [FIGURE_RATIO] = "ratio", [FIGURE_ADDRESS] = "address",
	[FIGURE_FLAG] = "flag",     [FIGURE_HASH] = "hash",   [FIGURE_CHOICE] = "choice",
	[FIGURE_TEXT] = "text",
};

static const char *const unit_names[] = {
	[UNIT_PLAIN] = "plain",       [UNIT_ASSETS] = "assets",         [UNIT_SHARES] = "shares",
	[UNIT_FIXED_18] = "fixed_18", [UNIT_PERCENT_18] = "percent_18", [UNIT_SECONDS] = "seconds",
	[UNIT_TIME] = "time",
};

static const char *name_at(const char *const *names, size_t count, size_t index)
{
	return index < count ? names[index] : NULL;
}

const char *figure_kind_name(enum figure_kind kind)
{
	return name_at(kind_names, sizeof(kind_names) / sizeof(kind_names[0]), (size_t)kind);
}

const char *figure_unit_name(enum figure_unit unit)
{
	return name_at(unit_names, sizeof(unit_names) / sizeof(unit_names[0]), (size_t)unit);
}

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
