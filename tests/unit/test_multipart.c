/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Multipart bodies: what is read, what is refused, and that it is the same
 * wherever the body is cut.
 */
#include "unit.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "http/multipart.h"

#define TYPE "multipart/form-data; boundary=xYz"
#define MAX_PARTS 3

static void
put_optional(struct buf *b, char before, struct span s)
{
	if (!s.at)
		return;
	buf_putc(b, before);
	buf_put_span(b, s);
}

/* Events of one piece of input; false when nothing more is to be read. */
static bool
tell(struct multipart *m, struct span piece, struct buf *b)
{
	for (;;) {
		struct span data = { NULL, 0 };

		switch (multipart_next(m, &piece, &data)) {
		case MULTIPART_MORE:
			assert_int_equal(piece.len, 0);
			return true;
		case MULTIPART_BEGIN:
			buf_putc(b, '[');
			buf_put_span(b, multipart_part(m)->name);
			put_optional(b, '|', multipart_part(m)->filename);
			put_optional(b, '#', multipart_part(m)->content_type);
			buf_putc(b, ':');
			break;
		case MULTIPART_DATA:
			assert_true(data.len > 0);
			buf_put_span(b, data);
			break;
		case MULTIPART_END:
			buf_putc(b, ']');
			break;
		case MULTIPART_FAILED:
			assert_true(fault_is_set(fault));
			return false;
		}
	}
}

/*
 * The parts as "[name|filename#type:data]…", then why reading failed if it
 * did; of the body, FIRST bytes are given at once, then PIECE at a time.
 */
static struct span
read_in_pieces(const char *type, struct span body, size_t first, size_t piece)
{
	struct buf b = buf_on(arena);
	struct multipart *m;
	size_t take = first;

	fault_clear(fault);
	m = multipart_new(arena, fault, type, MAX_PARTS);
	while (m && body.len > 0) {
		size_t n = take < body.len ? take : body.len;
		/* An allocation of its own, so that reading beyond it is seen. */
		char *copy = malloc(n > 0 ? n : 1);
		bool more;

		memcpy(copy, body.at, n);
		more = tell(m, span_make(copy, n), &b);
		free(copy);
		if (!more)
			break;
		body = span_skip(body, n);
		take = piece;
	}
	if (m && !fault_is_set(fault))
		(void)!multipart_finish(m);
	if (fault_is_set(fault))
		buf_puts(&b, fault->message);
	buf_putc(&b, '\0');
	return span_make(b.at, b.len - 1);
}

static void
assert_reads(const char *type, struct span body, struct span wanted)
{
	struct span got = read_in_pieces(type, body, body.len, 1);

	if (!span_equal(got, wanted))
		fail_msg("%.*s\nwas read as %s\nnot as %s", (int)body.len, body.at, got.at, wanted.at);
}

static void
assert_reads_alike_in_pieces(struct span body)
{
	struct span whole = read_in_pieces(TYPE, body, body.len, 1);

	for (size_t cut = 0; cut < body.len; cut++)
		if (!span_equal(read_in_pieces(TYPE, body, cut, body.len), whole))
			fail_msg("%.*s\nis another body when cut at %zu", (int)body.len, body.at, cut);
	for (size_t piece = 1; piece < 12; piece++)
		if (!span_equal(read_in_pieces(TYPE, body, piece, piece), whole))
			fail_msg("%.*s\nis another body in pieces of %zu", (int)body.len, body.at, piece);
}

struct reading {
	struct span body;
	struct span parts;
};

#define CD "Content-Disposition: form-data; "
#define PART(headers, data) "--xYz\r\n" headers "\r\n\r\n" data "\r\n"
#define CLOSE "--xYz--\r\n"
/* A part whose header is HEADER, and what is read of it. */
#define ONE(headers, told) { SPAN(PART(headers, "v") CLOSE), SPAN(told) }

