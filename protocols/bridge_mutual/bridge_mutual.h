/*
 * bridge_mutual.h - Bridge Mutual: one PolicyBook with its contracts, of V2 and of V1. Formulas,
 * sources, checks and limits: docs/protocols/bridge-mutual.md.
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_BRIDGE_MUTUAL_H
#define PROTOCOLS_BRIDGE_MUTUAL_BRIDGE_MUTUAL_H

#include "protocols/protocol.h"

extern const struct protocol protocol_bridge_mutual;
extern const struct protocol protocol_bridge_mutual_v1;

#endif
