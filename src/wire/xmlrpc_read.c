/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML-RPC calls. libxml2's pull reader tells the elements one by one; a stack
 * of fixed size knows where we are, so that neither nesting nor anything else
 * in the text decides how much is held. A document type is refused before any
 * declaration in it counts.
 */
#include "wire/xmlrpc.h"

#include <limits.h>

#include <libxml/xmlreader.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/number.h"
#include "base/text.h"

enum element {
	OUTSIDE, CALL, METHOD, PARAMS, PARAM, VALUE, STRUCT, MEMBER, NAME, ARRAY, DATA,
	INTEGER, BOOLEAN, STRING, OTHER, NIL
};

#define WITHIN(element) (1u << (element))

/* What may stand where; those marked hold text. */
static const struct rule {
	const char *name;
	enum element element;
	unsigned within;
	bool text;
} rules[] = {
	{ "methodCall", CALL, WITHIN(OUTSIDE), false },
	{ "methodName", METHOD, WITHIN(CALL), true },
	{ "params", PARAMS, WITHIN(CALL), false },
	{ "param", PARAM, WITHIN(PARAMS), false },
	{ "value", VALUE, WITHIN(PARAM) | WITHIN(MEMBER) | WITHIN(DATA), true },
	{ "struct", STRUCT, WITHIN(VALUE), false },
	{ "member", MEMBER, WITHIN(STRUCT), false },
	{ "name", NAME, WITHIN(MEMBER), true },
	{ "array", ARRAY, WITHIN(VALUE), false },
	{ "data", DATA, WITHIN(ARRAY), false },
	{ "int", INTEGER, WITHIN(VALUE), true },
	{ "i4", INTEGER, WITHIN(VALUE), true },
	{ "i8", INTEGER, WITHIN(VALUE), true },
	{ "boolean", BOOLEAN, WITHIN(VALUE), true },
	{ "string", STRING, WITHIN(VALUE), true },
	{ "double", OTHER, WITHIN(VALUE), true },
	{ "dateTime.iso8601", OTHER, WITHIN(VALUE), true },
	{ "base64", OTHER, WITHIN(VALUE), true },
	{ "nil", NIL, WITHIN(VALUE), false },
};

struct frame {
	const struct rule *rule;	/* NULL: outside of the call */
	struct buf text;
	struct doc *into;		/* PARAMS, STRUCT, DATA: the list or map being filled */
	struct doc *value;		/* PARAM, VALUE, MEMBER: what was in it; METHOD, NAME: its text */
	const char *name;		/* MEMBER */
	bool has_name;
};

struct reading {
	struct arena *arena;
	struct frame frames[XMLRPC_DEPTH];
	size_t depth;			/* of the innermost frame */
	size_t values;
	const char *method;
	const struct doc *params;
	bool ended;
};

static struct frame *
top(struct reading *r)
{
	return &r->frames[r->depth];
}

static enum element
element_of(const struct frame *f)
{
	return f->rule ? f->rule->element : OUTSIDE;
}

static const struct rule *
find_rule(const char *name, enum element within)
{
	for (size_t i = 0; i < ARRAY_LEN(rules); i++)
		if (strcmp(rules[i].name, name) == 0)
			return rules[i].within & WITHIN(within) ? &rules[i] : NULL;
	return NULL;
}

static bool
is_blank(struct span s)
{
	return span_trim(s).len == 0;
}

/* ---- the end of an element ---- */

static const char *
text_of(struct frame *f)
{
	return buf_text(&f->text);
}

/* The value of a scalar, or NULL when its text is none. */
static struct doc *
scalar(struct reading *r, struct frame *f)
{
	struct span text = span_make(text_of(f), f->text.len);
	int64_t n;

	switch (element_of(f)) {
	case INTEGER:
		return number_parse(span_trim(text), INT64_MIN, INT64_MAX, &n) ? doc_scalar_int(r->arena, n) : NULL;
	case BOOLEAN:
		return number_parse(span_trim(text), 0, 1, &n) ? doc_scalar_int(r->arena, n) : NULL;
	case NIL:
		return doc_scalar_null(r->arena);
	default:
		return doc_scalar_text(r->arena, text);
	}
}

/* What the element that ends gives to the one around it; NULL: it is not complete. */
static struct doc *
finish(struct reading *r, struct frame *f)
{
	switch (element_of(f)) {
	case STRUCT:
	case DATA:
	case PARAMS:
		return f->into;
	case ARRAY:
	case PARAM:
	case CALL:
		return f->value;
	case MEMBER:
		return f->has_name ? f->value : NULL;
	case VALUE:
		/* Text beside an element within a value is blank (see take_text()). */
		return f->value ? f->value : scalar(r, f);
	default:
		return scalar(r, f);
	}
}

