/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CI jobs instead of users (RFC 7523): a job shows the signed token of its
 * provider and is let into the packages that have it as a trusted publisher.
 */
#include "domain/oauth.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/settings.h"
#include "base/work.h"
#include "domain/grant.h"
#include "domain/hex_package.h"
#include "domain/hex_repository.h"
#include "domain/oauth_session.h"
#include "domain/repository.h"
#include "domain/trustpub.h"

/* Packages that the job may publish by the scopes seen so far. */
struct let_in {
	int64_t *package_ids;
	size_t count;
};

const char *
oauth_job_audience(const struct work *w)
{
	return *w->config->hex_audience ? w->config->hex_audience : w->config->host;
}

/* A refusal of trusted publishing in OAuth's terms; what is not the job's fault stays as it is. */
static bool
translate(struct work *w, enum fault_kind kind, const char *error)
{
	const char *why = w->fault->message;

	if (w->fault->kind != FAULT_BAD_REQUEST)
		return false;
	fault_clear(w->fault);
	return oauth_refuse(w, kind, error, why);
}

/* What is not there is refused as what is somebody else's. */
static bool
deny(struct work *w, const struct trustpub_identity *who)
{
	return oauth_refuse(w, FAULT_FORBIDDEN, "access_denied",
			    arena_printf(w->arena, "No Trusted Publishing config found for repository `%s`.",
					 who->repository));
}

static bool
let_in(struct work *w, const struct trustpub_identity *who, const struct grant *wanted, struct let_in *to)
{
	struct span package = wanted->resource, repository = span_cut(&package, '/');
	const struct repository *r = hex_repository_find(w, repository);
	const struct hex_package *p = NULL;
	struct trustpub_fitting fitting;
	struct trustpub_place place;

	if (r && wanted->domain == GRANT_PACKAGE)
		p = hex_package_find(w, r->id, package);
	if (!r || (wanted->domain == GRANT_PACKAGE && !p))
		return deny(w, who);
	place = (struct trustpub_place){ r->id, p ? p->id : 0 };
	if (!trustpub_fit(w, who, &place, &fitting))
		return translate(w, FAULT_FORBIDDEN, "access_denied");
	if (p)
		to->package_ids[to->count++] = p->id;
	return true;
}

static bool
let_into_all(struct work *w, const struct trustpub_identity *who, struct texts scopes, struct let_in *to)
{
	struct grant g;

	to->package_ids = arena_zalloc(w->arena, scopes.count, sizeof(*to->package_ids));
	for (size_t i = 0; i < scopes.count; i++) {
		if (!grant_parse(span_of(scopes.items[i]), &g) ||
		    (g.domain != GRANT_PACKAGE && g.domain != GRANT_REPOSITORY))
			return oauth_refuse(w, FAULT_BAD_REQUEST, "invalid_scope",
					    "The scope must be package:REPOSITORY/NAME or repository:NAME");
		if (!let_in(w, who, &g, to))
			return false;
	}
	return true;
}

bool
oauth_job_exchange(struct work *w, struct span assertion, struct texts scopes, struct oauth_tokens *out)
{
	struct trustpub_offer offer = { .ecosystem = "hex", .lifetime = OAUTH_JOB_SECONDS * CLOCK_SECOND,
		.grants = scopes };
	const struct trustpub_identity *who = trustpub_identity_prove(w, assertion, oauth_job_audience(w));
	struct let_in to = { NULL, 0 };
	struct tx *tx;

	*out = (struct oauth_tokens){ .scope = oauth_scope_text(w, scopes), .seconds = OAUTH_JOB_SECONDS };
	if (!who)
		return translate(w, FAULT_BAD_REQUEST, "invalid_grant");
	tx = tx_begin(w);
	if (!tx || !trustpub_identity_use(w, who))
		return translate(w, FAULT_BAD_REQUEST, "invalid_grant");
	if (!let_into_all(w, who, scopes, &to))
		return false;
	offer.package_ids = to.package_ids;
	offer.package_count = to.count;
	out->access_token = trustpub_issue(w, who, &offer);
	return out->access_token && tx_commit(w, tx);
}
