#include "tests/support/room.h"

int room_begin(void **state)
{
	static const struct store_identity identity = {.chain_id = 1, .pool_set = "test"};
	struct room *room = xcalloc(1, sizeof(*room));

	scratch_make(room->folder);
	room->arena = arena_new();
	assert_ok(store_open(&room->store, room->folder, STORE_WRITE, &identity, &room->err),
		  room->err);
	assert_ok(store_begin(&room->txn, room->store, STORE_WRITE, &room->err), room->err);
	*state = room;
	return 0;
}

int room_end(void **state)
{
	struct room *room = *state;

	store_abort(room->txn);
	store_close(room->store);
	arena_free(room->arena);
	scratch_remove(room->folder);
	free(room);
	return 0;
}
