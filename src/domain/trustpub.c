/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trusted publishers: their rules, rows and mails. Exchanging tokens is
 * trustpub_exchange.c.
 */
#include "domain/trustpub.h"

#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/settings.h"
#include "base/text.h"
#include "base/work.h"
#include "domain/audit.h"
#include "domain/auth.h"
#include "domain/owner.h"
#include "domain/package.h"
#include "domain/repository.h"

#define MAX_FIELD 255

static const struct column named_columns[] = {
	COLUMN(publisher, package_id), COLUMN(publisher, package_name), COLUMNS_END
};
static const struct row_type named_row = ROW_TYPE(publisher, named_columns);

static const struct column publisher_columns[] = {
	COLUMN(publisher, id), COLUMN(publisher, package_id), COLUMN(publisher, package_name),
	COLUMN(publisher, namespace), COLUMN(publisher, namespace_id), COLUMN(publisher, project),
	COLUMN(publisher, workflow), COLUMN(publisher, environment), COLUMN(publisher, created_at),
	COLUMNS_END
};
static const struct row_type publisher_row = ROW_TYPE(publisher, publisher_columns);

/* ---- rules ---- */

static bool
refuse(struct work *w, const char *message)
{
	return fault_raise(w->fault, FAULT_BAD_REQUEST, "%s", message);
}

static bool
check_length(struct work *w, const char *what, struct span s)
{
	if (s.len == 0)
		return fault_raise(w->fault, FAULT_BAD_REQUEST, "%s may not be empty", what);
	if (s.len > MAX_FIELD)
		return fault_raise(w->fault, FAULT_BAD_REQUEST, "%s is too long (maximum is %d characters)",
				   what, MAX_FIELD);
	return true;
}

static bool
is_made_of(struct span s, const char *others)
{
	for (size_t i = 0; i < s.len; i++)
		if (!is_alnum(s.at[i]) && !strchr(others, s.at[i]))
			return false;
	return true;
}

static bool
ends(struct span s, const char *suffix)
{
	size_t len = strlen(suffix);

	return s.len >= len && memcmp(s.at + s.len - len, suffix, len) == 0;
}

static bool
check_suffix(struct work *w, const char *what, struct span s)
{
	return ends(s, ".yml") || ends(s, ".yaml") ||
	       fault_raise(w->fault, FAULT_BAD_REQUEST, "%s must end with `.yml` or `.yaml`", what);
}

static bool
check_github(struct work *w, const struct publisher *p)
{
	struct span owner = span_of(p->namespace), project = span_of(p->project), workflow = span_of(p->workflow);

	if (!check_length(w, "GitHub repository owner name", owner))
		return false;
	if (!is_made_of(owner, "-") || owner.at[0] == '-')
		return refuse(w, "Invalid GitHub repository owner name");
	if (!check_length(w, "GitHub repository name", project))
		return false;
	if (!is_made_of(project, "-_."))
		return refuse(w, "Invalid GitHub repository name");
	if (!check_length(w, "Workflow filename", workflow) || !check_suffix(w, "Workflow filename", workflow))
		return false;
	if (memchr(workflow.at, '/', workflow.len))
		return refuse(w, "Workflow filename must be a filename only, without directories");
	return true;
}

static bool
check_github_environment(struct work *w, struct span s)
{
	if (s.at[0] == ' ')
		return refuse(w, "Environment name may not start with whitespace");
	if (s.at[s.len - 1] == ' ')
		return refuse(w, "Environment name may not end with whitespace");
	for (size_t i = 0; i < s.len; i++)
		if ((unsigned char)s.at[i] < 0x20 || strchr("\x7f'\"`,;\\", s.at[i]))
			return refuse(w, "Environment name must not contain non-printable characters or the "
				      "characters \"'\", \"\"\", \"`\", \",\", \";\", \"\\\"");
	return true;
}

/* Letters or digits at both ends. */
static bool
check_gitlab_name(struct work *w, const char *what, struct span s, const char *others)
{
	if (!check_length(w, what, s))
		return false;
	if (ends(s, ".atom") || ends(s, ".git"))
		return fault_raise(w->fault, FAULT_BAD_REQUEST, "%s cannot end with .atom or .git", what);
	if (!is_made_of(s, others) || !is_alnum(s.at[0]) || !is_alnum(s.at[s.len - 1]))
		return fault_raise(w->fault, FAULT_BAD_REQUEST, "Invalid %s", what);
	return true;
}

static bool
check_gitlab(struct work *w, const struct publisher *p)
{
	struct span workflow = span_of(p->workflow);

	if (!check_gitlab_name(w, "GitLab namespace", span_of(p->namespace), "_.-/") ||
	    !check_gitlab_name(w, "GitLab project name", span_of(p->project), "_.-") ||
	    !check_length(w, "Workflow filepath", workflow))
		return false;
	if (workflow.at[0] == '/')
		return refuse(w, "Workflow filepath cannot start with /");
	if (ends(workflow, "/"))
		return refuse(w, "Workflow filepath cannot end with /");
	return check_suffix(w, "Workflow filepath", workflow);
}

static bool
check_environment(struct work *w, enum issuer provider, const char *environment)
{
	struct span s = span_of(environment);

	if (!environment)
		return true;
	if (s.len == 0)
		return refuse(w, "Environment name may not be empty (use `null` to omit)");
	if (!check_length(w, "Environment name", s))
		return false;
	if (provider == ISSUER_GITHUB)
		return check_github_environment(w, s);
	return is_made_of(s, " -_/${}") || refuse(w, "Environment name contains invalid characters");
}

