/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File names of wheels; see the header.
 */
#include "formats/wheel_name.h"

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"
#include "formats/python_repr.h"

static const char extension[] = ".whl";

/* What Python calls a word character, and dots. */
static bool
is_project_name(struct span name)
{
	bool before = false;

	for (struct span rest = name; rest.len > 0;) {
		uint32_t c = text_next_char(&rest);

		if (c != '.' && !char_is_xid_continue(c))
			return false;
		if (c == '_' && before)
			return false;
		before = c == '_';
	}
	return name.len > 0;
}

static bool
is_identifier(struct span s)
{
	uint32_t c = text_next_char(&s);

	if (c != '_' && !char_is_xid_start(c))
		return false;
	while (s.len > 0)
		if (!char_is_xid_continue(text_next_char(&s)))
			return false;
	return true;
}

/* Tags with dots between them: none is empty, those of interpreters are identifiers. */
static bool
are_tags(struct span tags, bool identifiers)
{
	while (tags.at) {
		struct span tag = span_cut(&tags, '.');

		if (tag.len == 0 || (identifiers && !is_identifier(tag)))
			return false;
	}
	return true;
}

static size_t
count_hyphens(struct span s)
{
	size_t count = 0;

	for (size_t i = 0; i < s.len; i++)
		count += s.at[i] == '-';
	return count;
}

struct reading {
	struct arena *arena;
	struct fault *fault;
	struct span stem;
};

static bool
refuse(const struct reading *r, const char *what)
{
	return fault_raise(r->fault, FAULT_BAD_REQUEST, "%s: %s", what, python_repr(r->arena, r->stem));
}

static bool
read_parts(const struct reading *r, struct wheel_name *out)
{
	struct span rest = r->stem;
	size_t hyphens = count_hyphens(rest);

	if (hyphens != 4 && hyphens != 5)
		return refuse(r, "Invalid wheel filename (wrong number of parts)");
	out->name = span_cut(&rest, '-');
	out->version_text = span_cut(&rest, '-');
	if (hyphens == 5)
		out->build = span_cut(&rest, '-');
	out->python = span_cut(&rest, '-');
	out->abi = span_cut(&rest, '-');
	out->platform = rest;
	return true;
}

bool
wheel_name_parse(struct arena *a, struct fault *f, struct span filename, struct wheel_name *out)
{
	struct reading r = { .arena = a, .fault = f, .stem = filename };
	size_t len = sizeof(extension) - 1;

	*out = (struct wheel_name){ .name = { NULL, 0 } };
	if (filename.len < len || !span_is(span_skip(filename, filename.len - len), extension))
		return refuse(&r, "Invalid wheel filename (extension must be '.whl')");
	r.stem.len -= len;
	if (!read_parts(&r, out))
		return false;
	if (!is_project_name(out->name))
		return refuse(&r, "Invalid project name");
	if (!pep440_parse(a, out->version_text, &out->version))
		return refuse(&r, "Invalid wheel filename (invalid version)");
	if (out->build.at && (out->build.len == 0 || !is_digit(out->build.at[0])))
		return fault_raise(f, FAULT_BAD_REQUEST, "Invalid build number: %.*s in %s", (int)out->build.len,
				   out->build.at, python_repr(a, r.stem));
	if (!are_tags(out->python, true) || !are_tags(out->abi, false) || !are_tags(out->platform, false))
		return refuse(&r, "Invalid wheel filename (invalid tag component)");
	return true;
}

/* ---- platforms ---- */

#define MANYLINUX_2014 "x86_64 i686 aarch64 armv7l ppc64 ppc64le s390x"
#define MUSLLINUX "x86_64 i686 aarch64 armv7l ppc64le s390x riscv64"
#define MACOS "ppc ppc64 i386 x86_64 arm64 intel fat fat3 fat64 universal universal2"
#define IOS "arm64 x86_64"

/* '#' stands for a number, '@' for one of the architectures, once. */
static const struct {
	const char *pattern;
	const char *architectures;
} platforms[] = {
	{ "any", NULL },
	{ "win32", NULL },
	{ "win_@", "amd64 arm64 ia64" },
	{ "manylinux1_@", "x86_64 i686" },
	{ "manylinux2010_@", "x86_64 i686" },
	{ "manylinux2014_@", MANYLINUX_2014 },
	{ "linux_@", "armv6l armv7l" },
	{ "manylinux_#_#_@", MUSLLINUX " ppc64" },
	{ "musllinux_#_#_@", MUSLLINUX },
	{ "macosx_10_#_@", MACOS },
	{ "macosx_11_0_@", MACOS },
	{ "macosx_12_0_@", MACOS },
	{ "macosx_13_0_@", MACOS },
	{ "macosx_14_0_@", MACOS },
	{ "macosx_15_0_@", MACOS },
	{ "macosx_26_0_@", MACOS },
	{ "ios_#_#_@_iphoneos", IOS },
	{ "ios_#_#_@_iphonesimulator", IOS },
	{ "android_#_@", "armeabi_v7a arm64_v8a x86 x86_64" },
	{ "pyemscripten_#_#_wasm32", NULL },
};

/* One of the words, and behind it REST and nothing else. */
static bool
is_one_of(struct span text, const char *words, const char *rest)
{
	struct span left = span_of(words);

	while (left.at) {
		struct span word = span_cut(&left, ' ');

		if (text.len >= word.len && memcmp(text.at, word.at, word.len) == 0 &&
		    span_is(span_skip(text, word.len), rest))
			return true;
	}
	return false;
}

static bool
matches(struct span text, const char *pattern, const char *architectures)
{
	for (; *pattern && *pattern != '@'; pattern++) {
		size_t digits = 0;

		if (*pattern != '#') {
			if (text.len == 0 || text.at[0] != *pattern)
				return false;
			text = span_skip(text, 1);
			continue;
		}
		while (digits < text.len && is_digit(text.at[digits]))
			digits++;
		if (digits == 0)
			return false;
		text = span_skip(text, digits);
	}
	return *pattern ? is_one_of(text, architectures, pattern + 1) : text.len == 0;
}

static bool
is_usual_platform(struct span tag)
{
	for (size_t i = 0; i < ARRAY_LEN(platforms); i++)
		if (matches(tag, platforms[i].pattern, platforms[i].architectures))
			return true;
	return false;
}

const char *
wheel_name_odd_platform(struct arena *a, const struct wheel_name *n)
{
	struct span tags = n->platform;

	while (tags.at) {
		struct span tag = span_cut(&tags, '.');
		const char *lower = text_lower(a, arena_dup(a, tag.at, tag.len));

		if (!is_usual_platform(span_of(lower)))
			return lower;
	}
	return NULL;
}
