/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Python distribution may say of itself (packaging.python.org, "Core
 * metadata specifications"), and what the public index makes of it.
 */
#ifndef ENTREPOT_FORMATS_CORE_RULES_H
#define ENTREPOT_FORMATS_CORE_RULES_H

#include <stdbool.h>

#include "base/compiler.h"
#include "base/span.h"
#include "formats/core_classifiers.h"
#include "formats/core_metadata.h"
#include "version/pep440.h"

struct arena;
struct fault;

/* Characters of a summary, and of the label of a URL. */
#define CORE_SUMMARY_MAX 512
#define CORE_LABEL_MAX 32
/* Bytes of a Description-Content-Type. */
#define CORE_CONTENT_TYPE_MAX 255

struct core_policy {
	bool local_versions;		/* 1.0+abc */
	struct core_classifier_policy classifiers;
	bool any_license;		/* a license expression that is none is stored as it is */
};

struct core_checked {
	/*
	 * What is stored: version, specifiers, requirements, extras, dynamic fields
	 * ("Home-Page") and license expression in their normal forms, classifiers in
	 * the order in which they are shown and none twice, everything else as it was.
	 */
	struct core_metadata metadata;
	struct pep440 version;
};

/*
 * Check all of IN, whose texts are UTF-8. OUT lives on A and may refer to IN.
 * BAD_REQUEST with the public index's text, which ends in CORE_METADATA_SEE: of
 * several faults that of metadata version, name or version, else of the
 * alphabetically first field. What the specification forbids is told before
 * what only indexes do.
 */
bool core_rules_check(struct arena *a, struct fault *f, const struct core_policy *policy,
		      const struct core_metadata *in, struct core_checked *out) MUST_CHECK;

#endif
