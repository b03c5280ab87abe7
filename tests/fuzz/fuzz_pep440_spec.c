/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Specifiers of Python versions: the stored form of an accepted set is its own
 * stored form and matches the same versions, and a choice is made among those
 * that match.
 */
#include "fuzz.h"

#include "version/pep440_spec.h"

static const char *const texts[] = { "0", "0.dev0", "1.0.dev1", "1.0a1", "1.0a1.post1", "1.0rc2", "1.0", "1.0+x",
	"1.0.post1.dev2", "1.0.post1", "1.0.1", "1.1", "2", "3.8.10", "99999999999999999999", "1!0.5" };

#define COUNT ARRAY_LEN(texts)

static void
match_some(struct arena *a, const struct pep440_spec *spec, const struct pep440_spec *again)
{
	struct pep440 versions[COUNT];
	bool keep[COUNT], match[COUNT], choosy;
	size_t kept, finals = 0;

	for (size_t i = 0; i < COUNT; i++) {
		REQUIRE(pep440_parse(a, span_of(texts[i]), &versions[i]));
		match[i] = pep440_spec_matches(a, spec, &versions[i]);
		REQUIRE(pep440_spec_matches(a, again, &versions[i]) == match[i]);
		finals += match[i] && !pep440_is_prerelease(&versions[i]);
	}
	choosy = finals > 0 && !pep440_spec_wants_prereleases(spec);
	kept = pep440_spec_filter(a, spec, versions, COUNT, keep);
	for (size_t i = 0; i < COUNT; i++) {
		bool unwanted = pep440_is_prerelease(&versions[i]) && choosy;

		REQUIRE(keep[i] == (match[i] && !unwanted));
		kept -= keep[i];
	}
	REQUIRE(kept == 0);
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	struct pep440_spec spec, again;
	const char *text;

	(void)f;
	if (!pep440_spec_parse(a, input, &spec))
		return;
	REQUIRE(input.len <= PEP440_SPEC_MAX && spec.count <= PEP440_SPEC_CLAUSES);
	text = pep440_spec_text(a, &spec);
	REQUIRE(strlen(text) <= input.len);
	for (const char *c = text; *c; c++)
		REQUIRE(*c > ' ' && *c <= '~' && *c != ';' && *c != ')');
	REQUIRE(pep440_spec_parse(a, span_of(text), &again));
	REQUIRE(again.count == spec.count);
	REQUIRE(strcmp(pep440_spec_text(a, &again), text) == 0);
	for (size_t i = 1; i < spec.count; i++)
		REQUIRE(strcmp(spec.clauses[i].identity, spec.clauses[i - 1].identity) != 0);
	match_some(a, &spec, &again);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
