/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simple API's list of projects, byte by byte.
 */
#include "unit.h"

#include "base/buf.h"
#include "index/pypi_list.h"
#include "pypifile.h"

static const struct pypi_entry entry = { .name = "Foo_Bar", .canonical_name = "foo-bar", .last_serial = 7 };

static void
the_list_in_html_ends_without_a_line_break(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	pypi_list_html_head(&b);
	pypi_list_html_entry(&b, &given_site, &entry);
	pypi_list_html_tail(&b);
	assert_string_equal(buf_text(&b),
		"<!DOCTYPE html>\n"
		"<html lang=\"en\">\n"
		"  <head>\n"
		"    <meta name=\"pypi:repository-version\" content=\"1.4\">\n"
		"    <title>Simple index</title>\n"
		"  </head>\n"
		"  <body>\n"
		"<a href=\"/there/simple/foo-bar/\">Foo_Bar</a>\n"
		"</body>\n"
		"</html>");
}

static void
the_list_in_json_has_the_serials_that_mirrors_go_by(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	pypi_list_json_head(&b, 42);
	pypi_list_json_entry(&b, &entry);
	pypi_list_json_tail(&b);
	assert_string_equal(buf_text(&b), "{\"meta\":{\"_last-serial\":42,\"api-version\":\"1.4\"},"
			    "\"projects\":[{\"_last-serial\":7,\"name\":\"Foo_Bar\"}]}");
}

TESTS(pypi_list,
	TEST(the_list_in_html_ends_without_a_line_break),
	TEST(the_list_in_json_has_the_serials_that_mirrors_go_by)
);
