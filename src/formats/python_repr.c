/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Python's repr() of a string; see the header. Code points that are not
 * assigned are taken for printable: which they are changes with every Unicode.
 */
#include "formats/python_repr.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/compiler.h"
#include "base/text.h"

/* Unicode's categories Cc, Cf, Co, Zl, Zp, and Zs but for the space; noncharacters. In order. */
static const struct {
	uint32_t first;
	uint32_t last;
} hidden[] = {
	{ 0x0000, 0x001f }, { 0x007f, 0x00a0 }, { 0x00ad, 0x00ad }, { 0x0600, 0x0605 }, { 0x061c, 0x061c },
	{ 0x06dd, 0x06dd }, { 0x070f, 0x070f }, { 0x0890, 0x0891 }, { 0x08e2, 0x08e2 }, { 0x1680, 0x1680 },
	{ 0x180e, 0x180e }, { 0x2000, 0x200f }, { 0x2028, 0x202f }, { 0x205f, 0x206f }, { 0x3000, 0x3000 },
	{ 0xe000, 0xf8ff }, { 0xfdd0, 0xfdef }, { 0xfeff, 0xfeff }, { 0xfff0, 0xfffb }, { 0xfffe, 0xffff },
	{ 0x110bd, 0x110bd }, { 0x110cd, 0x110cd }, { 0x13430, 0x1343f }, { 0x1bca0, 0x1bca3 },
	{ 0x1d173, 0x1d17a }, { 0xe0000, 0xe00ff }, { 0xe01f0, 0x10ffff },
};

static bool
is_hidden(uint32_t c)
{
	for (size_t i = 0; i < ARRAY_LEN(hidden) && hidden[i].first <= c; i++)
		if (c <= hidden[i].last)
			return true;
	return false;
}

static void
put_escape(struct buf *b, uint32_t c)
{
	static const char named[] = "\tt\nn\rr";

	for (size_t i = 0; named[i]; i += 2)
		if (c == (unsigned char)named[i]) {
			buf_putc(b, '\\');
			buf_putc(b, named[i + 1]);
			return;
		}
	buf_printf(b, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", (unsigned)c);
}

const char *
python_repr(struct arena *a, struct span text)
{
	bool apostrophe = span_contains(text, "'"), mark = span_contains(text, "\"");
	char quote = apostrophe && !mark ? '"' : '\'';
	struct buf b = buf_on(a);

	buf_putc(&b, quote);
	while (text.len > 0) {
		struct span before = text;
		uint32_t c = text_next_char(&text);

		if (c == UINT32_MAX) {
			put_escape(&b, (unsigned char)before.at[0]);
		} else if (is_hidden(c)) {
			put_escape(&b, c);
		} else {
			if (c == '\\' || c == (unsigned char)quote)
				buf_putc(&b, '\\');
			buf_put(&b, before.at, before.len - text.len);
		}
	}
	buf_putc(&b, quote);
	return buf_text(&b);
}

struct span
python_repr_ends(struct arena *a, struct span text, size_t most)
{
	const size_t kept = 30;
	size_t count = text_char_count(text);
	struct span tail = text, head = text;
	struct buf b = buf_on(a);

	if (count <= most || count <= 2 * kept)
		return text;
	for (size_t i = 0; i < count - kept; i++) {
		text_next_char(&tail);
		if (i == kept - 1)
			head.len = text.len - tail.len;
	}
	buf_put_span(&b, head);
	buf_puts(&b, "...");
	buf_put_span(&b, tail);
	return buf_span(&b);
}
