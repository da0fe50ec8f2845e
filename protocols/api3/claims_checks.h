/*
 * claims_checks.h - what is checked of claims managers. Ids are for ever.
 */
#ifndef PROTOCOLS_API3_CLAIMS_CHECKS_H
#define PROTOCOLS_API3_CLAIMS_CHECKS_H

/* F(enumerator, id, severity, level, sentence) */
#define CLAIMS_CHECKS(F)                                                                           \
	F(CLAIMS_CHECK_HISTORY, "claims-history", ERROR, EVENT,                                    \
	  "a claims manager's events are seen from its constructor's on")                          \
	F(CLAIMS_CHECK_HASH, "claims-hash", ERROR, EVENT,                                          \
	  "the hashes of policies and claims are those of their ingredients")                      \
	F(CLAIMS_CHECK_POLICY_TERMS, "policy-terms", ERROR, RULES,                                 \
	  "a policy is created, upgraded and downgraded as its manager allows")                    \
	F(CLAIMS_CHECK_POLICY_PARTY, "policy-party", WARNING, RULES,                               \
	  "a policy is downgraded by its claimant or an admin")                                    \
	F(CLAIMS_CHECK_CLAIM_TERMS, "claim-terms", ERROR, RULES,                                   \
	  "a claim is made once, within its policy's period and remaining cover")                  \
	F(CLAIMS_CHECK_CLAIM_STATE, "claim-state", ERROR, RULES,                                   \
	  "each step of a claim is one that its state allows")                                     \
	F(CLAIMS_CHECK_CLAIM_DEADLINE, "claim-deadline", ERROR, RULES,                             \
	  "each step of a claim is taken within its response period")                              \
	F(CLAIMS_CHECK_CLAIM_PARTY, "claim-party", WARNING, RULES,                                 \
	  "a claim is decided by a mediator, its arbitrator or an admin")                          \
	F(CLAIMS_CHECK_SETTLEMENT, "settlement-terms", ERROR, RULES,                               \
	  "a settlement is of more than nothing and less than the claim")                          \
	F(CLAIMS_CHECK_PAYOUT, "claim-payout", ERROR, EVENT,                                       \
	  "a claim pays its amount or its settlement, at most what its policy still covers")       \
	F(CLAIMS_CHECK_COVERED, "policy-covered", ERROR, RULES,                                    \
	  "a policy pays no more in all than the cover it was given")                              \
	F(CLAIMS_CHECK_TIED, "payout-claim", ERROR, EVENT,                                         \
	  "each payout of the pool is that of one claim, with its recipient and amount")           \
	F(CLAIMS_CHECK_EMPOWERED, "claims-manager-empowered", ERROR, RULES,                        \
	  "a claims manager that makes the pool pay has the pool's permission")                    \
	F(CLAIMS_CHECK_RATE, "claims-rate", WARNING, EVENT,                                        \
	  "USD become API3 as the manager's converter gives them then")                            \
	F(CLAIMS_CHECK_QUOTA, "claims-quota", ERROR, RULES,                                        \
	  "who decides payouts stays within the quota")                                            \
	F(CLAIMS_CHECK_KLEROS, "kleros-dispute", ERROR, EVENT,                                     \
	  "a Kleros proxy's disputes and rulings are those of the claim, in one transaction")      \
	F(CLAIMS_CHECK_VIEW, "view-claims", ERROR, STATE,                                          \
	  "the views of managers and Kleros proxies say what the mirror says")

#endif
