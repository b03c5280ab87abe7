/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the form that uploads a Python distribution: what several clients
 * send, what becomes of texts, and the limits.
 */
#include "unit.h"

#include <unistd.h>

#include "base/buf.h"
#include "base/encode.h"
#include "base/settings.h"
#include "base/tempfile.h"
#include "formbody.h"
#include "http/query.h"
#include "protocols/call.h"
#include "protocols/pypi/form.h"

#define URLENCODED "application/x-www-form-urlencoded"

/* ---- a call ---- */

struct source {
	struct span rest;
	size_t asked;
	bool breaks;			/* the client goes away at the end */
};

static struct source source;
static struct call *call;
static struct request *request;
static struct pypi_form form;
static struct pypi_form_limits limits;

static ssize_t
read_source(void *from, void *to, size_t size)
{
	struct source *s = from;
	size_t n = s->rest.len < size ? s->rest.len : size;

	s->asked++;
	if (n == 0 && s->breaks)
		return -1;
	if (n > 0)
		memcpy(to, s->rest.at, n);
	s->rest = span_skip(s->rest, n);
	return (ssize_t)n;
}

/* A call by somebody who is known, with a body. */
static void
given_body(const char *type, struct span body)
{
	static const struct protocol protocol = { .name = "test", .anonymous_fault = FAULT_FORBIDDEN };
	static const struct route route = { .scope = SCOPE_PUBLISH_UPDATE };
	static struct config config = { .base_url = "https://registry.example", .spool_dir = "/tmp" };

	source = (struct source){ .rest = body };
	request = arena_new(arena, struct request);
	request->body = (struct body_source){ read_source, &source, -1 };
	if (type)
		request_add_header(arena, request, "Content-Type", type);
	call = arena_new(arena, struct call);
	fault_init(&call->fault, arena);
	call->work.arena = arena;
	call->work.fault = &call->fault;
	call->work.config = &config;
	call->protocol = &protocol;
	call->route = &route;
	call->request = request;
	call->authenticated = true;
	call->actor.account_id = 1;
	limits = (struct pypi_form_limits){
		.fields = 100, .field_bytes = 10000, .text_bytes = 100000, .file_bytes = 1000000,
	};
}

static void
given_fields(const struct form_field *fields)
{
	given_body(FORM_TYPE, form_body(arena, fields));
}

#define GIVEN(...) given_fields((const struct form_field[]){ __VA_ARGS__, { .name = NULL } })
#define TEXT(name_, value_) { .name = (name_), .value = SPAN(value_) }
#define FILE_OF(name_, value_) \
	{ .name = (name_), .filename = "a-1.0.tar.gz", .type = "application/octet-stream", .value = SPAN(value_) }

static void
assert_read(void)
{
	if (!pypi_form_read(call, &limits, &form))
		fail_msg("%s", call->fault.message);
	assert_false(fault_is_set(&call->fault));
}

static void
assert_refused(enum fault_kind kind, const char *message)
{
	assert_false(pypi_form_read(call, &limits, &form));
	assert_string_equal(call->fault.message, message);
	assert_int_equal(call->fault.kind, kind);
}

/* ---- what was read ---- */

static void
put_list(struct buf *b, const struct core_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		buf_puts(b, i > 0 ? "|" : "");
		buf_put_span(b, list->at[i]);
	}
}

/* The fields of the metadata that are there, as "name=a; classifiers=b|c; ". */
static const char *
metadata(void)
{
	struct buf b = buf_on(arena);

	for (size_t i = 0; i < CORE_FIELDS; i++) {
		const struct core_field *f = &core_fields[i];

		if (f->multiple ? core_texts(&form.metadata, f)->count == 0 : !core_text(&form.metadata, f)->at)
			continue;
		buf_printf(&b, "%s=", f->form);
		if (f->multiple)
			put_list(&b, core_texts(&form.metadata, f));
		else
			buf_put_span(&b, *core_text(&form.metadata, f));
		buf_puts(&b, "; ");
	}
	return buf_text(&b);
}

static void
assert_text(struct span text, const char *wanted)
{
	assert_true(text.at != NULL);
	assert_string_equal(arena_dup(arena, text.at, text.len), wanted);
}

