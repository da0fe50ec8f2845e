#include "cli/output.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chain/block_proof.h"
#include "protocols/asset.h"

int report(const struct error *err)
{
	(void)fprintf(stderr, "covermirror: %s\n", err->message);
	return err->status == ERR_USAGE ? EXIT_MISUSE : EXIT_COULD_NOT;
}

int report_logged(const struct command *command, const struct error *err)
{
	if (!command->config->log.is_json)
		return report(err);
	log_error(&command->logger, "%s", err->message);
	return err->status == ERR_USAGE ? EXIT_MISUSE : EXIT_COULD_NOT;
}

struct style style_of(const struct command *command, struct moment *m, const struct pool *pool)
{
	struct reading r = moment_reading(m, pool);
	struct asset asset = asset_read(&r);

	return (struct style){.arena = command->arena,
			      .is_raw = args_has(command->args, OPTION_RAW),
			      .decimals = (unsigned)asset.decimals,
			      .symbol = arena_string(command->arena, asset.symbol)};
}

const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "-";
}

uint64_t number_of(const json_t *object, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(object, key));
}

int print_json(json_t *document)
{
	int failed = json_dumpf(document, stdout, JSON_INDENT(1)) != 0 || putchar('\n') == EOF ||
		     fflush(stdout) != 0;

	json_decref(document);
	if (failed) {
		(void)fputs("covermirror: writing to standard output failed\n", stderr);
		return EXIT_COULD_NOT;
	}
	return EXIT_FINE;
}

/* Thousands separators in the digits before the point. */
static const char *grouped(struct arena *arena, const char *digits)
{
	const char *sign = digits[0] == '-' ? "-" : "";
	const char *start = digits + strlen(sign);
	size_t whole = strcspn(start, ".");
	struct buffer text = buffer_in(arena);

	buffer_text(&text, sign);
	for (size_t i = 0; i < whole; i++) {
		if (i && (whole - i) % 3 == 0)
			buffer_byte(&text, ',');
		buffer_byte(&text, (uint8_t)start[i]);
	}
	buffer_text(&text, start + whole);
	return buffer_string(&text);
}

const char *show_count(struct arena *arena, uint64_t count)
{
	return grouped(arena, arena_printf(arena, "%" PRIu64, count));
}

/* digits / 10^places, trailing zeros cut. */
static const char *fixed(struct arena *arena, const char *digits, unsigned places)
{
	const char *sign = digits[0] == '-' ? "-" : "";
	char *text;
	u256 value;
	size_t length;

	digits += strlen(sign);
	if (u256_parse(&value, digits, strlen(digits), NULL) != OK)
		return digits;
	text = u256_format_fixed(arena, value, places);
	if (strchr(text, '.')) {
		length = strlen(text);
		while (text[length - 1] == '0')
			text[--length] = '\0';
		if (text[length - 1] == '.')
			text[length - 1] = '\0';
	}
	return grouped(arena, arena_printf(arena, "%s%s", sign, text));
}

const char *show_plain(const struct style *style, const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		return arena_string(style->arena, json_string_value(value));
	case JSON_INTEGER:
		return arena_printf(style->arena, "%" JSON_INTEGER_FORMAT,
				    json_integer_value(value));
	case JSON_TRUE:
		return "yes";
	case JSON_FALSE:
		return "no";
	case JSON_NULL:
	case JSON_REAL:
	case JSON_OBJECT:
	case JSON_ARRAY:
		return "-";
	}
	return "-";
}

const char *show_amount(const struct style *style, const json_t *value)
{
	if (!json_is_string(value))
		return "-";
	if (style->is_raw)
		return show_plain(style, value);
	return fixed(style->arena, json_string_value(value), style->decimals);
}

const char *show_heading(struct arena *arena, const char *name)
{
	char *text = arena_string(arena, name);

	for (char *at = text; *at; at++) {
		if (*at == '_')
			*at = ' ';
		else if (*at >= 'a' && *at <= 'z')
			*at = (char)(*at - 'a' + 'A');
	}
	return text;
}

const char *show_time(struct arena *arena, uint64_t timestamp)
{
	time_t seconds = (time_t)timestamp;
	char text[64];
	struct tm tm;

	if (timestamp == 0)
		return "-";
	if (timestamp > INT32_MAX * UINT64_C(100) || !gmtime_r(&seconds, &tm))
		return arena_printf(arena, "%" PRIu64, timestamp);
	(void)strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm);
	return arena_string(arena, text);
}

static const char *show_seconds_of(const struct style *style, const json_t *value)
{
	const char *digits = json_string_value(value);
	u256 number;
	uint64_t seconds;

	if (u256_parse(&number, digits, strlen(digits), NULL) != OK ||
	    !u256_to_u64(&seconds, number))
		return digits;
	return show_time(style->arena, seconds);
}

