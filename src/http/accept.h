/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Media types in a request: what Accept prefers, what Content-Type says.
 */
#ifndef ENTREPOT_HTTP_ACCEPT_H
#define ENTREPOT_HTTP_ACCEPT_H

#include <stdbool.h>

/* The weight of an element without a "q". */
#define ACCEPT_BEST 1000

/*
 * How much an Accept header (RFC 9110 §12.5.1; NULL or empty: anything is
 * welcome) wants MEDIA_TYPE ("application/json"), in thousandths; 0: not at
 * all. The most specific range that matches decides; parameters other than
 * "q" are ignored.
 */
int accept_weight(const char *accept, const char *media_type);

/* Whether a Content-Type names MEDIA_TYPE, in any case and with any parameters. NULL names nothing. */
bool media_type_is(const char *content_type, const char *media_type);

#endif
