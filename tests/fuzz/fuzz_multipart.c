/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Multipart bodies: the first line is the Content-Type, the rest the body. It
 * is read the same whole, byte by byte, and in pieces of seven.
 */
#include "fuzz.h"

#include "base/buf.h"
#include "base/text.h"
#include "http/multipart.h"

#define MAX_PARTS 8

struct reading {
	struct buf told;
	size_t parts;
	size_t open;			/* parts that began and did not end */
	size_t bytes;
	bool failed;
};

static void
begin(struct reading *r, const struct multipart_part *p)
{
	REQUIRE(r->open++ == 0 && r->parts++ < MAX_PARTS);
	REQUIRE(p->name.at && text_is_utf8(p->name) && span_find_nul(p->name) < 0);
	REQUIRE(text_is_utf8(p->filename));
	REQUIRE(p->name.len + p->filename.len + p->content_type.len < MULTIPART_HEADERS);
	buf_putc(&r->told, '[');
	buf_put_span(&r->told, p->name);
	buf_putc(&r->told, p->filename.at ? '|' : ' ');
	buf_put_span(&r->told, p->filename);
	buf_putc(&r->told, p->content_type.at ? '#' : ' ');
	buf_put_span(&r->told, p->content_type);
}

static bool
feed(struct reading *r, struct multipart *m, struct span piece)
{
	for (;;) {
		struct span data = { NULL, 0 };

		switch (multipart_next(m, &piece, &data)) {
		case MULTIPART_MORE:
			REQUIRE(piece.len == 0);
			return true;
		case MULTIPART_BEGIN:
			begin(r, multipart_part(m));
			break;
		case MULTIPART_DATA:
			REQUIRE(r->open == 1 && data.len > 0);
			r->bytes += data.len;
			buf_put_span(&r->told, data);
			break;
		case MULTIPART_END:
			REQUIRE(r->open-- == 1);
			buf_putc(&r->told, ']');
			break;
		case MULTIPART_FAILED:
			return false;
		}
	}
}

static struct reading
read_in_pieces(struct arena *a, struct fault *f, struct span input, size_t size)
{
	struct reading r = { .told = buf_on(a) };
	struct span type = span_cut(&input, '\n');
	struct multipart *m;
	size_t whole = input.len;

	fault_clear(f);
	m = multipart_new(a, f, arena_dup(a, type.at, type.len), MAX_PARTS);
	while (m && input.len > 0) {
		size_t n = size < input.len ? size : input.len;

		if (!feed(&r, m, span_make(input.at, n)))
			break;
		input = span_skip(input, n);
	}
	r.failed = !m || fault_is_set(f) || !multipart_finish(m);
	REQUIRE(r.failed == fault_is_set(f));
	REQUIRE(!r.failed || f->kind == FAULT_BAD_REQUEST || f->kind == FAULT_MEDIA_TYPE);
	REQUIRE(r.failed || r.open == 0);
	REQUIRE(r.bytes <= whole);
	if (r.failed)
		buf_puts(&r.told, f->message);
	return r;
}

static void
one(struct arena *a, struct fault *f, struct span input)
{
	struct reading whole = read_in_pieces(a, f, input, SIZE_MAX);
	struct reading bytes = read_in_pieces(a, f, input, 1);
	struct reading pieces = read_in_pieces(a, f, input, 7);

	REQUIRE(span_equal(buf_span(&whole.told), buf_span(&bytes.told)));
	REQUIRE(span_equal(buf_span(&whole.told), buf_span(&pieces.told)));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