static const struct reading good[] = {
	{ SPAN(PART(CD "name=\"a\"", "1") CLOSE), SPAN("[a:1]") },
	{ SPAN(PART(CD "name=\"a\"", "1") PART(CD "name=\"b\"", "2") CLOSE), SPAN("[a:1][b:2]") },
	/* Nothing at all; data that is empty, with and without a line end of its own. */
	{ SPAN(CLOSE), SPAN("") },
	{ SPAN(PART(CD "name=\"a\"", "") CLOSE), SPAN("[a:]") },
	{ SPAN("--xYz\r\n" CD "name=\"a\"\r\n\r\n" CLOSE), SPAN("[a:]") },
	/* Preamble, epilogue, and a closing line without its end. */
	{ SPAN("\r\n" PART(CD "name=\"a\"", "1") CLOSE), SPAN("[a:1]") },
	{ SPAN("to whom it\r\n-- may --xYz concern\r\n" PART(CD "name=\"a\"", "1") CLOSE "\r\n--xYz\r\nrubbish"),
	  SPAN("[a:1]") },
	{ SPAN(PART(CD "name=\"a\"", "1") "--xYz--"), SPAN("[a:1]") },
	{ SPAN(PART(CD "name=\"a\"", "1") "--xYz--\r"), SPAN("[a:1]") },
	{ SPAN("--xYz \t\r\n" CD "name=\"a\"\r\n\r\n1\r\n--xYz-- \r\n"), SPAN("[a:1]") },
	/* Data that looks like a delimiter for a while. */
	{ SPAN(PART(CD "name=\"a\"", "\r") CLOSE), SPAN("[a:\r]") },
	{ SPAN(PART(CD "name=\"a\"", "\r\n") CLOSE), SPAN("[a:\r\n]") },
	{ SPAN(PART(CD "name=\"a\"", "\r\r\n\r\n--\r\n--x\r\n--xY\r\n--xY") CLOSE),
	  SPAN("[a:\r\r\n\r\n--\r\n--x\r\n--xY\r\n--xY]") },
	{ SPAN(PART(CD "name=\"a\"", "-\n--xYz\n--xYz--\n") CLOSE), SPAN("[a:-\n--xYz\n--xYz--\n]") },
	{ SPAN(PART(CD "name=\"a\"", "0\0\xff") CLOSE), SPAN("[a:0\0\xff]") },
	/* Header spellings. */
	ONE("content-DISPOSITION:Form-Data;NAME=a", "[a:v]"),
	ONE(CD "name=\"a\"\r\nContent-Type: text/plain; charset=utf-8\r\nX-Other: 1", "[a#text/plain; charset=utf-8:v]"),
	ONE(CD "name=\"content\"; filename=\"a-1.0.tar.gz\"\r\nContent-Type: application/octet-stream",
	    "[content|a-1.0.tar.gz#application/octet-stream:v]"),
	ONE("Content-Transfer-Encoding: Binary\r\n" CD "name=a", "[a:v]"),
	ONE(CD "name=\"a\";", "[a:v]"),
	ONE("Content-Disposition: form-data ; ; name=\"a\" ;\tother=x", "[a:v]"),
	ONE(CD "name=\"\"; filename=\"\"", "[|:v]"),
	ONE(CD "name=\":action\"", "[:action:v]"),
	/* Quotes and backslashes of several clients. */
	ONE(CD "name=\"a\"; filename=\"q\\\"\\\\.whl\"", "[a|q\"\\.whl:v]"),
	ONE(CD "name=\"a\"; filename=\"C:\\dir\\f.whl\"", "[a|C:\\dir\\f.whl:v]"),
	ONE(CD "name=\"a\"; filename=\"q%22.whl\"", "[a|q%22.whl:v]"),
	ONE(CD "name=\"a;b=\\\"c\"; filename=\"x; name=y\"", "[a;b=\"c|x; name=y:v]"),
	ONE(CD "name=\"\xc3\xa9\"; filename=\"\xe2\x82\xac\x01\x7f\"", "[\xc3\xa9|\xe2\x82\xac\x01\x7f:v]"),
	ONE(CD "name=\"a\"; filename*=utf-8''%E2%82%AC%20x.whl", "[a|\xe2\x82\xac x.whl:v]"),
	ONE(CD "name=\"a\"; filename=\"EUR\"; filename*=\"UTF-8'en'%e2%82%ac\"", "[a|\xe2\x82\xac:v]"),
	ONE(CD "name=\"a\"; filename*=UTF-8''", "[a|:v]"),
	ONE(CD "name*=utf-8''d%c3%a9", "[d\xc3\xa9:v]"),
};

