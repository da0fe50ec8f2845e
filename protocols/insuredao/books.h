/*
 * books.h - the end of a block, and what must hold after it.
 */
#ifndef PROTOCOLS_INSUREDAO_BOOKS_H
#define PROTOCOLS_INSUREDAO_BOOKS_H

#include "protocols/protocol.h"

void insuredao_end_block(struct applying *a, bool is_thorough);

/* The standing checks: they hold or fail after every block. */
void insuredao_check_books(struct applying *a);

#endif
