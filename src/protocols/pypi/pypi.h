/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the Python protocol share: its route tables, looking
 * repositories and projects up, and the refusals in the protocol's words.
 *
 * All tables are mounted twice: for the repository `pypi` at the top (/simple,
 * /pypi, /legacy …), and for every other Python repository below
 * /:owner/:repository/pypi.
 */
#ifndef ENTREPOT_PROTOCOLS_PYPI_PYPI_H
#define ENTREPOT_PROTOCOLS_PYPI_PYPI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "domain/pypi_project.h"
#include "protocols/call.h"

struct repository;

/* What a request is about decides how its failures are told (answers.c). */
enum pypi_area {
	PYPI_AREA_SIMPLE,	/* text/plain */
	PYPI_AREA_JSON,		/* {"message": …} */
	PYPI_AREA_UPLOAD,	/* HTML, JSON or text by Accept; the message is the reason phrase, too */
	PYPI_AREA_OTHER		/* text/plain */
};

struct pypi_state {
	enum pypi_area area;
	bool private;		/* the answer is not for shared caches */
};
static inline struct pypi_state *
pypi_state(struct call *c)
{
	return c->state;
}

/* What the path says, before and whether or not there is a route. */
enum pypi_area pypi_area_of(const struct call *c);

/* The route tables, each mounted for `pypi` and below /:owner/:repository/pypi. */
extern const struct route pypi_simple_routes[];		/* simple.c: below /simple */
extern const struct route pypi_json_routes[];		/* json.c: below /pypi */
extern const struct route pypi_action_routes[];		/* pages.c: below /pypi */
extern const struct route pypi_project_routes[];	/* pages.c: below /project */
extern const struct route pypi_short_routes[];		/* pages.c: below /p */
extern const struct route pypi_file_routes[];		/* files.c: below /files/pypi, or …/files */
extern const struct route pypi_package_routes[];	/* files.c: below /packages */
extern const struct route pypi_feed_routes[];		/* feeds.c: below /rss */
extern const struct route pypi_stats_routes[];		/* stats.c: below /stats */
extern const struct route pypi_integrity_routes[];	/* integrity.c: below /integrity */
extern const struct route pypi_upload_routes[];		/* upload.c: below /legacy */
extern const struct route pypi_manage_routes[];		/* manage.c: below /pypi */
extern const struct route pypi_xmlrpc_routes[];		/* xmlrpc.c: below /pypi and /RPC2 */

/* How long the answer is fresh, PUBLIC; in private repositories it never is, and nobody's but the caller's. */
void pypi_cache(struct call *c, const char *public);

/* The protocol's hooks for failures (protocols/protocol.h). */
bool pypi_refuse_credential(struct call *c, enum auth_refusal why);
const struct doc *pypi_fault_view(struct call *c, const struct fault *f, int *status);

/* ---- what a path names (paths.c) ---- */

/* What every database has from the start, as far as is known without looking. */
extern const struct repository pypi_public_repository;

/*
 * The repository of the path's ":owner" and ":repository", or `pypi`, for
 * somebody who may read it. Where a credential is needed and there is none it
 * demands one (401), whether or not there is such a repository; who has one and may not
 * read it gets NOT_FOUND.
 */
const struct repository *pypi_path_repository(struct call *c) MUST_CHECK;

/*
 * The same for somebody who is known; what he may do with it is decided by
 * pypi_require(). Demands a credential in any case.
 */
const struct repository *pypi_path_repository_for(struct call *c) MUST_CHECK;

/* The path's ":name" for reading; NOT_FOUND when there is none or it is in quarantine. */
bool pypi_path_project(struct call *c, struct pypi_place *out) MUST_CHECK;

/* The path's ":version" in any spelling; NULL without a fault when it is none or there is none. */
const struct pypi_release *pypi_path_release(struct call *c, const struct pypi_place *at) MUST_CHECK;

/*
 * Whether the caller's credential covers SCOPE on a project called NAME, be
 * there one or not. Raises FORBIDDEN in the protocol's words.
 */
bool pypi_covers(struct call *c, const struct repository *r, const char *name, enum scope scope) MUST_CHECK;

/*
 * Whether the caller may do SCOPE with the project, or create one called NAME
 * when there is none: credential, role (FULL: owners only), verified address.
 * In quarantine only administrators may do anything.
 * Raises FORBIDDEN in the protocol's words.
 */
bool pypi_require(struct call *c, const struct pypi_place *at, const char *name, enum scope scope, bool full)
	MUST_CHECK;

/* ---- answers (answers.c) ---- */

/* 301 or 302 to a path below base_url; the request's query string is kept. Always true. */
bool pypi_redirect(struct call *c, int status, const char *path);

/* For what is sent to /pypi with an action of the upload, which went there long ago: always false (upload.c). */
bool pypi_refuse_moved(struct call *c);

/* Anybody's pages may read the answer: once, for routes outside the areas that always say so. */
void pypi_share(struct call *c);

/* The path of the repository's routes below base_url: "" or "/OWNER/REPOSITORY/pypi". */
const char *pypi_prefix(struct call *c, const struct repository *r);

#endif
