/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The form that uploads a Python distribution: multipart/form-data with the
 * file in the field "content", in any order; or, as far as it can do without a
 * file, application/x-www-form-urlencoded.
 */
#ifndef ENTREPOT_PROTOCOLS_PYPI_FORM_H
#define ENTREPOT_PROTOCOLS_PYPI_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/digest.h"
#include "base/span.h"
#include "formats/core_metadata.h"

struct arena;
struct call;
struct config;
struct fault;
struct tempfile;

/* What digests of the file are computed. */
#define PYPI_FORM_DIGESTS (DIGEST_MD5 | DIGEST_SHA256 | DIGEST_BLAKE2B_256)

/* Bytes of a file beyond the limit that are read on, so that the fields behind it are known. */
#define PYPI_FORM_DRAIN (INT64_C(64) << 20)

/* Bytes of two texts that go with every file into pages and the change log. */
#define PYPI_FORM_MAX_COMMENT 4096
#define PYPI_FORM_MAX_PYVERSION 256

struct pypi_form_limits {
	size_t fields;			/* of the form, unknown ones included */
	size_t field_bytes;		/* of one text */
	int64_t text_bytes;		/* of the body without the file's bytes */
	int64_t file_bytes;
};

struct pypi_form_file {
	struct span filename;		/* as sent; at == NULL: no file came */
	struct span content_type;	/* of its part; at == NULL: none */
	struct tempfile *spool;		/* NULL: no file, or one beyond the limit */
	int64_t size;			/* of what came */
	struct digests digests;		/* PYPI_FORM_DIGESTS of the spool */
};

/* Texts are UTF-8 without NUL; absent (at == NULL) rather than empty. */
struct pypi_form {
	struct core_metadata metadata;
	struct span action;		/* ":action", of the body or else of the query string */
	struct span protocol_version;
	struct span filetype;
	struct span pyversion;
	struct span sha256_digest;
	struct span blake2_256_digest;
	struct span md5_digest;
	struct span comment;
	struct span attestations;
	struct pypi_form_file content;
	const char *invalid;		/* field of the metadata that was given more often than it may; NULL: none */
};

/* The limits that are set, with room for a file of FILE_BYTES. */
struct pypi_form_limits pypi_form_limits(const struct config *config, int64_t file_bytes);

/*
 * Read the whole body (a route with BODY_STREAM). Texts lie on the call's
 * arena, the file in a temporary one. A value that is UNKNOWN counts as absent,
 * NUL becomes the two characters \x00 (a backslash and "x00"), of several
 * values of a field that may have one the first counts, unknown fields and
 * "gpg_signature" are ignored. Without a Content-Type nothing is read.
 *
 * Who is nobody is refused before a byte is read, in the protocol's words: only
 * callers with a good credential can make us write.
 *
 * Raises BAD_REQUEST for what is no form, text that is not UTF-8, a text that
 * came as a file ("{field}: Should not be a tuple."), a second file, and a file
 * that is larger than the limit and PYPI_FORM_DRAIN together; TOO_LARGE beyond
 * the other limits; MEDIA_TYPE for other types. A file that is only larger than
 * the limit has no spool: its size is for the caller to refuse, once it is its turn.
 */
bool pypi_form_read(struct call *c, const struct pypi_form_limits *limits, struct pypi_form *out) MUST_CHECK;

/*
 * What can be said of the form by itself, in the public index's words and
 * order: protocol version, name, file type, Python version, digests, fields
 * given too often. Raises BAD_REQUEST. Of an sdist the Python version is "source"
 * afterwards.
 */
bool pypi_form_check(struct fault *f, struct pypi_form *form) MUST_CHECK;

/* There is a file. Raises BAD_REQUEST. */
bool pypi_form_check_file(struct fault *f, const struct pypi_form *form) MUST_CHECK;

/* The digests that were given, at least one, are those of the spool. Raises BAD_REQUEST. */
bool pypi_form_check_digests(struct fault *f, const struct pypi_form *form) MUST_CHECK;

/* Raise that a file of the project is larger than LIMIT bytes; NAME may be absent. Always false. */
bool pypi_form_refuse_size(struct call *c, struct span name, int64_t limit);

/* The text as messages show it: of more than 60 characters the first and last 30. On the arena. */
struct span pypi_form_shorten(struct arena *a, struct span text);

#endif
