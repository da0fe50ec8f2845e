#include "serve/metrics/telemetry.h"

#include <stdlib.h>

struct telemetry *telemetry_new(const struct clock *clock, const char *const *paths, size_t count)
{
	struct telemetry *telemetry = xcalloc(1, sizeof(*telemetry));

	vitals_init(&telemetry->vitals, clock);
	telemetry->http = http_meter_new(paths, count);
	telemetry->alerts = alert_meter_new();
	return telemetry;
}

void telemetry_free(struct telemetry *telemetry)
{
	if (!telemetry)
		return;
	http_meter_free(telemetry->http);
	alert_meter_free(telemetry->alerts);
	free(telemetry);
}
