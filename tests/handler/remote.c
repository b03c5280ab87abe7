/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requests of tests over HTTP, exactly as written: no normalized paths, no
 * headers of the library's own.
 */
#include <stdio.h>

#include <curl/curl.h>

#include "base/buf.h"
#include "base/text.h"
#include "request.h"
#include "support.h"
#include "wire/json.h"

static CURL *curl;

void
remote_close(void)
{
	curl_easy_cleanup(curl);
	curl = NULL;
}

static size_t
take_body(char *bytes, size_t size, size_t count, void *body)
{
	buf_put(body, bytes, size * count);
	return size * count;
}

/* One line at a time; a new status line begins the answer anew (100 Continue). */
static size_t
take_header(char *bytes, size_t size, size_t count, void *to)
{
	struct test_answer *answer = to;
	struct span line = span_make(bytes, size * count), name = span_cut(&line, ':');

	if (span_starts(name, "HTTP/"))
		answer->header_count = 0;
	else if (line.at && answer->header_count < ARRAY_LEN(answer->headers))
		answer->headers[answer->header_count++] = (struct header){ arena_dup(w->arena, name.at, name.len),
			arena_dup(w->arena, span_trim(line).at, span_trim(line).len) };
	return size * count;
}

static struct curl_slist *
add_header(struct curl_slist *list, const char *name, const char *value)
{
	return curl_slist_append(list, arena_printf(w->arena, *value ? "%s: %s" : "%s:%s", name, value));
}

static struct curl_slist *
headers_of(const struct test_request *asked)
{
	struct curl_slist *list = NULL;
	bool agent = false, type = false;

	for (const struct header *h = asked->headers; h->name; h++) {
		agent = agent || text_equal_nocase(h->name, "user-agent");
		type = type || text_equal_nocase(h->name, "content-type");
		list = add_header(list, h->name, h->value);
	}
	if (!agent)
		list = add_header(list, "User-Agent", "entrepot-tests/1");
	if (!type)
		list = add_header(list, "Content-Type", "");
	if (asked->token)
		list = add_header(list, "Authorization", asked->token);
	list = add_header(list, "Accept", "");
	return add_header(list, "Expect", "");
}

static void
describe(const struct test_request *asked, const char *url)
{
	curl_easy_reset(curl);
	curl_easy_setopt(curl, CURLOPT_URL, arena_printf(w->arena, "%s%s", url, asked->target));
	curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, asked->method);
	curl_easy_setopt(curl, CURLOPT_NOBODY, strcmp(asked->method, "HEAD") == 0 ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
	curl_easy_setopt(curl, CURLOPT_NOPROXY, "*");
	/* Servers want a length from what usually has a body. */
	if (asked->body.at || asked->method[0] == 'P') {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, asked->body.at ? asked->body.at : "");
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)asked->body.len);
	}
}

const struct test_answer *
remote_send(const struct test_request *asked, const char *url)
{
	struct test_answer *answer = arena_new(w->arena, struct test_answer);
	struct curl_slist *headers = headers_of(asked);
	struct buf body = buf_on(w->arena);
	CURLcode code;
	long status = 0;

	if (!curl)
		curl = curl_easy_init();
	describe(asked, url);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, answer);
	code = curl_easy_perform(curl);
	curl_slist_free_all(headers);
	if (code != CURLE_OK)
		fail_msg("%s %s: %s", asked->method, asked->target, curl_easy_strerror(code));
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	answer->status = (int)status;
	answer->body = span_make(buf_text(&body), body.len);
	answer->json = answer_document(answer);
	return answer;
}
