#include "serve/http/remote.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "indexer/config.h"
#include "indexer/source_several.h"
#include "indexer/witness.h"

enum { MS_A_SECOND = 1000, ATTEMPTS = 2 };

struct remote {
	const struct logger *logger;
	struct clock clock;
	struct witnesses *witnesses;
	pthread_mutex_t mutex;
	struct source *source; /* of the request at hand */
	bool is_stopped;
};

struct remote *remote_new(const struct logger *logger)
{
	struct remote *remote = xcalloc(1, sizeof(*remote));

	remote->logger = logger;
	remote->clock = clock_real();
	(void)pthread_mutex_init(&remote->mutex, NULL);
	return remote;
}

void remote_free(struct remote *remote)
{
	if (!remote)
		return;
	(void)pthread_mutex_destroy(&remote->mutex);
	free(remote);
}

static enum status open_endpoint(struct source **out, struct remote *remote,
				 const struct config_endpoint *endpoint, size_t index,
				 struct error *err)
{
	struct source_options options = endpoint->options;
	enum status st;

	options.attempts = ATTEMPTS;
	options.witnesses = remote->witnesses;
	options.witness = index;
	st = source_open(out, endpoint->url, &options, remote->logger, err);
	if (st == OK)
		witness_named(remote->witnesses, index, source_label(*out));
	return st;
}

static enum status open_all(struct source **out, struct remote *remote, const struct config *config,
			    struct error *err)
{
	const struct several_options options = {.quorum = (unsigned)config->quorum,
						.witnesses = remote->witnesses,
						.chain_id = config->chain_id};
	size_t count = config->endpoint_count;
	struct source **children = xcalloc(count, sizeof(struct source *));
	enum status st = OK;

	for (size_t i = 0; st == OK && i < count; i++)
		st = open_endpoint(&children[i], remote, &config->endpoints[i], i, err);
	if (st == OK && count > 1) {
		st = source_several_open(out, children, count, &options, remote->logger, err);
	} else if (st == OK) {
		*out = children[0];
	} else {
		for (size_t i = 0; i < count; i++)
			source_close(children[i]);
	}
	free(children);
	return st;
}

enum status remote_open(struct source **out, struct remote *remote, const struct config *config,
			struct error *err)
{
	bool is_stopped;
	enum status st;

	remote->witnesses = witnesses_new(config->endpoint_count, &remote->clock,
					  config->proof.quarantine_s * MS_A_SECOND);
	st = open_all(out, remote, config, err);
	if (st != OK)
		return st;
	pthread_mutex_lock(&remote->mutex);
	remote->source = *out;
	is_stopped = remote->is_stopped;
	pthread_mutex_unlock(&remote->mutex);
	return is_stopped ? error_set(err, ERR_AGAIN, "the server ends") : OK;
}

void remote_close(struct remote *remote)
{
	struct source *source;

	pthread_mutex_lock(&remote->mutex);
	source = remote->source;
	remote->source = NULL;
	pthread_mutex_unlock(&remote->mutex);
	source_close(source);
	witnesses_free(remote->witnesses);
	remote->witnesses = NULL;
}

void remote_interrupt(struct remote *remote)
{
	pthread_mutex_lock(&remote->mutex);
	if (remote->source)
		source_interrupt(remote->source);
	pthread_mutex_unlock(&remote->mutex);
}

void remote_stop(struct remote *remote)
{
	pthread_mutex_lock(&remote->mutex);
	remote->is_stopped = true;
	pthread_mutex_unlock(&remote->mutex);
	remote_interrupt(remote);
}
