/*
 * pulse.h - how a loop that does the work shows that it does not hang.
 *
 * The thread that made the pulse, its owner, beats it wherever it may spend time: with each block,
 * each slice of a wait, each step of a request. What it waits for in another thread beats it too;
 * that alone keeps nothing alive, but lets the owner's wait go on (pulse_wait). So a loop that
 * hangs, and one that waits for a thread that hangs, both fall silent.
 */
#ifndef BASE_PULSE_H
#define BASE_PULSE_H

#include <pthread.h>
#include <stdatomic.h>

struct pulse {
	void (*beat)(void *context); /* in the owner's thread, often; must be quick. NULL: nobody */
	void *context;
	pthread_t owner;
	atomic_uint helpers; /* beats of other threads */
	unsigned heard;      /* of those, by the owner */
};

/* The calling thread becomes the owner. The pulse does not move afterwards. */
void pulse_init(struct pulse *pulse, void (*beat)(void *context), void *context);

/* From any thread: it works. Accepts NULL. */
void pulse_beat(struct pulse *pulse);

/* From the owner, while it waits for another thread: a beat, if one of the others had one since the
 * last time. Accepts NULL. */
void pulse_wait(struct pulse *pulse);

#endif
