#include "indexer/http_impl.h"

#include <ctype.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
	CONNECT_TIMEOUT_MS = 10000,
	FIRST_BODY_BYTES = 64 * 1024,
	HEAD_BYTES_MAX = 256 * 1024, /* of a reply, with all its interim ones and trailers */
	RECEIVE_BYTES = 128 * 1024,  /* libcurl's: below what the allocator maps each time anew */
	KEEP_BODY_BYTES = 4 * 1024 * 1024, /* of an idle request */
	SECRETS_MAX = 32,
	SECRET_BYTES_LEAST = 3,
	PATH_SECRET_BYTES_LEAST = 8, /* "v3" and "rpc" are not secret */
	CUT_SECRET_BYTES_LEAST = 4,  /* so much of one at the end of a text that was cut */
};

struct http_request {
	struct http_head head; /* NULL: libcurl's, as all below */
	struct http *http;
	struct http_request *next_idle;
	CURL *easy;
	struct curl_slist *headers; /* with some of its own; NULL: those of all */
	uint8_t *body;
	size_t size;
	size_t capacity;
	bool under_way;
	bool too_big;
	size_t head_size;
	bool head_too_big;
	struct http_reply reply;
};

struct http {
	struct http_head head; /* NULL: libcurl's, as all below */
	struct http_options options;
	char *url;
	char *label;
	char *secrets[SECRETS_MAX];
	size_t secret_count;
	bool is_loopback;
	bool is_https;
	CURLM *multi;
	struct curl_slist *headers;
	struct http_request *idle;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void init_curl(void)
{
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
		(void)fputs("covermirror: libcurl cannot be initialised\n", stderr);
		abort();
	}
}

/* ---- the url ---- */

static void add_secret(struct http *http, const char *text, size_t length, size_t least)
{
	char *copy;

	for (size_t i = 0; i < http->secret_count; i++)
		if (strlen(http->secrets[i]) == length &&
		    memcmp(http->secrets[i], text, length) == 0)
			return;
	if (length < least || http->secret_count == SECRETS_MAX)
		return;
	copy = xmalloc(length + 1);
	memcpy(copy, text, length);
	copy[length] = '\0';
	http->secrets[http->secret_count++] = copy;
}

static void add_part(struct http *http, CURLU *url, CURLUPart part, unsigned flags)
{
	char *text = NULL;

	if (curl_url_get(url, part, &text, flags) == CURLUE_OK)
		add_secret(http, text, strlen(text), SECRET_BYTES_LEAST);
	curl_free(text);
}

/* Every piece of the path or query between the given separators, as it is and decoded. */
static void add_pieces(struct http *http, CURLU *url, CURLUPart part, const char *separators,
		       size_t least)
{
	char *text = NULL;

	if (curl_url_get(url, part, &text, 0) == CURLUE_OK) {
		for (const char *at = text; *at;) {
			size_t length = strcspn(at, separators);
			int decoded_length = 0;
			char *decoded;

			add_secret(http, at, length, least);
			/* a length of 0 would mean all of the text */
			decoded =
				length ? curl_easy_unescape(NULL, at, (int)length, &decoded_length)
				       : NULL;
			if (decoded)
				add_secret(http, decoded, strlen(decoded), least);
			curl_free(decoded);
			at += length;
			at += strspn(at, separators);
		}
	}
	curl_free(text);
}

/* "user:password" as the Authorization header has it, which servers repeat, too. */
static void add_basic(struct http *http, CURLU *url)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *user = NULL;
	char *password = NULL;
	struct arena *arena = arena_new();
	struct buffer text = buffer_in(arena);
	struct buffer coded = buffer_in(arena);

	(void)curl_url_get(url, CURLUPART_USER, &user, CURLU_URLDECODE);
	(void)curl_url_get(url, CURLUPART_PASSWORD, &password, CURLU_URLDECODE);
	if (user || password) {
		buffer_printf(&text, "%s:%s", user ? user : "", password ? password : "");
		for (size_t i = 0; i < text.size; i += 3) {
			uint32_t bits = 0;

			for (size_t k = 0; k < 3; k++)
				bits = bits << 8 | (i + k < text.size ? text.data[i + k] : 0U);
			for (unsigned k = 0; k < 4; k++)
				if (i + k <= text.size)
					buffer_byte(&coded,
						    (uint8_t)digits[bits >> (18 - 6 * k) & 63]);
		}
		add_secret(http, buffer_string(&coded), coded.size, SECRET_BYTES_LEAST);
	}
	arena_free(arena);
	curl_free(user);
	curl_free(password);
}

static bool is_loopback(const char *host)
{
	return strcasecmp(host, "localhost") == 0 || strncmp(host, "127.", 4) == 0 ||
	       strcmp(host, "[::1]") == 0;
}

