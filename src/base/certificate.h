/* SPDX-License-Identifier: Apache-2.0 */
/*
 * X.509 certificates of code signers: short-lived ones that an authority
 * issues to whoever runs a build, with who that is in them (OpenSSL libcrypto).
 */
#ifndef ENTREPOT_BASE_CERTIFICATE_H
#define ENTREPOT_BASE_CERTIFICATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct certificate;
struct certificate_roots;
struct fault;

/* Most bytes of one certificate. */
#define CERTIFICATE_MAX 16384

/* All certificates of a PEM file, to be trusted. UNAVAILABLE when there are none. */
struct certificate_roots *certificate_roots_read(struct arena *a, struct fault *f, const char *path) MUST_CHECK;

/* One certificate in DER and nothing behind it; NULL when it is none. */
struct certificate *certificate_read(struct arena *a, struct span der) MUST_CHECK;

/*
 * Whether it descends from one of ROOTS and may sign code. As these
 * certificates live for minutes, validity is looked at as of the moment it was
 * issued, which must not be after NOW (µs).
 */
bool certificate_is_trusted(const struct certificate *c, const struct certificate_roots *roots, int64_t now);

/* Whether SIGNATURE (DER) was made over TEXT with its key: ECDSA on P-256 with SHA-256, nothing else. */
bool certificate_has_signed(const struct certificate *c, struct span text, struct span signature);

/* Whom it was issued to: first URI, or address, of subjectAltName (RFC 5280 §4.2.1.6), on A; NULL: none. */
const char *certificate_identity(struct arena *a, const struct certificate *c);

/*
 * The extension of the object identifier "1.3.6…", which holds a UTF8String or,
 * as older ones do, bare text; on A, NULL when there is none.
 */
const char *certificate_extension(struct arena *a, const struct certificate *c, const char *oid);

#endif
