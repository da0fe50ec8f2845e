/*
 * audit.h - what a pool's rows must say of one another, computed anew from all of them.
 *
 * While blocks are applied, sums over all accounts are kept by differences. An audit adds them up
 * again and asks the books' standing checks again. It tells damage of the mirror (a kept figure is
 * not that of the rows), not whether the chain and the arithmetic agree: that is what findings are
 * for.
 */
#ifndef PROTOCOLS_AUDIT_H
#define PROTOCOLS_AUDIT_H

#include "protocols/protocol.h"

struct audit {
	/* The pool as of a block; the audit changes nothing. Its checker is asked for the books'
	 * standing checks that hold or fail after every block. */
	struct applying *applying;
	uint64_t figures; /* compared */
	/* The first figure that is kept otherwise than the rows have it; "" while there is none. */
	char broken[512];
};

/* Compares; `whose` may be NULL. Keeps the words of the first difference. */
void audit_equal(struct audit *audit, const char *what, const struct address *whose, u256 kept,
		 u256 computed);

#endif
