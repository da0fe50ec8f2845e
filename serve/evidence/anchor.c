/* anchor.c - a block that others know, and the headers between it and the evidence's. */
#include <inttypes.h>

#include "abi/keccak.h"
#include "serve/evidence/internal.h"

static uint64_t distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* Those to choose from, best first: what the reader may know best. */
static enum status candidates(struct evidence_anchor out[ANCHOR_KINDS], size_t *count,
			      const struct config *config, struct source *source, struct error *err)
{
	struct block_ref ref;
	enum status st;

	*count = 0;
	if (config->has_checkpoint)
		out[(*count)++] = (struct evidence_anchor){.kind = ANCHOR_CHECKPOINT,
							   .number = config->checkpoint_number,
							   .hash = config->checkpoint_hash};
	st = source_tagged_block(&ref, source, BLOCK_FINALIZED, err);
	if (st == OK)
		out[(*count)++] = (struct evidence_anchor){
			.kind = ANCHOR_FINALIZED, .number = ref.number, .hash = ref.hash};
	else if (st != ERR_NOTFOUND)
		return st;
	st = source_tagged_block(&ref, source, BLOCK_LATEST, err);
	if (st == OK)
		out[(*count)++] = (struct evidence_anchor){
			.kind = ANCHOR_HEAD, .number = ref.number, .hash = ref.hash};
	return st;
}

/* The best that is near, else the best. */
static const struct evidence_anchor *choose(const struct evidence_anchor *anchors, size_t count,
					    uint64_t block)
{
	for (size_t i = 0; i < count; i++)
		if (distance(anchors[i].number, block) <= EVIDENCE_HEADERS_MAX)
			return &anchors[i];
	return &anchors[0];
}

static enum status not_one_chain(const struct evidence_anchor *anchor, uint64_t block,
				 struct error *err)
{
	char text[HEX_SIZE(HASH_BYTES)];

	return error_set(err, ERR_BAD_DATA,
			 "block %" PRIu64 " of the mirror is not on one chain with the %s, block "
			 "%" PRIu64 " %s",
			 block, anchor_kind_name(anchor->kind), anchor->number,
			 hash_format(text, anchor->hash));
}

/* Downwards by parent hashes, each header asked for by the hash that the one above it names; into
 * headers[count - 1] and down. `hash` becomes the parent hash of the lowest. */
static enum status walk_down(struct slice *headers, size_t count, struct hash *hash, uint64_t top,
			     struct arena *arena, struct source *source, struct error *err)
{
	struct arena *scratch = arena_new();
	enum status st = OK;

	for (size_t i = 0; st == OK && i < count; i++) {
		struct block_material m;
		struct buffer encoding = buffer_in(arena);

		arena_reset(scratch);
		st = evidence_fetch(&m, scratch, source, top - i, *hash, 0, NULL, err);
		if (st != OK)
			break;
		header_encode(&encoding, &m.header);
		headers[count - 1 - i] = buffer_slice(&encoding);
		*hash = m.header.parent_hash;
	}
	arena_free(scratch);
	return st;
}

enum status evidence_find_anchor(struct evidence_anchor *out, struct arena *arena,
				 const struct config *config, struct source *source,
				 const struct block_header *header, struct hash hash,
				 struct error *err)
{
	struct evidence_anchor anchors[ANCHOR_KINDS];
	struct hash lowest;
	size_t count;
	bool is_above;
	enum status st = candidates(anchors, &count, config, source, err);

	if (st != OK)
		return st;
	*out = *choose(anchors, count, header->number);
	if (distance(out->number, header->number) > EVIDENCE_HEADERS_MAX)
		return OK;
	out->has_headers = true;
	out->header_count = (size_t)distance(out->number, header->number);
	out->headers = arena_array(arena, out->header_count, sizeof(*out->headers));
	if (!out->header_count)
		return hash_equal(out->hash, hash) ? OK : not_one_chain(out, header->number, err);
	is_above = out->number > header->number;
	/* Above: from the anchor down to the block. Below: from the block's parent to the anchor.
	 */
	lowest = is_above ? out->hash : header->parent_hash;
	st = walk_down(out->headers, out->header_count, &lowest,
		       is_above ? out->number : header->number - 1, arena, source, err);
	if (st != OK)
		return error_wrap(err, "the headers between block %" PRIu64 " and the %s",
				  header->number, anchor_kind_name(out->kind));
	if (is_above && !hash_equal(lowest, hash))
		return not_one_chain(out, header->number, err);
	if (!is_above) {
		struct slice first = out->headers[0];

		if (!hash_equal(keccak256(first.data, first.size), out->hash))
			return not_one_chain(out, header->number, err);
	}
	return OK;
}
