/*
 * lists.h - what the lists' files share: how markets, indices and reserves are shown.
 */
#ifndef PROTOCOLS_INSUREDAO_LISTS_H
#define PROTOCOLS_INSUREDAO_LISTS_H

#include "ledger/amount.h"
#include "protocols/protocol.h"

enum {
	INSUREDAO_MARKET_FIGURE_COUNT = 35,
	INSUREDAO_INDEX_FIGURE_COUNT = 13,
	INSUREDAO_RESERVE_FIGURE_COUNT = 6
};
extern const struct figure_rule insuredao_market_figures[];
extern const struct figure_rule insuredao_index_figures[];
extern const struct figure_rule insuredao_reserve_figures[];

/* As struct item_list wants them. */
void insuredao_read_market(struct figure *out, const struct reading *r, const uint8_t *key);
void insuredao_read_index(struct figure *out, const struct reading *r, const uint8_t *key);
void insuredao_read_reserve(struct figure *out, const struct reading *r, const uint8_t *key);
bool insuredao_is_market(const void *row);
bool insuredao_is_index(const void *row);
bool insuredao_is_reserve(const void *row);

/* What the holders of a reserve's shares have in the vault; false where that is not known. */
bool insuredao_crowd_value(struct assets *out, const struct reading *r,
			   struct address reserve) MUST_CHECK;

#endif