const char *show_figure(const struct style *style, const struct figure_rule *rule,
			const json_t *value)
{
	if (rule->kind == FIGURE_ADDRESS && json_is_string(value) &&
	    strspn(json_string_value(value), "0x") == strlen(json_string_value(value)))
		return "-"; /* the zero address: nobody */
	if (!json_is_string(value) || rule->kind != FIGURE_NUMBER)
		return show_plain(style, value);
	switch (rule->unit) {
	case UNIT_ASSETS:
	case UNIT_SHARES:
		return show_amount(style, value);
	case UNIT_FIXED_18:
		return style->is_raw ? show_plain(style, value)
				     : fixed(style->arena, json_string_value(value), 18);
	case UNIT_PERCENT_18:
		return style->is_raw
			       ? show_plain(style, value)
			       : arena_printf(style->arena, "%s %%",
					      fixed(style->arena, json_string_value(value), 16));
	case UNIT_TIME:
		return style->is_raw ? show_plain(style, value) : show_seconds_of(style, value);
	case UNIT_SECONDS:
		return style->is_raw
			       ? show_plain(style, value)
			       : arena_printf(style->arena, "%s s",
					      grouped(style->arena, json_string_value(value)));
	case UNIT_PLAIN:
		return show_plain(style, value);
	}
	return show_plain(style, value);
}

void print_trace(const struct style *style, const json_t *figures, const char *indent)
{
	json_t *figure;
	size_t i;

	json_array_foreach (figures, i, figure) {
		const char *name;
		json_t *value;
		bool is_first = true;

		(void)printf("%s%s = %s\n%s  = %s", indent, text_of(figure, "name"),
			     show_plain(style, json_object_get(figure, "value")), indent,
			     text_of(figure, "expression"));
		json_object_foreach (json_object_get(figure, "inputs"), name, value) {
			(void)printf("%s%s = %s", is_first ? ", where " : ", ", name,
				     show_plain(style, value));
			is_first = false;
		}
		(void)putchar('\n');
	}
}

const char *show_short(const struct style *style, const json_t *value)
{
	const char *text = show_plain(style, value);
	size_t length = strlen(text);

	if (length < 20)
		return text;
	return arena_printf(style->arena, "%.6s…%s", text, text + length - 4);
}

struct table_line {
	const char **cells;
	struct table_line *next;
};

struct table {
	struct arena *arena;
	size_t columns;
	size_t *widths;
	bool *is_right;
	struct table_line *first;
	struct table_line **last;
};

struct table *table_new(struct arena *arena, size_t columns)
{
	struct table *table = arena_alloc(arena, sizeof(*table));

	table->arena = arena;
	table->columns = columns;
	table->widths = arena_array(arena, columns, sizeof(*table->widths));
	table->is_right = arena_array(arena, columns, sizeof(*table->is_right));
	table->last = &table->first;
	return table;
}

void table_right(struct table *table, size_t column)
{
	table->is_right[column] = true;
}

/* Characters, not bytes: continuation bytes of UTF-8 take no room. */
static size_t width_of(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

void table_row(struct table *table, const char *const *cells)
{
	struct table_line *line = arena_alloc(table->arena, sizeof(*line));

	line->cells = arena_copy(table->arena, cells, table->columns * sizeof(*cells));
	for (size_t i = 0; i < table->columns; i++)
		if (width_of(cells[i]) > table->widths[i])
			table->widths[i] = width_of(cells[i]);
	*table->last = line;
	table->last = &line->next;
}

void table_print(const struct table *table)
{
	for (const struct table_line *line = table->first; line; line = line->next) {
		for (size_t i = 0; i < table->columns; i++) {
			int pad = (int)(table->widths[i] - width_of(line->cells[i]));
			bool is_last = i + 1 == table->columns;

			if (table->is_right[i])
				(void)printf("%*s%s%s", pad, "", line->cells[i],
					     is_last ? "" : "  ");
			else
				(void)printf("%s%*s%s", line->cells[i], is_last ? 0 : pad, "",
					     is_last ? "" : "  ");
		}
		(void)putchar('\n');
	}
}

const char *show_proved(struct arena *arena, const json_t *status)
{
	const json_t *ranges = json_object_get(status, "proved");
	size_t count = json_array_size(ranges);
	struct buffer out = buffer_in(arena);

	if (!count)
		return "nothing";
	for (unsigned level = PROOF_TRANSACTIONS; level > PROOF_NONE; level--) {
		const char *name = proof_level_name((enum proof_level)level);
		uint64_t blocks = 0;

		for (size_t i = 0; i < count; i++) {
			const json_t *range = json_array_get(ranges, i);

			if (strcmp(text_of(range, "level"), name) == 0)
				blocks += number_of(range, "blocks");
		}
		if (blocks)
			buffer_printf(&out, "%s%s %s", out.size ? ", " : "", name,
				      show_count(arena, blocks));
	}
	buffer_printf(&out, "; %sfrom block %s to block %s",
		      json_is_true(json_object_get(status, "proved_truncated"))
			      ? "the newest ranges only, "
			      : "",
		      show_count(arena, number_of(json_array_get(ranges, 0), "from")),
		      show_count(arena, number_of(json_array_get(ranges, count - 1), "to")));
	return buffer_string(&out);
}
