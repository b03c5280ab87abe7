/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this program asks of other servers: handing over mail (RFC 5321) and
 * fetching small documents. Only user of libcurl. Proxies of the environment
 * are not asked and redirections not followed.
 */
#ifndef ENTREPOT_BASE_TRANSFER_H
#define ENTREPOT_BASE_TRANSFER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct fault;
struct work;

struct smtp_message {
	const char *from;		/* addresses without angle brackets */
	const char *to;
	struct span text;		/* with CR LF */
};

/*
 * Send it through the configured server (smtp_url, smtp_user, smtp_password).
 * With a password the connection must be encrypted; otherwise it is when the
 * server can. Raises UNAVAILABLE with the server's words as detail.
 */
bool smtp_send(struct work *w, const struct smtp_message *m) MUST_CHECK;

/* Largest document that is fetched. */
#define FETCH_MAX (256 * 1024)

/*
 * Whether documents may come from there: https to any host, http to the
 * loopback addresses only; no user names, no blanks. Pure.
 */
bool fetch_is_allowed(const char *url);

/*
 * The body of a GET that is answered with 200 within ten seconds, at most
 * FETCH_MAX bytes, on the arena. Anything else raises UNAVAILABLE with the
 * reason as detail.
 */
bool fetch_document(struct arena *a, struct fault *f, const char *url, struct span *out) MUST_CHECK;

#endif
