/*
 * problem.h - what went wrong with a request, as a problem document (RFC 9457).
 */
#ifndef SERVE_HTTP_PROBLEM_H
#define SERVE_HTTP_PROBLEM_H

#include <jansson.h>

#include "base/error.h"

#define PROBLEM_TYPE "application/problem+json"

/* The HTTP status that an error is. */
unsigned problem_status(enum status status);

/* "Not Found" of 404. */
const char *problem_title(unsigned status);

/* { type, title, status, detail, instance }: a new reference. `instance` is the request's path. */
json_t *problem_document(unsigned status, const char *detail, const char *instance);

#endif
