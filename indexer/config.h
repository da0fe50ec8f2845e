/*
 * config.h - the configuration: one JSON file, read once, checked whole.
 *
 *	{ "chain":  { "id": 1, "rpc": [ { "url": "${ETH_RPC_URL}" } ], "poll_interval_ms": 2000,
 *	              "quorum": 1 },
 *	  "proof":  { "level": "receipts" },
 *	  "checkpoint": { "number": 15537394, "hash": "0x56a9…" },
 *	  "store":  { "path": "mirror" },
 *	  "serve":  { "listen": "127.0.0.1:8480" },
 *	  "log":    { "format": "text", "level": "info" },
 *	  "alerts": [ { "webhook": "http://127.0.0.1:9000/hook", "min_severity": "warning" } ],
 *	  "views":  { "every_blocks": 50000, "at_head": true, "accounts": "touched",
 *	              "mode": "call" },
 *	  "pools":  [ { "name": "api3", "protocol": "api3", "start_block": 12786500,
 *	                "contracts": { "pool": "0x…", "token": "0x…" } } ] }
 *
 * chain, store and pools are required. configs/schema.json says the same to editors; the keys of a
 * pool's "contracts" are its protocol's roles. Any object may have a "note", a string that nobody
 * reads, and the file a "$schema".
 *
 * `${NAME}` in a string (notes aside) takes an environment variable. Its value appears in no
 * message, and neither does any url: they may hold credentials. Relative paths, of the store and of
 * `file:` urls, start at the current working directory.
 *
 * What is wrong with a configuration is ERR_USAGE: the message names the file, the key's path
 * ("pools[0].contracts.token"), what was expected, what stood there and, where it helps, what to
 * do. A configuration that was loaded needs no further checks.
 */
#ifndef INDEXER_CONFIG_H
#define INDEXER_CONFIG_H

#include "indexer/source.h"
#include "protocols/protocol.h"

/* When the contracts' own views are asked and compared with the mirror. */
struct config_views {
	uint64_t every_blocks; /* at each multiple of it, in a backfill too; 0: never */
	bool at_head;          /* at each new block once the mirror has caught up */
	bool all_accounts;     /* "all"; else "touched": only accounts that the block touched */
	bool by_proof; /* mode "proof": what the storage layout holds by eth_getProof, the rest by
			  eth_call; else "call" */
};

struct config_proof {
	enum proof_wish level;       /* "off", "receipts", "headers"; default receipts */
	uint64_t walk_headers_below; /* a backfill of fewer blocks walks every header anyway;
					default 100,000 */
	uint64_t quarantine_s;       /* how long a node that lied is left alone; default 300 */
};

/* "off", "receipts", "headers" */
const char *proof_wish_name(enum proof_wish wish);

struct config_endpoint {
	const char *url; /* expanded; may hold credentials: never print it */
	struct source_options options;
};

/* What run, sync and evidence say while they work; -q and -v go before the level. */
struct config_log {
	bool is_json; /* "format": "json", else "text" */
	enum log_level level;
};

/* Where and how `run` answers requests over HTTP. */
struct config_serve {
	const char *listen; /* HOST:PORT, [IPV6]:PORT; loopback, or there is a token or is_public */
	const char *token;  /* NULL: none is asked for; never print it */
	bool is_public;
	const char *const *origins; /* of pages elsewhere that may read; "*": all */
	size_t origin_count;
	uint64_t threads;
	uint64_t connections;
	uint64_t connections_per_address;
	uint64_t header_bytes; /* of a request's line and headers */
	uint64_t target_bytes; /* of its path and query */
	uint64_t deadline_ms;  /* from a request's end to its answer's */
	uint64_t idle_ms;      /* from an answer's end to the next request's */
	uint64_t page_max;     /* items */
	uint64_t cache_bytes;  /* of answers that are kept; 0: none is */
	uint64_t streams;      /* at once */
	uint64_t streams_per_address;
	uint64_t stream_heartbeat_ms;  /* of silence */
	uint64_t stream_behind_blocks; /* so far a client may be behind that does not read */
	uint64_t ready_lag_blocks;
	uint64_t ready_head_age_s;
	uint64_t health_silence_s;
};

/* How an alert is told. */
enum alert_kind { ALERT_WEBHOOK, ALERT_ALERTMANAGER, ALERT_SLACK, ALERT_COMMAND };
enum { ALERT_KINDS = ALERT_COMMAND + 1 };

/* "webhook", "alertmanager", "slack", "command": the configuration's keys */
const char *alert_kind_name(enum alert_kind kind);

struct config_pair {
	const char *name;
	const char *value; /* may be secret: never print it */
};

/* Who is told of findings. */
struct config_alert {
	enum alert_kind kind;
	const char *target; /* a url or a command; may hold credentials: never print it */
	enum severity min_severity;
	const char **pools; /* names; none: all pools */
	size_t pool_count;
	struct config_pair *headers; /* of the requests, not with a command */
	size_t header_count;
	struct config_pair *labels; /* with an alertmanager */
	size_t label_count;
	const char *hmac_secret; /* of a webhook, or NULL: never print it */
	bool has_signing_key;    /* of a webhook */
	uint8_t signing_key[32]; /* never print it */
	struct address signer;   /* whose key that is */
};

/* Everything that it points to lives in the arena it was loaded into. */
struct config {
	const char *path; /* the file, or what config_parse was told */
	uint64_t chain_id;
	struct config_endpoint *endpoints; /* at least one */
	size_t endpoint_count;
	uint64_t poll_interval_ms;
	/* How many nodes must name the same hash for a block on which they disagree. */
	uint64_t quorum; /* at most the number of endpoints; default: more than half of them */
	struct config_proof proof;
	bool has_checkpoint; /* a block that the chain must contain */
	uint64_t checkpoint_number;
	struct hash checkpoint_hash;
	const char *store_path;
	struct config_serve serve;
	struct config_log log;
	struct config_alert *alerts;
	size_t alert_count;
	struct config_views views;
	struct pool *pools; /* at least one; a pool's id is its index */
	size_t pool_count;
	struct config_views *pool_views; /* by pool: its own "views" over the ones above */
	/*
	 * What the mirror's rows depend on, as store_identity.pool_set takes it: a line a pool, in
	 * the configuration's order, "name protocol start_block=N role=0x…,0x… role=0x…\n"; the
	 * roles in the protocol's order, those without an address left out.
	 */
	const char *pool_set;
};

/* Reads and checks a file. On failure *out is unspecified. */
enum status config_load(struct config *out, struct arena *arena, const char *path,
			struct error *err) MUST_CHECK;

/* The same of a text at hand; `name` stands for the file in messages and in out->path. */
enum status config_parse(struct config *out, struct arena *arena, const char *name,
			 const char *text, size_t length, struct error *err) MUST_CHECK;

#endif
