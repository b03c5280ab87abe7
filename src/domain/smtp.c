/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SMTP through libcurl. Proxies of the environment are not asked, nothing but
 * smtp and smtps is spoken, and no redirection is followed.
 */
#include "domain/smtp.h"

#include <string.h>

#include <curl/curl.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/settings.h"
#include "base/work.h"

#define CONNECT_SECONDS 20L
#define WHOLE_SECONDS 120L

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
restrict_to_mail(CURL *curl)
{
#if LIBCURL_VERSION_NUM >= 0x075500
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "");
#else
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS, (long)(CURLPROTO_SMTP | CURLPROTO_SMTPS));
	curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS, 0L);
#endif
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, WHOLE_SECONDS);
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
		restrict_to_mail(curl);
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