bool
publisher_check(struct work *w, enum issuer provider, const struct publisher *p)
{
	return (provider == ISSUER_GITHUB ? check_github(w, p) : check_gitlab(w, p)) &&
	       check_environment(w, provider, p->environment);
}

/* ---- changes ---- */

static const char *
product(enum issuer provider)
{
	return provider == ISSUER_GITHUB ? "GitHub" : "GitLab";
}

static const char *
describe(struct work *w, enum issuer provider, const struct publisher *p)
{
	return arena_printf(w->arena,
		"    provider:    %s\n    repository:  %s/%s\n    workflow:    %s\n    environment: %s\n",
		product(provider), p->namespace, p->project, p->workflow, p->environment ? p->environment : "(any)");
}

static bool
warn_owners(struct work *w, enum issuer provider, const struct publisher *p, bool added)
{
	const char *site = w->config->site_name;
	const char *who = w->actor && w->actor->name ? w->actor->name : site;

	return owner_warn(w, p->package_id,
		arena_printf(w->arena, "%s: Trusted Publishing configuration %s %s", site,
			added ? "added to" : "removed from", p->package_name),
		arena_printf(w->arena,
			"%s has %s a \"Trusted Publishing\" configuration for %s %s your package \"%s\". Trusted publishers "
			"act as trusted users and can publish new versions of the package automatically.\n\n%s\n"
			"If you did not expect this change and think it was made maliciously, %s, and ask the "
			"administrators of %s.\n",
			who, added ? "added" : "removed", product(provider), added ? "to" : "from", p->package_name,
			describe(w, provider, p),
			added ? "remove the configuration" : "add the configuration again", w->config->base_url));
}

static bool
record(struct work *w, const struct publisher *p, const char *action)
{
	return audit_add(w, &(struct audit){ .action = action, .package_id = p->package_id,
		.details = arena_printf(w->arena, "{\"publisher\": %lld}", (long long)p->id) });
}

static bool
check_room(struct work *w, enum issuer provider, const struct publisher *p)
{
	int64_t count;

	/* Those who add to one package at once wait for each other, so that the limit holds. */
	if (!package_lock(w, p->package_id) ||
	    !db_int(w, Q_TRUSTPUB_PUBLISHER_COUNT, ARGS(num(p->package_id), text(issuer_name(provider))), &count))
		return false;
	return count < TRUSTPUB_MAX_PUBLISHERS ||
	       fault_raise(w->fault, FAULT_CONFLICT,
			   "This %s already has the maximum number of %s Trusted Publishing configurations (%d)",
			   p->noun ? p->noun : "package", product(provider), TRUSTPUB_MAX_PUBLISHERS);
}

bool
publisher_add(struct work *w, enum issuer provider, struct publisher *p)
{
	struct tx *tx = tx_begin(w);

	p->created_at = w->now;
	return tx && check_room(w, provider, p) &&
	       db_int(w, Q_TRUSTPUB_PUBLISHER_ADD,
		      ARGS(num(p->package_id), text(issuer_name(provider)), text(p->namespace), text(p->namespace_id),
			   text(p->project), text(p->workflow), text(p->environment),
			   ref(w->actor ? w->actor->account_id : 0), timestamp(p->created_at)), &p->id) &&
	       record(w, p, "trustpub.add") &&
	       warn_owners(w, provider, p, true) &&
	       tx_commit(w, tx);
}

bool
publisher_delete(struct work *w, enum issuer provider, const struct publisher *p)
{
	struct tx *tx = tx_begin(w);
	int64_t gone;

	if (!tx || !db_exec(w, Q_TRUSTPUB_PUBLISHER_DELETE, ARGS(num(p->id)), &gone))
		return false;
	/* Somebody else was faster, and has told everybody. */
	if (gone > 0 && (!record(w, p, "trustpub.remove") || !warn_owners(w, provider, p, false)))
		return false;
	return tx_commit(w, tx);
}

/* ---- reading ---- */

bool
publisher_set_package(struct work *w, const struct repository *r, const char *name, struct publisher *p)
{
	const struct publisher *found = db_one(w, Q_TRUSTPUB_PACKAGE, &named_row,
					       ARGS(num(r->id), text(r->ecosystem), text(name)));

	if (!found)
		return fault_raise(w->fault, FAULT_NOT_FOUND, "there is no package `%s` in the repository %s", name,
				   r->name);
	p->package_id = found->package_id;
	p->package_name = found->package_name;
	return true;
}

const struct publisher *
publisher_find(struct work *w, enum issuer provider, int64_t id, int64_t repository_id)
{
	return db_one(w, Q_TRUSTPUB_PUBLISHER_FIND, &publisher_row,
		      ARGS(num(id), text(issuer_name(provider)), num(repository_id)));
}

bool
publisher_list(struct work *w, const struct publisher_choice *choice, struct slice slice, struct rows *out)
{
	return db_many(w, Q_TRUSTPUB_PUBLISHER_LIST, &publisher_row,
		       ARGS(int_array(choice->package_ids, choice->package_count),
			    text(issuer_name(choice->provider)), num(slice.after), num(slice.limit)), out);
}

bool
publisher_count(struct work *w, const struct publisher_choice *choice, int64_t *count)
{
	return db_int(w, Q_TRUSTPUB_PUBLISHER_LIST_COUNT,
		      ARGS(int_array(choice->package_ids, choice->package_count),
			   text(issuer_name(choice->provider))), count);
}
