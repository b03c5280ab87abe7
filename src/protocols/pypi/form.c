/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the upload form; see the header. Clients send the fields in any
 * order, some of them behind the file, so all is read before anything is
 * decided; what a part is for is known when it begins.
 */
#include "protocols/pypi/form.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/encode.h"
#include "base/settings.h"
#include "base/tempfile.h"
#include "base/text.h"
#include "formats/python_repr.h"
#include "http/accept.h"
#include "http/multipart.h"
#include "protocols/body.h"
#include "protocols/call.h"

#define CHUNK 65536
#define MEBIBYTE (INT64_C(1) << 20)

enum part {
	PART_TEXT,
	PART_FILE,
	PART_IGNORED
};

/* One more text of a field that may have several. */
struct item {
	struct item *next;
	const struct core_field *field;
	struct span value;
};

struct reader {
	struct call *call;
	struct arena *arena;
	const struct pypi_form_limits *limits;
	struct pypi_form *form;
	struct multipart *multipart;
	enum part part;				/* that is being read */
	struct buf value;			/* of a text under way */
	struct digest *digest;			/* of the file */
	struct item *first;
	struct item **last;
	size_t seen[CORE_FIELDS];		/* how often each field came, even if empty */
	size_t items[CORE_FIELDS];
};

/* Fields of the form that are not the distribution's own. */
static const struct {
	const char *name;
	size_t offset;
} own_fields[] = {
	{ ":action", offsetof(struct pypi_form, action) },
	{ "protocol_version", offsetof(struct pypi_form, protocol_version) },
	{ "filetype", offsetof(struct pypi_form, filetype) },
	{ "pyversion", offsetof(struct pypi_form, pyversion) },
	{ "sha256_digest", offsetof(struct pypi_form, sha256_digest) },
	{ "blake2_256_digest", offsetof(struct pypi_form, blake2_256_digest) },
	{ "md5_digest", offsetof(struct pypi_form, md5_digest) },
	{ "comment", offsetof(struct pypi_form, comment) },
	{ "attestations", offsetof(struct pypi_form, attestations) },
};

static struct span *
own_text(struct pypi_form *form, struct span name)
{
	for (size_t i = 0; i < ARRAY_LEN(own_fields); i++)
		if (span_is(name, own_fields[i].name))
			return (struct span *)(void *)((char *)form + own_fields[i].offset);
	return NULL;
}

struct span
pypi_form_shorten(struct arena *a, struct span text)
{
	return python_repr_ends(a, text, 60);
}

/* Refuse a field by its name; WHAT follows it. */
static bool
refuse_field(struct reader *r, enum fault_kind kind, struct span name, const char *what)
{
	name = pypi_form_shorten(r->arena, name);
	return fault_raise(&r->call->fault, kind, "%.*s: %s", (int)name.len, name.at, what);
}

bool
pypi_form_refuse_size(struct call *c, struct span name, int64_t limit)
{
	struct arena *a = c->work.arena;
	bool even = limit >= MEBIBYTE;
	const char *size = arena_printf(a, "%lld %s", (long long)(even ? limit / MEBIBYTE : limit), even ? "MB" : "bytes");

	name = pypi_form_shorten(a, name);
	return fault_raise(&c->fault, FAULT_BAD_REQUEST,
			   "File too large. Limit for project '%.*s' is %s. See %s for more information.",
			   (int)name.len, name.at ? name.at : "", size, call_url(c, "/"));
}

/* ---- texts ---- */

static struct span
escape_nul(struct arena *a, struct span value)
{
	struct buf b = buf_on(a);

	if (span_find_nul(value) < 0)
		return value;
	while (value.at) {
		buf_put_span(&b, span_cut(&value, '\0'));
		if (value.at)
			buf_puts(&b, "\\x00");
	}
	return buf_span(&b);
}

static void
add_item(struct reader *r, const struct core_field *field, struct span value)
{
	struct item *item = arena_new(r->arena, struct item);

	item->field = field;
	item->value = value;
	*r->last = item;
	r->last = &item->next;
	r->items[field - core_fields]++;
}

/* VALUE lives as long as the call. */
static bool
take_text(struct reader *r, struct span name, struct span value)
{
	const struct core_field *field = core_field_by_form(name);
	struct span *text = own_text(r->form, name);

	if (!text_is_utf8(value))
		return refuse_field(r, FAULT_BAD_REQUEST, name, "Should be UTF-8.");
	/* Old tools write that where they had nothing to say. */
	if ((!field && !text) || span_is(span_trim(value), "UNKNOWN"))
		return true;
	if (field)
		r->seen[field - core_fields]++;
	if (value.len == 0)
		return true;
	value = escape_nul(r->arena, value);
	if (field && field->multiple) {
		add_item(r, field, value);
		return true;
	}
	if (field)
		text = core_text(&r->form->metadata, field);
	if (!text->at)
		*text = value;
	return true;
}

