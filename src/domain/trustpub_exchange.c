/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A provider's token becomes one of ours: it is checked, used up, and held
 * against the publishers of the project that it names, one property after the
 * other, so that whoever set a workflow up is told what does not fit.
 */
#include "domain/trustpub.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/number.h"
#include "base/random.h"
#include "base/settings.h"
#include "base/text.h"
#include "base/work.h"
#include "domain/auth.h"
#include "formats/jwt.h"
#include "wire/json.h"

#define MAX_CLAIM 1024
#define MAX_JTI 255
#define MAX_ID 64

static const struct column match_columns[] = {
	COLUMN(publisher, id), COLUMN(publisher, package_id), COLUMN(publisher, namespace_id),
	COLUMN(publisher, workflow), COLUMN(publisher, environment), COLUMNS_END
};
static const struct row_type match_row = ROW_TYPE(publisher, match_columns);

/* How a provider names its claims, and what they are in texts. */
static const struct naming {
	const char *repository;
	const char *namespace_id;
	const char *workflow;
	const char *run;
	const char *id_words;
	const char *workflow_words;
} namings[ISSUER__MAX] = {
	[ISSUER_GITHUB] = { "repository", "repository_owner_id", "workflow_ref", "run_id",
		"repository owner ID", "workflow filename" },
	[ISSUER_GITLAB] = { "project_path", "namespace_id", "ci_config_ref_uri", "job_id",
		"namespace ID", "workflow filepath" },
};

/* What a token says, once it has been checked. */
struct identity {
	enum issuer provider;
	const struct naming *naming;
	const char *jti;
	int64_t expires_at;
	const char *repository;		/* namespace/project */
	const char *namespace;
	const char *namespace_id;
	const char *project;
	const char *workflow;
	const char *environment;	/* NULL: none */
	const char *run;
	const char *sha;
};

/* Publishers that are still in question. */
struct candidates {
	const struct publisher **at;
	size_t count;
};

static bool
refuse(struct work *w, const char *message)
{
	return fault_raise(w->fault, FAULT_BAD_REQUEST, "%s", message);
}

/* ---- the token ---- */

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
check_token(struct work *w, const struct jwt *t, enum issuer provider)
{
	struct jwt_demand demand = {
		.issuer = issuer_url(w->config, provider),
		.audience = w->config->host,
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
split_repository(struct work *w, struct identity *who)
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
check_id(struct work *w, const struct identity *who)
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
read_identity(struct work *w, const struct jwt *t, struct identity *who)
{
	const struct naming *n = who->naming;
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

static bool
use_up(struct work *w, const struct identity *who)
{
	const char *issuer = issuer_url(w->config, who->provider);
	int64_t used;

	if (!db_exec(w, Q_TRUSTPUB_JWT_USE,
		     ARGS(text(issuer), text(who->jti), timestamp(w->now),
			  timestamp(who->expires_at + JWT_LEEWAY * CLOCK_SECOND)), &used))
		return false;
	return used > 0 || refuse(w, "JWT has already been used");
}

/* ---- the publishers ---- */

static bool
load_candidates(struct work *w, const struct identity *who, int64_t repository_id, struct candidates *c)
{
	const struct publisher *all;
	struct rows rows;

	if (!db_many(w, Q_TRUSTPUB_PUBLISHER_MATCH, &match_row,
		     ARGS(text(issuer_name(who->provider)), text(who->namespace), text(who->project),
			  num(repository_id)), &rows))
		return false;
	if (rows.count == 0)
		return fault_raise(w->fault, FAULT_BAD_REQUEST,
				   "No Trusted Publishing config found for repository `%s`.", who->repository);
	all = rows.at;
	c->count = rows.count;
	c->at = arena_zalloc(w->arena, rows.count, sizeof(*c->at));
	for (size_t i = 0; i < rows.count; i++)
		c->at[i] = &all[i];
	return true;
}

/* What the publisher would have wanted in place of what the token says; NULL when it fits. */
typedef const char *(*differs_fn)(const struct publisher *, const struct identity *);

/* Drop those that do not fit, listing in WANTED what they would have wanted. */
static bool
keep(struct candidates *c, const struct identity *who, struct buf *wanted, differs_fn differs)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->count; i++) {
		const char *other = differs(c->at[i], who);

		if (!other)
			c->at[kept++] = c->at[i];
		else
			buf_printf(wanted, "%s`%s`", wanted->len > 0 ? ", " : "", other);
	}
	c->count = kept;
	return kept > 0;
}

static const char *
other_id(const struct publisher *p, const struct identity *who)
{
	return p->namespace_id && strcmp(p->namespace_id, who->namespace_id) != 0 ? p->namespace_id : NULL;
}

static const char *
other_workflow(const struct publisher *p, const struct identity *who)
{
	return strcmp(p->workflow, who->workflow) != 0 ? p->workflow : NULL;
}

static const char *
other_environment(const struct publisher *p, const struct identity *who)
{
	if (!p->environment || (who->environment && text_equal_nocase(p->environment, who->environment)))
		return NULL;
	return p->environment;
}

static bool
match(struct work *w, const struct identity *who, struct candidates *c)
{
	const char *begin = "The Trusted Publishing config for repository";
	struct buf wanted = buf_on(w->arena);

	if (!keep(c, who, &wanted, other_id))
		return fault_raise(w->fault, FAULT_BAD_REQUEST,
			"%s `%s` does not match the %s (%s) in the JWT. Expected %ss: %s. Please recreate the Trusted "
			"Publishing config to update the %s.", begin, who->repository, who->naming->id_words,
			who->namespace_id, who->naming->id_words, buf_text(&wanted), who->naming->id_words);
	buf_truncate(&wanted, 0);
	if (!keep(c, who, &wanted, other_workflow))
		return fault_raise(w->fault, FAULT_BAD_REQUEST,
			"%s `%s` does not match the %s `%s` in the JWT. Expected %ss: %s", begin, who->repository,
			who->naming->workflow_words, who->workflow, who->naming->workflow_words, buf_text(&wanted));
	buf_truncate(&wanted, 0);
	if (keep(c, who, &wanted, other_environment))
		return true;
	if (!who->environment)
		return fault_raise(w->fault, FAULT_BAD_REQUEST,
			"%s `%s` requires an environment, but the JWT does not specify one. Expected environments: %s",
			begin, who->repository, buf_text(&wanted));
	return fault_raise(w->fault, FAULT_BAD_REQUEST,
		"%s `%s` does not match the environment `%s` in the JWT. Expected environments: %s",
		begin, who->repository, who->environment, buf_text(&wanted));
}

/* ---- the temporary token ---- */

/* Names change hands, ids do not: the first token that fits says which namespace was meant. */
static bool
pin(struct work *w, const struct identity *who, const struct candidates *c)
{
	int64_t *ids = arena_zalloc(w->arena, c->count, sizeof(*ids));
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++)
		if (!c->at[i]->namespace_id)
			ids[count++] = c->at[i]->id;
	return count == 0 ||
	       db_exec(w, Q_TRUSTPUB_PUBLISHER_PIN, ARGS(int_array(ids, count), text(who->namespace_id)), NULL);
}

