/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Headers of core metadata; see the header. (RFC 5322 §2.2, as generously as
 * Python reads it.)
 */
#include "formats/core_reader.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/text.h"
#include "formats/core_metadata.h"

/* What stands before each further line of a description in a header. */
#define INDENT 8

struct header {
	const struct core_field *field;
	struct span value;		/* as it stands there */
};

struct reader {
	struct arena *arena;
	struct fault *fault;
	struct header *headers;		/* known ones */
	size_t room;
	size_t count;
	size_t lines;			/* that are headers */
	size_t counts[CORE_FIELDS];
	struct span *lists[CORE_FIELDS];	/* of those that may occur more than once */
};

/* Cut the next line off *REST, its end included: a line feed, a carriage return, or both. */
static struct span
cut_line(struct span *rest)
{
	struct span line = *rest;
	size_t len = 0;

	while (len < rest->len && rest->at[len] != '\n' && rest->at[len] != '\r')
		len++;
	if (len < rest->len && rest->at[len++] == '\r' && len < rest->len && rest->at[len] == '\n')
		len++;
	line.len = len;
	*rest = span_skip(*rest, len);
	return line;
}

static bool
is_continuation(struct span line)
{
	return line.len > 0 && (line.at[0] == ' ' || line.at[0] == '\t');
}

/* The name before the colon; at == NULL when the line is no header. */
static struct span
header_name(struct span line)
{
	for (size_t i = 0; i < line.len; i++) {
		if (line.at[i] == ':')
			return span_make(line.at, i);
		if (line.at[i] < '!' || line.at[i] > '~')
			break;
	}
	return span_make(NULL, 0);
}

static struct header *
add_header(struct reader *r, const struct core_field *field)
{
	struct header *h;

	if (r->count == r->room) {
		struct header *old = r->headers;

		r->room = r->room > 0 ? 2 * r->room : 64;
		r->headers = arena_alloc(r->arena, r->room * sizeof(*r->headers));
		if (r->count > 0)
			memcpy(r->headers, old, r->count * sizeof(*old));
	}
	h = &r->headers[r->count++];
	h->field = field;
	r->counts[field - core_fields]++;
	return h;
}

/* Take the header off *REST with the lines that continue it. */
static bool
read_header(struct reader *r, struct span name, struct span *rest)
{
	const struct core_field *field = core_field_by_header(name);
	const char *start = rest->at + name.len + 1;

	if (++r->lines > CORE_READER_MAX_HEADERS)
		return fault_raise(r->fault, FAULT_BAD_REQUEST, "Metadata has more than %d headers",
				   CORE_READER_MAX_HEADERS);
	do
		cut_line(rest);
	while (is_continuation(*rest));
	if (field)
		add_header(r, field)->value = span_make(start, (size_t)(rest->at - start));
	return true;
}

/*
 * Leave *REST at the body. A line that begins with "From " is the envelope of a
 * mailbox: it is no header among headers, but behind all of them it is text.
 */
static bool
read_headers(struct reader *r, struct span *rest)
{
	const struct span all = *rest;
	struct span envelope = { NULL, 0 };

	while (rest->len > 0) {
		struct span name = header_name(*rest);
		struct span here = *rest;

		if (name.len > 0) {
			if (!read_header(r, name, rest))
				return false;
		} else if (name.at || is_continuation(here) || span_starts(here, "From ")) {
			/* It belongs to nothing. */
			cut_line(rest);
		} else {
			break;
		}
		envelope = span_starts(here, "From ") && here.at != all.at ? here : span_make(NULL, 0);
	}
	if (envelope.at)
		*rest = envelope;
	else if (rest->len > 0 && (rest->at[0] == '\n' || rest->at[0] == '\r'))
		cut_line(rest);
	return true;
}

/* ---- values ---- */

static struct span
absent_if_unknown(struct span value)
{
	struct span trimmed = span_trim(value);

	return trimmed.len == 0 || span_is(trimmed, "UNKNOWN") ? span_make(NULL, 0) : value;
}

/* Without what was put before its lines so that they could stand in a header. */
static struct span
unindent(struct arena *a, struct span value)
{
	struct buf b = buf_on(a);

	value = span_trim(value);
	while (value.len > 0) {
		if (b.len > 0 && (span_starts(value, "        ") || span_starts(value, "       |")))
			value = span_skip(value, INDENT);
		buf_put_span(&b, cut_line(&value));
	}
	return buf_span(&b);
}

static bool
repeated(struct reader *r, const struct core_field *field)
{
	return fault_raise(r->fault, FAULT_BAD_REQUEST, "'%s' has invalid data", text_lower(r->arena, field->header));
}

static bool
make_lists(struct reader *r)
{
	for (size_t i = 0; i < CORE_FIELDS; i++) {
		const struct core_field *field = &core_fields[i];

		if (!field->multiple && r->counts[i] > 1)
			return repeated(r, field);
		if (field->multiple && r->counts[i] > 0)
			r->lists[i] = arena_zalloc(r->arena, r->counts[i], sizeof(struct span));
	}
	return true;
}

static void
fill(struct reader *r, struct core_metadata *out)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct core_field *field = r->headers[i].field;
		struct span value = absent_if_unknown(span_trim(r->headers[i].value));

		if (!value.at)
			continue;
		if (field->multiple) {
			struct core_list *list = core_texts(out, field);

			list->at = r->lists[field - core_fields];
			r->lists[field - core_fields][list->count++] = value;
		} else {
			*core_text(out, field) = value;
		}
	}
}

static bool
set_description(struct reader *r, struct span body, struct core_metadata *out)
{
	body = absent_if_unknown(body);
	if (out->description.at && body.at)
		return fault_raise(r->fault, FAULT_BAD_REQUEST, "'description' has invalid data");
	out->description = body.at ? body : unindent(r->arena, out->description);
	return true;
}

static bool
check_text(struct fault *f, struct span text)
{
	if (text.len > CORE_READER_MAX_SIZE)
		return fault_raise(f, FAULT_BAD_REQUEST, "Metadata is larger than %zu bytes", CORE_READER_MAX_SIZE);
	if (span_find_nul(text) >= 0 || !text_is_utf8(text))
		return fault_raise(f, FAULT_BAD_REQUEST, "Metadata is not UTF-8 text");
	return true;
}

bool
core_reader_parse(struct arena *a, struct fault *f, struct span text, struct core_metadata *out)
{
	struct reader r = { .arena = a, .fault = f };

	*out = (struct core_metadata){ .name = { NULL, 0 } };
	if (!check_text(f, text) || !read_headers(&r, &text) || !make_lists(&r))
		return false;
	fill(&r, out);
	return set_description(&r, text, out);
}
