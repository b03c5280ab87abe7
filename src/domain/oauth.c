/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OAuth: clients and scopes.
 */
#include "domain/oauth.h"

#include <string.h>

#include "base/arena.h"
#include "base/encode.h"
#include "base/random.h"
#include "base/text.h"
#include "base/work.h"
#include "domain/audit.h"
#include "domain/grant.h"
#include "domain/oauth_session.h"

#define MAX_SCOPES 100
#define MAX_SCOPE_TEXT 8192
#define MAX_URIS 20
#define MAX_URI 2000
#define MAX_NAME 255
#define ID_SIZE 16

static const struct column client_columns[] = {
	COLUMN(oauth_client, id),
	COLUMN(oauth_client, name),
	COLUMN(oauth_client, redirect_uris),
	COLUMNS_END
};
static const struct row_type client_row = ROW_TYPE(oauth_client, client_columns);

bool
oauth_refuse(struct work *w, enum fault_kind kind, const char *error, const char *description)
{
	if (fault_is_set(w->fault))
		return false;
	return fault_raise_field(w->fault, kind, error, "%s", description);
}

/* ---- clients ---- */

const struct oauth_client *
oauth_client_get(struct work *w, struct span id)
{
	const struct oauth_client *client = NULL;

	if (id.at)
		client = db_one(w, Q_OAUTH_CLIENT_FIND, &client_row, ARGS(text_span(id)));
	if (!client)
		oauth_refuse(w, FAULT_UNAUTHENTICATED, "invalid_client", id.at ? "Invalid client" : "Missing client_id");
	return client;
}

bool
oauth_client_list(struct work *w, struct rows *out)
{
	return db_many(w, Q_OAUTH_CLIENT_LIST, &client_row, NO_ARGS, out);
}

static bool
is_uri(const char *uri)
{
	struct span s = span_of(uri);

	if (s.len > MAX_URI || (!span_starts(s, "http://") && !span_starts(s, "https://")))
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.at[i] <= ' ' || s.at[i] > '~' || strchr("#\"'<>\\", s.at[i]))
			return false;
	return true;
}

const struct oauth_client *
oauth_client_add(struct work *w, const char *name, struct texts redirect_uris)
{
	uint8_t random[ID_SIZE];
	const char *id;
	struct tx *tx;

	if (span_trim(span_of(name)).len == 0 || strlen(name) > MAX_NAME || !text_is_utf8(span_of(name))) {
		fault_raise_field(w->fault, FAULT_INVALID, "name", "must be 1 to %d bytes of UTF-8", MAX_NAME);
		return NULL;
	}
	if (redirect_uris.count > MAX_URIS)
		fault_raise_field(w->fault, FAULT_INVALID, "redirect", "at most %d of them", MAX_URIS);
	for (size_t i = 0; i < redirect_uris.count; i++)
		if (!is_uri(redirect_uris.items[i]))
			fault_raise_field(w->fault, FAULT_INVALID, "redirect", "`%s` is no http or https address without "
					  "a fragment", redirect_uris.items[i]);
	random_bytes(random, sizeof(random));
	id = encode_hex(w->arena, random, sizeof(random));
	tx = tx_begin(w);
	if (!tx || !db_exec(w, Q_OAUTH_CLIENT_INSERT,
		ARGS(text(id), text(name), text_list(w->arena, redirect_uris)), NULL) ||
	    !audit_add(w, &(struct audit){ .action = "oauth.client.add" }) || !tx_commit(w, tx))
		return NULL;
	return oauth_client_get(w, span_of(id));
}

bool
oauth_client_remove(struct work *w, const char *id)
{
	struct tx *tx = tx_begin(w);
	int64_t affected;

	if (!tx || !db_exec(w, Q_OAUTH_CLIENT_DELETE, ARGS(text(id)), &affected))
		return false;
	if (affected == 0)
		return fault_raise(w->fault, FAULT_NOT_FOUND, "no such client");
	return audit_add(w, &(struct audit){ .action = "oauth.client.remove" }) && tx_commit(w, tx);
}

/* URI without its port when it is on the loopback address: *PATH is what follows. */
static bool
loopback(struct span uri, const char *host, struct span *path)
{
	if (!span_starts(uri, host))
		return false;
	*path = span_skip(uri, strlen(host));
	if (path->len > 0 && path->at[0] == ':') {
		*path = span_skip(*path, 1);
		while (path->len > 0 && is_digit(path->at[0]))
			*path = span_skip(*path, 1);
	}
	return path->len == 0 || path->at[0] == '/' || path->at[0] == '?';
}

static bool
same_loopback(struct span a, struct span b)
{
	static const char *const hosts[] = { "http://127.0.0.1", "http://[::1]" };
	struct span pa, pb;

	for (size_t i = 0; i < ARRAY_LEN(hosts); i++)
		if (loopback(a, hosts[i], &pa) && loopback(b, hosts[i], &pb) && span_equal(pa, pb))
			return true;
	return false;
}

bool
oauth_client_redirects_to(const struct oauth_client *client, struct span uri)
{
	for (size_t i = 0; i < client->redirect_uris.count; i++) {
		struct span allowed = span_of(client->redirect_uris.items[i]);

		if (span_equal(allowed, uri) || same_loopback(allowed, uri))
			return true;
	}
	return false;
}

/* ---- scopes ---- */

bool
oauth_scopes(struct work *w, struct span given, const char *usual, struct texts *out)
{
	struct span rest = span_trim(given.len > 0 ? given : span_of(usual));
	const char **items = arena_zalloc(w->arena, MAX_SCOPES + 1, sizeof(*items));
	struct grant g;

	*out = (struct texts){ items, 0 };
	if (rest.len > MAX_SCOPE_TEXT)
		return oauth_refuse(w, FAULT_BAD_REQUEST, "invalid_scope", "Invalid scope");
	while (rest.len > 0) {
		struct span word = span_cut(&rest, ' ');

		if (word.len == 0)
			continue;
		if (out->count == MAX_SCOPES || !grant_parse(word, &g))
			return oauth_refuse(w, FAULT_BAD_REQUEST, "invalid_scope", "Invalid scope");
		items[out->count++] = grant_text(w->arena, &g);
	}
	return out->count > 0 || oauth_refuse(w, FAULT_BAD_REQUEST, "invalid_scope", "Missing scope");
}
