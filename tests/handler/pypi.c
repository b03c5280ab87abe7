/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Python projects for tests; see the header.
 */
#include "pypi.h"

#include "support.h"

#include "base/buf.h"
#include "base/digest.h"
#include "base/settings.h"
#include "base/tempfile.h"
#include "base/text.h"
#include "domain/auth.h"
#include "domain/package.h"
#include "domain/pypi_change.h"
#include "domain/pypi_project.h"
#include "domain/pypi_publish.h"
#include "domain/repository.h"
#include "formats/core_metadata.h"
#include "formats/pypi_name.h"
#include "request.h"
#include "version/pep440.h"

const struct repository *
given_pypi_repository(void)
{
	const struct repository *r = repository_find_id(w, REPOSITORY_PYPI);

	assert_non_null(r);
	return r;
}

void
acting_as(const char *account)
{
	struct actor *actor = arena_new(w->arena, struct actor);

	*actor = (struct actor){ .account_id = given_account(account), .name = account, .scopes = UINT64_MAX };
	w->actor = actor;
}

/* ---- an upload ---- */

static bool
has_end(const char *text, const char *end)
{
	size_t length = strlen(text), end_length = strlen(end);

	return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static struct tempfile *
spool_of(const char *content, struct digests *digests)
{
	struct digest *d = digest_new(w->arena, DIGEST_ALL);
	struct tempfile *t = tempfile_new(w->arena, w->fault, w->config->spool_dir);

	assert_true(t && tempfile_write(t, w->fault, content, strlen(content)));
	digest_update(d, content, strlen(content));
	digest_finish(d, digests);
	return t;
}

static struct pypi_upload
upload_of(const struct given_upload *g, struct core_metadata *core)
{
	const char *content = g->content ? g->content : arena_printf(w->arena, "bytes of %s", g->filename);
	struct digests *digests = arena_new(w->arena, struct digests);
	struct pypi_upload u = {
		.repository = g->repository ? g->repository : given_pypi_repository(),
		.core = core,
		.name = g->name,
		.canonical_name = pypi_name_normal(w->arena, span_of(g->name)),
		.similar_name = pypi_name_similar(w->arena, span_of(g->name)),
		.filename = g->filename,
		.sdist = has_end(g->filename, ".tar.gz"),
		.comment = g->comment,
		.digests = digests,
		.size = (int64_t)strlen(content),
		.metadata = span_of(g->metadata),
		.help = "http://registry.example/",
	};
	struct pep440 v;

	*core = g->core ? *g->core : (struct core_metadata){ 0 };
	core->name = span_of(g->name);
	core->version = span_of(g->version);
	u.python_version = u.sdist ? "source" : "py3";
	u.spool = spool_of(content, digests);
	assert_true(pep440_parse(w->arena, core->version, &v));
	u.version = pypi_version_of(w->arena, &v);
	return u;
}

static bool
store(const struct pypi_upload *u, bool *same)
{
	const struct pypi_project *p = NULL;
	struct publish_package package;

	*same = false;
	if (!pypi_publish_take(w, u, &package))
		return false;
	if (!package.is_new)
		p = pypi_project_find_id(w, package.id);
	return (!p || pypi_publish_check_status(w, u, p)) && pypi_publish_check_size(w, u, p) &&
	       pypi_publish_check(w, u, p, same) && (*same || pypi_publish_store(w, u, &package));
}

enum given_outcome
upload_pypi(const struct given_upload *g)
{
	struct core_metadata core;
	struct pypi_upload u = upload_of(g, &core);
	struct tx *tx = tx_begin(w);
	bool same;

	assert_non_null(tx);
	if (store(&u, &same) && tx_commit(w, tx))
		return same ? GIVEN_SAME : GIVEN_STORED;
	tx_rollback(tx);
	return GIVEN_REFUSED;
}

int64_t
given_pypi(const char *name, const char *version, const char *filename)
{
	enum given_outcome outcome = upload_pypi(&(struct given_upload){ .name = name, .version = version,
									  .filename = filename });

	assert_no_fault(w->fault);
	assert_int_equal(outcome, GIVEN_STORED);
	return pypi_project_find(w, REPOSITORY_PYPI, span_of(name))->id;
}

/* ---- what happens to it later ---- */

/* As it stands between quotes; NULL: nothing. */
static const char *
quotable(const char *text)
{
	struct buf b = buf_on(w->arena);

	for (const char *s = text ? text : ""; *s; s++) {
		if (*s == '\'')
			buf_putc(&b, '\'');
		buf_putc(&b, *s);
	}
	return buf_text(&b);
}

static void
change_happened(const struct repository *r, const struct pypi_project *p, struct pypi_change change)
{
	struct pypi_event event = { .changes = &change, .count = 1 };

	assert_true(package_refresh(w, p->id));
	assert_true(pypi_index_changed(w, r, p->id, &event));
}

void
given_pypi_yank(const struct repository *r, const char *name, const char *version, const char *reason)
{
	const struct pypi_project *p = pypi_project_find(w, r->id, span_of(name));
	int64_t id;

	assert_non_null(p);
	id = sql_int("SELECT id FROM release WHERE package_id = %lld AND version = '%s'", (long long)p->id, version);
	assert_int_not_equal(id, 0);
	sql_do("UPDATE release SET yanked = true, yank_message = nullif('%s', '') WHERE id = %lld", quotable(reason),
	       (long long)id);
	change_happened(r, p, (struct pypi_change){ .kind = PYPI_CHANGE_RELEASE_YANK, .release_id = id });
}

void
given_pypi_status(const struct repository *r, const char *name, const char *status, const char *reason)
{
	const struct pypi_project *p = pypi_project_find(w, r->id, span_of(name));

	assert_non_null(p);
	sql_do("UPDATE package SET status = '%s' WHERE id = %lld", status, (long long)p->id);
	sql_do("UPDATE package_pypi SET status_reason = nullif('%s', '') WHERE package_id = %lld", quotable(reason),
	       (long long)p->id);
	change_happened(r, p, (struct pypi_change){ .kind = PYPI_CHANGE_PROJECT_STATUS, .subject = status });
}

/* ---- its pages ---- */

struct span
pypi_page(const char *canonical, enum pypi_page page)
{
	const struct pypi_object *o = pypi_object_get(w, REPOSITORY_PYPI, span_of(canonical), page, NULL);

	assert_no_fault(w->fault);
	return o ? o->body : (struct span){ NULL, 0 };
}

void
assert_pypi_pages(int64_t package_id)
{
	const struct pypi_project *p = pypi_project_find_id(w, package_id);

	assert_non_null(p);
	for (int i = 0; i < PYPI_PAGE__MAX; i++) {
		struct span stored = pypi_page(p->canonical_name, (enum pypi_page)i), rendered;

		assert_true(pypi_index_render(w, given_pypi_repository(), package_id, (enum pypi_page)i, &rendered));
		if (span_equal(stored, rendered) && !stored.at == !rendered.at)
			continue;
		fail_msg("page %d of %s is\n%.*s\ninstead of\n%.*s", i, p->name, (int)stored.len,
			 stored.at ? stored.at : "", (int)rendered.len, rendered.at ? rendered.at : "");
	}
}
