/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versions, one per line: what is accepted is the same when it is read back,
 * and the keys of neighbours order as they do themselves.
 */
#include "fuzz.h"

#include "version/semver.h"

static int
sign(int n)
{
	return (n > 0) - (n < 0);
}

static int
compare_keys(struct arena *a, const struct semver *x, const struct semver *y)
{
	struct span p = semver_key(a, x);
	struct span q = semver_key(a, y);
	int order = memcmp(p.at, q.at, p.len < q.len ? p.len : q.len);

	return order != 0 ? sign(order) : (p.len > q.len) - (p.len < q.len);
}

static bool
read_one(struct arena *a, struct span text, struct semver *out)
{
	char why[SEMVER_WHY_SIZE] = "";
	struct semver again;

	if (!semver_parse(text, out, why, sizeof(why))) {
		REQUIRE(why[0] != '\0');
		return false;
	}
	REQUIRE(semver_parse(span_of(semver_identity(a, out)), &again, why, sizeof(why)));
	REQUIRE(semver_compare(out, &again) == 0);
	REQUIRE(span_equal(semver_key(a, out), semver_key(a, &again)));
	return true;
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	struct semver before, now;
	bool have_before = false;

	(void)f;
	while (input.at) {
		if (!read_one(a, span_cut(&input, '\n'), &now))
			continue;
		if (have_before)
			REQUIRE(compare_keys(a, &before, &now) == sign(semver_compare(&before, &now)));
		before = now;
		have_before = true;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
