/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of verify_run() share.
 */
#ifndef ENTREPOT_DOMAIN_VERIFY_H
#define ENTREPOT_DOMAIN_VERIFY_H

#include "base/compiler.h"
#include "domain/maintenance.h"

struct arena;

struct verify {
	const struct verify_options *options;
	struct verify_result *result;
	struct arena *arena;		/* where problems are kept */
	struct problem *last;
};

/* Note that something is wrong. */
void verify_report(struct verify *v, const char *kind, const char *subject, const char *format, ...) PRINTF(4, 5);

/* Compare every stored index object with one computed from scratch: those of crates, Hex, Python repositories. */
bool verify_index(struct work *w, struct verify *v) MUST_CHECK;
bool verify_hex(struct work *w, struct verify *v) MUST_CHECK;
bool verify_pypi(struct work *w, struct verify *v) MUST_CHECK;

#endif
