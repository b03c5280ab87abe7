/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The simple API's page of a project, byte by byte.
 */
#include "unit.h"

#include "base/buf.h"
#include "index/pypi_simple.h"
#include "pypifile.h"

#define URL "https://registry.example/there/files/pypi/" GIVEN_PATH

static const char *
html_of(const struct pypi_file *f)
{
	struct buf b = buf_on(arena);

	pypi_simple_html_file(&b, &given_site, f);
	return buf_text(&b);
}

static const char *
json_of(const struct pypi_file *f)
{
	struct buf b = buf_on(arena);

	pypi_simple_json_file(&b, &given_site, f);
	return buf_text(&b);
}

static void
a_page_in_html_has_the_bytes_that_consumers_match(void **state)
{
	struct pypi_project p = given_project();
	struct pypi_file f = given_sdist();
	struct buf b = buf_on(arena);

	(void)state;
	f.requires_python = ">=3.8";
	pypi_simple_html_head(&b, &p);
	pypi_simple_html_file(&b, &given_site, &f);
	pypi_simple_html_tail(&b, 42);
	assert_string_equal(buf_text(&b),
		"<!DOCTYPE html>\n"
		"<html lang=\"en\">\n"
		"  <head>\n"
		"    <meta name=\"pypi:repository-version\" content=\"1.4\">\n"
		"<meta name=\"pypi:project-status\" content=\"active\">    <title>Links for foo-bar</title>\n"
		"  </head>\n"
		"  <body>\n"
		"    <h1>Links for foo-bar</h1>\n"
		"<a href=\"" URL "foo_bar-1.0.tar.gz#sha256=" GIVEN_SHA256 "\" data-requires-python=\"&gt;=3.8\" >"
		"foo_bar-1.0.tar.gz</a><br />\n"
		"</body>\n"
		"</html>\n"
		"<!--SERIAL 42-->");
}

static void
a_page_without_files_is_a_head_and_a_tail(void **state)
{
	struct pypi_project p = given_project();
	struct buf html = buf_on(arena), json = buf_on(arena);

	(void)state;
	pypi_simple_html_head(&html, &p);
	pypi_simple_html_tail(&html, 1);
	assert_non_null(strstr(buf_text(&html), "    <h1>Links for foo-bar</h1>\n</body>\n"));
	pypi_simple_json_head(&json);
	pypi_simple_json_tail(&json, &p, 1, NULL, 0);
	assert_string_equal(buf_text(&json),
		"{\"files\":[],\"meta\":{\"_last-serial\":1,\"api-version\":\"1.4\"},\"name\":\"foo-bar\","
		"\"project-status\":{\"status\":\"active\"},\"versions\":[]}");
}

static void
a_blank_stands_before_the_end_of_an_anchor_without_metadata(void **state)
{
	struct pypi_file f = given_sdist();

	(void)state;
	assert_string_equal(html_of(&f), "<a href=\"" URL "foo_bar-1.0.tar.gz#sha256=" GIVEN_SHA256 "\" >"
			    "foo_bar-1.0.tar.gz</a><br />\n");
	f = given_wheel();
	assert_string_equal(html_of(&f), "<a href=\"" URL "foo_bar-1.0-py3-none-any.whl#sha256=" GIVEN_SHA256 "\" "
			    "data-dist-info-metadata=\"sha256=" GIVEN_METADATA "\" "
			    "data-core-metadata=\"sha256=" GIVEN_METADATA "\">foo_bar-1.0-py3-none-any.whl</a><br />\n");
}

static void
a_yanked_file_says_why_or_nothing(void **state)
{
	struct pypi_file f = given_sdist();

	(void)state;
	f.yanked = true;
	assert_non_null(strstr(html_of(&f), "\" data-yanked=\"\" >foo_bar"));
	assert_non_null(strstr(json_of(&f), "\"yanked\":true}"));
	f.yank_message = "";
	assert_non_null(strstr(json_of(&f), "\"yanked\":true}"));
	f.yank_message = "it's \"bad\" & <worse>";
	assert_non_null(strstr(html_of(&f), " data-yanked=\"it&#39;s &quot;bad&quot; &amp; &lt;worse&gt;\" >"));
	assert_non_null(strstr(json_of(&f), "\"yanked\":\"it's \\\"bad\\\" & <worse>\"}"));
}

