/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who acts and what the credential allows. Every credential of every protocol
 * ends here: a token's secret in, an actor out.
 */
#ifndef ENTREPOT_DOMAIN_AUTH_H
#define ENTREPOT_DOMAIN_AUTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/digest.h"
#include "base/span.h"
#include "db/db.h"

struct arena;
struct work;

/* What a token may be restricted to. Protocols map their own names onto these. */
enum scope {
	SCOPE_NONE,		/* not scoped: only unrestricted tokens */
#define SCOPE(symbol, name, meaning) SCOPE_##symbol,
#include "domain/scopes.def"
#undef SCOPE
	SCOPE__MAX
};

/*
 * A CI job that exchanged its provider's token for a temporary one: it may
 * publish releases of these packages, and what the actor's grants say.
 */
struct trusted {
	const char *ecosystem;	/* of the protocol that gave it out, and the only one to take it */
	struct texts packages;	/* their ids, in decimal */
	const char *data;	/* JSON object: who it is; kept with what it publishes */
};

/* The secret of such a token: the ecosystem's prefix, letters and digits, a check character. */
#define TRUSTED_RANDOM 31

/* "cio_tp_", "hex_tp_"; NULL for an ecosystem without such tokens. */
const char *auth_trusted_prefix(const char *ecosystem);

/* Why a credential was refused. */
enum auth_refusal {
	AUTH_ACCEPTED,
	AUTH_MALFORMED,		/* no credential at all, or of no kind that is taken here */
	AUTH_UNKNOWN,
	AUTH_REVOKED,
	AUTH_EXPIRED,
	AUTH_WRONG_PASSWORD,	/* or no such account */
	AUTH_LOCKED,
	/* Of a demand rather than a credential: */
	AUTH_MISSING,		/* there is none */
	AUTH_NOT_COVERED	/* it is good, but not for this */
};

struct actor {
	enum auth_refusal refusal;	/* set also when the function that fills it fails */
	int64_t account_id;	/* 0: nobody, or a CI job */
	const char *name;
	bool is_admin;
	bool session;		/* a person logged in, not a token */
	int64_t token_id;	/* 0 for a session */
	uint64_t scopes;	/* bit set of 1 << enum scope; UINT64_MAX: unrestricted */
	const char *const *resources;	/* NULL: every package; else "REPOSITORY/PATTERN" … NULL */
	const char *const *grants;	/* as in grant.h … NULL; NULL: scopes and resources hold, of a job nothing */
	bool is_organization;		/* a key of an organization, which acts for no user */
	bool oauth;		/* an application's token, not made by the user itself */
	bool has_second_factor;	/* of oauth: the user has one */
	const struct trusted *trusted;	/* NULL unless it is a CI job, which has no account */
};

/*
 * The actor behind a token's secret. Unknown, revoked and expired tokens raise
 * FORBIDDEN "authentication failed" (temporary ones "Invalid authentication
 * token"); a locked account FORBIDDEN with its reason. Notes the token's last
 * use (at most once a minute, not in the caller's way).
 */
bool auth_token(struct work *w, struct span secret, struct actor *out) MUST_CHECK;

/*
 * The actor behind a name (or e-mail address) and password; raises like
 * auth_token(). A fault with OUT->refusal AUTH_ACCEPTED is none of the
 * credential's: the database failed.
 */
bool auth_password(struct work *w, const char *name, const char *password, struct actor *out) MUST_CHECK;

/* {"trustpub_data": …}: what is known of the actor if it is a CI job; NULL otherwise. */
const char *auth_trusted_data(struct arena *a, const struct actor *actor);

/* Whether the actor is a CI job that may publish the package. Pure. */
bool auth_trusted_covers(const struct actor *actor, int64_t package_id);

/* The hash that a temporary token is known by; false when SECRET has not the form of one. */
bool auth_trusted_hash(struct span secret, uint8_t hash[SHA256_SIZE]) MUST_CHECK;

/* The character behind the random ones, which tells a mistyped token from an unknown one. */
char auth_trusted_check(struct span random);

/*
 * Whether the credential covers SCOPE on the package (REPOSITORY and PACKAGE
 * NULL: not about a package). Pure.
 */
bool auth_allows(const struct actor *actor, enum scope scope, const char *repository, const char *package);

const char *scope_name(enum scope s);
/* SCOPE_NONE when unknown. */
enum scope scope_parse(struct span name);

/* Whether it is neither an account nor a CI job. Pure. */
static inline bool
actor_is_nobody(const struct actor *actor)
{
	return actor->account_id == 0 && !actor->trusted;
}

#endif
