/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Requirements of Python packages: the stored form of an accepted one is its
 * own stored form, and a refusal says why.
 */
#include "fuzz.h"

#include "formats/pypi_name.h"
#include "formats/pypi_requirement.h"

static void
one(struct arena *a, struct fault *f, struct span input)
{
	struct pypi_requirement r, again;
	const char *why = NULL, *text;

	(void)f;
	if (!pypi_requirement_parse(a, input, &r, &why)) {
		REQUIRE(why && *why);
		return;
	}
	REQUIRE(input.len <= PYPI_REQUIREMENT_MAX);
	REQUIRE(pypi_name_is_valid(r.name));
	REQUIRE(r.extra_count <= PYPI_REQUIREMENT_EXTRAS);
	for (size_t i = 0; i < r.extra_count; i++)
		REQUIRE(pypi_name_is_valid(r.extras[i]));
	REQUIRE(r.url.len == 0 || r.versions.count == 0);
	text = pypi_requirement_text(a, &r);
	for (const char *c = text; *c; c++)
		REQUIRE(*c >= ' ' && *c <= '~');
	/* Blanks are added where a marker had none. */
	if (strlen(text) > PYPI_REQUIREMENT_MAX)
		return;
	REQUIRE(pypi_requirement_parse(a, span_of(text), &again, NULL));
	REQUIRE(strcmp(pypi_requirement_text(a, &again), text) == 0);
	REQUIRE(!r.marker == !again.marker && (!r.marker || strcmp(r.marker, again.marker) == 0));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
