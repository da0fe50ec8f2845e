/*
 * seed.h - the beginning; see seed and birth in protocols/protocol.h.
 */
#ifndef PROTOCOLS_INSUREDAO_SEED_H
#define PROTOCOLS_INSUREDAO_SEED_H

#include "protocols/protocol.h"

/* ERR_USAGE where the parameters contract is older than start_block: its settings are read from
 * their events, from the first on. */
enum status insuredao_seed(struct applying *a, const struct block_ref *before, const bool *has_code,
			   struct error *err);
enum status insuredao_birth(struct applying *a, struct error *err);

#endif
