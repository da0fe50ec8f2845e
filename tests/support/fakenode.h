/*
 * fakenode.h - a small HTTP server on loopback whose answers a test decides.
 *
 * Each connection has a thread; the callback is called by one of them at a time. What it is given
 * is the request's body, as text and as JSON; what it fills is how the reply shall look on the
 * wire, which may be broken on purpose.
 */
#ifndef TESTS_SUPPORT_FAKENODE_H
#define TESTS_SUPPORT_FAKENODE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct fake_request {
	unsigned number; /* of the server's requests, from 1 on */
	const char *head;
	const char *body;
	size_t size;
	const json_t *json; /* NULL where the body is none */
};

struct fake_reply {
	unsigned status;     /* preset to 200 */
	char *body;          /* malloc'ed; freed by the server */
	size_t size;         /* 0: strlen(body) */
	const char *headers; /* more header lines, each ended by \r\n; static */
	unsigned delay_ms;
	bool gzip;
	bool close;   /* the connection ends after this reply */
	bool hang_up; /* no reply at all */
	size_t cut;   /* so many bytes of the body, then the connection ends; 0: all */
	/* What would go on for ever; it ends with the client's hanging up, or the server. */
	enum fake_endless {
		ENDLESS_NOTHING,
		ENDLESS_DRIP,       /* a byte of the reply each 10 ms, and then spaces */
		ENDLESS_HEAD,       /* header lines, as fast as they are taken */
		ENDLESS_HEAD_DRIP,  /* a header line each 10 ms */
		ENDLESS_INTERIM,    /* 100 Continue, as fast as it is taken */
		ENDLESS_BODY,       /* chunks, as fast as they are taken */
		ENDLESS_STALL,      /* half of the reply, and no more */
		ENDLESS_HALF_CLOSE, /* the server has done with sending and leaves the rest open */
		ENDLESS_DEAF,       /* the request is taken and never answered */
	} endless;
};

typedef void fake_answer(void *context, const struct fake_request *request,
			 struct fake_reply *reply);

struct fakenode;

struct fakenode *fakenode_start(fake_answer *answer, void *context);
void fakenode_stop(struct fakenode *node);

/* "http://127.0.0.1:PORT" */
const char *fakenode_url(const struct fakenode *node);
unsigned fakenode_requests(struct fakenode *node);
unsigned fakenode_connections(struct fakenode *node);

/* Fills `reply` with {"jsonrpc":"2.0","id":id,"result":result}; steals `result`. */
json_t *fake_result(const json_t *call, json_t *result);
json_t *fake_error(const json_t *call, int code, const char *message);
void fake_reply_json(struct fake_reply *reply, json_t *json); /* steals `json` */
void fake_reply_text(struct fake_reply *reply, const char *text);

/*
 * A callback that serves a recorded chain as a node does, with limits and faults. The context is a
 * struct fake_chain.
 */
enum fake_lie {
	LIE_NONE,
	LIE_LOG_ALTERED,  /* eth_getLogs: other data */
	LIE_LOG_INVENTED, /* one more log behind the block's last */
	LIE_LOG_OMITTED,  /* the block's first log is left out */
	LIE_LOG_MOVED,    /* the block's first log is of another transaction */
	LIE_RECEIPT,      /* a receipt's status */
	LIE_RECEIPT_GONE, /* the last receipt is left out */
	LIE_RECEIPT_LOG,  /* a receipt has one log less */
	LIE_HEADER,       /* another state root */
	LIE_PARENT,       /* another parent hash */
	LIE_BODY,         /* a transaction's value */
	LIE_SENDER,       /* a transaction's sender */
};

struct fake_faults {
	uint64_t seed;
	unsigned percent; /* of the requests: 429, 500, truncated, HTML, hang-up, in turn */
	unsigned
		batch_percent; /* of the batches: a missing, a doubled, a foreign answer, in turn */
	unsigned range_max;    /* blocks in eth_getLogs; 0: any */
	unsigned logs_max;     /* 0: any */
	unsigned batch_max;    /* calls in a batch; 0: any */
	bool no_hash_calls;    /* eth_call refuses {"blockHash":…} */
	bool no_hash_logs;
	bool gzip;
	unsigned wrong_log_percent; /* of the eth_getLogs answers: a log out of place, doubled,
					     unasked, removed, of another block hash, in turn */
	uint64_t head;              /* 0: the last block */
	enum fake_lie lie;          /* about block `lie_block` (0: every block that can be) */
	uint64_t lie_block;
	unsigned lie_times;        /* answers; 0: always */
	bool no_block_receipts;    /* eth_getBlockReceipts is not there */
	bool no_hash_receipts;     /* it refuses block hashes */
	bool no_bodies;            /* pruned */
	unsigned delay_ms;         /* before each reply */
	enum fake_endless endless; /* each reply is */
};

struct fake_chain;

struct fake_chain *fake_chain_load(const char *path);
void fake_chain_free(struct fake_chain *chain);
void fake_chain_set(struct fake_chain *chain, const struct fake_faults *faults);
fake_answer fake_chain_answer;

#endif
