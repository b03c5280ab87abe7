/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrepot-admin publisher: add, list, remove.
 */
#include "admin/admin.h"

#include <inttypes.h>
#include <string.h>

#include "base/arena.h"
#include "base/fault.h"
#include "domain/repository.h"
#include "domain/trustpub.h"

/* What the first three arguments name; its package in *OUT. */
static const struct repository *
place(struct admin *a, struct publisher *out)
{
	const struct repository *r = admin_repository(a, a->arguments[0], a->arguments[1]);

	return r && publisher_set_package(a->work, r, a->arguments[2], out) ? r : NULL;
}

static void
put_publisher(struct doc *d, enum issuer provider, const struct publisher *p)
{
	doc_int(d, "id", p->id);
	doc_text(d, "package", p->package_name);
	doc_text(d, "provider", issuer_name(provider));
	doc_text(d, "namespace", p->namespace);
	doc_text(d, "namespace_id", p->namespace_id);
	doc_text(d, "project", p->project);
	doc_text(d, "workflow", p->workflow);
	doc_text(d, "environment", p->environment);
	doc_time(d, "created_at", p->created_at);
}

/* ---- add ---- */

struct add {
	const char *provider;
	const char *project;
	const char *workflow;
	const char *environment;
	const char *namespace_id;
};

static const struct admin_option add_options[] = {
	NEEDED(add, provider, "provider", "NAME", "Whose CI: github or gitlab"),
	NEEDED(add, project, "project", "NAMESPACE/NAME", "The project there, with its owner or groups"),
	NEEDED(add, workflow, "workflow", "FILE",
	       "Name of the workflow's file (github), or path of the pipeline's (gitlab)"),
	OPTION(add, environment, "environment", TEXT, "NAME", "Only jobs of this environment; default: any, or none"),
	OPTION(add, namespace_id, "namespace-id", TEXT, "ID",
	       "The provider's id of the namespace; default: that of the first job that fits"),
	OPTIONS_END
};

static bool
read_provider(struct admin *a, const char *name, enum issuer *out)
{
	for (int i = 0; i < ISSUER__MAX; i++) {
		*out = (enum issuer)i;
		if (strcmp(issuer_name(*out), name) == 0)
			return true;
	}
	return fault_raise(a->work->fault, FAULT_INVALID, "--provider takes github or gitlab");
}

static bool
read_publisher(struct admin *a, enum issuer *provider, struct publisher *p)
{
	const struct add *o = a->options;
	const char *slash = strrchr(o->project, '/');

	if (!read_provider(a, o->provider, provider))
		return false;
	if (!slash)
		return fault_raise(a->work->fault, FAULT_INVALID, "--project takes NAMESPACE/NAME");
	p->namespace = arena_dup(a->work->arena, o->project, (size_t)(slash - o->project));
	p->project = slash + 1;
	p->workflow = o->workflow;
	p->environment = o->environment;
	p->namespace_id = o->namespace_id;
	return publisher_check(a->work, *provider, p);
}

static bool
add(struct admin *a)
{
	struct publisher p = { .id = 0 };
	enum issuer provider;
	struct doc *d;

	if (!place(a, &p) || !read_publisher(a, &provider, &p) || !publisher_add(a->work, provider, &p))
		return false;
	d = doc_map(a->work->arena);
	put_publisher(d, provider, &p);
	return admin_say(a, d, "Jobs of %s/%s may publish %s.", p.namespace, p.project, p.package_name);
}

/* ---- list, remove ---- */

static bool
publishers(struct admin *a, enum issuer provider, const struct publisher *of, struct rows *out)
{
	struct publisher_choice choice = { .provider = provider, .package_ids = &of->package_id, .package_count = 1 };

	return publisher_list(a->work, &choice, (struct slice){ .limit = TRUSTPUB_MAX_PUBLISHERS }, out);
}

static bool
list(struct admin *a)
{
	struct doc *d = doc_list(a->work->arena);
	struct publisher of = { .id = 0 };

	if (!place(a, &of))
		return false;
	for (int i = 0; i < ISSUER__MAX; i++) {
		const struct publisher *p;
		struct rows rows;

		if (!publishers(a, (enum issuer)i, &of, &rows))
			return false;
		p = rows.at;
		for (size_t k = 0; k < rows.count; k++)
			put_publisher(doc_add_map(d, NULL), (enum issuer)i, &p[k]);
	}
	return admin_show(a, d);
}

/* Of either provider; NULL when the repository has no package with it. */
static const struct publisher *
find(struct admin *a, int64_t id, int64_t repository_id, enum issuer *provider)
{
	const struct publisher *p = NULL;

	for (int i = 0; !p && i < ISSUER__MAX; i++) {
		*provider = (enum issuer)i;
		p = publisher_find(a->work, *provider, id, repository_id);
	}
	return p;
}

static bool
drop(struct admin *a)
{
	const struct repository *r = admin_repository(a, a->arguments[0], a->arguments[1]);
	struct doc *d = doc_map(a->work->arena);
	const struct publisher *p;
	enum issuer provider;
	int64_t id;

	if (!r || !admin_id(a, a->arguments[2], &id))
		return false;
	p = find(a, id, r->id, &provider);
	if (!p)
		return fault_raise(a->work->fault, FAULT_NOT_FOUND, "there is no publisher %" PRId64 " in the repository %s",
				   id, r->name);
	if (!publisher_delete(a->work, provider, p))
		return false;
	put_publisher(d, provider, p);
	return admin_say(a, d, "Jobs of %s/%s may not publish %s any more.", p->namespace, p->project,
			 p->package_name);
}

static const struct admin_verb verbs[] = {
	{ .name = "add", .arguments = "ECOSYSTEM [OWNER/]REPOSITORY PACKAGE", .least = 3, .most = 3,
	  .summary = "Let jobs of a workflow publish a package", .options = add_options,
	  .options_size = sizeof(struct add), .needs = NEEDS_SCHEMA, .run = add },
	{ .name = "list", .arguments = "ECOSYSTEM [OWNER/]REPOSITORY PACKAGE", .least = 3, .most = 3,
	  .summary = "List the trusted publishers of a package", .needs = NEEDS_SCHEMA, .run = list },
	{ .name = "remove", .arguments = "ECOSYSTEM [OWNER/]REPOSITORY ID", .least = 3, .most = 3,
	  .summary = "Let a workflow publish no longer", .needs = NEEDS_SCHEMA, .run = drop },
	VERBS_END
};

const struct admin_verb publisher_verb = {
	.name = "publisher",
	.summary = "Add, list and remove CI workflows that publish packages (trusted publishing)",
	.verbs = verbs,
};
