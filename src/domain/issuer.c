/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of identity providers; see the header. Anybody can make us look for a
 * key, and looking holds a worker up: attempts have a pause between them,
 * failed ones too.
 */
#include "domain/issuer.h"

#include <string.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/fault.h"
#include "base/log.h"
#include "base/settings.h"
#include "base/transfer.h"
#include "base/work.h"
#include "formats/jwt.h"
#include "wire/json.h"

#define KEPT (10 * CLOCK_MINUTE)
#define PAUSE CLOCK_MINUTE

/* A set is replaced only by one that was read completely: each has its own arena, taking turns. */
static struct store {
	struct arena arenas[2];
	int turn;
	const char *url;		/* whose keys they are */
	const struct jwks *keys;	/* NULL: none yet */
	int64_t fetched_at;
	int64_t failed_at;
} stores[ISSUER__MAX];

static const char *const names[ISSUER__MAX] = {
	[ISSUER_GITHUB] = "github",
	[ISSUER_GITLAB] = "gitlab",
};

const char *
issuer_name(enum issuer i)
{
	return names[i];
}

const char *
issuer_url(const struct config *c, enum issuer i)
{
	return i == ISSUER_GITHUB ? c->github_issuer : c->gitlab_issuer;
}

bool
issuer_find(const struct config *c, const char *url, enum issuer *out)
{
	for (int i = 0; i < ISSUER__MAX; i++) {
		*out = (enum issuer)i;
		if (*url != '\0' && strcmp(issuer_url(c, *out), url) == 0)
			return true;
	}
	return false;
}

/* The address of the key set: what the discovery document of the issuer says. */
static const char *
find_keys(struct work *w, const char *issuer)
{
	const char *url = arena_printf(w->arena, "%s/.well-known/openid-configuration", issuer);
	bool encrypted = strncmp(issuer, "https:", 6) == 0;
	const struct doc *d;
	struct span text;
	const char *keys;

	if (!fetch_document(w->arena, w->fault, url, &text))
		return NULL;
	d = json_read(w->arena, w->fault, text);
	keys = doc_find_text(d, "jwks_uri");
	if (!keys || (encrypted && strncmp(keys, "https:", 6) != 0)) {
		fault_clear(w->fault);
		fault_raise_internal(w->fault, FAULT_UNAVAILABLE, "%s: names no key set", url);
		return NULL;
	}
	return keys;
}

static bool
load(struct work *w, struct store *s, const char *issuer)
{
	struct arena *fresh = &s->arenas[1 - s->turn];
	const char *url = find_keys(w, issuer);
	const struct jwks *keys;
	struct span text;

	if (!url || !fetch_document(w->arena, w->fault, url, &text))
		return false;
	arena_clear(fresh);
	keys = jwks_read(fresh, text);
	if (!keys)
		return fault_raise_internal(w->fault, FAULT_UNAVAILABLE, "%s: not a key set", url);
	s->turn = 1 - s->turn;
	s->keys = keys;
	s->url = arena_strdup(fresh, issuer);
	s->fetched_at = w->now;
	return true;
}

/* Whether T lies in the SPAN before now; the clock may have been set back. */
static bool
is_within(const struct work *w, int64_t t, int64_t span)
{
	return t != 0 && t <= w->now && w->now - t < span;
}

static bool
refuse(struct work *w)
{
	return fault_raise(w->fault, FAULT_UNAVAILABLE, "Failed to load OIDC key set");
}

static bool
refresh(struct work *w, struct store *s, const char *issuer)
{
	if (is_within(w, s->failed_at, PAUSE))
		return refuse(w);
	if (load(w, s, issuer)) {
		s->failed_at = 0;
		return true;
	}
	log_warn("key set of %s: %s", issuer, w->fault->detail ? w->fault->detail : w->fault->message);
	s->failed_at = w->now;
	fault_clear(w->fault);
	return refuse(w);
}

const struct jwk *
issuer_key(struct work *w, enum issuer i, const char *key_id)
{
	const char *issuer = issuer_url(w->config, i);
	struct store *s = &stores[i];
	const struct jwk *key;

	if (!s->keys || strcmp(s->url, issuer) != 0 || !is_within(w, s->fetched_at, KEPT)) {
		if (s->keys && strcmp(s->url, issuer) != 0)
			s->failed_at = 0;
		if (!refresh(w, s, issuer))
			return NULL;
	}
	key = jwks_find(s->keys, key_id);
	if (key || is_within(w, s->fetched_at, PAUSE))
		return key;
	return refresh(w, s, issuer) ? jwks_find(s->keys, key_id) : NULL;
}
