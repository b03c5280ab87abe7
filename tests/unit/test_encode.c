/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes as text and back.
 */
#include "unit.h"

#include "base/buf.h"
#include "base/compiler.h"
#include "base/encode.h"

static void
hex_is_lower_case_and_read_in_both(void **state)
{
	unsigned char bytes[3];

	(void)state;
	assert_string_equal(encode_hex(arena, "\x00\xab\xff", 3), "00abff");
	assert_string_equal(encode_hex(arena, NULL, 0), "");
	assert_true(decode_hex(SPAN("00aBFf"), bytes, 3));
	assert_memory_equal(bytes, "\x00\xab\xff", 3);
}

static void
hex_of_another_length_or_alphabet_is_refused(void **state)
{
	unsigned char bytes[4];

	(void)state;
	assert_false(decode_hex(SPAN("00a"), bytes, 1));
	assert_false(decode_hex(SPAN("00aa"), bytes, 1));
	assert_false(decode_hex(SPAN("00"), bytes, 2));
	assert_false(decode_hex(SPAN("0g"), bytes, 1));
	assert_false(decode_hex(SPAN("0x"), bytes, 1));
	assert_false(decode_hex(SPAN(" 0"), bytes, 1));
	assert_false(decode_hex(SPAN("0\0"), bytes, 1));
	/* 2 × LEN would overflow to 0. */
	assert_false(decode_hex(SPAN(""), bytes, SIZE_MAX / 2 + 1));
}

/* The test vectors of RFC 4648 §10. */
static const struct {
	struct span bytes;
	const char *padded, *url;
} vectors[] = {
	{ SPAN(""), "", "" }, { SPAN("f"), "Zg==", "Zg" }, { SPAN("fo"), "Zm8=", "Zm8" },
	{ SPAN("foo"), "Zm9v", "Zm9v" }, { SPAN("foob"), "Zm9vYg==", "Zm9vYg" },
	{ SPAN("fooba"), "Zm9vYmE=", "Zm9vYmE" }, { SPAN("foobar"), "Zm9vYmFy", "Zm9vYmFy" },
	{ SPAN("\xfb\xff\x00"), "+/8A", "-_8A" },
};

static void
base64_agrees_with_the_rfc(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct span bytes = vectors[i].bytes;

		assert_string_equal(encode_base64(arena, bytes.at, bytes.len), vectors[i].padded);
		assert_string_equal(encode_base64url(arena, bytes.at, bytes.len), vectors[i].url);
		assert_true(span_equal(decode_base64(arena, span_of(vectors[i].padded)), bytes));
		assert_true(span_equal(decode_base64url(arena, span_of(vectors[i].url)), bytes));
		assert_non_null(decode_base64(arena, span_of(vectors[i].padded)).at);
	}
}

static void
padding_is_optional_for_base64url_only(void **state)
{
	(void)state;
	assert_true(span_is(decode_base64url(arena, SPAN("Zg==")), "f"));
	assert_true(span_is(decode_base64url(arena, SPAN("Zm8=")), "fo"));
	assert_null(decode_base64(arena, SPAN("Zg")).at);
	assert_null(decode_base64(arena, SPAN("Zm8")).at);
}

static void
malformed_base64_is_refused(void **state)
{
	static const struct span bad[] = {
		SPAN("Z"), SPAN("Zg="), SPAN("Z==="), SPAN("===="), SPAN("Zg==Zg=="), SPAN("Zm=v"),
		SPAN("Zm9v\n"), SPAN("Zm 9"), SPAN("Zm9\0"), SPAN("Zm9\xff"), SPAN("Zh=="), SPAN("Zm9="),
		SPAN("Zm9v="), SPAN("="),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_null(decode_base64(arena, bad[i]).at);
		assert_null(decode_base64url(arena, bad[i]).at);
	}
	assert_null(decode_base64(arena, SPAN("-_8A")).at);
	assert_null(decode_base64url(arena, SPAN("+/8A")).at);
}

