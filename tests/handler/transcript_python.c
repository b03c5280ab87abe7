/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Python projects that a scenario is given.
 */
#include "transcript.h"

#include <string.h>

#include "base/text.h"
#include "domain/pypi_project.h"
#include "domain/repository.h"
#include "formats/core_metadata.h"
#include "formats/pypi_name.h"
#include "pypi.h"
#include "wire/json.h"

/* What follows the versions. */
struct terms {
	const char *owner;
	const struct repository *repository;
	struct core_metadata core;
	bool sdist;
	bool wheel;
};

/* OWNER/NAME, which is made when it is new; with "private " before it, private. */
static const struct repository *
repository_of(struct play *p, const char *path, bool private)
{
	struct span name = span_of(path), owner = span_cut(&name, '/');
	const struct repository *r = repository_find(w, "pypi", owner, name);

	if (r)
		return r;
	r = repository_create(w, &(struct repository_new){
		.ecosystem = "pypi",
		.owner_id = given_account(arena_dup(w->arena, owner.at, owner.len)),
		.name = name.at,
		.private = private,
	});
	if (!r)
		PLAY_FAIL(p, "%s", w->fault->message);
	return r;
}

static struct core_list
list_of(const struct doc *d)
{
	struct span *texts = arena_zalloc(w->arena, d->count, sizeof(*texts));
	size_t n = 0;

	for (const struct doc *m = doc_first(d); m; m = m->next)
		texts[n++] = m->is.text;
	return (struct core_list){ texts, n };
}

/* Members are fields of the upload form; "files" says which there are ("sdist", "wheel"), else both. */
static void
read_fields(struct play *p, struct terms *t, const char *json)
{
	const struct doc *fields = json_read(w->arena, w->fault, span_of(json));

	for (const struct doc *d = doc_first(fields); d; d = d->next) {
		const struct core_field *f = core_field_by_form(span_make(d->key, d->key_len));

		if (strcmp(d->key, "files") == 0) {
			t->sdist = !doc_is(d, DOC_TEXT) || span_is(d->is.text, "sdist");
			t->wheel = !doc_is(d, DOC_TEXT) || span_is(d->is.text, "wheel");
		} else if (!f || f->multiple != doc_is(d, DOC_LIST)) {
			PLAY_FAIL(p, "no such field: %s", d->key);
		} else if (f->multiple) {
			*core_texts(&t->core, f) = list_of(d);
		} else {
			*core_text(&t->core, f) = d->is.text;
		}
	}
	if (!fields)
		PLAY_FAIL(p, "%s", w->fault->message);
}

static void
upload(struct play *p, const struct terms *t, const char *name, const char *version)
{
	const char *stem = arena_printf(w->arena, "%s-%s", pypi_name_in_file(w->arena, span_of(name)), version);
	struct given_upload g = {
		.repository = t->repository, .name = name, .version = version, .core = &t->core,
		.filename = arena_printf(w->arena, "%s.tar.gz", stem),
	};

	if (t->sdist && upload_pypi(&g) != GIVEN_STORED)
		PLAY_FAIL(p, "%s", w->fault->message);
	g.filename = arena_printf(w->arena, "%s-py3-none-any.whl", stem);
	g.metadata = arena_printf(w->arena, "Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name, version);
	if (t->wheel && upload_pypi(&g) != GIVEN_STORED)
		PLAY_FAIL(p, "%s", w->fault->message);
}

/* project NAME VERSION… [owned by ACCOUNT] [in [private] OWNER/REPOSITORY] [with {fields}] */
static void
python_project(struct play *p, struct span rest)
{
	const char *name = play_word(&rest), *versions[32], *next;
	struct terms t = { .owner = "alice", .repository = given_pypi_repository(), .sdist = true, .wheel = true };
	size_t count = 0;
	bool private;

	while ((next = play_word(&rest))) {
		if (strcmp(next, "owned") == 0) {
			play_word(&rest);
			t.owner = play_word(&rest);
		} else if (strcmp(next, "in") == 0) {
			next = play_word(&rest);
			private = strcmp(next, "private") == 0;
			t.repository = repository_of(p, private ? play_word(&rest) : next, private);
		} else if (strcmp(next, "with") == 0) {
			read_fields(p, &t, play_json(p, arena_dup(w->arena, rest.at, rest.len)));
			break;
		} else if (count < ARRAY_LEN(versions)) {
			versions[count++] = next;
		}
	}
	acting_as(t.owner);
	for (size_t i = 0; i < count; i++)
		upload(p, &t, name, versions[i]);
	w->actor = NULL;
}

/* yank NAME VERSION [REASON] */
static void
python_yank(struct play *p, struct span rest)
{
	const char *name = play_word(&rest), *version = play_word(&rest);

	if (!version)
		PLAY_FAIL(p, "python yank NAME VERSION [REASON]");
	given_pypi_yank(given_pypi_repository(), name, version, arena_dup(w->arena, rest.at, rest.len));
}

/* status NAME STATUS [REASON] */
static void
python_status(struct play *p, struct span rest)
{
	const char *name = play_word(&rest), *status = play_word(&rest);

	if (!status)
		PLAY_FAIL(p, "python status NAME STATUS [REASON]");
	given_pypi_status(given_pypi_repository(), name, status, arena_dup(w->arena, rest.at, rest.len));
}

/* provenance FILENAME {document} */
static void
python_provenance(struct play *p, struct span rest)
{
	const char *filename = play_word(&rest);
	const struct pypi_file *f = filename ? pypi_file_find(w, REPOSITORY_PYPI, span_of(filename)) : NULL;

	if (!f)
		PLAY_FAIL(p, "no file");
	sql_do("INSERT INTO provenance (file_id, body) VALUES (%lld, '%s')", (long long)f->id,
	       play_json(p, arena_dup(w->arena, rest.at, rest.len)));
}

static const struct {
	const char *word;
	void (*run)(struct play *, struct span);
} givens[] = {
	{ "project", python_project },
	{ "provenance", python_provenance },
	{ "status", python_status },
	{ "yank", python_yank },
};

void
play_given_python(struct play *p, struct span rest)
{
	struct span what = play_span(&rest);

	for (size_t i = 0; i < ARRAY_LEN(givens); i++) {
		if (span_is(what, givens[i].word)) {
			givens[i].run(p, span_trim(rest));
			return;
		}
	}
	PLAY_FAIL(p, "python project, provenance, status or yank");
}
