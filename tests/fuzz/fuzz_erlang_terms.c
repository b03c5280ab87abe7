/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Erlang terms as text, as a package's metadata: what is read keeps the limits
 * and can be stored, and reading and checking the metadata in it ends in
 * texts that can be repeated.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/text.h"
#include "formats/erlang_terms.h"
#include "formats/hex_metadata.h"
#include "wire/doc.h"
#include "wire/json.h"

/* Nested at most as deep as allowed, texts without NUL, names in maps only. */
static uint32_t
check(const struct doc *d, int depth)
{
	uint32_t count = 0, total = 1;

	REQUIRE(depth <= ERLANG_TERMS_DEPTH + 1);
	REQUIRE(!doc_is(d, DOC_TEXT) || (text_is_utf8(d->is.text) && span_find_nul(d->is.text) < 0));
	REQUIRE(doc_is(d, DOC_TEXT) || doc_is(d, DOC_INT) || doc_is(d, DOC_BOOL) || doc_is(d, DOC_NULL) ||
		doc_is(d, DOC_LIST) || doc_is(d, DOC_MAP));
	for (const struct doc *m = doc_first(d); m; m = m->next) {
		REQUIRE((d->kind == DOC_MAP) == (m->key != NULL));
		REQUIRE(!m->key || (strlen(m->key) == m->key_len && text_is_utf8(span_of(m->key))));
		total += check(m, depth + 1);
		count++;
	}
	REQUIRE(!(doc_is(d, DOC_MAP) || doc_is(d, DOC_LIST)) || count == d->count);
	return total;
}

static void
check_metadata(struct arena *a, const struct doc *d)
{
	const struct hex_rules rules = { .spdx = true };
	struct hex_metadata m;
	struct fault why;
	bool read;

	fault_init(&why, a);
	read = hex_metadata_read(a, &why, d, &m);
	REQUIRE(read == !fault_is_set(&why));
	REQUIRE(hex_metadata_check(&why, &m, &rules) == !fault_is_set(&why));
	REQUIRE(read || fault_is_set(&why));
	REQUIRE(fault_is_set(&why) || (m.name && m.version && m.app && m.files.count > 0));
	REQUIRE(m.requirement_count <= HEX_REQUIREMENTS_MAX);
	for (const struct fault_field *f = why.fields; f; f = f->next)
		REQUIRE(text_is_utf8(span_of(f->name)) && text_is_utf8(span_of(f->message)));
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	const struct doc *d = erlang_terms_read(a, f, input);
	struct buf b = buf_on(a);

	REQUIRE((d != NULL) == !fault_is_set(f));
	REQUIRE(d || f->kind == FAULT_BAD_REQUEST);
	if (!d)
		return;
	REQUIRE(doc_is(d, DOC_MAP));
	REQUIRE(check(d, 1) <= ERLANG_TERMS_MAX + 1);
	json_write(&b, d, NULL);
	REQUIRE(text_is_utf8(buf_span(&b)));
	check_metadata(a, d);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
