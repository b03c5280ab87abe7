/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The JSON API's document, byte by byte.
 */
#include "unit.h"

#include "base/buf.h"
#include "index/pypi_json.h"
#include "pypifile.h"

#define URL "https://registry.example/there/files/pypi/" GIVEN_PATH
#define SDIST \
	"{\"comment_text\":null,\"core-metadata\":false,\"digests\":{\"blake2b_256\":\"" GIVEN_BLAKE2 "\"," \
	"\"md5\":\"" GIVEN_MD5 "\",\"sha256\":\"" GIVEN_SHA256 "\"},\"downloads\":-1," \
	"\"filename\":\"foo_bar-1.0.tar.gz\",\"has_sig\":false,\"md5_digest\":\"" GIVEN_MD5 "\"," \
	"\"packagetype\":\"sdist\",\"python_version\":\"source\",\"requires_python\":null,\"size\":4096," \
	"\"upload_time\":\"2026-03-02T10:00:00\",\"upload_time_iso_8601\":\"2026-03-02T10:00:00.050000Z\"," \
	"\"url\":\"" URL "foo_bar-1.0.tar.gz\",\"yanked\":false,\"yanked_reason\":null}"

static const char *
json_of(const struct pypi_file *f)
{
	struct buf b = buf_on(arena);

	pypi_json_file(&b, &given_site, f);
	return buf_text(&b);
}

static const char *
document_of(const struct pypi_project *p, const struct pypi_release *r)
{
	struct pypi_document d = { .project = p, .release = r };
	struct buf b = buf_on(arena);

	pypi_json_short_head(&b, &given_site, &d, 3);
	pypi_json_end(&b);
	return buf_text(&b);
}

static void
a_file_has_all_its_members_sorted(void **state)
{
	struct pypi_file f = given_sdist();

	(void)state;
	assert_string_equal(json_of(&f), SDIST);
}

static void
a_wheel_has_its_kind_and_the_digest_of_its_metadata(void **state)
{
	struct pypi_file f = given_wheel();

	(void)state;
	f.requires_python = ">=3.8";
	f.comment = "caf\xc3\xa9";
	assert_non_null(strstr(json_of(&f), "{\"comment_text\":\"caf\xc3\xa9\","
			       "\"core-metadata\":{\"sha256\":\"" GIVEN_METADATA "\"},"));
	assert_non_null(strstr(json_of(&f), "\"packagetype\":\"bdist_wheel\",\"python_version\":\"py3\","
			       "\"requires_python\":\">=3.8\","));
}

static void
a_fraction_of_zero_is_left_out_of_one_time_and_cut_off_the_other(void **state)
{
	struct pypi_file f = given_sdist();

	(void)state;
	f.uploaded_at -= 50000;
	assert_non_null(strstr(json_of(&f), "\"upload_time\":\"2026-03-02T10:00:00\","
			       "\"upload_time_iso_8601\":\"2026-03-02T10:00:00Z\""));
}

static void
an_empty_reason_of_a_yank_is_null(void **state)
{
	struct pypi_file f = given_sdist();

	(void)state;
	f.yanked = true;
	f.yank_message = "";
	assert_non_null(strstr(json_of(&f), "\"yanked\":true,\"yanked_reason\":null}"));
	f.yank_message = "broken";
	assert_non_null(strstr(json_of(&f), "\"yanked\":true,\"yanked_reason\":\"broken\"}"));
}

static void
the_list_of_a_release_is_closed_by_what_follows(void **state)
{
	struct pypi_file two[] = { given_sdist(), given_sdist() };
	struct buf b = buf_on(arena);

	(void)state;
	pypi_json_release(&b, "1.0", true);
	pypi_json_release(&b, "1.1", false);
	pypi_json_files(&b, &given_site, two, 2);
	pypi_json_between(&b);
	pypi_json_end(&b);
	assert_string_equal(buf_text(&b), "\"1.0\":[],\"1.1\":[" SDIST "," SDIST "]},\"urls\":[],\"vulnerabilities\":[]}\n");
}

