/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PUT /crates/new: two little-endian lengths, the metadata and the .crate. The
 * checks run in the public registry's order, so that a client sees the same
 * error here; everything from the name on is one transaction.
 */
#include "protocols/crates/crates.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/settings.h"
#include "base/tempfile.h"
#include "domain/audit.h"
#include "domain/crate.h"
#include "domain/email.h"
#include "domain/index.h"
#include "domain/limit.h"
#include "domain/owner.h"
#include "domain/package.h"
#include "domain/publish.h"
#include "domain/repository.h"
#include "formats/crate.h"
#include "formats/crate_rules.h"
#include "formats/manifest.h"
#include "formats/markdown.h"
#include "protocols/body.h"
#include "protocols/crates/metadata.h"
#include "protocols/crates/views.h"

#define MAX_METADATA (1024 * 1024)

/* All that one publish is made of. */
struct upload {
	struct metadata metadata;
	const struct package *package;		/* as it was before; NULL: a new name */
	struct tempfile *spool;
	struct digests digests;
	int64_t size;
	const struct crate *crate;
	struct publish publish;
	struct publish_package taken;
	int64_t release_id;
	struct rows unknown_categories;		/* struct category_slug */
};

/* ---- what comes before the bytes ---- */

static bool
read_length(struct call *c, const char *message, uint32_t *length)
{
	unsigned char b[4];
	size_t got;

	if (!body_read_bytes(c, b, sizeof(b), &got))
		return false;
	if (got < sizeof(b))
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "%s", message);
	*length = (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
	return true;
}

static bool
read_metadata(struct call *c, struct upload *u)
{
	uint32_t length;
	size_t got;
	char *json;

	if (!read_length(c, "invalid metadata length", &length))
		return false;
	if (length > MAX_METADATA)
		return fault_raise(&c->fault, FAULT_TOO_LARGE, "JSON metadata blob too large");
	json = arena_alloc(c->work.arena, (size_t)length + 1);
	if (!body_read_bytes(c, json, length, &got))
		return false;
	json[got] = '\0';
	if (got < length)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "invalid metadata length for remaining payload: %u", length);
	return metadata_read(c, span_make(json, length), &u->metadata);
}

static bool
check_name_is_free(struct call *c, const struct metadata *m)
{
	const char *canonical = crate_name_canonical(c->work.arena, span_of(m->name));
	char when[CLOCK_TEXT_SIZE];
	int64_t until;

	if (!package_blocked_until(&c->work, REPOSITORY_CRATES, canonical, &until))
		return false;
	if (until == 0)
		return true;
	clock_format_rfc3339(when, until - until % CLOCK_SECOND, 0);
	return fault_raise(&c->fault, FAULT_BAD_REQUEST,
			   "A crate with the name `%s` was recently deleted. Reuse of this name will be available after %s.",
			   m->name, when);
}

/* A CI job publishes further versions of the crates that its token is for. */
static bool
authorize_trusted(struct call *c, const struct upload *u)
{
	if (!u->package)
		return fault_raise(&c->fault, FAULT_FORBIDDEN,
				   "Trusted Publishing tokens do not support creating new crates. "
				   "Publish the crate manually, first");
	if (call_authorize_trusted(c, u->package->id))
		return true;
	return fault_raise(&c->fault, FAULT_FORBIDDEN, "The provided access token is not valid for crate `%s`",
			   u->metadata.name);
}

static bool
authorize(struct call *c, struct upload *u)
{
	const char *canonical = crate_name_canonical(c->work.arena, span_of(u->metadata.name));

	u->package = package_find(&c->work, REPOSITORY_CRATES, canonical);
	if (fault_is_set(&c->fault) || !call_authenticate(c))
		return false;
	if (c->actor.trusted)
		return authorize_trusted(c, u);
	if (!call_authorize(c, u->package ? SCOPE_PUBLISH_UPDATE : SCOPE_PUBLISH_NEW,
			    CRATES_REPOSITORY, u->metadata.name))
		return false;
	if (!u->package || !u->package->trustpub_only)
		return true;
	return fault_raise(&c->fault, FAULT_FORBIDDEN,
			   "New versions of this crate can only be published using Trusted Publishing (see %s).",
			   call_url(c, "/docs/trusted-publishing"));
}

