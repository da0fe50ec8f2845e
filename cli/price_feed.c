#include "cli/price_feed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/csv_line.h"

struct feed {
	struct csv_line line;
	struct csv_row row;
	bool has_header;
	size_t timestamp;
	size_t price;
};

static bool find(size_t *out, const struct csv_row *row, const char *name)
{
	for (*out = 0; *out < row->count; ++*out)
		if (slice_equal(row->cells[*out].value, slice_of(name, strlen(name))))
			return true;
	return false;
}

static enum status header(struct feed *feed, struct error *err)
{
	if (!find(&feed->timestamp, &feed->row, "timestamp") ||
	    !find(&feed->price, &feed->row, "price"))
		return error_set(err, ERR_BAD_DATA,
				 "line %" PRIu64 ": expected a header with the columns timestamp "
				 "and price",
				 feed->line.number);
	feed->has_header = true;
	return OK;
}

static enum status number(u256 *out, const struct feed *feed, size_t cell, const char *column,
			  struct error *err)
{
	struct slice text = cell < feed->row.count ? feed->row.cells[cell].value : slice_of("", 0);

	if (u256_parse(out, (const char *)text.data, text.size, NULL) != OK)
		return error_set(err, ERR_BAD_DATA,
				 "line %" PRIu64 ", column \"%s\": expected a whole number",
				 feed->line.number, column);
	return OK;
}

static enum status row(struct guideline_price *price, const struct feed *feed, uint64_t incident,
		       struct error *err)
{
	uint64_t timestamp;
	u256 value;
	enum status st = number(&value, feed, feed->timestamp, "timestamp", err);

	if (st != OK)
		return st;
	if (!u256_to_u64(&timestamp, value))
		return error_set(err, ERR_BAD_DATA,
				 "line %" PRIu64
				 ", column \"timestamp\": expected seconds since 1970",
				 feed->line.number);
	st = number(&value, feed, feed->price, "price", err);
	if (st == OK)
		guideline_price_look(price, incident, timestamp, value);
	return st;
}

static enum status one_line(struct guideline_price *price, struct feed *feed, uint64_t incident,
			    struct error *err)
{
	enum status st;

	if ((feed->line.length && feed->line.text[0] == '#') || csv_line_is_blank(&feed->line))
		return OK;
	st = csv_line_split(&feed->row, &feed->line, err);
	if (st != OK)
		return st;
	return feed->has_header ? row(price, feed, incident, err) : header(feed, err);
}

enum status price_feed_read(struct guideline_price *price, FILE *in, const char *name,
			    uint64_t incident, struct error *err)
{
	struct feed *feed = xcalloc(1, sizeof(*feed));
	enum status st = OK;
	bool has_header;

	while (st == OK) {
		st = csv_line_read(&feed->line, in, err);
		if (st == OK)
			st = one_line(price, feed, incident, err);
	}
	has_header = feed->has_header;
	free(feed);
	if (st == ERR_NOTFOUND && has_header)
		return OK;
	if (st == ERR_NOTFOUND)
		st = error_set(err, ERR_BAD_DATA,
			       "expected a header with the columns timestamp and price, got an "
			       "empty file");
	return st == OK ? OK : error_wrap(err, "%s", name);
}
