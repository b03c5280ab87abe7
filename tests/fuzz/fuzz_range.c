/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions and ranges: the lines of the input are Range, If-Range,
 * If-None-Match and If-Modified-Since. A part lies within its representation.
 */
#include "fuzz.h"

#include "http/conditional.h"
#include "http/request.h"

#define MODIFIED INT64_C(784111777000000)

static void
check_range(const struct request *r, int64_t size)
{
	struct byte_range part = { -1, -1 };
	enum range_result result = range_parse(r, size, "\"abc\"", MODIFIED, &part);

	if (result == RANGE_PART)
		REQUIRE(0 <= part.first && part.first <= part.last && part.last < size);
	else
		REQUIRE(part.first == -1 && part.last == -1);
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	static const char *const names[] = { "Range", "If-Range", "If-None-Match", "If-Modified-Since" };
	struct request r = { .method = METHOD_GET };

	(void)f;
	for (size_t i = 0; i < ARRAY_LEN(names) && input.at; i++) {
		struct span line = span_cut(&input, '\n');

		if (line.len > 0)
			request_add_header(a, &r, names[i], arena_dup(a, line.at, line.len));
	}
	check_range(&r, 0);
	check_range(&r, 1);
	check_range(&r, 1000);
	check_range(&r, INT64_MAX);
	if (conditional_not_modified(&r, NULL, 0))
		REQUIRE(request_header(&r, "if-none-match"));
	REQUIRE(conditional_not_modified(&r, "\"abc\"", MODIFIED) ==
		conditional_not_modified(&r, "W/\"abc\"", MODIFIED));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
