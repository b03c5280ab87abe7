/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms; see the header.
 */
#include "formbody.h"

#include "base/arena.h"
#include "base/buf.h"

#define BOUNDARY "4fb1c5a1c0b14d5c"

struct span
form_body(struct arena *a, const struct form_field *fields)
{
	struct buf b = buf_on(a);

	for (const struct form_field *f = fields; f->name; f++) {
		buf_printf(&b, "--" BOUNDARY "\r\nContent-Disposition: form-data; name=\"%s\"", f->name);
		if (f->filename)
			buf_printf(&b, "; filename=\"%s\"", f->filename);
		if (f->type)
			buf_printf(&b, "\r\nContent-Type: %s", f->type);
		buf_puts(&b, "\r\n\r\n");
		buf_put_span(&b, f->value);
		buf_puts(&b, "\r\n");
	}
	buf_puts(&b, "--" BOUNDARY "--\r\n");
	return buf_span(&b);
}
