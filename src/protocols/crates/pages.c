/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What stands behind the addresses that error texts and cargo name: plain
 * texts that say what to do next.
 */
#include "protocols/crates/crates.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/settings.h"
#include "db/db.h"
#include "domain/repository.h"
#include "domain/taxonomy.h"

static bool
reply_page(struct call *c, const char *text)
{
	return reply_bytes(c, 200, "text/plain; charset=utf-8", span_of(text));
}

/* Where cargo login sends its user. */
static bool
explain_login(struct call *c)
{
	return reply_page(c, arena_printf(c->work.arena,
		"Tokens for %s\n\n"
		"An administrator makes your first one:\n\n"
		"    entrepot-admin token add --user NAME --name laptop\n\n"
		"With an unrestricted token you make further ones yourself:\n\n"
		"    curl -X PUT %s/api/v1/me/tokens -H \"Authorization: $TOKEN\" \\\n"
		"         -H 'Content-Type: application/json' \\\n"
		"         -d '{\"api_token\": {\"name\": \"ci\", \"endpoint_scopes\": [\"publish-update\"]}}'\n\n"
		"Then give it to cargo login.\n", crates_site(c), c->work.config->base_url));
}

/* Where the refusal of far pages points. */
static bool
explain_access(struct call *c)
{
	const char *base = c->work.config->base_url;

	return reply_page(c, arena_printf(c->work.arena,
		"Reading all of %s\n\n"
		"Lists can be followed to their end by the links in meta.next_page of\n\n"
		"    %s/api/v1/crates?per_page=100\n\n"
		"What cargo reads of a crate, with all versions and dependencies, is one small file in the\n"
		"sparse index at %s/index/; ask for it with If-None-Match.\n", crates_site(c), base, base));
}

/* Where the refusal of a publisher without a confirmed address points. */
static bool
explain_profile(struct call *c)
{
	const char *base = c->work.config->base_url;

	return reply_page(c, arena_printf(c->work.arena,
		"Your e-mail address at %s\n\n"
		"Your id is in the answer of\n\n"
		"    curl -H \"Authorization: $TOKEN\" %s/api/v1/me\n\n"
		"Set the address with it, and open the link in the mail that comes:\n\n"
		"    curl -X PUT %s/api/v1/users/ID -H \"Authorization: $TOKEN\" \\\n"
		"         -H 'Content-Type: application/json' -d '{\"user\": {\"email\": \"you@example.org\"}}'\n\n"
		"PUT %s/api/v1/users/ID/resend sends the mail again; an administrator can\n"
		"confirm the address with entrepot-admin user set NAME --confirmed.\n",
		crates_site(c), base, base, base));
}

static void
put_limit(struct buf *text, const char *what, int64_t burst, int64_t every)
{
	buf_printf(text, "    %-16s %lld at once, and one more every %lld seconds\n", what,
		   (long long)burst, (long long)(every / 1000000));
}

/* Where the refusal of a publisher in a hurry points. */
static bool
explain_limits(struct call *c)
{
	const struct config *config = c->work.config;
	struct buf text = buf_on(c->work.arena);

	buf_printf(&text, "Rate limits of %s\n\n", crates_site(c));
	if (!config->crates_rate_limits && config->crates_daily_versions == 0) {
		buf_printf(&text, "There are none.\n");
		return reply_page(c, buf_text(&text));
	}
	if (config->crates_rate_limits) {
		buf_printf(&text, "Each account may publish or yank\n\n");
		put_limit(&text, "new crates", config->crates_new_burst, config->crates_new_every);
		put_limit(&text, "new versions", config->crates_update_burst, config->crates_update_every);
		put_limit(&text, "yanks", config->crates_yank_burst, config->crates_yank_every);
	}
	if (config->crates_daily_versions != 0)
		buf_printf(&text, "\nA crate may have %lld new versions in 24 hours.\n",
			   (long long)config->crates_daily_versions);
	return reply_page(c, buf_text(&text));
}

/* Where the refusal of a publish by hand points. */
static bool
explain_trusted(struct call *c)
{
	const char *base = c->work.config->base_url;

	return reply_page(c, arena_printf(c->work.arena,
		"Trusted publishing at %s\n\n"
		"A workflow of a CI provider publishes further versions of a crate without a stored token.\n"
		"An owner names it, with a token that has the scope trusted-publishing:\n\n"
		"    curl -X POST %s/api/v1/trusted_publishing/github_configs \\\n"
		"         -H \"Authorization: $TOKEN\" -H 'Content-Type: application/json' \\\n"
		"         -d '{\"github_config\": {\"crate\": \"my-crate\", \"repository_owner\": \"me\",\n"
		"              \"repository_name\": \"my-crate\", \"workflow_filename\": \"release.yml\"}}'\n\n"
		"The job asks its provider for an identity token made out to this host, and exchanges it\n"
		"for one that publishes for half an hour:\n\n"
		"    curl -X POST %s/api/v1/trusted_publishing/tokens \\\n"
		"         -H 'Content-Type: application/json' -d \"{\\\"jwt\\\": \\\"$JWT\\\"}\"\n",
		crates_site(c), base, base));
}

/* Where the refusal of unknown categories points. */
static bool
explain_categories(struct call *c)
{
	struct buf text = buf_on(c->work.arena);
	const struct category *categories;
	struct rows rows;

	if (!category_slugs(&c->work, REPOSITORY_CRATES, &rows))
		return false;
	categories = rows.at;
	buf_printf(&text, "Categories of %s\n\n", crates_site(c));
	for (size_t i = 0; i < rows.count; i++)
		buf_printf(&text, "%s\n    %s\n", categories[i].slug,
			   categories[i].description ? categories[i].description : "");
	return reply_page(c, buf_text(&text));
}

const struct route crates_login_routes[] = {
	ROUTE(GET, "/", PUBLIC, explain_login, "How to get a token", .flags = ROUTE_ANY_CLIENT | ROUTE_BY_SECRET),
	ROUTE_END
};

const struct route crates_access_routes[] = {
	ROUTE(GET, "/", PUBLIC, explain_access, "How to read the whole registry", .flags = ROUTE_ANY_CLIENT),
	ROUTE_END
};

const struct route crates_settings_routes[] = {
	ROUTE(GET, "/profile", PUBLIC, explain_profile, "How to set one's address", .flags = ROUTE_ANY_CLIENT),
	ROUTE_END
};

const struct route crates_docs_routes[] = {
	ROUTE(GET, "/rate-limits", PUBLIC, explain_limits, "How fast one may publish", .flags = ROUTE_ANY_CLIENT),
	ROUTE(GET, "/trusted-publishing", PUBLIC, explain_trusted, "How CI workflows publish", .flags = ROUTE_ANY_CLIENT),
	ROUTE_END
};

const struct route crates_slugs_routes[] = {
	ROUTE(GET, "/", PUBLIC, explain_categories, "Every category as text", .flags = ROUTE_ANY_CLIENT),
	ROUTE_END
};
