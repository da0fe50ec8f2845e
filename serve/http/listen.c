#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "serve/http/internal.h"

enum { BACKLOG = 511 };

static enum status refused(const char *address, int cause, struct error *err)
{
	switch (cause) {
	case EADDRINUSE:
		return error_set(err, ERR_USAGE,
				 "serve.listen: %s is taken by another program; stop that one, or "
				 "configure another port, as \"127.0.0.1:8481\" (port 0 takes any "
				 "free one)",
				 address);
	case EADDRNOTAVAIL:
		return error_set(err, ERR_USAGE,
				 "serve.listen: %s is no address of this machine; 127.0.0.1 is "
				 "reached from it alone, 0.0.0.0 is each of its addresses",
				 address);
	case EACCES:
	case EPERM:
		return error_set(err, ERR_DENIED,
				 "serve.listen: no permission to listen at %s; ports below 1024 "
				 "are for privileged programs",
				 address);
	default:
		return error_set(err, ERR_SYSTEM, "serve.listen: cannot listen at %s: %s", address,
				 strerror(cause));
	}
}

/* "HOST:PORT" or "[IPV6]:PORT", which the configuration has checked. */
static enum status resolve(struct addrinfo **out, const char *address, struct error *err)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC,
				       .ai_socktype = SOCK_STREAM,
				       .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	const char *colon = strrchr(address, ':');
	bool is_bracketed = address[0] == '[';
	char host[256];
	size_t length = (size_t)(colon - address) - (is_bracketed ? 2 : 0);
	int problem;

	if (length >= sizeof(host))
		return error_set(err, ERR_USAGE, "serve.listen: the host's name is too long");
	memcpy(host, address + is_bracketed, length);
	host[length] = '\0';
	problem = getaddrinfo(host, colon + 1, &hints, out);
	if (problem)
		return error_set(err, problem == EAI_AGAIN ? ERR_AGAIN : ERR_USAGE,
				 "serve.listen: %s is no address: %s", address,
				 gai_strerror(problem));
	return OK;
}

static int open_socket(const struct addrinfo *info, int *cause)
{
	int one = 1;
	int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0 &&
	    bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	*cause = errno;
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

static void tell_where(char where[LISTEN_TEXT], int fd, const char *address)
{
	struct sockaddr_storage bound = {0};
	socklen_t size = sizeof(bound);
	const char *port = strrchr(address, ':') + 1;
	char taken[16];

	if (getsockname(fd, (struct sockaddr *)&bound, &size) == 0 &&
	    getnameinfo((struct sockaddr *)&bound, size, NULL, 0, taken, sizeof(taken),
			NI_NUMERICSERV) == 0)
		port = taken;
	(void)snprintf(where, LISTEN_TEXT, "%.*s:%s", (int)(strrchr(address, ':') - address),
		       address, port);
}

enum status listen_at(int *out, char where[LISTEN_TEXT], const char *address, struct error *err)
{
	struct addrinfo *found;
	int cause = EADDRNOTAVAIL;
	enum status st = resolve(&found, address, err);

	if (st != OK)
		return st;
	*out = -1;
	for (const struct addrinfo *info = found; info && *out < 0; info = info->ai_next)
		*out = open_socket(info, &cause);
	freeaddrinfo(found);
	if (*out < 0)
		return refused(address, cause, err);
	tell_where(where, *out, address);
	return OK;
}