static void make_label(struct http *http, const char *scheme, const char *host, const char *port)
{
	size_t size = strlen(scheme) + strlen(host) + (port ? strlen(port) : 0) + 5;

	http->label = xmalloc(size);
	(void)snprintf(http->label, size, "%s://%s%s%s", scheme, host, port ? ":" : "",
		       port ? port : "");
}

static enum status read_url(struct http *http, const char *text, struct error *err)
{
	CURLU *url = curl_url();
	char *scheme = NULL;
	char *host = NULL;
	char *port = NULL;
	CURLUcode code;

	if (!url)
		abort();
	code = strstr(text, ":///") ? CURLUE_NO_HOST : curl_url_set(url, CURLUPART_URL, text, 0);
	if (code == CURLUE_OK)
		code = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);
	if (code == CURLUE_OK)
		code = curl_url_get(url, CURLUPART_HOST, &host, 0);
	if (code == CURLUE_OK) {
		(void)curl_url_get(url, CURLUPART_PORT, &port, 0);
		make_label(http, scheme, host, port);
		http->is_loopback = is_loopback(host);
		http->is_https = strcasecmp(scheme, "https") == 0;
		add_part(http, url, CURLUPART_USER, 0);
		add_part(http, url, CURLUPART_USER, CURLU_URLDECODE);
		add_part(http, url, CURLUPART_PASSWORD, 0);
		add_part(http, url, CURLUPART_PASSWORD, CURLU_URLDECODE);
		add_basic(http, url);
		add_pieces(http, url, CURLUPART_PATH, "/", PATH_SECRET_BYTES_LEAST);
		add_pieces(http, url, CURLUPART_QUERY, "&=", SECRET_BYTES_LEAST);
	} else {
		(void)error_set(err, ERR_USAGE,
				"an rpc url that is none (%s); expected http://HOST:PORT/… or "
				"https://…",
				curl_url_strerror(code));
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	curl_url_cleanup(url);
	return code == CURLUE_OK ? OK : ERR_USAGE;
}

/* What a server sent back was cut to a length, maybe within a secret. */
static void scrub_end(char *text, const char *secret)
{
	size_t size = strlen(text);
	size_t length = strlen(secret);

	while (--length >= CUT_SECRET_BYTES_LEAST)
		if (length <= size && memcmp(text + size - length, secret, length) == 0) {
			memset(text + size - length, '*', length);
			return;
		}
}

void http_scrub(const struct http *http, char *text)
{
	if (http->head.ops) {
		http->head.ops->scrub(http, text);
		return;
	}
	for (size_t i = 0; i < http->secret_count; i++) {
		size_t length = strlen(http->secrets[i]);

		for (char *at = text; (at = strstr(at, http->secrets[i])) != NULL; at += length)
			memset(at, '*', length);
	}
	for (size_t i = 0; i < http->secret_count; i++)
		scrub_end(text, http->secrets[i]);
}

/* ---- opening ---- */

static struct curl_slist *header_list(const char *const *lines, size_t count)
{
	struct curl_slist *list = curl_slist_append(NULL, "Content-Type: application/json");

	if (!list || !curl_slist_append(list, "Expect:"))
		abort();
	for (size_t i = 0; i < count; i++)
		if (!curl_slist_append(list, lines[i]))
			abort();
	return list;
}

enum status http_open(struct http **out, const char *url, const struct http_options *options,
		      struct error *err)
{
	struct http *http;
	enum status st;

	*out = NULL;
	if (options->transport)
		return options->transport->open(out, options->transport->context, url, options,
						err);
	(void)pthread_once(&once, init_curl);
	http = xcalloc(1, sizeof(*http));
	http->options = *options;
	http->url = xstrdup(url);
	st = read_url(http, url, err);
	if (st != OK) {
		http_close(http);
		return st;
	}
	http->multi = curl_multi_init();
	http->headers = header_list(NULL, 0);
	if (!http->multi)
		abort();
	(void)curl_multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS,
				(long)options->connections_max);
	(void)curl_multi_setopt(http->multi, CURLMOPT_MAXCONNECTS, (long)options->connections_max);
	*out = http;
	return OK;
}

static void free_request(struct http_request *request)
{
	curl_easy_cleanup(request->easy);
	curl_slist_free_all(request->headers);
	free(request->body);
	free(request);
}

void http_close(struct http *http)
{
	if (!http)
		return;
	if (http->head.ops) {
		http->head.ops->close(http);
		return;
	}
	while (http->idle) {
		struct http_request *request = http->idle;

		http->idle = request->next_idle;
		free_request(request);
	}
	if (http->multi)
		(void)curl_multi_cleanup(http->multi);
	curl_slist_free_all(http->headers);
	for (size_t i = 0; i < http->secret_count; i++)
		free(http->secrets[i]);
	free(http->label);
	free(http->url);
	free(http);
}

