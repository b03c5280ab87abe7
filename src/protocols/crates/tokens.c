/* SPDX-License-Identifier: Apache-2.0 */
/*
 * API tokens of the caller, and the page that `cargo login` names.
 */
#include "protocols/crates/crates.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/number.h"
#include "base/settings.h"
#include "base/text.h"
#include "domain/token.h"
#include "formats/crate_rules.h"
#include "protocols/crates/views.h"

/* Further back than any token was made. */
#define MAX_EXPIRED_DAYS 36500

static bool
check_id(struct call *c, int64_t *id)
{
	if (number_parse(path_span(c, "id"), 0, INT32_MAX, id))
		return true;
	return fault_raise(&c->fault, FAULT_BAD_REQUEST, "Invalid URL: Cannot parse `id` to a `i32`");
}

static bool
list_tokens(struct call *c)
{
	struct doc *view = doc_map(c->work.arena), *list = doc_add_list(view, "api_tokens");
	const struct token *tokens;
	struct rows rows;
	struct crates_int days;

	if (!crates_query_int(c, "expired_days", 0, MAX_EXPIRED_DAYS, &days) ||
	    !token_list(&c->work, c->actor.account_id, c->work.now - days.value * CLOCK_DAY, &rows))
		return false;
	tokens = rows.at;
	for (size_t i = 0; i < rows.count; i++)
		doc_put(list, NULL, token_view(c, &tokens[i]));
	call_header(c, "Cache-Control", "no-store");
	return reply(c, 200, view);
}

/* ---- creation ---- */

static bool
read_list(struct call *c, const struct doc *from, const char *key, const struct doc **list)
{
	*list = doc_find(from, key);
	if (!*list || (*list)->kind == DOC_NULL) {
		*list = NULL;
		return true;
	}
	if ((*list)->kind != DOC_LIST)
		return crates_refuse_document(c, arena_printf(c->work.arena, "api_token.%s: invalid type, expected a sequence", key));
	for (const struct doc *d = doc_first(*list); d; d = d->next)
		if (d->kind != DOC_TEXT || span_find_nul(d->is.text) >= 0)
			return crates_refuse_document(c, arena_printf(c->work.arena, "api_token.%s: invalid type, expected a string", key));
	return true;
}

static bool
is_endpoint_scope(struct span name)
{
	switch (scope_parse(name)) {
	case SCOPE_PUBLISH_NEW:
	case SCOPE_PUBLISH_UPDATE:
	case SCOPE_YANK:
	case SCOPE_CHANGE_OWNERS:
	case SCOPE_TRUSTED_PUBLISHING:
		return true;
	default:
		return false;
	}
}

static bool
read_scopes(struct call *c, const struct doc *from, struct texts *out)
{
	const struct doc *list;
	const char **items;

	if (!read_list(c, from, "endpoint_scopes", &list) || !list)
		return !fault_is_set(&c->fault);
	items = arena_zalloc(c->work.arena, list->count + 1, sizeof(*items));
	for (const struct doc *d = doc_first(list); d; d = d->next) {
		if (!is_endpoint_scope(d->is.text))
			return fault_raise(&c->fault, FAULT_BAD_REQUEST, "invalid endpoint scope");
		items[out->count++] = d->is.text.at;
	}
	out->items = items;
	return true;
}

static bool
read_resources(struct call *c, const struct doc *from, struct texts *out)
{
	const struct doc *list;
	const char **items;

	if (!read_list(c, from, "crate_scopes", &list) || !list)
		return !fault_is_set(&c->fault);
	items = arena_zalloc(c->work.arena, list->count + 1, sizeof(*items));
	for (const struct doc *d = doc_first(list); d; d = d->next) {
		if (!crate_check_scope(&c->fault, d->is.text))
			return false;
		items[out->count++] = arena_printf(c->work.arena, "%s/%s", CRATES_REPOSITORY, d->is.text.at);
	}
	out->items = items;
	return true;
}

