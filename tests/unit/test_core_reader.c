/* SPDX-License-Identifier: Apache-2.0 */
/*
 * METADATA and PKG-INFO as headers of a message.
 */
#include "unit.h"

#include "base/buf.h"
#include "formats/core_metadata.h"
#include "formats/core_reader.h"

static struct core_metadata
read_span(struct span text)
{
	struct core_metadata m;

	fault_clear(fault);
	if (!core_reader_parse(arena, fault, text, &m))
		fail_msg("%s", fault->message);
	assert_false(fault_is_set(fault));
	return m;
}

static struct core_metadata
read_text(const char *text)
{
	return read_span(span_of(text));
}

static void
assert_text(struct span got, const char *wanted)
{
	if (!span_is(got, wanted) || !got.at)
		fail_msg("\"%.*s\", not \"%s\"", (int)got.len, got.at ? got.at : "", wanted);
}

static void
assert_refused(struct span text, const char *message)
{
	struct core_metadata m;

	fault_clear(fault);
	assert_false(core_reader_parse(arena, fault, text, &m));
	assert_int_equal(fault->kind, FAULT_BAD_REQUEST);
	assert_string_equal(fault->message, message);
}

static void
headers_and_body_are_read(void **state)
{
	struct core_metadata m = read_text("Metadata-Version: 2.1\n"
					   "Name: some-thing\n"
					   "VERSION:1.0\n"
					   "summary: \t \xc3\xa4 colon: here \n"
					   "Classifier: A :: B\n"
					   "Requires-Dist: x; extra == 'y'\n"
					   "Unknown-Header: whatever\n"
					   "classifier: C :: D\n"
					   "Project-URL: Home, https://home.example\n"
					   "\n"
					   "# Title\n\nText: with a colon\n");

	(void)state;
	assert_text(m.metadata_version, "2.1");
	assert_text(m.name, "some-thing");
	assert_text(m.version, "1.0");
	assert_text(m.summary, "\xc3\xa4 colon: here");
	assert_int_equal(m.classifiers.count, 2);
	assert_text(m.classifiers.at[0], "A :: B");
	assert_text(m.classifiers.at[1], "C :: D");
	assert_int_equal(m.requires_dist.count, 1);
	assert_text(m.project_urls.at[0], "Home, https://home.example");
	assert_text(m.description, "# Title\n\nText: with a colon\n");
	assert_null(m.author.at);
	assert_int_equal(m.license_files.count, 0);
}

static void
every_field_has_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < CORE_FIELDS; i++) {
		const struct core_field *f = &core_fields[i];
		struct core_metadata m = read_text(arena_printf(arena, "%s: value %zu", f->header, i));
		struct span got = f->multiple ? core_texts(&m, f)->at[0] : *core_text(&m, f);

		assert_text(got, arena_printf(arena, "value %zu", i));
		assert_true(!f->multiple || core_texts(&m, f)->count == 1);
	}
}

static void
lines_may_end_in_three_ways(void **state)
{
	struct core_metadata m = read_text("Name: a\r\nVersion: 1\rSummary: s\nLicense: l1\r\n  l2\r\n\r\nbody\r\nmore");

	(void)state;
	assert_text(m.name, "a");
	assert_text(m.version, "1");
	assert_text(m.summary, "s");
	assert_text(m.license, "l1\r\n  l2");
	assert_text(m.description, "body\r\nmore");
}

static void
continuation_lines_belong_to_the_header_before(void **state)
{
	struct core_metadata m = read_text("  lost\nLicense: one\n\ttwo\n three: four\nName: a\nX: y\n z\nKeywords:\n  k\n");

	(void)state;
	assert_text(m.license, "one\n\ttwo\n three: four");
	assert_text(m.name, "a");
	assert_text(m.keywords, "k");
	assert_null(m.description.at);
}

static void
a_description_in_a_header_loses_its_indent(void **state)
{
	struct core_metadata m = read_text("Description: first\n"
					   "        second\n"
					   "          indented\n"
					   "       |\n"
					   "       |piped\n"
					   "    little\n"
					   "Name: a\n");

	(void)state;
	assert_text(m.description, "first\nsecond\n  indented\n\npiped\n    little");
	assert_text(m.name, "a");
	m = read_text("Name: a\nDescription: only\n\n \n");
	assert_text(m.description, "only");
}