static bool
check_email(struct call *c)
{
	bool verified;

	if (!c->work.config->crates_verified_email || c->actor.trusted)
		return true;
	if (!email_is_verified(&c->work, c->actor.account_id, &verified))
		return false;
	return verified || fault_raise(&c->fault, FAULT_BAD_REQUEST,
				       "A verified email address is required to publish crates to %s. "
				       "Visit %s to set and verify your email address.",
				       crates_site(c), call_url(c, "/settings/profile"));
}

static bool
take_limit(struct call *c, const struct upload *u)
{
	const struct config *config = c->work.config;
	const struct limit new_crate = {
		"publish-new", config->crates_new_burst, config->crates_new_every,
		"You have published too many new crates in a short period of time",
		call_url(c, "/docs/rate-limits")
	};
	const struct limit new_version = {
		"publish-update", config->crates_update_burst, config->crates_update_every,
		"You have published too many updates to existing crates in a short period of time",
		call_url(c, "/docs/rate-limits")
	};

	/* The limits are an account's; a job has none, and its token half an hour. */
	return !config->crates_rate_limits || c->actor.trusted ||
	       limit_take(&c->work, c->actor.account_id, u->package ? &new_version : &new_crate);
}

/* ---- the bytes ---- */

static bool
read_crate(struct call *c, struct upload *u)
{
	const struct config *config = c->work.config;
	int64_t max = config->crates_max_upload;
	uint32_t length;

	if (u->package && u->package->max_upload_size > 0)
		max = u->package->max_upload_size;
	if (!read_length(c, "invalid tarball length", &length))
		return false;
	if (length > max)
		return fault_raise(&c->fault, FAULT_TOO_LARGE, "max upload size is: %lld", (long long)max);
	u->spool = body_spool(c, length, DIGEST_SHA256, &u->digests, &u->size);
	if (!u->spool)
		return false;
	if (u->size < length)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "invalid tarball length for remaining payload: %u", length);
	u->crate = crate_read(c->work.arena, &c->fault, &(struct crate_upload){
		.fd = u->spool->fd,
		.length = length,
		.name = span_of(u->metadata.name),
		.version = span_of(u->metadata.vers),
		.max_unpacked = (uint64_t)(config->crates_max_unpacked > max ? config->crates_max_unpacked : max),
		.max_entries = (uint64_t)config->crates_max_entries,
	});
	return u->crate != NULL;
}

/* What follows the two parts was never announced: a client that counts wrongly is told so. */
static bool
check_end(struct call *c)
{
	char byte;
	size_t got;

	if (!body_read_bytes(c, &byte, 1, &got))
		return false;
	return got == 0 || fault_raise(&c->fault, FAULT_BAD_REQUEST, "unexpected data after the tarball");
}

static bool
receive(struct call *c, struct upload *u)
{
	int64_t max_features = c->work.config->crates_max_features;

	if (!read_metadata(c, u) || !check_name_is_free(c, &u->metadata) || !authorize(c, u) ||
	    !check_email(c) || !take_limit(c, u) || !read_crate(c, u) || !check_end(c))
		return false;
	if (u->package && u->package->max_features > 0)
		max_features = u->package->max_features;
	return metadata_check(c, &u->metadata, u->crate, max_features);
}

/* ---- the transaction ---- */

static const char *
license_of(const struct metadata *m)
{
	if (m->license && *m->license)
		return m->license;
	return m->license_file && *m->license_file ? "non-standard" : NULL;
}

static const char *
rendered_readme(struct call *c, const struct metadata *m)
{
	if (!m->readme || !*m->readme)
		return NULL;
	return markdown_readme(c->work.arena, m->readme_file, span_of(m->readme)).at;
}

