#include "base/pulse.h"

void pulse_init(struct pulse *pulse, void (*beat)(void *context), void *context)
{
	pulse->beat = beat;
	pulse->context = context;
	pulse->owner = pthread_self();
	atomic_init(&pulse->helpers, 0);
	pulse->heard = 0;
}

void pulse_beat(struct pulse *pulse)
{
	if (!pulse)
		return;
	if (!pthread_equal(pthread_self(), pulse->owner))
		(void)atomic_fetch_add(&pulse->helpers, 1);
	else if (pulse->beat)
		pulse->beat(pulse->context);
}

void pulse_wait(struct pulse *pulse)
{
	unsigned helpers;

	if (!pulse)
		return;
	helpers = atomic_load(&pulse->helpers);
	if (helpers == pulse->heard)
		return;
	pulse->heard = helpers;
	pulse_beat(pulse);
}
