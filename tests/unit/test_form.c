/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Form bodies into documents: tests/data/form.valid, form.invalid, and what a
 * table cannot say.
 */
#include "unit.h"

#include "base/buf.h"
#include "table.h"
#include "wire/form.h"
#include "wire/json.h"
#include "wire/serializer.h"

/* The document as JSON, or why there is none. */
static const char *
outcome(struct span text)
{
	struct buf b = buf_on(arena);
	const struct doc *d;

	fault_clear(fault);
	d = form_read(arena, fault, text);
	assert_true((d != NULL) != fault_is_set(fault));
	assert_true(d || fault->kind == FAULT_BAD_REQUEST);
	if (!d)
		return fault->message;
	json_write(&b, d, NULL);
	return buf_text(&b);
}

static void
fields_and_the_steps_of_their_names_are_read(void **state)
{
	(void)state;
	assert_true(table_check("form.valid", outcome) > 30);
}

static void
what_is_no_form_is_refused_with_the_field(void **state)
{
	(void)state;
	assert_true(table_check("form.invalid", outcome) > 20);
}

static void
an_empty_body_is_an_empty_map(void **state)
{
	(void)state;
	assert_string_equal(outcome(SPAN("")), "{}");
	assert_string_equal(outcome(span_make(NULL, 0)), "{}");
	assert_string_equal(outcome(SPAN("&")), "{}");
}

static void
a_plain_nul_is_refused(void **state)
{
	(void)state;
	assert_string_equal(outcome(SPAN("a=b\0c")), "NUL character in field 1");
}

static void
the_number_of_fields_is_bounded(void **state)
{
	struct buf b = buf_on(arena);

	(void)state;
	for (int i = 0; i < FORM_FIELDS; i++)
		buf_puts(&b, "a[]=x&&");
	assert_int_equal(doc_find(form_read(arena, fault, buf_span(&b)), "a")->count, FORM_FIELDS);
	buf_puts(&b, "b");
	assert_string_equal(outcome(buf_span(&b)), "more than 1000 fields");
}

static void
what_is_read_does_not_point_into_the_body(void **state)
{
	char body[] = "name=value&a[b]=c";
	const struct doc *d = form_read(arena, fault, span_make(body, sizeof(body) - 1));

	(void)state;
	memset(body, 'x', sizeof(body));
	assert_string_equal(doc_find_text(d, "name"), "value");
	assert_string_equal(doc_find_text(doc_find(d, "a"), "b"), "c");
}

static void
the_codec_only_reads(void **state)
{
	(void)state;
	assert_string_equal(codec_form.name, "form");
	assert_string_equal(doc_find_text(codec_form.read(arena, fault, SPAN("a=b")), "a"), "b");
	assert_null(codec_form.write);
}

TESTS(form,
	TEST(fields_and_the_steps_of_their_names_are_read),
	TEST(what_is_no_form_is_refused_with_the_field),
	TEST(an_empty_body_is_an_empty_map),
	TEST(a_plain_nul_is_refused),
	TEST(the_number_of_fields_is_bounded),
	TEST(what_is_read_does_not_point_into_the_body),
	TEST(the_codec_only_reads));
