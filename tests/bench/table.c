#include "tests/bench/table.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { WHAT_WIDTH = 44, VALUE_WIDTH = 16 };

void table_title(const char *title)
{
	(void)printf("\n%s\n", title);
}

void table_row(const char *what, const char *value, const char *remark)
{
	(void)printf("  %-*s %*s%s%s\n", WHAT_WIDTH, what, VALUE_WIDTH, value, *remark ? "  " : "",
		     remark);
}

/* "1234567" becomes "1 234 567" in place; `text` has room. */
static void part_thousands(char *text)
{
	size_t whole = strspn(text, "0123456789");
	size_t length = strlen(text);

	for (size_t at = whole; at > 3;) {
		at -= 3;
		memmove(text + at + 1, text + at, length + 1 - at);
		text[at] = ' ';
		length++;
	}
}

void table_number(const char *what, double value, const char *unit, const char *remark, ...)
{
	char text[64];
	char line[160];
	int places = value >= 100 || value == (double)(uint64_t)value ? 0 : value >= 10 ? 1 : 2;
	va_list list;

	va_start(list, remark);
	(void)vsnprintf(line, sizeof(line), remark, list);
	va_end(list);
	(void)snprintf(text, 32, "%.*f", places, value);
	part_thousands(text);
	(void)snprintf(text + strlen(text), 16, "%s%s", *unit ? " " : "", unit);
	table_row(what, text, line);
}

double seconds_now(void)
{
	struct timespec at;

	(void)clock_gettime(CLOCK_MONOTONIC, &at);
	return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

unsigned long long number_from_environment(const char *name, unsigned long long fallback)
{
	const char *text = getenv(name);

	return text && *text ? strtoull(text, NULL, 10) : fallback;
}
