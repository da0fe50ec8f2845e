/*
 * premium.h - what the tests of premium formulas share: tables of the real contracts' answers, a
 * judge's arithmetic in GMP that stops where 256 bits do, and numbers at their edges.
 */
#ifndef TESTS_PROTOCOLS_PREMIUM_H
#define TESTS_PROTOCOLS_PREMIUM_H

#include "tests/abi/random.h"
#include "tests/support/test.h"

enum { VECTOR_CELLS_MAX = 12, VECTOR_LINE_MAX = 2048 };

static inline u256 number(const char *digits)
{
	u256 value = U256_ZERO;

	if (u256_parse(&value, digits, strlen(digits), NULL) != OK)
		fail_msg("\"%s\" is no number", digits);
	return value;
}

static inline void assert_number(u256 value, const char *digits)
{
	char text[U256_DECIMAL_SIZE];

	assert_string_equal(u256_format(text, value), digits);
}

/* Calls `check` for each row of a table with that header; gives how many there were. */
static inline size_t each_vector(const char *path, const char *header,
				 void (*check)(char *cells[VECTOR_CELLS_MAX]))
{
	char line[VECTOR_LINE_MAX];
	FILE *file = fopen(path, "r");
	bool has_header = false;
	size_t count = 0;

	if (!file)
		fail_msg("%s is not there: run from the root of the checkout", path);
	while (fgets(line, sizeof(line), file)) {
		char *cells[VECTOR_CELLS_MAX] = {NULL};
		char *rest = line;

		line[strcspn(line, "\n")] = '\0';
		if (*line == '#')
			continue;
		if (!has_header) {
			assert_string_equal(line, header);
			has_header = true;
			continue;
		}
		for (size_t i = 0; rest && i < VECTOR_CELLS_MAX; i++)
			cells[i] = strsep(&rest, ",");
		check(cells);
		count++;
	}
	(void)fclose(file);
	return count;
}

/* ---- the judge: whole numbers without a limit, and a flag for where the EVM would stop ---- */

struct judge {
	bool is_reverted;
	mpz_t limit; /* 2^256 */
};

static inline void judge_init(struct judge *j)
{
	j->is_reverted = false;
	mpz_init_set_ui(j->limit, 1);
	mpz_mul_2exp(j->limit, j->limit, 256);
}

static inline void judge_clear(struct judge *j)
{
	mpz_clear(j->limit);
}

static inline void judge_look(struct judge *j, mpz_t value)
{
	j->is_reverted = j->is_reverted || mpz_sgn(value) < 0 || mpz_cmp(value, j->limit) >= 0;
}

static inline void judge_add(struct judge *j, mpz_t out, const mpz_t a, const mpz_t b)
{
	mpz_add(out, a, b);
	judge_look(j, out);
}

static inline void judge_sub(struct judge *j, mpz_t out, const mpz_t a, const mpz_t b)
{
	mpz_sub(out, a, b);
	judge_look(j, out);
}

static inline void judge_mul(struct judge *j, mpz_t out, const mpz_t a, const mpz_t b)
{
	mpz_mul(out, a, b);
	judge_look(j, out);
}

static inline void judge_div(struct judge *j, mpz_t out, const mpz_t a, const mpz_t b)
{
	if (mpz_sgn(b) == 0)
		j->is_reverted = true;
	else
		mpz_fdiv_q(out, a, b);
}

static inline void judge_require(struct judge *j, bool condition)
{
	j->is_reverted = j->is_reverted || !condition;
}

/* ---- numbers ---- */

static inline u256 random_up_to(uint64_t *state, u256 most)
{
	u256 value = random_u256(state);
	u256 range;

	if (u256_equal(most, U256_MAX))
		return value;
	range = u256_add_wrap(most, U256_ONE);
	assert_true(u256_mod_ok(&value, value, range));
	return value;
}

/* `base`, or up to two beside it. */
static inline u256 random_near(uint64_t *state, u256 base)
{
	u256 value = u256_sub_wrap(base, u256_from(2));

	return u256_add_wrap(value, u256_from(random_word(state) % 5));
}

#endif
