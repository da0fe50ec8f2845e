#include "indexer/source.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "indexer/source_impl.h"

enum {
	DEFAULT_TIMEOUT_MS = 20000,
	DEFAULT_RESPONSE_BYTES = 64 * 1024 * 1024,
	DEFAULT_ATTEMPTS = 6,
	DEFAULT_BACKOFF_MS = 100,
	DEFAULT_RANGE = 10000,
	DEFAULT_IN_FLIGHT = 4,
	DEFAULT_BATCH = 100,
};

static struct source_options with_defaults(const struct source_options *given)
{
	struct source_options options = given ? *given : (struct source_options){0};

	if (!options.timeout_ms)
		options.timeout_ms = DEFAULT_TIMEOUT_MS;
	if (!options.response_bytes_max)
		options.response_bytes_max = DEFAULT_RESPONSE_BYTES;
	if (!options.attempts)
		options.attempts = DEFAULT_ATTEMPTS;
	if (!options.backoff_ms)
		options.backoff_ms = DEFAULT_BACKOFF_MS;
	if (!options.range_first)
		options.range_first = DEFAULT_RANGE;
	if (!options.in_flight)
		options.in_flight = DEFAULT_IN_FLIGHT;
	if (!options.batch_max)
		options.batch_max = DEFAULT_BATCH;
	return options;
}

static struct source_stop *new_stop(struct error *err)
{
	int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	struct source_stop *stop;

	if (event < 0) {
		(void)error_set(err, ERR_SYSTEM, "eventfd: %s", strerror(errno));
		return NULL;
	}
	stop = xcalloc(1, sizeof(*stop));
	atomic_init(&stop->owners, 1);
	atomic_init(&stop->requested, false);
	stop->event = event;
	return stop;
}

enum status source_init(struct source *source, const struct source_ops *ops, const char *label,
			const struct source_options *options, const struct logger *logger,
			struct source_stop *stop, struct error *err)
{
	if (stop)
		(void)atomic_fetch_add(&stop->owners, 1);
	else
		stop = new_stop(err);
	if (!stop)
		return ERR_SYSTEM;
	source->ops = ops;
	source->label = xstrdup(label);
	source->logger = logger;
	source->options = with_defaults(options);
	source->stop = stop;
	return OK;
}

void source_clear(struct source *source)
{
	if (source->stop && atomic_fetch_sub(&source->stop->owners, 1) == 1) {
		(void)close(source->stop->event);
		free(source->stop);
	}
	free(source->label);
}

void range_job_free(struct range_job *job)
{
	arena_free(job->arena);
	free(job);
}

static bool has_prefix(const char *text, const char *prefix)
{
	return strncasecmp(text, prefix, strlen(prefix)) == 0;
}

/* The url itself is never shown: it may hold a password or a provider's key. */
enum status source_open(struct source **out, const char *url, const struct source_options *options,
			const struct logger *logger, struct error *err)
{
	*out = NULL;
	if (has_prefix(url, "http://") || has_prefix(url, "https://"))
		return source_node_open(out, url, options, logger, err);
	if (has_prefix(url, "file:")) {
		const char *path = url + strlen("file:");

		if (strncmp(path, "///", 3) == 0)
			path += 2;
		if (!*path)
			return error_set(
				err, ERR_USAGE,
				"an rpc url of file: without a path; expected file:PATH of a "
				"recorded chain");
		return source_recorded_open(out, url, path, options, logger, err);
	}
	return error_set(err, ERR_USAGE,
			 "an rpc url must begin with http://, https:// or file: (the path of a "
			 "recorded chain)");
}

enum status source_peer(struct source **out, struct source *source, struct error *err)
{
	*out = NULL;
	return source->ops->peer(out, source, err);
}

void source_close(struct source *source)
{
	if (source)
		source->ops->close(source);
}

_Static_assert(ATOMIC_BOOL_LOCK_FREE == 2, "source_interrupt is called by signal handlers");

