/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Version requirements as cargo writes them: ^ ~ = > >= < <=, wildcards,
 * partial versions, comma lists.
 */
#ifndef ENTREPOT_VERSION_SEMVER_REQ_H
#define ENTREPOT_VERSION_SEMVER_REQ_H

#include "version/semver.h"

/* More comparators than this are refused. */
#define SEMVER_REQ_MAX 32

enum semver_op {
	SEMVER_CARET,			/* also when no operator is written */
	SEMVER_TILDE,
	SEMVER_EXACT,
	SEMVER_GREATER,
	SEMVER_GREATER_EQUAL,
	SEMVER_LESS,
	SEMVER_LESS_EQUAL,
	SEMVER_WILDCARD			/* 1.*, 1.2.* */
};

struct semver_comparator {
	enum semver_op op;
	bool has_minor;
	bool has_patch;			/* implies has_minor */
	uint64_t major;
	uint64_t minor;
	uint64_t patch;
	struct span pre;		/* empty: none */
};

struct semver_req {
	size_t count;			/* 0: "*", which matches every release */
	struct semver_comparator at[SEMVER_REQ_MAX];
};

/* Read the whole of TEXT; spans of OUT point into it. On failure WHY (may be NULL) holds the reason. */
bool semver_req_parse(struct span text, struct semver_req *out, char *why, size_t why_size) MUST_CHECK;

/* Whether it is nothing but "*". */
static inline bool
semver_req_is_bare_wildcard(const struct semver_req *req)
{
	return req->count == 0;
}

/* A pre-release only matches when a comparator names a pre-release of the same three numbers. */
bool semver_req_matches(const struct semver_req *req, const struct semver *v);

#endif
