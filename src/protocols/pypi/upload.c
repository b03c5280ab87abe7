/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uploading a distribution: a form with the file and what it says of itself.
 * The checks run in the public index's order: the form alone, the project and
 * the right on it, the file's name, size and digests, what is stored already, and
 * the archive last, because only that takes long. What depends on what is stored is
 * checked once more in the transaction.
 */
#include "protocols/pypi/pypi.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/certificate.h"
#include "base/clock.h"
#include "base/encode.h"
#include "base/settings.h"
#include "base/tempfile.h"
#include "base/text.h"
#include "domain/limit.h"
#include "domain/pypi_publish.h"
#include "domain/repository.h"
#include "formats/attestation.h"
#include "formats/core_rules.h"
#include "formats/distribution.h"
#include "formats/pypi_name.h"
#include "protocols/pypi/form.h"

/* Bytes of a file's name: those of its metadata are called so, too, with an ending. */
#define FILENAME_MAX_BYTES 240

struct upload {
	struct pypi_form form;
	struct core_checked checked;		/* its metadata in normal forms */
	struct pypi_place place;		/* the project, once it is known or made */
	enum distribution_type type;
	struct pypi_upload file;
	struct publish_package taken;
	bool same;				/* is stored already */
};

static bool
refuse(struct call *c, const char *message)
{
	return fault_raise(&c->fault, FAULT_BAD_REQUEST, "%s", message);
}

/* ---- the form ---- */

static const struct {
	const char *action;
	const char *message;
} gone[] = {
	{ "submit", "Project pre-registration is no longer required or supported, upload your files instead." },
	{ "submit_pkg_info", "Project pre-registration is no longer required or supported, upload your files instead." },
	{ "doc_upload", "Uploading documentation is no longer supported, we recommend using "
			"https://readthedocs.org/." },
};

static bool
check_action(struct call *c, struct upload *u)
{
	struct span action = u->form.action;

	if (span_is(action, "file_upload"))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(gone); i++)
		if (span_is(action, gone[i].action))
			return fault_raise(&c->fault, FAULT_GONE, "%s", gone[i].message);
	return refuse(c, "Unknown or missing :action");
}

static bool
receive(struct call *c, struct upload *u)
{
	struct pypi_form_limits limits;
	int64_t largest;

	if (!pypi_publish_largest(&c->work, u->place.repository->id, &largest))
		return false;
	limits = pypi_form_limits(c->work.config, largest);
	return pypi_form_read(c, &limits, &u->form);
}

static bool
check_form(struct call *c, struct upload *u)
{
	return pypi_form_check(&c->fault, &u->form);
}

static const char *
text_of(struct arena *a, struct span s)
{
	return s.at ? arena_dup(a, s.at, s.len) : NULL;
}

static bool
check_metadata(struct call *c, struct upload *u)
{
	const struct config *config = c->work.config;
	struct core_policy policy = {
		.local_versions = config->pypi_local_versions,
		.classifiers.any = !config->pypi_known_classifiers,
		.classifiers.deprecated = config->pypi_deprecated_classifiers,
		.any_license = !config->pypi_spdx_license,
	};
	struct arena *a = c->work.arena;

	if (!core_rules_check(a, &c->fault, &policy, &u->form.metadata, &u->checked))
		return false;
	u->file.version = pypi_version_of(a, &u->checked.version);
	return true;
}

static bool
check_file(struct call *c, struct upload *u)
{
	return pypi_form_check_file(&c->fault, &u->form);
}

/* What the domain is told, as far as the form has it. */
static bool
describe(struct call *c, struct upload *u)
{
	struct arena *a = c->work.arena;
	const struct pypi_form *form = &u->form;
	struct pypi_upload *f = &u->file;

	if (!distribution_type_parse(form->filetype, &u->type))
		return refuse(c, "Invalid value for filetype. Error: Use a known file type.");
	f->repository = u->place.repository;
	f->core = &u->checked.metadata;
	f->name = text_of(a, form->metadata.name);
	f->canonical_name = pypi_name_normal(a, form->metadata.name);
	if (c->work.config->pypi_similar_names)
		f->similar_name = pypi_name_similar(a, form->metadata.name);
	f->filename = text_of(a, form->content.filename);
	f->sdist = u->type == DISTRIBUTION_SDIST;
	f->python_version = text_of(a, form->pyversion);
	f->comment = text_of(a, form->comment);
	f->spool = form->content.spool;
	f->digests = &form->content.digests;
	f->size = form->content.size;
	f->help = call_url(c, "/");
	return true;
}

