/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The identity half of the Hex protocol: who may ask, and how often; users,
 * organizations, keys; OAuth and its pages; their documents.
 */
#ifndef ENTREPOT_PROTOCOLS_HEX_PEOPLE_H
#define ENTREPOT_PROTOCOLS_HEX_PEOPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/compiler.h"
#include "base/span.h"
#include "domain/organization.h"
#include "protocols/call.h"

struct account;
struct audit_entry;
struct email;
struct member;
struct token;

/* Route tables, each at the end of its file; all are mounted by hex.c. */
extern const struct route hex_user_routes[];		/* users.c */
extern const struct route hex_address_routes[];		/* account_pages.c: below /email */
extern const struct route hex_password_routes[];	/* account_pages.c: below /password */
extern const struct route hex_organization_routes[];	/* orgs.c */
extern const struct route hex_api_key_routes[];		/* keys.c: below /api and /api/orgs/:organization */
extern const struct route hex_auth_routes[];		/* auth.c */
extern const struct route hex_oauth_routes[];		/* oauth.c */
extern const struct route hex_oidc_routes[];		/* oidc.c */
extern const struct route hex_oauth_page_routes[];	/* oauth_pages.c: below /oauth */
extern const struct route hex_short_url_routes[];	/* short_url.c */
extern const struct route hex_short_link_routes[];	/* short_url.c: below /l */

/* ---- admission.c ---- */

/* The name and password were wrong: too many of these, and they are not looked at any more. */
bool hex_count_guess(struct call *c) MUST_CHECK;

/* ---- oauth.c ---- */

/* Whether failures of the route are told in OAuth's shape. */
bool hex_speaks_oauth(const struct route *route);

/* ---- orgs.c ---- */

/*
 * The organization of the path's ":organization", if the caller has ROLE in it.
 * NULL with NOT_FOUND for strangers, FORBIDDEN for members of a lesser role.
 */
const struct account *hex_path_organization(struct call *c, enum member_role role) MUST_CHECK;

/* ---- html.c: the few pages ---- */

/* The text with <, >, &, " and ' escaped: between tags and in quoted attributes. */
void html_text(struct buf *b, const char *text);

/* A labelled input of a form. VALUE may be NULL. */
void html_input(struct buf *b, const char *type, const char *name, const char *label, const char *value);
void html_hidden(struct buf *b, const char *name, const char *value);

/*
 * The page with that title around BODY. FORM_TARGET: an address besides our
 * own that its forms may lead to, NULL: none. Always true.
 */
bool html_reply(struct call *c, int status, const char *title, const struct buf *body, const char *form_target);

/* A page of one paragraph. Always true. */
bool html_say(struct call *c, int status, const char *title, const char *text);

/* Whether a form was sent by a page of ours, as far as the browser tells. */
bool html_is_own_form(const struct call *c);

/* ---- documents (views_people.c) ---- */

/* EMAIL: the address if everybody may see it, or NULL. PACKAGES: rows of struct hex_owned, or NULL. */
struct doc *hex_user_view(struct call *c, const struct account *a, const char *email, const struct rows *packages);

/* The address of the account if everybody may see it; NULL also when a fault is set. */
const char *hex_shown_address(struct call *c, const struct account *a);

struct doc *hex_member_view(struct call *c, const struct member *m);
struct doc *hex_organization_view(struct call *c, const struct account *o);
struct doc *hex_key_view(struct call *c, const struct token *t, const struct account *organization);
struct doc *hex_audit_view(struct call *c, const struct rows *entries);

#endif
