#include "tests/support/demo_chain.h"

#include <inttypes.h>

#include "reconcile/finding.h"

static const char text_format[] =
	"{%s%s\"chain\": {\"id\": %" PRIu64 ", \"rpc\": [{\"url\": \"%s\"}%s]},"
	" \"store\": {\"path\": \"%s\"},"
	" \"views\": {\"every_blocks\": %" PRIu64 ", \"accounts\": \"%s\"},"
	" \"pools\": [{\"name\": \"%s\", \"protocol\": \"api3\", \"start_block\": %" PRIu64 ","
	"  \"contracts\": {\"pool\": \"%s\", \"token\": \"" DEMO_TOKEN_TEXT "\","
	"   \"timelock_manager\": \"0x700b6a60ce7eaaea56f065753d8dcb9653dbad35\","
	"   \"claims_managers\": [\"0x9965507d1a55bcc2695c58ba16fb37d819b0a4dc\","
	"    \"0x976ea74026e726554db657fa54763abd0c3a0aa9\"]}}]}";

static const char *or_else(const char *text, const char *fallback)
{
	return text ? text : fallback;
}

void demo_open(struct demo *demo, const struct demo_options *options)
{
	const char *text;

	memset(demo, 0, sizeof(*demo));
	scratch_make(demo->folder);
	demo->arena = arena_new();
	demo->logger = logger_silent();
	text = arena_printf(
		demo->arena, text_format,
		options->is_believed ? "\"proof\": {\"level\": \"off\"}, " : "",
		or_else(options->more, ""), options->chain_id ? options->chain_id : DEMO_CHAIN_ID,
		or_else(options->url, "file:" DEMO_CHAIN),
		options->other_url
			? arena_printf(demo->arena, ", {\"url\": \"%s\"}", options->other_url)
			: "",
		demo->folder, options->views_every, options->views_of_all ? "all" : "touched",
		or_else(options->pool_name, "api3"),
		options->start_block ? options->start_block : 1,
		or_else(options->pool, DEMO_POOL_TEXT));
	assert_ok(config_parse(&demo->config, demo->arena, "demo", text, strlen(text), &demo->err),
		  demo->err);
}

void demo_close(struct demo *demo)
{
	arena_free(demo->arena);
	scratch_remove(demo->folder);
}

enum status demo_sync(struct demo *demo, uint64_t to)
{
	struct mirror_options options = {0};
	struct mirror *mirror;
	enum status st = mirror_open(&mirror, &demo->config, &options, &demo->logger, &demo->err);

	if (st == OK)
		st = mirror_sync(mirror, to, &demo->err);
	mirror_close(mirror);
	return st;
}

struct block_record demo_cursor(struct demo *demo)
{
	struct block_record record;
	struct store *store;
	struct store_txn *txn;

	assert_ok(store_open(&store, demo->folder, STORE_READ, NULL, &demo->err), demo->err);
	assert_ok(store_begin(&txn, store, STORE_READ, &demo->err), demo->err);
	assert_ok(store_cursor(&record, txn, &demo->err), demo->err);
	store_abort(txn);
	store_close(store);
	return record;
}

void demo_rewind(struct demo *demo, uint64_t to)
{
	struct store_identity identity = {.chain_id = demo->config.chain_id,
					  .pool_set = demo->config.pool_set};
	struct store *store;
	struct store_txn *txn;

	assert_ok(store_open(&store, demo->folder, STORE_WRITE, &identity, &demo->err), demo->err);
	assert_ok(store_begin(&txn, store, STORE_WRITE, &demo->err), demo->err);
	assert_ok(store_rewind(txn, to, &demo->err), demo->err);
	assert_ok(store_commit(txn, &demo->err), demo->err);
	store_close(store);
}

uint64_t demo_failed_checks(struct demo *demo)
{
	struct store *store;
	struct store_txn *txn;
	struct block_record cursor;
	struct reading reading = {.pool = &demo->config.pools[0], .arena = demo->arena};
	struct tally tally;

	assert_ok(store_open(&store, demo->folder, STORE_READ, NULL, &demo->err), demo->err);
	assert_ok(store_begin(&txn, store, STORE_READ, &demo->err), demo->err);
	assert_ok(store_cursor(&cursor, txn, &demo->err), demo->err);
	reading.state = state_open(txn, cursor.ref.number);
	reading.block = cursor.ref.number;
	tally = tally_read(&reading);
	state_close(reading.state);
	store_abort(txn);
	store_close(store);
	return tally.failed;
}
