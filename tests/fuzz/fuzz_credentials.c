/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The Authorization header: each scheme comes with what belongs to it.
 */
#include "fuzz.h"

#include "http/credentials.h"
#include "http/request.h"

static void
one(struct arena *a, struct fault *f, struct span input)
{
	struct request r = { .method = METHOD_GET };
	struct credentials c;

	(void)f;
	request_add_header(a, &r, "Authorization", arena_dup(a, input.at, input.len));
	c = credentials_read(a, &r);
	switch (c.scheme) {
	case CREDENTIAL_NONE:
		REQUIRE(!c.secret && !c.user && !c.scheme_text);
		break;
	case CREDENTIAL_BARE:
		REQUIRE(c.secret && *c.secret && !strchr(c.secret, ' ') && !c.user);
		break;
	case CREDENTIAL_BEARER:
	case CREDENTIAL_OTHER:
		REQUIRE(c.secret && *c.secret && !c.user && c.scheme_text);
		break;
	case CREDENTIAL_BASIC:
		REQUIRE(c.secret && c.user && !strchr(c.user, ':') && c.scheme_text);
		break;
	case CREDENTIAL_MALFORMED:
		REQUIRE(!c.secret && !c.user);
		break;
	default:
		REQUIRE(!"a known scheme");
	}
	REQUIRE(c.scheme == CREDENTIAL_NONE || a->secret);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_on_arena(data, size, one);
}
