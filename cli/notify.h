/*
 * notify.h - tells the service manager how the daemon is: systemd's protocol of sd_notify(3), which
 * is a datagram of KEY=VALUE lines to the socket that NOTIFY_SOCKET names.
 *
 * Without a manager nothing is sent. One thread. What cannot be sent is told once, as a warning: a
 * daemon does its work without its manager, too.
 */
#ifndef CLI_NOTIFY_H
#define CLI_NOTIFY_H

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/clock.h"
#include "base/logger.h"

struct notify {
	int fd; /* -1: nobody is to be told */
	struct sockaddr_un address;
	socklen_t address_size;
	uint64_t watchdog_ms; /* between two signs of life; 0: nobody waits for them */
	uint64_t alive_ms;    /* the last one */
	struct clock clock;
	const struct logger *logger;
	bool has_failed;
};

/*
 * Reads NOTIFY_SOCKET (a path, or "@name" for an abstract one), WATCHDOG_USEC and WATCHDOG_PID, and
 * takes them out of the environment: they are not for the commands that alerts start. What is wrong
 * with them is a warning. `logger` outlives it. Before other threads start.
 */
void notify_open(struct notify *notify, const struct clock *clock, const struct logger *logger);
void notify_close(struct notify *notify);

bool notify_is_wanted(const struct notify *notify);

/* The start is over; what it is doing now, one line. */
void notify_ready(struct notify *notify, const char *status);
/* What it is doing now, one line. */
void notify_status(struct notify *notify, const char *status);
/* It lives. May be called as often as one likes: sent at half of the time that the manager waits.
 */
void notify_alive(struct notify *notify);
/* It ends, on purpose. */
void notify_stopping(struct notify *notify);

#endif
