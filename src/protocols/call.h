/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request on its way through a handler: the work it runs in, the request,
 * the route that matched and the answer being made.
 */
#ifndef ENTREPOT_PROTOCOLS_CALL_H
#define ENTREPOT_PROTOCOLS_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/digest.h"
#include "base/fault.h"
#include "base/work.h"
#include "domain/auth.h"
#include "http/credentials.h"
#include "http/query.h"
#include "http/request.h"
#include "http/response.h"
#include "http/router.h"
#include "protocols/protocol.h"
#include "wire/doc.h"

struct app;

struct call {
	struct work work;
	struct fault fault;			/* work.fault points here */
	struct app *app;
	const struct protocol *protocol;	/* never NULL once routed */
	const struct route *route;
	const struct route_match *match;
	struct request *request;
	struct response *response;
	const struct serializer *serializer;	/* of the answer */
	const struct query *query;		/* decoded query string */
	const struct doc *document;		/* BODY_DOCUMENT */
	struct digests digests;			/* BODY_SPOOL */
	struct actor actor;			/* filled by call_authenticate() */
	enum credential_scheme credential;	/* how it was presented, once it was looked at */
	bool authenticated;			/* credentials were looked at; actor.account_id may be 0 */
	bool authorized;			/* call_authorize() said yes */
	void *state;				/* a protocol's own */
};

/*
 * Who is it? Reads the credentials once; no credentials are no error (the
 * actor is then nobody: account_id 0). Wrong ones raise: malformed header
 * UNAUTHENTICATED, unknown, expired or revoked token FORBIDDEN, locked account
 * FORBIDDEN.
 */
bool call_authenticate(struct call *c) MUST_CHECK;

/*
 * call_authenticate(), then demand SCOPE on the package NAME of REPOSITORY
 * (both NULL: an action that is not about a package). SCOPE_NONE demands an
 * unrestricted token. Raises FORBIDDEN. On success c->work.actor is set.
 */
bool call_authorize(struct call *c, enum scope scope, const char *repository, const char *package) MUST_CHECK;

/*
 * Whether the caller is a CI job with a temporary token for the package. Only
 * publishing asks this: for everything else such a caller is refused. Raises
 * nothing but what call_authenticate() does.
 */
bool call_authorize_trusted(struct call *c, int64_t package_id) MUST_CHECK;

/* The answer: a document in the negotiated serializer's form. Always true. */
bool reply(struct call *c, int status, const struct doc *d);
/* No body. Always true. */
bool reply_empty(struct call *c, int status);
/* Bytes as they are. Always true. */
bool reply_bytes(struct call *c, int status, const char *content_type, struct span bytes);
/* 302 (or another 3xx) to an absolute URL. Always true. */
bool redirect(struct call *c, int status, const char *url);

/*
 * A stored file, content-addressed by SHA-256: honours If-None-Match (the ETag
 * is the digest), Range and the sendfile setting. Raises INTERNAL when the blob is gone.
 */
bool reply_blob(struct call *c, const char *content_type, const uint8_t sha256[SHA256_SIZE],
	int64_t size, int64_t modified) MUST_CHECK;

/*
 * After reply_blob(), with its SIZE and MODIFIED: whether this answer counts as
 * a download. One download is one count, in however many pieces it is fetched:
 * only that with the first byte counts. Under sendfile it is the web server who
 * cuts ranges, so the status does not tell.
 */
bool call_is_download(const struct call *c, int64_t size, int64_t modified);

/* A parameter of the path; empty span when the pattern has none of that name. */
struct span path_span(const struct call *c, const char *name);
/* The same as C string; NULL when it holds a NUL byte. */
const char *path_text(const struct call *c, const char *name);

/* base_url followed by the formatted path, on the arena. */
const char *call_url(struct call *c, const char *format, ...) PRINTF(2, 3);

/* A header of the answer; the value is not copied. */
static inline void
call_header(struct call *c, const char *name, const char *value)
{
	response_set(c->response, name, value);
}

#endif
