/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the Hex protocol share: its route tables, looking
 * repositories and packages up, and the refusals in the protocol's words.
 *
 * Tables of what exists in every repository are mounted twice: below /api for
 * the public one and below /api/repos/:repository.
 */
#ifndef ENTREPOT_PROTOCOLS_HEX_HEX_H
#define ENTREPOT_PROTOCOLS_HEX_HEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "domain/access.h"
#include "domain/hex_package.h"
#include "domain/limit.h"
#include "protocols/call.h"

/* Route tables, each at the end of its file; all are mounted by hex.c. */
extern const struct route hex_index_routes[];		/* hex.c */
extern const struct route hex_object_routes[];		/* objects.c: below /repo and /repo/repos/:repository */
extern const struct route hex_key_routes[];		/* objects.c: below /repo */
extern const struct route hex_package_routes[];		/* packages.c */
extern const struct route hex_repository_routes[];	/* packages.c */
extern const struct route hex_publish_routes[];		/* publish.c */
extern const struct route hex_release_routes[];		/* releases.c */
extern const struct route hex_owner_routes[];		/* owners.c */
extern const struct route hex_docs_routes[];		/* docs.c */
extern const struct route hex_site_routes[];		/* site.c: below /hexdocs */

/* A Hex answer has so many rows at most; pages are numbered from 1. */
#define HEX_PER_PAGE 100

/* What before() notes for the answer's headers. */
struct hex_state {
	const char *challenge;		/* of a 401; NULL: the usual one */
	bool admitted;			/* before() found nothing wrong */
	struct limit_window window;	/* key NULL: the request is not counted */
	int64_t limit;
	int64_t count;			/* of requests in the window, this one included */
	int64_t ends_at;
};
static inline struct hex_state *
hex_state(struct call *c)
{
	return c->state;
}

/* ---- the protocol's own functions (protocol.h) ---- */

/*
 * What must hold before every request of the API that shows a credential, and
 * of others (admission.c): a User-Agent, no more requests than are allowed, a
 * good credential of a user with a confirmed address, a second factor.
 */
bool hex_before(struct call *c) MUST_CHECK;
/* The headers of every answer (answers.c). */
void hex_after(struct call *c);
/* faults.c */
bool hex_refuse_credential(struct call *c, enum auth_refusal why);
const struct doc *hex_fault_view(struct call *c, const struct fault *f, int *status);

/* Whether it is the API, not the repository, a page or a file. */
static inline bool
hex_is_api(const struct call *c)
{
	return !(c->route && c->route->flags & ROUTE_ANY_CLIENT);
}

/* ---- what a path names ---- */

/* What every database has from the start; as far as is known without looking. */
extern const struct repository hex_public_repository;

/*
 * The repository of the path's ":repository", or the public one, if the caller
 * has RIGHT in it. NULL with NOT_FOUND when there is none or the caller may not
 * even read it, with the usual refusals otherwise.
 */
const struct repository *hex_path_repository(struct call *c, enum access right) MUST_CHECK;

/*
 * The path's repository for somebody who may fetch files from it. A private one
 * does not exist for strangers, and demands a credential that covers SCOPE in
 * it of members.
 */
const struct repository *hex_path_to_fetch(struct call *c, enum scope scope) MUST_CHECK;

/* A package of a repository and the repository itself, as the path names them. */
struct hex_place {
	const struct repository *repository;
	const struct hex_package *package;
};

/* The path's ":package" for reading. */
bool hex_path_package(struct call *c, struct hex_place *out) MUST_CHECK;

/*
 * The path's ":package" for somebody who must have RIGHT on it and whose
 * credential must cover SCOPE for it. Asks for the credential first.
 */
bool hex_path_package_for(struct call *c, enum scope scope, enum access right, struct hex_place *out) MUST_CHECK;

/*
 * The path's ":version" of the package; BAD_REQUEST "invalid version: x" when
 * it is none at all, NOT_FOUND when there is no such release.
 */
const struct hex_release *hex_path_release(struct call *c, const struct hex_package *p) MUST_CHECK;

/*
 * That the caller has RIGHT on the package (NULL: a new one, called NAME) and a
 * credential that covers SCOPE on it. The caller may read the repository.
 */
bool hex_require(struct call *c, const struct hex_place *at, const char *name, enum scope scope,
	enum access right) MUST_CHECK;

/* Whether the caller may still replace the release or take it back. */
bool hex_window_is_open(struct call *c, const struct repository *repository, const struct hex_package *p,
	const struct hex_release *r);

/* ---- the registry's objects (objects.c); last in a transaction, but for change_add() ---- */

/* The package is new, or has changed. */
bool hex_objects_changed(struct call *c, const struct hex_place *at) MUST_CHECK;
/* The package is gone. */
bool hex_objects_removed(struct call *c, const struct repository *r, const struct hex_package *p) MUST_CHECK;

/* ---- parameters ---- */

/* A member of the body or the query, as text; the body wins. NULL: absent, null, empty or no text. */
const char *hex_param(struct call *c, const char *name);
/* true, "true" and "1" against anything else; MISSING when it is not there. */
bool hex_param_flag(struct call *c, const char *name, bool missing);
/* The 0-based first row of the page that page= asks for. */
int64_t hex_page_offset(struct call *c);

/* ---- answers ---- */

/* 422 whose "errors" is one text. Always false. */
bool hex_refuse(struct call *c, const char *errors);
/* 422 with a message for a field; dots in FIELD nest. Always false. */
bool hex_refuse_field(struct call *c, const char *field, const char *format, ...) PRINTF(3, 4);

/* When what the answer shows was last changed. */
void hex_modified(struct call *c, int64_t at);

/* "/api" or "/api/repos/NAME", and "/repo" or "/repo/repos/NAME": where a repository is, on the arena. */
const char *hex_api_path(struct call *c, const struct repository *r);
const char *hex_repo_path(struct call *c, const struct repository *r);

#endif