/* ---- project and rights ---- */

/* Counted when it is done; many who are refused at once cost nobody anything. */
static struct limit_window
new_projects(struct call *c)
{
	return (struct limit_window){
		.key = arena_printf(c->work.arena, "pypi-new-projects %lld", (long long)c->actor.account_id),
		.length = CLOCK_HOUR,
	};
}

static bool
check_rate(struct call *c)
{
	struct limit_window window = new_projects(c);
	int64_t limit = c->work.config->pypi_new_project_limit, count;

	if (limit == 0 || c->actor.is_admin)
		return true;
	if (!limit_window_count(&c->work, &window, &count))
		return false;
	return count < limit || fault_raise(&c->fault, FAULT_LIMITED, "Too many new projects created");
}

/* The upload is done, whatever becomes of this. */
static void
count_project(struct call *c)
{
	struct limit_window window = new_projects(c);
	int64_t count, ends_at;

	if (c->work.config->pypi_new_project_limit > 0 &&
	    !limit_window_add(&c->work, &window, 1, &count, &ends_at))
		fault_clear(&c->fault);
}

/*
 * In the public index's order where everybody may read. Elsewhere the right
 * comes first, so that no refusal tells a credential of projects beyond those that it is for.
 */
static bool
require_new(struct call *c, struct upload *u)
{
	bool private = pypi_state(c)->private;

	if (private && !pypi_require(c, &u->place, u->file.name, SCOPE_PUBLISH_NEW, false))
		return false;
	if (c->actor.trusted)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "Non-user identities cannot create new projects. "
				   "See %s for more information.", u->file.help);
	return pypi_publish_check_new(&c->work, &u->file) && check_rate(c) &&
	       (private || pypi_require(c, &u->place, u->file.name, SCOPE_PUBLISH_NEW, false));
}

static bool
require(struct call *c, struct upload *u)
{
	const struct pypi_project *p = u->place.project;

	if (!p)
		return require_new(c, u);
	/* A CI job's token names what it may publish. */
	if (c->actor.trusted && call_authorize_trusted(c, p->id))
		return pypi_publish_check_status(&c->work, &u->file, p);
	return pypi_require(c, &u->place, u->file.name, SCOPE_PUBLISH_UPDATE, false) &&
	       pypi_publish_check_status(&c->work, &u->file, p);
}

static bool
check_right(struct call *c, struct upload *u)
{
	u->place.project = pypi_project_find(&c->work, u->place.repository->id, u->form.metadata.name);
	return !fault_is_set(&c->fault) && require(c, u);
}

/* ---- the file ---- */

static bool
check_filename(struct call *c, struct upload *u)
{
	struct span filename = u->form.content.filename;

	return distribution_check_filename(&c->fault, filename, u->type);
}

/* A part that does not say of what type it is, is text (RFC 7578, 4.4); uv sends files so. */
static bool
check_content_type(struct call *c, struct upload *u)
{
	struct span type = u->form.content.content_type;

	if (type.at && (type.len == 0 || (type.len >= 6 && span_equal_nocase(span_make(type.at, 6), SPAN("image/")))))
		return refuse(c, "Invalid distribution file.");
	return true;
}

static bool
check_size(struct call *c, struct upload *u)
{
	if (!pypi_publish_check_size(&c->work, &u->file, u->place.project))
		return false;
	return u->file.spool ||
	       pypi_form_refuse_size(c, u->form.metadata.name, c->work.config->pypi_max_file);
}

static bool
check_digests(struct call *c, struct upload *u)
{
	return pypi_form_check_digests(&c->fault, &u->form);
}

static bool
check_stored(struct call *c, struct upload *u)
{
	return pypi_publish_check(&c->work, &u->file, u->place.project, &u->same);
}

static bool
check_archive(struct call *c, struct upload *u)
{
	const struct config *config = c->work.config;
	struct distribution_policy policy = {
		.any_platform = !config->pypi_known_platforms,
		.any_spelling = !config->pypi_normal_filenames,
		.max_filename = FILENAME_MAX_BYTES,
		.max_unpacked = (uint64_t)config->pypi_max_unpacked,
		.max_entries = (uint64_t)config->pypi_max_entries,
		.help = u->file.help,
	};
	struct distribution_new in = {
		.fd = u->file.spool->fd,
		.size = (uint64_t)u->file.size,
		.filename = u->form.content.filename,
		.type = u->type,
		.project = u->form.metadata.name,
		.version = u->form.metadata.version,
		.license_files = u->form.metadata.license_files,
		.policy = &policy,
	};
	struct distribution found;

	if (u->same)
		return true;
	if (!distribution_check(c->work.arena, &c->fault, &in, &found))
		return false;
	if (u->type == DISTRIBUTION_WHEEL)
		u->file.metadata = found.metadata;
	return true;
}

