/*
 * Any bytes as the data of a call: what is read of them lies within them, and a proof is climbed to
 * its end.
 */
#include <assert.h>

#include "protocols/insuredao/redeem_call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct hash target = {{0x11}};
	const struct hash root = {{0x12}};
	const struct address insured = {{0x22}};
	struct redeem_call call;
	struct assets paid;

	if (!redeem_call_parse(&call, slice_of(data, size)))
		return 0;
	assert(call.proof.size % 32 == 0 && call.proof.data >= data &&
	       call.proof.data + call.proof.size <= data + size);
	assert(!redeem_call_proves(&call, root, target, insured));
	if (redeem_payout(&paid, NULL, call.loss, call.id, u256_from(100),
			  assets_of(u256_from(size))))
		assert(u256_compare(paid.raw, u256_from(size)) <= 0);
	return 0;
}
