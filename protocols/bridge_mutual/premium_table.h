/*
 * premium_table.h - Bridge Mutual V2's quote as a table's columns: `quote --model
 * bridge-mutual-v2`.
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_PREMIUM_TABLE_H
#define PROTOCOLS_BRIDGE_MUTUAL_PREMIUM_TABLE_H

#include "protocols/premium_model.h"

extern const struct premium_model bridge_premium_model;

#endif
