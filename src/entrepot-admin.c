/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The administration program: a table of verbs, see src/admin/.
 */
#include "admin/admin.h"

static const struct admin_verb *const verbs[] = {
	&migrate_verb,
	&user_verb,
	&org_verb,
	&token_verb,
	&oauth_verb,
	&publisher_verb,
	&repo_verb,
	&pypi_verb,
	&jobs_verb,
	&keys_verb,
	&reindex_verb,
	&gc_verb,
	&verify_verb,
	&backup_verb,
	&restore_verb,
	&routes_verb,
	&config_verb,
	NULL,
};

int
main(int argc, char **argv)
{
	return admin_main(argc, argv, verbs);
}