static bool
check_attestations(struct call *c, struct upload *u)
{
	const char *path = c->work.config->pypi_attestation_roots;
	struct attested_file file = {
		.filename = u->file.filename,
		.sha256 = u->file.digests->sha256,
		.now = c->work.now,
	};
	struct span provenance;

	if (u->same || !u->form.attestations.at)
		return true;
	if (*path) {
		file.roots = certificate_roots_read(c->work.arena, &c->fault, path);
		if (!file.roots)
			return false;
	}
	if (!attestations_check(c->work.arena, &c->fault, u->form.attestations, &file, &provenance))
		return false;
	u->file.provenance = text_of(c->work.arena, provenance);
	return true;
}

/* ---- the transaction ---- */

/* The project may have come to life, with other owners, since it was looked at; or be gone. */
static bool
look_again(struct call *c, struct upload *u)
{
	if (u->taken.is_new && !u->place.project)
		return true;
	u->place.project = u->taken.is_new ? NULL : pypi_project_find_id(&c->work, u->taken.id);
	return !fault_is_set(&c->fault) && require(c, u);
}

static bool
store(struct call *c, struct upload *u)
{
	return check_size(c, u) && check_stored(c, u) &&
	       (u->same || pypi_publish_store(&c->work, &u->file, &u->taken));
}

static bool
commit(struct call *c, struct upload *u)
{
	struct work *w = &c->work;
	struct tx *tx;

	if (u->same)
		return true;
	tx = tx_begin(w);
	if (!tx || !pypi_publish_take(w, &u->file, &u->taken) || !look_again(c, u) || !store(c, u) || !tx_commit(w, tx))
		return false;
	if (u->taken.is_new)
		count_project(c);
	return true;
}

/* A client that follows sends the form again; one that does not prints the reason. */
static bool
add_slash(struct call *c)
{
	struct span query = c->request->query;
	struct buf url = buf_on(c->work.arena);

	buf_puts(&url, c->work.config->base_url);
	for (size_t i = 0; i < c->request->segment_count; i++) {
		buf_putc(&url, '/');
		encode_path_segment(&url, c->request->segments[i]);
	}
	buf_putc(&url, '/');
	if (query.len > 0 && span_is(query_find(c->query, ":action"), "file_upload"))
		buf_puts(&url, "?:action=file_upload");
	c->response->reason = "An upload was attempted to /legacy but the expected upload URL is /legacy/ "
			      "(with a trailing slash)";
	return redirect(c, 308, buf_text(&url));
}

static bool
upload(struct call *c)
{
	static bool (*const steps[])(struct call *, struct upload *) = {
		receive, check_action, check_form, check_metadata, check_file, describe, check_right,
		check_filename, check_content_type, check_size, check_digests, check_stored,
		check_archive, check_attestations, commit,
	};
	struct upload *u = arena_new(c->work.arena, struct upload);

	if (!c->request->trailing_slash)
		return add_slash(c);
	u->place.repository = pypi_path_repository_for(c);
	if (!u->place.repository)
		return false;
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		if (!steps[i](c, u))
			return false;
	return reply_empty(c, 200);
}

/* ---- where uploads went long ago ---- */

bool
pypi_refuse_moved(struct call *c)
{
	static const char *const actions[] = { "file_upload", "submit", "submit_pkg_info", "doc_upload" };
	struct span action = query_find(c->query, ":action");

	pypi_state(c)->area = PYPI_AREA_UPLOAD;
	for (size_t i = 0; i < ARRAY_LEN(actions); i++)
		if (span_is(action, actions[i]))
			return fault_raise(&c->fault, FAULT_GONE, "This API has moved to %s. "
					   "See %s for more information.", call_url(c, "/legacy/"), call_url(c, "/"));
	return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
}

const struct route pypi_upload_routes[] = {
	ROUTE(POST, "/", LATE, upload, "Upload a file of a Python project",
	      .scope = SCOPE_PUBLISH_UPDATE, .body = BODY_STREAM, .flags = ROUTE_WRITES | ROUTE_ANY_ACCEPT),
	ROUTE_END
};
