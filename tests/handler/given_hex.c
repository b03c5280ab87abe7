/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hex packages for tests, built as the clients build them: metadata as Erlang
 * terms, a tar of the contents within a tar.
 */
#include "hex.h"

#include "base/buf.h"
#include "base/digest.h"
#include "base/encode.h"
#include "base/text.h"
#include "request.h"
#include "support.h"
#include "wire/json.h"

/* ---- JSON as Erlang terms ---- */

static void
put_text(struct buf *b, struct span text)
{
	buf_puts(b, "<<\"");
	for (size_t i = 0; i < text.len; i++) {
		if (text.at[i] == '"' || text.at[i] == '\\')
			buf_putc(b, '\\');
		buf_putc(b, text.at[i]);
	}
	buf_puts(b, "\"/utf8>>");
}

/* A map is a list of pairs here, as mix and rebar3 write it. */
static void
put_term(struct buf *b, const struct doc *d)
{
	switch ((int)d->kind) {
	case DOC_TEXT:
		put_text(b, d->is.text);
		return;
	case DOC_LIST:
	case DOC_MAP:
		break;
	default:
		json_write(b, d, NULL);
		return;
	}
	buf_putc(b, '[');
	for (const struct doc *m = doc_first(d); m; m = m->next) {
		if (d->kind == DOC_MAP) {
			buf_putc(b, '{');
			put_text(b, span_make(m->key, m->key_len));
			buf_putc(b, ',');
		}
		put_term(b, m);
		buf_puts(b, d->kind == DOC_MAP ? "}" : "");
		buf_puts(b, m->next ? "," : "");
	}
	buf_putc(b, ']');
}

/* "~> 1.0" says as much as {"app": NAME, "optional": false, "requirement": "~> 1.0"}. */
static void
put_requirements(struct buf *b, const struct doc *map)
{
	buf_putc(b, '[');
	for (const struct doc *m = doc_first(map); m; m = m->next) {
		struct span name = span_make(m->key, m->key_len);

		buf_putc(b, '{');
		put_text(b, name);
		buf_putc(b, ',');
		if (doc_is(m, DOC_TEXT)) {
			buf_puts(b, "[{<<\"app\">>,");
			put_text(b, name);
			buf_puts(b, "},{<<\"optional\">>,false},{<<\"requirement\">>,");
			put_text(b, m->is.text);
			buf_puts(b, "}]");
		} else {
			put_term(b, m);
		}
		buf_puts(b, m->next ? "}," : "}");
	}
	buf_putc(b, ']');
}

/* ---- the package ---- */

static const struct doc *
read_object(const char *json)
{
	struct fault fault;
	const struct doc *d;

	fault_init(&fault, w->arena);
	d = json_read(w->arena, &fault, span_of(json));
	if (!doc_is(d, DOC_MAP))
		fail_msg("not an object: %s", json);
	return d;
}

static void
put_field(struct buf *b, const struct doc *field)
{
	/* The outermost keys are plain. */
	buf_printf(b, "{<<\"%.*s\">>,", (int)field->key_len, field->key);
	if (span_is(span_make(field->key, field->key_len), "requirements") && doc_is(field, DOC_MAP))
		put_requirements(b, field);
	else
		put_term(b, field);
	buf_puts(b, "}.\n");
}

static const struct doc *
usual_metadata(const char *name, const char *version)
{
	return read_object(arena_printf(w->arena,
		"{\"app\": \"%s\", \"build_tools\": [\"mix\"], \"description\": \"A package for tests\","
		" \"elixir\": \"~> 1.10\", \"files\": [\"lib/%s.ex\", \"mix.exs\"], \"licenses\": [\"MIT\"],"
		" \"links\": {}, \"name\": \"%s\", \"requirements\": {}, \"version\": \"%s\"}",
		name, name, name, version));
}

static struct span
metadata_config(const struct doc *usual, const struct doc *given)
{
	struct buf b = buf_on(w->arena);

	for (const struct doc *d = doc_first(given); d; d = d->next)
		if (!doc_is(d, DOC_NULL))
			put_field(&b, d);
	for (const struct doc *d = doc_first(usual); d; d = d->next)
		if (!doc_find(given, d->key))
			put_field(&b, d);
	return buf_span(&b);
}

static struct span
contents_of(const struct doc *files)
{
	size_t count = 0, total = doc_is(files, DOC_LIST) ? files->count : 0;
	struct tar_entry *entries = arena_zalloc(w->arena, total + 1, sizeof(*entries));

	for (const struct doc *d = total > 0 ? doc_first(files) : NULL; d; d = d->next)
		if (doc_is(d, DOC_TEXT))
			entries[count++] = (struct tar_entry){ .content = SPAN("a file\n"),
				.path = arena_dup(w->arena, d->is.text.at, d->is.text.len) };
	return crate_of(entries);
}

static struct span
checksum_of(struct span metadata, struct span contents)
{
	struct buf all = buf_on(w->arena);
	uint8_t sum[SHA256_SIZE];

	buf_putc(&all, '3');
	buf_put_span(&all, metadata);
	buf_put_span(&all, contents);
	digest_sha256(buf_span(&all), sum);
	return span_of(encode_hex(w->arena, sum, sizeof(sum)));
}

struct span
hex_tarball_of(const char *name, const char *version, const char *metadata)
{
	const struct doc *usual = usual_metadata(name, version), *given = read_object(metadata ? metadata : "{}");
	const struct doc *files = doc_find(given, "files") ? doc_find(given, "files") : doc_find(usual, "files");
	struct span config = metadata_config(usual, given), contents = contents_of(files);
	struct tar_entry entries[] = {
		{ .path = "VERSION", .content = SPAN("3") },
		{ .path = "CHECKSUM", .content = checksum_of(config, contents) },
		{ .path = "metadata.config", .content = config },
		{ .path = "contents.tar.gz", .content = contents },
		{ .path = NULL },
	};

	return tar_of(entries);
}

struct span
hex_docs_of(const char *pages)
{
	const struct doc *map = read_object(pages ? pages :
		"{\"index.html\": \"<h1>Documentation</h1>\", \"dist/style.css\": \"h1 { color: teal }\"}");
	struct tar_entry *entries = arena_zalloc(w->arena, map->count + 1, sizeof(*entries));
	size_t count = 0;

	for (const struct doc *d = doc_first(map); d; d = d->next)
		if (doc_is(d, DOC_TEXT))
			entries[count++] = (struct tar_entry){ .path = arena_dup(w->arena, d->key, d->key_len),
				.content = d->is.text };
	return crate_of(entries);
}

/* ---- publishing ---- */

static void
post(const char *owner, const char *repository, const char *below, struct span body)
{
	const char *where = repository ? arena_printf(w->arena, "/repos/%s", repository) : "";
	struct test_request request = { .method = "POST", .token = given_token(owner), .body = body,
		.target = arena_printf(w->arena, "/api%s%s", where, below) };
	const struct test_answer *answer = test_send(&request);

	if (answer->status != 201)
		fail_msg("publishing at %s: %d %s", request.target, answer->status, answer->body.at);
}

void
given_hex(const char *owner, const char *repository, const char *name, const char *version, const char *metadata)
{
	post(owner, repository, "/publish?replace=false", hex_tarball_of(name, version, metadata));
}

void
given_hex_docs(const char *owner, const char *repository, const char *name, const char *version, const char *pages)
{
	post(owner, repository, arena_printf(w->arena, "/packages/%s/releases/%s/docs", name, version), hex_docs_of(pages));
}
