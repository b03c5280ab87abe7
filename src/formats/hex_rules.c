/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules for a package's metadata; see hex_metadata.h.
 */
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/text.h"
#include "formats/hex_metadata.h"
#include "formats/license.h"
#include "version/semver.h"
#include "version/hex_req.h"
#include "wire/doc.h"

#define NUMBER_MAX UINT64_C(99999999999999)
#define NUMBER_DIGITS 14
#define PRERELEASE_MAX 64
#define NAME_MAX_LEN 255
#define APP_MAX 255
#define TEXT_MAX 65536
#define SHOWN_MAX 200

struct checker {
	struct fault *fault;
	const struct hex_rules *rules;
};

bool
hex_name_is_valid(struct span name)
{
	if (name.len == 0 || name.at[0] < 'a' || name.at[0] > 'z')
		return false;
	for (size_t i = 1; i < name.len; i++)
		if (!(name.at[i] >= 'a' && name.at[i] <= 'z') && !is_digit(name.at[i]) && name.at[i] != '_')
			return false;
	return true;
}

static void
wrong(struct checker *c, const char *field, const char *message)
{
	fault_raise_field(c->fault, FAULT_INVALID, field, "%s", message);
}

/* The text as an answer can repeat it. */
static const char *
shown(struct checker *c, const char *text)
{
	struct arena *a = c->fault->arena;

	if (strlen(text) <= SHOWN_MAX)
		return text;
	/* The cut may be within a character. */
	return text_make_utf8(a, span_make(arena_dup(a, text, SHOWN_MAX), SHOWN_MAX)).at;
}

static void
check_name(struct checker *c, const char *name)
{
	if (!name)
		wrong(c, "name", "can't be blank");
	else if (!hex_name_is_valid(span_of(name)))
		wrong(c, "name", "has invalid format");
	else if (strlen(name) < 2)
		wrong(c, "name", "should be at least 2 character(s)");
	else if (strlen(name) > NAME_MAX_LEN)
		wrong(c, "name", "should be at most 255 character(s)");
}

/* The version with its three numbers cut to one digit too many, so that they fit whatever they were. */
static const char *
shorten_numbers(struct checker *c, const char *version)
{
	struct buf b = buf_on(c->fault->arena);
	size_t digits = 0;

	for (; *version && *version != '-' && *version != '+'; version++) {
		digits = is_digit(*version) ? digits + 1 : 0;
		if (digits <= NUMBER_DIGITS + 1)
			buf_putc(&b, *version);
	}
	buf_puts(&b, version);
	return buf_text(&b);
}

static void
check_version(struct checker *c, const char *version)
{
	struct semver v;

	if (!version)
		wrong(c, "version", "can't be blank");
	else if (!semver_parse(span_of(shorten_numbers(c, version)), &v, NULL, 0))
		wrong(c, "version", "is invalid SemVer");
	else if (v.build.len > 0)
		wrong(c, "version", "build number not allowed");
	else if (v.major > NUMBER_MAX || v.minor > NUMBER_MAX || v.patch > NUMBER_MAX)
		wrong(c, "version", "numeric components must be at most 99999999999999");
	else if (v.pre.len > PRERELEASE_MAX)
		wrong(c, "version", "prerelease must be at most 64 characters");
}

static void
check_length(struct checker *c, const char *field, const char *text, size_t max)
{
	if (text && strlen(text) > max)
		fault_raise_field(c->fault, FAULT_INVALID, field, "should be at most %zu character(s)", max);
}

static bool
is_license(struct checker *c, const char *license)
{
	const char *own = "LicenseRef-";
	struct fault ignored;

	if (strncmp(license, own, strlen(own)) == 0)
		return license[strlen(own)] != '\0' && strspn(license, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			"abcdefghijklmnopqrstuvwxyz0123456789.-") == strlen(license);
	if (strpbrk(license, " \t\n/()"))
		return false;
	fault_init(&ignored, c->fault->arena);
	return license_check(&ignored, span_of(license));
}

static void
check_licenses(struct checker *c, const struct hex_list *licenses)
{
	if (c->rules->private)
		return;
	if (licenses->count == 0)
		wrong(c, "meta.licenses", "can't be blank");
	for (size_t i = 0; c->rules->spdx && i < licenses->count; i++)
		if (!is_license(c, licenses->items[i])) {
			fault_raise_field(c->fault, FAULT_INVALID, "meta.licenses", "invalid license \"%s\"",
					  shown(c, licenses->items[i]));
			return;
		}
}

/* http or https, and a host. */
static bool
is_link(struct span url)
{
	const struct span scheme = span_cut(&url, ':');

	if (!span_equal_nocase(scheme, SPAN("https")) && !span_equal_nocase(scheme, SPAN("http")))
		return false;
	for (size_t i = 0; i < url.len; i++)
		if ((unsigned char)url.at[i] <= ' ' || url.at[i] == '\177')
			return false;
	return span_starts(url, "//") && url.len > 2 && !strchr("/?#:", url.at[2]);
}

static void
check_links(struct checker *c, const struct doc *links)
{
	for (const struct doc *d = doc_first(links); d; d = d->next)
		if (!is_link(d->is.text)) {
			fault_raise_field(c->fault, FAULT_INVALID, "meta.links", "invalid link \"%s\"",
				shown(c, arena_dup(c->fault->arena, d->is.text.at, d->is.text.len)));
			return;
		}
}

static void
check_requirement(struct checker *c, const struct hex_requirement_new *r)
{
	const char *text = r->requirement;
	const char *field;

	if (!hex_name_is_valid(span_of(r->name))) {
		fault_raise_field(c->fault, FAULT_INVALID, "requirements", "invalid package name \"%s\"",
				  shown(c, r->name));
		return;
	}
	field = arena_printf(c->fault->arena, "requirements.%s", r->name);
	check_length(c, field, r->app, APP_MAX);
	if (!text)
		return;
	if (!hex_req_is_valid(span_of(text)))
		fault_raise_field(c->fault, FAULT_INVALID, field, "invalid requirement: \"%s\"", shown(c, text));
	else if (strstr(text, "!="))
		fault_raise_field(c->fault, FAULT_INVALID, field,
				  "invalid requirement: \"%s\", != is not allowed in requirements", shown(c, text));
}

static void
check_meta(struct checker *c, const struct hex_metadata *m)
{
	if (!m->app)
		wrong(c, "meta.app", "can't be blank");
	check_length(c, "meta.app", m->app, APP_MAX);
	if (!m->description && !c->rules->private)
		wrong(c, "meta.description", "can't be blank");
	check_length(c, "meta.description", m->description, TEXT_MAX);
	if (m->build_tools.count == 0)
		wrong(c, "meta.build_tools", "can't be blank");
	if (!m->files.given)
		wrong(c, "meta.files", "can't be blank");
	else if (m->files.count == 0)
		wrong(c, "meta.files", "package can't be empty");
	check_licenses(c, &m->licenses);
	check_links(c, m->links);
	if (m->elixir && !hex_req_is_valid(span_of(m->elixir)))
		fault_raise_field(c->fault, FAULT_INVALID, "meta.elixir", "invalid requirement: \"%s\"",
				  shown(c, m->elixir));
}

bool
hex_metadata_check(struct fault *f, const struct hex_metadata *m, const struct hex_rules *rules)
{
	struct checker c = { .fault = f, .rules = rules };

	check_name(&c, m->name);
	check_version(&c, m->version);
	check_meta(&c, m);
	for (size_t i = 0; i < m->requirement_count; i++)
		check_requirement(&c, &m->requirements[i]);
	return !fault_is_set(f);
}
