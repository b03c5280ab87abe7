/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Documents as JSON text. json-c serves as the reference: it reads what we
 * wrote and has to write the same bytes again.
 */
#include "unit.h"

#include <float.h>
#include <math.h>

#include <json-c/json.h>

#include "base/buf.h"
#include "wire/dialect.h"
#include "wire/json.h"

static const char *
written(const struct doc *d, const struct dialect *dialect)
{
	struct buf b = buf_on(arena);

	json_write(&b, d, dialect);
	assert_int_equal(strlen(buf_text(&b)), b.len);
	return buf_text(&b);
}

static const char *
text_written(struct span s)
{
	struct buf b = buf_on(arena);

	json_write_text(&b, s);
	return buf_text(&b);
}

/* The text as json-c writes it. */
static const char *
reference(const char *text)
{
	struct json_object *tree = json_tokener_parse(text);
	const char *copy;

	assert_non_null(tree);
	copy = arena_strdup(arena, json_object_to_json_string_ext(tree,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(tree);
	return copy;
}

static void
a_document_is_written_as_json_c_does(void **state)
{
	struct doc *map = doc_map(arena);
	struct doc *list;
	const char *text;

	(void)state;
	doc_text(map, "name", "serde/json");
	doc_text(map, "escapes", "\" \\ / \b \f \n \r \t \x01 \x1f \x7f");
	doc_text(map, "unicode", "h\xc3\xa9llo \xe2\x82\xac \xf0\x9f\x98\x80");
	doc_span(map, "nul", span_make("a\0b", 3));
	doc_text(map, "\"key\"\n", "");
	doc_int(map, "least", INT64_MIN);
	doc_int(map, "zero", 0);
	doc_uint(map, "most", UINT64_MAX);
	doc_real(map, "half", 0.5);
	doc_bool(map, "yes", true);
	doc_null(map, "nothing");
	doc_add_map(map, "empty_map");
	doc_add_list(map, "empty_list");
	list = doc_add_list(map, "list");
	doc_bool(list, NULL, false);
	doc_text(doc_add_map(list, NULL), "in", "side");
	doc_put(list, NULL, doc_scalar_null(arena));

	text = written(map, NULL);
	assert_string_equal(text, reference(text));
	assert_non_null(strstr(text, "\"escapes\":\"\\\" \\\\ / \\b \\f \\n \\r \\t \\u0001 \\u001f \x7f\""));
	assert_non_null(strstr(text, "\"nul\":\"a\\u0000b\""));
}

static void
every_character_is_written_as_json_c_does(void **state)
{
	struct doc *list = doc_list(arena);
	const char *text;

	(void)state;
	for (int c = 0; c < 128; c++) {
		char *around = arena_dup(arena, "abcde", 5);

		doc_span(list, NULL, span_make(arena_dup(arena, &(char){ (char)c }, 1), 1));
		around[2] = (char)c;
		doc_span(list, NULL, span_make(around, 5));
	}
	text = written(list, NULL);
	assert_string_equal(text, reference(text));
}

static uint32_t
chance(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 16;
}

static void
fill(struct doc *to, uint32_t *seed, int depth)
{
	static const char *const texts[] = { "", "plain", "a\"b", "\xc3\xa9\\", "\n\n", "<&>/", "\xf0\x9f\x98\x80\x01" };
	uint32_t members = chance(seed) % 8;

	for (uint32_t i = 0; i < members; i++) {
		const char *key = to->kind == DOC_MAP ? arena_printf(arena, "%u%s", i, texts[chance(seed) % 7]) : NULL;

		switch (chance(seed) % 6) {
		case 0:
			doc_int(to, key, (int64_t)chance(seed) - (int64_t)chance(seed));
			break;
		case 1:
			doc_real(to, key, (double)chance(seed) / 7);
			break;
		case 2:
			doc_bool(to, key, chance(seed) % 2);
			break;
		case 3:
			doc_text(to, key, texts[chance(seed) % 7]);
			break;
		default:
			if (depth > 0)
				fill(chance(seed) % 2 ? doc_add_map(to, key) : doc_add_list(to, key), seed, depth - 1);
			else
				doc_null(to, key);
		}
	}
}

static void
arbitrary_documents_survive_json_c_and_our_own_reader(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 300; i++) {
		struct doc *map = doc_map(arena);
		const struct doc *again;
		const char *text;

		fill(map, &seed, 5);
		text = written(map, NULL);
		assert_string_equal(text, reference(text));
		again = json_read(arena, fault, span_of(text));
		assert_non_null(again);
		assert_string_equal(written(again, NULL), text);
		arena_clear(arena);
	}
}

static void
invalid_utf8_becomes_replacement_characters(void **state)
{
	(void)state;
	assert_string_equal(text_written(SPAN("a\xff" "b")), "\"a\xef\xbf\xbd" "b\"");
	assert_string_equal(text_written(SPAN("\n\xc3")), "\"\\n\xef\xbf\xbd\"");
	assert_string_equal(text_written(SPAN("\xed\xa0\x80\"")), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\\\"\"");
	assert_string_equal(text_written(span_make(NULL, 0)), "\"\"");
}

static void
numbers_read_back_as_what_they_were(void **state)
{
	static const double numbers[] = {
		0.1, 1.0 / 3, DBL_MAX, DBL_MIN, 5e-324, 1e15, 1e16, 123456789.125, -0.0, 1e300,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct doc *list = doc_list(arena);

		doc_real(list, NULL, numbers[i]);
		assert_true(strtod(written(list, NULL) + 1, NULL) == numbers[i]);
	}
}

static void
a_whole_real_number_keeps_its_point(void **state)
{
	struct doc *list = doc_list(arena);

	(void)state;
	doc_real(list, NULL, 3);
	doc_real(list, NULL, 0.1);
	doc_real(list, NULL, 1e300);
	assert_string_equal(written(list, NULL), "[3.0,0.1,1e+300]");
}

static void
numbers_that_json_lacks_become_null(void **state)
{
	struct doc *list = doc_list(arena);

	(void)state;
	doc_real(list, NULL, (double)NAN);
	doc_real(list, NULL, (double)INFINITY);
	doc_real(list, NULL, -(double)INFINITY);
	assert_string_equal(written(list, NULL), "[null,null,null]");
}

static void
times_dates_and_bytes_become_text(void **state)
{
	static const struct dialect dialect = { .fraction_digits = 6, .zone = "+00:00" };
	struct doc *map = doc_map(arena);

	(void)state;
	doc_time(map, "t", INT64_C(1767700800123456));
	doc_date(map, "d", INT64_C(1767657600000000));
	doc_bytes(map, "b", span_make("\0\xff", 2));
	assert_string_equal(written(map, &dialect),
		"{\"t\":\"2026-01-06T12:00:00.123456+00:00\",\"d\":\"2026-01-06\",\"b\":\"AP8=\"}");
	assert_string_equal(written(map, NULL),
		"{\"t\":\"2026-01-06T12:00:00Z\",\"d\":\"2026-01-06\",\"b\":\"AP8=\"}");
}

static void
stored_json_is_written_as_it_stands(void **state)
{
	struct doc *map = doc_map(arena);

	(void)state;
	doc_raw(map, "raw", SPAN("{\"a\": [1]}"));
	doc_raw(map, "empty", SPAN(""));
	assert_string_equal(written(map, NULL), "{\"raw\":{\"a\": [1]},\"empty\":null}");
}

static void
a_dialect_may_escape_html(void **state)
{
	static const struct dialect dialect = { .escape_html = true };
	struct doc *map = doc_map(arena);

	(void)state;
	doc_text(map, "<k>", "a<b>&\n\xc3\xa9");
	doc_raw(map, "raw", SPAN("[\"<x>\\n\"]"));
	assert_string_equal(written(map, &dialect),
		"{\"\\u003Ck\\u003E\":\"a\\u003Cb\\u003E\\u0026\\n\xc3\xa9\",\"raw\":[\"\\u003Cx\\u003E\\n\"]}");
	assert_string_equal(written(map, NULL), "{\"<k>\":\"a<b>&\\n\xc3\xa9\",\"raw\":[\"<x>\\n\"]}");
}

static void
text_of_any_length_is_written(void **state)
{
	(void)state;
	for (size_t len = 0; len < 300; len++) {
		char *text = arena_dup(arena, arena_printf(arena, "%0300d", 0), len);
		const char *json;

		if (len % 3 == 0 && len > 0)
			text[len - 1] = '\n';
		json = text_written(span_make(text, len));
		assert_int_equal(strlen(json), len + 2 + (len % 3 == 0 && len > 0));
	}
}

TESTS(json_write,
	TEST(a_document_is_written_as_json_c_does),
	TEST(every_character_is_written_as_json_c_does),
	TEST(arbitrary_documents_survive_json_c_and_our_own_reader),
	TEST(invalid_utf8_becomes_replacement_characters),
	TEST(numbers_read_back_as_what_they_were),
	TEST(a_whole_real_number_keeps_its_point),
	TEST(numbers_that_json_lacks_become_null),
	TEST(times_dates_and_bytes_become_text),
	TEST(stored_json_is_written_as_it_stands),
	TEST(a_dialect_may_escape_html),
	TEST(text_of_any_length_is_written)
);
