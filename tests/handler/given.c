/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Accounts, tokens and crates for tests. Crates are published through the
 * protocol, so that what tests look at is what clients would find.
 */
#include <stdio.h>

#include <zlib.h>

#include "base/buf.h"
#include "base/text.h"
#include "domain/account.h"
#include "domain/email.h"
#include "domain/token.h"
#include "request.h"
#include "support.h"
#include "wire/json.h"

/* ---- accounts and tokens ---- */

static NORETURN void
give_up(const char *what)
{
	fail_msg("%s: %s (%s)", what, w->fault->message, w->fault->detail ? w->fault->detail : "");
	abort();
}

int64_t
given_account(const char *name)
{
	const struct account *account = account_find(w, span_of(name));
	struct account_new new = { .name = name, .url = arena_printf(w->arena, "https://people.example/%s", name) };

	if (account)
		return account->id;
	account = account_create(w, &new);
	if (!account || !email_set_verified(w, account->id, span_of(arena_printf(w->arena, "%s@example.org", name))))
		give_up(name);
	return account->id;
}

/* Words separated by commas. */
static struct texts
words(const char *list, const char *prefix)
{
	struct span rest = span_of(list);
	const char **items;
	size_t count = 0;

	if (!list)
		return (struct texts){ NULL, 0 };
	items = arena_zalloc(w->arena, rest.len + 2, sizeof(*items));
	while (rest.at) {
		struct span word = span_cut(&rest, ',');

		items[count++] = arena_printf(w->arena, "%s%.*s", prefix, (int)word.len, word.at);
	}
	return (struct texts){ items, count };
}

const char *
given_scoped_token(const char *account, const char *scopes, const char *crates)
{
	struct token_new new = { .account_id = given_account(account), .name = scopes ? scopes : "everything",
		.scopes = words(scopes, ""), .resources = words(crates, "crates/") };
	const struct token *token = token_create(w, &new);

	if (!token)
		give_up(account);
	return token->secret;
}

const char *
given_token(const char *account)
{
	return given_scoped_token(account, NULL, NULL);
}

/* ---- tar and gzip ---- */

static void
put_octal(char *to, size_t size, uint64_t n)
{
	snprintf(to, size, "%0*llo", (int)size - 1, (unsigned long long)n);
}

static void
put_tar_entry(struct buf *tar, const struct tar_entry *e)
{
	static const char zeros[512];
	char header[512] = { 0 };
	unsigned sum = 0;

	snprintf(header, 100, "%s", e->path);
	put_octal(header + 100, 8, 0644);
	put_octal(header + 108, 8, 0);
	put_octal(header + 116, 8, 0);
	put_octal(header + 124, 12, e->content.len);
	put_octal(header + 136, 12, 0);
	memset(header + 148, ' ', 8);
	header[156] = e->type ? e->type : '0';
	if (e->link)
		snprintf(header + 157, 100, "%s", e->link);
	memcpy(header + 257, "ustar\00000", 8);
	for (int i = 0; i < 512; i++)
		sum += (unsigned char)header[i];
	snprintf(header + 148, 8, "%06o", sum);
	buf_put(tar, header, sizeof(header));
	buf_put_span(tar, e->content);
	buf_put(tar, zeros, (512 - e->content.len % 512) % 512);
}

