/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules of core metadata: refused in words that say where more is to be read, or
 * stored in forms that pass once more and stay as they are.
 */
#include "fuzz.h"

#include "base/text.h"
#include "formats/core_reader.h"
#include "formats/core_rules.h"
#include "formats/pypi_requirement.h"

static const struct core_policy policies[] = {
	{ .local_versions = false },
	{ .local_versions = true, .classifiers = { .any = true, .deprecated = true }, .any_license = true },
};

static void
check_same(struct core_metadata *a, struct core_metadata *b, const struct core_field *field)
{
	const struct core_list *x, *y;

	if (!field->multiple) {
		REQUIRE(span_equal(*core_text(a, field), *core_text(b, field)));
		return;
	}
	x = core_texts(a, field);
	y = core_texts(b, field);
	REQUIRE(x->count == y->count);
	for (size_t i = 0; i < x->count; i++)
		REQUIRE(span_equal(x->at[i], y->at[i]));
}

/* Normal forms may be longer than what may be read. */
static bool
is_short(struct core_metadata *m)
{
	for (size_t i = 0; i < CORE_FIELDS; i++) {
		const struct core_list *list = core_texts(m, &core_fields[i]);

		if (!core_fields[i].multiple && core_text(m, &core_fields[i])->len > PEP440_MAX)
			return false;
		for (size_t n = 0; core_fields[i].multiple && n < list->count; n++)
			if (list->at[n].len > PYPI_REQUIREMENT_MAX)
				return false;
	}
	return true;
}

static void
check_policy(struct arena *a, struct fault *f, const struct core_policy *policy, const struct core_metadata *m)
{
	struct core_checked once, twice;

	fault_clear(f);
	if (!core_rules_check(a, f, policy, m, &once)) {
		REQUIRE(f->kind == FAULT_BAD_REQUEST);
		REQUIRE(span_contains(span_of(f->message), CORE_METADATA_SEE));
		REQUIRE(text_is_utf8(span_of(f->message)));
		return;
	}
	if (!is_short(&once.metadata))
		return;
	REQUIRE(core_rules_check(a, f, policy, &once.metadata, &twice));
	for (size_t i = 0; i < CORE_FIELDS; i++)
		check_same(&once.metadata, &twice.metadata, &core_fields[i]);
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	struct core_metadata m;

	if (!core_reader_parse(a, f, input, &m))
		return;
	for (size_t i = 0; i < ARRAY_LEN(policies); i++)
		check_policy(a, f, &policies[i], &m);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
