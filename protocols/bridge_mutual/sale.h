/*
 * sale.h - one sale of cover: its terms, its price by the pricing model, and who gets what of it.
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_SALE_H
#define PROTOCOLS_BRIDGE_MUTUAL_SALE_H

#include "protocols/bridge_mutual/internal.h"

/* What PolicyBought tells. */
struct bridge_sold {
	struct address holder;
	struct address distributor; /* zero: none */
	struct assets cover;
	struct assets price;
};

/*
 * Asks for the terms of policy `number` and checks them, the price and its parts; `out` is the
 * policy's row. The book's cover is that before the sale, its clocks run up to the block. False
 * where the terms could not be had, which has failed the block.
 */
bool bridge_check_sale(struct bridge_policy *out, struct applying *a,
		       const struct bridge_sold *sold, uint64_t number) MUST_CHECK;

#endif