static void
assert_spool_holds(struct span wanted)
{
	const struct pypi_form_file *file = &form.content;
	char *bytes = arena_alloc(arena, wanted.len + 1);
	struct digest *digest = digest_new(arena, PYPI_FORM_DIGESTS);
	struct digests sums;

	assert_non_null(file->spool);
	assert_int_equal(file->size, wanted.len);
	assert_int_equal(pread(file->spool->fd, bytes, wanted.len + 1, 0), wanted.len);
	assert_memory_equal(bytes, wanted.at, wanted.len);
	digest_update(digest, wanted.at, wanted.len);
	digest_finish(digest, &sums);
	assert_int_equal(file->digests.kinds, PYPI_FORM_DIGESTS);
	assert_memory_equal(file->digests.md5, sums.md5, sizeof(sums.md5));
	assert_memory_equal(file->digests.sha256, sums.sha256, sizeof(sums.sha256));
	assert_memory_equal(file->digests.blake2b_256, sums.blake2b_256, sizeof(sums.blake2b_256));
}

/* ---- clients ---- */

#define SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define BLAKE2 "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319"

static void
a_form_of_twine_is_read(void **state)
{
	(void)state;
	GIVEN(TEXT("name", "demo"), TEXT("version", "1.0"), TEXT("filetype", "sdist"), TEXT("pyversion", "source"),
	      TEXT("metadata_version", "2.1"), TEXT("summary", "A demo"), TEXT("home_page", "UNKNOWN"),
	      TEXT("author", "An Author"), TEXT("author_email", "a@example.com"), TEXT("maintainer", ""),
	      TEXT("maintainer_email", ""), TEXT("license", "MIT"), TEXT("description", "# Demo\r\n\r\n--x\r\n"),
	      TEXT("keywords", "a,b"), TEXT("classifiers", "B :: C"), TEXT("classifiers", "A"),
	      TEXT("download_url", ""), TEXT("comment", ""), TEXT("sha256_digest", SHA256),
	      TEXT("project_urls", "Home, https://example.com/a,b"), TEXT("project_urls", "Docs, https://example.com"),
	      TEXT("requires_dist", "a>=1"), TEXT("requires_dist", "b ; extra == 'x'"), TEXT("requires_python", ">=3.8"),
	      TEXT("provides_extras", "x"), TEXT("description_content_type", "text/markdown"),
	      TEXT("md5_digest", "900150983cd24fb0d6963f7d28e17f72"), TEXT("blake2_256_digest", BLAKE2),
	      TEXT(":action", "file_upload"), TEXT("protocol_version", "1"), FILE_OF("content", "abc"));
	assert_read();
	assert_string_equal(metadata(),
		"metadata_version=2.1; name=demo; version=1.0; summary=A demo; description=# Demo\r\n\r\n--x\r\n; "
		"description_content_type=text/markdown; keywords=a,b; author=An Author; author_email=a@example.com; "
		"license=MIT; classifiers=B :: C|A; requires_dist=a>=1|b ; extra == 'x'; requires_python=>=3.8; "
		"project_urls=Home, https://example.com/a,b|Docs, https://example.com; provides_extra=x; ");
	assert_text(form.action, "file_upload");
	assert_text(form.protocol_version, "1");
	assert_text(form.filetype, "sdist");
	assert_text(form.pyversion, "source");
	assert_text(form.sha256_digest, SHA256);
	assert_text(form.blake2_256_digest, BLAKE2);
	assert_text(form.md5_digest, "900150983cd24fb0d6963f7d28e17f72");
	assert_null(form.comment.at);
	assert_text(form.content.filename, "a-1.0.tar.gz");
	assert_text(form.content.content_type, "application/octet-stream");
	assert_spool_holds(SPAN("abc"));
	assert_true(pypi_form_check(&call->fault, &form));
	assert_true(pypi_form_check_file(&call->fault, &form));
	assert_true(pypi_form_check_digests(&call->fault, &form));
}

