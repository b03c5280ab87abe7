/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A provider's token becomes one of ours: a job that has proved who it is is
 * held against the publishers of its project, one property after the other, so
 * that whoever set a workflow up is told what does not fit.
 */
#include "domain/trustpub.h"

#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/random.h"
#include "base/settings.h"
#include "base/text.h"
#include "base/work.h"
#include "domain/auth.h"
#include "domain/trustpub_identity.h"
#include "wire/json.h"

static const struct column match_columns[] = {
	COLUMN(publisher, id), COLUMN(publisher, package_id), COLUMN(publisher, namespace_id),
	COLUMN(publisher, workflow), COLUMN(publisher, environment), COLUMNS_END
};
static const struct row_type match_row = ROW_TYPE(publisher, match_columns);

/* ---- the publishers ---- */

static bool
load_candidates(struct work *w, const struct trustpub_identity *who, const struct trustpub_place *place,
		struct trustpub_fitting *c)
{
	const struct publisher *all;
	struct rows rows;

	if (!db_many(w, Q_TRUSTPUB_PUBLISHER_MATCH, &match_row,
		     ARGS(text(issuer_name(who->provider)), text(who->namespace), text(who->project),
			  num(place->repository_id), ref(place->package_id)), &rows))
		return false;
	if (rows.count == 0)
		return fault_raise(w->fault, FAULT_BAD_REQUEST,
				   "No Trusted Publishing config found for repository `%s`.", who->repository);
	all = rows.at;
	c->count = rows.count;
	c->at = arena_zalloc(w->arena, rows.count, sizeof(*c->at));
	for (size_t i = 0; i < rows.count; i++)
		c->at[i] = &all[i];
	return true;
}

/* What the publisher would have wanted in place of what the token says; NULL when it fits. */
typedef const char *(*differs_fn)(const struct publisher *, const struct trustpub_identity *);

/* Drop those that do not fit, listing in WANTED what they would have wanted. */
static bool
keep(struct trustpub_fitting *c, const struct trustpub_identity *who, struct buf *wanted, differs_fn differs)
{
	size_t kept = 0;

	for (size_t i = 0; i < c->count; i++) {
		const char *other = differs(c->at[i], who);

		if (!other)
			c->at[kept++] = c->at[i];
		else
			buf_printf(wanted, "%s`%s`", wanted->len > 0 ? ", " : "", other);
	}
	c->count = kept;
	return kept > 0;
}

static const char *
other_id(const struct publisher *p, const struct trustpub_identity *who)
{
	return p->namespace_id && strcmp(p->namespace_id, who->namespace_id) != 0 ? p->namespace_id : NULL;
}

static const char *
other_workflow(const struct publisher *p, const struct trustpub_identity *who)
{
	return strcmp(p->workflow, who->workflow) != 0 ? p->workflow : NULL;
}

static const char *
other_environment(const struct publisher *p, const struct trustpub_identity *who)
{
	if (!p->environment || (who->environment && text_equal_nocase(p->environment, who->environment)))
		return NULL;
	return p->environment;
}

static bool
match(struct work *w, const struct trustpub_identity *who, struct trustpub_fitting *c)
{
	const char *begin = "The Trusted Publishing config for repository";
	struct buf wanted = buf_on(w->arena);

	if (!keep(c, who, &wanted, other_id))
		return fault_raise(w->fault, FAULT_BAD_REQUEST,
			"%s `%s` does not match the %s (%s) in the JWT. Expected %ss: %s. Please recreate the Trusted "
			"Publishing config to update the %s.", begin, who->repository, who->naming->id_words,
			who->namespace_id, who->naming->id_words, buf_text(&wanted), who->naming->id_words);
	buf_truncate(&wanted, 0);
	if (!keep(c, who, &wanted, other_workflow))
		return fault_raise(w->fault, FAULT_BAD_REQUEST,
			"%s `%s` does not match the %s `%s` in the JWT. Expected %ss: %s", begin, who->repository,
			who->naming->workflow_words, who->workflow, who->naming->workflow_words, buf_text(&wanted));
	buf_truncate(&wanted, 0);
	if (keep(c, who, &wanted, other_environment))
		return true;
	if (!who->environment)
		return fault_raise(w->fault, FAULT_BAD_REQUEST,
			"%s `%s` requires an environment, but the JWT does not specify one. Expected environments: %s",
			begin, who->repository, buf_text(&wanted));
	return fault_raise(w->fault, FAULT_BAD_REQUEST,
		"%s `%s` does not match the environment `%s` in the JWT. Expected environments: %s",
		begin, who->repository, who->environment, buf_text(&wanted));
}

