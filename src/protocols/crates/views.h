/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON objects of the crates.io API: structs in, documents out. No
 * permissions, no HTTP, and no queries but for the events of versions.
 */
#ifndef ENTREPOT_PROTOCOLS_CRATES_VIEWS_H
#define ENTREPOT_PROTOCOLS_CRATES_VIEWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "db/db.h"
#include "wire/doc.h"

struct account;
struct arena;
struct call;
struct category;
struct email;
struct invitation;
struct keyword;
struct owner;
struct package;
struct release;
struct release_event;
struct token;

/* What of a crate was loaded beside its row; members that were not are null. */
struct crate_parts {
	bool versions;			/* max_version and the like are known */
	bool downloads;			/* recent_downloads is known */
	const struct rows *releases;	/* struct release, newest id first; NULL: null */
	const struct rows *keywords;	/* struct keyword */
	const struct rows *categories;	/* struct category */
};

/* The object "Crate". */
struct doc *crate_view(struct call *c, const struct package *p, const struct crate_parts *parts);

/* Add a list of struct package under KEY, each as lists show it: with versions and downloads known, but no rows. */
void crate_list_view(struct call *c, struct doc *to, const char *key, const struct rows *packages);

/* The object "Version"; EVENTS are those of all releases shown, as release_events() gives them. */
struct doc *version_view(struct call *c, const struct release *r, const struct rows *events);

/* A list of versions, loading their events in one query; NULL with a fault on failure. */
struct doc *version_list_view(struct call *c, const struct rows *releases) MUST_CHECK;

/* One version, loading its events; NULL with a fault on failure. */
struct doc *version_full_view(struct call *c, const struct release *r) MUST_CHECK;

/* Add lists of the small objects under KEY, of rows as the domain gives them. */
void dependency_list_view(struct doc *to, const char *key, const struct rows *dependencies);
void download_list_view(struct doc *to, const char *key, const struct rows *days);
void keyword_list_view(struct call *c, struct doc *to, const char *key, const struct rows *keywords);
void category_list_view(struct call *c, struct doc *to, const char *key, const struct rows *categories);

struct doc *keyword_view(struct call *c, const struct keyword *k);
struct doc *category_view(struct call *c, const struct category *g);
struct doc *slug_view(struct call *c, const struct category *g);

/* A user as everybody sees it; texts that are not known are NULL. */
struct person {
	int64_t id;
	const char *login;
	const char *name;
	const char *avatar;
	const char *url;
	int64_t created_at;
};
struct doc *user_view(struct call *c, const struct person *who);
struct doc *account_view(struct call *c, const struct account *a);
struct doc *owner_user_view(struct call *c, const struct owner *o);
/* A user as it sees itself; EMAIL may be NULL. */
struct doc *self_view(struct call *c, const struct account *a, const struct email *email);
/* An element of an owners list. */
struct doc *owner_view(struct call *c, const struct owner *o);
struct doc *team_view(struct call *c, const struct account *organization);
/* The secret is included when it is there. */
struct doc *token_view(struct call *c, const struct token *t);
/* V1 has the inviter's name too. */
struct doc *invitation_view(struct call *c, const struct invitation *i, bool v1);

/* How an organization is called among owners: "org:NAME". */
const char *team_login(struct arena *a, const char *name);

#endif
