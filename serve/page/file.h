/*
 * file.h - the page's files, as tools/embed-page made them part of the program.
 *
 * Their text is made at build time from serve/page and Chart.js; nothing is read from disk at run
 * time.
 */
#ifndef SERVE_PAGE_FILE_H
#define SERVE_PAGE_FILE_H

#include "base/slice.h"

struct page_file {
	const char *path;         /* "index.html", "app.js", "views/pool.js" */
	const char *content_type; /* exact, with its charset */
	const char *etag;         /* strong, of the plain bytes, with its quotation marks */
	struct slice plain;
	struct slice gzip; /* the same, compressed */
};

extern const struct page_file page_files[];
extern const size_t page_file_count;

/* Names all files but index.html together: they stand under /page/HASH/, so that whoever holds a
 * page asks for files of the same build, and may keep them for ever. */
extern const char page_hash[];

/* NULL where there is none of that path. */
const struct page_file *page_file_find(const char *path);

#endif
