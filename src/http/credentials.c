/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Authorization header; see the header.
 */
#include "http/credentials.h"

#include <string.h>

#include "base/arena.h"
#include "base/encode.h"
#include "base/text.h"
#include "http/request.h"

static bool
is_visible_ascii(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] < ' ' || s.at[i] > '~')
			return false;
	return true;
}

static struct credentials
of_scheme(struct arena *a, enum credential_scheme scheme, struct span text)
{
	return (struct credentials){ .scheme = scheme, .scheme_text = arena_dup(a, text.at, text.len) };
}

/* RFC 7617 §2: the first colon ends the user name; the rest is the password. */
static struct credentials
read_basic(struct arena *a, struct span scheme, struct span encoded)
{
	struct credentials c = of_scheme(a, CREDENTIAL_BASIC, scheme);
	struct span password = decode_base64(a, encoded);
	struct span user;

	if (password.at && !memchr(password.at, '\0', password.len)) {
		user = span_cut(&password, ':');
		if (password.at) {
			c.user = arena_dup(a, user.at, user.len);
			c.secret = arena_dup(a, password.at, password.len);
			return c;
		}
	}
	c.scheme = CREDENTIAL_MALFORMED;
	return c;
}

struct credentials
credentials_read(struct arena *a, const struct request *r)
{
	struct span rest = span_trim(span_of(request_header(r, "authorization")));
	struct span scheme;
	struct credentials c = { .scheme = CREDENTIAL_NONE };

	if (rest.len == 0)
		return c;
	arena_hold_secret(a);
	if (!is_visible_ascii(rest)) {
		c.scheme = CREDENTIAL_MALFORMED;
		return c;
	}
	scheme = span_cut(&rest, ' ');
	if (!rest.at) {
		c.scheme = CREDENTIAL_BARE;
		c.secret = arena_dup(a, scheme.at, scheme.len);
		return c;
	}
	rest = span_trim(rest);
	if (span_equal_nocase(scheme, SPAN("Basic")))
		return read_basic(a, scheme, rest);
	c = of_scheme(a, span_equal_nocase(scheme, SPAN("Bearer")) ? CREDENTIAL_BEARER : CREDENTIAL_OTHER, scheme);
	c.secret = arena_dup(a, rest.at, rest.len);
	return c;
}
