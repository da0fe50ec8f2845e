/*
 * gzip_lines.c - reads a recorded chain from a gzipped file, line by line.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <zlib.h>

#include "indexer/recorded_impl.h"

enum {
	LINE_MAX_BYTES = 256 * 1024 * 1024,
	FIRST_LINE_BYTES = 64 * 1024,
};

/* A line as it grows over several reads. */
struct line_buffer {
	uint8_t *bytes;
	size_t size;
	size_t capacity;
};

static enum status too_long(const char *path, uint64_t line, struct error *err)
{
	return error_set(err, ERR_BAD_DATA, "%.*s: line %" PRIu64 ": expected at most %d bytes",
			 NAME_MAX_CHARS, path, line + 1, LINE_MAX_BYTES);
}

/* Hands every whole line in the buffer to the builder and keeps the rest. */
static enum status take_lines(struct recorded_builder *builder, struct line_buffer *buffer,
			      size_t fresh, struct error *err)
{
	uint8_t *begin = buffer->bytes;
	uint8_t *search = buffer->bytes + buffer->size - fresh;
	uint8_t *end = buffer->bytes + buffer->size;

	for (;;) {
		uint8_t *newline =
			search < end ? memchr(search, '\n', (size_t)(end - search)) : NULL;
		enum status st;

		if (!newline)
			break;
		st = recorded_line(builder, slice_of(begin, (size_t)(newline - begin)), err);
		if (st != OK)
			return st;
		begin = search = newline + 1;
	}
	buffer->size = (size_t)(end - begin);
	memmove(buffer->bytes, begin, buffer->size);
	return OK;
}

static enum status gzip_problem(gzFile file, const char *path, uint64_t line, struct error *err)
{
	int code = 0;
	const char *words = gzerror(file, &code);

	if (code == Z_ERRNO)
		return error_set(err, ERR_SYSTEM, "%.*s: %s", NAME_MAX_CHARS, path,
				 strerror(errno));
	return error_set(err, ERR_BAD_DATA,
			 "%.*s: line %" PRIu64 ": expected more gzipped data (%s)", NAME_MAX_CHARS,
			 path, line + 1, code == Z_BUF_ERROR ? "the file is cut off" : words);
}

static enum status read_lines(struct recorded_builder *builder, struct line_buffer *buffer,
			      gzFile file, const char *path, struct error *err)
{
	for (;;) {
		enum status st;
		int code = 0;
		int got;

		if (buffer->size == buffer->capacity) {
			if (buffer->capacity >= LINE_MAX_BYTES)
				return too_long(path, builder->line, err);
			buffer->capacity =
				buffer->capacity ? buffer->capacity * 2 : FIRST_LINE_BYTES;
			buffer->bytes = xrealloc(buffer->bytes, buffer->capacity);
		}
		got = gzread(file, buffer->bytes + buffer->size,
			     (unsigned)(buffer->capacity - buffer->size));
		if (got < 0)
			return gzip_problem(file, path, builder->line, err);
		if (got == 0) {
			(void)gzerror(file, &code);
			if (code != Z_OK && code != Z_STREAM_END)
				return gzip_problem(file, path, builder->line, err);
			break;
		}
		buffer->size += (size_t)got;
		st = take_lines(builder, buffer, (size_t)got, err);
		if (st != OK)
			return st;
	}
	if (!buffer->size)
		return OK;
	return recorded_line(builder, slice_of(buffer->bytes, buffer->size), err);
}

static enum status read_file(struct recorded_builder *builder, const char *path, struct error *err)
{
	struct line_buffer buffer = {0};
	enum status st;
	gzFile file;

	errno = 0;
	file = gzopen(path, "rbe");
	if (!file)
		return error_set(err, ERR_SYSTEM, "%.*s: %s", NAME_MAX_CHARS, path,
				 strerror(errno ? errno : ENOMEM));
	(void)gzbuffer(file, 128 * 1024);
	if (gzdirect(file)) {
		int code = 0;

		(void)gzerror(file, &code);
		st = code == Z_ERRNO ? gzip_problem(file, path, 0, err)
				     : error_set(err, ERR_BAD_DATA,
						 "%.*s: line 1: expected a gzipped recorded chain, "
						 "the file is not gzipped",
						 NAME_MAX_CHARS, path);
	} else {
		st = read_lines(builder, &buffer, file, path, err);
	}
	(void)gzclose(file);
	free(buffer.bytes);
	return st;
}

enum status recorded_read(struct recorded **out, const char *path, struct error *err)
{
	struct recorded_builder *builder = recorded_begin(path);
	enum status st = read_file(builder, path, err);

	if (st != OK) {
		(void)recorded_end(NULL, builder, NULL);
		return st;
	}
	return recorded_end(out, builder, err);
}