static void
a_file_in_json_has_every_member_and_no_null_where_a_client_fails_on_it(void **state)
{
	struct pypi_file f = given_wheel();

	(void)state;
	assert_string_equal(json_of(&f),
		"{\"core-metadata\":{\"sha256\":\"" GIVEN_METADATA "\"},\"filename\":\"foo_bar-1.0-py3-none-any.whl\","
		"\"hashes\":{\"sha256\":\"" GIVEN_SHA256 "\"},\"provenance\":null,\"requires-python\":null,\"size\":4096,"
		"\"upload-time\":\"2026-03-02T10:00:00.050000Z\",\"url\":\"" URL "foo_bar-1.0-py3-none-any.whl\","
		"\"yanked\":false}");
	assert_null(strstr(json_of(&f), "dist-info"));
	f = given_sdist();
	f.uploaded_at -= 50000;
	f.requires_python = "<4,>=3.8";
	assert_string_equal(json_of(&f),
		"{\"core-metadata\":false,\"filename\":\"foo_bar-1.0.tar.gz\","
		"\"hashes\":{\"sha256\":\"" GIVEN_SHA256 "\"},\"provenance\":null,\"requires-python\":\"<4,>=3.8\","
		"\"size\":4096,\"upload-time\":\"2026-03-02T10:00:00Z\",\"url\":\"" URL "foo_bar-1.0.tar.gz\","
		"\"yanked\":false}");
}

static void
a_file_with_provenance_says_where_it_is(void **state)
{
	struct pypi_file f = given_wheel();

	(void)state;
	f.has_provenance = true;
	assert_non_null(strstr(html_of(&f), GIVEN_METADATA "\" data-provenance=\"https://registry.example/there/integrity/"
			       "foo-bar/1.0/foo_bar-1.0-py3-none-any.whl/provenance\">"));
	assert_non_null(strstr(json_of(&f), ",\"provenance\":\"https://registry.example/there/integrity/foo-bar/1.0/"
			       "foo_bar-1.0-py3-none-any.whl/provenance\","));
}

static void
a_status_is_shown_with_its_reason_escaped(void **state)
{
	struct pypi_project p = given_project();
	struct buf html = buf_on(arena), json = buf_on(arena);
	static const char *const versions[] = { "0.9", "1.0" };

	(void)state;
	p.status = "deprecated";
	p.status_reason = "use \"baz\"\n";
	pypi_simple_html_head(&html, &p);
	assert_non_null(strstr(buf_text(&html), "<meta name=\"pypi:project-status\" content=\"deprecated\">"
			       "<meta name=\"pypi:project-status-reason\" content=\"use &quot;baz&quot;\n\">    <title>"));
	pypi_simple_json_tail(&json, &p, 9, versions, 2);
	assert_string_equal(buf_text(&json),
		"],\"meta\":{\"_last-serial\":9,\"api-version\":\"1.4\"},\"name\":\"foo-bar\",\"project-status\":"
		"{\"reason\":\"use \\\"baz\\\"\\n\",\"status\":\"deprecated\"},\"versions\":[\"0.9\",\"1.0\"]}");
}

static void
a_file_name_stays_readable_in_its_address_unless_it_would_end_it(void **state)
{
	struct pypi_file f = given_sdist();

	(void)state;
	f.path = "packages/33/33/3/foo-1!1.0+a.tar.gz";
	assert_non_null(strstr(json_of(&f), "/files/pypi/packages/33/33/3/foo-1!1.0+a.tar.gz\""));
	f.path = "packages/33/33/3/a b#?\"<%\xc3\xa9.zip";
	assert_non_null(strstr(json_of(&f), "/3/a%20b%23%3F%22%3C%25%C3%A9.zip\""));
}

TESTS(pypi_simple,
	TEST(a_page_in_html_has_the_bytes_that_consumers_match),
	TEST(a_page_without_files_is_a_head_and_a_tail),
	TEST(a_blank_stands_before_the_end_of_an_anchor_without_metadata),
	TEST(a_yanked_file_says_why_or_nothing),
	TEST(a_file_in_json_has_every_member_and_no_null_where_a_client_fails_on_it),
	TEST(a_file_with_provenance_says_where_it_is),
	TEST(a_status_is_shown_with_its_reason_escaped),
	TEST(a_file_name_stays_readable_in_its_address_unless_it_would_end_it)
);