#define REFUSED(what) SPAN("Invalid multipart body: " what ".")
#define BAD(headers, what) { SPAN(PART(headers, "v") CLOSE), REFUSED(what) }

static const struct reading bad[] = {
	{ SPAN(""), REFUSED("it ends early") },
	{ SPAN("--xYz"), REFUSED("it ends early") },
	{ SPAN("--xYz-"), REFUSED("it ends early") },
	{ SPAN("x--xYz--\r\n"), REFUSED("it ends early") },
	{ SPAN("--xYz\n--xYz--\r\n"), REFUSED("a line that does not end in CRLF") },
	{ SPAN("--xYz\r\n" CD "name=a"), REFUSED("it ends early") },
	{ SPAN("--xYz\r\n" CD "name=a\r\n\r\n"), SPAN("[a:Invalid multipart body: it ends early.") },
	{ SPAN(PART(CD "name=a", "1")), SPAN("[a:1Invalid multipart body: it ends early.") },
	{ SPAN(PART(CD "name=a", "1") "--xYz\r\n"), SPAN("[a:1]Invalid multipart body: it ends early.") },
	/* A delimiter is a whole line. */
	{ SPAN("--xYzz\r\n" CD "name=a\r\n\r\nv\r\n--xYzz--\r\n"), REFUSED("a delimiter with something behind it") },
	{ SPAN(PART(CD "name=a", "1") "--xYz--x\r\n"),
	  SPAN("[a:1]Invalid multipart body: a delimiter with something behind it.") },
	{ SPAN(PART(CD "name=a", "--xYz") CLOSE), SPAN("[a:]Invalid multipart body: a malformed header.") },
	/* Flood. */
	{ SPAN(PART(CD "name=a", "") PART(CD "name=b", "") PART(CD "name=c", "") PART(CD "name=d", "") CLOSE),
	  SPAN("[a:][b:][c:]Invalid multipart body: too many parts.") },
	/* Lines. */
	BAD(CD "name=a\nX: y", "a line that does not end in CRLF"),
	BAD(CD "name=a\rX: y", "a line that does not end in CRLF"),
	BAD(CD "name=a;\r\n filename=b", "a folded header"),
	BAD("Content-Disposition", "a malformed header"),
	BAD("Content-Disposition : form-data; name=a", "a malformed header"),
	BAD(": form-data; name=a", "a malformed header"),
	BAD(CD "name=\"a\0\"", "a malformed header"),
	BAD("X: y", "a part without Content-Disposition"),
	{ SPAN("--xYz\r\n\r\nv\r\n" CLOSE), REFUSED("a part without Content-Disposition") },
	/* Content-Disposition. */
	BAD(CD "name=a\r\n" CD "name=b", "a part with two Content-Dispositions"),
	BAD("Content-Disposition: attachment; name=a", "a part that is not form-data"),
	BAD("Content-Disposition: form-data", "a part without a name"),
	BAD(CD "filename=a", "a part without a name"),
	BAD(CD "name", "a malformed Content-Disposition"),
	BAD(CD "name=", "a malformed Content-Disposition"),
	BAD(CD "name = a", "a malformed Content-Disposition"),
	BAD(CD "name=a b", "a malformed Content-Disposition"),
	BAD(CD "name=\"a", "a malformed Content-Disposition"),
	BAD(CD "name=\"a\\\"", "a malformed Content-Disposition"),
	BAD(CD "name=\"a\"b", "a malformed Content-Disposition"),
	BAD(CD "name=\"a\"filename=\"b\"", "a malformed Content-Disposition"),
	BAD(CD "name=\xc3\xa9", "a malformed Content-Disposition"),
	BAD(CD "=a", "a malformed Content-Disposition"),
	BAD(CD "name=a; NAME=b", "a parameter of Content-Disposition is given twice"),
	BAD(CD "name=a; filename=a; filename=a", "a parameter of Content-Disposition is given twice"),
	BAD(CD "name=a; filename*0=\"a\"; filename*1=\"b\"", "a parameter of Content-Disposition in parts"),
	BAD(CD "name=a; filename*=a", "a parameter of Content-Disposition is malformed"),
	BAD(CD "name=a; filename*=utf-8'a", "a parameter of Content-Disposition is malformed"),
	BAD(CD "name=a; filename*=utf-8''%4", "a parameter of Content-Disposition is malformed"),
	BAD(CD "name=a; filename*=iso-8859-1''%e9", "a parameter of Content-Disposition is malformed"),
	BAD(CD "name=a; filename*=utf-8''%e9", "text that is not UTF-8"),
	BAD(CD "name=\"\xe9\"", "text that is not UTF-8"),
	BAD(CD "name=\"a\x01\"", "control characters in the name of a part"),
	BAD(CD "name*=utf-8''a%0d%0aX:%20y", "control characters in the name of a part"),
	/* Others. */
	BAD(CD "name=a\r\nContent-Type: a/b\r\nContent-Type: a/b", "a part with two Content-Types"),
	BAD(CD "name=a\r\nContent-Type: a\x02", "control characters in a Content-Type"),
	BAD(CD "name=a\r\nContent-Transfer-Encoding: base64", "a Content-Transfer-Encoding"),
};

