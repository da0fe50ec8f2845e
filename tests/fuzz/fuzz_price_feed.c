/*
 * Any text as a feed of prices: it is read, and the lowest price lies in the window; or it is
 * refused as ERR_BAD_DATA in one line.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "cli/price_feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { INCIDENT = 1655000000 };
	/* A stream of no bytes cannot be had from fmemopen. */
	FILE *in = size ? fmemopen((void *)(uintptr_t)data, size, "rb") : fopen("/dev/null", "rb");
	struct guideline_price price = {.is_known = false};
	struct error err;
	enum status st;

	assert(in);
	st = price_feed_read(&price, in, "fuzz.csv", INCIDENT, &err);
	(void)fclose(in);
	if (st != OK) {
		assert(st == ERR_BAD_DATA && err.status == st);
		assert(strncmp(err.message, "fuzz.csv: ", 10) == 0);
		for (const char *at = err.message; *at; at++)
			assert((unsigned char)*at >= 0x20);
	}
	assert(price.is_known == (price.before || price.after));
	if (price.is_known)
		assert(price.lowest_at >= INCIDENT - GUIDELINE_PRICE_WINDOW &&
		       price.lowest_at <= INCIDENT + GUIDELINE_PRICE_WINDOW);
	return 0;
}
