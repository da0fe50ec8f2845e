#include "protocols/insuredao/vault.h"

#include "protocols/insuredao/premium.h"

bool insuredao_attributions_for(struct shares *out, struct trace *trace, struct assets amount,
				const struct insuredao_vault *vault)
{
	bool ok = true;

	*out = shares_of(amount.raw);
	if (!u256_is_zero(vault->attributions.raw))
		ok = shares_from_assets_down(out, amount, vault->attributions, vault->value);
	TRACE(trace, "attributions", "A = 0 ? amount : amount * A // V", ok, out->raw,
	      {"amount", amount.raw}, {"A", vault->attributions.raw}, {"V", vault->value.raw});
	if (!ok)
		*out = shares_of(U256_ZERO);
	return ok;
}

bool insuredao_attributions_cost(struct shares *out, struct trace *trace, struct assets amount,
				 struct shares held, const struct insuredao_vault *vault)
{
	struct assets worth = assets_of(U256_ZERO);
	u256 product = U256_ZERO;
	u256 floor = U256_ZERO;
	u256 rest = U256_ZERO;
	bool ok = !u256_is_zero(held.raw) &&
		  insuredao_attributions_value(&worth, NULL, "", held, vault) &&
		  assets_compare(worth, amount) >= 0 &&
		  u256_mul_ok(&product, vault->attributions.raw, amount.raw) &&
		  u256_compare(product, vault->value.raw) >= 0 &&
		  u256_div_ok(&floor, product, vault->value.raw) &&
		  u256_mod_ok(&rest, product, vault->value.raw) &&
		  (u256_is_zero(rest) || u256_add_ok(&floor, floor, U256_ONE)) &&
		  u256_compare(held.raw, floor) >= 0;

	TRACE(trace, "attributions burnt",
	      "A * amount / V rounded up; amount at most the holder's value, A * amount >= V", ok,
	      floor, {"amount", amount.raw}, {"A", vault->attributions.raw},
	      {"V", vault->value.raw}, {"held", held.raw}, {"value held", worth.raw});
	*out = shares_of(ok ? floor : U256_ZERO);
	return ok;
}

bool insuredao_attributions_value(struct assets *out, struct trace *trace, const char *name,
				  struct shares attributions, const struct insuredao_vault *vault)
{
	bool ok = true;

	*out = assets_of(U256_ZERO);
	if (!u256_is_zero(attributions.raw) && !u256_is_zero(vault->value.raw) &&
	    !u256_is_zero(vault->attributions.raw))
		ok = assets_from_shares_down(out, attributions, vault->value, vault->attributions);
	TRACE(trace, name, "attributions * V // A", ok, out->raw,
	      {"attributions", attributions.raw}, {"V", vault->value.raw},
	      {"A", vault->attributions.raw});
	if (!ok)
		*out = assets_of(U256_ZERO);
	return ok;
}

bool insuredao_attributions_part(struct shares *out, struct trace *trace, const char *name,
				 u256 part, struct shares attributions)
{
	u256 x = U256_ZERO;
	bool ok = u256_mul_ok(&x, part, attributions.raw) &&
		  u256_div_ok(&x, x, u256_from(INSUREDAO_ONE));

	TRACE(trace, name, "part * attributions // 10^6", ok, x, {"part", part},
	      {"attributions", attributions.raw});
	*out = shares_of(ok ? x : U256_ZERO);
	return ok;
}
