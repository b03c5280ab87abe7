/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON that is read can be written, and what is written is read as the same.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/text.h"
#include "wire/json.h"

static struct span
written(struct arena *a, const struct doc *d)
{
	struct buf b = buf_on(a);

	json_write(&b, d, NULL);
	REQUIRE(text_is_utf8(buf_span(&b)));
	return buf_span(&b);
}

/* Nested at most as deep as allowed, with as many members as it counts. */
static void
check(const struct doc *d, int depth)
{
	uint32_t count = 0;

	REQUIRE(depth <= DOC_READ_DEPTH + 1);
	REQUIRE(!doc_is(d, DOC_TEXT) || text_is_utf8(d->is.text));
	for (const struct doc *m = doc_first(d); m; m = m->next) {
		REQUIRE((d->kind == DOC_MAP) == (m->key != NULL));
		REQUIRE(!m->key || (strlen(m->key) == m->key_len && doc_find(d, m->key)));
		check(m, depth + 1);
		count++;
	}
	REQUIRE(!(doc_is(d, DOC_MAP) || doc_is(d, DOC_LIST)) || count == d->count);
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	struct buf quoted = buf_on(a);
	const struct doc *d = json_read(a, f, input);

	REQUIRE((d != NULL) == !fault_is_set(f));
	if (d) {
		struct span text = written(a, d);
		const struct doc *again = json_read(a, f, text);

		check(d, 1);
		REQUIRE(again);
		REQUIRE(span_equal(written(a, again), text));
	}
	fault_clear(f);
	json_write_text(&quoted, input);
	d = json_read(a, f, buf_span(&quoted));
	REQUIRE(doc_is(d, DOC_TEXT));
	REQUIRE(!text_is_utf8(input) || span_equal(d->is.text, input));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
