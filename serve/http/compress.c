#include "serve/http/compress.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
	LEVEL = 4, /* more costs time that the answers of a mirror do not save */
	GZIP_WINDOW = 15 + 16,
	MEMORY = 8,
};

void *compress_gzip(size_t *size, struct slice body)
{
	z_stream stream = {0};
	unsigned char *out;
	bool is_smaller;

	if (body.size >= UINT_MAX || !body.size ||
	    deflateInit2(&stream, LEVEL, Z_DEFLATED, GZIP_WINDOW, MEMORY, Z_DEFAULT_STRATEGY) !=
		    Z_OK)
		return NULL;
	out = xmalloc(body.size);
	memcpy(&stream.next_in, &body.data, sizeof(body.data)); /* zlib's own is not const */
	stream.avail_in = (uInt)body.size;
	stream.next_out = out;
	stream.avail_out = (uInt)body.size;
	is_smaller = deflate(&stream, Z_FINISH) == Z_STREAM_END;
	*size = stream.total_out;
	(void)deflateEnd(&stream);
	if (is_smaller)
		return out;
	free(out);
	return NULL;
}