/* Names change hands, ids do not: the first token that fits says which namespace was meant. */
static bool
pin(struct work *w, const struct trustpub_identity *who, const struct trustpub_fitting *c)
{
	int64_t *ids = arena_zalloc(w->arena, c->count, sizeof(*ids));
	size_t count = 0;

	for (size_t i = 0; i < c->count; i++)
		if (!c->at[i]->namespace_id)
			ids[count++] = c->at[i]->id;
	return count == 0 ||
	       db_exec(w, Q_TRUSTPUB_PUBLISHER_PIN, ARGS(int_array(ids, count), text(who->namespace_id)), NULL);
}

bool
trustpub_fit(struct work *w, const struct trustpub_identity *who, const struct trustpub_place *place,
	     struct trustpub_fitting *out)
{
	return load_candidates(w, who, place, out) && match(w, who, out) && pin(w, who, out);
}

/* ---- the temporary token ---- */

/* What a release keeps of its publisher. */
static const char *
data_of(struct work *w, const struct trustpub_identity *who)
{
	struct doc *d = doc_map(w->arena);
	struct buf json = buf_on(w->arena);

	doc_text(d, "provider", issuer_name(who->provider));
	doc_text(d, who->naming->repository, who->repository);
	doc_text(d, who->naming->run, who->run);
	doc_text(d, "sha", who->sha);
	json_write(&json, d, NULL);
	return buf_text(&json);
}

const char *
trustpub_issue(struct work *w, const struct trustpub_identity *who, const struct trustpub_offer *offer)
{
	const char *random = random_token(w->arena, "", TRUSTED_RANDOM);
	uint8_t hash[SHA256_SIZE];

	arena_hold_secret(w->arena);
	digest_sha256(span_of(random), hash);
	if (!db_exec(w, Q_TRUSTPUB_TOKEN_ADD,
		     ARGS(bytes(hash, sizeof(hash)), int_array(offer->package_ids, offer->package_count),
			  text(data_of(w, who)), timestamp(w->now), timestamp(w->now + offer->lifetime),
			  text(offer->ecosystem),
			  offer->grants.items ? text_list(w->arena, offer->grants) : text(NULL)), NULL))
		return NULL;
	return arena_printf(w->arena, "%s%s%c", auth_trusted_prefix(offer->ecosystem), random,
			    auth_trusted_check(span_of(random)));
}

const char *
trustpub_exchange(struct work *w, struct span jwt, const struct trustpub_place *place, struct trustpub_offer offer)
{
	const struct trustpub_identity *who = trustpub_identity_prove(w, jwt, w->config->host);
	struct trustpub_fitting fitting;
	const char *token;
	int64_t *ids;
	struct tx *tx;

	if (!who)
		return NULL;
	tx = tx_begin(w);
	if (!tx || !trustpub_identity_use(w, who) || !trustpub_fit(w, who, place, &fitting))
		return NULL;
	ids = arena_zalloc(w->arena, fitting.count, sizeof(*ids));
	for (size_t i = 0; i < fitting.count; i++)
		ids[i] = fitting.at[i]->package_id;
	offer.package_ids = ids;
	offer.package_count = fitting.count;
	token = trustpub_issue(w, who, &offer);
	return token && tx_commit(w, tx) ? token : NULL;
}

bool
trustpub_revoke(struct work *w, const uint8_t hash[SHA256_SIZE])
{
	return db_exec(w, Q_TRUSTPUB_TOKEN_REVOKE, ARGS(bytes(hash, SHA256_SIZE)), NULL);
}
