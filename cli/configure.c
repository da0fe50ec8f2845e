#include "cli/configure.h"

/* The options go before the file. */
static struct logger make_logger(const struct args *args, const struct config *config)
{
	enum log_level least = args_has(args, OPTION_QUIET)     ? LOG_WARN
			       : args_has(args, OPTION_VERBOSE) ? LOG_DEBUG
								: config->log.level;

	return config->log.is_json ? logger_json(least) : logger_stderr(least);
}

enum status configure(struct command *command, struct config *config, struct error *err)
{
	const struct args *args = command->args;
	const char *path =
		args_has(args, OPTION_CONFIG) ? args->values[OPTION_CONFIG] : "covermirror.json";
	enum status st = config_load(config, command->arena, path, err);

	if (st != OK)
		return st;
	command->config = config;
	command->logger = make_logger(args, config);
	return OK;
}
