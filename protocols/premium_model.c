#include "protocols/premium_model.h"

#include <string.h>

#include "protocols/bridge_mutual/premium_table.h"
#include "protocols/insuredao/premium_table.h"

static const struct premium_model *const models[] = {
	&bridge_premium_model,
	&insuredao_premium_model,
};

size_t premium_model_count(void)
{
	return sizeof(models) / sizeof(models[0]);
}

const struct premium_model *premium_model_at(size_t index)
{
	return models[index];
}

const struct premium_model *premium_model_find(const char *name)
{
	for (size_t i = 0; i < premium_model_count(); i++)
		if (strcmp(models[i]->name, name) == 0)
			return models[i];
	return NULL;
}
