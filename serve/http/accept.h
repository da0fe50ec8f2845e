/*
 * accept.h - which encodings of a body a client takes.
 */
#ifndef SERVE_HTTP_ACCEPT_H
#define SERVE_HTTP_ACCEPT_H

#include <stdbool.h>

/* By an Accept-Encoding header (NULL: there is none): gzip is taken, and wished for no less than
 * the plain body. What cannot be understood is taken for a refusal. */
bool accepts_gzip(const char *header);

#endif
