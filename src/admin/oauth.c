/* SPDX-License-Identifier: Apache-2.0 */
/*
 * entrepot-admin oauth: add, list, remove.
 */
#include "admin/admin.h"

#include "domain/oauth.h"

static void
put_client(struct doc *d, const struct oauth_client *client)
{
	struct doc *list;

	doc_text(d, "id", client->id);
	doc_text(d, "name", client->name);
	list = doc_add_list(d, "redirect_uris");
	for (size_t i = 0; i < client->redirect_uris.count; i++)
		doc_text(list, NULL, client->redirect_uris.items[i]);
}

struct add {
	struct texts redirects;
};

static const struct admin_option add_options[] = {
	OPTION(add, redirects, "redirect", LIST, "URL",
	       "Where its users are sent back (may be repeated); on the loopback address any port will do"),
	OPTIONS_END
};

static bool
add(struct admin *a)
{
	const struct add *o = a->options;
	const struct oauth_client *client = oauth_client_add(a->work, a->arguments[0], o->redirects);
	struct doc *d = doc_map(a->work->arena);

	if (!client)
		return false;
	put_client(d, client);
	return admin_say(a, d, "Added %s; its client_id is %s", client->name, client->id);
}

static bool
list(struct admin *a)
{
	struct doc *d = doc_list(a->work->arena);
	const struct oauth_client *clients;
	struct rows rows;

	if (!oauth_client_list(a->work, &rows))
		return false;
	clients = rows.at;
	for (size_t i = 0; i < rows.count; i++)
		put_client(doc_add_map(d, NULL), &clients[i]);
	return admin_show(a, d);
}

static bool
drop(struct admin *a)
{
	struct doc *d = doc_map(a->work->arena);

	if (!oauth_client_remove(a->work, a->arguments[0]))
		return false;
	doc_text(d, "id", a->arguments[0]);
	return admin_say(a, d, "Removed the application and everything that it was allowed.");
}

static const struct admin_verb verbs[] = {
	{ .name = "add", .arguments = "NAME", .least = 1, .most = 1, .summary = "Make an application known",
	  .options = add_options, .options_size = sizeof(struct add), .needs = NEEDS_SCHEMA, .run = add },
	{ .name = "list", .summary = "List applications by name", .needs = NEEDS_SCHEMA, .run = list },
	{ .name = "remove", .arguments = "ID", .least = 1, .most = 1,
	  .summary = "Forget an application and end its sessions", .needs = NEEDS_SCHEMA, .run = drop },
	VERBS_END
};

const struct admin_verb oauth_verb = {
	.name = "oauth",
	.summary = "Add, list and remove applications that may act for users",
	.verbs = verbs,
};