static struct span
gzip(struct span plain)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)plain.at, .avail_in = (uInt)plain.len };
	size_t size;
	char *out;

	if (deflateInit2(&z, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	size = deflateBound(&z, plain.len);
	out = arena_alloc(w->arena, size);
	z.next_out = (Bytef *)out;
	z.avail_out = (uInt)size;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	deflateEnd(&z);
	return span_make(out, size - z.avail_out);
}

struct span
tar_of(const struct tar_entry *entries)
{
	static const char end[1024];
	struct buf tar = buf_on(w->arena);

	for (; entries->path; entries++)
		put_tar_entry(&tar, entries);
	buf_put(&tar, end, sizeof(end));
	return buf_span(&tar);
}

struct span
crate_of(const struct tar_entry *entries)
{
	return gzip(tar_of(entries));
}

/* ---- crates ---- */

/* A text of the metadata as a line of Cargo.toml. */
static void
put_toml(struct buf *toml, const struct doc *metadata, const char *member, const char *key)
{
	const struct doc *d = doc_find(metadata, member);

	if (!doc_is(d, DOC_TEXT))
		return;
	buf_printf(toml, "%s = ", key);
	json_write_text(toml, d->is.text);
	buf_putc(toml, '\n');
}

struct span
crate_tarball(const char *name, const char *version, const struct doc *metadata)
{
	static const char *const members[][2] = {
		{ "description", "description" }, { "license", "license" }, { "license_file", "license-file" },
		{ "homepage", "homepage" }, { "documentation", "documentation" }, { "repository", "repository" },
		{ "links", "links" }, { "rust_version", "rust-version" }, { "edition", "edition" },
	};
	struct buf toml = buf_on(w->arena);
	struct tar_entry entries[3] = { 0 };

	buf_printf(&toml, "[package]\nname = \"%s\"\nversion = \"%s\"\n", name, version);
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		put_toml(&toml, metadata, members[i][0], members[i][1]);
	buf_puts(&toml, "\n[lib]\npath = \"src/lib.rs\"\n");
	entries[0].path = arena_printf(w->arena, "%s-%s/Cargo.toml", name, version);
	entries[0].content = buf_span(&toml);
	entries[1].path = arena_printf(w->arena, "%s-%s/src/lib.rs", name, version);
	entries[1].content = SPAN("pub fn f() {}\n");
	return crate_of(entries);
}

struct default_member {
	const char *key;
	const char *json;
};

static const struct default_member usual_metadata[] = {
	{ "deps", "[]" }, { "features", "{}" }, { "authors", "[]" }, { "description", "\"A crate for tests\"" },
	{ "documentation", "null" }, { "homepage", "null" }, { "readme", "null" }, { "readme_file", "null" },
	{ "keywords", "[]" }, { "categories", "[]" }, { "license", "\"MIT\"" }, { "license_file", "null" },
	{ "repository", "null" }, { "badges", "{}" }, { "links", "null" }, { "rust_version", "null" }, { NULL, NULL },
};
static const struct default_member usual_dependency[] = {
	{ "features", "[]" }, { "optional", "false" }, { "default_features", "true" }, { "target", "null" },
	{ "kind", "\"normal\"" }, { "version_req", "\"^1\"" }, { NULL, NULL },
};

static void put_dependencies(struct buf *json, const struct doc *list);

/* The members of GIVEN, and what is usual where it says nothing. */
static void
put_members(struct buf *json, const struct doc *given, const struct default_member *usual)
{
	for (const struct doc *d = doc_first(given); d; d = d->next) {
		json_write_text(json, span_make(d->key, d->key_len));
		buf_putc(json, ':');
		if (span_is(span_make(d->key, d->key_len), "deps") && doc_is(d, DOC_LIST))
			put_dependencies(json, d);
		else
			json_write(json, d, NULL);
		buf_putc(json, ',');
	}
	for (; usual->key; usual++)
		if (!doc_find(given, usual->key))
			buf_printf(json, "\"%s\":%s,", usual->key, usual->json);
	buf_truncate(json, json->len - 1);
}

static void
put_dependencies(struct buf *json, const struct doc *list)
{
	buf_putc(json, '[');
	for (const struct doc *d = doc_first(list); d; d = d->next) {
		buf_putc(json, '{');
		put_members(json, d, usual_dependency);
		buf_puts(json, d->next ? "}," : "}");
	}
	buf_putc(json, ']');
}

static void
put_length(struct buf *b, size_t n)
{
	for (int i = 0; i < 4; i++)
		buf_putc(b, (char)(n >> (8 * i)));
}

struct span
publish_frame(struct span json, struct span tarball)
{
	struct buf b = buf_on(w->arena);

	put_length(&b, json.len);
	buf_put_span(&b, json);
	put_length(&b, tarball.len);
	buf_put_span(&b, tarball);
	return buf_span(&b);
}

static const struct doc *
read_metadata(const char *metadata)
{
	struct fault fault;
	const struct doc *d;

	fault_init(&fault, w->arena);
	d = json_read(w->arena, &fault, span_of(metadata ? metadata : "{}"));
	if (!d)
		fail_msg("metadata: %s", fault.message);
	return d;
}

static struct span
metadata_json(const char *name, const char *version, const struct doc *metadata)
{
	struct buf json = buf_on(w->arena);

	buf_puts(&json, "{\"name\":");
	json_write_text(&json, span_of(name));
	buf_puts(&json, ",\"vers\":");
	json_write_text(&json, span_of(version));
	buf_putc(&json, ',');
	put_members(&json, metadata, usual_metadata);
	buf_putc(&json, '}');
	return buf_span(&json);
}

struct span
publish_body_with(const char *name, const char *version, const char *metadata, struct span tarball)
{
	return publish_frame(metadata_json(name, version, read_metadata(metadata)), tarball);
}

struct span
publish_body(const char *name, const char *version, const char *metadata)
{
	return publish_body_with(name, version, metadata, crate_tarball(name, version, read_metadata(metadata)));
}

const struct test_answer *
publish(const char *token, const char *name, const char *version, const char *metadata)
{
	struct test_request request = { .method = "PUT", .target = "/api/v1/crates/new", .token = token,
		.body = publish_body(name, version, metadata) };

	return test_send(&request);
}

void
given_crate(const char *owner, const char *name, const char *version, const char *metadata)
{
	const struct test_answer *answer = publish(given_token(owner), name, version, metadata);

	if (answer->status != 200 || doc_at(answer->json, "errors"))
		fail_msg("publishing %s %s: %d %s", name, version, answer->status, answer->body.at);
}
