/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grants: what a Hex key or an OAuth token may do, as a list of which each
 * entry is enough by itself. They are written DOMAIN or DOMAIN:RESOURCE, in the
 * database as on the wire of OAuth:
 *
 *	api, api:read, api:write   the API, but never a repository's files
 *	package:REPOSITORY/NAME    publish, retire and own this package; read the API
 *	repository:NAME            fetch files of this repository
 *	repositories               fetch files of every repository of the account
 *	docs:NAME                  read the documentation of this repository
 *
 * All of it is pure.
 */
#ifndef ENTREPOT_DOMAIN_GRANT_H
#define ENTREPOT_DOMAIN_GRANT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/span.h"
#include "db/db.h"
#include "domain/auth.h"

struct arena;
struct token;

enum grant_domain {
	GRANT_NONE,
	GRANT_API,
	GRANT_PACKAGE,
	GRANT_REPOSITORY,
	GRANT_REPOSITORIES,
	GRANT_DOCS
};

struct grant {
	enum grant_domain domain;
	struct span resource;		/* at == NULL: none */
};

/* "api", "package" …; NULL for GRANT_NONE. */
const char *grant_domain_name(enum grant_domain domain);
/* GRANT_NONE when unknown. */
enum grant_domain grant_domain_parse(struct span name);

/* Whether the domain takes such a resource (at == NULL: none). A package needs its REPOSITORY/. */
bool grant_is_valid(const struct grant *g);

/* False when TEXT is no valid grant. *OUT points into TEXT. */
bool grant_parse(struct span text, struct grant *out) MUST_CHECK;

/* As it is stored, on the arena. */
const char *grant_text(struct arena *a, const struct grant *g);

/* Whether the grant covers SCOPE on the package of the repository (NULL: not about one). */
bool grant_allows(const struct grant *g, enum scope scope, const char *repository, const char *package);

/* Whether who holds the grant holds WANTED with it. */
bool grant_includes(const struct grant *g, const struct grant *wanted);

/* Whether the credential covers all that WANTED stands for: by its grants, or else by its scopes. */
bool auth_grants(const struct actor *actor, const struct grant *wanted);

/*
 * What a token may do as grants, *COUNT of them, on the arena. Of one with
 * scopes these are the closest ones; they may be none.
 */
const struct grant *grants_of(struct arena *a, const struct token *token, size_t *count);

#endif
