/*
 * insuredao.h - InsureDAO: markets sell insurance, index pools lend them credit, a reserve stands
 * behind, and one vault holds the tokens of all.
 *
 * A configured pool is a vault with all its markets, indices and reserves: the vault logs nothing,
 * and its attributions follow only from the events of all of them in log order.
 *
 * Rules and their sources: docs/protocols/insuredao.md.
 */
#ifndef PROTOCOLS_INSUREDAO_INSUREDAO_H
#define PROTOCOLS_INSUREDAO_INSUREDAO_H

#include "protocols/protocol.h"

extern const struct protocol protocol_insuredao;

#endif
