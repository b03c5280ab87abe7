/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Query strings: limits hold, what is decoded is UTF-8, and encoded again it
 * is decoded to the same.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/encode.h"
#include "base/text.h"
#include "http/query.h"

#define MAX_SIZE 65536
#define MAX_FIELDS 100

static void
check_again(struct arena *a, struct fault *f, const struct query *q)
{
	struct buf text = buf_on(a);
	const struct query *again;

	for (size_t i = 0; i < q->count; i++) {
		buf_puts(&text, i > 0 ? "&" : "");
		encode_form(&text, q->fields[i].name);
		buf_putc(&text, '=');
		encode_form(&text, q->fields[i].value);
	}
	again = query_parse(a, f, buf_span(&text), SIZE_MAX, MAX_FIELDS);
	REQUIRE(again && again->count == q->count);
	for (size_t i = 0; i < q->count; i++) {
		REQUIRE(span_equal(again->fields[i].name, q->fields[i].name));
		REQUIRE(span_equal(again->fields[i].value, q->fields[i].value));
	}
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	const struct query *q = query_parse(a, f, input, MAX_SIZE, MAX_FIELDS);

	REQUIRE((q != NULL) == !fault_is_set(f));
	if (!q)
		return;
	REQUIRE(q->count <= MAX_FIELDS);
	for (size_t i = 0; i < q->count; i++) {
		REQUIRE(text_is_utf8(q->fields[i].name) && text_is_utf8(q->fields[i].value));
		if (span_find_nul(q->fields[i].name) < 0)
			REQUIRE(query_find(q, arena_dup(a, q->fields[i].name.at, q->fields[i].name.len)).at);
	}
	check_again(a, f, q);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
