/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Attestations of Python distributions (PEP 740): statements that a build made
 * a file, signed with a short-lived certificate. They become the provenance
 * object that the integrity API serves.
 *
 * Checked are the signature, the certificate's descent from configured roots
 * and that the statement is about this file. Entries of a transparency log are
 * kept as they are sent, for clients to check.
 */
#ifndef ENTREPOT_FORMATS_ATTESTATION_H
#define ENTREPOT_FORMATS_ATTESTATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/digest.h"
#include "base/span.h"

struct arena;
struct certificate_roots;
struct fault;

/* Most attestations of a file, and most bytes of all of them. */
#define ATTESTATIONS_MAX 2
#define ATTESTATIONS_MAX_SIZE (512 * 1024)

struct attested_file {
	const char *filename;
	const uint8_t *sha256;			/* SHA256_SIZE bytes */
	const struct certificate_roots *roots;	/* NULL: attestations are not taken here */
	int64_t now;				/* µs since 1970 */
};

/*
 * Check JSON, the form's list of attestations, and make the provenance object
 * of it, JSON on A. Raises BAD_REQUEST "Invalid attestations supplied during
 * upload: ...".
 */
bool attestations_check(struct arena *a, struct fault *f, struct span json, const struct attested_file *file,
	struct span *provenance) MUST_CHECK;

#endif
