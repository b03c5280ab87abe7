/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The few pages for people: without scripts, styles and images.
 */
#ifndef ENTREPOT_PROTOCOLS_PYPI_PAGE_H
#define ENTREPOT_PROTOCOLS_PYPI_PAGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "protocols/call.h"

/* Escaped, with AROUND as element ("li"; NULL: none). TEXT may be NULL. */
void page_text(struct buf *b, const char *around, const char *text);
/* A link with its text, both escaped. */
void page_link(struct buf *b, const char *url, const char *text);

/* The page around BODY. Always true. */
bool page_reply(struct call *c, const char *title, const struct buf *body);

#endif
