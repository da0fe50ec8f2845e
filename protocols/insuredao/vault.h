/*
 * vault.h - the vault's arithmetic, as pure functions (InsureDAO/pool-contracts, Vault; restated in
 * docs/protocols/insuredao.md).
 *
 * The vault holds the tokens of all pools. Whose they are is told by attributions, which are shares
 * of the vault's value. A function returns false where the contract reverts; *out is then zero.
 */
#ifndef PROTOCOLS_INSUREDAO_VAULT_H
#define PROTOCOLS_INSUREDAO_VAULT_H

#include "ledger/amount.h"
#include "ledger/trace.h"

/* What every exchange depends on. */
struct insuredao_vault {
	struct assets value;        /* V: valueAll() */
	struct shares attributions; /* A: totalAttributions() */
};

/* addValue, addValueBatch: amount if A = 0, else amount * A // V. */
bool insuredao_attributions_for(struct shares *out, struct trace *trace, struct assets amount,
				const struct insuredao_vault *vault) MUST_CHECK;

/*
 * withdrawValue, transferValue, offsetDebt: A * amount / V rounded up. Requires that the holder has
 * attributions and that they are worth the amount, and A * amount >= V: amounts below the worth of
 * one attribution are refused, zero among them.
 */
bool insuredao_attributions_cost(struct shares *out, struct trace *trace, struct assets amount,
				 struct shares held,
				 const struct insuredao_vault *vault) MUST_CHECK;

/* underlyingValue and attributionValue: attributions * V // A; 0 where one of the three is. */
bool insuredao_attributions_value(struct assets *out, struct trace *trace, const char *name,
				  struct shares attributions,
				  const struct insuredao_vault *vault) MUST_CHECK;

/* One of two beneficiaries' part of a batch: part * attributions // 10^6, `part` of 10^6. */
bool insuredao_attributions_part(struct shares *out, struct trace *trace, const char *name,
				 u256 part, struct shares attributions) MUST_CHECK;

#endif
