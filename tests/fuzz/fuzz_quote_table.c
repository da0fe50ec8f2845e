/*
 * Any text as a table of covers: it is priced, line for line, and pricing what came out changes
 * nothing; or it is refused as ERR_BAD_DATA in one line, after whole lines of output.
 */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/quote_table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct text {
	char *data;
	size_t size;
};

static enum status price(struct text *out, const struct premium_model *model, const void *data,
			 size_t size, struct error *err)
{
	u256 parameters[PREMIUM_PARAMETERS_MAX];
	/* A stream of no bytes cannot be had from fmemopen. */
	FILE *in = size ? fmemopen((void *)(uintptr_t)data, size, "rb") : fopen("/dev/null", "rb");
	FILE *written = open_memstream(&out->data, &out->size);
	enum status st;

	assert(in && written);
	if (model->defaults)
		model->defaults(parameters);
	st = quote_table(written, in, "fuzz", model, parameters, err);
	(void)fclose(in);
	(void)fclose(written);
	return st;
}

static size_t lines(const char *data, size_t size)
{
	size_t count = 0;

	for (size_t i = 0; i < size; i++)
		count += data[i] == '\n';
	return count;
}

static void check_refusal(enum status st, const struct error *err, const struct text *out)
{
	assert(st == ERR_BAD_DATA && err->status == st);
	assert(strncmp(err->message, "fuzz: ", 6) == 0);
	for (const char *at = err->message; *at; at++)
		assert((unsigned char)*at >= 0x20);
	/* What has no header has only lines that are kept, and the last may have no end. */
	assert(!out->size || out->data[out->size - 1] == '\n' || strstr(err->message, "no header"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct premium_model *model =
		premium_model_at(size ? data[0] % premium_model_count() : 0);
	struct text out = {NULL, 0};
	struct text again = {NULL, 0};
	struct error err;
	enum status st;

	if (size) {
		data++;
		size--;
	}
	st = price(&out, model, data, size, &err);
	if (st == OK) {
		assert(lines(out.data, out.size) == lines((const char *)data, size));
		assert(price(&again, model, out.data, out.size, &err) == OK);
		assert(again.size == out.size && memcmp(again.data, out.data, out.size) == 0);
	} else {
		check_refusal(st, &err, &out);
	}
	free(again.data);
	free(out.data);
	return 0;
}