/* ---- the file ---- */

static struct span
keep(struct arena *a, struct span s)
{
	return s.at ? span_make(arena_dup(a, s.at, s.len), s.len) : s;
}

static bool
begin_file(struct reader *r, const struct multipart_part *p)
{
	struct pypi_form_file *file = &r->form->content;
	struct call *c = r->call;

	if (file->filename.at)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "Upload payload has more than one file.");
	file->filename = keep(r->arena, p->filename);
	file->content_type = keep(r->arena, p->content_type);
	file->spool = tempfile_new(r->arena, &c->fault, c->work.config->spool_dir);
	r->digest = digest_new(r->arena, PYPI_FORM_DIGESTS);
	return file->spool != NULL;
}

static bool
take_file_data(struct reader *r, struct span data)
{
	struct pypi_form_file *file = &r->form->content;
	int64_t limit = r->limits->file_bytes;

	file->size += (int64_t)data.len;
	if (file->size > limit) {
		file->spool = NULL;
		return file->size - limit <= PYPI_FORM_DRAIN ||
		       pypi_form_refuse_size(r->call, r->form->metadata.name, limit);
	}
	digest_update(r->digest, data.at, data.len);
	return tempfile_write(file->spool, &r->call->fault, data.at, data.len);
}

/* ---- parts ---- */

/* An empty file name is what browsers send for no file. */
static bool
begin_part(struct reader *r, const struct multipart_part *p)
{
	buf_truncate(&r->value, 0);
	if (p->filename.len > 0 && span_is(p->name, "content")) {
		r->part = PART_FILE;
		return begin_file(r, p);
	}
	r->part = core_field_by_form(p->name) || own_text(r->form, p->name) ? PART_TEXT : PART_IGNORED;
	if (p->filename.len == 0 || span_is(p->name, "gpg_signature"))
		return true;
	return refuse_field(r, FAULT_BAD_REQUEST, p->name, "Should not be a tuple.");
}

static bool
take_data(struct reader *r, struct span data)
{
	switch (r->part) {
	case PART_FILE:
		return take_file_data(r, data);
	case PART_TEXT:
		if (data.len > r->limits->field_bytes - r->value.len)
			return refuse_field(r, FAULT_TOO_LARGE, multipart_part(r->multipart)->name, "Too long.");
		buf_put_span(&r->value, data);
		break;
	case PART_IGNORED:
		break;
	}
	return true;
}

static bool
end_part(struct reader *r)
{
	switch (r->part) {
	case PART_FILE:
		if (r->form->content.spool)
			digest_finish(r->digest, &r->form->content.digests);
		break;
	case PART_TEXT:
		return take_text(r, multipart_part(r->multipart)->name, keep(r->arena, buf_span(&r->value)));
	case PART_IGNORED:
		break;
	}
	return true;
}

static bool
take_chunk(struct reader *r, struct span chunk)
{
	for (;;) {
		struct span data;

		switch (multipart_next(r->multipart, &chunk, &data)) {
		case MULTIPART_MORE:
			return true;
		case MULTIPART_BEGIN:
			if (!begin_part(r, multipart_part(r->multipart)))
				return false;
			break;
		case MULTIPART_DATA:
			if (!take_data(r, data))
				return false;
			break;
		case MULTIPART_END:
			if (!end_part(r))
				return false;
			break;
		case MULTIPART_FAILED:
			return false;
		}
	}
}

/* Headers, delimiters and whatever is ignored count as text. */
static bool
check_text_bytes(struct reader *r)
{
	int64_t limit = r->limits->text_bytes;

	return r->call->request->body_size - r->form->content.size <= limit ||
	       fault_raise(&r->call->fault, FAULT_TOO_LARGE, "The form is larger than %lld bytes without its file.",
			   (long long)limit);
}

static bool
read_multipart(struct reader *r)
{
	struct call *c = r->call;
	char *chunk = arena_alloc(r->arena, CHUNK);
	size_t got;

	r->multipart = multipart_new(r->arena, &c->fault, request_header(c->request, "content-type"),
				     r->limits->fields);
	if (!r->multipart)
		return false;
	do {
		if (!body_read_bytes(c, chunk, CHUNK, &got) || !take_chunk(r, span_make(chunk, got)) ||
		    !check_text_bytes(r))
			return false;
	} while (got == CHUNK);
	return multipart_finish(r->multipart);
}

/* ---- forms without a file ---- */

static bool
take_pair(struct reader *r, struct span value)
{
	struct span name = span_cut(&value, '=');

	name = decode_percent(r->arena, name, true);
	value = decode_percent(r->arena, value, true);
	if (!name.at || !value.at || !text_is_utf8(name))
		return fault_raise(&r->call->fault, FAULT_BAD_REQUEST, "Invalid form: malformed escape.");
	if (value.len > r->limits->field_bytes)
		return refuse_field(r, FAULT_TOO_LARGE, name, "Too long.");
	return take_text(r, name, value);
}

