/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handing a message to a mail server (RFC 5321). Only user of libcurl.
 */
#ifndef ENTREPOT_DOMAIN_SMTP_H
#define ENTREPOT_DOMAIN_SMTP_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"

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

#endif
