/* The state of a simulated block is what its header commits to, and its forged proofs are not. */
#include "protocols/storage.h"
#include "tests/support/sim_chain.h"
#include "tests/support/sim_state.h"

enum { BLOCKS = 40, SLOTS = 4, SEEDS = 64 };

static struct account_proof prove(const struct sim_chain *chain, uint64_t number,
				  struct address address, struct arena *arena)
{
	const struct sim_names *names = sim_chain_names(chain);
	const struct hash slots[SLOTS] = {
		storage_slot(&api3_storage.pool[0], NULL),
		storage_slot(&api3_storage.pool[1], NULL),
		storage_slot(&api3_storage.account[0], &names->users[0]),
		{{[HASH_BYTES - 1] = 0xee}}, /* holds nothing */
	};

	return sim_state_prove(&sim_chain_block(chain, number)->views, names, number, address,
			       slots, SLOTS, arena);
}

static void proofs_lead_to_the_headers_state_root(void **unused)
{
	struct sim_chain *chain = sim_chain_new(5, BLOCKS, NULL);
	const struct sim_names *names = sim_chain_names(chain);
	const struct address nobody = {{1}};
	struct arena *arena = arena_new();
	struct error err;

	(void)unused;
	for (uint64_t n = 0; n < BLOCKS; n++) {
		const struct sim_block *block = sim_chain_block(chain, n);
		const struct address accounts[] = {names->pool, names->users[1], nobody};

		for (size_t i = 0; i < 3; i++) {
			struct account_proof proof = prove(chain, n, accounts[i], arena);

			assert_ok(account_proof_verify(&proof, block->header.state_root, &err),
				  err);
			if (i == 0)
				assert_true(u256_equal(proof.storage[0].value,
						       u256_from(block->views.total_stake)));
			assert_true(u256_is_zero(proof.storage[3].value));
		}
	}
	arena_free(arena);
	sim_chain_free(chain);
}

static void forged_proofs_lead_nowhere(void **unused)
{
	struct sim_chain *chain = sim_chain_new(6, BLOCKS, NULL);
	const struct sim_names *names = sim_chain_names(chain);
	struct arena *arena = arena_new();
	struct error err;

	(void)unused;
	for (uint64_t seed = 0; seed < SEEDS; seed++) {
		uint64_t number = SIM_BIRTH_BLOCK + seed % (BLOCKS - SIM_BIRTH_BLOCK);
		struct hash root = sim_chain_block(chain, number)->header.state_root;
		struct account_proof proof = prove(chain, number, names->pool, arena);
		struct account_proof other = prove(chain, number - 1, names->pool, arena);

		sim_state_forge(&proof, seed, arena);
		assert_int_equal(account_proof_verify(&proof, root, &err), ERR_BAD_DATA);
		assert_int_equal(account_proof_verify(&other, root, &err), ERR_BAD_DATA);
	}
	arena_free(arena);
	sim_chain_free(chain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proofs_lead_to_the_headers_state_root),
		cmocka_unit_test(forged_proofs_lead_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
