/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of a query string or form body (WHATWG URL §5.1).
 */
#include "http/query.h"

#include "base/arena.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/text.h"

static struct span
decode(struct arena *a, struct span s)
{
	return text_make_utf8(a, decode_form_lenient(a, s));
}

static size_t
count_fields(struct span rest)
{
	size_t n = 0;

	while (rest.at)
		n += span_cut(&rest, '&').len > 0;
	return n;
}

static struct field
read_field(struct arena *a, struct span pair)
{
	struct field field;

	field.name = decode(a, span_cut(&pair, '='));
	field.value = pair.at ? decode(a, pair) : pair;
	return field;
}

const struct query *
query_parse(struct arena *a, struct fault *f, struct span text, size_t max_size, size_t max_fields)
{
	struct query *q;
	size_t count;

	if (text.len > max_size) {
		fault_raise_plain(f, FAULT_URI_TOO_LONG);
		return NULL;
	}
	count = count_fields(text);
	if (count > max_fields) {
		fault_raise(f, FAULT_BAD_REQUEST, "more than %zu parameters", max_fields);
		return NULL;
	}
	q = arena_new(a, struct query);
	q->fields = arena_zalloc(a, count, sizeof(*q->fields));
	while (text.at) {
		struct span pair = span_cut(&text, '&');

		if (pair.len > 0)
			q->fields[q->count++] = read_field(a, pair);
	}
	return q;
}

struct span
query_find(const struct query *q, const char *name)
{
	for (size_t i = 0; q && i < q->count; i++) {
		if (!span_is(q->fields[i].name, name))
			continue;
		return q->fields[i].value.at ? q->fields[i].value : SPAN("");
	}
	return span_make(NULL, 0);
}
