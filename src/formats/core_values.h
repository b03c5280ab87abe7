/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Single values of core metadata (packaging.python.org, "Core metadata
 * specifications"), each by itself: what is wrong with them, in the public
 * index's words, without the full stop. What is right is NULL. Texts live on A.
 */
#ifndef ENTREPOT_FORMATS_CORE_VALUES_H
#define ENTREPOT_FORMATS_CORE_VALUES_H

#include <stdbool.h>

#include "base/span.h"

struct arena;

/* Characters of a value that messages show; of a longer one they show both ends. */
#define CORE_VALUE_SHOWN 256

/* VALUE as messages quote it: as a Python string literal. */
const char *core_quoted(struct arena *a, struct span value);

/* Whether there is a line end in it, of those that Unicode has as well. */
bool core_has_line_end(struct span value);

/* Of Description-Content-Type (RFC 9110, 8.3.1): a type, in any case, with `charset` and `variant`. */
const char *core_content_type_fault(struct arena *a, struct span value);

/* Of License-File: a relative path with slashes, as it stands in the archive (PEP 639). */
const char *core_license_file_fault(struct arena *a, struct span path);

/* Of Import-Name and Import-Namespace, FIELD in lower case: dotted identifiers, "; private" behind them (PEP 794). */
const char *core_import_name_fault(struct arena *a, const char *field, struct span value);

/* Whether it is an http or https URI. Blanks and other scripts are allowed, as on the public index. */
bool core_is_url(struct span url);

/* Label and URL of a Project-URL, trimmed; the URL is empty when there is no comma. */
void core_url_split(struct span entry, struct span *label, struct span *url);

#endif
