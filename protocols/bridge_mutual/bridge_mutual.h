/*
 * bridge_mutual.h - Bridge Mutual V2: one PolicyBook with its contracts. Formulas, sources, checks
 * and limits: docs/protocols/bridge-mutual.md.
 */
#ifndef PROTOCOLS_BRIDGE_MUTUAL_BRIDGE_MUTUAL_H
#define PROTOCOLS_BRIDGE_MUTUAL_BRIDGE_MUTUAL_H

#include "protocols/protocol.h"

extern const struct protocol protocol_bridge_mutual;

#endif
