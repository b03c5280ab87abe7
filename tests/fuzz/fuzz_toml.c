/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TOML, and the manifest of a crate in it: what is accepted is a tree of
 * limited depth that can be written as JSON.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/text.h"
#include "formats/manifest.h"
#include "wire/dialect.h"
#include "wire/json.h"
#include "wire/toml.h"

static void
walk(const struct doc *d, unsigned depth)
{
	REQUIRE(depth <= TOML_DEPTH);
	if (d->kind == DOC_TEXT)
		REQUIRE(text_is_utf8(d->is.text));
	for (const struct doc *member = doc_first(d); member; member = member->next)
		walk(member, depth + doc_is(member, DOC_MAP) + doc_is(member, DOC_LIST));
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	static const struct dialect plain = { .zone = "Z" };
	const struct doc *d = toml_read(a, f, input);
	struct buf json = buf_on(a);
	const struct manifest *m;

	REQUIRE((d == NULL) == fault_is_set(f));
	if (!d)
		return;
	walk(d, 0);
	json_write(&json, d, &plain);
	REQUIRE(text_is_utf8(buf_span(&json)));
	m = manifest_read(a, f, input);
	REQUIRE((m == NULL) == fault_is_set(f));
	REQUIRE(!m || (m->name && m->version));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