static void
parts_are_read_as_clients_mean_them(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_reads(TYPE, good[i].body, good[i].parts);
}

static void
what_readers_could_take_for_different_parts_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_reads(TYPE, bad[i].body, bad[i].parts);
		assert_int_equal(fault->kind, FAULT_BAD_REQUEST);
	}
}

static void
where_a_body_is_cut_makes_no_difference(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_reads_alike_in_pieces(good[i].body);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_reads_alike_in_pieces(bad[i].body);
}

static void
a_body_that_ends_anywhere_before_its_close_is_refused(void **state)
{
	static const struct span body = SPAN(PART(CD "name=a", "1\r\n") PART(CD "name=b", "") "--xYz--");

	(void)state;
	for (size_t len = 0; len < body.len; len++) {
		read_in_pieces(TYPE, span_make(body.at, len), len, 1);
		assert_true(fault_is_set(fault));
		assert_string_equal(fault->message, "Invalid multipart body: it ends early.");
	}
	read_in_pieces(TYPE, body, body.len, 1);
	assert_false(fault_is_set(fault));
}

#define SEVENTY "0123456789012345678901234567890123456789012345678901234567890123456789"

static void
the_boundary_is_what_the_content_type_says(void **state)
{
	static const struct {
		const char *type;
		const char *boundary;
	} types[] = {
		{ "multipart/form-data; boundary=xYz", "xYz" },
		{ "Multipart/Form-Data ;charset=utf-8; BOUNDARY=\"xYz\"; a=b", "xYz" },
		{ "multipart/form-data; boundary=----=_Part_1/2", "----=_Part_1/2" },
		{ "multipart/form-data; boundary=\"a b'()+_,-./:=?c\"", "a b'()+_,-./:=?c" },
		{ "multipart/form-data; boundary=" SEVENTY, SEVENTY },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++)
		assert_reads(types[i].type,
			     span_of(arena_printf(arena, "--%s\r\n" CD "name=a\r\n\r\n1\r\n--%s--", types[i].boundary,
						  types[i].boundary)), SPAN("[a:1]"));
}

