/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What names, features, keywords, links and requirements of a crate may look
 * like. Every check raises BAD_REQUEST with the public registry's text when
 * the value is refused; values are quoted up to 256 bytes.
 */
#ifndef ENTREPOT_FORMATS_CRATE_RULES_H
#define ENTREPOT_FORMATS_CRATE_RULES_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct fault;

#define CRATE_NAME_MAX 64
#define CRATE_VERSION_MAX 150
#define CRATE_KEYWORD_MAX 20

/* Whether it can be the name of a crate at all (for names in URLs). */
bool crate_name_is_valid(struct span name);

/* Lower case with '_' for '-': equal for names that may not coexist. */
const char *crate_name_canonical(struct arena *a, struct span name);

/* Whether the name is kept from everybody, in any spelling. */
bool crate_name_is_reserved(struct span name);

/* The name of the crate that is published. */
bool crate_check_name(struct fault *f, struct span name) MUST_CHECK;

/* The package name of a dependency, and what the manifest renames it to. */
bool crate_check_dependency_name(struct fault *f, struct span name) MUST_CHECK;
bool crate_check_rename(struct fault *f, struct span name) MUST_CHECK;

/* A feature, and one thing it enables: "feat", "dep/feat", "dep?/feat", "dep:dep". */
bool crate_check_feature(struct fault *f, struct span name) MUST_CHECK;
bool crate_check_feature_value(struct fault *f, struct span value) MUST_CHECK;

bool crate_check_keyword(struct fault *f, struct span keyword) MUST_CHECK;

/* The requirement on dependency NAME; a bare "*" is refused in the name of SITE. */
bool crate_check_requirement(struct fault *f, const char *site, struct span name, struct span req) MUST_CHECK;

/* FIELD is "homepage", "documentation" or "repository". */
bool crate_check_url(struct fault *f, const char *field, struct span url) MUST_CHECK;

/* One to three numbers. */
bool crate_check_rust_version(struct fault *f, struct span version) MUST_CHECK;

/* A pattern of crate names in a token: "*", or a crate name that may end in '*'. */
bool crate_check_scope(struct fault *f, struct span pattern) MUST_CHECK;

#endif