static void
a_form_of_poetry_is_read(void **state)
{
	(void)state;
	GIVEN(TEXT("name", "demo"), TEXT("version", "1.0"), TEXT("filetype", "sdist"), TEXT("pyversion", ""),
	      TEXT("metadata_version", "2.1"), TEXT("summary", "A demo"), TEXT("home_page", "https://example.com"),
	      TEXT("author", "An Author"), TEXT("sha256_digest", SHA256), TEXT("md5_digest", ""),
	      TEXT("requires_dist", "a"), TEXT("requires_python", ">=3.8,<4.0"), TEXT("blake2_256_digest", BLAKE2),
	      TEXT(":action", "file_upload"), TEXT("protocol_version", "1"), FILE_OF("content", "abc"));
	assert_read();
	assert_string_equal(metadata(),
		"metadata_version=2.1; name=demo; version=1.0; summary=A demo; home_page=https://example.com; "
		"author=An Author; requires_dist=a; requires_python=>=3.8,<4.0; ");
	assert_null(form.pyversion.at);
	assert_true(pypi_form_check(&call->fault, &form));
	assert_text(form.pyversion, "source");
}

static void
a_form_of_pdm_is_read(void **state)
{
	(void)state;
	GIVEN(TEXT("name", "demo"), TEXT("version", "1.0"), TEXT("filetype", "bdist_wheel"), TEXT("pyversion", "py3"),
	      TEXT("metadata_version", "2.1"), TEXT("provides_extras", "x"), TEXT("provides_extras", "y"),
	      TEXT("md5_digest", "900150983cd24fb0d6963f7d28e17f72"), TEXT("sha256_digest", SHA256),
	      TEXT("blake2_256_digest", BLAKE2), TEXT("protocol_version", "1"), TEXT(":action", "file_upload"),
	      { .name = "gpg_signature", .filename = "a.asc", .value = SPAN("-----BEGIN PGP SIGNATURE-----") },
	      { .name = "content", .filename = "demo-1.0-py3-none-any.whl", .type = "application/octet-stream",
		.value = SPAN("PK") });
	assert_read();
	assert_string_equal(metadata(), "metadata_version=2.1; name=demo; version=1.0; provides_extra=x|y; ");
	assert_text(form.content.filename, "demo-1.0-py3-none-any.whl");
	assert_spool_holds(SPAN("PK"));
	assert_true(pypi_form_check(&call->fault, &form));
	assert_text(form.pyversion, "py3");
}

static void
a_form_of_uv_is_read(void **state)
{
	(void)state;
	GIVEN(TEXT(":action", "file_upload"), TEXT("sha256_digest", SHA256), TEXT("protocol_version", "1"),
	      TEXT("metadata_version", "2.5"), TEXT("name", "demo"), TEXT("version", "1.0"),
	      TEXT("filetype", "bdist_wheel"), TEXT("pyversion", "py3"), TEXT("license_expression", "MIT"),
	      TEXT("license_file", "LICENSE"), TEXT("import_names", "demo"), TEXT("import_namespaces", "ns"),
	      TEXT("dynamic", "version"),
	      { .name = "content", .filename = "demo-1.0-py3-none-any.whl", .type = "application/octet-stream",
		.value = SPAN("PK\r\n") },
	      TEXT("attestations", "[]"));
	assert_read();
	assert_string_equal(metadata(),
		"metadata_version=2.5; name=demo; version=1.0; dynamic=version; license_expression=MIT; "
		"license_file=LICENSE; import_name=demo; import_namespace=ns; ");
	assert_text(form.attestations, "[]");
	assert_spool_holds(SPAN("PK\r\n"));
}

/* ---- texts ---- */

static const char *
read_pairs(struct span pairs)
{
	given_body(URLENCODED, pairs);
	if (!pypi_form_read(call, &limits, &form))
		return call->fault.message;
	return form.invalid ? arena_printf(arena, "%s!%s", metadata(), form.invalid) : metadata();
}

