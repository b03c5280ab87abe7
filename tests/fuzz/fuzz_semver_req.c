/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A requirement: what is accepted stays within its limits and can be matched;
 * an exact one matches itself only.
 */
#include "fuzz.h"

#include "version/semver_req.h"

static void
match_some(const struct semver_req *req)
{
	static const char *const versions[] = { "0.0.0", "0.1.2", "1.0.0", "1.2.3-alpha.1", "1.2.3", "99.0.0" };

	for (size_t i = 0; i < ARRAY_LEN(versions); i++) {
		struct semver v;

		REQUIRE(semver_parse(span_of(versions[i]), &v, NULL, 0));
		if (semver_req_is_bare_wildcard(req))
			REQUIRE(semver_req_matches(req, &v) == !semver_is_prerelease(&v));
		else
			(void)semver_req_matches(req, &v);
	}
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	char why[SEMVER_WHY_SIZE] = "";
	struct semver_req req;

	(void)a;
	(void)f;
	if (!semver_req_parse(input, &req, why, sizeof(why))) {
		REQUIRE(why[0] != '\0');
		return;
	}
	REQUIRE(req.count <= SEMVER_REQ_MAX);
	for (size_t i = 0; i < req.count; i++) {
		const struct semver_comparator *c = &req.at[i];
		struct semver v = { c->major, c->minor, c->patch, c->pre, span_make(NULL, 0) };

		REQUIRE(c->has_minor || !c->has_patch);
		REQUIRE(c->has_patch || c->pre.len == 0);
		if (req.count == 1 && c->has_patch && c->op == SEMVER_EXACT)
			REQUIRE(semver_req_matches(&req, &v));
	}
	match_some(&req);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
