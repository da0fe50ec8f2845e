/*
 * sale.h - one sale of cover: its terms, its price by the pricing model, and who gets what of it.
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_SALE_H
#define PROTOCOLS_BRIDGE_MUTUAL_SALE_H

#include "protocols/bridge_mutual/asked.h"

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

/* A policy's row as far as its event tells it. */
struct bridge_policy bridge_policy_sold(const struct applying *a, const struct bridge_sold *sold);

/* Checks what the contracts keep of it and fills its times. Returns the epochs that it is for;
 * whatever the contract keeps, the mirror can count with it. */
uint64_t bridge_check_terms(struct bridge_policy *out, struct applying *a,
			    const struct bridge_sold *sold, const struct bridge_terms *terms);

/* policies.c: the new total, the least cover, and that liquidity backs all of it (and, in V2,
 * pending withdrawals). */
void bridge_check_cover(struct applying *a, const struct bridge_sold *sold, u256 new_total);
/* A holder's earlier policy is over; in V1 for a week. */
void bridge_check_single(struct applying *a, const struct bridge_sold *sold);
/* Keeps the policy of that number: its cover leaves by weeks, its premium comes in by days. */
void bridge_keep_policy(struct applying *a, const struct bridge_policy *policy, uint64_t number,
			u256 new_total);

#endif
