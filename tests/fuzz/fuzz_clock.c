/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every reader of times; what one of them accepts is written and read back.
 */
#include "fuzz.h"

#include "base/clock.h"

static void
one(struct arena *a, struct fault *f, struct span input)
{
	char text[CLOCK_TEXT_SIZE];
	int64_t t, again;

	(void)a;
	(void)f;
	if (clock_parse_rfc3339(input, &t)) {
		/* An offset may push the last year past 9999, which nobody can write. */
		bool writable = t >= INT64_C(-62167219200000000) && t <= INT64_C(253402300799999999);

		clock_format_rfc3339(text, t, 6);
		REQUIRE(!writable || (clock_parse_rfc3339(span_of(text), &again) && again == t));
	}
	if (clock_parse_date(input, &t)) {
		REQUIRE(span_is(input, clock_format_date(text, t)));
	}
	if (clock_parse_http(input, &t)) {
		clock_format_http(text, t);
		REQUIRE(t % CLOCK_SECOND == 0);
		REQUIRE(clock_split(t).year > 9999 ||
			(clock_parse_http(span_of(text), &again) && again == t));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
