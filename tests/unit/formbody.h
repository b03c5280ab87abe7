/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bodies of forms as clients send them.
 */
#ifndef ENTREPOT_TESTS_FORMBODY_H
#define ENTREPOT_TESTS_FORMBODY_H

#include "base/span.h"

struct arena;

struct form_field {
	const char *name;
	struct span value;
	const char *filename;	/* NULL: a text */
	const char *type;	/* of the part; NULL: none is said */
};

/* The Content-Type of form_body(). */
#define FORM_TYPE "multipart/form-data; boundary=4fb1c5a1c0b14d5c"

/* The fields, ended by one without a name, each a part, in the spelling of Python's clients. */
struct span form_body(struct arena *a, const struct form_field *fields);

#endif
