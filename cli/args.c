#include "cli/args.h"

#include <string.h>

#include "abi/u256.h"

struct option_rule {
	const char *name;
	char letter;       /* 0: none */
	const char *value; /* its value's name; NULL: takes none */
	const char *help;
};

static const struct option_rule rules[OPTION_COUNT] = {
	[OPTION_CONFIG] = {"config", 'c', "FILE", "configuration (default: covermirror.json)"},
	[OPTION_JSON] = {"json", 0, NULL, "print a JSON document"},
	[OPTION_RAW] = {"raw", 0, NULL, "amounts in base units"},
	[OPTION_AT] = {"at", 0, "BLOCK", "as of a block: number, hash, latest, finalized"},
	[OPTION_LIMIT] =
		{"limit", 0, "N",
		 "at most N items, 0 for all (default: all; events, history: 100; solvency: 5)"},
	[OPTION_AFTER] = {"after", 0, "CURSOR", "go on behind the \"next\" of the page before"},
	[OPTION_FROM] = {"from", 0, "BLOCK", "first block"},
	[OPTION_TO] = {"to", 0, "BLOCK", "last block"},
	[OPTION_EVENT] = {"event", 0, "NAME", "only events of that name"},
	[OPTION_ACCOUNT] = {"account", 0, "ADDRESS", "only events that name the account"},
	[OPTION_SEVERITY] = {"severity", 0, "LEVEL", "at least info, warning or error"},
	[OPTION_CHECK] = {"check", 0, "ID", "only findings of that check"},
	[OPTION_STATE] = {"state", 0, "STATE", "only open, resolved or withdrawn findings"},
	[OPTION_ABI] = {"abi", 0, "FILE", "JSON ABI, a compiler's artifact, or lines of text"},
	[OPTION_SIGNATURE] = {"signature", 0, "TEXT", "as in \"event Staked(address indexed u)\""},
	[OPTION_DATA] = {"data", 0, "HEX", "a log's data, or call data"},
	[OPTION_TOPIC] = {"topic", 0, "HEX", "a log's topic, in order; up to four times"},
	[OPTION_OUTPUT] = {"output", 'o', "FILE", "where to write; - for standard output"},
	[OPTION_MODEL] = {"model", 0, "MODEL", "a premium model: bridge-mutual-v2, insuredao"},
	[OPTION_CSV] = {"csv", 0, NULL, "price the table on standard input"},
	[OPTION_PARAMS] = {"params", 0, "FILE", "the model's parameters, a JSON object"},
	[OPTION_AMOUNT] = {"amount", 0, "AMOUNT", "the cover, in base units"},
	[OPTION_WEEKS] = {"weeks", 0, "N", "for how long"},
	[OPTION_MARKET] = {"market", 0, "ADDRESS", "which of the pool's markets"},
	[OPTION_QUIET] = {"quiet", 'q', NULL, "no progress, only warnings"},
	[OPTION_VERBOSE] = {"verbose", 'v', NULL, "also ranges, retries and the like"},
	[OPTION_HELP] = {"help", 'h', NULL, "this text"},
	[OPTION_VERSION] = {"version", 'V', NULL, "version"},
};

const char *option_text(enum option option)
{
	static const char *const texts[OPTION_COUNT] = {
		[OPTION_CONFIG] = "-c, --config FILE",
		[OPTION_JSON] = "    --json",
		[OPTION_RAW] = "    --raw",
		[OPTION_AT] = "    --at BLOCK",
		[OPTION_LIMIT] = "    --limit N",
		[OPTION_AFTER] = "    --after CURSOR",
		[OPTION_FROM] = "    --from BLOCK",
		[OPTION_TO] = "    --to BLOCK",
		[OPTION_EVENT] = "    --event NAME",
		[OPTION_ACCOUNT] = "    --account ADDRESS",
		[OPTION_SEVERITY] = "    --severity LEVEL",
		[OPTION_CHECK] = "    --check ID",
		[OPTION_STATE] = "    --state STATE",
		[OPTION_ABI] = "    --abi FILE",
		[OPTION_SIGNATURE] = "    --signature TEXT",
		[OPTION_DATA] = "    --data HEX",
		[OPTION_TOPIC] = "    --topic HEX",
		[OPTION_OUTPUT] = "-o, --output FILE",
		[OPTION_MODEL] = "    --model MODEL",
		[OPTION_CSV] = "    --csv",
		[OPTION_PARAMS] = "    --params FILE",
		[OPTION_AMOUNT] = "    --amount AMOUNT",
		[OPTION_WEEKS] = "    --weeks N",
		[OPTION_MARKET] = "    --market ADDRESS",
		[OPTION_QUIET] = "-q, --quiet",
		[OPTION_VERBOSE] = "-v, --verbose",
		[OPTION_HELP] = "-h, --help",
		[OPTION_VERSION] = "-V, --version",
	};

	return texts[option];
}

