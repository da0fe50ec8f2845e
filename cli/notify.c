#include "cli/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum {
	MESSAGE_SIZE = 800,
	SEND_SECONDS = 1, /* that a manager with a full queue may hold the daemon up */
	US_A_MS = 1000,
};

/* ---- the environment ---- */

/* A number without anything around it; 0 is none. */
static bool parse_number(uint64_t *out, const char *text)
{
	char *end;

	errno = 0;
	*out = strtoull(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && errno == 0 && *out > 0;
}

static bool make_address(struct notify *notify, const char *name)
{
	struct sockaddr_un *address = &notify->address;
	size_t length = strlen(name);

	if ((*name != '/' && *name != '@') || length < 2 || length >= sizeof(address->sun_path))
		return false;
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, name, length);
	/* An abstract name begins with a zero byte, and has none at its end. */
	if (*name == '@')
		address->sun_path[0] = '\0';
	notify->address_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length +
					   (*name == '@' ? 0 : 1));
	return true;
}

static void open_socket(struct notify *notify, const char *name)
{
	struct timeval patience = {.tv_sec = SEND_SECONDS};

	if (!make_address(notify, name)) {
		log_warn(notify->logger,
			 "NOTIFY_SOCKET: expected the path of a socket or @NAME, got \"%s\"; the "
			 "service manager is not told",
			 name);
		return;
	}
	notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (notify->fd < 0) {
		log_warn(notify->logger, "the service manager is not told: socket: %s",
			 strerror(errno));
		return;
	}
	(void)setsockopt(notify->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
}

static void read_watchdog(struct notify *notify, const char *usec, const char *pid)
{
	uint64_t number;

	/* Inherited from a parent that was meant. */
	if (pid && (!parse_number(&number, pid) || number != (uint64_t)getpid()))
		return;
	if (!parse_number(&number, usec)) {
		log_warn(notify->logger,
			 "WATCHDOG_USEC: expected microseconds, got \"%s\"; no signs of life are "
			 "sent",
			 usec);
		return;
	}
	notify->watchdog_ms = number / US_A_MS / 2;
	if (!notify->watchdog_ms)
		notify->watchdog_ms = 1;
}

void notify_open(struct notify *notify, const struct clock *clock, const struct logger *logger)
{
	const char *name = getenv("NOTIFY_SOCKET");
	const char *usec = getenv("WATCHDOG_USEC");

	*notify = (struct notify){.fd = -1, .clock = *clock, .logger = logger};
	if (name && *name)
		open_socket(notify, name);
	if (usec && *usec && notify->fd >= 0)
		read_watchdog(notify, usec, getenv("WATCHDOG_PID"));
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
}

void notify_close(struct notify *notify)
{
	if (notify->fd >= 0)
		(void)close(notify->fd);
	notify->fd = -1;
}

bool notify_is_wanted(const struct notify *notify)
{
	return notify->fd >= 0;
}

/* ---- telling ---- */

static void send_text(struct notify *notify, const char *text)
{
	ssize_t n;

	if (notify->fd < 0)
		return;
	do
		n = sendto(notify->fd, text, strlen(text), MSG_NOSIGNAL,
			   (const struct sockaddr *)&notify->address, notify->address_size);
	while (n < 0 && errno == EINTR);
	if (n >= 0) {
		notify->has_failed = false;
		return;
	}
	if (!notify->has_failed)
		log_warn(notify->logger, "the service manager cannot be told: %s", strerror(errno));
	notify->has_failed = true;
}

/* A line end in the words would begin another key. */
static void send_with_status(struct notify *notify, const char *keys, const char *status)
{
	char text[MESSAGE_SIZE];
	int begin = snprintf(text, sizeof(text), "%sSTATUS=", keys);

	(void)snprintf(text + begin, sizeof(text) - (size_t)begin, "%s", status);
	for (char *at = text + begin; *at; at++)
		if ((unsigned char)*at < 0x20)
			*at = ' ';
	send_text(notify, text);
}

void notify_ready(struct notify *notify, const char *status)
{
	send_with_status(notify, "READY=1\n", status);
}

void notify_status(struct notify *notify, const char *status)
{
	send_with_status(notify, "", status);
}

void notify_alive(struct notify *notify)
{
	uint64_t now;

	if (!notify->watchdog_ms)
		return;
	now = clock_now_ms(&notify->clock);
	if (notify->alive_ms && now - notify->alive_ms < notify->watchdog_ms)
		return;
	notify->alive_ms = now ? now : 1;
	send_text(notify, "WATCHDOG=1");
}

void notify_stopping(struct notify *notify)
{
	send_text(notify, "STOPPING=1\nSTATUS=stopping");
}
