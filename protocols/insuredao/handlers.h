/*
 * handlers.h - what the handlers of this protocol share: movements in the vault, comparisons, token
 * and share movements, allocations; and the handlers themselves.
 */
#ifndef PROTOCOLS_INSUREDAO_HANDLERS_H
#define PROTOCOLS_INSUREDAO_HANDLERS_H

#include "protocols/insuredao/internal.h"

/* ---- comparisons (expect.c) ---- */

/* A figure of the event at hand against a computed one. `is_known` false: nothing to compare with,
 * because the vault's value is not known. */
void insuredao_expect(struct applying *a, enum insuredao_check check, struct address who,
		      const char *field, bool is_computable, u256 computed, u256 in_event);
void insuredao_expect_words(struct applying *a, enum insuredao_check check, struct address who,
			    const char *field, bool holds, const char *expected,
			    const char *actual);

/* The number, or the greatest one of 64 bits where it is greater. */
uint64_t insuredao_u64(u256 value);

/* The pool is there: its first event says so where no factory does. */
void insuredao_meet(struct applying *a, struct address pool);

/* Posts to the books. */
void insuredao_post(struct applying *a, enum ledger_account from, enum ledger_account to,
		    struct assets amount, struct address subject);

/* The first log behind the event at hand, of the same transaction, of `contract` and that event;
 * its values in `values` (may be NULL). NULL if there is none. */
const struct event_log *insuredao_ahead(struct applying *a, const struct address *contract,
					const char *event, const struct abi_value **values);

/* ---- movements in the vault (vault_book.c) ---- */

/* Each changes the vault's rows as its function does, and reports vault-rule where the contract
 * would have reverted (then as much is moved as there is). The answer is the attributions moved. */
struct shares insuredao_vault_add(struct applying *a, struct address to, struct assets amount);
void insuredao_vault_add_batch(struct applying *a, struct address market, struct assets amount,
			       u256 fee_rate, struct shares *to_market);
struct shares insuredao_vault_withdraw(struct applying *a, struct address from,
				       struct assets amount);
struct shares insuredao_vault_transfer_value(struct applying *a, struct address from,
					     struct address to, struct assets amount);
void insuredao_vault_transfer(struct applying *a, struct address from, struct address to,
			      struct shares attributions);
void insuredao_vault_borrow(struct applying *a, struct address debtor, struct assets amount);
void insuredao_vault_offset(struct applying *a, struct address from, struct address debtor,
			    struct assets amount);
void insuredao_vault_transfer_debt(struct applying *a, struct address debtor, struct assets amount);
void insuredao_vault_repay(struct applying *a, struct address debtor, struct assets amount);

/* ---- token movements (transfers.c) ---- */

/* Matches the event at hand with one Transfer before it in its transaction: into or out of the
 * vault, the same amount, `other` at the far end (NULL: whoever). */
void insuredao_take_transfer(struct applying *a, bool is_into_vault, const struct address *other,
			     struct assets amount);
void insuredao_begin_transaction(struct applying *a, const struct hash *transaction);
void insuredao_end_transaction(struct applying *a);

/* ---- allocations (credit.c) ---- */

/* The index allocates now, counting with that liquidity: rows change, and the steps that markets
 * log are expected. */
void insuredao_allocate_now(struct applying *a, struct address index, struct assets liquidity);
/* The same with its own liquidity; nothing where that is not computable. */
void insuredao_allocate_own(struct applying *a, struct address index);
/* At the end of a transaction: every expected step came. */
void insuredao_check_steps(struct applying *a);
/* Whether the event at hand closes an allocation whose steps came before it. */
bool insuredao_was_early(struct applying *a, struct address index);

/* ---- debts (settle.c) ---- */

/* Begins to settle the market's debt unless that was begun. */
void insuredao_settle_begin(struct applying *a, struct address market, bool is_bounty,
			    struct assets bounty);

/* ---- premium (rates.c) ---- */

void insuredao_check_premium(struct applying *a, struct address market,
			     const struct insuredao_cover *cover, struct assets premium);
/* Asks all markets' rates and keeps them, for quotes: at most once in an hour of the chain's time,
 * unless `is_urgent`. */
void insuredao_follow_rates(struct applying *a, bool is_urgent);
bool insuredao_premium(struct assets *out, struct trace *trace,
		       const struct insuredao_rates_row *rates,
		       const struct insuredao_cover *cover) MUST_CHECK;

/* ---- handlers ---- */

#define INSUREDAO_HANDLERS(F)                                                                      \
	F(token_transfer)                                                                          \
	F(share_transfer)                                                                          \
	F(deposit)                                                                                 \
	F(withdraw_requested)                                                                      \
	F(withdraw)                                                                                \
	F(paused)                                                                                  \
	F(open_deposit)                                                                            \
	F(insured)                                                                                 \
	F(unlocked)                                                                                \
	F(redeemed)                                                                                \
	F(cover_applied)                                                                           \
	F(status_changed)                                                                          \
	F(bounty_paid)                                                                             \
	F(credit_increase)                                                                         \
	F(credit_decrease)                                                                         \
	F(index_compensated)                                                                       \
	F(reserve_compensated)                                                                     \
	F(locked)                                                                                  \
	F(resumed)                                                                                 \
	F(leverage_set)                                                                            \
	F(new_allocation)                                                                          \
	F(fund)                                                                                    \
	F(defund)                                                                                  \
	F(fee_rate_set)                                                                            \
	F(request_duration_set)                                                                    \
	F(withdrawable_duration_set)                                                               \
	F(unlock_grace_period_set)                                                                 \
	F(max_insure_span_set)                                                                     \
	F(min_insure_span_set)                                                                     \
	F(upper_slack_set)                                                                         \
	F(lower_slack_set)                                                                         \
	F(premium_model_set)                                                                       \
	F(controller_set)                                                                          \
	F(new_owner)                                                                               \
	F(pool_created)

#define INSUREDAO_DECLARE(name)                                                                    \
	void insuredao_on_##name(struct applying *a, const struct pool_event *event);
INSUREDAO_HANDLERS(INSUREDAO_DECLARE)
#undef INSUREDAO_DECLARE

#endif
