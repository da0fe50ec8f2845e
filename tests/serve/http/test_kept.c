/* Answers that are kept, connections that are counted, work that is given away. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>

#include "serve/http/cache.h"
#include "serve/http/census.h"
#include "serve/http/compress.h"
#include "serve/http/work.h"
#include "tests/support/test.h"

/* ---- cache ---- */

static uint64_t repairs; /* so many there were */

static bool keep(struct cache *cache, const char *text, uint64_t bytes, enum cache_hold hold,
		 uint64_t commit)
{
	const struct cache_age made = {.commit = commit, .repairs = repairs};
	const struct cached cached = {
		.response = MHD_create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT),
		.tag = text,
		.bytes = bytes};
	struct cache_key key = cache_key_of(text);
	bool is_kept = cache_keep(cache, &key, &cached, hold, &made);

	if (!is_kept)
		MHD_destroy_response(cached.response);
	return is_kept;
}

static bool has(struct cache *cache, const char *text, uint64_t commit)
{
	const struct cache_age now = {.commit = commit, .repairs = repairs};
	struct cache_key key = cache_key_of(text);
	const struct cached *cached = cache_take(cache, &key, &now);

	if (!cached)
		return false;
	assert_string_equal(cached->tag, text);
	cache_give_back(cache, cached);
	return true;
}

static void what_is_kept_holds_until_the_next_commit(void **state)
{
	struct cache *cache = cache_new(1 << 20);

	(void)state;
	assert_true(keep(cache, "now", 10, HOLDS_TO_COMMIT, 5));
	assert_true(keep(cache, "ever", 10, HOLDS_TO_REPAIR, 5));
	assert_true(has(cache, "now", 5));
	assert_false(has(cache, "now", 4)); /* who saw an earlier commit */
	assert_true(has(cache, "now", 5));
	assert_false(has(cache, "now", 6));
	assert_false(has(cache, "now", 5)); /* gone */
	assert_true(has(cache, "ever", 6));
	assert_false(has(cache, "other", 5));
	assert_true(keep(cache, "now", 10, HOLDS_TO_COMMIT, 6));
	assert_true(keep(cache, "now", 10, HOLDS_TO_COMMIT, 7)); /* in its place */
	assert_false(has(cache, "now", 6));
	assert_true(has(cache, "now", 7));
	cache_free(cache);
}

static void what_is_final_holds_until_a_repair(void **state)
{
	struct cache *cache = cache_new(1 << 20);

	(void)state;
	repairs = 1;
	assert_true(keep(cache, "final", 10, HOLDS_TO_REPAIR, 5));
	assert_true(keep(cache, "program", 10, HOLDS_FOR_EVER, 5));
	assert_true(has(cache, "final", 9));
	repairs = 0;
	assert_false(has(cache, "final", 4)); /* who saw the mirror before */
	repairs = 1;
	assert_true(has(cache, "final", 9));
	repairs = 2;
	assert_false(has(cache, "final", 10));
	repairs = 1;
	assert_false(has(cache, "final", 9)); /* gone */
	assert_true(has(cache, "program", 10));
	repairs = 0;
	cache_free(cache);
}

static void the_least_used_goes_first(void **state)
{
	struct cache *cache = cache_new(80 * 1024);
	char name[16];
	size_t left = 0;

	(void)state;
	assert_false(keep(cache, "too large", 20 * 1024, HOLDS_TO_REPAIR, 1));
	assert_true(keep(cache, "first", 4096, HOLDS_TO_REPAIR, 1));
	for (int i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		assert_true(keep(cache, name, 4096, HOLDS_TO_REPAIR, 1));
		assert_true(has(cache, "first", 1)); /* asked for all the time */
	}
	for (int i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "n%d", i);
		left += has(cache, name, 1);
	}
	assert_in_range(left, 10, 19);
	assert_true(has(cache, "n99", 1));
	assert_false(has(cache, "n0", 1));
	cache_free(cache);
}

static void what_is_in_use_outlives_its_place(void **state)
{
	struct cache *cache = cache_new(1 << 20);
	const struct cache_age now = {.commit = 1};
	struct cache_key key = cache_key_of("a");
	const struct cached *cached;

	(void)state;
	assert_true(keep(cache, "a", 10, HOLDS_TO_REPAIR, 1));
	cached = cache_take(cache, &key, &now);
	assert_non_null(cached);
	assert_true(keep(cache, "a", 20, HOLDS_TO_REPAIR, 2));
	assert_int_equal(cached->bytes, 10);
	cache_give_back(cache, cached);
	cache_free(cache);
}

/* ---- census ---- */

static struct net_origin v4(const char *text)
{
	struct sockaddr_in in = {.sin_family = AF_INET};

	assert_int_equal(inet_pton(AF_INET, text, &in.sin_addr), 1);
	return net_origin_of((const struct sockaddr *)&in);
}