static void
unknown_and_empty_values_are_absent(void **state)
{
	struct core_metadata m = read_text("Name:\nVersion:  \nSummary: UNKNOWN\nPlatform: UNKNOWN\nPlatform: linux\n"
					   "Platform:\nAuthor: UNKNOWN author\nDescription: UNKNOWN\n\n\n");

	(void)state;
	assert_null(m.name.at);
	assert_null(m.version.at);
	assert_null(m.summary.at);
	assert_int_equal(m.platforms.count, 1);
	assert_text(m.platforms.at[0], "linux");
	assert_text(m.author, "UNKNOWN author");
	assert_null(m.description.at);
	assert_null(read_text("Name: a\n\nUNKNOWN\n").description.at);
	assert_null(read_text("").name.at);
}

static void
what_is_no_header_begins_the_body(void **state)
{
	struct core_metadata m = read_text("From someone\nName: a\n: nothing\nVersion: 1\nno header\nSummary: not one\n");

	(void)state;
	assert_text(m.name, "a");
	assert_text(m.version, "1");
	assert_null(m.summary.at);
	assert_text(m.description, "no header\nSummary: not one\n");
	assert_text(read_text("Two words: x\n").description, "Two words: x\n");
	assert_text(read_text("\nName: a").description, "Name: a");
	assert_text(read_text("Name: a\nFrom here\nVersion: 1\nFrom there\nall text\n").description, "From there\nall text\n");
	assert_text(read_text("From here\ntext\n").description, "text\n");
	assert_text(read_text("N\xc3\xa4me: a").description, "N\xc3\xa4me: a");
}

static void
single_headers_occur_once(void **state)
{
	(void)state;
	assert_refused(SPAN("Name: a\nname: a\n"), "'name' has invalid data");
	assert_refused(SPAN("Home-page:\nHome-Page: x\n"), "'home-page' has invalid data");
	assert_refused(SPAN("Description: a\nDescription: b\n"), "'description' has invalid data");
	assert_refused(SPAN("Description: a\n\nb\n"), "'description' has invalid data");
}

static void
other_than_text_is_refused(void **state)
{
	(void)state;
	assert_refused(SPAN("Name: a\0b\n"), "Metadata is not UTF-8 text");
	assert_refused(SPAN("Name: a\n\n\xff\n"), "Metadata is not UTF-8 text");
	assert_refused(SPAN("Author: \xe4\n"), "Metadata is not UTF-8 text");
}

static void
limits_hold(void **state)
{
	struct buf b = buf_on(arena);
	char *large = arena_alloc(arena, CORE_READER_MAX_SIZE + 1);

	(void)state;
	for (size_t i = 0; i < CORE_READER_MAX_HEADERS; i++)
		buf_puts(&b, i % 2 ? "Classifier: x\n" : "Other: x\n");
	assert_int_equal(read_span(buf_span(&b)).classifiers.count, CORE_READER_MAX_HEADERS / 2);
	buf_puts(&b, "Other: x\n");
	assert_refused(buf_span(&b), "Metadata has more than 10000 headers");
	memset(large, '\n', CORE_READER_MAX_SIZE + 1);
	assert_null(read_span(span_make(large, CORE_READER_MAX_SIZE)).name.at);
	assert_refused(span_make(large, CORE_READER_MAX_SIZE + 1), "Metadata is larger than 4194304 bytes");
}

TESTS(core_reader,
	TEST(headers_and_body_are_read),
	TEST(every_field_has_its_place),
	TEST(lines_may_end_in_three_ways),
	TEST(continuation_lines_belong_to_the_header_before),
	TEST(a_description_in_a_header_loses_its_indent),
	TEST(unknown_and_empty_values_are_absent),
	TEST(what_is_no_header_begins_the_body),
	TEST(single_headers_occur_once),
	TEST(other_than_text_is_refused),
	TEST(limits_hold)
);
