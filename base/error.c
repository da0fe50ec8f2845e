#include "base/error.h"

#include <stdio.h>
#include <string.h>

/* A message is one line: it may hold foreign text, and is printed on terminals. */
static void clean(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = ' ';
}

void error_fill(struct error *err, enum status status, const char *format, ...)
{
	va_list args;

	if (!err)
		return;
	err->status = status;
	va_start(args, format);
	(void)vsnprintf(err->message, sizeof(err->message), format, args);
	va_end(args);
	clean(err->message);
}

enum status error_wrap(struct error *err, const char *format, ...)
{
	char context[ERROR_MESSAGE_SIZE];
	char old[ERROR_MESSAGE_SIZE];
	va_list args;
	size_t used;
	size_t left;

	if (!err)
		return ERR_CORRUPT;
	va_start(args, format);
	(void)vsnprintf(context, sizeof(context), format, args);
	va_end(args);
	clean(context);
	(void)snprintf(old, sizeof(old), "%s", err->message);
	used = strlen(context);
	if (used > sizeof(context) - 3)
		used = sizeof(context) - 3;
	memcpy(err->message, context, used);
	memcpy(err->message + used, ": ", 2);
	used += 2;
	left = sizeof(err->message) - 1 - used;
	if (strlen(old) < left)
		left = strlen(old);
	memcpy(err->message + used, old, left);
	err->message[used + left] = '\0';
	return err->status;
}

const char *status_name(enum status status)
{
	switch (status) {
	case OK:
		return "ok";
	case ERR_AGAIN:
		return "again";
	case ERR_REORG:
		return "reorg";
	case ERR_BAD_DATA:
		return "bad data";
	case ERR_REVERT:
		return "revert";
	case ERR_NOTFOUND:
		return "not found";
	case ERR_CORRUPT:
		return "corrupt";
	case ERR_USAGE:
		return "usage";
	case ERR_SYSTEM:
		return "system";
	case ERR_FULL:
		return "full";
	case ERR_DENIED:
		return "denied";
	}
	return "unknown";
}
