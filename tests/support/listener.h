/*
 * listener.h - the messages of the event stream taken apart, and a client that keeps what is told.
 */
#ifndef TESTS_SUPPORT_LISTENER_H
#define TESTS_SUPPORT_LISTENER_H

#include <jansson.h>

#include "base/slice.h"

struct heard {
	char *event; /* NULL: only an id */
	char *id;
	char *data; /* NULL: none */
};

struct heard_list {
	struct heard *items;
	size_t count;
	size_t capacity;
};

/* Adds whole frames; ends the test where one is none. */
void heard_add(struct heard_list *list, struct slice text);
void heard_free(struct heard_list *list);
bool heard_same(const struct heard *a, const struct heard *b);

/* What a client makes of the messages: the blocks that it believes in, with all that was told of
 * each as one text. */
struct believed {
	uint64_t number;
	char *text;
};

struct listener {
	struct believed *blocks;
	size_t count;
	size_t capacity;
	char *partial; /* of the block that is not complete */
	char *id;      /* the last */
	/* Findings of blocks that were taken back, whose withdrawal was not told yet: "pool id". */
	json_t *owed;
	json_t *findings; /* "pool id" -> the block at which it was found */
	size_t rewound;   /* how often */
};

void listener_init(struct listener *listener);
void listener_clear(struct listener *listener);
void listener_hear(struct listener *listener, const struct heard *message);
/* Ends the test where the two believe otherwise. */
void listener_expect_same(const struct listener *a, const struct listener *b, const char *who);

#endif
