/*
 * api3.h - the API3 DAO pool: staked tokens cover claims, a payout takes its share from everyone.
 *
 * Rules and their sources: docs/protocols/api3.md.
 */
#ifndef PROTOCOLS_API3_API3_H
#define PROTOCOLS_API3_API3_H

#include "protocols/protocol.h"

extern const struct protocol protocol_api3;

#endif
