/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Query parameters and paging as the crates.io protocol words them. A seek
 * value is opaque to clients: base64url of a JSON list whose members are the
 * affair of the listing that made it.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/encode.h"
#include "base/number.h"
#include "base/text.h"
#include "protocols/crates/crates.h"
#include "wire/json.h"

#define DEFAULT_PER_PAGE 10
#define MAX_PER_PAGE 100
#define MAX_PAGE 200

bool
crates_refuse_query(struct call *c, const char *name, const char *why)
{
	return fault_raise(&c->fault, FAULT_BAD_REQUEST, "Failed to deserialize query string: %s: %s", name, why);
}

static bool
check_text(struct call *c, const char *name, struct span value)
{
	return span_find_nul(value) < 0 || crates_refuse_query(c, name, "string contains null byte");
}

bool
crates_query_text(struct call *c, const char *name, const char **value)
{
	struct span given = query_find(c->query, name);

	*value = given.at ? arena_dup(c->work.arena, given.at, given.len) : NULL;
	return check_text(c, name, given);
}

bool
crates_query_texts(struct call *c, const char *name, const struct span **values, size_t *count)
{
	const struct query *q = c->query;
	struct span *list;

	*values = NULL;
	*count = 0;
	for (size_t i = 0; q && i < q->count; i++)
		*count += span_is(q->fields[i].name, name);
	if (*count == 0)
		return true;
	*values = list = arena_zalloc(c->work.arena, *count, sizeof(*list));
	for (size_t i = 0; i < q->count; i++) {
		struct span value = q->fields[i].value;

		if (!span_is(q->fields[i].name, name))
			continue;
		if (!check_text(c, name, value))
			return false;
		*list++ = value.at ? value : SPAN("");
	}
	return true;
}

/* Why the text is no number in the range, in the words of the public registry's parser. */
static const char *
number_trouble(struct span s, bool is_signed)
{
	bool negative = is_signed && s.len > 0 && s.at[0] == '-';
	struct span digits = span_skip(s, negative);

	if (s.len == 0)
		return "cannot parse integer from empty string";
	for (size_t i = 0; i < digits.len; i++)
		if (!is_digit(digits.at[i]))
			return "invalid digit found in string";
	if (digits.len == 0)
		return "invalid digit found in string";
	return negative ? "number too small to fit in target type" : "number too large to fit in target type";
}

bool
crates_query_int(struct call *c, const char *name, int64_t min, int64_t max, struct crates_int *out)
{
	struct span given = query_find(c->query, name);

	*out = (struct crates_int){ .present = given.at != NULL };
	if (!given.at || number_parse(given, min, max, &out->value))
		return true;
	return crates_refuse_query(c, name, number_trouble(given, min < 0));
}

bool
crates_query_id(struct call *c, const char *name, struct crates_int *out)
{
	return crates_query_int(c, name, INT32_MIN, INT32_MAX, out);
}

/* ---- paging ---- */

/* A number from 1; 0 when it was not given. */
static bool
query_counter(struct call *c, const char *name, int64_t *out)
{
	struct crates_int given;

	if (!crates_query_int(c, name, 0, UINT32_MAX, &given))
		return false;
	if (given.present && given.value == 0)
		return crates_refuse_query(c, name, "invalid value: integer `0`, expected a nonzero u32");
	*out = given.value;
	return true;
}

static bool
refuse_seek(struct call *c)
{
	return fault_raise(&c->fault, FAULT_BAD_REQUEST, "invalid seek parameter");
}

static bool
read_seek(struct call *c, struct span given, const struct doc **out)
{
	struct span json = decode_base64url(c->work.arena, given);
	struct fault unread;

	fault_init(&unread, c->work.arena);
	*out = json.at ? json_read(c->work.arena, &unread, json) : NULL;
	return doc_is(*out, DOC_LIST) || refuse_seek(c);
}

static bool
check_page(struct call *c, unsigned modes, int64_t page)
{
	if (!(modes & PAGING_PAGE))
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "?page= is not supported for this request");
	if (!(modes & PAGING_LIMITED) || page <= MAX_PAGE)
		return true;
	return fault_raise(&c->fault, FAULT_BAD_REQUEST,
			   "Page %lld is unavailable for performance reasons. Please take a look at %s for alternatives.",
			   (long long)page, call_url(c, "/data-access"));
}

bool
crates_paging(struct call *c, unsigned modes, struct paging *out)
{
	struct span seek = query_find(c->query, "seek");

	*out = (struct paging){ 0 };
	if (!query_counter(c, "page", &out->page) || !query_counter(c, "per_page", &out->per_page))
		return false;
	if (out->per_page == 0)
		out->per_page = DEFAULT_PER_PAGE;
	if (out->per_page > MAX_PER_PAGE)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "cannot request more than %d items", MAX_PER_PAGE);
	if (out->page > 0 && seek.at)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "providing both ?page= and ?seek= is unsupported");
	if (out->page > 0)
		return check_page(c, modes, out->page);
	if (!seek.at)
		return true;
	if (!(modes & PAGING_SEEK))
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "?seek= is not supported for this request");
	return read_seek(c, seek, &out->seek);
}

static void
put_field(struct buf *b, struct span name, struct span value)
{
	buf_putc(b, b->len == 0 ? '?' : '&');
	encode_form(b, name);
	if (!value.at)
		return;
	buf_putc(b, '=');
	encode_form(b, value);
}

const char *
crates_query_with(struct call *c, const char *name, const char *value)
{
	const struct query *q = c->query;
	struct buf b = buf_on(c->work.arena);

	for (size_t i = 0; q && i < q->count; i++)
		if (!span_is(q->fields[i].name, name))
			put_field(&b, q->fields[i].name, q->fields[i].value);
	put_field(&b, span_of(name), span_of(value));
	return buf_text(&b);
}

const char *
crates_seek(struct call *c, const struct doc *list)
{
	struct buf b = buf_on(c->work.arena);

	json_write(&b, list, NULL);
	return encode_base64url(c->work.arena, b.at, b.len);
}

static const struct doc *
seek_member(const struct doc *seek, size_t index)
{
	const struct doc *member = doc_first(seek);

	while (member && index-- > 0)
		member = member->next;
	return member;
}

bool
crates_seek_int(struct call *c, const struct doc *seek, size_t index, int64_t *out)
{
	const struct doc *member = seek_member(seek, index);

	*out = 0;
	if (!doc_is(member, DOC_INT) || member->is.integer < 0)
		return refuse_seek(c);
	*out = member->is.integer;
	return true;
}

bool
crates_seek_text(struct call *c, const struct doc *seek, size_t index, const char **out)
{
	const struct doc *member = seek_member(seek, index);

	*out = NULL;
	if (!doc_is(member, DOC_TEXT) || span_find_nul(member->is.text) >= 0)
		return refuse_seek(c);
	*out = arena_dup(c->work.arena, member->is.text.at, member->is.text.len);
	return true;
}

static const char *
page_link(struct call *c, int64_t page)
{
	return crates_query_with(c, "page", arena_printf(c->work.arena, "%lld", (long long)page));
}

void
crates_page_meta(struct call *c, struct doc *meta, const struct paging *p, size_t shown)
{
	int64_t page = p->page > 0 ? p->page : 1;

	doc_text(meta, "next_page", (int64_t)shown == p->per_page ? page_link(c, page + 1) : NULL);
	doc_text(meta, "prev_page", page > 1 ? page_link(c, page - 1) : NULL);
}