/* One value per param, member, array and value; others are told apart by what they are. */
static bool
give(struct reading *r, struct frame *f, struct frame *to)
{
	struct doc *value = finish(r, f);
	enum element from = element_of(f);

	if (!value)
		return false;
	if (from == METHOD) {
		if (r->method)
			return false;
		r->method = text_of(f);
		return true;
	}
	if (from == NAME) {
		if (to->has_name)
			return false;
		to->name = text_of(f);
		to->has_name = true;
		return true;
	}
	if (from == MEMBER) {
		doc_put(to->into, f->name, value);
		return true;
	}
	if (to->into) {
		doc_put(to->into, NULL, value);
		return true;
	}
	if (to->value)
		return false;
	to->value = value;
	return true;
}

static bool
end_element(struct reading *r)
{
	struct frame *f = top(r);

	if (element_of(f) == CALL) {
		/* Without a method there is no call; without params there are none. */
		r->params = f->value ? f->value : doc_list(r->arena);
		r->ended = true;
		r->depth--;
		return r->method != NULL;
	}
	r->depth--;
	return give(r, f, top(r));
}

/* ---- the begin of one, and its text ---- */

static bool
begin_element(struct reading *r, const char *name)
{
	const struct rule *rule = find_rule(name, element_of(top(r)));
	struct frame *f;

	if (!rule || r->ended || r->depth + 1 == XMLRPC_DEPTH || r->values++ == XMLRPC_VALUES)
		return false;
	/* A second element, or one behind text, is no value. */
	if (element_of(top(r)) == VALUE && (top(r)->value || !is_blank(buf_span(&top(r)->text))))
		return false;
	f = &r->frames[++r->depth];
	*f = (struct frame){ .rule = rule, .text = buf_on(r->arena) };
	if (rule->element == STRUCT)
		f->into = doc_map(r->arena);
	else if (rule->element == DATA || rule->element == PARAMS)
		f->into = doc_list(r->arena);
	return true;
}

static bool
take_text(struct reading *r, const char *text)
{
	struct frame *f = top(r);
	struct span s = span_of(text);

	if (!f->rule || !f->rule->text || (element_of(f) == VALUE && f->value))
		return is_blank(s);
	buf_put_span(&f->text, s);
	return true;
}

static bool
take_node(struct reading *r, xmlTextReaderPtr reader)
{
	bool empty;

	switch (xmlTextReaderNodeType(reader)) {
	case XML_READER_TYPE_ELEMENT:
		empty = xmlTextReaderIsEmptyElement(reader) == 1;
		return begin_element(r, (const char *)xmlTextReaderConstName(reader)) && (!empty || end_element(r));
	case XML_READER_TYPE_END_ELEMENT:
		return end_element(r);
	case XML_READER_TYPE_TEXT:
	case XML_READER_TYPE_CDATA:
	case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
	case XML_READER_TYPE_WHITESPACE:
		return take_text(r, (const char *)xmlTextReaderConstValue(reader));
	case XML_READER_TYPE_COMMENT:
	case XML_READER_TYPE_PROCESSING_INSTRUCTION:
	case XML_READER_TYPE_XML_DECLARATION:
		return true;
	default:
		/* A document type, an entity. */
		return false;
	}
}

static void
close_reader(void *reader)
{
	xmlFreeTextReader(reader);
}

bool
xmlrpc_read(struct arena *a, struct span text, struct xmlrpc_call *out)
{
	const int options = XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING;
	struct reading *r = arena_new(a, struct reading);
	xmlTextReaderPtr reader;
	int state;

	if (text.len == 0 || text.len > INT_MAX || !text_is_utf8(text) || span_find_nul(text) >= 0 ||
	    span_contains(text, "<!DOCTYPE"))
		return false;
	reader = xmlReaderForMemory(text.at, (int)text.len, NULL, "UTF-8", options);
	if (!reader)
		return false;
	arena_on_clear(a, close_reader, reader);
	r->arena = a;
	while ((state = xmlTextReaderRead(reader)) == 1)
		if (!take_node(r, reader))
			return false;
	if (state != 0 || !r->ended)
		return false;
	*out = (struct xmlrpc_call){ .method = r->method, .params = r->params };
	return true;
}
