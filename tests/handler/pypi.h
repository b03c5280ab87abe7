/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Python projects for tests, without requests: what an upload stores.
 */
#ifndef ENTREPOT_TESTS_PYPI_H
#define ENTREPOT_TESTS_PYPI_H

#include <stdbool.h>
#include <stdint.h>

#include "base/span.h"
#include "domain/pypi_index.h"

struct core_metadata;
struct repository;

/* The registry's own Python repository. */
const struct repository *given_pypi_repository(void);

/* Act as this account, which is made when it is new. */
void acting_as(const char *account);

struct given_upload {
	const char *name;
	const char *version;
	const char *filename;
	const char *content;		/* NULL: follows from the file's name */
	const char *metadata;		/* METADATA of a wheel, or NULL */
	const char *comment;
	const struct core_metadata *core;	/* NULL: nothing but the name and the version */
};

enum given_outcome { GIVEN_STORED, GIVEN_SAME, GIVEN_REFUSED };

/* As an upload does once its archive was found good, in a transaction of its own; refused with a fault. */
enum given_outcome upload_pypi(const struct given_upload *g);

/* The same, and it must be stored; the id of the project. */
int64_t given_pypi(const char *name, const char *version, const char *filename);

/* The stored page; at == NULL when there is none. */
struct span pypi_page(const char *canonical, enum pypi_page page);

/* All stored pages of a project are as they would be rendered from scratch. */
void assert_pypi_pages(int64_t package_id);

#endif
