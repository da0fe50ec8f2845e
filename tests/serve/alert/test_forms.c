/*
 * The forms that a message is given: signed, as Slack takes it, as an Alertmanager takes it. The
 * signatures' figures were made by node:crypto and ethers; the scripts compare with them, too.
 */
#include <jansson.h>

#include "abi/keccak.h"
#include "chain/signature.h"
#include "serve/alert/alertmanager.h"
#include "serve/alert/sign.h"
#include "serve/alert/slack.h"
#include "tests/support/test.h"

#define BODY "{\"version\":1}\n"
#define TIMESTAMP 1795274778

static struct slice body(void)
{
	return slice_of(BODY, sizeof(BODY) - 1);
}

static struct config_alert signing(void)
{
	struct config_alert alert = {.kind = ALERT_WEBHOOK, .hmac_secret = "hmacs3cret"};
	struct error err;

	alert.has_signing_key = true;
	alert.signing_key[31] = 1;
	assert_ok(signature_address(&alert.signer, alert.signing_key, &err), err);
	return alert;
}

static void signatures_are_those_of_other_libraries(void **state)
{
	const struct config_alert alert = signing();
	struct arena *arena = arena_new();
	struct alert_lines lines;
	struct error err;

	(void)state;
	assert_ok(alert_sign(&lines, arena, &alert, "an-id", TIMESTAMP, body(), &err), err);
	assert_int_equal(lines.count, 5);
	assert_string_equal(lines.lines[0], "X-Covermirror-Id: an-id");
	assert_string_equal(lines.lines[1], "X-Covermirror-Timestamp: 1795274778");
	assert_string_equal(lines.lines[2],
			    "X-Covermirror-Signature-256: sha256="
			    "b863610efda3783a8069ad2966d932b662c7636bef7501a7964ad77c8cc54eb6");
	assert_string_equal(lines.lines[3],
			    "X-Covermirror-Signature-Secp256k1: 0x"
			    "df3ef94f4a6e1aa75f35dd875d025597b676f19a30affb4eedecb27b12aa118b"
			    "77f48540b84e47675b8766bc8b0e7cac32aad9d764aa26a9ca9ecfa0397672a01b");
	assert_string_equal(lines.lines[4],
			    "X-Covermirror-Signer: 0x7e5f4552091a69125d5dfcb7b8c2659029395bdf");
	arena_free(arena);
}

static void each_signature_stands_for_itself(void **state)
{
	struct config_alert alert = signing();
	struct arena *arena = arena_new();
	struct alert_lines lines;
	struct error err;

	(void)state;
	alert.has_signing_key = false;
	assert_ok(alert_sign(&lines, arena, &alert, "i", 1, body(), &err), err);
	assert_int_equal(lines.count, 3);
	alert.hmac_secret = NULL;
	assert_ok(alert_sign(&lines, arena, &alert, "i", 1, body(), &err), err);
	assert_int_equal(lines.count, 2);
	alert.has_signing_key = true;
	assert_ok(alert_sign(&lines, arena, &alert, "i", 1, body(), &err), err);
	assert_int_equal(lines.count, 4);
	arena_free(arena);
}

/* Whatever is changed, the signature is another: time, body, secret. */
static void a_signature_covers_time_body_and_secret(void **state)
{
	struct config_alert alert = signing();
	struct arena *arena = arena_new();
	struct alert_lines a;
	struct alert_lines b;
	struct error err;

	(void)state;
	assert_ok(alert_sign(&a, arena, &alert, "i", TIMESTAMP, body(), &err), err);
	assert_ok(alert_sign(&b, arena, &alert, "i", TIMESTAMP + 1, body(), &err), err);
	assert_string_not_equal(a.lines[2], b.lines[2]);
	assert_string_not_equal(a.lines[3], b.lines[3]);
	assert_ok(alert_sign(&b, arena, &alert, "i", TIMESTAMP, slice_of("x", 1), &err), err);
	assert_string_not_equal(a.lines[2], b.lines[2]);
	assert_string_not_equal(a.lines[3], b.lines[3]);
	alert.hmac_secret = "another";
	assert_ok(alert_sign(&b, arena, &alert, "i", TIMESTAMP, body(), &err), err);
	assert_string_not_equal(a.lines[2], b.lines[2]);
	assert_string_equal(a.lines[3], b.lines[3]);
	arena_free(arena);
}

/* ---- Slack ---- */

static void slack_gets_its_three_characters_escaped(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	assert_string_equal(slack_text(arena, "a < b & c > <!channel> \"ü\""),
			    "a &lt; b &amp; c &gt; &lt;!channel&gt; \"ü\"");
	assert_string_equal(slack_text(arena, ""), "");
	arena_free(arena);
}