static void
a_document_has_every_member_sorted_compact_and_a_line_break_at_its_end(void **state)
{
	static const struct pypi_role roles[] = { { "owner", "ada" }, { "maintainer", "bob" } };
	struct pypi_project p = given_project();
	struct pypi_release r = { .version = "1.0+a", .summary = "S", .requires_python = ">=3.8" };
	struct pypi_file f = given_sdist();
	struct pypi_document d = {
		.project = &p, .release = &r,
		.roles = roles, .role_count = 2, .organization = "acme",
	};
	struct buf b = buf_on(arena);

	(void)state;
	pypi_json_head(&b, &given_site, &d, 42);
	pypi_json_release(&b, "1.0+a", true);
	pypi_json_between(&b);
	pypi_json_files(&b, &given_site, &f, 1);
	pypi_json_end(&b);
	assert_string_equal(buf_text(&b),
		"{\"info\":{\"author\":null,\"author_email\":null,\"bugtrack_url\":null,\"classifiers\":[],"
		"\"description\":\"\",\"description_content_type\":null,\"docs_url\":null,\"download_url\":null,"
		"\"downloads\":{\"last_day\":-1,\"last_month\":-1,\"last_week\":-1},\"dynamic\":null,\"home_page\":null,"
		"\"keywords\":null,\"license\":null,\"license_expression\":null,\"license_files\":null,"
		"\"maintainer\":null,\"maintainer_email\":null,\"name\":\"Foo_Bar\","
		"\"package_url\":\"https://registry.example/there/project/Foo_Bar/\",\"platform\":null,"
		"\"project_url\":\"https://registry.example/there/project/Foo_Bar/\",\"project_urls\":null,"
		"\"provides_extra\":null,"
		"\"release_url\":\"https://registry.example/there/project/Foo_Bar/1.0+a/\",\"requires_dist\":null,"
		"\"requires_python\":\">=3.8\",\"summary\":\"S\",\"version\":\"1.0+a\",\"yanked\":false,"
		"\"yanked_reason\":null},\"last_serial\":42,"
		"\"ownership\":{\"organization\":\"acme\",\"roles\":[{\"role\":\"Owner\",\"user\":\"ada\"},"
		"{\"role\":\"Maintainer\",\"user\":\"bob\"}]},"
		"\"releases\":{\"1.0+a\":[]},\"urls\":[" SDIST "],\"vulnerabilities\":[]}\n");
}

static void
a_document_without_releases_does_not_have_the_member(void **state)
{
	struct pypi_project p = given_project();
	struct pypi_release r = { .version = "1.0" };

	(void)state;
	assert_non_null(strstr(document_of(&p, &r), ",\"last_serial\":3,\"ownership\":{\"organization\":null,\"roles\":[]},"
			       "\"urls\":[],\"vulnerabilities\":[]}\n"));
}

static void
stored_metadata_shows_as_it_is_and_the_labels_of_addresses_are_sorted(void **state)
{
	struct pypi_project p = given_project();
	struct pypi_release r = {
		.version = "1.0", .description = "# H\n\"\xf0\x9f\x90\x8d\"\x01", .description_content_type = "text/markdown",
		.yanked = true, .yank_message = "leaks",
		.metadata = SPAN("{\"author\": \"A \\u00e9\", \"unknown\": 1, \"version\": \"9\", \"license_files\": [], "
				 "\"classifiers\": [\"Z\", \"A\"], \"project_urls\": {\"a\": \"u:3\", \"B\": \"u:1\", "
				 "\"Ba\": \"u:2\"}, \"requires_dist\": [\"spam>3\"]}"),
	};
	const char *text = document_of(&p, &r);

	(void)state;
	assert_non_null(strstr(text, "{\"info\":{\"author\":\"A \xc3\xa9\",\"author_email\":null,"));
	assert_non_null(strstr(text, "\"classifiers\":[\"Z\",\"A\"],"));
	assert_non_null(strstr(text, "\"description\":\"# H\\n\\\"\xf0\x9f\x90\x8d\\\"\\u0001\","
			       "\"description_content_type\":\"text/markdown\","));
	assert_non_null(strstr(text, "\"license_files\":[],"));
	assert_non_null(strstr(text, "\"project_urls\":{\"B\":\"u:1\",\"Ba\":\"u:2\",\"a\":\"u:3\"},"));
	assert_non_null(strstr(text, "\"requires_dist\":[\"spam>3\"],"));
	assert_non_null(strstr(text, "\"version\":\"1.0\",\"yanked\":true,\"yanked_reason\":\"leaks\"}"));
	assert_null(strstr(text, "unknown"));
}

static void
metadata_that_cannot_be_read_counts_as_empty(void **state)
{
	struct pypi_project p = given_project();
	struct pypi_release r = { .version = "1.0", .metadata = SPAN("[\"author\"]") };

	(void)state;
	assert_non_null(strstr(document_of(&p, &r), "{\"author\":null,"));
	r.metadata = SPAN("{");
	assert_non_null(strstr(document_of(&p, &r), "{\"author\":null,"));
}

TESTS(pypi_json,
	TEST(a_file_has_all_its_members_sorted),
	TEST(a_wheel_has_its_kind_and_the_digest_of_its_metadata),
	TEST(a_fraction_of_zero_is_left_out_of_one_time_and_cut_off_the_other),
	TEST(an_empty_reason_of_a_yank_is_null),
	TEST(the_list_of_a_release_is_closed_by_what_follows),
	TEST(a_document_has_every_member_sorted_compact_and_a_line_break_at_its_end),
	TEST(a_document_without_releases_does_not_have_the_member),
	TEST(stored_metadata_shows_as_it_is_and_the_labels_of_addresses_are_sorted),
	TEST(metadata_that_cannot_be_read_counts_as_empty)
);
