#include "serve/page/routes.h"

#include <stdio.h>
#include <string.h>

#include "serve/answer/schema.h"
#include "serve/http/reply.h"
#include "serve/page/file.h"

/* No code and no style but the program's own files, no other host, nobody's frame. A `data:` image
 * is the icon. */
static const char policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; "
			     "connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
			     "form-action 'none'; frame-ancestors 'none'";

/* A file under its hash never changes; the page itself is asked for anew, and mostly unchanged. */
static const char for_ever[] = "public, max-age=31536000, immutable";
static const char asked_again[] = "no-cache";

const struct page_file *page_file_find(const char *path)
{
	for (size_t i = 0; i < page_file_count; i++)
		if (strcmp(page_files[i].path, path) == 0)
			return &page_files[i];
	return NULL;
}

static enum status put_file(struct reply *out, const struct page_file *file, const char *caching)
{
	out->content_type = file->content_type;
	out->body = file->gzip;
	out->plain = file->plain;
	out->is_gzip = true;
	out->is_static = true;
	reply_header(out, "ETag", file->etag);
	reply_header(out, "Cache-Control", caching);
	reply_header(out, "Content-Security-Policy", policy);
	reply_header(out, "Referrer-Policy", "no-referrer");
	reply_header(out, "Permissions-Policy",
		     "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
	reply_header(out, "Cross-Origin-Opener-Policy", "same-origin");
	reply_header(out, "Cross-Origin-Resource-Policy", "same-origin");
	return OK;
}

static enum status page_index(struct reply *out, const struct request *request, struct error *err)
{
	(void)request;
	(void)err;
	return put_file(out, page_file_find("index.html"), asked_again);
}

static enum status page_file(struct reply *out, const struct request *request, const char *folder,
			     struct error *err)
{
	const char *hash = request_param(request, "hash")->text;
	const char *name = request_param(request, "file")->text;
	char path[64];
	const struct page_file *file;

	if (strcmp(hash, page_hash) != 0)
		return error_set(err, ERR_NOTFOUND,
				 "the page is of another build of the program: load it again");
	if (strchr(name, '/') ||
	    snprintf(path, sizeof(path), "%s%s", folder, name) >= (int)sizeof(path) ||
	    !(file = page_file_find(path)))
		return error_set(err, ERR_NOTFOUND, "the page has no such file");
	return put_file(out, file, for_ever);
}

static enum status page_top_file(struct reply *out, const struct request *request,
				 struct error *err)
{
	return page_file(out, request, "", err);
}

static enum status page_view_file(struct reply *out, const struct request *request,
				  struct error *err)
{
	return page_file(out, request, "views/", err);
}

static json_t *get_protocols(const struct request *request, struct error *err)
{
	(void)err;
	return answer_protocols(request->config);
}

static const struct param_rule param_hash = {
	.name = "hash", .kind = PARAM_TEXT, .is_required = true, .meaning = "the page's build"};
static const struct param_rule param_file = {
	.name = "file", .kind = PARAM_TEXT, .is_required = true, .meaning = "its file"};
static const struct param_rule *const of_a_file[] = {&param_hash, &param_file, NULL};

static const struct route routes[] = {
	{.path = "/",
	 .summary = "the page for people",
	 .freshness = FRESH_STATIC,
	 .is_open = true,
	 .reply = page_index,
	 .content_type = "text/html; charset=utf-8"},
	{.path = "/page/{hash}/{file}",
	 .summary = "a file of the page",
	 .params = of_a_file,
	 .freshness = FRESH_STATIC,
	 .is_open = true,
	 .reply = page_top_file,
	 .content_type = "text/javascript; charset=utf-8"},
	{.path = "/page/{hash}/views/{file}",
	 .summary = "a file of one of its views",
	 .params = of_a_file,
	 .freshness = FRESH_STATIC,
	 .is_open = true,
	 .reply = page_view_file,
	 .content_type = "text/javascript; charset=utf-8"},
	{.path = "/v1/protocols",
	 .id = "getProtocols",
	 .summary = "what the figures, lists and checks of the configured protocols mean",
	 .freshness = FRESH_STATIC,
	 .answer = get_protocols,
	 .schema = schema_protocols},
};

const struct route_table page_routes = {routes, sizeof(routes) / sizeof(routes[0])};
