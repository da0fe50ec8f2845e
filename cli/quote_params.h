/*
 * quote_params.h - a premium model's parameters from a JSON file.
 */
#ifndef CLI_QUOTE_PARAMS_H
#define CLI_QUOTE_PARAMS_H

#include "protocols/premium_model.h"

enum { QUOTE_PARAMS_BYTES_MAX = 65536 };

/*
 * Reads {"name": value, …} with every parameter of the model, in its order, into `out`
 * (PREMIUM_PARAMETERS_MAX of them). A value is a whole number of at most 256 bits, with or without
 * quotation marks. A key "note" is passed over. ERR_USAGE names the file, the key, what was
 * expected, and the nearest known key where one is not known.
 */
enum status quote_params_parse(u256 *out, struct arena *arena, const struct premium_model *model,
			       const char *name, const char *text, size_t length,
			       struct error *err) MUST_CHECK;

#endif
