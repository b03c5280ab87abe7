/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A form that is read keeps the limits, and written again field by field it is
 * read as the same.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/encode.h"
#include "base/text.h"
#include "wire/form.h"
#include "wire/json.h"

static struct span
as_json(struct arena *a, const struct doc *d)
{
	struct buf b = buf_on(a);

	json_write(&b, d, NULL);
	return buf_span(&b);
}

/* A field per text below D, whose own name is NAME; returns their number. */
static size_t
put_fields(struct arena *a, struct buf *b, const struct doc *d, const char *name, int depth)
{
	size_t count = 0;

	REQUIRE(depth <= FORM_DEPTH + 1);
	if (d->kind == DOC_TEXT) {
		REQUIRE(text_is_utf8(d->is.text) && span_find_nul(d->is.text) < 0);
		encode_form(b, span_of(name));
		buf_putc(b, '=');
		encode_form(b, d->is.text);
		buf_putc(b, '&');
		return 1;
	}
	REQUIRE((d->kind == DOC_MAP || d->kind == DOC_LIST) && (depth == 0 || d->count > 0));
	for (const struct doc *m = doc_first(d); m; m = m->next) {
		const char *key = m->key ? m->key : "";

		REQUIRE(text_is_utf8(span_of(key)));
		REQUIRE((d->kind == DOC_LIST) == (m->key == NULL));
		REQUIRE(d->kind == DOC_MAP || m->kind == DOC_TEXT);
		count += put_fields(a, b, m, depth > 0 ? arena_printf(a, "%s[%s]", name, key) : key, depth + 1);
	}
	return count;
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	const struct doc *d = form_read(a, f, input), *again;
	struct buf b = buf_on(a);

	REQUIRE((d != NULL) == !fault_is_set(f));
	REQUIRE(d || f->kind == FAULT_BAD_REQUEST);
	if (!d)
		return;
	REQUIRE(put_fields(a, &b, d, "", 0) <= FORM_FIELDS);
	again = form_read(a, f, buf_span(&b));
	REQUIRE(again);
	REQUIRE(span_equal(as_json(a, again), as_json(a, d)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
