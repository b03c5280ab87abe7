/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a user writes into the build tool's file to depend on a Hex package.
 */
#include "unit.h"

#include "formats/hex_snippet.h"

struct snippet_case {
	struct hex_snippet given;
	const char *mix;
	const char *rebar;
	const char *erlang_mk;
};

static const struct snippet_case cases[] = {
	{ { "plug", "plug", "1.16.1", NULL }, "{:plug, \"~> 1.16\"}", "{plug, \"1.16.1\"}", "dep_plug = hex 1.16.1" },
	{ { NULL, "plug", "1.16.1", NULL }, "{:plug, \"~> 1.16\"}", "{plug, \"1.16.1\"}", "dep_plug = hex 1.16.1" },
	{ { "", "plug", "1.16.1", NULL }, "{:plug, \"~> 1.16\"}", "{plug, \"1.16.1\"}", "dep_plug = hex 1.16.1" },
	{ { "app", "plug", "1.16.1", NULL }, "{:app, \"~> 1.16\", hex: :plug}", "{app, \"1.16.1\", {pkg, plug}}",
	  "dep_plug = hex 1.16.1" },
	{ { NULL, "plug", "1.0.0", "acme" }, "{:plug, \"~> 1.0\", organization: \"acme\"}", "{plug, \"1.0.0\"}",
	  "dep_plug = hex 1.0.0" },
	{ { "app", "plug", "1.0.0", "acme" }, "{:app, \"~> 1.0\", hex: :plug, organization: \"acme\"}",
	  "{app, \"1.0.0\", {pkg, plug}}", "dep_plug = hex 1.0.0" },
	/* Before 1.0.0 a minor version may break things. */
	{ { NULL, "plug", "0.1.2", NULL }, "{:plug, \"~> 0.1.2\"}", "{plug, \"0.1.2\"}", "dep_plug = hex 0.1.2" },
	{ { NULL, "plug", "0.0.0", NULL }, "{:plug, \"~> 0.0.0\"}", "{plug, \"0.0.0\"}", "dep_plug = hex 0.0.0" },
	/* Only one that names a prerelease matches it. */
	{ { NULL, "plug", "2.0.0-rc.1", NULL }, "{:plug, \"~> 2.0.0-rc.1\"}", "{plug, \"2.0.0-rc.1\"}",
	  "dep_plug = hex 2.0.0-rc.1" },
	{ { NULL, "plug", "0.1.0-dev", NULL }, "{:plug, \"~> 0.1.0-dev\"}", "{plug, \"0.1.0-dev\"}",
	  "dep_plug = hex 0.1.0-dev" },
	{ { NULL, "plug", "99999999999999.99999999999999.0", NULL }, "{:plug, \"~> 99999999999999.99999999999999\"}",
	  "{plug, \"99999999999999.99999999999999.0\"}", "dep_plug = hex 99999999999999.99999999999999.0" },
	/* Names that are no plain atoms. */
	{ { "my-app", "plug", "1.0.0", NULL }, "{:\"my-app\", \"~> 1.0\", hex: :plug}",
	  "{'my-app', \"1.0.0\", {pkg, plug}}", "dep_plug = hex 1.0.0" },
	{ { "App", "plug", "1.0.0", NULL }, "{:\"App\", \"~> 1.0\", hex: :plug}",
	  "{'App', \"1.0.0\", {pkg, plug}}", "dep_plug = hex 1.0.0" },
	{ { "a'b\"c\\d#{e}", "plug", "1.0.0", NULL }, "{:\"a'b\\\"c\\\\d\\#{e}\", \"~> 1.0\", hex: :plug}",
	  "{'a\\'b\"c\\\\d#{e}', \"1.0.0\", {pkg, plug}}", "dep_plug = hex 1.0.0" },
	{ { NULL, "maybe", "1.0.0", NULL }, "{:maybe, \"~> 1.0\"}", "{'maybe', \"1.0.0\"}", "dep_maybe = hex 1.0.0" },
	{ { "end", "if", "1.0.0", NULL }, "{:end, \"~> 1.0\", hex: :if}", "{'end', \"1.0.0\", {pkg, 'if'}}",
	  "dep_if = hex 1.0.0" },
	{ { "lemonB_2", "lemon", "1.0.0", NULL }, "{:lemonB_2, \"~> 1.0\", hex: :lemon}",
	  "{lemonB_2, \"1.0.0\", {pkg, lemon}}", "dep_lemon = hex 1.0.0" },
};

static void
each_build_tool_has_its_way_to_depend_on_a_package(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_string_equal(hex_snippet_mix(arena, &cases[i].given), cases[i].mix);
		assert_string_equal(hex_snippet_rebar(arena, &cases[i].given), cases[i].rebar);
		assert_string_equal(hex_snippet_erlang_mk(arena, &cases[i].given), cases[i].erlang_mk);
	}
}

TESTS(hex_snippet,
	TEST(each_build_tool_has_its_way_to_depend_on_a_package)
);