static const char *
segment(struct span s)
{
	struct buf b = buf_on(arena);

	encode_path_segment(&b, s);
	return buf_text(&b);
}

static const char *
form(struct span s)
{
	struct buf b = buf_on(arena);

	encode_form(&b, s);
	return buf_text(&b);
}

static void
a_path_segment_escapes_all_but_the_unreserved(void **state)
{
	(void)state;
	assert_string_equal(segment(SPAN("1.0.0+b-c_d~e")), "1.0.0%2Bb-c_d~e");
	assert_string_equal(segment(SPAN("a/b?c#d%e f\0\xc3\xa4")), "a%2Fb%3Fc%23d%25e%20f%00%C3%A4");
	assert_string_equal(segment(SPAN("")), "");
}

static void
a_form_value_writes_a_space_as_plus(void **state)
{
	(void)state;
	assert_string_equal(form(SPAN("a b+c&d=e*f")), "a+b%2Bc%26d%3De*f");
}

static void
percent_decoding_is_binary_safe(void **state)
{
	(void)state;
	assert_true(span_equal(decode_percent(arena, SPAN("a%00b%ff%2f+"), false), SPAN("a\0b\xff/+")));
	assert_true(span_equal(decode_percent(arena, SPAN("a+b%2B"), true), SPAN("a b+")));
	assert_true(span_equal(decode_percent(arena, SPAN(""), true), SPAN("")));
	assert_non_null(decode_percent(arena, SPAN(""), true).at);
	/* Once only. */
	assert_true(span_is(decode_percent(arena, SPAN("%252e"), false), "%2e"));
}

static void
malformed_escapes_are_refused(void **state)
{
	static const struct span bad[] = {
		SPAN("%"), SPAN("a%"), SPAN("%4"), SPAN("%g0"), SPAN("%0g"), SPAN("%%41"), SPAN("% 41"),
		SPAN("%+1"), SPAN("%-1"), SPAN("%0x41"), SPAN("%4\0"),
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_null(decode_percent(arena, bad[i], true).at);
}

static void
lenient_decoding_keeps_malformed_escapes(void **state)
{
	(void)state;
	assert_true(span_is(decode_form_lenient(arena, SPAN("100%+%zz%4%41%")), "100% %zz%4A%"));
	assert_true(span_is(decode_form_lenient(arena, SPAN("%%41")), "%A"));
}

static void
every_byte_survives_encoding_and_decoding(void **state)
{
	char all[256];
	struct span bytes = span_make(all, sizeof(all));

	(void)state;
	for (int i = 0; i < 256; i++)
		all[i] = (char)i;
	for (size_t cut = 0; cut < 4; cut++) {
		struct span part = span_skip(bytes, cut);
		const char *text = encode_base64(arena, part.at, part.len);
		const char *url = encode_base64url(arena, part.at, part.len);

		assert_true(span_equal(decode_base64(arena, span_of(text)), part));
		assert_true(span_equal(decode_base64url(arena, span_of(url)), part));
	}
	assert_true(span_equal(decode_percent(arena, span_of(segment(bytes)), false), bytes));
	assert_true(span_equal(decode_form_lenient(arena, span_of(form(bytes))), bytes));
}

TESTS(encode,
	TEST(hex_is_lower_case_and_read_in_both),
	TEST(hex_of_another_length_or_alphabet_is_refused),
	TEST(base64_agrees_with_the_rfc),
	TEST(padding_is_optional_for_base64url_only),
	TEST(malformed_base64_is_refused),
	TEST(a_path_segment_escapes_all_but_the_unreserved),
	TEST(a_form_value_writes_a_space_as_plus),
	TEST(percent_decoding_is_binary_safe),
	TEST(malformed_escapes_are_refused),
	TEST(lenient_decoding_keeps_malformed_escapes),
	TEST(every_byte_survives_encoding_and_decoding)
);
