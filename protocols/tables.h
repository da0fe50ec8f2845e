/*
 * tables.h - which table numbers belong to whom (store/store.h: from 0x80 on they stay out of the
 * digest, because they depend on when and with which node the mirror was made).
 */
#ifndef PROTOCOLS_TABLES_H
#define PROTOCOLS_TABLES_H

enum {
	/* 1 … 15: the ledger and what all pools share; TABLE_BOOK is 2 (ledger/book.h). */
	TABLE_PROTOCOL_FIRST = 16, /* 16 … 63: a protocol's own */
	TABLE_FINDING = 0x80,
	TABLE_TALLY = 0x81,
	TABLE_ASSET = 0x82,
	TABLE_PROVENANCE = 0x83,
	TABLE_CHAIN = 0x84,
	TABLE_CHECK_ORDER = 0x85,
	TABLE_PROTOCOL_UNDIGESTED =
		0x90, /* 0x90 … 0xbf: a protocol's own that stay out of the digest */
};

#endif
