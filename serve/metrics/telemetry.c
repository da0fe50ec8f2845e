#include "serve/metrics/telemetry.h"

#include <stdlib.h>

struct telemetry *telemetry_new(const struct clock *clock, const char *const *paths, size_t count)
{
	struct telemetry *telemetry = xcalloc(1, sizeof(*telemetry));

	vitals_init(&telemetry->vitals, clock);
	atomic_init(&telemetry->config, NULL);
	telemetry->http = http_meter_new(paths, count);
	return telemetry;
}

void telemetry_free(struct telemetry *telemetry)
{
	if (!telemetry)
		return;
	http_meter_free(telemetry->http);
	free(telemetry);
}

void telemetry_set_config(struct telemetry *telemetry, const struct config *config)
{
	if (telemetry)
		atomic_store(&telemetry->config, config);
}

const struct config *telemetry_config(const struct telemetry *telemetry,
				      const struct config *fallback)
{
	const struct config *config = telemetry ? atomic_load(&telemetry->config) : NULL;

	return config ? config : fallback;
}
