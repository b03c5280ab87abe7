/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metadata of a Python distribution: refused, or every value is a text that is
 * not empty.
 */
#include "fuzz.h"

#include "base/text.h"
#include "formats/core_metadata.h"
#include "formats/core_reader.h"

static void
check_value(struct span value)
{
	REQUIRE(value.len > 0);
	REQUIRE(text_is_utf8(value));
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	struct core_metadata m;

	if (!core_reader_parse(a, f, input, &m)) {
		REQUIRE(f->kind == FAULT_BAD_REQUEST);
		return;
	}
	REQUIRE(!fault_is_set(f));
	for (size_t i = 0; i < CORE_FIELDS; i++) {
		const struct core_field *field = &core_fields[i];

		if (!field->multiple && core_text(&m, field)->at)
			check_value(*core_text(&m, field));
		for (size_t n = 0; field->multiple && n < core_texts(&m, field)->count; n++)
			check_value(core_texts(&m, field)->at[n]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