/* What a release keeps of its publisher. */
static const char *
data_of(struct work *w, const struct identity *who)
{
	struct doc *d = doc_map(w->arena);
	struct buf json = buf_on(w->arena);

	doc_text(d, "provider", issuer_name(who->provider));
	doc_text(d, who->naming->repository, who->repository);
	doc_text(d, who->naming->run, who->run);
	doc_text(d, "sha", who->sha);
	json_write(&json, d, NULL);
	return buf_text(&json);
}

static const char *
make_token(struct work *w, const struct identity *who, const struct candidates *c)
{
	const char *random = random_token(w->arena, "", TRUSTED_RANDOM);
	int64_t *ids = arena_zalloc(w->arena, c->count, sizeof(*ids));
	uint8_t hash[SHA256_SIZE];

	arena_hold_secret(w->arena);
	digest_sha256(span_of(random), hash);
	for (size_t i = 0; i < c->count; i++)
		ids[i] = c->at[i]->package_id;
	if (!db_exec(w, Q_TRUSTPUB_TOKEN_ADD,
		     ARGS(bytes(hash, sizeof(hash)), int_array(ids, c->count), text(data_of(w, who)),
			  timestamp(w->now), timestamp(w->now + TRUSTPUB_LIFETIME)), NULL))
		return NULL;
	return arena_printf(w->arena, TRUSTED_PREFIX "%s%c", random, auth_trusted_check(span_of(random)));
}

const char *
trustpub_exchange(struct work *w, struct span jwt, int64_t repository_id)
{
	const struct jwt *t = jwt_read(w->arena, jwt);
	struct identity who = { .provider = ISSUER_GITHUB };
	struct candidates c = { 0 };
	const char *token;
	struct tx *tx;

	arena_hold_secret(w->arena);
	if (!t || !t->issuer) {
		refuse(w, "Failed to decode JWT");
		return NULL;
	}
	if (!issuer_find(w->config, t->issuer, &who.provider)) {
		fault_raise(w->fault, FAULT_BAD_REQUEST, "Unsupported JWT issuer: %s", t->issuer);
		return NULL;
	}
	who.naming = &namings[who.provider];
	if (!check_token(w, t, who.provider) || !read_identity(w, t, &who))
		return NULL;
	tx = tx_begin(w);
	if (!tx || !use_up(w, &who) || !load_candidates(w, &who, repository_id, &c) || !match(w, &who, &c) ||
	    !pin(w, &who, &c))
		return NULL;
	token = make_token(w, &who, &c);
	return token && tx_commit(w, tx) ? token : NULL;
}

bool
trustpub_revoke(struct work *w, const uint8_t hash[SHA256_SIZE])
{
	return db_exec(w, Q_TRUSTPUB_TOKEN_REVOKE, ARGS(bytes(hash, SHA256_SIZE)), NULL);
}
