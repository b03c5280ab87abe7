/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes as text and back.
 */
#ifndef ENTREPOT_BASE_ENCODE_H
#define ENTREPOT_BASE_ENCODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/compiler.h"
#include "base/span.h"

struct arena;
struct buf;

/* Lower-case hex on the arena. */
char *encode_hex(struct arena *a, const void *bytes, size_t len);
/* Exactly 2 × LEN hex digits of either case into LEN bytes. */
bool decode_hex(struct span text, void *bytes, size_t len) MUST_CHECK;

/* base64 (RFC 4648 §4, padded) and base64url without padding (§5). */
char *encode_base64(struct arena *a, const void *bytes, size_t len);
char *encode_base64url(struct arena *a, const void *bytes, size_t len);
/* The decoded bytes on the arena; at == NULL when malformed. Padding optional for base64url. */
struct span decode_base64(struct arena *a, struct span text);
struct span decode_base64url(struct arena *a, struct span text);

/* Append percent-encoded for one path segment (RFC 3986 unreserved stay; `+` becomes %2B). */
void encode_path_segment(struct buf *b, struct span s);
/* Append application/x-www-form-urlencoded: space becomes +. */
void encode_form(struct buf *b, struct span s);
/* Append with <, >, &, " and ' as references: between tags and in quoted attributes of HTML and XML. */
void encode_markup(struct buf *b, struct span s);
/*
 * Percent-decode onto the arena; with PLUS a + becomes a space. at == NULL on
 * a malformed escape.
 */
struct span decode_percent(struct arena *a, struct span s, bool plus);
/* Like decode_percent(…, true), but a malformed escape stays as it is. */
struct span decode_form_lenient(struct arena *a, struct span s);

#endif
