/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the crates.io protocol share: its route tables, looking
 * crates and versions up in the protocol's words, query parameters and paging.
 */
#ifndef ENTREPOT_PROTOCOLS_CRATES_CRATES_H
#define ENTREPOT_PROTOCOLS_CRATES_CRATES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"
#include "protocols/call.h"

struct package;
struct release;

/* Route tables, each at the end of its file; all are mounted by crates.c. */
extern const struct route crates_list_routes[];		/* list.c */
extern const struct route crates_crate_routes[];	/* crate.c */
extern const struct route crates_version_routes[];	/* version.c */
extern const struct route crates_download_routes[];	/* download.c */
extern const struct route crates_file_routes[];		/* download.c */
extern const struct route crates_publish_routes[];	/* publish.c */
extern const struct route crates_yank_routes[];		/* yank.c */
extern const struct route crates_owner_routes[];	/* owners.c */
extern const struct route crates_invitation_routes[];	/* invitations.c */
extern const struct route crates_private_routes[];	/* invitations.c */
extern const struct route crates_follow_routes[];	/* follow.c */
extern const struct route crates_taxonomy_routes[];	/* taxonomy.c */
extern const struct route crates_user_routes[];		/* users.c */
extern const struct route crates_me_routes[];		/* me.c */
extern const struct route crates_token_routes[];	/* tokens.c */
extern const struct route crates_login_routes[];	/* pages.c */
extern const struct route crates_access_routes[];	/* pages.c */
extern const struct route crates_settings_routes[];	/* pages.c */
extern const struct route crates_docs_routes[];		/* pages.c */
extern const struct route crates_slugs_routes[];	/* pages.c */
extern const struct route crates_site_routes[];		/* site.c */
extern const struct route crates_trustpub_routes[];	/* trustpub.c */
extern const struct route crates_trustpub_token_routes[];	/* trustpub_tokens.c */
extern const struct route crates_openapi_routes[];	/* site.c */
extern const struct route crates_index_routes[];	/* index.c */

/* The name under which tokens are restricted to crates. */
#define CRATES_REPOSITORY "crates"

/* Name of this registry in texts. */
const char *crates_site(const struct call *c);

/* The crate called NAME in any spelling; NULL and NOT_FOUND "crate `x` does not exist". */
const struct package *crates_find(struct call *c, struct span name) MUST_CHECK;

/* The crate of the path's ":crate". */
const struct package *crates_path_package(struct call *c) MUST_CHECK;

/* The version of the path's ":version" of that crate; BAD_REQUEST "Invalid URL: …" when it is none at all. P may be NULL. */
const struct release *crates_path_release(struct call *c, const struct package *p) MUST_CHECK;

/* The path's ":version" is semantic; raises as above. */
bool crates_check_path_version(struct call *c) MUST_CHECK;

/* The caller is an owner, or a member of an owning organization, or an administrator; else FORBIDDEN with MESSAGE. */
bool crates_require_publisher(struct call *c, const struct package *p, const char *message) MUST_CHECK;

/* Only persons who own the crate, and administrators. */
bool crates_require_owner(struct call *c, const struct package *p, const char *team_message,
	const char *message) MUST_CHECK;

/*
 * A JSON body of the wrong shape: 422 "Failed to deserialize the JSON body into
 * the target type: <what> at line L column C". Always false.
 */
bool crates_refuse_document(struct call *c, const char *what);

/* ---- query parameters (params.c) ---- */

/* BAD_REQUEST "Failed to deserialize query string: NAME: WHY". Always false. */
bool crates_refuse_query(struct call *c, const char *name, const char *why);

/* *VALUE is a text parameter, NULL when absent; a NUL byte raises "… string contains null byte". */
bool crates_query_text(struct call *c, const char *name, const char **value) MUST_CHECK;
/* All values of NAME (written "ids[]"), *COUNT of them; *VALUES is NULL when there are none. */
bool crates_query_texts(struct call *c, const char *name, const struct span **values, size_t *count) MUST_CHECK;
/* A number within [MIN, MAX], which lie within 32 bits; *PRESENT tells whether it was there. */
struct crates_int {
	int64_t value;
	bool present;
};
bool crates_query_int(struct call *c, const char *name, int64_t min, int64_t max, struct crates_int *out) MUST_CHECK;
/* A 32-bit id. */
bool crates_query_id(struct call *c, const char *name, struct crates_int *out) MUST_CHECK;

enum {
	PAGING_PAGE = 1,		/* page= is understood */
	PAGING_SEEK = 2,		/* seek= is understood */
	PAGING_LIMITED = 4		/* no page beyond the 200th */
};

struct paging {
	int64_t per_page;
	int64_t page;			/* from 1; 0: not given */
	const struct doc *seek;		/* decoded list; NULL: not given */
};

/*
 * Read page, per_page and seek, as far as MODES allows them, with the errors
 * of the protocol.
 */
bool crates_paging(struct call *c, unsigned modes, struct paging *out) MUST_CHECK;

/* The 0-based row a page begins with. */
static inline int64_t
paging_offset(const struct paging *p)
{
	return p->page > 1 ? (p->page - 1) * p->per_page : 0;
}

static inline struct slice
paging_slice(const struct paging *p)
{
	return (struct slice){ .limit = p->per_page, .offset = paging_offset(p) };
}

/* "?…": the request's own parameters without those called NAME, then NAME=VALUE. */
const char *crates_query_with(struct call *c, const char *name, const char *value);

/* A seek value of a list: base64url of JSON. */
const char *crates_seek(struct call *c, const struct doc *list);

/* A member of a seek list, not negative or not NULL; BAD_REQUEST "invalid seek parameter" otherwise. */
bool crates_seek_int(struct call *c, const struct doc *seek, size_t index, int64_t *out) MUST_CHECK;
bool crates_seek_text(struct call *c, const struct doc *seek, size_t index, const char **out) MUST_CHECK;

/* "next_page" and "prev_page" of a list numbered by pages, of which SHOWN rows are on this one. */
void crates_page_meta(struct call *c, struct doc *meta, const struct paging *p, size_t shown);

#endif
