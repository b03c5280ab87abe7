/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML-RPC responses; see the header.
 */
#include "wire/xmlrpc.h"

#include "base/buf.h"
#include "base/encode.h"
#include "base/text.h"

#define HEAD "<?xml version='1.0'?>\n<methodResponse>\n"
#define PARAM_HEAD HEAD "<params>\n<param>\n"
#define PARAM_TAIL "</param>\n</params>\n</methodResponse>\n"

static bool
is_forbidden(uint32_t c)
{
	return (c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0xfffe || c == 0xffff;
}

static void
put_text(struct buf *b, struct span s)
{
	s = text_make_utf8(b->arena, s);
	while (s.len > 0) {
		struct span at = s;
		uint32_t c = text_next_char(&s);

		if (is_forbidden(c))
			continue;
		if (c < 0x7f)
			encode_markup(b, span_make(at.at, 1));
		else
			buf_printf(b, "&#%u;", c);
	}
}

static void
put_int(struct buf *b, int64_t n)
{
	const char *type = n >= INT32_MIN && n <= INT32_MAX ? "int" : "i8";

	buf_printf(b, "<%s>%lld</%s>", type, (long long)n, type);
}

static void put_value(struct buf *b, const struct doc *d);

static void
put_member(struct buf *b, struct span name, const struct doc *d)
{
	buf_puts(b, "<member>\n<name>");
	put_text(b, name);
	buf_puts(b, "</name>\n");
	put_value(b, d);
	buf_puts(b, "</member>\n");
}

/* Nesting is that of a document of ours. */
static void
put_value(struct buf *b, const struct doc *d)
{
	buf_puts(b, "<value>");
	switch (d->kind) {
	case DOC_MAP:
		buf_puts(b, "<struct>\n");
		for (const struct doc *m = doc_first(d); m; m = m->next)
			put_member(b, span_make(m->key, m->key_len), m);
		buf_puts(b, "</struct>");
		break;
	case DOC_LIST:
		buf_puts(b, "<array><data>\n");
		for (const struct doc *m = doc_first(d); m; m = m->next)
			put_value(b, m);
		buf_puts(b, "</data></array>");
		break;
	case DOC_INT:
		put_int(b, d->is.integer);
		break;
	case DOC_BOOL:
		buf_puts(b, d->is.boolean ? "<boolean>1</boolean>" : "<boolean>0</boolean>");
		break;
	case DOC_TEXT:
		buf_puts(b, "<string>");
		put_text(b, d->is.text);
		buf_puts(b, "</string>");
		break;
	case DOC_NULL:
	case DOC_UINT:
	case DOC_REAL:
	case DOC_BYTES:
	case DOC_TIME:
	case DOC_DATE:
	case DOC_RAW:
		buf_puts(b, "<nil/>");
		break;
	}
	buf_puts(b, "</value>\n");
}

void
xmlrpc_write(struct buf *b, const struct doc *d)
{
	buf_puts(b, PARAM_HEAD);
	put_value(b, d);
	buf_puts(b, PARAM_TAIL);
}

void
xmlrpc_write_struct_head(struct buf *b)
{
	buf_puts(b, PARAM_HEAD "<value><struct>\n");
}

void
xmlrpc_write_member(struct buf *b, struct span name, const struct doc *d)
{
	put_member(b, name, d);
}

void
xmlrpc_write_struct_tail(struct buf *b)
{
	buf_puts(b, "</struct></value>\n" PARAM_TAIL);
}

void
xmlrpc_write_fault(struct buf *b, int code, const char *text)
{
	struct doc *fault = doc_map(b->arena);

	doc_int(fault, "faultCode", code);
	doc_text(fault, "faultString", text);
	buf_puts(b, HEAD "<fault>\n");
	put_value(b, fault);
	buf_puts(b, "</fault>\n</methodResponse>\n");
}