/* Only what may stand in a signal handler: a lock-free store and write(2). */
void source_interrupt(struct source *source)
{
	const uint64_t one = 1;
	int saved = errno;

	for (struct source_stop *stop = source->stop; stop; stop = stop->next) {
		atomic_store(&stop->requested, true);
		if (write(stop->event, &one, sizeof(one)) < 0) {
			/* The counter is full, so the descriptor is readable already. */
		}
	}
	errno = saved;
}

void source_resume(struct source *source)
{
	for (struct source_stop *stop = source->stop; stop; stop = stop->next) {
		uint64_t count;

		atomic_store(&stop->requested, false);
		if (read(stop->event, &count, sizeof(count)) < 0) {
			/* Nobody had asked. */
		}
	}
}

const char *source_label(const struct source *source)
{
	return source->label;
}

bool source_is_recorded(const struct source *source)
{
	return source->ops->is_recorded;
}

static enum status not_stopped(const struct source *source, struct error *err)
{
	if (source_is_stopped(source))
		return error_set(err, ERR_AGAIN, "%s: interrupted", source->label);
	return OK;
}

enum status source_chain_id(uint64_t *out, struct source *source, struct error *err)
{
	enum status st = not_stopped(source, err);

	return st == OK ? source->ops->chain_id(out, source, err) : st;
}

enum status source_is_syncing(bool *out, struct source *source, struct error *err)
{
	enum status st = not_stopped(source, err);

	return st == OK ? source->ops->is_syncing(out, source, err) : st;
}

enum status source_tagged_block(struct block_ref *out, struct source *source, enum block_tag tag,
				struct error *err)
{
	enum status st = not_stopped(source, err);

	return st == OK ? source->ops->tagged_block(out, source, tag, err) : st;
}

enum status source_extent(uint64_t *first, uint64_t *last, struct source *source, struct error *err)
{
	enum status st = not_stopped(source, err);

	return st == OK ? source->ops->extent(first, last, source, err) : st;
}

enum status source_headers(struct block_ref *out, struct source *source, const uint64_t *numbers,
			   size_t count, struct error *err)
{
	enum status st = not_stopped(source, err);

	return st == OK ? source->ops->headers(out, source, numbers, count, err) : st;
}

enum status source_block_logs(struct event_log **out, size_t *count, struct arena *arena,
			      struct source *source, const struct block_ref *block,
			      const struct log_filter *filters, size_t filter_count,
			      struct error *err)
{
	enum status st = not_stopped(source, err);

	*out = NULL;
	*count = 0;
	return st == OK ? source->ops->block_logs(out, count, arena, source, block, filters,
						  filter_count, err)
			: st;
}

enum status source_material(struct block_material *out, struct arena *arena, struct source *source,
			    uint64_t number, const struct hash *hash, unsigned parts,
			    struct error *err)
{
	enum status st = not_stopped(source, err);

	*out = (struct block_material){0};
	return st == OK ? source->ops->material(out, arena, source, number, hash, parts, err) : st;
}

enum status source_account_proof(struct account_proof *out, struct arena *arena,
				 struct source *source, struct address address,
				 const struct hash *slots, size_t slot_count,
				 const struct block_ref *at, struct error *err)
{
	enum status st = not_stopped(source, err);

	*out = (struct account_proof){0};
	return st == OK ? source->ops->account_proof(out, arena, source, address, slots, slot_count,
						     at, err)
			: st;
}

enum status source_calls(struct chain_call *calls, size_t count, struct arena *arena,
			 struct source *source, const struct block_ref *at, struct error *err)
{
	enum status st = not_stopped(source, err);

	return st == OK ? source->ops->calls(calls, count, arena, source, at, err) : st;
}

enum status source_has_code(bool *out, struct source *source, struct address address,
			    uint64_t number, struct error *err)
{
	enum status st = not_stopped(source, err);

	return st == OK ? source->ops->has_code(out, source, address, number, err) : st;
}

void source_blame(struct source *source, const struct proof_failure *failure)
{
	struct proof_failure named = *failure;

	if (source->ops->blame) {
		source->ops->blame(source, failure);
		return;
	}
	(void)snprintf(named.node, sizeof(named.node), "%s", source->label);
	witness_lied(source->options.witnesses, source->options.witness, &named);
}
