#include "tests/support/demo_moment.h"

int demo_moment_sync_with(void **state, const struct demo_options *options)
{
	struct demo *demo = xcalloc(1, sizeof(*demo));

	demo_open(demo, options);
	*state = demo;
	return demo_sync(demo, UINT64_MAX) == OK ? 0 : -1;
}

int demo_moment_sync(void **state)
{
	static const struct demo_options options = {0};

	return demo_moment_sync_with(state, &options);
}

int demo_moment_remove(void **state)
{
	struct demo *demo = *state;

	demo_close(demo);
	free(demo);
	return 0;
}

int demo_moment_begin(void **state)
{
	struct demo_moment *f = xcalloc(1, sizeof(*f));

	f->demo = *state;
	f->pool = &f->demo->config.pools[0];
	f->arena = arena_new();
	assert_ok(moment_open(&f->moment, &f->demo->config, NULL, f->arena, &f->err), f->err);
	*state = f;
	return 0;
}

int demo_moment_end(void **state)
{
	struct demo_moment *f = *state;

	json_decref(f->document);
	moment_close(&f->moment);
	arena_free(f->arena);
	free(f);
	return 0;
}

void demo_moment_move(struct demo_moment *f, const char *at)
{
	moment_close(&f->moment);
	assert_ok(moment_open(&f->moment, &f->demo->config, at, f->arena, &f->err), f->err);
}

size_t demo_moment_keep(struct demo_moment *f, json_t *document)
{
	json_decref(f->document);
	f->document = document;
	if (!document)
		fail_msg("%s", f->err.message);
	f->items = json_object_get(document, "items");
	return json_array_size(f->items);
}