static void
a_content_type_without_a_right_boundary_is_refused(void **state)
{
	static const char *const types[] = {
		"multipart/form-data", "multipart/form-data; boundary", "multipart/form-data; boundary=",
		"multipart/form-data; boundary=\"\"", "multipart/form-data; boundary=\"a",
		"multipart/form-data; boundary=\"a \"", "multipart/form-data; boundary=a\"b",
		"multipart/form-data; boundary=a; boundary=a", "multipart/form-data; boundary=a@b",
		"multipart/form-data; boundary=" SEVENTY "0", "multipart/form-data; boundary=\"a\r\n\"",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		assert_reads(types[i], SPAN("--a\r\n"), REFUSED("the Content-Type has no valid boundary"));
		assert_int_equal(fault->kind, FAULT_BAD_REQUEST);
	}
}

static void
other_media_types_are_refused(void **state)
{
	static const char *const types[] = { NULL, "", "multipart/mixed; boundary=a", "text/plain", "multipart/form-dat" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		assert_null(multipart_new(arena, fault, types[i], 1));
		assert_int_equal(fault->kind, FAULT_MEDIA_TYPE);
		fault_clear(fault);
	}
}

/* One part with a header of LEN bytes and a line end. */
static struct span
part_with_header(size_t len)
{
	struct buf b = buf_on(arena);

	buf_puts(&b, "--xYz\r\n" CD "name=a\r\n");
	for (size_t i = 0; i < len; i++)
		buf_putc(&b, i == 1 ? ':' : 'x');
	buf_puts(&b, "\r\n\r\n1\r\n--xYz--");
	return buf_span(&b);
}

static void
headers_are_read_up_to_their_limit(void **state)
{
	size_t room = MULTIPART_HEADERS - sizeof(CD "name=a\r\n\r\n\r\n") + 1;

	(void)state;
	assert_reads(TYPE, part_with_header(room), SPAN("[a:1]"));
	assert_reads(TYPE, part_with_header(room + 1), REFUSED("the headers of a part are too long"));
	assert_reads(TYPE, part_with_header(10 * room), REFUSED("the headers of a part are too long"));
	assert_reads_alike_in_pieces(part_with_header(room + 1));
}

/* However often a delimiter seems to begin, a piece is handed out in one or two runs. */
static void
data_comes_in_long_runs(void **state)
{
	struct multipart *m = multipart_new(arena, fault, TYPE, 1);
	struct buf b = buf_on(arena);
	struct span head = SPAN("--xYz\r\n" CD "name=a\r\n\r\n"), data, piece;
	size_t runs = 0, bytes = 0;

	(void)state;
	for (int i = 0; i < 10000; i++)
		buf_puts(&b, "\r\r\n\r\n--xY");
	assert_int_equal(multipart_next(m, &head, &data), MULTIPART_BEGIN);
	for (int i = 0; i < 10; i++)
		for (piece = buf_span(&b); multipart_next(m, &piece, &data) == MULTIPART_DATA; runs++)
			bytes += data.len;
	assert_in_range(runs, 1, 20);
	assert_in_range(bytes, 10 * b.len - 7, 10 * b.len);
}

TESTS(multipart,
	TEST(parts_are_read_as_clients_mean_them),
	TEST(what_readers_could_take_for_different_parts_is_refused),
	TEST(where_a_body_is_cut_makes_no_difference),
	TEST(a_body_that_ends_anywhere_before_its_close_is_refused),
	TEST(the_boundary_is_what_the_content_type_says),
	TEST(a_content_type_without_a_right_boundary_is_refused),
	TEST(other_media_types_are_refused),
	TEST(headers_are_read_up_to_their_limit),
	TEST(data_comes_in_long_runs),
);
