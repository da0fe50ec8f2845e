/*
 * premium_table.h - InsureDAO's premium models as a table's columns: `quote --model insuredao`.
 */
#ifndef PROTOCOLS_INSUREDAO_PREMIUM_TABLE_H
#define PROTOCOLS_INSUREDAO_PREMIUM_TABLE_H

#include "protocols/premium_model.h"

extern const struct premium_model insuredao_premium_model;

#endif
