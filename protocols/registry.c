#include "protocols/api3/api3.h"
#include "protocols/bridge_mutual/bridge_mutual.h"
#include "protocols/insuredao/insuredao.h"
#include "protocols/protocol.h"

/* One line a protocol. */
static const struct protocol *const protocols[] = {
	&protocol_api3,
	&protocol_bridge_mutual_v1,
	&protocol_bridge_mutual,
	&protocol_insuredao,
};

size_t protocol_count(void)
{
	return sizeof(protocols) / sizeof(protocols[0]);
}

const struct protocol *protocol_at(size_t index)
{
	return protocols[index];
}

const struct protocol *protocol_find(const char *name)
{
	for (size_t i = 0; i < protocol_count(); i++)
		if (strcmp(protocols[i]->name, name) == 0)
			return protocols[i];
	return NULL;
}