static const struct {
	const char *pairs;
	const char *read;		/* with "!" before a field given too often */
} texts[] = {
	{ "", "" },
	{ "&name=a&&version=1+2%2b", "name=a; version=1 2+; " },
	{ "Name=a&project-url=a&nothing=x&=y", "" },
	/* Absent. */
	{ "name=&summary=UNKNOWN&license=+UNKNOWN%0a&author=unknown", "author=unknown; " },
	{ "classifiers=&classifiers=UNKNOWN&classifiers=A&classifiers", "classifiers=A; " },
	{ "name=UNKNOWN&name=a", "name=a; " },
	/* NUL. */
	{ "name=a%00b&classifiers=%00%00&keywords=%00x%00", "name=a\\x00b; keywords=\\x00x\\x00; classifiers=\\x00\\x00; " },
	/* Too often. */
	{ "name=a&name=a", "name=a; !name" },
	{ "name=a&name=", "name=a; !name" },
	{ "keywords=a&keywords=b&author=a&author=a", "keywords=a; author=a; !author" },
	{ "author=a&author=a&version=1&version=2&license=a&license=b", "version=1; author=a; license=a; !version" },
	{ "version=1&version=2&metadata_version=1&metadata_version=1", "metadata_version=1; version=1; !metadata_version" },
	{ "version=1&version=2&name=1&name=1&author=1&author=1", "name=1; version=1; author=1; !name" },
	{ "filetype=a&filetype=b&provides_extra=a&provides_extras=b", "provides_extra=a|b; " },
	{ "project_urls=a,x&project_urls=b,x&project_urls=A,x", "project_urls=a,x|b,x|A,x; " },
	{ "project_urls=b,x&project_urls=c,x&project_urls=a,x&project_urls=+b+,y",
	  "project_urls=b,x|c,x|a,x| b ,y; !project_urls" },
	{ "project_urls=ab,x&project_urls=a,x&project_urls=ab,y", "project_urls=ab,x|a,x|ab,y; !project_urls" },
	{ "project_urls=a&project_urls=a", "project_urls=a|a; !project_urls" },
	/* No text. */
	{ "name=%c3%a9", "name=\xc3\xa9; " },
	{ "summary=%ff", "summary: Should be UTF-8." },
	{ "nothing=%ff", "nothing: Should be UTF-8." },
	{ "name=%", "Invalid form: malformed escape." },
	{ "%ff=a", "Invalid form: malformed escape." },
};

static void
texts_are_read_by_the_rules_of_the_public_index(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++)
		assert_string_equal(read_pairs(span_of(texts[i].pairs)), texts[i].read);
}

static void
a_part_follows_the_same_rules(void **state)
{
	(void)state;
	GIVEN(TEXT("name", "a\0b"), TEXT("summary", "UNKNOWN"), TEXT("nothing", "x"), TEXT("version", ""));
	assert_read();
	assert_string_equal(metadata(), "name=a\\x00b; ");
	GIVEN(TEXT("summary", "\xff"));
	assert_refused(FAULT_BAD_REQUEST, "summary: Should be UTF-8.");
}

static void
the_action_may_stand_in_the_query_string(void **state)
{
	(void)state;
	given_body(URLENCODED, SPAN("name=a"));
	call->query = query_parse(arena, fault, SPAN(":action=file_upload"), 100, 10);
	assert_read();
	assert_text(form.action, "file_upload");
	given_body(URLENCODED, SPAN(":action=submit"));
	call->query = query_parse(arena, fault, SPAN(":action=file_upload"), 100, 10);
	assert_read();
	assert_text(form.action, "submit");
	given_body(NULL, SPAN(""));
	call->query = query_parse(arena, fault, SPAN("x=y&:action="), 100, 10);
	assert_read();
	assert_null(form.action.at);
}

/* ---- files ---- */

static void
a_text_that_comes_as_a_file_is_refused(void **state)
{
	(void)state;
	GIVEN(TEXT("name", "a"), FILE_OF("description", "x"), FILE_OF("content", "abc"));
	assert_refused(FAULT_BAD_REQUEST, "description: Should not be a tuple.");
	GIVEN(FILE_OF("other", "x"));
	assert_refused(FAULT_BAD_REQUEST, "other: Should not be a tuple.");
	GIVEN(FILE_OF("1234567890123456789012345678901234567890123456789012345678901", "x"));
	assert_refused(FAULT_BAD_REQUEST,
		       "123456789012345678901234567890...234567890123456789012345678901: Should not be a tuple.");
}

static void
a_second_file_is_refused(void **state)
{
	(void)state;
	GIVEN(FILE_OF("content", "a"), FILE_OF("content", "a"));
	assert_refused(FAULT_BAD_REQUEST, "Upload payload has more than one file.");
}

