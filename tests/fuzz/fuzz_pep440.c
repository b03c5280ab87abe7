/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versions of Python packages, two to an input with a line break between: each
 * form of a version that is accepted is that version again, its key fits the
 * column it is stored in, and keys order as comparison does.
 */
#include "fuzz.h"

#include "version/pep440.h"

static struct span
key_of(struct arena *a, const struct pep440 *v)
{
	struct span key = pep440_key(a, v);

	REQUIRE(key.len > 0 && key.len <= 2048);
	return key;
}

static int
sign(int n)
{
	return (n > 0) - (n < 0);
}

static int
compare_bytes(struct span a, struct span b)
{
	int order = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);

	return order != 0 ? sign(order) : (a.len > b.len) - (a.len < b.len);
}

static void
read_again(struct arena *a, const char *text, const struct pep440 *v)
{
	struct pep440 again;

	REQUIRE(strlen(text) <= 512);
	/* A form may be longer than what is read. */
	if (strlen(text) > PEP440_MAX)
		return;
	REQUIRE(pep440_parse(a, span_of(text), &again));
	REQUIRE(pep440_compare(&again, v) == 0);
	REQUIRE(pep440_is_prerelease(&again) == pep440_is_prerelease(v));
	REQUIRE(strcmp(pep440_canonical(a, &again), pep440_canonical(a, v)) == 0);
}

static bool
read_version(struct arena *a, struct span text, struct pep440 *v)
{
	if (!pep440_parse(a, text, v))
		return false;
	REQUIRE(text.len > 0 && v->release_count > 0);
	read_again(a, pep440_normal(a, v), v);
	read_again(a, pep440_canonical(a, v), v);
	if (v->local_count == 0)
		REQUIRE(strcmp(pep440_public(a, v), pep440_normal(a, v)) == 0);
	REQUIRE(pep440_compare(v, v) == 0);
	return true;
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	struct span first = span_cut(&input, '\n');
	struct pep440 x, y;
	int order;

	(void)f;
	if (!read_version(a, first, &x) || !read_version(a, input, &y))
		return;
	order = sign(pep440_compare(&x, &y));
	REQUIRE(sign(pep440_compare(&y, &x)) == -order);
	REQUIRE(compare_bytes(key_of(a, &x), key_of(a, &y)) == order);
	REQUIRE((strcmp(pep440_canonical(a, &x), pep440_canonical(a, &y)) == 0) == (order == 0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