static void
fill_publish(struct call *c, struct upload *u)
{
	struct arena *a = c->work.arena;
	const struct metadata *m = &u->metadata;

	u->publish = (struct publish){
		.repository_id = REPOSITORY_CRATES,
		.name = m->name,
		.canonical_name = crate_name_canonical(a, span_of(m->name)),
		.version = m->vers,
		.version_identity = semver_identity(a, &m->version),
		.version_key = semver_key(a, &m->version),
		.prerelease = semver_is_prerelease(&m->version),
		.description = m->description,
		.homepage = m->homepage,
		.documentation = m->documentation,
		.source_url = m->repository,
		.license = license_of(m),
		.readme = m->readme,
		.readme_html = rendered_readme(c, m),
		.taxonomy = m->taxonomy,
		.dependencies = m->dependencies,
		.dependency_count = m->dependency_count,
		.path = arena_printf(a, "%s/%s-%s.crate", m->name, m->name, m->vers),
		.filename = arena_printf(a, "%s-%s.crate", m->name, m->vers),
		.kind = "crate",
		.content_type = "application/gzip",
		.spool = u->spool,
		.sha256 = u->digests.sha256,
		.size = u->size,
	};
}

static bool
check_ownership(struct call *c, struct upload *u)
{
	enum package_reserved reserved;

	/* The crate that the token is for may have been deleted since it was looked at. */
	if (c->actor.trusted)
		return (!u->taken.is_new && auth_trusted_covers(&c->actor, u->taken.id)) ||
		       fault_raise(&c->fault, FAULT_FORBIDDEN,
				   "The provided access token is not valid for crate `%s`", u->metadata.name);
	if (u->taken.is_new) {
		if (!package_name_reserved(&c->work, "crates", u->metadata.name, &reserved))
			return false;
		return reserved == PACKAGE_NAME_FREE ||
		       fault_raise(&c->fault, FAULT_BAD_REQUEST, "cannot upload a crate with a reserved name");
	}
	return crates_require_publisher(c, &(struct package){ .id = u->taken.id },
		"this crate exists but you don't seem to be an owner. If you believe this is a mistake, perhaps you "
		"need to accept an invitation to be an owner before publishing.");
}

static bool
check_version_is_free(struct call *c, struct upload *u)
{
	int64_t max = c->work.config->crates_daily_versions, today = 0;
	bool exists, deleted;

	if (strcmp(u->taken.name, u->metadata.name) != 0)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "crate was previously named `%s`", u->taken.name);
	if (max > 0 && !publish_count_since(&c->work, u->taken.id, c->work.now - CLOCK_DAY, &today))
		return false;
	if (max > 0 && today >= max)
		return fault_raise(&c->fault, FAULT_LIMITED,
				   "You have published too many versions of this crate in the last 24 hours");
	if (!publish_has_version(&c->work, u->taken.id, u->publish.version_identity, &exists) ||
	    !publish_was_deleted(&c->work, &u->publish, &deleted))
		return false;
	return (!exists && !deleted) ||
	       fault_raise(&c->fault, FAULT_BAD_REQUEST, "crate version `%s` is already uploaded",
			   u->publish.version_identity);
}

static bool
check_dependencies(struct call *c, struct upload *u)
{
	const char *unknown;

	if (!publish_unknown_dependency(&c->work, &u->publish, &unknown))
		return false;
	return !unknown || fault_raise(&c->fault, FAULT_BAD_REQUEST, "no known crate named `%s`", unknown);
}

static bool
check_categories(struct call *c, struct upload *u)
{
	const struct taxonomy *t = &u->metadata.taxonomy;
	const struct category_slug *slugs;
	struct buf list = buf_on(c->work.arena);

	if (t->category_count == 0)
		return true;
	if (!category_unknown(&c->work, REPOSITORY_CRATES, t->categories, t->category_count, &u->unknown_categories))
		return false;
	if (u->unknown_categories.count == 0 || c->work.config->crates_unknown_categories == SEVERITY_WARN)
		return true;
	slugs = u->unknown_categories.at;
	for (size_t i = 0; i < u->unknown_categories.count; i++)
		buf_printf(&list, "%s%s", i > 0 ? ", " : "", slugs[i].slug);
	return fault_raise(&c->fault, FAULT_BAD_REQUEST,
			   "The following category slugs are not currently supported on %s: %s\n\n"
			   "See %s for a list of supported slugs.",
			   crates_site(c), buf_text(&list), call_url(c, "/category_slugs"));
}

