/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classifiers of Python projects ("trove classifiers").
 */
#ifndef ENTREPOT_FORMATS_CLASSIFIER_H
#define ENTREPOT_FORMATS_CLASSIFIER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/span.h"

/* What begins so is nobody's but the project's own: public indexes refuse it. */
#define CLASSIFIER_PRIVATE "Private ::"

/* All that may be used, in the order in which they are shown. */
size_t classifier_count(void);
const char *classifier_at(size_t i);

/* Where TEXT stands in that order; -1 when it is none of them. */
long classifier_find(struct span text);

/* What replaces a deprecated one, "|" between several, "" for nothing; NULL when TEXT is not deprecated. */
const char *classifier_replacement(struct span text);

#endif
