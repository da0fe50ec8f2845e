/*
 * price_feed.h - prices over time out of comma-separated text.
 */
#ifndef CLI_PRICE_FEED_H
#define CLI_PRICE_FEED_H

#include <stdio.h>

#include "protocols/insuredao/guideline.h"

/*
 * Shows every price of `in`, called `name` in messages, to `price`. The header names the columns
 * timestamp and price, others are passed over, and so are blank lines and those that begin with #.
 * ERR_BAD_DATA names line and column, ERR_SYSTEM that reading failed.
 */
enum status price_feed_read(struct guideline_price *price, FILE *in, const char *name,
			    uint64_t incident, struct error *err) MUST_CHECK;

#endif