static bool
read_token(struct call *c, struct token_new *new)
{
	const struct doc *from = doc_find(c->document, "api_token");
	const struct doc *expiry = doc_find(from, "expired_at");

	if (!doc_is(from, DOC_MAP))
		return crates_refuse_document(c, "missing field `api_token`");
	*new = (struct token_new){
		.account_id = c->actor.account_id,
		.name = doc_find_text(from, "name"),
		.max_live = c->work.config->crates_max_tokens,
	};
	if (!new->name)
		return crates_refuse_document(c, "missing field `name`");
	if (expiry && expiry->kind != DOC_NULL &&
	    (expiry->kind != DOC_TEXT || !clock_parse_rfc3339(expiry->is.text, &new->expires_at)))
		return crates_refuse_document(c, "api_token.expired_at: input contains invalid characters");
	/* The very first moment would stand for never. */
	if (doc_is(expiry, DOC_TEXT) && new->expires_at == 0)
		new->expires_at = 1;
	if (*new->name == '\0')
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "name must have a value");
	return read_resources(c, from, &new->resources) && read_scopes(c, from, &new->scopes);
}

/* A restricted token must not make a stronger one; an unrestricted one stands for its owner. */
static bool
authorize_creation(struct call *c)
{
	if (!call_authenticate(c))
		return false;
	if (c->actor.token_id != 0 && (c->actor.scopes != UINT64_MAX || c->actor.resources))
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "cannot use an API token to create a new API token");
	return call_authorize(c, SCOPE_NONE, NULL, NULL);
}

static bool
create_token(struct call *c)
{
	struct doc *view = doc_map(c->work.arena);
	const struct token *t;
	struct token_new new;

	if (!authorize_creation(c) || !read_token(c, &new))
		return false;
	t = token_create(&c->work, &new);
	if (!t)
		return false;
	doc_put(view, "api_token", token_view(c, t));
	call_header(c, "Cache-Control", "no-store");
	return reply(c, 200, view);
}

/* ---- one token ---- */

static bool
show_token(struct call *c)
{
	struct doc *view = doc_map(c->work.arena);
	const struct token *t;
	int64_t id;

	if (!check_id(c, &id))
		return false;
	t = token_find(&c->work, c->actor.account_id, id);
	if (!t)
		return fault_raise_plain(&c->fault, FAULT_NOT_FOUND);
	doc_put(view, "api_token", token_view(c, t));
	call_header(c, "Cache-Control", "no-store");
	return reply(c, 200, view);
}

static bool
revoke_token(struct call *c)
{
	int64_t id;

	return check_id(c, &id) &&
	       token_revoke(&c->work, c->actor.account_id, id, NULL) &&
	       reply(c, 200, doc_map(c->work.arena));
}

/* Any valid token may end itself, whatever it is restricted to. */
static bool
revoke_current(struct call *c)
{
	if (!call_authenticate(c))
		return false;
	if (c->actor.account_id == 0)
		return call_authorize(c, SCOPE_NONE, NULL, NULL);
	c->authorized = true;
	if (c->actor.token_id == 0)
		return fault_raise(&c->fault, FAULT_BAD_REQUEST, "token not provided");
	return token_revoke(&c->work, c->actor.account_id, c->actor.token_id, NULL) && reply_empty(c, 204);
}

const struct route crates_token_routes[] = {
	ROUTE(GET, "/me/tokens", TOKEN, list_tokens, "The caller's tokens"),
	ROUTE(PUT, "/me/tokens", LATE, create_token, "Make a token", .body = BODY_DOCUMENT, .flags = ROUTE_WRITES),
	ROUTE(GET, "/me/tokens/:id", TOKEN, show_token, "One of the caller's tokens"),
	ROUTE(DELETE, "/me/tokens/:id", TOKEN, revoke_token, "Revoke a token", .flags = ROUTE_WRITES),
	ROUTE(DELETE, "/tokens/current", LATE, revoke_current, "Revoke the token of this request",
	      .flags = ROUTE_WRITES),
	ROUTE_END
};