static void
what_is_no_file_is_none(void **state)
{
	(void)state;
	GIVEN(TEXT("content", "abc"));
	assert_read();
	assert_null(form.content.filename.at);
	GIVEN({ .name = "content", .filename = "", .type = "application/octet-stream", .value = SPAN("") });
	assert_read();
	assert_null(form.content.filename.at);
	assert_false(pypi_form_check_file(fault, &form));
	assert_string_equal(fault->message, "Upload payload does not have a file.");
}

static struct span
noise(size_t len)
{
	char *bytes = arena_alloc(arena, len);
	uint32_t x = 1;

	for (size_t i = 0; i < len; i++) {
		x = x * 1664525 + 1013904223;
		/* Many line ends, so that delimiters seem to begin everywhere. */
		bytes[i] = "\r\n-4fb1c5"[x >> 24 & 7];
	}
	return span_make(bytes, len);
}

static void
a_file_of_any_size_arrives_as_it_is(void **state)
{
	(void)state;
	for (size_t len = 65536 - 300; len < 65536 + 20; len++) {
		struct span bytes = noise(len);

		GIVEN(TEXT("name", "a"), { .name = "content", .filename = "a", .value = bytes }, TEXT("version", "1"));
		assert_read();
		assert_string_equal(metadata(), "name=a; version=1; ");
		assert_spool_holds(bytes);
	}
}

static void
the_fields_behind_a_file_that_is_too_large_are_known(void **state)
{
	(void)state;
	GIVEN(FILE_OF("content", "abcd"), TEXT("name", "a"));
	limits.file_bytes = 3;
	assert_read();
	assert_string_equal(metadata(), "name=a; ");
	assert_text(form.content.filename, "a-1.0.tar.gz");
	assert_int_equal(form.content.size, 4);
	assert_null(form.content.spool);
	GIVEN(FILE_OF("content", "abcd"));
	limits.file_bytes = 4;
	assert_read();
	assert_spool_holds(SPAN("abcd"));
}

/* Endless zeros behind the rest. */
static ssize_t
read_endless(void *from, void *to, size_t size)
{
	struct source *s = from;
	ssize_t n = read_source(from, to, size);

	if (n > 0)
		return n;
	memset(to, 0, size);
	s->breaks = false;
	s->asked += size;
	return (ssize_t)size;
}

static void
a_file_without_end_is_given_up(void **state)
{
	struct span body;

	(void)state;
	body = form_body(arena, (const struct form_field[]){ TEXT("name", "demo"), FILE_OF("content", ""), { .name = NULL } });
	given_body(FORM_TYPE, span_make(body.at, body.len - 24));
	request->body.read = read_endless;
	limits.file_bytes = 1 << 20;
	assert_refused(FAULT_BAD_REQUEST, "File too large. Limit for project 'demo' is 1 MB. "
					  "See https://registry.example/ for more information.");
	assert_in_range(request->body_size, PYPI_FORM_DRAIN, PYPI_FORM_DRAIN + (2 << 20));
}

/* ---- limits ---- */

static struct span
repeat(const char *text, size_t count)
{
	struct buf b = buf_on(arena);

	for (size_t i = 0; i < count; i++)
		buf_puts(&b, text);
	return buf_span(&b);
}

static void
a_flood_of_fields_is_refused(void **state)
{
	(void)state;
	GIVEN(TEXT("a", "1"), TEXT("b", "1"), TEXT("c", "1"));
	limits.fields = 3;
	assert_read();
	GIVEN(TEXT("a", "1"), TEXT("b", "1"), TEXT("c", "1"));
	limits.fields = 2;
	assert_refused(FAULT_BAD_REQUEST, "Invalid multipart body: too many parts.");
	given_body(URLENCODED, repeat("a=1&", 100));
	assert_read();
	given_body(URLENCODED, repeat("a=1&", 101));
	assert_refused(FAULT_TOO_LARGE, "Invalid form: too many fields.");
}

