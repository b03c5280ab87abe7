/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a request's body: into a document, into a spool file, or bytewise
 * by the handler. Limits hold as the bytes arrive, whatever length was
 * announced.
 */
#include "protocols/body.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/settings.h"
#include "base/tempfile.h"
#include "http/accept.h"
#include "protocols/call.h"

#define CHUNK 65536

static ssize_t
read_some(struct call *c, void *to, size_t size)
{
	struct body_source *source = &c->request->body;
	ssize_t n;

	if (!source->read)
		return 0;
	n = source->read(source->source, to, size);
	if (n > 0)
		c->request->body_size += n;
	else
		source->read = NULL;
	return n;
}

bool
body_read_bytes(struct call *c, void *to, size_t size, size_t *got)
{
	*got = 0;
	while (*got < size) {
		ssize_t n = read_some(c, (char *)to + *got, size - *got);

		if (n < 0)
			return fault_raise(&c->fault, FAULT_BAD_REQUEST, "the request body ended early");
		if (n == 0)
			return true;
		*got += (size_t)n;
	}
	return true;
}

struct tempfile *
body_spool(struct call *c, int64_t size, unsigned kinds, struct digests *digests, int64_t *got)
{
	struct arena *a = c->work.arena;
	struct tempfile *file = tempfile_new(a, &c->fault, c->work.config->spool_dir);
	struct digest *digest = digest_new(a, kinds);
	char *chunk = arena_alloc(a, CHUNK);

	*got = 0;
	while (file && *got < size) {
		size_t want = size - *got < CHUNK ? (size_t)(size - *got) : CHUNK, n;

		if (!body_read_bytes(c, chunk, want, &n))
			return NULL;
		if (n > 0 && !tempfile_write(file, &c->fault, chunk, n))
			return NULL;
		digest_update(digest, chunk, n);
		*got += (int64_t)n;
		if (n < want)
			break;
	}
	digest_finish(digest, digests);
	return file;
}

/* The announced length, when there is one, spares us reading what is too large anyway. */
static bool
check_length(struct call *c, int64_t limit)
{
	if (c->request->body.length <= limit)
		return true;
	return fault_raise(&c->fault, FAULT_TOO_LARGE, "the request body is larger than %lld bytes", (long long)limit);
}

/* What the body is written in; NULL and MEDIA_TYPE raised when nobody here reads that. */
static const struct codec *
choose_reader(struct call *c)
{
	const struct serializer *s = c->protocol->serializers;
	const char *type = request_header(c->request, "content-type");

	if (!s[1].media_type)
		return s->codec->read ? s->codec : NULL;
	for (; s->media_type; s++)
		if (s->codec->read && media_type_is(type, s->media_type))
			return s->codec;
	return NULL;
}

static bool
read_document(struct call *c)
{
	const struct codec *codec;
	int64_t limit = c->work.config->max_document;
	struct buf body = buf_on(c->work.arena);
	size_t n;

	if (!check_length(c, limit))
		return false;
	do {
		if (!body_read_bytes(c, buf_reserve(&body, CHUNK), CHUNK, &n))
			return false;
		body.len += n;
		if (body.len > (size_t)limit)
			return check_length(c, -1);
	} while (n == CHUNK);
	c->request->body_bytes = buf_span(&body);
	if (c->protocol->empty_is_map && body.len == 0) {
		c->document = doc_map(c->work.arena);
		return true;
	}
	codec = choose_reader(c);
	if (!codec)
		return fault_raise_plain(&c->fault, FAULT_MEDIA_TYPE);
	if (c->protocol->check_document_type && !c->protocol->check_document_type(c))
		return false;
	c->document = codec->read(c->work.arena, &c->fault, c->request->body_bytes);
	if (!c->document && c->protocol->document_error)
		c->fault.message = arena_printf(c->work.arena, "%s%s", c->protocol->document_error, c->fault.message);
	return c->document != NULL;
}

static bool
read_spool(struct call *c)
{
	int64_t limit = c->work.config->max_body, got;

	if (!check_length(c, limit))
		return false;
	c->request->body_file = body_spool(c, limit + 1, DIGEST_ALL, &c->digests, &got);
	if (c->request->body_file && got > limit)
		return check_length(c, -1);
	return c->request->body_file != NULL;
}

bool
body_read(struct call *c)
{
	switch (c->route->body) {
	case BODY_DOCUMENT:
		return read_document(c);
	case BODY_SPOOL:
		return read_spool(c);
	case BODY_NONE:
	case BODY_STREAM:
		break;
	}
	return true;
}

void
body_drain(struct call *c, int64_t limit)
{
	char chunk[4096];
	ssize_t n = 0;

	while (limit > 0 && (n = read_some(c, chunk, sizeof(chunk))) > 0)
		limit -= n;
}
