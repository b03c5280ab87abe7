/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Identity providers: those of CI jobs are told whom to make their tokens for;
 * of users there are none, so no organization demands single sign-on.
 */
#include "protocols/hex/people.h"

#include "domain/oauth.h"
#include "protocols/hex/hex.h"

static bool
show_audience(struct call *c)
{
	struct doc *view = doc_map(c->work.arena);

	doc_text(view, "audience", oauth_job_audience(&c->work));
	return reply(c, 200, view);
}

/* One answer, whatever organizations are named: whether they exist is not told. */
static bool
begin_sso(struct call *c)
{
	return hex_refuse(c, "single sign-on is not required for the requested organizations");
}

const struct route hex_oidc_routes[] = {
	ROUTE(GET, "/oidc/audience", PUBLIC, show_audience, "What the token of a CI job must be made for"),
	ROUTE(POST, "/oauth/sso_authorization", SCOPE, begin_sso, "Single sign-on, which nothing here requires",
	      .scope = SCOPE_READ, .body = BODY_DOCUMENT),
	ROUTE_END
};
