/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outgoing mail: a row in the transaction that wants it sent, delivered by a
 * job to a mail server (libcurl) or to a directory of .eml files.
 */
#ifndef ENTREPOT_DOMAIN_MAIL_H
#define ENTREPOT_DOMAIN_MAIL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct job;
struct work;

/*
 * Queue a mail of plain UTF-8 text in the caller's transaction. Control
 * characters in the subject become spaces; a recipient that is no address
 * raises INVALID.
 */
bool mail_queue(struct work *w, const char *to, const char *subject, const char *body) MUST_CHECK;

struct mail {
	int64_t id;
	const char *recipient;
	const char *subject;
	const char *body;
	int64_t created_at;
	int64_t sent_at;
};

/* The message of RFC 5322 with MIME headers, lines ended by CR LF, on the arena. Pure but for w->config. */
struct span mail_format(struct work *w, const struct mail *m);

/* Deliver the mail that the payload names ({"mail": id}). A job_fn. */
bool mail_deliver(struct work *w, const struct job *job) MUST_CHECK;

#endif