static void
a_text_is_taken_up_to_its_limit(void **state)
{
	(void)state;
	GIVEN({ .name = "description", .value = repeat("x", 10000) });
	assert_read();
	assert_int_equal(form.metadata.description.len, 10000);
	GIVEN({ .name = "description", .value = repeat("x", 10001) });
	assert_refused(FAULT_TOO_LARGE, "description: Too long.");
	given_body(URLENCODED, span_of(arena_printf(arena, "description=%s", repeat("x", 10001).at)));
	assert_refused(FAULT_TOO_LARGE, "description: Too long.");
}

static void
all_texts_together_are_taken_up_to_a_limit(void **state)
{
	static const char message[] = "The form is larger than 1000 bytes without its file.";

	(void)state;
	GIVEN({ .name = "content", .filename = "a", .value = repeat("x", 200000) });
	limits.text_bytes = 1000;
	assert_read();
	GIVEN({ .name = "content", .filename = "a", .value = repeat("x", 200000) },
	      { .name = "ignored", .value = repeat("x", 1000) });
	limits.text_bytes = 1000;
	assert_refused(FAULT_TOO_LARGE, message);
	/* Behind the end, too. */
	given_body(FORM_TYPE, span_of(arena_printf(arena, "%s%s", form_body(arena, &(struct form_field){ .name = NULL }).at,
						   repeat("x", 1000).at)));
	limits.text_bytes = 1000;
	assert_refused(FAULT_TOO_LARGE, message);
	given_body(URLENCODED, repeat("&", 1001));
	limits.text_bytes = 1000;
	assert_refused(FAULT_TOO_LARGE, message);
}

/* ---- who, and what else ---- */

static void
nobody_is_refused_before_a_byte_is_read(void **state)
{
	(void)state;
	GIVEN(FILE_OF("content", "abc"));
	call->actor.account_id = 0;
	assert_false(pypi_form_read(call, &limits, &form));
	assert_int_equal(call->fault.kind, FAULT_FORBIDDEN);
	assert_int_equal(source.asked, 0);
}

static void
a_ci_job_without_an_account_is_somebody(void **state)
{
	(void)state;
	GIVEN(FILE_OF("content", "abc"));
	call->actor.account_id = 0;
	call->actor.trusted = (const struct trusted *)(const void *)&source;
	assert_read();
}

static void
a_body_that_breaks_off_is_refused(void **state)
{
	struct span body;

	(void)state;
	GIVEN(FILE_OF("content", "abc"));
	body = source.rest;
	given_body(FORM_TYPE, span_make(body.at, body.len - 10));
	assert_refused(FAULT_BAD_REQUEST, "Invalid multipart body: it ends early.");
	given_body(FORM_TYPE, span_make(body.at, body.len - 10));
	source.breaks = true;
	assert_refused(FAULT_BAD_REQUEST, "the request body ended early");
}

static void
other_bodies_are_refused_and_none_is_an_empty_form(void **state)
{
	(void)state;
	given_body("application/json", SPAN("{}"));
	assert_refused(FAULT_MEDIA_TYPE, "The request body must be multipart/form-data.");
	given_body(NULL, SPAN("name=a"));
	assert_read();
	assert_string_equal(metadata(), "");
	assert_int_equal(source.asked, 0);
}

TESTS(pypi_form,
	TEST(a_form_of_twine_is_read),
	TEST(a_form_of_poetry_is_read),
	TEST(a_form_of_pdm_is_read),
	TEST(a_form_of_uv_is_read),
	TEST(texts_are_read_by_the_rules_of_the_public_index),
	TEST(a_part_follows_the_same_rules),
	TEST(the_action_may_stand_in_the_query_string),
	TEST(a_text_that_comes_as_a_file_is_refused),
	TEST(a_second_file_is_refused),
	TEST(what_is_no_file_is_none),
	TEST(a_file_of_any_size_arrives_as_it_is),
	TEST(the_fields_behind_a_file_that_is_too_large_are_known),
	TEST(a_file_without_end_is_given_up),
	TEST(a_flood_of_fields_is_refused),
	TEST(a_text_is_taken_up_to_its_limit),
	TEST(all_texts_together_are_taken_up_to_a_limit),
	TEST(nobody_is_refused_before_a_byte_is_read),
	TEST(a_ci_job_without_an_account_is_somebody),
	TEST(a_body_that_breaks_off_is_refused),
	TEST(other_bodies_are_refused_and_none_is_an_empty_form),
);