const char *http_label(const struct http *http)
{
	return http->head.ops ? http->head.ops->label(http) : http->label;
}

void http_wake(struct http *http)
{
	if (http->head.ops)
		http->head.ops->wake(http);
	else
		(void)curl_multi_wakeup(http->multi);
}

/* ---- requests ---- */

static void reserve(struct http_request *request, size_t size)
{
	size_t capacity = request->capacity ? request->capacity : FIRST_BODY_BYTES;
	curl_off_t announced = -1;

	if (size <= request->capacity)
		return;
	(void)curl_easy_getinfo(request->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
	if (announced > 0 && (uint64_t)announced <= request->http->options.body_bytes_max &&
	    (size_t)announced > size)
		size = (size_t)announced;
	while (capacity < size)
		capacity *= 2;
	request->body = xrealloc(request->body, capacity);
	request->capacity = capacity;
}

static size_t receive(char *data, size_t one, size_t size, void *context)
{
	struct http_request *request = context;

	(void)one; /* always 1 */
	if (size > request->http->options.body_bytes_max - request->size) {
		request->too_big = true;
		return 0;
	}
	reserve(request, request->size + size);
	memcpy(request->body + request->size, data, size);
	request->size += size;
	return size;
}

/* A head that never ends would otherwise grow in memory for as long as the deadline allows. */
static size_t receive_head(char *data, size_t one, size_t size, void *context)
{
	struct http_request *request = context;

	(void)data;
	(void)one;
	request->head_size += size;
	request->head_too_big = request->head_size > HEAD_BYTES_MAX;
	return request->head_too_big ? 0 : size;
}

static void set_options(struct http_request *request)
{
	struct http *http = request->http;
	CURL *easy = request->easy;
	uint64_t connect_ms = http->options.timeout_ms < CONNECT_TIMEOUT_MS
				      ? http->options.timeout_ms
				      : CONNECT_TIMEOUT_MS;

	(void)curl_easy_setopt(easy, CURLOPT_URL, http->url);
	(void)curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	(void)curl_easy_setopt(easy, CURLOPT_PIPEWAIT, http->is_https ? 1L : 0L);
	(void)curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "gzip, deflate");
	(void)curl_easy_setopt(easy, CURLOPT_USERAGENT, "covermirror");
	(void)curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)http->options.timeout_ms);
	(void)curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect_ms);
	/* Announced before it comes; what is not announced is counted in receive(). */
	(void)curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE,
			       (curl_off_t)http->options.body_bytes_max);
	(void)curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	/* A name server that hangs holds up neither a stop nor a deadline. */
	(void)curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
	(void)curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BYTES);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
	(void)curl_easy_setopt(easy, CURLOPT_WRITEDATA, request);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, receive_head);
	(void)curl_easy_setopt(easy, CURLOPT_HEADERDATA, request);
	(void)curl_easy_setopt(easy, CURLOPT_PRIVATE, request);
	if (http->is_loopback) /* whatever proxy the environment names, it is not for these */
		(void)curl_easy_setopt(easy, CURLOPT_PROXY, "");
}

static struct http_request *take_idle(struct http *http)
{
	struct http_request *request = http->idle;

	if (request) {
		http->idle = request->next_idle;
		return request;
	}
	request = xcalloc(1, sizeof(*request));
	request->http = http;
	request->easy = curl_easy_init();
	if (!request->easy)
		abort();
	set_options(request);
	return request;
}

struct http_request *http_post(struct http *http, struct slice body)
{
	return http->head.ops ? http->head.ops->post(http, body)
			      : http_post_with(http, body, NULL, 0);
}

struct http_request *http_post_with(struct http *http, struct slice body, const char *const *lines,
				    size_t line_count)
{
	struct http_request *request = take_idle(http);

	if (line_count)
		request->headers = header_list(lines, line_count);
	(void)curl_easy_setopt(request->easy, CURLOPT_HTTPHEADER,
			       request->headers ? request->headers : http->headers);
	request->next_idle = NULL;
	request->size = 0;
	request->too_big = false;
	request->head_size = 0;
	request->head_too_big = false;
	request->under_way = true;
	request->reply = (struct http_reply){0};
	(void)curl_easy_setopt(request->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.size);
	(void)curl_easy_setopt(request->easy, CURLOPT_POSTFIELDS, (const char *)body.data);
	if (curl_multi_add_handle(http->multi, request->easy) != CURLM_OK)
		abort();
	return request;
}

