/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The classifiers of a Python distribution, taken together.
 */
#ifndef ENTREPOT_FORMATS_CORE_CLASSIFIERS_H
#define ENTREPOT_FORMATS_CORE_CLASSIFIERS_H

#include <stdbool.h>

#include "formats/core_metadata.h"

struct arena;

struct core_classifier_policy {
	bool any;			/* else known ones, and those that begin with CLASSIFIER_PRIVATE */
	bool deprecated;
};

/*
 * Why the first of them, in the order of their texts, is refused, in the public
 * index's words on A; unknown ones are told before deprecated ones. NULL when
 * all may be used: OUT has them in the order in which they are shown then, none
 * twice, those that are not known last.
 */
const char *core_classifiers_fault(struct arena *a, const struct core_classifier_policy *policy,
	const struct core_list *in, struct core_list *out);

#endif
