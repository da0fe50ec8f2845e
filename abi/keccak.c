/*
 * Keccak-f[1600] (FIPS 202, section 3) with its 25 lanes in variables, so that the compiler keeps
 * what it can in registers and no lane is moved: rounds go from the lanes a to the lanes e and
 * back, and rho's rotations and pi's places stand in the row macros.
 */
#include "abi/keccak.h"

enum { RATE = 136, RATE_LANES = RATE / 8, LANES = 25, ROUNDS = 24 };

static const uint64_t round_constants[ROUNDS] = {
	UINT64_C(0x0000000000000001), UINT64_C(0x0000000000008082), UINT64_C(0x800000000000808a),
	UINT64_C(0x8000000080008000), UINT64_C(0x000000000000808b), UINT64_C(0x0000000080000001),
	UINT64_C(0x8000000080008081), UINT64_C(0x8000000000008009), UINT64_C(0x000000000000008a),
	UINT64_C(0x0000000000000088), UINT64_C(0x0000000080008009), UINT64_C(0x000000008000000a),
	UINT64_C(0x000000008000808b), UINT64_C(0x800000000000008b), UINT64_C(0x8000000000008089),
	UINT64_C(0x8000000000008003), UINT64_C(0x8000000000008002), UINT64_C(0x8000000000000080),
	UINT64_C(0x000000000000800a), UINT64_C(0x800000008000000a), UINT64_C(0x8000000080008081),
	UINT64_C(0x8000000000008080), UINT64_C(0x0000000080000001), UINT64_C(0x8000000080008008),
};

/* A shift count of 0 never stands here: the lane that is not rotated has its own text. */
#define ROTATE(lane, count) ((lane) << (count) | (lane) >> (64 - (count)))

/* Chi of one row, from the five lanes that rho and pi brought together. */
#define CHI(to, first, second, third, fourth, fifth)                                               \
	to##first = b0 ^ (~b1 & b2);                                                               \
	to##second = b1 ^ (~b2 & b3);                                                              \
	to##third = b2 ^ (~b3 & b4);                                                               \
	to##fourth = b3 ^ (~b4 & b0);                                                              \
	to##fifth = b4 ^ (~b0 & b1)

