/* Cursors that name their block. */
#include <inttypes.h>
#include <string.h>

#include "serve/answer/answer.h"

struct page page_after(size_t limit, const char *after, struct arena *arena)
{
	struct page page = {.limit = limit, .after = after};
	const char *sign = after ? strrchr(after, '@') : NULL;

	if (sign) {
		page.after = arena_string_n(arena, after, (size_t)(sign - after));
		page.of = arena_string(arena, sign + 1);
	}
	return page;
}

const char *page_at(const struct page *page, const char *at)
{
	bool names_one = at && strcmp(at, "latest") != 0 && strcmp(at, "finalized") != 0;

	return page->of && !names_one ? page->of : at;
}

static const char *block_of(const struct moment *m)
{
	char hash[HEX_SIZE(HASH_BYTES)];

	if (!m->has_record)
		return arena_printf(m->arena, "%" PRIu64, m->number);
	return arena_string(m->arena, hash_format(hash, m->record.ref.hash));
}

enum status page_check(const struct moment *m, const struct page *page, struct error *err)
{
	if (!page->of || strcmp(page->of, block_of(m)) == 0)
		return OK;
	return error_set(err, ERR_USAGE,
			 "the cursor is of block %s, which is not the one that is asked for: go on "
			 "with the same block as on the page before",
			 page->of);
}

json_t *json_next(const struct moment *m, const char *cursor)
{
	return json_string(arena_printf(m->arena, "%s@%s", cursor, block_of(m)));
}
