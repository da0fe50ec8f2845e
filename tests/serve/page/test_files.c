/* The page's files as they are part of the program. */
#include <string.h>
#include <zlib.h>

#include "serve/page/file.h"
#include "tests/support/test.h"

enum { PLAIN_MAX = 1 << 20 };

static void every_file_unpacks_to_itself(void **state)
{
	uint8_t *plain = malloc(PLAIN_MAX);

	(void)state;
	assert_non_null(plain);
	assert_true(page_file_count > 10);
	for (size_t i = 0; i < page_file_count; i++) {
		const struct page_file *file = &page_files[i];
		z_stream z = {.next_in = (Bytef *)(uintptr_t)file->gzip.data,
			      .avail_in = (uInt)file->gzip.size,
			      .next_out = plain,
			      .avail_out = PLAIN_MAX};

		assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
		assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
		assert_int_equal(z.total_out, file->plain.size);
		assert_memory_equal(plain, file->plain.data, file->plain.size);
		assert_int_equal(inflateEnd(&z), Z_OK);
	}
	free(plain);
}

static void a_file_is_found_by_its_path(void **state)
{
	(void)state;
	for (size_t i = 0; i < page_file_count; i++)
		assert_ptr_equal(page_file_find(page_files[i].path), &page_files[i]);
	assert_non_null(page_file_find("index.html"));
	assert_non_null(page_file_find("views/pool.js"));
	assert_null(page_file_find("views"));
	assert_null(page_file_find(""));
	assert_null(page_file_find("../Makefile"));
}

static void each_has_a_tag_and_a_type_of_its_own(void **state)
{
	(void)state;
	for (size_t i = 0; i < page_file_count; i++) {
		const char *etag = page_files[i].etag;

		assert_int_equal(strlen(etag), 34);
		assert_true(etag[0] == '"' && etag[33] == '"');
		assert_non_null(strstr(page_files[i].content_type, "; charset=utf-8"));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(etag, page_files[k].etag);
	}
}

static void the_page_names_its_build(void **state)
{
	const struct page_file *index = page_file_find("index.html");
	char *text = calloc(1, index->plain.size + 1);

	(void)state;
	assert_non_null(text);
	memcpy(text, index->plain.data, index->plain.size);
	assert_int_equal(strlen(page_hash), 16);
	assert_non_null(strstr(text, page_hash));
	assert_null(strstr(text, "@HASH@"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_file_unpacks_to_itself),
		cmocka_unit_test(a_file_is_found_by_its_path),
		cmocka_unit_test(each_has_a_tag_and_a_type_of_its_own),
		cmocka_unit_test(the_page_names_its_build),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
