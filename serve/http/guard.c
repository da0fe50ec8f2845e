#include "serve/http/guard.h"

#include <string.h>
#include <strings.h>

#include "abi/keccak.h"

static bool is_same_secret(const char *a, const char *b)
{
	/* Of their hashes every byte is compared: neither the length nor the first difference
	 * shows. */
	struct hash x = keccak256(a, strlen(a));
	struct hash y = keccak256(b, strlen(b));
	unsigned difference = 0;

	for (size_t i = 0; i < HASH_BYTES; i++)
		difference |= (unsigned)(x.bytes[i] ^ y.bytes[i]);
	return difference == 0;
}

bool guard_admits(const struct config_serve *serve, const char *authorization)
{
	static const char scheme[] = "Bearer";
	size_t length = sizeof(scheme) - 1;

	if (!serve->token)
		return true;
	if (!authorization || strncasecmp(authorization, scheme, length) != 0 ||
	    authorization[length] != ' ')
		return false;
	authorization += length;
	authorization += strspn(authorization, " ");
	return is_same_secret(authorization, serve->token);
}

const char *guard_origin(const struct config_serve *serve, const char *origin)
{
	for (size_t i = 0; origin && i < serve->origin_count; i++) {
		if (strcmp(serve->origins[i], "*") == 0)
			return "*";
		if (strcmp(serve->origins[i], origin) == 0)
			return serve->origins[i];
	}
	return NULL;
}
