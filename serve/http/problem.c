#include "serve/http/problem.h"

#include <stdlib.h>
#include <string.h>

#include "serve/answer/answer.h"

struct problem_kind {
	unsigned status;
	const char *title;
};

/* A type of its own says no more than the status does: all are "about:blank", whose title is the
 * status's own. */
static const struct problem_kind kinds[] = {
	{400, "Bad Request"},         {401, "Unauthorized"},       {403, "Forbidden"},
	{404, "Not Found"},           {405, "Method Not Allowed"}, {406, "Not Acceptable"},
	{413, "Content Too Large"},   {414, "URI Too Long"},       {500, "Internal Server Error"},
	{503, "Service Unavailable"},
};

unsigned problem_status(enum status status)
{
	switch (status) {
	case OK:
		return 200;
	case ERR_USAGE:
		return 400;
	case ERR_DENIED:
		return 403;
	case ERR_NOTFOUND:
		return 404;
	case ERR_AGAIN:
	case ERR_FULL:
		return 503;
	case ERR_REORG:
	case ERR_BAD_DATA:
	case ERR_REVERT:
	case ERR_CORRUPT:
	case ERR_SYSTEM:
		break;
	}
	return 500;
}

const char *problem_title(unsigned status)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].status == status)
			return kinds[i].title;
	return "Error";
}

static void put(json_t *object, const char *key, json_t *value)
{
	if (!value || json_object_set_new(object, key, value) != 0)
		abort();
}

json_t *problem_document(unsigned status, const char *detail, const char *instance)
{
	json_t *problem = json_object();

	put(problem, "type", json_string("about:blank"));
	put(problem, "title", json_string(problem_title(status)));
	put(problem, "status", json_integer(status));
	put(problem, "detail", json_words(detail));
	put(problem, "instance", json_words(instance));
	return problem;
}
