/*
 * source_impl.h - what a kind of source has to provide; for indexer/source*.c and backfill.c only.
 */
#ifndef INDEXER_SOURCE_IMPL_H
#define INDEXER_SOURCE_IMPL_H

#include <stdatomic.h>

#include "indexer/rpc_errors.h"
#include "indexer/source.h"

/*
 * A stop request, shared by all peers. The descriptor becomes readable with the request and stays
 * so: every wait of every thread that includes it ends at once, now and later.
 */
struct source_stop {
	atomic_uint owners;
	atomic_bool requested;
	int event;
	struct source_stop
		*next; /* stopped together with this one; of a child, which lives as long */
};

struct range_ask {
	uint64_t from;
	uint64_t to;
	const struct block_wish *wish; /* outlives the job */
	bool all_headers;
	struct block_ref anchor; /* see backfill.h */
	/* Blocks of the range, rising, whose receipts are fetched even where no log was reported
	 * and no bloom was seen; outlive the job. */
	const uint64_t *must_prove;
	size_t must_prove_count;
};

enum range_state {
	RANGE_UNDER_WAY,
	RANGE_DONE,    /* the answer is there */
	RANGE_REFUSED, /* less must be asked: refusal says why */
	RANGE_FAILED,  /* error says why */
};

/* One range of a backfill, from the question to the checked answer. */
struct range_job {
	struct range_ask ask;
	enum range_state state;
	struct arena *arena; /* of everything below */
	/* Rising: blocks with logs, those that must be proved, `to`, all of them where asked. */
	struct fetched_block *blocks;
	size_t block_count;
	uint64_t bytes; /* that it took to answer */
	struct rpc_error_info refusal;
	struct error error; /* of a failure; of a refusal its words */
	/* Of a failure: the block whose proof failed, so that those before it can be had. */
	bool is_unproved;
	uint64_t unproved;
};

struct source_ops {
	void (*close)(struct source *source);
	enum status (*peer)(struct source **out, struct source *source, struct error *err);
	enum status (*chain_id)(uint64_t *out, struct source *source, struct error *err);
	enum status (*is_syncing)(bool *out, struct source *source, struct error *err);
	enum status (*tagged_block)(struct block_ref *out, struct source *source,
				    enum block_tag tag, struct error *err);
	enum status (*extent)(uint64_t *first, uint64_t *last, struct source *source,
			      struct error *err);
	enum status (*headers)(struct block_ref *out, struct source *source,
			       const uint64_t *numbers, size_t count, struct error *err);
	enum status (*block_logs)(struct event_log **out, size_t *count, struct arena *arena,
				  struct source *source, const struct block_ref *block,
				  const struct log_filter *filters, size_t filter_count,
				  struct error *err);
	enum status (*material)(struct block_material *out, struct arena *arena,
				struct source *source, uint64_t number, const struct hash *hash,
				unsigned parts, struct error *err);
	enum status (*account_proof)(struct account_proof *out, struct arena *arena,
				     struct source *source, struct address address,
				     const struct hash *slots, size_t slot_count,
				     const struct block_ref *at, struct error *err);
	enum status (*calls)(struct chain_call *calls, size_t count, struct arena *arena,
			     struct source *source, const struct block_ref *at, struct error *err);
	enum status (*has_code)(bool *out, struct source *source, struct address address,
				uint64_t number, struct error *err);

	/* For source_block; NULL: out of the source's own material and logs. */
	enum status (*block)(struct fetched_block *out, struct arena *arena, struct source *source,
			     uint64_t number, const struct hash *hash,
			     const struct block_wish *wish, bool must_take_receipts,
			     struct error *err);
	/*
	 * From now on, and until the next call of this, questions together may take so long (0: as
	 * long as they take); ranges are none of them. What takes longer fails with ERR_AGAIN and
	 * is cancelled. True where that came of the call before. NULL: the source answers at once.
	 */
	bool (*hurry)(struct source *source, uint64_t patience_ms);
	/* Where several nodes stand behind the source: who said it? NULL: the source itself. */
	void (*blame)(struct source *source, const struct proof_failure *failure);

	/* Ranges. Begin never blocks; step drives all jobs under way and returns when one changed
	 * its state, when `wait_ms` are over, or after wake from another thread. */
	struct range_job *(*range_begin)(struct source *source, const struct range_ask *ask);
	void (*range_step)(struct source *source, uint64_t wait_ms);
	void (*range_wake)(struct source *source);
	void (*range_end)(struct source *source, struct range_job *job);
	bool is_recorded;
};

/* The first member of every kind's own struct. */
struct source {
	const struct source_ops *ops;
	char *label;
	const struct logger *logger;
	struct source_options options; /* defaults filled in */
	struct source_stop *stop;
};

static inline bool source_is_stopped(const struct source *source)
{
	return atomic_load(&source->stop->requested);
}

/* Fills the common part. `label` is copied; `stop` NULL makes a new one, else it is shared. */
enum status source_init(struct source *source, const struct source_ops *ops, const char *label,
			const struct source_options *options, const struct logger *logger,
			struct source_stop *stop, struct error *err) MUST_CHECK;
void source_clear(struct source *source);

/* For range_end: frees the job, its arena unless it was taken. */
void range_job_free(struct range_job *job);

/* `path` is what stands behind "file:". */
enum status source_recorded_open(struct source **out, const char *url, const char *path,
				 const struct source_options *options, const struct logger *logger,
				 struct error *err) MUST_CHECK;
enum status source_node_open(struct source **out, const char *url,
			     const struct source_options *options, const struct logger *logger,
			     struct error *err) MUST_CHECK;

#endif
