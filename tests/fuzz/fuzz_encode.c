/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every decoder of text; what one of them accepts is encoded and decoded to
 * the same bytes, and every input survives the way through every encoder.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/encode.h"
#include "base/text.h"

static void
decode(struct arena *a, struct span input)
{
	struct span bytes = decode_base64(a, input);

	if (bytes.at)
		REQUIRE(span_is(input, encode_base64(a, bytes.at, bytes.len)));
	bytes = decode_base64url(a, input);
	if (bytes.at)
		REQUIRE(span_starts(input, encode_base64url(a, bytes.at, bytes.len)));
	bytes = decode_percent(a, input, true);
	if (bytes.at)
		REQUIRE(span_equal(bytes, decode_form_lenient(a, input)));
	REQUIRE(decode_form_lenient(a, input).len <= input.len);
}

static void
encode(struct arena *a, struct span input)
{
	struct buf path = buf_on(a), form = buf_on(a);
	uint8_t *bytes = arena_alloc(a, input.len);

	REQUIRE(decode_hex(span_of(encode_hex(a, input.at, input.len)), bytes, input.len));
	REQUIRE(input.len == 0 || memcmp(bytes, input.at, input.len) == 0);
	REQUIRE(span_equal(decode_base64(a, span_of(encode_base64(a, input.at, input.len))), input));
	encode_path_segment(&path, input);
	REQUIRE(span_equal(decode_percent(a, buf_span(&path), false), input));
	encode_form(&form, input);
	REQUIRE(span_equal(decode_percent(a, buf_span(&form), true), input));
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	size_t count = 0;

	(void)f;
	decode(a, input);
	encode(a, input);
	for (struct span rest = input; rest.len > 0; count++)
		text_next_char(&rest);
	REQUIRE(!text_is_utf8(input) || count == text_char_count(input));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
