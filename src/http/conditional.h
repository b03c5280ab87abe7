/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditional and range requests (RFC 9110 §13, §14).
 */
#ifndef ENTREPOT_HTTP_CONDITIONAL_H
#define ENTREPOT_HTTP_CONDITIONAL_H

#include <stdbool.h>
#include <stdint.h>

struct request;

/*
 * Whether a GET or HEAD is answered with 304: If-None-Match (weak comparison,
 * lists, *) against ETAG ("\"…\"", NULL for none), also as web servers spell it
 * when they compress ("\"…-gzip\""), else If-Modified-Since against MODIFIED (µs,
 * 0 for unknown; compared in whole seconds).
 */
bool conditional_not_modified(const struct request *r, const char *etag, int64_t modified);

/*
 * If-None-Match when it is one tag as we make them (hex digits between quotes),
 * which a query can compare; NULL for anything else, which only
 * conditional_not_modified() can judge.
 */
const char *conditional_known_tag(const struct request *r);

struct byte_range {
	int64_t first;
	int64_t last;		/* inclusive */
};

enum range_result {
	RANGE_NONE,		/* send everything */
	RANGE_PART,		/* send *PART */
	RANGE_UNSATISFIABLE	/* 416 */
};

/*
 * One range of a representation of SIZE bytes; several ranges, unknown units
 * and a malformed header are ignored. If-Range is honoured (strong comparison).
 * *PART is set with RANGE_PART only.
 */
enum range_result range_parse(const struct request *r, int64_t size, const char *etag, int64_t modified,
			      struct byte_range *part);

#endif