static bool
read_urlencoded(struct reader *r)
{
	struct buf body = buf_on(r->arena);
	size_t got, pairs = 0;
	struct span rest;

	do {
		if (!body_read_bytes(r->call, buf_reserve(&body, CHUNK), CHUNK, &got))
			return false;
		body.len += got;
		if (!check_text_bytes(r))
			return false;
	} while (got == CHUNK);
	for (rest = buf_span(&body); rest.at;) {
		struct span pair = span_cut(&rest, '&');

		if (pair.len == 0)
			continue;
		if (pairs++ == r->limits->fields)
			return fault_raise(&r->call->fault, FAULT_TOO_LARGE, "Invalid form: too many fields.");
		if (!take_pair(r, pair))
			return false;
	}
	return true;
}

/* ---- the whole ---- */

static void
fill_lists(struct reader *r)
{
	struct span *lists[CORE_FIELDS];

	for (size_t i = 0; i < CORE_FIELDS; i++)
		lists[i] = r->items[i] > 0 ? arena_zalloc(r->arena, r->items[i], sizeof(struct span)) : NULL;
	for (const struct item *item = r->first; item; item = item->next) {
		size_t i = (size_t)(item->field - core_fields);
		struct core_list *list = core_texts(&r->form->metadata, item->field);

		list->at = lists[i];
		lists[i][list->count++] = item->value;
	}
}

static struct span
label_of(struct span project_url)
{
	return span_trim(span_cut(&project_url, ','));
}

static int
compare_labels(const void *a, const void *b)
{
	struct span x = *(const struct span *)a, y = *(const struct span *)b;
	int order = memcmp(x.at, y.at, x.len < y.len ? x.len : y.len);

	return order != 0 ? order : (x.len > y.len) - (x.len < y.len);
}

static bool
has_repeated_label(struct arena *a, const struct core_list *urls)
{
	struct span *labels = arena_zalloc(a, urls->count + 1, sizeof(*labels));

	for (size_t i = 0; i < urls->count; i++)
		labels[i] = label_of(urls->at[i]);
	qsort(labels, urls->count, sizeof(*labels), compare_labels);
	for (size_t i = 1; i < urls->count; i++)
		if (span_equal(labels[i - 1], labels[i]))
			return true;
	return false;
}

/* Of several such fields these three are told first, others by their names. */
static int
compare_fields(const char *a, const char *b)
{
	static const char *const first[] = { "metadata_version", "name", "version" };

	for (size_t i = 0; i < ARRAY_LEN(first); i++)
		if (strcmp(a, first[i]) == 0 || strcmp(b, first[i]) == 0)
			return strcmp(b, first[i]) == 0 ? strcmp(a, first[i]) != 0 : -1;
	return strcmp(a, b);
}

static void
find_invalid(struct reader *r)
{
	struct pypi_form *form = r->form;

	for (size_t i = 0; i < CORE_FIELDS; i++) {
		const char *name = core_fields[i].form;
		bool invalid = core_fields[i].multiple
			? core_texts(&form->metadata, &core_fields[i]) == &form->metadata.project_urls &&
			  has_repeated_label(r->arena, &form->metadata.project_urls)
			: r->seen[i] > 1;

		if (invalid && (!form->invalid || compare_fields(name, form->invalid) < 0))
			form->invalid = name;
	}
}

static bool
read_body(struct reader *r)
{
	const char *type = request_header(r->call->request, "content-type");

	if (!type || *type == '\0')
		return true;
	return media_type_is(type, "application/x-www-form-urlencoded") ? read_urlencoded(r) : read_multipart(r);
}

struct pypi_form_limits
pypi_form_limits(const struct config *config, int64_t file_bytes)
{
	return (struct pypi_form_limits){
		.fields = (size_t)config->pypi_max_fields,
		.field_bytes = (size_t)config->pypi_max_field,
		.text_bytes = config->pypi_max_form,
		.file_bytes = file_bytes,
	};
}

bool
pypi_form_read(struct call *c, const struct pypi_form_limits *limits, struct pypi_form *out)
{
	struct reader *r = arena_new(c->work.arena, struct reader);

	*out = (struct pypi_form){ .invalid = NULL };
	if (!call_authenticate(c))
		return false;
	if (c->actor.account_id == 0 && !c->actor.trusted)
		return call_authorize(c, c->route->scope, NULL, NULL);
	r->call = c;
	r->arena = c->work.arena;
	r->limits = limits;
	r->form = out;
	r->value = buf_on(r->arena);
	r->last = &r->first;
	if (!read_body(r))
		return false;
	fill_lists(r);
	find_invalid(r);
	if (!out->action.at && c->query)
		out->action = query_find(c->query, ":action");
	if (out->action.len == 0)
		out->action.at = NULL;
	return true;
}