static void a_long_text_is_cut_between_characters(void **state)
{
	static const char *const pieces[] = {"x", "&", "ü", "€", "😀", "a&"};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		for (size_t shift = 0; shift < 6; shift++) {
			struct buffer text = buffer_in(arena);
			const char *cut;
			json_t *json;
			size_t length;

			for (size_t k = 0; k < shift; k++)
				buffer_byte(&text, 'y');
			for (size_t k = 0; k < SLACK_TEXT_MAX; k++)
				buffer_text(&text, pieces[i]);
			cut = slack_text(arena, buffer_string(&text));
			length = strlen(cut);
			if (shift || strcmp(pieces[i], "x") != 0) {
				assert_true(length <= SLACK_TEXT_MAX);
				assert_true(length > SLACK_TEXT_MAX - 10);
				assert_string_equal(cut + length - strlen("…"), "…");
			} else { /* it just fits */
				assert_int_equal(length, SLACK_TEXT_MAX);
			}
			json = json_string(cut); /* refuses what is no UTF-8 */
			assert_non_null(json);
			json_decref(json);
		}
	arena_free(arena);
}

/* ---- Alertmanager ---- */

static void urls_lead_to_the_alerts_of_the_second_version(void **state)
{
	static const char *const urls[][2] = {
		{"http://a:9093", "http://a:9093/api/v2/alerts"},
		{"http://a:9093/", "http://a:9093/api/v2/alerts"},
		{"http://a/prefix//", "http://a/prefix/api/v2/alerts"},
		{"http://a/api/v2/alerts", "http://a/api/v2/alerts"},
		{"http://a/api/v2/alerts/", "http://a/api/v2/alerts"},
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		assert_string_equal(alertmanager_url(arena, urls[i][0]), urls[i][1]);
	arena_free(arena);
}

struct stage {
	struct arena *arena;
	struct config config;
	struct config_alert alert;
	struct config_pair label;
	struct pool pool;
	struct alert_note note;
	struct alert_message message;
};

static void set_stage(struct stage *s)
{
	*s = (struct stage){.arena = arena_new(),
			    .config = {.chain_id = 31337, .serve = {.listen = "127.0.0.1:8480"}},
			    .label = {.name = "team", .value = "treasury"}};
	s->alert.labels = &s->label;
	s->alert.label_count = 1;
	s->pool.setup.name = "cover";
	s->note = (struct alert_note){.episode = UINT64_C(1795274778123),
				      .block_time = 1795274000,
				      .finding = {.check = "event-figures",
						  .severity = SEVERITY_ERROR,
						  .block = 101,
						  .subject = "0xcd minted",
						  .expected = "3",
						  .actual = "4",
						  .difference = "1",
						  .trace = "minted\tamount * 2\t3\tamount=1",
						  .state = "open"}};
	s->note.about.key[0] = 0xe7;
	s->message = (struct alert_message){.note = &s->note,
					    .finding = &s->note.finding,
					    .episode = s->note.episode,
					    .block_time = s->note.block_time};
}

static json_t *body_at(struct stage *s, uint64_t now_ms, bool is_test)
{
	struct alert_letter letter;
	struct slice bytes;
	json_t *list;

	alert_letter_write(&letter, s->arena, &s->pool, &s->message, is_test);
	bytes = alertmanager_body(s->arena, &s->config, &s->alert, &letter, 1, now_ms);
	list = json_loadb((const char *)bytes.data, bytes.size, 0, NULL);
	assert_int_equal(json_array_size(list), 1);
	return list;
}

static const char *member(json_t *list, const char *object, const char *name)
{
	json_t *item = json_array_get(list, 0);

	return json_string_value(
		json_object_get(object ? json_object_get(item, object) : item, name));
}

static void an_open_finding_is_an_alert_that_lasts_for_a_while(void **state)
{
	struct stage s;
	json_t *list;

	(void)state;
	set_stage(&s);
	list = body_at(&s, UINT64_C(1795274780000), false);
	assert_string_equal(member(list, "labels", "alertname"), "event-figures");
	assert_string_equal(member(list, "labels", "severity"), "error");
	assert_string_equal(member(list, "labels", "pool"), "cover");
	assert_string_equal(member(list, "labels", "chain_id"), "31337");
	assert_string_equal(member(list, "labels", "team"), "treasury");
	assert_string_equal(member(list, "labels", "finding"), "e7000000000000000000000000000000");
	assert_string_equal(member(list, "annotations", "expected"), "3");
	assert_string_equal(member(list, "annotations", "actual"), "4");
	assert_string_equal(member(list, "annotations", "difference"), "1");
	assert_string_equal(member(list, "annotations", "block"), "101");
	assert_string_equal(member(list, "annotations", "trace"), "minted = amount * 2 = 3");
	assert_string_equal(member(list, "annotations", "state"), "open");
	assert_string_equal(member(list, NULL, "startsAt"), "2026-11-21T15:13:20.000Z");
	assert_string_equal(member(list, NULL, "endsAt"), "2026-11-21T15:31:20.000Z");
	assert_string_equal(member(list, NULL, "generatorURL"), "http://127.0.0.1:8480/#/findings");
	json_decref(list);
	arena_free(s.arena);
}

static void no_url_is_told_that_nobody_could_open(void **state)
{
	static const char *const listens[] = {"0.0.0.0:80", "[::]:80", "127.0.0.1:0"};
	struct stage s;

	(void)state;
	set_stage(&s);
	for (size_t i = 0; i < sizeof(listens) / sizeof(listens[0]); i++) {
		json_t *list;

		s.config.serve.listen = listens[i];
		list = body_at(&s, UINT64_C(1795274780000), false);
		assert_null(member(list, NULL, "generatorURL"));
		json_decref(list);
	}
	arena_free(s.arena);
}

static void its_end_has_the_same_labels_and_a_time_that_is_past(void **state)
{
	struct stage s;
	json_t *open;
	json_t *over;

	(void)state;
	set_stage(&s);
	open = body_at(&s, UINT64_C(1795274780000), false);
	s.note.is_told = s.note.is_over = true;
	s.note.end = s.note.finding;
	s.note.end.state = "resolved";
	s.note.end.resolved_at = 120;
	s.note.over_ms = UINT64_C(1795274790500);
	s.message.finding = &s.note.end;
	s.message.is_end = true;
	s.message.over_ms = s.note.over_ms;
	over = body_at(&s, UINT64_C(1795274999000), false);
	assert_true(json_equal(json_object_get(json_array_get(open, 0), "labels"),
			       json_object_get(json_array_get(over, 0), "labels")));
	assert_string_equal(member(over, NULL, "endsAt"), "2026-11-21T15:26:30.500Z");
	assert_string_equal(member(over, "annotations", "state"), "resolved");
	assert_string_equal(member(over, "annotations", "resolved_at"), "120");
	json_decref(open);
	json_decref(over);
	arena_free(s.arena);
}

/* Alertmanager refuses an alert that ends before it begins. */
static void clocks_that_disagree_make_no_alert_that_is_refused(void **state)
{
	static const uint64_t block_times[] = {0, 1, 1795274778, 1795279999, UINT64_MAX};
	static const uint64_t nows[] = {0, 1, UINT64_C(1795274778123), UINT64_C(1795279999000)};
	struct stage s;

	(void)state;
	set_stage(&s);
	s.message.is_end = true;
	for (size_t i = 0; i < sizeof(block_times) / sizeof(block_times[0]); i++)
		for (size_t k = 0; k < sizeof(nows) / sizeof(nows[0]); k++)
			for (unsigned m = 0; m < 2; m++) {
				json_t *list;

				s.message.block_time = block_times[i];
				s.message.over_ms = m ? s.note.episode : 0;
				list = body_at(&s, nows[k], false);
				assert_true(strcmp(member(list, NULL, "startsAt"),
						   member(list, NULL, "endsAt")) <= 0);
				json_decref(list);
			}
	arena_free(s.arena);
}

static void long_texts_are_bounded(void **state)
{
	struct stage s;
	struct buffer text;
	json_t *list;

	(void)state;
	set_stage(&s);
	text = buffer_in(s.arena);
	for (size_t i = 0; i < 5000; i++)
		buffer_text(&text, "ü");
	s.note.finding.actual = buffer_string(&text);
	list = body_at(&s, UINT64_C(1795274780000), false);
	assert_int_equal(strlen(member(list, "annotations", "actual")), ALERTMANAGER_TEXT_MAX);
	json_decref(list);
	arena_free(s.arena);
}

static void a_test_says_so_and_ends_by_itself(void **state)
{
	struct stage s;
	json_t *list;

	(void)state;
	set_stage(&s);
	s.note.finding.check = "covermirror-test";
	list = body_at(&s, UINT64_C(1795274780000), true);
	assert_non_null(strstr(member(list, "annotations", "summary"), "TEST"));
	assert_string_equal(member(list, NULL, "endsAt"), "2026-11-21T15:27:20.000Z");
	json_decref(list);
	arena_free(s.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signatures_are_those_of_other_libraries),
		cmocka_unit_test(each_signature_stands_for_itself),
		cmocka_unit_test(a_signature_covers_time_body_and_secret),
		cmocka_unit_test(slack_gets_its_three_characters_escaped),
		cmocka_unit_test(a_long_text_is_cut_between_characters),
		cmocka_unit_test(urls_lead_to_the_alerts_of_the_second_version),
		cmocka_unit_test(an_open_finding_is_an_alert_that_lasts_for_a_while),
		cmocka_unit_test(no_url_is_told_that_nobody_could_open),
		cmocka_unit_test(its_end_has_the_same_labels_and_a_time_that_is_past),
		cmocka_unit_test(clocks_that_disagree_make_no_alert_that_is_refused),
		cmocka_unit_test(long_texts_are_bounded),
		cmocka_unit_test(a_test_says_so_and_ends_by_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
