/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who a CI job is: what the signed token of its provider proves. The two
 * providers differ in the names of their claims only.
 */
#ifndef ENTREPOT_DOMAIN_TRUSTPUB_IDENTITY_H
#define ENTREPOT_DOMAIN_TRUSTPUB_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"
#include "base/span.h"
#include "domain/issuer.h"

struct work;

/* How a provider names its claims, and what they are in texts. */
struct trustpub_naming {
	const char *repository;
	const char *namespace_id;
	const char *workflow;
	const char *run;
	const char *id_words;
	const char *workflow_words;
};

/* What a token says, once it has been checked. */
struct trustpub_identity {
	enum issuer provider;
	const struct trustpub_naming *naming;
	const char *jti;
	int64_t expires_at;
	const char *repository;		/* namespace/project */
	const char *namespace;
	const char *namespace_id;
	const char *project;
	const char *workflow;
	const char *environment;	/* NULL: none */
	const char *run;
	const char *sha;
};

/*
 * Who the provider's token JWT was made for, if it was made for AUDIENCE. NULL
 * with BAD_REQUEST and what is wrong with it, or with UNAVAILABLE when the
 * provider's keys cannot be had.
 */
const struct trustpub_identity *trustpub_identity_prove(struct work *w, struct span jwt,
							const char *audience) MUST_CHECK;

/* A token is good once: BAD_REQUEST when it was used before. Within the transaction that grants something for it. */
bool trustpub_identity_use(struct work *w, const struct trustpub_identity *who) MUST_CHECK;

/*
 * The workflow's file that a claim names, or at == NULL: "a/b/.github/workflows/x.yml@ref" → "x.yml",
 * "host/a/b//path/x.yml@ref" → "path/x.yml". Pure.
 */
struct span workflow_of(enum issuer provider, struct span claim);

#endif
