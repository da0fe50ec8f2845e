/*
 * census.h - how many connections there are, in all and of each address.
 */
#ifndef SERVE_HTTP_CENSUS_H
#define SERVE_HTTP_CENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/slice.h"

/* An IPv4 address, or what a network of IPv6 is known by: its first 64 bits. */
enum { ORIGIN_BYTES = 16, ORIGIN_TEXT = 64 };

struct net_origin {
	uint8_t bytes[ORIGIN_BYTES];
};

/* Zeros of what is no internet address. */
struct net_origin net_origin_of(const struct sockaddr *address);

/* "127.0.0.1", "2001:db8:1:2::/64" */
const char *net_origin_format(char out[ORIGIN_TEXT], const struct net_origin *origin);

struct census;

struct census *census_new(size_t max, size_t max_of_one);
void census_free(struct census *census);

enum census_verdict { CENSUS_ADMITS, CENSUS_TOO_MANY, CENSUS_TOO_MANY_OF_ONE };

/* Whether there is room for one more. A few of this machine find room above the limit in all, so
 * that it can be asked how it is. From any thread. */
enum census_verdict census_ask(struct census *census, const struct net_origin *origin);

void census_add(struct census *census, const struct net_origin *origin);
void census_remove(struct census *census, const struct net_origin *origin);

#endif
