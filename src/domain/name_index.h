/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index that finds parts of package names. It needs PostgreSQL's extension
 * pg_trgm, which not every role may create. Without it searches find the same,
 * but read all the names of a repository, one after the other; everything else
 * is as quick as ever.
 */
#ifndef ENTREPOT_DOMAIN_NAME_INDEX_H
#define ENTREPOT_DOMAIN_NAME_INDEX_H

#include <stdbool.h>

#include "base/compiler.h"

struct work;

#define NAME_INDEX "package_search_name_idx"

/*
 * Make it, and the extension, unless they are there; belongs behind db_migrate().
 * *OBSTACLE is NULL, or what the server says against it, which is no failure.
 * Outside of any transaction; nobody publishes while it is made.
 */
bool name_index_make(struct work *w, const char **obstacle) MUST_CHECK;

/*
 * Whether it is there. Asks the server until the answer was yes, once per
 * connection: a search chooses its statement by this. An index that goes away
 * again is still believed in; its searches are right, and slow.
 */
bool name_index_use(struct work *w, bool *made) MUST_CHECK;

/*
 * *ADVICE is NULL when it is there, else one line for an operator: what is
 * missing, what that means and who can do what about it. OBSTACLE as above, or NULL.
 */
bool name_index_advice(struct work *w, const char *obstacle, const char **advice) MUST_CHECK;

#endif
