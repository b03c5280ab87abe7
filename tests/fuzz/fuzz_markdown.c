/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A README: whatever it is, nothing that a browser would run comes out.
 */
#include "fuzz.h"

#include "base/text.h"
#include "formats/markdown.h"

static void
require_harmless(struct span html)
{
	static const char *const evil[] = {
		"<script", "<iframe", "<style", "<svg", "<form",
		"=\"javascript:", "=\"vbscript:", "=\"file:", "=\"data:text",
	};

	REQUIRE(!html.at || !memchr(html.at, '\0', html.len));
	for (size_t i = 0; i < sizeof(evil) / sizeof(evil[0]); i++)
		REQUIRE(!span_contains_nocase(html, evil[i]));
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	(void)f;
	require_harmless(markdown_readme(a, "README.md", input));
	require_harmless(markdown_readme(a, "README.txt", input));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
