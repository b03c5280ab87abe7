/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the domain's modules share: a configuration with its data
 * in the directory of the program.
 */
#ifndef ENTREPOT_TESTS_DOMAIN_H
#define ENTREPOT_TESTS_DOMAIN_H

#include "base/settings.h"

/* Sets w->config to a copy that the test may change; the directories exist. */
struct config *given_config(void);

/* The bytes of a file as text on the test's arena, NULL when there is none. */
const char *file_text(const char *path);

/* The only file of a directory with that ending, NULL when there is none; fails the test on two. */
const char *only_file(const char *directory, const char *ending);

#endif
