/* SPDX-License-Identifier: Apache-2.0 */
/*
 * READMEs as HTML that is safe to show: Markdown in GitHub's flavour with raw
 * HTML and dangerous links left out, everything else as preformatted text.
 */
#ifndef ENTREPOT_FORMATS_MARKDOWN_H
#define ENTREPOT_FORMATS_MARKDOWN_H

#include "base/span.h"

struct arena;

/* Larger READMEs are shown as they are. */
#define MARKDOWN_MAX ((size_t)512 * 1024)

/*
 * An HTML fragment on the arena, with a NUL behind it. PATH (may be NULL) tells by its extension
 * whether TEXT is Markdown; a README without an extension is. Never fails:
 * Markdown that takes too much memory or time to render is shown as it is.
 */
struct span markdown_readme(struct arena *a, const char *path, struct span text);

#endif
