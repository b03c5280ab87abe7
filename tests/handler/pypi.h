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
	const struct repository *repository;	/* NULL: the registry's own */
};

enum given_outcome { GIVEN_STORED, GIVEN_SAME, GIVEN_REFUSED };

/* As an upload does once its archive was found good, in a transaction of its own; refused with a fault. */
enum given_outcome upload_pypi(const struct given_upload *g);

/* The same, and it must be stored; the id of the project. */
int64_t given_pypi(const char *name, const char *version, const char *filename);

/* Yank all of a release, or let a project have another status (PEP 792); REASON may be NULL. */
void given_pypi_yank(const struct repository *r, const char *name, const char *version, const char *reason);
void given_pypi_status(const struct repository *r, const char *name, const char *status, const char *reason);

/* The stored page; at == NULL when there is none. */
struct span pypi_page(const char *canonical, enum pypi_page page);

/* All stored pages of a project are as they would be rendered from scratch. */
void assert_pypi_pages(int64_t package_id);

/* ---- as clients do (given_pypi.c) ---- */

/* A wheel or an sdist as tools build them; METADATA: what it says of itself, NULL: the least that it has to. */
struct span pypi_wheel_of(const char *name, const char *version, const char *metadata);
struct span pypi_sdist_of(const char *name, const char *version, const char *metadata);

/*
 * The form that uploads a distribution, and its Content-Type. FIELDS: a JSON
 * object whose members replace the usual fields (NULL: none); one that is null
 * is left out, a list is so many fields. "filetype" decides what is built;
 * "filename", "content_type" and "content" are the file's, "METADATA" is in it.
 */
struct span pypi_form_of(const char *name, const char *version, const char *fields);
#define PYPI_FORM_TYPE "multipart/form-data; boundary=3af4a1b6c29d4f1c"

/* Upload to the registry's own repository. */
struct test_answer;
const struct test_answer *pypi_upload(const char *token, const char *name, const char *version, const char *fields);
/* The same as OWNER; fails the test unless it succeeds. */
void given_project(const char *owner, const char *name, const char *version, const char *fields);

#endif
