/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accept and Content-Type.
 */
#include "unit.h"

#include "base/compiler.h"
#include "http/accept.h"

static const struct {
	const char *accept;
	int json;
	int erlang;
} wanted[] = {
	{ NULL, 1000, 1000 },
	{ "", 1000, 1000 },
	{ "*/*", 1000, 1000 },
	{ "application/json", 1000, 0 },
	{ "APPLICATION/Json ; charset=utf-8", 1000, 0 },
	{ "application/vnd.hex+erlang", 0, 1000 },
	{ "application/vnd.hex+erlang; q=0.5, application/json;q=0.25", 250, 500 },
	{ "application/*;q=0.3, application/json", 1000, 300 },
	{ "application/json;q=0, */*", 0, 1000 },
	{ "text/html, application/xhtml+xml, */*;q=0.8", 800, 800 },
	{ "text/html", 0, 0 },
	{ "text/*", 0, 0 },
	{ "json", 0, 0 },
	{ ",,;q=1,", 0, 0 },
	{ "application/json;q=7", 1000, 0 },
	{ "application/json;q=0.9x", 1000, 0 },
	{ "application/json;q=0.001", 1, 0 },
	{ "application/json;q=1.999", 1000, 0 },
};

static void
the_most_specific_range_decides(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		assert_int_equal(accept_weight(wanted[i].accept, "application/json"), wanted[i].json);
		assert_int_equal(accept_weight(wanted[i].accept, "application/vnd.hex+erlang"), wanted[i].erlang);
	}
}

static void
a_content_type_is_named_with_any_parameters(void **state)
{
	(void)state;
	assert_true(media_type_is("application/json", "application/json"));
	assert_true(media_type_is(" Application/JSON ;charset=utf-8", "application/json"));
	assert_false(media_type_is("application/jsonx", "application/json"));
	assert_false(media_type_is("", "application/json"));
	assert_false(media_type_is(NULL, "application/json"));
}

TESTS(accept,
	TEST(the_most_specific_range_decides),
	TEST(a_content_type_is_named_with_any_parameters),
);