static struct net_origin v6(const char *text)
{
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};

	assert_int_equal(inet_pton(AF_INET6, text, &in6.sin6_addr), 1);
	return net_origin_of((const struct sockaddr *)&in6);
}

static void shows(struct net_origin origin, const char *wanted)
{
	char text[ORIGIN_TEXT];

	assert_string_equal(net_origin_format(text, &origin), wanted);
}

static void an_address_is_shown_as_it_is_counted(void **state)
{
	struct sockaddr local = {.sa_family = AF_UNIX};

	(void)state;
	shows(v4("203.0.113.7"), "203.0.113.7");
	shows(v6("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
	shows(v6("::ffff:203.0.113.7"), "203.0.113.7");
	shows(v6("::1"), "::1");
	shows(net_origin_of(&local), "::/64");
}

static void connections_are_counted_by_address(void **state)
{
	struct census *census = census_new(5, 3);
	struct net_origin a = v4("203.0.113.7");
	struct net_origin b = v6("2001:db8::1");
	struct net_origin same_as_b = v6("2001:db8::2");
	struct net_origin here = v4("127.0.0.1");

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(census_ask(census, &a), CENSUS_ADMITS);
		census_add(census, &a);
	}
	assert_int_equal(census_ask(census, &a), CENSUS_TOO_MANY_OF_ONE);
	census_add(census, &b);
	census_add(census, &same_as_b);
	assert_int_equal(census_ask(census, &b), CENSUS_TOO_MANY);
	assert_int_equal(census_ask(census, &here), CENSUS_ADMITS); /* the spare places */
	census_remove(census, &a);
	assert_int_equal(census_ask(census, &a), CENSUS_ADMITS);
	census_add(census, &same_as_b);
	census_remove(census, &a);
	assert_int_equal(census_ask(census, &b), CENSUS_TOO_MANY_OF_ONE);
	assert_int_equal(census_ask(census, &a), CENSUS_ADMITS);
	for (int i = 0; i < 3; i++)
		census_remove(census, &b);
	census_remove(census, &a);
	for (int i = 0; i < 3; i++)
		census_add(census, &here);
	assert_int_equal(census_ask(census, &here), CENSUS_TOO_MANY_OF_ONE);
	census_free(census);
}

/* ---- work ---- */

enum { JOBS = 1000 };

struct tally {
	atomic_int done[JOBS];
	atomic_int count;
};

struct job {
	struct tally *tally;
	int number;
};

static void run(void *context)
{
	struct job *job = context;

	atomic_fetch_add(&job->tally->done[job->number], 1);
	atomic_fetch_add(&job->tally->count, 1);
}

static void each_job_is_done_once(void **state)
{
	struct tally *tally = xcalloc(1, sizeof(*tally));
	struct job *jobs = xcalloc(JOBS, sizeof(*jobs));
	struct work *work = work_new(3, 16, run);
	struct error err;
	int taken = 0;

	(void)state;
	assert_false(work_add(work, &jobs[0])); /* not begun */
	assert_ok(work_start(work, &err), err);
	for (int i = 0; i < JOBS; i++) {
		jobs[i] = (struct job){tally, i};
		taken += work_add(work, &jobs[i]);
	}
	assert_true(taken >= 16);
	work_stop(work);
	assert_int_equal(atomic_load(&tally->count), taken);
	for (int i = 0; i < JOBS; i++)
		assert_true(atomic_load(&tally->done[i]) <= 1);
	assert_false(work_add(work, &jobs[0]));
	work_stop(work);
	work_free(work);
	free(jobs);
	free(tally);
}

/* ---- compression ---- */

static void only_what_gets_smaller_is_compressed(void **state)
{
	uint8_t noise[2000];
	char zeros[2000] = "";
	uint32_t seed = 1;
	size_t size = 0;
	void *packed;

	(void)state;
	for (size_t i = 0; i < sizeof(noise); i++) {
		seed = seed * 1664525 + 1013904223;
		noise[i] = (uint8_t)(seed >> 24);
	}
	assert_null(compress_gzip(&size, slice_of(noise, sizeof(noise))));
	assert_null(compress_gzip(&size, slice_of("", 0)));
	packed = compress_gzip(&size, slice_of(zeros, sizeof(zeros)));
	assert_non_null(packed);
	assert_in_range(size, 20, 100);
	assert_memory_equal(packed, "\x1f\x8b", 2);
	free(packed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_kept_holds_until_the_next_commit),
		cmocka_unit_test(what_is_final_holds_until_a_repair),
		cmocka_unit_test(the_least_used_goes_first),
		cmocka_unit_test(what_is_in_use_outlives_its_place),
		cmocka_unit_test(an_address_is_shown_as_it_is_counted),
		cmocka_unit_test(connections_are_counted_by_address),
		cmocka_unit_test(each_job_is_done_once),
		cmocka_unit_test(only_what_gets_smaller_is_compressed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
