/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What entrepot makes of versions, specifiers, requirements and names of Python
 * packages, for tests/e2e/clients/packaging.t. A line of standard input is a
 * question with its parts between tabs; its answer is a line, "invalid" when a
 * part is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "formats/pypi_name.h"
#include "formats/pypi_requirement.h"
#include "version/pep440.h"
#include "version/pep440_spec.h"

#define VERSIONS_MAX 32

static struct arena arena;

static struct span
next(struct span *rest)
{
	return rest->at ? span_cut(rest, '\t') : span_make("", 0);
}

static const char *
about_version(struct span rest)
{
	struct pep440 v;

	if (!pep440_parse(&arena, next(&rest), &v))
		return NULL;
	return arena_printf(&arena, "%s\t%s\t%s\t%s", pep440_normal(&arena, &v), pep440_canonical(&arena, &v),
			    pep440_public(&arena, &v), pep440_is_prerelease(&v) ? "pre" : "final");
}

static int
sign(int n)
{
	return (n > 0) - (n < 0);
}

static const char *
about_order(struct span rest)
{
	struct pep440 a, b;
	struct span x, y;
	int by_key;

	if (!pep440_parse(&arena, next(&rest), &a) || !pep440_parse(&arena, next(&rest), &b))
		return NULL;
	x = pep440_key(&arena, &a);
	y = pep440_key(&arena, &b);
	by_key = memcmp(x.at, y.at, x.len < y.len ? x.len : y.len);
	if (by_key == 0)
		by_key = (x.len > y.len) - (x.len < y.len);
	return arena_printf(&arena, "%d\t%d", sign(pep440_compare(&a, &b)), sign(by_key));
}

static const char *
about_specifiers(struct span rest)
{
	struct pep440_spec spec;

	if (!pep440_spec_parse(&arena, next(&rest), &spec))
		return NULL;
	return pep440_spec_text(&arena, &spec);
}

static const char *
about_wanted(struct span rest)
{
	struct pep440_spec spec;

	if (!pep440_spec_parse(&arena, next(&rest), &spec))
		return NULL;
	return pep440_spec_wants_prereleases(&spec) ? "1" : "0";
}

static const char *
about_versions(struct span rest, bool choose)
{
	struct pep440 versions[VERSIONS_MAX];
	bool keep[VERSIONS_MAX];
	struct pep440_spec spec;
	struct buf b = buf_on(&arena);
	size_t count = 0;

	if (!pep440_spec_parse(&arena, next(&rest), &spec))
		return NULL;
	for (; rest.at && count < VERSIONS_MAX; count++) {
		if (!pep440_parse(&arena, next(&rest), &versions[count]))
			return NULL;
		keep[count] = pep440_spec_matches(&arena, &spec, &versions[count]);
	}
	if (choose)
		(void)pep440_spec_filter(&arena, &spec, versions, count, keep);
	for (size_t i = 0; i < count; i++)
		buf_putc(&b, keep[i] ? '1' : '0');
	return buf_text(&b);
}

static const char *
about_match(struct span rest)
{
	return about_versions(rest, false);
}

static const char *
about_choose(struct span rest)
{
	return about_versions(rest, true);
}

static const char *
about_requirement(struct span rest)
{
	struct pypi_requirement r;

	return pypi_requirement_parse(&arena, next(&rest), &r, NULL) ? pypi_requirement_text(&arena, &r) : NULL;
}

static const char *
about_name(struct span rest)
{
	struct span name = next(&rest);

	return pypi_name_is_valid(name) ? pypi_name_normal(&arena, name) : NULL;
}

static const struct {
	const char *verb;
	const char *(*answer)(struct span rest);
} questions[] = {
	{ "version", about_version },		/* TEXT: normal, canonical and public form, "pre" or "final" */
	{ "order", about_order },		/* TEXT TEXT: -1, 0 or 1 by comparison, and by keys */
	{ "specifiers", about_specifiers },	/* TEXT: stored form */
	{ "wanted", about_wanted },		/* SPECIFIERS: 1 or 0, whether pre-releases are */
	{ "match", about_match },		/* SPECIFIERS VERSION...: 1 or 0 for each */
	{ "choose", about_choose },		/* the same, when one of them is to be chosen */
	{ "requirement", about_requirement },	/* TEXT: stored form */
	{ "name", about_name },			/* TEXT: normal form */
};

static void
answer(struct span line)
{
	struct span verb = next(&line);
	const char *text = NULL;

	for (size_t i = 0; i < ARRAY_LEN(questions); i++)
		if (span_is(verb, questions[i].verb))
			text = questions[i].answer(line);
	puts(text ? text : "invalid");
	arena_clear(&arena);
}

int
main(void)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	arena_init(&arena);
	while ((len = getline(&line, &size, stdin)) > 0)
		answer(span_make(line, (size_t)len - (line[len - 1] == '\n')));
	free(line);
	arena_free(&arena);
	return 0;
}
