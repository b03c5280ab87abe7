/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A term that is read keeps the limits, is written and read as the same, and
 * as JSON too, unless it holds bytes, which are text there.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/text.h"
#include "wire/etf.h"
#include "wire/json.h"

static struct span
as_term(struct arena *a, const struct doc *d)
{
	struct buf b = buf_on(a);

	etf_write(&b, d, NULL);
	return buf_span(&b);
}

static struct span
as_json(struct arena *a, const struct doc *d)
{
	struct buf b = buf_on(a);

	json_write(&b, d, NULL);
	return buf_span(&b);
}

/* Nested at most as deep as allowed, no name twice in a map; whether there are bytes in it. */
static bool
check(const struct doc *d, int depth)
{
	bool bytes = d->kind == DOC_BYTES;
	uint32_t count = 0;

	REQUIRE(depth <= DOC_READ_DEPTH + 1);
	REQUIRE(!doc_is(d, DOC_TEXT) || text_is_utf8(d->is.text));
	REQUIRE(!doc_is(d, DOC_BYTES) || !text_is_utf8(d->is.text));
	REQUIRE(!doc_is(d, DOC_UINT) || d->is.unsigned_integer > INT64_MAX);
	for (const struct doc *m = doc_first(d); m; m = m->next) {
		REQUIRE((d->kind == DOC_MAP) == (m->key != NULL));
		REQUIRE(!m->key || (strlen(m->key) == m->key_len && doc_find(d, m->key) == m));
		REQUIRE(!m->key || text_is_utf8(span_of(m->key)));
		bytes |= check(m, depth + 1);
		count++;
	}
	REQUIRE(!(doc_is(d, DOC_MAP) || doc_is(d, DOC_LIST)) || count == d->count);
	return bytes;
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	const struct doc *d = etf_read(a, f, input), *again;
	struct span term;
	bool bytes;

	REQUIRE((d != NULL) == !fault_is_set(f));
	REQUIRE(d || f->kind == FAULT_BAD_REQUEST);
	if (!d)
		return;
	bytes = check(d, 1);
	term = as_term(a, d);
	again = etf_read(a, f, term);
	REQUIRE(again);
	REQUIRE(span_equal(as_term(a, again), term));
	again = json_read(a, f, as_json(a, d));
	REQUIRE(again);
	REQUIRE(bytes || span_equal(as_term(a, again), term));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
