/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a provider's token proves; see the header.
 */
#include "domain/trustpub_identity.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/number.h"
#include "base/settings.h"
#include "base/work.h"
#include "db/db.h"
#include "formats/jwt.h"
#include "wire/doc.h"

#define MAX_CLAIM 1024
#define MAX_JTI 255
#define MAX_ID 64

/* How a provider names its claims, and what they are in texts. */
static const struct trustpub_naming namings[ISSUER__MAX] = {
	[ISSUER_GITHUB] = { "repository", "repository_owner_id", "workflow_ref", "run_id",
		"repository owner ID", "workflow filename" },
	[ISSUER_GITLAB] = { "project_path", "namespace_id", "ci_config_ref_uri", "job_id",
		"namespace ID", "workflow filepath" },
};

static bool
refuse(struct work *w, const char *message)
{
	return fault_raise(w->fault, FAULT_BAD_REQUEST, "%s", message);
}

/* Strangers must not make us ask a provider for keys that nobody here waits for. */
static bool
is_awaited(struct work *w, enum issuer provider)
{
	int64_t any;

	if (!db_int(w, Q_TRUSTPUB_PUBLISHER_ANY, ARGS(text(issuer_name(provider))), &any))
		return false;
	return any > 0 || refuse(w, "No Trusted Publishing config found for this JWT issuer");
}

static bool
check_token(struct work *w, const struct jwt *t, enum issuer provider, const char *audience)
{
	struct jwt_demand demand = {
		.issuer = issuer_url(w->config, provider),
		.audience = audience,
		.now = w->now,
	};

	if (!t->key_id)
		return refuse(w, "Missing JWT key ID");
	if (!is_awaited(w, provider))
		return false;
	demand.key = issuer_key(w, provider, t->key_id);
	if (!demand.key)
		return refuse(w, "Invalid JWT key ID");
	return jwt_is_valid(t, &demand) || refuse(w, "Failed to decode JWT");
}

/* A text among the claims; NULL with a fault when it is missing or longer than MAX. */
static const char *
claim(struct work *w, const struct jwt *t, const char *name, size_t max)
{
	const char *value = doc_find_text(t->claims, name);

	if (value && *value && strlen(value) <= max)
		return value;
	refuse(w, "Failed to decode JWT");
	return NULL;
}

static bool
unexpected(struct work *w, const char *name)
{
	return fault_raise(w->fault, FAULT_BAD_REQUEST, "Unexpected `%s` value", name);
}

struct span
workflow_of(enum issuer provider, struct span claim_text)
{
	static const char directory[] = "/.github/workflows/";
	const char *separator = provider == ISSUER_GITHUB ? directory : "//";
	const char *found = memmem(claim_text.at, claim_text.len, separator, strlen(separator));
	const struct span none = { NULL, 0 };
	struct span path;

	if (!found)
		return none;
	path = span_skip(claim_text, (size_t)(found - claim_text.at) + strlen(separator));
	/* The name of a branch may hold '@' behind a slash, that of a workflow no slash. */
	if (provider == ISSUER_GITHUB)
		path = span_cut(&(struct span){ path.at, path.len }, '/');
	while (path.len > 0 && path.at[path.len - 1] != '@')
		path.len--;
	while (path.len > 0) {
		struct span name;

		path.len--;
		name = path;
		while (memchr(name.at, '/', name.len))
			span_cut(&name, '/');
		if ((name.len > 4 && memcmp(name.at + name.len - 4, ".yml", 4) == 0) ||
		    (name.len > 5 && memcmp(name.at + name.len - 5, ".yaml", 5) == 0))
			return path;
		if (provider == ISSUER_GITLAB)
			return none;
		while (path.len > 0 && path.at[path.len - 1] != '@')
			path.len--;
	}
	return none;
}

/* "group/subgroup/project": GitHub has no subgroups, so the last slash is right for both. */
static bool
split_repository(struct work *w, struct trustpub_identity *who)
{
	const char *slash = strrchr(who->repository, '/');

	if (!slash || slash == who->repository || slash[1] == '\0' ||
	    (who->provider == ISSUER_GITHUB && strchr(who->repository, '/') != slash))
		return unexpected(w, who->naming->repository);
	who->namespace = arena_dup(w->arena, who->repository, (size_t)(slash - who->repository));
	who->project = slash + 1;
	return true;
}

static bool
check_id(struct work *w, const struct trustpub_identity *who)
{
	int64_t id;

	if (who->provider == ISSUER_GITHUB && !number_parse(span_of(who->namespace_id), 0, INT64_MAX, &id))
		return unexpected(w, who->naming->namespace_id);
	return true;
}

/* Strangers can start these, with a pull request: what they run is not the owners' doing. */
static bool
check_event(struct work *w, const struct jwt *t)
{
	const char *event = doc_find_text(t->claims, "event_name");

	if (event && (strcmp(event, "pull_request_target") == 0 || strcmp(event, "workflow_run") == 0))
		return fault_raise(w->fault, FAULT_BAD_REQUEST,
				   "Trusted Publishing is not available to workflows that are triggered by `%s`", event);
	return true;
}

static bool
read_identity(struct work *w, const struct jwt *t, struct trustpub_identity *who)
{
	const struct trustpub_naming *n = who->naming;
	const char *reference;
	struct span workflow;

	who->jti = claim(w, t, "jti", MAX_JTI);
	who->expires_at = jwt_expiry(t);
	who->repository = claim(w, t, n->repository, MAX_CLAIM);
	who->namespace_id = claim(w, t, n->namespace_id, MAX_ID);
	reference = claim(w, t, n->workflow, 2 * MAX_CLAIM);
	who->environment = doc_find_text(t->claims, "environment");
	who->run = claim(w, t, n->run, MAX_ID);
	who->sha = claim(w, t, "sha", MAX_ID);
	if (fault_is_set(w->fault) || !split_repository(w, who))
		return false;
	workflow = workflow_of(who->provider, span_of(reference));
	if (!workflow.at)
		return unexpected(w, n->workflow);
	who->workflow = arena_dup(w->arena, workflow.at, workflow.len);
	return check_id(w, who) && check_event(w, t);
}

const struct trustpub_identity *
trustpub_identity_prove(struct work *w, struct span jwt, const char *audience)
{
	const struct jwt *t = jwt_read(w->arena, jwt);
	struct trustpub_identity *who = arena_new(w->arena, struct trustpub_identity);

	arena_hold_secret(w->arena);
	if (!t || !t->issuer) {
		refuse(w, "Failed to decode JWT");
		return NULL;
	}
	if (!issuer_find(w->config, t->issuer, &who->provider)) {
		fault_raise(w->fault, FAULT_BAD_REQUEST, "Unsupported JWT issuer: %s", t->issuer);
		return NULL;
	}
	who->naming = &namings[who->provider];
	return check_token(w, t, who->provider, audience) && read_identity(w, t, who) ? who : NULL;
}

bool
trustpub_identity_use(struct work *w, const struct trustpub_identity *who)
{
	const char *issuer = issuer_url(w->config, who->provider);
	int64_t used;

	if (!db_exec(w, Q_TRUSTPUB_JWT_USE,
		     ARGS(text(issuer), text(who->jti), timestamp(w->now),
			  timestamp(who->expires_at + JWT_LEEWAY * CLOCK_SECOND)), &used))
		return false;
	return used > 0 || refuse(w, "JWT has already been used");
}