static bool
store_crate(struct call *c, struct upload *u)
{
	const struct metadata *m = &u->metadata;
	struct crate_details details = {
		.name = u->publish.name,
		.version = m->vers,
		.dependencies = m->dependencies,
		.dependency_count = m->dependency_count,
		.sha256 = u->digests.sha256,
		.features = m->features,
		.links = m->links,
		.rust_version = m->rust_version,
		.edition = u->crate->manifest->edition,
		.has_lib = u->crate->has_lib,
		.bin_names = u->crate->bin_names,
		.bin_count = u->crate->bin_count,
		.authors = m->authors,
		.author_count = m->author_count,
	};

	return crate_add(&c->work, u->release_id, &details);
}

static bool
notify_owners(struct call *c, const struct upload *u)
{
	struct arena *a = c->work.arena;
	const struct metadata *m = &u->metadata;

	return owner_notify(&c->work, u->taken.id,
		arena_printf(a, "%s: Successfully published %s@%s", crates_site(c), m->name, m->vers),
		arena_printf(a, "A new version of the package %s (%s) was published by %s.\n\n"
			     "If you have questions or security concerns, ask the administrators of %s.\n",
			     m->name, m->vers,
			     c->actor.trusted ? arena_printf(a, "the trusted publisher %s", c->actor.name) : c->actor.name,
			     c->work.config->base_url));
}

static bool
store(struct call *c, struct upload *u)
{
	struct work *w = &c->work;

	if (!publish_release(w, &u->publish, u->taken.id, &u->release_id) || !store_crate(c, u))
		return false;
	if (u->taken.is_new && !owner_add(w, u->taken.id, c->actor.account_id))
		return false;
	return publish_finish(w, &u->publish, &u->taken, u->release_id) &&
	       index_refresh_crate(w, u->taken.id, u->publish.name) &&
	       notify_owners(c, u) &&
	       change_add(w, REPOSITORY_CRATES, u->taken.id, u->release_id, "publish");
}

static bool
commit(struct call *c, struct upload *u)
{
	struct work *w = &c->work;
	struct tx *tx;

	fill_publish(c, u);
	tx = tx_begin(w);
	return tx &&
	       publish_take_name(w, REPOSITORY_CRATES, u->publish.name, u->publish.canonical_name, &u->taken) &&
	       check_ownership(c, u) &&
	       check_version_is_free(c, u) &&
	       check_dependencies(c, u) &&
	       check_categories(c, u) &&
	       store(c, u) &&
	       tx_commit(w, tx);
}

/* ---- the answer ---- */

static void
add_warnings(struct doc *view, const struct upload *u)
{
	struct doc *warnings = doc_add_map(view, "warnings");
	struct doc *categories = doc_add_list(warnings, "invalid_categories");
	const struct category_slug *slugs = u->unknown_categories.at;

	for (size_t i = 0; i < u->unknown_categories.count; i++)
		doc_text(categories, NULL, slugs[i].slug);
	doc_add_list(warnings, "invalid_badges");
	doc_add_list(warnings, "other");
}

static bool
publish(struct call *c)
{
	struct upload *u = arena_new(c->work.arena, struct upload);
	struct doc *view = doc_map(c->work.arena);
	const struct package *p;

	if (!receive(c, u) || !commit(c, u))
		return false;
	p = package_find_id(&c->work, u->taken.id);
	if (p)
		doc_put(view, "crate", crate_view(c, p, &(struct crate_parts){ .versions = true }));
	else if (fault_is_set(&c->fault)) {
		/* It is published, whatever became of the connection since: the client must hear that. */
		log_warn("%s: %s", c->fault.message, c->fault.detail ? c->fault.detail : "");
		fault_clear(&c->fault);
	}
	add_warnings(view, u);
	return reply(c, 200, view);
}

const struct route crates_publish_routes[] = {
	ROUTE(PUT, "/crates/new", LATE, publish, "Publish a version of a crate",
	      .scope = SCOPE_PUBLISH_NEW, .body = BODY_STREAM, .flags = ROUTE_WRITES),
	ROUTE_END
};
