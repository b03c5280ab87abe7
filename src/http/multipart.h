/* SPDX-License-Identifier: Apache-2.0 */
/*
 * multipart/form-data bodies (RFC 7578, RFC 2046 §5.1), piece by piece: the
 * reader is given bytes as they come and hands out parts, wherever the pieces
 * were cut. It keeps one line of a part's headers and nothing of its data.
 */
#ifndef ENTREPOT_HTTP_MULTIPART_H
#define ENTREPOT_HTTP_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct fault;
struct multipart;

/* Most bytes of a boundary (RFC 2046 §5.1.1), and of all headers of one part with their line ends. */
#define MULTIPART_BOUNDARY 70
#define MULTIPART_HEADERS 8192

struct multipart_part {
	struct span name;		/* UTF-8 without control characters, maybe empty */
	struct span filename;		/* UTF-8, any other bytes may be in it; at == NULL: none was given */
	struct span content_type;	/* at == NULL: none was given */
};

enum multipart_event {
	MULTIPART_MORE,		/* the input is used up */
	MULTIPART_BEGIN,	/* of a part: multipart_part() tells which */
	MULTIPART_DATA,		/* of that part; never empty */
	MULTIPART_END,		/* of that part */
	MULTIPART_FAILED	/* the fault is set, nothing more is read */
};

/*
 * A reader for a body with this CONTENT_TYPE and at most MAX_PARTS parts;
 * released with the arena. NULL when the fault is set: MEDIA_TYPE unless it is
 * multipart/form-data, BAD_REQUEST without a boundary that the RFC allows.
 */
struct multipart *multipart_new(struct arena *a, struct fault *f, const char *content_type,
				size_t max_parts) MUST_CHECK;

/*
 * The next thing in INPUT, which is shortened by what was read. DATA is set
 * with MULTIPART_DATA only and lies in the input or in the reader: it is valid
 * until the next call. A piece of input makes at most two of them per part, so
 * writing each out is cheap.
 *
 * BAD_REQUEST is raised for more parts than allowed, for headers beyond
 * MULTIPART_HEADERS, without or with a second Content-Disposition, with one
 * that is not form-data or has no name, for lines that do not end in CRLF or
 * are folded, parameters given twice or split (RFC 2231 §3), an encoding of the
 * data, a delimiter with something behind it, text that is not UTF-8.
 *
 * In quoted strings \" and \\ are escapes, every other backslash and every
 * percent sign stands for itself, as form senders mean them. "filename*"
 * (RFC 8187) wins over "filename", "name*" over "name".
 */
enum multipart_event multipart_next(struct multipart *m, struct span *input, struct span *data) MUST_CHECK;

/* The part whose MULTIPART_BEGIN came last; its texts are valid until its MULTIPART_END was told. */
const struct multipart_part *multipart_part(const struct multipart *m);

/* All input was given: BAD_REQUEST is raised unless the closing delimiter was in it. */
bool multipart_finish(struct multipart *m) MUST_CHECK;

#endif
