/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trusted publishing: workflows of repositories elsewhere that may publish a
 * package, and the exchange of a provider's token for a temporary one. The
 * two providers differ in the names of their claims only.
 */
#ifndef ENTREPOT_DOMAIN_TRUSTPUB_H
#define ENTREPOT_DOMAIN_TRUSTPUB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/digest.h"
#include "base/span.h"
#include "db/db.h"
#include "domain/issuer.h"
#include "domain/trustpub_identity.h"

struct repository;
struct work;

/* Most publishers of one provider that a package may have. */
#define TRUSTPUB_MAX_PUBLISHERS 5

struct publisher {
	int64_t id;
	int64_t package_id;
	const char *package_name;
	const char *noun;		/* what a package is called in messages, "crate"; NULL: "package" */
	const char *namespace;		/* GitHub: owner of the repository; GitLab: group and subgroups */
	const char *namespace_id;	/* NULL: not known yet */
	const char *project;		/* GitHub: the repository */
	const char *workflow;		/* GitHub: a file's name; GitLab: its path */
	const char *environment;	/* NULL: any */
	int64_t created_at;
};

/* ---- publishers ---- */

/* The fields follow the rules of the provider; BAD_REQUEST in its words otherwise. Pure. */
bool publisher_check(struct work *w, enum issuer provider, const struct publisher *p) MUST_CHECK;

/*
 * Add it for P->package_id and tell the owners, in one transaction; CONFLICT
 * when there are TRUSTPUB_MAX_PUBLISHERS. Id and time are filled in.
 */
bool publisher_add(struct work *w, enum issuer provider, struct publisher *p) MUST_CHECK;

/*
 * What it is a publisher of: the package of that name, in any of its spellings.
 * NOT_FOUND.
 */
bool publisher_set_package(struct work *w, const struct repository *r, const char *name,
			   struct publisher *p) MUST_CHECK;

/* By id, of a repository's packages; NULL without a fault when there is none. */
const struct publisher *publisher_find(struct work *w, enum issuer provider, int64_t id,
				       int64_t repository_id) MUST_CHECK;

/* Delete it and tell the owners, in one transaction. */
bool publisher_delete(struct work *w, enum issuer provider, const struct publisher *p) MUST_CHECK;

/* Those of the packages as struct publisher, by id. */
struct publisher_choice {
	enum issuer provider;
	const int64_t *package_ids;
	size_t package_count;
};
bool publisher_list(struct work *w, const struct publisher_choice *choice, struct slice slice,
		    struct rows *out) MUST_CHECK;
bool publisher_count(struct work *w, const struct publisher_choice *choice, int64_t *count) MUST_CHECK;

/* ---- tokens ---- */

/* What a job wants to publish. */
struct trustpub_place {
	int64_t repository_id;
	int64_t package_id;		/* 0: whatever of the repository it may */
};

/* The publishers that a job is, with their package_id; at least one. */
struct trustpub_fitting {
	const struct publisher **at;
	size_t count;
};

/*
 * Find those of the place. BAD_REQUEST when there are none, with what the ones
 * of the job's project would have wanted. Remembers the ids of namespaces that
 * are seen for the first time: within a transaction.
 */
bool trustpub_fit(struct work *w, const struct trustpub_identity *who, const struct trustpub_place *place,
		  struct trustpub_fitting *out) MUST_CHECK;

struct trustpub_offer {
	const char *ecosystem;		/* one that auth_trusted_prefix() knows */
	int64_t lifetime;		/* µs */
	const int64_t *package_ids;	/* what may be published with it */
	size_t package_count;
	struct texts grants;		/* what it opens besides; items == NULL: nothing */
};

/* A temporary token, in the transaction that used the provider's up. Its secret is in the answer only. */
const char *trustpub_issue(struct work *w, const struct trustpub_identity *who,
			   const struct trustpub_offer *offer) MUST_CHECK;

/*
 * All of it: a temporary token for the packages of the place that the
 * provider's token JWT, made for the host of base_url, stands for; they are
 * filled in in OFFER. Raises BAD_REQUEST with what is wrong with it, UNAVAILABLE
 * when the provider's keys cannot be had.
 */
const char *trustpub_exchange(struct work *w, struct span jwt, const struct trustpub_place *place,
			      struct trustpub_offer offer) MUST_CHECK;

/* End the temporary token of that hash; that there is none is no error. */
bool trustpub_revoke(struct work *w, const uint8_t hash[SHA256_SIZE]) MUST_CHECK;

#endif
