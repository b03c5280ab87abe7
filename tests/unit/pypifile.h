/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Python project with a file, as the renderers of its pages take them.
 */
#ifndef ENTREPOT_TESTS_PYPIFILE_H
#define ENTREPOT_TESTS_PYPIFILE_H

#include "index/pypi.h"

extern const struct pypi_site given_site;

/* "Foo_Bar", active. */
struct pypi_project given_project(void);

/* foo_bar-1.0.tar.gz of GIVEN_SIZE bytes; its digests are 11…, 22… and 33… */
#define GIVEN_PATH "packages/33/33/333333333333333333333333333333333333333333333333333333333333/"
#define GIVEN_MD5 "11111111111111111111111111111111"
#define GIVEN_SHA256 "2222222222222222222222222222222222222222222222222222222222222222"
#define GIVEN_BLAKE2 "3333333333333333333333333333333333333333333333333333333333333333"
#define GIVEN_METADATA "4444444444444444444444444444444444444444444444444444444444444444"
struct pypi_file given_sdist(void);

/* foo_bar-1.0-py3-none-any.whl with a metadata file, digest 44… */
struct pypi_file given_wheel(void);

#endif
