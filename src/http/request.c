/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Methods, headers and the target of a request. Web servers hand REQUEST_URI
 * on as it was sent, so dot segments, double slashes and malformed escapes are
 * all dealt with here: split first, then decode, then resolve.
 */
#include "http/request.h"

#include <string.h>

#include "base/arena.h"
#include "base/encode.h"
#include "base/fault.h"
#include "base/text.h"

static const char *const method_names[METHOD__MAX] = {
	[METHOD_GET] = "GET",
	[METHOD_HEAD] = "HEAD",
	[METHOD_POST] = "POST",
	[METHOD_PUT] = "PUT",
	[METHOD_PATCH] = "PATCH",
	[METHOD_DELETE] = "DELETE",
	[METHOD_OPTIONS] = "OPTIONS",
};

const char *
method_name(enum method m)
{
	return method_names[m];
}

enum method
method_parse(struct span name)
{
	for (enum method m = METHOD_GET; m < METHOD__MAX; m++)
		if (span_is(name, method_names[m]))
			return m;
	return METHOD_UNKNOWN;
}

void
request_add_header(struct arena *a, struct request *r, const char *name, const char *value)
{
	char *lower;

	if (r->header_count == REQUEST_MAX_HEADERS)
		return;
	lower = text_lower(a, name);
	for (char *c = lower; *c; c++)
		if (*c == '_')
			*c = '-';
	r->headers[r->header_count].name = lower;
	r->headers[r->header_count].value = arena_strdup(a, value);
	r->header_count++;
}

const char *
request_header(const struct request *r, const char *name)
{
	for (size_t i = 0; i < r->header_count; i++)
		if (strcmp(r->headers[i].name, name) == 0)
			return r->headers[i].value;
	return NULL;
}

/* NUL is let through: a name with one in it is unknown, which is not the client's syntax error. */
static bool
has_control(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (((unsigned char)s.at[i] < 0x20 && s.at[i] != '\0') || s.at[i] == 0x7f)
			return true;
	return false;
}

/* Add one undecoded segment to those before it. */
static bool
add_segment(struct arena *a, struct fault *f, struct request *r, struct span raw)
{
	struct span s = raw;

	if (memchr(raw.at, '%', raw.len)) {
		s = decode_percent(a, raw, false);
		if (!s.at)
			return fault_raise(f, FAULT_BAD_REQUEST, "malformed escape in the path");
	}
	if (has_control(s) || !text_is_utf8(s))
		return fault_raise(f, FAULT_BAD_REQUEST, "invalid character in the path");
	if (span_is(s, "") || span_is(s, "."))
		return true;
	if (span_is(s, "..")) {
		if (r->segment_count == 0)
			return fault_raise(f, FAULT_BAD_REQUEST, "path leaves the root");
		r->segment_count--;
		return true;
	}
	if (r->segment_count == REQUEST_MAX_SEGMENTS)
		return fault_raise(f, FAULT_URI_TOO_LONG, "more than %d path segments", REQUEST_MAX_SEGMENTS);
	r->segments[r->segment_count++] = span_make(arena_dup(a, s.at, s.len), s.len);
	return true;
}

/* Take the segments of MOUNT off the front; false when others stand there. */
static bool
strip_mount(struct request *r, const char *mount)
{
	struct span rest = span_of(mount);
	size_t n = 0;

	while (rest.at) {
		struct span segment = span_cut(&rest, '/');

		if (segment.len == 0)
			continue;
		if (n == r->segment_count || !span_equal(r->segments[n], segment))
			return false;
		n++;
	}
	r->segment_count -= n;
	memmove(r->segments, r->segments + n, r->segment_count * sizeof(r->segments[0]));
	return true;
}

bool
request_set_target(struct arena *a, struct fault *f, struct request *r, const char *target, const char *mount)
{
	struct span rest = span_of(target);
	struct span path, last = { NULL, 0 };

	r->target = target;
	r->query = span_make(NULL, 0);
	r->segment_count = 0;
	r->trailing_slash = false;
	if (rest.len > REQUEST_MAX_TARGET)
		return fault_raise_plain(f, FAULT_URI_TOO_LONG);
	if (!span_starts(rest, "/"))
		return fault_raise(f, FAULT_BAD_REQUEST, "the request target is not a path");
	path = span_cut(&rest, '?');
	r->query = rest;
	for (path = span_skip(path, 1); path.at; ) {
		last = span_cut(&path, '/');
		if (!add_segment(a, f, r, last))
			return false;
	}
	r->trailing_slash = last.len == 0 || span_is(last, ".") || span_is(last, "..");
	if (!strip_mount(r, mount))
		return fault_raise_plain(f, FAULT_NOT_FOUND);
	return true;
}