/* libcurl's fixed text and the system's, never its error buffer, which may quote the url. */
static void describe(struct http_request *request, CURLcode code)
{
	struct http_reply *reply = &request->reply;
	long system_error = 0;

	(void)curl_easy_getinfo(request->easy, CURLINFO_OS_ERRNO, &system_error);
	if (code == CURLE_COULDNT_CONNECT && system_error)
		(void)snprintf(reply->problem, sizeof(reply->problem), "%s (%s)",
			       curl_easy_strerror(code), strerror((int)system_error));
	else
		(void)snprintf(reply->problem, sizeof(reply->problem), "%s",
			       curl_easy_strerror(code));
}

static void finish(struct http_request *request, CURLcode code)
{
	struct http_reply *reply = &request->reply;
	long status = 0;
	curl_off_t retry_after = 0;
	curl_off_t sent_us = 0;

	(void)curl_multi_remove_handle(request->http->multi, request->easy);
	request->under_way = false;
	if (code == CURLE_OK) {
		(void)curl_easy_getinfo(request->easy, CURLINFO_RESPONSE_CODE, &status);
		(void)curl_easy_getinfo(request->easy, CURLINFO_RETRY_AFTER, &retry_after);
		reply->outcome = HTTP_ANSWERED;
		reply->status = (unsigned)status;
		if (retry_after > 0)
			reply->retry_after_ms =
				retry_after > 86400 ? 86400000ULL : (uint64_t)retry_after * 1000;
		reply->body = slice_of(request->body, request->size);
		return;
	}
	if (code == CURLE_FILESIZE_EXCEEDED)
		request->too_big = true;
	describe(request, code);
	(void)curl_easy_getinfo(request->easy, CURLINFO_PRETRANSFER_TIME_T, &sent_us);
	if (request->too_big)
		reply->outcome = HTTP_TOO_BIG;
	else if (code == CURLE_OPERATION_TIMEDOUT && sent_us > 0)
		reply->outcome = HTTP_TIMED_OUT;
	else
		reply->outcome = HTTP_FAILED;
	if (request->too_big)
		(void)snprintf(reply->problem, sizeof(reply->problem),
			       "a reply of more than %llu bytes",
			       (unsigned long long)request->http->options.body_bytes_max);
	else if (request->head_too_big)
		(void)snprintf(reply->problem, sizeof(reply->problem),
			       "a reply whose headers take more than %d bytes", HEAD_BYTES_MAX);
}

/* Whether any request came to its end. */
static bool collect(struct http *http)
{
	bool any = false;
	CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left)) != NULL) {
		struct http_request *request = NULL;
		CURLcode code = message->data.result;

		if (message->msg != CURLMSG_DONE)
			continue;
		(void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&request);
		finish(request, code);
		any = true;
	}
	return any;
}

void http_step(struct http *http, uint64_t wait_ms)
{
	struct curl_waitfd stop = {.fd = http->options.stop_event, .events = CURL_WAIT_POLLIN};
	int running = 0;

	if (http->head.ops) {
		http->head.ops->step(http, wait_ms);
		return;
	}
	(void)curl_multi_perform(http->multi, &running);
	if (collect(http))
		return;
	(void)curl_multi_poll(http->multi, &stop, stop.fd >= 0 ? 1 : 0,
			      wait_ms > 1000000 ? 1000000 : (int)wait_ms, NULL);
	(void)curl_multi_perform(http->multi, &running);
	(void)collect(http);
}

const struct http_reply *http_reply(const struct http_request *request)
{
	if (request->head.ops)
		return request->head.ops->reply(request);
	return request->under_way ? NULL : &request->reply;
}

uint8_t *http_take_body(struct http_request *request, size_t *capacity)
{
	uint8_t *body;

	if (request->head.ops)
		return request->head.ops->take_body(request, capacity);
	body = request->body;
	*capacity = request->capacity;
	request->body = NULL;
	request->size = request->capacity = 0;
	return body;
}

void http_give_body(struct http *http, uint8_t *body, size_t capacity)
{
	struct http_request *request;

	if (http->head.ops) {
		http->head.ops->give_body(http, body, capacity);
		return;
	}
	request = http->idle;
	while (request && request->body)
		request = request->next_idle;
	if (!request || capacity > KEEP_BODY_BYTES) {
		free(body);
		return;
	}
	request->body = body;
	request->capacity = capacity;
}

void http_release(struct http *http, struct http_request *request)
{
	if (http->head.ops) {
		http->head.ops->release(http, request);
		return;
	}
	if (request->under_way)
		(void)curl_multi_remove_handle(http->multi, request->easy);
	request->under_way = false;
	curl_slist_free_all(request->headers);
	request->headers = NULL;
	if (request->capacity > KEEP_BODY_BYTES) {
		free(request->body);
		request->body = NULL;
		request->capacity = 0;
	}
	request->next_idle = http->idle;
	http->idle = request;
}
