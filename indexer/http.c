/* Requests by whichever transport was opened. */
#include "indexer/http_impl.h"

enum status http_open(struct http **out, const char *url, const struct http_options *options,
		      struct error *err)
{
	const struct http_transport *transport = options->transport;

	*out = NULL;
	return transport ? transport->open(out, transport->context, url, options, err)
			 : http_curl_open(out, url, options, err);
}

void http_close(struct http *http)
{
	if (http)
		http->ops->close(http);
}

const char *http_label(const struct http *http)
{
	return http->ops->label(http);
}

struct http_request *http_post(struct http *http, struct slice body)
{
	struct http_request *request = http->ops->post(http, body);

	request->ops = http->ops;
	return request;
}

void http_step(struct http *http, uint64_t wait_ms)
{
	http->ops->step(http, wait_ms);
}

const struct http_reply *http_reply(const struct http_request *request)
{
	return request->ops->reply(request);
}

uint8_t *http_take_body(struct http_request *request, size_t *capacity)
{
	return request->ops->take_body(request, capacity);
}

void http_give_body(struct http *http, uint8_t *body, size_t capacity)
{
	http->ops->give_body(http, body, capacity);
}

void http_release(struct http *http, struct http_request *request)
{
	http->ops->release(http, request);
}

void http_wake(struct http *http)
{
	http->ops->wake(http);
}

void http_scrub(const struct http *http, char *text)
{
	http->ops->scrub(http, text);
}
