#include "indexer/endpoints.h"

#include <inttypes.h>
#include <stdlib.h>

#include "indexer/source_impl.h"
#include "indexer/source_several.h"

enum {
	ATTEMPTS_OF_SEVERAL = 2,
	GREETING_MS = 3000, /* what an endpoint has to say who it is, where another did so */
};

/* What all of them are opened with. */
struct opening {
	const struct config *config;
	struct witnesses *witnesses;
	struct pulse *pulse;
	const struct logger *logger;
};

static enum status check_node(struct source *source, const struct config *config, struct error *err)
{
	uint64_t chain_id;
	bool is_syncing;
	enum status st = source_chain_id(&chain_id, source, err);

	if (st != OK)
		return st;
	if (chain_id != config->chain_id)
		return error_set(err, ERR_DENIED,
				 "%s is on chain %" PRIu64
				 ", the configuration says chain.id %" PRIu64
				 ": use a node of that chain, or correct chain.id",
				 source_label(source), chain_id, config->chain_id);
	st = source_is_syncing(&is_syncing, source, err);
	if (st == OK && is_syncing)
		return error_set(err, ERR_AGAIN,
				 "%s is still syncing itself: its answers would be incomplete. Try "
				 "again when eth_syncing says false",
				 source_label(source));
	return st;
}

static enum status open_endpoint(struct source **out, const struct opening *o, size_t index,
				 struct error *err)
{
	const struct config_endpoint *endpoint = &o->config->endpoints[index];
	struct source_options options = endpoint->options;
	enum status st;

	/* With others to turn to, one that does not answer is not asked again and again. */
	if (!options.attempts && o->config->endpoint_count > 1)
		options.attempts = ATTEMPTS_OF_SEVERAL;
	options.witnesses = o->witnesses;
	options.witness = index;
	options.pulse = o->pulse;
	st = source_open(out, endpoint->url, &options, o->logger, err);
	if (st == OK)
		witness_named(o->witnesses, index, source_label(*out));
	return st;
}

static enum status open_one(struct source **out, const struct opening *o, struct error *err)
{
	enum status st = open_endpoint(out, o, 0, err);

	if (st == OK)
		st = check_node(*out, o->config, err);
	if (st != OK) {
		source_close(*out);
		*out = NULL;
	}
	return st;
}

static void close_all(struct source **children, size_t count)
{
	for (size_t i = 0; i < count; i++)
		source_close(children[i]);
}

/* Within so long, or (0) as long as it takes. */
static enum status check_in_time(struct source *child, const struct opening *o, uint64_t limit_ms,
				 struct error *err)
{
	enum status st;

	if (!child->ops->hurry)
		return check_node(child, o->config, err);
	(void)child->ops->hurry(child, limit_ms);
	st = check_node(child, o->config, err);
	(void)child->ops->hurry(child, 0);
	return st;
}

/* Those that are down at the start may come later; one that is of another chain never fits. */
static enum status check_each(size_t *fit, struct source **children, const struct opening *o,
			      uint64_t limit_ms, struct error *err)
{
	*fit = 0;
	for (size_t i = 0; i < o->config->endpoint_count; i++) {
		enum status st = check_in_time(children[i], o, limit_ms, err);

		if (st == ERR_DENIED)
			return st;
		if (st == OK)
			++*fit;
		else
			log_warn(o->logger, "endpoint %zu is not used yet: %s", i + 1,
				 err->message);
	}
	return *fit ? OK : err->status;
}

/* One that hangs does not hold up the others, and none is given up where all are slow. */
static enum status check_all(struct source **children, const struct opening *o, struct error *err)
{
	size_t fit;
	enum status st = check_each(&fit, children, o, GREETING_MS, err);

	if (st == OK || st == ERR_DENIED || source_is_stopped(children[0]))
		return st;
	return check_each(&fit, children, o, 0, err);
}

static enum status open_all(struct source **out, const struct opening *o, struct error *err)
{
	size_t count = o->config->endpoint_count;
	struct source **children = xcalloc(count, sizeof(struct source *));
	const struct source_seams *seams = o->config->endpoints[0].options.seams;
	struct several_options options = {.clock = seams ? &seams->clock : NULL,
					  .quorum = (unsigned)o->config->quorum,
					  .witnesses = o->witnesses,
					  .chain_id = o->config->chain_id};
	enum status st = OK;

	for (size_t i = 0; st == OK && i < count; i++) {
		st = open_endpoint(&children[i], o, i, err);
		if (st != OK)
			st = error_wrap(err, "endpoint %zu", i + 1);
	}
	if (st == OK)
		st = check_all(children, o, err);
	if (st == OK)
		st = source_several_open(out, children, count, &options, o->logger, err);
	else
		close_all(children, count);
	free(children);
	return st;
}

enum status endpoints_open(struct source **out, const struct config *config,
			   struct witnesses *witnesses, struct pulse *pulse,
			   const struct logger *logger, struct error *err)
{
	struct opening o = {
		.config = config, .witnesses = witnesses, .pulse = pulse, .logger = logger};

	*out = NULL;
	return config->endpoint_count == 1 ? open_one(out, &o, err) : open_all(out, &o, err);
}