/* theta, rho, pi, chi and iota. c: column parities, d: what theta adds to each column. */
#define ROUND(from, to, constant)                                                                  \
	do {                                                                                       \
		c0 = from##0 ^ from##5 ^ from##10 ^ from##15 ^ from##20;                           \
		c1 = from##1 ^ from##6 ^ from##11 ^ from##16 ^ from##21;                           \
		c2 = from##2 ^ from##7 ^ from##12 ^ from##17 ^ from##22;                           \
		c3 = from##3 ^ from##8 ^ from##13 ^ from##18 ^ from##23;                           \
		c4 = from##4 ^ from##9 ^ from##14 ^ from##19 ^ from##24;                           \
		d0 = c4 ^ ROTATE(c1, 1);                                                           \
		d1 = c0 ^ ROTATE(c2, 1);                                                           \
		d2 = c1 ^ ROTATE(c3, 1);                                                           \
		d3 = c2 ^ ROTATE(c4, 1);                                                           \
		d4 = c3 ^ ROTATE(c0, 1);                                                           \
		b0 = from##0 ^ d0;                                                                 \
		b1 = ROTATE(from##6 ^ d1, 44);                                                     \
		b2 = ROTATE(from##12 ^ d2, 43);                                                    \
		b3 = ROTATE(from##18 ^ d3, 21);                                                    \
		b4 = ROTATE(from##24 ^ d4, 14);                                                    \
		CHI(to, 0, 1, 2, 3, 4);                                                            \
		to##0 ^= (constant);                                                               \
		b0 = ROTATE(from##3 ^ d3, 28);                                                     \
		b1 = ROTATE(from##9 ^ d4, 20);                                                     \
		b2 = ROTATE(from##10 ^ d0, 3);                                                     \
		b3 = ROTATE(from##16 ^ d1, 45);                                                    \
		b4 = ROTATE(from##22 ^ d2, 61);                                                    \
		CHI(to, 5, 6, 7, 8, 9);                                                            \
		b0 = ROTATE(from##1 ^ d1, 1);                                                      \
		b1 = ROTATE(from##7 ^ d2, 6);                                                      \
		b2 = ROTATE(from##13 ^ d3, 25);                                                    \
		b3 = ROTATE(from##19 ^ d4, 8);                                                     \
		b4 = ROTATE(from##20 ^ d0, 18);                                                    \
		CHI(to, 10, 11, 12, 13, 14);                                                       \
		b0 = ROTATE(from##4 ^ d4, 27);                                                     \
		b1 = ROTATE(from##5 ^ d0, 36);                                                     \
		b2 = ROTATE(from##11 ^ d1, 10);                                                    \
		b3 = ROTATE(from##17 ^ d2, 15);                                                    \
		b4 = ROTATE(from##23 ^ d3, 56);                                                    \
		CHI(to, 15, 16, 17, 18, 19);                                                       \
		b0 = ROTATE(from##2 ^ d2, 62);                                                     \
		b1 = ROTATE(from##8 ^ d3, 55);                                                     \
		b2 = ROTATE(from##14 ^ d4, 39);                                                    \
		b3 = ROTATE(from##15 ^ d0, 41);                                                    \
		b4 = ROTATE(from##21 ^ d1, 2);                                                     \
		CHI(to, 20, 21, 22, 23, 24);                                                       \
	} while (0)

static void permute(uint64_t state[LANES])
{
	uint64_t a0 = state[0], a1 = state[1], a2 = state[2], a3 = state[3], a4 = state[4];
	uint64_t a5 = state[5], a6 = state[6], a7 = state[7], a8 = state[8], a9 = state[9];
	uint64_t a10 = state[10], a11 = state[11], a12 = state[12], a13 = state[13],
		 a14 = state[14];
	uint64_t a15 = state[15], a16 = state[16], a17 = state[17], a18 = state[18],
		 a19 = state[19];
	uint64_t a20 = state[20], a21 = state[21], a22 = state[22], a23 = state[23],
		 a24 = state[24];
	uint64_t e0, e1, e2, e3, e4;
	uint64_t e5, e6, e7, e8, e9;
	uint64_t e10, e11, e12, e13, e14;
	uint64_t e15, e16, e17, e18, e19;
	uint64_t e20, e21, e22, e23, e24;
	uint64_t b0, b1, b2, b3, b4;
	uint64_t c0, c1, c2, c3, c4;
	uint64_t d0, d1, d2, d3, d4;

	for (unsigned i = 0; i < ROUNDS; i += 2) {
		ROUND(a, e, round_constants[i]);
		ROUND(e, a, round_constants[i + 1]);
	}

	state[0] = a0;
	state[1] = a1;
	state[2] = a2;
	state[3] = a3;
	state[4] = a4;
	state[5] = a5;
	state[6] = a6;
	state[7] = a7;
	state[8] = a8;
	state[9] = a9;
	state[10] = a10;
	state[11] = a11;
	state[12] = a12;
	state[13] = a13;
	state[14] = a14;
	state[15] = a15;
	state[16] = a16;
	state[17] = a17;
	state[18] = a18;
	state[19] = a19;
	state[20] = a20;
	state[21] = a21;
	state[22] = a22;
	state[23] = a23;
	state[24] = a24;
}

static inline uint64_t load_lane(const uint8_t *bytes)
{
	uint64_t lane = 0;

	for (unsigned i = 0; i < 8; i++)
		lane |= (uint64_t)bytes[i] << (8 * i);
	return lane;
}

static void absorb(uint64_t state[LANES], const uint8_t *block)
{
	for (size_t i = 0; i < RATE_LANES; i++)
		state[i] ^= load_lane(block + 8 * i);
	permute(state);
}

/* Bytes of a block that is not full: the state itself is the buffer. */
static void absorb_part(uint64_t state[LANES], size_t filled, const uint8_t *bytes, size_t size)
{
	for (; size && filled % 8; size--, filled++)
		state[filled / 8] ^= (uint64_t)*bytes++ << (filled % 8 * 8);
	for (; size >= 8; size -= 8, filled += 8, bytes += 8)
		state[filled / 8] ^= load_lane(bytes);
	for (; size; size--, filled++)
		state[filled / 8] ^= (uint64_t)*bytes++ << (filled % 8 * 8);
}

static struct hash finish(uint64_t state[LANES], size_t filled)
{
	struct hash out = {{0}};

	/* Keccak's own padding, 0x01 … 0x80; SHA3-256 would begin with 0x06. */
	state[filled / 8] ^= UINT64_C(1) << (filled % 8 * 8);
	state[RATE_LANES - 1] ^= UINT64_C(0x80) << 56;
	permute(state);
	for (size_t i = 0; i < sizeof(out.bytes); i++)
		out.bytes[i] = (uint8_t)(state[i / 8] >> (i % 8 * 8));
	return out;
}

struct hash keccak256(const void *data, size_t size)
{
	uint64_t state[LANES] = {0};
	const uint8_t *at = data;

	for (; size >= RATE; size -= RATE, at += RATE)
		absorb(state, at);
	absorb_part(state, 0, at, size);
	return finish(state, size);
}

void keccak_init(struct keccak *k)
{
	memset(k, 0, sizeof(*k));
}

void keccak_update(struct keccak *k, const void *data, size_t size)
{
	const uint8_t *at = data;

	while (size) {
		size_t room = RATE - k->filled;
		size_t part = size < room ? size : room;

		absorb_part(k->state, k->filled, at, part);
		k->filled += part;
		if (k->filled == RATE) {
			permute(k->state);
			k->filled = 0;
		}
		at += part;
		size -= part;
	}
}

struct hash keccak_final(struct keccak *k)
{
	return finish(k->state, k->filled);
}