const char *option_help(enum option option)
{
	return rules[option].help;
}

static enum status keep(struct args *args, enum option option, const char *value, struct error *err)
{
	if (option == OPTION_TOPIC) {
		if (args->topic_count == TOPICS_MAX)
			return error_set(err, ERR_USAGE, "a log has at most four topics");
		args->topics[args->topic_count++] = value;
	} else if (args_has(args, option)) {
		return error_set(err, ERR_USAGE, "--%s is given twice", rules[option].name);
	}
	args->given |= OPTION_BIT(option);
	args->values[option] = value;
	return OK;
}

/* `text` without its dashes, up to '='. */
static int find_long(const char *text, size_t length)
{
	for (int i = 0; i < OPTION_COUNT; i++)
		if (strlen(rules[i].name) == length && strncmp(rules[i].name, text, length) == 0)
			return i;
	return -1;
}

static int find_letter(char letter)
{
	for (int i = 0; i < OPTION_COUNT; i++)
		if (rules[i].letter && rules[i].letter == letter)
			return i;
	return -1;
}

/* One option at argv[*i]; takes the next argument too where it is the value. */
static enum status parse_option(struct args *args, int argc, char **argv, int *i, struct error *err)
{
	const char *text = argv[*i];
	const char *value = NULL;
	int option;

	if (text[1] == '-') {
		const char *equals = strchr(text, '=');
		size_t length = equals ? (size_t)(equals - text) - 2 : strlen(text) - 2;

		option = find_long(text + 2, length);
		value = equals ? equals + 1 : NULL;
	} else {
		option = text[2] ? -1 : find_letter(text[1]);
	}
	if (option < 0)
		return error_set(err, ERR_USAGE, "unknown option %s: see covermirror --help", text);
	if (!rules[option].value && value)
		return error_set(err, ERR_USAGE, "--%s takes no value", rules[option].name);
	if (rules[option].value && !value) {
		if (*i + 1 >= argc)
			return error_set(err, ERR_USAGE, "%s needs a value: %s", text,
					 rules[option].value);
		value = argv[++*i];
	}
	return keep(args, (enum option)option, value, err);
}

enum status args_parse(struct args *out, int argc, char **argv, struct error *err)
{
	bool is_literal = false;

	memset(out, 0, sizeof(*out));
	for (int i = 1; i < argc; i++) {
		enum status st;

		if (!is_literal && strcmp(argv[i], "--") == 0) {
			is_literal = true;
			continue;
		}
		if (!is_literal && argv[i][0] == '-' && argv[i][1]) {
			st = parse_option(out, argc, argv, &i, err);
			if (st != OK)
				return st;
		} else if (!out->verb) {
			out->verb = argv[i];
		} else if (out->argument_count < ARGUMENTS_MAX) {
			out->arguments[out->argument_count++] = argv[i];
		} else {
			return error_set(err, ERR_USAGE, "too many arguments");
		}
	}
	return OK;
}

enum status args_number(uint64_t *out, const struct args *args, enum option option,
			uint64_t fallback, struct error *err)
{
	const char *text = args->values[option];
	u256 value;

	*out = fallback;
	if (!args_has(args, option))
		return OK;
	if (u256_parse(&value, text, strlen(text), NULL) != OK || !u256_to_u64(out, value))
		return error_set(err, ERR_USAGE, "--%s %s: expected a whole number",
				 rules[option].name, text);
	return OK;
}

enum status args_event(struct hash *transaction, int64_t *log_index, const char *text,
		       struct error *err)
{
	const char *colon = strchr(text, ':');
	size_t length = colon ? (size_t)(colon - text) : strlen(text);
	uint64_t log = 0;
	u256 number;

	*log_index = -1;
	if (hash_parse(transaction, text, length, err) != OK) {
		err->status = ERR_USAGE;
		return error_wrap(err, "transaction \"%.*s\"", (int)length, text);
	}
	if (!colon)
		return OK;
	if (u256_parse(&number, colon + 1, strlen(colon + 1), NULL) != OK ||
	    !u256_to_u64(&log, number) || log > UINT32_MAX)
		return error_set(err, ERR_USAGE, "\"%s\": expected TX:LOG with a log index", text);
	*log_index = (int64_t)log;
	return OK;
}
