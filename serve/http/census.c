#include "serve/http/census.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SPARE = 8, V4_AT = 12 };

static const uint8_t v4_prefix[V4_AT] = {[10] = 0xff, [11] = 0xff};

/* Of those that have a connection: never more than there are connections. */
struct counted {
	struct net_origin origin;
	size_t count;
};

struct census {
	pthread_mutex_t mutex;
	size_t max;
	size_t max_of_one;
	size_t count;
	struct counted *origins;
	size_t origin_count;
	size_t capacity;
};

struct net_origin net_origin_of(const struct sockaddr *address)
{
	struct net_origin origin = {{0}};

	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)address;

		memcpy(origin.bytes, v4_prefix, V4_AT);
		memcpy(origin.bytes + V4_AT, &in->sin_addr, sizeof(in->sin_addr));
	} else if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const void *)address;

		memcpy(origin.bytes, &in6->sin6_addr, ORIGIN_BYTES);
		if (memcmp(origin.bytes, v4_prefix, V4_AT) != 0 &&
		    !IN6_IS_ADDR_LOOPBACK(&in6->sin6_addr))
			memset(origin.bytes + ORIGIN_BYTES / 2, 0, ORIGIN_BYTES / 2);
	}
	return origin;
}

static bool is_v4(const struct net_origin *origin)
{
	return memcmp(origin->bytes, v4_prefix, V4_AT) == 0;
}

static bool is_loopback(const struct net_origin *origin)
{
	static const struct net_origin v6 = {.bytes = {[ORIGIN_BYTES - 1] = 1}};

	return (is_v4(origin) && origin->bytes[V4_AT] == 127) ||
	       memcmp(origin, &v6, sizeof(v6)) == 0;
}

const char *net_origin_format(char out[ORIGIN_TEXT], const struct net_origin *origin)
{
	char text[INET6_ADDRSTRLEN] = "";
	bool is_whole = is_v4(origin) || is_loopback(origin);

	if (is_v4(origin))
		(void)inet_ntop(AF_INET, origin->bytes + V4_AT, text, sizeof(text));
	else
		(void)inet_ntop(AF_INET6, origin->bytes, text, sizeof(text));
	(void)snprintf(out, ORIGIN_TEXT, "%s%s", text, is_whole ? "" : "/64");
	return out;
}

struct census *census_new(size_t max, size_t max_of_one)
{
	struct census *census = xcalloc(1, sizeof(*census));

	census->max = max;
	census->max_of_one = max_of_one;
	(void)pthread_mutex_init(&census->mutex, NULL);
	return census;
}

void census_free(struct census *census)
{
	if (!census)
		return;
	(void)pthread_mutex_destroy(&census->mutex);
	free(census->origins);
	free(census);
}

static struct counted *find(const struct census *census, const struct net_origin *origin)
{
	for (size_t i = 0; i < census->origin_count; i++)
		if (memcmp(&census->origins[i].origin, origin, sizeof(*origin)) == 0)
			return &census->origins[i];
	return NULL;
}

enum census_verdict census_ask(struct census *census, const struct net_origin *origin)
{
	enum census_verdict verdict = CENSUS_ADMITS;
	size_t max = census->max + (is_loopback(origin) ? SPARE : 0);
	const struct counted *counted;

	pthread_mutex_lock(&census->mutex);
	counted = find(census, origin);
	if (census->count >= max)
		verdict = CENSUS_TOO_MANY;
	else if (counted && counted->count >= census->max_of_one)
		verdict = CENSUS_TOO_MANY_OF_ONE;
	pthread_mutex_unlock(&census->mutex);
	return verdict;
}

void census_add(struct census *census, const struct net_origin *origin)
{
	struct counted *counted;

	pthread_mutex_lock(&census->mutex);
	counted = find(census, origin);
	if (!counted) {
		if (census->origin_count == census->capacity) {
			census->capacity = census->capacity ? census->capacity * 2 : 16;
			census->origins = xrealloc(census->origins,
						   census->capacity * sizeof(*census->origins));
		}
		counted = &census->origins[census->origin_count++];
		*counted = (struct counted){.origin = *origin};
	}
	counted->count++;
	census->count++;
	pthread_mutex_unlock(&census->mutex);
}

void census_remove(struct census *census, const struct net_origin *origin)
{
	struct counted *counted;

	pthread_mutex_lock(&census->mutex);
	counted = find(census, origin);
	if (counted) {
		census->count--;
		if (--counted->count == 0)
			*counted = census->origins[--census->origin_count];
	}
	pthread_mutex_unlock(&census->mutex);
}
