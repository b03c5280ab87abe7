/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Transfers by libcurl; see the header. Each is restricted to the protocols
 * that belong to it.
 */
#include "base/transfer.h"

#include <string.h>

#include <curl/curl.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/fault.h"
#include "base/settings.h"
#include "base/text.h"
#include "base/work.h"

struct limits {
	const char *protocols;		/* as libcurl lists them */
	long mask;			/* the same for older releases of it */
	long connect_seconds;
	long seconds;
};

static void
restrict_transfer(CURL *curl, const struct limits *limits)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, limits->protocols);
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "");
#else
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS, limits->mask);
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS, 0L);
#endif
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, limits->connect_seconds);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, limits->seconds);
}

/* ---- mail ---- */

static const struct limits mail_limits = { "smtp,smtps", CURLPROTO_SMTP | CURLPROTO_SMTPS, 20, 120 };

static size_t
give(char *to, size_t size, size_t count, void *from)
{
	struct span *rest = from;
	size_t n = size * count;

	if (n > rest->len)
		n = rest->len;
	memcpy(to, rest->at, n);
	*rest = span_skip(*rest, n);
	return n;
}

static void
set_server(CURL *curl, const struct config *config)
{
	bool password = *config->smtp_password != '\0';

	curl_easy_setopt(curl, CURLOPT_URL, config->smtp_url);
	curl_easy_setopt(curl, CURLOPT_USE_SSL, (long)(password ? CURLUSESSL_ALL : CURLUSESSL_TRY));
	if (*config->smtp_user != '\0')
		curl_easy_setopt(curl, CURLOPT_USERNAME, config->smtp_user);
	if (password)
		curl_easy_setopt(curl, CURLOPT_PASSWORD, config->smtp_password);
}

static void
set_message(CURL *curl, struct arena *a, const struct smtp_message *m, struct curl_slist *to, struct span *rest)
{
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, arena_printf(a, "<%s>", m->from));
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(curl, CURLOPT_READDATA, rest);
}

/* The handle is closed at once: the server is told QUIT, and not kept waiting for the end of the job. */
bool
smtp_send(struct work *w, const struct smtp_message *m)
{
	CURL *curl = curl_easy_init();
	struct curl_slist *to = curl_slist_append(NULL, arena_printf(w->arena, "<%s>", m->to));
	char error[CURL_ERROR_SIZE] = "";
	struct span rest = m->text;
	CURLcode code = CURLE_OUT_OF_MEMORY;

	if (curl && to) {
		restrict_transfer(curl, &mail_limits);
		set_server(curl, w->config);
		set_message(curl, w->arena, m, to, &rest);
		curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
		code = curl_easy_perform(curl);
	}
	curl_easy_cleanup(curl);
	curl_slist_free_all(to);
	if (code != CURLE_OK)
		return fault_raise_internal(w->fault, FAULT_UNAVAILABLE, "mail server: %s",
					    *error ? error : curl_easy_strerror(code));
	return true;
}

/* ---- documents ---- */

static const struct limits https_limits = { "https", CURLPROTO_HTTPS, 5, 10 };
static const struct limits http_limits = { "http", CURLPROTO_HTTP, 5, 10 };

static bool
is_loopback(struct span authority)
{
	static const char *const hosts[] = { "127.0.0.1", "localhost", "[::1]" };

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++) {
		struct span port = span_skip(authority, strlen(hosts[i]));

		if (!span_starts(authority, hosts[i]))
			continue;
		if (port.len == 0)
			return true;
		if (port.at[0] != ':')
			return false;
		for (size_t k = 1; k < port.len; k++)
			if (!is_digit(port.at[k]))
				return false;
		return true;
	}
	return false;
}

bool
fetch_is_allowed(const char *url)
{
	bool encrypted = strncmp(url, "https://", 8) == 0;
	struct span rest = span_of(url), authority;

	for (size_t i = 0; i < rest.len; i++)
		if (rest.at[i] <= ' ' || rest.at[i] > '~' || strchr("\\#?", rest.at[i]))
			return false;
	if (!encrypted && strncmp(url, "http://", 7) != 0)
		return false;
	rest = span_skip(rest, encrypted ? 8 : 7);
	authority = span_cut(&rest, '/');
	if (authority.len == 0 || memchr(authority.at, '@', authority.len))
		return false;
	return encrypted || is_loopback(authority);
}

static size_t
take(char *from, size_t size, size_t count, void *arg)
{
	struct buf *to = arg;
	size_t n = size * count;

	if (n > FETCH_MAX - to->len)
		return 0;
	buf_put(to, from, n);
	return n;
}

static CURLcode
perform_fetch(CURL *curl, const char *url, struct buf *body, long *status)
{
	CURLcode code;

	restrict_transfer(curl, strncmp(url, "https:", 6) == 0 ? &https_limits : &http_limits);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_MAXFILESIZE, (long)FETCH_MAX);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "entrepot/" PACKAGE_VERSION);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, body);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
	return code;
}

bool
fetch_document(struct arena *a, struct fault *f, const char *url, struct span *out)
{
	struct buf body = buf_on(a);
	CURLcode code = CURLE_FAILED_INIT;
	long status = 0;
	CURL *curl;

	if (!fetch_is_allowed(url))
		return fault_raise_internal(f, FAULT_UNAVAILABLE, "%s: must not be fetched from", url);
	curl = curl_easy_init();
	if (curl)
		code = perform_fetch(curl, url, &body, &status);
	curl_easy_cleanup(curl);
	if (code != CURLE_OK)
		return fault_raise_internal(f, FAULT_UNAVAILABLE, "%s: %s", url, curl_easy_strerror(code));
	if (status != 200)
		return fault_raise_internal(f, FAULT_UNAVAILABLE, "%s: status %ld", url, status);
	*out = buf_span(&body);
	return true;
}
